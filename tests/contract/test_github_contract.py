#!/usr/bin/python3
"""The GitHub connector against the stand-in: what it sees, what it writes, and what it makes of failures."""

import os
import sys
import time
import unittest

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from contract import ConnectorContract, create_ticket, intent, marker, payload  # noqa: E402
from driver import Driver, Pulled  # noqa: E402
from stand_in import Sandbox  # noqa: E402

REPO = "/repos/acme/rocket"


class GitHubCase(unittest.TestCase):
    """A stand-in and a connector for each class; faults, limits, lag and counts start afresh for each test."""

    remote = "acme/rocket"
    webhook_events = ("issues", "issue_comment", "ping", "")
    options = ("--issues", "260", "--no-limits", "--repo", "acme/rocket", "--repo", "acme/engine",
               "--token", "sandbox-token=tandem-bot", "--token", "reader-token=rita:read",
               "--token", "narrow-token=nina:write@acme/engine")

    @classmethod
    def setUpClass(cls):
        cls.github = Sandbox(*cls.options)
        cls.driver = Driver("github")

    @classmethod
    def tearDownClass(cls):
        cls.driver.close()
        cls.github.stop()

    def setUp(self):
        self.github.control("faults", method="DELETE")
        self.github.control("lag", {"ms": 0})
        self.github.control("limits", {"clear": True})
        self.open()
        self.github.control("requests", method="DELETE")

    def open(self, token="sandbox-token", **more):
        answer = self.driver.open(**dict({
            "base_url": self.github.base, "remote": self.remote, "credential_kind": "pat",
            "credential": {"token": token}, "credential_name": "bot"}, **more))
        self.assertEqual(answer.code, "ok", answer)

    def fault(self, fault, method="GET", path="", **more):
        match = {"method": method, "path": path}
        self.github.control("faults", dict({"match": match, "fault": fault}, **more))

    # the world, for the generic cases

    def world_tickets(self):
        issues = self.github.all_pages(REPO + "/issues?state=all&per_page=100")
        return {str(one["number"]): one["title"] for one in issues if "pull_request" not in one}

    def edit_title(self, number, title):
        self.github.control("clock", {"advance_s": 1})
        self.github.act("petra", "edit", int(number), title=title)

    def add_ticket(self, title, **fields):
        return str(self.github.act("petra", "create", title=title, **fields)["issue"]["number"])

    def gone(self, number):
        self.github.act("petra", "delete", int(number))

    def now_ms(self):
        return int(self.github.control("clock")["epoch_s"] * 1000)

    def requests(self):
        return self.github.control("requests?last=1000")

    def push(self, change, kind, ids=None, **parts):
        return self.driver.call("push", intent=intent(change, kind, **(ids or {})), payload=payload(**parts))

    def create(self, op=None, **fields):
        answer = self.driver.call("push", **create_ticket(op or marker(), **fields))
        self.assertEqual(answer.code, "ok", answer)
        return answer.observation


class Contract(ConnectorContract, GitHubCase):
    pass


