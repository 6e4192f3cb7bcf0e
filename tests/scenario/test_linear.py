#!/usr/bin/python3
"""Linear and local tickets, both ways, through every process: fields, comments, webhooks, creations whose answers are
lost."""

import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from linear_world import LinearWorld  # noqa: E402
from world import free_port, wait_for  # noqa: E402

WEBHOOK = "mutation W($input: WebhookCreateInput!) { webhookCreate(input: $input) { success } }"


class TwoWay(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = LinearWorld()
        cls.world.connect()
        cls.world.sync()
        cls.world.settle()

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def fresh(self, **fields):
        """A ticket that both sides agree on: its key here, its identifier there."""
        identifier = self.world.act("create", title="Engine coughs", **fields)["issue"]["identifier"]
        self.world.sync()
        self.world.settle()
        return self.world.ticket_of(identifier)["key"], identifier

    def edit(self, key, **change):
        self.world.call("ticket.edit", key=key, actor="user:carol", **change)
        self.world.settle()

    def field(self, key, name):
        return self.world.call("ticket.get", key=key)["fields"].get(name)

    def comments(self, key):
        return [one["body"] for one in self.world.call("ticket.get", key=key).get("comments", [])]

    def test_import_is_complete(self):
        rows = self.world.sql("select count(*) from mapping where state = 'linked' and kind = 'ticket'")
        self.assertGreaterEqual(int(rows[0][0]), 12)
        self.assertEqual(self.world.sql("select count(*) from mapping where state <> 'linked'"), [["0"]])

    def test_every_field_is_pushed(self):
        parent_key, parent = self.fresh()
        key, identifier = self.fresh(labels=["Bug"], assignee="bob")
        self.edit(key, set={"title": "Engine roars", "body": "New text", "status": "done", "priority": "High",
                            "estimate": "5", "parent": parent_key, "due_date": "2026-01-31", "project": "Launch pad",
                            "sprint": "Cycle 3"},
                  add={"labels": ["customer"], "assignees": ["alice"]}, remove={"labels": ["Bug"], "assignees": ["bob"]})
        there = self.world.issue(identifier)
        self.assertEqual((there["title"], there["description"], there["state"]["name"], there["priorityLabel"]),
                         ("Engine roars", "New text", "Done", "High"))
        self.assertEqual((there["estimate"], there["parent"]["identifier"], there["dueDate"], there["project"]["name"]),
                         (5, parent, "2026-01-31", "Launch pad"))
        self.assertEqual((there["cycle"]["number"], there["assignee"]["displayName"], there["labels"]["nodes"]),
                         (3, "alice", [{"name": "customer"}]))

    def test_every_field_is_pulled(self):
        key, identifier = self.fresh()
        self.world.act("edit", identifier, title="Engine purrs", description="Their text", state="Canceled", priority=1,
                       estimate=3, dueDate="2026-12-24", project="Fuel efficiency", cycle=1, assignee="erin",
                       labels=["Feature"])
        self.world.sync()
        self.world.settle()
        fields = self.world.call("ticket.get", key=key)["fields"]
        self.assertEqual({name: fields[name] for name in ("title", "body", "status", "priority", "estimate", "due_date",
                                                          "project", "sprint")},
                         {"title": "Engine purrs", "body": "Their text", "status": "cancelled", "priority": "Urgent",
                          "estimate": "3", "due_date": "2026-12-24", "project": "Fuel efficiency", "sprint": "Kick-off"})
        self.assertEqual((fields["assignees"], fields["labels"]), (["erin"], ["Feature"]))

    def test_comments_go_both_ways(self):
        key, identifier = self.fresh()
        self.world.act("comment", identifier, body="From there")
        self.world.call("ticket.comment", key=key, body="From here", actor="user:carol")
        self.world.sync()
        self.world.settle()
        self.assertEqual({one["body"] for one in self.world.issue(identifier)["comments"]["nodes"]},
                         {"From there", "From here"})
        self.assertEqual(set(self.comments(key)), {"From there", "From here"})

    def test_markdown_that_linear_rewrites_is_no_edit(self):
        key, identifier = self.fresh()
        self.edit(key, set={"body": "- one\n- *two*"})
        self.assertEqual(self.world.issue(identifier)["description"], "* one\n* _two_")
        before = len(self.world.writes())
        for _ in range(2):
            self.world.sync()
            self.world.settle()
        self.assertEqual(self.field(key, "body"), "- one\n- *two*")
        self.assertEqual(len(self.world.writes()), before)

    def test_both_sides_of_one_field_are_a_conflict(self):
        key, identifier = self.fresh()
        self.world.sandbox.control("POST", "faults", {"match": {"query": "UpdateIssue"}, "fault": "status", "status": 503,
                                                      "times": 1})
        self.world.act("edit", identifier, title="Theirs")
        self.world.call("ticket.edit", key=key, set={"title": "Mine"}, actor="user:carol")
        self.world.sync()
        self.world.settle()
        conflicts = self.world.call("conflict.list", project="rocket")["conflicts"]
        self.assertEqual([(one["field"], one["state"]) for one in conflicts if one["ticket"] == key], [("title", "open")])
        self.assertEqual(self.world.issue(identifier)["title"], "Theirs")

    def test_webhook_brings_a_change_without_a_poll(self):
        key, identifier = self.fresh(assignee="bob")
        team = self.world.ask('{ teams { nodes { id } } }')["teams"]["nodes"][0]["id"]
        self.world.ask(WEBHOOK, input={"url": "http://127.0.0.1:%d/webhooks/rocket" % self.world.webhook_port,
                                       "resourceTypes": ["Issue", "Comment"], "teamId": team, "secret": "hook-secret"})
        self.world.act("edit", identifier, title="By webhook")
        wait_for(lambda: self.field(key, "title") == "By webhook", "the webhook's change")
        self.world.act("comment", identifier, body="By webhook too")
        wait_for(lambda: self.comments(key) == ["By webhook too"], "the webhook's comment")
        self.assertEqual(self.field(key, "assignees"), ["bob"])


class Hooks(unittest.TestCase):
    """Where the address of the receiver is known, Linear is told by tandem itself."""

    def test_hook_is_registered_once_and_works(self):
        port = free_port()
        with LinearWorld(issues=2, environment={"TANDEM_WEBHOOK_URL": "http://127.0.0.1:%d/linear/" % port,
                                                "TANDEM_WEBHOOK_LISTEN": "127.0.0.1:%d" % port}) as world:
            world.connect()
            for _ in range(3):
                world.sync()
            world.settle()
            hooks = wait_for(lambda: world.ask("{ webhooks { nodes { url enabled } } }")["webhooks"]["nodes"], "the webhook")
            self.assertEqual(hooks, [{"url": "http://127.0.0.1:%d/linear/webhooks/rocket" % port, "enabled": True}])
            identifier = world.act("create", title="Nobody polls for this")["issue"]["identifier"]
            wait_for(lambda: world.ticket_of(identifier), "the issue by webhook")
            self.check_scan(world, identifier)

    def check_scan(self, world, told):
        """What neither webhook nor poll shows, the hourly look at the ids does: one that is new, one that is gone."""
        world.settle()
        world.sandbox.control("POST", "webhooks", {"lose_next": 10})
        unseen = world.act("create", title="Nobody tells")["issue"]["identifier"]
        world.act("delete", told)
        world.sql("insert into project_scan (project_id, next_at) select id, now() from project on conflict (project_id) "
                  "do update set next_at = now()")
        wait_for(lambda: world.ticket_of(unseen), "the issue by the scan")
        self.assertEqual(world.sql("select found_unseen from project_scan"), [["1"]])
        wait_for(lambda: world.sql("select 1 from fetch_queue where reason in ('absent', 'gone')") or
                 world.sql("select 1 from gone_item"), "the deleted one to be looked at")


class Created(unittest.TestCase):
    """Creations in Linear, whatever happens to their answers."""

    def setUp(self):
        self.world = LinearWorld(issues=3, environment={"TANDEM_LEASE_MS": "3000"})
        self.world.connect()
        self.world.sync()
        self.world.settle()

    def tearDown(self):
        self.world.close()

    def new_ticket(self, title):
        return self.world.call("ticket.new", project="rocket", actor="user:carol", fields={"title": title})["key"]

    def titles(self):
        return sorted(row[0] for row in self.world.sql("select fields ->> 'title' from item where kind = 'ticket'"))

    def check_once(self, key, title):
        """One issue there, one ticket here, and nothing written in two further rounds."""
        self.assertEqual(self.world.issue(self.world.external_of(key))["title"], title)
        before = len(self.world.writes())
        for _ in range(2):
            self.world.sync()
            self.world.settle()
        self.assertEqual(self.titles().count(title), 1)
        created = [one for one in self.world.writes() if one["action"] == "create" and one["after"]["title"] == title]
        self.assertEqual((len(created), len(self.world.writes())), (1, before))

    def test_created_issue_has_our_id(self):
        key = self.new_ticket("Made here")
        self.world.settle()
        (op_id,) = self.world.sql("select op_id from intent where change = 'create'")[0]
        self.assertEqual(self.world.external_of(key), op_id)
        self.check_once(key, "Made here")

    def test_created_issue_whose_answer_was_lost_is_found(self):
        for fault in ("reset_after_commit", "truncate", "garbage"):
            self.world.sandbox.control("POST", "faults", {"match": {"query": "CreateIssue"}, "fault": fault})
            with self.subTest(fault=fault):
                key = self.new_ticket("Lost by " + fault)
                self.world.settle(90)
                self.check_once(key, "Lost by " + fault)

    def test_created_issue_that_a_poll_sees_first_is_adopted(self):
        """The adapter dies after the request; a poll by another one shows the issue before anybody looks for it."""
        self.world.processes["adapter-linear"].kill()
        crash = {"TANDEM_FAULT_KILL": "adapter.after_send.create_ticket"}
        self.world.start("adapter-linear", 0, crash)
        key = self.new_ticket("Seen first")
        wait_for(lambda: not self.world.processes["adapter-linear"].alive, "the adapter to die")
        (op_id,) = self.world.sql("select op_id from intent where change = 'create'")[0]
        self.assertEqual(self.world.issue(op_id)["title"], "Seen first")
        self.world.start("adapter-linear")
        self.world.sync()
        self.assertEqual(self.titles().count("Seen first"), 1)
        self.world.settle(90)
        self.check_once(key, "Seen first")

    def test_created_issue_that_a_webhook_shows_first_is_adopted(self):
        team = self.world.ask('{ teams { nodes { id } } }')["teams"]["nodes"][0]["id"]
        self.world.ask(WEBHOOK, input={"url": "http://127.0.0.1:%d/webhooks/rocket" % self.world.webhook_port,
                                       "resourceTypes": ["Issue", "Comment"], "teamId": team, "secret": "hook-secret"})
        self.world.sandbox.control("POST", "faults", {"match": {"query": "CreateIssue"}, "fault": "hang_after_commit",
                                                      "delay_ms": 1500})
        key = self.new_ticket("Echoed")
        self.world.settle(90)
        self.check_once(key, "Echoed")

    def test_lost_comment_is_found(self):
        key = self.new_ticket("Talk")
        self.world.settle()
        self.world.sandbox.control("POST", "faults", {"match": {"query": "CreateComment"}, "fault": "reset_after_commit"})
        self.world.call("ticket.comment", key=key, body="Once", actor="user:carol")
        self.world.settle(90)
        self.assertEqual(self.world.issue(self.world.external_of(key))["comments"]["nodes"], [{"body": "Once"}])
        self.assertEqual([one["body"] for one in self.world.call("ticket.get", key=key).get("comments", [])], ["Once"])


class OAuth(unittest.TestCase):
    """A refresh token that is worth nothing once it was used, and several adapters that want it."""

    def refreshes(self):
        return self.world.sandbox.control("GET", "requests")["counts"].get("/oauth/token", 0)

    def test_rotating_token_is_renewed_once_for_all_and_outlives_restarts(self):
        with LinearWorld(issues=3, options=("--oauth", "client-1:hush:first-refresh=tandem-app"), replicas=2,
                         environment={"TANDEM_LEASE_MS": "3000"}) as self.world:
            self.world.connect()
            secret = {"client_id": "client-1", "client_secret": "hush", "refresh_token": "first-refresh"}
            self.world.call("credential.put", name="rocket", kind="oauth", secret=json.dumps(secret), actor="user:test")
            for number in range(3):
                self.world.act("create", title="Before %d" % number)
                self.world.sync()
            self.assertEqual(self.refreshes(), 1)
            self.world.sandbox.control("POST", "clock", {"advance_s": 90_000})
            self.world.act("create", title="A day later")
            self.world.sync()
            for name in ("adapter-linear", "adapter-linear-1"):
                self.world.processes[name].kill()
            self.world.start("adapter-linear")
            self.world.act("create", title="After the restart")
            self.world.sync()
            self.world.settle()
            titles = [row[0] for row in self.world.sql("select fields ->> 'title' from item where kind = 'ticket'")]
            self.assertLessEqual({"Before 2", "A day later", "After the restart"}, set(titles))
            self.assertEqual(self.refreshes(), 2)


if __name__ == "__main__":
    tap.main(__name__)
