#!/usr/bin/python3
"""One ticket in several trackers at once: what happens in one reaches the others once, and nothing loops."""

import os
import sys
import unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(FOLDER, "..", "harness"))
import tap  # noqa: E402
from trackers import Trackers  # noqa: E402
from world import wait_for  # noqa: E402

# What a person changes in one tracker, and what each of the others then shows.
EDITS = {
    "a title": {"title": "Ignition sequence"},
    "a text": {"body": "First line.\n\nSecond paragraph."},
    "a status": {"status": "done"},
    "labels": {"labels": ["Bug"]},
    "several fields at once": {"title": "Both", "body": "And this", "status": "open"},
}


def plain(value):
    """What trackers write in their own ways is the same: emphasis in a text, the case of a label."""
    return [one.lower() for one in value] if isinstance(value, list) else value.replace("_", "*")


def shows(seen, change):
    return all(plain(seen[name]) == plain(value) for name, value in change.items())


class Shared(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = Trackers()
        cls.trackers = cls.world.trackers

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def fresh(self, tracker, title="Engine coughs", **fields):
        """A new issue of one tracker, once it is in all: the local key and its key in each."""
        created = tracker.create("alice", title=title, **fields)
        key, keys = self.world.everywhere(tracker, created)
        self.world.settle()
        return key, keys

    def others(self, tracker):
        return [(i, one) for i, one in enumerate(self.trackers) if one is not tracker]

    def writes(self):
        return [len(tracker.writes()) for tracker in self.trackers]

    def check_quiet(self):
        """Two more rounds write nothing anywhere."""
        self.world.settle()
        before = self.writes()
        for _ in range(2):
            self.world.sync_all()
        self.assertEqual(self.writes(), before)


class Spreading(Shared):
    def test_trackers_new_issue_turns_up_in_the_others_once(self):
        for tracker in self.trackers:
            with self.subTest(origin=tracker.system):
                title = "Made in " + tracker.title
                self.fresh(tracker, title, body="A text.")
                self.check_quiet()
                self.assertEqual([one.titles().count(title) for one in self.trackers], [1] * len(self.trackers))

    def test_trackers_ticket_made_here_goes_to_all(self):
        key = self.world.call("ticket.new", fields={"title": "Made here"}, project=self.trackers[0].name,
                              actor="user:carol")["key"]
        wait_for(lambda: all(self.world.key_in(one, key) for one in self.trackers), "it to be in all trackers")
        self.check_quiet()
        self.assertEqual([one.titles().count("Made here") for one in self.trackers], [1] * len(self.trackers))

    def test_trackers_private_ticket_goes_nowhere(self):
        self.world.call("ticket.new", fields={"title": "Secret plan"}, project=self.trackers[0].name,
                        privacy="local_only", actor="user:carol")
        self.world.sync_all()
        self.assertEqual([one.titles().count("Secret plan") for one in self.trackers], [0] * len(self.trackers))

    def test_trackers_lost_webhooks_are_made_up_by_the_next_poll(self):
        tracker = self.trackers[-1]
        tracker.sandbox.control("POST", "webhooks", {"lose_next": 5})
        created = tracker.create("alice", title="Nobody was told")
        self.world.sync_all()
        self.world.everywhere(tracker, created)
        tracker.sandbox.control("POST", "webhooks", {"lose_next": 0})
        self.check_quiet()

    def test_trackers_repeated_webhooks_make_nothing_twice(self):
        tracker = self.trackers[0]
        tracker.sandbox.control("POST", "webhooks", {"duplicate": True})
        created = tracker.create("alice", title="Told twice")
        self.world.everywhere(tracker, created)
        tracker.sandbox.control("POST", "webhooks", {"duplicate": False})
        self.check_quiet()
        self.assertEqual([one.titles().count("Told twice") for one in self.trackers], [1] * len(self.trackers))


class Editing(Shared):
    def test_trackers_edit_of_one_reaches_the_others(self):
        for tracker in self.trackers:
            _, keys = self.fresh(tracker, body="Before.")
            for what, change in EDITS.items():
                with self.subTest(origin=tracker.system, what=what):
                    place = self.trackers.index(tracker)
                    tracker.edit("bob", keys[place], **change)
                    for i, other in self.others(tracker):
                        wait_for(lambda: shows(other.look(keys[i]), change),
                                 "%s of %s in %s" % (what, tracker.title, other.title))
            self.check_quiet()

    def test_trackers_edits_of_different_fields_are_all_kept(self):
        _, keys = self.fresh(self.trackers[0], body="Before.")
        self.trackers[0].edit("alice", keys[0], title="New title")
        self.trackers[1].edit("bob", keys[1], body="New text.")
        for key, tracker in zip(keys, self.trackers):
            wait_for(lambda: shows(tracker.look(key), {"title": "New title", "body": "New text."}),
                     "both edits in " + tracker.title)
        self.check_quiet()

    def test_trackers_same_field_on_two_sides_is_a_conflict_and_loses_nothing(self):
        key, keys = self.fresh(self.trackers[0], title="One of us")
        for tracker in self.trackers:
            tracker.sandbox.control("POST", "webhooks", {"pause": True})
        self.trackers[0].edit("alice", keys[0], title="Hers")
        self.trackers[1].edit("bob", keys[1], title="His")
        for tracker in self.trackers:
            tracker.sandbox.control("POST", "webhooks", {"pause": False})
        self.world.sync_all()
        found = [one for one in self.world.call("conflict.list", ticket=key)["conflicts"] if one["state"] == "open"]
        self.assertEqual([one["field"] for one in found], ["title"])
        self.assertEqual({found[0]["local"]["title"], found[0]["external"]["title"]}, {"Hers", "His"})
        self.check_quiet()
        self.world.call("conflict.resolve", id=found[0]["id"], choice="local", actor="user:carol")
        for external, tracker in zip(keys, self.trackers):
            wait_for(lambda: tracker.look(external)["title"] == found[0]["local"]["title"], "the decision in " + tracker.title)
        self.check_quiet()

    def test_trackers_field_that_one_lacks_stays_with_the_others(self):
        lacking = next(one for one in self.trackers if "priority" not in one.fields)
        having = next(one for one in self.trackers if "priority" in one.fields)
        key, keys = self.fresh(lacking)
        place = self.trackers.index(having)
        having.edit("bob", keys[place], due_date="2026-12-24")
        wait_for(lambda: self.world.call("ticket.get", key=key)["fields"].get("due_date") == "2026-12-24", "the due date")
        self.world.call("ticket.edit", key=key, set={"due_date": "2026-12-31"}, actor="user:carol")
        wait_for(lambda: having.look(keys[place])["due_date"] == "2026-12-31", "the due date there")
        self.check_quiet()

    def test_trackers_with_room_for_one_assignee_take_one(self):
        key, keys = self.fresh(self.trackers[0])
        self.world.call("ticket.edit", key=key, set={"assignees": ["alice", "bob"]}, actor="user:carol")
        for external, tracker in zip(keys, self.trackers):
            wait_for(lambda: tracker.look(external)["assignees"], "an assignee in " + tracker.title)
        self.check_quiet()
        self.assertEqual(self.world.call("ticket.get", key=key)["fields"]["assignees"], ["alice", "bob"])


class Commenting(Shared):
    def test_trackers_label_taken_away_before_its_write_is_answered_stays_away(self):
        """The answers are long in coming and then lost; the look after that asks each tracker's history."""
        writes = {"github": {"method": "POST", "path": "/labels$"}, "jira": {"method": "PUT", "path": "/issue/[^/]+$"},
                  "linear": {"query": "^UpdateIssue$"}}
        key, keys = self.fresh(self.trackers[0])
        asked = [(tracker, its) for tracker, its in zip(self.trackers, keys) if tracker.system in writes]
        for tracker, _ in asked:
            tracker.sandbox.control("POST", "faults", {"match": writes[tracker.system], "fault": "hang_after_commit", "delay_ms": 3000})
        self.world.call("ticket.edit", key=key, set={"labels": ["Bug"]}, actor="user:carol")
        for tracker, its in asked:
            wait_for(lambda: tracker.look(its)["labels"], "the label to be in " + tracker.title)
            tracker.edit("bob", its, labels=[])
        wait_for(lambda: not self.world.call("ticket.get", key=key)["fields"]["labels"], "the removal to come here")
        self.check_quiet()
        self.assertEqual([tracker.look(its)["labels"] for tracker, its in zip(self.trackers, keys)], [[]] * len(keys))
        self.assertEqual(self.world.call("conflict.list", ticket=key, state="open").get("conflicts", []), [])

    def test_trackers_comment_tells_its_author_and_place(self):
        for tracker in self.trackers:
            with self.subTest(origin=tracker.system):
                key, keys = self.fresh(tracker)
                tracker.comment("bob", keys[self.trackers.index(tracker)], "Seen on the pad.")
                for i, other in self.others(tracker):
                    wait_for(lambda: other.look(keys[i])["comments"], "the comment in " + other.title)
                    seen = other.look(keys[i])["comments"][0]
                    self.assertRegex(plain(seen), r"\ASeen on the pad\.\n\n— \[[^\]]+ on %s\]\(http" % tracker.title)
                self.check_quiet()
                comments = self.world.call("ticket.get", key=key)["comments"]
                self.assertEqual([plain(one["body"]) for one in comments], ["Seen on the pad."])

    def test_trackers_edit_of_a_comment_travels(self):
        for tracker in self.trackers:
            with self.subTest(origin=tracker.system):
                key, keys = self.fresh(tracker)
                place = self.trackers.index(tracker)
                comment = tracker.comment("bob", keys[place], "First thought")
                for i, other in self.others(tracker):
                    wait_for(lambda: other.look(keys[i])["comments"], "the comment in " + other.title)
                self.world.settle()
                tracker.edit_comment("bob", keys[place], comment, "Second thought")
                for i, other in self.others(tracker):
                    wait_for(lambda: other.look(keys[i])["comments"][0].startswith("Second thought"),
                             "the edit in " + other.title)
                self.check_quiet()
                self.assertEqual([one["body"] for one in self.world.call("ticket.get", key=key)["comments"]],
                                 ["Second thought"])


if __name__ == "__main__":
    tap.main(__name__)