class Reading(GitHubCase):
    def test_pull_drops_pull_requests_and_their_comments(self):
        pulled = Pulled(self.driver)
        issues = self.github.all_pages(REPO + "/issues?state=all&per_page=100")
        pulls = {str(one["number"]) for one in issues if "pull_request" in one}
        comments = self.github.all_pages(REPO + "/issues/comments?per_page=100")
        wanted = {str(one["id"]) for one in comments if "/pull/" not in one["html_url"]}
        self.assertTrue(pulls)
        self.assertFalse(pulls & set(pulled.tickets))
        self.assertEqual(set(pulled.comments), wanted)
        self.assertLess(len(wanted), len(comments))

    def test_pull_asks_without_since_the_first_time(self):
        Pulled(self.driver)
        first = [one["path"] for one in self.requests()["log"] if "/issues?" in one["path"]][0]
        self.assertNotIn("since", first)
        self.assertIn("state=all", first)

    def test_pull_of_nothing_new_is_one_conditional_call(self):
        """After an import there may be one poll that reads the overlap; from then on each is a 304."""
        pulled = Pulled(self.driver)
        cursor = Pulled(self.driver, pulled.cursor).cursor
        for _ in range(3):
            self.driver.reopen()
            self.github.control("requests", method="DELETE")
            again = Pulled(self.driver, cursor)
            self.assertTrue(again.unchanged)
            self.assertEqual(again.calls, 1)
            self.assertEqual(self.requests()["statuses"], {"304": 1})
            self.assertEqual(again.cursor, cursor)

    def test_pull_of_one_change_is_one_call_and_then_304(self):
        cursor = Pulled(self.driver, Pulled(self.driver).cursor).cursor
        number = self.add_ticket("without comments")
        later = Pulled(self.driver, cursor)
        self.assertIn(number, later.tickets)
        self.assertEqual(later.calls, 1)
        self.assertTrue(Pulled(self.driver, later.cursor).unchanged)

    def test_pull_reads_comments_when_an_issue_has_new_ones(self):
        cursor = Pulled(self.driver, Pulled(self.driver).cursor).cursor
        number = self.add_ticket("talked about")
        made = self.github.act("petra", "comment", int(number), body="what I think")["comment"]
        later = Pulled(self.driver, cursor)
        self.assertEqual(later.comments[str(made["id"])]["fields"], {"body": "what I think"})
        self.assertEqual(later.comments[str(made["id"])]["parent_external_id"], number)
        self.assertEqual(later.comments[str(made["id"])]["external_key"], "#%s (comment %d)" % (number, made["id"]))

    def test_pull_of_a_full_page_in_one_second_goes_by_link(self):
        """250 issues of one second: `since` cannot part them."""
        repo = "acme/ties"
        self.github.control("seed", {"repo": repo, "issues": 0})
        moment = self.github.control("clock")["now"]
        wanted = set()
        for i in range(250):
            self.github.control("clock", {"set": moment})
            wanted.add(str(self.github.act("petra", "create", repo=repo, title="tie %d" % i)["issue"]["number"]))
        self.open(remote=repo)
        pulled = Pulled(self.driver)
        self.assertEqual(set(pulled.tickets), wanted)
        self.assertLessEqual(pulled.calls, 6)

    def test_pull_of_ties_that_shift_is_made_good_by_the_next_one(self):
        """An edit between two pages of one second shifts the rest; what is skipped comes with the next pull."""
        repo = "acme/shifting"
        self.github.control("seed", {"repo": repo, "issues": 0})
        moment = self.github.control("clock")["now"]
        for i in range(320):
            self.github.control("clock", {"set": moment})
            self.github.act("petra", "create", repo=repo, title="tie %d" % i)
        self.open(remote=repo)

        def edit(page):
            self.github.control("clock", {"advance_s": 600})
            self.github.act("petra", "edit", page, repo=repo, title="moved %d" % page)
        pulled = Pulled(self.driver, between=edit)
        again = Pulled(self.driver, pulled.cursor)
        titles = {**pulled.tickets, **again.tickets}
        self.assertEqual(len(titles), 320)
        wanted = {str(one["number"]): one["title"] for one in
                  self.github.all_pages("/repos/%s/issues?state=all&per_page=100" % repo)}
        self.assertEqual({k: v["fields"]["title"] for k, v in titles.items()}, wanted)

    def test_pull_under_concurrent_edits_loses_nothing(self):
        edits = iter(range(1, 1000))

        def edit(page):
            for _ in range(7):
                number = next(edits)
                self.github.control("clock", {"advance_s": 1})
                self.github.act("petra", "edit", number, title="edited meanwhile %d" % number)
        pulled = Pulled(self.driver, mode="full", between=edit)
        again = Pulled(self.driver, pulled.cursor)
        seen = {**pulled.tickets, **again.tickets}
        self.assertEqual({k: v["fields"]["title"] for k, v in seen.items()}, self.world_tickets())

    def test_pull_with_lagging_lists_sees_late_what_is_within_the_overlap(self):
        cursor = Pulled(self.driver, Pulled(self.driver).cursor).cursor
        self.github.control("lag", {"ms": 60000})
        number = self.add_ticket("seen late")
        first = Pulled(self.driver, cursor)
        self.assertNotIn(number, first.tickets)
        self.github.control("clock", {"advance_s": 61})
        self.assertIn(number, Pulled(self.driver, first.cursor).tickets)

    def test_fields_are_translated(self):
        number = self.add_ticket("all fields", body="text", labels=["bug", "help wanted"], assignees=["octavia"],
                                 milestone="Backlog")
        fields = self.driver.fetch("ticket", number).observation["fields"]
        self.assertEqual(fields["body"], "text")
        self.assertEqual(sorted(fields["labels"]), ["bug", "help wanted"])
        self.assertEqual(fields["assignees"], ["octavia"])
        self.assertEqual(fields["milestone"], "Backlog")
        self.assertEqual(fields["status"], "open")

    def test_fields_that_are_empty_are_still_there(self):
        number = self.add_ticket("bare")
        seen = self.driver.fetch("ticket", number).observation
        self.assertEqual(seen["fields"], {"title": "bare", "body": "", "status": "open", "labels": [],
                                          "assignees": [], "milestone": ""})
        self.assertEqual(seen["external_key"], "#" + number)
        self.assertFalse(seen["author_is_self"])

    def test_status_words_of_closed_issues(self):
        number = self.add_ticket("to close")
        for reason in ("completed", "not_planned", "duplicate"):
            self.github.act("petra", "close", int(number), state_reason=reason)
            self.assertEqual(self.driver.fetch("ticket", number).observation["fields"]["status"], "closed:" + reason)
            self.github.act("petra", "reopen", int(number))
            self.assertEqual(self.driver.fetch("ticket", number).observation["fields"]["status"], "open")

    def test_extra_shows_reactions_and_locked(self):
        number = self.add_ticket("liked")
        for who in ("petra", "octavia"):
            self.github.act(who, "react", int(number), content="+1")
        self.github.act("petra", "lock", int(number))
        extra = self.driver.fetch("ticket", number).observation["extra"]
        self.assertEqual(extra, {"+1": "2", "locked": "true", "comments": "0"})

    def test_fetch_of_a_pull_request_is_rejected(self):
        issues = self.github.all_pages(REPO + "/issues?state=all&per_page=100")
        number = next(one["number"] for one in issues if "pull_request" in one)
        self.assertEqual(self.driver.fetch("ticket", number).code, "rejected")

    def test_fetch_of_a_transferred_issue_says_where_it_went(self):
        number = self.add_ticket("moves out")
        self.github.act("petra", "transfer", int(number), to="acme/engine")
        seen = self.driver.fetch("ticket", number).observation
        self.assertEqual(seen["gone"], "transferred")
        self.assertRegex(seen["moved_to"], r"/repositories/\d+/issues/\d+$")

    def test_fetch_of_what_cannot_be_read_is_unreadable_while_the_project_answers(self):
        self.assertEqual(self.driver.fetch("ticket", 99999).observation["gone"], "unreadable")

    def test_fetch_in_a_project_out_of_reach_is_auth_and_never_gone(self):
        self.open(token="narrow-token")
        self.assertEqual(self.driver.fetch("ticket", 1).code, "auth")
        self.assertEqual(self.driver.pull().code, "auth")

    def test_fetch_of_a_deleted_comment_is_deleted(self):
        number = self.add_ticket("with a comment")
        made = self.github.act("petra", "comment", int(number), body="short-lived")["comment"]
        ref = ("comment", made["id"], number)
        self.assertEqual(self.driver.fetch(*ref).observation["fields"], {"body": "short-lived"})
        self.github.act("petra", "delete_comment", int(number), comment_id=made["id"])
        self.assertEqual(self.driver.fetch(*ref).observation["gone"], "deleted")

    def test_describe_tells_what_the_credential_may_do(self):
        found = self.driver.call("describe")
        self.assertEqual((found.account, found.remote, found.can_write), ("tandem-bot", "acme/rocket", True))
        self.assertEqual(found.estimated_tickets, self.github.control("health")["repositories"]["acme/rocket"]["issues"])
        self.assertIn("bug", found.labels)
        self.assertIn("Backlog", found.milestones)
        self.assertIn("closed:not_planned", found.statuses)
        self.open(token="reader-token")
        self.assertFalse(self.driver.call("describe").can_write)

    def test_describe_without_a_repository_tests_the_account(self):
        self.open(remote="")
        found = self.driver.call("describe")
        self.assertEqual((found.account, found.remote), ("tandem-bot", ""))


