#!/usr/bin/python3
"""The Linear connector against the stand-in: failures, limits, pages that lie, credentials that end."""

import json
import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from contract import create_ticket, marker  # noqa: E402
from driver import Pulled  # noqa: E402
from linear_case import LinearCase  # noqa: E402


def refusal(code, type="invalid input", message="No."):
    return json.dumps({"errors": [{"message": message, "extensions": {"code": code, "type": type}}], "data": None})


class Failures(LinearCase):
    def codes(self, fault, query, **more):
        """What a pull and a creation make of one failure."""
        self.driver.fetch("ticket", self.read_again)  # the team is known from here on
        self.fault(fault, query, times=2, **more)
        return self.driver.pull().code, self.driver.call("push", **create_ticket(marker(), title="x")).code

    def setUp(self):
        super().setUp()
        self.read_again = self.add_ticket("here")

    def test_failures_are_told_apart(self):
        cases = ((dict(fault="status", status=503), ("retry", "uncertain")),
                 (dict(fault="status", status=408), ("retry", "uncertain")),
                 (dict(fault="garbage"), ("retry", "uncertain")), (dict(fault="truncate"), ("retry", "uncertain")),
                 (dict(fault="reset_before"), ("retry", "uncertain")),
                 (dict(fault="status", status=200, body='{"data":null}'), ("retry", "uncertain")),
                 (dict(fault="status", status=200, body="[]"), ("retry", "uncertain")),
                 (dict(fault="status", status=401, body=refusal("AUTHENTICATION_ERROR")), ("auth", "auth")),
                 (dict(fault="status", status=200, body=refusal("X", "authentication error")), ("auth", "auth")),
                 (dict(fault="status", status=200, body=refusal("FORBIDDEN", "forbidden")), ("auth", "rejected")),
                 (dict(fault="status", status=200, body=refusal("INVALID_INPUT")), ("rejected", "rejected")),
                 (dict(fault="status", status=400, body=refusal("GRAPHQL_VALIDATION_FAILED")), ("rejected", "rejected")),
                 (dict(fault="status", status=200, body=refusal("X", "usage limit exceeded")), ("rejected", "rejected")),
                 (dict(fault="status", status=200, body=refusal("INTERNAL_SERVER_ERROR", "internal error")),
                  ("retry", "uncertain")),
                 (dict(fault="status", status=200, body=refusal("LOCK_TIMEOUT", "lock timeout")), ("retry", "uncertain")),
                 (dict(fault="status", status=400, body=refusal("RATELIMITED", "ratelimited")), ("retry", "retry")),
                 (dict(fault="status", status=429), ("retry", "retry")))
        for rule, expected in cases:
            with self.subTest(**rule):
                self.linear.control("faults", method="DELETE")
                self.open()
                self.assertEqual(self.codes(query="Issues|Changes|CreateIssue", **rule), expected)

    def test_server_that_is_not_there_is_retried(self):
        self.open(base_url="http://127.0.0.1:1")
        self.assertEqual(self.driver.pull().code, "retry")
        self.assertEqual(self.driver.call("push", **create_ticket(marker(), title="x")).code, "retry")

    def test_slow_answer_ends_by_its_time_limit(self):
        self.driver.reopen(timeout_ms=1000)
        self.fault("hang", "Team", delay_ms=5000)
        self.assertEqual(self.driver.pull().code, "retry")

    def test_data_beside_errors_is_no_page(self):
        self.driver.pull()
        self.linear.control("partial_errors", {"next": 1})
        self.assertEqual(self.driver.pull().code, "retry")
        self.assertEqual(set(Pulled(self.driver).tickets), set(self.world_tickets()))

    def page(self, nodes, **info):
        info = dict({"hasPreviousPage": True, "startCursor": "cursor-1"}, **info)
        self.fault("status", "Issues", status=200,
                   body=json.dumps({"data": {"issues": {"nodes": nodes, "pageInfo": info}}}))

    def test_page_that_leads_to_itself_is_no_end(self):
        first = self.driver.pull()
        before = json.loads(first.cursor)["before"]
        for info in ({"startCursor": before}, {"startCursor": None}, {"startCursor": ""}):
            self.page([], **info)
            with self.subTest(**info):
                self.assertEqual(self.driver.pull(first.cursor).code, "retry")

    def test_page_that_is_not_whole_is_no_end(self):
        self.driver.pull()
        for nodes in ([{}], [{"id": "x", "identifier": "ENG-1"}], [None], {"not": "a list"}):
            self.page(nodes, hasPreviousPage=False)
            with self.subTest(nodes=nodes):
                self.assertEqual(self.driver.pull().code, "retry")
        self.page([], hasPreviousPage="no")
        self.assertEqual(self.driver.pull().code, "retry")

    def test_cursor_whose_issue_is_gone_starts_the_phase_again(self):
        first = self.driver.pull()
        self.linear.act("alice", "delete", json.loads(first.cursor)["before"])
        again = self.driver.pull(first.cursor)
        self.assertEqual((again.code, again.done, again.observations), ("ok", False, []))
        rest = Pulled(self.driver, again.cursor)
        self.assertEqual(set(rest.tickets), set(self.world_tickets()))

    def test_cursor_that_linear_never_takes_is_given_up(self):
        cursor = self.driver.pull().cursor
        self.fault("status", "Issues", status=200, body=refusal("INVALID_INPUT"), times=None, skip=0)
        codes = []
        for _ in range(5):
            answer = self.driver.pull(cursor)
            codes.append(answer.code)
            cursor = json.dumps(dict(json.loads(answer.cursor), before="x")) if answer.code == "ok" else cursor
        self.assertEqual(codes, ["ok", "ok", "ok", "rejected", "rejected"])


