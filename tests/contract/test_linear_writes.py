#!/usr/bin/python3
"""The Linear connector against the stand-in: what it writes, and finds again after a lost answer."""

import json
import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from contract import create_ticket, intent, marker, payload  # noqa: E402
from driver import Pulled  # noqa: E402
from linear_case import LinearCase  # noqa: E402


class Writing(LinearCase):
    def test_create_carries_everything_in_one_mutation(self):
        parent = self.create(title="parent")["external_id"]
        self.create(title="warm", status="Todo", labels=["Bug"], assignees=["alice"], project="Launch pad",
                    sprint="Cycle 3")
        self.linear.control("requests", method="DELETE")
        fields = {"title": "new", "body": "text", "status": "In Progress", "labels": ["Bug", "customer"],
                  "assignees": ["alice"], "priority": "Urgent", "estimate": "3", "parent": parent,
                  "due_date": "2026-01-31", "project": "Launch pad", "sprint": "Cycle 3"}
        seen = self.create(**fields)
        seen["fields"]["labels"].sort()
        self.assertEqual(seen["fields"], fields)
        self.assertTrue(seen["author_is_self"])
        self.assertEqual(self.counts(), {"CreateIssue": 1})

    def test_create_has_our_id_and_leaves_no_trace_in_the_body(self):
        op = marker()
        seen = self.create(op, title="plain", body="only this")
        self.assertEqual((seen["external_id"], seen["marker"]), (op.partition(":")[0], op))
        found = self.linear.ask("query B($id: String!) { issue(id: $id) { description } }", {"id": seen["external_id"]})
        self.assertEqual(found["issue"]["description"], "only this")

    def test_create_makes_labels_that_are_missing(self):
        self.assertEqual(self.create(title="x", labels=["brand new"])["fields"]["labels"], ["brand new"])
        self.assertIn("brand new", self.driver.words("labels"))

    def test_create_again_under_the_same_id_makes_nothing_new(self):
        op = marker()
        first = self.create(op, title="once")
        before = self.linear.control("health")["teams"]["ENG"]
        again = self.create(op, title="once")
        self.assertEqual((again["external_id"], again["external_key"]), (first["external_id"], first["external_key"]))
        self.assertEqual(self.linear.control("health")["teams"]["ENG"], before)

    def test_update_round_trips(self):
        parent = self.create(title="parent")["external_id"]
        ids = {"external_id": self.create(title="one", body="b")["external_id"]}
        steps = ((dict(set_={"title": "two"}), "title", "two"),
                 (dict(set_={"body": "c"}), "body", "c"), (dict(set_={"body": ""}), "body", ""),
                 (dict(set_={"status": "Done"}), "status", "Done"), (dict(set_={"status": "todo"}), "status", "Todo"),
                 (dict(set_={"priority": "low"}), "priority", "Low"), (dict(set_={"priority": ""}), "priority", ""),
                 (dict(set_={"estimate": "8"}), "estimate", "8"), (dict(set_={"estimate": ""}), "estimate", ""),
                 (dict(set_={"parent": parent}), "parent", parent), (dict(set_={"parent": ""}), "parent", ""),
                 (dict(set_={"due_date": "2026-12-24"}), "due_date", "2026-12-24"),
                 (dict(set_={"due_date": ""}), "due_date", ""),
                 (dict(set_={"project": "Fuel efficiency"}), "project", "Fuel efficiency"),
                 (dict(set_={"project": ""}), "project", ""),
                 (dict(set_={"sprint": "Kick-off"}), "sprint", "Kick-off"), (dict(set_={"sprint": ""}), "sprint", ""),
                 (dict(add={"labels": ["Bug", "customer"]}), "labels", ["Bug", "customer"]),
                 (dict(remove={"labels": ["Bug", "never there"]}), "labels", ["customer"]),
                 (dict(add={"assignees": ["alice"]}), "assignees", ["alice"]),
                 (dict(remove={"assignees": ["bob"]}), "assignees", ["alice"]),
                 (dict(add={"assignees": ["bob"]}, remove={"assignees": ["alice"]}), "assignees", ["bob"]),
                 (dict(remove={"assignees": ["bob"]}), "assignees", []),
                 (dict(add={"assignees": ["carol@acme.example"]}), "assignees", ["carol"]),
                 (dict(add={"labels": ["Feature"]}, set_={"title": "three"}), "title", "three"))
        for parts, field, wanted in steps:
            with self.subTest(**parts):
                answer = self.push("update", "ticket", ids, **parts)
                self.assertEqual(answer.code, "ok", answer)
                self.assertEqual(answer.observation["fields"][field], wanted)
                self.assertEqual(self.driver.fetch("ticket", ids["external_id"]).observation["fields"],
                                 answer.observation["fields"])

    def test_update_leaves_what_others_did_meanwhile(self):
        made = self.create(title="shared", labels=["Bug"])["external_id"]
        self.linear.act("alice", "edit", made, priority=1, assignee="bob")
        self.linear.act("alice", "label", made, labels=["customer"])
        seen = self.push("update", "ticket", {"external_id": made}, set_={"title": "ours"}, add={"labels": ["Feature"]},
                         remove={"labels": ["Bug"]}).observation["fields"]
        self.assertEqual((seen["priority"], seen["assignees"], sorted(seen["labels"])),
                         ("Urgent", ["bob"], ["Feature", "customer"]))

    def test_update_sends_only_what_changed(self):
        made = self.create(title="quiet", body="b")["external_id"]
        before = self.linear.control("health")["history_seq"]
        self.push("update", "ticket", {"external_id": made}, set_={"title": "louder"})
        entries = self.linear.control("history?since_seq=%d" % before)["entries"]
        self.assertEqual([(one["action"], one["after"]) for one in entries], [("update", {"title": "louder"})])

    def test_update_of_nothing_writes_nothing(self):
        made = self.create(title="same", labels=["Bug"])["external_id"]
        before = self.linear.control("health")["history_seq"]
        self.assertEqual(self.push("update", "ticket", {"external_id": made}, remove={"assignees": ["bob"]}).code, "ok")
        self.assertEqual(self.linear.control("health")["history_seq"], before)

    def test_update_comes_back_as_linear_writes_it(self):
        made = self.create(title="markdown", body="- a *b*  \r\n- c")
        self.assertEqual(made["fields"]["body"], "* a _b_\n* c")

    def test_comment_round_trip(self):
        issue = self.create(title="talk")["external_id"]
        op = marker()
        made = self.push("create", "comment", {"parent_external_id": issue}, op, set_={"body": "hello"})
        self.assertEqual(made.code, "ok", made)
        self.assertEqual((made.observation["external_id"], made.observation["fields"]),
                         (op.partition(":")[0], {"body": "hello"}))
        ids = {"external_id": made.observation["external_id"], "parent_external_id": issue}
        changed = self.push("update", "comment", ids, set_={"body": "hello again"})
        self.assertEqual(changed.observation["fields"], {"body": "hello again"})
        self.assertEqual(Pulled(self.driver).comments[ids["external_id"]]["fields"], {"body": "hello again"})
        again = self.push("create", "comment", {"parent_external_id": issue}, op, set_={"body": "hello"})
        self.assertEqual((again.code, again.observation["external_id"]), ("ok", ids["external_id"]))

    def test_comment_of_somebody_else_is_not_changed(self):
        issue = self.add_ticket("theirs")
        comment = self.linear.act("alice", "comment", issue, body="mine")["comment"]["id"]
        answer = self.push("update", "comment", {"external_id": comment, "parent_external_id": issue}, set_={"body": "x"})
        self.assertEqual(answer.code, "rejected")

    def test_words_that_linear_does_not_have_are_rejected_with_advice(self):
        cases = ({"status": "Never"}, {"priority": "Sky high"}, {"estimate": "2.5"}, {"estimate": "many"},
                 {"parent": "ENG-1"}, {"due_date": "tomorrow"}, {"due_date": "2026-02-30"}, {"project": "Never"},
                 {"sprint": "Cycle 99"}, {"assignees": ["nobody"]}, {"assignees": ["alice", "bob"]},
                 {"labels": "one"}, {"title": ["x"]})
        before = self.linear.control("health")["history_seq"]
        for fields in cases:
            with self.subTest(**fields):
                answer = self.driver.call("push", **create_ticket(marker(), **dict({"title": "x"}, **fields)))
                self.assertEqual(answer.code, "rejected", answer)
                self.assertTrue(len(answer.message) > 20, answer.message)
        self.assertEqual(self.linear.control("health")["history_seq"], before)

    def test_status_that_was_made_meanwhile_is_found(self):
        self.create(title="warm", status="Todo")
        self.linear.act("alice", "rename_state", **{"from": "In Review", "to": "Reviewing"})
        self.assertEqual(self.create(title="x", status="Reviewing")["fields"]["status"], "Reviewing")

    def test_write_without_an_id_of_linear_is_rejected(self):
        for order in (intent("update", "ticket", external_id="12"), intent("create", "ticket", op_id="7"),
                      intent("create", "comment", parent_external_id="x")):
            answer = self.driver.call("push", intent=order, payload=payload({"title": "x"}))
            self.assertEqual((answer.code, answer.calls), ("rejected", 0))

    def test_update_of_a_deleted_issue_is_gone(self):
        issue = self.create(title="short lived")["external_id"]
        self.linear.act("alice", "delete", issue)
        self.assertEqual(self.push("update", "ticket", {"external_id": issue}, set_={"title": "x"}).code, "gone")


