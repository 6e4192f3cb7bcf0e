#!/usr/bin/python3
"""A value that a tracker refuses is asked of it once. Then it waits, in whatever form it stands here and there, until somebody
changes it on either side; the ticket's other fields go on."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from verbs import Refused  # noqa: E402
from world import STATUS_TABLE, World, wait_for  # noqa: E402

TOO_LONG = "line of text\n" * 6000
PEOPLE = {"field": "assignees", "closed": True, "members_max": 1,
          "table": [{"local": "carl", "external": "nobody-1"}, {"local": "cora", "external": "nobody-2"}]}


class Values(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(("--issues", "0", "--no-limits", "--no-pull-requests"))
        cls.addClassCleanup(cls.world.close)
        cls.world.connect(rules=[{"field": "status", "table": STATUS_TABLE}, PEOPLE])
        cls.world.sync()

    def ticket(self, **fields):
        """A ticket that both sides have: its number there and its key here."""
        number = self.world.sandbox.act("alice", "create", fields={"title": "Before", "body": "Text", **fields})["issue"]["number"]
        self.world.sync()
        self.world.settle()
        return number, self.world.ticket_of("#%d" % number)["key"]

    def edit(self, key, **change):
        self.world.call("ticket.edit", key=key, actor="user:carol", **change)

    def conflicts(self, key, state="open"):
        return self.world.call("conflict.list", ticket=key, state=state).get("conflicts", [])

    def refusal(self, key, field):
        """The one conflict that tells of it, once nothing is left to do."""
        wait_for(lambda: self.conflicts(key), "the refusal")
        self.world.settle(15)
        (found,) = self.conflicts(key)
        self.assertEqual((found["field"], found["kind"]), (field, "unmappable"))
        self.assertTrue(found["reason"])
        return found

    def asks(self, part, method=None):
        """How often this was asked of GitHub since log() was emptied."""
        log = self.world.sandbox.control("GET", "requests?last=1000")["log"]
        return len([one for one in log if part in one["path"] and one["method"] == (method or one["method"])])

    def forget(self):
        self.world.sandbox.control("DELETE", "requests")

    def check_asked_once(self, key, field, part, method=None):
        """Neither the next session nor another field's edit has it tried again."""
        refused = self.refusal(key, field)
        self.world.sync()
        self.edit(key, set={"labels": ["goes-on"]})
        self.world.settle(15)
        self.world.sync(mode="full")
        self.assertEqual(self.asks(part, method), 1)
        number = int(self.world.call("ticket.get", key=key)["mappings"][0]["external_id"])
        self.assertEqual([one["name"] for one in self.world.sandbox.issue(number)["labels"]], ["goes-on"])
        self.assertEqual([one["id"] for one in self.conflicts(key)], [refused["id"]])
        self.assertEqual(self.world.sql("select count(*) from conflict where item_id = (select id from item where 'T-' || number = "
                                        "'%s')" % key), [["1"]])

    # what is not here as it was sent

    def test_refused_word_with_blanks_around_it(self):
        _, key = self.ticket()
        self.forget()
        self.edit(key, set={"milestone": " Nowhere "})
        self.check_asked_once(key, "milestone", "/milestones")

    def test_refused_title_with_a_blank_at_its_end(self):
        number, key = self.ticket()
        self.forget()
        self.edit(key, set={"title": "x" * 300 + " "})
        self.check_asked_once(key, "title", "/issues/%d" % number, "PATCH")

    def test_refused_text_with_line_ends_of_windows(self):
        number, key = self.ticket()
        self.forget()
        self.edit(key, set={"body": TOO_LONG.replace("\n", "\r\n")})
        self.check_asked_once(key, "body", "/issues/%d" % number, "PATCH")

    def test_refused_text_over_one_that_calls_nobody_there(self):
        """There it stands with what keeps a mention from calling somebody, and is compared without."""
        number, key = self.ticket()
        self.edit(key, set={"body": "ask @bob"})
        wait_for(lambda: "bob" in self.world.sandbox.issue(number)["body"], "the text")
        self.world.settle()
        self.forget()
        self.edit(key, set={"body": TOO_LONG})
        self.check_asked_once(key, "body", "/issues/%d" % number, "PATCH")
        self.assertEqual(self.conflicts(key)[0]["external"], {"body": "ask @bob"})

    def test_refused_member_of_a_set_of_which_a_part_was_sent(self):
        """One has no word there, and for one there is no room."""
        number, key = self.ticket()
        self.forget()
        self.edit(key, add={"assignees": ["carl", "cora", "stranger"]})
        self.check_asked_once(key, "assignees", "/issues/%d/assignees" % number, "POST")
        self.assertEqual(set(self.conflicts(key)[0]["local"]["assignees"]), {"carl", "cora", "stranger"})

    def test_refused_value_of_a_new_ticket(self):
        """It is made without, and what GitHub begins with in its place is nobody's edit."""
        self.forget()
        key = self.world.call("ticket.new", project="rocket", actor="user:carol",
                              fields={"title": "New", "milestone": "Nowhere "})["key"]
        wait_for(lambda: self.world.call("ticket.get", key=key)["mappings"][0]["state"] == "linked", "the issue")
        self.check_asked_once(key, "milestone", "/milestones")

    def test_refused_comment(self):
        _, key = self.ticket()
        self.forget()
        self.world.call("ticket.comment", key=key, body=TOO_LONG.replace("\n", "\r\n"), actor="user:carol")
        self.refusal(key, "body")
        self.world.sync()
        self.world.settle(15)
        self.assertEqual(self.asks("/comments", "POST"), 1)
        self.assertEqual(len(self.conflicts(key)), 1)

    # what has it tried again

    def test_refused_value_that_is_changed_here_goes_out_at_once(self):
        number, key = self.ticket()
        self.edit(key, set={"title": "x" * 300 + " "})
        refused = self.refusal(key, "title")
        self.edit(key, set={"title": "Shorter "})
        wait_for(lambda: self.world.sandbox.issue(number)["title"] == "Shorter", "the shorter one")
        self.world.settle()
        self.assertEqual(self.conflicts(key), [])
        (ended,) = self.world.call("conflict.list", id=refused["id"])["conflicts"]
        self.assertEqual(ended["state"], "superseded")

    def test_refused_value_that_is_changed_there_is_a_question(self):
        number, key = self.ticket()
        self.edit(key, set={"title": "x" * 300 + " "})
        refused = self.refusal(key, "title")
        self.world.sandbox.control("POST", "clock", {"advance_s": 5})
        self.world.sandbox.act("bob", "edit", number=number, fields={"title": "Theirs"})
        self.world.sync()
        self.world.settle()
        (asked,) = self.conflicts(key)
        self.assertEqual((asked["kind"], asked["external"]), ("both_changed", {"title": "Theirs"}))
        self.assertEqual(self.world.sql("select payload ->> 'supersedes' from event_log where payload ->> 'conflict' = '%d'"
                                        % asked["id"]), [[str(refused["id"])]])

    def test_refused_value_is_tried_again_when_somebody_says_so(self):
        number, key = self.ticket()
        self.forget()
        self.edit(key, set={"title": "x" * 300 + " "})
        first = self.refusal(key, "title")
        self.world.call("conflict.resolve", id=first["id"], choice="local", actor="user:dora")
        wait_for(lambda: [one["id"] for one in self.conflicts(key) if one["id"] != first["id"]], "the answer")
        again = self.refusal(key, "title")
        self.assertEqual(self.asks("/issues/%d" % number, "PATCH"), 2)
        self.assertEqual([one["state"] for one in self.world.call("conflict.list", id=first["id"])["conflicts"]], ["superseded"])
        with self.assertRaises(Refused):
            self.world.call("conflict.resolve", id=first["id"], choice="external", actor="user:dora")
        self.world.call("conflict.resolve", id=again["id"], choice="external", actor="user:dora")
        wait_for(lambda: self.world.call("ticket.get", key=key)["fields"]["title"] == "Before", "what is there")
        self.world.settle()
        self.assertEqual(self.conflicts(key), [])


if __name__ == "__main__":
    tap.main(__name__)
