"""A stand-in of a JSON tracker, the connector, and what test classes ask of both."""

import json
import sys
import unittest

from contract import Pushing
from driver import ROOT, Driver

sys.path.insert(0, ROOT)
from webhook_tracker import SECRET, WebhookTracker, mapping  # noqa: E402


class WebhookCase(Pushing, unittest.TestCase):
    """A stand-in and a connector for each class; faults, lag, settings and counts start afresh for each test."""

    remote = "rocket"
    webhook_events = ("delivery", "")
    options = ("--tickets", "120")

    @classmethod
    def setUpClass(cls):
        cls.tracker = WebhookTracker(*cls.options)
        cls.driver = Driver("webhook")

    @classmethod
    def tearDownClass(cls):
        cls.driver.close()
        cls.tracker.stop()

    def setUp(self):
        self.tracker.control("faults", method="DELETE")
        self.tracker.control("lag", {"ms": 0})
        self.tracker.control("settings", {"page_items": 50, "limited_for_s": 0, "has_etags": True})
        self.open()
        self.tracker.control("requests", method="DELETE")

    def open(self, **more):
        answer = self.try_open(**more)
        self.assertEqual(answer.code, "ok", answer)

    def try_open(self, options=None, **more):
        options = mapping() if options is None else options
        return self.driver.open(**dict({
            "base_url": self.tracker.base, "remote": self.remote, "credential_kind": "webhook",
            "credential": {"secret": SECRET, "token": "sandbox-token"}, "credential_name": "bot",
            "options": options if isinstance(options, str) else json.dumps(options)}, **more))

    def fault(self, fault, path="", method=None, **more):
        match = {"path": path, **({"method": method} if method else {})}
        self.tracker.control("faults", dict({"match": match, "fault": fault}, **more))

    # the world, for the generic cases

    def shown_marker(self, op):
        return op.partition(":")[0]

    def world_tickets(self):
        return {one["id"]: one["title"] for one in self.tracker.tickets().values() if not one["deleted"]}

    def edit_title(self, identifier, title):
        self.tracker.act("alice", "edit", identifier, title=title)

    def add_ticket(self, title, **fields):
        return self.tracker.act("alice", "create", title=title, **fields)["ticket"]["id"]

    def refuse_deletions(self):
        self.fault("status", "/comments/", "DELETE", status=403, body='{"error":"only its author may delete it"}')

    def deny_deletions(self):
        self.fault("status", "/comments/", "DELETE", status=404, body='{"error":"there is no such thing"}')

    def gone(self, identifier):
        self.tracker.act("alice", "delete", identifier)

    def now_ms(self):
        return int(self.tracker.control("clock")["epoch_s"] * 1000)

    def counts(self):
        """API requests by route since the test began."""
        return self.tracker.control("requests")["counts"]

    def writes(self):
        return self.tracker.control("history?via=api")["entries"]
