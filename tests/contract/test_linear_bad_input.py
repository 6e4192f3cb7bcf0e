#!/usr/bin/python3
"""The Linear connector against the stand-in: one thing that cannot be read is left out by name, the others go on."""

import json
import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from contract import marker  # noqa: E402
from driver import Pulled  # noqa: E402
from linear_case import LinearCase  # noqa: E402


class BadInput(LinearCase):
    def broken(self, issue, *fields):
        self.linear.control("broken", {"issue": issue, "fields": fields})
        self.addCleanup(self.linear.control, "broken", {"issue": issue})

    def test_bad_input_page_with_errors_gives_the_good_nodes_and_names_the_bad_one(self):
        bad, good = self.add_ticket("bad", assignee="alice"), self.add_ticket("good")
        self.broken(bad, "assignee")
        pulled = Pulled(self.driver)
        self.assertEqual({number for number, seen in pulled.tickets.items() if seen.get("gone")}, {bad})
        self.assertEqual(pulled.tickets[bad]["gone"], "unreadable")
        self.assertRegex(pulled.tickets[bad]["external_key"], r"^ENG-\d+$")
        self.assertEqual(pulled.tickets[good]["fields"]["title"], "good")
        self.assertEqual(set(pulled.tickets), set(self.world_tickets()))

    def test_bad_input_comments_of_a_broken_issue_still_come(self):
        bad = self.create(title="bad")["external_id"]
        comment = self.push("create", "comment", {"parent_external_id": bad}, marker(), set_={"body": "hello"}).observation
        self.broken(bad, "project")
        self.assertEqual(Pulled(self.driver).comments[comment["external_id"]]["fields"], {"body": "hello"})

    def test_bad_input_issue_that_cannot_be_shown_is_rejected_alone_and_named(self):
        bad, good = self.add_ticket("bad"), self.add_ticket("good")
        self.broken(bad, "assignee")
        answer = self.driver.fetch("ticket", bad)
        self.assertEqual(answer.code, "rejected")
        self.assertIn("assignee", answer.message)
        self.assertEqual(self.driver.fetch("ticket", good).code, "ok")
        self.broken(bad)
        self.assertEqual(self.driver.fetch("ticket", bad).observation["fields"]["title"], "bad")

    def test_bad_input_member_that_may_not_be_missing_takes_the_issue_with_it(self):
        """Of a page Linear then shows no node at all, so that none can be told from another."""
        bad = list(self.world_tickets())[-1]
        self.broken(bad, "title")
        answer = self.driver.fetch("ticket", bad)
        self.assertEqual((answer.code, "title" in answer.message), ("rejected", True))
        self.assertEqual(self.driver.pull().code, "retry")

    def test_bad_input_node_without_its_members_is_named(self):
        self.driver.pull()
        node = {"id": "11111111-2222-4333-8444-555555555555", "identifier": "ENG-9999"}
        for nodes in ([node], [dict(node, title=7)], [dict(node, updatedAt="yesterday")]):
            page = {"nodes": nodes, "pageInfo": {"hasPreviousPage": False}}
            self.fault("status", "Issues", status=200, body=json.dumps({"data": {"issues": page}}))
            with self.subTest(nodes=nodes):
                seen, = self.driver.pull().observations
                self.assertEqual((seen["gone"], seen["external_key"]), ("unreadable", "ENG-9999"))

    def test_bad_input_error_without_a_place_is_no_page(self):
        for path in (None, ["issues"], ["issues", "nodes"], ["issues", "nodes", 999, "title"], ["issues", "pageInfo", 0]):
            self.driver.reopen()
            self.driver.fetch("ticket", next(iter(self.world_tickets())))
            error = {"message": "No.", **({"path": path} if path else {})}
            page = {"nodes": [], "pageInfo": {"hasPreviousPage": False}}
            self.fault("status", "Issues|Changes", status=200, body=json.dumps({
                "data": {"issues": page, "comments": page}, "errors": [error]}))
            with self.subTest(path=path):
                self.assertEqual(self.driver.pull().code, "retry")

    def test_bad_input_write_that_shows_only_a_part_is_read_again(self):
        made = self.create(title="one", assignees=["alice"])["external_id"]
        self.linear.control("partial_errors", {"next": 1, "path": ["written", "issue", "assignee"]})
        answer = self.push("update", "ticket", {"external_id": made}, set_={"title": "two"})
        self.assertEqual((answer.code, answer.observation["fields"]["assignees"]), ("ok", ["alice"]))

    def test_bad_input_state_that_is_gone_is_rejected_by_name(self):
        made = self.create(title="one")["external_id"]
        self.linear.act("alice", "rename_state", **{"from": "In Review", "to": "Reviewing"})
        self.addCleanup(self.linear.act, "alice", "rename_state", **{"from": "Reviewing", "to": "In Review"})
        answer = self.push("update", "ticket", {"external_id": made}, set_={"status": "In Review"})
        self.assertEqual(answer.code, "rejected")
        self.assertIn("In Review", answer.message)
        self.assertIn("map the value", answer.message)

    def test_bad_input_credential_that_is_revoked_half_way_stops_the_pull_where_it_is(self):
        first = self.driver.pull()
        self.assertFalse(first.done)
        self.fault("status", "Issues", status=401, body=json.dumps({"errors": [{
            "message": "Authentication required", "extensions": {"code": "AUTHENTICATION_ERROR"}}]}))
        answer = self.driver.pull(first.cursor)
        self.assertEqual((answer.code, "store a new one" in answer.message), ("auth", True))
        seen = {one["external_id"] for one in first.observations} | set(Pulled(self.driver, first.cursor).tickets)
        self.assertEqual(seen, set(self.world_tickets()))


if __name__ == "__main__":
    tap.main(__name__)
