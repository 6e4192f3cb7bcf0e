#!/usr/bin/python3
"""A dry run is a plan with a hash: applied exactly as it was shown, or not at all, with what moved."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from plan_world import PlanWorld  # noqa: E402
from trackers import GitHub, Jira, Trackers  # noqa: E402
from verbs import Refused  # noqa: E402
from world import wait_for  # noqa: E402


class Plans(PlanWorld):
    def refused(self, plan):
        with self.assertRaises(Refused) as refused:
            self.world.verbs.call("plan.apply", plan=plan, actor="user:ann")
        return refused.exception

    def state(self):
        return self.world.sql("select state from sync_plan order by id desc limit 1")[0][0]

    def mixed(self):
        """An edit on either side, a new ticket on either side, labels that come and go; shown as a plan."""
        self.hold()
        self.edit(1, set={"title": "Ours"}, add={"labels": ["fast"]})
        self.act("edit", 2, title="Theirs")
        self.act("create", title="New there", labels=["urgent"])
        self.world.call("ticket.new", project="rocket", actor="user:carol", fields={"title": "New here"})
        return self.dry_run()

    def writes(self):
        return len(self.world.sandbox.history(via="api"))

    def test_plan_shows_field_by_field_what_it_would_do(self):
        before = self.writes()
        old = self.title(1)
        plan, lines = self.mixed()
        self.assertRegex(plan, r"^P\d+-[0-9a-f]{12}$")
        found = {(line["action"], line.get("external_key"), line["field"]): line for line in lines}
        self.assertEqual(found["push", "#1", "title"]["value"], {"title": "Ours"})
        self.assertEqual(found["push", "#1", "title"]["before"], {"title": old})
        self.assertEqual(found["add", "#1", "labels"]["value"], {"labels": ["fast"]})
        self.assertEqual(found["pull", "#2", "title"]["value"], {"title": "Theirs"})
        self.assertEqual(found["import", "#7", "title"]["value"], {"title": "New there"})
        self.assertEqual(found["create", None, "title"]["value"], {"title": "New here"})
        imported = [(line["field"], line["value"]) for line in lines if line["action"] == "import"]
        self.assertEqual(imported, [("title", {"title": "New there"}), ("labels", {"labels": ["urgent"]}),
                                    ("status", {"status": "open"})])
        self.assertEqual((self.writes(), self.title(1)), (before, "Ours"))

    def test_plan_shows_what_is_sent_letter_for_letter(self):
        self.hold()
        self.edit(1, set={"title": "See /home/carol/notes", "body": "Ask @bob about #2, see /home/carol/secret and http://ci.corp/job/1"})
        new = self.world.call("ticket.new", project="rocket", actor="user:carol",
                              fields={"title": "Made here", "body": "For @alice <!-- not for you -->"})["key"]
        plan, lines = self.dry_run()
        shown = {(line["ticket"], line["field"]): line["value"][line["field"]] for line in lines}
        self.assertEqual(self.apply(plan)["state"], "completed")
        self.world.settle()
        there = self.world.sandbox.issue(1)
        self.assertEqual(shown[self.key(1), "title"], there["title"])
        self.assertEqual(shown[self.key(1), "body"], there["body"])
        self.assertNotIn("carol", there["title"] + there["body"])
        made = self.world.sandbox.issue(7)
        self.assertEqual(shown[new, "body"], made["body"].split("\n\n<!-- tandem")[0])
        self.assertNotIn("@alice", made["body"])

    def test_plan_is_applied_as_it_was_shown(self):
        plan, lines = self.mixed()
        session = self.apply(plan)
        self.assertEqual((session["state"], session["mode"]), ("completed", "apply"), session)
        self.world.settle()
        there = self.world.sandbox.issue(1)
        self.assertEqual(there["title"], "Ours")
        self.assertIn("fast", [label["name"] for label in there["labels"]])
        self.assertEqual(self.title(2), "Theirs")
        self.assertEqual(self.title(7), "New there")
        titles = [self.world.sandbox.issue(number)["title"] for number in range(1, 9)]
        self.assertEqual(titles.count("New here"), 1)
        self.assertEqual(self.world.sql("select state from project"), [["active"]])
        self.assertEqual(self.state(), "applied")
        self.assertEqual(self.world.sql("select actor, subject from audit where action = 'plan.apply'"), [["user:ann", plan]])
        before = self.writes()
        self.world.sync()
        self.world.settle()
        self.assertEqual(self.writes(), before)
        self.assertEqual(self.refused(plan).code, "stale")

    def check_moved(self, plan, said):
        before = self.writes()
        session = self.apply(plan)
        self.assertEqual(session["state"], "failed")
        self.assertIn(said, session["error"])
        self.assertEqual(self.world.sql("select state from project"), [["paused"]])
        self.assertEqual(self.writes(), before)
        self.assertNotEqual(self.title(2), "Theirs")
        self.assertEqual(self.refused(plan).code, "stale")

    def test_plan_fails_when_a_ticket_moved_here(self):
        plan, _ = self.mixed()
        self.edit(1, set={"title": "Moved"}, add={"labels": ["slow"]})
        self.check_moved(plan, "%s (labels, title here)" % self.key(1))

    def test_plan_fails_when_a_ticket_moved_that_is_not_in_it(self):
        plan, _ = self.mixed()
        self.edit(3, set={"title": "Moved"})
        self.check_moved(plan, "%s (new or changed since)" % self.key(3))

    def test_plan_fails_when_a_ticket_moved_outside(self):
        plan, _ = self.mixed()
        self.act("edit", 1, body="Moved")
        self.check_moved(plan, "%s (body outside)" % self.key(1))

    def test_plan_fails_when_a_ticket_is_new_on_either_side(self):
        plan, _ = self.mixed()
        self.act("create", title="Newer there")
        self.check_moved(plan, "#8 (new or changed since)")
        plan, _ = self.dry_run()
        key = self.world.call("ticket.new", project="rocket", actor="user:carol", fields={"title": "Newer here"})["key"]
        self.check_moved(plan, "%s (new or changed since)" % key)

    def test_plan_fails_when_the_settings_moved(self):
        plan, _ = self.mixed()
        project = self.world.call("project.list", name="rocket")["projects"][0]
        self.world.call("project.configure", project={**project, "strategy": "local_wins"}, actor="user:test")
        self.check_moved(plan, "(the project's settings)")

    def test_plan_fails_when_the_project_was_resumed_meanwhile(self):
        plan, _ = self.mixed()
        self.world.call("project.set_state", name="rocket", state="active", actor="user:test")
        self.world.sync()
        self.world.settle()
        session = self.apply(plan)
        self.assertEqual(session["state"], "failed")
        self.assertIn("%s (labels, title outside)" % self.key(1), session["error"])

    def test_plan_of_a_dry_run_is_none_when_the_project_is_resumed_in_it(self):
        self.world.processes["scheduler"].stop()  # nobody ends it
        self.act("edit", 1, title="Theirs")
        session = self.world.call("session.start", project="rocket", mode="dry_run", trigger="person", actor="user:test")["id"]
        wait_for(lambda: self.world.sql("select 1 from sync_plan_step"), "the steps")
        self.world.call("project.set_state", name="rocket", state="active", actor="user:test")
        self.world.start("scheduler")
        self.assertEqual(self.world.finish(session)["error"], "the project was resumed")
        wait_for(lambda: self.title(1) == "Theirs", "the pull")
        self.world.settle()
        self.assertEqual(self.world.sql("select state from project"), [["active"]])
        self.assertEqual(self.world.sql("select count(*) from sync_plan"), [["0"]])

    def test_plan_is_replaced_by_a_newer_one(self):
        first, lines = self.mixed()
        second, again = self.dry_run()
        self.assertNotEqual(first, second)
        self.assertEqual(len(again), len(lines))
        self.assertEqual(self.refused(first).code, "stale")
        self.assertEqual(self.apply(second)["state"], "completed")

    def test_plan_expires(self):
        plan, _ = self.mixed()
        self.world.sql("update sync_plan set expires_at = now()")
        self.assertIn("expired", str(self.refused(plan)))
        self.world.call("schedule.tick")
        self.assertEqual(self.state(), "expired")
        self.assertEqual(self.world.sql("select count(*) from sync_plan_step"), [["0"]])

    def test_plan_with_another_hash_is_refused(self):
        plan, _ = self.mixed()
        self.world.sql("update sync_plan_step set outcome = replace(outcome, 'Ours', 'Evil')")
        self.assertIn("another hash", str(self.refused(plan)))
        for wrong in ("P1", "P1-000000000000", "", plan[:-1], "P1-%"):
            self.assertEqual(self.refused(wrong).code, "gone", wrong)

    def test_plan_that_cannot_be_committed_takes_everything_back(self):
        plan, _ = self.mixed()
        events = self.world.call("hello")["head"]
        self.world.sql("alter table intent add constraint never check (change <> 'create') not valid")
        session = self.apply(plan)
        self.assertEqual(session["state"], "failed")
        self.assertIn("nothing of plan %s was applied" % plan, session["error"])
        self.assertNotEqual(self.title(2), "Theirs")
        types = {event["type"].split(".")[-1] for event in self.world.call("events.read", after=events)["events"]}
        self.assertEqual(types, {"SyncStarted", "SyncError"})
        self.world.sql("alter table intent drop constraint never")
        self.assertEqual(self.apply(self.dry_run()[0])["state"], "completed")

    def project(self):
        return self.world.call("status", project="rocket")["projects"][0]["project"]

    def test_plan_of_nothing_pauses_nothing(self):
        self.assertEqual(self.dry_run(), (None, []))
        self.assertEqual(self.project()["state"], "active")
        self.hold()
        self.assertEqual(self.dry_run(), (None, []))
        self.assertEqual(self.project()["state"], "paused")  # as it was
        self.edit(1, set={"title": "Ours"})
        plan, _ = self.dry_run()
        reason = self.project()["state_reason"]
        self.assertIn("tandem apply " + plan, reason)
        self.edit(1, set={"title": self.world.sandbox.issue(1)["title"]})
        self.assertEqual(self.dry_run(), (None, []))
        self.assertNotIn(plan, self.project()["state_reason"])
        self.assertEqual(self.refused(plan).code, "stale")

    def test_plan_waits_for_the_tracker(self):
        """While it cannot be looked at, nothing is applied; when it can, the plan goes on by itself."""
        plan, _ = self.mixed()
        self.world.sandbox.control("POST", "faults", {"match": {"method": "GET"}, "fault": "status", "status": 503, "times": None})
        session = self.world.call("plan.apply", plan=plan, actor="user:ann")["id"]
        wait_for(lambda: self.world.call("session.get", id=session).get("error"), "the pull to fail")
        self.assertNotEqual(self.title(2), "Theirs")
        self.assertEqual(self.state(), "applying")
        self.world.processes["store"].kill()
        self.world.start("store")
        self.world.sandbox.control("DELETE", "faults")
        self.assertEqual(self.world.finish(session)["state"], "completed")
        self.assertEqual(self.title(2), "Theirs")


class Between(unittest.TestCase):
    """Two trackers: what a plan of one sends of the other."""

    def test_plan_shows_who_wrote_a_comment(self):
        world = Trackers((GitHub, Jira), webhooks=False)
        self.addCleanup(world.close)
        github, jira = world.trackers
        created = jira.create("alice", title="Talked about")
        world.sync("jira")
        world.settle()
        key, keys = world.everywhere(jira, created)
        world.call("project.set_state", name="github", state="paused", actor="user:test")
        jira.comment("bob", created, "Tell @carol.")
        world.sync("jira")
        session = world.sync("github", mode="dry_run")
        shown = world.call("session.preview", id=session["id"])
        (line,) = [one for one in shown["lines"] if one["kind"] == "comment"]
        applied = world.finish(world.call("plan.apply", plan=shown["plan"], actor="user:ann")["id"])
        self.assertEqual(applied["state"], "completed", applied)
        world.settle()
        sent = github.look(keys[0])["comments"]
        self.assertEqual([line["value"]["body"]], sent)
        self.assertRegex(sent[0], "Bob Baker on Jira")


if __name__ == "__main__":
    tap.main(__name__)
