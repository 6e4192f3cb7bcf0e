"""The commands of docs/systemd.md, typed as they stand there, section by section, on a machine where systemd is process 1."""

import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "docs"))
import documents  # noqa: E402

DOCUMENT = "docs/systemd.md"
ELSEWHERE = re.compile(r"apt install ")  # tests/deploy/test_packages.py
# Debian's is not installed everywhere; like it, this one hands nothing of the environment on.
SUDO = """#!/bin/sh
user=root
[ "$1" != -u ] || { user=$2; shift 2; }
exec runuser -u "$user" -- env -i PATH="$PATH" HOME=/ "$@"
"""


def prepare(machine):
    machine.write("/usr/local/bin/sudo", SUDO)
    os.chmod(machine.path("/usr/local/bin/sudo"), 0o755)


def commands(section):
    return [command for command in documents.sections(DOCUMENT)[section] if not ELSEWHERE.match(command.text)]


def read(machine, section, stand_ins=(), **options):
    """Types a section; what all of it printed, errors too. `stand_ins`: what is put in place of what."""
    output = ""
    for command in commands(section):
        text = command.text
        for pattern, stand_in in stand_ins:
            text = re.sub(pattern, stand_in, text)
        done = machine.run("bash", "-euo", "pipefail", "-c", 'cd "$HOME" && ' + text, **options)
        if done.returncode:
            raise AssertionError("%s\ntyped as %s\n%d\n%s%s" % (command, text, done.returncode, done.stdout, done.stderr))
        output += done.stdout + done.stderr
    return output


def unread(source):
    """The sections with commands that a test's source does not read."""
    read_there = set(re.findall(r'self\.read\("([^"]*)"', source))
    return [section for section in documents.sections(DOCUMENT) if commands(section) and section not in read_there]