class Writing(GitHubCase):
    def test_create_carries_everything(self):
        seen = self.create(title="new", body="text", labels=["bug", "brand new label"], assignees=["octavia"],
                           milestone="Backlog", status="open")
        self.assertEqual(seen["fields"]["milestone"], "Backlog")
        self.assertEqual(sorted(seen["fields"]["labels"]), ["brand new label", "bug"])
        self.assertTrue(seen["author_is_self"])
        raw = self.github.get("%s/issues/%s" % (REPO, seen["external_id"])).json["body"]
        self.assertEqual(raw, "text\n\n<!-- tandem:v1:%s -->" % seen["marker"])

    def test_create_without_a_body_carries_the_marker(self):
        op = marker()
        seen = self.create(op, title="no body")
        self.assertEqual((seen["marker"], seen["fields"]["body"]), (op, ""))

    def test_create_that_starts_closed_is_closed(self):
        seen = self.create(title="done already", status="closed:not_planned")
        self.assertEqual(seen["fields"]["status"], "closed:not_planned")

    def test_create_that_cannot_be_closed_at_once_tries_again(self):
        self.fault("status", "PATCH", status=502, times=2)
        self.assertEqual(self.create(title="stubborn", status="closed:completed")["fields"]["status"],
                         "closed:completed")

    def test_update_round_trips(self):
        number = self.create(title="one", body="b")["external_id"]
        ids = {"external_id": number}
        steps = ((dict(set_={"title": "two"}), "title", "two"),
                 (dict(set_={"body": "c"}), "body", "c"),
                 (dict(set_={"status": "closed:duplicate"}), "status", "closed:duplicate"),
                 (dict(set_={"status": "open"}), "status", "open"),
                 (dict(set_={"milestone": "Backlog"}), "milestone", "Backlog"),
                 (dict(set_={"milestone": ""}), "milestone", ""),
                 (dict(add={"labels": ["bug", "a/b?c#d"]}), "labels", ["bug", "a/b?c#d"]),
                 (dict(remove={"labels": ["a/b?c#d", "never there"]}), "labels", ["bug"]),
                 (dict(add={"assignees": ["octavia"]}), "assignees", ["octavia"]),
                 (dict(remove={"assignees": ["octavia"]}), "assignees", []),
                 (dict(add={"labels": ["docs"]}, set_={"title": "three"}), "title", "three"))
        for parts, field, wanted in steps:
            with self.subTest(**parts):
                answer = self.push("update", "ticket", ids, **parts)
                self.assertEqual(answer.code, "ok", answer)
                self.assertEqual(answer.observation["fields"][field], wanted)
                self.assertEqual(self.driver.fetch("ticket", number).observation["fields"],
                                 answer.observation["fields"])

    def test_update_of_the_body_keeps_the_marker(self):
        made = self.create(title="marked", body="one")
        answer = self.push("update", "ticket", {"external_id": made["external_id"]}, set_={"body": "two"},
                           marker=made["marker"])
        self.assertEqual((answer.observation["marker"], answer.observation["fields"]["body"]), (made["marker"], "two"))

    def test_update_sends_only_what_changed(self):
        number = self.create(title="quiet", body="b")["external_id"]
        before = self.github.control("health")["history_seq"]
        self.push("update", "ticket", {"external_id": number}, set_={"title": "louder"})
        entries = self.github.control("history?since_seq=%d" % before)["entries"]
        self.assertEqual([one["action"] for one in entries], ["issue.edited"] if entries[0]["action"].startswith("issue.")
                         else [entries[0]["action"]])

    def test_comment_round_trip(self):
        number = self.create(title="talk")["external_id"]
        op = marker()
        made = self.push("create", "comment", {"parent_external_id": number}, set_={"body": "hello"}, marker=op)
        self.assertEqual(made.code, "ok", made)
        self.assertEqual(made.observation["fields"], {"body": "hello"})
        ids = {"external_id": made.observation["external_id"], "parent_external_id": number}
        changed = self.push("update", "comment", ids, set_={"body": "hello again"}, marker=op)
        self.assertEqual(changed.observation["fields"], {"body": "hello again"})
        self.assertEqual(changed.observation["marker"], op)
        pulled = Pulled(self.driver)
        self.assertEqual(pulled.comments[ids["external_id"]]["fields"], {"body": "hello again"})

    def test_unknown_milestone_is_rejected_with_advice(self):
        answer = self.driver.call("push", **create_ticket(marker(), title="x", milestone="Never"))
        self.assertEqual(answer.code, "rejected")
        self.assertIn("create it", answer.message)
        self.github.post(REPO + "/milestones", {"title": "Never"})
        self.assertEqual(self.create(title="x", milestone="Never")["fields"]["milestone"], "Never")

    def test_unknown_status_is_rejected_before_anything_is_sent(self):
        self.github.control("requests", method="DELETE")
        answer = self.driver.call("push", **create_ticket(marker(), title="x", status="in review"))
        self.assertEqual(answer.code, "rejected")
        self.assertFalse([one for one in self.requests()["log"] if one["method"] != "GET"])

    def test_without_push_access_what_is_dropped_is_not_hidden(self):
        self.open(token="reader-token")
        seen = self.create(title="from a reader", labels=["bug"], milestone="Backlog")
        self.assertEqual((seen["fields"]["labels"], seen["fields"]["milestone"]), ([], ""))
        answer = self.push("update", "ticket", {"external_id": seen["external_id"]}, add={"labels": ["bug"]})
        self.assertIn(answer.code, ("rejected", "gone"))

    def test_refused_values_are_rejected_in_githubs_words(self):
        answer = self.driver.call("push", **create_ticket(marker(), title="x" * 300))
        self.assertEqual(answer.code, "rejected")
        self.assertIn("too long", answer.message)

    def test_update_of_a_deleted_issue_is_gone(self):
        number = self.create(title="doomed")["external_id"]
        self.gone(number)
        self.assertEqual(self.push("update", "ticket", {"external_id": number}, set_={"title": "x"}).code, "gone")

    def test_update_of_a_transferred_issue_is_gone(self):
        number = self.create(title="moving")["external_id"]
        self.github.act("petra", "transfer", int(number), to="acme/engine")
        self.assertEqual(self.push("update", "ticket", {"external_id": number}, set_={"title": "x"}).code, "gone")


