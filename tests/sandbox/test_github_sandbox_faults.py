#!/usr/bin/python3
"""The stand-in of GitHub: limits, faults, clock, lag, the history of changes and the request log."""

import http.client
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "harness"))

import tap  # noqa: E402
from stand_in import Sandbox, wait_until  # noqa: E402

REPO = "/repos/acme/rocket"
ISSUES = REPO + "/issues"


class WithGithub(unittest.TestCase):
    """A stand-in of its own for each class, put in order before each test."""

    arguments = ("--issues", "40")

    @classmethod
    def setUpClass(cls):
        cls.github = Sandbox(*cls.arguments)

    @classmethod
    def tearDownClass(cls):
        cls.github.stop()

    def setUp(self):
        self.github.control("faults", method="DELETE")
        self.github.control("limits", {"clear": True, "enabled": True, "points_per_minute": 900,
                                       "content_per_minute": 80, "content_per_hour": 500})
        self.github.control("lag", {"ms": 0})
        self.github.control("requests", method="DELETE")


class Limits(WithGithub):
    """Under a standing clock: what is allowed in a minute is not more on a slow machine."""

    def setUp(self):
        super().setUp()
        self.github.control("clock", {"stopped": True})
        self.addCleanup(self.github.control, "clock", {"stopped": False})

    def test_limit_headers_count_down(self):
        first = self.github.get(ISSUES).headers
        second = self.github.get(ISSUES).headers
        self.assertEqual(int(first["x-ratelimit-remaining"]) - 1, int(second["x-ratelimit-remaining"]))
        self.assertEqual(int(second["x-ratelimit-used"]) + int(second["x-ratelimit-remaining"]), 5000)
        self.assertEqual(second["x-ratelimit-resource"], "core")

    def test_limit_does_not_count_304_or_rate_limit(self):
        tag = self.github.get(ISSUES).headers["etag"]
        before = self.github.get("/rate_limit").json["rate"]["used"]
        for _ in range(3):
            self.assertEqual(self.github.get(ISSUES, headers={"If-None-Match": tag}).status, 304)
        self.assertEqual(self.github.get("/rate_limit").json["rate"]["used"], before)

    def test_limit_primary_refuses_until_the_reset(self):
        self.github.control("limits", {"primary_remaining": 2})
        self.assertEqual([self.github.get(ISSUES).status for _ in range(3)], [200, 200, 403])
        refused = self.github.get(ISSUES)
        self.assertEqual(refused.headers["x-ratelimit-remaining"], "0")
        self.assertIn("rate limit exceeded", refused.json["message"])
        self.github.control("clock", {"advance_s": 3601})
        self.assertEqual(self.github.get(ISSUES).status, 200)

    def test_limit_content_refuses_the_81st_in_a_minute(self):
        statuses = [self.github.post(ISSUES, {"title": "t"}).status for _ in range(80)]
        self.assertEqual(set(statuses), {201})
        refused = self.github.post(ISSUES, {"title": "t"})
        self.assertEqual(refused.status, 403)
        self.assertTrue(1 <= int(refused.headers["retry-after"]) <= 60)
        self.assertIn("secondary rate limit", refused.json["message"])
        self.assertEqual(self.github.get(ISSUES).status, 200)
        self.github.control("clock", {"advance_s": int(refused.headers["retry-after"])})
        self.assertEqual(self.github.post(ISSUES, {"title": "t"}).status, 201)

    def test_limit_content_refuses_the_501st_in_an_hour(self):
        self.github.control("limits", {"content_per_hour": 3})
        statuses = [self.github.post(ISSUES, {"title": "t"}).status for _ in range(4)]
        self.assertEqual(statuses, [201, 201, 201, 403])

    def test_limit_points_weigh_writes_five_times(self):
        self.github.control("limits", {"points_per_minute": 11, "secondary_status": 429})
        self.assertEqual(self.github.patch(ISSUES + "/1", {"title": "a"}).status, 200)
        self.assertEqual(self.github.patch(ISSUES + "/1", {"title": "b"}).status, 200)
        self.assertEqual(self.github.get(ISSUES).status, 200)
        refused = self.github.get(ISSUES)
        self.assertEqual(refused.status, 429)
        self.assertIn("retry-after", refused.headers)
        self.github.control("limits", {"secondary_status": 403})

    def test_limit_secondary_can_be_forced(self):
        self.github.control("limits", {"secondary_for_s": 30})
        self.assertEqual(self.github.get(ISSUES).status, 403)
        self.github.control("limits", {"clear": True})
        self.assertEqual(self.github.get(ISSUES).status, 200)

    def test_limits_can_be_switched_off(self):
        self.github.control("limits", {"enabled": False, "primary_remaining": 0})
        self.assertEqual(self.github.get(ISSUES).status, 200)


