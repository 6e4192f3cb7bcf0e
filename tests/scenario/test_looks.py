#!/usr/bin/python3
"""A look at one external ticket settles what was asked for before it, and nothing that was asked for while it was under way. The
test is the adapter here, so that it has the moments in its hand."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from world import World  # noqa: E402


class Looks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(("--issues", "2", "--no-limits", "--no-pull-requests"))
        cls.world.connect()
        cls.world.sync()
        cls.world.settle()
        cls.world.processes["adapter-github"].kill()
        cls.world.sql("update lease set until = '-infinity'")
        cls.ref = {"kind": "ticket", "external_id": cls.world.sql("select min(external_id) from external_item where kind = 'ticket'")[0][0]}

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def claim(self, kind):
        work = self.world.call("work.claim", system="github", worker="test")
        self.assertEqual(kind, work["kind"])
        return work

    def observed(self, work, source, **seen):
        self.world.call("observe", lease=work["lease"], source=source, done=True, **seen)
        self.world.call("work.release", lease=work["lease"])

    def ask(self):
        """A webhook that only says that there is something new."""
        self.world.call("webhook.accept", project="rocket", delivery_id=os.urandom(8).hex(), event="issues", body=b"{}")
        work = self.claim("deliver")
        self.observed(work, "webhook", observations=[self.ref], delivery_ids=[str(one["id"]) for one in work["deliveries"]])

    def asked(self):
        return self.world.sql("select external_id from fetch_queue")

    def test_looks_settle_what_was_asked_before_them(self):
        self.ask()
        self.ask()
        self.observed(self.claim("fetch"), "fresh", not_modified=[self.ref])
        self.assertEqual([], self.asked())

    def test_looks_leave_what_was_asked_while_they_were_under_way(self):
        self.ask()
        look = self.claim("fetch")
        self.ask()
        self.observed(look, "fresh", not_modified=[self.ref])
        self.assertEqual([[self.ref["external_id"]]], self.asked())
        self.observed(self.claim("fetch"), "fresh", not_modified=[self.ref])
        self.assertEqual([], self.asked())


if __name__ == "__main__":
    tap.main(__name__)
