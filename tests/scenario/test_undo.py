#!/usr/bin/python3
"""Undoing a session over GitHub and Jira at once: what it changed here is as it was, and so is what came of that outside;
what others changed since stays; what it made outside is closed, and what it brought here is let go."""

import os
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from trackers import GitHub, Jira, Trackers  # noqa: E402
from verbs import Refused  # noqa: E402
from world import wait_for  # noqa: E402


def setUpModule():
    """One world for all: two trackers, every ticket in both; no webhooks, so that what comes in comes with a session."""
    Shared.world = Trackers((GitHub, Jira), webhooks=False, environment={"TANDEM_LEASE_MS": "3000"})
    Shared.github, Shared.jira = Shared.world.trackers


def tearDownModule():
    Shared.world.close()


class Shared(unittest.TestCase):

    # what happens

    def fresh(self, title, **fields):
        """A ticket that was made in GitHub and is everywhere: its key here, and its keys there."""
        created = self.github.create("alice", title=title, **fields)
        self.world.sync("github")
        self.world.settle()
        return self.world.everywhere(self.github, created)

    def pull(self, name="github"):
        session = self.world.sync(name)
        self.world.settle()
        return session["id"]

    def undo(self, session):
        """Runs the undo to its end: its session, and its report."""
        undo = self.world.call("session.undo", id=session, actor="user:carol")["id"]
        ended = self.world.finish(undo)
        self.assertEqual((ended["state"], ended["mode"], ended["undoes"]), ("completed", "undo", session), ended)
        self.world.settle()
        return undo, self.lines(undo)

    def lines(self, session, **query):
        found, after = [], 0
        while True:
            page = self.world.call("session.undone", id=session, after=after, **query)
            found += page.get("lines", [])
            after = page.get("next", 0)
            if not page.get("more"):
                return found

    def here(self, key, **query):
        return self.world.call("ticket.get", key=key, **query)

    def edit(self, key, **values):
        self.world.call("ticket.edit", key=key, set=values, actor="user:dave")
        self.world.settle()

    def offline(self, tracker):
        """Until the returned function is called nothing of a session of it is done."""
        name = "adapter-" + tracker.system
        self.world.processes[name].kill()
        return lambda: self.world.start(name, more={"TANDEM_WEBHOOK_LISTEN": "127.0.0.1:%d" % tracker.webhook_port})

    def created_by_session(self, tracker, make):
        """A session of `tracker` during which `make()` happened here: its id, and what `make` returned."""
        back = self.offline(tracker)
        session = self.world.call("session.start", project=tracker.name, mode="incremental", trigger="person",
                                  actor="user:carol")["id"]
        made = make()
        back()
        self.assertEqual(self.world.finish(session)["state"], "completed")
        self.world.settle()
        return session, made

    # what is to be seen

    def said(self, lines):
        return sorted((one["action"], one.get("field", ""), one["outcome"]) for one in lines)

    def titles(self, keys):
        return [tracker.look(key)["title"] for tracker, key in zip(self.world.trackers, keys)]

    def check_quiet(self):
        """Two more rounds write nothing anywhere."""
        self.world.settle()
        before = [len(tracker.writes()) for tracker in self.world.trackers]
        for _ in range(2):
            self.world.sync_all()
        self.assertEqual([len(tracker.writes()) for tracker in self.world.trackers], before)


