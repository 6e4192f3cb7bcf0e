#!/usr/bin/python3
"""The schema walk finds what is wrong, and nothing else."""

import json
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import tap  # noqa: E402
from openapi import OpenApi  # noqa: E402

DOCUMENT = {
    "paths": {
        "/things/{id}": {"get": {"responses": {"200": {"content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/thing"}}}}, "204": {"description": "nothing"}}}},
        "/things/latest": {"get": {"responses": {"200": {"$ref": "#/components/responses/plain"}}}}},
    "components": {
        "responses": {"plain": {"content": {"application/json": {"schema": {"type": "object"}}}}},
        "schemas": {
            "thing": {"type": "object", "required": ["id"], "properties": {
                "id": {"type": "integer", "minimum": 1}, "name": {"type": "string", "nullable": True},
                "kind": {"type": "string", "enum": ["a", "b"]}, "made": {"type": "string", "format": "date-time"},
                "parts": {"type": "array", "items": {"$ref": "#/components/schemas/thing"}},
                "either": {"oneOf": [{"type": "string"}, {"type": "object", "required": ["x"]}]},
                "both": {"allOf": [{"required": ["x"]}, {"required": ["y"]}]}}}}}}

GOOD = ({"id": 1}, {"id": 1, "name": None}, {"id": 1, "kind": "a", "made": "2024-01-02T03:04:05Z"},
        {"id": 1, "parts": [{"id": 2, "parts": []}]}, {"id": 1, "either": "s"}, {"id": 1, "either": {"x": 1}},
        {"id": 1, "both": {"x": 1, "y": 2}, "unknown": True})

BAD = (([], "$: [] is no object"), ({}, "id is missing"), ({"id": 0}, "out of bounds"), ({"id": "1"}, "no integer"),
       ({"id": True}, "no integer"), ({"id": None}, "null is not allowed"), ({"id": 1, "kind": "c"}, "none of"),
       ({"id": 1, "made": "yesterday"}, "no date-time"), ({"id": 1, "parts": [{"id": 2}, {}]}, "$.parts[1]: id"),
       ({"id": 1, "either": 5}, "fits none of 2"), ({"id": 1, "either": {}}, "fits none of 2"),
       ({"id": 1, "either": None}, "null is not allowed"), ({"id": 1, "both": {"x": 1}}, "y is missing"))


class Walk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as source:
            json.dump(DOCUMENT, source)
            source.flush()
            cls.contract = OpenApi(source.name)

    def test_openapi_accepts_what_fits(self):
        for value in GOOD:
            with self.subTest(value=value):
                self.assertEqual(self.contract.check_response("GET", "/things/{id}", 200, value), [])

    def test_openapi_names_what_is_wrong(self):
        for value, expected in BAD:
            with self.subTest(value=value):
                problems = self.contract.check_response("GET", "/things/{id}", 200, value)
                self.assertEqual(len(problems), 1)
                self.assertIn(expected, problems[0])

    def test_openapi_prefers_the_literal_template(self):
        self.assertEqual(self.contract.template_of("/things/latest?x=1"), "/things/latest")
        self.assertEqual(self.contract.template_of("/things/7"), "/things/{id}")
        self.assertIsNone(self.contract.template_of("/things/7/parts"))

    def test_openapi_refuses_the_undocumented(self):
        self.assertTrue(self.contract.check_response("GET", "/things/{id}", 500, {}))
        self.assertTrue(self.contract.check_response("PUT", "/things/{id}", 200, {}))
        self.assertEqual(self.contract.check_response("GET", "/things/{id}", 204, None), [])


if __name__ == "__main__":
    tap.main(__name__)