class Labels(LinearCase):
    def test_label_of_a_long_list_is_found_and_not_made_again(self):
        """Linear lists the newest first: the oldest is beyond the first page."""
        for number in range(260):
            self.linear.act("alice", "create_label", team="ENG", name="many %d" % number)
        seen = self.create(title="x", labels=["many 0", "many 259"])["fields"]["labels"]
        self.assertEqual(sorted(seen), ["many 0", "many 259"])
        counts = self.counts()
        self.assertEqual((counts["Labels"], counts.get("CreateLabel")), (2, None))
        self.assertLessEqual({"many %d" % number for number in range(260)}, set(self.driver.words("labels")))

    def test_new_label_that_does_not_come_back_is_looked_for_again(self):
        answers = ({"id": "11111111-2222-4333-8444-555555555555", "name": "another", "isGroup": False}, None)
        for number, label in enumerate(answers):
            name = "silent %d" % number
            self.fault("status_after_commit", "^CreateLabel$", status=200,
                       body=json.dumps({"data": {"written": {"success": True, "issueLabel": label}}}))
            with self.subTest(label=label):
                answer = self.driver.call("push", **create_ticket(marker(), title=name, labels=[name]))
                self.assertEqual((answer.code, answer.message), ("retry", 'the new label "%s" did not come back' % name))
                self.assertNotIn(name, self.world_tickets().values())
                self.assertEqual(self.create(title=name, labels=[name])["fields"]["labels"], [name])
                self.assertEqual(self.driver.words("labels").count(name), 1)


