#!/usr/bin/python3
"""Deletions of comments whose answers are lost, that are refused, or in whose middle a process dies."""

import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from webhook_tracker import mapping  # noqa: E402
from webhook_world import WebhookWorld  # noqa: E402
from world import World, wait_for  # noqa: E402

HEADERS = {"Authorization": "Bearer sandbox-token", "User-Agent": "test"}
SHORT_LEASES = {"TANDEM_LEASE_MS": "2000"}
# Where the way of a deletion leads past, and which process dies there.
POINTS = (("store", "before_commit.comment.delete"), ("store", "after_commit.comment.delete"),
          ("conflict", "after_claim"), ("conflict", "before_commit"), ("conflict", "after_commit"),
          ("store", "before_commit.plan.commit"), ("store", "after_commit.plan.commit"),
          ("adapter-github", "after_claim.push"),
          ("store", "before_commit.push.begin"), ("store", "after_commit.push.begin"),
          ("adapter-github", "before_send.delete_comment"), ("adapter-github", "before_request.DELETE"),
          ("adapter-github", "after_request.DELETE"), ("adapter-github", "after_send.delete_comment"),
          ("adapter-github", "before_receipt.send"),
          ("store", "before_commit.push.receipt"), ("store", "after_commit.push.receipt"),
          ("adapter-github", "after_receipt.send"))


class GitHubWorld(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(("--issues", "1", "--no-limits"), environment=SHORT_LEASES)
        cls.world.connect()
        cls.world.sync()
        cls.world.settle()
        cls.ticket = cls.world.ticket_of("#1")["key"]

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def there(self):
        return self.world.sandbox.request("GET", "/repos/acme/rocket/issues/1/comments?per_page=100", None, HEADERS)

    def comment(self, body):
        """A comment of ours that GitHub has too: its key."""
        self.world.call("ticket.comment", key=self.ticket, body=body, actor="user:carol")
        wait_for(lambda: any(one["body"].startswith(body) for one in self.there()), "the comment there")
        self.world.settle()
        return next(one["key"] for one in self.world.call("ticket.get", key=self.ticket)["comments"] if one["body"] == body)

    def delete(self, key):
        self.world.call("comment.delete", key=key, actor="user:carol")

    def check_deleted(self, key, body):
        wait_for(lambda: not any(one["body"].startswith(body) for one in self.there()), "the comment to go", 60)
        self.world.settle()
        self.assertEqual(self.world.sql("select state from mapping where item_id = " + key[2:]), [["gone"]])
        states = self.world.sql("select state, count(*) from intent where item_id = %s and change = 'delete' and state not "
                                "in ('stale', 'superseded') group by state" % key[2:])
        self.assertEqual(states, [["done", "1"]])

    def deletions(self):
        return [one for one in self.world.sandbox.history(via="api") if one["action"] == "delete_comment"]


class Answers(GitHubWorld):
    def test_deletes_disturbed_by_lost_answers_are_looked_for(self):
        for fault in ({"fault": "reset_after_commit"}, {"fault": "reset_before"}, {"fault": "status", "status": 502},
                      {"fault": "status_after_commit", "status": 502}, {"fault": "truncate"}):
            with self.subTest(**fault):
                body, before = "Said under %s" % json.dumps(fault), len(self.deletions())
                key = self.comment(body)
                self.world.sandbox.control("POST", "faults", {"match": {"method": "DELETE", "path": "/comments/"}, **fault})
                self.delete(key)
                self.check_deleted(key, body)
                self.assertEqual(len(self.deletions()), before + 1)

    def test_deletes_disturbed_by_a_refusal_are_parked_with_the_reason(self):
        key = self.comment("Not to be touched")
        self.world.sandbox.control("POST", "faults", {"match": {"method": "DELETE", "path": "/comments/"}, "fault": "status",
                                                      "status": 403, "times": 1})
        self.delete(key)
        parked = wait_for(lambda: self.world.sql("select reason from intent where state = 'parked' and change = 'delete'"),
                          "the write to be parked")
        self.assertIn("GitHub refuses", parked[0][0])
        self.world.sql("insert into plan_queue (mapping_id, project_id, rank) select id, project_id, 1 from mapping where "
                       "item_id = " + key[2:])
        self.check_deleted(key, "Not to be touched")


class Deaths(GitHubWorld):
    def test_deletes_disturbed_by_a_death_at_every_point(self):
        for role, point in POINTS:
            with self.subTest(role=role, point=point):
                body, before = "Said before %s of %s" % (point, role), len(self.deletions())
                key = self.comment(body)
                prefix = "adapter" if role.startswith("adapter") else role
                self.world.processes[role].kill()
                self.world.start(role, more={"TANDEM_FAULT_KILL": "%s.%s:1" % (prefix, point)})
                wait_for(self.world.answers, "the store")
                keeper = self.world.keep_alive()
                self.delete(key)
                self.check_deleted(key, body)
                wait_for(lambda: keeper.killed, "the death")
                keeper.stop()
                self.world.keeper = None
                self.assertEqual((keeper.killed, keeper.ended), ([role], []))
                self.assertEqual(len(self.deletions()), before + 1)


class WithoutDelete(unittest.TestCase):
    def test_deletes_disturbed_by_a_tracker_that_cannot_are_parked_with_advice(self):
        options = mapping()
        del options["out"]["comment"]["delete"]
        with WebhookWorld(tickets=1) as world:
            world.connect(options=options)
            world.sync()
            world.settle()
            key = world.call("ticket.list", project="rocket")["tickets"][0]["key"]
            world.call("ticket.comment", key=key, body="To stay there", actor="user:carol")
            world.settle()
            comment = next(one["key"] for one in world.call("ticket.get", key=key)["comments"]
                           if one["body"] == "To stay there")
            world.call("comment.delete", key=comment, actor="user:carol")
            wait_for(lambda: world.call("status")["projects"][0].get("parked") == 1, "the write to be parked")
            parked = world.call("status")["projects"][0]
            self.assertIn("options.out.comment.delete is not mapped; delete it there", json.dumps(parked) +
                          json.dumps(world.call("status")))


if __name__ == "__main__":
    tap.main(__name__)