class Fields(Shared):
    def test_undo_restores_fields_here_and_in_every_tracker(self):
        key, keys = self.fresh("Before", body="Old text.", labels=["bug"])
        self.github.edit("bob", keys[0], title="After", labels=["bug", "urgent"])
        session = self.pull()
        self.assertEqual(self.titles(keys), ["After", "After"])
        expected = [("restore", "labels", "done"), ("restore", "title", "done")]
        self.assertEqual(self.said(self.lines(session, preview=True)), expected)
        self.assertEqual(self.here(key)["fields"]["title"], "After")
        undo, lines = self.undo(session)
        self.assertEqual(self.said(lines), expected)
        title = next(one for one in lines if one["field"] == "title")
        self.assertEqual((title["ticket"], title["before"], title["after"]), (key, {"title": "After"}, {"title": "Before"}))
        self.assertEqual((self.here(key)["fields"]["title"], self.here(key)["fields"]["labels"]), ("Before", ["bug"]))
        self.assertEqual(self.titles(keys), ["Before", "Before"])
        self.assertEqual(self.github.look(keys[0])["labels"], ["bug"])
        self.check_quiet()
        logged = self.world.sql("select actor, cause from change_log where session_id = %d and field = 'title'" % undo)
        self.assertEqual(logged, [["user:carol", "undo"]])
        audit = self.world.sql("select actor, subject, detail ->> 'session' from audit where action = 'session.undo' "
                               "order by id desc limit 1")
        self.assertEqual(audit, [["user:carol", "session/%d" % session, str(undo)]])
        # Twice does nothing more.
        _, again = self.undo(session)
        self.assertEqual(again, [])
        # An undo is undone like any session, and then the first one can be undone again.
        _, lines = self.undo(undo)
        self.assertEqual(self.said(lines), expected)
        self.assertEqual(self.titles(keys), ["After", "After"])
        _, lines = self.undo(session)
        self.assertEqual(self.said(lines), expected)
        self.assertEqual(self.titles(keys), ["Before", "Before"])
        self.check_quiet()

    def test_undo_asks_about_what_moved_since(self):
        for choice, title in (("local", "Even later"), ("external", "Before")):
            with self.subTest(choice=choice):
                key, keys = self.fresh("Before", body="Old text.")
                self.github.edit("bob", keys[0], title="After", body="New text.")
                session = self.pull()
                self.edit(key, title="Even later")
                _, lines = self.undo(session)
                self.assertEqual(self.said(lines), [("restore", "body", "done"), ("restore", "title", "conflict")])
                self.assertEqual(self.titles(keys), ["Even later", "Even later"])
                self.assertEqual(self.github.look(keys[0])["body"], "Old text.")
                (conflict,) = self.world.call("conflict.list", ticket=key, state="open")["conflicts"]
                self.assertEqual([conflict[one] for one in ("kind", "field", "local", "external", "base")],
                                 ["undo", "title", {"title": "Even later"}, {"title": "Before"}, {"title": "After"}])
                self.world.call("conflict.resolve", id=conflict["id"], choice=choice, actor="user:carol")
                self.world.settle()
                self.assertEqual(self.titles(keys), [title, title])
                kept = [("restore", "title", "kept")] if choice == "local" else []  # what was answered is told, and not asked
                self.assertEqual(self.said(self.lines(session, preview=True)), kept)
                lines = self.undo(session)[1]
                self.assertEqual(self.said(lines), kept)
                if kept:
                    self.assertEqual(lines[0]["reason"], "it was changed since, and that stays: conflict %d, decided by user:carol"
                                     % conflict["id"])
                self.assertEqual(self.world.call("conflict.list", ticket=key, state="open").get("conflicts", []), [])
                other, loser = ("external", "Before") if choice == "local" else ("local", "Even later")
                self.world.call("conflict.restore", id=conflict["id"], side=other, actor="user:carol")
                self.world.settle()
                self.assertEqual(self.titles(keys), [loser, loser])
        self.check_quiet()

    def test_undo_tells_again_what_is_still_a_question(self):
        key, keys = self.fresh("Before")
        self.github.edit("bob", keys[0], title="After")
        session = self.pull()
        self.edit(key, title="Later")
        expected = [("restore", "title", "conflict")]
        self.assertEqual(self.said(self.undo(session)[1]), expected)
        (conflict,) = self.world.call("conflict.list", ticket=key, state="open")["conflicts"]
        self.assertEqual(self.said(self.lines(session, preview=True)), expected)
        _, lines = self.undo(session)
        self.assertEqual(self.said(lines), expected)
        self.assertEqual(lines[0]["reason"], "it was changed since: conflict %d asks about that" % conflict["id"])
        again = self.world.call("conflict.list", ticket=key, state="open")["conflicts"]
        self.assertEqual([one["id"] for one in again], [conflict["id"]])

    def test_undo_tells_of_what_was_pulled_and_what_was_sent(self):
        """Of one ticket, by one session."""
        key, keys = self.fresh("Before", body="Old")
        back = self.offline(self.github)
        self.github.edit("bob", keys[0], title="After")
        session = self.world.call("session.start", project="github", mode="incremental", trigger="person", actor="user:carol")["id"]
        self.world.call("ticket.edit", key=key, set={"body": "New from here"}, actor="user:dave")
        back()
        self.world.finish(session)
        self.world.settle()
        self.assertEqual(self.github.look(keys[0])["body"], "New from here")
        expected = [("restore", "body", "kept"), ("restore", "title", "done")]
        self.assertEqual(self.said(self.lines(session, preview=True)), expected)
        self.assertEqual(self.said(self.undo(session)[1]), expected)
        self.assertEqual(self.said(self.undo(session)[1]), [("restore", "body", "kept")])
        self.assertEqual((self.titles(keys), self.github.look(keys[0])["body"]), (["Before", "Before"], "New from here"))

    def test_undo_waits_for_a_plan(self):
        """What a plan holds back is not sent because something else is undone."""
        key, keys = self.fresh("Before", body="Old")
        self.github.edit("bob", keys[0], title="After")
        session = self.pull()
        self.world.call("project.set_state", name="github", state="paused", actor="user:test")
        self.edit(key, body="Not to be sent yet")
        shown = self.world.call("session.preview", id=self.world.sync("github", mode="dry_run")["id"])
        with self.assertRaisesRegex(Refused, "plan %s of a dry run waits.*tandem apply.*tandem projects resume github" % shown["plan"]):
            self.world.call("session.undo", id=session, actor="user:carol")
        self.assertEqual(self.said(self.lines(session, preview=True)), [("restore", "title", "done")])
        self.world.settle()
        self.assertEqual((self.github.look(keys[0])["body"], self.github.look(keys[0])["title"]), ("Old", "After"))
        applied = self.world.finish(self.world.call("plan.apply", plan=shown["plan"], actor="user:ann")["id"])
        self.assertEqual(applied["state"], "completed", applied)
        self.assertEqual(self.said(self.undo(session)[1]), [("restore", "title", "done")])
        self.assertEqual((self.github.look(keys[0])["body"], self.titles(keys)), ("Not to be sent yet", ["Before", "Before"]))

    def test_undo_meets_what_moved_outside(self):
        key, keys = self.fresh("Before")
        self.github.edit("bob", keys[0], title="After")
        session = self.pull()
        self.jira.edit("alice", keys[1], title="From elsewhere")
        undo, lines = self.undo(session)
        self.assertEqual(self.here(key)["fields"]["title"], "Before")
        self.assertEqual(self.titles(keys), ["Before", "From elsewhere"])
        (conflict,) = self.world.call("conflict.list", ticket=key, state="open")["conflicts"]
        self.assertEqual((conflict["kind"], conflict["project"]), ("both_changed", "jira"))
        lines = self.lines(undo)
        self.assertEqual(self.said(lines), [("restore", "title", "conflict")])
        self.assertIn("conflict %d" % conflict["id"], lines[0]["reason"])

    def test_undo_that_cannot_go_on_fails_whole_and_can_be_asked_again(self):
        key, keys = self.fresh("Before")
        self.github.edit("bob", keys[0], title="After")
        session = self.pull()
        self.world.sql("alter table undo_item add constraint broken check (field <> 'title') not valid")
        try:
            undo = self.world.call("session.undo", id=session, actor="user:carol")["id"]
            failed = self.world.finish(undo)
        finally:
            self.world.sql("alter table undo_item drop constraint broken")
        self.assertEqual(failed["state"], "failed")
        self.assertIn("broken", failed["error"])
        self.assertEqual((self.here(key)["fields"]["title"], self.lines(undo)), ("After", []))
        self.assertEqual(self.said(self.undo(session)[1]), [("restore", "title", "done")])
        self.assertEqual(self.titles(keys), ["Before", "Before"])

    def test_undo_leaves_what_people_changed_here(self):
        key, keys = self.fresh("Before")
        session, _ = self.created_by_session(self.github, lambda: self.world.call(
            "ticket.edit", key=key, set={"title": "Mine"}, actor="user:dave"))
        self.assertEqual(self.titles(keys), ["Mine", "Mine"])
        _, lines = self.undo(session)
        self.assertEqual(self.said(lines), [("restore", "title", "kept")])
        self.assertEqual(lines[0]["reason"], "it was changed here or in another tracker, and only sent by this session")
        self.assertEqual(self.titles(keys), ["Mine", "Mine"])


