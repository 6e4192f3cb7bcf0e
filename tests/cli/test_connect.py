#!/usr/bin/python3
"""Connecting more than one tracker, and the field mapping that comes with it: `tandem connect` and `tandem fields` against
the stand-ins of GitHub, Linear and Jira."""

import json
import os
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import tap  # noqa: E402
from house import House, StandIn, wait_for, why_not  # noqa: E402

COMMON = {"title", "body", "status", "labels", "assignees"}


ADAPTERS = ("tandem-adapter-linear", "tandem-adapter-jira")


@unittest.skipIf(why_not(*ADAPTERS), why_not(*ADAPTERS))
class Connecting(unittest.TestCase):
    """GitHub's project is `first`, made before Linear's `second`; each test makes a project of its own besides if it
    changes anything."""

    @classmethod
    def setUpClass(cls):
        cls.house = House()
        cls.github = StandIn("github-sandbox", "--issues", "40", "--token", "sandbox-token")
        cls.linear = StandIn("linear-sandbox", "--issues", "12", "--no-limits", "--oauth", "id:secret:refresh=tandem-bot")
        jira = ("--issues", "8", "--no-limits", "--token", "sandbox-token=tandem-bot:admin")
        cls.cloud, cls.data_center = StandIn("jira-sandbox", *jira), StandIn("jira-sandbox", "--data-center", *jira)
        cls.stand_ins = (cls.github, cls.linear, cls.cloud, cls.data_center)
        cls.addClassCleanup(cls.clean_up)
        cls.token = cls.house.file("token", "sandbox-token\n")
        for stand_in in cls.stand_ins:
            wait_for(lambda one=stand_in: one.control("GET", "health"), "the stand-in")
        cls.house.start(*(one.port for one in cls.stand_ins))
        cls.must(cls.house.run("connect", "github", "--base-url", cls.github.url, "--repo", "acme/rocket", "--name", "first",
                               "--token-file", cls.token))
        cls.must(cls.connect_linear("ENG", "second"))

    @classmethod
    def clean_up(cls):
        cls.house.run("down")
        for stand_in in cls.stand_ins:
            stand_in.close()
        cls.house.remove()

    @staticmethod
    def must(done):
        if done.code:
            raise AssertionError("%d\n%s%s" % (done.code, done.out, done.err))
        return done

    @classmethod
    def connect_linear(cls, team, name, *words):
        if team != "ENG":
            cls.linear.control("POST", "seed", {"team": team, "name": team, "issues": 3, "seed": 1})
        return cls.house.run("connect", "linear", "--base-url", cls.linear.url, "--team", team, "--name", name,
                             "--token-file", cls.token, *words)

    def run_fine(self, *words, **more):
        return self.must(self.house.run(*words, **more))

    def project(self, name):
        return self.run_fine("projects", "show", name, "--json").json

    def rules(self, name):
        return {rule["field"]: rule for rule in self.project(name)["rules"]}

    def pairs(self, name, field):
        return [(pair["local"], pair["external"]) for pair in self.rules(name)[field].get("table", [])]

    # -- connecting

    def test_connect_github_has_the_rules_it_always_had(self):
        self.assertTrue(self.project("first")["listed_only"])
        self.assertEqual(set(self.rules("first")), COMMON | {"milestone"})
        self.assertEqual(self.pairs("first", "status"),
                         [("open", "open"), ("done", "closed:completed"), ("cancelled", "closed:not_planned"),
                          ("duplicate", "closed:duplicate"), ("in_progress", "open")])
        people = self.rules("first")["assignees"]
        self.assertEqual((people["table"], people["closed"], people["members_max"]), ([], False, 10))

    def test_connect_linear_maps_words_by_what_they_mean(self):
        project = self.project("second")
        self.assertEqual((project["remote"], project["system"], project["listed_only"]), ("ENG", "linear", True))
        self.assertIn("team_id", json.loads(project["options"]))
        self.assertEqual(set(self.rules("second")), COMMON | {"priority"})
        statuses = self.pairs("second", "status")
        self.assertEqual(statuses[0], ("open", "Todo"))
        self.assertIn(("in_progress", "In Progress"), statuses)
        self.assertTrue(self.rules("second")["status"]["closed"])
        self.assertEqual(self.rules("second")["assignees"]["members_max"], 1)

    def test_connect_linear_tickets_have_the_words_of_here(self):
        tickets = self.run_fine("ticket", "list", "--project", "second", "--all", "--json").json["tickets"]
        self.assertEqual(len(tickets), 12)
        self.assertLessEqual({ticket["fields"]["status"] for ticket in tickets},
                             {"open", "in_progress", "done", "cancelled", "duplicate"})
        self.assertLessEqual({ticket["fields"].get("priority", "") for ticket in tickets}, {"urgent", "high", "medium", "low", ""})
        self.assertNotIn("estimate", {name for ticket in tickets for name in ticket["fields"]})

    def test_connect_further_project_maps_only_people_who_are_known(self):
        people = dict(self.pairs("second", "assignees"))
        known = {name for ticket in self.run_fine("ticket", "list", "--project", "first", "--all", "--json").json["tickets"]
                 for name in ticket["fields"].get("assignees", [])}
        self.assertTrue(people)
        self.assertLessEqual(set(people), known)
        self.assertTrue(self.rules("second")["assignees"]["closed"])

    def test_connect_jira_cloud_and_data_center(self):
        email = ["--email", "tandem-bot@example.com"]
        for name, site, kind in (("cloud", self.cloud, email), ("center", self.data_center, [])):
            with self.subTest(site=name):
                words = ["connect", "jira", "--project", site.url + "/browse/ROCKET-1", "--name", name, "--token-file", self.token]
                done = self.run_fine(*words, *kind, "--field", "due_date")
                self.assertRegex(done.out, r"Session \d+ of %s finished in" % name)
                project = self.project(name)
                self.assertEqual((project["remote"], project["base_url"]), ("ROCKET", site.url))
                self.assertIn("deployment", json.loads(project["options"]))
                self.assertEqual(set(self.rules(name)), COMMON | {"priority", "due_date"})
                self.assertEqual(self.pairs(name, "status")[0], ("open", "To Do"))
                self.assertIn(("urgent", "Highest"), self.pairs(name, "priority"))
                self.assertIn("alice", dict(self.pairs(name, "assignees")))
                findings = self.house.run("fields", "validate", name, "--json").json["findings"]
                problems = {row["check"] for row in findings if row["state"] == "problem"}
                self.assertLessEqual(problems, {"epic_name"})  # which epics alone must have, on Data Center

    def test_connect_takes_wanted_fields_and_words(self):
        done = self.must(self.connect_linear("WANT", "wanted", "--field", "estimate", "--map", "labels:bug=Bug",
                                             "--field-direction", "priority=pull", "--no-sync"))
        self.assertIn("estimate", done.err)
        rules = self.rules("wanted")
        self.assertIn("estimate", rules)
        self.assertEqual(rules["priority"]["direction"], "pull")
        self.assertEqual(self.pairs("wanted", "labels"), [("bug", "Bug")])

    def test_connect_again_keeps_the_rules_of_a_person(self):
        self.must(self.connect_linear("AGAIN", "again", "--direction", "pull", "--no-sync"))
        self.run_fine("fields", "map", "again", "labels", "--value", "bug=Bug")
        self.run_fine("fields", "map", "again", "priority", "--remove")
        self.must(self.connect_linear("AGAIN", "again", "--no-sync"))
        self.assertEqual(self.pairs("again", "labels"), [("bug", "Bug")])
        self.assertEqual(self.project("again")["direction"], "pull")
        self.assertIn("priority", self.rules("again"))
        self.must(self.connect_linear("AGAIN", "again", "--no-sync", "--reset-rules"))
        self.assertEqual(self.pairs("again", "labels"), [])

    def test_connect_again_needs_the_name_alone(self):
        """As `status` says it where a credential has ended: the new one is tried nowhere but where the project is."""
        before = self.must(self.house.run("projects", "list", "--json")).json["projects"]
        self.must(self.house.run("connect", "github", "--name", "first", "--token-file", self.token, "--no-sync"))
        after = self.must(self.house.run("projects", "list", "--json")).json["projects"]
        places = [[(one["name"], one["base_url"], one["remote"]) for one in listed] for listed in (before, after)]
        self.assertEqual(places[0], places[1])
        done = self.house.run("connect", "jira", "--name", "first", "--token-file", self.token)
        self.assertEqual(done.code, 2, done.err)

    def test_connect_takes_an_oauth_credential_from_a_file(self):
        tokens = self.linear.post("/oauth/token", {"grant_type": "refresh_token", "refresh_token": "refresh", "client_id": "id",
                                                   "client_secret": "secret"})
        credential = {"client_id": "id", "client_secret": "secret", "refresh_token": tokens["refresh_token"]}
        words = ["connect", "linear", "--base-url", self.linear.url, "--team", "ENG", "--name", "oauth", "--no-sync", "--oauth-file"]
        lacking = self.house.run(*words, self.house.file("lacking", json.dumps(credential)))
        self.assertEqual(lacking.code, 4)
        self.assertIn("access_token", lacking.err)
        credential["access_token"] = tokens["access_token"]
        self.run_fine(*words, self.house.file("oauth", json.dumps(credential)))

    def test_connect_says_what_is_wrong_before_it_stores_anything(self):
        bad = self.house.file("bad", "nonsense\n")
        team = ["connect", "linear", "--base-url", self.linear.url, "--name", "wrong", "--token-file"]
        jira = ["connect", "jira", "--project", "ABC", "--name", "wrong"]
        cloud = [*jira, "--base-url", "https://acme.atlassian.net"]
        rows = [([*team, bad, "--team", "ENG"], 5, "API key"),
                ([*team, self.token, "--team", "NOPE"], 3, "NOPE"),
                ([*team, self.token], 2, "--team KEY"),
                ([*team, self.token, "--team", "two words"], 2, "as in ENG"),
                ([*team, self.token, "--team", "ENG", "--field", "colour"], 2, "no such field"),
                ([*team, self.token, "--team", "ENG", "--oauth-file", bad], 2, "which credential"),
                ([*team, self.token, "--team", "ENG", "--field-direction", "labels=up"], 2, "--field-direction"),
                ([*jira, "--token-file", self.token], 2, "--base-url https://NAME.atlassian.net"),
                ([*cloud, "--token-file", self.token], 2, "--email with --token-file"),
                ([*jira, "--base-url", "https://ann:secret@acme.atlassian.net", "--token-file", self.token], 2, "before the @"),
                (["connect", "jira", "--project", "https://ann:secret@acme.example/browse/ABC-1", "--name", "wrong", "--token-file",
                  self.token], 2, "before the @"),
                ([*cloud, "--username", "ann", "--password-file", self.token], 2, "which credential")]
        for words, code, said in rows:
            done = self.house.run(*words)
            self.assertEqual(done.code, code, (words, done.err))
            self.assertIn(said.lower(), done.err.lower(), words)
        self.assertEqual(self.house.run("projects", "show", "wrong").code, 3)

    def test_connect_leaves_a_project_alone_that_has_the_name(self):
        other = self.house.file("other", "another-token\n")
        github = ["connect", "github", "--base-url", self.github.url, "--repo"]
        for words in (["connect", "linear", "--base-url", self.linear.url, "--team", "ENG", "--token-file", self.token],
                      [*github, "acme/elsewhere", "--token-file", self.token]):
            self.github.control("POST", "seed", {"repo": "acme/elsewhere", "issues": 1})
            done = self.house.run(*words, "--name", "first")
            self.assertEqual(done.code, 4, done.err)
            self.assertIn("choose another --name", done.err)
        self.assertEqual(self.house.run(*github, "acme/rocket", "--token-file", other, "--name", "first").code, 5)
        self.assertEqual(self.run_fine("sync", "first", "--wait", "--json").json["state"], "completed")

    def test_connect_guides_a_person_to_linear(self):
        self.linear.control("POST", "seed", {"team": "GUIDE", "name": "Guide", "issues": 2, "seed": 1})
        code, shown = self.house.on_terminal(
            ["connect", "linear", "--base-url", self.linear.url],
            [("Team", "https://linear.app/acme/team/GUIDE/all"), ("not shown", "sandbox-token"), ("Call the project", "guided"),
             ("Which way", ""), ("When both", ""), ("Tickets made here", ""), ("Connect GUIDE as guided", "")])
        self.assertEqual(code, 0, shown)
        self.assertNotIn("sandbox-token", shown)
        self.assertRegex(shown, r"Left out.*: .*\bparent\b")
        self.assertEqual(self.project("guided")["remote"], "GUIDE")

    # -- fields

    def test_fields_analyze_shows_every_field_and_what_differs(self):
        self.must(self.connect_linear("LOOK", "looked", "--no-sync"))
        same = self.run_fine("fields", "analyze", "looked", "--json").json
        self.assertEqual([field["there"]["name"] for field in same["fields"] if field.get("differences")], [])
        self.run_fine("fields", "map", "looked", "labels", "--value", "bug=Bug", "--closed")
        fields = {field["there"]["name"]: field
                  for field in self.run_fine("fields", "analyze", "looked", "--json").json["fields"]}
        self.assertGreater(len(fields), len(COMMON))
        self.assertEqual(fields["labels"]["differences"], ["words", "closed"])
        self.assertFalse(fields["parent"].get("keep", False))
        self.assertTrue(all(field["reason"] for field in fields.values()))
        self.assertIn("now", self.run_fine("fields", "analyze", "looked").out)

    def test_fields_map_changes_one_rule_and_nothing_else(self):
        self.must(self.connect_linear("MAP", "mapped", "--no-sync"))
        before = self.project("mapped")
        self.run_fine("projects", "pause", "mapped", "--reason", "thinking")
        self.run_fine("fields", "map", "mapped", "status", "--value", "open=Backlog", "--direction", "pull", "--strategy", "merge")
        after = self.project("mapped")
        self.assertEqual((after["state"], after["state_reason"]), ("paused", "thinking"))
        self.assertEqual(self.pairs("mapped", "status")[0], ("open", "Backlog"))
        self.assertIn(("open", "Todo"), self.pairs("mapped", "status"))
        changed = {rule["field"] for rule in after["rules"] if rule not in before["rules"]}
        self.assertEqual(changed, {"status"})
        self.run_fine("fields", "map", "mapped", "status", "--remove-value", "duplicate", "--open")
        self.assertNotIn("duplicate", dict(self.pairs("mapped", "status")))
        self.assertFalse(self.rules("mapped")["status"].get("closed", False))
        self.run_fine("fields", "map", "mapped", "status", "--reset")
        self.assertEqual(self.rules("mapped")["status"], {rule["field"]: rule for rule in before["rules"]}["status"])

    def test_fields_map_adds_and_removes_a_field(self):
        self.must(self.connect_linear("ADD", "added", "--no-sync"))
        self.run_fine("fields", "map", "added", "sprint")
        self.assertIn("sprint", self.rules("added"))
        self.run_fine("fields", "map", "added", "sprint", "--remove")
        self.assertNotIn("sprint", self.rules("added"))

    def test_fields_map_has_each_override_confirmed(self):
        """Who stands for one field has not said so of another, nor of another strategy."""
        self.must(self.connect_linear("STAND", "stands", "--no-sync"))
        self.run_fine("fields", "map", "stands", "title", "--strategy", "external_wins", "--confirmed-by", "Ann")
        for words in (["body", "--strategy", "external_wins"], ["title", "--strategy", "newest_wins"]):
            done = self.house.run("fields", "map", "stands", *words)
            self.assertEqual(done.code, 2, (words, done.err))
            self.assertIn("--confirmed-by", done.err)
        self.run_fine("fields", "map", "stands", "body", "--strategy", "merge")
        rules = self.rules("stands")
        self.assertEqual((rules["title"]["strategy"], rules["body"]["strategy"]), ("external_wins", "merge"))
        self.assertEqual(self.run_fine("projects", "show", "stands", "--json").json["confirmed_by"], "Ann")

    def test_fields_map_says_what_is_wrong(self):
        rows = [(["second", "status"], 2, "what is to be changed"), (["second", "colour"], 4, "no field `colour`"),
                (["second", "estimate", "--remove"], 3, "no rule"),
                (["nowhere", "status", "--open"], 3, "nowhere"), (["second", "status", "--value", "open"], 2, "LOCAL=EXTERNAL"),
                (["second", "status", "--open", "--closed"], 2, "opposites"), (["second", "status", "--remove", "--open"], 2, "--remove"),
                (["second", "status", "--strategy", "newest_wins"], 2, "--confirmed-by"),
                (["second", "status", "--remove-value", "zzz"], 4, "zzz")]
        for words, code, said in rows:
            done = self.house.run("fields", "map", *words)
            self.assertEqual(done.code, code, (words, done.err))
            self.assertIn(said, done.err, words)

    def test_fields_validate_tells_by_its_exit_status(self):
        self.must(self.connect_linear("CHECK", "checked", "--no-sync"))
        done = self.run_fine("fields", "validate", "checked", "--json").json
        self.assertEqual([row for row in done["findings"] if row["state"] == "problem"], [])
        self.assertIn("assignees", [row["check"] for row in done["findings"] if row["state"] == "warning"])
        self.run_fine("fields", "map", "checked", "status", "--value", "done=Nowhere", "--remove-value", "cancelled")
        self.run_fine("fields", "map", "checked", "title", "--remove")
        done = self.house.run("fields", "validate", "checked")
        self.assertEqual(done.code, 1)
        for said in ("Nowhere", "Canceled", "a new ticket must have it", "tandem fields map checked title"):
            self.assertIn(said, done.out)

    def test_fields_test_shows_both_sides_and_writes_nothing(self):
        before = self.linear.control("GET", "history?via=api")
        samples = self.run_fine("fields", "test", "second", "--json").json["fields"]
        statuses = [sample for sample in samples if sample["field"] == "status"]
        self.assertEqual(len(statuses), 5)
        table = self.pairs("second", "status")
        for sample in statuses:
            self.assertEqual(sample["becomes_there"]["status"], dict(reversed(table))[sample["here"]["status"]])
            self.assertEqual(sample["becomes_here"]["status"], {external: local for local, external in table}[sample["there"]["status"]])
            self.assertEqual(sample["state"], "same")
        keys = sorted({sample["ticket"] for sample in samples})[:2]
        named = self.run_fine("fields", "test", "second", *keys, "--json").json["fields"]
        self.assertEqual(sorted({sample["ticket"] for sample in named}), keys)
        self.assertIn("BECOMES THERE", self.run_fine("fields", "test", "second").out)
        self.assertEqual(self.linear.control("GET", "history?via=api"), before)
        self.assertEqual(self.house.run("fields", "test", "second", "T-999999").code, 3)


if __name__ == "__main__":
    tap.main(__name__)
