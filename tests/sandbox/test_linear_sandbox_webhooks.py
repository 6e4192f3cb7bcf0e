#!/usr/bin/python3
"""The stand-in of Linear: webhooks, their payloads and signatures, and the repeats of what failed."""

import hashlib
import hmac
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "harness"))

import tap  # noqa: E402
from linear import Linear  # noqa: E402
from receiver import Receiver  # noqa: E402
from stand_in import wait_until  # noqa: E402

CREATE = "mutation W($input: WebhookCreateInput!) { webhookCreate(input: $input) { webhook { id secret enabled } } }"


def setUpModule():
    global linear, team_id
    linear = Linear("--issues", "10", "--no-limits", "--team", "ENG", "--team", "OPS")
    team_id = linear.ask('{ team(id: "ENG") { id } }')["team"]["id"]


def tearDownModule():
    linear.stop()


class Webhooks(unittest.TestCase):
    def setUp(self):
        self.receiver = Receiver()
        self.hook = self.make(resourceTypes=["Issue", "Comment"], teamId=team_id, secret="hush")

    def tearDown(self):
        linear.ask("mutation D($id: String!) { webhookDelete(id: $id) { success } }", {"id": self.hook["id"]})
        linear.control("webhooks", {"pause": False, "duplicate": False, "delay_ms": 0, "lose_next": 0, "drop_next": 0})
        self.receiver.stop()

    def make(self, **fields):
        fields = dict({"url": self.receiver.url}, **fields)
        return linear.ask(CREATE, {"input": fields})["webhookCreate"]["webhook"]

    def test_issue_changes_are_delivered_with_what_they_were(self):
        made = linear.act("alice", "create", team="ENG", title="one", labels=["Bug"], assignee="bob")["issue"]
        linear.act("alice", "edit", made["identifier"], title="two")
        linear.act("alice", "trash", made["identifier"])
        posts = self.receiver.wait_for(3)
        self.assertEqual([post.json["action"] for post in posts], ["create", "update", "remove"])
        data = posts[0].json["data"]
        self.assertEqual((data["identifier"], data["state"]["name"], data["labels"][0]["name"]),
                         (made["identifier"], "Backlog", "Bug"))
        self.assertEqual(data["assignee"]["email"], "bob@acme.example")
        self.assertEqual(posts[1].json["updatedFrom"]["title"], "one")
        self.assertEqual(posts[1].json["actor"]["name"], "Alice Moore")

    def test_headers_carry_signature_delivery_and_event(self):
        issue = linear.act("alice", "create", team="ENG")["issue"]
        linear.act("alice", "comment", issue["identifier"], body="Grüße")
        first, second = self.receiver.wait_for(2)
        for post, event in ((first, "Issue"), (second, "Comment")):
            expected = hmac.new(b"hush", post.body, hashlib.sha256).hexdigest()
            self.assertEqual((post.headers["linear-signature"], post.headers["linear-event"]), (expected, event))
            ahead_ms = post.json["webhookTimestamp"] - linear.control("clock")["epoch_s"] * 1000
            self.assertTrue(-30_000 < ahead_ms <= 0, ahead_ms)
        self.assertNotEqual(first.headers["linear-delivery"], second.headers["linear-delivery"])
        self.assertEqual(second.json["data"]["issue"]["identifier"], issue["identifier"])

    def test_other_teams_and_types_are_not_delivered(self):
        linear.act("alice", "create", team="OPS")
        made = linear.act("alice", "create", team="ENG", title="mine")["issue"]
        linear.act("alice", "react", made["identifier"], emoji="tada")
        linear.act("alice", "edit", made["identifier"], title="last")
        self.assertEqual([post.json["data"]["title"] for post in self.receiver.wait_for(2)], ["mine", "last"])

    def test_failed_delivery_is_repeated_after_a_minute_an_hour_and_six_with_a_new_time(self):
        self.receiver.status = 500
        linear.act("alice", "create", team="ENG")
        for count, advance_s in ((1, 61), (2, 3601), (3, 6 * 3600 + 1)):
            self.receiver.wait_for(count)
            wait_until(lambda: linear.control("webhooks")["repeats_due"], "the repeat is planned")
            linear.control("clock", {"advance_s": advance_s})
        posts = self.receiver.wait_for(4)
        self.assertEqual(len({post.headers["linear-delivery"] for post in posts}), 1)
        times = [post.json["webhookTimestamp"] for post in posts]
        self.assertEqual(times, sorted(set(times)))
        failed = "query F($id: String!) { webhook(id: $id) { failures { httpStatus executionId } } }"

        def failures():
            return linear.ask(failed, {"id": self.hook["id"]})["webhook"]["failures"]
        wait_until(lambda: len(failures()) == 4, "four failures are noted")
        self.assertEqual(linear.control("webhooks")["repeats_due"], [])

    def test_update_disables_and_changes_the_secret(self):
        update = """mutation U($id: String!, $input: WebhookUpdateInput!) { webhookUpdate(id: $id, input: $input) {
            webhook { enabled secret } } }"""
        linear.ask(update, {"id": self.hook["id"], "input": {"enabled": False}})
        linear.act("alice", "create", team="ENG", title="unheard")
        linear.ask(update, {"id": self.hook["id"], "input": {"enabled": True, "secret": "new"}})
        linear.act("alice", "create", team="ENG", title="heard")
        (post,) = self.receiver.wait_for(1)
        self.assertEqual(post.json["data"]["title"], "heard")
        self.assertEqual(post.headers["linear-signature"], hmac.new(b"new", post.body, hashlib.sha256).hexdigest())

    def test_lost_and_doubled_on_request(self):
        linear.control("webhooks", {"lose_next": 1})
        linear.act("alice", "create", team="ENG", title="lost")
        linear.control("webhooks", {"duplicate": True})
        linear.act("alice", "create", team="ENG", title="twice")
        posts = self.receiver.wait_for(2)
        self.assertEqual([post.json["data"]["title"] for post in posts], ["twice", "twice"])
        self.assertEqual(len({post.headers["linear-delivery"] for post in posts}), 1)

    def test_webhook_needs_known_types_and_a_team(self):
        for fields in ({"resourceTypes": ["Nonsense"], "teamId": team_id}, {"resourceTypes": [], "teamId": team_id},
                       {"resourceTypes": ["Issue"]}, {"resourceTypes": ["Issue"], "teamId": "nowhere"}):
            fields["url"] = self.receiver.url
            with self.subTest(fields=fields):
                linear.refusal(CREATE, {"input": fields})


if __name__ == "__main__":
    tap.main(__name__)
