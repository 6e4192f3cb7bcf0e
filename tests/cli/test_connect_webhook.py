#!/usr/bin/python3
"""`tandem connect webhook`: a mapping file in YAML against the stand-in of a JSON tracker."""

import json
import os
import re
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import tap  # noqa: E402
from house import House, StandIn, wait_for, why_not  # noqa: E402
from webhook_tracker import HOOK_SECRET, SECRET, mapping  # noqa: E402

ADAPTER = "tandem-adapter-webhook"
END_OF_INPUT = "\x04"
STATUSES = [["open", "open"], ["in_progress", "doing"], ["done", "done"], ["cancelled", "dropped"]]


def documented():
    """The mapping that docs/webhook-adapter.md shows, as it stands there."""
    with open(os.path.join(ROOT, "docs", "webhook-adapter.md"), encoding="utf-8") as file:
        return re.search(r"^```yaml\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL).group(1)


@unittest.skipIf(why_not(ADAPTER), why_not(ADAPTER))
class ConnectWebhook(unittest.TestCase):
    """The project `rocket` is made once; each test that changes something makes another of the same remote."""

    @classmethod
    def setUpClass(cls):
        cls.house = House()
        cls.tracker = StandIn("webhook-sandbox", "--tickets", "12")
        cls.addClassCleanup(cls.clean_up)
        cls.token = cls.house.file("token", "sandbox-token\n")
        cls.secret = cls.house.file("secret", SECRET + "\n")
        cls.hook_secret = cls.house.file("hook-secret", HOOK_SECRET + "\n")
        cls.mapping = cls.house.file("tickets.yaml", documented())
        wait_for(lambda: cls.tracker.control("GET", "health"), "the stand-in")
        cls.house.start(cls.tracker.port)
        cls.connected = cls.must(cls.connect("rocket", cls.mapping, "--webhook-secret-file", cls.hook_secret))

    @classmethod
    def clean_up(cls):
        cls.house.run("down")
        cls.tracker.close()
        cls.house.remove()

    @staticmethod
    def must(done):
        if done.code:
            raise AssertionError("%d\n%s%s" % (done.code, done.out, done.err))
        return done

    @classmethod
    def connect(cls, name, file, *words):
        given = ["--mapping", file] if file else []
        return cls.house.run("connect", "webhook", "--base-url", cls.tracker.url, "--project", "rocket", "--name", name,
                             "--token-file", cls.token, "--signing-secret-file", cls.secret, *given, *words)

    def project(self, name):
        return self.must(self.house.run("projects", "show", name, "--json")).json

    def written(self, text):
        return self.house.file("written.yaml", text)

    def test_connect_webhook_stores_the_documented_mapping_as_it_is(self):
        project = self.project("rocket")
        self.assertEqual(json.loads(project["options"]), mapping())
        self.assertEqual((project["system"], project["remote"]), ("webhook", "rocket"))
        status = {rule["field"]: rule for rule in project["rules"]}["status"]
        self.assertEqual([[pair["local"], pair["external"]] for pair in status["table"]][:4], STATUSES)

    def test_connect_webhook_imports_what_is_there(self):
        there = {row["title"] for row in self.tracker.control("GET", "world")["tickets"] if not row["deleted"]}
        tickets = self.must(self.house.run("ticket", "list", "--project", "rocket", "--all", "--json")).json["tickets"]
        self.assertEqual({ticket["fields"]["title"] for ticket in tickets}, there)

    def test_connect_webhook_says_what_it_will_do_first(self):
        said = self.connected.err
        for words in ("webhooks, and a list of what changed", "ticket    made and changed there", "comment   made and changed there",
                      "rocket stands for rocket at %s: bidirectional, manual" % self.tracker.url):
            self.assertIn(words, said)
        self.assertLess(said.index("stands for"), said.index("is connected"))
        self.assertRegex(said, r"post its webhooks to http://127\.0\.0\.1:\d+/webhooks/rocket")

    def test_connect_webhook_writes_there(self):
        made = self.must(self.house.run("ticket", "new", "--title", "Made by a person here", "--project", "rocket")).out.split()[0]
        self.must(self.house.run("sync", "rocket", "--wait"))
        titles = {row["title"] for row in self.tracker.control("GET", "world")["tickets"]}
        self.assertIn("Made by a person here", titles, made)

    def test_connect_webhook_dry_run_stores_nothing(self):
        reduced = json.dumps(mapping(events=None, out=None, get=None, probe=None))
        done = self.must(self.connect("tried", self.written(reduced), "--dry-run", "--direction", "pull"))
        for words in ("a list of what changed", "deletions are not noticed", "ticket    only read", "Nothing was stored"):
            self.assertIn(words, done.err)
        self.assertEqual(self.house.run("projects", "show", "tried").code, 3)

    def test_connect_webhook_names_line_and_path_of_a_mistake(self):
        text = documented()
        rows = [(text.replace("path: /labels, each", "path: labels, each"), "labels: {path", "ticket.fields.labels.path", "slash"),
                (text.replace("  id: /id  ", "  ident: /id  ", 1), "ident:", "ticket.ident", "no such setting"),
                (text.replace("  id: /id  ", "  # no id ", 1), "ticket:", "ticket.id", "missing"),
                (text.replace("{types: [ticket.deleted], ticket", "{types: [ticket.deleted], comment: /x, ticket"),
                 "[ticket.deleted]", "events.carry[1].ticket", "either"),
                (text.replace("/tickets/{id}", "/tickets/{ident}"), "get:\n  ticket", "get.ticket.url", "ident"),
                (text + "poll: {}\n", "poll: {}", "poll", "twice"),
                (text + "other: *other\n", "other: *other", "", "anchors"),
                (text.replace("method: POST, url", "method: POST url", 1), "POST url", "", ""),
                ("- a list\n", "- a list", "", "name: value")]
        for broken, where, path, said in rows:
            with self.subTest(said=said, path=path):
                line = broken[:broken.index(where)].count("\n") + where.count("\n") + 1
                done = self.connect("broken", self.written(broken))
                self.assertEqual(done.code, 4, done.err)
                self.assertIn("written.yaml:%d:" % line, done.err)
                self.assertIn(path, done.err)
                self.assertIn(said, done.err)
        self.assertEqual(self.house.run("projects", "show", "broken").code, 3)

    def test_connect_webhook_says_what_is_missing_or_refused(self):
        base = ["connect", "webhook", "--base-url", self.tracker.url, "--name", "refused"]
        file, bad = ["--mapping", self.mapping], self.house.file("bad", "nonsense\n")
        rows = [([*base, "--token-file", self.token, *file], 2, "--project NAME"),
                ([*base, "--project", "rocket", *file], 2, "--token-file"),
                ([*base, "--project", "unknown", "--token-file", self.token], 2, "--mapping FILE"),
                ([*base, "--project", "rocket", "--token-file", self.token, "--mapping", "/nowhere.yaml"], 4, "/nowhere.yaml"),
                ([*base, "--project", "rocket", "--token-file", bad, *file], 5, "Check the token"),
                (["connect", "webhook", "--project", "rocket", "--token-file", self.token, *file], 2, "--base-url")]
        for words, code, said in rows:
            done = self.house.run(*words)
            self.assertEqual(done.code, code, (words, done.err))
            self.assertIn(said, done.err, words)
        self.assertEqual(self.house.run("projects", "show", "refused").code, 3)

    def test_connect_webhook_again_keeps_the_mapping(self):
        reduced = mapping(out=None, probe=None)
        self.must(self.connect("again", self.written(json.dumps(reduced)), "--direction", "pull", "--no-sync"))
        self.must(self.connect("again", None, "--no-sync"))
        self.assertEqual(json.loads(self.project("again")["options"]), reduced)
        self.assertEqual(self.project("again")["direction"], "pull")

    def test_connect_webhook_asks_a_person_for_what_is_missing(self):
        code, shown = self.house.on_terminal(
            ["connect", "webhook", "--base-url", self.tracker.url + "/"],
            [("Project (its name", "elsewhere"), ("not shown", "sandbox-token"), ("File with the mapping", self.mapping),
             ("not shown", END_OF_INPUT)])
        self.assertEqual(code, 4)  # the stand-in takes no token without a signature
        self.assertIn("no answer, so nothing was done", shown)
        self.assertIn("Check the token and the signing secret", shown)
        self.assertNotIn("sandbox-token", shown)


if __name__ == "__main__":
    tap.main(__name__)
