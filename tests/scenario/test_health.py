#!/usr/bin/python3
"""What a supervisor and Prometheus see of each process: /healthz, /readyz and /metrics."""

import os
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from observed import PROMTOOL, WHY_NO_PROMTOOL, expressions, metrics_of  # noqa: E402
from watched import Watched, of  # noqa: E402
from world import PATIENT_S, freeze, wait_for  # noqa: E402


class Health(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = Watched(environment={"TANDEM_END_WITHIN_MS": "60000"})
        cls.world.connect()
        cls.world.sync()
        cls.world.settle()

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def is_ready(self, name):
        return self.world.get(name, "/readyz") == (200, "ok\n")

    def test_every_process_is_alive_and_ready(self):
        for name in self.world.processes:
            wait_for(lambda name=name: self.is_ready(name), name + " to be ready")
            self.assertEqual((200, "ok\n"), self.world.get(name, "/healthz"))

    def test_who_asks_for_anything_else_is_told_what_there_is(self):
        self.assertEqual((404, "/healthz, /readyz or /metrics\n"), self.world.get("conflict", "/"))

    def test_without_a_store_others_are_alive_but_not_ready(self):
        freeze(self.world.processes["store"].popen.pid)
        try:
            status, text = self.world.get("conflict", "/readyz")
            self.assertEqual(503, status)
            self.assertIn("no answer from the store", text)
            self.assertEqual(200, self.world.get("conflict", "/healthz")[0])
        finally:
            self.world.processes["store"].popen.send_signal(signal.SIGCONT)
        wait_for(lambda: self.is_ready("conflict"), "conflict to be ready again")

    def test_a_standby_store_is_alive_but_not_ready_until_it_leads(self):
        self.world.start("store", 1)
        wait_for(lambda: (self.world.get("store-1", "/readyz") or [0])[0] == 503, "a standby")
        self.assertIn("another store leads", self.world.get("store-1", "/readyz")[1])
        self.assertEqual(200, self.world.get("store-1", "/healthz")[0])
        self.assertEqual(0, of(self.world.samples("store-1"), "tandem_store_leading"))
        self.world.processes.pop("store").kill()
        wait_for(lambda: self.is_ready("store-1"), "the standby to lead")
        self.assertEqual(1, of(self.world.samples("store-1"), "tandem_store_leading"))
        self.world.processes.pop("store-1").kill()
        self.world.start("store")
        wait_for(lambda: self.is_ready("store"), "the first one to lead again")

    def leases(self):
        return self.world.sql("select resource from lease where until > now()")

    def test_a_process_that_is_to_end_finishes_its_round(self):
        """So that what it was at need not wait for its lease to run out."""
        self.world.sandbox.control("POST", "faults", {"match": {"method": "GET", "path": "/issues$"}, "fault": "hang_after_commit",
                                                      "delay_ms": 300})
        session = self.world.call("session.start", project="rocket", mode="full", trigger="person", actor="user:test")["id"]
        wait_for(self.leases, "work to be taken")
        adapter = self.world.processes.pop("adapter-github")
        adapter.popen.terminate()
        self.assertEqual(0, adapter.popen.wait(PATIENT_S))
        self.assertEqual([], self.leases())
        self.world.start("adapter-github")
        self.world.finish(session)

    def test_metrics_tell_how_a_project_stands(self):
        samples = self.world.samples("store")
        self.assertEqual(1, of(samples, "tandem_project_active", project="rocket", system="github"))
        self.assertEqual(len(self.world.call("ticket.list", limit=500)["tickets"]),
                         of(samples, "tandem_project_tickets", project="rocket"))
        self.assertEqual(self.world.call("hello")["head"], of(samples, "tandem_events_head"))
        self.assertEqual(0, of(samples, "tandem_project_writes_waiting"))

    def test_metrics_count_calls_of_the_tracker_and_of_the_store(self):
        self.world.sync(mode="full")  # the adapter may be a new one
        samples = self.world.samples("adapter-github")
        self.assertGreater(of(samples, "tandem_http_client_duration_seconds_count", method="GET", status="200"), 0)
        self.assertGreater(of(samples, "tandem_verb_call_duration_seconds_count", verb="observe", code="ok"), 0)
        self.assertEqual(of(samples, "tandem_http_client_duration_seconds_bucket", le="+Inf"),
                         of(samples, "tandem_http_client_duration_seconds_count"))
        self.assertGreater(of(samples, "tandem_rounds_total", result="ok"), 0)

    def test_metrics_tell_of_credentials_conflicts_and_what_became_of_writes(self):
        self.world.sync()
        key = self.world.call("ticket.list", limit=1)["tickets"][0]["key"]
        self.world.call("ticket.edit", key=key, set={"title": "Measured"}, actor="user:ann")
        self.world.settle()
        samples = self.world.samples("store")
        self.assertGreater(of(samples, "tandem_credential_api_calls_total", credential="rocket", system="github"), 0)
        self.assertGreater(of(samples, "tandem_credential_api_quota_limit", credential="rocket"), 0)
        self.assertEqual(1, of(samples, "tandem_projects", state="active"))
        self.assertGreaterEqual(of(samples, "tandem_session_duration_seconds_count", mode="incremental", state="completed"), 1)
        self.assertGreaterEqual(of(samples, "tandem_write_attempts_total", system="github", change="update", outcome="ok"), 1)
        self.assertGreaterEqual(of(samples, "tandem_edit_to_tracker_seconds_count", system="github"), 1)
        self.assertGreater(of(samples, "tandem_event_publication_lag_seconds_count"), 0)
        self.assertIn("# TYPE tandem_conflicts_open gauge", self.world.get("store", "/metrics")[1])

    def test_what_alerts_and_dashboard_ask_for_is_there(self):
        seldom = {"tandem_leases_lost_total", "tandem_work_failures_total", "tandem_webhook_requests_total",  # from the first one on
                  "tandem_bus_gaps_total",  # of subscribers
                  "tandem_trace_spans_dropped_total",  # where traces are sent
                  "tandem_bridge_position", "tandem_bridge_events_total"}  # where a bridge runs
        there = {line.split()[2] for name in self.world.processes for line in self.world.get(name, "/metrics")[1].splitlines()
                 if line.startswith("# TYPE")}
        for where, expression in expressions():
            self.assertEqual(set(), metrics_of(expression) - there - seldom, where)

    @unittest.skipUnless(PROMTOOL, WHY_NO_PROMTOOL)
    def test_promtool_finds_nothing(self):
        for name in self.world.processes:
            done = subprocess.run([PROMTOOL, "check", "metrics"], input=self.world.get(name, "/metrics")[1], text=True,
                                  capture_output=True, check=False)
            self.assertEqual((0, ""), (done.returncode, done.stderr + done.stdout), name)


if __name__ == "__main__":
    tap.main(__name__)
