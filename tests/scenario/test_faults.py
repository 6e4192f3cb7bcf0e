#!/usr/bin/python3
"""What networks, servers and limits do to requests and webhooks: nothing is lost, nothing is done twice. That each call may
fail in each way is test_each_call.py's."""

import concurrent.futures
import hashlib
import hmac
import http.client
import json
import os
import sys
import threading
import unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(FOLDER, "..", "crash"))
from story import READ, REPO, broken_promises, quiet_rounds  # noqa: E402
import tap  # noqa: E402
from world import PATIENT_S, Cluster, World, wait_for  # noqa: E402

ISSUES = "/repos/acme/rocket/issues"


def small_world(issues=12, environment=(), **more):
    return World(("--issues", str(issues), "--no-limits", "--no-pull-requests"),
                 environment={"TANDEM_LEASE_MS": "4000", **dict(environment)}, **more)


def fault(world, method, path, **spec):
    world.sandbox.control("POST", "faults", {"match": {"method": method, "path": path}, **spec})


def writes(world, action, **equal):
    return [entry for entry in world.sandbox.history(via="api", action=action)
            if all(entry.get(name) == value for name, value in equal.items())]


def local_titles(world):
    return sorted(row[0] for row in world.sql("select fields ->> 'title' from item where kind = 'ticket'"))


def external_titles(world):
    found = []
    for page in range(1, 20):
        issues = world.sandbox.request("GET", ISSUES + "?state=all&per_page=100&page=%d" % page, None, READ)
        found += [issue["title"] for issue in issues if "pull_request" not in issue]
        if len(issues) < 100:
            return sorted(found)
    raise AssertionError("too many pages")


