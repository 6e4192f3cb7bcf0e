"""A stand-in of Linear, the connector, and what test classes ask of both."""

import json
import unittest

from contract import Pushing
from driver import Driver, Pulled
from linear import Linear

TICKETS = """query Tickets($after: String, $filter: IssueFilter) {
  issues(first: 250, after: $after, includeArchived: true, filter: $filter) { pageInfo { hasNextPage endCursor } nodes { id title trashed } } }"""


class LinearCase(Pushing, unittest.TestCase):
    """A stand-in and a connector for each class; faults, limits, lag and counts start afresh for each test."""

    remote = "ENG"
    webhook_events = ("Issue", "Comment", "Reaction", "")
    has_etags = False
    options = ("--issues", "260", "--team", "ENG=Engineering", "--team", "OPS=Operations",
               "--token", "sandbox-token=tandem-bot", "--token", "member-key=mira:member",
               "--token", "observer-key=olga",
               "--oauth", "client-1:hush:first-refresh=tandem-app")

    @classmethod
    def setUpClass(cls):
        cls.linear = Linear(*cls.options)
        cls.linear.key = "observer-key"
        cls.driver = Driver("linear")

    @classmethod
    def tearDownClass(cls):
        cls.driver.close()
        cls.linear.stop()

    def setUp(self):
        self.linear.control("faults", method="DELETE")
        self.linear.control("lag", {"ms": 0})
        self.linear.control("limits", {"enabled": True, "requests": 5000, "complexity": 3_000_000,
                                       "query_complexity": 10_000})
        self.open()
        self.linear.control("requests", method="DELETE")

    def open(self, token="sandbox-token", **more):
        answer = self.try_open(token, **more)
        self.assertEqual(answer.code, "ok", answer)

    def try_open(self, token="sandbox-token", **more):
        return self.driver.open(**dict({
            "base_url": self.linear.base, "remote": self.remote, "credential_kind": "pat",
            "credential": {"token": token}, "credential_name": "bot"}, **more))

    def fault(self, fault, query="", **more):
        self.linear.control("faults", dict({"match": {"path": "graphql", "query": query}, "fault": fault}, **more))

    # the world, for the generic cases

    def shown_marker(self, op):
        return op.partition(":")[0]

    def world_tickets(self):
        nodes = self.linear.all_nodes(TICKETS, {"filter": {"team": {"key": {"eq": "ENG"}}}})
        return {one["id"]: one["title"] for one in nodes if not one["trashed"]}

    def edit_title(self, identifier, title):
        self.linear.act("alice", "edit", identifier, title=title)

    def add_ticket(self, title, **fields):
        return self.linear.act("alice", "create", team=self.remote, title=title, **fields)["issue"]["id"]

    def refuse_deletions(self):
        error = {"message": "Forbidden", "extensions": {"type": "forbidden", "code": "FORBIDDEN",
                                                        "userPresentableMessage": "You may only delete your own comments."}}
        self.fault("status", "DeleteComment", status=200, body=json.dumps({"errors": [error], "data": None}))

    def deny_deletions(self):
        error = {"message": "Entity not found: Comment", "extensions": {"type": "invalid input", "code": "INPUT_ERROR"}}
        self.fault("status", "DeleteComment", status=200, body=json.dumps({"errors": [error], "data": None}))

    def gone(self, identifier):
        self.linear.act("alice", "trash", identifier)

    def now_ms(self):
        return int(self.linear.control("clock")["epoch_s"] * 1000)

    def counts(self):
        """API requests by operation since the test began."""
        return self.linear.control("requests")["counts"]

    def settle(self, pulled):
        """The pull that comes long after, so that the one after it reads nothing again but one issue."""
        self.linear.control("clock", {"advance_s": 600})
        self.read_again = self.add_ticket("long after")
        later = Pulled(self.driver, pulled.cursor)
        self.linear.control("clock", {"advance_s": 600})
        return later
