#!/usr/bin/python3
"""The Jira connector against the stand-in: what the changelog tells of an update whose answer was lost."""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from history import HistoryContract  # noqa: E402
from jira_case import JiraCase  # noqa: E402

WORDS = {"title": "summary", "due_date": "duedate", "versions": "fixVersions"}


class History(HistoryContract, JiraCase):
    update = {"title": "ours", "priority": "High", "due_date": "2026-12-24", "estimate": "8"}
    before = {"title": "theirs", "priority": "Low", "due_date": "", "estimate": "3"}

    def later(self):
        self.jira.control("clock", {"advance_s": 1})

    def lose_answer(self):
        self.fault("reset_after_commit", "PUT", "/issue/")

    def lose_request(self):
        self.fault("reset_before", "PUT", "/issue/")

    def person(self, number, **fields):
        values = {WORDS.get(name, name): value or None if name == "due_date" else value for name, value in fields.items()}
        if "estimate" in values:
            values["customfield_10016"] = int(values.pop("estimate"))
        self.later()
        self.jira.act("petra", "edit", self.key(number), **values)

    def test_history_shows_versions_one_by_one(self):
        known = self.driver.words("versions")
        look = self.made(versions=[])
        self.lose_answer()
        sent = self.uncertain(look, add={"versions": known[:2]})
        self.person(sent["external_id"], versions=[{"name": known[1]}])
        self.assertEqual(sorted(self.arrived(sent)["versions"]), sorted(known[:2]))

    def test_history_shows_a_parent(self):
        epic = self.create(title="epic", type="Epic")["external_id"]
        look = self.made()
        self.lose_answer()
        sent = self.uncertain(look, set_={"parent": epic})
        self.person(sent["external_id"], parent=None)
        self.assertEqual(self.arrived(sent), {"parent": epic})


class DataCenterHistory(History):
    data_center = True
    test_history_shows_a_parent = None


del HistoryContract

if __name__ == "__main__":
    tap.main(__name__)
