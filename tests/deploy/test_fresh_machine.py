#!/usr/bin/python3
"""What README tells a newcomer to type works on a bare Debian 12: with git, a shell, and nothing of whoever wrote it.

The commands are README's own. Root and a user with sudo have a machine each and type both; root begins with the second one, so that each
of them is seen to install what it needs. What is shared with other runs shows in nothing that they see: packages that were downloaded
before, and a compiler cache, which is there besides git."""

import contextlib
import glob
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", name) for name in ("harness", "docs")]
import debian_base  # noqa: E402
import documents  # noqa: E402
import tap  # noqa: E402
from namespaces import BEGIN, ENTER, PATH, Namespaces, need  # noqa: E402
from world import ROOT  # noqa: E402

UNIT = "unit-base-test_str"
SECONDS = 1500
PERSON = "person"
ARCHIVES = debian_base.FOLDER + "/archives"
COMPILED = debian_base.FOLDER + "/compiled"  # root's alone: what is in it is run
CCACHE = COMPILED + "/ccache"
CACHED = {"CMAKE_C_COMPILER_LAUNCHER": "ccache", "CCACHE_DIR": "/srv/ccache", "CCACHE_UMASK": "000", "CCACHE_NOHASHDIR": "1",
          "CCACHE_MAXSIZE": "500M"}

INSIDE = BEGIN + r"""
mount -t tmpfs -o mode=755 tmpfs run
mkdir -p run/lock srv/ccache
mount --bind "$4" srv/ccache
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
        os.makedirs(COMPILED, mode=0o700, exist_ok=True)
        os.makedirs(CCACHE, exist_ok=True)
        os.chmod(CCACHE, 0o777)
        super().__init__(INSIDE, base, PATH, CCACHE, network=True, folder=tempfile.mkdtemp(prefix="fresh-", dir=debian_base.FOLDER))
        try:
            debian_base.reach_packages(self.path(""))
            self.share_packages(ARCHIVES, self.archives())
            self.install("ccache")
        except BaseException:
            self.close()
            raise

    def archives(self):
        """Where its apt keeps what it has downloaded, as this machine sees it."""
        return self.folder + "/upper/var/cache/apt/archives"

    @staticmethod
    def share_packages(source, target):
        """apt looks whether one is what it wants, so that whoever made it need not be asked."""
        os.makedirs(target, exist_ok=True)
        for path in glob.glob(source + "/*.deb"):
            with contextlib.suppress(FileExistsError):
                os.link(path, os.path.join(target, os.path.basename(path)))

    def close(self):
        self.share_packages(self.archives(), ARCHIVES)
        super().close()

    def install(self, *packages):
        """As an administrator has done it."""
        self.must("sh", "-ec", "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends " + " ".join(packages))

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
        """With sudo."""
        self.install("sudo")
        self.must("useradd", "--create-home", "--shell", "/bin/bash", PERSON)
        self.write("/etc/sudoers.d/" + PERSON, PERSON + " ALL=(ALL) NOPASSWD: ALL\n")
        self.clone("/home/person/tandem", PERSON)

    def type(self, line, user=None):
        """A command line, in the clone."""
        folder = "/home/person/tandem" if user else "/root/tandem"
        return self.must("sh", "-euc", "cd %s && %s" % (folder, line), user=user, CCACHE_BASEDIR=folder, **CACHED)


class FreshMachine(unittest.TestCase):
    def machine(self):
        machine = Fresh()
        self.addCleanup(machine.close)
        return machine

    def run_the_demo(self, machine, user=None):
        said = machine.type(commands()[0] + " --once", user)
        for part in (r"Session \d+ of rocket finished", r"Session \d+ of company finished", r"Session \d+ of engine finished",
                     r"== A ticket made here, T-\d+, turns up in all three", r"\d+ in company", r"== Stopping"):
            self.assertRegex(said, part)
        (run,) = [command for command in documents.commands("README.md") if command.text == commands()[0]]
        self.assertTrue(run.shown)
        self.assertIsNone(documents.missing(run.shown, said), "README shows this line. It is:\n" + said)
        return said

    def run_a_test(self, machine, user=None):
        said = machine.type("%s %s" % (commands()[1], UNIT), user)
        self.assertRegex(said, r"\n[1-9]\d* passed, 0 failed, 0 skipped\n")
        return said

    def test_fresh_readme_has_two_commands(self):
        self.assertEqual(["./dev run", "./dev test"], commands())

    def test_fresh_a_person_with_sudo_runs_what_readme_says(self):
        machine = self.machine()
        machine.add_person()
        self.assertIn("== installing ", self.run_the_demo(machine, PERSON))
        self.assertNotIn("== installing ", self.run_a_test(machine, PERSON))

    def test_fresh_root_runs_what_readme_says(self):
        machine = self.machine()
        machine.clone("/root/tandem")
        self.assertIn("== installing ", self.run_a_test(machine))
        self.assertNotIn("== installing ", self.run_the_demo(machine))


if __name__ == "__main__":
    tap.main(__name__)
