#!/usr/bin/python3
"""Nonsense from every side, and a world that is not ready: one clear message, nothing lost, the store stays up."""

import json
import os
import random
import re
import socket
import struct
import sys
import unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(FOLDER, "..", "harness"))
import msgpack  # noqa: E402
import tap  # noqa: E402
from verbs import REQ, SUB, Refused, Verbs  # noqa: E402
from world import PATIENT_S, ROOT, Cluster, World, free_port, wait_for  # noqa: E402

ISSUES = ("--issues", "5", "--no-limits", "--no-pull-requests")
CODES = {"ok", "retry", "uncertain", "stale", "gone", "auth", "rejected"}
REQUEST = struct.pack(">I", 0x80000001)


def request(verb="hello", body=b"\x80", client="bad", number=1, **more):
    return msgpack.packb({"verb": verb, "client": client, "request": number, "body": body, **more})


# Frames that are no requests: what each is, and its bytes.
FRAMES = {
    "nothing": b"",
    "half a number": b"\x93",
    "not a map": msgpack.packb([1, 2, 3]),
    "only a number": msgpack.packb(7),
    "an empty map": b"\x80",
    "no verb": msgpack.packb({"client": "x", "request": 1, "body": b"\x80"}),
    "a verb that is a number": request(verb=7),
    "a verb that is a list": request(verb=["hello"]),
    "an unknown verb": request(verb="ticket.steal"),
    "a verb of a megabyte": request(verb="x" * (1 << 20)),
    "a verb with a NUL": request(verb="hello\0"),
    "a verb that is no UTF-8": b"\x84\xa4verb\xa5\xff\xfe\xfd\xfc\xfb\xa6client\xa1x\xa7request\x01\xa4body\xc4\x01\x80",
    "a request that is a text": request(number="one"),
    "a request beyond 64 bits": b"\x84\xa4verb\xa5hello\xa6client\xa1x\xa7request\xcf" + b"\xff" * 8 + b"\xa4body\xc4\x01\x80",
    "a body that is a map": msgpack.packb({"verb": "hello", "client": "x", "request": 1, "body": {}}),
    "a body that is no msgpack": request(verb="ticket.new", body=b"\xc1\xc1\xc1"),
    "a body that is a list": request(verb="ticket.new", body=msgpack.packb([1])),
    "a body with trailing bytes": request(verb="ticket.get", body=msgpack.packb({"key": "T-1"}) + b"\x00\x01"),
    "a map of four billion": b"\xdf\xff\xff\xff\xff",
    "a list of four billion": request(verb="events.publish", body=b"\x81\xa6events\xdd\xff\xff\xff\xff"),
    "a text of four billion": b"\x81\xa4verb\xdb\xff\xff\xff\xff",
    "a deep nest": request(verb="ticket.new", body=b"\x81\xa6fields" + b"\x91" * 100000),
    "a deep map": b"\x81\xa1a" * 50000,
    "keys that repeat": b"\x82\xa4verb\xa5hello\xa4verb\xa6status",
    "zeros": b"\0" * 1000,
    "HTTP": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
}

# Values that no verb expects anywhere.
ODD = ["", "\0", "x" * 70000, "\ud7ff\U0010ffff", "'; drop table item; --", "../../etc/passwd", "T--1", "T-0",
       "T-99999999999999999999", -1, 2**63 - 1, -2**63, True, None, 0.5, [], {}, [[]], {"": ""}, [None], {"title": None},
       {"title": []}, {"labels": "x"}, {"labels": ["", "x" * 5000]}, b"\xff\xfe", [{"id": 1}]]


def verbs_and_members():
    """{verb: names of its request's members}, from the reference."""
    with open(os.path.join(ROOT, "docs", "verbs.md"), encoding="utf-8") as file:
        parts = re.split(r"^## ", file.read(), flags=re.M)[1:]
    return {part.split("\n", 1)[0].strip(): re.findall(r"^\| `(\w+)`", part.split("Reply:")[0], re.M) for part in parts}


