#!/usr/bin/python3
"""One issue of Jira or Linear that cannot be read: it alone is parked, says why, and goes on when it can be read again."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from jira_world import JiraWorld  # noqa: E402
from linear_world import LinearWorld  # noqa: E402
from world import wait_for  # noqa: E402


class OneBadItem:
    """A test class says how its world makes an issue, breaks it, and edits its title."""

    @classmethod
    def setUpClass(cls):
        cls.world = cls.make_world()
        cls.world.connect()
        cls.world.sync()
        cls.world.settle()

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def mapping(self, issue):
        """State and reason of the mapping of an issue."""
        rows = self.world.sql("select m.state, coalesce(m.reason, '') from mapping m join external_item e using (project_id, kind, "
                              "external_id) where m.kind = 'ticket' and '%s' in (e.external_id, e.external_key)" % issue)
        return rows[0] if rows else ["", ""]

    def title_here(self, issue):
        rows = self.world.sql("select i.fields ->> 'title' from mapping m join external_item e using (project_id, kind, external_id) "
                              "join item i on i.id = m.item_id where m.kind = 'ticket' and '%s' in (e.external_id, "
                              "e.external_key)" % issue)
        return rows and rows[0][0]

    def pull(self):
        self.world.call("session.start", project="rocket", mode="incremental", trigger="person", actor="user:test")

    def test_bad_item_is_parked_alone_and_goes_on_later(self):
        bad, good = self.make("Bad one"), self.make("Good one")
        self.pull()
        wait_for(lambda: self.mapping(bad)[0] == self.mapping(good)[0] == "linked", "both to be here")
        self.spoil(bad)
        for issue in (bad, good):
            self.rename(issue, "Edited there")
        self.pull()
        state, reason = wait_for(lambda: self.mapping(bad)[0] == "parked" and self.mapping(bad), "the bad one to be parked")
        for word in self.words(bad):
            self.assertIn(word, reason)
        wait_for(lambda: self.title_here(good) == "Edited there", "the good one to go on")
        self.assertEqual(self.title_here(bad), "Bad one")
        self.assertEqual(self.world.call("project.list", name="rocket")["projects"][0]["state"], "active")
        self.mend(bad)
        self.world.sql("update fetch_queue set next_at = now()")  # as if the time until the next look had passed
        self.pull()
        wait_for(lambda: self.mapping(bad) == ["linked", ""] and self.title_here(bad) == "Edited there", "the bad one to go on")


class Jira(OneBadItem, unittest.TestCase):
    make_world = JiraWorld

    def make(self, title):
        return self.world.act("create", summary=title)["issue"]["key"]

    def rename(self, issue, title):
        self.world.act("edit", issue, summary=title)

    def spoil(self, issue):
        self.world.sandbox.control("POST", "broken", {"issue": issue, "fields": {"description": {"type": "nonsense"}}})

    def mend(self, issue):
        self.world.sandbox.control("POST", "broken", {"issue": issue})

    def words(self, issue):
        return issue, "Description", "open it in Jira"


class Linear(OneBadItem, unittest.TestCase):
    make_world = LinearWorld

    def make(self, title):
        return self.world.act("create", title=title, assignee="alice")["issue"]["id"]

    def rename(self, issue, title):
        self.world.act("edit", issue, title=title)

    def spoil(self, issue):
        self.world.sandbox.control("POST", "broken", {"issue": issue, "fields": ["assignee"]})

    def mend(self, issue):
        self.world.sandbox.control("POST", "broken", {"issue": issue})

    def words(self, issue):
        return "assignee", "Linear"


if __name__ == "__main__":
    tap.main(__name__)
