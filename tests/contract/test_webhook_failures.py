#!/usr/bin/python3
"""The connector of JSON trackers against the stand-in: failures, limits, pages that lie, and trackers that offer less."""

import json
import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from contract import create_ticket, marker  # noqa: E402
from driver import Pulled  # noqa: E402
from webhook_case import WebhookCase  # noqa: E402
from webhook_tracker import mapping  # noqa: E402


class Failures(WebhookCase):
    def test_failures_are_told_apart(self):
        """What a pull, a creation and an update make of each."""
        made = self.create(title="here")["external_id"]
        cases = ((dict(fault="status", status=503), ("retry", "uncertain", "uncertain")),
                 (dict(fault="status", status=408), ("retry", "uncertain", "uncertain")),
                 (dict(fault="garbage"), ("retry", "uncertain", "ok")),
                 (dict(fault="truncate"), ("retry", "uncertain", "uncertain")),
                 (dict(fault="reset_before"), ("retry", "uncertain", "uncertain")),
                 (dict(fault="status", status=401), ("auth", "auth", "auth")),
                 (dict(fault="status", status=403), ("auth", "rejected", "rejected")),
                 (dict(fault="status", status=404), ("gone", "gone", "gone")),
                 (dict(fault="status", status=409), ("rejected", "uncertain", "stale")),
                 (dict(fault="status", status=412), ("rejected", "uncertain", "stale")),
                 (dict(fault="status", status=422), ("rejected", "rejected", "rejected")),
                 (dict(fault="status", status=429), ("retry", "retry", "retry")),
                 (dict(fault="status", status=301, headers={"Location": "https://evil.example/"}),
                  ("rejected", "rejected", "rejected")))
        for rule, expected in cases:
            codes = []
            for method, call in (("GET", lambda: self.driver.pull()),
                                 ("POST", lambda: self.driver.call("push", **create_ticket(marker(), title="x"))),
                                 ("PATCH", lambda: self.push("update", "ticket", {"external_id": made}, set_={"title": "y"}))):
                self.tracker.control("faults", method="DELETE")
                self.fault(method=method, times=None, **rule)
                codes.append(call().code)
            with self.subTest(**rule):
                self.assertEqual(tuple(codes), expected)

    def test_words_of_a_refusal_reach_the_person(self):
        for member in ("detail", "message", "error", "title"):
            self.fault("status", "tickets", "POST", status=422, body=json.dumps({member: "the moon is full"}))
            answer = self.driver.call("push", **create_ticket(marker(), title="x"))
            self.assertIn("the moon is full", answer.message)

    def test_server_that_is_not_there_is_retried(self):
        self.open(base_url="http://127.0.0.1:1")
        self.assertEqual(self.driver.pull().code, "retry")
        self.assertEqual(self.driver.call("push", **create_ticket(marker(), title="x")).code, "retry")

    def test_slow_answer_ends_by_its_time_limit(self):
        self.driver.reopen(timeout_ms=1000)
        self.fault("hang", "tickets", delay_ms=5000)
        self.assertEqual(self.driver.pull().code, "retry")

    def test_limit_blocks_the_credential_as_long_as_it_says(self):
        self.tracker.control("settings", {"limited_for_s": 17})
        answer = self.driver.pull()
        self.assertEqual((answer.code, answer.retry_after_ms), ("retry", 17_000))
        self.assertGreater(answer.usage["blocked_until_ms"], 0)

    def test_page_that_is_not_whole_is_no_end(self):
        row = next(iter(self.tracker.tickets().values()))
        bodies = ({}, [], {"items": {}}, {"items": [None]}, {"items": [{}]}, {"items": [dict(row, updated_at="soon")]},
                  {"items": [dict(row, title=["x"])]}, {"items": [dict(row, labels=[{}])]}, {"items": [dict(row, id=[])]},
                  {"items": [dict(row, id=1e300)]}, {"items": [], "next": {}}, {"items": [row] * 1001},
                  {"items": [{name: value for name, value in row.items() if name != "state"}]})
        for body in bodies:
            self.fault("status", "tickets", status=200, body=json.dumps(body))
            with self.subTest(body=str(body)[:80]):
                answer = self.driver.pull()
                self.assertEqual(answer.code, "retry", answer)

    def test_item_that_cannot_be_read_is_passed_on_as_such(self):
        rows = list(self.tracker.tickets().values())
        self.fault("status", "tickets", status=200, body=json.dumps({"items": [rows[0], dict(rows[1], title=["x"])]}))
        seen = self.driver.pull().observations
        self.assertEqual([(one["external_id"], one.get("gone")) for one in seen],
                         [(rows[0]["id"], None), (rows[1]["id"], "unreadable")])
        self.assertEqual(seen[1]["fields"], {})

    def test_item_without_an_id_holds_the_cursor_back(self):
        rows = [dict(row, updated_at="2026-01-%02dT00:00:00.000Z" % (10 + i))
                for i, row in enumerate(list(self.tracker.tickets().values())[:3])]
        del rows[1]["id"]
        self.fault("status", "tickets", status=200, body=json.dumps({"items": rows}))
        self.fault("status", "comments", status=200, body='{"items": []}')
        first = self.driver.pull()
        self.assertEqual([one["external_id"] for one in first.observations], [rows[0]["id"], rows[2]["id"]])
        self.assertIn("ticket.id", first.note)
        last = self.driver.pull(first.cursor)
        self.tracker.control("requests", method="DELETE")
        self.driver.pull(last.cursor)
        (asked,) = self.tracker.control("requests?last=1")["log"]
        self.assertIn("since=2026-01-1%s" % "0T23", asked["path"])

    def test_page_that_leads_to_itself_is_no_end(self):
        first = self.driver.pull()
        self.fault("status", "tickets", status=200,
                   body=json.dumps({"items": [], "next": json.loads(first.cursor)["next"]}))
        self.assertEqual(self.driver.pull(first.cursor).code, "retry")

    def test_missing_member_names_the_way_out(self):
        row = dict(next(iter(self.tracker.tickets().values())))
        del row["due"]
        self.fault("status", "tickets", status=200, body=json.dumps({"items": [row]}))
        answer = self.driver.pull()
        self.assertIn("ticket.fields.due_date", answer.message)
        self.assertIn("optional", answer.message)
        document = mapping()
        document["ticket"]["fields"]["due_date"] = {"path": "/due", "optional": True}
        self.open(options=document)
        self.fault("status", "tickets", status=200, body=json.dumps({"items": [row]}))
        self.assertEqual(self.driver.pull().observations[0]["fields"]["due_date"], "")

    def test_fetch_that_shows_another_ticket_is_not_believed(self):
        rows = list(self.tracker.tickets().values())
        self.fault("status", rows[0]["id"], status=200, body=json.dumps(rows[1]))
        self.assertEqual(self.driver.fetch("ticket", rows[0]["id"]).code, "retry")


