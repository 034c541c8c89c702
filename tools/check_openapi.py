#!/usr/bin/env python3
"""Checks that every request a connector sends exists in the vendor's API documents.

Method, path and parameters are checked always, JSON bodies where a document has a schema for them.
The requests are those of the recorded exchanges, and of every row with all its parameters and
choices, in a file (--requests) or fresh from a test program (--program). The documents lie in
$DAVIT_SPECS/openapi; without that variable the check is left out. Exceptions have a name and a
reason in check_openapi_exceptions.json, and an exception that nothing needs any more is an error.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.parse

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
METHODS = ("get", "head", "post", "put", "patch", "delete")


class Document:
    """One OpenAPI 3 or Swagger 2 file, its operations found by method and path."""

    def __init__(self, path, base):
        text = path.read_text(encoding="utf-8")
        self.root = json.loads(text) if path.suffix == ".json" else yaml.load(text, LOADER)
        self.operations = []
        for template, item in self.root["paths"].items():
            shown = template.removeprefix(base)
            for method in METHODS:
                if method in item:
                    shared = item.get("parameters", [])
                    self.operations.append((method, shown, shared, item[method]))

    def resolve(self, node):
        """What a $ref points at; None when that is missing from the document."""
        while isinstance(node, dict) and "$ref" in node:
            target = self.root
            for key in node["$ref"].removeprefix("#/").split("/"):
                if not isinstance(target, dict) or key not in target:
                    return None
                target = target[key]
            node = target
        return node

    def find(self, method, path):
        """The operation with the most literal path, and the values of its placeholders."""
        best = None
        for name, template, shared, operation in self.operations:
            if name != method:
                continue
            values = match_path(template, path)
            if values is not None and (best is None or len(values) < len(best[2])):
                best = (template, shared + operation.get("parameters", []), values, operation)
        return best


class Catalogue(Document):
    """A list of operations with their paths and parameters, where the vendor's document lacks them.

    Each is {"m": method, "p": path, "pa": [{"n": name, "i": place, "t": type}], "b": "json"}.
    Bodies have no schema here.
    """

    def __init__(self, path, base, places=()):
        self.root = {}
        self.operations = []
        for entry in json.loads(path.read_text(encoding="utf-8")):
            parameters = [
                {"name": p["n"], "in": p["i"], "schema": self.schema(p.get("t", ""))}
                for p in entry.get("pa", [])
            ]
            operation = {"requestBody": {}} if "b" in entry else {}
            shown = placed(entry["p"].removeprefix(base), places)
            self.operations.append((entry["m"].lower(), shown, parameters, operation))

    @staticmethod
    def schema(kind):
        if kind.endswith("[]"):
            return {"type": "array", "items": {"type": kind.removesuffix("[]")}}
        return {"type": kind}


def match_path(template, path):
    """Placeholders and their values, or None. "{x}" is one segment, "*x" the rest of the path."""
    wanted, given = template.split("/"), path.split("/")
    values = {}
    for i, piece in enumerate(wanted):
        if piece.startswith("*"):
            values[piece[1:]] = "/".join(given[i:])
            return values
        if i >= len(given):
            return None
        if piece.startswith("{"):
            values[piece.strip("{}")] = urllib.parse.unquote(given[i])
        elif piece != given[i]:
            return None
    return values if len(wanted) == len(given) else None


def wrong_text(value, schema):
    """What a schema has against a value in a path or query, "" when nothing."""
    kind = schema.get("type")
    if kind == "array":
        items = schema.get("items") or {}
        return next(filter(None, (wrong_text(v, items) for v in value.split(","))), "")
    if kind == "integer" and not re.fullmatch(r"-?\d+", value):
        return f"'{value}' is no integer"
    if kind == "number" and not re.fullmatch(r"-?\d+(\.\d+)?", value):
        return f"'{value}' is no number"
    if kind == "boolean" and value not in ("true", "false"):
        return f"'{value}' is no boolean"
    if schema.get("enum") and value not in [str(v) for v in schema["enum"]]:
        return f"'{value}' is none of {schema['enum']}"
    return ""


def wrong_json(document, value, schema, where):
    """What a schema has against a JSON value, as (place, text) pairs."""
    schema = document.resolve(schema) or {}
    if "oneOf" in schema or "anyOf" in schema:
        ways = [wrong_json(document, value, s, where) for s in schema.get("oneOf", schema.get("anyOf"))]
        return min(ways, key=len)
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
    kind = schema.get("type")
    if kind in kinds and not isinstance(value, kinds[kind]):
        return [(where, f"is no {kind}")]
    if schema.get("enum") and value not in schema["enum"]:
        return [(where, f"is none of {schema['enum']}")]
    errors = []
    if isinstance(value, list) and "items" in schema:
        for element in value:
            errors += wrong_json(document, element, schema["items"], where)
    if isinstance(value, dict) and "properties" in schema:
        for name in schema.get("required", []):
            if name not in value:
                errors.append((name, "is missing from the body"))
        for name, inner in value.items():
            if name in schema["properties"]:
                errors += wrong_json(document, inner, schema["properties"][name], name)
            else:
                errors.append((name, "is not in the schema of the body"))
    return errors


def body_schema(document, parameters, operation):
    """(takes a body, its schema or None when the document lacks it)"""
    for parameter in parameters:
        if parameter.get("in") == "body":
            return True, document.resolve(parameter.get("schema"))
    if "requestBody" in operation:
        content = (document.resolve(operation["requestBody"]) or {}).get("content", {})
        json_types = [kind for name, kind in content.items() if name.split(";")[0] == "application/json"]
        return True, document.resolve(json_types[0].get("schema")) if json_types else None
    return False, None


def check(document, method, path, query, body):
    """(template, errors as (parameter, text), whether the body had a schema), or None."""
    found = document.find(method, path)
    if found is None:
        return None
    template, parameters, values, operation = found
    parameters = [p for p in map(document.resolve, parameters) if p]
    errors = []
    by_place = {
        place: {p["name"].removesuffix("[]"): p for p in parameters if p.get("in") == place}
        for place in ("path", "query")
    }
    for place, pairs in (("path", list(values.items())), ("query", query)):
        for name, value in pairs:
            parameter = by_place[place].get(name.removesuffix("[]"))
            if parameter is not None:
                wrong = wrong_text(value, parameter.get("schema", parameter))
                errors += [(name, wrong)] if wrong else []
            elif place == "query":
                errors.append((name, "is not a parameter"))
    sent = {name.removesuffix("[]") for name, _ in query}
    for name, parameter in by_place["query"].items():
        if parameter.get("required") and name not in sent:
            errors.append((name, "is missing from the query"))
    has_schema = True
    takes_body, schema = body_schema(document, parameters, operation)
    if body is not None and not takes_body:
        errors.append(("body", "is not taken"))
    elif body is not None and not (schema and (schema.get("properties") or schema.get("items"))):
        has_schema = False
    elif body is not None:
        errors += wrong_json(document, body, schema, "body")
    return template, errors, has_schema


def judge(documents, request, catalogues=()):
    """("valid" | "without schema" | "invalid", template, errors): the best that a document says.

    A catalogue is asked only for what no document has.
    """
    parts = urllib.parse.urlsplit(request["target"])
    query = urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
    verdicts = []
    for sources in (documents, catalogues):
        for document in sources:
            result = check(
                document, request["method"].lower(), parts.path, query, request.get("body")
            )
            if result is None:
                continue
            template, errors, has_schema = result
            rank = 2 if errors else 0 if has_schema else 1
            verdicts.append((rank, len(errors), template, errors))
        if verdicts:
            break
    if not verdicts:
        return "invalid", parts.path, [("path", "is not in the documents")]
    rank, _, template, errors = min(verdicts, key=lambda v: v[:2])
    return ("valid", "without schema", "invalid")[rank], template, errors


def covering(exceptions, method, template, parameter):
    """The exception that allows this, or None."""
    for exception in exceptions:
        request = exception["request"]
        if request not in ("*", f"{method} {template}"):
            continue
        if exception["parameter"] == parameter:
            return exception
    return None


def placed(target, places):
    """The target with the first fitting prefix replaced: "v2:/x" is "/x" for the place "v2:="."""
    for place in places:
        prefix, _, replacement = place.partition("=")
        if target.startswith(prefix):
            return replacement + target.removeprefix(prefix)
    return target


def load_requests(arguments):
    path = arguments.requests
    if arguments.program:
        path = tempfile.NamedTemporaryFile(suffix=".jsonl", delete=False).name
        command = [arguments.program, "--gtest_filter=*Exchange*:*Requests*", "--gtest_brief=1"]
        environment = {**os.environ, "DAVIT_DUMP_REQUESTS": path}
        subprocess.run(command, check=True, env=environment, cwd=arguments.folder)
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    if arguments.program:
        os.unlink(path)
    unique = {}
    for line in lines:
        request = json.loads(line)
        request["target"] = placed(request["target"], arguments.place)
        key = (request["method"], request["target"], json.dumps(request.get("body")))
        unique.setdefault(key, request)
    return list(unique.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--connector", required=True)
    parser.add_argument("--requests", help="JSON lines that a test program has written")
    parser.add_argument("--program", help="test program that writes them")
    parser.add_argument("--folder", help="where to run the program")
    parser.add_argument("--spec", action="append", required=True, help="file in the documents' folder")
    parser.add_argument(
        "--catalog", action="append", default=[], help="list of operations for what no document has"
    )
    parser.add_argument("--base", default="", help="prefix of the documents' paths to leave out")
    parser.add_argument(
        "--place",
        action="append",
        default=[],
        metavar="PREFIX=PATH",
        help="what a prefix of requests stands for, for a connector with several bases",
    )
    arguments = parser.parse_args()

    place = os.environ.get("DAVIT_SPECS")
    if not place:
        print("left out: DAVIT_SPECS does not say where the API documents are")
        return 0
    folder = pathlib.Path(place) / "openapi"
    documents = [Document(folder / name, arguments.base) for name in arguments.spec]
    catalogues = [
        Catalogue(folder / name, arguments.base, arguments.place) for name in arguments.catalog
    ]
    beside = pathlib.Path(__file__).with_name("check_openapi_exceptions.json")
    exceptions = json.loads(beside.read_text(encoding="utf-8"))[arguments.connector]

    counts = {"valid": 0, "without schema": 0, "named exceptions": 0, "invalid": 0}
    needed = set()
    for request in load_requests(arguments):
        verdict, template, errors = judge(documents, request, catalogues)
        method = request["method"]
        allowed = [covering(exceptions, method, template, name) for name, _ in errors]
        if errors and all(allowed):
            verdict = "named exceptions"
            needed.update(id(exception) for exception in allowed)
        counts[verdict] += 1
        if verdict == "invalid":
            print(f"{request['exchange']}: {method} {template}")
            for (name, text), exception in zip(errors, allowed):
                if exception is None:
                    print(f"    {name}: {text}")
    stale = [e for e in exceptions if id(e) not in needed]
    for exception in stale:
        print(f"exception without use: {exception['request']} {exception['parameter']}")
    total = sum(counts.values())
    summary = ", ".join(f"{count} {name}" for name, count in counts.items())
    print(f"{arguments.connector}: {total} different requests: {summary}")
    return 1 if counts["invalid"] or stale or total == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
