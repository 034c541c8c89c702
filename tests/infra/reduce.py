"""Reduces a template to what an emulator creates; counts what was taken away, and why."""

import collections
import copy
import re
import typing

from template import value_of_attribute, value_of_ref

LEFT_OUT = "types left out"
CHANGED = "properties taken out or changed"
LITERAL = "literals instead of references"
SECTIONS = (LEFT_OUT, CHANGED, LITERAL)


class Trouble(typing.NamedTuple):
    """What an emulator falls over in resources of one type."""

    kind: str
    reason: str
    is_met: typing.Callable  # by these properties
    change: typing.Callable = None  # takes it out of the properties; None: it cannot be made


class Limits(typing.NamedTuple):
    types: set
    troubles: list
    stand_ins: dict  # what Ref to a type is replaced by, beside the literals of template.py
    has_attribute: typing.Callable  # (type, attribute): whether Fn::GetAtt gives it


def reduce(template, limits):
    """(what can be made of a template, {(section, sentence): how often} about the rest)."""
    reduced = copy.deepcopy(template)
    notes = collections.Counter()
    resources = reduced["Resources"]
    for name, resource in list(resources.items()):
        reason = why_not(resource, limits)
        if reason is not None:
            notes[LEFT_OUT, f"{resource['Type']}{reason}"] += 1
            del resources[name]
    for resource in resources.values():
        for trouble in troubles_of(resource, limits):
            trouble.change(resource["Properties"])
            notes[CHANGED, f"{trouble.kind}: {trouble.reason}"] += 1
    references = References(template, set(template["Resources"]) - set(resources), limits, notes)
    for resource in resources.values():
        resource.pop("Metadata", None)
        needs = [name for name in resource.pop("DependsOn", []) if name in resources]
        if needs:
            resource["DependsOn"] = needs
        resource["Properties"] = references.replace_in(resource.get("Properties", {}))
    outputs = references.replace_in(reduced.pop("Outputs", {}))
    if outputs:
        reduced["Outputs"] = outputs
    return reduced, notes


def why_not(resource, limits):
    """Why the resource cannot be made, to be added to its type; None when it can."""
    if resource["Type"] not in limits.types:
        return ""
    for trouble in troubles_of(resource, limits):
        if trouble.change is None:
            return f": {trouble.reason}"
    return None


def troubles_of(resource, limits):
    properties = resource.get("Properties", {})
    return [t for t in limits.troubles if t.kind == resource["Type"] and t.is_met(properties)]


class References:
    """Replaces references to what is gone, or cannot be asked for, by what could come of them."""

    def __init__(self, template, gone, limits, notes):
        self.template = template
        self.gone = gone
        self.limits = limits
        self.notes = notes

    def kind_of(self, name):
        return self.template["Resources"].get(name, {}).get("Type", "")

    def literal(self, name, attribute):
        """What stands for the name, or an attribute of it; None when it can be referred to."""
        kind = self.kind_of(name)
        if not kind:
            return None
        if attribute:
            if name not in self.gone and self.limits.has_attribute(kind, attribute):
                return None
            found = value_of_attribute(name, attribute, self.template)
        else:
            if name not in self.gone:
                return None
            found = self.limits.stand_ins.get(kind) or value_of_ref(name, self.template)
        self.notes[LITERAL, f"{kind}.{attribute}" if attribute else kind] += 1
        return found

    def replace_in(self, value):
        if isinstance(value, list):
            return [self.replace_in(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if name == "Ref":
                return self.literal(argument, "") or value
            if name == "Fn::GetAtt":
                return self.literal(*argument) or value
            if name == "Fn::Sub" and isinstance(argument, str):
                return {name: self.replace_in_text(argument)}
            if name == "Fn::Sub":
                text, own = argument
                return {name: [self.replace_in_text(text, own), self.replace_in(own)]}
        return {key: self.replace_in(item) for key, item in value.items()}

    def replace_in_text(self, text, own=()):
        def replace(found):
            name, _, attribute = found[1].partition(".")
            return (None if name in own else self.literal(name, attribute)) or found[0]

        return re.sub(r"\$\{([^!}]+)\}", replace, text)
