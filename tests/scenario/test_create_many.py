#!/usr/bin/python3
"""Many tickets that become issues of Jira and of Linear at once: few calls, and each of them once whatever gets lost."""

import os
import sys
import unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(FOLDER, "..", "harness"))
import tap  # noqa: E402
from trackers import Jira, Linear, Trackers  # noqa: E402
from world import wait_for  # noqa: E402

MANY = 30
CALLS = 2  # 20 and 10: what an adapter claims at a time
BULK = {"jira": {"method": "POST", "path": "/issue/bulk$"}, "linear": {"query": "^CreateIssues$"}}


class Many(unittest.TestCase):
    def setUp(self):
        self.world = Trackers((Jira, Linear), webhooks=False)
        self.addCleanup(self.world.close)
        self.jira, self.linear = self.world.trackers

    def set_state(self, state):
        for tracker in self.world.trackers:
            self.world.call("project.set_state", name=tracker.name, state=state, actor="user:test")

    def share(self, titles, tokens=None, **fields):
        """Tickets made here while both projects rest, and all let go at once; Linear may take `tokens` writes in haste."""
        self.set_state("paused")
        keys = [self.world.call("ticket.new", fields={"title": title, **fields}, project=self.jira.name,
                                actor="user:carol")["key"] for title in titles]
        for tracker in self.world.trackers:
            tracker.sandbox.control("DELETE", "requests")
        if tokens is not None:
            self.world.sql("insert into rate_bucket (credential, name, capacity, per_second, tokens) "
                           "values ('%s', 'minute', 300, 5, %d)" % (self.linear.name, tokens))
        self.set_state("active")
        return keys

    def wait_until_linked(self, keys):
        for key in keys:
            wait_for(lambda: all(self.world.key_in(one, key) for one in self.world.trackers), key + " to be everywhere", 90)
        self.world.settle(90)

    def creations(self):
        """How many calls made issues: in Jira of one and of several, in Linear likewise."""
        log = [one["path"] for one in self.jira.sandbox.control("GET", "requests?last=1000")["log"] if one["method"] == "POST"]
        counts = self.linear.sandbox.control("GET", "requests")["counts"]
        return ((sum(path.endswith("/issue") for path in log), sum(path.endswith("/issue/bulk") for path in log)),
                (counts.get("CreateIssue", 0), counts.get("CreateIssues", 0)))

    def check_once_everywhere(self, titles):
        for tracker in self.world.trackers:
            self.assertEqual(sorted(tracker.titles()), sorted(titles), tracker.title)
        before = [len(tracker.writes()) for tracker in self.world.trackers]
        for _ in range(2):
            self.world.sync_all()
        self.assertEqual([len(tracker.writes()) for tracker in self.world.trackers], before)
        self.assertEqual(self.world.sql("select state, reason from intent where state not in ('done', 'stale')"), [])

    def test_many_tickets_go_out_in_few_calls(self):
        titles = ["Engine part %02d" % number for number in range(MANY)]
        keys = self.share(titles, body="A text.", labels=["many"], status="done")
        self.wait_until_linked(keys)
        print("# calls that made issues (one, several): Jira %s, Linear %s" % self.creations())
        for single, several in self.creations():
            self.assertLessEqual(single + several, CALLS + 2)
            self.assertGreaterEqual(several, CALLS)
        self.check_once_everywhere(titles)
        for tracker in self.world.trackers:
            seen = tracker.look(self.world.key_in(tracker, keys[MANY // 2]))
            self.assertEqual((seen["title"], seen["body"], seen["labels"], seen["status"]),
                             (titles[MANY // 2], "A text.", ["many"], "done"))
        rows = self.world.sql("select count(*), count(distinct intent_id) from egress")
        self.assertEqual(rows, [[str(2 * MANY), str(2 * MANY)]])

    def test_many_tickets_are_made_once_though_calls_get_lost(self):
        for fault in ("reset_after_commit", "reset_before"):
            for tracker in self.world.trackers:
                tracker.sandbox.control("POST", "faults", {"match": BULK[tracker.system], "fault": fault})
        titles = ["Lost part %02d" % number for number in range(MANY)]
        self.wait_until_linked(self.share(titles))
        hits = [rule["hits"] for tracker in self.world.trackers for rule in tracker.sandbox.control("GET", "faults")["faults"]]
        self.assertEqual(hits, [1] * 4)
        self.check_once_everywhere(titles)

    def test_many_tickets_keep_to_the_pace(self):
        """Room for three now, and for five more each second: the first call carries no more than that."""
        titles = ["Paced part %02d" % number for number in range(20)]
        self.wait_until_linked(self.share(titles, tokens=3))
        _, (single, several) = self.creations()
        self.assertGreater(single + several, 1)
        self.check_once_everywhere(titles)

    def test_many_tickets_one_that_is_refused_leaves_the_others(self):
        """A title that Jira finds too long becomes a conflict of that ticket; a private one never leaves."""
        titles = ["Part %02d" % number for number in range(5)]
        self.set_state("paused")
        bad = self.world.call("ticket.new", fields={"title": "x" * 300}, project=self.jira.name, actor="user:carol")["key"]
        secret = self.world.call("ticket.new", fields={"title": "For us alone"}, project=self.jira.name,
                                 privacy="local_only", actor="user:carol")["key"]
        keys = self.share(titles)
        self.wait_until_linked(keys)
        self.assertEqual(sorted(title for title in self.jira.titles()), titles)
        self.assertEqual(sorted(self.linear.titles()), titles + ["x" * 300])
        found = self.world.call("conflict.list", ticket=bad, state="open").get("conflicts", [])
        parked = self.world.sql("select reason from intent where state = 'parked'")
        self.assertIn("255", "%s %s" % (found, parked))
        self.assertIsNone(self.world.key_in(self.linear, secret))


if __name__ == "__main__":
    tap.main(__name__)
