#!/usr/bin/python3
"""The Jira connector against the stand-in: several issues changed together."""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from contract import intent, payload  # noqa: E402
from jira_case import JiraCase  # noqa: E402

MANY = 20


class ChangeMany(JiraCase):
    def issues_titled(self, *titles):
        return [self.create(title=title)["external_id"] for title in titles]

    def change(self, *changes, fresh=()):
        """Each change is an id and what is set; `fresh`: what was seen of each before."""
        pushes = [{"intent": intent("update", "ticket", external_id=number), "payload": payload(fields)}
                  for number, fields in changes]
        for push, seen in zip(pushes, fresh):
            push["fresh"] = seen
        return self.driver.change_many(pushes)

    def codes(self, answer):
        return [one.code for one in answer.outcomes]

    def shown(self, numbers, field="title"):
        return [self.seen(number)["fields"].get(field) for number in numbers]

    def person(self, number, **fields):
        """What Petra does just before our next write."""
        self.jira.control("clock", {"advance_s": 1})
        self.fault("meanwhile", "PUT", path="/issue/%s" % number,
                   act={"actor": "petra", "do": "edit", "key": self.key(number), "fields": fields})

    def test_change_many_gives_what_push_gives_in_the_order_asked_for(self):
        numbers = self.issues_titled(*("one of %d" % n for n in range(MANY)))[::-1]
        answer = self.change(*((number, {"title": "new %d" % n, "priority": "High"}) for n, number in enumerate(numbers)))
        self.assertEqual(self.codes(answer), ["ok"] * MANY)
        self.assertEqual(answer.calls, MANY * 3 if self.data_center else MANY + 2)
        self.assertEqual([one.observation for one in answer.outcomes],
                         [dict(self.without_etag(self.seen(number)), replaced=one.observation["replaced"])
                          for number, one in zip(numbers, answer.outcomes)])
        self.assertEqual(self.shown(numbers), ["new %d" % n for n in range(MANY)])
        self.assertEqual([one.observation["replaced"]["title"] for one in answer.outcomes],
                         ["one of %d" % n for n in range(MANY)][::-1])

    @staticmethod
    def without_etag(seen):
        return {name: value for name, value in seen.items() if name != "etag"}

    def test_change_many_of_one_or_none(self):
        number, = self.issues_titled("alone")
        self.assertEqual(self.codes(self.change((number, {"title": "changed"}))), ["ok"])
        answer = self.driver.change_many([])
        self.assertEqual((answer.outcomes, answer.calls), ([], 0))

    def test_change_many_one_refused_leaves_the_others(self):
        numbers = self.issues_titled("a", "b", "c")
        answer = self.change((numbers[0], {"title": "A"}), (numbers[1], {"title": "x" * 300}), (numbers[2], {"title": "C"}))
        self.assertEqual(self.codes(answer), ["ok", "rejected", "ok"])
        self.assertEqual(answer.outcomes[1].field, "title")
        self.assertEqual(self.shown(numbers), ["A", "b", "C"])

    def test_change_many_texts_and_statuses_go_by_themselves(self):
        numbers = self.issues_titled("a", "b", "c")
        answer = self.change((numbers[0], {"body": "plain words"}), (numbers[1], {"title": "B", "status": "Done"}),
                             (numbers[2], {"title": "C"}))
        self.assertEqual(self.codes(answer), ["ok"] * 3)
        self.assertEqual(self.shown(numbers), ["a", "B", "C"])
        self.assertEqual(self.shown(numbers, "status")[1], "Done")
        self.assertEqual(self.shown(numbers, "body")[0].strip(), "plain words")

    def test_change_many_of_a_deleted_one_is_gone(self):
        numbers = self.issues_titled("a", "b", "c")
        self.jira.act("petra", "delete", self.key(numbers[1]))
        answer = self.change(*((number, {"title": "new"}) for number in numbers))
        self.assertEqual(self.codes(answer), ["ok", "gone", "ok"])

    def test_change_many_tells_what_somebody_wrote_meanwhile(self):
        numbers = self.issues_titled("a", "b")
        self.person(numbers[1], summary="by Petra")
        answer = self.change(*((number, {"title": "ours"}) for number in numbers))
        self.assertEqual([one.observation["replaced"]["title"] for one in answer.outcomes], ["a", "by Petra"])

    def test_change_many_of_what_was_changed_since_the_look_is_decided_anew(self):
        numbers = self.issues_titled("a", "b")
        fresh = [self.seen(number) for number in numbers]
        self.edit_title(numbers[0], "by Petra")
        answer = self.change(*((number, {"title": "ours"}) for number in numbers), fresh=fresh)
        self.assertEqual(self.codes(answer), ["stale", "ok"])
        self.assertEqual(self.shown(numbers), ["by Petra", "ours"])

    def test_change_many_whose_answer_is_lost_is_uncertain_of_that_one_alone(self):
        numbers = self.issues_titled("a", "b", "c")
        for fault in ("reset_before", "reset_after_commit"):
            with self.subTest(fault=fault):
                self.fault(fault, "PUT", path="/issue/%s" % numbers[1])
                answer = self.change(*((number, {"title": fault}) for number in numbers))
                self.assertEqual(self.codes(answer), ["ok", "uncertain", "ok"])
                self.assertEqual(self.shown(numbers)[::2], [fault, fault])

    def test_change_many_that_is_limited_leaves_the_rest_untouched(self):
        numbers = self.issues_titled("a", "b", "c")
        self.fault("status", "PUT", path="/issue/%s" % numbers[1], status=429, headers={"Retry-After": "1"})
        answer = self.change(*((number, {"title": "new"}) for number in numbers))
        self.assertEqual(self.codes(answer), ["ok", "retry", "retry"])
        self.assertEqual(self.shown(numbers), ["new", "b", "c"])

    def test_change_many_that_cannot_be_read_afterwards_is_uncertain(self):
        numbers = self.issues_titled("a", "b")
        call = ("GET", "/issue/%s$" % numbers[1]) if self.data_center else ("POST", "bulkfetch")
        self.fault("status", call[0], path=call[1], status=500, skip=1)
        answer = self.change(*((number, {"title": "new"}) for number in numbers))
        self.assertEqual(self.codes(answer), ["ok" if self.data_center else "uncertain", "uncertain"])
        self.assertEqual(self.shown(numbers), ["new"] * 2)

    def test_change_many_reads_what_the_answer_leaves_out_by_itself(self):
        numbers = self.issues_titled("a", "b")
        if not self.data_center:
            self.fault("status", "POST", path="bulkfetch", status=200, body='{"issues":[],"issueErrors":[]}', skip=1)
        answer = self.change(*((number, {"title": "new " + number}) for number in numbers))
        self.assertEqual(self.codes(answer), ["ok"] * 2)
        self.assertEqual([one.observation["fields"]["title"] for one in answer.outcomes], ["new " + one for one in numbers])
        self.assertEqual([one.observation["replaced"] for one in answer.outcomes], [{"title": "a"}, {"title": "b"}])

    def test_change_many_without_a_right_is_refused_and_changes_nothing(self):
        numbers = self.issues_titled("a", "b")
        self.open(token="reader-token", login="rita")
        answer = self.change(*((number, {"title": "new"}) for number in numbers))
        self.assertEqual(len(set(self.codes(answer)) | {"rejected", "auth"}), 2)
        self.open()
        self.assertEqual(self.shown(numbers), ["a", "b"])


class DataCenterChangeMany(ChangeMany):
    data_center = True


if __name__ == "__main__":
    tap.main(__name__)
