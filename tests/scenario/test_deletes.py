#!/usr/bin/python3
"""Deleting on any side, over GitHub, Jira and Linear at once: where a comment was written it is deleted for all, a copy or
an edited one is a question, a ticket is never more than a question."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from deletes_world import Shared  # noqa: E402
from trackers import GitHub, Jira, Linear, Trackers  # noqa: E402
from verbs import Refused  # noqa: E402
from world import wait_for  # noqa: E402


class Comments(Shared):
    def test_deletes_comment_where_it_was_written_deletes_it_everywhere(self):
        for place, tracker in enumerate(self.trackers):
            with self.subTest(origin=tracker.system):
                key, keys, ids = self.commented(tracker)
                tracker.delete_comment("bob", keys[place], ids[place])
                wait_for(lambda: self.count(keys) == [0, 0, 0], "the copies to go")
                self.check_quiet()
                self.assertEqual((self.here(key), self.conflicts(key)), ([], []))
                kept = self.here(key, deleted=True)[0]
                self.assertIn("Said once.", kept["body"])
                self.assertEqual(kept["deleted_by"], "%s:%s" % (tracker.system, tracker.remote))

    def test_deletes_comment_here_deletes_it_everywhere(self):
        for tracker in (None, self.trackers[0], self.trackers[1]):
            with self.subTest(origin=tracker and tracker.system):
                if tracker:
                    key, keys, _ = self.commented(tracker)
                else:
                    key, keys = self.fresh(self.trackers[2])
                    self.world.call("ticket.comment", key=key, body="Said here.", actor="user:carol")
                    self.comment_everywhere(keys)
                comment = self.here(key)[0]["key"]
                for _ in range(2):  # the second time there is nothing left to do
                    self.world.call("comment.delete", key=comment, actor="user:carol")
                wait_for(lambda: self.count(keys) == [0, 0, 0], "the copies to go")
                self.check_quiet()
                self.assertEqual(self.here(key, deleted=True)[0]["deleted_by"], "user:carol")
                left = self.world.call("egress.list", ticket=comment, limit=3)["rows"]
                self.assertEqual([(one["rule"], one.get("fields", [])) for one in left], [("delete", [])] * 3)
                logged = self.world.sql("select cause, before ->> 'body' from change_log where item_id = %s order by id "
                                        "desc limit 1" % comment[2:])
                self.assertEqual(logged[0][0], "deleted")
                self.assertIn("Said", logged[0][1])

    def test_deletes_private_comment_takes_its_copies_along(self):
        key, keys, _ = self.commented(self.trackers[0])
        comment = self.here(key)[0]["key"]
        self.world.call("ticket.share", key=comment, privacy="local_only", actor="user:carol")
        self.world.call("comment.delete", key=comment, actor="user:carol")
        wait_for(lambda: self.count(keys) == [0, 0, 0], "the copies to go")
        self.check_quiet()

    def test_deletes_copy_is_a_question(self):
        for choice, left in (("local", [1, 1, 1]), ("external", [0, 0, 0])):
            with self.subTest(choice=choice):
                key, keys, ids = self.commented(self.trackers[0])
                self.trackers[2].delete_comment("erin", keys[2], ids[2])
                conflict = self.the_conflict(key)
                self.assertEqual((conflict["field"], conflict["external"]["comment"]), ("comment", "deleted"))
                self.assertEqual(self.count(keys), [1, 1, 0])
                with self.assertRaises(Refused):
                    self.world.call("conflict.resolve", id=conflict["id"], choice="value", value={"comment": "x"},
                                    actor="user:carol")
                self.decide(conflict, choice)
                wait_for(lambda: self.count(keys) == left, "the decision to be carried out")
                self.check_quiet()
                self.assertEqual(len(self.here(key)), left[0])
                decided = self.conflicts(key, "resolved")[0]
                self.assertEqual((decided["winner"], decided["decided_by"]), (choice, "user:carol"))

    def test_deletes_edited_comment_is_a_question(self):
        """Edited here or in another tracker, deleted where it was written: in any order of arrival."""
        for editor in ("here", 1):
            for choice, left in (("local", [1, 1, 1]), ("external", [0, 0, 0])):
                with self.subTest(editor=editor, choice=choice):
                    key, keys, ids = self.commented(self.trackers[0])
                    self.pause_webhooks(True)
                    self.trackers[0].delete_comment("bob", keys[0], ids[0])
                    if editor == "here":
                        self.world.call("ticket.edit", key=self.here(key)[0]["key"], set={"body": "Better."},
                                        actor="user:carol")
                    else:
                        text = self.trackers[1].look(keys[1])["comments"][0].replace("Said once.", "Better.")
                        self.trackers[1].edit_comment("tandem-bot", keys[1], ids[1], text)
                    self.pause_webhooks(False)
                    wait_for(lambda: self.conflicts(key), "a conflict")
                    self.world.settle()
                    for conflict in self.conflicts(key):
                        texts = conflict["local"]["comment"], conflict["external"]["comment"]
                        keep = "local" if "Better" in texts[0] else "external"
                        drop = {"local": "external", "external": "local"}[keep]
                        self.decide(conflict, keep if choice == "local" else drop)
                    wait_for(lambda: self.count(keys) == left, "the decision to be carried out")
                    self.check_quiet()
                    if left[0]:
                        self.assertTrue(all("Better." in one.look(external)["comments"][0]
                                            for one, external in zip(self.trackers, keys)))

    def test_deletes_edit_that_is_planned_together_with_the_deletion_is_a_question(self):
        key, keys, ids = self.commented(self.trackers[0])
        self.world.processes["conflict"].kill()
        self.trackers[0].delete_comment("bob", keys[0], ids[0])
        wait_for(lambda: self.world.sql("select 1 from gone_item where external_id = '%s' and sure" % ids[0]), "the deletion to be seen")
        text = self.trackers[1].look(keys[1])["comments"][0].replace("Said once.", "Better.")
        self.trackers[1].edit_comment("tandem-bot", keys[1], ids[1], text)
        wait_for(lambda: self.world.sql("select 1 from external_item where fields ->> 'body' like 'Better.%%' and "
                                        "external_id like '%%%s'" % ids[1]), "the edit to be seen")
        self.world.start("conflict")
        self.decide(self.the_conflict(key), "external")
        wait_for(lambda: self.count(keys) == [1, 1, 1], "the edited one to be everywhere")
        self.check_quiet()
        self.assertTrue(all("Better." in one.look(there)["comments"][0] for one, there in zip(self.trackers, keys)))

    def test_deletes_restored_comment_does_not_wait_for_what_was_asked_before(self):
        """Whether its text is the one here or the one there, of which nothing is left."""
        key, keys, ids = self.commented(self.trackers[0])
        self.pause_webhooks(True)
        self.trackers[0].edit_comment("bob", keys[0], ids[0], "Said there.")
        self.world.call("ticket.edit", key=self.here(key)[0]["key"], set={"body": "Said here."}, actor="user:carol")
        self.pause_webhooks(False)
        wait_for(lambda: [one["field"] for one in self.conflicts(key)] == ["body"], "a conflict about its text")
        self.trackers[0].delete_comment("bob", keys[0], ids[0])
        wait_for(lambda: [one for one in self.conflicts(key) if one["field"] == "comment"], "a conflict about its being there")
        self.world.settle()
        self.decide([one for one in self.conflicts(key) if one["field"] == "comment"][0], "local")
        wait_for(lambda: self.count(keys) == [1, 1, 1], "the comment to be everywhere again")
        self.check_quiet()
        self.assertTrue(all("Said here." in one.look(there)["comments"][0] for one, there in zip(self.trackers, keys)))
        self.assertEqual([], self.conflicts(key))

    def untaken(self, linear, how):
        """A comment and a ticket there that are seen, and that nobody takes: the keys of the comment's ticket, and their ids."""
        key, keys = self.fresh(linear)
        self.world.processes["conflict"].kill()
        comment, ticket = linear.comment("bob", keys[2], "Said " + how), linear.create("bob", title="Made " + how)
        wait_for(lambda: self.world.sql("select 1 from external_item where fields::text ~ '%s' offset 1" % how), "both to be seen")
        return key, keys, comment, ticket

    def test_deletes_what_goes_before_it_is_taken_is_not_taken(self):
        """Also when its import was decided already; it is when it is there again."""
        linear = self.trackers[2]
        key, keys, comment, ticket = self.untaken(linear, "too soon")
        cases = self.world.call("plan.claim", limit=100)["cases"]
        linear.delete_comment("bob", keys[2], comment)
        linear.delete("bob", ticket)
        wait_for(lambda: self.world.sql("select 1 from gone_item join external_item using (project_id, kind, external_id) "
                                        "where sure and fields::text ~ 'too soon' offset 1"), "both to be seen to be gone")
        settings = int(self.world.sql("select version from project where name = '%s'" % linear.name)[0][0])
        outcomes = [{"mapping_id": one["mapping_id"], "generation": one["generation"], "settings_version": settings,
                     "import": True} for one in cases]
        self.assertEqual(self.world.call("plan.commit", outcomes=outcomes), {"moved": 2})
        self.world.start("conflict")
        self.check_quiet()
        self.assertEqual((self.count(keys), self.here(key, deleted=True)), ([0, 0, 0], []))
        linear.restore("bob", ticket)
        wait_for(lambda: self.world.ticket_of(ticket, linear.name), "the ticket that is there again")
        self.check_quiet()

    def test_deletes_what_goes_untold_before_it_is_taken_is_not_taken(self):
        """No webhook tells of it: a full pull does not show it."""
        linear = self.trackers[2]
        key, keys, comment, ticket = self.untaken(linear, "too quietly")
        self.pause_webhooks(True)
        linear.delete_comment("bob", keys[2], comment)
        linear.delete("bob", ticket)
        self.world.call("session.start", project=linear.name, mode="full", trigger="person", actor="user:erin")
        missed = ("select 1 from gone_item join external_item using (project_id, kind, external_id) "
                  "where gone_item.gone is not null and fields::text ~ 'too quietly' %s offset 1")
        wait_for(lambda: self.world.sql(missed % ""), "both to be missed")
        self.world.sql("update gone_item set gone_at = gone_at - interval '10 minutes'")
        self.world.sql("update fetch_queue set next_at = now()")
        wait_for(lambda: self.world.sql(missed % "and sure"), "the second look")
        self.world.start("conflict")
        self.pause_webhooks(False)
        self.check_quiet()
        self.assertEqual((self.count(keys), self.here(key, deleted=True)), ([0, 0, 0], []))
        self.assertIsNone(self.world.ticket_of(ticket, linear.name))

    def test_deletes_comment_that_was_edited_there_meanwhile_is_a_question(self):
        for choice, left in (("local", [0, 0, 0]), ("external", [1, 1, 1])):
            with self.subTest(choice=choice):
                key, keys, ids = self.commented(self.trackers[0])
                self.pause_webhooks(True)
                self.trackers[0].edit_comment("bob", keys[0], ids[0], "Said better.")
                self.world.call("comment.delete", key=self.here(key)[0]["key"], actor="user:carol")
                conflict = self.the_conflict(key)
                self.assertEqual((conflict["local"]["comment"], conflict["external"]["comment"]),
                                 ("deleted", "Said better."))
                self.pause_webhooks(False)
                self.decide(conflict, choice)
                wait_for(lambda: self.count(keys) == left, "the decision to be carried out")
                self.check_quiet()
                if left[0]:
                    self.assertTrue(all("Said better." in one.look(external)["comments"][0]
                                        for one, external in zip(self.trackers, keys)))

    def test_deletes_nobody_is_believed_at_once_without_a_webhook(self):
        key, keys, ids = self.commented(self.trackers[0])
        self.pause_webhooks(True)
        self.trackers[0].delete_comment("bob", keys[0], ids[0])
        self.look_at("comment", ids[0])
        self.assertEqual(len(self.here(key)), 1)
        self.world.sql("update gone_item set gone_at = gone_at - interval '9 minutes' where kind = 'comment'")
        self.look_at("comment", ids[0])  # one in between puts nothing off
        waits = self.world.sql("select f.next_at - g.gone_at < interval '11 minutes' from fetch_queue f join gone_item g using "
                               "(project_id, kind, external_id) where kind = 'comment'")
        self.assertEqual(waits, [["t"]])
        self.assertEqual(len(self.here(key)), 1)
        self.world.sql("update gone_item set gone_at = gone_at - interval '1 minute' where kind = 'comment'")
        self.look_at("comment", ids[0])
        self.assertEqual(self.here(key), [])
        self.pause_webhooks(False)
        wait_for(lambda: self.count(keys) == [0, 0, 0], "the copies to go")
        self.check_quiet()

    def test_deletes_late_webhook_of_an_edit_brings_nothing_back(self):
        key, keys, ids = self.commented(self.trackers[0])
        self.trackers[0].sandbox.control("POST", "webhooks", {"duplicate": True, "reorder": True})
        self.trackers[0].edit_comment("bob", keys[0], ids[0], "Said again.")
        self.trackers[0].delete_comment("bob", keys[0], ids[0])
        wait_for(lambda: self.count(keys) == [0, 0, 0] or self.conflicts(key), "an end of it")
        self.trackers[0].sandbox.control("POST", "webhooks", {"duplicate": False, "reorder": False})
        self.check_quiet()
        self.assertEqual((self.count(keys), self.conflicts(key)), ([0, 0, 0], []))


