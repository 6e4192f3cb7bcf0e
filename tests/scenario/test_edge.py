#!/usr/bin/python3
"""The edge of the house with all trackers at once: deliveries that nobody of theirs signed change nothing, and what is secret or
private stays inside while everything goes wrong."""

import base64
import contextlib
import glob
import json
import os
import re
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from forgery import Scheme, Standard, Timed, forged, request, send  # noqa: E402
from trackers import GitHub, Jira, JsonTracker, Linear, Trackers, relayed  # noqa: E402
from verbs import Refused  # noqa: E402
from webhook_tracker import HOOK_SECRET  # noqa: E402
from world import wait_for  # noqa: E402

LEAST_FORGERIES = 200
CANARY = "canary-private-%s-text" % os.urandom(4).hex()
SECRET_CANARY = "canary-secret-%s" % os.urandom(4).hex()
ISSUE_ID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
QUOTING = {  # errors that repeat what they were sent
    "github": '{"message":"Bad header: AUTHORIZATION","errors":["AUTHORIZATION"]}',
    "jira": '{"errorMessages":["Bad header: AUTHORIZATION"],"errors":{"summary":"AUTHORIZATION"}}',
    "linear": '{"errors":[{"message":"Bad header: AUTHORIZATION","extensions":{"userPresentableMessage":"Bad header: AUTHORIZATION"}}]}',
    "webhook": '{"detail":"Bad header: AUTHORIZATION"}',
}
EVENTS = {
    "github": {"action": "opened", "issue": {"number": 4711, "title": "Forged", "state": "open", "id": 1},
               "repository": {"full_name": "acme/rocket"}},
    "jira": {"webhookEvent": "jira:issue_created", "timestamp": 1, "issue": {"id": "4711", "key": "ROCKET-4711"}},
    "linear": {"action": "create", "type": "Issue", "data": {"id": ISSUE_ID, "identifier": "ENG-4711"}},
    "webhook": {"type": "ticket.created", "data": {"id": "4711", "title": "Forged"}},
}
SCHEMES = {
    "github": Scheme("X-Hub-Signature-256", "sha256=", ("X-GitHub-Event", "issues"), "X-GitHub-Delivery"),
    "jira": Scheme("X-Hub-Signature", "sha256=", None, "X-Atlassian-Webhook-Identifier"),
    "linear": Timed("Linear-Signature", "", ("Linear-Event", "Issue"), "Linear-Delivery"),
    "webhook": Standard("webhook-signature", "v1,", secret=HOOK_SECRET),
}


