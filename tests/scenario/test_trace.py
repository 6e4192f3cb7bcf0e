#!/usr/bin/python3
"""Traces as an OpenTelemetry collector gets them: what one edit caused, in one tree, over deaths and without secrets."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from otlp import Collector  # noqa: E402
from verbs import Refused  # noqa: E402
from watched import Watched, of  # noqa: E402
from world import wait_for  # noqa: E402

EDIT_TO_TRACKER = ["PATCH", "push", "plan", "ticket.edit"]


class Traces(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.collector = Collector()
        cls.world = Watched(("--issues", "8", "--no-limits"), environment={"TANDEM_OTLP_URL": cls.collector.url})
        cls.world.connect()
        cls.world.hook()
        cls.world.sync()
        cls.world.settle()

    @classmethod
    def tearDownClass(cls):
        cls.world.close()
        cls.collector.stop()

    def ticket(self, number=1):
        return wait_for(lambda: self.world.ticket_of("#%d" % number), "the ticket of #%d" % number)

    def edit(self, title, number=1):
        """Of its title; returns the trace that the event of it tells."""
        self.world.call("ticket.edit", key=self.ticket(number)["key"], set={"title": title}, actor="user:ann")
        told = self.world.sql("select traceparent from event_log where type like '%TicketUpdated' and type not like "
                              "'%External%' order by sequence desc limit 1")[0][0]
        self.assertRegex(told, "^00-[0-9a-f]{32}-[0-9a-f]{16}-01$")
        return told[3:35]

    def written(self, trace):
        """The span of the call that wrote to the tracker, with all of its ancestors there."""
        def find(spans):
            calls = [one for one in spans if one.trace == trace and one.name == "PATCH"]
            return calls and self.collector.way_up(calls[0])[-1] and calls[0]
        return self.collector.wait_for(find, "the write of trace " + trace)

    def tearDown(self):
        self.assertEqual([], self.collector.wrong)

    def test_an_edit_is_one_tree_from_its_verb_to_the_trackers_call(self):
        call = self.written(self.edit("Engine roars"))
        self.assertEqual(EDIT_TO_TRACKER, self.collector.way_up(call))
        self.assertEqual({"http.request.method": "PATCH", "tandem.system": "github", "server.address": "127.0.0.1",
                          "server.port": str(self.world.sandbox.port), "http.response.status_code": "200"}, call.attributes)
        self.assertEqual((3, "tandem-adapter-github"), (call.tree["kind"], call.service))
        tree = [one for one in self.collector.spans if one.trace == call.trace]
        self.assertEqual({"tandem-store", "tandem-conflict", "tandem-adapter-github"}, {one.service for one in tree})
        self.assertEqual(1, len([one for one in tree if not one.parent]), tree)
        edit = [one for one in tree if one.name == "ticket.edit"][0]
        self.assertEqual(self.ticket()["key"], edit.attributes["tandem.subject"])
        self.assertLessEqual(edit.start_ns, call.start_ns)

    def test_a_trace_goes_on_after_every_process_has_died(self):
        self.world.processes["adapter-github"].kill()
        self.world.processes["conflict"].kill()
        trace = self.edit("Engine stalls", 2)
        self.world.start("conflict")
        wait_for(lambda: self.world.sql("select id from intent where traceparent like '00-%s-%%'" % trace), "the write to be planned")
        for name in ("store", "conflict"):
            self.world.processes[name].kill()
        for role in ("store", "conflict", "adapter-github"):
            self.world.start(role)
        self.world.wait_for_store()
        wait_for(lambda: self.world.sandbox.issue(2)["title"] == "Engine stalls", "the write")
        self.collector.wait_for(lambda spans: [one for one in spans if one.trace == trace and one.name == "PATCH" and
                                               self.collector.way_up(one)[1:2] == ["push"]], "its span, of a push")

    def test_a_webhook_begins_a_trace_that_ends_in_an_event(self):
        self.world.sandbox.act("ann", "edit", number=3, fields={"title": "Told by a webhook"})
        wait_for(lambda: self.ticket(3)["fields"]["title"] == "Told by a webhook", "the edit")
        told = self.world.sql("select traceparent from event_log where type like '%ExternalTicketUpdated' order by sequence desc "
                              "limit 1")[0][0]
        hook = self.collector.wait_for(lambda spans: [one for one in spans if one.trace == told[3:35] and not one.parent], "its root")
        self.assertEqual("POST /webhooks/{project}", hook[0].name)
        self.assertEqual("200", hook[0].attributes["http.response.status_code"])

    def test_a_session_is_a_trace_of_its_own(self):
        session = self.world.sync()
        self.world.settle()
        root = self.collector.wait_for(
            lambda spans: [one for one in spans if one.attributes.get("tandem.session") == str(session["id"])], "its span")[0]
        self.assertEqual(("session", None, "rocket", False), (root.name, root.parent, root.attributes["tandem.project"], root.failed))
        ways = self.collector.wait_for(
            lambda spans: [way for way in map(self.collector.way_up, [one for one in spans if one.trace == root.trace])
                           if way == ["GET", "work pull", "session"]], "what it pulled")
        self.assertTrue(ways)

    def test_nothing_that_people_wrote_and_no_secret_is_sent(self):
        self.written(self.edit("Zebra crossing"))
        for body in self.collector.bodies:
            for private in (b"Zebra", b"sandbox-token", b"hook-secret", b"Engine", b"/repos/"):
                self.assertNotIn(private, body)

    def test_lines_that_are_logged_for_a_traced_request_name_its_trace(self):
        with self.assertRaises(Refused):
            self.world.call("ticket.edit", key="T-4711", set={"title": "x"}, actor="user:ann")
        failed = self.collector.wait_for(lambda spans: [one for one in spans if one.name == "ticket.edit" and one.failed], "its span")
        self.assertEqual("gone", failed[0].attributes["error.type"])
        self.assertRegex(self.world.processes["store"].output(),
                         "event=verb_failed .*trace_id=%s span_id=%s\n" % (failed[0].trace, failed[0].id))

    def test_a_collector_that_refuses_holds_nothing_up(self):
        self.collector.status = 400
        try:
            self.edit("Nobody listens", 4)
            wait_for(lambda: self.world.sandbox.issue(4)["title"] == "Nobody listens", "the write")
            wait_for(lambda: of(self.world.samples("store"), "tandem_trace_spans_dropped_total", reason="not_taken") > 0,
                     "spans to be counted as dropped")
        finally:
            self.collector.status = 200
        self.written(self.edit("They listen again", 4))
        wait_for(lambda: of(self.world.samples("store"), "tandem_trace_spans_exported_total") > 0, "spans to be counted as exported")


if __name__ == "__main__":
    tap.main(__name__)
