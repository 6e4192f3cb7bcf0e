#!/usr/bin/python3
"""The command line where nothing runs: help, errors and how to go on, completion."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import tap  # noqa: E402
from house import BIN, TANDEM, House, typed  # noqa: E402


@unittest.skipUnless(os.access(TANDEM, os.X_OK), "no tandem in " + BIN)
class WithoutStore(unittest.TestCase):
    def setUp(self):
        self.house = House()
        self.addCleanup(self.house.remove)

    def test_cli_without_words_shows_help_and_fails(self):
        done = self.house.run()
        self.assertEqual(done.code, 2)
        self.assertIn("tandem up", done.out)

    def test_cli_help_goes_to_stdout(self):
        for words in (["--help"], ["help"], ["ticket", "--help"], ["help", "ticket"], ["ticket", "edit", "-h"]):
            done = self.house.run(*words)
            self.assertEqual((done.code, done.err), (0, ""), words)

    def test_cli_says_the_nearest_command(self):
        done = self.house.run("ticket", "lsit")
        self.assertEqual(done.code, 2)
        self.assertEqual(done.err, "tandem: there is no command `ticket lsit`. Did you mean `tandem ticket list`?\n")

    def test_cli_errors_are_json_on_stderr_with_json(self):
        done = self.house.run("statsu", "--json")
        self.assertEqual((done.code, done.out), (2, ""))
        self.assertNotIn("\n", done.err.strip())

    def test_cli_says_how_to_start_when_not_running(self):
        for words in (["status"], ["ticket", "list"], ["sync"], ["events", "tail"], ["conflicts", "show", "1"]):
            done = self.house.run(*words)
            self.assertEqual(done.code, 6, words)
            self.assertEqual(len(done.err.splitlines()), 1)
            self.assertIn("tandem up", done.err)
        error = json.loads(self.house.run("status", "--json").err)["error"]
        self.assertEqual(error["code"], "retry")

    def test_cli_says_what_is_wrong_with_a_state_directory(self):
        for home, code, said in ((self.house.folder + "/mistyped", 6, "which does not exist"), (self.house.file("plain", ""), 6, "is no folder"),
                                 (self.house.folder, 6, "start it: tandem up")):
            done = self.house.run("status", "--home", home)
            self.assertEqual(done.code, code, done.err)
            self.assertIn(home, done.err)
            self.assertIn(said, done.err)

    def test_cli_messages_break_between_words_on_a_terminal(self):
        words = ["status", "--home", self.house.folder + "/mistyped"]
        shown = typed(["sh", "-c", "stty columns 40; exec \"$@\"", "sh", TANDEM, *words], self.house.environment)[1]
        said = self.house.run(*words).err
        self.assertEqual(said.count("\n"), 1)
        self.assertGreater(len(shown.splitlines()), 2, shown)
        self.assertEqual(re.sub(r"\x1b\[[0-9;]*m", "", shown).split(), said.split())

    def test_cli_says_so_when_the_store_is_dead(self):
        os.makedirs(self.house.home + "/run")
        with socket.socket() as sock:  # nobody else listens there meanwhile
            sock.bind(("127.0.0.1", 0))
            url = "tcp://127.0.0.1:%d" % sock.getsockname()[1]
            done = self.house.run("status", TANDEM_STORE_URL=url, TANDEM_EVENTS_URL=url, TANDEM_ALLOW_INSECURE_BUS="true")
        self.assertEqual(done.code, 6)
        self.assertIn("is TANDEM_STORE_URL right?", done.err)

    def test_cli_version_is_printed(self):
        self.assertRegex(self.house.run("version").out, r"^tandem \d+\.\d+\.\d+\n$")
        for letter in ("--version", "-V"):
            self.assertIn("version", self.house.run(letter, "--json").json)

    def test_cli_secrets_are_never_arguments(self):
        done = self.house.run("connect", "github", "--repo", "acme/rocket")
        self.assertEqual(done.code, 2)
        self.assertIn("--token-file", done.err)

    def test_cli_doctor_finds_that_nothing_runs(self):
        done = self.house.run("doctor", "--json")
        self.assertEqual(done.code, 1)
        found = {row["check"]: row for row in done.json["findings"]}
        self.assertEqual(found["store"]["state"], "problem")
        self.assertEqual(found["store"]["fix"], "tandem up")

    def test_cli_bash_completes_commands_options_and_values(self):
        script = self.house.file("c.bash", self.house.run("completion", "bash").out)
        for line, expected in (("tandem ti", "ticket"), ("tandem ticket ed", "edit"), ("tandem ticket edit T-1 --add", "--add-label"),
                               ("tandem ticket new --privacy pub", "public"), ("tandem --js", "--json")):
            words = line.split(" ")
            program = "source %s; COMP_WORDS=(%s); COMP_CWORD=%d; _tandem; echo ${COMPREPLY[*]}" % (
                script, " ".join(words), len(words) - 1)
            done = subprocess.run(["bash", "-euc", program], capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""), line)
            self.assertIn(expected, done.stdout.split(), line)

    def test_cli_bash_completes_projects(self):
        script = self.house.file("c.bash", self.house.run("completion", "bash").out)
        for line, expected in (("tandem sync r", "rocket"), ("tandem ticket list --project e", "engine"), ("tandem projects follow engine r", "rocket")):
            words = line.split(" ")
            program = "source %s; _tandem_projects() { echo rocket; echo engine; }; COMP_WORDS=(%s); COMP_CWORD=%d; _tandem; echo ${COMPREPLY[*]}" % (
                script, " ".join(words), len(words) - 1)
            done = subprocess.run(["bash", "-euc", program], capture_output=True, text=True, check=False)
            self.assertEqual((done.stdout.split(), done.stderr), ([expected], ""), line)

    def test_cli_completion_scripts_parse(self):
        for shell in ("bash", "zsh", "fish"):
            if shutil.which(shell) is None:
                continue
            script = self.house.file("c." + shell, self.house.run("completion", shell).out)
            done = subprocess.run([shell, "-n", script], capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""), shell)

    @unittest.skipUnless(shutil.which("fish"), "fish is not installed")
    def test_cli_fish_completes_commands_and_projects(self):
        script = self.house.file("c.fish", self.house.run("completion", "fish").out)
        for line, expected in (("tandem ti", "ticket"), ("tandem ticket ed", "edit"), ("tandem sync r", "rocket"), ("tandem ticket list --project e", "engine"),
                               ("tandem projects follow engine r", "rocket"), ("tandem help ti", "ticket"), ("tandem fields map rocket r", "")):
            program = "source %s; function __tandem_projects; echo rocket; echo engine; end; complete -C '%s'" % (script, line)
            done = subprocess.run(["fish", "--no-config", "-c", program], capture_output=True, text=True, check=False, env={**os.environ, "HOME": self.house.folder})
            self.assertEqual((done.stdout.partition("\t")[0].strip(), done.stderr), (expected, ""), line)


if __name__ == "__main__":
    tap.main(__name__)
