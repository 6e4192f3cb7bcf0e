#!/usr/bin/python3
"""The stand-in of GitHub against GitHub's own OpenAPI document, if that is at hand."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "harness"))

import tap  # noqa: E402
from openapi import OpenApi  # noqa: E402
from receiver import Receiver  # noqa: E402
from stand_in import ROOT, Sandbox  # noqa: E402
from test_github_sandbox_app import APP_ID, Key  # noqa: E402

CONTRACTS = os.environ.get("TANDEM_CONTRACTS", os.path.join(ROOT, "..", "shared", "contracts"))
CONTRACT = os.path.join(CONTRACTS, "github-issues.openapi.json")

REPO = "/repos/acme/rocket"
ISSUES = REPO + "/issues"


@unittest.skipUnless(os.path.exists(CONTRACT), "no github-issues.openapi.json in TANDEM_CONTRACTS")
class Contract(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.contract = OpenApi(CONTRACT)
        cls.key = Key()
        cls.github = Sandbox("--issues", "300", "--no-limits", "--repo", "acme/rocket", "--repo", "acme/engine",
                             "--app", "%d:%s" % (APP_ID, cls.key.public))

    @classmethod
    def tearDownClass(cls):
        cls.github.stop()

    def check(self, method, path, body=None, status=200, token=""):
        """Sends it and checks both the request and the answer; returns the answer's JSON."""
        template = self.contract.template_of(path)
        self.assertIsNotNone(template, path)
        if body is not None and status < 400:
            self.assertEqual(self.contract.check_request(method, template, body), [])
        answer = self.github.request(method, path, body, token=token)
        self.assertEqual(answer.status, status, answer)
        if answer.body:
            problems = self.contract.check_response(method, template, status, answer.json)
            self.assertEqual(problems, [], "%s %s" % (method, path))
        return answer.json

    def test_contract_lists(self):
        for page in (1, 2, 3):
            for path in (ISSUES, ISSUES + "/comments", ISSUES + "/events"):
                self.check("GET", path + "?state=all&per_page=100&page=%d" % page)
        for path in (REPO + "/labels", REPO + "/milestones?state=all", REPO + "/assignees"):
            self.check("GET", path)

    def test_contract_accounts_and_repository(self):
        for path in ("/user", "/rate_limit", REPO):
            self.check("GET", path)

    def test_contract_issue_and_its_lists(self):
        for number in range(1, 120):
            for tail in ("", "/comments", "/events", "/timeline", "/labels", "/reactions"):
                self.check("GET", "%s/%d%s" % (ISSUES, number, tail))

    def test_contract_issue_life(self):
        issue = self.check("POST", ISSUES, {"title": "x", "body": "y", "labels": ["bug"], "assignees": ["alice"],
                                            "milestone": 2}, 201)
        path = "%s/%d" % (ISSUES, issue["number"])
        self.check("PATCH", path, {"state": "closed", "state_reason": "duplicate", "labels": []})
        self.check("PATCH", path, {"state": "open", "title": "z", "assignees": [], "milestone": None})
        self.check("POST", path + "/labels", {"labels": ["question"]})
        self.check("PUT", path + "/labels", {"labels": ["bug"]})
        self.check("DELETE", path + "/labels/bug")
        self.check("POST", path + "/assignees", {"assignees": ["bob"]}, 201)
        self.check("DELETE", path + "/assignees", {"assignees": ["bob"]})
        self.check("PUT", path + "/lock", {"lock_reason": "spam"}, 204)
        self.check("DELETE", path + "/lock", None, 204)
        self.check("POST", path + "/reactions", {"content": "heart"}, 201)
        for tail in ("", "/events", "/timeline", "/reactions"):
            self.check("GET", path + tail)

    def test_contract_comment_life(self):
        comment = self.check("POST", ISSUES + "/7/comments", {"body": "x"}, 201)
        path = "%s/comments/%d" % (ISSUES, comment["id"])
        self.check("PATCH", path, {"body": "y"})
        self.check("GET", path)
        self.check("POST", path + "/reactions", {"content": "+1"}, 201)
        self.check("GET", path + "/reactions")
        self.check("DELETE", path, None, 204)

    def test_contract_labels_and_milestones(self):
        self.check("POST", REPO + "/labels", {"name": "fresh", "color": "00ff00", "description": "d"}, 201)
        self.check("GET", REPO + "/labels/fresh")
        self.check("PATCH", REPO + "/labels/fresh", {"new_name": "older"})
        self.check("DELETE", REPO + "/labels/older", None, 204)
        made = self.check("POST", REPO + "/milestones", {"title": "m", "due_on": "2030-01-01T00:00:00Z"}, 201)
        path = "%s/milestones/%d" % (REPO, made["number"])
        self.check("PATCH", path, {"state": "closed"})
        self.check("GET", path)
        self.check("DELETE", path, None, 204)

    def test_contract_app(self):
        now = int(self.github.control("clock")["epoch_s"])
        jwt = self.key.jwt({"iat": now - 60, "exp": now + 300, "iss": APP_ID})
        self.check("GET", "/app", token=jwt)
        # The list is not checked: the document's inlined copy wants an account to be a user and an
        # enterprise at once. One installation has the right schema.
        installation = self.github.get("/app/installations", token=jwt).json[0]
        path = "/app/installations/%d" % installation["id"]
        self.check("GET", path, token=jwt)
        for body in ({}, {"repositories": ["rocket"]}):
            token = self.check("POST", path + "/access_tokens", body, 201, jwt)["token"]
        made = self.check("POST", ISSUES, {"title": "by the App"}, 201, token)
        self.check("GET", "%s/%d" % (ISSUES, made["number"]), token=token)
        self.check("GET", "/installation/repositories", token=token)

    def test_contract_errors(self):
        self.check("GET", ISSUES + "/999999", None, 404)
        self.check("POST", ISSUES, {"title": ""}, 422)
        self.check("GET", ISSUES + "?state=half", None, 422)
        self.github.act("alice", "delete", 150)
        self.check("GET", ISSUES + "/150", None, 410)
        self.github.act("alice", "transfer", 151, to="acme/engine")
        self.check("GET", ISSUES + "/151", None, 301)

    def test_contract_hooks_and_payloads(self):
        receiver = Receiver()
        hook = self.check("POST", REPO + "/hooks", {"name": "web", "events": ["*"], "config": {
            "url": receiver.url, "content_type": "json", "secret": "s"}}, 201)
        path = "%s/hooks/%d" % (REPO, hook["id"])
        self.make_events()
        for post in receiver.wait_for(14):
            self.check_payload(post)
        for one in self.check("GET", path + "/deliveries")[:3]:
            self.check("GET", "%s/deliveries/%d" % (path, one["id"]))
        self.check("GET", REPO + "/hooks")
        self.check("GET", path)
        self.check("PATCH", path, {"active": False})
        self.check("POST", path + "/pings", None, 204)
        self.check("DELETE", path, None, 204)
        receiver.stop()

    def make_events(self):
        act = self.github.act
        number = act("alice", "create", title="x", labels=["bug"])["issue"]["number"]
        act("alice", "edit", number, title="y", body="new")
        act("alice", "close", number)
        act("alice", "reopen", number)
        act("alice", "unlabel", number, labels=["bug"])
        act("alice", "assign", number, assignees=["bob"])
        act("alice", "milestone", number, milestone=2)
        comment = act("alice", "comment", number, body="c")["comment"]["id"]
        act("alice", "edit_comment", comment_id=comment, body="d")
        act("alice", "delete_comment", comment_id=comment)
        act("alice", "lock", number)
        act("alice", "transfer", number, to="acme/engine")
        act("alice", "delete", act("alice", "create", title="z")["issue"]["number"])

    def check_payload(self, post):
        event, action = post.headers["x-github-event"].replace("_", "-"), post.json.get("action")
        name = "webhook-%s%s" % (event, "-" + action if action else "")
        problems = self.contract.check(post.json, {"$ref": "#/components/schemas/" + name})
        self.assertEqual(problems, [], name)


if __name__ == "__main__":
    tap.main(__name__)