class Whole(Shared):
    """Tickets and comments that a session made, on either side."""

    def test_undo_lets_go_of_what_was_imported(self):
        key, keys = self.fresh("Brought by mistake", body="Theirs.")
        self.github.comment("bob", keys[0], "Theirs too.")
        self.pull()
        session = self.world.sql("select session_id from change_log l join item i on i.id = l.item_id where i.number = %s "
                                 "and l.cause = 'import'" % key[2:])[0][0]
        # The comment came with another session, which is undone first.
        _, lines = self.undo(int(session))
        self.assertEqual([one["outcome"] for one in lines if one["ticket"] == key], ["kept"])
        newest = self.world.call("session.list", project="github", limit=5)["sessions"]
        commented = next(one["id"] for one in newest if one["mode"] == "incremental")
        _, lines = self.undo(commented)
        self.assertEqual(self.said(lines), [("delete", "", "done")])
        self.assertEqual(self.jira.look(keys[1])["comments"], [])
        undo, lines = self.undo(int(session))
        self.assertEqual([one["outcome"] for one in lines if one["ticket"] == key], ["done"])
        self.assertEqual(self.here(key)["fields"]["status"], "cancelled")
        states = {one["project"]: one["state"] for one in self.here(key)["mappings"]}
        self.assertEqual(states, {"github": "gone", "jira": "linked"})
        # Where it came from it is as it was; where tandem copied it to, it is closed.
        seen = self.github.look(keys[0])
        self.assertEqual((seen["title"], seen["status"], seen["comments"]),
                         ("Brought by mistake", "open", ["Theirs too."]))
        self.assertEqual(self.jira.look(keys[1])["status"], "done")
        self.github.edit("bob", keys[0], title="Moved on")
        self.github.comment("bob", keys[0], "Still here.")
        self.world.sync("github", mode="full")
        self.check_quiet()
        self.assertEqual(self.here(key)["fields"]["title"], "Brought by mistake")
        self.assertEqual(self.here(key).get("comments", []), [])
        # And back again, with all that happened there meanwhile.
        self.undo(undo)
        wait_for(lambda: self.titles(keys) == ["Moved on", "Moved on"], "the title to arrive")
        self.assertEqual(self.here(key)["fields"]["status"], "open")
        self.assertEqual(self.jira.look(keys[1])["status"], "open")
        self.assertEqual([one["body"] for one in self.here(key)["comments"]], ["Still here."])
        self.check_quiet()

    def test_undo_tells_of_what_was_imported_and_let_go_since(self):
        self.github.create("alice", title="Let go")
        session = self.pull()
        key = self.world.sql("select 'T-' || number from item where fields ->> 'title' = 'Let go'")[0][0]
        self.world.sql("update mapping m set state = 'gone' from item i, project p where i.id = m.item_id and p.id = m.project_id "
                       "and p.name = 'github' and 'T-' || i.number = '%s'" % key)
        _, lines = self.undo(session)
        self.assertEqual([(one["action"], one["outcome"], one["reason"]) for one in lines],
                         [("cancel", "kept", "it is not kept in step any more: change it by hand")])
        self.world.call("ticket.edit", key=key, set={"status": "cancelled"}, actor="user:dave")
        self.assertEqual(self.undo(session)[1], [])

    def test_undo_tells_of_a_deletion_that_it_only_carried(self):
        key, keys = self.fresh("Talked about")
        self.github.comment("bob", keys[0], "Said once.")
        self.pull()
        comment = self.here(key)["comments"][0]["key"]
        session, _ = self.created_by_session(self.github, lambda: self.world.call(
            "comment.delete", key=comment, actor="user:dave"))
        self.assertEqual(self.github.look(keys[0])["comments"], [])
        self.assertEqual(self.said(self.undo(session)[1]), [("return", "", "kept")])

    def test_undo_closes_what_was_created_outside(self):
        def make():
            key = self.world.call("ticket.new", fields={"title": "Made here"}, project="github", actor="user:dave")["key"]
            self.world.call("ticket.comment", key=key, body="Said here.", actor="user:dave")
            return key
        session, key = self.created_by_session(self.github, make)
        there = self.world.key_in(self.github, key)
        undo, lines = self.undo(session)
        self.assertEqual(self.said(lines), [("close", "", "done"), ("delete", "", "kept")])
        seen = self.github.look(there)
        self.assertEqual((seen["title"], seen["status"], seen["comments"]), ("Made here", "cancelled", ["Said here."]))
        self.assertEqual(self.here(key)["fields"]["status"], "open")
        left = self.world.call("egress.list", ticket=key, limit=1)["rows"][0]
        self.assertEqual((left["rule"], left["fields"]), ("undo", ["status"]))
        self.edit(key, title="Edited since")
        self.assertEqual(self.github.look(there)["title"], "Made here")
        self.assertEqual([one["action"] for one in self.undo(session)[1]], [])
        self.undo(undo)
        wait_for(lambda: self.github.look(there)["status"] == "open", "the ticket to be open again")
        self.assertEqual(self.github.look(there)["title"], "Edited since")
        self.check_quiet()

    def test_undo_takes_no_change_of_privacy_for_a_change_of_values(self):
        number = self.github.create("alice", title="Brought and hidden")
        session = self.pull()
        key, _ = self.world.everywhere(self.github, number)
        self.world.call("ticket.share", key=key, privacy="local_only", actor="user:carol")
        _, lines = self.undo(session)
        self.assertIn(("cancel", "", "done"), self.said(lines))
        self.assertEqual(self.here(key)["fields"]["status"], "cancelled")

    def test_undo_leaves_a_creation_that_others_use(self):
        session, key = self.created_by_session(self.github, lambda: self.world.call(
            "ticket.new", fields={"title": "In use"}, project="github", actor="user:dave")["key"])
        there = self.world.key_in(self.github, key)
        self.github.edit("bob", there, title="Theirs now")
        _, lines = self.undo(session)  # nobody has told tandem yet: the look before the write does
        self.assertEqual(self.said(lines), [("close", "", "kept")])
        self.assertIn("changed there", lines[0]["reason"])
        self.assertEqual(self.github.look(there)["status"], "open")
        self.pull()
        self.assertEqual(self.here(key)["fields"]["title"], "Theirs now")
        _, lines = self.undo(session)
        self.assertEqual(self.said(lines), [("close", "", "kept")])
        self.check_quiet()

    def test_undo_whose_close_is_refused_stays_parked_whatever_is_edited_meanwhile(self):
        session, key = self.created_by_session(self.github, lambda: self.world.call(
            "ticket.new", fields={"title": "Refused close"}, project="github", actor="user:dave")["key"])
        there = self.world.key_in(self.github, key)
        self.github.sandbox.control("POST", "faults", {"match": {"method": "PATCH", "path": "/issues/"}, "fault": "status",
                                                       "status": 403})
        undo, _ = self.undo(session)
        (parked,) = self.world.call("status")["parked"]
        self.assertEqual(parked["ticket"], key)
        self.edit(key, title="Edited since")
        self.assertEqual(self.github.look(there)["title"], "Edited since")
        self.assertEqual(self.world.call("status")["parked"], [parked])
        self.world.call("work.retry", id=parked["id"], actor="user:carol")
        self.world.settle()
        self.assertNotIn("parked", self.world.call("status"))
        (line,) = self.lines(undo)
        self.assertIn("changed there since", line["reason"])
        self.assertEqual(self.github.look(there)["status"], "open")
        self.check_quiet()

    def test_undo_that_is_retried_while_a_write_is_on_its_way_stays_parked(self):
        session, key = self.created_by_session(self.github, lambda: self.world.call(
            "ticket.new", fields={"title": "Busy"}, project="github", actor="user:dave")["key"])
        self.github.sandbox.control("POST", "faults", {"match": {"method": "PATCH", "path": "/issues/"}, "fault": "status",
                                                       "status": 403})
        self.undo(session)
        (parked,) = self.world.call("status")["parked"]
        back = self.offline(self.github)
        self.world.call("ticket.edit", key=key, set={"title": "Still busy"}, actor="user:dave")
        wait_for(lambda: self.world.sql("select 1 from intent n join project p on p.id = n.project_id where p.name = 'github' "
                                        "and n.state = 'prepared'"), "the write to be decided")
        with self.assertRaises(Refused) as refused:
            self.world.verbs.call("work.retry", id=parked["id"], actor="user:carol")
        self.assertEqual(refused.exception.code, "stale")
        self.world.call("work.retry", project="github", actor="user:carol")
        self.assertEqual(self.world.call("status")["parked"], [parked])
        back()
        self.world.settle()
        self.world.call("work.retry", id=parked["id"], actor="user:carol")
        self.world.settle()

    def test_undo_brings_back_a_deleted_comment(self):
        key, keys = self.fresh("Talked about")
        comment = self.github.comment("bob", keys[0], "Said once.")
        self.pull()
        self.github.delete_comment("bob", keys[0], comment)
        self.world.sql("insert into fetch_queue (project_id, kind, external_id, reason) select project_id, kind, external_id, "
                       "'test' from external_item where kind = 'comment' and external_id = '%s'" % comment)
        self.world.sql("insert into gone_item (project_id, kind, external_id, told_at) select project_id, kind, external_id, "
                       "now() from external_item where kind = 'comment' and external_id = '%s'" % comment)
        session = self.pull()
        self.assertEqual((self.here(key).get("comments", []), self.jira.look(keys[1])["comments"]), ([], []))
        _, lines = self.undo(session)
        self.assertEqual(self.said(lines), [("return", "", "done")])
        self.assertEqual([one["body"] for one in self.here(key)["comments"]], ["Said once."])
        self.assertIn("Said once.", self.jira.look(keys[1])["comments"][0])
        self.assertIn("Said once.", self.github.look(keys[0])["comments"][0])
        self.check_quiet()

    def test_undo_refuses_what_cannot_be_undone(self):
        with self.assertRaisesRegex(Refused, "there is no session"):
            self.world.call("session.undo", id=999999, actor="user:carol")
        with self.assertRaisesRegex(Refused, "whose it is"):
            self.world.call("session.undo", id=1, actor="")
        with self.assertRaisesRegex(Refused, "no undo"):
            self.world.call("session.undone", id=1)


