"""Telling a story undisturbed, and again with SIGKILL at named points, and what the ends have in common.

A tale is an object with `roles`, `role_of(point)`, `make_world(of_role)` (nothing started), `tell(world)`, `state(world)`,
`broken_promises(world)` and `quiet_rounds(world)`.
"""

import collections
import concurrent.futures
import os
import time
import unittest

from story import differences
from world import wait_for

JOBS = int(os.environ.get("TANDEM_CRASH_JOBS", "8"))
DEATHS = collections.defaultdict(lambda: 3, store=6)  # of one process in one story; nobody waits for a store's lease to run out
TRIES = 4


def end_of(tale, world):
    """The final state and everything that is wrong with it."""
    state = tale.state(world)
    problems = tale.broken_promises(world) + tale.quiet_rounds(world) + differences(state, tale.state(world))
    return state, problems + tale.broken_promises(world)


def told_undisturbed(tale):
    """The reference: its final state, its problems, and how often each point was passed, in the order of the last passing."""
    with tale.make_world() as world:
        logs = {role: os.path.join(world.folder, role + ".points") for role in tale.roles}
        world.start_all(of_role={role: {"TANDEM_FAULT_LOG": path} for role, path in logs.items()})
        wait_for(world.answers, "the store")
        tale.tell(world)
        state, problems = end_of(tale, world)
        points = {}
        for path in logs.values():
            with open(path, encoding="utf-8") as file:
                for line in file:
                    points[line.strip()] = points.pop(line.strip(), 0) + 1
    return state, problems, points


def shared_out(tale, points):
    """Which points are died at in one story, a list a role: of each role some that are passed one after the other, so that
    each life comes to its own."""
    of_role = {role: [point for point in points if tale.role_of(point) == role] for role in tale.roles}
    stories = max((-(-len(own) // DEATHS[role]) for role, own in of_role.items()), default=0)
    shares = [{role: own[number::stories] for role, own in of_role.items()} for number in range(stories)]
    return [{role: own for role, own in share.items() if own} for share in shares]


class Told:
    """What a disturbed story came to: the points that were died at, and what went wrong."""

    def __init__(self, hit, problems, seconds):
        self.hit, self.problems, self.seconds = hit, problems, seconds


def told_with_deaths(tale, share, expected):
    """The story in which each life of a role dies when it first comes to the next point of its share."""
    started, left = time.monotonic(), {role: list(own) for role, own in share.items()}
    with tale.make_world() as world:
        world.of_life = lambda role: {"TANDEM_FAULT_KILL": left[role].pop(0) + ":1"} if left.get(role) else {}
        world.start_all()
        keeper = world.keep_alive()
        wait_for(world.answers, "the store")
        tale.tell(world)
        state, problems = end_of(tale, world)
        problems += differences(expected, state) + keeper.ended
        hit = [point for role, own in share.items() for point in own[:keeper.killed.count(role)]]
        if problems:
            problems += ["died at: " + ", ".join(hit), world.logs()]
    return Told(hit, problems, time.monotonic() - started)


def told_with_one_death(tale, point, expected):
    """A point that was not come to among others has the story for itself."""
    for _ in range(TRIES):
        told = told_with_deaths(tale, {tale.role_of(point): [point]}, expected)
        if told.hit or told.problems:
            break
    return told


class Crash(unittest.TestCase):
    """A test a story and one a point, filled in by `Run.tests`."""


class Run:
    """All deaths of one tale, going on in the background since the reference was told; at points that are in `died_at` there was
    another one's. Points that words choose have stories of their own."""

    def __init__(self, tale, words, pool, died_at=()):
        started = time.monotonic()
        self.tale, self.pool = tale, pool
        self.expected, self.problems, self.points = told_undisturbed(tale)
        own = [point for point in self.points if point not in died_at]
        self.chosen = [point for point in own if not words or any(word in self.name(point) for word in words)]
        shares = [] if words else shared_out(tale, own)
        print("# %s: %d points, passed %d times in the undisturbed story (%.1f s); %d deaths in %d stories" % (
            tale.name, len(self.points), sum(self.points.values()), time.monotonic() - started, len(self.chosen),
            len(shares) or len(self.chosen)), flush=True)
        self.shared = [pool.submit(told_with_deaths, tale, share, self.expected) for share in shares]
        self.alone = {}

    def name(self, point):
        return "crash%s_at_%s" % (self.tale.suffix, point)

    def tell_missed(self):
        """What no shared story came to is told alone."""
        hit = {point for future in self.shared for point in future.result().hit}
        self.alone = {point: self.pool.submit(told_with_one_death, self.tale, point, self.expected)
                      for point in self.chosen if point not in hit}

    def check_story(self, case, future):
        case.assertEqual(future.result().problems, [], "\n".join(future.result().problems))

    def check_point(self, case, point):
        if not self.alone:
            self.tell_missed()
        if point not in self.alone:
            return
        self.check_story(case, self.alone[point])
        case.assertTrue(self.alone[point].result().hit, "the point was not come to in %d tries" % TRIES)

    def tests(self):
        kind = type("Crash" + self.tale.suffix, (Crash,), {})
        names = []

        def add(name, test):
            setattr(kind, "test_" + name, test)
            names.append("test_" + name)

        add("crash%s_undisturbed_story_keeps_its_promises" % self.tale.suffix,
            lambda case: case.assertEqual(self.problems, [], "\n".join(self.problems)))
        for number, future in enumerate(self.shared):
            add("crash%s_story_%d" % (self.tale.suffix, number), lambda case, future=future: self.check_story(case, future))
        for point in self.chosen:
            add(self.name(point), lambda case, point=point: self.check_point(case, point))
        return [kind(name) for name in names]

    def sum_up(self):
        told = [future.result() for future in [*self.shared, *self.alone.values()]]
        print("# %s: %d points died at, %d of them in stories of their own; the slowest story %.0f s" % (
            self.tale.name, len({point for one in told for point in one.hit}), len(self.alone),
            max((one.seconds for one in told), default=0)))


def new_pool():
    return concurrent.futures.ThreadPoolExecutor(JOBS)
