#!/usr/bin/python3
"""Adds up what a build for coverage counted (./dev coverage): executed statements per folder, and what is below its goal.

    tests/coverage/coverage.py [BUILD]     build/coverage without it

A line that no test can reach says why, in a comment at its end: `/* unreached: REASON */`. It counts as covered, and is
counted by itself; one that was reached after all is named. Exit status: 0 all goals are met, 1 they are not.
"""

import collections
import glob
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
FOLDERS = ("lib/", "proto/", "services/", "cli/", "client/")
NOT_OURS = "client/examples/"  # read rather than run
# What an adapter's files do that hold no words of its tracker: asking, answering, waiting, looking for.
CALLS = "auth|bulk|calls|connector|cursor|cursor_text|deliveries|dropped|errors|fetch|find|hooks|main|oauth|pull|push|scan|signature"
# The heart, the language, and what translates a tracker's words: of an adapter all that are not named above.
WHOLE = re.compile(r"^(lib/sync/|proto/|services/adapter-[^/]+/(?!(" + CALLS + r")\.c$))")
GOAL = 85.0
EXCUSE = re.compile(r"/\* unreached: .+ \*/")
SHOWN = 40


def counted(build):
    """{file: {line: how often}}; a file that is compiled into several programs is added up."""
    lines = collections.defaultdict(collections.Counter)
    notes = glob.glob(build + "/**/*.gcno", recursive=True)
    for note in notes:
        answer = subprocess.run(["gcov", "--json-format", "--stdout", note], capture_output=True, text=True, check=True, cwd=build)
        for document in answer.stdout.splitlines():
            for file in json.loads(document)["files"]:
                path = os.path.relpath(os.path.join(build, file["file"]), ROOT)
                if path.startswith(FOLDERS) and not path.startswith(NOT_OURS) and path.endswith(".c"):
                    for line in file["lines"]:
                        lines[path][line["line_number"]] += line["count"]
    return lines


class File:
    def __init__(self, path, lines):
        self.path, self.total = path, len(lines)
        with open(os.path.join(ROOT, path), encoding="utf-8") as source:
            excused = {number for number, text in enumerate(source, 1) if EXCUSE.search(text)}
        missed = {number for number, count in lines.items() if not count}
        self.missed = sorted(missed - excused)
        self.excused = len(missed & excused)
        self.reached = sorted(number for number in excused if lines.get(number))

    @property
    def is_whole(self):
        return bool(WHOLE.match(self.path))


def percent(files):
    total = sum(file.total for file in files)
    return 100.0 * (total - sum(len(file.missed) for file in files)) / total if total else 100.0


def ranges(numbers):
    """[1, 2, 3, 7] as "1-3 7"."""
    found = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return " ".join("%d" % first if first == last else "%d-%d" % (first, last) for first, last in found)


def report(files):
    """Prints a line a folder; returns what is below its goal."""
    folders, short = collections.defaultdict(list), []
    for file in files:
        folders[os.path.dirname(file.path)].append(file)
        if file.is_whole and file.missed:
            short.append("%s: %.1f %%, not all; missing %s" % (file.path, percent([file]), ranges(file.missed)))
        short += ["%s:%d is marked as unreached and was reached" % (file.path, line) for line in file.reached]
    print("%-36s %7s %8s %8s" % ("folder", "lines", "excused", "covered"))
    for folder, members in sorted(folders.items()):
        print("%-36s %7d %8d %7.1f%%" % (folder, sum(file.total for file in members), sum(file.excused for file in members),
                                         percent(members)))
        if percent(members) < GOAL:
            worst = sorted(members, key=lambda file: -len(file.missed))[:3]
            short.append("%s: %.1f %%, less than %d; most in %s" % (folder, percent(members), GOAL,
                                                                   ", ".join(os.path.basename(file.path) for file in worst)))
    for name, members in (("to be covered whole", [file for file in files if file.is_whole]),
                          ("the rest, to %d %%" % GOAL, [file for file in files if not file.is_whole])):
        print("%-36s %7d %8d %7.1f%%" % (name, sum(file.total for file in members), sum(file.excused for file in members),
                                         percent(members)))
    print("%-36s %7d %8d %7.1f%%" % ("all", sum(file.total for file in files), sum(file.excused for file in files), percent(files)))
    return short


def main():
    build = os.path.realpath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "build", "coverage"))
    short = report([File(path, lines) for path, lines in sorted(counted(build).items())])
    for line in short[:SHOWN]:
        print("below its goal: " + line)
    if len(short) > SHOWN:
        print("and %d more" % (len(short) - SHOWN))
    sys.exit(1 if short else 0)


if __name__ == "__main__":
    main()