class Tickets(Shared):
    def mapping(self, key, tracker):
        return next(one for one in self.world.call("ticket.get", key=key)["mappings"] if one["project"] == tracker.name)

    def status(self, key):
        return self.world.call("ticket.get", key=key)["fields"]["status"]

    def test_deletes_ticket_is_a_question_and_its_comments_stay(self):
        for place, tracker in enumerate(self.trackers):
            others = [one for one in range(3) if one != place]
            for choice, status in (("local", "open"), ("external", "cancelled")):
                with self.subTest(tracker=tracker.system, choice=choice):
                    key, keys, _ = self.commented(tracker)
                    tracker.delete("erin", keys[place])
                    conflict = self.the_conflict(key)
                    self.assertEqual((conflict["field"], conflict["local"]["ticket"], conflict["external"]["ticket"]),
                                     ("ticket", "open", "deleted"))
                    self.assertEqual((self.status(key), len(self.here(key))), ("open", 1))
                    self.decide(conflict, choice)
                    self.assertEqual((self.mapping(key, tracker)["state"], self.mapping(key, tracker)["reason"]),
                                     ("gone", "deleted there"))
                    self.assertEqual((self.status(key), len(self.here(key)), self.conflicts(key)), (status, 1, []))
                    for other in others:
                        self.assertEqual(self.trackers[other].local(self.trackers[other].external(status)),
                                         self.trackers[other].look(keys[other])["status"])
                        self.assertEqual(len(self.trackers[other].comment_ids(keys[other])), 1)
                    self.check_quiet()

    def test_deletes_kept_ticket_lives_on_with_the_others(self):
        key, keys = self.fresh(self.trackers[0])
        self.trackers[0].delete("erin", keys[0])
        self.decide(self.the_conflict(key), "local")
        self.trackers[1].edit("bob", keys[1], title="Still here")
        wait_for(lambda: self.trackers[2].look(keys[2])["title"] == "Still here", "the edit")
        self.world.call("ticket.comment", key=key, body="So am I.", actor="user:carol")
        wait_for(lambda: len(self.trackers[2].comment_ids(keys[2])) == 1, "the comment")
        self.check_quiet()

    def test_deletes_kept_ticket_is_made_there_again_by_sharing_it(self):
        key, keys, _ = self.commented(self.trackers[1])
        self.trackers[0].delete("erin", keys[0])
        self.decide(self.the_conflict(key), "local")
        self.world.call("ticket.edit", key=key, set={"title": "Once more"}, actor="user:carol")
        self.world.settle()
        self.world.call("ticket.share", key=key, project=self.trackers[0].name, actor="user:carol")
        again = wait_for(lambda: self.mapping(key, self.trackers[0]).get("external_key") or None, "the new one")
        self.assertNotEqual(again, keys[0])
        wait_for(lambda: len(self.trackers[0].comment_ids(again)) == 1, "its comment")
        self.assertEqual(self.trackers[0].look(again)["title"], "Once more")
        self.check_quiet()

    def test_deletes_ticket_that_comes_back_is_linked_again(self):
        linear, place = self.trackers[2], 2
        for decided in (False, True):
            with self.subTest(decided=decided):
                key, keys, _ = self.commented(linear)
                linear.delete("erin", keys[place])
                conflict = self.the_conflict(key)
                if decided:
                    self.decide(conflict, "local")
                linear.restore("erin", keys[place])
                linear.edit("erin", keys[place], title="Back")
                wait_for(lambda: self.world.call("ticket.get", key=key)["fields"]["title"] == "Back", "the ticket")
                self.world.settle()
                self.assertEqual(self.mapping(key, linear)["state"], "linked")
                self.assertEqual(self.conflicts(key), [])
                ended = self.conflicts(key, "resolved" if decided else "superseded")[0]
                told = self.world.sql("select type from event_log where payload ->> 'conflict' = '%d' order by sequence" % ended["id"])
                self.assertEqual([row[0].rsplit(".", 1)[1] for row in told], ["ConflictDetected", "ConflictResolved"])
                self.assertEqual(ended["decided_by"], "user:carol" if decided else "tandem: it is there again")
                self.trackers[0].edit("bob", keys[0], title="And forth")
                wait_for(lambda: linear.look(keys[place])["title"] == "And forth", "an edit to travel")
                self.world.call("ticket.comment", key=key, body="Welcome.", actor="user:carol")
                wait_for(lambda: len(linear.comment_ids(keys[place])) == 2, "a comment to travel")
                self.check_quiet()

    def test_deletes_moved_ticket_tells_where_it_went(self):
        key, keys = self.fresh(self.trackers[0])
        number = int(keys[0][1:])
        self.trackers[0].sandbox.control("POST", "seed", {"repo": "acme/hangar", "issues": 0})
        self.world.call("project.configure", actor="user:test",
                        project=self.trackers[0].project(name="hangar", remote="acme/hangar"))
        self.trackers[0].sandbox.act("alice", "transfer", number=number, fields={"to": "acme/hangar"})
        self.look_at("ticket", str(number))
        self.assertEqual(self.conflicts(key), [])
        self.world.sql("update gone_item set gone_at = gone_at - interval '10 minutes' where kind = 'ticket'")
        self.look_at("ticket", str(number))
        conflict = self.the_conflict(key)
        self.assertRegex(conflict["external"]["ticket"],
                         r"\Atransferred to http.*/issues/1, which is in the project hangar\Z")
        self.decide(conflict, "local")
        self.check_quiet()


