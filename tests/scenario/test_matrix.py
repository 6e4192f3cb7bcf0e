#!/usr/bin/python3
"""Every type of field, direction and strategy, edited here and in three trackers at once: what comes of it is what the
protocol's table of decisions says, and the properties hold.

A class is a direction with a world of its own, and a strategy is a round in it: a ticket for each set of people who edit, all of
whose fields they edit. tests/scenario/matrix_fields.py has the data, matrix_model.py what must come of it.
"""

import os
import sys
import unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [FOLDER, os.path.join(FOLDER, "..", "harness")]
import properties  # noqa: E402
import tap  # noqa: E402
from matrix_fields import BUG, FIELDS, GITHUB, HERE, JIRA, LINEAR, STORY  # noqa: E402
from matrix_model import outcomes  # noqa: E402
from matrix_world import Matrix, external_base, external_word, plain  # noqa: E402
from world import wait_for  # noqa: E402

EDITORS = [((HERE,), STORY), ((GITHUB,), STORY), ((JIRA,), STORY), ((LINEAR,), STORY), ((HERE, GITHUB), STORY),
           ((HERE, JIRA), STORY), ((HERE, LINEAR), STORY), ((JIRA, LINEAR), STORY), ((GITHUB, JIRA, LINEAR), STORY),
           ((HERE, GITHUB, JIRA, LINEAR), STORY), ((HERE,), BUG), ((JIRA,), BUG), ((HERE, JIRA), BUG)]
# With times only two sides can be told apart: what a tracker gave is as old as the moment when it was taken.
OF_TWO = [one for one in EDITORS if len(one[0]) < 2 or HERE in one[0] and len(one[0]) == 2]
HOUR_MS = 3600000
# The name of a round: the strategy, what it is as the sides' times stand, how much later we edited, who edits.
ROUNDS = {"manual": ("manual", "manual", 0, EDITORS), "local_wins": ("local_wins", "local_wins", 0, EDITORS),
          "external_wins": ("external_wins", "external_wins", 0, EDITORS), "merge": ("merge", "merge", 0, EDITORS),
          "newest_here": ("newest_wins", "local_wins", HOUR_MS, OF_TWO),
          "newest_there": ("newest_wins", "external_wins", -HOUR_MS, OF_TWO)}


class Case:
    """One ticket of a round: who edits it, and the fields that it has."""

    def __init__(self, name, editors, issue_type):
        self.name, self.editors, self.type = name, editors, issue_type
        self.fields = [field for field in FIELDS if issue_type in field.types]
        self.key, self.keys = None, {}

    def edits(self, place):
        """Whole values by field, in our words."""
        return {field.name: field.edited(place, self.name) for field in self.fields if place in field.edits} \
            if place in self.editors else {}

    def tokens(self):
        """(field, text) of every edit that nobody else could have made."""
        for field in self.fields:
            for place in self.editors:
                if place in field.edits and "{}" in str(field.edits[place]):
                    edited = field.edited(place, self.name)
                    text = next(iter(edited - set(field.base))) if field.is_set else edited
                    yield field, self.name if field.kind == "text" else text


class Round:
    """A strategy's tickets: made, edited by everyone before anybody hears of it, brought into step, seen."""

    def __init__(self, world, name, direction):
        self.world, self.name, self.direction = world, name, direction
        self.strategy, self.decides, self.later_ms, editors = ROUNDS[name]
        self.cases = [Case("%s-%s-%s" % (name.replace("_", "-"), "-".join(places), issue_type.lower()), places, issue_type)
                      for places, issue_type in editors]

    def run(self):
        self.make()
        self.world.configure(self.direction, self.strategy)
        self.world.sync_all()
        self.world.set_state("paused")
        for case in self.cases:
            self.edit(case)
        self.shift_times()
        self.world.set_state("active")
        self.world.sync_all()
        self.look()

    def make(self):
        world = self.world
        world.configure("bidirectional", "manual")
        for case in self.cases:
            case.there = world.make(case.name, case.type)
        world.sync("jira")
        for case in self.cases:
            case.key = wait_for(lambda: world.ticket_of(case.there, "jira"), case.name + " here")["key"]
        world.settle()
        for case in self.cases:
            case.keys = world.keys_of(case.key)
        for system in (GITHUB, LINEAR):
            for case in self.cases:
                own = {field.name: external_base(field, system, case.name) for field in case.fields
                       if field.places == (system,)}
                world.by_system[system].write("alice", case.keys[system], own, case.name)
        world.sync_all()

    def edit(self, case):
        """Trackers first: nobody tells us, since the projects rest."""
        for tracker in self.world.trackers:
            words = {name: external_word(field, tracker.system, word) for name, word in case.edits(tracker.system).items()
                     for field in case.fields if field.name == name}
            if words:
                tracker.write("bob", case.keys[tracker.system], words, case.name)
        here = case.edits(HERE)
        if here:
            self.world.call("ticket.edit", key=case.key, actor="user:carol",
                            set={name: sorted(word) if isinstance(word, frozenset) else word for name, word in here.items()})

    def shift_times(self):
        if self.later_ms:
            keys = ", ".join("'%s'" % case.key for case in self.cases)
            self.world.sql("update item set times = (select jsonb_object_agg(key, (value::bigint + %d)::text) from "
                           "jsonb_each_text(times)) where times <> '{}' and 'T-' || number in (%s)" % (self.later_ms, keys))

    def look(self):
        there = {tracker.system: tracker.look_at_all() for tracker in self.world.trackers}
        conflicts = self.world.call("conflict.list", limit=10000).get("conflicts", [])
        for case in self.cases:
            fields = self.world.call("ticket.get", key=case.key)["fields"]
            case.here = {name: frozenset(value) if isinstance(value, list) else value for name, value in fields.items()}
            case.there = {system: there[system][key] for system, key in case.keys.items()}
            case.conflicts = {(one["project"], one["field"]): one["state"] for one in conflicts
                              if one["ticket"] == case.key and one["state"] != "superseded"}

    def wrong_outcomes(self):
        return [line for case in self.cases for field in case.fields for line in self._wrong(case, field)]

    def _wrong(self, case, field):
        editors = [place for place in case.editors if place in field.edits]
        if field.members_max and len(editors) > 1:
            return []  # who of several gets the one place is nobody's promise: the properties see to it
        found = (plain(case.here.get(field.name, "")), {one: plain(case.there[one][field.name]) for one in field.places},
                 {one: state for (one, name), state in case.conflicts.items() if name == field.name})
        allowed = [(plain(here), {one: plain(word) for one, word in there.items()}, conflicts)
                   for here, there, conflicts in outcomes(field, case.name, self.decides, self.direction, editors)]
        return [] if found in allowed else ["%s: %s:\n  found   %r\n  allowed %s" % (
            case.name, field.name, found, "\n          ".join(map(repr, allowed)))]

    def edits(self):
        """Of every edit the ticket, the field, its text, and the texts at all places."""
        for case in self.cases:
            for field, text in case.tokens():
                places = [case.here.get(field.name, "")] + [case.there[system][field.name] for system in field.places]
                yield case.key, field.name, text, places