class Less(WebhookCase):
    """A tracker that sends webhooks, takes writes, and offers nothing else."""

    def open(self, options=None, **more):
        super().open(options=options or mapping(get=None, probe=None, poll=None), **more)

    def test_pull_without_a_list_gives_nothing_and_is_done(self):
        pulled = Pulled(self.driver)
        self.assertEqual((pulled.observations, pulled.calls, pulled.pages), ([], 0, 1))
        self.assertEqual(Pulled(self.driver, pulled.cursor).observations, [])

    def test_what_was_seen_holds_where_nothing_can_be_fetched(self):
        seen = self.create(title="seen")
        again = self.driver.fetch("ticket", seen["external_id"], etag=seen["etag"])
        self.assertEqual((again.code, again.not_modified, again.calls), ("ok", True, 0))

    def test_fetch_of_what_was_never_seen_is_rejected(self):
        answer = self.driver.fetch("ticket", "t1")
        self.assertEqual((answer.code, "options.get.ticket" in answer.message), ("rejected", True))

    def test_writes_go_through(self):
        made = self.create(title="one", labels=["bug"])["external_id"]
        answer = self.push("update", "ticket", {"external_id": made}, set_={"title": "two", "status": "done"})
        self.assertEqual((answer.code, answer.observation["fields"]["status"]), ("ok", "done"))

    def test_describe_asks_nobody(self):
        found = self.driver.describe()
        self.assertEqual((found.code, sum(self.counts().values())), ("ok", 0))

    def test_tracker_that_only_tells_is_not_written_to(self):
        self.open(options=mapping(get=None, probe=None, poll=None, out=None))
        found = self.driver.describe()
        self.assertEqual((found.can_write, [one for one in found.fields.values() if one.get("writable")]), (False, []))
        answer = self.driver.call("push", **create_ticket(marker(), title="x"))
        self.assertEqual((answer.code, "options.out.ticket.create" in answer.message), ("rejected", True))


class Lists(WebhookCase):
    """How time and pages are asked for in other ways."""

    def paths(self, url, **more):
        poll = {"tickets": dict({"url": url, "list": "/items", "next": "/next"}, **more)}
        self.open(options=mapping(poll=poll))
        first = Pulled(self.driver)
        self.tracker.control("requests", method="DELETE")
        Pulled(self.driver, first.cursor)
        return first, [one["path"] for one in self.tracker.control("requests")["log"]]

    def test_since_is_a_time_with_an_overlap(self):
        newest = max(row["updated_at"] for row in self.tracker.tickets().values())
        first, paths = self.paths("/projects/{remote}/tickets{?since,cursor}")
        self.assertRegex(paths[0], r"\?since=\d{4}-\d\d-\d\dT\d\d%3A\d\d%3A\d\d\.\d{3}Z$")
        self.assertLess(paths[0].partition("=")[2].replace("%3A", ":"), newest)

    def test_since_may_be_seconds_or_milliseconds(self):
        for name, digits in (("since_s", 10), ("since_ms", 13)):
            _, paths = self.paths("/projects/{remote}/tickets?changed={%s}{&cursor}" % name)
            self.assertRegex(paths[0], r"\?changed=\d{%d}(&cursor=.*)?$" % digits)

    def test_times_may_be_numbers(self):
        row = dict(next(iter(self.tracker.tickets().values())))
        for moment, since in ((1767225600, "2025-12-31T23%3A59%3A00"), (1767225600250, "2025-12-31T23%3A59%3A00")):
            self.open(options=mapping(poll={"tickets": {"url": "/projects/rocket/tickets{?since}", "list": "/items"}}))
            self.fault("status", "tickets", status=200, body=json.dumps({"items": [dict(row, updated_at=moment)]}))
            cursor = self.driver.pull().cursor
            self.tracker.control("requests", method="DELETE")
            self.driver.pull(cursor)
            self.assertIn("since=" + since, self.tracker.control("requests")["log"][0]["path"])

    def test_bare_since_begins_in_1970(self):
        self.open(options=mapping(poll={"tickets": {"url": "/projects/rocket/tickets?since={since}", "list": "/items"}}))
        self.driver.pull()
        self.assertIn("since=1970-01-01T00%3A00%3A00.000Z", self.tracker.control("requests")["log"][0]["path"])


if __name__ == "__main__":
    tap.main(__name__)
