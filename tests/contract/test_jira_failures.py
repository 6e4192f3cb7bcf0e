#!/usr/bin/python3
"""The Jira connector against the stand-in: credentials, limits, failures, webhooks."""

import base64
import hashlib
import hmac
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from contract import create_ticket, marker  # noqa: E402
from jira_case import JiraCase  # noqa: E402
from jira_client import CLOUD_ID  # noqa: E402
from receiver import Receiver  # noqa: E402
from stand_in import wait_until  # noqa: E402


class Limits(JiraCase):
    def test_limited_reads_are_retried_when_jira_says(self):
        self.jira.control("limits", {"limited_for_s": 30})
        answer = self.driver.pull()
        self.assertEqual(answer.code, "retry")
        self.assertTrue(25000 <= answer.retry_after_ms <= 31000, answer.retry_after_ms)
        self.assertGreater(answer.usage["blocked_until_ms"], 0)

    def test_limited_writes_are_retried_and_nothing_happened(self):
        self.driver.fetch("ticket", next(iter(self.world_tickets())))
        self.jira.control("limits", {"limited_for_s": 30})
        answer = self.driver.call("push", **create_ticket(marker(), title="limited"))
        self.assertEqual(answer.code, "retry")
        self.jira.control("limits", {"clear": True})
        self.assertNotIn("limited", self.world_tickets().values())

    def test_limit_on_one_issue_does_not_rest_the_credential(self):
        number = self.create(title="busy")["external_id"]
        self.fault("status", "PUT", status=429, headers={"Retry-After": "2", "RateLimit-Reason": "jira-per-issue-on-write"})
        answer = self.push("update", "ticket", {"external_id": number}, set_={"title": "x"})
        self.assertEqual((answer.code, answer.retry_after_ms), ("retry", 2000))
        self.assertEqual(answer.usage["blocked_until_ms"], 0)

    def test_unavailable_with_retry_after_did_nothing(self):
        self.driver.fetch("ticket", next(iter(self.world_tickets())))
        self.fault("status", "POST", path="/issue$", status=503, headers={"Retry-After": "7"})
        answer = self.driver.call("push", **create_ticket(marker(), title="x"))
        self.assertEqual((answer.code, answer.retry_after_ms), ("retry", 7000))

    def test_other_server_errors_of_a_write_are_uncertain(self):
        self.fault("status", "POST", path="/issue$", status=500)
        self.assertEqual(self.driver.call("push", **create_ticket(marker(), title="x")).code, "uncertain")

    def test_failures_of_reads_are_retries(self):
        for fault in ({"fault": "status", "status": 500}, {"fault": "reset_before"}, {"fault": "truncate"},
                      {"fault": "garbage"}):
            with self.subTest(**fault):
                self.fault(method="POST", path="/search", **fault)
                self.assertEqual(self.driver.pull().code, "retry")

    def test_wrong_token_is_auth_with_advice(self):
        self.open(token="wrong-token")
        answer = self.driver.pull()
        self.assertEqual(answer.code, "auth")
        self.assertIn("store a new one", answer.message)

    def test_unusable_settings_are_refused(self):
        for more, code in (({"credential": {}}, "auth"), ({"credential_kind": "x"}, "auth"), ({"remote": "a b"}, "rejected"),
                           ({"base_url": ""}, "rejected"), ({"options": "[]"}, "rejected"), ({"options": "{"}, "rejected")):
            with self.subTest(**more):
                asked = dict({"base_url": self.jira.base, "remote": "ROCKET", "credential_name": "bot", "options": "{}"},
                             **self.credential("sandbox-token", "tandem-bot"))
                self.assertEqual(self.driver.open(**dict(asked, **more)).code, code)