class Uncertain(GitHubCase):
    def lose(self, kind="ticket", fault="reset_after_commit", ids=None, **fields):
        """A creation whose answer is lost; returns its intent and marker."""
        op, order = marker(), intent("create", kind, created_at_ms=self.now_ms(), **(ids or {}))
        self.fault(fault, "POST")
        answer = self.driver.call("push", intent=order, payload=payload(fields, marker=op))
        self.assertEqual(answer.code, "uncertain", answer)
        return order, op

    def titled(self, title):
        return [number for number, one in self.world_tickets().items() if one == title]

    def test_find_after_a_lost_answer(self):
        for fault in ("reset_after_commit", "status_after_commit", "truncate", "garbage"):
            with self.subTest(fault=fault):
                order, op = self.lose(title="lost by " + fault, fault=fault)
                found = self.driver.call("find", intent=order, marker=op)
                self.assertEqual(found.code, "ok", found)
                self.assertEqual([found.observation["external_id"]], self.titled("lost by " + fault))

    def test_a_write_is_sent_once_even_when_a_kept_connection_dies(self):
        """libcurl repeats a request by itself when a kept connection ends without an answer."""
        for i in range(3):
            self.driver.fetch("ticket", 1)
            self.lose(title="only once %d" % i)
            self.assertEqual(len(self.titled("only once %d" % i)), 1)

    def test_find_by_number_while_lists_lag(self):
        highest = max(int(number) for number in self.world_tickets())
        self.github.control("lag", {"ms": 600000})
        order, op = self.lose(title="not listed yet")
        order["high_water"] = "%020d" % highest
        found = self.driver.call("find", intent=order, marker=op)
        self.assertEqual(found.code, "ok", found)

    def test_find_does_not_take_anothers_issue_with_our_marker(self):
        op = marker()
        self.add_ticket("a copy", body="text\n\n<!-- tandem:v1:%s -->" % op)
        order = intent("create", "ticket", created_at_ms=self.now_ms())
        self.assertEqual(self.driver.call("find", intent=order, marker=op).code, "gone")

    def test_find_takes_the_lowest_of_two(self):
        op, now = marker(), self.now_ms()
        first = self.create(op, title="twin")["external_id"]
        self.create(op, title="twin")
        order = intent("create", "ticket", created_at_ms=now)
        self.assertEqual(self.driver.call("find", intent=order, marker=op).observation["external_id"], first)

    def test_find_of_a_comment(self):
        number = self.create(title="commented")["external_id"]
        order, op = self.lose("comment", ids={"parent_external_id": number}, body="lost words")
        found = self.driver.call("find", intent=order, marker=op)
        self.assertEqual(found.observation["fields"], {"body": "lost words"})
        self.assertEqual(self.driver.call("find", intent=order, marker=marker()).code, "gone")

    def test_find_of_an_update_shows_the_target(self):
        number = self.create(title="before")["external_id"]
        self.fault("reset_after_commit", "PATCH")
        answer = self.push("update", "ticket", {"external_id": number}, set_={"title": "after"})
        self.assertEqual(answer.code, "uncertain")
        found = self.driver.call("find", intent=intent("update", "ticket", external_id=number), marker="")
        self.assertEqual(found.observation["fields"]["title"], "after")

    def test_nothing_was_sent_is_retry(self):
        self.open(base_url="http://127.0.0.1:1")
        self.assertEqual(self.driver.call("push", **create_ticket(marker(), title="x")).code, "retry")

    def test_a_label_change_whose_reading_back_fails_is_uncertain(self):
        number = self.create(title="labelled")["external_id"]
        self.fault("status", "GET", path="/issues/%s$" % number, status=503)
        answer = self.push("update", "ticket", {"external_id": number}, add={"labels": ["bug"]})
        self.assertEqual(answer.code, "uncertain", answer)


