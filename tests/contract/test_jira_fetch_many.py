#!/usr/bin/python3
"""The Jira connector against the stand-in: several issues at once."""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from fetch_many import FETCH_MANY_MAX, FetchManyContract  # noqa: E402
from jira_case import JiraCase  # noqa: E402


class FetchMany(FetchManyContract, JiraCase):
    def move(self, number):
        self.jira.act("petra", "move", self.key(number), to="ENGINE")

    def break_one(self, number):
        self.jira.control("failing", {"issues": [number]})
        self.addCleanup(self.jira.control, "failing", {"issues": []})

    def test_fetch_many_in_a_project_out_of_reach_is_auth_and_never_gone(self):
        numbers = [self.add_ticket("hidden") for _ in range(2)]
        self.open(token="narrow-token", login="nina")
        self.assertEqual(self.driver.fetch_many("ticket", numbers).code, "auth")

    def test_fetch_many_shows_the_marker_and_the_text_as_written(self):
        made = [self.create(title="one of two", body="- a *b*") for _ in range(2)]
        seen = self.driver.fetch_many("ticket", [one["external_id"] for one in made]).observations
        self.assertEqual([(one["marker"], one["fields"]) for one in seen],
                         [(one["marker"], one["fields"]) for one in made])

    def test_fetch_many_that_fails_as_a_whole_is_a_retry(self):
        numbers = [one["external_id"] for one in self.several(2)]
        for fault in ({"fault": "status", "status": 500}, {"fault": "reset_before"}, {"fault": "garbage"}):
            with self.subTest(**fault):
                self.fault(method="POST", path="bulkfetch", **fault)
                self.assertEqual(self.driver.fetch_many("ticket", numbers).code, "retry")


class DataCenterFetchMany(FetchManyContract, JiraCase):
    """One call each: the stand-in's answer for several is never asked for."""

    data_center = True
    many_calls = FETCH_MANY_MAX
    move = FetchMany.move

    def break_one(self, number):
        self.jira.control("failing", {"issues": [number]})
        self.addCleanup(self.jira.control, "failing", {"issues": []})
        self.many_calls = 3


if __name__ == "__main__":
    tap.main(__name__)
