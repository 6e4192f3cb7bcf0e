#!/usr/bin/python3
"""The GitHub connector against the stand-in: what the events tell of an update whose answer was lost."""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from github_case import GitHubCase  # noqa: E402
from history import HistoryContract  # noqa: E402


class History(HistoryContract, GitHubCase):
    update = {"title": "ours", "status": "closed:not_planned"}
    before = {"title": "theirs", "status": "open"}

    def later(self):
        self.github.control("clock", {"advance_s": 60})

    def lose_answer(self):
        self.fault("reset_after_commit", "*", "/issues/[0-9]+")

    def lose_request(self):
        self.fault("reset_before", "*", "/issues/[0-9]+")

    def person(self, number, status=None, **fields):
        self.github.act("alice", "edit", int(number), **fields)
        if status:
            self.github.act("alice", "reopen" if status == "open" else "close", int(number))

    def test_history_shows_people_and_milestones(self):
        look = self.made(milestone="")
        self.lose_answer()
        sent = self.uncertain(look, add={"assignees": ["alice"]})
        sent["doubted"]["set"] = {"milestone": "Backlog"}
        self.person(sent["external_id"], milestone="Backlog", assignees=[])
        self.person(sent["external_id"], milestone=None)
        self.assertEqual(self.arrived(sent), {"milestone": "Backlog", "assignees": ["alice"]})

    def test_history_takes_a_replaced_milestone_for_no_removal(self):
        look = self.made(milestone="Backlog")
        self.lose_request()
        sent = self.uncertain(look, set_={"milestone": ""})
        self.person(sent["external_id"], milestone="v1.0")
        self.assertEqual(self.arrived(sent), {})

    def test_history_of_many_events_is_read_from_its_end(self):
        look = self.made(labels=[])
        for title in range(250):
            self.person(look["external_id"], title="title %d" % title)
        self.later()
        look = self.fetch(look["external_id"])
        self.lose_answer()
        sent = self.uncertain(look, add={"labels": [self.label]})
        self.person(sent["external_id"], labels=[])
        self.assertEqual(self.arrived(sent, calls=2), {"labels": [self.label]})

    def test_history_that_goes_over_pages_is_read_as_far_as_the_look(self):
        look = self.made(labels=[])
        self.lose_answer()
        sent = self.uncertain(look, add={"labels": [self.label]})
        self.person(sent["external_id"], labels=[])
        for title in range(250):
            self.person(sent["external_id"], title="title %d" % title)
        self.assertEqual(self.arrived(sent, calls=3), {"labels": [self.label]})

    def test_history_is_not_asked_for_what_nobody_touched_since(self):
        look = self.made(labels=[])
        self.lose_request()
        sent = self.uncertain(look, add={"labels": [self.label]})
        self.assertEqual(self.arrived(sent, calls=0), {})


if __name__ == "__main__":
    tap.main(__name__)
