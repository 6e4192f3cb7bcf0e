"""Plausible tickets; the same seed makes the same ones."""

import random

from sandbox.webhook.world import PRIORITIES, STATES

PARTS = ("engine", "tank", "valve", "sensor", "parachute", "antenna", "heat shield", "ground station")
TROUBLES = ("leaks", "overheats", "does not answer", "is too loud", "was delivered late", "fails its test")
LABELS = ("bug", "hardware", "software", "safety")
PEOPLE = ("alice", "bob", "carol", "dave")


def seed_tickets(world, count, seed):
    choice = random.Random(seed)
    for _ in range(count):
        part, trouble = choice.choice(PARTS), choice.choice(TROUBLES)
        fields = {"title": "The %s %s" % (part, trouble), "description": "Seen on the *pad*: the %s %s.\n" % (part, trouble),
                  "state": choice.choice(STATES), "priority": choice.choice(PRIORITIES),
                  "labels": [{"name": name} for name in choice.sample(LABELS, choice.randrange(3))],
                  "assignees": [{"name": name} for name in choice.sample(PEOPLE, choice.randrange(2))]}
        row = world.create_ticket(choice.choice(PEOPLE), "seed", fields)
        for _ in range(choice.randrange(2)):
            world.create_comment(choice.choice(PEOPLE), "seed", row["id"], "I have seen this %s too." % part)