class Faults(WithGithub):
    arguments = ("--issues", "40", "--no-limits")

    def fault(self, kind, method="POST", path="/issues$", **more):
        self.github.control("faults", dict(more, fault=kind, match={"method": method, "path": path}))

    def count(self):
        return self.github.control("health")["repositories"]["acme/rocket"]["issues"]

    def setUp(self):
        super().setUp()
        self.github.control("limits", {"enabled": False})

    def test_fault_status_changes_nothing(self):
        before = self.count()
        self.fault("status", status=503, headers={"Retry-After": 7})
        answer = self.github.post(ISSUES, {"title": "x"})
        self.assertEqual((answer.status, answer.headers["retry-after"]), (503, "7"))
        self.assertEqual(self.count(), before)
        self.assertEqual(self.github.post(ISSUES, {"title": "x"}).status, 201)

    def test_fault_status_after_commit_changes(self):
        before = self.count()
        self.fault("status_after_commit", status=502)
        self.assertEqual(self.github.post(ISSUES, {"title": "x"}).status, 502)
        self.assertEqual(self.count(), before + 1)

    def test_fault_reset_before_changes_nothing(self):
        before = self.count()
        self.fault("reset_before")
        with self.assertRaises(ConnectionResetError):
            self.github.post(ISSUES, {"title": "x"})
        self.assertEqual(self.count(), before)

    def test_fault_reset_after_commit_changes(self):
        before = self.count()
        self.fault("reset_after_commit")
        with self.assertRaises(ConnectionResetError):
            self.github.post(ISSUES, {"title": "x"})
        self.assertEqual(self.count(), before + 1)

    def test_fault_truncate_cuts_the_body(self):
        self.fault("truncate", "GET")
        with self.assertRaises(http.client.IncompleteRead):
            self.github.get(ISSUES)

    def test_fault_garbage_is_no_json(self):
        self.fault("garbage", "GET")
        answer = self.github.get(ISSUES)
        self.assertEqual(answer.status, 200)
        with self.assertRaises(ValueError):
            answer.json

    def test_fault_slow_drip_arrives_whole_but_slowly(self):
        self.fault("slow_drip", "GET", "/issues/1$", bytes=200, delay_ms=5)
        started = time.monotonic()
        self.assertEqual(self.github.get(ISSUES + "/1").json["number"], 1)
        self.assertGreater(time.monotonic() - started, 0.03)

    def test_fault_hang_lets_the_client_time_out(self):
        self.fault("hang", "GET")
        with self.assertRaises(TimeoutError):
            self.github.get(ISSUES, timeout_s=0.2)
        self.assertEqual(self.github.get(ISSUES).status, 200)

    def test_fault_rules_count_down_skip_and_clear(self):
        self.fault("status", "GET", status=500, times=2, skip=1)
        self.assertEqual([self.github.get(ISSUES).status for _ in range(4)], [200, 500, 500, 200])
        self.fault("status", "GET", status=500, times=None)
        self.assertEqual(self.github.get(ISSUES).status, 500)
        self.assertEqual(self.github.control("faults")["faults"][-1]["hits"], 1)
        self.github.control("faults", method="DELETE")
        self.assertEqual(self.github.get(ISSUES).status, 200)

    def test_fault_probability_strikes_some(self):
        self.fault("status", "GET", status=500, times=None, probability=0.5)
        statuses = [self.github.get(ISSUES + "?per_page=1").status for _ in range(60)]
        self.assertTrue(10 < statuses.count(500) < 50, statuses)

    def test_fault_unknown_is_refused(self):
        answer = self.github.request("POST", "/_sandbox/faults", {"fault": "flood"}, token=None)
        self.assertEqual(answer.status, 422)


