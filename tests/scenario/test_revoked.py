#!/usr/bin/python3
"""A credential that is revoked half way: its project stops and says which command goes on, the others do not notice, and with
a new credential everything arrives, once."""

import base64
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
import trackers  # noqa: E402
from verbs import Refused  # noqa: E402
from world import wait_for  # noqa: E402

NEW_TOKEN = "another-token"  # what these tests look with, too
WRITES_BEFORE = 2


class Jira(trackers.Jira):
    options = (*trackers.Jira.options, "--token", NEW_TOKEN + "=tandem-bot:admin")
    writing = {"method": "PUT"}

    @staticmethod
    def authorization(token):
        return "Basic " + base64.b64encode(("tandem-bot@example.com:" + token).encode()).decode()

    @property
    def headers(self):
        return {**trackers.Jira.headers, "Authorization": self.authorization(NEW_TOKEN)}


class Linear(trackers.Linear):
    options = (*trackers.Linear.options, "--token", "sandbox-token", "--token", NEW_TOKEN)
    writing = {"query": "^UpdateIssue$"}

    @staticmethod
    def authorization(token):
        return token

    headers = {**trackers.Linear.headers, "Authorization": NEW_TOKEN}


class JsonTracker(trackers.JsonTracker):
    options = (*trackers.JsonTracker.options, "--token", "sandbox-token", "--token", NEW_TOKEN)
    fields = ("title", "body", "labels", "assignees", "due_date")  # its priorities are not those of the others
    writing = {"method": "PATCH"}

    @staticmethod
    def authorization(token):
        return "Bearer " + token


class Revoked(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = trackers.Trackers(kinds=(Jira, Linear, JsonTracker))
        cls.trackers = cls.world.trackers

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    # what happens

    def fresh(self, tracker, count):
        """So many tickets that all trackers have: pairs of the key here and the keys there."""
        issues = [tracker.create("alice", title="%s %d" % (tracker.title, number)) for number in range(count)]
        found = [self.world.everywhere(tracker, issue) for issue in issues]
        self.world.settle()
        return found

    def revoke(self, tracker):
        """Two more writes go through; from then on the tracker does not know the token any more."""
        tracker.sandbox.control("POST", "faults", [
            {"match": {**tracker.writing, "authorization": tracker.authorization("sandbox-token")}, "skip": WRITES_BEFORE,
             "fault": "status", "status": 401, "times": None}])
        self.addCleanup(tracker.sandbox.control, "DELETE", "faults")

    def revoke_wholly(self, tracker):
        match = {"authorization": tracker.authorization("sandbox-token")}
        tracker.sandbox.control("POST", "faults", {"match": match, "fault": "status", "status": 401, "times": None})

    def renew(self, tracker):
        """What `tandem connect` does with a new credential."""
        secret = {**json.loads(tracker.credential["secret"]), "token": NEW_TOKEN}
        self.world.call("credential.put", name=tracker.name, kind=tracker.credential["kind"], actor="user:test",
                        secret=json.dumps(secret))
        self.world.call("project.set_state", name=tracker.name, state="active", actor="user:test")

    def status(self, tracker):
        return next(one for one in self.world.call("status")["projects"] if one["project"]["name"] == tracker.name)

    def failed(self, tracker):
        return wait_for(lambda: (one := self.status(tracker))["project"]["state"] == "failed" and one, "the project to stop")

    def edit(self, key, **fields):
        self.world.call("ticket.edit", key=key, set=fields, actor="user:carol")

    def wait_for_title(self, tracker, issue, title):
        wait_for(lambda: tracker.look(issue)["title"] == title, "%r in %s" % (title, tracker.title))

    def writes(self):
        return [len(tracker.writes()) for tracker in self.trackers]

    # what holds

    def check_told(self, tracker):
        project = self.failed(tracker)
        self.assertIn("credential", project["project"]["state_reason"])
        for command in ("tandem projects resume " + tracker.name, "tandem connect %s --name %s" % (tracker.system, tracker.name)):
            self.assertIn(command, project["next_step"])
        errors = [one for one in self.world.call("events.read", after=0, limit=1000)["events"] if one["type"].endswith(".SyncError")]
        self.assertIn("tandem connect %s --name %s" % (tracker.system, tracker.name), errors[-1]["data"])
        with self.assertRaises(Refused) as refused:
            self.world.verbs.call("session.start", project=tracker.name, mode="incremental", trigger="person", actor="user:test")
        self.assertIn("tandem projects resume " + tracker.name, refused.exception.message)

    def check_others_go_on(self, tracker, keys):
        """An edit in one of the others reaches the third."""
        (_, one), (place, other) = [(i, each) for i, each in enumerate(self.trackers) if each is not tracker]
        one.edit("bob", keys[self.trackers.index(one)], body="Meanwhile")
        wait_for(lambda: other.look(keys[place])["body"] == "Meanwhile", "the edit in " + other.title)

    def check_arrived_once(self, found):
        for number, (key, keys) in enumerate(found):
            for tracker, issue in zip(self.trackers, keys):
                self.wait_for_title(tracker, issue, "Edited %d" % number)
        self.world.settle()
        for tracker in self.trackers:
            self.assertEqual(tracker.titles().count("Made meanwhile"), 1, tracker.title)
            edits = [title for title in tracker.titles() if title.startswith("Edited ")]
            self.assertEqual(sorted(edits), ["Edited %d" % number for number in range(len(found))], tracker.title)
        self.assertEqual(self.world.sql("select count(*) from intent where state in ('parked', 'prepared', 'unknown')"), [["0"]])
        before = self.writes()
        for tracker in self.trackers:
            self.world.sync(tracker.name, mode="full")
        self.world.settle()
        self.assertEqual(self.writes(), before)

    def play(self, tracker):
        place = self.trackers.index(tracker)
        found = self.fresh(tracker, 5)
        self.revoke(tracker)
        for number, (key, _) in enumerate(found):
            self.edit(key, title="Edited %d" % number)
        self.failed(tracker)
        self.revoke_wholly(tracker)
        self.check_told(tracker)
        came = [tracker.look(keys[place])["title"].startswith("Edited") for _, keys in found]
        self.assertIn(came.count(True), range(1, len(found)))
        key, keys = found[0]
        made = self.world.call("ticket.new", fields={"title": "Made meanwhile"}, project=self.trackers[place - 1].name,
                               actor="user:carol")["key"]
        self.world.call("ticket.comment", key=key, body="Said meanwhile", actor="user:carol")
        for number, (_, issues) in enumerate(found):
            for each, issue in zip(self.trackers, issues):
                if each is not tracker:
                    self.wait_for_title(each, issue, "Edited %d" % number)
        self.check_others_go_on(tracker, keys)
        self.renew(tracker)
        wait_for(lambda: self.world.key_in(tracker, made), "what was made meanwhile")
        wait_for(lambda: tracker.look(keys[place])["body"] == "Meanwhile", "what was edited meanwhile")
        wait_for(lambda: tracker.look(keys[place])["comments"], "what was said meanwhile")
        self.check_arrived_once(found)
        self.assertEqual([len(each.look(issue)["comments"]) for each, issue in zip(self.trackers, keys)], [1, 1, 1])


class RevokedJira(Revoked):
    def test_revoked_credential_of_jira(self):
        self.play(self.trackers[0])


class RevokedLinear(Revoked):
    def test_revoked_credential_of_linear(self):
        self.play(self.trackers[1])


class RevokedJsonTracker(Revoked):
    def test_revoked_credential_of_a_webhook_tracker(self):
        self.play(self.trackers[2])


if __name__ == "__main__":
    tap.main(__name__)
