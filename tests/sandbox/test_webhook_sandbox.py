#!/usr/bin/python3
"""The stand-in of a JSON tracker: requests signed and keyed, lists, ETags, deliveries and their repeats."""

import os
import sys
import time
import unittest

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "harness"), os.path.join(HERE, "..", "..")]

import tap  # noqa: E402
from receiver import Receiver  # noqa: E402
from sandbox.webhook.signing import is_genuine, sign  # noqa: E402
from webhook_tracker import HOOK_SECRET, WebhookTracker  # noqa: E402

TICKETS = "/projects/rocket/tickets"


def setUpModule():
    global tracker
    tracker = WebhookTracker("--tickets", "60")


def tearDownModule():
    tracker.stop()


class Requests(unittest.TestCase):
    def test_signature_is_that_of_the_standard(self):
        """The published vector of the reference libraries."""
        made = sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                    b'{"test": 2432232314}')
        self.assertEqual(made, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")

    def test_requests_need_token_and_recent_signature(self):
        self.assertEqual(tracker.signed("GET", TICKETS).status, 200)
        self.assertEqual(tracker.signed("GET", TICKETS, secret="another").status, 401)
        self.assertEqual(tracker.signed("GET", TICKETS, at=time.time() - 400).status, 401)
        self.assertEqual(tracker.signed("GET", TICKETS, Authorization="Bearer x").status, 401)
        self.assertEqual(tracker.get(TICKETS).status, 401)

    def test_same_key_makes_one_ticket(self):
        first = tracker.signed("POST", TICKETS, {"title": "once"}, key="k-1").json
        again = tracker.signed("POST", TICKETS, {"title": "once"}, key="k-1").json
        self.assertEqual((first["id"], first["idempotency_key"]), (again["id"], "k-1"))
        self.assertEqual([one["id"] for one in tracker.signed("GET", TICKETS + "?key=k-1").json["items"]], [first["id"]])
        self.assertEqual(tracker.signed("GET", TICKETS + "?key=k-2").json["items"], [])

    def test_lists_are_paged_by_oldest_change(self):
        seen, path = [], TICKETS + "?limit=25"
        while path:
            page = tracker.signed("GET", path).json
            seen += page["items"]
            path = TICKETS + "?limit=25&cursor=" + page["next"] if "next" in page else None
        self.assertEqual({one["id"] for one in seen}, set(tracker.tickets()))
        self.assertEqual([one["updated_at"] for one in seen], sorted(one["updated_at"] for one in seen))
        since = seen[30]["updated_at"]
        self.assertEqual(tracker.signed("GET", TICKETS + "?limit=1&since=" + since).json["items"][0]["id"], seen[30]["id"])
        self.assertEqual(tracker.signed("GET", TICKETS + "?cursor=x").status, 400)

    def test_change_moves_the_time_and_nothing_changed_does_not(self):
        made = tracker.signed("POST", TICKETS, {"title": "one"}).json
        path = "%s/%s" % (TICKETS, made["id"])
        same = tracker.signed("PATCH", path, {"title": "one"}).json
        other = tracker.signed("PATCH", path, {"title": "two", "labels": [{"name": "x"}]}).json
        self.assertEqual((same["updated_at"], other["labels"]), (made["updated_at"], [{"name": "x"}]))
        self.assertGreater(other["updated_at"], made["updated_at"])

    def test_wrong_bodies_are_refused(self):
        for document in ({"title": ""}, {"title": 7}, {"state": "lost"}, {"flavour": "x"}, {"labels": ["x"]}, {"points": "many"},
                         ["x"]):
            with self.subTest(document=document):
                self.assertIn(tracker.signed("POST", TICKETS, document).status, (400, 422))

    def test_etag_holds_until_a_change_and_deleted_is_410(self):
        made = tracker.act("alice", "create", title="tagged")["ticket"]["id"]
        etag = tracker.signed("GET", "%s/%s" % (TICKETS, made)).headers["etag"]
        again = {"If-None-Match": etag}
        self.assertEqual(tracker.signed("GET", "%s/%s" % (TICKETS, made), **again).status, 304)
        tracker.act("alice", "edit", made, title="changed")
        self.assertEqual(tracker.signed("GET", "%s/%s" % (TICKETS, made), **again).status, 200)
        tracker.act("alice", "delete", made)
        self.assertEqual(tracker.signed("GET", "%s/%s" % (TICKETS, made)).status, 410)
        self.assertEqual(tracker.signed("GET", TICKETS + "/none").status, 404)


class Deliveries(unittest.TestCase):
    def setUp(self):
        self.receiver = Receiver()
        tracker.control("webhooks", {"url": self.receiver.url, "secret": HOOK_SECRET, "shape": "full"})

    def tearDown(self):
        tracker.control("webhooks", method="DELETE")
        self.receiver.stop()

    def test_deliveries_are_signed_and_in_order(self):
        made = tracker.act("alice", "create", title="told")["ticket"]["id"]
        comment = tracker.act("bob", "comment", made, body="Grüße")["comment"]["id"]
        tracker.act("bob", "delete_comment", comment)
        posts = self.receiver.wait_for(3)
        self.assertEqual([post.json["type"] for post in posts], ["ticket.created", "comment.created", "comment.deleted"])
        self.assertEqual(posts[1].json["data"]["comment"]["body"], "Grüße")
        self.assertTrue(all(is_genuine(HOOK_SECRET, post.headers, post.body, time.time()) for post in posts))
        self.assertFalse(is_genuine("another", posts[0].headers, posts[0].body, time.time()))

    def test_failed_delivery_comes_again_under_its_id(self):
        self.receiver.status = 503
        tracker.act("alice", "create", title="unheard")
        self.receiver.wait_for(1)
        self.receiver.status = 200
        first, second = self.receiver.wait_for(2)[:2]
        self.assertEqual((first.headers["webhook-id"], first.body), (second.headers["webhook-id"], second.body))

    def test_thin_delivery_has_ids_only(self):
        tracker.control("webhooks", {"shape": "thin"})
        made = tracker.act("alice", "create", title="thin")["ticket"]["id"]
        self.assertEqual(self.receiver.wait_for(1)[0].json["data"], {"ticket": {"id": made}})


if __name__ == "__main__":
    tap.main(__name__)
