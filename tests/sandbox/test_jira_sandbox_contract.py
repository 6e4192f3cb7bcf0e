#!/usr/bin/python3
"""The stand-in of Jira Cloud against Atlassian's own OpenAPI document, if that is at hand."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "harness"))

import tap  # noqa: E402
from jira_client import CLOUD_ID, Jira, doc  # noqa: E402
from openapi import OpenApi  # noqa: E402
from stand_in import ROOT  # noqa: E402

CONTRACTS = os.environ.get("TANDEM_CONTRACTS", os.path.join(ROOT, "..", "shared", "contracts"))
CONTRACT = os.path.join(CONTRACTS, "jira-cloud.openapi.json")


def filled(value):
    """The value with text for null in changelogs: the document forgets them, its own examples have them."""
    if isinstance(value, list):
        return [filled(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "fromString" in value:
        return {name: "" if inner is None else inner for name, inner in value.items()}
    return {name: filled(inner) for name, inner in value.items()}


@unittest.skipUnless(os.path.exists(CONTRACT), "no jira-cloud.openapi.json in TANDEM_CONTRACTS")
class Contract(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.contract = OpenApi(CONTRACT)
        cls.jira = Jira("--issues", "200", "--no-limits", "--project", "ROCKET", "--project", "FUEL")

    @classmethod
    def tearDownClass(cls):
        cls.jira.stop()

    def check(self, method, path, body=None, status=200, headers=None, prefix=""):
        """Sends it and checks both the request and the answer; returns the answer's JSON."""
        template = self.contract.template_of("/rest/api/3" + path)
        self.assertIsNotNone(template, path)
        if body is not None and status < 400:
            self.assertEqual(self.contract.check_request(method, template, body), [], "%s %s" % (method, path))
        whole = "/" + prefix + "/rest/api/3" + path if prefix else path
        answer = self.jira.request(method, whole, body, headers)
        self.assertEqual(answer.status, status, answer)
        if answer.body:
            problems = self.contract.check_response(method, template, status, filled(answer.json))
            self.assertEqual(problems, [], "%s %s" % (method, path))
        return answer.json

    def test_contract_site(self):
        for path in ("/myself", "/serverInfo", "/field", "/priority", "/resolution", "/status", "/issuetype", "/label",
                     "/issueLinkType", "/project", "/project/search", "/project/ROCKET", "/project/ROCKET/statuses",
                     "/project/ROCKET/versions", "/project/ROCKET/version", "/project/ROCKET/components",
                     "/user/search?query=a"):
            self.check("GET", path)

    def test_contract_createmeta(self):
        page = self.check("GET", "/issue/createmeta/ROCKET/issuetypes")
        self.assertEqual(len(page["issueTypes"]), 5)
        for one in page["issueTypes"]:
            fields = self.check("GET", "/issue/createmeta/ROCKET/issuetypes/%s" % one["id"])["fields"]
            self.assertIn("summary", [field["fieldId"] for field in fields if field["required"]])

    def test_contract_each_seeded_issue(self):
        for number in range(1, 121):
            key = "ROCKET-%d" % number
            issue = self.check("GET", "/issue/%s?expand=names,schema,changelog&properties=*all" % key)
            for name in ("description", "customfield_10036"):
                if issue["fields"].get(name):
                    self.assertEqual(issue["fields"][name]["type"], "doc")
            for comment in self.check("GET", "/issue/%s/comment" % key)["comments"]:
                self.assertEqual(self.contract.check(comment["body"], {"type": "object", "required": ["content"]}), [])
            for tail in ("/changelog", "/transitions?expand=transitions.fields", "/editmeta", "/properties"):
                self.check("GET", "/issue/%s%s" % (key, tail))

    def test_contract_search(self):
        body = {"jql": "project = ROCKET ORDER BY updated, key", "fields": ["*all"], "maxResults": 50,
                "expand": "names,changelog"}
        first = self.check("POST", "/search/jql", body)
        self.check("POST", "/search/jql", dict(body, nextPageToken=first["nextPageToken"], reconcileIssues=[10001]))
        self.check("GET", "/search/jql?jql=project=ROCKET")
        self.check("POST", "/search/approximate-count", {"jql": "project = ROCKET"})
        self.check("POST", "/issue/bulkfetch", {"issueIdsOrKeys": ["ROCKET-1", "10002", "NO-1"], "fields": ["*all"]})

    def test_contract_issue_life(self):
        fields = {"project": {"key": "ROCKET"}, "issuetype": {"name": "Task"}, "summary": "x", "description": doc("a"),
                  "labels": ["b"], "duedate": "2030-01-01", "priority": {"id": "1"}}
        made = self.check("POST", "/issue", {"fields": fields, "properties": [{"key": "op", "value": {"a": 1}}]}, 201)
        path = "/issue/" + made["key"]
        self.check("PUT", path, {"fields": {"summary": "y"}, "update": {"labels": [{"add": "c"}]}}, 204)
        self.check("PUT", path + "?returnIssue=true", {"fields": {"summary": "z"}})
        self.check("POST", path + "/transitions", {"transition": {"id": "21"}}, 204)
        self.check("GET", path + "/properties/op")
        self.check("PUT", path + "/properties/op", {"b": 2})
        self.check("PUT", path + "/properties/new", [1], 201)
        self.check("DELETE", path + "/properties/op", None, 204)
        other = self.check("POST", "/issue", {"fields": fields}, 201)
        self.check("POST", "/issueLink", {"type": {"name": "Blocks"}, "inwardIssue": {"key": made["key"]},
                                          "outwardIssue": {"key": other["key"]}}, 201)
        links = self.check("GET", path)["fields"]["issuelinks"]
        self.check("GET", "/issueLink/" + links[0]["id"])
        self.check("GET", path + "/changelog")
        self.check("DELETE", "/issueLink/" + links[0]["id"], None, 204)
        self.check("DELETE", path, None, 204)

    def test_contract_bulk(self):
        good = {"fields": {"project": {"key": "FUEL"}, "issuetype": {"name": "Task"}, "summary": "x"}}
        bad = {"fields": {"project": {"key": "FUEL"}, "issuetype": {"name": "Task"}, "summary": "x", "labels": ["ok"],
                          "priority": {"id": "77"}}}
        self.check("POST", "/issue/bulk", {"issueUpdates": [good, bad]}, 201)
        self.check("POST", "/issue/bulk", {"issueUpdates": [bad]}, 400)

    def test_contract_comment_life(self):
        path = "/issue/FUEL-7/comment"
        made = self.check("POST", path, {"body": doc("x"), "visibility": {"type": "role", "value": "Administrators"}},
                          201)
        self.check("PUT", "%s/%s" % (path, made["id"]), {"body": doc("y")})
        self.check("GET", "%s/%s" % (path, made["id"]))
        self.check("POST", "/comment/list", {"ids": [int(made["id"])]})
        self.check("DELETE", "%s/%s" % (path, made["id"]), None, 204)

    def test_contract_new_version_and_people(self):
        self.jira.post("/version", {"name": "9.9", "projectId": 10000, "releaseDate": "2030-01-01"})
        self.assertEqual(self.check("GET", "/project/ROCKET/versions")[-1]["releaseDate"], "2030-01-01")
        account = self.check("GET", "/user/search?query=alice")[0]["accountId"]
        self.check("GET", "/user?accountId=" + account)
        self.check("GET", "/user/bulk?accountId=" + account)
        # /user/assignable/search: the document gives one user where the API answers with a list.
        self.assertTrue(self.jira.get("/user/assignable/search?project=ROCKET").json)

    def test_contract_errors(self):
        self.check("POST", "/issue", {"fields": {"project": {"key": "NO"}}}, 400)
        self.check("POST", "/issue", {"fields": {"project": {"key": "ROCKET"}, "issuetype": {"id": "10002"}}}, 400)

    def test_contract_dynamic_webhooks(self):
        asked = {"grant_type": "refresh_token", "client_id": "sandbox-client", "client_secret": "sandbox-secret",
                 "refresh_token": "sandbox-refresh"}
        token = self.jira.post("//oauth/token", asked, token=None).json["access_token"]
        more = {"headers": {"Authorization": "Bearer " + token}, "prefix": "/ex/jira/" + CLOUD_ID}
        hook = {"events": ["jira:issue_created"], "jqlFilter": "project = ROCKET", "fieldIdsFilter": ["summary"]}
        made = self.check("POST", "/webhook", {"url": "https://example.com/x", "webhooks": [
            hook, dict(hook, jqlFilter="watchCount > 1")]}, **more)
        ids = [made["webhookRegistrationResult"][0]["createdWebhookId"]]
        self.check("GET", "/webhook", **more)
        self.check("GET", "/webhook/failed", **more)
        self.check("PUT", "/webhook/refresh", {"webhookIds": ids}, **more)
        self.check("DELETE", "/webhook", {"webhookIds": ids}, 202, **more)
        self.check("GET", "/webhook", None, 403)


if __name__ == "__main__":
    tap.main(__name__)
