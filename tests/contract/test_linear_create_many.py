#!/usr/bin/python3
"""The Linear connector against the stand-in: several issues made at once."""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from contract import create_ticket, marker  # noqa: E402
from create_many import PUSH_MANY_MAX, CreateManyContract, creations, titled  # noqa: E402
from linear_case import LinearCase  # noqa: E402

RATELIMITED = '{"errors":[{"message":"Rate limit exceeded","extensions":{"code":"RATELIMITED","type":"ratelimited"}}]}'


class CreateMany(CreateManyContract, LinearCase):
    many_calls = 1
    refuse = ({"title": "   "}, "")

    def fault_many(self, kind, **more):
        self.fault(kind, "^CreateIssues$", **more)

    def limit_many(self):
        self.fault_many("status", status=400, body=RATELIMITED, headers={"Retry-After": "1"})

    def open_reader(self):
        self.open(token="no-such-key")

    def test_create_many_carries_everything_in_one_mutation(self):
        parent = self.create(title="parent")["external_id"]
        self.create(title="warm", status="Todo", labels=["Bug"], assignees=["alice"], project="Launch pad", sprint="Cycle 3")
        self.linear.control("requests", method="DELETE")
        fields = {"title": "new", "body": "text", "status": "In Progress", "labels": ["Bug", "customer"],
                  "assignees": ["alice"], "priority": "Urgent", "estimate": "3", "parent": parent,
                  "due_date": "2026-01-31", "project": "Launch pad", "sprint": "Cycle 3"}
        answer = self.driver.create_many(creations(fields, dict(fields, title="newer")))
        self.assertEqual(self.codes(answer), ["ok"] * 2)
        for one, title in zip(answer.outcomes, ("new", "newer")):
            one.observation["fields"]["labels"].sort()
            self.assertEqual(one.observation["fields"], dict(fields, title=title))
        self.assertEqual(self.counts(), {"CreateIssues": 1})

    def test_create_many_have_our_ids_and_their_markers(self):
        asked = titled(3)
        answer = self.driver.create_many(asked)
        self.assertEqual([(one.observation["external_id"], one.observation["marker"]) for one in answer.outcomes],
                         [(one["intent"]["op_id"], one["payload"]["marker"]) for one in asked])

    def test_create_many_one_refused_costs_one_call_each(self):
        self.warm()
        self.linear.control("requests", method="DELETE")
        self.driver.create_many(creations({"title": "a"}, {"title": "  "}, {"title": "c"}))
        self.assertEqual(self.counts(), {"CreateIssues": 1, "CreateIssue": 3})

    def test_create_many_again_makes_nothing_new(self):
        asked = titled(3, "only once")
        first = self.driver.create_many(asked)
        for part in (asked, asked[:2] + titled(1, "besides")):
            again = self.driver.create_many(part)
            self.assertEqual(self.codes(again), ["ok"] * 3)
            self.assertEqual([one.observation["external_key"] for one in again.outcomes[:2]],
                             [one.observation["external_key"] for one in first.outcomes[:2]])
        self.assertEqual((len(self.titles_like("only once")), len(self.titles_like("besides"))), (3, 1))

    def test_create_many_with_an_error_beside_the_data_reads_each(self):
        self.warm()
        self.linear.control("partial_errors", {"next": 1})
        answer = self.driver.create_many(titled(2, "half an answer"))
        self.assertEqual(self.codes(answer), ["ok"] * 2)
        self.assertEqual([one.observation["fields"]["title"] for one in answer.outcomes],
                         ["half an answer 0", "half an answer 1"])

    def test_create_many_with_an_answer_that_leaves_some_out_reads_them(self):
        self.warm()
        self.linear.control("requests", method="DELETE")
        self.fault_many("status_after_commit", status=200, body='{"data":{"written":{"success":true,"issues":[]}}}')
        asked = titled(2, "left out")
        answer = self.driver.create_many(asked)
        self.assertEqual(self.codes(answer), ["ok"] * 2)
        self.assertEqual([(one.observation["external_id"], one.observation["fields"]["title"]) for one in answer.outcomes],
                         [(one["intent"]["op_id"], one["payload"]["set"]["title"]) for one in asked])
        self.assertEqual(self.counts(), {"CreateIssues": 1, "Issue": 2})

    def test_create_many_of_one_with_many_labels_shows_all(self):
        labels = ["label %d" % number for number in range(25)]
        self.create(title="labelled", labels=labels)
        answer = self.driver.create_many(creations({"title": "also", "labels": labels}, {"title": "plain"}))
        self.assertEqual([len(one.observation["fields"]["labels"]) for one in answer.outcomes], [25, 0])
        self.assertEqual(answer.calls, 2)

    def test_create_many_that_cannot_be_read_is_uncertain(self):
        self.warm()
        self.linear.control("partial_errors", {"next": 1})
        self.fault("status", "^Issue$", status=500)
        asked = titled(2, "unread")
        self.assertEqual(self.codes(self.driver.create_many(asked)), ["uncertain", "ok"])
        self.assertEqual(self.find(asked[0]).code, "ok")

    def test_create_many_makes_a_missing_label_once(self):
        answer = self.driver.create_many(creations({"title": "a", "labels": ["never seen"]}, {"title": "b", "labels": ["never seen"]}))
        self.assertEqual([one.observation["fields"]["labels"] for one in answer.outcomes], [["never seen"]] * 2)
        self.assertEqual(self.driver.words("labels").count("never seen"), 1)

    def test_create_many_stops_at_a_limit_while_they_are_made_singly(self):
        self.warm()
        self.fault("status", "^CreateIssue$", status=400, body=RATELIMITED, headers={"Retry-After": "1"}, skip=1)
        answer = self.driver.create_many(creations({"title": "before the limit"}, {"title": " "}, {"title": "after the limit"}))
        self.assertEqual(self.codes(answer), ["ok", "retry", "retry"])
        self.assertEqual(self.titles_like("after the limit"), [])

    def test_create_many_without_a_uuid_is_rejected_by_itself(self):
        bad = create_ticket(marker(), title="no id")
        bad["intent"]["op_id"] = "no-uuid"
        self.assertEqual(self.codes(self.driver.create_many(titled(1) + [bad])), ["ok", "rejected"])

    def test_create_many_is_within_the_points_of_one_query(self):
        self.linear.control("limits", {"query_complexity": 3000})
        answer = self.driver.create_many(titled(PUSH_MANY_MAX, "not complex"))
        self.assertEqual(answer.calls, self.many_calls + 1)  # and the team's id


if __name__ == "__main__":
    tap.main(__name__)
