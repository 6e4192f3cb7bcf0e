#!/usr/bin/python3
"""Jira and local tickets, both ways, through every process: fields, texts, comments, webhooks, lost answers."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from jira_world import JiraWorld  # noqa: E402
from world import wait_for  # noqa: E402

MARKDOWN = "Steps\n=====\n\n* one\n* *two*\n\nSee [docs][d].\n\n[d]: https://example.com/docs"


class JiraCase(unittest.TestCase):
    data_center = False

    @classmethod
    def setUpClass(cls):
        cls.world = JiraWorld(data_center=cls.data_center)
        cls.world.connect()
        cls.world.sync()
        cls.world.settle()

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def fresh(self, **fields):
        """A ticket that both sides agree on: its key here, its key there."""
        there = self.world.act("create", summary="Engine coughs", **fields)["issue"]["key"]
        self.world.sync()
        self.world.settle()
        return self.world.ticket_of(there)["key"], there

    def edit(self, key, **change):
        self.world.call("ticket.edit", key=key, actor="user:carol", **change)
        self.world.settle()

    def again(self):
        self.world.sync()
        self.world.settle()

    def field(self, key, name):
        return self.world.call("ticket.get", key=key)["fields"].get(name)

    def conflicts(self, key):
        return self.world.call("conflict.list", ticket=key, state="open").get("conflicts", [])

    def comments(self, key):
        return [one["body"] for one in self.world.call("ticket.get", key=key).get("comments", [])]


class TwoWay(JiraCase):
    def test_import_is_complete(self):
        rows = self.world.sql("select count(*) from mapping where state = 'linked' and kind = 'ticket'")
        self.assertGreaterEqual(int(rows[0][0]), 12)
        self.assertEqual(self.world.sql("select count(*) from mapping where state <> 'linked'"), [["0"]])

    def test_every_field_is_pushed(self):
        key, there = self.fresh(labels=["left"])
        self.edit(key, set={"title": "Engine roars", "body": MARKDOWN, "status": "in_review", "priority": "High",
                            "estimate": "5", "due_date": "2026-01-31", "customer_reference": "C-9"},
                  add={"labels": ["right"]}, remove={"labels": ["left"]})
        fields = self.world.issue(there)
        self.assertEqual((fields["summary"], fields["status"]["name"], fields["priority"]["name"], fields["labels"]),
                         ("Engine roars", "In Review", "High", ["right"]))
        self.assertEqual((fields["customfield_10016"], fields["duedate"], fields["customfield_10035"]),
                         (5, "2026-01-31", "C-9"))
        self.assertEqual(fields["description"]["content"][0]["type"], "heading")
        before = len(self.world.writes())
        self.again()
        self.assertEqual(self.field(key, "body"), MARKDOWN)
        self.assertEqual(len(self.world.writes()), before)

    def test_every_field_is_pulled(self):
        key, there = self.fresh()
        self.world.act("edit", there, summary="Engine purrs", description="Their text", priority="Low",
                       duedate="2026-12-24", labels=["theirs"], customfield_10035="C-1")
        self.world.act("transition", there, to="In Progress")
        self.again()
        fields = self.world.call("ticket.get", key=key)["fields"]
        self.assertEqual({name: fields[name] for name in ("title", "body", "priority", "due_date", "status", "labels",
                                                          "customer_reference")},
                         {"title": "Engine purrs", "body": "Their text", "priority": "Low", "due_date": "2026-12-24",
                          "status": "in_progress", "labels": ["theirs"], "customer_reference": "C-1"})

    def test_comments_go_both_ways(self):
        key, there = self.fresh()
        self.world.act("comment", there, body="From there")
        self.world.call("ticket.comment", key=key, body="From *here*", actor="user:carol")
        self.again()
        self.assertEqual(len(self.world.ask("GET", "/issue/%s/comment" % there)["comments"]), 2)
        self.assertEqual(set(self.comments(key)), {"From there", "From *here*"})
        self.again()
        self.assertEqual(len(self.world.ask("GET", "/issue/%s/comment" % there)["comments"]), 2)

    def test_unreachable_status_is_said_and_the_rest_goes_on(self):
        key, there = self.fresh(type="Bug")
        self.world.call("ticket.edit", key=key, actor="user:carol", set={"status": "in_review", "title": "goes out"})
        wait_for(lambda: self.conflicts(key), "a conflict")
        (conflict,) = self.conflicts(key)
        self.assertEqual((conflict["field"], conflict["kind"]), ("status", "unmappable"))
        self.assertIn("no transitions lead", conflict["reason"])
        wait_for(lambda: self.world.issue(there)["summary"] == "goes out", "the other field")
        self.again()
        self.assertEqual(len(self.conflicts(key)), 1)
        self.edit(key, set={"status": "in_progress"})
        wait_for(lambda: self.world.issue(there)["status"]["name"] == "In Progress", "a status that can be reached")
        self.assertEqual(self.conflicts(key), [])

    def test_creation_with_a_value_that_is_refused_goes_out_without_it(self):
        task, _ = self.fresh()
        key = self.world.call("ticket.new", fields={"title": "Below a task", "parent": task}, project="rocket",
                              actor="user:carol")["key"]
        wait_for(lambda: self.conflicts(key), "a conflict")
        self.assertEqual([(one["field"], one["kind"]) for one in self.conflicts(key)], [("parent", "unmappable")])
        wait_for(lambda: self.world.call("ticket.get", key=key)["mappings"][0]["state"] == "linked", "the issue")
        self.again()
        self.assertEqual(len(self.conflicts(key)), 1)

    def test_webhook_brings_changes_and_comments_without_a_poll(self):
        key, there = self.fresh()
        self.world.add_webhook()
        self.world.act("edit", there, summary="By webhook")
        wait_for(lambda: self.field(key, "title") == "By webhook", "the webhook's change")
        self.world.act("comment", there, body="By webhook *too*")
        wait_for(lambda: len(self.comments(key)) == 1, "the webhook's comment")
        made = self.world.act("create", summary="New by webhook")["issue"]["key"]
        wait_for(lambda: self.world.sql("select 1 from mapping m join external_item e using (project_id, kind, "
                                        "external_id) where e.external_key = '%s' and m.state = 'linked'" % made),
                 "the webhook's new issue")

    def test_created_ticket_is_created_once_though_answers_are_lost(self):
        for fault in ("reset_after_commit", "garbage"):
            with self.subTest(fault=fault):
                self.world.sandbox.control("POST", "faults", {"match": {"method": "POST", "path": "/issue$"},
                                                              "fault": fault})
                title = "Lost by " + fault
                key = self.world.call("ticket.new", project="rocket", actor="user:carol",
                                      fields={"title": title, "body": MARKDOWN})["key"]
                self.world.settle(90)
                self.assertEqual(self.world.issue(self.world.external_of(key))["summary"], title)
                self.again()
                created = [one for one in self.world.writes() if one["action"] == "create"
                           and one["after"].get("summary") == title]
                rows = self.world.sql("select count(*) from item where kind = 'ticket' and fields ->> 'title' = '%s'" % title)
                self.assertEqual((len(created), rows), (1, [["1"]]))
                self.assertEqual(self.field(key, "body"), MARKDOWN)


class DataCenter(JiraCase):
    data_center = True

    def test_text_goes_both_ways_and_stays_quiet(self):
        key, there = self.fresh()
        self.edit(key, set={"body": MARKDOWN})
        self.assertTrue(self.world.issue(there)["description"].startswith("h1. Steps"))
        before = len(self.world.writes())
        for _ in range(2):
            self.again()
        self.assertEqual((self.field(key, "body"), len(self.world.writes())), (MARKDOWN, before))
        self.world.act("edit", there, description="h2. Theirs\n\n* {{one}}")
        self.again()
        self.assertEqual(self.field(key, "body"), "## Theirs\n\n- `one`")


if __name__ == "__main__":
    tap.main(__name__)
