#!/usr/bin/python3
"""A person's decision about a conflict is carried out on what both sides are then, and said to be resolved when it is: should a
side have moved since the person looked, it is superseded by a question that shows what is there now."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from world import World, wait_for  # noqa: E402

CHOICES = ("local", "external", "value")


class Decisions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(("--issues", "0", "--no-limits", "--no-pull-requests"))
        cls.addClassCleanup(cls.world.close)
        cls.world.connect()
        cls.world.sync()

    def tearDown(self):
        self.world.sandbox.control("DELETE", "faults")

    def later(self):
        self.world.sandbox.control("POST", "clock", {"advance_s": 5})

    def disputed(self):
        """A ticket whose title is ours here and theirs there: its number there, its key here and its conflict."""
        number = self.world.sandbox.act("alice", "create", fields={"title": "Before", "body": "Text"})["issue"]["number"]
        self.world.sync()
        self.world.settle()
        key = self.world.ticket_of("#%d" % number)["key"]
        self.world.call("project.set_state", name="rocket", state="paused", actor="user:test")
        self.world.call("ticket.edit", key=key, set={"title": "Mine"}, actor="user:carol")
        self.move(number, title="Theirs")
        self.world.call("project.set_state", name="rocket", state="active", actor="user:test")
        self.world.sync()
        self.world.settle()
        (conflict,) = self.conflicts(ticket=key, state="open")
        return number, key, conflict

    def conflicts(self, **query):
        return self.world.call("conflict.list", **query).get("conflicts", [])

    def move(self, number, **fields):
        """Somebody there, whom nobody tells of here."""
        self.later()
        self.world.sandbox.act("bob", "edit", number=number, fields=fields)

    def move_at_the_look_before_the_write(self, number, **fields):
        self.world.sandbox.control("POST", "faults", {
            "match": {"method": "GET", "path": "/issues/%d$" % number}, "fault": "meanwhile", "skip": 1,
            "act": {"actor": "bob", "do": "edit", "number": number, "repo": "acme/rocket", "fields": fields}})

    def decide(self, conflict, choice):
        self.world.call("conflict.resolve", id=conflict["id"], choice=choice, actor="user:dora",
                        **({"value": {"title": "Ours"}} if choice == "value" else {}))

    def state(self, conflict):
        (found,) = self.conflicts(id=conflict["id"])
        return found["state"], found["decided_by"]

    def told(self, conflict):
        rows = self.world.sql("select type, payload ->> 'supersedes' from event_log where payload ->> 'conflict' = '%d' order by "
                              "sequence" % conflict["id"])
        return [(name.rpartition(".")[2], supersedes) for name, supersedes in rows]

    def titles(self, number, key):
        return self.world.call("ticket.get", key=key)["fields"]["title"], self.world.sandbox.issue(number)["title"]

    def check_asked_again(self, number, key, before, here, there):
        """Nothing of the decision is said to be done; the question that takes its place names it."""
        wait_for(lambda: [one for one in self.conflicts(ticket=key, state="open") if one["id"] != before["id"]], "the next question")
        self.world.settle()
        (asked,) = self.conflicts(ticket=key, state="open")
        self.assertEqual(self.state(before), ("superseded", "user:dora"))
        self.assertEqual([name for name, _ in self.told(before)], ["ConflictDetected"])
        self.assertEqual(self.told(asked), [("ConflictDetected", str(before["id"]))])
        self.assertEqual([asked[side]["title"] for side in ("base", "local", "external")], ["Before", here, there])
        self.assertEqual(self.titles(number, key), (here, there))
        self.decide(asked, "local")
        self.check_carried_out(number, key, asked, here)

    def check_carried_out(self, number, key, conflict, title):
        wait_for(lambda: self.state(conflict) == ("resolved", "user:dora"), "the decision")
        self.assertEqual(self.titles(number, key), (title, title))
        self.world.settle()
        self.assertEqual(self.conflicts(ticket=key, state="open"), [])
        self.assertEqual([name for name, _ in self.told(conflict)], ["ConflictDetected", "ConflictResolved"])
        writes = len(self.world.sandbox.history(via="api"))
        self.world.sync(mode="full")
        self.world.settle()
        self.assertEqual(len(self.world.sandbox.history(via="api")), writes)

    def test_decision_about_what_is_still_so_is_carried_out(self):
        for choice, title in zip(CHOICES, ("Mine", "Theirs", "Ours")):
            with self.subTest(choice):
                number, key, conflict = self.disputed()
                self.decide(conflict, choice)
                self.check_carried_out(number, key, conflict, title)

    def test_decision_after_the_other_side_moved_unseen_is_asked_again(self):
        for choice in CHOICES:
            with self.subTest(choice):
                number, key, conflict = self.disputed()
                self.move(number, title="Theirs, moved on")
                self.decide(conflict, choice)
                self.check_asked_again(number, key, conflict, "Mine", "Theirs, moved on")

    def test_decision_after_which_our_side_moved_is_asked_again(self):
        for choice in CHOICES:
            with self.subTest(choice):
                number, key, conflict = self.disputed()
                self.world.sandbox.control("POST", "faults", {"match": {"path": "/issues/%d$" % number}, "fault": "status",
                                                              "status": 503, "times": None})
                self.decide(conflict, choice)
                self.world.call("ticket.edit", key=key, set={"title": "Mine, moved on"}, actor="user:carol")
                self.world.sandbox.control("DELETE", "faults")
                self.check_asked_again(number, key, conflict, "Mine, moved on", "Theirs")

    def test_decision_overtaken_right_before_it_is_sent_is_asked_again(self):
        for choice, here in (("local", "Mine"), ("value", "Ours")):
            with self.subTest(choice):
                number, key, conflict = self.disputed()
                self.later()
                self.move_at_the_look_before_the_write(number, title="Theirs, at last")
                self.decide(conflict, choice)
                self.check_asked_again(number, key, conflict, here, "Theirs, at last")

    def test_decision_is_sent_after_all_when_another_field_moved(self):
        for choice, title in (("local", "Mine"), ("value", "Ours")):
            with self.subTest(choice):
                number, key, conflict = self.disputed()
                self.later()
                self.move_at_the_look_before_the_write(number, body="Their text")
                self.decide(conflict, choice)
                self.check_carried_out(number, key, conflict, title)
                self.assertEqual(self.world.call("ticket.get", key=key)["fields"]["body"], "Their text")

    def test_decision_is_resolved_when_the_tracker_has_it(self):
        number, key, conflict = self.disputed()
        self.world.sandbox.control("POST", "faults", {"match": {"method": "PATCH", "path": "/issues/%d$" % number},
                                                      "fault": "status_after_commit", "status": 502, "times": 1})
        self.world.sandbox.control("POST", "faults", {"match": {"method": "GET", "path": "/issues/%d$" % number}, "skip": 2,
                                                      "fault": "status", "status": 503, "times": None})
        self.decide(conflict, "local")
        wait_for(lambda: self.world.sql("select 1 from intent where state = 'unknown'"), "the lost answer")
        self.assertEqual(self.state(conflict), ("decided", "user:dora"))
        self.world.call("ticket.edit", key=key, set={"title": "Mine, later"}, actor="user:carol")
        self.world.sandbox.control("DELETE", "faults")
        wait_for(lambda: self.titles(number, key) == ("Mine, later", "Mine, later"), "the later edit")
        self.check_carried_out(number, key, conflict, "Mine, later")


if __name__ == "__main__":
    tap.main(__name__)
