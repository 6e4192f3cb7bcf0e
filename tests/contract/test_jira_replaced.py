#!/usr/bin/python3
"""The Jira connector against the stand-in: what a write replaced, as the changelog tells."""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from jira_case import JiraCase  # noqa: E402


class Replaced(JiraCase):
    def person(self, number, do="edit", **fields):
        """What Petra does just before our next write."""
        self.jira.control("clock", {"advance_s": 1})
        self.fault("meanwhile", "PUT" if do == "edit" else "POST", path="/issue/%s" % number,
                   act={"actor": "petra", "do": do, "key": self.key(number), "fields": fields})

    def replaced(self, number, **parts):
        return self.update(number, **parts).get("replaced", {})

    def test_replaced_is_what_was_there_at_our_look(self):
        made = self.create(title="one", priority="Low", due_date="2026-01-02", estimate="3", labels=["a", "b"],
                           customer_reference="C-1", assignees=["Petra Novak"], body="text")["external_id"]
        before = {"title": "one", "priority": "Low", "due_date": "2026-01-02", "estimate": "3", "labels": ["a", "b"],
                  "customer_reference": "C-1", "assignees": ["Petra Novak"]}
        after = {"title": "two", "priority": "High", "due_date": "", "estimate": "2.5", "labels": ["c"],
                 "customer_reference": "", "assignees": []}
        self.assertEqual(self.replaced(made, set_=after), before)
        self.assertEqual(self.replaced(made, set_=before), after)

    def test_replaced_shows_an_edit_made_between_our_look_and_our_write(self):
        made = self.create(title="one", priority="Low")["external_id"]
        self.person(made, summary="by Petra", priority="Highest")
        self.assertEqual(self.replaced(made, set_={"title": "ours", "priority": "High"}),
                         {"title": "by Petra", "priority": "Highest"})

    def test_replaced_shows_the_one_assignee_whom_somebody_else_set(self):
        made = self.create(title="one")["external_id"]
        self.person(made, assignee="petra")
        self.assertEqual(self.replaced(made, add={"assignees": ["tandem-bot"]}), {"assignees": ["Petra Novak"]})
        self.assertEqual(self.replaced(made, remove={"assignees": ["tandem-bot"]}), {"assignees": ["tandem-bot"]})

    def test_replaced_says_nothing_of_what_we_did_not_write(self):
        made = self.create(title="one", priority="Low")["external_id"]
        self.person(made, priority="High")
        self.assertEqual(self.replaced(made, set_={"title": "two"}), {"title": "one"})
        self.assertEqual(self.replaced(made, add={"labels": ["x"]}), {})

    def test_replaced_says_nothing_of_a_write_that_changed_nothing(self):
        made = self.create(title="one")["external_id"]
        self.replaced(made, set_={"title": "two"})
        self.jira.control("clock", {"advance_s": 1})
        self.assertEqual(self.replaced(made, set_={"title": "two"}), {})

    def test_replaced_leaves_out_what_the_changelog_renders(self):
        made = self.create(title="one", body="*one*", area="Ground / Fuel", channels=[])["external_id"]
        self.assertEqual(self.replaced(made, set_={"body": "two", "area": ""}), {})

    def test_replaced_status_is_where_our_steps_began(self):
        made = self.create(title="bug", type="Bug")["external_id"]
        reviewer = {"customfield_10033": {"accountId": self.jira.account_id("petra")}}
        self.open(options={"transition_fields": {"Ask for Review": reviewer}})
        self.assertEqual(self.replaced(made, set_={"status": "In Review"}), {"status": "Open"})
        steps = [one for one in self.writes() if one["path"].endswith("/transitions")]
        self.assertGreater(len(steps), 1)

    def test_replaced_status_shows_a_step_made_meanwhile(self):
        made = self.create(title="task", status="In Progress")["external_id"]
        self.person(made, "transition", to="Blocked")
        self.assertEqual(self.replaced(made, set_={"status": "Done"}), {"status": "Blocked"})

    def test_replaced_needs_no_call_of_its_own(self):
        made = self.create(title="one")["external_id"]
        self.jira.control("requests", method="DELETE")
        self.replaced(made, set_={"title": "two"})
        self.assertEqual([one["method"] for one in self.requests()["log"]], ["GET", "PUT", "GET"])


class DataCenterReplaced(JiraCase):
    data_center = True
    person = Replaced.person
    replaced = Replaced.replaced

    def test_replaced_shows_an_edit_made_between_our_look_and_our_write(self):
        made = self.create(title="one", estimate="3")["external_id"]
        self.person(made, summary="by Petra", customfield_10016=5)
        self.assertEqual(self.replaced(made, set_={"title": "ours", "estimate": "8"}), {"title": "by Petra", "estimate": "5"})

    def test_replaced_leaves_people_out(self):
        made = self.create(title="one", assignees=["petra"])["external_id"]
        self.assertEqual(self.replaced(made, set_={"assignees": []}), {})


if __name__ == "__main__":
    tap.main(__name__)