class Direction:
    """Rounds of one direction; what the tests ask of them."""

    direction = None
    rounds = tuple(ROUNDS)

    @classmethod
    def setUpClass(cls):
        cls.world = Matrix(webhooks=False)
        cls.addClassCleanup(cls.world.close)
        cls.secrets = cls.tell_secrets()
        cls.told = [Round(cls.world, name, cls.direction) for name in cls.rounds]
        for one in cls.told:
            one.run()

    @classmethod
    def tell_secrets(cls):
        """A private ticket, a private comment on a shared one, and a title that was private once."""
        call = cls.world.call
        call("ticket.new", project="jira", privacy="local_only", actor="user:carol",
             fields={"title": "Private: zq-ticket", "body": "zq-body", "labels": ["zq-label"]})
        shared = call("ticket.new", project="jira", fields={"title": "Shared"}, actor="user:carol")["key"]
        wait_for(lambda: all(cls.world.key_in(one, shared) for one in cls.world.trackers), "it to be in all trackers")
        call("ticket.comment", key=shared, body="zq-comment", privacy="local_only", actor="user:carol")
        call("ticket.edit", key=shared, set={"title": "Shared still"}, actor="user:carol")
        cls.world.settle()
        return ("zq-ticket", "zq-body", "zq-label", "zq-comment")

    def check(self, lines):
        self.assertEqual(lines, [], "\n".join(lines))

    def outcomes(self):
        for one in self.told:
            with self.subTest(strategy=one.name):
                self.check(one.wrong_outcomes())

    def p1(self):
        self.check(properties.p1_at_rest(self.world))

    def p2(self):
        for one in self.told:
            with self.subTest(strategy=one.name):
                edits = list(one.edits())
                self.assertGreater(len(edits), 20)
                self.check(properties.p2_lost(self.world, self.kept_outside(edits)))

    def kept_outside(self, edits):
        """What the direction keeps from going further is not lost: it is where it was written."""
        may_stay = self.direction != "bidirectional"
        return [edit for edit in edits if not (may_stay and any(edit[2] in place for place in edit[3]))]

    def p3(self):
        self.check(properties.p3_one_each(self.world))

    def p4(self):
        self.check(properties.p4_writes(self.world))

    def p5(self):
        self.check(properties.p5_leaks(self.world, self.secrets))
        self.assertTrue(all(b"Shared still" in one.relay.sent() for one in self.world.trackers))

    def p6(self):
        self.check(properties.p6_undecided(self.world))


class Bidirectional(Direction, unittest.TestCase):
    direction = "bidirectional"


class Push(Direction, unittest.TestCase):
    direction = "push"


class Pull(Direction, unittest.TestCase):
    direction = "pull"


class Disabled(Direction, unittest.TestCase):
    direction = "disabled"
    rounds = ("manual", "external_wins")


PROPERTIES = {"outcomes_are_those_of_the_table": Direction.outcomes, "P1_convergence": Direction.p1,
              "P2_no_lost_update": Direction.p2, "P3_one_mapping_and_one_ticket": Direction.p3, "P4_quiet": Direction.p4,
              "P5_no_private_byte": Direction.p5, "P6_decided_by_somebody": Direction.p6}
for one in Direction.__subclasses__():
    for what, test in PROPERTIES.items():
        setattr(one, "test_matrix_%s_%s" % (one.direction, what), test)
del one


if __name__ == "__main__":
    tap.main(__name__)
