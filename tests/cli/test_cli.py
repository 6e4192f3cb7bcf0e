#!/usr/bin/python3
"""The command line for real: `tandem up` in a temporary home, with the sandbox's GitHub. TANDEM_BIN says where the programs
are (build/dev/bin if unset)."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import unittest
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import tap  # noqa: E402
from house import BIN, TANDEM, House, StandIn, typed, wait_for, why_not  # noqa: E402
from world import free_ports, has_ipv6  # noqa: E402


@unittest.skipUnless(os.access(TANDEM, os.X_OK), "no tandem in " + BIN)
class WithoutStore(unittest.TestCase):
    """What needs nothing to run."""

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

    @unittest.skipUnless(shutil.which("fish"), "fish is not installed")
    def test_cli_fish_completes_commands_and_projects(self):
        script = self.house.file("c.fish", self.house.run("completion", "fish").out)
        for line, expected in (("tandem ti", "ticket"), ("tandem ticket ed", "edit"), ("tandem sync r", "rocket"), ("tandem ticket list --project e", "engine"),
                               ("tandem projects follow engine r", "rocket"), ("tandem help ti", "ticket"), ("tandem fields map rocket r", "")):
            program = "source %s; function __tandem_projects; echo rocket; echo engine; end; complete -C '%s'" % (script, line)
            done = subprocess.run(["fish", "--no-config", "-c", program], capture_output=True, text=True, check=False, env={**os.environ, "HOME": self.house.folder})
            self.assertEqual((done.stdout.partition("\t")[0].strip(), done.stderr), (expected, ""), line)

    def test_cli_completion_scripts_parse(self):
        for shell in ("bash", "zsh", "fish"):
            if shutil.which(shell) is None:
                continue
            script = self.house.file("c." + shell, self.house.run("completion", shell).out)
            done = subprocess.run([shell, "-n", script], capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""), shell)


@unittest.skipIf(why_not(), why_not())
class WithStore(unittest.TestCase):
    """One running tandem and one sandbox for all tests here; each makes what it needs."""

    @classmethod
    def setUpClass(cls):
        cls.house = House()
        cls.sandbox = StandIn("github-sandbox", "--issues", "40", "--token", "sandbox-token", "--token", "reader=reader:read")
        cls.url, cls.control = cls.sandbox.url, cls.sandbox.control
        cls.token = cls.house.file("token", "sandbox-token\n")
        wait_for(lambda: cls.control("GET", "health"), "the sandbox")
        cls.health_port = free_ports(16)
        cls.house.environment["TANDEM_HEALTH_LISTEN"] = "[::]:%d" % cls.health_port
        cls.house.environment.update({"TANDEM_WEBHOOK_LISTEN": "[::]:0", "TANDEM_STORE_LISTEN": "tls+tcp://[::]:0",
                                      "TANDEM_EVENTS_LISTEN": "tls+tcp://:0"})
        cls.house.start(cls.sandbox.port, 1)

    @classmethod
    def tearDownClass(cls):
        cls.house.run("down")
        cls.sandbox.close()
        cls.house.remove()

    def run_fine(self, *words, **more):
        done = self.house.run(*words, **more)
        self.assertEqual(done.code, 0, "%s\n%s%s" % (words, done.out, done.err))
        return done

    def connect(self, name, *words):
        self.control("POST", "seed", {"repo": "acme/" + name, "issues": 5})
        return self.run_fine("connect", "github", "--base-url", self.url, "--repo", "acme/" + name, "--token-file", self.token, *words)

    # -- processes

    def test_cli_up_leaves_no_core(self):
        """It makes the data key and the authority's, and knows the database's password."""
        with open(os.path.join(self.house.home, "run", "up.pid"), encoding="ascii") as file:
            pid = int(file.read())
        with open("/proc/%d/limits" % pid, encoding="ascii") as limits:
            self.assertRegex(limits.read(), r"Max core file size +0 +0 ")

    def test_cli_up_gives_each_process_a_port_for_its_health(self):
        roles = set()
        for place in range(7):  # store, scheduler, conflict and four adapters
            with urllib.request.urlopen("http://127.0.0.1:%d/metrics" % (self.health_port + place), timeout=20) as answer:
                roles.add(re.search(r'tandem_build_info{version="[^"]+",role="([^"]+)"} 1', answer.read().decode()).group(1))
        self.assertEqual(7, len(roles), roles)

    def test_cli_health_asks_who_listens_everywhere(self):
        self.assertEqual(self.run_fine("health", "--ready").out, "ok\n")

    @unittest.skipUnless(has_ipv6(), "this machine has no IPv6")
    def test_cli_everything_is_reached_by_ipv6_too(self):
        with open(os.path.join(self.house.home, "run", "endpoint.json"), encoding="ascii") as file:
            endpoints = json.load(file)
        self.run_fine("status", **{"TANDEM_" + name.upper(): endpoints[name].replace("127.0.0.1", "[::1]") for name in ("store_url", "events_url")})
        socket.create_connection(("::1", int(endpoints["events_url"].rpartition(":")[2]))).close()
        for url in ("http://127.0.0.1:%d/healthz" % self.health_port, *(one + "/healthz" for one in endpoints["webhook_urls"].values())):
            for asked in (url, url.replace("127.0.0.1", "[::1]")):
                with urllib.request.urlopen(asked, timeout=20) as answer:
                    self.assertEqual(answer.status, 200, asked)

    # -- tickets

    def test_cli_ticket_life(self):
        key = self.run_fine("ticket", "new", "--title", "Pump leaks", "--label", "bug", "-").out.strip()
        self.assertRegex(key, r"^T-\d+$")
        self.run_fine("ticket", "edit", key, "--status", "done", "--add-label", "wet", "--remove-label", "bug")
        self.run_fine("ticket", "comment", key, "-", text="Fixed\n")
        ticket = self.run_fine("ticket", "show", key, "--json").json
        self.assertEqual(ticket["fields"]["status"], "done")
        self.assertEqual(ticket["fields"]["labels"], ["wet"])
        self.assertEqual(ticket["author"], "user:tester")
        self.assertEqual(ticket["comments"][0]["body"], "Fixed\n")
        self.assertIn(key, self.run_fine("ticket", "list", "--search", "Pump leaks", "--plain").out)
        self.run_fine("ticket", "edit", ticket["comments"][0]["key"], "--body", "Really fixed")
        self.assertIn("Really fixed", self.run_fine("ticket", "show", key).out)

    def test_cli_comment_is_deleted_and_its_text_kept(self):
        key = self.run_fine("ticket", "new", "--title", "Talkative").out.strip()
        self.run_fine("ticket", "comment", key, "--body", "Too much said")
        comment = self.run_fine("ticket", "show", key, "--json").json["comments"][0]["key"]
        self.assertEqual(self.house.run("ticket", "comment", comment, "--delete", "--body", "x").code, 2)
        self.assertRegex(self.house.run("ticket", "comment", key, "--delete").err, "tickets are not deleted; close it: .*cancelled")
        self.assertEqual(self.run_fine("ticket", "comment", comment, "--delete").out, comment + "\n")
        self.assertNotIn("Too much said", self.run_fine("ticket", "show", key).out)
        self.assertRegex(self.run_fine("ticket", "show", key, "--deleted").out, r"deleted .* by user:tester\nToo much said")
        self.assertEqual(self.house.run("ticket", "edit", comment, "--body", "Again").code, 3)

    def test_cli_ticket_that_is_not_there(self):
        for words in (["show"], ["edit", "--title", "x"], ["comment", "--body", "x"], ["share", "--privacy", "public"]):
            done = self.house.run("ticket", words[0], "T-999999", *words[1:])
            self.assertEqual(done.code, 3, words)
            self.assertRegex(done.err, r"^tandem: .*T-999999.*\n$")
        done = self.house.run("ticket", "show", "T-999999", "--json")
        self.assertEqual(json.loads(done.err)["error"]["code"], "gone")

    def test_cli_points_out_a_status_that_looks_like_a_slip(self):
        key = self.run_fine("ticket", "new", "--title", "Slip", "--status", "Done").out.strip()
        for status, meant in (("opne", "open"), ("in-progress", "in_progress"), ("done", None), ("waiting", None)):
            said = self.run_fine("ticket", "edit", key, "--status", status).err
            self.assertEqual(said, "`%s` is a status of your own. Did you mean `%s`?\n" % (status, meant) if meant else "")

    def test_cli_ticket_list_takes_all_pages(self):
        before = len(self.run_fine("ticket", "list", "--all", "--json").json["tickets"])
        for number in range(3):
            self.run_fine("ticket", "new", "--title", "Page %d" % number)
        self.assertEqual(len(self.run_fine("ticket", "list", "--all", "--json").json["tickets"]), before + 3)
        self.assertEqual(len(self.run_fine("ticket", "list", "--limit", "2", "--json").json["tickets"]), 2)

    def test_cli_editor_changes_a_ticket(self):
        key = self.run_fine("ticket", "new", "--title", "Old", "--label", "a").out.strip()
        editor = self.house.file("editor", "#!/bin/sh\nsed -i 's/^title: Old/title: New/; s/  - a/  - b/' \"$1\"\n", 0o700)
        code, shown = self.house.on_terminal(["ticket", "edit", key], EDITOR=editor)
        self.assertEqual(code, 0, shown)
        fields = self.run_fine("ticket", "show", key, "--json").json["fields"]
        self.assertEqual((fields["title"], fields["labels"]), ("New", ["b"]))

    def test_cli_editor_does_not_overwrite_what_changed_meanwhile(self):
        key = self.run_fine("ticket", "new", "--title", "Old").out.strip()
        editor = self.house.file("editor2", "#!/bin/sh\n%s ticket edit %s --title Theirs >/dev/null 2>&1\n"
                                 "sed -i 's/^title: Old/title: Mine/' \"$1\"\n" % (TANDEM, key), 0o700)
        code, shown = self.house.on_terminal(["ticket", "edit", key], EDITOR=editor, TMPDIR=self.house.folder)
        self.assertEqual(code, 7, shown)
        kept = re.search(r"kept in (\S+?)\.\s", shown).group(1)
        with open(kept, encoding="utf-8") as file:
            self.assertIn("title: Mine", file.read())
        self.assertEqual(self.run_fine("ticket", "show", key, "--json").json["fields"]["title"], "Theirs")

    def test_cli_shows_no_escape_sequences_of_others(self):
        key = self.run_fine("ticket", "new", "--title", "Evil \x1b]0;x\x07\x1b[31m", "--body", "\x1b[2J").out.strip()
        for words in (["ticket", "show", key], ["ticket", "list", "--all"], ["ticket", "list", "--all", "--plain"], ["events", "replay"]):
            self.assertNotIn("\x1b", self.run_fine(*words).out, words)

    def test_cli_json_steers_no_terminal_and_loses_nothing(self):
        title = "Evil \u009b2J \u202e\x7f \U0001f600"
        key = self.run_fine("ticket", "new", "--title", title).out.strip()
        shown = self.run_fine("ticket", "show", key, "--json")
        self.assertEqual(shown.json["fields"]["title"], title)
        self.assertIn("\\u009b2J \\u202e\\u007f \U0001f600", shown.out)

    def test_cli_says_the_nearest_project(self):
        self.connect("nearby", "--no-sync")
        for words in (["sync", "nearbi"], ["ticket", "list", "--project", "Nearby"], ["conflicts", "list", "--project", "neraby", "--exit-code"],
                      ["sessions", "list", "--project", "nearb"], ["retry", "nearbi"], ["projects", "follow", "nearby", "nearbi"],
                      ["ticket", "new", "--title", "Lost", "--project", "nearbi"], ["projects", "pause", "nearbi"]):
            done = self.house.run(*words)
            self.assertEqual((done.code, done.out), (3, ""), words)
            self.assertRegex(done.err, r"^tandem: there is no project `\w+`\. Did you mean `nearby`\?\n$", words)

    def test_cli_fails_when_its_output_cannot_be_written(self):
        self.run_fine("ticket", "new", "--title", "Unwritten")
        for words in (["ticket", "list"], ["ticket", "list", "--limit", "1"], ["ticket", "list", "--json"]):
            with open("/dev/full", "w", encoding="ascii") as full:
                done = subprocess.run([TANDEM, *words], env=self.house.environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
            self.assertEqual(done.returncode, 1, words)
            self.assertIn("standard output is not whole", done.stderr)

    def test_cli_colours_only_on_a_terminal(self):
        self.run_fine("ticket", "new", "--title", "Colourful")
        self.assertIn("\x1b[", self.house.on_terminal(["ticket", "list"])[1])
        self.assertNotIn("\x1b[3", self.house.on_terminal(["ticket", "list"], NO_COLOR="1")[1])
        self.assertNotIn("\x1b[", self.run_fine("ticket", "list").out)

    # -- connecting

    def test_cli_connect_names_what_is_wrong_and_stores_nothing(self):
        bad = self.house.file("bad", "nonsense\n")
        repo = ["connect", "github", "--base-url", self.url, "--name", "wrong", "--repo"]
        rows = [([*repo, "acme/rocket", "--token-file", bad], 5, "token"),
                ([*repo, "acme/nowhere", "--token-file", self.token], 3, "acme/nowhere"),
                (["connect", "github", "--base-url", "http://127.0.0.1:1", "--repo", "acme/rocket", "--token-file", self.token], 6, "127.0.0.1"),
                ([*repo, "acme/rocket", "--token-file", "/nonexistent"], 4, "/nonexistent"),
                ([*repo, "acme", "--token-file", self.token], 2, "OWNER/NAME"[:5]),
                ([*repo, "acme/rocket", "--token-file", self.token, "--strategy", "newest_wins"], 2, "--confirmed-by"),
                ([*repo, "acme/rocket", "--token-file", self.token, "--map", "labels"], 2, "FIELD:LOCAL=EXTERNAL")]
        for words, code, said in rows:
            done = self.house.run(*words)
            self.assertEqual(done.code, code, (words, done.err))
            self.assertIn(said.lower(), done.err.lower(), words)
        self.assertEqual(self.house.run("projects", "show", "wrong").code, 3)

    def test_cli_connect_refuses_to_write_with_a_reader(self):
        reader = self.house.file("reader", "reader\n")
        words = ["connect", "github", "--base-url", self.url, "--repo", "acme/rocket", "--name", "reader", "--token-file", reader, "--no-sync"]
        self.assertEqual(self.house.run(*words).code, 5)
        self.run_fine(*words, "--direction", "pull")

    def test_cli_connect_fetches_and_reports(self):
        done = self.connect("fetched", "--map", "labels:bug=kind/bug", "--field-direction", "assignees=pull")
        self.assertIn("tandem-bot", done.err)
        self.assertRegex(done.out, r"Session \d+ of fetched finished in")
        self.assertEqual(done.err.count("sandbox-token"), 0)
        project = self.run_fine("projects", "show", "fetched", "--json").json
        rules = {rule["field"]: rule for rule in project["rules"]}
        self.assertEqual(rules["status"]["table"][0], {"local": "open", "external": "open"})
        self.assertEqual(rules["labels"]["table"], [{"local": "bug", "external": "kind/bug"}])
        self.assertEqual(rules["assignees"]["direction"], "pull")
        status = self.run_fine("status", "--json").json["projects"]
        self.assertGreater([p["tickets"] for p in status if p["project"]["name"] == "fetched"][0], 0)
        self.assertEqual(self.run_fine("sync", "fetched", "--wait", "--json").json["state"], "completed")
        session = self.run_fine("sessions", "list", "--project", "fetched", "--plain").out.split("\t")[0].strip()
        self.assertIn("fetched", self.run_fine("sessions", "show", session).out)
        self.assertIn("ok", self.run_fine("doctor").out)

    def test_cli_connect_guides_a_person_and_hides_the_token(self):
        self.control("POST", "seed", {"repo": "acme/guided", "issues": 3})
        code, shown = self.house.on_terminal(
            ["connect", "github", "--base-url", self.url],
            [("Repository", "acme/guided"), ("Token", "sandbox-token"), ("Call the project", ""), ("Which way", ""), ("When both", "nonsense"),
             ("When both", "merge"), ("Tickets made here", ""), ("Connect acme/guided as guided", "")])
        self.assertEqual(code, 0, shown)
        self.assertNotIn("sandbox-token", shown)
        self.assertIn("It is one of manual|", shown)
        self.assertEqual(self.run_fine("projects", "show", "guided", "--json").json["strategy"], "merge")

    def test_cli_connect_lets_a_person_correct_what_he_typed(self):
        self.control("POST", "seed", {"repo": "acme/mistyped", "issues": 1})
        code, shown = self.house.on_terminal(
            ["connect", "github", "--base-url", self.url, "--dry-run"],
            [("Repository", "acme/mistyepd"), ("Token (not", "wrong"), ("Token (not", "sandbox-token"),
             ("Repository", "acme/mistyped"), ("Call the project", ""), ("Which way", ""), ("When both", ""), ("Tickets made here", "")])
        self.assertEqual(code, 0, shown)
        self.assertIn("Nothing was stored", shown)

    def test_cli_progress_is_shown_on_a_terminal_and_erased(self):
        self.connect("slow")
        self.run_fine("sync", "slow", "--wait")
        self.control("POST", "latency", {"ms": 400})
        try:
            code, shown = self.house.on_terminal(["sync", "slow", "--wait", "--full"])
        finally:
            self.control("POST", "latency", {"ms": 0})
        self.assertEqual(code, 0, shown)
        self.assertRegex(shown, r"\rslow: \w+")
        self.assertIn("\r\x1b[KSession", shown)

    def test_cli_projects_pause_resume_remove(self):
        self.connect("steered", "--no-sync")
        self.assertIn("tandem projects resume steered", self.run_fine("projects", "pause", "steered", "--reason", "holiday").err)
        self.assertIn("holiday", self.run_fine("projects", "show", "steered").out)
        self.assertEqual(self.house.run("sync", "steered").code, 4)
        self.run_fine("projects", "resume", "steered")
        self.assertEqual(self.house.run("projects", "remove", "steered").code, 2)
        self.run_fine("projects", "remove", "steered", "--yes")
        self.assertEqual(self.house.run("projects", "show", "steered").code, 3)

    def test_cli_share_pushes_and_egress_shows_it(self):
        self.connect("shared")
        key = self.run_fine("ticket", "new", "--title", "Shared pump", "--project", "shared").out.strip()
        wait_for(lambda: any(m["state"] == "linked" for m in self.run_fine("ticket", "show", key, "--json").json["mappings"]), "the push")
        shown = self.run_fine("ticket", "show", key, "--external").out
        self.assertRegex(shown, r"FIELD +HERE +shared")
        self.assertRegex(shown, r"title +Shared pump +Shared pump")
        self.assertIn("seen ", shown)
        rows = self.run_fine("audit", "egress", "--ticket", key, "--json").json["rows"]
        self.assertEqual(rows[0]["project"], "shared")
        self.assertIn("title", rows[0]["fields"])

    def test_cli_tables_show_on_a_narrow_terminal_what_matters(self):
        self.connect("slim")
        rows = [re.sub(r"\x1b\[[0-9;]*m", "", self.house.on_terminal(["ticket", "list", "--project", "slim"], COLUMNS=str(columns))[1]).splitlines()
                for columns in (40, 80)]
        self.assertEqual(rows[0][0].split(), ["KEY", "STATUS", "TITLE"])
        self.assertLessEqual(max(map(len, rows[0])), 40)
        self.assertRegex(rows[1][1], r"  slim #\d+  ")

    def test_cli_tables_leave_out_what_a_narrow_terminal_has_no_room_for(self):
        self.connect("a-project-with-a-long-name")
        wide, narrow = (re.sub(r"\x1b\[[0-9;]*m", "", self.house.on_terminal(["status"], COLUMNS=str(columns))[1]).splitlines()
                        for columns in (200, 80))
        self.assertTrue(any("a-project-with-a-long-name" in line and len(line) > 80 for line in wide), wide)
        self.assertLessEqual(max(len(line) for line in narrow if "  active  " in line), 80, narrow)
        headings = [next(line.split() for line in lines if line.startswith("PROJECT")) for lines in (wide, narrow)]
        self.assertLess(set(headings[1]), set(headings[0]))

    def test_cli_share_tells_which_comments_stay(self):
        self.connect("secretive")
        key = self.run_fine("ticket", "new", "--title", "Kept", "--privacy", "local_only").out.strip()
        self.run_fine("ticket", "comment", key, "--body", "Not for them")
        shared = self.run_fine("ticket", "share", key, "--project", "secretive", "--privacy", "shareable")
        self.assertIn("1 of its comments stays here", shared.err)
        wait_for(lambda: any(m["state"] == "linked" for m in self.run_fine("ticket", "show", key, "--json").json["mappings"]), "the push")

    def test_cli_audit_is_exported_and_verified(self):
        self.connect("audited")
        rows = [json.loads(line) for line in self.run_fine("audit", "export").out.splitlines()]
        self.assertIn(("project.configure", "audited"), [(row["action"], row["subject"]) for row in rows])
        shown = self.run_fine("audit", "verify").out
        self.assertRegex(shown, r"^\d+ rows, all as they were written\. .*: [0-9a-f]{64}\n$")
        self.assertTrue(self.run_fine("audit", "verify", "--hash", rows[-1]["hash"], "--json").json["found"])
        lacking = self.house.run("audit", "verify", "--hash", "00" * 32)
        self.assertEqual(lacking.code, 1)
        self.assertIn("not there", lacking.err)
        after = [json.loads(line)["id"] for line in self.run_fine("audit", "export", "--after", str(rows[-2]["id"])).out.splitlines()]
        self.assertEqual(after[0], rows[-1]["id"])

    def test_cli_retry_says_what_it_put_back(self):
        self.assertIn("Nothing is parked", self.run_fine("retry", "--all").err)
        self.assertEqual(self.house.run("retry").code, 2)
        self.assertEqual(self.house.run("retry", "W-999999").code, 3)
        self.assertEqual(self.house.run("retry", "nowhere").code, 3)
        self.assertEqual(self.house.run("retry", "W-1", "--all").code, 2)

    def test_cli_dry_run_is_a_plan_that_is_applied_or_refused(self):
        self.connect("planned")
        key = self.run_fine("ticket", "list", "--project", "planned", "--limit", "1", "--json").json["tickets"][0]["key"]
        self.run_fine("projects", "pause", "planned")
        self.run_fine("ticket", "edit", key, "--title", "As planned")
        shown = self.run_fine("sync", "planned", "--dry-run")
        plan = re.search(r"tandem apply (P\d+-[0-9a-f]{12})", shown.err).group(1)
        self.assertRegex(shown.out, r"change outside +%s .*title .*As planned" % key)
        session = self.run_fine("sessions", "list", "--project", "planned", "--limit", "1", "--json").json["sessions"][0]["id"]
        again = self.run_fine("sessions", "show", str(session))
        self.assertIn("As planned", again.out)
        self.assertIn("tandem apply %s\n" % plan, again.err)
        self.run_fine("ticket", "edit", key, "--title", "Something else")
        moved = self.house.run("apply", plan)
        self.assertNotEqual(moved.code, 0)
        self.assertIn("%s (title here)" % key, moved.err)
        again = json.loads(self.run_fine("sync", "planned", "--dry-run", "--json").out.splitlines()[-1])
        self.assertEqual([line["value"] for line in again["lines"]], [{"title": "Something else"}])
        self.assertIn("finished in", self.run_fine("apply", again["plan"]).out)
        self.assertEqual(self.run_fine("projects", "show", "planned", "--json").json["state"], "active")
        self.assertEqual(self.house.run("apply", "P9-000000000000").code, 3)

    def test_cli_tracker_that_is_away_is_told(self):
        self.connect("away")
        with urllib.request.urlopen(urllib.request.Request(self.url + "/repos/acme/away", headers={"Authorization": "Bearer sandbox-token"})) as answer:
            number = json.load(answer)["id"]
        path = "/repositories/%d/" % number
        self.control("POST", "faults", {"match": {"method": "GET", "path": path}, "fault": "status", "status": 503, "times": None})
        self.addCleanup(self.control, "DELETE", "faults")
        self.run_fine("sync", "away")
        told = wait_for(lambda: re.search("away could not be looked at.*503", self.run_fine("status").err), "the refusal to be told")
        self.assertNotIn("When that is mended", told.group())
        found = {row["check"]: row for row in self.house.run("doctor", "--json").json["findings"]}
        self.assertEqual(found["project away"]["state"], "warning", found["project away"])
        self.control("DELETE", "faults")
        self.run_fine("projects", "resume", "away")  # the next try is now
        self.run_fine("sync", "away", "--wait")
        self.assertNotIn("away could not be looked at", self.run_fine("status").err)

    def test_cli_status_of_one_project(self):
        self.connect("alone")
        self.connect("beside")
        shown = self.run_fine("status", "alone")
        self.assertRegex(shown.out, r"^alone\nstate +active\nremote +github acme/alone")
        self.assertIn("tandem sessions show", shown.out)
        self.assertNotIn("beside", shown.out + shown.err)
        self.assertEqual([row["project"]["name"] for row in self.run_fine("status", "alone", "--json").json["projects"]], ["alone"])
        self.assertEqual(len(self.run_fine("status", "alone", "--plain").out.splitlines()), 1)
        unknown = self.house.run("status", "alnoe")
        self.assertEqual((unknown.code, unknown.out), (3, ""))
        self.assertIn("Did you mean `alone`?", unknown.err)

    def test_cli_wait_tells_until_when_a_tracker_rests(self):
        self.connect("resting")
        self.control("POST", "limits", {"secondary_for_s": 600})
        self.addCleanup(self.control, "POST", "limits", {"clear": True})
        with subprocess.Popen([TANDEM, "sync", "resting", "--wait"], env=self.house.environment, stderr=subprocess.PIPE, text=True) as waiting:
            told = waiting.stderr.readline()
            waiting.send_signal(signal.SIGINT)
        self.assertRegex(told, r"^resting rests until \d{4}-\d\d-\d\d \d\d:\d\d, in \d+ min: ")
        self.assertEqual(waiting.returncode, -signal.SIGINT)

    def test_cli_doctor_looks_at_the_way_to_a_store_elsewhere(self):
        with open(self.house.home + "/run/endpoint.json", encoding="utf-8") as file:
            endpoints = json.load(file)
        elsewhere = {"TANDEM_HOME": self.house.folder + "/none", "TANDEM_STORE_URL": endpoints["store_url"], "TANDEM_EVENTS_URL": endpoints["events_url"],
                     "TANDEM_TLS_CA": self.house.home + "/tls/ca.pem", "TANDEM_TLS_CERT": self.house.home + "/tls/cli.pem"}
        done = self.house.run("doctor", "--json", **elsewhere)
        found = {row["check"]: row for row in done.json["findings"]}
        self.assertEqual([found[check]["state"] for check in ("machine", "certificates", "store")], ["skipped", "ok", "ok"], found)
        self.assertFalse({"home", "PostgreSQL", "key file", "disk space"} & set(found), found)
        self.assertNotIn("tandem up", found["store"].get("fix", ""))

    def test_cli_dry_run_that_finds_nothing_pauses_nothing(self):
        self.connect("idle")
        shown = self.run_fine("sync", "idle", "--dry-run")
        self.assertIn("Nothing would be changed", shown.err)
        self.assertNotIn("tandem apply", shown.err)
        self.assertEqual(self.run_fine("projects", "show", "idle", "--json").json["state"], "active")

    # -- conflicts

    def make_conflicts(self, name, count=1):
        """The keys of `count` tickets whose titles both sides have changed, and the conflicts, in one order."""
        self.connect(name)
        listed = self.run_fine("ticket", "list", "--project", name, "--limit", str(count), "--json").json["tickets"]
        self.run_fine("projects", "pause", name)
        for ticket in listed:
            number = int(ticket["mappings"][0]["external_key"].lstrip("#"))
            self.run_fine("ticket", "edit", ticket["key"], "--title", "Mine")
            self.control("POST", "act", {"actor": "alice", "do": "edit", "repo": "acme/" + name, "number": number, "fields": {"title": "Theirs"}})
        self.run_fine("projects", "resume", name)
        # GitHub's times are whole seconds: a change in the second of the last look shows up in the next one.
        found = wait_for(lambda: self.run_fine("sync", name, "--wait") and len(self.open_conflicts(name)) == count and
                         self.open_conflicts(name), "%d conflicts" % count)
        return [ticket["key"] for ticket in listed], [found[ticket["key"]] for ticket in listed]

    def open_conflicts(self, name):
        listed = self.run_fine("conflicts", "list", "--project", name, "--json").json["conflicts"]
        return {conflict["ticket"]: conflict for conflict in listed}

    def make_conflict(self, name):
        keys, conflicts = self.make_conflicts(name)
        return keys[0], conflicts[0]

    def title(self, key):
        return self.run_fine("ticket", "show", key, "--json").json["fields"]["title"]

    def test_cli_conflict_is_shown_resolved_and_restored(self):
        key, conflict = self.make_conflict("quarrel")
        number = str(conflict["id"])
        self.assertEqual(self.house.run("sync", "quarrel", "--exit-code").code, 8)
        self.assertEqual(self.house.run("conflicts", "list", "--exit-code").code, 8)
        self.assertRegex(self.run_fine("status").err, "quarrel has 1 conflict to decide, found .*: tandem conflicts list")
        shown = self.run_fine("conflicts", "show", number)
        self.assertRegex(shown.out, r"!\s+\S.*\s+Mine\s+Theirs")
        self.assertRegex(shown.out, "Both sides changed it(.|\n)*here +changed by user:(.|\n)*outside +#\\d+ changed")
        self.assertRegex(shown.err, r'--local +#\d+ becomes "Mine"')
        self.assertTrue(all(len(line) <= 80 for line in (shown.out + shown.err).splitlines()), shown.out + shown.err)
        self.assertNotIn("--merge", shown.err)
        plain = self.run_fine("conflicts", "show", number, "--plain").out
        self.assertRegex(plain, r"^!\t[^\t]+\tMine\tTheirs\n$")
        self.assertEqual(self.run_fine("conflicts", "list", "--project", "quarrel", "--field", "body", "--plain").out, "")
        self.assertEqual(self.house.run("conflicts", "resolve", number).code, 2)
        self.assertEqual(self.house.run("conflicts", "resolve", number, "--local", "--external").code, 2)
        self.assertEqual(self.house.run("conflicts", "resolve", number, "--merge").code, 4)
        self.assertIn("Ours", self.run_fine("conflicts", "resolve", number, "--value", "Ours", "--dry-run").out)
        self.assertEqual(self.house.run("conflicts", "restore", number, "--local").code, 4)
        self.run_fine("conflicts", "resolve", number, "--value", "Ours")
        wait_for(lambda: self.title(key) == "Ours", "the decision")
        wait_for(lambda: self.house.run("conflicts", "resolve", number, "--local").code == 7, "the end of the conflict")
        self.assertEqual(self.house.run("conflicts", "show", "999999").code, 3)
        self.restore_both(key, number)

    def restore_both(self, key, number):
        """The losers of a decision come back, one after the other, and the decision stays in the list."""
        self.assertIn("conflicts restore " + number, self.run_fine("conflicts", "show", number).err)
        asked = self.run_fine("conflicts", "restore", number, "--external")
        self.assertRegex(asked.out, r"Ours\s+Theirs")
        self.assertEqual(self.title(key), "Ours")
        self.run_fine("conflicts", "restore", number, "--external", "--yes")
        self.assertEqual(self.title(key), "Theirs")
        self.assertEqual(self.house.run("conflicts", "restore", number, "--external", "--yes").code, 4)
        self.run_fine("conflicts", "restore", number, "--chosen", "--yes")
        self.assertEqual(self.title(key), "Ours")
        kept = self.run_fine("conflicts", "list", "--ticket", key, "--state", "all", "--json").json["conflicts"]
        self.assertEqual([(str(one["id"]), one["winner"]) for one in kept], [(number, "value")])

    def test_cli_conflict_is_edited_by_hand(self):
        key, conflict = self.make_conflict("handmade")
        lazy = self.house.file("lazy", "#!/bin/sh\nexit 0\n", 0o700)
        code, shown = self.house.on_terminal(["conflicts", "resolve", str(conflict["id"]), "--edit"], EDITOR=lazy)
        self.assertEqual(code, 4, shown)
        self.assertIn("still has markers", shown)
        editor = self.house.file("merge", "#!/bin/sh\ngrep -q '^||||||| base' \"$1\" && printf 'Mine and theirs\\n' > \"$1\"\n", 0o700)
        code, shown = self.house.on_terminal(["conflicts", "resolve", str(conflict["id"]), "--edit"], EDITOR=editor)
        self.assertEqual(code, 0, shown)
        wait_for(lambda: self.title(key) == "Mine and theirs", "the decision")

    def test_cli_conflicts_are_decided_by_filter(self):
        keys, conflicts = self.make_conflicts("many", 4)
        numbers = [str(conflict["id"]) for conflict in conflicts]
        resolve = ["conflicts", "resolve", "--project", "many", "--field", "title", "--external"]
        self.assertEqual(self.house.run("conflicts", "resolve", "--project", "many", "--edit").code, 2)
        self.assertEqual(self.house.run("conflicts", "resolve", numbers[0], "--project", "many", "--local").code, 2)
        for words in (resolve, [*resolve, "--dry-run", "--yes"]):
            shown = self.run_fine(*words)
            self.assertEqual(len(shown.out.splitlines()), 5)
            self.assertIn("4 conflicts to be decided: external", shown.err)
        page = self.run_fine("conflicts", "list", "--project", "many", "--limit", "3", "--json").json
        self.assertEqual((len(page["conflicts"]), page["more"]), (3, True))
        told = self.run_fine(*resolve, "--dry-run", "--json").json["outcomes"]
        self.assertEqual({str(one["id"]) for one in told}, set(numbers))
        self.assertFalse([one for one in told if one.get("decided")])
        self.assertEqual(set(self.open_conflicts("many")), set(keys))
        # One is decided and one edited while the list is on the screen: neither is decided over.
        self.run_fine("conflicts", "resolve", numbers[0], "--local")
        self.run_fine("ticket", "edit", keys[1], "--title", "Newer")
        newer = wait_for(lambda: [one for key, one in self.open_conflicts("many").items()
                                  if key == keys[1] and str(one["id"]) != numbers[1]], "the new conflict")[0]
        done = self.house.run("conflicts", "resolve", *numbers, "--external", "--yes")
        self.assertEqual(done.code, 7, done)
        self.assertIn("Decided: 2 conflicts", done.err)
        self.assertRegex(done.out, r"(?m)^ *%s .*superseded already.* %d$" % (numbers[1], newer["id"]))
        self.assertRegex(done.out, r"(?m)^ *%s .*already" % numbers[0])
        for key, title in zip(keys, ("Mine", "Newer", "Theirs", "Theirs")):
            wait_for(lambda key=key, title=title: self.title(key) == title, "%s to be %s" % (key, title))
        self.assertEqual(set(self.open_conflicts("many")), {keys[1]})
        audit = [json.loads(line) for line in self.run_fine("audit", "export").out.splitlines()]
        decided = [row["subject"] for row in audit if row["action"] == "conflict.resolve"]
        self.assertEqual([decided.count("conflict/" + number) for number in numbers], [1, 0, 1, 1])
        events = [json.loads(line) for line in self.run_fine("events", "replay", "--type", "ConflictDetected", "--json").out.splitlines()]
        self.assertIn(int(numbers[1]), [json.loads(event["data"]).get("supersedes") for event in events])

    def test_cli_conflict_tells_why_the_tracker_refuses_a_value(self):
        self.connect("refused")
        listed = self.run_fine("ticket", "list", "--project", "refused", "--limit", "1", "--json").json["tickets"][0]
        listing = ["conflicts", "list", "--project", "refused"]
        self.run_fine("ticket", "edit", listed["key"], "--milestone", "Nowhere")
        (conflict,) = wait_for(lambda: self.run_fine(*listing, "--json").json["conflicts"], "the conflict")
        why = 'there is no milestone "Nowhere"'
        self.assertEqual((conflict["kind"], conflict["field"]), ("unmappable", "milestone"))
        self.assertIn(why, conflict["reason"])
        shown = self.run_fine("conflicts", "show", str(conflict["id"])).out
        self.assertIn(conflict["reason"], shown)
        self.assertIn(conflict["reason"], self.run_fine(*listing, "--plain").out.splitlines()[0].split("\t"))

    # -- events

    def test_cli_events_replay_and_tail(self):
        key = self.run_fine("ticket", "new", "--title", "Eventful").out.strip()
        events = [json.loads(line) for line in self.run_fine("events", "replay", "--type", "TicketCreated", "--json").out.splitlines()]
        mine = [event for event in events if event["subject"] == key]
        self.assertEqual(len(mine), 1)
        number = mine[0]["sequence"]
        again = self.run_fine("events", "replay", "--from", str(number), "--to", str(number), "--json").out.splitlines()
        self.assertEqual([json.loads(line)["sequence"] for line in again], [number])
        tail = subprocess.Popen([TANDEM, "events", "tail", "--after", str(number - 1), "--json"], env=self.house.environment,
                                stdout=subprocess.PIPE, text=True)
        self.assertEqual(json.loads(tail.stdout.readline())["sequence"], number)
        tail.terminate()
        tail.communicate()

    def test_cli_quiet_says_nothing(self):
        done = self.run_fine("conflicts", "list", "--field", "nothing-here", "-q")
        self.assertEqual((done.out, done.err), ("", ""))

    def test_cli_bad_numbers_are_usage_errors(self):
        for words in (["sessions", "show", "x"], ["conflicts", "show", "x"], ["events", "replay", "--type", "Nope"],
                      ["events", "replay", "--from", "5", "--to", "4"], ["ticket", "new"], ["status", ""]):
            self.assertEqual(self.house.run(*words).code, 2, words)


if __name__ == "__main__":
    tap.main(__name__)
