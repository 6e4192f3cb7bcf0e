#!/usr/bin/python3
"""The connector of JSON trackers against the stand-in: what it writes, and finds again after a lost answer."""

import json
import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from contract import create_ticket, intent, marker, payload  # noqa: E402
from driver import Pulled  # noqa: E402
from webhook_case import WebhookCase  # noqa: E402
from webhook_tracker import SECRET, mapping  # noqa: E402

EVERYTHING = {"title": "new", "body": "text", "status": "doing", "labels": ["bug", "safety"], "assignees": ["alice"],
              "priority": "urgent", "estimate": "3", "due_date": "2026-01-31"}


class Writing(WebhookCase):
    def test_create_carries_everything_in_one_request(self):
        fields = dict(EVERYTHING, parent=self.add_ticket("parent"))
        seen = self.create(**fields)
        self.assertEqual(seen["fields"], fields)
        self.assertTrue(seen["author_is_self"])
        self.assertEqual(self.counts(), {"POST /projects/{project}/tickets": 1})

    def test_create_goes_under_its_operation_id_and_leaves_no_trace_in_the_body(self):
        op = marker()
        seen = self.create(op, title="plain", body="only this")
        row = self.tracker.tickets()[seen["external_id"]]
        self.assertEqual((row["idempotency_key"], row["description"]), (op.partition(":")[0], "only this"))

    def test_create_again_under_the_same_key_makes_nothing_new(self):
        op = marker()
        first, again = self.create(op, title="once"), self.create(op, title="once")
        self.assertEqual(first["external_id"], again["external_id"])
        self.assertEqual(list(self.world_tickets().values()).count("once"), 1)

    def test_create_shows_the_whole_marker_where_there_is_a_place_for_it(self):
        document = mapping()
        document["ticket"]["marker"] = "/external_ref"
        document["out"]["ticket"]["marker"] = "/external_ref"
        self.open(options=document)
        op = marker()
        made = self.create(op, title="marked")["external_id"]
        self.assertEqual(self.tracker.tickets()[made]["external_ref"], op)
        self.assertEqual(self.driver.fetch("ticket", made).observation["marker"], op)

    def test_create_whose_answer_shows_the_id_only_is_fetched(self):
        document = mapping()
        document["out"]["ticket"]["answer_id"] = "/id"
        self.open(options=document)
        self.assertEqual(self.create(title="by id", labels=["bug"])["fields"]["labels"], ["bug"])
        self.assertEqual(sum(self.counts().values()), 2)

    def test_update_round_trips(self):
        parent = self.add_ticket("parent")
        ids = {"external_id": self.create(title="one", body="b")["external_id"]}
        steps = ((dict(set_={"title": "two"}), "title", "two"),
                 (dict(set_={"body": "c"}), "body", "c"), (dict(set_={"body": ""}), "body", ""),
                 (dict(set_={"status": "done"}), "status", "done"),
                 (dict(set_={"priority": "low"}), "priority", "low"), (dict(set_={"priority": ""}), "priority", ""),
                 (dict(set_={"estimate": "8"}), "estimate", "8"), (dict(set_={"estimate": "0.5"}), "estimate", "0.5"),
                 (dict(set_={"estimate": ""}), "estimate", ""),
                 (dict(set_={"parent": parent}), "parent", parent), (dict(set_={"parent": ""}), "parent", ""),
                 (dict(set_={"due_date": "2026-12-24"}), "due_date", "2026-12-24"),
                 (dict(set_={"due_date": ""}), "due_date", ""),
                 (dict(add={"labels": ["bug", "safety"]}), "labels", ["bug", "safety"]),
                 (dict(remove={"labels": ["bug", "never there"]}), "labels", ["safety"]),
                 (dict(add={"labels": ["safety"]}), "labels", ["safety"]),
                 (dict(add={"assignees": ["alice"]}), "assignees", ["alice"]),
                 (dict(add={"assignees": ["bob"]}, remove={"assignees": ["alice"]}), "assignees", ["bob"]))
        for parts, field, wanted in steps:
            with self.subTest(**parts):
                answer = self.push("update", "ticket", ids, **parts)
                self.assertEqual(answer.code, "ok", answer)
                self.assertEqual(answer.observation["fields"][field], wanted)
                self.assertEqual(self.driver.fetch("ticket", ids["external_id"]).observation["fields"],
                                 answer.observation["fields"])

    def test_update_of_a_set_keeps_what_others_added_meanwhile(self):
        made = self.create(title="shared", labels=["bug"])["external_id"]
        self.tracker.act("alice", "edit", made, labels=[{"name": "bug"}, {"name": "hers"}])
        seen = self.push("update", "ticket", {"external_id": made}, add={"labels": ["ours"]}, remove={"labels": ["bug"]})
        self.assertEqual(seen.observation["fields"]["labels"], ["hers", "ours"])

    def test_update_sends_only_what_changed(self):
        made = self.create(title="quiet", body="b")["external_id"]
        self.push("update", "ticket", {"external_id": made}, set_={"title": "louder"})
        before, after = self.writes()[-1]["before"], self.writes()[-1]["after"]
        self.assertEqual({name for name in after if after[name] != before[name]}, {"title", "updated_at"})

    def test_set_travels_as_additions_and_removals_where_mapped(self):
        document = mapping(get=None, probe=None)
        document["out"]["ticket"]["fields"] = {"title": "/title", "labels": {"path": "/labels", "each": "/name",
                                                                             "add": "/plus", "remove": "/minus"}}
        self.open(options=document)
        made = self.create(title="deltas", labels=["bug"])["external_id"]
        answer = self.push("update", "ticket", {"external_id": made}, add={"labels": ["x"]}, remove={"labels": ["bug"]})
        self.assertEqual((answer.code, "minus, plus" in answer.message), ("rejected", True))

    def test_set_that_cannot_be_read_is_not_overwritten(self):
        self.open(options=mapping(get=None))
        made = self.create(title="unreadable", labels=["bug"])["external_id"]
        answer = self.push("update", "ticket", {"external_id": made}, add={"labels": ["x"]})
        self.assertEqual((answer.code, answer.calls), ("rejected", 0))
        self.assertEqual(self.push("update", "ticket", {"external_id": made}, set_={"title": "fine"}).code, "ok")

    def test_comment_round_trip(self):
        ticket = self.create(title="talk")["external_id"]
        op = marker()
        made = self.push("create", "comment", {"parent_external_id": ticket}, op, set_={"body": "hello"})
        self.assertEqual((made.code, made.observation["fields"]), ("ok", {"body": "hello"}), made)
        ids = {"external_id": made.observation["external_id"], "parent_external_id": ticket}
        changed = self.push("update", "comment", ids, set_={"body": "hello again"})
        self.assertEqual(changed.observation["fields"], {"body": "hello again"})
        self.assertEqual(Pulled(self.driver).comments[ids["external_id"]]["fields"], {"body": "hello again"})
        again = self.push("create", "comment", {"parent_external_id": ticket}, op, set_={"body": "hello"})
        self.assertEqual((again.code, again.observation["external_id"]), ("ok", ids["external_id"]))

    def test_what_the_mapping_does_not_have_is_rejected_with_advice(self):
        document = mapping()
        document["out"]["ticket"]["fields"] = {"title": "/title", "estimate": "/points"}
        del document["out"]["comment"]
        self.open(options=document)
        for change, kind, parts in (("create", "ticket", {"set_": {"title": "x", "body": "y"}}),
                                    ("create", "ticket", {"set_": {"title": "x", "estimate": "many"}}),
                                    ("create", "ticket", {"set_": {"title": ["x"]}}),
                                    ("create", "comment", {"set_": {"body": "x"}}),
                                    ("delete", "comment", {}),
                                    ("update", "ticket", {"add": {"title": ["x"]}})):
            ids = {"external_id": "t1", "parent_external_id": "t1"}
            answer = self.push(change, kind, ids, **parts)
            with self.subTest(kind=kind, **parts):
                self.assertEqual((answer.code, answer.calls, len(answer.message) > 20), ("rejected", 0, True), answer)

    def test_update_of_a_deleted_ticket_is_gone(self):
        made = self.create(title="short lived")["external_id"]
        self.gone(made)
        self.assertEqual(self.push("update", "ticket", {"external_id": made}, set_={"title": "x"}).code, "gone")

    def test_write_without_operation_or_target_is_rejected(self):
        for order in (intent("create", "ticket", op_id=""), intent("update", "ticket", external_id=""),
                      intent("update", "ticket", external_id="..")):
            answer = self.driver.call("push", intent=order, payload=payload({"title": "x"}))
            self.assertEqual((answer.code, answer.calls), ("rejected", 0))

    def test_requests_without_a_secret_are_not_signed(self):
        self.open(credential={"token": "sandbox-token"})
        self.assertEqual(self.driver.pull().code, "auth")
        self.open(credential={"secret": SECRET})
        self.assertEqual(self.driver.pull().code, "auth")


