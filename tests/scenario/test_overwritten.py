#!/usr/bin/python3
"""Somebody edits a field between tandem's last look and its write: what the write replaced unseen is kept as a conflict
`overwritten` with both values, and a person can bring it back everywhere."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from trackers import Jira, Linear, Trackers  # noqa: E402
from verbs import Refused  # noqa: E402
from world import wait_for  # noqa: E402


class Overwritten(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = Trackers(kinds=(Jira, Linear))
        cls.jira, cls.linear = cls.world.trackers

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def tearDown(self):
        for tracker in self.world.trackers:
            tracker.sandbox.control("DELETE", "faults")

    # what people do

    def edit_before_our_write(self, tracker, issue, **fields):
        """The order to make this edit just before the next write of tandem's to the issue."""
        if tracker is self.jira:
            match = {"method": "PUT", "path": "/issue/[^/]+$"}
            act = {"actor": "petra", "do": "edit", "key": issue}
        else:
            match = {"query": "^UpdateIssue$"}
            act = {"actor": "alice", "do": "edit", "issue": issue}
        tracker.sandbox.control("POST", "faults", {"match": match, "fault": "meanwhile",
                                                   "act": {**act, "fields": tracker._words(fields)}})

    def overwrite(self, tracker, theirs, ours):
        """A ticket whose fields we wrote over an edit that we had not seen: its key here, its keys there, its open
        conflicts by field."""
        key, keys = self.world.everywhere(tracker, tracker.create("alice", title="Before", due_date="2026-01-31"))
        self.world.settle()
        self.edit_before_our_write(tracker, keys[self.world.trackers.index(tracker)], **theirs)
        self.world.call("ticket.edit", key=key, set=ours, actor="user:carol")
        conflicts = wait_for(lambda: len(found := self.conflicts(key)) == len(theirs) and found, "what was overwritten")
        self.world.settle()
        return key, keys, conflicts

    def conflicts(self, key, state="open"):
        return {one["field"]: one for one in self.world.call("conflict.list", ticket=key, state=state).get("conflicts", [])}

    def decide(self, conflict, choice, **more):
        self.world.call("conflict.resolve", id=conflict["id"], choice=choice, actor="user:dora", **more)

    def values(self, key, keys, field):
        """Here, then in each tracker."""
        here = self.world.call("ticket.get", key=key)["fields"][field]
        return [here] + [tracker.look(issue)[field] for tracker, issue in zip(self.world.trackers, keys)]

    def check_all_have(self, key, keys, field, value):
        wait_for(lambda: self.values(key, keys, field) == [value] * 3, "%r everywhere" % value)
        self.world.settle()
        before = [len(tracker.writes()) for tracker in self.world.trackers]
        self.world.sync_all()
        self.assertEqual([len(tracker.writes()) for tracker in self.world.trackers], before)
        self.assertEqual(self.values(key, keys, field), [value] * 3)

    # what becomes of it

    def check_shown_and_brought_back(self, tracker):
        key, keys, found = self.overwrite(tracker, theirs={"title": "Theirs"}, ours={"title": "Ours"})
        conflict = found["title"]
        self.assertEqual((conflict["kind"], conflict["project"]), ("overwritten", tracker.name))
        self.assertEqual([conflict[side]["title"] for side in ("base", "local", "external")], ["Before", "Ours", "Theirs"])
        self.assertEqual(self.values(key, keys, "title"), ["Ours"] * 3)
        self.decide(conflict, "external")
        self.check_all_have(key, keys, "title", "Theirs")
        resolved = self.conflicts(key, state="resolved")["title"]
        self.assertEqual((resolved["winner"], resolved["decided_by"]), ("external", "user:dora"))
        self.assertEqual(self.conflicts(key), {})

    def test_overwritten_value_of_jira_is_shown_and_brought_back_everywhere(self):
        self.check_shown_and_brought_back(self.jira)

    def test_overwritten_value_of_linear_is_shown_and_brought_back_everywhere(self):
        self.check_shown_and_brought_back(self.linear)

    def test_overwritten_value_is_brought_back_though_ours_has_a_blank_at_its_end(self):
        """What was sent had none, and nobody has changed anything since."""
        for tracker in self.world.trackers:
            with self.subTest(tracker=tracker.system):
                key, keys, found = self.overwrite(tracker, theirs={"title": "Theirs"}, ours={"title": "Ours "})
                self.decide(found["title"], "external")
                self.check_all_have(key, keys, "title", "Theirs")

    def test_overwritten_fields_are_decided_one_by_one(self):
        for tracker in self.world.trackers:
            with self.subTest(tracker=tracker.system):
                key, keys, found = self.overwrite(tracker, theirs={"title": "Theirs", "due_date": "2026-12-24"},
                                                  ours={"title": "Ours", "due_date": "2026-05-01"})
                self.assertEqual(found["due_date"]["external"], {"due_date": "2026-12-24"})
                self.decide(found["title"], "local")
                self.decide(found["due_date"], "external")
                self.check_all_have(key, keys, "due_date", "2026-12-24")
                self.assertEqual(self.values(key, keys, "title"), ["Ours"] * 3)
                self.assertEqual(self.conflicts(key), {})

    def test_overwritten_value_gives_way_to_a_third(self):
        key, keys, found = self.overwrite(self.jira, theirs={"title": "Theirs"}, ours={"title": "Ours"})
        self.decide(found["title"], "value", value={"title": "Both of us"})
        self.check_all_have(key, keys, "title", "Both of us")

    def test_overwritten_freezes_nothing_and_a_later_edit_stands(self):
        """An edit after the overwriting travels; the decision that would take it away is refused and says how to go on."""
        key, keys, found = self.overwrite(self.linear, theirs={"title": "Theirs"}, ours={"title": "Ours"})
        self.linear.edit("bob", keys[1], title="Later")
        wait_for(lambda: self.values(key, keys, "title") == ["Later"] * 3, "the later edit everywhere")
        with self.assertRaises(Refused) as refused:
            self.decide(found["title"], "external")
        self.assertEqual(refused.exception.code, "stale")
        self.assertIn("tandem ticket edit", refused.exception.message)
        self.decide(found["title"], "local")
        self.assertEqual(self.conflicts(key), {})
        self.check_all_have(key, keys, "title", "Later")


if __name__ == "__main__":
    tap.main(__name__)
