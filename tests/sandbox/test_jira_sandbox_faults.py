#!/usr/bin/python3
"""The stand-in of Jira: limits, faults, clock, and the request log."""

import http.client
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "harness"))

import tap  # noqa: E402
from jira_client import CLOUD_ID, Jira, doc  # noqa: E402


class WithJira(unittest.TestCase):
    """A stand-in of its own for each class, put in order before each test."""

    arguments = ("--issues", "20")
    data_center = False

    @classmethod
    def setUpClass(cls):
        cls.jira = Jira(*cls.arguments, data_center=cls.data_center)

    @classmethod
    def tearDownClass(cls):
        cls.jira.stop()

    def setUp(self):
        self.jira.control("faults", method="DELETE")
        self.jira.control("limits", {"clear": True, "enabled": True, "requests_per_s": 100, "changes_per_s": 50})
        self.jira.control("requests", method="DELETE")


class StandingClock(WithJira):
    """What is allowed in two seconds is not more on a slow machine."""

    def setUp(self):
        super().setUp()
        self.jira.control("clock", {"stopped": True})
        self.addCleanup(self.jira.control, "clock", {"stopped": False})


class Limits(StandingClock):
    def setUp(self):
        super().setUp()
        self.key = self.jira.create()
        self.path = "/issue/" + self.key

    def edit(self, number):
        return self.jira.edit(self.key, summary=str(number))

    def test_limit_of_writes_to_one_issue_in_two_seconds(self):
        statuses = [self.edit(number).status for number in range(10)]
        statuses += [self.jira.post(self.path + "/comment", {"body": doc("x")}).status for _ in range(10)]
        self.assertEqual(set(statuses), {201, 204})
        refused = self.edit("late")
        self.assertEqual((refused.status, refused.headers["ratelimit-reason"]), (429, "jira-per-issue-on-write"))
        self.assertEqual(refused.headers["retry-after"] in ("1", "2"), True)
        self.assertEqual(refused.headers["x-ratelimit-remaining"], "0")
        self.assertRegex(refused.headers["x-ratelimit-reset"], r"^\d{4}-\d\d-\d\dT\d\d:\d\dZ$")
        self.assertEqual(self.jira.get(self.path).status, 200)
        self.assertEqual(self.jira.edit("ROCKET-1", summary="another").status, 204)
        self.jira.control("clock", {"advance_s": int(refused.headers["retry-after"])})
        self.assertEqual(self.edit("late").status, 204)

    def test_limit_of_writes_to_one_issue_in_thirty_seconds(self):
        for _ in range(5):
            self.assertEqual({self.edit(time.monotonic()).status for _ in range(20)}, {204})
            self.jira.control("clock", {"advance_s": 2})
        refused = self.edit("late")
        self.assertEqual(refused.status, 429)
        self.assertGreater(int(refused.headers["retry-after"]), 2)

    def test_limit_of_bursts_is_per_endpoint_and_method(self):
        self.jira.control("limits", {"requests_per_s": 3})
        statuses = [self.jira.get("/myself").status for _ in range(4)]
        self.assertEqual(statuses, [200, 200, 200, 429])
        self.assertEqual(self.jira.get("/myself").headers["ratelimit-reason"], "jira-burst-based")
        allowed = self.jira.get("/priority")
        self.assertEqual((allowed.status, allowed.headers["x-ratelimit-limit"]), (200, "3"))
        self.jira.control("clock", {"advance_s": 1})
        self.assertEqual(self.jira.get("/myself").status, 200)

    def test_limit_of_apps_is_an_hourly_quota(self):
        asked = {"grant_type": "refresh_token", "client_id": "sandbox-client", "client_secret": "sandbox-secret",
                 "refresh_token": "sandbox-refresh"}
        headers = {"Authorization": "Bearer " + self.jira.post("//oauth/token", asked, token=None).json["access_token"]}
        self.jira.control("limits", {"quota_per_hour": 2})
        path = "//ex/jira/%s/rest/api/3/myself" % CLOUD_ID
        answers = [self.jira.get(path, headers=headers) for _ in range(3)]
        self.assertEqual([one.status for one in answers], [200, 200, 429])
        self.assertEqual(answers[2].headers["ratelimit-reason"], "jira-quota-global-based")

    def test_limit_and_outage_can_be_forced(self):
        self.jira.control("limits", {"limited_for_s": 30, "reason": "jira-burst-based"})
        self.assertEqual(self.jira.get("/myself").headers["retry-after"], "30")
        self.jira.control("limits", {"clear": True, "unavailable_for_s": 7})
        answer = self.jira.get("/myself")
        self.assertEqual((answer.status, answer.headers["retry-after"]), (503, "7"))
        self.jira.control("limits", {"retry_after": False})
        self.assertNotIn("retry-after", self.jira.get("/myself").headers)
        self.jira.control("limits", {"clear": True})
        self.assertEqual(self.jira.get("/myself").status, 200)

    def test_limits_can_be_switched_off(self):
        self.jira.control("limits", {"enabled": False})
        self.assertEqual({self.edit(number).status for number in range(30)}, {204})