class Frames(unittest.TestCase):
    """One store, and what arrives at its ports."""

    @classmethod
    def setUpClass(cls):
        cls.world = World(ISSUES)
        cls.world.connect()
        cls.world.sync()
        cls.pid = cls.world.processes["store"].popen.pid

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def check_store(self):
        """The same process still answers, and nothing has become of the nonsense."""
        store = self.world.processes["store"]
        self.assertTrue(store.alive, store.output()[-4000:])
        self.assertEqual(store.popen.pid, self.pid)
        self.assertTrue(self.world.call("hello")["installation"])
        self.assertNotRegex(store.output(), "AddressSanitizer|runtime error|code=bug")

    def raw(self, port, data):
        """Sends bytes without any protocol; what comes back, if the other side closes or answers."""
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENT_S) as sock:
            try:
                sock.sendall(data)
                sock.shutdown(socket.SHUT_WR)
                while sock.recv(65536):
                    pass
            except OSError:
                pass

    def test_bad_input_frames_are_refused(self):
        url = "tcp://127.0.0.1:%d" % self.world.store_port
        for name, frame in FRAMES.items():
            with self.subTest(name):
                verbs = Verbs(url, timeout=PATIENT_S)
                reply = msgpack.unpackb(verbs.raw(frame))
                verbs.close()
                self.assertEqual(reply["code"], "rejected", reply)
                self.assertTrue(reply["message"])
        self.check_store()

    def test_bad_input_streams_are_dropped(self):
        hello = b"\0SP\0" + struct.pack(">HH", REQ, 0)
        frame = request()
        for port in (self.world.store_port, self.world.events_port):
            for data in (b"", b"\0", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00", os.urandom(4096), hello[:5],
                         b"\0SP\0\xff\xff\0\0", b"\0SP\0" + struct.pack(">HH", SUB, 0), hello + b"\xff" * 8,
                         hello + struct.pack(">Q", 1 << 62) + b"x", hello + struct.pack(">Q", 1 << 31),
                         hello + struct.pack(">Q", 0), hello + struct.pack(">Q", 3) + b"abc",
                         hello + struct.pack(">Q", len(frame)) + frame,
                         hello + struct.pack(">Q", len(frame) + 100) + REQUEST + frame,
                         hello + (struct.pack(">Q", 4) + REQUEST) * 50,
                         hello + struct.pack(">Q", 400) + b"\0\0\0\x01" * 100):
                self.raw(port, data)
        self.check_store()

    def test_bad_input_mutated_frames_do_no_harm(self):
        """Good requests with bytes changed, cut, or doubled: 3,000 of them, the same ones every time."""
        dice = random.Random(4711)
        good = [request("ticket.edit", msgpack.packb({"key": "T-1", "set": {"title": "Mutated"}, "actor": "user:x"})),
                request("ticket.new", msgpack.packb({"fields": {"title": "Mutated", "labels": ["a", "b"]}})),
                request("session.list", msgpack.packb({"project": "rocket", "limit": 5})),
                request("events.publish", msgpack.packb({"events": [{"id": "1", "type": "tandem.v1.TicketCreated",
                                                                     "source": "x", "data": "{}"}]}))]
        verbs = Verbs("tcp://127.0.0.1:%d" % self.world.store_port, timeout=PATIENT_S)
        for number in range(3000):
            frame = bytearray(dice.choice(good))
            for _ in range(dice.randint(1, 6)):
                at = dice.randrange(len(frame))
                deed = dice.randrange(3)
                if deed == 0:
                    frame[at] = dice.randrange(256)
                elif deed == 1:
                    del frame[at:at + dice.randint(1, 8)]
                else:
                    frame[at:at] = bytes(dice.randrange(256) for _ in range(dice.randint(1, 8)))
                if not frame:
                    frame = bytearray(b"\x80")
            reply = msgpack.unpackb(verbs.raw(bytes(frame)), raw=True)
            self.assertIn(reply[b"code"].decode(), CODES, (number, bytes(frame), reply))
        verbs.close()
        self.check_store()

    def test_bad_input_verbs_with_odd_values(self):
        """Every verb with nothing at all, and with every member set to what nobody expects there: never a bug of ours."""
        verbs = Verbs("tcp://127.0.0.1:%d" % self.world.store_port, timeout=PATIENT_S)
        known = verbs_and_members()
        self.assertGreater(len(known), 25)
        for verb, members in known.items():
            bodies = [{}] + [{member: odd for member in members} for odd in ODD]
            for member in members:
                bodies += [{**self.plausible(members), member: odd} for odd in ODD]
            for body in bodies:
                code = self.code_of(verbs, verb, body)
                self.assertIn(code, CODES, (verb, body))
        verbs.close()
        self.check_store()

    def plausible(self, members):
        fitting = {"key": "T-1", "project": "rocket", "name": "rocket", "system": "github", "worker": "w", "body": "x",
                   "fields": {"title": "Odd"}, "kind": "pat", "secret": "{}", "actor": "user:odd", "id": 1, "choice": "local",
                   "source": "list", "lease": {"resource": "pull:1", "fence": 1}, "intent_id": 1, "outcome": "ok",
                   "code": "retry", "mode": "incremental", "trigger": "person", "state": "active", "event": "issues",
                   "delivery_id": "d"}
        # What would stop or change the project that the other tests look at is left out.
        return {member: fitting[member] for member in members if member in fitting and member not in ("state", "secret")}

    def code_of(self, verbs, verb, body):
        try:
            verbs.call(verb, **body)
        except Refused as refused:
            self.assertTrue(refused.message, (verb, body))
            return refused.code
        return "ok"

    # events of other services

    def publish(self, *events):
        return self.world.verbs.call("events.publish", events=list(events), actor="service:crm")

    def event(self, number, data=None, **more):
        data = {"fields": {"title": "From the CRM %s" % number}} if data is None else data
        return {"id": "e-%s" % number, "source": "crm", "type": "tandem.v1.TicketCreated",
                "data": data if isinstance(data, str) else json.dumps(data), **more}

    def test_bad_input_events_are_refused_whole(self):
        bad = {
            "no JSON": self.event("b", "{"), "a list": self.event("b", "[]"), "a number": self.event("b", "7"),
            "nothing": self.event("b", ""), "no fields": self.event("b", {}),
            "fields that are a list": self.event("b", {"fields": []}),
            "a field that is a number": self.event("b", {"fields": {"title": 7}}),
            "no title": self.event("b", {"fields": {"title": ""}}),
            "an unknown project": self.event("b", {"fields": {"title": "x"}, "project": "nowhere"}),
            "an unknown privacy": self.event("b", {"fields": {"title": "x"}, "privacy": "secret"}),
            "no id": self.event("b", id=""), "an unknown type": self.event("b", type="tandem.v1.Nonsense"),
            "a type that is ours": self.event("b", type="tandem.v1.SyncCompleted"), "no type": self.event("b", type=""),
            "too much": self.event("b", {"fields": {"title": "x", "body": "y" * 70000}}),
            "an unknown ticket": self.event("b", {"ticket": "T-999", "fields": {"title": "x"}}, type="tandem.v1.TicketUpdated"),
            "deep": self.event("b", "[" * 1000),
        }
        count = self.world.sql("select count(*) from item")
        for number, (name, event) in enumerate(bad.items()):
            with self.subTest(name):
                with self.assertRaises(Refused) as caught:
                    self.publish(self.event("good-%d" % number), {**event, "id": event["id"] and "bad-%d" % number})
                self.assertIn(caught.exception.code, ("rejected", "gone"))
                self.assertIn("event 2", caught.exception.message)
        self.assertEqual(self.world.sql("select count(*) from item"), count)
        self.assertEqual(self.publish(self.event("good-0"))["accepted"], 1)
        self.check_store()


    def test_bad_input_settings_are_refused_and_the_old_ones_stay(self):
        self.world.connect()
        before = self.world.call("project.list", name="rocket")["projects"][0]
        bad = {"a direction": {"direction": "pus"}, "a strategy": {"strategy": "mine_wins"},
               "an override that nobody stands for": {"strategy": "external_wins"},
               "a rule's direction": {"rules": [{"field": "title", "direction": "dissabled"}]},
               "a rule's strategy": {"rules": [{"field": "title", "strategy": "newest"}]},
               "a rule's override": {"rules": [{"field": "body"}, {"field": "title", "strategy": "newest_wins"}]}}
        for what, settings in bad.items():
            with self.subTest(what):
                with self.assertRaises(Refused) as caught:
                    self.world.connect(**settings)
                self.assertEqual(caught.exception.code, "rejected")
                self.assertEqual("title" in caught.exception.message, "rules" in settings)
                self.assertEqual(self.world.call("project.list", name="rocket")["projects"][0], before)