class OAuth(JiraCase):
    """3LO: the gateway, and a refresh token that is another one after each use."""

    def setUp(self):
        super().setUp()
        self.renewed = getattr(type(self), "stored", {
            "client_id": "sandbox-client", "client_secret": "sandbox-secret", "refresh_token": "sandbox-refresh"})
        self.renewed = {name: value for name, value in self.renewed.items() if not name.startswith("access")}
        self.open_oauth(self.renewed)

    def open_oauth(self, credential):
        self.open(credential_kind="oauth", credential=credential,
                  options={"gateway_url": self.jira.base, "auth_url": self.jira.base, "cloud_id": CLOUD_ID})

    def keep(self, answer):
        """What was stored last is what works: each test goes on from there."""
        type(self).stored = json.loads(answer.stored_credential)
        return type(self).stored

    def test_rotated_token_is_stored_before_it_is_used(self):
        answer = self.driver.fetch("ticket", next(iter(self.world_tickets())))
        stored = self.keep(answer)
        self.assertEqual(answer.code, "ok", answer)
        self.assertNotEqual(stored["refresh_token"], self.renewed["refresh_token"])
        self.assertTrue(stored["access_token"])
        self.open_oauth(stored)
        again = self.driver.fetch("ticket", next(iter(self.world_tickets())))
        self.assertEqual(again.code, "ok")
        self.assertFalse(hasattr(again, "stored_credential"), "the access token still lasts")

    def test_ended_access_token_is_renewed(self):
        number = next(iter(self.world_tickets()))
        self.keep(self.driver.fetch("ticket", number))
        self.jira.control("tokens", method="DELETE")
        answer = self.driver.fetch("ticket", number)
        self.assertEqual(answer.code, "ok", answer)
        self.keep(answer)

    def test_spent_refresh_token_is_auth(self):
        self.keep(self.driver.fetch("ticket", next(iter(self.world_tickets()))))
        self.open_oauth({"client_id": "sandbox-client", "client_secret": "sandbox-secret",
                         "refresh_token": "sandbox-refresh"})
        answer = self.driver.pull()
        self.assertEqual(answer.code, "auth")
        self.assertIn("connect the project again", answer.message)

    def test_site_is_found_by_its_address(self):
        self.open(credential_kind="oauth", credential=self.renewed,
                  options={"gateway_url": self.jira.base, "auth_url": self.jira.base})
        answer = self.driver.fetch("ticket", next(iter(self.world_tickets())))
        self.assertEqual(answer.code, "ok", answer)
        self.keep(answer)


class Webhooks(JiraCase):
    secret = "It's a Secret to Everybody"

    def verify(self, body="{}", **more):
        return self.driver.call("verify", body=body, secret=self.secret, **more).genuine

    def jwt(self, secret=None, alg="HS256", **claims):
        now = int(time.time())
        parts = [{"alg": alg, "typ": "JWT"}, dict({"iat": now, "exp": now + 180}, **claims)]
        return self.signed(".".join(self.encode(json.dumps(part).encode()) for part in parts), secret)

    def signed(self, text, secret=None):
        mac = hmac.new((secret or self.secret).encode(), text.encode(), hashlib.sha256).digest()
        return "Bearer %s.%s" % (text, self.encode(mac))

    @staticmethod
    def encode(data):
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    def test_hmac_over_the_body_is_checked(self):
        vector = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        self.assertTrue(self.verify(body="Hello, World!", signature=vector))
        self.assertFalse(self.verify(body="Hello, World?", signature=vector))
        self.assertFalse(self.verify(body="Hello, World!", signature=vector[:-1] + "8"))

    def test_jwt_of_an_app_is_checked(self):
        now = int(time.time())
        self.assertTrue(self.verify(authorization=self.jwt()))
        for name, token in (("secret", self.jwt(secret="another")), ("expired", self.jwt(exp=now - 600)),
                            ("from the future", self.jwt(iat=now + 600)), ("none", self.jwt(alg="none")),
                            ("no expiry", self.jwt(exp=None)), ("cut", self.jwt()[:-3]), ("empty", "Bearer "),
                            ("dots", "Bearer .."), ("no base64", self.signed("{}.{}")),
                            ("no JSON", self.signed("%s.%s" % (self.encode(b"no"), self.encode(b"JSON"))))):
            with self.subTest(token=name):
                self.assertFalse(self.verify(authorization=token))

    def test_jwt_with_another_time_than_ours_is_told_from_a_forged_one(self):
        now = int(time.time())
        for name, token, untimely in (("old", self.jwt(exp=now - 600), True), ("early", self.jwt(iat=now + 600), True),
                                      ("forged", self.jwt(exp=now - 600, secret="another"), False)):
            with self.subTest(token=name):
                answer = self.driver.call("verify", body="{}", secret=self.secret, authorization=token)
                self.assertEqual(answer.untimely, untimely)

    def translate(self, remote="ROCKET", **body):
        return self.driver.call("translate", event="", body=json.dumps(body), remote=remote)

    def issue(self, key="ROCKET-7"):
        return {"id": "10007", "key": key, "fields": {"summary": "s", "updated": "2026-01-02T03:04:05.678+0200"}}

    def test_issue_and_comment_events_are_hints(self):
        seen = self.translate(webhookEvent="jira:issue_updated", issue=self.issue()).observations
        self.assertEqual([(one["kind"], one["external_id"], one.get("fields", {})) for one in seen], [("ticket", "10007", {})])
        seen = self.translate(webhookEvent="comment_created", issue=self.issue(), comment={"id": "9"}).observations
        self.assertEqual([(one["kind"], one["external_id"], one["parent_external_id"]) for one in seen],
                         [("comment", "10007:9", "10007")])

    def test_deletions_say_gone(self):
        seen = self.translate(webhookEvent="jira:issue_deleted", issue=self.issue()).observations
        self.assertEqual(seen[0]["gone"], "deleted")
        seen = self.translate(webhookEvent="comment_deleted", issue=self.issue(), comment={"id": "9"}).observations
        self.assertEqual(seen[0]["gone"], "deleted")

    def test_other_projects_are_of_no_interest_unless_an_issue_left_ours(self):
        event = {"webhookEvent": "jira:issue_updated", "issue": self.issue("ENGINE-3")}
        self.assertEqual(self.translate(**event).observations, [])
        moved = {"items": [{"field": "Key", "fromString": "ROCKET-7", "toString": "ENGINE-3"}]}
        self.assertEqual(len(self.translate(changelog=moved, **event).observations), 1)
        self.assertEqual(self.translate(webhookEvent="sprint_started", sprint={"id": 1}).observations, [])
        self.assertEqual(self.translate(webhookEvent="jira:issue_updated", issue={}).code, "rejected")