class Failing(GitHubCase):
    def test_reads_that_fail_are_retried_and_never_an_end(self):
        self.open(timeout_ms=400)
        cases = (("status", {"status": 500}), ("status", {"status": 502}), ("status", {"status": 503}),
                 ("reset_before", {}), ("reset_after_commit", {}), ("truncate", {}), ("garbage", {}),
                 ("hang", {"delay_ms": 5000}), ("slow_drip", {"bytes": 64, "delay_ms": 20}))
        for fault, more in cases:
            with self.subTest(fault=fault, **more):
                self.fault(fault, **more)
                self.assertEqual(self.driver.pull().code, "retry")
                self.github.control("faults", method="DELETE")

    def test_a_page_that_fails_midway_leaves_the_cursor_usable(self):
        page = self.driver.pull()
        self.fault("truncate")
        self.assertEqual(self.driver.pull(page.cursor).code, "retry")
        rest = Pulled(self.driver, page.cursor)
        seen = {one["external_id"] for one in page.observations} | set(rest.tickets)
        self.assertEqual(seen, set(self.world_tickets()))

    def test_an_empty_list_that_is_no_list_is_not_the_end(self):
        for body in ("{}", "null", "", '"x"', '[{"number":1}]', "[1]", "[null]"):
            with self.subTest(body=body):
                self.fault("status", status=200, body=body)
                self.assertEqual(self.driver.pull().code, "retry")

    def test_writes_that_fail_on_the_server_are_uncertain(self):
        self.open(timeout_ms=400)
        self.driver.call("describe")
        for fault, more in (("status", {"status": 500}), ("status", {"status": 503}), ("reset_before", {}),
                            ("hang", {"delay_ms": 5000})):
            with self.subTest(fault=fault, **more):
                self.fault(fault, "POST", **more)
                self.assertEqual(self.driver.call("push", **create_ticket(marker(), title="x")).code, "uncertain")

    def test_primary_limit_waits_for_the_reset(self):
        for status in (403, 429):
            with self.subTest(status=status):
                self.fault("status", status=status, body='{"message":"API rate limit exceeded"}',
                           headers={"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0",
                                    "x-ratelimit-reset": str(int(self.now_ms() / 1000) + 1234)})
                self.check_blocked(self.driver.pull(), 1234, 1236)

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
        self.check_blocked(answer, 600, 602)
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