class Faults(unittest.TestCase):
    """One world each."""

    def make(self, issues=12, **more):
        self.world = small_world(issues, **more)
        self.addCleanup(self.close)
        return self.world

    def close(self):
        if self.went_wrong():
            sys.stderr.write(self.world.logs() + "\n")
        self.world.close()

    def went_wrong(self):
        return any(error for _, error in getattr(self._outcome, "errors", ())) or not self._outcome.success

    def synced(self, issues=12, **more):
        world = self.make(issues, **more)
        world.connect()
        world.sync()
        world.settle()
        return world

    def check(self, rounds=True):
        self.world.settle()
        self.assertEqual(broken_promises(self.world) + (quiet_rounds(self.world) if rounds else []), [])

    def new(self, title="Made here", **fields):
        return self.world.call("ticket.new", project="rocket", actor="user:carol", fields={"title": title, **fields})["key"]

    def linked(self, key):
        return wait_for(lambda: next((m for m in self.world.call("ticket.get", key=key)["mappings"]
                                      if m["state"] == "linked"), None), "the issue")

    # creations that are half done or found by accident

    def test_faults_creation_cut_in_half_is_finished(self):
        world = self.synced()
        fault(world, "POST", ISSUES + "$", fault="reset_after_commit")
        number = int(self.linked(self.new(status="done"))["external_id"])
        wait_for(lambda: world.sandbox.issue(number)["state"] == "closed", "the issue to be closed")
        self.check()

    def test_faults_creation_cut_in_half_never_overrules_a_person(self):
        """Somebody edits the issue before tandem knows that it made it: nobody's value is thrown away."""
        world = self.synced()
        fault(world, "POST", ISSUES + "$", fault="reset_after_commit")
        fault(world, "GET", ISSUES, fault="status", status=503, times=None)
        key = self.new(body="Ours")
        number = wait_for(lambda: writes(world, "create"), "the creation")[0]["issue"]
        world.sandbox.act("bob", "edit", REPO, number=number, fields={"title": "Theirs"})
        world.sandbox.control("DELETE", "faults")
        self.linked(key)
        world.settle()
        self.assertEqual(world.sandbox.issue(number)["title"], "Theirs")
        conflicts = world.call("conflict.list", ticket=key, state="open").get("conflicts", [])
        self.assertEqual([conflict["field"] for conflict in conflicts], ["title"])
        self.check()

    def test_faults_webhook_before_the_receipt_is_adopted(self):
        world = self.synced()
        world.hook()
        for path in (ISSUES + "$", ISSUES + "/\\d+/comments$"):
            fault(world, "POST", path, fault="hang_after_commit", delay_ms=1500)
        key = self.new()
        world.call("ticket.comment", key=key, body="And said here", actor="user:carol")
        self.linked(key)
        wait_for(lambda: world.sql("select 1 from mapping where kind = 'comment' and state = 'linked' and op_id is not null"),
                 "the comment")
        self.check()
        self.assertEqual(local_titles(world).count("Made here"), 1)
        self.assertEqual(len(world.call("ticket.get", key=key)["comments"]), 1)

    def test_faults_copied_marker_is_not_ours(self):
        """Somebody pastes our text, marker and all, into an issue: it is theirs."""
        world = self.synced()
        world.hook()
        number = int(self.linked(self.new(body="Text"))["external_id"])
        world.settle()
        body = world.sandbox.issue(number)["body"]
        world.sandbox.act("bob", "create", REPO, fields={"title": "Pasted", "body": body})
        wait_for(lambda: "Pasted" in local_titles(world), "the ticket")
        self.check()

    # webhooks

    def deliveries(self):
        return self.world.sandbox.request("GET", "/repos/acme/rocket/hooks/%d/deliveries" % self.hook_id, None, READ)

    def hooked(self, **more):
        world = self.synced(**more)
        self.hook_id = world.hook()["id"]
        return world

    def test_faults_two_webhooks_of_one_creation(self):
        world = self.hooked()
        world.sandbox.control("POST", "webhooks", {"duplicate": True, "reorder": True})
        world.sandbox.act("bob", "create", REPO, fields={"title": "Theirs", "labels": ["bug", "new"]})
        world.sandbox.act("bob", "comment", REPO, number=1, fields={"body": "Theirs too"})
        wait_for(lambda: "Theirs" in local_titles(world), "the ticket")
        self.check()
        self.assertEqual(local_titles(world).count("Theirs"), 1)

    def test_faults_lost_webhooks_are_made_good_by_the_next_poll(self):
        world = self.hooked()
        world.sandbox.control("POST", "webhooks", {"lose_next": 2, "drop_next": 2})
        for number in range(1, 5):
            world.sandbox.act("bob", "edit", REPO, number=number, fields={"title": "Edited %d" % number})
        world.sync()
        self.assertEqual([t for t in local_titles(world) if t.startswith("Edited")], ["Edited %d" % n for n in range(1, 5)])
        self.check()

    def post(self, body, **headers):
        """The status of a delivery that we make ourselves."""
        connection = http.client.HTTPConnection("127.0.0.1", self.world.webhook_port, timeout=PATIENT_S)
        try:
            connection.request("POST", "/webhooks/rocket", body, {"X-GitHub-Event": "issues", "X-GitHub-Delivery": "d-1",
                                                                  "Content-Type": "application/json", **headers})
            return connection.getresponse().status
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            return None
        finally:
            connection.close()

    def signature(self, body, secret=b"hook-secret"):
        return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()}

    def test_faults_huge_webhook_is_refused(self):
        world = self.synced()
        body = b'{"x":"' + b"y" * (30 << 20) + b'"}'
        self.assertEqual(self.post(body, **self.signature(body)), 413)
        self.assertEqual(world.sql("select 1 from delivery"), [])
        self.check()

    def test_faults_forged_webhooks_are_refused(self):
        world = self.synced()
        issue = dict(world.sandbox.issue(1), title="Forged")
        body = json.dumps({"action": "edited", "issue": issue, "repository": {"full_name": REPO}}).encode()
        self.assertEqual(self.post(body), 401)
        self.assertEqual(self.post(body, **{"X-Hub-Signature-256": "sha256=zz"}), 401)
        self.assertEqual(self.post(body + b" ", **self.signature(body)), 401)
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            statuses = list(pool.map(lambda n: self.post(body, **self.signature(body, b"guess-%d" % n)), range(200)))
        self.assertEqual(set(statuses), {401})
        self.assertEqual(self.post(body, **{**self.signature(body), "X-GitHub-Delivery": "d-2"}), 200)
        self.assertEqual(world.sql("select delivery_id from delivery"), [["d-2"]])
        world.settle()

    def test_faults_nonsense_that_is_signed_is_set_aside(self):
        """Poison does not hold up what comes after it."""
        world = self.synced()
        for number, body in enumerate((b"", b"{", b"[]", b'{"action":"edited"}', b'{"action":"edited","issue":{"number":"x"},'
                                       b'"repository":{"full_name":"acme/rocket"}}', b"\xff\xfe", b"[" * 5000)):
            status = self.post(body, **{**self.signature(body), "X-GitHub-Delivery": "n-%d" % number})
            self.assertEqual(status, 200, body)
        world.hook()
        world.sandbox.act("bob", "edit", REPO, number=1, fields={"title": "After the nonsense"})
        wait_for(lambda: "After the nonsense" in local_titles(world), "the edit")
        world.settle()
        self.assertEqual(world.sql("select count(*) from delivery where state = 'pending'"), [["0"]])

    def is_taken_again(self, delivery):
        """The receiver may notice a second late that the store is back."""
        self.world.sandbox.request("POST", "/repos/acme/rocket/hooks/%d/deliveries/%d/attempts" % (self.hook_id, delivery), None, READ)
        return any(one["status_code"] == 200 for one in self.deliveries() if one["redelivery"])

    def test_faults_webhook_while_the_database_is_down(self):
        cluster = Cluster()
        self.addCleanup(cluster.close)
        world = self.hooked(cluster=cluster)
        cluster.kill()
        world.sandbox.act("bob", "edit", REPO, number=1, fields={"title": "While it was down"})
        failed = wait_for(lambda: next((one for one in self.deliveries() if one["event"] == "issues"), None), "an answer")
        self.assertEqual(failed["status_code"], 503)
        cluster.start()
        wait_for(world.answers, "the store")
        wait_for(lambda: self.is_taken_again(failed["id"]), "the redelivery", pause_s=1)
        wait_for(lambda: "While it was down" in local_titles(world), "the edit")
        self.check()

    # limits

    def requests(self):
        return self.world.sandbox.control("GET", "requests?last=0")["total"]

    def blocked_until_ms(self):
        return self.world.call("status")["projects"][0].get("blocked_until_ms", 0)

    def check_waits(self, act):
        """After `act` the credential is blocked, and while it is, nobody asks GitHub for anything."""
        act()
        until = wait_for(self.blocked_until_ms, "the block")
        before = self.requests()
        def is_over():
            asked = self.requests()  # before the clock is read: what is seen in time was asked for in time
            now = self.world.call("status")["now_ms"]
            if now < until:
                self.assertEqual(asked, before)
            return now >= until
        wait_for(is_over, "the end of the block")

    def test_faults_429_blocks_the_credential_for_as_long_as_it_says(self):
        world = self.synced()
        fault(world, "POST", ISSUES, fault="status", status=429, headers={"Retry-After": "2"},
              body='{"message":"You have exceeded a secondary rate limit"}')
        key = None
        def act():
            nonlocal key
            key = self.new()
            self.new("Another one")
        self.check_waits(act)
        self.linked(key)
        self.check()
        self.assertEqual(len(writes(world, "create")), 2)

    def test_faults_secondary_limit_is_waited_for(self):
        world = self.synced()
        fault(world, "GET", ISSUES + "$", fault="status", status=403, headers={"Retry-After": "2"},
              body='{"message":"You have exceeded a secondary rate limit. Please wait a few minutes."}')
        self.check_waits(lambda: world.call("session.start", project="rocket", mode="incremental", trigger="person",
                                            actor="x"))
        self.check()

    def test_faults_primary_limit_is_waited_for_until_its_reset(self):
        world = self.make()
        world.sandbox.control("POST", "limits", {"enabled": True, "secondary_enabled": False})
        world.connect()
        world.sync()
        world.settle()
        world.sandbox.control("POST", "limits", {"primary_remaining": 0, "primary_reset_in_s": 3600})
        world.sandbox.control("POST", "clock", {"advance_s": 3595})
        world.sandbox.act("bob", "edit", REPO, number=1, fields={"title": "Behind the limit"})
        self.check_waits(lambda: world.call("session.start", project="rocket", mode="incremental", trigger="person",
                                            actor="x"))
        wait_for(lambda: "Behind the limit" in local_titles(world), "the edit")
        self.check(rounds=False)

    # lists

    def test_faults_lagging_lists_bring_nothing_old_back(self):
        world = self.synced()
        world.sandbox.control("POST", "lag", {"ms": 60000})
        key = world.ticket_of("#1")["key"]
        world.call("ticket.edit", key=key, set={"title": "Newer than the list"}, actor="user:carol")
        fault(world, "POST", ISSUES + "$", fault="reset_after_commit")
        made = self.new()
        world.settle()
        for mode in ("incremental", "full"):
            world.sync(mode=mode)
            world.settle()
            self.assertEqual(world.call("ticket.get", key=key)["fields"]["title"], "Newer than the list")
        self.linked(made)
        world.sandbox.control("POST", "lag", {"ms": 0})
        self.check()
        self.assertEqual(world.sandbox.issue(1)["title"], "Newer than the list")

    def test_faults_pages_that_shift_during_an_import_lose_nobody(self):
        world = self.make(issues=350)
        world.sandbox.control("POST", "latency", {"ms": 150})
        stop = threading.Event()
        edited = []

        def edit():
            for number in range(1, 351):
                if stop.is_set():
                    return
                world.sandbox.act("bob", "edit", REPO, number=number, fields={"title": "Shifted %d" % number})
                edited.append(number)

        world.connect()
        editor = threading.Thread(target=edit)
        editor.start()
        world.sync()
        stop.set()
        editor.join()
        world.sandbox.control("POST", "latency", {"ms": 0})
        self.assertGreater(len(edited), 10)
        self.assertEqual(len(local_titles(world)), 350)
        world.sync()
        self.check()
        self.assertEqual(local_titles(world), external_titles(world))


if __name__ == "__main__":
    tap.main(__name__)
