#!/usr/bin/python3
"""The GitHub connector against the stand-in: what it makes of failures and limits."""

import os
import sys
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from contract import create_ticket, marker  # noqa: E402
from driver import Pulled  # noqa: E402
from github_case import GitHubCase  # noqa: E402


class Failing(GitHubCase):
    def test_reads_that_fail_are_retried_and_never_an_end(self):
        self.open(timeout_ms=400)
        cases = (("status", {"status": 500}), ("status", {"status": 502}), ("status", {"status": 503}),
                 ("reset_before", {}), ("reset_after_commit", {}), ("truncate", {}), ("garbage", {}),
                 ("hang", {"delay_ms": 5000}), ("slow_drip", {"bytes": 64, "delay_ms": 20}))
        for fault, more in cases:
            with self.subTest(fault=fault, **more):
                self.fault(fault, times=None, **more)
                self.assertEqual(self.driver.pull().code, "retry")
                self.github.control("faults", method="DELETE")

    def test_a_page_that_fails_midway_leaves_the_cursor_usable(self):
        page = self.driver.pull()
        self.fault("truncate")
        self.assertEqual(self.driver.pull(page.cursor).code, "retry")
        rest = Pulled(self.driver, page.cursor)
        seen = {one["external_id"] for one in page.observations} | set(rest.tickets)
        self.assertEqual(seen, set(self.world_tickets()))

    def test_a_page_that_is_too_large_is_asked_for_in_parts(self):
        there = set(self.world_tickets())
        for phase in ("/issues$", "/issues/comments$"):
            with self.subTest(phase=phase):
                self.open()
                self.github.control("faults", {"match": {"method": "GET", "path": phase, "query": "per_page=([3-9][0-9]|100)"},
                                               "fault": "status", "status": 200, "body": "[" + " " * (11 << 20) + "]", "times": None})
                self.assertEqual(set(Pulled(self.driver).tickets), there)
                self.github.control("faults", method="DELETE")
        self.github.control("faults", {"match": {"method": "GET", "path": "/issues$"}, "fault": "status", "status": 200,
                                       "body": "[" + " " * (11 << 20) + "]", "times": None})
        answer = self.driver.pull()
        self.assertEqual(answer.code, "rejected")
        self.assertIn("too large", answer.message)

    def test_an_empty_list_that_is_no_list_is_not_the_end(self):
        for body in ("{}", "null", "", '"x"', '[{"number":1}]', "[1]", "[null]"):
            with self.subTest(body=body):
                self.fault("status", status=200, body=body)
                self.assertEqual(self.driver.pull().code, "retry")

    def test_writes_that_fail_on_the_server_are_uncertain(self):
        for fault, more in (("status", {"status": 500}), ("status", {"status": 503}), ("reset_before", {}),
                            ("hang", {"delay_ms": 5000})):
            with self.subTest(fault=fault, **more):
                self.open(**({"timeout_ms": 1000} if fault == "hang" else {}))  # what it takes to send is not to end by it
                self.driver.call("describe")
                self.fault(fault, "POST", **more)
                self.assertEqual(self.driver.call("push", **create_ticket(marker(), title="x")).code, "uncertain")

    def test_primary_limit_waits_for_the_reset(self):
        for status in (403, 429):
            with self.subTest(status=status):
                self.fault("status", status=status, body='{"message":"API rate limit exceeded"}',
                           headers={"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0",
                                    "x-ratelimit-reset": str(int(self.now_ms() / 1000) + 1234)})
                self.check_blocked(self.driver.pull(), 1204, 1236)

    def check_blocked(self, answer, least_s, most_s):
        self.assertEqual(answer.code, "retry", answer)
        self.assertTrue(least_s * 1000 - 2000 <= answer.retry_after_ms <= most_s * 1000, answer.retry_after_ms)
        blocked_s = answer.usage["blocked_until_ms"] / 1000 - time.time()
        self.assertTrue(least_s - 5 <= blocked_s <= most_s + 5, blocked_s)

    def test_primary_limit_of_the_stand_in_is_obeyed(self):
        self.github.control("limits", {"enabled": True})
        self.driver.fetch("ticket", 1)
        self.github.control("limits", {"primary_remaining": 0, "primary_reset_in_s": 600, "login": "tandem-bot"})
        answer = self.driver.fetch("ticket", 1)
        self.github.control("limits", {"enabled": False})
        self.check_blocked(answer, 570, 602)
        self.assertEqual(answer.usage["quota_remaining"], 0)

    def test_secondary_limit_obeys_retry_after(self):
        self.fault("status", "POST", status=403, headers={"Retry-After": "42"},
                   body='{"message":"You have exceeded a secondary rate limit."}')
        self.check_blocked(self.driver.call("push", **create_ticket(marker(), title="x")), 42, 42)

    def test_secondary_limit_without_a_word_waits_a_minute_and_then_longer(self):
        body = '{"message":"You have exceeded a secondary rate limit. Please wait a few minutes."}'
        self.fault("status", status=403, body=body, times=3)
        for seconds in (60, 120, 240):
            self.check_blocked(self.driver.pull(), seconds, seconds)
        self.assertEqual(self.driver.pull().code, "ok")
        self.fault("status", status=429, body=body)
        self.check_blocked(self.driver.pull(), 60, 60)

    def test_refused_credentials_are_auth(self):
        self.open(token="wrong")
        for answer in (self.driver.pull(), self.driver.fetch("ticket", 1), self.driver.call("describe"),
                       self.driver.call("push", **create_ticket(marker(), title="x"))):
            self.assertEqual(answer.code, "auth", answer)
            self.assertNotIn("wrong", answer.message)

    def test_a_token_that_is_too_narrow_is_auth_and_a_refused_write_is_rejected(self):
        self.fault("status", "POST", status=403, body='{"message":"Resource not accessible by personal access token"}')
        self.assertEqual(self.driver.call("push", **create_ticket(marker(), title="x")).code, "auth")
        self.fault("status", "POST", status=403, body='{"message":"Unable to create comment because issue is locked."}')
        self.assertEqual(self.push("create", "comment", {"parent_external_id": "1"}, set_={"body": "x"}).code,
                         "rejected")

    def test_malformed_settings_are_refused_at_open(self):
        common = {"base_url": self.github.base, "credential_kind": "pat", "credential_name": "bot"}
        for remote in ("acme", "acme/", "/rocket", "a/b/c", "../x", "a/..", "acme/ro cket", "acme/rocket?x"):
            answer = self.driver.open(remote=remote, credential={"token": "x"}, **common)
            self.assertEqual(answer.code, "rejected", remote)
        for credential in ({}, {"token": ""}, {"token": "a b"}, {"token": "a\r\nX: y"}, {"app_id": 1},
                           {"app_id": 1, "private_key": "nonsense"}):
            answer = self.driver.open(remote="acme/rocket", credential=credential, **common)
            self.assertEqual(answer.code, "auth", credential)

    def test_usage_counts_every_call_and_shows_the_quota(self):
        pulled = Pulled(self.driver)
        self.assertEqual(pulled.calls, self.requests()["total"])
        usage = self.driver.fetch("ticket", 1).usage
        self.assertEqual(usage["quota_limit"], 5000)
        self.assertGreater(usage["quota_reset_ms"], 1_000_000_000_000)
        self.assertLess(abs(usage["server_date_ms"] - self.now_ms()), 5000)


if __name__ == "__main__":
    tap.main(__name__)