class DataCenterLimits(StandingClock):
    data_center = True

    def test_limit_of_data_center_is_a_token_bucket(self):
        self.jira.control("limits", {"bucket_size": 3, "bucket_fill": 1, "bucket_interval_s": 10})
        answers = [self.jira.get("/myself") for _ in range(4)]
        self.assertEqual([one.status for one in answers], [200, 200, 200, 429])
        self.assertEqual((answers[0].headers["x-ratelimit-remaining"], answers[0].headers["x-ratelimit-fillrate"]),
                         ("2", "1"))
        self.assertIn(answers[3].headers["retry-after"], ("10", "9"))
        self.jira.control("clock", {"advance_s": 10})
        self.assertEqual([self.jira.get("/myself").status for _ in range(2)], [200, 429])


class Faults(WithJira):
    arguments = ("--issues", "20", "--no-limits")
    FIELDS = {"fields": {"project": {"key": "ROCKET"}, "issuetype": {"name": "Task"}, "summary": "x"}}

    def setUp(self):
        super().setUp()
        self.jira.control("limits", {"enabled": False})
        self.before = self.count()

    def fault(self, kind, method="POST", path="/issue$", **more):
        self.jira.control("faults", dict(more, fault=kind, match={"method": method, "path": path}))

    def count(self):
        return self.jira.control("health")["projects"]["ROCKET"]["issues"]

    def make(self, **more):
        return self.jira.post("/issue", self.FIELDS, **more)

    def test_fault_before_the_change(self):
        self.fault("status", status=503, headers={"Retry-After": 7})
        answer = self.make()
        self.assertEqual((answer.status, answer.headers["retry-after"]), (503, "7"))
        self.fault("reset_before")
        with self.assertRaises(ConnectionResetError):
            self.make()
        self.fault("hang")
        with self.assertRaises(TimeoutError):
            self.make(timeout_s=0.2)
        self.assertEqual(self.count(), self.before)
        self.assertEqual(self.make().status, 201)

    def test_fault_after_the_change(self):
        self.fault("status_after_commit", status=502)
        self.assertEqual(self.make().status, 502)
        self.fault("reset_after_commit")
        with self.assertRaises(ConnectionResetError):
            self.make()
        self.fault("truncate")
        with self.assertRaises(http.client.IncompleteRead):
            self.make()
        self.fault("garbage")
        with self.assertRaises(ValueError):
            self.make().json
        self.assertEqual(self.count(), self.before + 4)

    def test_fault_chooses_by_actor_query_and_number(self):
        self.jira.control("faults", {"fault": "status", "match": {"actor": "someone"}})
        self.assertEqual(self.jira.get("/myself").status, 200)
        self.jira.control("faults",
                          {"fault": "status", "skip": 1, "match": {"actor": "tandem-bot", "query": "maxResults=7"}})
        statuses = [self.jira.get("/label?maxResults=7").status for _ in range(3)]
        self.assertEqual(statuses, [200, 503, 200])

    def test_requests_are_counted_by_route(self):
        self.jira.get("/issue/ROCKET-1")
        self.jira.get("/issue/ROCKET-2")
        self.jira.get("/nonsense")
        log = self.jira.control("requests")
        self.assertEqual(log["counts"]["GET /api/issue/{key}"], 2)
        self.assertEqual((log["statuses"]["200"], log["log"][-1]["status"], log["log"][0]["actor"]),
                         (2, 404, "tandem-bot"))

    def test_clock_moves_what_is_dated(self):
        self.jira.control("clock", {"set": "2031-05-06T07:08:09Z"})
        fields = self.jira.fields(self.jira.create())
        self.assertTrue(fields["created"].startswith("2031-05-06T09:08:"), fields["created"])
        self.assertTrue(self.jira.get("/serverInfo").json["serverTime"].startswith("2031-05-06T09:08:"))
        self.jira.control("clock", {"advance_s": 86400})
        self.assertTrue(self.jira.fields(self.jira.create())["created"].startswith("2031-05-07T09:08:"))

    def test_control_names_what_is_wrong(self):
        for what, document in (("faults", {"fault": "nonsense"}), ("limits", {"nonsense": 1}),
                               ("act", {"actor": "a", "do": "no"}),
                               ("act", {"actor": "a", "do": "edit", "key": "NO-1"})):
            answer = self.jira.post("/_sandbox/" + what, document)
            self.assertIn(answer.status, (404, 422), what)

    def test_seed_is_the_same_on_any_day(self):
        again = Jira("--issues", "20", "--no-limits")
        try:
            mine, its = ([jira.get("/issue/ROCKET-%d?fields=*all" % number).body.replace(b":%d/" % jira.port, b"")
                          for number in range(1, 21)] for jira in (self.jira, again))
            self.assertEqual(mine, its)
        finally:
            again.stop()


if __name__ == "__main__":
    tap.main(__name__)
