#!/usr/bin/python3
"""A look at one external ticket settles what was asked for before it, and nothing that was asked for while it was under way. The
test is the adapter here, so that it has the moments in its hand."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from world import World, wait_for  # noqa: E402


class Looks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(("--issues", "3", "--no-limits", "--no-pull-requests"))
        cls.world.connect()
        cls.world.sync()
        cls.world.settle()
        cls.world.processes["adapter-github"].kill()
        cls.world.sql("update lease set until = '-infinity'")
        cls.ref, cls.other, cls.third = ({"kind": "ticket", "external_id": row[0]} for row in cls.world.sql(
            "select external_id from external_item where kind = 'ticket' order by external_id"))

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

    def ask(self, **seen):
        """A webhook that only says that there is something new, or this."""
        self.world.call("webhook.accept", project="rocket", delivery_id=os.urandom(8).hex(), event="issues", body=b"{}")
        work = self.claim("deliver")
        self.observed(work, "webhook", observations=[seen or self.ref], delivery_ids=[str(one["id"]) for one in work["deliveries"]])

    def asked(self):
        return self.world.sql("select external_id from fetch_queue where next_at <= now()")

    def believed(self, ref):
        return self.world.sql("select sure from gone_item where external_id = '%s'" % ref["external_id"])

    def look_during(self, ask, **seen):
        """A look that was under way while somebody asked for another one."""
        look = self.claim("fetch")
        ask()
        self.observed(look, "fresh", **seen)

    def test_looks_settle_what_was_asked_before_them(self):
        self.ask()
        self.ask()
        self.observed(self.claim("fetch"), "fresh", not_modified=[self.ref])
        self.assertEqual([], self.asked())

    def test_looks_leave_what_was_asked_while_they_were_under_way(self):
        self.ask()
        self.look_during(self.ask, not_modified=[self.ref])
        self.assertEqual([[self.ref["external_id"]]], self.asked())
        self.observed(self.claim("fetch"), "fresh", not_modified=[self.ref])
        self.assertEqual([], self.asked())

    def test_looks_that_find_nothing_leave_what_was_asked_while_they_were_under_way(self):
        """Once because a second look has to agree, and once more when it is believed that the ticket is gone."""
        gone = dict(self.other, gone="deleted")
        for told in (self.other, gone):
            self.ask(**told)
            self.look_during(lambda: self.ask(**self.other), observations=[gone])
            self.assertEqual([[self.other["external_id"]]], self.asked())
            self.observed(self.claim("fetch"), "fresh", observations=[gone])
            self.assertEqual([], self.asked())
        self.assertEqual([["t"]], self.believed(self.other))

    def test_looks_older_than_a_deletion_do_not_contradict_it(self):
        """Believed with the next look, because a webhook had told of it; the other way round it would be forgotten."""
        gone = dict(self.third, gone="deleted")
        self.ask(**self.third)
        there = dict(self.third, version=1 << 50, fields={"title": "Still there", "body": "", "status": "open", "labels": []})
        self.look_during(lambda: self.ask(**gone), observations=[there])
        self.assertEqual([[self.third["external_id"]]], self.asked())
        self.observed(self.claim("fetch"), "fresh", observations=[gone])
        self.assertEqual([["t"]], self.believed(self.third))

    def receipt(self, outcome, **more):
        """What became of the write that is due."""
        work = self.claim("push")
        intent = work["intents"][0]["id"]
        if not more.get("probe"):
            self.assertTrue(self.world.call("push.begin", lease=work["lease"], intent_id=intent)["go"])
        self.world.call("push.receipt", lease=work["lease"], intent_id=intent, outcome=outcome, **more)
        self.world.call("work.release", lease=work["lease"])

    def test_looks_for_a_lost_creation_find_what_somebody_has_set_there_since(self):
        """Fields that the creation did not send: what the tracker made of them stays quiet, what came later is pulled."""
        world = self.world
        for edited, due_date in ((0, ""), (1000, "2027-01-02")):
            key = world.call("ticket.new", project="rocket", fields={"title": "On its way"}, privacy="shareable",
                             actor="user:carol")["key"]
            wait_for(lambda: world.sql("select 1 from intent where state = 'prepared'"), "the creation")
            self.receipt("uncertain", message="no answer")
            world.sql("update intent set next_attempt_at = now() where state = 'unknown'")
            made = {"kind": "ticket", "external_id": "9%d" % edited, "external_key": "#9%d" % edited,
                    "version": 1700000000123 + edited, "created_at_ms": 1700000000123, "author_is_self": True,
                    "fields": {"title": "On its way", "body": "", "status": "open", "labels": [], "assignees": [], "milestone": "",
                               "due_date": "2027-01-02"}}
            self.receipt("ok", probe=True, returned=[made])
            world.settle()
            self.assertEqual(due_date, world.call("ticket.get", key=key)["fields"].get("due_date", ""))


if __name__ == "__main__":
    tap.main(__name__)
