#!/usr/bin/python3
"""Every process dies at each of its named points, and the story ends as if nothing had happened: GitHub's long one, and that of
the chores, for the points that the first does not come to. There is no point that neither comes to.

First a story is told undisturbed, with every fault point written down. Then it is told again and again, each time with some
of the points shared out among the lives of the processes: SIGKILL at the point, and the process is started again at once.
Words as arguments choose points, which then have a story each. TANDEM_CRASH_JOBS says how many worlds live at a time.
kills.py kills all of them again and again.
"""

import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
os.environ["TANDEM_TEST_PATIENCE"] = "4"  # each death costs time: a lease that has to run out, a retry that waits
import story  # noqa: E402,F401: knows where the harness is
import tap  # noqa: E402
from deaths import Run, end_of, new_pool  # noqa: E402
from story import Story, differences, make_world  # noqa: E402
from points import NoneForgotten  # noqa: E402
from tales import ChoresTale, GitHubTale  # noqa: E402
from world import Cluster  # noqa: E402

WITH_FSYNC = ["import", "local_work", "outside_work", "conflicts", "both", "services"]


class DatabaseCrash(unittest.TestCase):
    """PostgreSQL is killed with all its processes and started again, in the middle of every chapter, with fsync on."""

    def test_crash_database_dies_in_every_chapter(self):
        os.environ["TANDEM_TEST_FSYNC"] = "on"
        cluster = Cluster()
        try:
            with make_world(cluster=cluster) as world:
                keeper = world.keep_alive()
                Deaths(world, cluster).tell()
                state, problems = end_of(GitHubTale(), world)
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


def main():
    words, started = sys.argv[1:], time.monotonic()
    Cluster.shared()
    pool = new_pool()
    run = Run(GitHubTale(), words, pool)
    chores = Run(ChoresTale(), words, pool, died_at=run.points)
    DatabaseCrash.expected = run.expected
    tests = run.tests() + chores.tests() + [NoneForgotten("github", {*run.points, *chores.points})]
    tests += unittest.defaultTestLoader.loadTestsFromTestCase(DatabaseCrash)
    failed = tap.run(tap.chosen(unittest.TestSuite(tests), words))
    for one in (run, chores):
        one.sum_up()
    print("# %.0f s" % (time.monotonic() - started))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
