#!/usr/bin/python3
"""One process dies, once, at every named point of every process, and the story ends as if nothing had happened.

First the story is told undisturbed, with every fault point written down. Then it is told again for each point, with SIGKILL
there; the process is started again at once. The default is the first time each point is passed; TANDEM_CRASH_FULL=1 takes the
second and a late one too. Words as arguments choose points. TANDEM_CRASH_JOBS says how many worlds live at a time.
"""

import collections
import concurrent.futures
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from story import (Story, broken_promises, differences, final_state, make_world, quiet_rounds)  # noqa: E402
import tap  # noqa: E402
from world import Cluster, ROLES, wait_for  # noqa: E402

FULL = bool(os.environ.get("TANDEM_CRASH_FULL"))
JOBS = int(os.environ.get("TANDEM_CRASH_JOBS", "8"))
TRIES = 4
ROLE_OF = {"store": "store", "conflict": "conflict", "scheduler": "scheduler", "adapter": "adapter-github"}
WITH_FSYNC = ["import", "local_work", "outside_work", "conflicts", "both", "services"]


def role_of(point):
    return ROLE_OF[point.partition(".")[0]]


def end_of(world):
    """The final state and everything that is wrong with it."""
    state = final_state(world)
    problems = broken_promises(world) + quiet_rounds(world) + differences(state, final_state(world))
    return state, problems + broken_promises(world)


def told_undisturbed():
    """The reference: its final state, its problems, and how often each point was passed."""
    with make_world(start=False) as world:
        logs = {role: os.path.join(world.folder, role + ".points") for role in ROLES}
        world.start_all(of_role={role: {"TANDEM_FAULT_LOG": path} for role, path in logs.items()})
        wait_for(world.answers, "the store")
        Story(world).tell()
        state, problems = end_of(world)
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


def told_with_a_death(point, number, expected):
    """The story with one death. A point that was not come to is tried for again, at an earlier passing."""
    started = time.monotonic()
    for _ in range(TRIES):
        of_role = {role_of(point): {"TANDEM_FAULT_KILL": "%s:%d" % (point, number)}}
        with make_world(of_role=of_role, start=False) as world:
            world.start_all(of_role=of_role)
            keeper = world.keep_alive()
            wait_for(world.answers, "the store")
            Story(world).tell()
            state, problems = end_of(world)
            problems += differences(expected, state) + keeper.ended
            if keeper.killed != [role_of(point)] and keeper.killed:
                problems.append("killed: %s" % keeper.killed)
            if problems:
                problems.append(world.logs())
            if problems or keeper.killed:
                return Told(bool(keeper.killed), problems, time.monotonic() - started)
        number = (number + 1) // 2
    return Told(False, [], time.monotonic() - started)


class Crash(unittest.TestCase):
    """Filled in by `load`: a test a step."""

    def check(self, future):
        told = future.result()
        self.assertEqual(told.problems, [], "\n".join(told.problems))
        self.assertTrue(told.hit, "the point was not come to in %d tries" % TRIES)


class DatabaseCrash(unittest.TestCase):
    """PostgreSQL is killed with all its processes and started again, in the middle of every chapter, with fsync on."""

    def test_crash_database_dies_in_every_chapter(self):
        os.environ["TANDEM_TEST_FSYNC"] = "on"
        cluster = Cluster()
        try:
            with make_world(cluster=cluster) as world:
                keeper = world.keep_alive()
                Deaths(world, cluster).tell()
                state, problems = end_of(world)
                self.assertEqual(problems + differences(self.expected, state) + keeper.ended, [])
        finally:
            del os.environ["TANDEM_TEST_FSYNC"]
            cluster.close()


class Deaths(Story):
    """The story with PostgreSQL dying once a chapter, just after the chapter's sync has begun."""

    def __init__(self, world, cluster):
        super().__init__(world)
        self.cluster, self.due = cluster, False

    def tell(self, before=None):
        def chapter(name):
            self.due = name in WITH_FSYNC
        super().tell(chapter)

    def sync(self, mode="incremental"):
        if self.due:
            self.due = False
            self.world.call("session.start", project="rocket", mode="incremental", trigger="person", actor="user:test")
            self.cluster.kill()
            self.cluster.start()
        super().sync(mode)


def load(words):
    """The suite: the reference now, the deaths in the background, a test for each."""
    started = time.monotonic()
    Cluster.shared()
    expected, problems, points = told_undisturbed()
    steps = [(point, number) for point in sorted(points) for number in occurrences(points[point])]
    steps = [step for step in steps if not words or any(word in "crash_at_%s_%d" % step for word in words)]
    print("# %d points, passed %d times in the undisturbed story (%.1f s); %d deaths" % (
        len(points), sum(points.values()), time.monotonic() - started, len(steps)), flush=True)
    pool = concurrent.futures.ThreadPoolExecutor(JOBS)
    futures = {step: pool.submit(told_with_a_death, *step, expected) for step in steps}
    DatabaseCrash.expected = expected

    def test_undisturbed(self):
        self.assertEqual(problems, [])

    Crash.test_crash_undisturbed_story_keeps_its_promises = test_undisturbed
    names = ["test_crash_undisturbed_story_keeps_its_promises"]
    for step, future in futures.items():
        names.append("test_crash_at_%s_%d" % step)
        setattr(Crash, names[-1], lambda self, future=future: self.check(future))
    setattr(Crash, "test_crash_every_step_was_hit", lambda self: self.assertEqual(
        [step for step, future in futures.items() if not future.result().hit], []))
    names.append("test_crash_every_step_was_hit")
    tests = [Crash(name) for name in names]
    tests += [test for test in unittest.defaultTestLoader.loadTestsFromTestCase(DatabaseCrash)]
    return tests, futures, started


def main():
    words = sys.argv[1:]
    tests, futures, started = load(words)
    failed = tap.run(tap.chosen(unittest.TestSuite(tests), words and words + ["every_step"]))
    hits = sum(future.result().hit for future in futures.values())
    print("# %d steps, %d hit; %.0f s, the slowest step %.0f s" % (
        len(futures), hits, time.monotonic() - started,
        max((future.result().seconds for future in futures.values()), default=0)))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
