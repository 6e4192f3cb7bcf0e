#!/usr/bin/python3
"""Linking tickets that exist on both sides already: shown before anything is done, and what differs is for a person."""

import os
import sys
import unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(FOLDER, "..", "harness"))
import tap  # noqa: E402
from trackers import GitHub, Linear, Trackers  # noqa: E402
from verbs import Refused  # noqa: E402
from world import wait_for  # noqa: E402


class Link(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = Trackers((GitHub, Linear), follow=False)
        cls.github, cls.linear = cls.world.trackers

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def pair(self, title, other_title=None, **more):
        """The same work in both trackers, made by hand in each: external keys."""
        keys = (self.github.create("alice", title=title, body=more.get("body", "Seen today.")),
                self.linear.create("bob", title=other_title or title, body=more.get("other_body", "Seen today.")))
        for tracker, key in zip((self.github, self.linear), keys):
            wait_for(lambda: self.world.ticket_of(key, tracker.name), key + " here")
        self.world.settle()
        return keys

    def link(self, keys, **more):
        return self.world.call("ticket.link", key="github:" + keys[0], other="linear:" + keys[1], actor="user:carol", **more)

    def open_conflicts(self, key):
        return {one["field"]: one for one in self.world.call("conflict.list", ticket=key).get("conflicts", [])
                if one["state"] == "open"}

    def test_link_makes_one_ticket_that_is_kept_in_step(self):
        keys = self.pair("The same work")
        linked = self.link(keys)
        self.assertTrue(linked["linked"])
        self.world.settle()
        ticket = self.world.call("ticket.get", key=linked["key"])
        self.assertEqual({one["external_key"] for one in ticket["mappings"]}, set(keys))
        self.assertEqual(self.world.call("ticket.get", key=linked["other"])["key"], linked["key"])
        self.assertEqual(self.open_conflicts(linked["key"]), {})
        self.github.edit("alice", keys[0], title="The same work, renamed")
        wait_for(lambda: self.linear.look(keys[1])["title"] == "The same work, renamed", "the edit in Linear")
        self.linear.edit("bob", keys[1], status="done")
        wait_for(lambda: self.github.look(keys[0])["status"] == "done", "the status in GitHub")

    def test_link_preview_changes_nothing(self):
        keys = self.pair("Looked at", other_title="Looked at there")
        shown = self.link(keys, preview=True)
        self.assertFalse(shown.get("linked"))
        self.assertEqual([(one["field"], one["ours"]["title"], one["theirs"]["title"]) for one in shown["differences"]],
                         [("title", "Looked at", "Looked at there")])
        self.assertEqual(self.world.call("ticket.get", key=shown["other"])["key"], shown["other"])

    def test_link_of_unequal_fields_is_a_conflict_and_never_a_pull(self):
        keys = self.pair("Ours", other_title="Theirs", body="Our text", other_body="Their text")
        linked = self.link(keys)
        self.world.settle()
        found = self.open_conflicts(linked["key"])
        self.assertEqual({field: one["kind"] for field, one in found.items()},
                         {"title": "unequal_when_linked", "body": "unequal_when_linked"})
        self.assertEqual(self.world.call("ticket.get", key=linked["key"])["fields"]["title"], "Ours")
        self.assertEqual((self.github.look(keys[0])["title"], self.linear.look(keys[1])["title"]), ("Ours", "Theirs"))
        self.world.call("conflict.resolve", id=found["title"]["id"], choice="external", actor="user:carol")
        wait_for(lambda: self.github.look(keys[0])["title"] == "Theirs", "the decision in GitHub")

    def test_link_brings_the_comments_of_both_together(self):
        keys = self.pair("Much talked about")
        self.github.comment("alice", keys[0], "From GitHub")
        self.linear.comment("bob", keys[1], "From Linear")
        ticket = self.world.ticket_of(keys[1], "linear")["key"]
        wait_for(lambda: self.world.call("ticket.get", key=ticket).get("comments"), "the comment of Linear")
        self.world.settle()
        self.link(keys)
        for tracker, key in zip((self.github, self.linear), keys):
            wait_for(lambda: len(tracker.look(key)["comments"]) == 2, "both comments in " + tracker.title)
        self.world.settle()
        before = [len(one.writes()) for one in self.world.trackers]
        self.world.sync_all()
        self.assertEqual([len(one.writes()) for one in self.world.trackers], before)

    def test_link_suggests_by_title_and_by_reference(self):
        same = self.pair("Only two have this title")
        issue = self.github.create("alice", title="Referred to", body="")
        wait_for(lambda: self.world.ticket_of(issue, "github"), "it here")
        url = next(one["url"] for one in self.world.ticket_of(issue, "github")["mappings"])
        referring = self.linear.create("bob", title="Refers", body="See %s for the rest." % url)
        wait_for(lambda: self.world.ticket_of(referring, "linear"), "it here")
        found = self.world.call("link.suggest", project="github", other="linear")["suggestions"]
        reasons = {(one["external_key"], one["other_external_key"]): one["reason"] for one in found}
        self.assertEqual(reasons[(issue, referring)], "reference")
        self.assertEqual(reasons[same], "title")

    def test_link_suggests_no_title_that_several_have(self):
        for _ in range(2):
            self.pair("Release")
        found = self.world.call("link.suggest", project="github", other="linear")["suggestions"]
        self.assertNotIn("Release", {one["title"] for one in found})

    def test_link_refuses_what_makes_no_sense(self):
        one, two = self.pair("First of two"), self.pair("Second of two")
        self.world.call("ticket.share", key=self.world.ticket_of(two[1], "linear")["key"], privacy="local_only",
                        actor="user:carol")
        for key, other, code in (("github:" + one[0], "github:" + one[0], "rejected"),
                                 ("github:" + one[0], "github:" + two[0], "rejected"),
                                 ("github:" + one[0], "linear:" + two[1], "rejected"),
                                 ("github:#99999", "linear:" + one[1], "gone"),
                                 ("nowhere:#1", "linear:" + one[1], "gone"), ("T-999999", "linear:" + one[1], "gone")):
            with self.subTest(key=key, other=other):
                with self.assertRaises(Refused) as refused:
                    self.world.call("ticket.link", key=key, other=other, actor="user:carol")
                self.assertEqual(refused.exception.code, code)


if __name__ == "__main__":
    tap.main(__name__)
