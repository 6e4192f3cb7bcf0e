#!/usr/bin/python3
"""What goes wrong between three trackers: webhooks that come twice, late, in another order or never, texts that are private,
words that have no counterpart, and tickets that go away. The properties hold, and the others go on."""

import os
import sys
import unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [FOLDER, os.path.join(FOLDER, "..", "harness")]
import properties  # noqa: E402
import tap  # noqa: E402
from matrix_fields import GITHUB, JIRA, LINEAR  # noqa: E402
from matrix_world import Matrix, plain  # noqa: E402
from world import wait_for  # noqa: E402

SYSTEMS = (GITHUB, JIRA, LINEAR)
# What the stand-ins do to their webhooks while people edit, and whether only a poll can mend it.
WEBHOOKS = {"as they should": ({}, False), "twice": ({"duplicate": True}, False), "swapped": ({"reorder": True}, False),
            "never": ({"lose_next": 100}, True), "refused": ({"drop_next": 100}, True)}
USUAL = {"duplicate": False, "reorder": False, "lose_next": 0, "drop_next": 0, "pause": False}


class Shared(unittest.TestCase):
    webhooks = True

    @classmethod
    def setUpClass(cls):
        cls.world = Matrix(webhooks=cls.webhooks)
        cls.addClassCleanup(cls.world.close)
        cls.by_system = cls.world.by_system

    def fresh(self, *titles, system=GITHUB):
        """New issues of one tracker, once they are in all: (key here, {system: key there}) each."""
        tracker = self.by_system[system]
        made = [tracker.create("alice", title=title, body="Before.") for title in titles]
        self.world.sync(system)
        found = [self.world.everywhere(tracker, key) for key in made]
        self.world.settle()
        return [(key, dict(zip(SYSTEMS, keys))) for key, keys in found]

    def webhooks_are(self, **settings):
        for tracker in self.world.trackers:
            tracker.sandbox.control("POST", "webhooks", settings)

    def shown(self):
        return {tracker.system: tracker.look_at_all() for tracker in self.world.trackers}

    def local(self, key):
        return self.world.call("ticket.get", key=key)

    def check(self, lines):
        self.assertEqual(lines, [], "\n".join(lines))

    def check_properties(self, gone=()):
        """P1, P3, P4, P6. `gone`: systems whose parked writes are in order, since their tickets went away."""
        at_rest = properties.p1_at_rest(self.world)
        self.check([line for line in at_rest if not gone or "the external ticket is gone" not in line])
        self.check(properties.p3_one_each(self.world))
        self.check(properties.p4_writes(self.world))
        self.check(properties.p6_undecided(self.world))


class Deliveries(Shared):
    def test_matrix_webhooks_may_come_as_they_like(self):
        """Two edits of one field, one of another and a comment, in every tracker, under each kind of mischief."""
        for what, (mischief, needs_poll) in WEBHOOKS.items():
            with self.subTest(what):
                tickets = self.fresh(*["Of %s %s" % (system, what) for system in SYSTEMS])
                self.webhooks_are(**mischief)
                for system, (_, keys) in zip(SYSTEMS, tickets):
                    tracker, key = self.by_system[system], keys[system]
                    tracker.edit("bob", key, title="First of %s %s" % (system, what))
                    tracker.edit("bob", key, title="Second of %s %s" % (system, what), body="Text of %s." % system)
                    tracker.comment("bob", key, "Said in %s." % system)
                if needs_poll:
                    self.webhooks_are(**USUAL)
                    self.world.sync_all()
                self.world.settle()
                self.webhooks_are(**USUAL)
                self.check_spread(tickets, what)
                self.check_properties()

    def check_spread(self, tickets, what):
        shown = self.shown()
        for system, (key, keys) in zip(SYSTEMS, tickets):
            title, text = "Second of %s %s" % (system, what), "Text of %s." % system
            for other in SYSTEMS:
                seen = shown[other][keys[other]]
                self.assertEqual((seen["title"], plain(seen["body"])), (title, text), (system, other))
                self.assertEqual(len(self.by_system[other].look(keys[other])["comments"]), 1, (system, other))
            self.assertEqual(self.local(key)["fields"]["title"], title)

    def test_matrix_late_webhooks_bring_nothing_old_back(self):
        """They tell of what was polled long ago, and was edited here since."""
        tickets = self.fresh(*["Late of " + system for system in SYSTEMS])
        self.webhooks_are(pause=True)
        for system, (_, keys) in zip(SYSTEMS, tickets):
            self.by_system[system].edit("bob", keys[system], title="Old of " + system)
        self.world.sync_all()
        for system, (key, _) in zip(SYSTEMS, tickets):
            self.assertEqual(self.local(key)["fields"]["title"], "Old of " + system)
            self.world.call("ticket.edit", key=key, set={"title": "New of " + system}, actor="user:carol")
        self.world.settle()
        self.webhooks_are(**USUAL)
        self.world.settle()
        shown = self.shown()
        for system, (key, keys) in zip(SYSTEMS, tickets):
            titles = {self.local(key)["fields"]["title"]} | {shown[other][keys[other]]["title"] for other in SYSTEMS}
            self.assertEqual(titles, {"New of " + system})
        self.check_properties()


