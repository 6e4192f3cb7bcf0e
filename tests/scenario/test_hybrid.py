#!/usr/bin/python3
"""Webhooks, polls and scans together: registered and repaired webhooks, what they miss is found and counted and makes polls
frequent again, what failed is sent again, and what both missed is found by the scans."""

import hashlib
import hmac
import http.client
import json
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from world import BIN, PATIENT_S, World, free_port, wait_for  # noqa: E402

HOOKS = "/repos/acme/rocket/hooks"
HEADERS = {"Authorization": "Bearer sandbox-token", "User-Agent": "test"}


class Hybrid(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.port = free_port()
        cls.url = "http://127.0.0.1:%d/webhooks/rocket" % cls.port
        cls.world = World(("--issues", "6", "--no-limits"), environment={
            "TANDEM_WEBHOOK_URL": "http://127.0.0.1:%d/" % cls.port, "TANDEM_WEBHOOK_LISTEN": "127.0.0.1:%d" % cls.port})
        cls.world.webhook_port = cls.port
        cls.world.connect(poll_interval_s=60, webhook_credential=None)
        wait_for(lambda: cls.world.sql("select 1 from project where last_sync_at is not null"), "the first sync")
        wait_for(lambda: cls.world.call("status")["projects"][0]["webhook"].get("active"), "the webhook")
        cls.world.settle()

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def setUp(self):
        self.world.sandbox.control("DELETE", "faults")
        self.world.sandbox.control("POST", "webhooks", {"lose_next": 0, "drop_next": 0, "pause": False})
        self.world.sql("delete from hook_change")
        self.world.sql("delete from failed_delivery")
        self.world.sql("update project set next_sync_at = now() + interval '1 hour'")
        self.world.sql("update project_hook set due_at = now() + interval '1 hour', refused_at = null, last_missed_at = null, "
                       "poll_s = 900")
        self.world.sql("update project_scan set next_at = now() + interval '1 hour'")
        self.world.settle()

    # the world

    def health(self):
        return self.world.call("status")["projects"][0]["webhook"]

    def hooks(self):
        return self.world.sandbox.request("GET", HOOKS, None, HEADERS)

    def check(self, **more):
        """Has the webhook looked at, and waits until it was."""
        before = self.health()["checked_at_ms"]
        self.world.call("hook.check", project="rocket", actor="user:test", **more)
        return wait_for(lambda: (one := self.health())["checked_at_ms"] > before and one, "the look at the webhook")

    def poll(self):
        """One poll to its end, as the schedule starts it."""
        last = self.last_session()
        self.world.sql("update project set next_sync_at = now()")
        wait_for(lambda: self.last_session() > last and not self.world.sql("select 1 from session where state = 'running'"),
                 "the poll")

    def last_session(self):
        return int(self.world.sql("select coalesce(max(id), 0) from session")[0][0])

    def ripen(self):
        """As if the minute were over in which a webhook may still come."""
        self.world.sql("update hook_change set polled_at = polled_at - interval '2 minutes'")

    def edit(self, number, title):
        self.world.sandbox.control("POST", "clock", {"advance_s": 2})
        self.world.sandbox.act("petra", "edit", number=number, fields={"title": title})

    def wait_title(self, number, title):
        wait_for(lambda: self.world.ticket_of("#%d" % number)["fields"]["title"] == title, "the title %s" % title)

    def deliver(self, body, secret, event="issues"):
        signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENT_S)
        connection.request("POST", "/webhooks/rocket", body, {
            "X-GitHub-Event": event, "X-GitHub-Delivery": os.urandom(8).hex(), "X-Hub-Signature-256": signature,
            "Content-Type": "application/json"})
        return connection.getresponse().status

    # the webhook itself

    def test_hook_is_registered_once_with_a_secret_of_our_own(self):
        (hook,) = self.hooks()
        self.assertEqual((hook["config"]["url"], hook["config"]["content_type"], hook["active"]), (self.url, "json", True))
        self.check()
        self.check()
        self.assertEqual(len(self.hooks()), 1)
        self.edit(1, "Told by webhook")
        self.wait_title(1, "Told by webhook")

    def test_hook_that_works_is_left_alone_for_half_an_hour(self):
        """Each look costs two calls."""
        self.check()
        self.assertEqual(self.world.sql("select due_at - checked_at between interval '29 minutes' and interval '31 minutes' "
                                        "from project_hook"), [["t"]])

    def test_hook_that_somebody_changed_is_repaired(self):
        (hook,) = self.hooks()
        path = "%s/%d" % (HOOKS, hook["id"])
        self.world.sandbox.request("PATCH", path, {"active": False, "events": ["push"], "config": {
            "url": self.url, "content_type": "form", "secret": "theirs"}}, HEADERS)
        repaired = self.check()
        self.assertGreater(repaired["repaired_at_ms"], 0)
        (hook,) = self.hooks()
        self.assertEqual((hook["active"], set(hook["events"]), hook["config"]["content_type"]),
                         (True, {"issues", "issue_comment"}, "json"))
        self.edit(2, "Signed as before")
        self.wait_title(2, "Signed as before")

    def test_hook_that_somebody_deleted_is_made_again(self):
        (hook,) = self.hooks()
        self.world.sandbox.request("DELETE", "%s/%d" % (HOOKS, hook["id"]), None, HEADERS)
        repaired_at = self.health().get("repaired_at_ms", 0)
        self.assertGreater(self.check()["repaired_at_ms"], repaired_at)
        self.assertEqual([one["config"]["url"] for one in self.hooks()], [self.url])

    def test_hook_moves_with_the_address_of_the_receiver(self):
        """Who listens at the old one by now is told nothing more."""
        base = "http://127.0.0.1:%d/" % self.port
        for address in (base + "github/", base):
            self.world.processes["adapter-github"].stop()
            self.world.start("adapter-github", more={"TANDEM_WEBHOOK_URL": address})
            self.check()
            self.assertEqual([one["config"]["url"] for one in self.hooks()], [address + "webhooks/rocket"])

    def test_hook_that_no_adapter_looks_at_any_more_is_told(self):
        """As after `webhooks.url` was taken out: the tracker goes on sending, and may stop without anybody's notice."""
        for address, state in (("", "unwatched"), (self.url.removesuffix("webhooks/rocket"), "working")):
            self.world.processes["adapter-github"].stop()
            self.world.sql("update project_hook set due_at = now() - interval '2 hours', last_delivery_at = now()")
            self.world.start("adapter-github", more={"TANDEM_WEBHOOK_URL": address})
            wait_for(lambda state=state: self.health()["state"] == state, "the webhook to be " + state)

    def test_hook_secret_is_replaced_without_a_gap(self):
        self.world.call("credential.put", name="rocket-webhook", kind="webhook", secret=json.dumps({"secret": "first"}),
                        actor="user:test")
        self.check()
        self.world.sandbox.control("POST", "webhooks", {"pause": True})
        self.check(rotate=True)
        self.assertEqual(self.deliver(b'{"zen": 1}', "first", "ping"), 200)
        self.world.sandbox.control("POST", "webhooks", {"pause": False})
        self.edit(3, "Signed with the new one")
        self.wait_title(3, "Signed with the new one")
        self.world.sql("update credential set proven_at = proven_at - interval '2 hours' where name = 'rocket-webhook'")
        self.world.call("schedule.tick")
        self.assertEqual(self.deliver(b'{"zen": 2}', "first", "ping"), 401)
        self.check()
        self.edit(3, "Still the new one")
        self.wait_title(3, "Still the new one")

    def test_hook_secret_that_is_replaced_during_a_look_is_told_at_once(self):
        self.check()
        self.world.sandbox.control("POST", "latency", {"ms": 1000})
        self.addCleanup(self.world.sandbox.control, "POST", "latency", {"ms": 0})
        self.world.call("hook.check", project="rocket", actor="user:test")
        wait_for(lambda: self.world.sql("select 1 from lease where resource like 'hook:%' and until > now()"), "the look")
        self.world.call("hook.check", project="rocket", rotate=True, actor="user:test")
        self.world.sandbox.control("POST", "latency", {"ms": 0})
        wait_for(lambda: self.world.sql("select 1 from project_hook h join project p on p.id = h.project_id join credential c on "
                                        "c.name = p.webhook_credential where c.generation = h.secret_generation"), "the new secret there")

    def test_hook_with_a_wrong_signature_shows_in_status(self):
        # The receiver tells of forgeries every few seconds at most.
        refusing = wait_for(lambda: self.deliver(b"{}", "forged") == 401 and (one := self.health())["state"] == "refusing" and one,
                            "the refusal", pause_s=0.1)
        self.assertEqual(refusing["next_step"], "tandem webhooks rotate rocket")
        self.assertGreater(refusing["refused"], 0)

    def tandem(self, *words):
        """Exit status, and what a person sees."""
        done = subprocess.run([os.path.join(BIN, "tandem"), *words], env=self.world.environment(), capture_output=True, text=True,
                              timeout=PATIENT_S, check=False)
        return done.returncode, done.stdout + done.stderr

    def test_person_sees_and_mends_it_by_commands(self):
        for words in (("webhooks", "check", "rocket"), ("webhooks", "rotate", "rocket")):
            code, text = self.tandem(*words)
            self.assertEqual(code, 0, text)
            self.assertIn("webhook works", text)
        (hook,) = self.hooks()
        self.world.sandbox.control("POST", "faults", {"match": {"method": "GET", "path": "/hooks"}, "fault": "status", "status": 404,
                                                      "times": None})
        self.assertIn("admin:repo_hook", self.tandem("webhooks", "check", "rocket")[1])
        self.world.sql("update project_hook set last_delivery_at = null")
        for words in (("webhooks", "check", "rocket"), ("status",), ("status", "rocket")):
            text = " ".join(self.tandem(*words)[1].split())
            self.assertRegex(text, "no webhook; polled every .*admin:repo_hook.* for the events Issues and Issue comment"
                             ".*When that is done, look again: tandem webhooks check rocket", words)
        self.assertIn("admin:repo_hook", self.tandem("doctor")[1])
        self.world.sandbox.control("DELETE", "faults")  # not before: it is looked at again by itself
        self.check()
        self.assertIn("rocket: webhook works", self.tandem("status")[1])
        self.assertEqual(self.hooks()[0]["id"], hook["id"])

    def look_in_vain(self, times):
        for _ in range(times):
            before = self.health().get("failed_checks", 0)
            self.world.sql("update project_hook set due_at = now()")
            wait_for(lambda: self.health().get("failed_checks", 0) > before, "the look at the webhook")

    def test_checks_that_fail_again_and_again_are_told_until_one_succeeds(self):
        self.check()
        self.world.sandbox.control("POST", "faults", {"match": {"path": "/hooks"}, "fault": "status", "status": 502, "times": None,
                                                      "body": '{"message": "Server Error"}'})
        self.look_in_vain(1)
        self.assertEqual(self.health()["state"], "working")
        code, text = self.tandem("webhooks", "check", "rocket")
        self.assertEqual(code, 1, text)
        self.assertRegex(" ".join(text.split()), "could not be looked at.*GitHub answered 502: Server Error")
        self.look_in_vain(1)
        checked = self.world.sql("update project_hook set checked_at = now() - interval '3 hours' returning 1")
        self.assertEqual(checked, [["1"]])
        unchecked = self.health()
        self.assertEqual((unchecked["state"], unchecked["failed_checks"]), ("unchecked", 3))
        for words in (("status",), ("status", "rocket"), ("doctor",)):
            text = " ".join(self.tandem(*words)[1].split())
            self.assertRegex(text, "webhook last checked 3 h ago.*3 checks of it in a row have failed, the last one with: .*GitHub "
                             "answered 502: Server Error.*tandem webhooks check rocket", words)
        self.world.sandbox.control("DELETE", "faults")
        self.assertEqual(self.check()["state"], "working")
        self.assertNotIn("check_error", self.health())

    # what it misses

    def test_missed_change_is_found_by_the_poll_and_brings_the_interval_back(self):
        before = self.health()
        self.world.sandbox.control("POST", "webhooks", {"lose_next": 1})
        self.edit(4, "Nobody told")
        self.poll()
        self.wait_title(4, "Nobody told")
        self.assertEqual(self.health().get("missed", 0), before.get("missed", 0))
        self.ripen()
        missed = wait_for(lambda: (one := self.health()).get("missed", 0) > before.get("missed", 0) and one, "it to be counted")
        self.assertEqual((missed["missed"], missed["poll_s"]), (before.get("missed", 0) + 1, 60))
        next_s = self.world.sql("select extract(epoch from next_sync_at - now())::int from project")[0][0]
        self.assertLessEqual(int(next_s), 60)

    def test_told_changes_let_the_polls_widen(self):
        self.world.sql("update project_hook set poll_s = null")
        before = self.health()
        seen = []
        for step in range(5):
            if step == 1:
                self.edit(5, "Told and polled")
                self.wait_title(5, "Told and polled")
            self.poll()
            seen.append(self.health()["poll_s"])
        self.assertEqual(seen, [120, 240, 480, 900, 900])
        after = self.health()
        self.assertEqual(after["told"], before.get("told", 0) + 1)
        self.assertEqual(after.get("missed", 0), before.get("missed", 0))

    def test_night_has_everything_compared(self):
        before = self.health()
        self.world.sandbox.control("POST", "webhooks", {"lose_next": 1})
        self.world.sandbox.act("petra", "comment", number=4, fields={"body": "Said in the dark"})
        self.world.sql("update project set full_sync_at = full_sync_at - interval '2 days'")
        self.poll()
        self.assertEqual(self.world.sql("select mode, trigger from session order by id desc limit 1"), [["full", "poll"]])
        self.world.settle()
        comments = self.world.call("ticket.get", key=self.world.ticket_of("#4")["key"])["comments"]
        self.assertEqual([one["body"] for one in comments][-1], "Said in the dark")
        self.assertGreater(self.health()["full_scan_ms"], before.get("full_scan_ms", 0))
        self.assertRegex(" ".join(self.tandem("status")[1].split()), r"rocket: webhook .*; polled every .*contents compared just now")
        self.poll()
        self.assertEqual(self.world.sql("select mode from session order by id desc limit 1"), [["incremental"]])

    def test_person_does_not_wait_for_the_interval(self):
        self.world.sandbox.control("POST", "webhooks", {"lose_next": 1})
        self.edit(6, "Asked for")
        self.world.sync()
        self.wait_title(6, "Asked for")

    def test_failed_delivery_is_sent_again(self):
        self.world.sandbox.control("POST", "webhooks", {"drop_next": 1})
        self.edit(1, "Sent again")
        self.world.sql("update project_hook set due_at = now()")
        self.wait_title(1, "Sent again")
        self.assertGreater(self.health()["last_failed_ms"], 0)
        wait_for(lambda: self.health().get("failed", 0) == 0, "nothing to be asked for")

    def test_delivery_that_keeps_failing_is_asked_for_five_times(self):
        self.world.sandbox.control("POST", "webhooks", {"drop_next": 6})
        self.edit(2, "Lost for good")
        for asked in range(1, 6):
            self.world.sql("update failed_delivery set next_at = now()")
            self.world.sql("update project_hook set due_at = now()")
            wait_for(lambda: self.world.sql("select 1 from failed_delivery where asked = %d" % asked), "attempt %d" % asked)
            wait_for(lambda: not self.world.sql("select 1 from lease where resource like 'hook:%' and until > now()"), "its end")
        failing = self.health()
        self.assertEqual((failing["state"], failing["given_up"]), ("failing", 1))
        told = " ".join(self.tandem("status")[1].split())
        self.assertIn("could not deliver 1 of its webhooks, not even when it was asked five times: polls and scans find", told)
        self.assertEqual(failing["next_step"], "tandem webhooks check rocket")
        self.world.sql("insert into failed_delivery (project_id, delivery_id, attempt_id, status, failed_at, next_at) select id, 'd', 'a', "
                       "500, now(), now() + interval '1 hour' from project")
        self.assertIn("could not deliver 2 of its webhooks: it is asked again for 1, and 1 were given up", self.health()["reason"])
        self.world.sql("delete from failed_delivery where delivery_id = 'd'")
        self.check()
        self.wait_title(2, "Lost for good")

    def test_scan_finds_what_webhook_and_poll_missed(self):
        """Issues come and one goes, no webhook tells, and no poll is due: the count differs."""
        before = self.health()
        self.world.sandbox.control("POST", "webhooks", {"lose_next": 10})
        made = self.world.sandbox.act("petra", "create", fields={"title": "Nobody saw it"})["issue"]["number"]
        self.world.sandbox.act("petra", "delete", number=6)
        extra = self.world.sandbox.act("petra", "create", fields={"title": "Nor this one"})["issue"]["number"]
        # Once may be a lag.
        for _ in range(2):
            self.scan()
        wait_for(lambda: self.world.ticket_of("#%d" % made) and self.world.ticket_of("#%d" % extra), "both issues")
        self.world.settle()
        self.assertEqual(self.world.sql("select mode, state from session order by id desc limit 1"), [["full", "completed"]])
        self.ripen()
        wait_for(lambda: self.health().get("missed", 0) >= before.get("missed", 0) + 2, "both to be counted")
        self.assertTrue(self.world.sql("select 1 from fetch_queue where reason in ('gone', 'absent')"))
        told = " ".join(self.tandem("status")[1].split())
        self.assertRegex(told, r"rocket: .* changes? came without it; ids compared .*; contents compared")

    def scan(self):
        """As if the time for it had come."""
        done = self.health().get("id_scan_ms", 0)
        self.world.sql("insert into project_scan (project_id, next_at) select id, now() from project on conflict "
                       "(project_id) do update set next_at = now()")
        wait_for(lambda: self.health().get("id_scan_ms", 0) > done, "the scan")

    def test_scan_finds_one_issue_after_the_other(self):
        """An hour later the count differs by as many as before, of which all have been found."""
        self.world.sandbox.control("POST", "webhooks", {"lose_next": 10})
        for title in ("The first to go", "The second to go"):
            self.world.sandbox.act("petra", "create", fields={"title": title})
        self.poll()
        for number in [one["number"] for one in self.world.sandbox.request("GET", "/repos/acme/rocket/issues?state=all", None, HEADERS)
                       if one["title"].endswith("to go")]:
            wait_for(lambda it=number: self.world.ticket_of("#%d" % it), "the issue")
            self.world.sandbox.act("petra", "delete", number=number)
            self.scan()
            while self.world.sql("select 1 from project_scan where next_at < now() + interval '15 minutes'"):
                self.world.settle()
                self.scan()
            self.assertTrue(self.world.sql("select 1 from gone_item where external_id = '%d'" % number), "nobody missed it")

    def test_scan_that_is_refused_stops_nothing_and_is_told(self):
        self.world.sandbox.control("POST", "faults", {
            "match": {"method": "POST", "path": "/graphql"}, "fault": "status", "status": 403,
            "body": json.dumps({"message": "Resource not accessible by personal access token"})})
        self.world.sql("insert into project_scan (project_id, next_at) select id, now() from project on conflict "
                       "(project_id) do update set next_at = now()")
        wait_for(lambda: self.health().get("scan_error"), "the refusal")
        told = " ".join(self.tandem("status")[1].split())
        self.assertIn("rocket: which tickets are there could not be compared: ", told)
        self.assertIn("Resource not accessible", told)
        self.assertEqual(self.world.sql("select state from project"), [["active"]])
        self.assertEqual(self.world.sql("select next_at > now() + interval '50 minutes' from project_scan"), [["t"]])


