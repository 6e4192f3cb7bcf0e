#!/usr/bin/python3
"""Every verb that a program calls is one that its role may call: what the sources name, against the table of verbs."""

import glob
import os
import re
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import tap  # noqa: E402

# Role -> the sources of its programs. What stands in several is called by all of them.
SOURCES = {
    "SCHEDULER": ["services/scheduler/*.c", "lib/service/service.c"],
    "CONFLICT": ["services/conflict/*.c", "lib/service/service.c"],
    "ADAPTER": ["services/adapter-*/*.c", "lib/service/adapter*.c", "lib/service/webhook_server.c", "lib/service/service.c"],
    "BRIDGE": ["services/bridge-*/*.c", "lib/service/service.c"],
    "CLI": ["cli/**/*.c", "lib/service/bus.c"],
    "SERVICE": ["client/*.c"],
}
NOT_VERBS = {"VERB_COUNT", "VERB_TIMEOUT_MS", "VERB_WRITE"}


def read(path):
    with open(path, encoding="utf-8") as source:
        return source.read()


def table():
    """Verb -> the names of its callers, with the groups written out."""
    text = read(os.path.join(ROOT, "proto/verbs.c"))
    groups = dict(re.findall(r"^#define ([A-Z]+) \(([A-Z_| 0-9U<]+)\)$", text, re.MULTILINE))
    rows = re.findall(r'\[(VERB_\w+)\]\s*=\s*\{\s*"[^"]+",\s*[^,]+,\s*([A-Z |]+),', text)

    def spelled_out(words):
        return {name for word in words.split(" | ") for name in (
            spelled_out(groups[word]) if "|" in groups.get(word, "") else {word.replace("1U << ROLE_", "")})}
    return {verb: spelled_out(words) for verb, words in rows}


class Callers(unittest.TestCase):
    def test_callers_may_call_what_they_call(self):
        allowed, seen = table(), 0
        self.assertGreater(len(allowed), 40)
        for role, patterns in SOURCES.items():
            for pattern in patterns:
                for path in glob.glob(os.path.join(ROOT, pattern), recursive=True):
                    for verb in set(re.findall(r"\bVERB_[A-Z_]+\b", read(path))) - NOT_VERBS:
                        self.assertIn(role, allowed[verb], "%s calls %s" % (os.path.relpath(path, ROOT), verb))
                        seen += 1
        self.assertGreater(seen, 50)

    def test_callers_are_named_only_where_they_call(self):
        """A right that nobody of tandem uses is one too many: but for people, who may call all that is theirs."""
        called = {role: {verb for pattern in patterns for path in glob.glob(os.path.join(ROOT, pattern), recursive=True)
                         for verb in re.findall(r"\bVERB_[A-Z_]+\b", read(path))} for role, patterns in SOURCES.items()}
        for verb, roles in table().items():
            for role in roles & {"SCHEDULER", "CONFLICT", "ADAPTER", "BRIDGE"}:
                if verb != "VERB_HELLO":
                    self.assertIn(verb, called[role], role)


if __name__ == "__main__":
    tap.main(__name__)
