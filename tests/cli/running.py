"""One running `tandem up` in a home of its own, and one sandbox of GitHub's, for all tests of a class."""

import os
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
from house import House, StandIn, wait_for, why_not  # noqa: E402


@unittest.skipIf(why_not(), why_not())
class Running(unittest.TestCase):
    """Each test makes what it needs."""

    @classmethod
    def variables(cls):
        """More environment for `tandem up`."""
        return {}

    @classmethod
    def setUpClass(cls):
        cls.house = House()
        cls.addClassCleanup(cls.house.remove)
        cls.sandbox = StandIn("github-sandbox", "--issues", "40", "--token", "sandbox-token", "--token", "reader=reader:read")
        cls.addClassCleanup(cls.sandbox.close)
        cls.url, cls.control = cls.sandbox.url, cls.sandbox.control
        cls.token = cls.house.file("token", "sandbox-token\n")
        wait_for(lambda: cls.control("GET", "health"), "the sandbox")
        cls.house.environment.update(cls.variables())
        cls.addClassCleanup(cls.house.run, "down")
        cls.house.start(cls.sandbox.port, 1)

    def run_fine(self, *words, **more):
        done = self.house.run(*words, **more)
        self.assertEqual(done.code, 0, "%s\n%s%s" % (words, done.out, done.err))
        return done

    def connect(self, name, *words):
        self.control("POST", "seed", {"repo": "acme/" + name, "issues": 5})
        return self.run_fine("connect", "github", "--base-url", self.url, "--repo", "acme/" + name, "--token-file", self.token, *words)
