#!/usr/bin/python3
"""Every command that the README, the documents, the messages of the programs and the demo name is one that tandem has."""

import glob
import os
import re
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import tap  # noqa: E402

FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
IN_EXAMPLE = re.compile(r"^\s*(?:\$ )?tandem ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", re.MULTILINE)
QUOTED = re.compile(r"`tandem ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
IN_MESSAGE = re.compile(r"(?:\(|`)tandem ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
IN_DEMO = re.compile(r'tandem\.run\("([a-z][a-z-]*)"(?:, "([a-z][a-z-]*)")?')


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as source:
        return source.read()


def known():
    """Names of the commands, each a word or two, from the reference."""
    return set(re.findall(r"^## tandem ([a-z -]+)$", read("docs/cli.md"), re.MULTILINE))


def files(*patterns):
    return [os.path.relpath(path, ROOT) for pattern in patterns for path in glob.glob(os.path.join(ROOT, pattern), recursive=True)]


class Commands(unittest.TestCase):
    def check(self, path, found):
        """How many were found; `found` has the first words of each."""
        commands = known()
        groups = {name.split()[0] for name in commands if " " in name}
        for first, second in found:
            name = "%s %s" % (first, second) if first in groups and second else first
            self.assertTrue(name in commands or (name in groups and not second), "%s: tandem %s" % (path, name))
        return len(found)

    def test_commands_of_the_documents_exist(self):
        seen = 0
        for path in files("README.md", "docs/**/*.md"):
            text = read(path)
            examples = IN_EXAMPLE.findall("".join(FENCED.findall(text)))
            seen += self.check(path, QUOTED.findall(text) + examples)
        self.assertGreater(seen, 30)

    def test_commands_of_the_demo_exist(self):
        self.assertGreater(self.check("scripts/demo.py", IN_DEMO.findall(read("scripts/demo.py"))), 8)

    def test_commands_that_messages_name_exist(self):
        seen = sum(self.check(path, IN_MESSAGE.findall(read(path)))
                   for path in files("cli/**/*.c", "lib/**/*.c", "services/**/*.c", "proto/*.c"))
        self.assertGreater(seen, 50)


if __name__ == "__main__":
    tap.main(__name__)
