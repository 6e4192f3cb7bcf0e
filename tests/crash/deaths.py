"""Telling a story undisturbed, and again with SIGKILL at a named point, and what the ends have in common.

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

FULL = bool(os.environ.get("TANDEM_CRASH_FULL"))
JOBS = int(os.environ.get("TANDEM_CRASH_JOBS", "8"))
TRIES = 4


def end_of(tale, world):
    """The final state and everything that is wrong with it."""
    state = tale.state(world)
    problems = tale.broken_promises(world) + tale.quiet_rounds(world) + differences(state, tale.state(world))
    return state, problems + tale.broken_promises(world)


def told_undisturbed(tale):
    """The reference: its final state, its problems, and how often each point was passed."""
    with tale.make_world() as world:
        logs = {role: os.path.join(world.folder, role + ".points") for role in tale.roles}
        world.start_all(of_role={role: {"TANDEM_FAULT_LOG": path} for role, path in logs.items()})
        wait_for(world.answers, "the store")
        tale.tell(world)
        state, problems = end_of(tale, world)
        points = collections.Counter()
        for path in logs.values():
            with open(path, encoding="utf-8") as file:
                points.update(line.strip() for line in file)
    return state, problems, points


def occurrences(count):
    """Which passings to die at: the first; in a full run the second and a late one too."""
    late = count * 7 // 10
    return [1] + ([n for n in (2, late) if 1 < n <= count and (n == 2 or late > 2)] if FULL else [])


class Told:
    """What one disturbed run came to."""

    def __init__(self, hit, problems, seconds):
        self.hit, self.problems, self.seconds = hit, problems, seconds


def told_with_a_death(tale, point, number, expected):
    """The story with one death. A point that was not come to is tried for again, at an earlier passing."""
    started = time.monotonic()
    for _ in range(TRIES):
        of_role = {tale.role_of(point): {"TANDEM_FAULT_KILL": "%s:%d" % (point, number)}}
        with tale.make_world() as world:
            world.start_all(of_role=of_role)
            keeper = world.keep_alive()
            wait_for(world.answers, "the store")
            tale.tell(world)
            state, problems = end_of(tale, world)
            problems += differences(expected, state) + keeper.ended
            if keeper.killed != [tale.role_of(point)] and keeper.killed:
                problems.append("killed: %s" % keeper.killed)
            if problems:
                problems.append(world.logs())
            if problems or keeper.killed:
                return Told(bool(keeper.killed), problems, time.monotonic() - started)
        number = (number + 1) // 2
    return Told(False, [], time.monotonic() - started)


class Crash(unittest.TestCase):
    """A test a step, filled in by `Run.tests`."""

    def check(self, future):
        told = future.result()
        self.assertEqual(told.problems, [], "\n".join(told.problems))
        self.assertTrue(told.hit, "the point was not come to in %d tries" % TRIES)


class Run:
    """All deaths of one tale, going on in the background since the reference was told."""

    def __init__(self, tale, words, pool):
        started = time.monotonic()
        self.tale = tale
        self.expected, self.problems, points = told_undisturbed(tale)
        steps = [(point, number) for point in sorted(points) for number in occurrences(points[point])]
        self.steps = [step for step in steps if not words or any(word in self.name(*step) for word in words)]
        print("# %s: %d points, passed %d times in the undisturbed story (%.1f s); %d deaths" % (
            tale.name, len(points), sum(points.values()), time.monotonic() - started, len(self.steps)), flush=True)
        self.futures = {step: pool.submit(told_with_a_death, tale, *step, self.expected) for step in self.steps}

    def name(self, point, number):
        return "crash%s_at_%s_%d" % (self.tale.suffix, point, number)

    def tests(self):
        """A test a step, and two about the run."""
        kind = type("Crash" + self.tale.suffix, (Crash,), {})
        names = []

        def add(name, test):
            setattr(kind, "test_" + name, test)
            names.append("test_" + name)

        add("crash%s_undisturbed_story_keeps_its_promises" % self.tale.suffix,
            lambda case: case.assertEqual(self.problems, [], "\n".join(self.problems)))
        for step, future in self.futures.items():
            add(self.name(*step), lambda case, future=future: case.check(future))
        add("crash%s_every_step_was_hit" % self.tale.suffix, lambda case: case.assertEqual(
            [step for step, future in self.futures.items() if not future.result().hit], []))
        return [kind(name) for name in names]

    def sum_up(self):
        hits = sum(future.result().hit for future in self.futures.values())
        print("# %s: %d steps, %d hit; the slowest step %.0f s" % (self.tale.name, len(self.futures), hits, max(
            (future.result().seconds for future in self.futures.values()), default=0)))


def new_pool():
    return concurrent.futures.ThreadPoolExecutor(JOBS)
