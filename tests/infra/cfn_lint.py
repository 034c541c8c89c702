#!/usr/bin/env python3
"""Prints what cfn-lint finds in templates: errors and warnings, a line each.

usage: cfn_lint.py REGION:FILE...

One process and one run for many templates: loading the rules takes half as long as a template does.
"""

import collections
import sys

from cfnlint.api import ManualArgs, lint_by_config


def main():
    paths = collections.defaultdict(list)
    for job in sys.argv[1:]:
        region, _, path = job.partition(":")
        paths[region].append(path)
    for region, chosen in paths.items():
        # Without a region it judges by us-east-1, which has some types that others lack.
        for match in lint_by_config(ManualArgs(templates=chosen, regions=[region])):
            if not match.rule.id.startswith("I"):
                print(f"{match.filename}:{match.linenumber}: {match.rule.id} {match.message}")


if __name__ == "__main__":
    main()
