#!/usr/bin/python3
"""The GitHub connector's webhooks: the stand-in's deliveries, and GitHub's own published examples."""

import json
import os
import sys
import unittest
import urllib.parse

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from driver import Driver  # noqa: E402
from github_case import REPO, GitHubCase  # noqa: E402
from receiver import Receiver  # noqa: E402

SECRET = "It's a Secret to Everybody"


class Deliveries(GitHubCase):
    def setUp(self):
        super().setUp()
        self.receiver = Receiver()
        self.hook = self.make_hook()
        self.receiver.wait_for(1)

    def tearDown(self):
        self.github.delete("%s/hooks/%d" % (REPO, self.hook["id"]))
        self.receiver.stop()

    def make_hook(self, content_type="json"):
        answer = self.github.post(REPO + "/hooks", {
            "name": "web", "events": ["issues", "issue_comment"],
            "config": {"url": self.receiver.url, "content_type": content_type, "secret": SECRET}})
        self.assertEqual(answer.status, 201, answer)
        return answer.json

    def translate(self, post, remote="acme/rocket"):
        return self.driver.call("translate", event=post.headers["x-github-event"], body=post.body.decode(),
                                remote=remote)

    def last(self, count):
        return self.receiver.wait_for(count)[count - 1]

    def test_delivery_is_genuine_and_nothing_else_is(self):
        self.add_ticket("signed ü")
        post = self.last(2)
        call = {"signature": post.headers["x-hub-signature-256"], "body": post.body.decode(), "secret": SECRET}
        self.assertTrue(self.driver.call("verify", **call).genuine)
        for change in ({"body": call["body"] + " "}, {"secret": SECRET + "x"}, {"signature": call["signature"][:-1]},
                       {"signature": call["signature"][7:]}, {"signature": call["signature"] + "0"}):
            self.assertFalse(self.driver.call("verify", **dict(call, **change)).genuine, change)

    def test_translated_issue_is_what_fetch_gives(self):
        number = self.add_ticket("from a webhook", body="b", labels=["bug"], milestone="Backlog", assignees=["alice"])
        seen = self.translate(self.last(2)).observations[0]
        fetched = self.driver.fetch("ticket", number).observation
        for name in ("external_id", "external_key", "version", "fields", "url", "author"):
            self.assertEqual(seen[name], fetched[name], name)

    def test_translated_comment_follows_its_ticket(self):
        number = self.add_ticket("talk")
        made = self.github.act("petra", "comment", int(number), body="hi")["comment"]
        self.github.act("petra", "edit_comment", int(number), comment_id=made["id"], body="hi there")
        self.github.act("petra", "delete_comment", int(number), comment_id=made["id"])
        self.receiver.wait_for(5)
        created, edited, deleted = [self.translate(self.last(count)).observations for count in (3, 4, 5)]
        self.assertEqual([one["kind"] for one in created], ["ticket", "comment"])
        self.assertEqual(edited[1]["fields"], {"body": "hi there"})
        self.assertEqual(deleted[1]["gone"], "deleted")
        self.assertEqual(deleted[0].get("gone"), None)

    def test_translated_deletion_and_transfer_are_gone(self):
        first, second = self.add_ticket("deleted"), self.add_ticket("transferred")
        self.gone(first)
        self.github.act("petra", "transfer", int(second), to="acme/engine")
        self.receiver.wait_for(5)
        self.assertEqual(self.translate(self.last(4)).observations[0]["gone"], "deleted")
        moved = self.translate(self.last(5)).observations[0]
        self.assertEqual(moved["gone"], "transferred")
        self.assertIn("acme/engine", moved["moved_to"])

    def test_translated_form_is_the_same_as_json(self):
        self.add_ticket("a form & more ü")
        body = self.last(2).body.decode()
        form = "payload=" + urllib.parse.quote_plus(body)
        plain = self.driver.call("translate", event="issues", body=body, remote=self.remote)
        coded = self.driver.call("translate", event="issues", body=form, remote=self.remote)
        self.assertEqual(plain.observations, coded.observations)

    def test_another_repository_is_of_no_interest(self):
        self.add_ticket("here")
        self.assertEqual(self.translate(self.last(2), remote="acme/engine").observations, [])

    def test_ping_is_of_no_interest(self):
        self.assertEqual(self.translate(self.last(1)).observations, [])


def examples():
    """The examples by event, if @octokit/webhooks-examples is installed under the build's npm cache."""
    builds = [os.environ.get("TANDEM_BUILD"), os.path.join(HERE, "..", "..", "build")]
    for build in filter(None, builds):
        path = os.path.join(build, "npm", "node_modules", "@octokit", "webhooks-examples", "api.github.com", "index.json")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as source:
                return {event["name"]: event["examples"] for event in json.load(source)}
    return None


class Published(unittest.TestCase):
    """GitHub's payloads as collected by octokit (MIT), not kept in this repository."""

    @classmethod
    def setUpClass(cls):
        cls.events = examples()
        if cls.events is None:
            raise unittest.SkipTest("npm install --prefix build/npm @octokit/webhooks-examples has not been run")
        cls.driver = Driver("github")

    @classmethod
    def tearDownClass(cls):
        cls.driver.close()

    def each(self, event):
        for number, body in enumerate(self.events[event]):
            remote = body["repository"]["full_name"]
            answer = self.driver.call("translate", event=event, body=json.dumps(body), remote=remote)
            yield "%s.%s #%d" % (event, body["action"], number), body, answer

    def test_published_issues_translate(self):
        for name, body, answer in self.each("issues"):
            with self.subTest(name):
                self.assertEqual(answer.code, "ok", answer)
                if "/pull/" in body["issue"]["html_url"] or "state" not in body["issue"]:
                    self.assertEqual(answer.observations, [])
                    continue
                self.assertEqual(answer.observations[0]["external_id"], str(body["issue"]["number"]))
                self.assertEqual(answer.observations[0].get("gone"),
                                 {"deleted": "deleted", "transferred": "transferred"}.get(body["action"]))

    def test_published_comments_translate(self):
        for name, body, answer in self.each("issue_comment"):
            with self.subTest(name):
                self.assertEqual(answer.code, "ok", answer)
                wanted = [] if "pull_request" in body["issue"] else ["ticket", "comment"]
                self.assertEqual([one["kind"] for one in answer.observations], wanted)

    def test_published_other_events_are_of_no_interest(self):
        for event, bodies in self.events.items():
            if event not in ("issues", "issue_comment"):
                for body in bodies:
                    answer = self.driver.call("translate", event=event, body=json.dumps(body), remote="Codertocat/Hello-World")
                    self.assertEqual((answer.code, answer.observations), ("ok", []), event)


if __name__ == "__main__":
    tap.main(__name__)