class Registering(JiraCase):
    def setUp(self):
        super().setUp()
        self.receiver = Receiver()

    def tearDown(self):
        for hook in self.jira.get("//rest/webhooks/1.0/webhook").json:
            self.jira.delete("/" + hook["self"][hook["self"].index("/rest/"):])
        self.receiver.stop()

    def register(self, secret="hush"):
        return self.driver.call("register_hook", url=self.receiver.url, secret=secret)

    def test_admin_webhook_is_made_once_and_kept_up_to_date(self):
        answers = [self.register(secret) for secret in ("hush", "other")]
        self.assertEqual([(one.code, one.expires_at_ms, one.check_in_ms) for one in answers], [("ok", 0, 0), ("ok", 0, 0)])
        self.assertEqual(len(self.jira.get("//rest/webhooks/1.0/webhook").json), 1)
        for _ in range(2):
            self.assertEqual(self.driver.call("remove_hook", url=self.receiver.url).code, "ok")
        self.assertEqual(self.jira.get("//rest/webhooks/1.0/webhook").json, [])

    def test_admin_webhook_that_somebody_changed_is_repaired(self):
        self.register()
        for change in ({"enabled": False}, {"events": ["comment_created"]}):
            with self.subTest(change=change):
                (hook,) = self.jira.get("//rest/webhooks/1.0/webhook").json
                self.jira.put("/" + hook["self"][hook["self"].index("/rest/"):], {**hook, **change})
                self.assertEqual([self.register().repaired, self.register().repaired], [True, False])
                (hook,) = self.jira.get("//rest/webhooks/1.0/webhook").json
                self.assertEqual((hook["enabled"], len(hook["events"])), (True, 6))

    def test_delivery_is_verified_and_points_at_the_issue(self):
        self.register()
        number = self.add_ticket("shown by a webhook")
        self.add_ticket_elsewhere()
        self.receiver.wait_for(1)
        post = self.receiver.posts[0]
        body = post.body.decode()
        self.assertTrue(self.driver.call("verify", signature=post.headers["x-hub-signature"], body=body,
                                         secret="hush").genuine)
        seen = self.driver.call("translate", event="", body=body, remote="ROCKET").observations
        self.assertEqual([one["external_id"] for one in seen], [number])

    def add_ticket_elsewhere(self):
        self.jira.act("petra", "create", project="ENGINE", summary="not ours")

    def test_without_an_administrators_rights_it_is_refused_with_advice(self):
        self.open(token="reader-token", login="rita")
        answer = self.register()
        self.assertEqual(answer.code, "rejected")
        self.assertIn("administrator", answer.message)

    def test_dynamic_webhook_of_an_app_is_refreshed(self):
        self.open(credential_kind="oauth", options={"gateway_url": self.jira.base, "auth_url": self.jira.base,
                                                    "cloud_id": CLOUD_ID},
                  credential={"client_id": "sandbox-client", "client_secret": "sandbox-secret",
                              "refresh_token": "sandbox-refresh"})
        wrong = self.register()
        self.assertEqual(wrong.code, "rejected")
        self.assertIn("client secret", wrong.message)
        first, again = self.register("sandbox-secret"), self.register("sandbox-secret")
        self.assertEqual((first.code, again.code), ("ok", "ok"), first)
        self.assertGreater(first.expires_at_ms, self.now_ms() + 29 * 86400 * 1000)
        self.assertGreater(first.check_in_ms, 20 * 86400 * 1000)
        number = self.add_ticket("by an app's webhook")
        self.receiver.wait_for(1)
        post = self.receiver.posts[0]
        genuine = {"authorization": post.headers["authorization"], "body": post.body.decode()}
        self.assertTrue(self.driver.call("verify", secret="sandbox-secret", **genuine).genuine)
        self.assertFalse(self.driver.call("verify", secret="another", **genuine).genuine)
        self.assertEqual(json.loads(post.body)["issue"]["id"], number)
        for _ in range(2):
            self.assertEqual(self.driver.call("remove_hook", url=self.receiver.url).code, "ok")
        self.add_ticket("nobody is told")
        wait_until(lambda: not (state := self.jira.control("webhooks"))["waiting"] + state["sending"], "all webhooks to be sent")
        self.assertEqual(len(self.receiver.posts), 1)


if __name__ == "__main__":
    tap.main(__name__)
