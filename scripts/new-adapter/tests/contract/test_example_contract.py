#!/usr/bin/python3
"""The Example connector: the generic contract. What is not written yet is skipped by itself."""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from contract import ConnectorContract  # noqa: E402
from example_case import ExampleCase  # noqa: E402


class Generic(ExampleCase, ConnectorContract):
    pass


class Reading(ExampleCase):
    def test_fetch_gives_every_field(self):
        self.tracker.put("7", title="a title", body="a body")
        seen = self.driver.fetch("ticket", "7").observation
        self.assertEqual(seen["fields"], {"title": "a title", "body": "a body"})
        self.assertEqual((seen["author"], seen["external_key"]), ("alice", "7"))


if __name__ == "__main__":
    tap.main(__name__)
