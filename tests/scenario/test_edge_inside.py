#!/usr/bin/python3
"""What leads inside stays here, beside titles and texts too: a tracker that only the own network knows, and a field of words."""

import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from trackers import GitHub, Jira, Trackers  # noqa: E402
from world import wait_for  # noqa: E402


class InnerJira(Jira):
    """Its issues have addresses on a host of the own network."""
    fields = Jira.fields + ("type", "environment")
    statuses = Jira.statuses + (("open", "Open"),)  # where a bug begins

    def project(self, **settings):
        return super().project(**{"base_url": "http://localhost:%d" % self.sandbox.port, **settings})

    def environment(self, key):
        return self._markdown(self.ask("GET", "/rest/api/3/issue/" + key)["fields"]["environment"])


class World(Trackers):
    def start(self, role, number=0, more=()):
        hosts = "," + ",".join("localhost:%d" % one.sandbox.port for one in self.trackers)
        return super().start(role, number, {**dict(more), "TANDEM_ALLOW_HOSTS": self.extra["TANDEM_ALLOW_HOSTS"] + hosts})


class Inside(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World((GitHub, InnerJira))
        cls.github, cls.jira = cls.world.trackers

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def check_quiet(self, key):
        """Two more rounds write nothing, and nothing is disputed."""
        self.world.settle()
        before = [len(tracker.writes()) for tracker in self.world.trackers]
        for _ in range(2):
            self.world.sync_all()
        self.assertEqual([len(tracker.writes()) for tracker in self.world.trackers], before)
        self.assertEqual(self.world.call("conflict.list", ticket=key, state="open").get("conflicts", []), [])

    def said_here(self, key):
        return [one["body"] for one in self.world.call("ticket.get", key=key)["comments"]]

    def test_edge_line_below_a_comment_names_no_internal_place(self):
        issue = self.jira.create("alice", title="Engine coughs")
        key, (number, _) = self.world.everywhere(self.jira, issue)
        self.world.settle()
        comment = self.jira.comment("bob", issue, "First thought")
        wait_for(lambda: self.github.look(number)["comments"], "the comment in GitHub")
        self.check_quiet(key)
        self.assertEqual(self.github.look(number)["comments"], ["First thought\n\n— Bob Baker on Jira"])
        self.assertEqual(self.said_here(key), ["First thought"])
        self.jira.edit_comment("bob", issue, comment, "Second thought")
        wait_for(lambda: "Second" in self.github.look(number)["comments"][0], "the edit in GitHub")
        self.check_quiet(key)
        self.assertEqual(self.github.look(number)["comments"], ["Second thought\n\n— Bob Baker on Jira"])
        self.assertEqual(self.said_here(key), ["Second thought"])

    def test_edge_field_of_words_leaves_without_the_inside_and_comes_back_whole(self):
        told = "Bench 7, /home/zoe/e1 and http://ci.corp/e2"
        fields = {"title": "Env", "type": "Bug", "environment": told}  # tasks have no environment
        key = self.world.call("ticket.new", project="jira", actor="user:carol", fields=fields)["key"]
        wait_for(lambda: self.world.key_in(self.jira, key), "the ticket in Jira")
        issue = self.world.key_in(self.jira, key)
        self.check_quiet(key)
        self.assertEqual(self.jira.environment(issue), "Bench 7, (local path) and (internal link)")
        self.assertNotIn("ci.corp", json.dumps(self.jira.ask("GET", "/rest/api/3/issue/" + issue)["fields"]))
        self.assertEqual(self.world.call("ticket.get", key=key)["fields"]["environment"], told)
        self.world.call("ticket.edit", key=key, set={"environment": told.replace("7", "8")}, actor="user:carol")
        wait_for(lambda: self.jira.environment(issue).startswith("Bench 8"), "the edit in Jira")
        self.check_quiet(key)
        self.assertEqual(self.world.call("ticket.get", key=key)["fields"]["environment"], told.replace("7", "8"))


if __name__ == "__main__":
    tap.main(__name__)
