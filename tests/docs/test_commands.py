#!/usr/bin/python3
"""Every command that the README, the documents, the messages of the programs and the demo name is one that tandem has; and so is every
`./dev` command, unit of systemd, file and link that a document names."""

import glob
import os
import re
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import tap  # noqa: E402

FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
BEFORE = r"(?:[A-Z_]+=\S+ )*(?:sudo (?:-u tandem )?(?:env \S+ \S+ )?)?tandem (?:--home \S+ )?"
IN_EXAMPLE = re.compile(r"^\s*(?:\$ )?" + BEFORE + r"([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", re.MULTILINE)
QUOTED = re.compile(r"`" + BEFORE + r"([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
DOCUMENTS = ("*.md", "docs/**/*.md")
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
DEV = re.compile(r"\./dev ([a-z][a-z-]*)")
UNIT = re.compile(r"(?<![\w./@-])tandem(?:-[\w-]+@?\w*)?\.(?:service|timer|target)\b")
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
FOLDERS = "cli deploy docs lib proto sandbox scripts services tests tools"
PATH = re.compile(r"(?<![\w./{}~-])(?:%s)/[\w./*@{},-]*[\w*}/]" % FOLDERS.replace(" ", "|"))
# NAME and the like, the adapter of docs/new-adapter.md, and files of whoever runs Compose.
MADE_BY_READERS = re.compile(r"[A-Z]{2,}|acme|example|^deploy/(?:\.env|certificates)$")
IN_MESSAGE = re.compile(r"(?:\(|`)tandem ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
IN_DEMO = re.compile(r'tandem\.run\("([a-z][a-z-]*)"(?:, "([a-z][a-z-]*)")?')


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as source:
        return source.read()


def known():
    """Names of the commands, each a word or two, from the reference."""
    return set(re.findall(r"^### tandem ([a-z -]+)$", read("docs/cli.md"), re.MULTILINE))


def files(*patterns):
    return [os.path.relpath(path, ROOT) for pattern in patterns for path in glob.glob(os.path.join(ROOT, pattern), recursive=True)]


def spread(name):
    """The names that a shell makes of one with braces; one that stands for two files with one stem is taken as a beginning."""
    found = re.match(r"(.*?)\{([^}]*)\}(.*)", name)
    if found:
        return [more for word in found.group(2).split(",") for more in spread(found.group(1) + word + found.group(3))]
    return [name.rstrip("/"), name.rstrip("/") + ".*"]


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
        for path in sorted(set(files(*DOCUMENTS)) - {"CHANGELOG.md"}):  # which tells what was, too
            text = read(path)
            examples = IN_EXAMPLE.findall("".join(FENCED.findall(text)))
            seen += self.check(path, QUOTED.findall(text) + examples)
        self.assertGreater(seen, 30)

    def named(self, pattern, *places):
        """What of `pattern` the code in the documents names, with the document."""
        return sorted({(path, name) for path in files(*DOCUMENTS) if not path.startswith(places)
                       for code in CODE.findall(read(path)) for name in pattern.findall(code)})

    def test_commands_of_dev_exist(self):
        there = set(re.findall(r"^cmd_([a-z_]+)\(\)", read("dev"), re.MULTILINE))
        named = self.named(DEV)
        for path, name in named:
            self.assertIn(name.replace("-", "_"), there, path)
        self.assertGreater(len(named), 20)

    def test_units_of_systemd_exist(self):
        there = {os.path.basename(path) for path in files("deploy/systemd/*/*.*")}
        named = self.named(UNIT)
        for path, name in named:
            self.assertIn(re.sub(r"@\w+\.", "@.", name), there, path)
        self.assertGreater(len(named), 1)

    def test_files_that_documents_name_are_there(self):
        """Decisions name what was there when they were made."""
        named = [(path, name) for path, name in self.named(PATH, "docs/adr/") if not MADE_BY_READERS.search(name)]
        missing = [(path, name) for path, name in named if not any(files(each) for each in spread(name))]
        self.assertEqual([], missing)
        self.assertGreater(len(named), 50)

    def test_links_lead_somewhere(self):
        seen = 0
        for path in files(*DOCUMENTS):
            for link in LINK.findall(re.sub(r"`+[^`\n]*`+", "", FENCED.sub("", read(path)))):
                if not re.match(r"[a-z]+:", link):
                    seen += 1
                    self.assertTrue(os.path.exists(os.path.join(ROOT, os.path.dirname(path), link)), "%s: %s" % (path, link))
        self.assertGreater(seen, 30)

    def test_commands_of_the_demo_exist(self):
        self.assertGreater(self.check("scripts/demo.py", IN_DEMO.findall(read("scripts/demo.py"))), 8)

    def test_commands_that_messages_name_exist(self):
        seen = sum(self.check(path, IN_MESSAGE.findall(read(path)))
                   for path in files("cli/**/*.c", "lib/**/*.c", "services/**/*.c", "proto/*.c"))
        self.assertGreater(seen, 50)


if __name__ == "__main__":
    tap.main(__name__)
