"""The commands of docs/docker.md, typed at a shell as they stand there, section by section. `docker compose` is the tests' engine with
docker-compose 1.29; what a reader has of their own stands in a folder, which is also where the shell is."""

import os
import re
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "docs"))
import documents  # noqa: E402

DOCUMENT = "docs/docker.md"
# What a cell of a table leaves out, because all commands of the page begin with it, and what such a cell has.
BEGINNING = "docker compose -f deploy/compose.yaml "
IN_CELL = re.compile(r"`((?:run --rm|restart) [^`…]+)`")
# What an engine may fail to do at the first try, whatever the file says: a container that it has killed and does not hear of, say.
REPEATED = re.compile(r" down( |$)")
REPETITIONS, PAUSE_S = 5, 3
# `docker compose -f deploy/compose.yaml WORD...`, from wherever it is typed.
SHIM = """#!/bin/sh
[ "$1 $2 $3" = "compose -f deploy/compose.yaml" ] || { echo "not of the document's form: docker $*" >&2; exit 2; }
shift 3
cd "$CLONE"
PATH=${PATH#*:} # where it finds the engine's own `docker`
exec $COMPOSE -f deploy/compose.yaml $BESIDE "$@"
"""


def errors_first(said):
    """The end of it, below the lines that tell of an error: what stands last may be cut off where this is read."""
    return "".join(line + "\n" for line in said.splitlines() if re.search("error", line, re.IGNORECASE)) + said[-3000:]


class Typist:
    """`compose`: the program and its first options; `beside`: options after the file; `stand_ins`: what is put in place of what."""

    def __init__(self, folder, compose, beside, environment, stand_ins):
        self.folder, self.stand_ins = folder, stand_ins
        os.makedirs(folder + "/bin")
        with open(folder + "/bin/docker", "w", encoding="utf-8") as file:
            file.write(SHIM)
        os.chmod(folder + "/bin/docker", 0o755)
        self.environment = {**environment, "PATH": "%s/bin:%s" % (folder, environment["PATH"]), "HOME": folder, "CLONE": ROOT,
                            "COMPOSE": " ".join(compose), "BESIDE": " ".join(beside)}
        self.left = {section: list(commands) for section, commands in documents.sections(DOCUMENT).items()}

    def read(self, section, until=None, **environment):
        """Types what is left of a section, or what stands before the first command with the word `until`; what all of it printed."""
        commands, output = self.left[section], ""
        while commands and not (until and until in commands[0].text):
            output += self.type(commands.pop(0), environment)
        return output

    def read_row(self, what):
        """Types what the row of a table says that is to be done."""
        for text in IN_CELL.findall(documents.cells(DOCUMENT, what)[0]):
            self.type(documents.Command(DOCUMENT, 0, BEGINNING + text), {})

    def type(self, command, environment):
        text = command.text
        for pattern, stand_in in self.stand_ins:
            text = re.sub(pattern, stand_in, text)
        done = self._at_the_shell(text, environment)
        for _ in range(REPETITIONS):
            if done.returncode == 0 or not REPEATED.search(text):
                break
            print("# typed again: %s\n%s" % (text, re.sub("(?m)^", "#   ", errors_first(done.stdout))), flush=True)
            time.sleep(PAUSE_S)
            done = self._at_the_shell(text, environment)
        if done.returncode:
            raise AssertionError("%s\ntyped as %s\n%d\n%s" % (command, text, done.returncode, errors_first(done.stdout)))
        return done.stdout

    def _at_the_shell(self, text, environment):
        return subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=self.folder, env={**self.environment, **environment},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)

    def file(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read()

    def untyped(self):
        return [str(command) for commands in self.left.values() for command in commands]
