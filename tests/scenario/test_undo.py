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


if __name__ == "__main__":
    tap.main(__name__)
