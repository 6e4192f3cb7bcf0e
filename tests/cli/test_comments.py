#!/usr/bin/python3
"""Deleting a comment by command, and what the others see of it: here, and in every tracker."""

import json
import os
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import tap  # noqa: E402
from trackers import GitHub, Linear, Trackers  # noqa: E402
from world import BIN, PATIENT_S, wait_for  # noqa: E402


class Deleting(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = Trackers((GitHub, Linear))
        cls.github, cls.linear = cls.world.trackers

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def tandem(self, *words):
        return subprocess.run([os.path.join(BIN, "tandem"), *words], env={**self.world.environment(), "TANDEM_ACTOR": "user:dora"},
                              capture_output=True, text=True, timeout=PATIENT_S, check=False)

    def run_fine(self, *words):
        done = self.tandem(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def fresh(self, title):
        """A ticket that both trackers have: its key here and there."""
        found = self.world.everywhere(self.github, self.github.create("alice", title=title))
        self.world.settle()
        return found

    def comments_there(self, keys):
        return [tracker.look(key)["comments"] for tracker, key in zip(self.world.trackers, keys)]

    def comment_everywhere(self, key, keys):
        """The comment's key here, once it is in both trackers."""
        wait_for(lambda: all(len(comments) == 1 for comments in self.comments_there(keys)), "the comment everywhere")
        self.world.settle()
        (comment,) = json.loads(self.run_fine("ticket", "show", key, "--json"))["comments"]
        return comment["key"]

    def check_gone(self, key, keys, comment, text):
        wait_for(lambda: self.comments_there(keys) == [[], []], "the comment to be gone everywhere")
        self.world.settle()
        self.assertNotIn(text, self.run_fine("ticket", "show", key))
        kept = self.run_fine("ticket", "show", key, "--deleted")
        for word in (text, "user:dora"):
            self.assertIn(word, kept)
        before = [len(tracker.writes()) for tracker in self.world.trackers]
        self.run_fine("ticket", "comment", comment, "--delete")  # again: nothing more comes of it
        for tracker in self.world.trackers:
            self.world.sync(tracker.name, mode="full")
        self.world.settle()
        self.assertEqual([len(tracker.writes()) for tracker in self.world.trackers], before)
        self.assertEqual(self.comments_there(keys), [[], []])
        self.assertEqual(self.world.call("conflict.list", ticket=key).get("conflicts", []), [])

    def test_comment_made_here_is_deleted_in_all_trackers(self):
        key, keys = self.fresh("Said here")
        self.run_fine("ticket", "comment", key, "--body", "A slip of the tongue")
        comment = self.comment_everywhere(key, keys)
        self.run_fine("ticket", "comment", comment, "--delete")
        self.check_gone(key, keys, comment, "A slip of the tongue")

    def test_comment_made_in_one_tracker_is_deleted_there_and_in_the_other(self):
        key, keys = self.fresh("Said there")
        self.linear.comment("bob", keys[1], "Said in haste")
        comment = self.comment_everywhere(key, keys)
        self.run_fine("ticket", "comment", comment, "--delete")
        self.check_gone(key, keys, comment, "Said in haste")

    def test_comment_that_a_tracker_will_not_delete_says_so(self):
        key, keys = self.fresh("Said for good")
        self.run_fine("ticket", "comment", key, "--body", "Here to stay")
        comment = self.comment_everywhere(key, keys)
        self.github.sandbox.control("POST", "faults", {
            "match": {"method": "DELETE", "path": "/issues/comments/"}, "fault": "status", "status": 403, "times": None,
            "body": '{"message":"Must have admin rights to Repository."}'})
        self.addCleanup(self.github.sandbox.control, "DELETE", "faults")
        self.run_fine("ticket", "comment", comment, "--delete")
        wait_for(lambda: self.comments_there(keys)[1] == [], "it to be gone where it can be")
        (parked,) = wait_for(lambda: self.world.call("status").get("parked"), "the deletion to be parked")
        self.assertIn("Must have admin rights", parked["reason"])
        of_each = {tracker.name: self.world.call("status", project=tracker.name).get("parked", []) for tracker in self.world.trackers}
        self.assertEqual({name: parked for name, parked in of_each.items() if parked}, {parked["project"]: [parked]})
        shown = self.run_fine("status")
        for word in (parked["id"], "Must have admin rights", "tandem retry"):
            self.assertIn(word, shown)
        self.assertEqual(len(self.comments_there(keys)[0]), 1)
        self.github.sandbox.control("DELETE", "faults")
        self.run_fine("retry", parked["id"])
        wait_for(lambda: self.comments_there(keys) == [[], []], "it to be gone everywhere")


class Overwritten(unittest.TestCase):
    """A value that our write replaced unseen, as a person meets it."""

    def test_overwritten_conflict_says_what_a_decision_does(self):
        with Trackers((Linear,), follow=False) as world:
            (linear,) = world.trackers
            issue = linear.create("alice", title="Before")
            key = wait_for(lambda: world.ticket_of(issue, "linear"), "the ticket")["key"]
            world.settle()
            linear.sandbox.control("POST", "faults", {
                "match": {"query": "^UpdateIssue$"}, "fault": "meanwhile",
                "act": {"actor": "alice", "do": "edit", "issue": issue, "fields": {"title": "Theirs"}}})
            world.call("ticket.edit", key=key, set={"title": "Ours"}, actor="user:carol")
            (conflict,) = wait_for(lambda: world.call("conflict.list", ticket=key).get("conflicts"), "the conflict")
            number = str(conflict["id"])

            def tandem(*words):
                return subprocess.run([os.path.join(BIN, "tandem"), *words], env=world.environment(), capture_output=True,
                                      text=True, timeout=PATIENT_S, check=True)
            shown = tandem("conflicts", "show", number)
            self.assertIn("which replaced that", shown.stdout)
            self.assertRegex(shown.stdout, r"!\s+Before\s+Ours\s+Theirs")
            self.assertRegex(shown.stderr, r"--external +what was replaced is brought back, here and everywhere")
            tandem("conflicts", "resolve", number, "--external")
            wait_for(lambda: linear.look(issue)["title"] == "Theirs", "the decision")


if __name__ == "__main__":
    tap.main(__name__)