class Removed(unittest.TestCase):
    """A project that is removed has its webhook taken away, or told of until somebody has done it."""

    def setUp(self):
        port = free_port()
        self.world = World(("--issues", "2", "--no-limits"), environment={
            "TANDEM_WEBHOOK_URL": "http://127.0.0.1:%d/" % port, "TANDEM_WEBHOOK_LISTEN": "127.0.0.1:%d" % port})
        self.addCleanup(self.world.close)
        self.world.connect(webhook_credential=None)
        wait_for(lambda: self.world.sandbox.request("GET", HOOKS, None, HEADERS), "the webhook")
        wait_for(lambda: self.world.sql("select 1 from project_hook where state = 'active'"), "the report")
        self.world.settle()
        self.url = "http://127.0.0.1:%d/webhooks/rocket" % port

    def tandem(self, *words):
        done = subprocess.run([os.path.join(BIN, "tandem"), *words], env=self.world.environment(), capture_output=True, text=True,
                              timeout=PATIENT_S, check=False)
        return " ".join((done.stdout + done.stderr).split())

    def fault(self, status):
        self.world.sandbox.control("POST", "faults", {"match": {"path": "/hooks"}, "fault": "status", "status": status, "times": None,
                                                      "body": '{"message": "Not today"}'})

    def troubles(self):
        return self.world.call("status").get("troubles", [])

    def remove(self):
        told = self.tandem("projects", "remove", "rocket", "--yes")
        self.assertIn("rocket is removed", told)
        return told

    def test_removed_project_takes_its_hook_away(self):
        self.assertIn("sends to %s, is being taken away" % self.url, self.remove())
        wait_for(lambda: not self.world.sandbox.request("GET", HOOKS, None, HEADERS), "the webhook to go")
        wait_for(lambda: self.world.sql("select 1 from project_hook where state = 'removed'"), "the report")
        self.assertEqual(self.troubles(), [])
        self.assertIn("no webhook is left", self.tandem("webhooks", "forget", "rocket"))

    def test_removed_project_without_a_hook_says_nothing_of_one(self):
        self.world.sql("update project_hook set state = 'unknown', url = null")
        self.assertNotIn("webhook", self.remove())

    def test_hook_that_is_left_is_told_until_somebody_took_it_away(self):
        self.fault(403)
        self.remove()
        (left,) = wait_for(self.troubles, "what is left")
        self.assertEqual(left["project"], "rocket (removed)")
        self.assertRegex(left["what"], "its webhook is still there, and sends to %s: .*admin:repo_hook" % self.url)
        self.assertEqual(left["next_step"], "take it away in the settings of acme/rocket, then: tandem webhooks forget rocket")
        for words in (("status",), ("doctor",)):
            self.assertIn("tandem webhooks forget rocket", self.tandem(*words), words)
        self.assertGreater(left["since_ms"], self.world.call("status")["now_ms"] - PATIENT_S * 1000)
        self.assertIn("Nothing more is said", self.tandem("webhooks", "forget", "rocket"))
        self.assertEqual(self.troubles(), [])
        self.assertEqual(self.world.sql("select subject from audit where action = 'hook.forget'"), [["rocket"]])

    def test_hook_that_could_not_be_asked_for_is_told_and_tried_on(self):
        self.fault(502)
        self.remove()
        for attempts in range(1, 8):
            self.world.sql("update project_hook set due_at = now()")
            wait_for(lambda: self.world.sql("select 1 from project_hook where attempts >= %d" % attempts), "the next try")
        (left,) = self.troubles()
        self.assertIn("GitHub answered 502: Not today", left["what"])
        self.world.sandbox.control("DELETE", "faults")
        self.world.sql("update project_hook set due_at = now()")
        wait_for(lambda: not self.world.sandbox.request("GET", HOOKS, None, HEADERS), "the webhook to go")
        wait_for(lambda: not self.troubles(), "nothing to be left")

    def test_hook_that_nobody_takes_away_is_told(self):
        """The right to it was lost before, and no adapter is there any more."""
        self.world.processes["adapter-github"].stop()
        self.world.sql("update project_hook set state = 'refused', reason = 'a test', hook_id = null")
        self.assertIn("is being taken away", self.remove())
        self.assertEqual(self.troubles(), [])
        self.world.sql("update project_hook set due_at = due_at - interval '6 minutes'")
        (left,) = self.troubles()
        self.assertIn("nobody has taken it away yet", left["what"])
        self.world.start("adapter-github")
        wait_for(lambda: not self.world.sandbox.request("GET", HOOKS, None, HEADERS), "the webhook to go")
        wait_for(lambda: not self.troubles(), "nothing to be left")


if __name__ == "__main__":
    tap.main(__name__)
