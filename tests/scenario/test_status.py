#!/usr/bin/python3
"""What `status` tells of a project (what waits, since when, how long it will take) and what `work.retry` puts back: nothing dies
silently."""

import hashlib
import hmac
import http.client
import json
import os
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from verbs import Refused  # noqa: E402
from world import BIN, PATIENT_S, World, wait_for  # noqa: E402

ISSUES = "/repos/acme/rocket/issues"


class Status(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(("--issues", "6", "--no-limits", "--no-pull-requests"))
        cls.world.connect()
        cls.world.sync()
        cls.world.sql("update project set next_sync_at = now() + interval '1 hour'")
        cls.world.settle()

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def tearDown(self):
        self.world.sandbox.control("DELETE", "faults")
        for role in [role for role, process in self.world.processes.items() if not process.alive]:
            self.world.start(role)
        self.free_what_the_dead_held()
        self.world.sql("update credential set blocked_until = null")  # a rest that has just ended is taken for a reason to wait
        self.world.call("project.set_state", name="rocket", state="active", actor="user:test")
        self.world.sql("update project set next_sync_at = now() + interval '1 hour'")  # no poll begins in the next test
        self.world.call("work.retry", all=True, actor="user:test")
        self.world.settle()

    def fault(self, method, path, **spec):
        self.world.sandbox.control("POST", "faults", {"match": {"method": method, "path": path}, **spec})

    def status(self):
        return self.world.call("status")

    def project(self):
        return self.status()["projects"][0]

    def parked(self, kind):
        return [one for one in self.status().get("parked", []) if one["kind"] == kind]

    def new_ticket(self, title):
        return self.world.call("ticket.new", project="rocket", actor="user:carol", fields={"title": title})["key"]

    def deliver(self, body, event="issues"):
        """A webhook that is signed as it should be."""
        signature = "sha256=" + hmac.new(b"hook-secret", body, hashlib.sha256).hexdigest()
        connection = http.client.HTTPConnection("127.0.0.1", self.world.webhook_port, timeout=PATIENT_S)
        connection.request("POST", "/webhooks/rocket", body, {
            "X-GitHub-Event": event, "X-GitHub-Delivery": os.urandom(8).hex(), "X-Hub-Signature-256": signature,
            "Content-Type": "application/json"})
        return connection.getresponse().status

    def audits(self, action):
        return self.world.sql("select actor, subject, detail::text from audit where action = '%s' order by id desc limit 1" % action)

    def test_status_of_a_quiet_project_has_no_lag(self):
        project = self.project()
        waits = [project.get(name, 0) for name in ("waiting", "fetches", "deliveries", "unplanned", "lag_ms", "eta_ms", "parked",
                                                   "poison")]
        self.assertEqual(waits, [0] * len(waits))
        self.assertNotIn("next_step", project)
        self.assertGreater(project["last_sync_ms"], 0)

    def test_status_tells_lag_and_eta_of_what_waits(self):
        self.new_ticket("Sets the pace")
        self.world.settle()
        self.fault("POST", ISSUES + "$", fault="status", status=429, headers={"Retry-After": "120"}, times=None)
        keys = [self.new_ticket("Waits %d" % number) for number in range(3)]
        started_s = time.monotonic()
        project = wait_for(lambda: (one := self.project()).get("waiting") == 3 and one.get("eta_ms", 0) > 60000 and one,
                           "three writes to wait")
        self.assertGreaterEqual(project["lag_ms"], 1)
        self.assertLess(project["eta_ms"], 3600 * 1000)
        later = wait_for(lambda: (one := self.project())["lag_ms"] > project["lag_ms"] and one, "the lag to grow")
        self.assertLessEqual(later["lag_ms"] - project["lag_ms"], (time.monotonic() - started_s) * 1000 + 1)
        self.world.sandbox.control("DELETE", "faults")
        self.world.sql("update intent set next_attempt_at = now() where state in ('prepared', 'unknown')")
        self.world.sql("update credential set blocked_until = null")
        self.world.settle()
        self.assertEqual(self.project().get("lag_ms", 0), 0)
        self.assertEqual(len(keys), 3)

    def test_status_lag_counts_from_the_first_change(self):
        key = self.world.ticket_of("#1")["key"]
        self.world.call("project.set_state", name="rocket", state="paused", reason="a test", actor="user:test")
        self.world.call("ticket.edit", key=key, set={"title": "First"}, actor="user:carol")
        self.world.sql("update plan_queue set queued_at = queued_at - interval '1 hour'")
        self.world.call("ticket.edit", key=key, set={"title": "Second"}, actor="user:carol")
        project = self.project()
        self.assertGreaterEqual(project["lag_ms"], 3600 * 1000)
        self.assertEqual(project["next_step"], "tandem projects resume rocket")

    def test_parked_change_says_why_and_is_decided_anew(self):
        key = self.world.ticket_of("#2")["key"]
        self.fault("PATCH", ISSUES + "/2$", fault="status", status=422, times=None)
        self.world.call("ticket.edit", key=key, set={"title": "Refused"}, actor="user:carol")
        (parked,) = wait_for(lambda: self.parked("write"), "the write to be parked")
        self.assertEqual((parked["project"], parked["ticket"]), ("rocket", key))
        self.assertIn("422", parked["reason"])
        self.assertEqual(parked["next_step"], "tandem retry " + parked["id"])
        self.assertEqual((self.project()["parked"], self.project().get("lag_ms", 0)), (1, 0))
        self.world.sandbox.control("DELETE", "faults")
        self.assertEqual(self.world.call("work.retry", id=parked["id"], actor="user:ann")["writes"], 1)
        wait_for(lambda: self.world.sandbox.issue(2)["title"] == "Refused", "the change to arrive")
        self.assertEqual(self.parked("write"), [])
        self.assertEqual(self.audits("work.retry")[0][:2], ["user:ann", parked["id"]])
        with self.assertRaises(Refused) as refused:
            self.world.verbs.call("work.retry", id=parked["id"], actor="user:ann")
        self.assertEqual(refused.exception.code, "gone")

    def test_parked_creation_that_may_have_arrived_is_not_made_twice(self):
        self.fault("POST", ISSUES + "$", fault="reset_after_commit")
        self.fault("GET", ISSUES, fault="status", status=503, times=None)
        self.new_ticket("Made once")
        wait_for(lambda: self.world.sql("select 1 from intent where state = 'unknown'"), "the creation to be uncertain")
        self.world.sql("update intent set state = 'parked', reason = 'a test', done_at = now() where state = 'unknown'")
        self.world.sandbox.control("DELETE", "faults")
        self.assertEqual(self.world.call("work.retry", project="rocket", actor="user:ann")["writes"], 1)
        wait_for(lambda: self.world.sql("select 1 from mapping m join item i on i.id = m.item_id where m.external_id is not null "
                                        "and i.fields ->> 'title' = 'Made once'"), "the creation to be found")
        self.world.settle()
        made = [entry for entry in self.world.sandbox.history(action="create") if entry.get("title") == "Made once"]
        titles = [self.world.sandbox.issue(number)["title"] for number in self.numbers()]
        self.assertEqual(titles.count("Made once"), 1, made)

    def numbers(self):
        return [int(row[0][1:]) for row in self.world.sql("select external_key from external_item where kind = 'ticket'")]

    def test_poison_delivery_is_shown_and_put_back(self):
        self.assertEqual(self.deliver(b'{'), 200)
        (poison,) = wait_for(lambda: self.parked("delivery"), "the delivery to be poison")
        self.assertEqual((poison["project"], poison["ticket"]), ("rocket", "issues"))
        self.assertRegex(poison["reason"], "it cannot be read: .*JSON")
        self.assertEqual(self.project()["poison"], 1)
        self.assertEqual(self.world.call("work.retry", id=poison["id"], actor="user:ann")["deliveries"], 1)
        wait_for(lambda: self.parked("delivery"), "it to be poison again")
        self.world.sync()
        self.assertEqual(len(self.parked("delivery")), 1)
        self.world.sync(mode="full")  # shows whatever it told of, as every night does
        self.assertEqual((self.parked("delivery"), self.project().get("poison", 0)), ([], 0))

    def test_delivery_that_the_store_always_refuses_is_poison_with_its_words(self):
        """Its value, or at large, which ends the adapter: as often as it has something to tell."""
        keeper = self.world.keep_alive()
        self.addCleanup(keeper.stop)
        for number, code in ((5, "22023"), (6, "P0001")):
            self.world.sql("create function refuse() returns trigger language plpgsql as $$begin raise exception 'not %d' using errcode = '%s'; "
                           "end$$" % (number, code))
            self.world.sql("create trigger refuse before insert or update on external_item for each row execute function refuse()")

            def parked():
                self.world.sql("update lease set until = now() where resource like 'deliver:%' and until > now()")
                return self.parked("delivery")
            try:
                body = self.edited(number, "Refused here")
                wait_for(lambda: self.answers(body), "the delivery to be taken")
                (poison,) = wait_for(parked, "the delivery to be given up")
            finally:
                self.world.sql("drop function refuse() cascade")
            self.assertRegex(poison["reason"], "tried five times, and failed the last time with: .*not %d" % number)
            self.assertEqual(self.world.call("work.retry", id=poison["id"], actor="user:ann")["deliveries"], 1)
            wait_for(lambda: self.world.ticket_of("#%d" % number)["fields"]["title"] == "Refused here", "it to be read")
        self.world.settle()

    def test_parked_work_of_a_noisy_project_hides_nothing_of_another(self):
        """The lists are as long as they may be; whatever is left out is counted."""
        self.world.sql("insert into project overriding system value select (jsonb_populate_record(p, jsonb_build_object('id', p.id + 1, "
                       "'name', 'quiet', 'remote', 'acme/quiet', 'state', 'paused'))).* from project p")
        for project, count, age in (("quiet", 3, "1 hour"), ("rocket", 130, "0")):
            self.world.sql("insert into delivery (project_id, delivery_id, event, body, state, reason, received_at) select p.id, 'p' || n, "
                           "'issues', '', 'poison', 'a test', now() - interval '%s' from project p, generate_series(1, %d) n where "
                           "p.name = '%s'" % (age, count, project))
        try:
            self.look_at_parked()
        finally:
            self.world.sql("delete from delivery where state = 'poison'")
            self.world.sql("delete from project where name = 'quiet'")

    def look_at_parked(self):
        status = self.status()
        self.assertEqual((len(status["parked"]), status["parked_more"]), (100, 33))
        names = [one["project"] for one in status["parked"]]
        self.assertEqual((names.count("quiet"), names[-3:]), (3, ["quiet"] * 3))  # the newest first
        alone = self.world.call("status", project="rocket")
        self.assertEqual((len(alone["parked"]), alone["parked_more"]), (100, 30))
        self.assertNotIn("parked_more", self.world.call("status", project="quiet"))
        for words, told in ((["status"], "And 33 more: tandem status PROJECT"), (["status", "rocket"], "And 30 more: tandem retry rocket")):
            done = subprocess.run([os.path.join(BIN, "tandem"), *words], env=self.world.environment(), capture_output=True, text=True,
                                  timeout=PATIENT_S, check=True)
            self.assertIn(told, " ".join(done.stderr.split()), words)

    # what nobody takes, and what brings its reader down

    LEASES_RAN_OUT = "update lease set until = now() - interval '10 minutes'"

    def restart(self, role, **more):
        self.world.processes[role].kill()
        return self.world.start(role, 0, more)

    def trouble(self, words, *ageing):
        """The one that speaks of it, once it is there. `ageing` is done before each look: what a process was about to write when
        it was killed, or writes beside the test, would make the work look young again."""
        def found():
            for statement in ageing:
                self.world.sql(statement)
            return next((one for one in self.status().get("troubles", []) if words in one["what"]), None)
        return wait_for(found, words)

    def gone(self, words):
        return wait_for(lambda: all(words not in one["what"] for one in self.status().get("troubles", [])), "no " + words)

    def test_work_that_no_adapter_takes_is_shown(self):
        self.world.processes["adapter-github"].kill()
        self.new_ticket("Nobody sends it")
        wait_for(lambda: self.world.sql("select 1 from intent where state = 'prepared'"), "the write to be decided")
        trouble = self.trouble("tandem-adapter-github",
                               "update intent set next_attempt_at = now() - interval '10 minutes' where state = 'prepared'",
                               self.LEASES_RAN_OUT)
        self.assertEqual(trouble["project"], "rocket")
        self.assertIn("log/adapter-github.log", trouble["next_step"])
        self.assertLess(trouble["since_ms"], self.status()["now_ms"] - 9 * 60 * 1000)
        self.world.start("adapter-github")
        self.gone("tandem-adapter-github")

    def test_changes_that_nobody_compares_are_shown(self):
        self.world.processes["conflict"].kill()
        self.world.call("ticket.edit", key=self.world.ticket_of("#3")["key"], set={"title": "Nobody looks"}, actor="user:carol")
        self.trouble("tandem-conflict",
                     "update plan_queue set queued_at = now() - interval '10 minutes', claimed_until = '-infinity'")
        self.world.start("conflict")
        self.gone("tandem-conflict")

    def test_credential_that_cannot_be_read_stops_the_project_whatever_it_is_for(self):
        """A write, while no poll is due: without it nobody would know."""
        self.world.processes["adapter-github"].kill()
        kept = self.world.sql("select encode(ciphertext, 'hex') from credential where name = 'rocket'")[0][0]
        self.world.sql("update credential set ciphertext = 'x' where name = 'rocket'")
        self.new_ticket("Has no way out")
        self.world.sql("update lease set until = '-infinity'")
        self.world.start("adapter-github")
        project = wait_for(lambda: (one := self.project())["project"]["state"] == "failed" and one, "the project to stop")
        self.assertIn("cannot be decrypted", project["project"]["state_reason"])
        self.assertIn("tandem connect github --name rocket", project["next_step"])
        self.world.sql("update credential set ciphertext = decode('%s', 'hex') where name = 'rocket'" % kept)

    def test_poll_that_nobody_starts_and_session_that_nobody_ends_are_shown(self):
        self.world.processes["scheduler"].kill()
        self.trouble("nobody starts the poll",
                     "update session set state = 'failed', finished_at = now() where state = 'running'",
                     "update project set next_sync_at = now() - interval '10 minutes'")
        session = self.world.call("session.start", project="rocket", mode="incremental", trigger="person", actor="user:test")["id"]
        wait_for(lambda: self.world.sql("select 1 from session where id = %d and pull_done" % session), "the pull")
        trouble = self.trouble("nobody ends the session",
                               "update session set started_at = now() - interval '10 minutes' where id = %d" % session,
                               self.LEASES_RAN_OUT)
        self.assertIn("tandem-scheduler", trouble["what"])
        self.world.start("scheduler")
        self.gone("tandem-scheduler")

    def started(self):
        return self.world.call("session.start", project="rocket", mode="full", trigger="person", actor="user:test")["id"]

    def test_session_that_does_not_end_is_shown(self):
        self.fault("GET", ISSUES, fault="status", status=503, times=None)
        session = self.started()
        wait_for(lambda: self.world.sql("select 1 from session where state = 'running' and error is not null"), "the failure")
        trouble = self.trouble("session %d does not end" % session,
                               "update session set started_at = now() - interval '7 hours' where id = %d" % session,
                               "update external_item set observed_at = now() - interval '7 hours'",
                               "update intent set done_at = now() - interval '7 hours' where done_at is not null")
        self.assertIn("503", trouble["what"])
        self.assertIn("tandem projects pause rocket", trouble["next_step"])
        trouble = self.trouble("polls in a row have failed", "update project set pull_attempts = greatest(pull_attempts, 10)")
        self.assertIn("503", trouble["what"])
        self.assertEqual(trouble["project"], "rocket")
        self.world.sandbox.control("DELETE", "faults")
        self.world.sql("update project set pull_next_at = now()")
        self.gone("does not end")
        self.gone("polls in a row")

    def test_scans_that_always_fail_are_shown(self):
        self.world.sql("update project_scan set attempts = 10, started_at = now(), reason = 'Jira answered 502'")
        trouble = self.trouble("scans of ids in a row have failed")
        self.assertIn("Jira answered 502", trouble["what"])
        self.world.sql("update project_scan set attempts = 0, started_at = null, reason = null")
        self.gone("scans of ids")

    def test_delivery_that_brings_the_adapter_down_is_parked_and_others_go_on(self):
        body = self.edited(4, "Brings it down")
        deadly = {"TANDEM_FAULT_KILL": "adapter.before_observe.webhook"}
        self.restart("adapter-github", **deadly)
        taken = "select 1 from delivery where state = 'pending'"  # it may die before it could answer
        wait_for(lambda: self.answers(body) or self.world.sql(taken), "the delivery to be taken")
        deaths = 0

        def parked_at_last():
            """Started again whenever it died; what a dead one had claimed, or still was about to, is free at once."""
            nonlocal deaths
            if not self.world.processes["adapter-github"].alive:
                deaths += 1
                self.world.start("adapter-github", 0, deadly)
            self.free_what_the_dead_held()
            return self.parked("delivery")
        (parked,) = wait_for(parked_at_last, "it to be parked")
        self.assertIn(deaths, range(2, 7))
        self.restart("adapter-github")
        self.assertIn("five times", parked["reason"])
        body = self.edited(4, "Does not")
        wait_for(lambda: self.answers(body), "the next one to be taken")

        def next_one_is_here():
            self.free_what_the_dead_held()  # what was killed may have claimed the one that was parked
            return self.world.ticket_of("#4")["fields"]["title"] == "Does not"
        wait_for(next_one_is_here, "the next one")
        self.assertEqual(self.world.call("work.retry", id=parked["id"], actor="user:ann")["deliveries"], 1)
        wait_for(lambda: self.parked("delivery") == [], "it to be read")

    def free_what_the_dead_held(self):
        adapter = self.world.processes["adapter-github"].popen.pid
        self.world.sql("update lease set until = '-infinity' where until > now() and owner <> 'adapter-github-%d'" % adapter)

    def edited(self, number, title):
        """What GitHub would send of an edit."""
        self.world.sandbox.control("POST", "clock", {"advance_s": 2})
        self.world.sandbox.act("petra", "edit", number=number, fields={"title": title})
        return json.dumps({"action": "edited", "issue": self.world.sandbox.issue(number),
                           "repository": {"full_name": "acme/rocket"}}).encode()

    def answers(self, body):
        try:
            return self.deliver(body) == 200
        except OSError:
            return False

    def refusals(self):
        return self.world.sql("select refusals, refused_at is not null from credential where name = 'rocket'")

    def test_stray_refusals_stop_nothing(self):
        self.world.sync()  # a call that is answered
        self.fault("GET", ISSUES, fault="status", status=401, times=2)
        session = self.world.finish(self.started())
        self.assertEqual((session["state"], self.project()["project"]["state"]), ("completed", "active"))
        self.assertEqual(self.refusals(), [["0", "f"]])

    def test_refusal_in_doubt_has_nothing_done_with_the_credential_and_says_so(self):
        self.world.sql("update credential set refusals = 1, doubted_until = now() + interval '1 hour', blocked_until = now() + "
                       "interval '1 hour' where name = 'rocket'")
        self.world.sandbox.control("DELETE", "requests")
        self.new_ticket("Waits for the pause")
        self.assertGreater(self.project()["doubted_until_ms"], self.status()["now_ms"])
        wait_for(lambda: self.project().get("waiting"), "the write to be decided")
        self.world.call("credential.put", name="rocket", kind="pat", secret=json.dumps({"token": "sandbox-token"}), actor="user:test")
        self.assertEqual(self.world.sandbox.control("GET", "requests?last=0")["statuses"], {})
        self.assertEqual(self.project().get("doubted_until_ms", 0), 0)  # a new secret is not in doubt
        self.assertEqual(self.refusals(), [["0", "f"]])

    def test_archived_repository_takes_no_writes_and_is_read_on(self):
        for method in ("POST", "PATCH"):
            self.fault(method, ISSUES, fault="status", status=403, times=None,
                       body='{"message":"Repository was archived so is read-only."}')
        for title in ("Held one", "Held two"):
            self.new_ticket(title)
        project = wait_for(lambda: (one := self.project()).get("writes_held") and one.get("waiting") == 2 and one, "the writes to be held")
        self.assertEqual((project["writes_held"], project["project"]["state"]), ("the repository is archived", "active"))
        self.world.sandbox.control("POST", "clock", {"advance_s": 2})
        self.world.sandbox.act("petra", "edit", number=5, fields={"title": "Read on"})
        self.assertEqual(self.world.sync()["state"], "completed")  # a session does not wait for them
        wait_for(lambda: self.world.ticket_of("#5")["fields"]["title"] == "Read on", "what was read")
        self.world.sql("update project set writes_held_until = now()")  # tried again, and held again: none of them is parked
        wait_for(lambda: self.world.sql("select 1 from project where writes_held_until > now()"), "the next try")
        self.assertEqual(self.parked("write"), [])
        self.world.sandbox.control("DELETE", "faults")
        self.assertEqual(self.world.call("work.retry", project="rocket", actor="user:ann")["writes"], 2)
        wait_for(lambda: not self.project().get("waiting"), "both to be sent")
        self.assertNotIn("writes_held", self.project())

    def test_failed_project_says_what_mends_it(self):
        self.world.sync()  # a call that is answered
        self.world.sandbox.control("DELETE", "requests")
        self.fault("GET", ISSUES, fault="status", status=401, times=None)
        self.started()
        project = wait_for(lambda: (one := self.project())["project"]["state"] == "failed" and one, "the project to fail")
        self.assertTrue(project["project"]["state_reason"])
        self.assertIn("tandem projects resume rocket", project["next_step"])
        self.assertIn("tandem connect github --name rocket", project["next_step"])
        self.assertEqual(self.world.sandbox.control("GET", "requests?last=0")["statuses"]["401"], 3)  # asked again twice
        self.assertEqual(self.refusals(), [["2", "t"]])

    def test_retry_wants_one_thing(self):
        for words in ({}, {"project": "rocket", "all": True}, {"id": "X-1"}, {"id": "W-0"}, {"id": "W-"}, {"id": "W-99999999999999999999"}):
            with self.assertRaises(Refused) as refused:
                self.world.verbs.call("work.retry", actor="user:ann", **words)
            self.assertEqual(refused.exception.code, "rejected", words)


if __name__ == "__main__":
    tap.main(__name__)
