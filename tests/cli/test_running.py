#!/usr/bin/python3
"""What runs: its processes and how they are reached, its log and audit trail, and how all of it is shown, on the command line."""

import json
import os
import re
import socket
import subprocess
import sys
import unittest
import urllib.request

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from house import TANDEM  # noqa: E402
from running import Running  # noqa: E402
from world import PATIENT_S, free_ports, has_ipv6  # noqa: E402


class WhatRuns(Running):
    @classmethod
    def variables(cls):
        """Everything listens everywhere."""
        cls.health_port = free_ports(16)
        return {"TANDEM_HEALTH_LISTEN": "[::]:%d" % cls.health_port, "TANDEM_WEBHOOK_LISTEN": "[::]:0",
                "TANDEM_STORE_LISTEN": "tls+tcp://[::]:0", "TANDEM_EVENTS_LISTEN": "tls+tcp://:0"}

    def test_cli_up_leaves_no_core(self):
        """It makes the data key and the authority's, and knows the database's password."""
        with open(os.path.join(self.house.home, "run", "up.pid"), encoding="ascii") as file:
            pid = int(file.read())
        with open("/proc/%d/limits" % pid, encoding="ascii") as limits:
            self.assertRegex(limits.read(), r"Max core file size +0 +0 ")

    def test_cli_up_gives_each_process_a_port_for_its_health(self):
        roles = set()
        for place in range(7):  # store, scheduler, conflict and four adapters
            with urllib.request.urlopen("http://127.0.0.1:%d/metrics" % (self.health_port + place), timeout=PATIENT_S) as answer:
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
                with urllib.request.urlopen(asked, timeout=PATIENT_S) as answer:
                    self.assertEqual(answer.status, 200, asked)

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


if __name__ == "__main__":
    tap.main(__name__)
