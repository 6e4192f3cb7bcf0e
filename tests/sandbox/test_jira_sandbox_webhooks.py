#!/usr/bin/python3
"""The stand-in of Jira: webhooks of administrators and apps, their signatures, repetitions and mishaps; OAuth."""

import base64
import hashlib
import hmac
import json
import os
import sys
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "harness"))

import tap  # noqa: E402
from jira_client import CLOUD_ID, Jira, doc  # noqa: E402
from receiver import Receiver  # noqa: E402
from stand_in import wait_until  # noqa: E402

HOOKS = "//rest/webhooks/1.0/webhook"
SITE = "//ex/jira/%s/rest/api/3" % CLOUD_ID
CLIENT = {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}
SECRET = "It's a Secret to Everybody"
EVENTS = ["jira:issue_created", "jira:issue_updated", "jira:issue_deleted", "comment_created", "comment_updated",
          "comment_deleted", "issuelink_created", "issue_property_set"]
QUIET = {"pause": False, "drop_next": 0, "lose_next": 0, "duplicate": False, "delay_ms": 0, "reorder": False}
DAY_S = 86400


def setUpModule():
    global jira, refresh
    jira = Jira("--issues", "20", "--no-limits", "--project", "ROCKET", "--project", "FUEL", "--oauth",
                "sandbox-client:sandbox-secret", "--oauth", "other-client:other-secret=alice")
    refresh = "sandbox-refresh"


def tearDownModule():
    jira.stop()


def token_answer(**asked):
    return jira.post("//oauth/token", dict(CLIENT, **asked), token=None)


def new_token():
    """An access token; each call spends the refresh token and keeps its successor."""
    global refresh
    answer = token_answer(grant_type="refresh_token", refresh_token=refresh)
    assert answer.status == 200, answer
    refresh = answer.json["refresh_token"]
    return answer.json["access_token"]


def bearer(token):
    return {"Authorization": "Bearer " + token}


class WithReceiver(unittest.TestCase):
    def setUp(self):
        jira.control("webhooks", QUIET)
        self.receiver = Receiver()

    def tearDown(self):
        self.receiver.stop()

    def events(self):
        return [post.json["webhookEvent"] for post in self.receiver.posts]