class Lost(LinearCase):
    def test_lost_answer_is_uncertain_and_found_by_its_id(self):
        for fault in ("reset_after_commit", "truncate", "garbage", "status_after_commit"):
            op = marker()
            self.fault(fault, "CreateIssue")
            with self.subTest(fault=fault):
                self.assertEqual(self.driver.call("push", **create_ticket(op, title=fault)).code, "uncertain")
                order = intent("create", "ticket", op_id=op.partition(":")[0])
                found = self.driver.call("find", intent=order, marker=op)
                self.assertEqual((found.code, found.observation["fields"]["title"], found.observation["marker"]),
                                 ("ok", fault, op))
                self.assertEqual(found.calls, 1)

    def test_creation_that_never_arrived_is_not_found_and_may_be_repeated(self):
        op = marker()
        self.fault("reset_before", "CreateIssue")
        self.assertEqual(self.driver.call("push", **create_ticket(op, title="late")).code, "uncertain")
        order = intent("create", "ticket", op_id=op.partition(":")[0])
        self.assertEqual(self.driver.call("find", intent=order, marker=op).code, "gone")
        self.assertEqual(self.create(op, title="late")["external_id"], order["op_id"])

    def test_find_sees_what_lists_do_not_show_yet(self):
        self.linear.control("lag", {"ms": 60_000})
        op = marker()
        made = self.create(op, title="lagging")
        self.assertNotIn(made["external_id"], Pulled(self.driver).tickets)
        order = intent("create", "ticket", op_id=op.partition(":")[0])
        self.assertEqual(self.driver.call("find", intent=order, marker=op).code, "ok")

    def test_lost_comment_is_found_by_its_id(self):
        issue = self.create(title="talk")["external_id"]
        op = marker()
        self.fault("reset_after_commit", "CreateComment")
        ids = {"parent_external_id": issue}
        self.assertEqual(self.push("create", "comment", ids, op, set_={"body": "once"}).code, "uncertain")
        order = intent("create", "comment", op_id=op.partition(":")[0], **ids)
        self.assertEqual(self.driver.call("find", intent=order, marker=op).observation["fields"], {"body": "once"})

    def test_data_beside_errors_counts_as_written(self):
        self.create(title="warm")
        self.linear.control("partial_errors", {"next": 1})
        self.assertEqual(self.create(title="half an answer")["fields"]["title"], "half an answer")


if __name__ == "__main__":
    tap.main(__name__)