class Disturbed(Shared):
    """Processes die, sessions fail: what was begun is finished or as it was, and told."""

    def dies(self, role, point, **more):
        """Starts a role that kills itself at a fault point; returns what waits for that."""
        self.world.processes[role].kill()
        process = self.world.start(role, more={"TANDEM_FAULT_KILL": point, **more})
        return lambda: wait_for(lambda: not process.alive, "%s to die at %s" % (role, point))

    def test_undo_goes_on_after_every_death(self):
        """More than one batch; the store dies in the first, in the second, and once after each; nothing is done twice."""
        count = 55
        keys = [self.github.create("alice", title="Brought %d" % number) for number in range(count)]
        session = self.pull()
        self.world.everywhere(self.github, keys[-1])
        self.world.settle()
        died = self.dies("store", "store.undo_batch:1")
        undo = self.world.call("session.undo", id=session, actor="user:carol")["id"]
        died()
        for point in ("store.after_commit.schedule.tick:1", "store.undo_batch:1"):
            died = self.dies("store", point)
            died()
        self.world.processes["scheduler"].kill()
        self.world.start("store")
        self.world.start("scheduler")
        self.assertEqual(self.world.finish(undo)["state"], "completed")
        self.world.settle()
        lines = [one for one in self.lines(undo) if one["title"].startswith("Brought")]
        self.assertEqual(len(lines), len({one["ticket"] for one in lines}))
        self.assertEqual(self.said(lines), [("cancel", "", "done")] * count)
        self.assertEqual({self.github.look(key)["status"] for key in keys}, {"open"})
        statuses = {self.here(one["ticket"])["fields"]["status"] for one in lines}
        self.assertEqual(statuses, {"cancelled"})
        for line in (lines[0], lines[-1]):
            there = self.world.key_in(self.jira, line["ticket"])
            self.assertEqual(self.jira.look(there)["status"], "done")

    def test_retract_survives_deaths(self):
        """The store dies when it was asked, the adapter when it has sent: it is done all the same, and asked for once."""
        key = self.world.call("ticket.new", fields={"title": "Mortal"}, project="github", actor="user:dave")["key"]
        self.world.settle()
        there = self.world.key_in(self.github, key)
        self.world.call("ticket.share", key=key, privacy="local_only", actor="user:carol")
        sent = self.dies("adapter-github", "adapter.after_send.update_ticket:1")
        asked = self.dies("store", "store.after_commit.ticket.retract:1")
        threading.Thread(target=lambda: (asked(), self.world.start("store"))).start()
        self.world.call("ticket.retract", key=key, actor="user:carol")
        sent()
        self.world.start("adapter-github", more={"TANDEM_WEBHOOK_LISTEN": "127.0.0.1:%d" % self.github.webhook_port})
        self.world.settle()
        self.assertEqual(self.github.look(there)["title"], "Retracted")
        writes = [one for one in self.github.writes() if (one.get("after") or {}).get("title") == "Retracted"]
        self.assertEqual(len([one for one in writes if one["issue"] == int(there[1:])]), 1)
        audit = self.world.sql("select count(*) from audit where action = 'ticket.retract' and subject = '%s'" % key)
        self.assertEqual(audit, [["1"]])
        self.assertEqual({one["state"] for one in self.here(key)["mappings"]}, {"gone"})

    def pause(self):
        self.world.call("project.set_state", name="github", state="paused", actor="user:carol")

    def resume(self):
        self.world.call("project.set_state", name="github", state="active", actor="user:carol")
        self.world.settle()

    def test_failed_session_tells_what_was_written_and_what_was_not(self):
        tickets = [self.fresh("Row %d" % number) for number in range(3)]
        self.world.processes["adapter-github"].kill()
        session = self.world.call("session.start", project="github", mode="incremental", trigger="person",
                                  actor="user:carol")["id"]
        for key, _ in tickets:
            self.world.call("ticket.edit", key=key, set={"title": "Moved", "body": "Moved too."}, actor="user:dave")
        wait_for(lambda: self.world.call("session.get", id=session).get("waiting") == 3, "three writes to be decided")
        died = self.dies("adapter-github", "adapter.after_send.update_ticket:2")
        died()
        self.pause()
        failed = self.world.call("session.get", id=session)
        self.assertEqual([failed.get(one, 0) for one in ("state", "pushed", "uncertain", "waiting")], ["failed", 1, 1, 1])
        seen = [self.github.look(keys[0]) for _, keys in tickets]
        self.assertEqual(sorted((one["title"], one["body"]) for one in seen),
                         [("Moved", "Moved too."), ("Moved", "Moved too."), ("Row 2", "")])
        self.world.start("adapter-github", more={"TANDEM_WEBHOOK_LISTEN": "127.0.0.1:%d" % self.github.webhook_port})
        self.resume()
        self.assertEqual({self.github.look(keys[0])["title"] for _, keys in tickets}, {"Moved"})
        settled = self.world.call("session.get", id=session)
        self.assertEqual([settled.get(one, 0) for one in ("uncertain", "waiting")], [0, 0])

    def test_failed_session_leaves_tickets_whole_here(self):
        tickets = [self.fresh("Row %d" % number, body="Old.") for number in range(3)]
        died = self.dies("conflict", "conflict.before_commit:1")
        for _, keys in tickets:
            self.github.edit("bob", keys[0], title="Moved", body="New.")
        session = self.world.call("session.start", project="github", mode="incremental", trigger="person",
                                  actor="user:carol")["id"]
        died()
        wait_for(lambda: self.world.sql("select pull_done from session where id = %d" % session) == [["t"]], "the pull")
        self.pause()
        failed = self.world.call("session.get", id=session)
        self.assertEqual([failed.get(one, 0) for one in ("state", "updated", "unplanned")], ["failed", 0, 3])
        here = [self.here(key)["fields"] for key, _ in tickets]
        self.assertEqual([(one["title"], one["body"]) for one in here], [("Row %d" % number, "Old.") for number in range(3)])
        self.world.start("conflict")
        undo, lines = self.undo(session)  # it had changed nothing; the paused project goes on with it
        self.assertEqual(lines, [])
        self.assertEqual({self.here(key)["fields"]["body"] for key, _ in tickets}, {"New."})
        self.assertEqual(self.undo(undo)[1], [])  # what came in meanwhile is not its own
        self.assertEqual({self.here(key)["fields"]["body"] for key, _ in tickets}, {"New."})