class Renamed(GitHubCase):
    """A renamed repository is found by its redirects; reads and writes go on."""

    def test_renamed_repository_is_followed_and_told(self):
        cursor = Pulled(self.driver, Pulled(self.driver).cursor).cursor
        self.github.act("petra", "rename_repo", name="starship")
        try:
            self.check_renamed(cursor)
        finally:
            self.github.act("petra", "rename_repo", repo="acme/starship", name="rocket")

    def check_renamed(self, cursor):
        made = self.create(title="made under the old name")
        self.assertIn("starship", made["url"])
        self.assertEqual(self.driver.fetch("ticket", made["external_id"]).observation["fields"]["title"],
                         "made under the old name")
        self.driver.reopen()
        pulled = Pulled(self.driver, cursor)
        self.assertIn(made["external_id"], pulled.tickets)
        self.assertEqual(len(pulled.notes), 1)
        self.assertIn("acme/starship", pulled.notes[0])
        self.driver.reopen()
        again = Pulled(self.driver, pulled.cursor)
        self.assertEqual(again.calls, 1, "the cursor knows the way")
        self.driver.reopen()
        self.assertEqual(self.driver.fetch("ticket", made["external_id"]).observation["external_id"],
                         made["external_id"])
        self.assertEqual(self.driver.call("describe").remote, "acme/starship")

    def test_transferred_is_told_from_renamed(self):
        number = self.add_ticket("both")
        self.github.act("petra", "transfer", int(number), to="acme/engine")
        self.github.act("petra", "rename_repo", name="starship")
        try:
            self.assertEqual(self.driver.fetch("ticket", number).observation["gone"], "transferred")
        finally:
            self.github.act("petra", "rename_repo", repo="acme/starship", name="rocket")


if __name__ == "__main__":
    tap.main(__name__)
