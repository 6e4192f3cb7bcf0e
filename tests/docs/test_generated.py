#!/usr/bin/python3
"""The documents that tandem-docs makes are what it makes now.

TANDEM_DOCS names the program, else it is looked for in build/*/bin.
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import tap  # noqa: E402

DOCUMENTS = {"asyncapi": "asyncapi.json", "events": "events.md", "verbs": "verbs.md", "configuration": "configuration.md"}


def newest(name):
    """A program as it was built last, in whatever build folder; None where there is none."""
    built = sorted(glob.glob(os.path.join(ROOT, "build", "*", "bin", name)), key=os.path.getmtime)
    return built[-1] if built else None


def program():
    return os.environ.get("TANDEM_DOCS") or newest("tandem-docs")


def command_line():
    """The tandem beside TANDEM_DOCS, whose help is docs/cli.md."""
    named = os.environ.get("TANDEM_DOCS")
    return os.path.join(os.path.dirname(named), "tandem") if named else newest("tandem")


class GeneratedDocuments(unittest.TestCase):
    def setUp(self):
        if program() is None:
            self.skipTest("tandem-docs is not built")

    def test_docs_of_the_command_line_are_what_its_table_says(self):
        made = subprocess.run([command_line(), "help", "--markdown"], check=True, capture_output=True, text=True).stdout
        with open(os.path.join(ROOT, "docs", "cli.md"), encoding="utf-8") as file:
            self.assertTrue(made == file.read(), "docs/cli.md is old; make it again: tandem help --markdown > docs/cli.md")

    @unittest.skipUnless(shutil.which("scdoc"), "scdoc is not installed")
    def test_docs_manual_page_has_every_command(self):
        source = subprocess.run([command_line(), "help", "--manual"], check=True, capture_output=True, text=True).stdout
        made = subprocess.run(["scdoc"], input=source, check=True, capture_output=True, text=True).stdout
        with open(os.path.join(ROOT, "docs", "cli.md"), encoding="utf-8") as file:
            commands = re.findall(r"^### (tandem .*)$", file.read(), re.MULTILINE)
        sections = [line[5:-1].replace("\\-", "-") for line in made.splitlines() if line.startswith('.SS "')]
        self.assertEqual(commands, sections or re.findall(r"^\.SS (tandem .*)$", made, re.MULTILINE))

    def test_docs_are_what_the_tables_say(self):
        for argument, name in DOCUMENTS.items():
            with self.subTest(document=name):
                made = subprocess.run([program(), argument], check=True, capture_output=True, text=True).stdout
                with open(os.path.join(ROOT, "docs", name), encoding="utf-8") as file:
                    kept = file.read()
                self.assertTrue(made == kept, "docs/%s is old; make it again: %s %s > docs/%s"
                                % (name, "tandem-docs", argument, name))

    def test_docs_refuse_other_words(self):
        self.assertEqual(subprocess.run([program(), "everything"], capture_output=True).returncode, 2)

    def test_docs_tables_have_three_columns(self):
        for name in ("events.md", "verbs.md"):
            with open(os.path.join(ROOT, "docs", name), encoding="utf-8") as file:
                for number, line in enumerate(file, 1):
                    if line.startswith("| `"):
                        self.assertEqual(line.count("|"), 4, "docs/%s:%d" % (name, number))

    def test_docs_bus_examples_are_python(self):
        with open(os.path.join(ROOT, "docs", "bus.md"), encoding="utf-8") as file:
            examples = re.findall(r"```python\n(.*?)```", file.read(), re.DOTALL)
        self.assertEqual(len(examples), 4)
        for number, example in enumerate(examples, 1):
            compile(example, "docs/bus.md, example %d" % number, "exec")


if __name__ == "__main__":
    tap.main(__name__)
