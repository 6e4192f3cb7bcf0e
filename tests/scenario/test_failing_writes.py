#!/usr/bin/python3
"""Writes that fail again and again, or that are many: neither the tracker nor what else there is to do suffers from them."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from trackers import Jira, JsonTracker, OneTracker  # noqa: E402
from world import World, wait_for  # noqa: E402

ISSUES = "/repos/acme/rocket/issues"
CAROL = "user:carol"


class FailingWrites(unittest.TestCase):
    def setUp(self):
        self.world = World(("--issues", "6", "--no-limits", "--no-pull-requests"))
        self.addCleanup(self.world.close)
        self.world.connect(poll_interval_s=1)
        self.world.sync()
        self.world.settle()

    def strike(self, method, status, **more):
        self.world.sandbox.control("POST", "faults", {"match": {"method": method, "path": ISSUES}, "fault": "status",
                                                      "status": status, "times": None, **more})

    def edit(self, number, title):
        self.world.call("ticket.edit", key=self.world.ticket_of("#%d" % number)["key"], set={"title": title}, actor=CAROL)

    def edit_there(self, number, title):
        self.world.sandbox.control("POST", "clock", {"advance_s": 2})
        self.world.sandbox.act("petra", "edit", number=number, fields={"title": title})

    def arrives_here(self, number, title):
        wait_for(lambda: self.world.ticket_of("#%d" % number)["fields"]["title"] == title, "%s to arrive" % title)

    def sent(self, method):
        log = self.world.sandbox.control("GET", "requests?last=1000")["log"]
        return len([one for one in log if one["method"] == method and one["path"].startswith(ISSUES)])

    def waiting(self):
        """(attempts, state) of each write, however it ended."""
        return [(int(attempts), state) for attempts, state in self.world.sql("select attempts, state from intent order by id")]

    def make_many(self, count):
        self.world.call("project.set_state", name="rocket", state="paused", actor=CAROL)
        for number in range(count):
            self.world.call("ticket.new", project="rocket", actor=CAROL, fields={"title": "One of many %d" % number})
        self.world.call("project.set_state", name="rocket", state="active", actor=CAROL)

    def test_failing_update_is_tried_later_each_time_and_parked_in_the_end(self):
        self.strike("PATCH", 502)
        self.edit(2, "Never taken")
        session = self.world.call("session.start", project="rocket", mode="incremental", trigger="person", actor=CAROL)["id"]
        wait_for(lambda: self.waiting() and self.waiting()[0][0] >= 3, "three attempts")
        self.world.finish(session)  # which does not wait for it any longer
        self.assertEqual(self.world.call("session.get", id=session)["waiting"], 1)
        self.edit_there(3, "Edited meanwhile")
        self.arrives_here(3, "Edited meanwhile")
        self.assertEqual(len(self.waiting()), 1, "it is the same write still")
        self.assertEqual(self.sent("PATCH"), self.waiting()[0][0])
        self.world.sql("update intent set attempts = 25, next_attempt_at = now() where state in ('prepared', 'unknown')")
        wait_for(lambda: self.waiting()[0][1] == "parked", "it to be parked")
        parked = self.world.call("status")["parked"]
        self.assertRegex(parked[0]["reason"], "gave up after 2[56] attempts: .*502")
        self.world.sandbox.control("DELETE", "faults")
        self.world.call("work.retry", all=True, actor=CAROL)
        wait_for(lambda: self.world.sandbox.issue(2)["title"] == "Never taken", "the edit to arrive")

    def test_status_tells_of_a_write_that_goes_on_failing(self):
        self.strike("PATCH", 502)
        self.edit(2, "Never taken")
        wait_for(lambda: any(attempts for attempts, _ in self.waiting()), "an attempt")
        self.world.sql("update intent set attempts = 10")
        wait_for(lambda: self.world.call("status").get("troubles"), "status to tell")
        self.assertRegex(self.world.call("status")["troubles"][0]["what"], "1[0-9] attempts at a write in a row .*502")

    def test_retry_after_of_a_failing_write_is_kept(self):
        self.strike("PATCH", 503, headers={"Retry-After": "40"})
        self.edit(2, "Taken later")
        wait_for(lambda: self.waiting() and self.waiting()[0][1] == "unknown", "the first attempt")
        [[rest]] = self.world.sql("select extract(epoch from next_attempt_at - now())::int from intent")
        self.assertGreater(int(rest), 30)
        self.assertEqual(self.sent("PATCH"), 1)

    def test_edit_goes_before_what_is_new_and_polls_go_on(self):
        """The pace lets twenty through at once, then one a second."""
        self.make_many(60)
        wait_for(lambda: len(self.waiting()) >= 60, "the writes to be planned")
        self.edit(2, "By a person")
        wait_for(lambda: self.world.sandbox.issue(2)["title"] == "By a person", "the edit to arrive")
        self.assertGreater(len([state for _, state in self.waiting() if state != "done"]), 20)
        self.edit_there(3, "Edited meanwhile")
        self.arrives_here(3, "Edited meanwhile")
        self.assertGreater(len([state for _, state in self.waiting() if state != "done"]), 5)


class Pace(unittest.TestCase):
    def test_writes_have_a_pace_in_every_tracker(self):
        """GitHub's is seen above, Linear's in its contract."""
        for kind in (Jira, JsonTracker):
            with self.subTest(kind.system), OneTracker(kind) as world:
                world.connect()
                world.call("ticket.new", project="rocket", actor=CAROL, fields={"title": "New", "body": "Text."})
                wait_for(lambda: world.sql("select 1 from intent where state = 'done'"), "it to be written")
                self.assertEqual(world.sql("select name, tokens < capacity from rate_bucket"), [["minute", "t"]])


if __name__ == "__main__":
    tap.main(__name__)
