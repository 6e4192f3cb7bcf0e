"""Makes the files of a new adapter from scripts/new-adapter, in which it is called example.

    ./dev new-adapter NAME
"""

import argparse
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TEMPLATES = os.path.join(ROOT, "scripts", "new-adapter")

# The one table that names all systems: a new one comes last.
TABLE, ROW = os.path.join("cli", "tracker.h"), " TRACKER(%s)"


def named(text, name):
    """The text with the name for `example`, in each of its spellings; members that are called so stay."""
    for word, spelt in ((r"(?<!remote_)example(?!s)", name), ("Example", name.capitalize()), ("EXAMPLE", name.upper())):
        text = re.sub(word, spelt, text)
    return text


def planned(name):
    """Pairs of template and file to be written."""
    for folder, _, files in os.walk(TEMPLATES):
        for file in sorted(files):
            source = os.path.join(folder, file)
            yield source, os.path.join(ROOT, named(os.path.relpath(source, TEMPLATES), name))


def write(source, target, name):
    with open(source, encoding="utf-8") as file:
        text = named(file.read(), name)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "w", encoding="utf-8") as file:
        file.write(text)
    shutil.copymode(source, target)


def add_row(name):
    """Puts the system behind the last one of the table."""
    path = os.path.join(ROOT, TABLE)
    with open(path, encoding="utf-8") as file:
        head, define, rest = file.read().partition("#define TRACKERS(TRACKER)")
    rows, end, rest = rest.partition("\n")
    with open(path, "w", encoding="utf-8") as file:
        file.write(head + define + rows + ROW % name + end + rest)


def make(name):
    files = list(planned(name))
    there = [target for _, target in files if os.path.exists(target)]
    if there:
        sys.exit("new-adapter: %s is there already; nothing was written" % os.path.relpath(there[0], ROOT))
    for source, target in files:
        write(source, target, name)
        print(os.path.relpath(target, ROOT))
    add_row(name)
    print(TABLE)
    if shutil.which("clang-format"):  # a longer or shorter name breaks lines elsewhere
        written = [target for _, target in files if target.endswith((".c", ".h"))]
        subprocess.run(["clang-format", "-i", os.path.join(ROOT, TABLE)] + written, check=True)


def main():
    parser = argparse.ArgumentParser(prog="./dev new-adapter", description="Makes the files of a new adapter.")
    parser.add_argument("name", help="of the system, as in services/adapter-NAME: lower-case letters and digits")
    name = parser.parse_args().name
    if not re.fullmatch(r"[a-z][a-z0-9]{1,30}", name):
        sys.exit("new-adapter: a name is lower-case letters and digits and begins with a letter, not %r" % name)
    make(name)
    print("What to do next is in docs/new-adapter.md.")


if __name__ == "__main__":
    main()