class Limits(LinearCase):
    def test_usage_tells_the_scarcer_bucket(self):
        self.linear.control("limits", {"requests": 100, "complexity": 1_000_000})
        usage = self.driver.pull().usage
        self.assertEqual((usage["quota_limit"], usage["quota_remaining"] < 100), (100, True))
        self.linear.control("limits", {"requests": 5000, "complexity": 50_000})
        usage = self.driver.pull().usage
        self.assertEqual((usage["quota_limit"], usage["quota_remaining"] < 50_000), (50_000, True))
        self.assertTrue(abs(usage["server_date_ms"] - self.now_ms()) < 5000)

    def test_empty_bucket_blocks_the_credential_until_enough_dripped_in(self):
        self.driver.pull()
        for kind in ("requests", "complexity"):
            self.linear.control("limits", {"requests": 360, "complexity": 30_000})
            self.driver.reopen()
            self.driver.fetch("ticket", next(iter(self.world_tickets())))
            self.linear.control("limits", {kind + "_remaining": 0, "login": "tandem-bot"})
            answer = self.driver.fetch("ticket", next(iter(self.world_tickets())))
            with self.subTest(kind=kind):
                self.assertEqual((answer.code, answer.retry_after_ms >= 1000), ("retry", True))
                self.assertTrue(answer.usage["blocked_until_ms"] > 0)
                self.assertLess(answer.retry_after_ms, 3600_000)
                self.linear.control("clock", {"advance_s": answer.retry_after_ms / 1000})
                self.assertEqual(self.driver.fetch("ticket", next(iter(self.world_tickets()))).code, "ok")

    def test_pages_shrink_with_the_complexity_that_is_left(self):
        self.linear.control("limits", {"complexity": 100_000})
        self.driver.pull()
        self.linear.control("limits", {"complexity_remaining": 3000, "login": "tandem-bot"})
        self.driver.fetch("ticket", next(iter(self.world_tickets())))
        page = self.driver.pull()
        self.assertEqual(page.code, "ok")
        self.assertTrue(10 <= len(page.observations) <= 70, len(page.observations))

    def test_page_that_does_not_fit_waits_without_asking(self):
        self.linear.control("limits", {"complexity": 100_000})
        self.driver.pull()
        self.linear.control("limits", {"complexity_remaining": 500, "login": "tandem-bot"})
        self.driver.fetch("ticket", next(iter(self.world_tickets())))
        self.linear.control("requests", method="DELETE")
        answer = self.driver.pull()
        self.assertEqual((answer.code, answer.calls, answer.retry_after_ms >= 1000), ("retry", 0, True))
        self.linear.control("clock", {"advance_s": answer.retry_after_ms / 1000 + 1})
        self.assertEqual(self.driver.pull().code, "ok")

    def test_page_that_is_too_large_is_asked_for_in_parts(self):
        first = len(self.driver.pull().observations)
        self.fault("status", status=200, body="[" + " " * (11 << 20) + "]", times=3)
        self.assertEqual([self.driver.pull().code for _ in range(3)], ["retry"] * 3)
        self.assertLess(len(self.driver.pull().observations), first)
        self.assertEqual(set(Pulled(self.driver).tickets), set(self.world_tickets()))

    def test_query_that_linear_finds_too_complex_is_asked_in_smaller_pages(self):
        self.linear.control("limits", {"query_complexity": 1500})
        pulled = Pulled(self.driver)
        self.assertEqual(set(pulled.tickets), set(self.world_tickets()))
        self.linear.control("limits", {"query_complexity": 100})
        self.driver.reopen()
        self.driver.fetch("ticket", "11111111-2222-4333-8444-555555555555")
        self.assertEqual(self.driver.pull().code, "rejected")


