#!/usr/bin/python3
"""The Linear connector against the stand-in: what a write replaced, as the issue's history tells."""

import json
import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from contract import intent, payload  # noqa: E402
from linear_case import LinearCase  # noqa: E402


class Replaced(LinearCase):
    def look(self, issue):
        return self.driver.fetch("ticket", issue).observation

    def replaced(self, fresh, **parts):
        """What a write replaced that knows the issue as `fresh`."""
        answer = self.driver.call("push", intent=intent("update", "ticket", external_id=fresh["external_id"]),
                                  payload=payload(**parts), fresh=fresh)
        self.assertEqual(answer.code, "ok", answer)
        return answer.observation.get("replaced", {})

    def change(self, fresh, to):
        """A write of all these fields; people are sent as who comes and goes."""
        rest = {name: value for name, value in to.items() if name != "assignees"}
        return self.replaced(fresh, set_=rest, add={"assignees": to["assignees"]},
                             remove={"assignees": fresh["fields"]["assignees"]})

    def made(self, **fields):
        return self.look(self.create(**dict({"title": "one"}, **fields))["external_id"])

    def test_replaced_is_what_was_there_at_our_look(self):
        parent, other = (self.create(title="parent")["external_id"] for _ in range(2))
        before = {"title": "one", "status": "Todo", "priority": "Low", "assignees": ["alice"], "estimate": "3",
                  "due_date": "2026-01-31", "parent": parent, "project": "Launch pad", "sprint": "Cycle 3"}
        after = {"title": "two", "status": "Done", "priority": "High", "assignees": ["bob"], "estimate": "8",
                 "due_date": "2026-12-24", "parent": other, "project": "Fuel efficiency", "sprint": "Kick-off"}
        seen = self.made(**before)
        self.assertEqual(self.change(seen, after), before)
        self.assertEqual(self.change(self.look(seen["external_id"]), before), after)

    def test_replaced_tells_what_was_empty_and_what_is_now(self):
        full = {"priority": "Low", "assignees": ["alice"], "estimate": "3", "due_date": "2026-01-31",
                "project": "Launch pad", "sprint": "Cycle 3"}
        empty = {name: [] if name == "assignees" else "" for name in full}
        seen = self.made(**full)
        self.assertEqual(self.change(seen, empty), full)
        self.assertEqual(self.change(self.look(seen["external_id"]), full), empty)

    def test_replaced_shows_an_edit_made_between_our_look_and_our_write(self):
        seen = self.made(priority="Low", status="Todo")
        self.fault("meanwhile", "UpdateIssue", act={"actor": "alice", "do": "edit", "issue": seen["external_id"],
                                                    "fields": {"title": "by alice", "state": "In Review"}})
        self.assertEqual(self.replaced(seen, set_={"title": "ours", "status": "Done", "priority": "High"}),
                         {"title": "by alice", "status": "In Review", "priority": "Low"})

    def test_replaced_shows_the_assignee_whom_somebody_else_set(self):
        seen = self.made(assignees=["alice"])
        self.linear.act("carol", "edit", seen["external_id"], assignee="carol")
        self.assertEqual(self.replaced(seen, add={"assignees": ["bob"]}, remove={"assignees": ["alice"]}),
                         {"assignees": ["carol"]})

    def test_replaced_shows_an_edit_of_our_own_account_too(self):
        seen = self.made()
        self.linear.act("tandem-bot", "edit", seen["external_id"], title="by hand")
        self.assertEqual(self.replaced(seen, set_={"title": "ours"}), {"title": "by hand"})

    def test_replaced_says_nothing_of_what_we_did_not_write(self):
        seen = self.made(priority="Low", body="text")
        self.linear.act("alice", "edit", seen["external_id"], priority=1)
        self.assertEqual(self.replaced(seen, set_={"body": "other"}, add={"labels": ["Bug"]}), {})

    def test_replaced_says_nothing_of_an_entry_from_before_our_look(self):
        seen = self.made()
        self.replaced(seen, set_={"title": "two"})
        self.assertEqual(self.replaced(self.look(seen["external_id"]), set_={"title": "two"}), {})

    def test_replaced_says_nothing_of_a_name_that_is_gone(self):
        seen = self.made(project="Launch pad")
        found = {"history": {"nodes": [{"createdAt": "2999-01-01T00:00:00.000Z", "actor": {"isMe": True},
                                        "fromStateId": "x", "fromState": None, "toStateId": "y",
                                        "toState": {"name": "Todo"}, "fromTitle": "old", "toTitle": "one"}]}}
        issue = dict(self.shown(seen["external_id"]), **found)
        body = {"data": {"written": {"success": True, "issue": issue}}}
        self.answer_with(body)
        self.assertEqual(self.replaced(seen, set_={"title": "one", "status": "Todo"}), {"title": "old"})

    def shown(self, issue):
        return self.linear.ask("""query S($id: String!) { issue(id: $id) { id identifier url title description priority updatedAt
          createdAt state { name } labels { nodes { name } } team { id key } } }""", {"id": issue})["issue"]

    def answer_with(self, body):
        self.fault("status", "UpdateIssue", status=200, body=json.dumps(body))

    def test_replaced_needs_no_call_of_its_own(self):
        seen = self.made()
        self.linear.control("requests", method="DELETE")
        self.replaced(seen, set_={"title": "two"})
        self.assertEqual(self.counts(), {"UpdateIssue": 1})


if __name__ == "__main__":
    tap.main(__name__)
