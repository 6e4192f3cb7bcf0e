#!/usr/bin/python3
"""The Linear connector against the stand-in: webhooks registered, verified and translated."""

import hashlib
import hmac
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from linear_case import LinearCase  # noqa: E402
from receiver import Receiver  # noqa: E402

HOOKS = "{ webhooks(first: 100) { nodes { id url enabled resourceTypes team { key } secret } } }"


class Webhooks(LinearCase):
    def setUp(self):
        super().setUp()
        self.receiver = Receiver()

    def tearDown(self):
        for hook in self.hooks():
            self.linear.ask("mutation D($id: String!) { webhookDelete(id: $id) { success } }", {"id": hook["id"]})
        self.receiver.stop()

    def hooks(self):
        return self.linear.ask(HOOKS)["webhooks"]["nodes"]

    def register(self, secret="hush", **more):
        return self.driver.call("register_hook", url=self.receiver.url, secret=secret, **more)

    def translate(self, post, **more):
        answer = self.driver.call("translate", event=post.headers["linear-event"], body=post.body.decode(),
                                  **dict({"remote": self.remote}, **more))
        self.assertEqual(answer.code, "ok", answer)
        return answer.observations

    def verify(self, post, secret="hush", **changes):
        request = dict({"signature": post.headers["linear-signature"], "body": post.body.decode(), "secret": secret},
                       **changes)
        return self.driver.call("verify", **request).genuine

    def test_register_makes_one_webhook_and_keeps_it_up_to_date(self):
        self.assertEqual((self.register().code, self.register("other", repair=True).code), ("ok", "ok"))
        (hook,) = self.hooks()
        self.assertEqual((hook["enabled"], hook["team"]["key"], hook["secret"]), (True, "ENG", "other"))
        self.assertEqual(set(hook["resourceTypes"]), {"Issue", "Comment"})

    def test_register_switches_a_webhook_on_again(self):
        self.register()
        (hook,) = self.hooks()
        self.linear.ask("""mutation U($id: String!, $input: WebhookUpdateInput!) {
            webhookUpdate(id: $id, input: $input) { success } }""", {"id": hook["id"], "input": {"enabled": False}})
        self.assertEqual([self.register().repaired, self.register().repaired], [True, False])
        self.assertEqual([one["enabled"] for one in self.hooks()], [True])

    def test_register_repairs_a_webhook_that_tells_of_less(self):
        self.register()
        (hook,) = self.hooks()
        self.linear.ask("""mutation U($id: String!, $input: WebhookUpdateInput!) {
            webhookUpdate(id: $id, input: $input) { success } }""", {"id": hook["id"], "input": {"resourceTypes": ["Comment"]}})
        self.assertEqual([self.register().repaired, self.register().repaired], [True, False])
        self.assertEqual([set(one["resourceTypes"]) for one in self.hooks()], [{"Issue", "Comment"}])

    def test_removed_webhook_is_gone_once_and_for_all(self):
        self.register()
        for _ in range(2):
            self.assertEqual(self.driver.call("remove_hook", url=self.receiver.url).code, "ok")
        self.assertEqual(self.hooks(), [])

    def test_register_without_the_right_is_refused(self):
        self.open(token="member-key")
        self.assertEqual(self.register().code, "rejected")

    def test_genuine_deliveries_are_told_from_others(self):
        self.register()
        self.add_ticket("hooked")
        (post,) = self.receiver.wait_for(1)
        self.assertTrue(self.verify(post))
        self.assertFalse(self.verify(post, secret="wrong"))
        self.assertFalse(self.verify(post, secret=""))
        self.assertFalse(self.verify(post, body=post.body.decode() + " "))
        self.assertFalse(self.verify(post, signature=post.headers["linear-signature"].upper()))
        self.assertFalse(self.verify(post, signature=post.headers["linear-signature"][:-1]))

    def test_delivery_outside_the_minute_is_refused(self):
        for ahead_s, genuine in ((0, True), (-30, True), (59, True), (-61, False), (90, False)):
            body = json.dumps({"webhookTimestamp": int((time.time() + ahead_s) * 1000)})
            signature = hmac.new(b"hush", body.encode(), hashlib.sha256).hexdigest()
            with self.subTest(ahead_s=ahead_s):
                self.assertEqual(self.driver.call("verify", signature=signature, body=body, secret="hush").genuine,
                                 genuine)
        body = '{"webhookTimestamp":"now"}'
        signature = hmac.new(b"hush", body.encode(), hashlib.sha256).hexdigest()
        self.assertFalse(self.driver.call("verify", signature=signature, body=body, secret="hush").genuine)

    def test_issue_is_to_be_fetched_and_a_removed_one_is_gone(self):
        self.register()
        issue = self.add_ticket("one")
        self.edit_title(issue, "two")
        self.gone(issue)
        made, changed, removed = [self.translate(post) for post in self.receiver.wait_for(3)]
        for (seen,), how in ((made, "unreadable"), (changed, "unreadable"), (removed, "deleted")):
            self.assertEqual((seen["kind"], seen["external_id"], seen["gone"]), ("ticket", issue, how))

    def test_comment_is_whole(self):
        issue = self.add_ticket("talk")
        self.register()
        comment = self.linear.act("alice", "comment", issue, body="hello")["comment"]
        self.linear.act("alice", "edit_comment", issue, comment_id=comment["id"], body="hello again")
        self.linear.act("alice", "delete_comment", issue, comment_id=comment["id"])
        made, changed, removed = [self.translate(post)[0] for post in self.receiver.wait_for(3)]
        self.assertEqual((made["external_id"], made["parent_external_id"], made["fields"]),
                         (comment["id"], issue, {"body": "hello"}))
        self.assertEqual((changed["fields"], changed["version"] > made["version"]), ({"body": "hello again"}, True))
        self.assertEqual(removed["gone"], "deleted")

    def test_issue_that_left_the_team_is_looked_at(self):
        self.linear.ask("""mutation W($input: WebhookCreateInput!) { webhookCreate(input: $input) { success } }""",
                        {"input": {"url": self.receiver.url, "allPublicTeams": True, "resourceTypes": ["Issue"]}})
        issue = self.add_ticket("leaving")
        self.linear.act("alice", "move", issue, to="OPS")
        self.linear.act("alice", "edit", issue, title="elsewhere")
        made, moved, later = [self.translate(post) for post in self.receiver.wait_for(3)]
        self.assertEqual(([seen["external_id"] for seen in made + moved], later), ([issue, issue], []))
        self.assertEqual(self.driver.fetch("ticket", issue).observation["gone"], "transferred")

    def test_team_is_known_by_its_id_where_the_options_have_it(self):
        options = self.driver.describe().options
        self.register()
        issue = self.add_ticket("renamed team")
        (post,) = self.receiver.wait_for(1)
        self.assertEqual(self.translate(post, remote="OLD", options=options)[0]["external_id"], issue)
        self.assertEqual(self.translate(post, remote="OLD"), [])


if __name__ == "__main__":
    tap.main(__name__)