class Private(Shared):
    def edit(self, key, **change):
        self.world.call("ticket.edit", key=key, actor="user:carol", **change)

    def test_matrix_private_texts_stay_here(self):
        """P5: a comment, a whole ticket, and what is written in one that became private."""
        (shared, keys), (hidden, _) = self.fresh("Shared with all", "Private soon")
        call = self.world.call
        call("ticket.comment", key=shared, body="zq-comment", privacy="local_only", actor="user:carol")
        call("ticket.comment", key=shared, body="Said to all", actor="user:carol")
        alone = call("ticket.new", project="github", privacy="local_only", actor="user:carol",
                     fields={"title": "zq-title", "body": "zq-body", "labels": ["zq-label"]})["key"]
        call("ticket.comment", key=alone, body="zq-inner", actor="user:carol")
        call("ticket.share", key=hidden, privacy="local_only", actor="user:carol")
        self.edit(hidden, set={"title": "zq-later", "priority": "High"}, add={"labels": ["zq-more"]})
        call("ticket.comment", key=hidden, body="zq-aside", actor="user:carol")
        self.edit(shared, set={"title": "Shared still"})
        self.world.sync_all()
        for system in SYSTEMS:
            wait_for(lambda: self.by_system[system].look(keys[system])["comments"], "the comment in " + system)
        self.check(properties.p5_leaks(self.world, ["zq-"]))
        self.assertTrue(all(b"Said to all" in tracker.relay.sent() for tracker in self.world.trackers))
        self.check_properties()
        self.check(properties.p5_leaks(self.world, ["zq-"]))

    def test_matrix_person_without_a_word_is_not_written_and_unassigns_nobody(self):
        """Here and in GitHub somebody joins whom Jira's table does not know."""
        (key, keys), (other, others) = self.fresh("Assigned here", "Assigned there")
        for one in (key, other):
            self.edit(one, set={"assignees": ["alice"]})
        self.world.settle()
        self.edit(key, add={"assignees": ["zoe"]})
        self.by_system[GITHUB].edit("bob", others[GITHUB], assignees=["alice", "dmitri"])
        self.world.sync_all()
        shown = self.shown()
        for one in (keys, others):
            self.assertEqual(shown[JIRA][one[JIRA]]["assignees"], {"Alice Ångström"})
            self.assertEqual(shown[LINEAR][one[LINEAR]]["assignees"], {"alice"})
        self.assertEqual(set(self.local(other)["fields"]["assignees"]), {"alice", "dmitri"})
        self.check(properties.p4_writes(self.world))


class Gone(Shared):
    webhooks = False
    AWAY = {"deleted": {GITHUB: ("delete", {}), JIRA: ("delete", {}), LINEAR: ("delete", {})},
            "moved": {GITHUB: ("transfer", {"to": "acme/attic"}), JIRA: ("move", {"to": "ATTIC"}), LINEAR: ("move", {"to": "OPS"})},
            "put away": {LINEAR: ("trash", {})}}

    def send_away(self, system, key, do, fields):
        tracker = self.by_system[system]
        if system == GITHUB:
            tracker.sandbox.act("alice", do, number=int(key[1:]), fields=fields)
        else:
            tracker.act("alice", do, key, **fields)

    def test_matrix_ticket_that_goes_away_takes_nothing_with_it(self):
        """What is here stays, comments too, and an edit in a remaining tracker reaches the other one."""
        self.by_system[LINEAR].sandbox.control("POST", "seed", {"team": "OPS", "name": "Operations", "issues": 0})
        cases = [(how, system, *order) for how, orders in self.AWAY.items() for system, order in orders.items()]
        tickets = self.fresh(*["%s from %s" % case[:2] for case in cases])
        for key, _ in tickets:
            self.world.call("ticket.comment", key=key, body="Kept here.", actor="user:carol")
        self.world.settle()
        for (_, system, do, fields), (_, keys) in zip(cases, tickets):
            self.send_away(system, keys[system], do, fields)
        self.world.sync_all()
        before = [self.local(key) for key, _ in tickets]
        for (how, system, *_), (_, keys) in zip(cases, tickets):
            editor = next(one for one in SYSTEMS if one != system)
            self.by_system[editor].edit("bob", keys[editor], body="%s from %s: goes on." % (how, system))
        self.world.sync_all()
        shown = self.shown()
        for (how, system, *_), (key, keys), then in zip(cases, tickets, before):
            with self.subTest(how=how, system=system):
                now, text = self.local(key), "%s from %s: goes on." % (how, system)
                self.assertEqual((now["fields"]["title"], [one["body"] for one in now["comments"]]),
                                 ("%s from %s" % (how, system), ["Kept here."]))
                self.assertEqual(now["fields"]["status"], then["fields"]["status"])
                self.assertEqual(now["fields"]["body"], text)
                for other in set(SYSTEMS) - {system}:
                    self.assertEqual(plain(shown[other][keys[other]]["body"]), text)
        self.check_properties(gone=SYSTEMS)


if __name__ == "__main__":
    tap.main(__name__)
