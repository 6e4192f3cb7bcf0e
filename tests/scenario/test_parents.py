#!/usr/bin/python3
"""A ticket that is part of another one: each tracker names the other one its own way, and all mean the same."""

import os
import sys
import unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(FOLDER, "..", "harness"))
import tap  # noqa: E402
from trackers import GitHub, Jira, Linear, Trackers  # noqa: E402
from world import wait_for  # noqa: E402


class LinearWithParents(Linear):
    fields = Linear.fields + ("parent",)

    def parent(self, key):
        found = self.ask("query P($id: String!) { issue(id: $id) { parent { identifier } } }", id=key)["issue"]["parent"]
        return found and found["identifier"]

    def state(self, key):
        return self.ask("query S($id: String!) { issue(id: $id) { state { name } } }", id=key)["issue"]["state"]["name"]


class JiraWithParents(Jira):
    fields = Jira.fields + ("parent",)

    def epic(self, title):
        return self.sandbox.control("POST", "act", {"actor": "alice", "do": "create", "project": "ROCKET", "type": "Epic",
                                                    "fields": {"summary": title}})["issue"]["key"]

    def parent(self, key):
        found = self.ask("GET", "/rest/api/3/issue/" + key)["fields"].get("parent")
        return found and found["key"]


class Parents(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = Trackers((GitHub, JiraWithParents, LinearWithParents))
        cls.github, cls.jira, cls.linear = cls.world.trackers

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def spread(self, tracker, external_key):
        """The local key and the keys in GitHub, Jira, Linear."""
        key, keys = self.world.everywhere(tracker, external_key)
        self.world.settle()
        return [key] + keys

    def local_parent(self, key):
        return self.world.call("ticket.get", key=key)["fields"].get("parent", "")

    def check_quiet(self):
        self.world.settle()
        before = [len(tracker.writes()) for tracker in self.world.trackers]
        for _ in range(2):
            self.world.sync_all()
        self.assertEqual([len(tracker.writes()) for tracker in self.world.trackers], before)
        found = self.world.call("conflict.list", state="open").get("conflicts", [])
        self.assertEqual([(one["project"], one["field"]) for one in found], [])

    def test_parents_are_translated_between_trackers(self):
        epic = self.spread(self.jira, self.jira.epic("Launch"))
        child = self.spread(self.jira, self.jira.create("alice", title="Fuel", parent=epic[2]))
        wait_for(lambda: self.linear.parent(child[3]) == epic[3], "the parent in Linear")
        self.assertEqual(self.local_parent(child[0]), epic[0])
        self.check_quiet()

    def test_parents_changed_in_one_tracker_change_in_the_other(self):
        one, other = (self.spread(self.jira, self.jira.epic(title)) for title in ("Ascent", "Orbit"))
        child = self.spread(self.jira, self.jira.create("alice", title="Steer", parent=one[2]))
        wait_for(lambda: self.linear.parent(child[3]) == one[3], "the first parent in Linear")
        self.linear.edit("bob", child[3], parent=other[3])
        wait_for(lambda: self.jira.parent(child[2]) == other[2], "the second parent in Jira")
        self.assertEqual(self.local_parent(child[0]), other[0])
        self.world.call("ticket.edit", key=child[0], set={"parent": ""}, actor="user:carol")
        wait_for(lambda: not self.jira.parent(child[2]) and not self.linear.parent(child[3]), "no parent anywhere")
        self.check_quiet()

    def test_parents_that_are_not_there_yet_are_waited_for(self):
        """Jira's changes are seen newest last, the child before the parent that was touched after it."""
        for tracker in self.world.trackers:
            tracker.sandbox.control("POST", "webhooks", {"pause": True})
        epic = self.jira.epic("Landing")
        child = self.jira.create("alice", title="Legs", parent=epic)
        self.jira.edit("alice", epic, body="Seen after its child.")
        for tracker in self.world.trackers:
            tracker.sandbox.control("POST", "webhooks", {"pause": False})
        self.world.sync_all()
        epic, child = self.spread(self.jira, epic), self.spread(self.jira, child)
        wait_for(lambda: self.linear.parent(child[3]) == epic[3], "the parent in Linear")
        self.assertEqual(self.local_parent(child[0]), epic[0])
        self.check_quiet()

    def waits(self, key, project):
        """What `ticket show` tells of a mapping, and `status` of the project."""
        (mapping,) = [one for one in self.world.call("ticket.get", key=key)["mappings"] if one["project"] == project]
        return mapping.get("waits", []), self.world.call("status", project=project).get("waits", [])

    def test_parents_that_will_never_be_there_are_shown_with_what_to_do(self):
        child = self.spread(self.linear, self.linear.create("alice", title="Ladder"))[0]
        private = self.world.call("ticket.new", fields={"title": "Secret"}, privacy="local_only", actor="user:carol")["key"]
        self.world.call("ticket.edit", key=child, set={"parent": private}, actor="user:carol")
        shown = wait_for(lambda: self.waits(child, "linear")[0], "the wait to be shown")
        self.assertEqual(shown, [private + ", which is local_only and not shared with linear"])
        self.assertEqual(self.waits(child, "linear")[1], [])  # it has only just been named
        self.world.sql("update awaited_reference set since = now() - interval '2 hours'")
        (told,) = self.waits(child, "linear")[1]
        self.assertEqual(told["what"], "%s: a field waits for %s" % (child, shown[0]))
        self.assertTrue(told["next_step"].startswith("tandem ticket share %s --privacy shareable --project linear" % private))
        self.world.call("ticket.edit", key=child, set={"parent": "T-9999"}, actor="user:carol")
        wait_for(lambda: self.waits(child, "linear")[0] == ["T-9999, which does not exist"], "the other one")
        self.world.call("ticket.edit", key=child, set={"parent": private}, actor="user:carol")
        self.world.call("ticket.share", key=private, privacy="shareable", project="linear", actor="user:carol")
        wait_for(lambda: self.waits(child, "linear") == ([], []), "nothing to wait any more")
        self.world.settle()

    def test_parents_that_come_while_the_child_is_being_created_are_sent(self):
        epic = self.spread(self.linear, self.linear.create("alice", title="Station"))
        child = self.world.call("ticket.new", fields={"title": "Module"}, privacy="local_only", actor="user:carol")["key"]
        self.linear.sandbox.control("POST", "latency", {"ms": 1000})
        self.world.call("ticket.share", key=child, privacy="shareable", project="linear", actor="user:carol")
        wait_for(lambda: self.world.sql("select 1 from intent n join item i on i.id = n.item_id where n.change = 'create' "
                                        "and i.fields ->> 'title' = 'Module' and n.state <> 'done'"), "the creation")
        self.world.call("ticket.edit", key=child, set={"parent": epic[0], "due_date": "2027-01-02"}, actor="user:carol")
        self.assertIsNone(self.world.key_in(self.linear, child))
        self.linear.sandbox.control("POST", "latency", {"ms": 0})
        key = wait_for(lambda: self.world.key_in(self.linear, child), "the child in Linear")
        wait_for(lambda: self.linear.parent(key) == epic[3], "the parent in Linear")
        wait_for(lambda: self.linear.look(key)["due_date"] == "2027-01-02", "the due date")
        self.check_quiet()

    def test_parents_that_were_overwritten_are_brought_back_by_their_key_here(self):
        ours, theirs = (self.spread(self.jira, self.jira.epic(title)) for title in ("Tank", "Engine"))
        child = self.spread(self.jira, self.jira.create("alice", title="Valve"))
        self.linear.sandbox.control("POST", "faults", {
            "match": {"query": "^UpdateIssue$"}, "fault": "meanwhile",
            "act": {"actor": "alice", "do": "edit", "issue": child[3], "fields": {"parent": theirs[3]}}})
        self.world.call("ticket.edit", key=child[0], set={"parent": ours[0]}, actor="user:carol")
        (conflict,) = wait_for(lambda: self.world.call("conflict.list", ticket=child[0]).get("conflicts"), "what was overwritten")
        self.assertEqual((conflict["kind"], conflict["field"], self.local_parent(child[0])), ("overwritten", "parent", ours[0]))
        self.assertEqual(conflict["external_name"], theirs[0])  # `external` has Linear's id of it
        self.world.settle()
        self.world.call("conflict.resolve", id=conflict["id"], choice="external", actor="user:dora")
        wait_for(lambda: self.linear.parent(child[3]) == theirs[3], "theirs in Linear")
        self.assertEqual(self.local_parent(child[0]), theirs[0])
        for side, parent in (("local", ours), ("external", theirs)):
            self.world.call("conflict.restore", id=conflict["id"], side=side, actor="user:dora")
            self.assertEqual(self.local_parent(child[0]), parent[0])
            wait_for(lambda: self.linear.parent(child[3]) == parent[3], "the restored one in Linear")
            self.world.settle()
        self.check_quiet()
        move = "update mapping set state = '%s' where external_id = '" + conflict["external"]["parent"] + "'"
        self.world.sql(move % "gone")  # then it has no key here
        self.addCleanup(self.world.sql, move % "linked")
        (conflict,) = self.world.call("conflict.list", id=conflict["id"])["conflicts"]
        self.assertEqual(conflict["external_name"], theirs[3])

    def test_words_that_a_new_ticket_could_not_bring_along_are_sent_when_the_table_has_them(self):
        key = self.world.call("ticket.new", fields={"title": "Abort", "status": "on hold"}, privacy="local_only", actor="user:carol")["key"]
        self.world.call("ticket.share", key=key, privacy="shareable", project="linear", actor="user:carol")
        made = wait_for(lambda: self.world.key_in(self.linear, key), "the ticket in Linear")
        self.world.settle()
        found = self.world.call("conflict.list", state="open").get("conflicts", [])
        self.assertEqual([(one["project"], one["field"], one["kind"]) for one in found], [("linear", "status", "unmappable")])
        project = self.linear.project(follows=["github", "jira"])
        next(rule for rule in project["rules"] if rule["field"] == "status")["table"].insert(0, {"local": "on hold", "external": "In Review"})
        self.world.call("project.configure", project=project, actor="user:test")
        wait_for(lambda: self.linear.state(made) == "In Review", "the status, once it has a word")
        self.world.call("project.configure", project=self.linear.project(follows=["github", "jira"]), actor="user:test")
        self.world.call("ticket.edit", key=key, set={"status": "done"}, actor="user:carol")
        self.check_quiet()

    def test_parents_kept_private_wait_until_they_are_shared(self):
        private = self.world.call("ticket.new", fields={"title": "Hidden"}, privacy="local_only", actor="user:carol")["key"]
        child = self.spread(self.linear, self.linear.create("alice", title="Visible"))
        self.world.call("ticket.edit", key=child[0], set={"parent": private}, actor="user:carol")
        self.world.sync_all()
        self.assertIsNone(self.linear.parent(child[3]))
        self.assertEqual(self.local_parent(child[0]), private)
        self.check_quiet()
        self.world.call("ticket.share", key=private, privacy="shareable", project="linear", actor="user:carol")
        wait_for(lambda: self.linear.parent(child[3]) == self.world.key_in(self.linear, private), "the parent once it is shared")
        self.check_quiet()
        self.linear.edit("bob", child[3], title="Visible still")
        wait_for(lambda: self.jira.look(child[2])["title"] == "Visible still", "the other fields go on")


if __name__ == "__main__":
    tap.main(__name__)
