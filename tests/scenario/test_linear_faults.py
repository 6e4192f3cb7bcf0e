#!/usr/bin/python3
"""Every kind of call to Linear fails once in every way: nothing is lost, nothing is done twice."""

import concurrent.futures
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from linear_world import LinearWorld  # noqa: E402
from world import Cluster  # noqa: E402

OPERATIONS = ("Team", "Changes", "Issues", "Comments", "Issue", "Comment", "States", "Labels", "Users", "CreateLabel",
              "CreateIssue", "UpdateIssue", "CreateComment", "UpdateComment")
RATELIMITED = '{"errors":[{"message":"Rate limit exceeded","extensions":{"code":"RATELIMITED","type":"ratelimited"}}]}'
INTERNAL = '{"errors":[{"message":"Internal","extensions":{"code":"INTERNAL_SERVER_ERROR"}}],"data":null}'
KINDS = {
    "server_error": {"fault": "status", "status": 502},
    "server_error_after_commit": {"fault": "status_after_commit", "status": 500},
    "error_with_status_200_after_commit": {"fault": "status_after_commit", "status": 200, "body": INTERNAL},
    "rate_limit": {"fault": "status", "status": 400, "body": RATELIMITED, "headers": {"Retry-After": "1"}},
    "reset_before": {"fault": "reset_before"},
    "reset_after_commit": {"fault": "reset_after_commit"},
    "truncate": {"fault": "truncate"},
    "garbage": {"fault": "garbage"},
}
TITLES = """query T { issues(first: 60, includeArchived: true) { nodes { title
  comments(first: 20) { nodes { body } } labels(first: 20) { nodes { name } } } } }"""


def play(world):
    """Uses every operation: an import, then edits, labels, comments, creations, and a poll."""
    identifier = world.act("create", title="Good")["issue"]["identifier"]
    world.connect()
    world.sync()
    world.settle(90)
    key = world.ticket_of(identifier)["key"]
    for change in ({"set": {"title": "Better", "status": "in_progress"}}, {"add": {"labels": ["brand new"]}},
                   {"add": {"assignees": ["carol"]}}, {"remove": {"assignees": ["carol"]}}):
        world.call("ticket.edit", key=key, actor="user:carol", **change)
        world.settle(90)
    world.call("ticket.comment", key=key, body="First thought", actor="user:carol")
    made = world.call("ticket.new", project="rocket", actor="user:carol", fields={"title": "Made here", "status": "done"})
    world.settle(90)
    comment = next(one for one in world.call("ticket.get", key=key)["comments"] if one["body"] == "First thought")
    world.call("ticket.edit", key=comment["key"], set={"body": "Second thought"}, actor="user:carol")
    world.act("edit", "ENG-2", title="Edited there")
    world.sync()
    world.settle(90)
    return key, made["key"]


def problems_with(spec):
    """What is wrong in a world in which each operation fails once in this way."""
    with LinearWorld(issues=4, environment={"TANDEM_LEASE_MS": "4000"}) as world:
        world.sandbox.control("POST", "faults", [{"match": {"query": "^%s$" % name}, **spec} for name in OPERATIONS])
        key, made = play(world)
        hits = {rule["match"]["query"][1:-1] for rule in world.sandbox.control("GET", "faults")["faults"] if rule["hits"]}
        world.sandbox.control("DELETE", "faults")
        before = len(world.writes())
        for _ in range(2):
            world.sync()
            world.settle()
        there = {one["title"]: one for one in world.ask(TITLES)["issues"]["nodes"]}
        here = [row[0] for row in world.sql("select fields ->> 'title' from item where kind = 'ticket'")]
        wrong = [] if sorted(here) == sorted(one["title"] for one in world.ask(TITLES)["issues"]["nodes"]) else [here]
        wrong += [] if len(world.writes()) == before else ["writes in two further rounds"]
        wrong += [title for title in ("Better", "Made here", "Edited there") if here.count(title) != 1]
        bodies = [one["body"] for one in there["Better"]["comments"]["nodes"]]
        wrong += [] if (bodies.count("Second thought"), bodies.count("First thought")) == (1, 0) else [bodies]
        labels = [one["name"] for one in there["Better"]["labels"]["nodes"]]
        wrong += [] if labels.count("brand new") == 1 else [labels]
        wrong += [] if world.issue(world.external_of(made))["state"]["name"] == "Done" else ["not done"]
        wrong += [] if world.issue(world.external_of(key))["assignee"] is None else ["still assigned"]
        states = world.sql("select state, reason from intent where state not in ('done', 'stale')")
        return wrong + states, set(OPERATIONS) - hits


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        Cluster.shared()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            cls.found = dict(zip(KINDS, pool.map(problems_with, KINDS.values())))


def check_of(kind):
    def check(self):
        problems, untouched = self.found[kind]
        self.assertEqual(problems, [])
        self.assertEqual(untouched, set())
    return check


for name in KINDS:
    setattr(Faults, "test_each_operation_fails_once_by_" + name, check_of(name))


if __name__ == "__main__":
    tap.main(__name__)