class OAuth(LinearCase):
    """The stand-in's refresh token rotates, so the stored credential goes from test to test."""

    credential = {"client_id": "client-1", "client_secret": "hush", "refresh_token": "first-refresh"}

    def open(self, token=None, **more):
        answer = self.try_open(**dict({"credential_kind": "oauth", "credential": OAuth.credential}, **more))
        self.assertEqual(answer.code, "ok", answer)

    def keep(self, answer):
        """What the connector stored is what the next connection is opened with."""
        if "stored_credential" in answer.document:
            OAuth.credential = json.loads(answer.stored_credential)
        return answer

    def test_oauth_token_is_asked_for_stored_and_used(self):
        answer = self.keep(self.driver.pull())
        self.assertEqual(answer.code, "ok", answer)
        self.assertEqual(set(OAuth.credential), {"client_id", "client_secret", "refresh_token", "access_token",
                                                 "expires_at_ms"})
        self.open()
        self.linear.control("requests", method="DELETE")
        answer = self.driver.pull()
        self.assertEqual((answer.code, "/oauth/token" in self.counts()), ("ok", False))

    def test_oauth_token_that_has_ended_is_renewed_in_the_same_call(self):
        self.keep(self.driver.pull())
        before = OAuth.credential["refresh_token"]
        self.linear.control("clock", {"advance_s": 90_000})
        self.assertEqual(self.keep(self.driver.pull()).code, "ok")
        self.assertNotEqual(OAuth.credential["refresh_token"], before)

    def test_oauth_token_that_ends_soon_is_renewed_before(self):
        self.keep(self.driver.pull())
        self.open(credential=dict(OAuth.credential, expires_at_ms=1))
        self.linear.control("requests", method="DELETE")
        self.assertEqual(self.keep(self.driver.pull()).code, "ok")
        self.assertEqual(self.counts()["/oauth/token"], 1)

    def test_oauth_refresh_token_that_is_refused_stops_the_project(self):
        self.keep(self.driver.pull())
        self.open(credential=dict(OAuth.credential, refresh_token="stolen", access_token="", expires_at_ms=0))
        answer = self.driver.pull()
        self.assertEqual((answer.code, "authorize" in answer.message), ("auth", True))

    def test_oauth_renewal_that_fails_is_retried(self):
        self.keep(self.driver.pull())
        self.open(credential=dict(OAuth.credential, expires_at_ms=1))
        self.linear.control("faults", {"match": {"path": "oauth"}, "fault": "status", "status": 503})
        self.assertEqual(self.driver.pull().code, "retry")
        self.assertEqual(self.keep(self.driver.pull()).code, "ok")

    def test_access_token_that_nobody_renews_goes_with_bearer_and_ends(self):
        self.keep(self.driver.pull())
        self.open(credential_kind="pat", credential={"token": OAuth.credential["access_token"]})
        self.assertEqual(self.driver.pull().code, "ok")
        self.linear.control("clock", {"advance_s": 90_000})
        self.assertEqual(self.driver.pull().code, "auth")


if __name__ == "__main__":
    tap.main(__name__)