class Lost(WebhookCase):
    def test_lost_answer_is_uncertain_and_found_by_its_key(self):
        for fault in ("reset_after_commit", "truncate", "garbage", "status_after_commit"):
            op = marker()
            self.fault(fault, "tickets", "POST")
            with self.subTest(fault=fault):
                self.assertEqual(self.driver.call("push", **create_ticket(op, title=fault)).code, "uncertain")
                order = intent("create", "ticket", op_id=op.partition(":")[0])
                found = self.driver.call("find", intent=order, marker=op)
                self.assertEqual((found.code, found.calls), ("ok", 1), found)
                self.assertEqual((found.observation["fields"]["title"], found.observation["marker"]), (fault, op))

    def test_creation_that_never_arrived_is_not_found_and_may_be_repeated(self):
        op = marker()
        self.fault("reset_before", "tickets", "POST")
        self.assertEqual(self.driver.call("push", **create_ticket(op, title="late")).code, "uncertain")
        order = intent("create", "ticket", op_id=op.partition(":")[0])
        self.assertEqual(self.driver.call("find", intent=order, marker=op).code, "gone")
        self.create(op, title="late")
        self.assertEqual(self.driver.call("find", intent=order, marker=op).code, "ok")

    def test_lost_comment_is_found_by_its_key(self):
        ticket = self.create(title="talk")["external_id"]
        op = marker()
        self.fault("reset_after_commit", "comments", "POST")
        ids = {"parent_external_id": ticket}
        self.assertEqual(self.push("create", "comment", ids, op, set_={"body": "once"}).code, "uncertain")
        order = intent("create", "comment", op_id=op.partition(":")[0], **ids)
        self.assertEqual(self.driver.call("find", intent=order, marker=op).observation["fields"], {"body": "once"})

    def test_probe_that_shows_somebody_elses_ticket_is_not_believed(self):
        order = intent("create", "ticket")
        row = next(iter(self.tracker.tickets().values()))
        for body in ([row], [dict(row, idempotency_key="another")]):
            self.tracker.control("faults", {"match": {"query": "key="}, "fault": "status", "status": 200,
                                            "body": json.dumps({"items": body})})
            self.assertEqual(self.driver.call("find", intent=order, marker=marker()).code, "rejected")

    def test_probe_whose_answer_is_another_is_no_proof_of_absence(self):
        order = intent("create", "ticket")
        for body in ("{}", '{"items":{}}', "[]", "<html>", '{"items":[{}]}'):
            self.tracker.control("faults", {"match": {"query": "key="}, "fault": "status", "status": 200, "body": body})
            with self.subTest(body=body):
                self.assertEqual(self.driver.call("find", intent=order, marker=marker()).code, "retry")

    def test_without_probe_a_creation_is_repeated_only_where_keys_are_honoured(self):
        document = mapping(probe=None)
        self.open(options=document)
        answer = self.driver.call("find", intent=intent("create", "ticket"), marker=marker())
        self.assertEqual((answer.code, "probe" in answer.message), ("rejected", True))
        document["out"]["ticket"]["honours_idempotency_key"] = True
        self.open(options=document)
        self.assertEqual(self.driver.call("find", intent=intent("create", "ticket"), marker=marker()).code, "gone")

    def test_creation_that_somebody_deleted_since_is_not_made_again(self):
        op = marker()
        self.gone(self.create(op, title="unwanted")["external_id"])
        order = intent("create", "ticket", op_id=op.partition(":")[0])
        for answer in (self.driver.call("push", **create_ticket(op, title="unwanted")),
                       self.driver.call("find", intent=order, marker=op)):
            self.assertEqual((answer.code, "deleted" in answer.message), ("rejected", True), answer)

    def test_answer_with_only_an_id_inside_is_fetched(self):
        document = mapping()
        document["out"]["ticket"]["answer"] = "/made"
        self.open(options=document)
        there = self.add_ticket("shown by its id")
        self.fault("status_after_commit", "tickets", "POST", status=201, body=json.dumps({"made": {"id": there}}))
        self.assertEqual(self.create(title="x")["fields"]["title"], "shown by its id")

    def test_update_whose_answer_shows_too_little_is_fetched(self):
        made = self.create(title="one")["external_id"]
        self.fault("status_after_commit", made, "PATCH", status=200, body="{}")
        answer = self.push("update", "ticket", {"external_id": made}, set_={"title": "two"})
        self.assertEqual((answer.code, answer.observation["fields"]["title"]), ("ok", "two"))
        self.open(options=mapping(get=None))
        self.fault("status_after_commit", made, "PATCH", status=200, body="{}")
        self.assertEqual(self.push("update", "ticket", {"external_id": made}, set_={"title": "three"}).code, "uncertain")


if __name__ == "__main__":
    tap.main(__name__)
