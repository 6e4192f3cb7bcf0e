#!/usr/bin/python3
"""More text than a message may have: many tickets that change at once, each as long as GitHub takes it; many deliveries that wait,
each as long as GitHub sends them; and a ticket that is made longer than anything could carry, field by field."""

import hashlib
import hmac
import http.client
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from verbs import Refused  # noqa: E402
from world import PATIENT_S, World, wait_for  # noqa: E402

MESSAGE = 32 << 20  # what one message takes
LONGEST = "🚀" * 65000  # nearly as many characters as GitHub takes, of four bytes each
TICKETS = 40  # both sides of them and both shadows are more than a message
DELIVERIES = 12


class LongTexts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(("--issues", "1", "--no-limits"))
        cls.addClassCleanup(cls.world.close)
        cls.world.connect()
        cls.world.sync()
        cls.world.settle()

    def write(self, do, word, **where):
        return self.world.sandbox.act("alice", do, fields={"body": word + LONGEST, "title": "Long"}, **where)

    def written(self, word):
        return len(self.world.sql("select 1 from item where kind = 'ticket' and fields ->> 'body' like '%s%%'" % word))

    def test_many_long_tickets_change_at_once(self):
        self.assertGreater(4 * TICKETS * len(LONGEST.encode()), MESSAGE)
        numbers = [self.write("create", "First")["issue"]["number"] for _ in range(TICKETS)]
        self.world.sync()
        self.world.settle()
        self.assertEqual(self.written("First"), TICKETS)
        for number in numbers:
            self.write("edit", "Second", number=number)
        self.world.sync()
        self.world.settle()
        self.assertEqual(self.written("Second"), TICKETS)

    def test_many_long_deliveries_wait(self):
        adapter = self.world.processes["adapter-github"]
        self.world.call("project.set_state", name="rocket", state="paused", actor="user:test")
        body = b'{"action":"started","padding":"' + b"x" * (3 << 20) + b'"}'
        self.assertGreater(DELIVERIES * len(body), MESSAGE)
        signature = "sha256=" + hmac.new(b"hook-secret", body, hashlib.sha256).hexdigest()
        for number in range(DELIVERIES):
            connection = http.client.HTTPConnection("127.0.0.1", self.world.webhook_port, timeout=PATIENT_S)
            connection.request("POST", "/webhooks/rocket", body, {
                "X-GitHub-Event": "watch", "X-Hub-Signature-256": signature, "X-GitHub-Delivery": "long-%d" % number})
            self.assertEqual(connection.getresponse().status, 200)
            connection.close()
        self.world.call("project.set_state", name="rocket", state="active", actor="user:test")
        wait_for(lambda: self.world.sql("select count(*), max(attempts) from delivery where delivery_id like 'long-%' and "
                                        "state = 'done'") == [[str(DELIVERIES), "1"]], "each to be taken at the first attempt")
        self.assertTrue(adapter.alive)

    def test_longer_than_anything_is_refused(self):
        for verb, body in (("ticket.new", {"fields": {"title": "Long", "body": "x" * (5 << 20)}}),
                           ("ticket.comment", {"key": "T-1", "body": "x" * (5 << 20)}),
                           ("ticket.edit", {"key": "T-1", "set": {"body": "x" * (5 << 20)}})):
            with self.subTest(verb=verb), self.assertRaisesRegex(Refused, "at most 4194304"):
                self.world.call(verb, actor="user:ann", **body)

    def test_ticket_made_too_long_field_by_field_is_parked_alone(self):
        for field in "abcdef":
            self.world.call("ticket.edit", key="T-1", set={"notes_" + field: "x" * (4 << 20)}, actor="user:ann")

        def parked():
            return [one for one in self.world.call("status").get("parked", []) if one["ticket"] == "T-1"]
        (found,) = wait_for(parked, "it to be parked")
        self.assertIn("more than can be compared", found["reason"])
        other = self.world.sandbox.act("alice", "create", fields={"title": "Beside it"})["issue"]["number"]
        self.world.sync()
        wait_for(lambda: self.world.ticket_of("#%d" % other), "others to go on")
        for field in "abcdef":
            self.world.call("ticket.edit", key="T-1", set={"notes_" + field: ""}, actor="user:ann")
        self.world.call("work.retry", id=found["id"], actor="user:ann")
        wait_for(lambda: not parked(), "it to go on")


if __name__ == "__main__":
    tap.main(__name__)
