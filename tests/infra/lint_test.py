#!/usr/bin/env python3
"""What davit renders for every example manifest, judged by checkers that we did not write.

usage: lint_test.py FOLDER_OF_THE_PROGRAMS [TEST...]
"""

import python

python.enter()

import pathlib  # noqa: E402
import re  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import unittest  # noqa: E402

import manifests  # noqa: E402
import policies  # noqa: E402
import template  # noqa: E402

DAVIT = pathlib.Path(sys.argv.pop(1)).resolve() / "davit"
PATIENCE = 60  # seconds; a manifest takes some milliseconds
PATIENCE_WITH_LINT = 500  # seconds; a template takes one or two
MOST_BYTES_WITHOUT_BUCKET = 51_200
# cfn-lint holds the schemas of every type; a third copy of them would be slower than two.
PROCESSES = 2


def run_davit(*arguments):
    return subprocess.run(
        [DAVIT, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def choose(example):
    chosen = ["-f", str(example.path)]
    return chosen + (["--environment", example.environment] if example.environment else [])


class Rendered:
    """The templates of one manifest in one environment, in the order in which they are deployed."""

    def __init__(self, example, folder):
        self.example = example
        self.run = run_davit("render", "cloudformation", *choose(example), "--out", str(folder))
        names = re.findall(r"--stack-name (\S+)", self.run.stderr)
        self.paths = [folder / f"{name}.yaml" for name in names]
        self.written = sorted(folder.glob("*")) if folder.exists() else []


def render_all(folder):
    return [
        Rendered(example, folder / example.name)
        for example in manifests.read_all()
        if example.is_for_aws
    ]


def lint(jobs):
    """The lines of cfn_lint.py for (region, path)s, from PROCESSES of it."""
    program = [sys.executable, "-B", str(pathlib.Path(__file__).with_name("cfn_lint.py"))]
    # The largest go out first, each to the process that has the least.
    shares = [[] for _ in range(PROCESSES)]
    bytes_of = [0] * PROCESSES
    for region, path in sorted(jobs, key=lambda job: -job[1].stat().st_size):
        n = bytes_of.index(min(bytes_of))
        shares[n].append(f"{region}:{path}")
        bytes_of[n] += path.stat().st_size
    children = [
        subprocess.Popen(
            program + share,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for share in shares
    ]
    lines = []
    for child in children:
        text, _ = child.communicate(timeout=PATIENCE_WITH_LINT)
        lines += text.splitlines()
        if child.returncode != 0:
            lines.append(f"cfn_lint.py ended with {child.returncode}")
    return lines


class Lint(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="davit-lint-")
        cls.addClassCleanup(folder.cleanup)
        cls.rendered = render_all(pathlib.Path(folder.name))

    def test_every_example_renders(self):
        self.assertGreaterEqual(len(self.rendered), 40)
        for rendered in self.rendered:
            with self.subTest(rendered.example.name):
                self.assertEqual(rendered.run.returncode, 0, rendered.run.stderr)
                self.assertTrue(rendered.paths, rendered.run.stderr)
                self.assertEqual(sorted(rendered.paths), rendered.written)

    def test_rendering_is_always_the_same(self):
        example = manifests.find("production-production")
        first, second = (
            run_davit("render", "cloudformation", *choose(example), "--format", "json")
            for _ in range(2)
        )
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertEqual(first.stdout, second.stdout)

    def test_cfn_lint_finds_nothing(self):
        jobs = [
            (rendered.example.content.get("region", "us-east-1"), path)
            for rendered in self.rendered
            for path in rendered.paths
        ]
        found = lint(jobs)
        self.assertEqual([], found, "\n".join(found))
        print(f"cfn-lint: {len(jobs)} templates of {len(self.rendered)} deployments")

    def test_large_templates_are_deployed_by_bucket(self):
        """As `aws cloudformation deploy` wants it: "templates greater than 51,200 bytes"."""
        for rendered in self.rendered:
            commands = [line for line in rendered.run.stderr.splitlines() if "--stack-name" in line]
            for command, path in zip(commands, rendered.paths, strict=True):
                if path.stat().st_size > MOST_BYTES_WITHOUT_BUCKET:
                    self.assertIn("--s3-bucket", command)

    def test_templates_refer_to_earlier_ones_only(self):
        for rendered in self.rendered:
            names = set()
            for path in rendered.paths:
                text = path.read_text(encoding="utf-8")
                for name in re.findall(r"ImportValue:? '?([\w-]+)", text):
                    self.assertIn(name, names, path.name)
                for output in template.parse(text).get("Outputs", {}).values():
                    names.add(output.get("Export", {}).get("Name"))

    def test_policies_are_narrow_and_right(self):
        found = set()
        for rendered in self.rendered:
            templates = [template.load(path) for path in rendered.paths]
            template.link(templates)
            for path, body in zip(rendered.paths, templates, strict=True):
                found |= {f"{path.parent.name}: {line}" for line in policies.findings(body)}
        self.assertEqual(set(), found, "\n".join(sorted(found)))

    def test_openapi_documents_are_valid(self):
        import openapi_spec_validator

        count = 0
        for rendered in self.rendered:
            content = rendered.example.content
            front = content.get("lambda", {}).get("front", "rest")
            if content["target"] == "ecs" or front == "url":
                continue
            with self.subTest(rendered.example.name):
                run = run_davit("render", "openapi", *choose(rendered.example))
                self.assertEqual(run.returncode, 0, run.stderr)
                openapi_spec_validator.validate(template.parse(run.stdout))
                count += 1
        self.assertGreater(count, 0)
        print(f"openapi-spec-validator: {count} documents")

    def test_the_table_of_resource_types_is_current(self):
        tool = manifests.ROOT / "tools/resource_types.py"
        run = subprocess.run(
            [sys.executable, "-B", tool, "--check"], capture_output=True, text=True, check=False
        )
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)


if __name__ == "__main__":
    unittest.main()
