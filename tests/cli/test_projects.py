#!/usr/bin/python3
"""Projects: connected, steered, tried out, and their tracker away, on the command line."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from house import TANDEM, wait_for  # noqa: E402
from running import Running  # noqa: E402


class Projects(Running):
    def test_cli_says_the_nearest_project(self):
        self.connect("nearby", "--no-sync")
        for words in (["sync", "nearbi"], ["ticket", "list", "--project", "Nearby"], ["conflicts", "list", "--project", "neraby", "--exit-code"],
                      ["sessions", "list", "--project", "nearb"], ["retry", "nearbi"], ["projects", "follow", "nearby", "nearbi"],
                      ["ticket", "new", "--title", "Lost", "--project", "nearbi"], ["projects", "pause", "nearbi"]):
            done = self.house.run(*words)
            self.assertEqual((done.code, done.out), (3, ""), words)
            self.assertRegex(done.err, r"^tandem: there is no project `\w+`\. Did you mean `nearby`\?\n$", words)

    def test_cli_connect_names_what_is_wrong_and_stores_nothing(self):
        bad = self.house.file("bad", "nonsense\n")
        repo = ["connect", "github", "--base-url", self.url, "--name", "wrong", "--repo"]
        rows = [([*repo, "acme/rocket", "--token-file", bad], 5, "token"),
                ([*repo, "acme/nowhere", "--token-file", self.token], 3, "acme/nowhere"),
                (["connect", "github", "--base-url", "http://127.0.0.1:1", "--repo", "acme/rocket", "--token-file", self.token], 6, "127.0.0.1"),
                ([*repo, "acme/rocket", "--token-file", "/nonexistent"], 4, "/nonexistent"),
                ([*repo, "acme", "--token-file", self.token], 2, "OWNER/NAME"[:5]),
                ([*repo, "acme/rocket", "--token-file", self.token, "--strategy", "newest_wins"], 2, "--confirmed-by"),
                ([*repo, "acme/rocket", "--token-file", self.token, "--map", "labels"], 2, "FIELD:LOCAL=EXTERNAL")]
        for words, code, said in rows:
            done = self.house.run(*words)
            self.assertEqual(done.code, code, (words, done.err))
            self.assertIn(said.lower(), done.err.lower(), words)
        self.assertEqual(self.house.run("projects", "show", "wrong").code, 3)

    def test_cli_connect_refuses_to_write_with_a_reader(self):
        reader = self.house.file("reader", "reader\n")
        words = ["connect", "github", "--base-url", self.url, "--repo", "acme/rocket", "--name", "reader", "--token-file", reader, "--no-sync"]
        self.assertEqual(self.house.run(*words).code, 5)
        self.run_fine(*words, "--direction", "pull")

    def test_cli_connect_fetches_and_reports(self):
        done = self.connect("fetched", "--map", "labels:bug=kind/bug", "--field-direction", "assignees=pull")
        self.assertIn("tandem-bot", done.err)
        self.assertRegex(done.out, r"Session \d+ of fetched finished in")
        self.assertEqual(done.err.count("sandbox-token"), 0)
        project = self.run_fine("projects", "show", "fetched", "--json").json
        rules = {rule["field"]: rule for rule in project["rules"]}
        self.assertEqual(rules["status"]["table"][0], {"local": "open", "external": "open"})
        self.assertEqual(rules["labels"]["table"], [{"local": "bug", "external": "kind/bug"}])
        self.assertEqual(rules["assignees"]["direction"], "pull")
        status = self.run_fine("status", "--json").json["projects"]
        self.assertGreater([p["tickets"] for p in status if p["project"]["name"] == "fetched"][0], 0)
        self.assertEqual(self.run_fine("sync", "fetched", "--wait", "--json").json["state"], "completed")
        session = self.run_fine("sessions", "list", "--project", "fetched", "--plain").out.split("\t")[0].strip()
        self.assertIn("fetched", self.run_fine("sessions", "show", session).out)
        self.assertIn("ok", self.run_fine("doctor").out)

    def test_cli_connect_guides_a_person_and_hides_the_token(self):
        self.control("POST", "seed", {"repo": "acme/guided", "issues": 3})
        code, shown = self.house.on_terminal(
            ["connect", "github", "--base-url", self.url],
            [("Repository", "acme/guided"), ("Token", "sandbox-token"), ("Call the project", ""), ("Which way", ""), ("When both", "nonsense"),
             ("When both", "merge"), ("Tickets made here", ""), ("Connect acme/guided as guided", "")])
        self.assertEqual(code, 0, shown)
        self.assertNotIn("sandbox-token", shown)
        self.assertIn("It is one of manual|", shown)
        self.assertEqual(self.run_fine("projects", "show", "guided", "--json").json["strategy"], "merge")

    def test_cli_connect_lets_a_person_correct_what_he_typed(self):
        self.control("POST", "seed", {"repo": "acme/mistyped", "issues": 1})
        code, shown = self.house.on_terminal(
            ["connect", "github", "--base-url", self.url, "--dry-run"],
            [("Repository", "acme/mistyepd"), ("Token (not", "wrong"), ("Token (not", "sandbox-token"),
             ("Repository", "acme/mistyped"), ("Call the project", ""), ("Which way", ""), ("When both", ""), ("Tickets made here", "")])
        self.assertEqual(code, 0, shown)
        self.assertIn("Nothing was stored", shown)

    def test_cli_projects_pause_resume_remove(self):
        self.connect("steered", "--no-sync")
        self.assertIn("tandem projects resume steered", self.run_fine("projects", "pause", "steered", "--reason", "holiday").err)
        self.assertIn("holiday", self.run_fine("projects", "show", "steered").out)
        self.assertEqual(self.house.run("sync", "steered").code, 4)
        self.run_fine("projects", "resume", "steered")
        self.assertEqual(self.house.run("projects", "remove", "steered").code, 2)
        self.run_fine("projects", "remove", "steered", "--yes")
        self.assertEqual(self.house.run("projects", "show", "steered").code, 3)

    def test_cli_dry_run_is_a_plan_that_is_applied_or_refused(self):
        self.connect("planned")
        key = self.run_fine("ticket", "list", "--project", "planned", "--limit", "1", "--json").json["tickets"][0]["key"]
        self.run_fine("projects", "pause", "planned")
        self.run_fine("ticket", "edit", key, "--title", "As planned")
        shown = self.run_fine("sync", "planned", "--dry-run")
        plan = re.search(r"tandem apply (P\d+-[0-9a-f]{12})", shown.err).group(1)
        self.assertRegex(shown.out, r"change outside +%s .*title .*As planned" % key)
        session = self.run_fine("sessions", "list", "--project", "planned", "--limit", "1", "--json").json["sessions"][0]["id"]
        again = self.run_fine("sessions", "show", str(session))
        self.assertIn("As planned", again.out)
        self.assertIn("tandem apply %s\n" % plan, again.err)
        self.run_fine("ticket", "edit", key, "--title", "Something else")
        moved = self.house.run("apply", plan)
        self.assertNotEqual(moved.code, 0)
        self.assertIn("%s (title here)" % key, moved.err)
        again = json.loads(self.run_fine("sync", "planned", "--dry-run", "--json").out.splitlines()[-1])
        self.assertEqual([line["value"] for line in again["lines"]], [{"title": "Something else"}])
        self.assertIn("finished in", self.run_fine("apply", again["plan"]).out)
        self.assertEqual(self.run_fine("projects", "show", "planned", "--json").json["state"], "active")
        self.assertEqual(self.house.run("apply", "P9-000000000000").code, 3)

    def test_cli_dry_run_that_finds_nothing_pauses_nothing(self):
        self.connect("idle")
        shown = self.run_fine("sync", "idle", "--dry-run")
        self.assertIn("Nothing would be changed", shown.err)
        self.assertNotIn("tandem apply", shown.err)
        self.assertEqual(self.run_fine("projects", "show", "idle", "--json").json["state"], "active")

    def test_cli_tracker_that_is_away_is_told(self):
        self.connect("away")
        with urllib.request.urlopen(urllib.request.Request(self.url + "/repos/acme/away", headers={"Authorization": "Bearer sandbox-token"})) as answer:
            number = json.load(answer)["id"]
        path = "/repositories/%d/" % number
        self.control("POST", "faults", {"match": {"method": "GET", "path": path}, "fault": "status", "status": 503, "times": None})
        self.addCleanup(self.control, "DELETE", "faults")
        self.run_fine("sync", "away")
        told = wait_for(lambda: re.search("away could not be looked at.*503", self.run_fine("status").err), "the refusal to be told")
        self.assertNotIn("When that is mended", told.group())
        found = {row["check"]: row for row in self.house.run("doctor", "--json").json["findings"]}
        self.assertEqual(found["project away"]["state"], "warning", found["project away"])
        self.control("DELETE", "faults")
        self.run_fine("projects", "resume", "away")  # the next try is now
        self.run_fine("sync", "away", "--wait")
        self.assertNotIn("away could not be looked at", self.run_fine("status").err)

    def test_cli_status_of_one_project(self):
        self.connect("alone")
        self.connect("beside")
        shown = self.run_fine("status", "alone")
        self.assertRegex(shown.out, r"^alone\nstate +active\nremote +github acme/alone")
        self.assertIn("tandem sessions show", shown.out)
        self.assertNotIn("beside", shown.out + shown.err)
        self.assertEqual([row["project"]["name"] for row in self.run_fine("status", "alone", "--json").json["projects"]], ["alone"])
        self.assertEqual(len(self.run_fine("status", "alone", "--plain").out.splitlines()), 1)
        unknown = self.house.run("status", "alnoe")
        self.assertEqual((unknown.code, unknown.out), (3, ""))
        self.assertIn("Did you mean `alone`?", unknown.err)

    def test_cli_wait_tells_until_when_a_tracker_rests(self):
        self.connect("resting")
        self.control("POST", "limits", {"secondary_for_s": 600})
        self.addCleanup(self.control, "POST", "limits", {"clear": True})
        obey = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)  # what runs in the background inherits that it is ignored
        with subprocess.Popen([TANDEM, "sync", "resting", "--wait"], env=self.house.environment, stderr=subprocess.PIPE, text=True,
                              preexec_fn=obey) as waiting:
            told = waiting.stderr.readline()
            waiting.send_signal(signal.SIGINT)
        self.assertRegex(told, r"^resting rests until \d{4}-\d\d-\d\d \d\d:\d\d, in \d+ min: ")
        self.assertEqual(waiting.returncode, -signal.SIGINT)


if __name__ == "__main__":
    tap.main(__name__)
