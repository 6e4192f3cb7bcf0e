#!/usr/bin/python3
"""The connector of JSON trackers against the stand-in: deliveries verified and translated."""

import json
import os
import sys
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from receiver import Receiver  # noqa: E402
from webhook_case import WebhookCase  # noqa: E402
from webhook_tracker import HOOK_SECRET, mapping  # noqa: E402
from sandbox.webhook.signing import sign  # noqa: E402


class Deliveries(WebhookCase):
    options = ("--tickets", "5")

    def setUp(self):
        super().setUp()
        self.receiver = Receiver()
        self.tracker.control("webhooks", {"url": self.receiver.url, "secret": HOOK_SECRET, "shape": "full"})

    def tearDown(self):
        self.tracker.control("webhooks", method="DELETE")
        self.receiver.stop()

    def translate(self, post, **changes):
        answer = self.driver.call("translate", event="delivery", body=post.body.decode(), remote="rocket",
                                  options=json.dumps(mapping(**changes)))
        self.assertEqual(answer.code, "ok", answer)
        return answer.observations

    def verify(self, post, secret=HOOK_SECRET, **changes):
        request = dict({"delivery_id": post.headers["webhook-id"], "timestamp": post.headers["webhook-timestamp"],
                        "signature": post.headers["webhook-signature"], "body": post.body.decode(), "secret": secret},
                       **changes)
        return self.driver.call("verify", **request).genuine

    def test_delivery_is_verified_by_its_signature(self):
        self.add_ticket("signed")
        (post,) = self.receiver.wait_for(1)
        self.assertTrue(self.verify(post))
        self.assertFalse(self.verify(post, secret="another"))
        for changes in ({"body": post.body.decode() + " "}, {"delivery_id": "msg_other"}, {"timestamp": "1"},
                        {"delivery_id": ""}, {"timestamp": ""}, {"timestamp": "soon"}, {"signature": ""},
                        {"signature": post.headers["webhook-signature"][3:]},
                        {"signature": post.headers["webhook-signature"].replace("v1,", "v2,")},
                        {"signature": "v1," + "A" * 43 + "="}):
            with self.subTest(**changes):
                self.assertFalse(self.verify(post, **changes))

    def test_one_of_several_signatures_is_enough(self):
        self.add_ticket("signed twice")
        (post,) = self.receiver.wait_for(1)
        right = post.headers["webhook-signature"]
        self.assertTrue(self.verify(post, signature="v1a,xyz v1,%s= %s" % ("A" * 43, right)))
        self.assertFalse(self.verify(post, signature=" ".join(["v1," + "A" * 43 + "="] * 100 + [right])))

    def test_delivery_of_another_time_is_refused(self):
        for shift, genuine in ((-270, True), (-301, False), (299, True), (330, False)):  # of 300
            moment = int(time.time()) + shift
            signature = sign("plain secret", "msg_1", moment, b"{}")
            answer = self.driver.call("verify", delivery_id="msg_1", timestamp=str(moment), signature=signature, body="{}",
                                      secret="plain secret")
            with self.subTest(shift=shift):
                self.assertEqual(answer.genuine, genuine)

    def test_ticket_and_comment_are_whole(self):
        ticket = self.add_ticket("talk", labels=[{"name": "bug"}])
        comment = self.tracker.act("alice", "comment", ticket, body="hello")["comment"]["id"]
        self.tracker.act("alice", "delete_comment", comment)
        self.gone(ticket)
        posts = self.receiver.wait_for(4)
        (made,), (said,), (unsaid,), (removed,) = [self.translate(post) for post in posts]
        self.assertEqual((made["external_id"], made["fields"]["title"], made["fields"]["labels"], made["author"]),
                         (ticket, "talk", ["bug"], "alice"))
        self.assertEqual((said["external_id"], said["parent_external_id"], said["fields"]), (comment, ticket, {"body": "hello"}))
        self.assertEqual((unsaid["gone"], removed["gone"]), ("deleted", "deleted"))
        self.assertEqual(made["version"], self.driver.call("translate", body=posts[0].body.decode(), event="", remote="rocket",
                                                           options=json.dumps(mapping())).observations[0]["version"])

    def test_own_creation_is_known_by_its_key(self):
        made = self.create(title="ours")
        (post,) = self.receiver.wait_for(1)
        (seen,) = self.translate(post)
        self.assertEqual((seen["author_is_self"], seen["marker"]), (True, self.tracker.tickets()[made["external_id"]]["idempotency_key"]))

    def test_thin_delivery_is_fetched_and_never_read_as_empty(self):
        self.tracker.control("webhooks", {"shape": "thin"})
        ticket = self.add_ticket("thin")
        (post,) = self.receiver.wait_for(1)
        (seen,) = self.translate(post)
        self.assertEqual((seen["external_id"], seen["gone"]), (ticket, "unreadable"))
        answer = self.driver.call("translate", event="", body=post.body.decode(), remote="rocket",
                                  options=json.dumps(mapping(get=None, probe=None)))
        self.assertEqual((answer.code, "updated_at" in answer.message), ("rejected", True))

    def test_delivery_that_lacks_one_field_is_fetched(self):
        self.add_ticket("partly")
        (post,) = self.receiver.wait_for(1)
        document = post.json
        del document["data"]["ticket"]["labels"]
        post.body = json.dumps(document).encode()
        (seen,) = self.translate(post)
        self.assertEqual(seen["gone"], "unreadable")

    def test_delivery_of_no_interest_is_nothing(self):
        self.add_ticket("x")
        (post,) = self.receiver.wait_for(1)
        post.body = json.dumps(dict(post.json, type="sprint.closed")).encode()
        self.assertEqual(self.translate(post), [])

    def test_delivery_may_carry_several_and_need_no_type(self):
        made = [self.add_ticket(title) for title in ("first", "second")]
        first, second = (self.tracker.tickets()[identifier] for identifier in made)
        (post, _) = self.receiver.wait_for(2)
        post.body = json.dumps({"batch": [first, second]}).encode()
        seen = self.translate(post, events={"carry": [{"ticket": "/batch"}, {"comment": "/never"}]})
        self.assertEqual([one["fields"]["title"] for one in seen], ["first", "second"])
        answer = self.driver.call("translate", event="", body=json.dumps({"batch": [first] * 1001}), remote="rocket",
                                  options=json.dumps(mapping(events={"carry": [{"ticket": "/batch"}]})))
        self.assertEqual(answer.code, "rejected")


if __name__ == "__main__":
    tap.main(__name__)
