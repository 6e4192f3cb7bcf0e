#!/usr/bin/python3
"""docs/new-adapter.md, done: its commands in a copy of the tree, in their order."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import documents  # noqa: E402
import tap  # noqa: E402

LEFT_OUT = shutil.ignore_patterns(".git", ".state", "build", "__pycache__")


def commands():
    """The blocks of commands, each as one text."""
    with open(os.path.join(ROOT, "docs", "new-adapter.md"), encoding="utf-8") as file:
        return re.findall(r"^```sh\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)


class Walk(unittest.TestCase):
    """The tests run in the order of their names; each goes on where the one before ended."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="tandem-new-adapter-")
        cls.tree = os.path.join(cls.folder, "tandem")
        shutil.copytree(ROOT, cls.tree, symlinks=True, ignore=LEFT_OUT)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def run_there(self, text, status=0):
        """The output of shell commands in the copy; the first that fails ends them."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TANDEM_")}
        done = subprocess.run(["bash", "-euc", text], cwd=self.tree, env={**environment, "CMAKE_BUILD_PARALLEL_LEVEL": "2"},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, status, done.stdout[-3000:])
        return done.stdout

    def changed(self, before=None):
        """The hashes of all files; with those of before, the files that were there and are not as they were."""
        now = {}
        for folder, _, files in os.walk(self.tree):
            for path in (os.path.join(folder, file) for file in files):
                if not os.path.islink(path):
                    with open(path, "rb") as file:
                        now[os.path.relpath(path, self.tree)] = hashlib.sha256(file.read()).digest()
        return now if before is None else sorted(path for path in before if now.get(path) != before[path])

    def test_adapter_1_docs_have_three_blocks_of_commands(self):
        self.assertEqual(len(commands()), 3)

    def test_adapter_2_is_made_once_under_a_fitting_name(self):
        for name in ("Acme", "9x", "a-b", "../x", "linear"):
            with self.subTest(name=name):
                self.assertIn("new-adapter:", self.run_there("./dev new-adapter '%s'" % name, 1))
        before = self.changed()
        self.assertIn("services/adapter-acme/connector.c", self.run_there(commands()[0]))
        self.assertEqual(self.changed(before), ["cli/tracker.h"])
        self.assertIn("there already", self.run_there(commands()[0], 1))

    def test_adapter_3_builds_and_meets_the_contract(self):
        output = self.run_there(commands()[1])
        passed, failed, skipped = map(int, re.search(r"(\d+) passed, (\d+) failed, (\d+) skipped", output).groups())
        self.assertEqual(failed, 0, output)
        self.assertGreaterEqual(passed, 5, output)
        self.assertEqual(len(re.findall(r"^skipped: .*: not written yet: \w+", output, re.MULTILINE)), skipped, output)
        self.assertGreater(skipped, 5)
        self.assertIn("--project KEY", output)
        (shown,) = [command.shown for command in documents.commands("docs/new-adapter.md") if command.shown]
        self.assertIsNone(documents.missing(shown, output), output)

    def test_adapter_4_keeps_the_layers_and_runs_again(self):
        self.run_there(commands()[2])

    @unittest.skipIf(shutil.which("clang-format") is None, "clang-format is not installed")
    def test_adapter_5_is_formatted(self):
        self.run_there("clang-format --dry-run -Werror services/adapter-acme/*.[ch] cli/tracker.h cli/trackers/acme.c tests/contract/contract_acme.c "
                       "tests/unit/adapter-acme/*.c tests/fuzz/fuzz_acme_read.c")


if __name__ == "__main__":
    tap.main(__name__)