class Admin(WithReceiver):
    def setUp(self):
        super().setUp()
        answer = jira.post(HOOKS, {"name": "t", "url": self.receiver.url, "events": EVENTS, "secret": SECRET,
                                   "filters": {"issue-related-events-section": "project = ROCKET"}})
        assert answer.status == 201, answer
        self.hook = answer.json
        self.path = HOOKS + "/" + self.hook["self"].rpartition("/")[2]

    def tearDown(self):
        jira.delete(self.path)
        super().tearDown()

    def test_hook_life(self):
        self.assertTrue(self.hook["isSigned"])
        self.assertNotIn(SECRET, json.dumps(self.hook))
        self.assertEqual(jira.put(self.path, {"enabled": False}).json["enabled"], False)
        jira.create("nobody listens")
        jira.put(self.path, {"enabled": True})
        jira.create("heard")
        self.assertEqual(self.receiver.wait_for(1)[0].json["issue"]["fields"]["summary"], "heard")
        self.assertEqual([one["name"] for one in jira.get(HOOKS).json], ["t"])
        self.assertEqual(jira.post(HOOKS, {"url": "ftp://x", "events": EVENTS}).status, 400)
        self.assertEqual(jira.post(HOOKS, {"url": self.receiver.url, "events": ["nonsense"]}).status, 400)

    def test_delivery_is_signed_and_named(self):
        jira.create("signed ü")
        post, = self.receiver.wait_for(1)
        expected = hmac.new(SECRET.encode(), post.body, hashlib.sha256).hexdigest()
        self.assertEqual(post.headers["x-hub-signature"], "sha256=" + expected)
        self.assertRegex(post.headers["x-atlassian-webhook-identifier"], r"^[0-9a-f-]{36}$")
        self.assertNotIn("x-atlassian-webhook-retry", post.headers)
        self.assertEqual(post.json["user"]["displayName"], "tandem-bot")

    def test_delivery_for_each_change(self):
        key = jira.create("a", description=doc("first", "second"))
        jira.edit(key, summary="b")
        comment = jira.post("/issue/%s/comment" % key, {"body": doc("c")}).json["id"]
        jira.put("/issue/%s/comment/%s" % (key, comment), {"body": doc("d")})
        jira.delete("/issue/%s/comment/%s" % (key, comment))
        jira.put("/issue/%s/properties/p" % key, {"v": 1})
        jira.post("/issueLink",
                  {"type": {"name": "Relates"}, "inwardIssue": {"key": key}, "outwardIssue": {"key": "ROCKET-1"}})
        jira.delete("/issue/" + key)
        posts = self.receiver.wait_for(8)
        self.assertEqual(self.events(), [
            "jira:issue_created", "jira:issue_updated", "comment_created", "comment_updated", "comment_deleted",
            "issue_property_set", "issuelink_created", "jira:issue_deleted"])
        self.assertEqual(posts[0].json["issue"]["fields"]["description"], "first\n\nsecond")
        item, = posts[1].json["changelog"]["items"]
        self.assertEqual((item["field"], item["fromString"], item["toString"]), ("summary", "a", "b"))
        self.assertEqual((posts[2].json["comment"]["body"], posts[2].json["issue"]["key"]), ("c", key))
        self.assertEqual(posts[5].json["property"], {"key": "p", "value": {"v": 1}})

    def test_delivery_only_for_what_the_filter_matches(self):
        jira.create("elsewhere", project="FUEL")
        key = jira.act("alice", "create", summary="here")["issue"]["key"]
        post, = self.receiver.wait_for(1)
        self.assertEqual((post.json["issue"]["key"], post.json["user"]["displayName"]), (key, "Alice Ångström"))

    def test_delivery_failed_is_repeated_under_the_same_identifier(self):
        self.receiver.status = 503
        jira.create("stubborn")
        first, = self.receiver.wait_for(1)
        wait_until(lambda: jira.control("webhooks")["to_repeat"] == 1, "the delivery waits")
        jira.control("clock", {"advance_s": 200})  # of 300; its clock goes on meanwhile
        self.assertEqual(jira.control("webhooks")["to_repeat"], 1)
        self.assertEqual(len(self.receiver.posts), 1)
        self.receiver.status = 200
        jira.control("clock", {"advance_s": 700})
        second = self.receiver.wait_for(2)[1]
        name = "x-atlassian-webhook-identifier"
        self.assertEqual((second.headers[name], second.body), (first.headers[name], first.body))
        self.assertEqual(second.headers["x-atlassian-webhook-retry"], "1")

    def test_delivery_is_given_up_after_five_repetitions(self):
        self.receiver.status = 500
        jira.create("hopeless")
        for number in range(1, 6):
            self.receiver.wait_for(number)
            wait_until(lambda: jira.control("webhooks")["to_repeat"] == 1, "the delivery waits")
            jira.control("clock", {"advance_s": 901})
        self.receiver.wait_for(6)
        wait_until(lambda: jira.control("webhooks")["failed"] > 0, "the delivery is given up")
        self.assertEqual(jira.control("webhooks")["to_repeat"], 0)

    def test_delivery_refused_for_good_is_not_repeated(self):
        self.receiver.status = 400
        jira.create("refused")
        self.receiver.wait_for(1)
        wait_until(lambda: jira.control("webhooks")["deliveries"][-1]["status"] == 400, "the attempt is noted")
        self.assertEqual(jira.control("webhooks")["to_repeat"], 0)

    def test_mishaps_lose_repeat_and_swap(self):
        jira.control("webhooks", {"lose_next": 1})
        jira.create("lost")
        jira.control("webhooks", {"duplicate": True})
        jira.create("twice")
        posts = self.receiver.wait_for(2)
        self.assertEqual([post.json["issue"]["fields"]["summary"] for post in posts], ["twice", "twice"])
        jira.control("webhooks", dict(QUIET, pause=True, reorder=True))
        jira.create("one")
        jira.create("two")
        jira.control("webhooks", {"pause": False})
        self.assertEqual([post.json["issue"]["fields"]["summary"] for post in self.receiver.wait_for(4)[2:]],
                         ["two", "one"])