class Retraction(Shared):
    """What is outside of a ticket that became private; every text of it has a token that must not leave again."""

    def retract(self, key, **more):
        return self.world.call("ticket.retract", key=key, actor="user:carol", **more)

    def places(self, answer):
        return sorted((one["key"], one["project"], one["action"], one["state"]) for one in answer.get("places", []))

    def made_here(self, title, **fields):
        """A ticket of ours with a comment, in both trackers."""
        key = self.world.call("ticket.new", fields={"title": title, **fields}, project="github", actor="user:dave")["key"]
        self.world.call("ticket.share", key=key, project="jira", actor="user:dave")
        self.world.call("ticket.comment", key=key, body="Said of " + title, actor="user:dave")
        self.world.settle()
        comment = self.here(key)["comments"][0]["key"]
        return key, comment, [self.world.key_in(tracker, key) for tracker in self.world.trackers]

    def sent_since(self, marks):
        """What the API was given since, as text."""
        return "".join(str(write["after"]) for tracker, mark in zip(self.world.trackers, marks)
                       for write in tracker.writes()[mark:])

    def marks(self):
        return [len(tracker.writes()) for tracker in self.world.trackers]

    def test_retract_takes_back_what_is_outside(self):
        key, comment, keys = self.made_here("Zebra-token", body="Zebra text.", labels=["bug"])
        with self.assertRaisesRegex(Refused, "may be in github"):
            self.retract(key, preview=True)
        self.world.call("ticket.share", key=key, privacy="local_only", actor="user:carol")
        self.edit(key, title="Zebra-token, and more", body="Zebra secret.")
        marks = self.marks()
        planned = [(comment, "github", "delete", "planned"), (comment, "jira", "delete", "planned"),
                   (key, "github", "close", "planned"), (key, "jira", "close", "planned")]
        plan = self.retract(key, preview=True)
        self.assertEqual(self.places(plan), sorted(planned))
        left = next(one for one in plan["places"] if one["key"] == key and one["project"] == "github")
        self.assertLessEqual({"title", "body", "labels"}, set(left["fields"]))
        self.assertGreater(left["last_left_ms"], 0)
        self.assertEqual(len(plan["lasting"]), 3)
        self.world.sync_all()
        self.assertEqual(self.marks(), marks)  # until a person asks for it, nothing is taken back
        self.assertTrue(self.retract(key)["begun"])
        self.world.settle()
        for tracker, there in zip(self.world.trackers, keys):
            seen = tracker.look(there)
            self.assertEqual((seen["title"], seen["body"], seen["labels"], seen["comments"]),
                             ("Retracted", "This ticket was retracted.", [], []))
            self.assertNotEqual(seen["status"], "open")
        self.assertNotIn("Zebra", self.sent_since(marks))
        self.assertEqual({one["state"] for one in self.here(key)["mappings"]}, {"gone"})
        self.assertEqual(self.here(key)["fields"]["body"], "Zebra secret.")
        self.assertEqual(len(self.here(key)["comments"]), 1)
        since = 1 + max(one["last_left_ms"] for one in plan["places"])
        rules = {one["rule"] for one in self.world.call("egress.list", ticket=key, since_ms=since)["rows"]}
        self.assertEqual(rules, {"retract"})
        self.assertEqual(self.retract(key).get("places", []), [])  # a second time there is nothing left
        audit = self.world.sql("select actor, subject from audit where action = 'ticket.retract'")
        self.assertIn(["user:carol", key], audit)
        # What others do there afterwards is theirs.
        self.github.comment("bob", keys[0], "What was it?")
        self.pull()
        self.assertEqual(len(self.here(key)["comments"]), 1)
        self.check_quiet()

    def test_retract_one_comment_and_one_project(self):
        key, comment, keys = self.made_here("Half private")
        self.world.call("ticket.share", key=comment, privacy="local_only", actor="user:carol")
        self.retract(comment)
        self.world.settle()
        self.assertEqual([tracker.look(there)["comments"] for tracker, there in zip(self.world.trackers, keys)], [[], []])
        self.assertEqual(self.titles(keys), ["Half private", "Half private"])
        self.world.call("ticket.share", key=key, project="jira", revoke=True, actor="user:carol")
        self.assertEqual(self.places(self.retract(key)), [(key, "jira", "close", "waiting")])
        self.world.settle()
        self.assertEqual(self.titles(keys), ["Half private", "Retracted"])
        self.edit(key, title="Still shared")
        self.assertEqual(self.titles(keys), ["Still shared", "Retracted"])
        self.world.call("ticket.share", key=key, project="jira", actor="user:carol")  # and there again, as a new one
        self.world.settle()
        self.assertEqual((self.jira.titles().count("Still shared"), self.jira.look(keys[1])["title"]), (1, "Retracted"))
        self.world.sync("jira", mode="full")
        self.check_quiet()
        self.assertEqual(self.world.sql("select count(*) from item where fields ->> 'title' = 'Retracted'"), [["0"]])

    def test_retract_leaves_what_others_wrote(self):
        key, keys = self.fresh("Theirs", body="Their text.")
        self.github.comment("bob", keys[0], "Their comment.")
        self.pull()
        self.world.call("ticket.share", key=key, privacy="local_only", actor="user:carol")
        comment = self.here(key)["comments"][0]["key"]
        self.assertEqual(self.places(self.retract(key)),
                         sorted([(key, "github", "keep", "kept"), (key, "jira", "close", "waiting"),
                                 (comment, "github", "keep", "kept"), (comment, "jira", "delete", "waiting")]))
        self.world.settle()
        self.assertEqual(self.titles(keys), ["Theirs", "Retracted"])
        self.assertEqual(self.github.look(keys[0])["comments"], ["Their comment."])
        self.assertEqual(self.jira.look(keys[1])["comments"], [])

    def test_retract_loses_no_edit_and_sends_nothing_twice(self):
        """Somebody edits it there meanwhile, and an answer is lost: it is blanked all the same, and what was there is kept."""
        key, _, keys = self.made_here("Yak-token")
        self.world.call("ticket.share", key=key, privacy="local_only", actor="user:carol")
        self.github.edit("bob", keys[0], title="Edited by bob")
        self.github.sandbox.control("POST", "faults", {"match": {"method": "PATCH", "path": "/issues/"},
                                                       "fault": "reset_after_commit"})
        marks = self.marks()
        self.retract(key)
        self.world.settle()
        self.assertEqual(self.titles(keys), ["Retracted", "Retracted"])
        self.assertNotIn("Yak", self.sent_since(marks))
        kept = self.world.sql("select l.before ->> 'title' from change_log l join item i on i.id = l.item_id where "
                              "l.cause = 'retracted' and i.number = " + key[2:])
        self.assertIn(["Edited by bob"], kept)
        self.check_quiet()

    def undone_creation(self, title):
        """A ticket of ours with a comment, that the undo of its session has closed there: its key, there, and the undo."""
        def make():
            key = self.world.call("ticket.new", fields={"title": title, "body": "Emu text."}, project="github", actor="user:dave")["key"]
            self.world.call("ticket.comment", key=key, body="Emu comment.", actor="user:dave")
            return key
        session, key = self.created_by_session(self.github, make)
        there = self.world.key_in(self.github, key)
        undo, _ = self.undo(session)
        self.assertEqual((self.github.look(there)["title"], self.github.look(there)["status"]), (title, "cancelled"))
        return key, there, undo

    def test_retract_blanks_what_an_undo_only_closed(self):
        key, there, undo = self.undone_creation("Emu-token")
        comment = self.here(key)["comments"][0]["key"]
        self.world.call("ticket.share", key=key, privacy="local_only", actor="user:carol")
        marks = self.marks()
        self.assertEqual(self.places(self.retract(key, preview=True)),
                         sorted([(one, project, action, "planned") for project in ("github", "jira")
                                 for one, action in ((key, "close"), (comment, "delete"))]))
        self.retract(key)
        self.world.settle()
        seen = self.github.look(there)
        self.assertEqual((seen["title"], seen["body"], seen["status"], seen["comments"]),
                         ("Retracted", "This ticket was retracted.", "cancelled", []))
        self.assertNotIn("Emu", self.sent_since(marks))
        self.assertEqual(self.places(self.retract(key)), [])
        self.undo(undo)  # what was blanked is not taken for the ticket's again
        self.assertEqual(self.here(key)["fields"]["title"], "Emu-token")
        self.check_quiet()

    def test_retract_names_an_earlier_copy_that_was_only_closed(self):
        key, there, _ = self.undone_creation("Made again")
        self.world.call("ticket.share", key=key, project="github", actor="user:carol")
        self.world.settle()
        again = self.world.key_in(self.github, key)
        self.assertNotEqual(again, there)
        self.world.call("ticket.share", key=key, privacy="local_only", actor="user:carol")
        plan = self.retract(key)
        (place,) = [one for one in plan["places"] if one["key"] == key and one["action"] == "by_hand"]
        self.assertEqual((place["external_key"], place["state"]), (there, "kept"))
        self.assertIn("delete it there", place["reason"])
        self.assertTrue(place["url"].endswith("/" + there.lstrip("#")))
        self.world.settle()
        self.assertEqual((self.github.look(again)["title"], self.github.look(there)["title"]), ("Retracted", "Made again"))
        self.assertIn((key, "github", "by_hand", "kept"), self.places(self.retract(key)))

    def test_retract_makes_it_anew_when_it_is_shared_again_before(self):
        """What an undo closed was to be blanked; shared again, it is left, and made there as a new one."""
        key, there, _ = self.undone_creation("Shared after all")
        self.world.call("ticket.share", key=key, privacy="local_only", actor="user:carol")
        back = self.offline(self.github)
        self.retract(key)
        self.world.call("ticket.share", key=key, privacy="shareable", project="github", actor="user:carol")
        back()
        self.world.settle()
        again = self.world.key_in(self.github, key)
        self.assertNotEqual(again, there)
        self.assertEqual((self.github.look(again)["title"], self.github.look(there)["title"]), ("Shared after all", "Shared after all"))
        self.check_quiet()

    def test_retract_ends_when_it_may_be_there_again(self):
        key, _, keys = self.made_here("Changed my mind")
        back = self.offline(self.github)
        self.world.call("ticket.share", key=key, privacy="local_only", actor="user:carol")
        self.retract(key)
        self.world.call("ticket.share", key=key, privacy="shareable", actor="user:carol")
        back()
        self.world.settle()
        self.assertEqual(self.github.look(keys[0])["title"], "Changed my mind")
        self.edit(key, body="And it goes on.")
        self.assertEqual(self.github.look(keys[0])["body"], "And it goes on.")

    def test_retract_carries_nothing_whatever_stands_in_the_database(self):
        key, _, keys = self.made_here("Gnu-token")
        back = self.offline(self.github)
        self.world.call("ticket.share", key=key, privacy="local_only", actor="user:carol")
        marks = self.marks()
        self.retract(key)
        self.world.sql("update intent set payload_set = payload_set || '{\"title\": \"Gnu-token leaks\"}' where state = "
                       "'prepared' and change = 'update' and purpose = 'retract'")
        back()
        self.world.settle()
        self.assertNotIn("Gnu", self.sent_since(marks))
        self.assertEqual(self.github.look(keys[0])["title"], "Gnu-token")
        self.retract(key)
        self.world.settle()
        self.assertEqual(self.titles(keys), ["Retracted", "Retracted"])

    def test_retract_believes_late_that_a_ticket_is_gone(self):
        """One look that does not find it may mean that a right was taken away."""
        key, _, keys = self.made_here("Vanished")
        self.world.call("ticket.share", key=key, privacy="local_only", actor="user:carol")
        self.github.delete("alice", keys[0])
        self.retract(key)
        of_ticket = "from intent where purpose = 'retract' and change = 'update' and reason like '%gone%'"
        wait_for(lambda: self.world.sql("select 1 " + of_ticket), "the look that does not find it")
        self.assertIn((key, "github", "close", "waiting"), self.places(self.retract(key, preview=True)))
        self.world.sql("update gone_item set sure = true where gone is not null")
        self.world.sql("update intent set next_attempt_at = now() where state = 'prepared'")
        self.world.settle()
        self.assertEqual({one["state"] for one in self.here(key)["mappings"]}, {"gone"})
        self.assertEqual(self.places(self.retract(key)), [])

    def test_retract_goes_on_without_what_a_tracker_refuses(self):
        key, _, keys = self.made_here("Stubborn")
        self.world.call("ticket.share", key=key, privacy="local_only", actor="user:carol")
        self.github.sandbox.control("POST", "faults", {"match": {"method": "PATCH", "path": "/issues/"}, "fault": "status",
                                                       "status": 403})
        self.retract(key)
        wait_for(lambda: self.world.call("status").get("parked"), "the write to be parked")
        (parked,) = self.world.call("status")["parked"]
        self.assertEqual((parked["ticket"], parked["project"]), (key, "github"))
        self.assertIn((key, "github", "close", "parked"), self.places(self.retract(key, preview=True)))
        self.world.call("work.retry", id=parked["id"], actor="user:carol")
        self.world.settle()
        self.assertEqual(self.titles(keys), ["Retracted", "Retracted"])


if __name__ == "__main__":
    tap.main(__name__)
