#!/usr/bin/python3
"""Undoing a session over GitHub and Jira at once: what it changed here is as it was, and so is what came of that outside;
what others changed since stays; what it made outside is closed, and what it brought here is let go."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from trackers import GitHub, Jira, Trackers  # noqa: E402
from verbs import Refused  # noqa: E402
from world import wait_for  # noqa: E402


class Shared(unittest.TestCase):
    """Two trackers, every ticket in both; no webhooks, so that what comes in comes with a session."""

    @classmethod
    def setUpClass(cls):
        cls.world = Trackers((GitHub, Jira), webhooks=False)
        cls.github, cls.jira = cls.world.trackers

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

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
        self.check_quiet()
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
                self.assertEqual(self.undo(session)[1], [])
                self.check_quiet()

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

    def test_undo_leaves_what_people_changed_here(self):
        key, keys = self.fresh("Before")
        session, _ = self.created_by_session(self.github, lambda: self.world.call(
            "ticket.edit", key=key, set={"title": "Mine"}, actor="user:dave"))
        self.assertEqual(self.titles(keys), ["Mine", "Mine"])
        _, lines = self.undo(session)
        self.assertEqual(self.said(lines), [("restore", "title", "kept")])
        self.assertEqual(self.titles(keys), ["Mine", "Mine"])
        self.check_quiet()


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
        self.check_quiet()
        self.assertEqual(self.github.look(there)["title"], "Made here")
        self.assertEqual([one["action"] for one in self.undo(session)[1]], [])
        self.undo(undo)
        wait_for(lambda: self.github.look(there)["status"] == "open", "the ticket to be open again")
        self.assertEqual(self.github.look(there)["title"], "Edited since")
        self.check_quiet()

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


if __name__ == "__main__":
    tap.main(__name__)
