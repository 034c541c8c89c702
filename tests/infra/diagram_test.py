#!/usr/bin/env python3
"""The pictures of the example manifests: no box lies on another, no text leaves its box, and what a
reviewer asks for is there. Needs Graphviz.

usage: diagram_test.py FOLDER_OF_THE_PROGRAMS [TEST...]
"""

import itertools
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

DAVIT = pathlib.Path(sys.argv.pop(1)).resolve() / "davit"
EXAMPLES = pathlib.Path("../../examples/manifests")
SVG = "{http://www.w3.org/2000/svg}"
# Of a letter of Helvetica, on the average of what stands in boxes, in parts of its size.
LETTER = 0.5


class Box:
    def __init__(self, group):
        self.name = group.find(f"{SVG}title").text
        shape = group.find(f"{SVG}path")
        shape = shape.get("d") if shape is not None else group.find(f"{SVG}polygon").get("points")
        numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", shape)]
        self.left, self.right = min(numbers[0::2]), max(numbers[0::2])
        self.top, self.bottom = min(numbers[1::2]), max(numbers[1::2])
        self.texts = [
            (float(text.get("x")), float(text.get("y")), float(text.get("font-size")), text)
            for text in group.iter(f"{SVG}text")
        ]

    def overlaps(self, other):
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds_its_texts(self):
        for x, y, size, text in self.texts:
            width = len("".join(text.itertext())) * size * LETTER
            start = x - width / 2 if text.get("text-anchor") == "middle" else x
            if start < self.left - 1 or start + width > self.right + 1:
                return False
            if y - size * 0.8 < self.top or y > self.bottom:
                return False
        return True


def draw(name, environment):
    with tempfile.TemporaryDirectory(prefix="davit-diagram-") as folder:
        file = pathlib.Path(folder) / "picture.svg"
        command = [DAVIT, "diagram", "-f", EXAMPLES / name / "davit.yaml", "--svg", file]
        if environment:
            command += ["--environment", environment]
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
        return ElementTree.parse(file).getroot()


class Picture(unittest.TestCase):
    def check(self, name, environment, wanted):
        root = draw(name, environment)
        groups = list(root.iter(f"{SVG}g"))
        boxes = [Box(group) for group in groups if group.get("class") == "node"]
        frames = [Box(group) for group in groups if group.get("class") == "cluster"]
        self.assertGreater(len(boxes), 3)
        for one, other in itertools.combinations(boxes, 2):
            self.assertFalse(one.overlaps(other), f"{one.name} lies on {other.name}")
        for box in boxes:
            self.assertTrue(box.holds_its_texts(), f"a text leaves {box.name}")
        for one, other in itertools.combinations(frames, 2):
            inside = (one.left <= other.left and other.right <= one.right) or (
                other.left <= one.left and one.right <= other.right
            )
            self.assertTrue(inside or not one.overlaps(other), f"{one.name} cuts {other.name}")
        text = " ".join("".join(node.itertext()) for node in root.iter(f"{SVG}text"))
        for words in wanted:
            self.assertIn(words, text)

    def test_production(self):
        self.check(
            "production",
            "production",
            [
                "Availability zone a",
                "Availability zone b",
                "Availability zone c",
                "Internet: nobody is trusted",
                "AWS account",
                "VPC 10.0.0.0/16",
                "NAT gateway",
                "mcp/gitlab",
                "key ring of the sessions",
                "6379: shared state",
                "sessions to their home",
                "checks tokens",
                "oncall@example.com",
            ],
        )

    def test_lambda(self):
        self.check("gitlab-lambda-rest", "", ["API Gateway", "Lambda function", "Upstream APIs"])

    def test_hybrid(self):
        self.check("hybrid", "", ["short calls", "Application Load Balancer"])

    def test_own_network(self):
        self.check("existing-vpc", "", ["VPC vpc-"])

    def test_workshop(self):
        self.check("workshop", "", ["EFS", "S3", "NFS 2049, TLS"])


if __name__ == "__main__":
    unittest.main()
