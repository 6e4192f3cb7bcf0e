#!/usr/bin/python3
"""Very much that is deleted at once: it stops the project before anything is decided, and only a person who resumes it
says that it is meant."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from trackers import GitHub, Trackers  # noqa: E402
from verbs import Refused  # noqa: E402
from world import wait_for  # noqa: E402


class Many(unittest.TestCase):
    """What one mistake over there can take along."""

    def gone(self, world, state):
        return int(world.sql("select count(*) from conflict where kind = 'deleted_vs_edited' and state = '%s'" % state)[0][0])

    def project(self, world):
        return world.call("project.list")["projects"][0]

    def world_of(self, tickets, comments=0):
        """A repository with so many tickets and so many comments on each, all of them here: with their keys there."""
        world = Trackers(kinds=(GitHub,), follow=False)
        self.addCleanup(world.close)
        github = world.trackers[0]
        github.sandbox.control("POST", "webhooks", {"lose_next": tickets * (1 + comments)})  # the first synchronisation brings them
        keys = [github.create("alice", title="One of many %d" % i) for i in range(tickets)]
        for key in keys:
            for i in range(comments):
                github.comment("bob", key, "Said %d" % i)
        github.sandbox.control("POST", "webhooks", {"lose_next": 0})
        world.sync(github.name)
        world.settle()
        return world, github, keys

    def delete_at_once(self, world, github, keys):
        """All are told before the first is looked at."""
        world.call("project.set_state", name=github.name, state="paused", actor="user:carol")
        before = int(world.sql("select count(*) from delivery")[0][0])
        for key in keys:
            github.delete("erin", key)
        wait_for(lambda: int(world.sql("select count(*) from delivery")[0][0]) == before + len(keys), "the deliveries")
        world.call("project.set_state", name=github.name, state="active", actor="user:carol")

    def stopped(self, world):
        """Its reason, once the project has stopped."""
        wait_for(lambda: self.project(world)["state"] == "failed", "the project to stop")
        self.assertEqual(self.gone(world, "open"), 0)
        return self.project(world)["state_reason"]

    def resume(self, world):
        world.call("project.set_state", name="github", state="active", actor="user:carol")

    def gone_unplanned(self, world, github, keys):
        """Deleted and believed, while nobody plans."""
        world.processes["conflict"].kill()
        for key in keys:
            github.delete("erin", key)
        wait_for(lambda: world.sql("select count(*) from gone_item where sure") == [[str(len(keys))]], "all to be believed")

    def test_deletes_of_many_stop_the_project_until_a_person_resumes_it(self):
        """More than 10 and a tenth of all, or more than 50. Comments that went with their tickets hide nothing."""
        for deleted, there, comments, stops in ((10, 30, 0, False), (11, 31, 0, True), (11, 110, 0, False), (51, 520, 0, True),
                                                (12, 13, 9, True)):
            with self.subTest(deleted=deleted, there=there, comments=comments):
                world, github, keys = self.world_of(there, comments)
                self.delete_at_once(world, github, keys[:deleted])
                if not stops:
                    wait_for(lambda: self.gone(world, "open") == deleted, "all conflicts")
                    continue
                self.assertRegex(self.stopped(world),
                                 r"\A%d of %d tickets are gone .* tandem projects resume github\Z" % (deleted, there))
                self.resume(world)
                wait_for(lambda: self.gone(world, "open") == deleted, "all conflicts")
                self.assertEqual(self.project(world)["state"], "active")

    def test_deletes_of_comments_are_measured_by_comments(self):
        """Those that are deleted here by now are counted with what there was."""
        world, github, keys = self.world_of(120)
        github.sandbox.control("POST", "webhooks", {"lose_next": 20})
        comments = [github.comment("bob", keys[0], "Said %d" % i) for i in range(20)]
        github.sandbox.control("POST", "webhooks", {"lose_next": 0})
        world.sync(github.name, "full")
        wait_for(lambda: world.sql("select count(*) from item where kind = 'comment'") == [["20"]], "the comments")
        for comment in comments[:10]:
            github.delete_comment("bob", keys[0], comment)
        wait_for(lambda: world.sql("select count(*) from item where deleted_at is not null") == [["10"]], "ten to go")
        github.delete_comment("bob", keys[0], comments[10])
        self.assertRegex(self.stopped(world), r"\A11 of 20 comments are gone ")

    def test_deletes_of_many_are_noticed_however_late_they_are_planned(self):
        world, github, keys = self.world_of(31)
        self.gone_unplanned(world, github, keys[:11])
        world.sql("update gone_item set told_at = told_at - interval '3 hours', gone_at = gone_at - interval '3 hours'")
        world.start("conflict")
        self.assertRegex(self.stopped(world), r"\A11 of 31 tickets are gone ")

    def test_deletes_one_after_the_other_are_people(self):
        """Never more than nine within an hour."""
        world, github, keys = self.world_of(31)
        self.gone_unplanned(world, github, keys[:14])
        world.sql("update gone_item g set told_at = null, gone_at = now() - n * interval '7 minutes' from (select external_id, "
                  "row_number() over (order by external_id) as n from gone_item) o where o.external_id = g.external_id")
        world.start("conflict")
        wait_for(lambda: self.gone(world, "open") == 14, "all conflicts")
        self.assertEqual(self.project(world)["state"], "active")

    def test_deletes_that_were_announced_are_confirmed_once(self):
        """Also those that nobody had looked at when the project stopped."""
        world, github, keys = self.world_of(40)
        self.gone_unplanned(world, github, keys[:24])
        world.call("project.set_state", name="github", state="paused", actor="user:carol")
        world.sql("with late as (update gone_item set gone = null, gone_at = null, sure = false where external_id in (select "
                  "external_id from gone_item order by 1 limit 12) returning *) insert into fetch_queue (project_id, kind, "
                  "external_id, reason, next_at) select project_id, kind, external_id, 'gone', now() + interval '1 hour' from late")
        world.start("conflict")
        self.resume(world)
        self.assertRegex(self.stopped(world), r"\A24 of 40 tickets are gone ")
        self.resume(world)
        wait_for(lambda: self.gone(world, "open") == 12, "the conflicts of those that were looked at")
        world.sql("update fetch_queue set next_at = now()")
        world.sync(github.name)
        wait_for(lambda: self.gone(world, "open") == 24, "all conflicts")
        self.assertEqual(self.project(world)["state"], "active")

    def test_deletes_of_many_stay_the_reason_whatever_fails_next(self):
        """A write that was under way when the project stopped."""
        world, github, keys = self.world_of(31)
        github.sandbox.control("POST", "webhooks", {"pause": True})
        world.processes["adapter-github"].kill()
        world.call("ticket.edit", key=world.ticket_of(keys[30], "github")["key"], set={"title": "Under way"}, actor="user:carol")
        wait_for(lambda: world.sql("select 1 from intent"), "the write")
        work = world.call("work.claim", system="github", worker="test")
        world.sql("with gone as (insert into gone_item (project_id, kind, external_id, gone, note, gone_at, sure) select project_id, "
                  "kind, external_id, 'deleted', 'deleted', now(), true from mapping order by id limit 11 returning *) insert into "
                  "plan_queue (mapping_id, project_id, rank) select m.id, m.project_id, 1 from gone join mapping m using "
                  "(project_id, kind, external_id)")
        reason = self.stopped(world)
        world.call("push.receipt", lease=work["lease"], intent_id=work["intents"][0]["id"], outcome="auth", message="refused")
        self.assertEqual((self.project(world)["state"], self.project(world)["state_reason"]), ("failed", reason))

    def check_stopped(self, world, reason, tries):
        """Nothing that somebody tries lifts it, and nothing is planned meanwhile."""
        before = world.sql("select last_value from plan_generation")
        for verb, body in tries:
            with self.subTest(verb=verb, **{name: value for name, value in body.items() if isinstance(value, (str, bool))}):
                with self.assertRaisesRegex(Refused, "11 of 31 tickets are gone"):
                    world.call(verb, actor="user:test", **body)
        world.call("credential.put", name="github", actor="user:test", **world.trackers[0].credential)
        generations = world.sql("select last_value from plan_generation")
        self.assertEqual(generations, before)
        world.call("project.configure", project={**self.project(world), "poll_interval_s": 1800}, actor="user:test")
        asked = world.sql("select count(*), max(generation) from plan_queue")
        self.assertEqual((self.project(world)["state"], self.project(world)["state_reason"]), ("failed", reason))
        self.assertEqual(self.project(world)["poll_interval_s"], 1800)
        self.assertEqual(world.call("plan.claim", limit=100).get("cases", []), [])
        self.assertEqual(world.sql("select count(*), max(generation) from plan_queue"), asked)

    def test_deletes_of_many_are_confirmed_by_a_resume_alone(self):
        """No setting, no credential, no session, no plan and no pause does it."""
        world, github, keys = self.world_of(31)
        github.sandbox.control("POST", "webhooks", {"lose_next": 1})
        github.edit("alice", keys[30], title="Planned")
        plan = world.call("session.preview", id=world.sync(github.name, "dry_run")["id"])["plan"]
        self.delete_at_once(world, github, keys[:11])
        reason = self.stopped(world)
        self.check_stopped(world, reason, (
            ("session.start", {"project": "github", "mode": "incremental", "trigger": "person"}),
            ("session.start", {"project": "github", "mode": "dry_run", "trigger": "person"}),
            ("plan.apply", {"plan": plan}),
            ("project.set_state", {"name": "github", "state": "active", "mended": True}),
            ("project.set_state", {"name": "github", "state": "paused"})))
        self.assertRegex(world.call("status")["projects"][0]["next_step"], r"\Alook there first; .* tandem projects resume github\Z")
        self.resume(world)
        wait_for(lambda: self.gone(world, "open") == 11, "all conflicts")
        wait_for(lambda: world.ticket_of(keys[30], "github")["fields"]["title"] == "Planned", "what waited meanwhile")

    def test_deletes_of_our_own_do_not_count(self):
        with Trackers(kinds=(GitHub,), follow=False) as world:
            github = world.trackers[0]
            keys = [github.create("alice", title="With a comment %d" % i) for i in range(12)]
            world.sync(github.name)
            world.settle()
            for ticket in [world.ticket_of(key, github.name)["key"] for key in keys]:
                world.call("ticket.comment", key=ticket, body="Away soon", actor="user:carol")
            wait_for(lambda: sum(len(github.comment_ids(key)) for key in keys) == 12, "the comments")
            world.settle()
            for row in world.sql("select id from item where kind = 'comment'"):
                world.call("comment.delete", key="C-" + row[0], actor="user:carol")
            wait_for(lambda: sum(len(github.comment_ids(key)) for key in keys) == 0, "the comments to go")
            world.settle()
            github.delete("erin", keys[0])
            wait_for(lambda: self.gone(world, "open") == 1, "the conflict")
            self.assertEqual(self.project(world)["state"], "active")


if __name__ == "__main__":
    tap.main(__name__)