class ClockAndLag(WithGithub):
    arguments = ("--issues", "40", "--no-limits")

    def test_clock_moves_dates_and_the_date_header(self):
        self.github.control("clock", {"set": "2031-02-03T04:05:06Z"})
        made = self.github.post(ISSUES, {"title": "later"})
        self.assertTrue(made.json["created_at"].startswith("2031-02-03T04:05:"))
        self.assertIn("03 Feb 2031", made.headers["date"])
        self.github.control("clock", {"advance_s": 86400})
        self.assertTrue(self.github.control("clock")["now"].startswith("2031-02-04"))

    def test_lag_hides_a_new_issue_from_lists_only(self):
        self.github.control("lag", {"ms": 60000})
        made = self.github.post(ISSUES, {"title": "hidden"}).json
        newest = ISSUES + "?state=all&per_page=1"
        self.assertEqual(self.github.get("%s/%d" % (ISSUES, made["number"])).status, 200)
        self.assertNotEqual(self.github.get(newest).json[0]["number"], made["number"])
        self.github.control("lag", {"ms": 400})
        wait_until(lambda: self.github.get(newest).json[0]["number"] == made["number"], "the list catches up")

    def test_lag_shows_the_version_of_then(self):
        self.github.patch(ISSUES + "/3", {"title": "first"})
        self.github.control("lag", {"ms": 60000})
        self.github.patch(ISSUES + "/3", {"title": "second"})
        titles = {item["number"]: item["title"] for item in self.github.all_pages(ISSUES + "?state=all&per_page=100")}
        self.assertEqual(titles[3], "first")
        self.assertEqual(self.github.get(ISSUES + "/3").json["title"], "second")
        self.github.control("lag", {"ms": 0})
        titles = {item["number"]: item["title"] for item in self.github.all_pages(ISSUES + "?state=all&per_page=100")}
        self.assertEqual(titles[3], "second")

    def test_lag_hides_comments_from_lists_too(self):
        self.github.control("lag", {"ms": 60000})
        comment = self.github.post(ISSUES + "/5/comments", {"body": "hidden"}).json
        listed = [one["id"] for one in self.github.all_pages(ISSUES + "/comments?per_page=100")]
        self.assertNotIn(comment["id"], listed)
        self.assertEqual(self.github.get(ISSUES + "/comments/%d" % comment["id"]).status, 200)


class HistoryAndRequests(WithGithub):
    arguments = ("--issues", "40", "--no-limits")

    def test_history_tells_who_changed_what(self):
        start = self.github.control("history")["last_seq"]
        made = self.github.post(ISSUES, {"title": "by the bot"}).json
        self.github.act("alice", "edit", made["number"], title="by alice")
        self.github.act("bob", "comment", made["number"], body="hello")
        entries = self.github.control("history?since_seq=%d" % start)["entries"]
        self.assertEqual([(one["actor"], one["via"], one["action"]) for one in entries],
                         [("tandem-bot", "api", "create"), ("alice", "person", "edit"), ("bob", "person", "comment")])
        self.assertEqual(entries[1]["before"], {"title": "by the bot"})
        self.assertEqual(entries[1]["after"], {"title": "by alice"})
        self.assertEqual(entries[2]["issue"], made["number"])
        only = self.github.control("history?since_seq=%d&actor=alice" % start)["entries"]
        self.assertEqual([one["seq"] for one in only], [entries[1]["seq"]])

    def test_act_does_everything_a_person_does(self):
        number = self.github.act("alice", "create", title="T", body="B", labels=["bug"])["issue"]["number"]
        act = self.github.act
        self.assertEqual(act("alice", "close", number, state_reason="not_planned")["issue"]["state"], "closed")
        self.assertEqual(act("alice", "reopen", number)["issue"]["state"], "open")
        self.assertEqual(len(act("alice", "label", number, labels=["question"])["issue"]["labels"]), 2)
        self.assertEqual(len(act("alice", "unlabel", number, labels=["bug"])["issue"]["labels"]), 1)
        self.assertEqual(len(act("alice", "assign", number, assignees=["bob"])["issue"]["assignees"]), 1)
        self.assertEqual(len(act("alice", "unassign", number, assignees=["bob"])["issue"]["assignees"]), 0)
        self.assertEqual(act("alice", "milestone", number, milestone="Backlog")["issue"]["milestone"]["number"], 3)
        comment = act("bob", "comment", number, body="one")["comment"]
        self.assertEqual(act("bob", "edit_comment", comment_id=comment["id"], body="two")["comment"]["body"], "two")
        act("bob", "delete_comment", comment_id=comment["id"])
        self.assertTrue(act("alice", "lock", number)["issue"]["locked"])
        act("alice", "delete", number)
        self.assertEqual(self.github.get("%s/%d" % (ISSUES, number)).status, 410)

    def test_requests_are_counted_without_people(self):
        self.github.get(ISSUES + "?per_page=3")
        self.github.get(ISSUES + "/1")
        self.github.act("alice", "edit", 1, title="not a request")
        seen = self.github.control("requests")
        self.assertEqual(seen["total"], 2)
        self.assertEqual(seen["counts"]["GET /repos/{owner}/{repo}/issues"], 1)
        self.assertEqual(seen["log"][0]["path"], ISSUES + "?per_page=3")
        self.assertEqual(seen["log"][0]["actor"], "tandem-bot")
        self.github.control("requests", method="DELETE")
        self.assertEqual(self.github.control("requests")["total"], 0)


if __name__ == "__main__":
    tap.main(__name__)
