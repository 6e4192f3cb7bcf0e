#!/usr/bin/python3
"""The commands that bring several trackers together, as a person types them."""

import json
import os
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import tap  # noqa: E402
from trackers import GitHub, Linear, Trackers  # noqa: E402
from world import BIN, PATIENT_S, wait_for  # noqa: E402


class Linking(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = Trackers((GitHub, Linear), follow=False)
        cls.github, cls.linear = cls.world.trackers

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def tandem(self, *words, text=None):
        return subprocess.run([os.path.join(BIN, "tandem"), *words], env=self.world.environment(), input=text or "",
                              capture_output=True, text=True, timeout=PATIENT_S, check=False)

    def pair(self, title, other_title=None):
        keys = (self.github.create("alice", title=title), self.linear.create("bob", title=other_title or title))
        tickets = [wait_for(lambda: self.world.ticket_of(key, tracker.name), key + " here")["key"]
                   for tracker, key in zip((self.github, self.linear), keys)]
        self.world.settle()
        return keys, tickets

    def is_linked(self, tickets):
        return self.world.call("ticket.get", key=tickets[1])["key"] == tickets[0]

    def test_link_pair_shows_first_and_does_it_when_told(self):
        keys, tickets = self.pair("Ours", "Theirs")
        shown = self.tandem("link", "pair", "github:" + keys[0], "linear:" + keys[1])
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertRegex(shown.stdout, r"title +Ours +Theirs")
        self.assertFalse(self.is_linked(tickets))
        done = self.tandem("link", "pair", *tickets, "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Linked", done.stderr)
        self.assertTrue(self.is_linked(tickets))

    def test_link_pair_prints_json(self):
        _, tickets = self.pair("As JSON")
        done = json.loads(self.tandem("link", "pair", *tickets, "--yes", "--json").stdout)
        self.assertEqual((done["key"], done["other"], done["linked"]), (*tickets, True))

    def test_link_file_links_what_it_can_and_names_the_rest(self):
        _, one = self.pair("First line")
        _, two = self.pair("Second line")
        lines = "github,linear\n%s,%s\n\n%s;%s\nT-999999,%s\n" % (*one, *two, one[0])
        done = self.tandem("link", "file", "-", "--yes", text=lines)
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, "T-999999.*there is no ticket")
        self.assertTrue(self.is_linked(one) and self.is_linked(two))

    def test_link_file_refuses_a_line_that_is_no_pair(self):
        done = self.tandem("link", "file", "-", "--yes", text="T-1,T-2\nT-3\n")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("line 2", done.stderr)

    def test_link_suggest_finds_and_links(self):
        _, tickets = self.pair("Nothing else is called this")
        shown = self.tandem("link", "suggest", "github", "linear")
        self.assertRegex(shown.stdout, "%s .*%s .*title .*Nothing else" % tuple(tickets))
        self.assertEqual(self.tandem("link", "suggest", "github", "linear", "--link", "--yes").returncode, 0)
        self.assertTrue(self.is_linked(tickets))

    def test_projects_follow_takes_new_and_existing_tickets(self):
        old = self.github.create("alice", title="Was there before")
        wait_for(lambda: self.world.ticket_of(old, "github"), "it here")
        self.assertEqual(self.tandem("projects", "follow", "linear", "github", "--existing").returncode, 0)
        self.github.create("alice", title="Came after")
        for title in ("Was there before", "Came after"):
            wait_for(lambda: title in self.linear.titles(), title + " in Linear")
        self.assertEqual(self.tandem("projects", "follow", "linear", "github", "--stop").returncode, 0)
        self.github.create("alice", title="Stays there")
        self.world.settle()
        self.world.sync_all()
        self.assertNotIn("Stays there", self.linear.titles())

    def test_projects_follow_refuses_what_makes_no_sense(self):
        for words in (("linear", "linear"), ("linear", "nothing"), ("linear", "github", "--stop", "--existing")):
            with self.subTest(words=words):
                self.assertNotEqual(self.tandem("projects", "follow", *words).returncode, 0)


if __name__ == "__main__":
    tap.main(__name__)
