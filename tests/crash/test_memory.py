#!/usr/bin/python3
"""Allocations fail in every process while the stories are told, its own and libpq's, and each story ends as the undisturbed one
did. A process ends and says that memory was missing, or goes on; nothing else comes of it.

Each life of a process has a rate of its own. TANDEM_SCARCITY_SEED repeats a run's choices, TANDEM_SCARCITY_STORIES says how
often each story is told.
"""

import concurrent.futures
import math
import os
import random
import re
import signal
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
os.environ["TANDEM_TEST_PATIENCE"] = "10"  # each end costs time: a lease that has to run out, a retry that waits
import kills  # noqa: E402
import tap  # noqa: E402
from deaths import JOBS  # noqa: E402
from fates import Book  # noqa: E402
from tales import MORTAL  # noqa: E402
from world import Cluster  # noqa: E402

LIBRARY = os.path.join(os.environ["TANDEM_BUILD"], "tests", "scarcity.so")
SEED = int(os.environ.get("TANDEM_SCARCITY_SEED", random.randrange(1 << 31)))
STORIES = int(os.environ.get("TANDEM_SCARCITY_STORIES", "1"))
ONE_IN = (300, 30000)  # from a process that hardly starts to one that lacks something now and then
TAIL = 4000  # characters of a log that one life ends with
LIVES = 8  # of one process in one story, then it has all that it asks for
WORDS = re.compile(r"event=out_of_memory|out of memory|cannot allocate memory|not enough memory|ENOMEM|"
                   r"an answer did not come, or not whole", re.IGNORECASE)  # the last one is all that libpq may leave to say
DEFECTS = re.compile(r"ERROR: \w+Sanitizer.*|runtime error: .*|stack smashing.*|corrupted .*|double free.*")


class Scarcity:
    """The lives of one story."""

    def __init__(self, tale, seed, folder):
        self.tale, self.seed, self.folder = tale, seed, folder
        self.random, self.lives, self.lock = random.Random(seed), {}, threading.Lock()

    def of_life(self, role):
        with self.lock:
            life = self.lives[role] = self.lives.get(role, 0) + 1
            one_in = int(math.exp(self.random.uniform(*map(math.log, ONE_IN))))
        if life > LIVES or role not in self.tale.roles:
            return {}
        return {"LD_PRELOAD": LIBRARY, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0",
                "TANDEM_DATABASE_ANSWER_MS": "5000",  # libpq waits for what it could not keep
                "TANDEM_SCARCITY": "%d:%d:%s" % (self.seed * 1000 + life, one_in, self.file(role))}

    def file(self, role):
        return os.path.join(self.folder, role + ".failed")

    def failed(self):
        return sum(os.path.getsize(self.file(role)) for role in self.lives if os.path.exists(self.file(role)))


def lacked_memory(process):
    """Whether the process ended for want of memory, in words of its own or its libraries'."""
    status = process.popen.returncode
    return (status == -signal.SIGABRT or status > 0) and bool(WORDS.search(process.output()[-TAIL:]))


class Told:
    """One story in which memory is scarce: what went wrong, how many allocations failed, how many processes ended."""

    def __init__(self, reference, seed):
        started, tale = time.monotonic(), reference.tale
        with tale.make_world() as world:
            scarcity = Scarcity(tale, seed, world.folder)
            world.of_life, world.is_death = scarcity.of_life, lacked_memory
            self.problems = kills.told_to_the_end(tale, world, reference.expected)
            self.problems += ["%s: %s" % (name, line) for name, process in world.processes.items()
                              for line in DEFECTS.findall(process.output())]
            self.failed, self.ended = scarcity.failed(), len(world.keeper.killed)
            if self.problems:
                kills.keep_logs(world, "scarce-%s-%d" % (tale.name, seed), self.problems)
        self.seconds = time.monotonic() - started


class Scarce(unittest.TestCase):
    """A test a story, filled in by main()."""


def main():
    started = time.monotonic()
    Cluster.shared()
    book = Book("", 0, 0)
    pool = concurrent.futures.ThreadPoolExecutor(JOBS)
    print("# seed %d" % SEED, flush=True)
    references = list(pool.map(lambda tale: kills.Reference(tale, book), MORTAL))
    stories = [(reference, number, pool.submit(Told, reference, SEED + number * len(references) + place))
               for number in range(STORIES) for place, reference in enumerate(references)]
    for reference, number, future in stories:
        setattr(Scarce, "test_scarce_%s_%d" % (reference.tale.name, number),
                lambda case, future=future: case.assertEqual(future.result().problems, []))
    failed = tap.run(tap.chosen(unittest.defaultTestLoader.loadTestsFromTestCase(Scarce), sys.argv[1:]))
    told = [future.result() for _, _, future in stories]
    print("# %d allocations failed, %d processes ended by it; the slowest story %.0f s, all %.0f s" % (
        sum(one.failed for one in told), sum(one.ended for one in told), max(one.seconds for one in told),
        time.monotonic() - started))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
