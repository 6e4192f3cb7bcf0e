#!/usr/bin/python3
"""The Linear connector against the stand-in: what an issue's history tells of an update whose answer was lost."""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from history import HistoryContract  # noqa: E402
from linear_case import LinearCase  # noqa: E402


class History(HistoryContract, LinearCase):
    label, other = "Bug", "Feature"
    update = {"title": "ours", "status": "Done", "priority": "High", "estimate": "8", "due_date": "2026-12-24"}
    before = {"title": "theirs", "status": "Todo", "priority": "Low", "estimate": "3", "due_date": ""}

    def later(self):
        self.linear.control("clock", {"advance_s": 1})

    def lose_answer(self):
        self.fault("reset_after_commit", "^UpdateIssue$")

    def lose_request(self):
        self.fault("reset_before", "^UpdateIssue$")

    def person(self, issue, **fields):
        words = {"due_date": "dueDate", "status": "state"}
        values = {words.get(name, name): value for name, value in fields.items()}
        if "priority" in values:
            values["priority"] = {"High": 2, "Low": 4}[values["priority"]]
        if "estimate" in values:
            values["estimate"] = int(values["estimate"])
        if "dueDate" in values:
            values["dueDate"] = values["dueDate"] or None
        self.linear.act("alice", "edit", issue, **values)

    def test_history_shows_a_parent_and_a_person(self):
        parent = self.create(title="parent")["external_id"]
        look = self.made()
        self.lose_answer()
        sent = self.uncertain(look, set_={"parent": parent}, add={"assignees": ["bob"]})
        self.linear.act("alice", "edit", sent["external_id"], parent=None, assignee=None)
        self.assertEqual(self.arrived(sent), {"parent": parent, "assignees": ["bob"]})


if __name__ == "__main__":
    tap.main(__name__)
