#!/usr/bin/python3
"""The stand-in's schema against the one that Linear publishes, if that is at hand."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "harness"))

import tap  # noqa: E402
from graphql.type import GraphQLEnumType, GraphQLInputObjectType, GraphQLNonNull  # noqa: E402
from graphql_schema import read  # noqa: E402
from stand_in import ROOT  # noqa: E402

CONTRACTS = os.environ.get("TANDEM_CONTRACTS", os.path.join(ROOT, "..", "shared", "contracts"))
CONTRACT = os.path.join(CONTRACTS, "linear.graphql")


@unittest.skipUnless(os.path.exists(CONTRACT), "no linear.graphql in TANDEM_CONTRACTS")
class Contract(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.theirs = read(CONTRACT)
        cls.ours = read(os.path.join(ROOT, "sandbox", "linear", "schema.graphql"))

    def types(self):
        for name, type in self.ours.get_type_map().items():
            if not name.startswith("__"):
                yield name, type, self.theirs.get_type(name)

    def test_contract_every_type_exists_and_is_of_the_same_kind(self):
        for name, ours, theirs in self.types():
            self.assertIs(type(ours), type(theirs), name)

    def test_contract_fields_and_arguments_agree(self):
        seen = 0
        for name, ours, theirs in self.types():
            for field, definition in getattr(ours, "fields", {}).items():
                seen += 1
                with self.subTest(field="%s.%s" % (name, field)):
                    self.assertIn(field, theirs.fields)
                    self.assertEqual(str(definition.type), str(theirs.fields[field].type))
                    self.check_arguments(definition, theirs.fields[field])
        self.assertGreater(seen, 300)

    def check_arguments(self, ours, theirs):
        for argument, definition in getattr(ours, "args", {}).items():
            self.assertEqual(str(definition.type), str(theirs.args[argument].type), argument)
        for argument, definition in getattr(theirs, "args", {}).items():
            if isinstance(definition.type, GraphQLNonNull):
                self.assertIn(argument, ours.args)

    def test_contract_required_members_of_inputs_are_required(self):
        for name, ours, theirs in self.types():
            if isinstance(ours, GraphQLInputObjectType):
                required = {field for field, one in theirs.fields.items() if isinstance(one.type, GraphQLNonNull)}
                self.assertLessEqual(required, set(ours.fields), name)

    def test_contract_enum_values_exist(self):
        for name, ours, theirs in self.types():
            if isinstance(ours, GraphQLEnumType):
                self.assertLessEqual({one.name for one in ours.values}, {one.name for one in theirs.values}, name)


if __name__ == "__main__":
    tap.main(__name__)