class Edge(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = Trackers([relayed(kind) for kind in (GitHub, Jira, Linear, JsonTracker)])

    @classmethod
    def tearDownClass(cls):
        for tracker in cls.world.trackers:
            tracker.relay.close()
        cls.world.close()

    # what is known

    def state(self):
        """All that a delivery could change."""
        return self.world.sql("select (select count(*) from delivery), (select count(*) from fetch_queue), (select count(*) from item), "
                              "(select count(*) from external_item), (select max(sequence) from event_log)")

    def other_project(self, tracker):
        """A project of the same system with a secret of its own."""
        name, settings = tracker.system + "-other", tracker.project(name=tracker.system + "-other", follows=[])
        self.world.call("credential.put", name=name + ".webhook", kind="webhook", secret='{"secret":"other-secret"}', actor="user:test")
        self.world.call("project.configure", actor="user:test", project={**settings, "webhook_credential": name + ".webhook",
                                                                         "state": "paused", "direction": "disabled"})
        return name

    def check_forgeries(self, tracker):
        scheme, path = SCHEMES[tracker.system], "/webhooks/" + tracker.name
        other = self.other_project(tracker)
        document = dict(EVENTS[tracker.system], webhookTimestamp=int(time.time() * 1000))
        before, count = self.state(), 0
        for name, data in forged(scheme, path, document, "other-secret", "/webhooks/" + other):
            status = send(tracker.webhook_port, data)
            self.assertTrue(status == 0 or 400 <= status < 500, "%s: %s gets %d" % (tracker.system, name, status))
            count += 1
        self.assertGreaterEqual(count, LEAST_FORGERIES)
        self.assertEqual(self.state(), before)
        return scheme, path, document

    def test_edge_forged_webhooks_are_refused_and_change_nothing(self):
        for tracker in self.world.trackers:
            with self.subTest(tracker.system):
                self.world.settle()
                scheme, path, document = self.check_forgeries(tracker)
                body = json.dumps(dict(document, webhookTimestamp=int(time.time() * 1000))).encode()
                self.assertEqual(send(tracker.webhook_port, request(path, scheme.headers(body), body)), 200, "the genuine one")

    def check_old_delivery(self, tracker, at):
        """Signed rightly a while ago: to a machine whose clock is wrong every delivery is like that."""
        scheme, old = SCHEMES[tracker.system], json.dumps(dict(EVENTS[tracker.system], webhookTimestamp=int(at * 1000))).encode()
        headers = scheme.headers(old, at=at) if tracker.system == "webhook" else scheme.headers(old)

        def refusal():
            self.assertEqual(send(tracker.webhook_port, request("/webhooks/" + tracker.name, headers, old)), 401)
            (webhook,) = [one["webhook"] for one in self.world.call("status")["projects"] if one["project"]["name"] == tracker.name]
            return webhook.get("next_step") == "timedatectl set-ntp true" and webhook
        refused = wait_for(refusal, "the clock to be named", pause_s=0.1)  # it is told every few seconds at most
        self.assertEqual(refused["state"], "refusing")
        self.assertIn("clock", refused["reason"])

    def test_edge_wrong_clock_is_named_when_it_has_webhooks_refused(self):
        for tracker in self.world.trackers:
            if tracker.system in ("linear", "webhook"):
                with self.subTest(tracker.system):
                    self.check_old_delivery(tracker, time.time() - 3600)

    # what is in a text

    def writes(self):
        return [len(tracker.writes()) for tracker in self.world.trackers]

    def check_quiet(self):
        self.world.settle()
        before = self.writes()
        for _ in range(2):
            self.world.sync_all()
        self.assertEqual(self.writes(), before)

    def test_edge_texts_leave_without_the_inside_and_come_back_whole(self):
        world, inside = self.world, ("/home/zoe/engine/main.c", "http://ci.corp/job/7", "a hidden remark")
        body = "@zoe and #4711: the log of\n\n%s\n\nis at %s\n\n<!-- %s -->\n\nThe end." % inside
        key = world.call("ticket.new", project="github", actor="user:carol", fields={"title": "Inside " + inside[0], "body": body})["key"]
        wait_for(lambda: all(world.key_in(tracker, key) for tracker in world.trackers), "it to be everywhere")
        world.call("ticket.comment", key=key, body="See %s, @zoe" % inside[1], actor="user:carol")
        self.check_quiet()
        for tracker in world.trackers:
            sent = tracker.relay.sent().replace(b"\\/", b"/")
            for word in (*inside, "@zoe", "#4711"):
                self.assertNotIn(word.encode(), sent, tracker.system)
        ticket = world.call("ticket.get", key=key)
        self.assertEqual((ticket["fields"]["body"], ticket["comments"][0]["body"]), (body, "See %s, @zoe" % inside[1]))
        self.assertEqual(world.call("conflict.list", ticket=key).get("conflicts", []), [])
        github = world.trackers[0]
        there = github.look(world.key_in(github, key))["body"]
        github.edit("alice", world.key_in(github, key), body=there.replace("The end.", "The very end."))
        wait_for(lambda: world.call("ticket.get", key=key)["fields"]["body"] == body.replace("The end.", "The very end."),
                 "an edit from outside beside what never left")
        world.call("ticket.edit", key=key, set={"body": body.replace("The end.", "An end.").replace("the log", "a log")}, actor="user:carol")
        wait_for(lambda: all("An end." in tracker.look(world.key_in(tracker, key))["body"] for tracker in world.trackers), "an edit from here")
        self.check_quiet()
        self.assertEqual(world.call("conflict.list", ticket=key).get("conflicts", []), [])

    def test_edge_what_a_tracker_says_itself_stays_there(self):
        """Its people called each other there; an edit here does not take that back."""
        world, github = self.world, self.world.trackers[0]
        said = "@alice please, as in #1 <!-- the form -->"
        number = github.create("alice", title="Called there", body=said + "\n\nMore.")
        key, keys = world.everywhere(github, number)
        world.call("ticket.edit", key=key, set={"body": said + "\n\nMore and more."}, actor="user:carol")
        wait_for(lambda: "More and more." in github.look(number)["body"], "the edit")
        self.assertIn("@alice please, as in #1", github.look(number)["body"])
        self.assertTrue(all("@alice" not in tracker.look(one)["body"] for tracker, one in list(zip(world.trackers, keys))[1:]))
        self.check_quiet()

    # canary

    def everything_said(self):
        """Logs, events and errors."""
        texts = []
        for path in glob.glob(self.world.folder + "/*.log"):
            if not path.endswith("sandbox.log"):
                with open(path, encoding="utf-8", errors="replace") as file:
                    texts.append((path, file.read()))
        events = self.world.sql("select payload::text from event_log")
        reasons = self.world.sql("select coalesce(reason, '') from delivery union all select coalesce(reason, '') from intent "
                                 "union all select detail::text from audit")
        return texts + [("an event", row[0]) for row in events] + [("a reason", row[0]) for row in reasons]

    def disturb(self, tracker, path=".*"):
        for fault in ({"fault": "status", "status": 503}, {"fault": "reset_after_commit"}, {"fault": "garbage"}, {"fault": "truncate"}):
            tracker.sandbox.control("POST", "faults", {"match": {"path": path}, "times": 1, **fault})

    def errors_of(self, tracker):
        """What a person may read of what went wrong."""
        log = self.world.processes["adapter-" + tracker.system].output()
        return log + json.dumps(self.world.call("status", project=tracker.name))

    def quote_in_errors(self, tracker, key, status):
        """All calls fail with words that have the credential in them, until somebody reads them."""
        quoting = QUOTING[tracker.system].replace("header", "header of %d" % status)
        tracker.sandbox.control("POST", "faults", {"match": {}, "fault": "status", "status": status, "times": None, "body": quoting})
        self.world.call("ticket.edit", key=key, set={"body": "Refused with %d" % status}, actor="user:carol")
        said = re.compile(r"header of %d: \w* ?\(secret\)" % status)

        def is_said():
            """What the call before it was refused with may have stopped the project late."""
            self.world.call("project.set_state", name=tracker.name, state="active", actor="user:test")
            with contextlib.suppress(Refused):  # it may have stopped again by now
                self.world.call("session.start", project=tracker.name, mode="incremental", trigger="person", actor="user:test")
            return said.search(self.errors_of(tracker))
        wait_for(is_said, "%s to say so with %d" % (tracker.name, status), pause_s=0.2)
        tracker.sandbox.control("DELETE", "faults")
        self.world.call("project.set_state", name=tracker.name, state="active", actor="user:test")

    def test_edge_errors_that_quote_a_credential_are_repeated_without_it(self):
        world = self.world
        github = world.trackers[0]
        key, _ = world.everywhere(github, github.create("alice", title="Quoted"))
        for tracker in world.trackers:
            for status in (400, 403, 422, 500) + ((200,) if tracker.system == "linear" else ()):
                with self.subTest(tracker.system, status=status):
                    self.quote_in_errors(tracker, key, status)
        world.call("work.retry", all=True, actor="user:test")
        pair = base64.b64encode(b"tandem-bot@example.com:sandbox-token").decode().rstrip("=")
        places = self.everything_said() + [("the database", world.dump()), ("status", json.dumps(world.call("status")))]
        for secret in ("sandbox-token", pair):
            self.assertEqual([where for where, text in places if secret in text], [])

    def test_edge_private_texts_and_secrets_stay_inside_while_all_fails(self):
        world = self.world
        secrets = [SECRET_CANARY, "hook-secret", HOOK_SECRET, "sandbox-secret-of-24+bytes"]
        world.call("credential.put", name="unused", kind="pat", secret=json.dumps({"token": SECRET_CANARY}), actor="user:test")
        made = [tracker.create("alice", title="Public in " + tracker.title) for tracker in world.trackers]
        public = [world.everywhere(*pair)[0] for pair in zip(world.trackers, made)]
        for tracker, key in zip(world.trackers, public):
            world.call("ticket.comment", key=key, body="A private word: " + CANARY, privacy="local_only", actor="user:carol")
            private = world.call("ticket.new", project=tracker.name, privacy="local_only", actor="user:carol",
                                 fields={"title": CANARY, "body": CANARY, "labels": [CANARY]})["key"]
            world.call("ticket.comment", key=private, body=CANARY, actor="user:carol")
            shared = world.call("ticket.new", project=tracker.name, actor="user:carol", fields={"title": "Shared, then not"})["key"]
            wait_for(lambda: world.key_in(tracker, shared), shared)
            world.call("ticket.share", key=shared, privacy="local_only", actor="user:carol")
            world.call("ticket.edit", key=shared, set={"body": "Since then " + CANARY}, actor="user:carol")
            self.disturb(tracker)
            world.call("ticket.edit", key=key, set={"body": "Public still"}, actor="user:carol")
        for tracker in world.trackers:
            body = json.dumps({"title": SECRET_CANARY}).encode()
            send(tracker.webhook_port, request("/webhooks/" + tracker.name, SCHEMES[tracker.system].headers(body)[1:], body))
            tracker.sandbox.control("DELETE", "faults")
            world.call("session.start", project=tracker.name, mode="full", trigger="person", actor="user:test")
        world.call("work.retry", all=True, actor="user:test")
        wait_for(lambda: all(b"Public still" in tracker.relay.sent() for tracker in world.trackers), "the writes", 90)
        for tracker in world.trackers:
            self.assertNotIn(CANARY.encode(), tracker.relay.sent(), tracker.system)
            for secret in (SECRET_CANARY, "hook-secret", HOOK_SECRET):
                self.assertNotIn(secret.encode(), tracker.relay.sent(), tracker.system)
        for where, text in self.everything_said():
            for word in (CANARY, *secrets):
                self.assertNotIn(word, text, where)


if __name__ == "__main__":
    tap.main(__name__)
