#!/usr/bin/python3
"""One ticket of a tracker that cannot be read: it alone is parked, `status` says why, and it goes on when it can be read again:
by itself, or when a person has it tried again."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from jira_world import JiraWorld  # noqa: E402
from linear_world import LinearWorld  # noqa: E402
from webhook_world import WebhookWorld  # noqa: E402
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

    def pull(self, mode="incremental"):
        self.world.call("session.start", project="rocket", mode=mode, trigger="person", actor="user:test")

    def parked(self, issue):
        """What `status` lists of an issue."""
        (number,) = self.world.sql("select i.number from mapping m join external_item e using (project_id, kind, external_id) "
                                   "join item i on i.id = m.item_id where m.kind = 'ticket' and '%s' in (e.external_id, "
                                   "e.external_key)" % issue)
        return [one for one in self.world.call("status").get("parked", []) if one["ticket"] == "T-" + number[0]]

    def one_bad_of_two(self):
        """Two tickets that are edited there, one of which cannot be read any more; waits until it is parked."""
        bad, good = self.make("Bad one"), self.make("Good one")
        self.pull()
        wait_for(lambda: self.title_here(bad) and self.title_here(good), "both to be here")
        self.spoil(bad)
        for issue in (bad, good):
            self.rename(issue, "Edited there")
        self.pull(self.mode)
        wait_for(lambda: self.mapping(bad)[0] == "parked", "the bad one to be parked")
        return bad, good

    mode = "incremental"

    def back(self, bad):
        wait_for(lambda: self.mapping(bad) == ["linked", ""] and self.title_here(bad) == "Edited there", "the bad one to go on")
        self.assertEqual(self.parked(bad), [])

    def test_bad_item_is_parked_alone_and_goes_on_later(self):
        bad, good = self.one_bad_of_two()
        for word in self.words(bad):
            self.assertIn(word, self.mapping(bad)[1])
        wait_for(lambda: self.title_here(good) == "Edited there", "the good one to go on")
        self.assertEqual(self.title_here(bad), "Bad one")
        self.assertEqual(self.world.call("project.list", name="rocket")["projects"][0]["state"], "active")
        self.mend(bad)
        self.world.sql("update fetch_queue set next_at = now()")  # as if the time until the next look had passed
        self.back(bad)

    def test_bad_item_is_listed_and_comes_back_when_a_person_has_it_retried(self):
        bad, good = self.one_bad_of_two()
        wait_for(lambda: self.title_here(good) == "Edited there", "the good one to go on")
        (listed,) = self.parked(bad)
        self.assertEqual((listed["kind"], listed["project"], listed["reason"]), ("read", "rocket", self.mapping(bad)[1]))
        self.assertEqual(listed["next_step"], "tandem retry " + listed["id"])
        self.mend(bad)
        self.assertEqual(self.world.call("work.retry", id=listed["id"], actor="user:ann")["reads"], 1)
        self.back(bad)

    def test_bad_item_that_was_never_here_is_listed_too(self):
        bad = self.make("Never seen")
        self.spoil(bad)
        self.pull()
        (listed,) = wait_for(lambda: [one for one in self.world.call("status").get("parked", []) if one["id"].startswith("F-")],
                             "it to be listed")
        for word in self.words(bad):
            self.assertIn(word, listed["reason"])
        self.assertEqual(self.world.call("status")["projects"][0]["parked"], 1)
        self.mend(bad)
        self.assertEqual(self.world.call("work.retry", id=listed["id"], actor="user:ann")["reads"], 1)
        wait_for(lambda: self.mapping(bad) == ["linked", ""] and self.title_here(bad) == "Never seen", "it to be here")
        self.assertEqual(self.world.call("status")["projects"][0].get("parked", 0), 0)

    def test_bad_item_does_not_hold_up_the_session(self):
        bad, _ = self.one_bad_of_two()
        self.world.sync()
        self.assertEqual(self.mapping(bad)[0], "parked")
        self.mend(bad)
        self.world.call("work.retry", project="rocket", actor="user:ann")
        self.back(bad)


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

    def ask_for(self, external_id, failures=0):
        """Has one issue looked at by its id, after so many looks that failed."""
        self.world.sql("insert into fetch_queue (project_id, kind, external_id, reason, failures) select id, 'ticket', '%s', 'test', %d "
                       "from project" % (external_id, failures))

    def test_item_whose_looks_fail_for_ever_is_parked_with_the_last_reason_and_comes_back(self):
        bad, good = self.make("Never answered"), self.make("Answered")
        self.pull()
        wait_for(lambda: self.title_here(bad) and self.title_here(good), "both to be here")
        self.world.settle()
        ids = dict(self.world.sql("select external_key, external_id from external_item where external_key in ('%s', '%s')" % (bad, good)))
        self.world.sandbox.control("POST", "faults", [
            {"match": {"path": "/issue/%s" % word}, "fault": "status", "status": 502, "times": None} for word in (ids[bad], "98765")])
        self.rename(bad, "Edited there")
        for word, failures in ((ids[bad], 23), (ids[good], 0), ("98765", 23)):
            self.ask_for(word, failures)
        self.pull()

        def listed():
            found = {one["id"][0]: one for one in self.world.call("status").get("parked", [])}
            return found if set(found) == {"R", "F"} else None
        found = wait_for(listed, "both to be parked")
        wait_for(lambda: self.world.sql("select external_id from fetch_queue where not refused") == [], "the good one to be answered")
        for one, word in ((found["R"], ids[bad]), (found["F"], "98765")):
            self.assertIn("looks in a row have failed, the last one with: ", one["reason"])
            self.assertIn("502", one["reason"])
            self.assertIn(word, one["reason"])
            self.assertEqual(one["next_step"], "tandem retry " + one["id"])
        self.assertEqual(self.world.call("status")["projects"][0]["parked"], 2)
        self.assertEqual(self.world.call("status")["projects"][0].get("lag_ms", 0), 0)
        self.world.sandbox.control("DELETE", "faults")
        self.world.sql("update fetch_queue set next_at = now() + interval '1 hour'")
        for one in found.values():
            self.assertEqual(self.world.call("work.retry", id=one["id"], actor="user:ann")["reads"], 1)
        self.back(bad)
        wait_for(lambda: not self.world.call("status").get("parked"), "the one that never was to be forgotten")


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


class WebhookTracker(OneBadItem, unittest.TestCase):
    """A field of another type than the mapping says."""

    make_world = WebhookWorld
    broken = {"fields": {"title": ["no", "text"]}}

    def make(self, title):
        return self.world.act("create", title=title)["id"]

    def rename(self, issue, title):
        self.world.act("edit", issue, title=title)

    def spoil(self, issue):
        self.world.sandbox.control("POST", "broken", {"id": issue, **self.broken})

    def mend(self, issue):
        self.world.sandbox.control("POST", "broken", {"id": issue})

    def words(self, issue):
        return "/tickets/" + issue, "ticket.fields.title"


class WebhookTrackerTooLong(WebhookTracker):
    """More text than is kept in step."""

    broken = {"fields": {"title": "Edited there", "description": "long " * 1000 * 1000}}

    def words(self, issue):
        return "bytes of text", "at most 4194304"


class WebhookTrackerWithoutId(WebhookTracker):
    """In a list such a ticket is nobody's; that it is missed there has it looked at by itself."""

    broken = {"without": ["id"]}
    mode = "full"
    test_bad_item_that_was_never_here_is_listed_too = None  # nobody knows what to look at

    def words(self, issue):
        return "/tickets/" + issue, "ticket.id"

    def test_bad_item_left_out_of_a_list_is_not_forgotten(self):
        bad, good = self.make("Left out"), self.make("Shown")
        self.pull()
        wait_for(lambda: self.title_here(bad) and self.title_here(good), "both to be here")
        self.spoil(bad)
        self.rename(bad, "Edited there")
        self.world.sandbox.control("POST", "clock", {"advance_s": 3600})  # longer than lists overlap
        self.rename(good, "Edited later")
        self.world.sync()
        wait_for(lambda: self.title_here(good) == "Edited later", "the good one to go on")
        self.assertIn("pull_note", self.world.processes["adapter-webhook"].output())
        self.mend(bad)
        self.world.sync()
        wait_for(lambda: self.title_here(bad) == "Edited there", "the edit that was left out")


if __name__ == "__main__":
    tap.main(__name__)
