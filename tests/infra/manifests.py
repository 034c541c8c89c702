"""The example manifests: their environments, and each with what the environment lays over it."""

import pathlib

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples/manifests"
AWS = ("ecs", "lambda", "hybrid")


def lay_over(node, over):
    """Maps are merged, everything else is replaced, as src/manifest/reader.cpp does it."""
    if not isinstance(node, dict) or not isinstance(over, dict):
        return over
    merged = dict(node)
    for key, value in over.items():
        merged[key] = lay_over(node[key], value) if key in node else value
    return merged


class Example:
    """One manifest in one of its environments; "" when it has none."""

    def __init__(self, path, environment, content):
        self.path = path
        self.environment = environment
        self.content = content
        self.name = path.parent.name + (f"-{environment}" if environment else "")

    @property
    def is_for_aws(self):
        return self.content.get("target", "local") in AWS

    @property
    def stack_name(self):
        name = self.content["name"]
        return f"{name}-{self.environment}" if self.environment else name


def read_all():
    examples = []
    for path in sorted(FOLDER.glob("*/davit.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        environments = content.pop("environments", None) or {"": {}}
        for environment, over in environments.items():
            examples.append(Example(path, environment, lay_over(content, over or {})))
    return examples


def find(name):
    return next(example for example in read_all() if example.name == name)