class Dynamic(WithReceiver):
    def setUp(self):
        super().setUp()
        self.headers = bearer(new_token())

    def tearDown(self):
        ids = [one["id"] for one in self.listed()]
        if ids:
            jira.delete(SITE + "/webhook", {"webhookIds": ids}, headers=self.headers)
        super().tearDown()

    def listed(self):
        return jira.get(SITE + "/webhook", headers=self.headers).json["values"]

    def register(self, *hooks):
        answer = jira.post(SITE + "/webhook", {"url": self.receiver.url, "webhooks": list(hooks)}, headers=self.headers)
        assert answer.status == 200, answer
        return answer.json["webhookRegistrationResult"]

    def test_dynamic_hooks_are_for_apps(self):
        self.assertEqual(jira.get("/webhook").status, 403)
        self.assertEqual(jira.get("//rest/api/3/webhook", headers=self.headers).status, 401)

    def test_dynamic_hook_is_told_what_is_wrong(self):
        good = {"events": ["jira:issue_created"], "jqlFilter": "project = ROCKET AND issuetype != Epic"}
        made, *refused = self.register(good, dict(good, jqlFilter="watchCount > 1"),
                                       dict(good, jqlFilter="summary ~ x"),
                                       dict(good, events=["nonsense"]), dict(good, jqlFilter="status > Open"))
        self.assertIn("createdWebhookId", made)
        self.assertTrue(all("errors" in one for one in refused), refused)
        more = self.register(*[good] * 5)
        self.assertEqual(["createdWebhookId" in one for one in more], [True] * 4 + [False])

    def test_dynamic_delivery_carries_a_token_signed_by_the_client(self):
        made, = self.register({"events": ["jira:issue_created"], "jqlFilter": "project = ROCKET"})
        jira.create()
        post, = self.receiver.wait_for(1)
        signed, _, signature = post.headers["authorization"].removeprefix("Bearer ").rpartition(".")
        digest = hmac.new(b"sandbox-secret", signed.encode(), hashlib.sha256).digest()
        self.assertEqual(signature, base64.urlsafe_b64encode(digest).decode().rstrip("="))
        self.assertEqual(post.json["matchedWebhookIds"], [made["createdWebhookId"]])

    def test_dynamic_hook_can_watch_fields_and_properties(self):
        self.register({"events": ["jira:issue_updated"], "jqlFilter": "project = ROCKET",
                       "fieldIdsFilter": ["summary"]},
                      {"events": ["issue_property_set"], "jqlFilter": "project = ROCKET",
                       "issuePropertyKeysFilter": ["mine"]})
        key = jira.create()
        jira.edit(key, labels=["unseen"])
        jira.edit(key, summary="seen")
        jira.put("/issue/%s/properties/other" % key, 1)
        jira.put("/issue/%s/properties/mine" % key, 1)
        posts = self.receiver.wait_for(2)
        self.assertEqual(sorted(self.events()), ["issue_property_set", "jira:issue_updated"])
        update = next(post.json for post in posts if "changelog" in post.json)
        self.assertEqual(update["issue"]["fields"]["summary"], "seen")

    def test_dynamic_hook_expires_unless_refreshed(self):
        self.register(*[{"events": ["jira:issue_created"], "jqlFilter": "project = ROCKET"}] * 2)
        kept = self.listed()[0]
        self.assertAlmostEqual(kept["expirationDate"] / 1000, jira.control("clock")["epoch_s"] + 30 * DAY_S, delta=60)
        jira.control("clock", {"advance_s": 20 * DAY_S})
        self.headers = bearer(new_token())
        renewed = jira.put(SITE + "/webhook/refresh", {"webhookIds": [kept["id"], 1]}, headers=self.headers).json
        self.assertGreater(renewed["expirationDate"], kept["expirationDate"])
        jira.control("clock", {"advance_s": 20 * DAY_S})
        self.headers = bearer(new_token())
        self.assertEqual([one["id"] for one in self.listed()], [kept["id"]])
        jira.create()
        self.receiver.wait_for(1)
        self.assertEqual(self.receiver.posts[0].json["matchedWebhookIds"], [kept["id"]])


class OAuth(unittest.TestCase):
    def test_refresh_token_works_once(self):
        used = refresh
        new_token()
        answer = token_answer(grant_type="refresh_token", refresh_token=used)
        self.assertEqual((answer.status, answer.json["error"]), (403, "invalid_grant"))
        self.assertEqual(token_answer(grant_type="refresh_token", refresh_token="unknown").status, 403)
        self.assertEqual(token_answer(grant_type="refresh_token", refresh_token=refresh, client_secret="wrong").status,
                         401)
        foreign = token_answer(grant_type="refresh_token", refresh_token=refresh, client_id="other-client",
                               client_secret="other-secret")
        self.assertEqual(foreign.status, 403)
        self.assertEqual(token_answer(grant_type="password").status, 400)
        new_token()

    def test_access_token_opens_the_site_for_an_hour(self):
        headers = bearer(new_token())
        site, = jira.get("//oauth/token/accessible-resources", headers=headers).json
        self.assertEqual((site["id"], "write:jira-work" in site["scopes"]), (CLOUD_ID, True))
        myself = jira.get(SITE + "/myself", headers=headers)
        self.assertEqual(myself.json["displayName"], "tandem-bot")
        self.assertIn("/ex/jira/", myself.json["self"])
        self.assertEqual(jira.get("/myself", headers=headers).status, 401)
        self.assertEqual(jira.get("//ex/jira/other/rest/api/3/myself", headers=headers).status, 404)
        jira.control("clock", {"advance_s": 3601})
        self.assertEqual(jira.get(SITE + "/myself", headers=headers).status, 401)
        self.assertEqual(jira.get("//oauth/token/accessible-resources", headers=headers).status, 401)

    def test_access_tokens_can_be_ended(self):
        headers = bearer(new_token())
        jira.control("tokens", method="DELETE")
        self.assertEqual(jira.get(SITE + "/myself", headers=headers).status, 401)

    def test_code_is_exchanged_once(self):
        back = "http://localhost/back?x=1"
        query = urllib.parse.urlencode({"client_id": "other-client", "redirect_uri": back, "response_type": "code",
                                        "state": "s"})
        consent = jira.get("//authorize?" + query, token=None)
        self.assertEqual(consent.status, 302)
        given = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(consent.headers["location"]).query))
        self.assertEqual(given["state"], "s")
        asked = {"grant_type": "authorization_code", "code": given["code"], "redirect_uri": back,
                 "client_id": "other-client", "client_secret": "other-secret"}
        form = urllib.parse.urlencode(asked).encode()
        answer = jira.post("//oauth/token", form, token=None,
                           headers={"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(answer.status, 200)
        name = jira.get(SITE + "/myself", headers=bearer(answer.json["access_token"])).json["displayName"]
        self.assertEqual(name, "Alice Ångström")
        self.assertEqual(token_answer(**asked).status, 403)


if __name__ == "__main__":
    tap.main(__name__)
