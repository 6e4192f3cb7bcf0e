#!/usr/bin/python3
"""The Jira connector against the stand-in: several issues made at once."""

import json
import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from create_many import PUSH_MANY_MAX, CreateManyContract, creations, titled  # noqa: E402
from jira_case import JiraCase  # noqa: E402

BULK = "/issue/bulk$"


class CreateMany(CreateManyContract, JiraCase):
    many_calls = 2  # the creation, and reading them
    refuse = ({"title": "x" * 300}, "title")
    petra = "Petra Novak"

    def fault_many(self, kind, **more):
        self.fault(kind, method="POST", path=BULK, **more)

    def limit_many(self):
        self.fault_many("status", status=429, headers={"Retry-After": "1"})

    def open_reader(self):
        self.open(token="reader-token", login="rita")

    def issues_made(self):
        return [one["path"] for one in self.requests()["log"] if one["method"] == "POST" and one["path"].endswith(("/issue", "/issue/bulk"))]

    def test_create_many_refuses_each_by_itself_in_one_call(self):
        self.warm()
        self.jira.control("requests", method="DELETE")
        fields, _ = self.refuse
        answer = self.driver.create_many(creations(fields, {"title": "the only one"}, fields))
        self.assertEqual(self.codes(answer), ["rejected", "ok", "rejected"])
        self.assertIn("255", answer.outcomes[0].message)
        self.assertEqual(len(self.issues_made()), 1)

    def test_create_many_carries_text_marker_and_people(self):
        asked = creations({"title": "first", "body": "- a *b*", "labels": ["l"], "assignees": [self.petra]},
                          {"title": "second", "type": "Bug", "body": "text"})
        answer = self.driver.create_many(asked)
        self.assertEqual(self.codes(answer), ["ok"] * 2)
        first, second = (one.observation for one in answer.outcomes)
        self.assertEqual((first["fields"]["labels"], first["fields"]["assignees"]), (["l"], [self.petra]))
        self.assertEqual(second["fields"]["type"], "Bug")
        for one in (first, second):
            again = self.seen(one["external_id"])
            self.assertEqual((again["marker"], again["fields"]), (one["marker"], one["fields"]))

    def test_create_many_brings_each_to_its_status(self):
        asked = creations({"title": "open"}, {"title": "busy", "status": "In Progress"}, {"title": "over", "status": "Done"},
                          {"title": "nowhere", "status": "No such status"})
        answer = self.driver.create_many(asked)
        self.assertEqual(self.codes(answer), ["ok"] * 4)
        seen = [one.observation for one in answer.outcomes]
        self.assertEqual([one["fields"]["status"] for one in seen], ["To Do", "In Progress", "Done", "To Do"])
        self.assertEqual([self.seen(one["external_id"])["fields"]["status"] for one in seen],
                         ["To Do", "In Progress", "Done", "To Do"])
        self.assertEqual([[no["field"] for no in one.get("refused", [])] for one in seen], [[], [], [], ["status"]])

    def test_create_many_whose_status_fails_is_uncertain_of_that_one_alone(self):
        self.fault("status", method="POST", path="/transitions$", status=500)
        asked = creations({"title": "stays"}, {"title": "moves", "status": "Done"})
        self.assertEqual(self.codes(self.driver.create_many(asked)), ["ok", "uncertain"])
        self.assertEqual(self.find(asked[1]).code, "ok")

    def test_create_many_that_cannot_be_read_is_uncertain_never_rejected(self):
        reading = "bulkfetch" if not self.data_center else r"/issue/\d+$"
        self.warm()
        for fault in ({"fault": "status", "status": 500}, {"fault": "status", "status": 403}, {"fault": "garbage"}):
            with self.subTest(**fault):
                asked = titled(2, "unread")
                self.fault(method="GET" if self.data_center else "POST", path=reading, times=2, **fault)
                self.assertEqual(self.codes(self.driver.create_many(asked)), ["uncertain"] * 2)
                self.jira.control("faults", method="DELETE")
                self.assertEqual([self.find(one).code for one in asked], ["ok"] * 2)

    def test_create_many_that_is_limited_while_people_are_looked_up_makes_nothing(self):
        self.warm()
        self.jira.control("requests", method="DELETE")
        self.fault("status", method="GET", path="/user/assignable/search", status=429, headers={"Retry-After": "7"})
        answer = self.driver.create_many(creations({"title": "unsent: a"}, {"title": "unsent: b", "assignees": [self.petra]},
                                                   {"title": "unsent: c"}))
        self.assertEqual((self.codes(answer), answer.calls), (["retry"] * 3, 1))
        self.assertGreater(answer.usage["blocked_until_ms"], 0)
        self.assertEqual((self.issues_made(), self.titles_like("unsent: ")), ([], []))

    def test_create_many_with_an_answer_that_names_other_issues_is_uncertain_and_moves_none(self):
        strangers = [self.add_ticket("a stranger %d" % number) for number in range(2)]
        lie = {"issues": [{"id": number, "key": "ROCKET-1", "self": "x"} for number in strangers], "errors": []}
        self.fault_many("status_after_commit", status=201, body=json.dumps(lie))
        asked = creations({"title": "a", "status": "Done"}, {"title": "b", "status": "Done"})
        self.assertEqual(self.codes(self.driver.create_many(asked)), ["uncertain"] * 2)
        self.assertEqual([self.seen(number)["fields"]["status"] for number in strangers], ["To Do"] * 2)

    def test_create_many_with_an_answer_that_does_not_tell_is_uncertain(self):
        for lie in ({"issues": [], "errors": []}, {"issues": [{"id": "10001"}], "errors": []}, {}, [],
                    {"issues": [], "errors": [{"failedElementNumber": 0, "status": 400}, {"failedElementNumber": 7}]}):
            with self.subTest(answer=lie):
                self.fault_many("status_after_commit", status=201, body=json.dumps(lie))
                self.assertEqual(self.codes(self.driver.create_many(titled(2, "told badly"))), ["uncertain"] * 2)

    def test_create_many_whose_elements_fail_otherwise(self):
        """What a status means, it means for its element alone."""
        errors = [{"status": status, "elementErrors": {"errorMessages": ["no"], "errors": {}}, "failedElementNumber": number}
                  for number, status in enumerate((500, 429, 401, 0))]
        self.fault_many("status", status=400, body=json.dumps({"issues": [], "errors": errors}))
        answer = self.driver.create_many(titled(4, "failing otherwise"))
        self.assertEqual(self.codes(answer), ["uncertain", "retry", "auth", "uncertain"])

    def test_create_many_that_is_refused_as_a_whole_makes_them_singly(self):
        for number, body in enumerate(('{"errorMessages":["INVALID_INPUT"],"errors":{}}', "<html>", "[]")):
            with self.subTest(body=body):
                self.fault_many("status", status=400, body=body)
                answer = self.driver.create_many(titled(2, "singly %d" % number))
                self.assertEqual(self.codes(answer), ["ok"] * 2)
                self.assertEqual(len(self.titles_like("singly %d" % number)), 2)

    def test_create_many_below_a_parent(self):
        if self.data_center:
            self.skipTest("Data Center's epics are no parents")
        epic = self.create(title="an epic", type="Epic")["external_id"]
        answer = self.driver.create_many(creations({"title": "c1", "type": "Story", "parent": epic},
                                                   {"title": "c2", "parent": "99999999"}))
        self.assertEqual([(one.code, one.field) for one in answer.outcomes], [("ok", ""), ("rejected", "parent")])


class DataCenterCreateMany(CreateMany):
    """One call to make them, one each to read them."""

    data_center = True
    petra = "petra"
    many_calls = 1 + PUSH_MANY_MAX

    def open_reader(self):
        self.open(token="reader-token")


if __name__ == "__main__":
    tap.main(__name__)
