#!/usr/bin/python3
"""The GitHub connector against the stand-in: what it writes, and finds again after a lost answer."""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from contract import create_ticket, intent, marker, payload  # noqa: E402
from driver import Pulled  # noqa: E402
from github_case import REPO, GitHubCase  # noqa: E402
from uncertain import UncertainContract  # noqa: E402


class Writing(GitHubCase):
    def test_create_carries_everything(self):
        seen = self.create(title="new", body="text", labels=["bug", "brand new label"], assignees=["alice"],
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

    def test_create_that_starts_closed_takes_no_edit_in_between_for_its_own(self):
        newest = max(map(int, self.world_tickets()))
        self.fault("meanwhile", "PATCH", "/issues/",
                   act={"actor": "alice", "do": "edit", "repo": "acme/rocket", "number": newest + 1, "fields": {"title": "by Alice"}})
        seen = self.create(title="ours", status="closed:completed")
        self.assertEqual((seen["external_id"], seen["fields"]["title"], seen["fields"]["status"]),
                         (str(newest + 1), "ours", "closed:completed"))
        now = self.driver.fetch("ticket", seen["external_id"]).observation
        self.assertEqual(now["fields"]["title"], "by Alice")
        self.assertGreaterEqual(now["version"], seen["version"])

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
                 (dict(add={"assignees": ["alice"]}), "assignees", ["alice"]),
                 (dict(remove={"assignees": ["alice"]}), "assignees", []),
                 (dict(add={"labels": ["docs"]}, set_={"title": "three"}), "title", "three"))
        for parts, field, wanted in steps:
            with self.subTest(**parts):
                answer = self.push("update", "ticket", ids, **parts)
                self.assertEqual(answer.code, "ok", answer)
                self.assertEqual(answer.observation["fields"][field], wanted)
                self.assertEqual(self.driver.fetch("ticket", number).observation["fields"],
                                 answer.observation["fields"])

    def test_update_to_another_reason_opens_and_closes_again(self):
        """GitHub ignores a new reason for what is closed already."""
        for looked in (True, False):  # False: the look was answered by a 304
            with self.subTest(looked=looked):
                number = self.create(title="closed for two reasons", status="closed:completed")["external_id"]
                fresh = {"fresh": self.driver.fetch("ticket", number).observation} if looked else {}
                answer = self.driver.call("push", **fresh, intent=intent("update", "ticket", external_id=number),
                                          payload=payload({"status": "closed:not_planned"}))
                self.assertEqual(answer.code, "ok", answer)
                self.assertEqual(answer.observation["fields"]["status"], "closed:not_planned")

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
        self.assertEqual([one["field"] for one in seen["refused"]], ["labels", "milestone"])
        answer = self.push("update", "ticket", {"external_id": seen["external_id"]}, add={"labels": ["bug"]})
        self.assertIn(answer.code, ("rejected", "gone"))

    def test_refused_values_are_rejected_in_githubs_words(self):
        answer = self.driver.call("push", **create_ticket(marker(), title="x" * 300))
        self.assertEqual((answer.code, answer.field), ("rejected", "title"))
        self.assertIn("too long", answer.message)

    def test_a_text_that_is_too_long_is_refused_as_that_field(self):
        number = self.create(title="long", body="short")["external_id"]
        for kind, ids in (("ticket", {"external_id": number}), ("comment", {"parent_external_id": number})):
            with self.subTest(kind=kind):
                change = "update" if kind == "ticket" else "create"
                answer = self.push(change, kind, ids, set_={"body": "x" * 65537})
                self.assertEqual((answer.code, answer.field), ("rejected", "body"), answer)

    def test_people_who_may_not_be_assigned_are_told(self):
        """GitHub leaves them out without a word."""
        number = self.create(title="assigned", assignees=["alice"])["external_id"]
        self.fault("status", "POST", "/assignees$", status=201, body="{}")
        seen = self.push("update", "ticket", {"external_id": number}, add={"assignees": ["mallory"]}).observation
        self.assertEqual([one["field"] for one in seen["refused"]], ["assignees"])
        self.assertIn("mallory", seen["refused"][0]["reason"])
        self.assertEqual(seen["fields"]["assignees"], ["alice"])
        quiet = self.push("update", "ticket", {"external_id": number}, set_={"milestone": "Backlog"}, add={"labels": ["Bug"]})
        self.assertEqual(quiet.observation.get("refused", []), [])

    def test_update_of_a_transferred_issue_is_gone(self):
        number = self.create(title="moving")["external_id"]
        self.github.act("petra", "transfer", int(number), to="acme/engine")
        self.assertEqual(self.push("update", "ticket", {"external_id": number}, set_={"title": "x"}).code, "gone")


class Uncertain(UncertainContract, GitHubCase):
    creations = {"ticket": "/issues$", "comment": "/comments$"}
    update_method = "PATCH"

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
        number = self.add_ticket("a copy", body="text\n\n<!-- tandem:v1:%s -->" % op)
        order = intent("create", "ticket", created_at_ms=self.now_ms(), high_water=str(int(number) - 1))
        self.assertEqual(self.driver.call("find", intent=order, marker=op).code, "gone")

    def test_find_when_our_clock_is_hours_ahead(self):
        number = self.create(title="timeless")["external_id"]
        self.github.control("clock", {"advance_s": -7200})
        try:
            made, op = self.lose("comment", ids={"parent_external_id": number}, body="told late")
            made["created_at_ms"] += 7200 * 1000
            self.driver.reopen()
            found = self.driver.call("find", intent=made, marker=op)
        finally:
            self.github.control("clock", {"advance_s": 7200})
        self.assertEqual(found.code, "ok", found)
        self.assertEqual(found.observation["fields"], {"body": "told late"})

    def test_a_label_change_whose_reading_back_fails_is_uncertain(self):
        number = self.create(title="labelled")["external_id"]
        self.fault("status", "GET", path="/issues/%s$" % number, status=503)
        answer = self.push("update", "ticket", {"external_id": number}, add={"labels": ["bug"]})
        self.assertEqual(answer.code, "uncertain", answer)


if __name__ == "__main__":
    tap.main(__name__)
