#!/usr/bin/python3
"""The Linear connector against the stand-in: several issues or comments at once."""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from contract import marker  # noqa: E402
from fetch_many import FetchManyContract  # noqa: E402
from linear_case import LinearCase  # noqa: E402


class FetchMany(FetchManyContract, LinearCase):
    def move(self, number):
        self.linear.act("alice", "move", number, to="OPS")

    def break_one(self, number):
        """The second-to-last node of four lacks its assignee, whatever it is, and an error says so."""
        self.linear.control("partial_errors", {"next": 1, "path": ["issues", "nodes", self.place_of(number), "assignee"]})

    def place_of(self, number):
        """Lists are newest first, as the world's are."""
        return [one["external_id"] for one in self.several(4)].index(number)

    def test_fetch_many_with_an_error_of_the_whole_is_a_retry(self):
        numbers = [one["external_id"] for one in self.several(2)]
        self.linear.control("partial_errors", {"next": 1})
        self.assertEqual(self.driver.fetch_many("ticket", numbers).code, "retry")

    def test_fetch_many_in_a_team_out_of_reach_is_auth_and_never_gone(self):
        numbers = [one["external_id"] for one in self.several(2)]
        self.open(remote="NONE")
        self.assertEqual(self.driver.fetch_many("ticket", numbers).code, "auth")

    def test_fetch_many_of_one_with_many_labels_shows_all(self):
        made = self.create(title="labelled", labels=["label %d" % i for i in range(25)])
        plain, = self.several(1)
        asked = [made["external_id"], plain["external_id"]]
        seen = self.driver.fetch_many("ticket", asked)
        self.assertEqual(len(seen.observations[0]["fields"]["labels"]), 25)
        self.assertEqual(seen.calls, 2)

    def test_fetch_many_of_comments_is_one_call(self):
        issue = self.create(title="talk")["external_id"]
        made = [self.push("create", "comment", {"parent_external_id": issue}, op, set_={"body": body}).observation
                for op, body in ((marker(), "one"), (marker(), "two"))]
        asked = [one["external_id"] for one in reversed(made)]
        seen = self.driver.fetch_many("comment", asked)
        self.assertEqual([one["fields"]["body"] for one in seen.observations], ["two", "one"])
        self.assertEqual(seen.calls, 1)


if __name__ == "__main__":
    tap.main(__name__)
