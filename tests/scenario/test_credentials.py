#!/usr/bin/python3
"""Credentials while everything runs: a secret is replaced without a failed call, data keys are replaced under way, and the
store dies in the middle of it."""

import json
import os
import resource
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from verbs import Refused  # noqa: E402
from world import BIN, PATIENT_S, World, wait_for  # noqa: E402

OLD, NEW, NEWER, READER = "canary-first", "canary-second", "canary-third", "canary-reading"
TOKENS = ("--token", "sandbox-token", "--token", OLD, "--token", NEW, "--token", NEWER, "--token", READER + "=tandem-bot:read")

HEADERS = {"Authorization": "Bearer " + NEW, "User-Agent": "test"}


class Credentials(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(sandbox_options=("--issues", "60", "--no-limits", "--no-pull-requests", *TOKENS))
        cls.addClassCleanup(cls.world.close)
        cls.world.start("adapter-github", 1)
        cls.shown = []
        cls.world.connect(token=OLD)
        cls.world.sync()

    # what happens

    def tandem(self, *words, text="", fine=True):
        done = subprocess.run([os.path.join(BIN, "tandem"), *words], env=self.world.environment({"TANDEM_ACTOR": "user:test"}),
                              input=text, capture_output=True, text=True, timeout=2 * PATIENT_S, check=False)
        self.shown += [done.stdout, done.stderr]
        if fine:
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def info(self, name="rocket"):
        return self.world.call("credential.list", name=name)["credentials"][0]

    def keys(self):
        return self.world.call("credential.list")["keys"]

    def row(self, columns, name="rocket"):
        return self.world.sql("select %s from credential where name = '%s'" % (columns, name))[0]

    def token(self):
        return json.loads(self.world.call("credential.get", name="rocket")["secret"])["token"]

    def start_afresh(self):
        """With the old token and nothing half done."""
        self.world.sandbox.control("DELETE", "faults")
        self.world.call("credential.put", name="rocket", kind="pat", secret=json.dumps({"token": OLD}), actor="user:test")
        self.world.call("project.set_state", name="rocket", state="active", actor="user:test")
        self.world.sync()
        self.world.sandbox.control("DELETE", "requests")

    def revoke(self, token):
        self.world.sandbox.control("POST", "faults", {"match": {"authorization": "Bearer " + token}, "fault": "status",
                                                      "status": 401, "times": None})

    def statuses(self):
        return self.world.sandbox.control("GET", "requests?last=0")["statuses"]

    def edit_on(self, until):
        """People edit on both sides, and sessions are asked for, until the event is set; returns the last titles."""
        titles, number = {}, 0
        while not until.is_set() or number < 6:
            issue = number % 5 + 1
            titles[issue] = "Here %d" % number
            ticket = self.world.ticket_of("#%d" % issue)
            self.world.call("ticket.edit", key=ticket["key"], set={"title": titles[issue]}, actor="user:carol")
            self.world.sandbox.act("alice", "comment", number=issue, fields={"body": "There %d" % number})
            self.world.sync()
            number += 1
        return titles, number

    # rotation

    def test_credentials_rotated_under_way_without_a_failed_call(self):
        self.start_afresh()
        comments = int(self.world.sql("select count(*) from item where kind = 'comment'")[0][0])
        done, told = threading.Event(), []
        people = threading.Thread(target=lambda: told.append(self.edit_on(done)))
        self.world.sandbox.control("POST", "latency", {"ms": 30})
        people.start()
        rotated = self.tandem("credentials", "rotate", "rocket", "--secret-file", "-", text=NEW + "\n")
        self.assertIn("revoke it at the tracker", rotated.stderr)
        self.revoke(OLD)
        done.set()
        people.join()
        self.world.sandbox.control("POST", "latency", {"ms": 0})
        self.world.sync()
        self.world.settle()
        titles, count = told[0]
        self.assertEqual({status for status in self.statuses() if int(status) >= 400}, set())
        for issue, title in titles.items():
            shown = self.world.sandbox.request("GET", "/repos/acme/rocket/issues/%d" % issue, None, HEADERS)
            self.assertEqual(shown["title"], title)
        self.assertEqual(int(self.world.sql("select count(*) from item where kind = 'comment'")[0][0]), comments + count)
        self.assertEqual(self.info()["state"], "active")
        self.assertEqual(self.row("previous_nonce is null, proven_at is not null"), ["t", "t"])

    def test_credentials_refused_new_secret_gives_way_to_the_old_one(self):
        self.start_afresh()
        self.revoke(NEW)
        self.world.call("credential.put", name="rocket", kind="pat", secret=json.dumps({"token": NEW}), keep_previous=True,
                        actor="user:test")
        self.assertEqual(self.info()["state"], "rotating")
        self.world.sync()
        self.assertEqual(self.token(), OLD)
        self.assertEqual(self.info()["state"], "active")
        self.assertEqual(self.world.sql("select state from project where name = 'rocket'"), [["active"]])
        actions = [row["action"] for row in self.world.call("audit.list", limit=1000)["rows"]]
        self.assertIn("credential.reverted", actions)

    def test_credentials_rotate_stores_nothing_that_the_tracker_refuses(self):
        self.start_afresh()
        before = self.info()
        for text, word in (("wrong-token", "nothing was changed"), (READER, "may not write"), ("", "standard input is empty")):
            done = self.tandem("credentials", "rotate", "rocket", "--secret-file", "-", text=text, fine=False)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(word, done.stderr)
        self.assertEqual(self.info(), before)

    def test_credentials_rotate_mends_a_project_that_had_stopped(self):
        self.start_afresh()
        self.revoke(OLD)
        self.world.call("session.start", project="rocket", mode="incremental", trigger="person", actor="user:test")
        wait_for(lambda: self.info()["state"] == "refused", "the refusal")
        done = self.tandem("credentials", "rotate", "rocket", "--secret-file", "-", text=NEWER)
        self.assertIn("goes on", done.stderr)
        self.assertEqual((self.info()["state"], self.token()), ("active", NEWER))
        self.assertEqual(self.world.sync()["state"], "completed")

    def test_credentials_rotate_confirms_no_deletions(self):
        """What has stopped because very much is gone asks for more than a credential."""
        self.start_afresh()
        self.world.sql("update project set state = 'failed', gone_paused = true, state_reason = 'very much is gone' "
                       "where name = 'rocket'")
        done = self.tandem("credentials", "rotate", "rocket", "--secret-file", "-", text=NEW)
        self.assertIn("project rocket has stopped: very much is gone", done.stderr)
        self.assertNotIn("goes on", done.stderr)
        self.assertEqual(self.world.sql("select state, gone_paused from project where name = 'rocket'"), [["failed", "t"]])
        doctor = self.tandem("doctor", fine=False).stdout
        self.assertIn("look there first; if it is right: tandem projects resume rocket", doctor)
        self.world.call("project.set_state", name="rocket", state="active", actor="user:test")
        self.assertEqual(self.world.sync()["state"], "completed")

    def test_credentials_both_webhook_secrets_are_taken_until_the_new_one_came(self):
        self.start_afresh()
        hook = self.world.hook()
        self.addCleanup(self.world.sandbox.request, "DELETE", "/repos/acme/rocket/hooks/%d" % hook["id"], None,
                        HEADERS)
        done = self.tandem("credentials", "rotate", "rocket.webhook", "--secret-file", "-", text="new-hook-secret")
        self.assertIn("Both secrets are taken", done.stderr)
        self.deliver("signed with the old one")
        self.assertEqual(self.info("rocket.webhook")["state"], "rotating")
        config = {"url": hook["config"]["url"], "content_type": "json", "secret": "new-hook-secret"}
        self.world.sandbox.request("PATCH", "/repos/acme/rocket/hooks/%d" % hook["id"], {"config": config},
                                   HEADERS)
        self.deliver("signed with the new one")
        self.assertEqual(self.info("rocket.webhook")["state"], "active")
        self.assertEqual(self.row("previous_nonce is null", "rocket.webhook"), ["f"])
        self.world.sql("update credential set proven_at = proven_at - interval '2 hours' where name = 'rocket.webhook'")
        self.world.call("schedule.tick")
        self.assertEqual(self.row("previous_nonce is null", "rocket.webhook"), ["t"])

    def deliver(self, title):
        before = self.world.sql("select count(*) from delivery where state = 'done'")
        self.world.sandbox.act("alice", "edit", number=7, fields={"title": title})
        wait_for(lambda: self.world.sql("select count(*) from delivery where state = 'done'") != before, "the delivery")

    # data keys

    def key_file(self):
        with open(self.world.folder + "/keys/data.key", "rb") as file:
            return file.read()

    def test_credentials_rekeyed_with_the_store_killed_in_the_middle(self):
        world, names = self.world, ["extra-%03d" % number for number in range(220)]
        self.start_afresh()
        for name in names:
            world.call("credential.put", name=name, kind="pat", secret=json.dumps({"token": "canary-" + name}), actor="user:test")
        old = self.keys()[-1]["id"]
        world.processes["store"].kill()
        store = world.start("store", more={"TANDEM_FAULT_KILL": "store.before_commit.credential.rekey:3"})
        wait_for(world.answers, "the store")
        with open(world.folder + "/rekey.log", "wb") as log:
            rekey = subprocess.Popen([os.path.join(BIN, "tandem"), "credentials", "rekey"], env=world.environment(),
                                     stdout=log, stderr=log)
            store.popen.wait(PATIENT_S)
            rekey.kill()
            rekey.wait()
        half = world.sql("select count(*) filter (where key_id = '%s') > 0, count(*) filter (where key_id <> '%s') > 0 "
                         "from credential" % (old, old))
        self.assertEqual(half, [["t", "t"]])
        world.start("store")
        wait_for(world.answers, "the store")
        self.assertEqual(world.sync()["state"], "completed")  # both keys are read
        new = self.keys()[-1]["id"]
        self.assertNotEqual(new, old)
        self.tandem("credentials", "rekey")
        self.assertEqual(self.keys()[-1]["id"], new)  # it went on, and made no third key
        self.assertEqual(world.sql("select distinct key_id from credential"), [[new]])
        self.assertEqual([json.loads(world.call("credential.get", name=name)["secret"])["token"] for name in names],
                         ["canary-" + name for name in names])
        self.tandem("credentials", "rekey", "--drop-old")
        self.assertEqual([key["id"] for key in self.keys()], [new])
        self.assertNotIn(old.encode(), self.key_file())
        self.assertEqual(world.sync(mode="full")["state"], "completed")

    def test_credentials_key_that_somebody_else_put_there_is_used(self):
        keys = self.key_file()
        with open(self.world.folder + "/keys/data.key", "wb") as file:
            file.write(keys.hex().encode() if len(keys) == 32 else keys)
            file.write(b"\n" + os.urandom(32).hex().encode() + b"\n")
        before = self.keys()[-1]["id"]
        done = json.loads(self.tandem("credentials", "rekey", "--json").stdout)
        self.assertNotEqual(done["key_id"], before)
        self.assertEqual(done["left"] + done["unreadable"], 0)
        self.assertEqual(self.world.sync()["state"], "completed")

    # secrecy: the name is such that it comes after the others

    def test_credentials_whole_run_showed_no_secret(self):
        world = self.world
        secrets = (OLD, NEW, NEWER, READER, "hook-secret", "canary-extra-000", self.key_file()[-65:-1].decode())
        places = {"commands": "\n".join(self.shown), "logs": "\n".join(one.output() for one in world.processes.values())}
        for verb in ("status", "project.list", "credential.list"):
            places[verb] = json.dumps(world.call(verb))
        places["events"] = json.dumps(self.events())
        places["audit"] = json.dumps(world.call("audit.list", limit=1000))
        places["database"] = world.dump()
        for name, process in world.processes.items():
            for file in ("cmdline", "environ"):
                with open("/proc/%d/%s" % (process.popen.pid, file), encoding="utf-8") as shown:
                    places[name + "'s " + file] = shown.read()
        found = [(place, secret) for place, text in places.items() for secret in secrets
                 if secret in text or secret.encode().hex() in text]
        self.assertEqual(found, [])
        self.assertIn("SyncError", places["events"])  # a call did fail
        self.assertNotIn("dbname=", places["store's environ"])

    def test_credentials_processes_that_hold_secrets_leave_no_core(self):
        for name in self.world.processes:
            with open("/proc/%d/limits" % self.world.processes[name].popen.pid, encoding="utf-8") as limits:
                self.assertRegex(limits.read(), r"Max core file size +0 +0 ")

    @staticmethod
    def allow_cores():
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))

    def test_credentials_who_migrates_leaves_no_core(self):
        """It knows the owner's password, and waits for a database that is away."""
        migrates = subprocess.Popen([os.path.join(BIN, "tandem-store"), "--migrate"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                    preexec_fn=self.allow_cores,
                                    env={**os.environ, "TANDEM_DATABASE_URL": "host=127.0.0.1 port=1 password=owners-secret"})
        try:
            self.assertIn(b"database_unreachable", migrates.stderr.readline())
            with open("/proc/%d/limits" % migrates.pid, encoding="utf-8") as limits:
                self.assertRegex(limits.read(), r"Max core file size +0 +0 ")
            with open("/proc/%d/environ" % migrates.pid, encoding="utf-8") as shown:
                self.assertNotIn("owners-secret", shown.read())
        finally:
            migrates.kill()
            migrates.communicate()

    def events(self):
        found = []
        while page := self.world.call("events.read", after=found[-1]["sequence"] if found else 0, limit=1000).get("events"):
            found += page
        return found

    # ends

    def expiries(self):
        return [json.loads(one["data"]) for one in self.events() if one["type"].endswith(".CredentialExpiring")]

    def test_credentials_end_is_told_before_and_once_at_each_mark(self):
        self.start_afresh()
        before = len(self.expiries())
        for days in (30, 13, 12, 6, 6, 0.5, -1, -2):
            self.world.sql("update credential set expires_at = now() + interval '%s days' where name = 'rocket'" % days)
            self.world.call("schedule.tick")
        told = self.expiries()[before:]
        self.assertEqual(len(told), 4)  # 14, 7, 1 and 0 days
        self.assertEqual((told[0]["credential"], told[0]["projects"]), ("rocket", ["rocket"]))
        self.assertEqual(told[0]["next_step"], "tandem credentials rotate rocket")
        self.assertEqual(self.info()["state"], "expired")
        self.assertIn("ended", self.tandem("status").stderr)
        self.tandem("credentials", "expires", "rocket", "never")
        self.assertEqual(self.info()["state"], "active")
        self.assertNotEqual(self.tandem("credentials", "expires", "rocket", "2027-02-30", fine=False).returncode, 0)

    def test_credentials_end_that_github_tells_is_kept(self):
        self.start_afresh()
        self.world.sandbox.control("POST", "tokens", {"token": OLD, "expires_in_s": 5 * 86400})
        self.addCleanup(self.world.sandbox.control, "POST", "tokens", {"token": OLD, "expires_in_s": None})
        self.world.sync()
        info = self.info()
        self.assertEqual(info["state"], "expiring")
        self.assertAlmostEqual(info["expires_ms"], self.world.call("credential.list")["now_ms"] + 5 * 86400000, delta=600000)
        self.assertIn("tandem credentials rotate rocket", self.tandem("status").stderr)
        self.tandem("credentials", "rotate", "rocket", "--secret-file", "-", text=NEW)
        self.assertEqual((self.info()["state"], self.info().get("expires_ms", 0)), ("active", 0))

    # the rest

    def test_credentials_in_a_base_url_are_refused(self):
        (project,) = [one["project"] for one in self.world.call("status")["projects"] if one["project"]["name"] == "rocket"]
        secret = "canary-in-the-url"
        settings = {**{name: project[name] for name in ("system", "credential")}, "name": "secretive", "remote": "acme/secretive"}
        for url in ("https://ann:%s@github.example", "http://%s@127.0.0.1:1", "ann:%s@github.example/api"):
            with self.assertRaises(Refused) as refused:
                self.world.call("project.configure", project={**settings, "base_url": url % secret}, actor="user:test")
            self.assertEqual(refused.exception.code, "rejected")
            self.assertIn("credential", refused.exception.message)
            self.assertNotIn(secret, refused.exception.message)
        self.assertNotIn(secret, self.world.dump() + "".join(one.output() for one in self.world.processes.values()))

    def test_credentials_only_unused_ones_are_removed(self):
        with self.assertRaises(Refused) as refused:
            self.world.call("credential.remove", name="rocket", actor="user:test")
        self.assertIn("rocket", refused.exception.message)
        self.world.connect(name="gone")
        self.world.call("project.set_state", name="gone", state="removed", actor="user:test")
        for name in ("gone", "gone.webhook"):
            self.tandem("credentials", "remove", name, "--yes")
            self.assertEqual(self.world.sql("select count(*) from credential where name = '%s'" % name), [["0"]])
        self.assertEqual(self.tandem("credentials", "remove", "gone", "--yes", fine=False).returncode, 3)


if __name__ == "__main__":
    tap.main(__name__)
