#!/usr/bin/python3
"""The stand-in of GitHub: webhooks, their signatures, the list of deliveries, redelivery, mishaps."""

import hashlib
import hmac
import os
import sys
import time
import unittest
import urllib.parse

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "harness"))
sys.path.append(os.path.join(HERE, "..", ".."))

import tap  # noqa: E402
from receiver import Receiver  # noqa: E402
from sandbox.github.webhooks import sign  # noqa: E402
from stand_in import Sandbox, wait_until  # noqa: E402

REPO = "/repos/acme/rocket"
ISSUES = REPO + "/issues"
HOOKS = REPO + "/hooks"
SECRET = "It's a Secret to Everybody"
QUIET = {"pause": False, "drop_next": 0, "lose_next": 0, "duplicate": False, "delay_ms": 0, "reorder": False}


def setUpModule():
    global github
    github = Sandbox("--issues", "20", "--no-limits", "--repo", "acme/rocket", "--repo", "acme/engine")


def tearDownModule():
    github.stop()


class Webhooks(unittest.TestCase):
    def setUp(self):
        github.control("webhooks", QUIET)
        self.receiver = Receiver()
        self.hook = self.make_hook(self.receiver.url)
        self.receiver.wait_for(1)
        self.path = "%s/%d" % (HOOKS, self.hook["id"])

    def tearDown(self):
        github.delete(self.path)
        self.receiver.stop()

    def make_hook(self, url, content_type="json", events=("issues", "issue_comment")):
        answer = github.post(HOOKS, {"name": "web", "events": list(events), "config": {
            "url": url, "content_type": content_type, "secret": SECRET}})
        assert answer.status == 201, answer
        return answer.json

    def deliveries(self, count):
        """The list of deliveries, once it has so many."""
        path = self.path + "/deliveries?per_page=100"
        return wait_until(lambda: (lambda found: found if len(found) >= count else None)(
            github.get(path).json), "%d deliveries" % count)

    def test_hook_create_pings(self):
        ping = self.receiver.posts[0]
        self.assertEqual(ping.headers["x-github-event"], "ping")
        self.assertEqual(ping.json["hook_id"], self.hook["id"])
        self.assertEqual(self.hook["config"]["secret"], "********")

    def test_hook_life(self):
        self.assertEqual(github.get(self.path).json["events"], ["issues", "issue_comment"])
        self.assertIn(self.hook["id"], [hook["id"] for hook in github.get(HOOKS).json])
        edited = github.patch(self.path, {"add_events": ["label"], "active": False}).json
        self.assertEqual((edited["events"][-1], edited["active"]), ("label", False))
        github.post(ISSUES, {"title": "nobody listens"})
        github.patch(self.path, {"active": True})
        self.assertEqual(github.post(self.path + "/pings").status, 204)
        self.receiver.wait_for(2)
        self.assertEqual(self.receiver.events(), ["ping.None", "ping.None"])
        again = github.post(HOOKS, {"config": {"url": self.receiver.url}})
        self.assertEqual(again.status, 422)
        self.assertEqual(github.post(HOOKS, {"config": {}}).status, 422)

    def test_delivery_is_signed_over_the_raw_body(self):
        github.post(ISSUES, {"title": "signed ü"})
        post = self.receiver.wait_for(2)[1]
        expected = hmac.new(SECRET.encode(), post.body, hashlib.sha256).hexdigest()
        self.assertEqual(post.headers["x-hub-signature-256"], "sha256=" + expected)
        self.assertEqual(post.headers["x-github-hook-id"], str(self.hook["id"]))
        self.assertEqual(post.headers["content-type"], "application/json")

    def test_signature_of_the_documented_vector(self):
        self.assertEqual(sign(SECRET, b"Hello, World!"),
                         "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")

    def test_delivery_form_encoded(self):
        other = Receiver()
        hook = self.make_hook(other.url, content_type="form")
        body = other.wait_for(1)[0].body.decode()
        self.assertIn('"hook_id":%d' % hook["id"], urllib.parse.parse_qs(body)["payload"][0])
        github.delete("%s/%d" % (HOOKS, hook["id"]))
        other.stop()

    def test_deliveries_for_each_change(self):
        number = github.post(ISSUES, {"title": "a", "labels": ["bug"]}).json["number"]
        path = "%s/%d" % (ISSUES, number)
        github.patch(path, {"title": "b"})
        github.patch(path, {"state": "closed"})
        github.patch(path, {"state": "open", "labels": [], "milestone": 2, "assignees": ["alice"]})
        comment = github.post(path + "/comments", {"body": "one"}).json["id"]
        github.patch("%s/comments/%d" % (ISSUES, comment), {"body": "two"})
        github.delete("%s/comments/%d" % (ISSUES, comment))
        github.put(path + "/lock")
        expected = ["ping.None", "issues.opened", "issues.labeled", "issues.edited", "issues.closed",
                    "issues.reopened", "issues.unlabeled", "issues.assigned", "issues.milestoned",
                    "issue_comment.created", "issue_comment.edited", "issue_comment.deleted", "issues.locked"]
        self.receiver.wait_for(len(expected))
        self.assertEqual(self.receiver.events(), expected)
        edited = self.receiver.posts[3].json
        self.assertEqual(edited["changes"], {"title": {"from": "a"}})
        self.assertEqual((edited["issue"]["title"], edited["sender"]["login"]), ("b", "tandem-bot"))
        self.assertEqual(self.receiver.posts[2].json["label"]["name"], "bug")
        self.assertEqual(self.receiver.posts[10].json["changes"]["body"]["from"], "one")

    def test_deliveries_for_people_transfer_and_delete(self):
        number = github.act("alice", "create", title="x")["issue"]["number"]
        github.act("alice", "transfer", number, to="acme/engine")
        other = github.act("bob", "create", title="y")["issue"]["number"]
        github.act("bob", "delete", other)
        posts = self.receiver.wait_for(5)
        self.assertEqual(self.receiver.events()[1:], ["issues.opened", "issues.transferred", "issues.opened",
                                                      "issues.deleted"])
        self.assertEqual(posts[2].json["changes"]["new_repository"]["full_name"], "acme/engine")
        self.assertEqual(posts[1].json["sender"]["login"], "alice")

    def test_failed_delivery_is_listed_and_not_repeated(self):
        self.receiver.status = 500
        github.post(ISSUES, {"title": "fails"})
        self.receiver.wait_for(2)
        failed = self.deliveries(2)[0]
        self.assertEqual((failed["status_code"], failed["event"], failed["action"]), (500, "issues", "opened"))
        self.assertEqual(len(self.receiver.posts), 2)
        self.receiver.status = 200
        self.assertEqual(github.post("%s/deliveries/%d/attempts" % (self.path, failed["id"])).status, 202)
        again = self.receiver.wait_for(3)[2]
        self.assertEqual(again.headers["x-github-delivery"], failed["guid"])
        self.assertEqual(again.body, self.receiver.posts[1].body)
        newest = self.deliveries(3)[0]
        self.assertEqual((newest["redelivery"], newest["guid"], newest["status_code"]), (True, failed["guid"], 200))
        whole = github.get("%s/deliveries/%d" % (self.path, failed["id"])).json
        self.assertEqual(whole["request"]["payload"]["issue"]["title"], "fails")
        self.assertEqual(github.get("%s/deliveries?status=failure" % self.path).json[0]["id"], failed["id"])

    def test_deliveries_page_by_cursor(self):
        for _ in range(5):
            github.post(self.path + "/pings")
        self.deliveries(6)
        found = github.all_pages(self.path + "/deliveries?per_page=2")
        self.assertEqual(len(found), 6)
        ids = [one["id"] for one in found]
        self.assertEqual(ids, sorted(ids, reverse=True))

    def test_mishap_drop_is_listed_as_failed(self):
        github.control("webhooks", {"drop_next": 1})
        github.post(ISSUES, {"title": "dropped"})
        github.post(ISSUES, {"title": "arrives"})
        self.assertEqual(self.receiver.wait_for(2)[1].json["issue"]["title"], "arrives")
        self.assertEqual([one["status_code"] for one in self.deliveries(3)][:2], [200, 0])

    def test_mishap_lose_leaves_no_trace(self):
        github.control("webhooks", {"lose_next": 1})
        github.post(ISSUES, {"title": "lost"})
        github.post(ISSUES, {"title": "arrives"})
        self.assertEqual(self.receiver.wait_for(2)[1].json["issue"]["title"], "arrives")
        self.assertEqual(len(self.deliveries(2)), 2)

    def test_mishap_duplicate_keeps_the_guid(self):
        github.control("webhooks", {"duplicate": True})
        github.post(ISSUES, {"title": "twice"})
        first, second = self.receiver.wait_for(3)[1:]
        self.assertEqual(first.headers["x-github-delivery"], second.headers["x-github-delivery"])

    def test_mishap_pause_holds_until_released(self):
        github.control("webhooks", {"pause": True})
        github.post(ISSUES, {"title": "waits"})
        self.assertEqual(github.control("webhooks")["waiting"], 1)
        self.assertEqual(len(self.receiver.posts), 1)
        github.control("webhooks", {"pause": False})
        self.receiver.wait_for(2)

    def test_mishap_reorder_swaps_neighbours(self):
        github.control("webhooks", {"pause": True, "reorder": True})
        github.post(ISSUES, {"title": "first"})
        github.post(ISSUES, {"title": "second"})
        github.control("webhooks", {"pause": False})
        posts = self.receiver.wait_for(3)
        self.assertEqual([post.json["issue"]["title"] for post in posts[1:]], ["second", "first"])

    def test_mishap_delay_comes_later(self):
        github.control("webhooks", {"delay_ms": 150})
        begun_s = time.monotonic()
        github.post(ISSUES, {"title": "late"})
        self.receiver.wait_for(2)
        self.assertGreaterEqual(time.monotonic() - begun_s, 0.15)


if __name__ == "__main__":
    tap.main(__name__)
