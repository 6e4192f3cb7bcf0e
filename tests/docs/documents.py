"""What the documents tell a reader to type: the commands of their `sh` and `sql` blocks and of tables whose second column is headed
"run", in their order, with what an `output` block below them shows."""

import glob
import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATTERNS = ("*.md", "docs/*.md", "sandbox/**/*.md", "deploy/**/*.md", "client/**/*.md")
TELLS_WHAT_WAS = {"CHANGELOG.md"}
FENCE = re.compile(r"^( *)```(\w*)\s*$")
COMMENT = re.compile(r"(?:^|\s+)#(?= ).*$")
IN_TABLE = re.compile(r"`((?:tandem|\./dev|docker|kubectl) [^`]+)`")
# Lines that a reader would take for a command, wherever they stand.
LIKE_A_COMMAND = re.compile(r"^(?:\$ |(?:sudo |[A-Z_]+=\S+ )*(?:tandem|\./dev|curl|docker|kubectl|apt(?:-get)?|systemctl|cmake|psql|pg_\w+|nngcat|"
                            r"python3|node|sandbox/\S+|tests/\S+|client/\S+|deploy/\S+) )")
LOOSE_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


class Command:
    def __init__(self, document, line, text, language="sh"):
        self.document, self.line, self.text, self.language = document, line, text, language
        self.shown = []  # lines of the output that the document shows for it and those before it

    def __str__(self):
        return "%s:%d: %s" % (self.document, self.line, self.text)


def names():
    found = {os.path.relpath(path, ROOT) for pattern in PATTERNS for path in glob.glob(os.path.join(ROOT, pattern), recursive=True)}
    return sorted(found - TELLS_WHAT_WAS)


def read(document):
    with open(os.path.join(ROOT, document), encoding="utf-8") as file:
        return file.read()


def blocks(document):
    """(line, language, lines) of each block that is fenced or indented; the language is "" where none is given."""
    fence, block, lines = None, None, read(document).split("\n")
    for number, line in enumerate(lines, 1):
        found = FENCE.match(line)
        if fence is None and found:
            fence, block = found, (number, found.group(2), [])
        elif fence is not None and line.strip() == "```":
            yield block
            fence = None
        elif fence is not None:
            block[2].append(line.removeprefix(fence.group(1)))
        elif line.startswith("    ") and not lines[number - 2].strip():
            yield (number - 1, "", [line[4:]])


def split(document, first, lines):
    """The commands of a shell block: a line each, but for those that a backslash continues."""
    text, start = "", first
    for number, line in enumerate(lines, first + 1):
        start = start if text else number
        text += line.rstrip()
        if text.endswith("\\"):
            text += "\n"
            continue
        text = COMMENT.sub("", text).strip()
        if text:
            yield Command(document, start, text)
        text = ""


def rows(document):
    """The commands of tables whose second column is headed "run"."""
    in_table = False
    for number, line in enumerate(read(document).split("\n"), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        in_table = line.startswith("|") and (in_table or cells[1:] == ["run"])
        if in_table:
            yield from (Command(document, number, text) for text in IN_TABLE.findall(line))


def commands(document):
    found = []
    for line, language, lines in blocks(document):
        if language == "sh":
            found += split(document, line, lines)
        elif language == "sql":
            found.append(Command(document, line + 1, "\n".join(lines), "sql"))
        elif language == "output" and found:
            found[-1].shown += lines
    return sorted(found + list(rows(document)), key=lambda command: command.line)


def sections(document):
    """{heading: its commands}; what stands before the first one is under ""."""
    headings = [(0, "")] + [(number, line[3:]) for number, line in enumerate(read(document).split("\n"), 1) if line.startswith("## ")]
    found = {heading: [] for _, heading in headings}
    for command in commands(document):
        found[[heading for number, heading in headings if number < command.line][-1]].append(command)
    return found


def cells(document, first):
    """The other cells of the row of a table that begins with `first`."""
    for line in read(document).split("\n"):
        row = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and row[0] == first:
            return row[1:]
    raise KeyError("%s has no row %r" % (document, first))


def strays(document):
    """Lines that look like commands and stand in a block that is not said to be one."""
    is_usage = document == "docs/cli.md"
    return ["%s:%d: %s" % (document, number + place, line) for number, language, lines in blocks(document)
            for place, line in enumerate(lines, 1)
            if language not in ("sh", "sql") and not (is_usage and language == "text") and LIKE_A_COMMAND.match(line)]


def is_complete(text):
    """Whether it is a whole command of a shell."""
    return subprocess.run(["bash", "-nc", text], stderr=subprocess.DEVNULL, check=False).returncode == 0


def loose(line):
    """A line without what differs each time: numbers, hashes, widths."""
    line = re.sub(r"\b[0-9a-f]{12,}\b", "0", line)
    return " ".join(LOOSE_NUMBER.sub("0", line).split())


def missing(shown, output):
    """The first line that a document shows and the output has not, in the document's order; `…` stands for anything."""
    left = [loose(line) for line in output.splitlines()]
    for line in shown:
        pattern = ".*".join(re.escape(part) for part in loose(line).split("…"))
        while left and not re.fullmatch(pattern, left[0]):
            left.pop(0)
        if not left:
            return line
        left.pop(0)
    return None
