#!/usr/bin/python3
"""As many seeds of the simulation as fit into less than a minute, always the same ones; ./dev simulate and ./dev soak run
others, and more."""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import simulate  # noqa: E402
import tap  # noqa: E402

BASE_SEED = 1
SEEDS = 20000
SEEDS_TO_NOTICE = 500  # at most
QUICKLY_NOTICED = ["marker", "intent", "settle", "lease", "shadow", "latecomer", "fresh", "overlap"]  # within a few dozen, as it is
SECONDS = 45  # of running: a slow machine runs fewer, and says how many


@unittest.skipIf(simulate.why_not(), simulate.why_not())
class Simulation(unittest.TestCase):
    def test_simulation_keeps_every_property(self):
        totals = simulate.simulate(BASE_SEED, SEEDS, 2, seconds=SECONDS)
        print("# from seed %d: %s" % (BASE_SEED, totals))
        self.assertEqual(totals.failures, [])
        self.assertGreater(totals.seeds, 0)

    def test_simulation_notices_what_is_left_out(self):
        """The parts that are missed within a few dozen seeds; ./dev mutants leaves each out."""
        for name, totals in simulate.leave_out(QUICKLY_NOTICED, 2, BASE_SEED, SEEDS_TO_NOTICE):
            print("# without %s: %s" % (name, totals.failures))
            self.assertEqual(len(totals.failures), 1, name)
            self.assertNotIn("ended with status", totals.failures[0])  # it was noticed, and did not merely fail to run

    def test_simulation_shrinks_a_seed_that_breaks_a_property(self):
        """To a trace that somebody can read, of the same property."""
        lines, traced = [], []
        [(_, totals)] = simulate.leave_out(["shadow"], 1, BASE_SEED, SEEDS_TO_NOTICE)
        seed, broken = re.match(r"seed (\d+): (P\d+)", totals.failures[0]).groups()
        simulate.simulate(int(seed), 1, 1, mutant="shadow", show=lines.append)
        simulate.simulate(int(seed), 1, 1, mutant="shadow", show=traced.append, more=["--trace"])
        self.assertRegex(lines[0], "seed %s: %s" % (seed, broken))
        self.assertRegex(lines[1], r"-- seed %s, shrunk in \d+ runs" % seed)
        self.assertLess(len(lines), 0.7 * len(traced))
        self.assertTrue(any(broken in line for line in lines[2:]), lines[-3:])

    def test_simulation_soaks_on_from_where_it_stopped(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "soak.json")
            begun, first = self.soak(path)
            went_on, second = self.soak(path)
        self.assertEqual(begun[0], "so far: 0 seeds, 0 broke a property")
        self.assertEqual(went_on[0], "so far: %d seeds, 0 broke a property" % first["seeds"])
        self.assertIn("so far: %d seeds, 0 broke a property (this time " % second["seeds"], went_on[1])
        self.assertGreater(second["seeds"], first["seeds"])
        self.assertGreaterEqual(second["next_seed"] - first["next_seed"], second["seeds"] - first["seeds"])  # none twice

    def soak(self, path):
        """What it says until it has told how far it is, and what it keeps."""
        with subprocess.Popen([sys.executable, simulate.__file__, "--soak", "--soak-file", path, "--seconds", "2"],
                              stdout=subprocess.PIPE, text=True) as process:
            said = [process.stdout.readline().rstrip() for _ in range(2)]
            process.terminate()
        with open(path, encoding="utf-8") as file:
            return said, json.load(file)

    def test_simulation_repeats_a_seed_exactly(self):
        """Also when other seeds ran before it in the same process."""
        lines = []
        simulate.simulate(1, 12, 1, show=lines.append, more=["--trace"])
        alone = []
        simulate.simulate(12, 1, 1, show=alone.append, more=["--trace"])
        self.assertGreater(len(alone), 10)
        self.assertEqual(lines[-len(alone):], alone)


if __name__ == "__main__":
    tap.main(__name__)
