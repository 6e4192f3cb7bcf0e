"""A stand-in of Jira, the connector, and what test classes ask of both."""

import json
import os
import sys
import unittest

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.append(os.path.join(HERE, "..", "sandbox"))

from contract import Pushing  # noqa: E402
from driver import Driver  # noqa: E402
from jira_client import Jira, basic  # noqa: E402

PROPERTY = "tandem"


class JiraCase(Pushing, unittest.TestCase):
    """A stand-in and a connector for each class; faults, limits, lag and counts start afresh for each test."""

    remote = "ROCKET"
    webhook_events = ("", "jira:issue_updated")
    data_center = False
    arguments = ("--issues", "120", "--no-limits", "--project", "ROCKET", "--project", "ENGINE",
                 "--token", "sandbox-token=tandem-bot:admin", "--token", "reader-token=rita:read",
                 "--token", "narrow-token=nina:write@ENGINE")

    @classmethod
    def setUpClass(cls):
        cls.jira = Jira(*cls.arguments, data_center=cls.data_center)
        cls.jira.control("act", {"actor": "petra", "do": "account", "fields": {"display_name": "Petra Novak"}})
        cls.driver = Driver("jira")

    @classmethod
    def tearDownClass(cls):
        cls.driver.close()
        cls.jira.stop()

    def setUp(self):
        self.jira.control("faults", method="DELETE")
        self.jira.control("lag", {"ms": 0})
        self.jira.control("limits", {"clear": True})
        self.open()
        self.jira.control("requests", method="DELETE")

    def credential(self, token, login):
        if self.data_center:
            return {"credential_kind": "pat", "credential": {"token": token}}
        return {"credential_kind": "api_token", "credential": {"email": login + "@example.com", "token": token}}

    def open(self, token="sandbox-token", login="tandem-bot", options=None, **more):
        answer = self.driver.open(**dict({
            "base_url": self.jira.base, "remote": self.remote, "credential_name": "bot",
            "options": json.dumps(options or {}), **self.credential(token, login)}, **more))
        self.assertEqual(answer.code, "ok", answer)

    def fault(self, fault, method="GET", path="", **more):
        self.jira.control("faults", dict({"match": {"method": method, "path": path}, "fault": fault}, **more))

    # the world, for the generic cases

    def issues(self, fields):
        """All issues of the project as the API shows them."""
        if self.data_center:
            return self.jira.get("/search?jql=project=%s&maxResults=1000&fields=%s" % (self.remote, fields)).json["issues"]
        found, token = [], None
        while True:
            asked = {"jql": "project = %s" % self.remote, "fields": fields.split(","), "maxResults": 100}
            page = self.jira.post("/search/jql", dict(asked, **({"nextPageToken": token} if token else {}))).json
            found += page["issues"]
            token = page.get("nextPageToken")
            if not token:
                return found

    def world_tickets(self):
        return {one["id"]: one["fields"]["summary"] for one in self.issues("summary")}

    def key(self, external_id):
        return self.jira.get("/issue/%s?fields=summary" % external_id).json["key"]

    def edit_title(self, external_id, title):
        self.jira.control("clock", {"advance_s": 1})
        self.jira.act("petra", "edit", self.key(external_id), summary=title)

    def add_ticket(self, title, type="Task", **fields):
        return self.jira.act("petra", "create", project=self.remote, type=type, summary=title, **fields)["issue"]["id"]

    def refuse_deletions(self):
        self.fault("status", "DELETE", "/comment/", status=400, headers={"Content-Type": "application/json"},
                   body='{"errorMessages":["You do not have the permission to delete this comment."],"errors":{}}')

    def deny_deletions(self):
        self.fault("status", "DELETE", "/comment/", status=404, headers={"Content-Type": "application/json"},
                   body='{"errorMessages":["Can not find a comment for the id."],"errors":{}}')

    def gone(self, external_id):
        self.jira.act("petra", "delete", self.key(external_id))

    def now_ms(self):
        return int(self.jira.control("clock")["epoch_s"] * 1000)

    def requests(self):
        return self.jira.control("requests?last=1000")

    def writes(self):
        return [one for one in self.requests()["log"] if one["method"] in ("PUT", "DELETE")
                or one["method"] == "POST" and "/search" not in one["path"]]

    def seen(self, external_id):
        return self.driver.fetch("ticket", external_id).observation


__all__ = ["JiraCase", "PROPERTY", "basic"]
