#!/usr/bin/python3
"""The adapters of Jira, Linear and JSON trackers die at each of their named points, and their story ends as if nothing had
happened. What test_crash.py says of arguments and settings holds here too."""

import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
os.environ["TANDEM_TEST_PATIENCE"] = "4"  # each death costs time: a lease that has to run out, a retry that waits
import story  # noqa: E402,F401: knows where the harness is
import tap  # noqa: E402
from deaths import Run, new_pool  # noqa: E402
from points import NoneForgotten  # noqa: E402
from tracker_story import TALES  # noqa: E402
from world import Cluster  # noqa: E402


def main():
    words, started = sys.argv[1:], time.monotonic()
    Cluster.shared()
    pool = new_pool()
    runs = [Run(tale, words, pool) for tale in TALES]
    tests = [test for run in runs for test in run.tests()]
    tests += [NoneForgotten(run.tale.program, run.points, ("adapter.",)) for run in runs]
    failed = tap.run(tap.chosen(unittest.TestSuite(tests), words))
    for run in runs:
        run.sum_up()
    print("# %.0f s" % (time.monotonic() - started))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