class NotReady(unittest.TestCase):
    """Projects that cannot work, and a database or key that is not there yet."""

    def make(self, **more):
        self.world = World(ISSUES, **more)
        self.addCleanup(self.world.close)
        return self.world

    def errors(self):
        return [json.loads(event["data"]) for event in
                self.world.call("events.read", after=0, limit=1000, type="SyncError").get("events", [])]

    def failed(self):
        """The project's reason, once it has stopped."""
        def reason():
            project = self.world.call("project.list", name="rocket")["projects"][0]
            return project["state"] == "failed" and project["state_reason"]
        return wait_for(reason, "the project to stop")

    def lines(self, name, word):
        return [line for line in self.world.processes[name].output().splitlines() if word in line]

    def test_bad_input_unknown_repository_stops_the_project(self):
        world = self.make()
        world.connect(remote="acme/nowhere")
        self.assertIn("acme/nowhere", self.failed())
        errors = self.errors()
        self.assertEqual(len(errors), 1)
        self.assertIn("tandem", errors[0]["next_step"])
        with self.assertRaises(Refused) as caught:
            world.call("session.start", project="rocket", mode="incremental", trigger="person", actor="x")
        self.assertIn("resume", caught.exception.message)

    def test_bad_input_host_that_is_not_allowed_stops_the_project(self):
        world = self.make()
        for url in ("http://10.0.0.1", "http://169.254.169.254", "https://[::1]"):
            world.connect(base_url=url)
            world.call("project.set_state", name="rocket", state="active", actor="x")
            self.failed()
        world.connect()
        world.call("project.set_state", name="rocket", state="active", actor="x")
        self.assertEqual(world.sync()["state"], "completed")

    def test_bad_input_unreachable_host_is_waited_for(self):
        """It is told once, tried again with patience, and works as soon as the host is there."""
        world = self.make(start=False)
        port = free_port()
        world.extra["TANDEM_ALLOW_HOSTS"] = "127.0.0.1:%d,127.0.0.1:%d" % (port, world.sandbox.port)
        world.start_all()
        world.wait_for_store()
        world.connect(base_url="http://127.0.0.1:%d" % port)
        key = world.call("ticket.new", project="rocket", fields={"title": "Waits here"}, actor="x")["key"]
        error = wait_for(self.errors, "the error to be told")
        self.assertEqual(len(error), 1)
        self.assertIn("keeps trying", error[0]["next_step"])
        world.connect()
        wait_for(lambda: world.call("status")["projects"][0].get("last_sync_ms"), "the first sync", 60)
        wait_for(lambda: [m for m in world.call("ticket.get", key=key)["mappings"] if m["state"] == "linked"], "the issue", 60)
        self.assertEqual(len(self.errors()), 1)

    def test_bad_input_database_comes_up_late(self):
        cluster = Cluster()
        self.addCleanup(cluster.close)
        world = self.make(cluster=cluster, start=False)
        cluster.kill()
        world.start_all()
        wait_for(lambda: self.lines("store", "database_unreachable"), "the message")
        self.assertTrue(all(process.alive for process in world.processes.values()))
        cluster.start()
        world.wait_for_store()
        world.connect()
        self.assertEqual(world.sync()["state"], "completed")
        self.assertEqual(len(self.lines("store", "database_unreachable")), 1)
        self.assertTrue(all(process.alive for process in world.processes.values()))

    def test_bad_input_wrong_data_key_is_told_and_loses_nothing(self):
        world = self.make()
        world.connect()
        world.sync()
        path = world.folder + "/keys/data.key"
        with open(path, "rb") as file:
            right = file.read()
        for key in (os.urandom(32), right):
            world.processes["store"].kill()
            with open(path, "wb") as file:
                file.write(key)
            world.start("store")
            world.processes["adapter-github"].kill()  # it still has the credential in its hands
            world.start("adapter-github")
            world.wait_for_store()
            if key != right:
                world.call("session.start", project="rocket", mode="full", trigger="person", actor="x")
                self.assertIn("data key", self.failed())
                self.assertEqual(len(self.errors()), 1)
        world.call("project.set_state", name="rocket", state="active", actor="x")
        self.assertEqual(world.sync(mode="full")["state"], "completed")

    def test_bad_input_unusable_data_key_ends_the_store_with_one_message(self):
        world = self.make(start=False)
        path = world.folder + "/keys/data.key"
        for write, word in ((lambda: open(path, "wb").close(), "32 bytes"), (lambda: os.unlink(path), "cannot read")):
            write()
            store = world.start("store")
            self.assertEqual(store.popen.wait(PATIENT_S), 1)
            last = store.output().strip().splitlines()[-1]
            self.assertIn("cannot_start", last)
            self.assertIn(word, last)
            self.assertEqual(len(store.output().strip().splitlines()), len(self.lines("store", "cannot_start")))

    def test_bad_input_newer_database_is_left_alone(self):
        world = self.make()
        world.processes["store"].kill()
        world.sql("insert into schema_version (version) values (9999)")
        store = world.start("store")
        self.assertEqual(store.popen.wait(PATIENT_S), 1)
        self.assertIn("newer tandem", store.output())


if __name__ == "__main__":
    tap.main(__name__)
