"""That the check of requests against API documents notices what it is there for."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
sys.dont_write_bytecode = True
import check_openapi  # noqa: E402

DOCUMENT = """
openapi: 3.0.0
paths:
  /api/items/{id}:
    get:
      parameters:
        - {name: id, in: path, schema: {type: integer}}
        - {name: state, in: query, schema: {type: string, enum: [open, closed]}}
        - {name: tags, in: query, schema: {type: array, items: {type: string}}}
        - {name: deep, in: query, required: true, schema: {type: boolean}}
  /api/items/latest:
    get: {}
  /api/items:
    post:
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [title]
              properties: {title: {type: string}, ids: {type: array, items: {type: integer}}}
  /api/lost:
    post:
      requestBody:
        content: {application/json: {schema: {$ref: '#/components/schemas/Missing'}}}
"""


class CheckOpenApi(unittest.TestCase):
    def setUp(self):
        path = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory())) / "a.yaml"
        path.write_text(DOCUMENT, encoding="utf-8")
        self.documents = [check_openapi.Document(path, "/api")]

    def judge(self, method, target, body=None):
        request = {"method": method, "target": target}
        if body is not None:
            request["body"] = body
        verdict, _, errors = check_openapi.judge(self.documents, request)
        return verdict, sorted(name for name, _ in errors)

    def test_a_good_request_is_valid(self):
        self.assertEqual(
            self.judge("GET", "/items/7?deep=true&state=open&tags[]=a&tags[]=b"), ("valid", [])
        )

    def test_a_literal_path_wins_over_a_placeholder(self):
        self.assertEqual(self.judge("GET", "/items/latest"), ("valid", []))

    def test_unknown_paths_methods_and_parameters_are_found(self):
        self.assertEqual(self.judge("GET", "/things"), ("invalid", ["path"]))
        self.assertEqual(self.judge("DELETE", "/items"), ("invalid", ["path"]))
        self.assertEqual(self.judge("GET", "/items/7?deep=true&x=1"), ("invalid", ["x"]))

    def test_wrong_types_choices_and_missing_parameters_are_found(self):
        self.assertEqual(self.judge("GET", "/items/seven?deep=true"), ("invalid", ["id"]))
        self.assertEqual(self.judge("GET", "/items/7?deep=yes"), ("invalid", ["deep"]))
        self.assertEqual(self.judge("GET", "/items/7?deep=true&state=done"), ("invalid", ["state"]))
        self.assertEqual(self.judge("GET", "/items/7"), ("invalid", ["deep"]))

    def test_bodies_are_held_against_their_schema(self):
        self.assertEqual(self.judge("POST", "/items", {"title": "A", "ids": [1]}), ("valid", []))
        self.assertEqual(
            self.judge("POST", "/items", {"ids": ["1"], "colour": "red"}),
            ("invalid", ["colour", "ids", "title"]),
        )

    def test_a_dangling_reference_is_counted_apart(self):
        self.assertEqual(self.judge("POST", "/lost", {"a": 1}), ("without schema", []))


if __name__ == "__main__":
    unittest.main()