class Absent(unittest.TestCase):
    def test_deletes_show_in_a_full_pull_without_webhooks(self):
        for kind in (GitHub, Jira, Linear):
            with self.subTest(tracker=kind.system), Trackers(kinds=(kind,), follow=False, webhooks=False) as world:
                self.delete_without_a_word(world, world.trackers[0])

    def delete_without_a_word(self, world, tracker):
        keys = [tracker.create("alice", title="Quiet %d" % i) for i in range(4)]
        comments = [tracker.comment("bob", keys[0], "One of %d" % i) for i in range(3)]
        world.sync(tracker.name)
        world.settle()
        here = [world.ticket_of(key, tracker.name)["key"] for key in keys]
        session = world.sync(tracker.name, "full")
        self.check_nothing_was_fetched(world, session)
        tracker.delete_comment("bob", keys[0], comments[1])
        tracker.delete("erin", keys[3])
        world.sync(tracker.name, "full")
        self.assertEqual(sorted(world.sql("select kind, sure from gone_item")), [["comment", "f"], ["ticket", "f"]])
        world.sql("update gone_item set gone_at = gone_at - interval '10 minutes'")
        world.sql("update fetch_queue set next_at = now()")
        world.sync(tracker.name)  # which does not wait for the second look
        wait_for(lambda: not world.sql("select 1 from fetch_queue"), "the second look")
        world.settle()
        self.assertEqual(len(world.call("ticket.get", key=here[0])["comments"]), 2)
        found = world.call("conflict.list", state="open")["conflicts"]
        self.assertEqual([(one["ticket"], one["kind"]) for one in found], [(here[3], "deleted_vs_edited")])

    def check_nothing_was_fetched(self, world, session):
        """A fetch would show in the cache."""
        self.assertEqual(world.sql("select kind, external_id from external_item e join session s on s.id = %d where "
                                   "e.observed_at >= s.started_at" % session["id"]), [])


if __name__ == "__main__":
    tap.main(__name__)
