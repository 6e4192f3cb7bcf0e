#!/usr/bin/python3
"""Undoing a session and retracting a ticket by command, as people and scripts see it."""

import json
import os
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import tap  # noqa: E402
from trackers import GitHub, OneTracker  # noqa: E402
from world import BIN, PATIENT_S, wait_for  # noqa: E402


class Shared(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = OneTracker(GitHub)
        cls.github = cls.world.tracker
        cls.world.connect()
        cls.world.sync()

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def tandem(self, *words):
        return subprocess.run([os.path.join(BIN, "tandem"), *words],
                              env={**self.world.environment(), "TANDEM_ACTOR": "user:dora", "COLUMNS": "200"},
                              capture_output=True, text=True, timeout=PATIENT_S, check=False)

    def run_fine(self, *words):
        done = self.tandem(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done


class Commands(Shared):
    def test_sessions_undo_shows_then_does_then_tells(self):
        number = self.github.create("alice", title="Before")
        self.world.sync()
        self.github.edit("bob", number, title="After")
        session = str(self.world.sync()["id"])
        key = self.world.ticket_of(number)["key"]
        planned = self.run_fine("sessions", "undo", session, "--dry-run")
        self.assertRegex(planned.stdout, r"restore\s+%s\s+%s\s+title\s+After\s+Before" % (key, number))
        self.assertIn("Nothing was done. To do it: tandem sessions undo " + session, planned.stderr)
        preview = json.loads(self.run_fine("sessions", "undo", session, "--dry-run", "--json").stdout)
        self.assertEqual([(one["action"], one["outcome"]) for one in preview["lines"]], [("restore", "done")])
        done = self.run_fine("sessions", "undo", session)
        self.assertIn("(undo of session %s, asked for by a person)" % session, done.stdout)
        self.assertRegex(done.stdout, r"restored\s+%s\s+%s\s+title\s+After\s+Before" % (key, number))
        self.assertEqual(self.github.look(number)["title"], "Before")
        newest = json.loads(self.run_fine("sessions", "list", "--json").stdout)["sessions"][0]
        self.assertEqual((newest["mode"], newest["undoes"]), ("undo", int(session)))
        shown = json.loads(self.run_fine("sessions", "show", str(newest["id"]), "--json", "--items").stdout)
        self.assertEqual((shown["session"]["id"], shown["lines"][0]["after"]), (newest["id"], {"title": "Before"}))
        self.assertEqual(json.loads(self.run_fine("sessions", "show", str(newest["id"]), "--json").stdout)["id"], newest["id"])
        again = self.run_fine("sessions", "undo", session)
        self.assertIn("Nothing was left to undo.", again.stderr)
        audit = [json.loads(line) for line in self.run_fine("audit", "export").stdout.splitlines()]
        self.assertIn(("user:dora", "session.undo", "session/" + session),
                      [(one["actor"], one["action"], one["subject"]) for one in audit])

    def test_sessions_undo_tells_what_a_person_has_to_decide(self):
        number = self.github.create("alice", title="Before")
        self.world.sync()
        self.github.edit("bob", number, title="After")
        session = str(self.world.sync()["id"])
        key = self.world.ticket_of(number)["key"]
        self.run_fine("ticket", "edit", key, "--title", "Later")
        self.world.settle()
        done = self.run_fine("sessions", "undo", session)
        self.assertRegex(done.stdout, r"conflict\s+%s" % key)
        self.assertIn("Decide 1 conflict: tandem conflicts list --project rocket", done.stdout)
        (conflict,) = json.loads(self.run_fine("conflicts", "list", "--json").stdout)["conflicts"]
        shown = self.run_fine("conflicts", "show", str(conflict["id"]))
        self.assertIn("before the session that was undone", shown.stdout + shown.stderr)
        self.run_fine("conflicts", "resolve", str(conflict["id"]), "--external")
        wait_for(lambda: self.github.look(number)["title"] == "Before", "the decision to arrive")

    def test_sessions_undo_refuses(self):
        for words, status, message in ((("nine",), 2, "a session is a number"), (("999",), None, "there is no session 999")):
            done = self.tandem("sessions", "undo", *words)
            self.assertNotEqual(done.returncode, 0)
            if status:
                self.assertEqual(done.returncode, status)
            self.assertIn(message, done.stderr)

    def test_ticket_retract_shows_then_does(self):
        key = self.run_fine("ticket", "new", "--title", "Our plans", "--project", "rocket").stdout.strip()
        self.world.settle()
        (mapping,) = self.world.call("ticket.get", key=key)["mappings"]
        number = mapping["external_key"]
        refused = self.tandem("ticket", "retract", key)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("tandem ticket share %s --privacy local_only" % key, refused.stderr)
        shared = self.run_fine("ticket", "share", key, "--privacy", "local_only")
        self.assertEqual(shared.stdout.strip(), key)
        for text in ("stays until you take it back", "tandem ticket retract " + key):
            self.assertIn(text, shared.stderr)
        self.assertRegex(shared.stderr, r"%s in rocket: %s \(.*title.*; last " % (key, number))
        for words in (("--dry-run",), ()):
            shown = self.run_fine("ticket", "retract", key, *words)
            self.assertRegex(shown.stdout, r"blank and close it\s+%s\s+rocket\s+%s\s+.*title" % (key, number))
            self.assertIn("Nobody can take back", shown.stderr)
        self.world.settle()
        self.assertEqual(self.github.look(number)["title"], "Our plans")
        done = self.run_fine("ticket", "retract", key, "--yes")
        self.assertIn("It is on its way.", done.stderr)
        self.world.settle()
        self.assertEqual(self.github.look(number)["title"], "Retracted")
        plan = json.loads(self.run_fine("ticket", "retract", key, "--dry-run", "--json").stdout)
        self.assertEqual(plan.get("places", []), [])
        self.assertIn("Nothing of %s is outside" % key, self.run_fine("ticket", "retract", key).stderr)
        self.assertIn("retract", self.run_fine("audit", "egress", "--ticket", key).stdout)

    def test_share_revoke_says_why_a_ticket_may_go_on_being_there(self):
        number = self.github.create("alice", title="Written there")
        self.world.sync()
        key = self.world.ticket_of(number)["key"]
        self.run_fine("ticket", "share", key, "--project", "rocket")
        told = self.run_fine("ticket", "share", key, "--project", "rocket", "--revoke").stderr
        self.assertRegex(told, "may be in rocket, because it (comes from there|is public).*--privacy local_only")
        self.assertNotIn("--revoke", told)

    def test_audit_egress_says_that_there_is_more(self):
        for number in range(3):
            self.run_fine("ticket", "new", "--title", "Page %d" % number, "--project", "rocket")
        self.world.settle()
        page = self.run_fine("audit", "egress", "--limit", "2")
        self.assertIn("There are older ones: repeat it with --before ", page.stderr)
        rows = json.loads(self.run_fine("audit", "egress", "--limit", "2", "--json").stdout)["rows"]
        rest = json.loads(self.run_fine("audit", "egress", "--before", str(rows[-1]["id"]), "--json").stdout)
        self.assertTrue(all(row["id"] < rows[-1]["id"] for row in rest["rows"]))
        self.assertNotIn("There are older ones", self.run_fine("audit", "egress", "--before", str(rows[-1]["id"]), "--limit", "1000").stderr)


class Removed(Shared):
    """Where the project is removed, and the tickets stay."""

    def test_ticket_share_and_retract_tell_what_is_left_there(self):
        key = self.run_fine("ticket", "new", "--title", "Left there", "--project", "rocket").stdout.strip()
        self.world.settle()
        number = self.world.call("ticket.get", key=key)["mappings"][0]["external_key"]
        self.run_fine("projects", "remove", "rocket", "--yes")
        told = self.run_fine("ticket", "share", key, "--privacy", "local_only").stderr
        self.assertRegex(told, r"%s in rocket \(removed \d+\): %s \(.*title.*\): the project was removed here: delete it there: http\S+/%s"
                         % (key, number, number.lstrip("#")))
        self.assertIn("tandem ticket retract %s --dry-run" % key, told)
        shown = self.run_fine("ticket", "retract", key, "--dry-run")
        self.assertRegex(shown.stdout, r"by hand\s+%s\s+rocket \(removed \d+\)\s+%s" % (key, number))
        self.assertNotIn("is outside where it may not be", shown.stderr)
        self.assertIn(key, self.run_fine("audit", "egress", "--project", "rocket").stdout)


if __name__ == "__main__":
    tap.main(__name__)
