#!/usr/bin/python3
"""What README tells a newcomer to type works on a bare Debian 12: with git, a shell, and nothing of whoever wrote it.

The commands are README's own. A user with sudo runs the first one, root the second in a clone of its own, so that both ways of
installing what is missing are seen for the price of one; TANDEM_TEST_FRESH=full gives both to each, on a machine each."""

import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import debian_base  # noqa: E402
import tap  # noqa: E402
from namespaces import BEGIN, ENTER, PATH, Namespaces, need  # noqa: E402
from world import ROOT  # noqa: E402

FULL = os.environ.get("TANDEM_TEST_FRESH") == "full"
UNIT = "unit-base-test_str"
SECONDS = 1500
PERSON = "person"

INSIDE = BEGIN + r"""
mount -t tmpfs -o mode=755 tmpfs run
mkdir -p run/lock
# What is lost when this machine stops is of no use to anybody.
echo force-unsafe-io > etc/dpkg/dpkg.cfg.d/tests
""" + ENTER + r"""
exec env -i PATH="$3" sleep infinity
"""


def commands():
    """The lines of README's two blocks below `Try it`."""
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        section = re.search(r"^## Try it$(.*?)^## ", file.read(), re.MULTILINE | re.DOTALL).group(1)
    return [block.strip() for block in re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)]


class Fresh(Namespaces):
    """Nothing but a clone of what is committed here, for root and for a person who may use sudo."""

    def __init__(self):
        need(os.path.exists(os.path.join(ROOT, ".git")), "this is no clone, of which another one can be made")
        base = debian_base.base()
        super().__init__(INSIDE, base, PATH, network=True, folder=tempfile.mkdtemp(prefix="fresh-", dir=debian_base.FOLDER))
        try:
            debian_base.reach_packages(self.path(""))
        except BaseException:
            self.close()
            raise

    def must(self, *words, **options):
        done = self.run(*words, seconds=SECONDS, **debian_base.proxies(), **options)
        if done.returncode != 0:
            raise AssertionError("%s: %d\n%s%s" % (" ".join(words), done.returncode, done.stdout[-4000:], done.stderr[-4000:]))
        return done.stdout + done.stderr

    def clone(self, folder, user=None):
        """As `git clone` brings it, of what is committed."""
        with open(self.path("/srv/tandem.bundle"), "wb") as file:
            subprocess.run(["git", "-c", "safe.directory=*", "-C", ROOT, "bundle", "create", "--quiet", "-", "HEAD"], stdout=file, check=True)
        self.must("git", "clone", "--quiet", "/srv/tandem.bundle", folder, user=user)

    def add_person(self):
        """With sudo, which this installs, as the administrator of such a machine has done."""
        self.must("sh", "-ec", "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends sudo"
                               " && useradd --create-home --shell /bin/bash " + PERSON)
        self.write("/etc/sudoers.d/" + PERSON, PERSON + " ALL=(ALL) NOPASSWD: ALL\n")
        self.clone("/home/person/tandem", PERSON)

    def type(self, line, user=None):
        """A command line, in the clone."""
        folder = "/home/person/tandem" if user else "/root/tandem"
        return self.must("sh", "-euc", "cd %s && %s" % (folder, line), user=user)


class FreshMachine(unittest.TestCase):
    def machine(self):
        machine = Fresh()
        self.addCleanup(machine.close)
        return machine

    def run_the_demo(self, machine, user=None):
        said = machine.type(commands()[0] + " --once", user)
        self.assertIn("== installing ", said)
        for part in (r"Session \d+ of rocket finished", r"Session \d+ of company finished", r"Session \d+ of engine finished",
                     r"== A ticket made here, T-\d+, turns up in all three", r"\d+ in company", r"== Stopping"):
            self.assertRegex(said, part)

    def run_a_test(self, machine, user=None):
        said = machine.type("%s %s" % (commands()[1], UNIT), user)
        self.assertRegex(said, r"\n[1-9]\d* passed, 0 failed, 0 skipped\n")
        return said

    def test_fresh_readme_has_two_commands(self):
        self.assertEqual(["./dev run", "./dev test"], commands())

    def test_fresh_a_person_with_sudo_and_root_run_what_readme_says(self):
        machine = self.machine()
        machine.add_person()
        self.run_the_demo(machine, PERSON)
        machine.clone("/root/tandem")
        machine.must("apt-get", "remove", "-y", "libcmocka-dev")
        self.assertRegex(self.run_a_test(machine), r"== installing .*\blibcmocka-dev\b")

    @unittest.skipUnless(FULL, "each command as each user takes minutes: TANDEM_TEST_FRESH=full")
    def test_fresh_root_runs_both(self):
        machine = self.machine()
        machine.clone("/root/tandem")
        self.run_the_demo(machine)
        self.run_a_test(machine)

    @unittest.skipUnless(FULL, "each command as each user takes minutes: TANDEM_TEST_FRESH=full")
    def test_fresh_a_person_with_sudo_runs_both(self):
        machine = self.machine()
        machine.add_person()
        self.run_the_demo(machine, PERSON)
        self.run_a_test(machine, PERSON)


if __name__ == "__main__":
    tap.main(__name__)
