#!/usr/bin/python3
"""A plan is applied only while all that it was decided on is as it was; what it does not do, the next sync does."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from plan_world import PlanWorld  # noqa: E402
from world import wait_for  # noqa: E402


class Moved(PlanWorld):

    def conflicts(self, number, **query):
        return self.world.call("conflict.list", ticket=self.key(number), **query).get("conflicts", [])

    def share(self, number, privacy):
        self.world.call("ticket.share", key=self.key(number), privacy=privacy, actor="user:carol")

    def there(self, number):
        return self.world.sandbox.issue(number)

    def check_moved(self, plan, number, why):
        """Nothing of it is done, and it says why."""
        before = len(self.world.sandbox.history(via="api"))
        session = self.apply(plan)
        self.assertEqual((session["state"], self.world.sql("select state from project")), ("failed", [["paused"]]))
        self.assertIn("%s (%s)" % (number if isinstance(number, str) else self.key(number), why), session["error"])
        self.assertEqual(self.world.sql("select state from sync_plan order by id desc limit 1"), [["moved"]])
        self.assertEqual(len(self.world.sandbox.history(via="api")), before)

    def go_on(self):
        """As a person does who does not want the plan any more."""
        self.resume()
        self.world.sync()
        self.world.settle()

    def in_conflict(self, ours, theirs):
        """A conflict about the title of the first."""
        self.hold()
        self.edit(1, set={"title": ours})
        self.act("edit", 1, title=theirs)
        self.go_on()
        (found,) = self.conflicts(1, state="open")
        self.hold()
        return found

    def test_plan_fails_when_a_conflict_was_decided(self):
        for choice, ours, theirs in (("local", "Ours", "Theirs"), ("external", "Ours again", "Theirs again")):
            with self.subTest(choice=choice):
                found = self.in_conflict(ours, theirs)
                self.act("edit", 1, body="For %s" % choice)
                plan, lines = self.dry_run()
                self.assertIn(("pull", "body"), [(line["action"], line["field"]) for line in lines])
                self.world.call("conflict.resolve", id=found["id"], choice=choice, actor="user:ann")
                self.check_moved(plan, 1, "its conflicts")
                self.assertEqual([one["state"] for one in self.conflicts(1, state="decided")], ["decided"])
                self.go_on()
                chosen = ours if choice == "local" else theirs
                self.assertEqual((self.title(1), self.there(1)["title"]), (chosen, chosen))
                self.assertEqual([one["state"] for one in self.conflicts(1)], ["resolved"] * len(self.conflicts(1)))
                self.assertEqual(self.world.ticket_of("#1")["fields"]["body"], "For %s" % choice)

    def test_plan_fails_when_a_comment_was_deleted_here(self):
        comment = self.act("comment", 1, body="One")["comment"]["id"]
        self.world.sync()
        self.world.settle()
        key = self.world.call("ticket.get", key=self.key(1))["comments"][-1]["key"]
        self.hold()
        self.act("edit_comment", 1, comment_id=comment, body="Two")
        plan, lines = self.dry_run()
        self.assertEqual([(line["action"], line["kind"]) for line in lines], [("pull", "comment")])
        self.world.call("comment.delete", key=key, actor="user:ann")
        self.check_moved(plan, key, "deleted here")
        self.go_on()
        (asked,) = self.conflicts(1, state="open")  # it was edited there
        self.assertEqual((asked["kind"], asked["external"]), ("deleted_vs_edited", {"comment": "Two"}))
        self.world.call("conflict.resolve", id=asked["id"], choice="local", actor="user:ann")
        self.world.settle()
        path = "/repos/acme/rocket/issues/1/comments"
        left = self.world.sandbox.request("GET", path, None, {"Authorization": "Bearer sandbox-token", "User-Agent": "test"})
        self.assertEqual(left, [])

    def test_plan_fails_when_a_ticket_was_deleted_outside(self):
        self.world.hook()
        self.hold()
        self.act("edit", 1, title="Theirs")
        self.edit(2, set={"title": "Ours"})
        plan, _ = self.dry_run()
        key = self.key(1)
        self.act("delete", 1)
        self.check_moved(plan, key, "gone outside")
        self.go_on()
        (asked,) = wait_for(lambda: self.world.call("conflict.list", ticket=key, state="open").get("conflicts"), "the question")
        self.assertEqual(asked["kind"], "deleted_vs_edited")
        self.assertEqual(self.there(2)["title"], "Ours")

    def test_plan_fails_when_a_first_look_finds_a_ticket_gone(self):
        self.hold()
        self.edit(1, set={"title": "Ours"})
        self.edit(2, set={"title": "Ours too"})
        plan, _ = self.dry_run()
        self.act("delete", 1)
        self.world.sql("insert into fetch_queue (project_id, kind, external_id, reason) select project_id, kind, external_id, "
                       "'test' from external_item where kind = 'ticket' and external_key = '#1'")
        self.check_moved(plan, 1, "gone outside, by a first look")
        self.go_on()
        self.assertEqual(self.there(2)["title"], "Ours too")

    def test_plan_fails_when_a_ticket_was_made_public(self):
        self.share(1, "local_only")
        self.hold()
        self.edit(1, set={"title": "Kept back"})
        self.edit(2, set={"title": "Ours"})
        plan, lines = self.dry_run()
        self.assertEqual([line["external_key"] for line in lines], ["#2"])
        self.share(1, "public")
        self.check_moved(plan, 1, "not private any more")
        self.go_on()
        self.assertEqual((self.there(1)["title"], self.there(2)["title"]), ("Kept back", "Ours"))

    def test_plan_fails_when_a_ticket_was_made_private(self):
        before = self.there(1)["title"]
        self.hold()
        self.edit(1, set={"title": "Planned"})
        plan, _ = self.dry_run()
        self.share(1, "local_only")
        self.check_moved(plan, 1, "private now")
        self.go_on()
        self.assertEqual(self.there(1)["title"], before)
        self.assertEqual(self.world.sql("select count(*) from intent"), [["0"]])

    def test_plan_fails_when_a_grant_was_taken_back(self):
        key = self.world.call("ticket.new", project="rocket", actor="user:carol", fields={"title": "Made here"})["key"]
        self.world.settle()
        self.hold()
        self.world.call("ticket.edit", key=key, set={"title": "Planned"}, actor="user:carol")
        plan, _ = self.dry_run()
        self.world.call("ticket.share", key=key, project="rocket", revoke=True, actor="user:carol")
        self.check_moved(plan, key, "private now")

    def test_plan_fails_when_a_mapping_has_ended(self):
        self.hold()
        self.edit(1, set={"title": "Planned"})
        plan, _ = self.dry_run()
        self.world.sql("update mapping set state = 'gone' where item_id = (select id from item where number = %s)" % self.key(1)[2:])
        self.check_moved(plan, 1, "not kept in step any more")

    def test_plan_fails_when_the_time_decides_and_it_was_edited_again(self):
        project = self.world.call("project.list", name="rocket")["projects"][0]
        self.world.call("project.configure", project={**project, "strategy": "newest_wins", "confirmed_by": "Ann"},
                        actor="user:test")
        self.world.settle()
        self.hold()
        self.edit(1, set={"title": "Ours"})
        self.act("edit", 1, title="Theirs")
        plan, _ = self.dry_run()
        self.edit(1, set={"title": "Other"})
        self.edit(1, set={"title": "Ours"})
        self.check_moved(plan, 1, "changed here again")

    def test_plan_holds_when_everything_is_as_it_was(self):
        """It was edited, decided anew and shared in between, and all of that was taken back."""
        self.hold()
        self.edit(1, set={"title": "Ours"}, add={"labels": ["fast"]})
        self.act("edit", 2, title="Theirs")
        plan, _ = self.dry_run()
        self.edit(1, set={"title": "Other"}, remove={"labels": ["fast"]})
        self.edit(1, set={"title": "Ours"}, add={"labels": ["fast"]})
        self.share(2, "local_only")
        self.share(2, "shareable")
        self.act("edit", 2, title="Other")
        self.act("edit", 2, title="Theirs")
        self.assertEqual(self.apply(plan)["state"], "completed")
        self.world.settle()
        self.assertEqual((self.there(1)["title"], self.title(2)), ("Ours", "Theirs"))


if __name__ == "__main__":
    tap.main(__name__)
