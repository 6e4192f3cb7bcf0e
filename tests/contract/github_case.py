"""A stand-in of GitHub, the connector, and what test classes ask of both."""

import unittest

from contract import Pushing
from driver import Driver
from stand_in import Sandbox

REPO = "/repos/acme/rocket"


class GitHubCase(Pushing, unittest.TestCase):
    """A stand-in and a connector for each class; faults, limits, lag and counts start afresh for each test."""

    remote = "acme/rocket"
    webhook_events = ("issues", "issue_comment", "ping", "")
    options = ("--issues", "260", "--no-limits", "--repo", "acme/rocket", "--repo", "acme/engine",
               "--token", "sandbox-token=tandem-bot", "--token", "reader-token=rita:read",
               "--token", "narrow-token=nina:write@acme/engine")

    @classmethod
    def setUpClass(cls):
        cls.github = Sandbox(*cls.options)
        cls.driver = Driver("github")

    @classmethod
    def tearDownClass(cls):
        cls.driver.close()
        cls.github.stop()

    def setUp(self):
        self.github.control("faults", method="DELETE")
        self.github.control("lag", {"ms": 0})
        self.github.control("limits", {"clear": True})
        self.open()
        self.github.control("requests", method="DELETE")

    def open(self, token="sandbox-token", **more):
        answer = self.driver.open(**dict({
            "base_url": self.github.base, "remote": self.remote, "credential_kind": "pat",
            "credential": {"token": token}, "credential_name": "bot"}, **more))
        self.assertEqual(answer.code, "ok", answer)

    def fault(self, fault, method="GET", path="", **more):
        match = {"method": method, "path": path}
        self.github.control("faults", dict({"match": match, "fault": fault}, **more))

    # the world, for the generic cases

    def world_tickets(self):
        issues = self.github.all_pages(REPO + "/issues?state=all&per_page=100")
        return {str(one["number"]): one["title"] for one in issues if "pull_request" not in one}

    def edit_title(self, number, title):
        self.github.control("clock", {"advance_s": 1})
        self.github.act("petra", "edit", int(number), title=title)

    def add_ticket(self, title, **fields):
        return str(self.github.act("petra", "create", title=title, **fields)["issue"]["number"])

    def refuse_deletions(self):
        self.fault("status", "DELETE", "/comments/", status=403, body='{"message":"Must have admin rights to Repository."}')

    def deny_deletions(self):
        self.fault("status", "DELETE", "/comments/", status=404, body='{"message":"Not Found"}')

    def gone(self, number):
        self.github.act("petra", "delete", int(number))

    def now_ms(self):
        return int(self.github.control("clock")["epoch_s"] * 1000)

    def requests(self):
        return self.github.control("requests?last=1000")
