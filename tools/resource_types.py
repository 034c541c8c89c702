#!/usr/bin/env python3
"""Writes src/infra/resource_types.inc from the schemas that cfn-lint carries, or checks it.

usage: tools/resource_types.py [--check]    with a Python that has cfn-lint, see tests/infra

For each type that the stacks use: how it takes tags, its properties (with ! where a change makes a
new resource), and its attributes. The names of the types are read from the file itself: to add one,
write a line with its name alone.
"""

import json
import pathlib
import re
import sys

import cfnlint

FILE = pathlib.Path(__file__).parent.parent / "src/infra/resource_types.inc"
HEAD = """// Written by tools/resource_types.py from the CloudFormation schemas in cfn-lint {version}. A line:
// type, tags, properties (! where a change makes a new resource), attributes.
"""


def names(pointers):
    """/properties/A/B as A/B, without the wildcards of lists."""
    return [p.removeprefix("/properties/").replace("/*", "") for p in pointers]


def shape_of_tags(schema):
    tags = schema.get("tagging", {}).get("tagProperty", "/properties/Tags")
    name = tags.removeprefix("/properties/")
    value = schema["properties"].get(name)
    if value is None or name not in ("Tags", "HostedZoneTags") or name in names(schema.get("readOnlyProperties", [])):
        return "none"
    while "$ref" in value:
        value = schema["definitions"][value["$ref"].split("/")[-1]]
    kind = value.get("type", "object")
    if kind == "array" or (isinstance(kind, list) and "array" in kind):
        return "list"
    return "map"


def row(name, schema):
    replaced = set(names(schema.get("createOnlyProperties", [])))
    read_only = names(schema.get("readOnlyProperties", []))
    properties = []
    for key in sorted(schema["properties"]):
        if key not in read_only:
            properties.append(key + ("!" if key in replaced else ""))
    properties += [f"{key}!" for key in sorted(replaced) if "/" in key]
    attributes = sorted(key.replace("/", ".") for key in read_only if key.count("/") < 2)
    return (
        f'{{"{name}", Tags::{shape_of_tags(schema)},\n "{" ".join(properties)}",\n'
        f' "{" ".join(attributes)}"}},\n'
    )


def main():
    data = pathlib.Path(cfnlint.__file__).parent / "data/schemas"
    index = json.loads((data / "providers/us-east-1.json").read_text())
    wanted = sorted(set(re.findall(r"AWS::\w+::\w+", FILE.read_text())))
    text = HEAD.format(version=cfnlint.__version__ if hasattr(cfnlint, "__version__") else "1.58.0")
    for name in wanted:
        text += row(name, json.loads((data / f"resources/{index[name]}.json").read_text()))
    if sys.argv[1:] == ["--check"]:
        if text != FILE.read_text():
            sys.exit(f"{FILE} differs from the schemas; tools/resource_types.py rewrites it")
    else:
        FILE.write_text(text)


main()
