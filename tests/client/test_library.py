#!/usr/bin/python3
"""libtandem: what it hears and what it says when something is wrong, and its durable cursor under kill -9. `tandem up` in a temporary
home. TANDEM_BIN says where the programs are (build/dev/bin if unset), TANDEM_CLIENT_KILLS how often a subscriber is killed (12),
TANDEM_CLIENT_SEED how the moments are drawn."""

import contextlib
import json
import os
import random
import shutil
import socket
import struct
import subprocess
import sys
import threading
import unittest

import msgpack

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from bus import ACTOR, BUILD, Bus, DEADLINE_S, Program, built, run, why_no_examples  # noqa: E402
import tap  # noqa: E402
from house import wait_for  # noqa: E402

DRIVER = os.path.join(BUILD, "examples", "client-driver")
KILLS = int(os.environ.get("TANDEM_CLIENT_KILLS", 12))
SEED = int(os.environ.get("TANDEM_CLIENT_SEED", 1))
RETRY, STALE, REJECTED, AUTH = 1, 3, 4, 6


@unittest.skipIf(why_no_examples(), why_no_examples())
class Library(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bus = Bus()
        cls.all = cls.bus.issue("all", "--events", "all")

    @classmethod
    def tearDownClass(cls):
        cls.bus.close()

    def events(self, bundle, count, *words):
        """The first events that the driver prints."""
        status, output, errors = run(DRIVER, bundle, "events=%d" % count, *words)
        self.assertEqual(status, 0, errors)
        return [json.loads(line) for line in output.splitlines()]

    def assert_refused(self, code, word, *command):
        status, _, errors = run(*command)
        self.assertEqual(status, code, errors)
        self.assertIn(word, errors)

    def project(self, name, system):
        self.bus.person.call("credential.put", name=system + "-key", kind="pat", secret='{"token":"x"}', actor=ACTOR)
        self.bus.person.call("project.configure", actor=ACTOR, project={
            "name": name, "system": system, "base_url": "https://127.0.0.1", "remote": "a/b", "state": "paused", "credential": system + "-key",
            "direction": "disabled", "strategy": "manual", "privacy_default": "shareable"})

    # what is heard

    def test_library_hears_what_was_asked_for(self):
        """Type, project and system: from the log, and live."""
        from_log = self.bus.person.call("hello").get("head", 0)
        live = {words: Program(DRIVER, self.all, "after=%d" % from_log, *words).wait_until_listening() for words in
                (("type=TicketUpdated", "type=ProjectConfigured"), ("project=beta",), ("system=github",))}
        self.project("alpha", "github")
        self.project("beta", "jira")
        key = self.bus.ticket("One")
        self.bus.edit(key, "Two")
        expected = {("type=TicketUpdated", "type=ProjectConfigured"): ["project/alpha", "project/beta", key], ("project=beta",): ["project/beta"],
                    ("system=github",): ["project/alpha"]}
        self.bus.person.call("project.set_state", name="alpha", state="active", actor=ACTOR)
        self.bus.person.call("project.set_state", name="beta", state="active", actor=ACTOR)
        log = self.bus.log(from_log)
        for words, program in live.items():
            with self.subTest(words=words):
                wanted = [event["sequence"] for event in log if self.is_wanted(event, words)]
                self.assertGreaterEqual(len(wanted), len(expected[words]) + 1)
                heard = [json.loads(line) for line in program.wait_for('"sequence":%d,' % wanted[-1])]
                self.assertEqual([event["sequence"] for event in heard], wanted)
                self.assertEqual([event["subject"] for event in heard][:len(expected[words])], expected[words])
                self.assertEqual([event["sequence"] for event in self.events(self.all, len(wanted), "after=%d" % from_log, *words)], wanted)
            program.end()

    @staticmethod
    def is_wanted(event, words):
        data, types = json.loads(event["data"]), {"tandem.v1." + word[5:] for word in words if word.startswith("type=")}
        if types:
            return event["type"] in types
        return data.get("project") == ("beta" if words == ("project=beta",) else "alpha")

    def test_library_gives_data_as_json_and_msgpack(self):
        key = self.bus.ticket("Both")
        event = [event for event in self.events(self.all, len(self.bus.log()), "after=0") if event["subject"] == key][0]
        self.assertEqual(msgpack.unpackb(bytes.fromhex(event["packed"])), event["data"])
        self.assertEqual(event["position"], event["sequence"])

    @staticmethod
    def frame(topic, event):
        body = topic.encode() + b"\0" + msgpack.packb(event)
        return struct.pack(">Q", len(body)) + body

    def test_library_fills_what_the_bus_drops(self):
        """A bus that tells too little, twice, too late and nonsense, beside a real store."""
        bundle = self.bus.path("beside")
        shutil.copytree(self.all, bundle)
        with open(self.bus.house.home + "/run/endpoint.json", encoding="utf-8") as file:
            endpoint = json.load(file)
        before = self.bus.person.call("hello").get("head", 0)
        with socket.create_server(("127.0.0.1", 0)) as server:
            endpoint["events_url"] = "tcp://127.0.0.1:%d" % server.getsockname()[1]
            with open(bundle + "/endpoint.json", "w", encoding="utf-8") as file:
                json.dump(endpoint, file)
            program = Program(DRIVER, bundle, "insecure=1", "after=%d" % before).wait_until_listening()
            with server.accept()[0] as bus:
                bus.sendall(b"\0SP\0\0\x20\0\0" + self.frame("tandem.v1.internal.Heartbeat", {
                    "id": "1", "source": "tandem/store", "type": "tandem.v1.internal.Heartbeat", "data": {"head": before}}))
                heard = self.told(program, bus, lambda events: events[-1:])  # those before it are missing
                heard += self.told(program, bus, lambda events: [events[0], events[0], *events])  # one again and again
                heard += self.told(program, bus, lambda events: ["nonsense"])
                heard += self.told(program, bus, lambda events: [])  # and a heartbeat
        expected = [event["sequence"] for event in self.bus.log(before)]
        self.assertEqual([json.loads(line)["sequence"] for line in heard], expected)
        program.end()

    def told(self, program, bus, choose):
        """What is heard when three tickets were made and the bus tells of what `choose` has of their events."""
        after = self.bus.person.call("hello").get("head", 0)
        key = [self.bus.ticket("Told %d" % number) for number in range(3)][-1]
        events = [{**event, "data": json.loads(event["data"])} for event in self.bus.log(after)]
        for event in choose(events):
            bus.sendall(self.frame(event["type"], event) if isinstance(event, dict) else struct.pack(">Q", 8) + event.encode())
        bus.sendall(self.frame("tandem.v1.internal.Heartbeat", {"id": "1", "source": "tandem/store", "type": "tandem.v1.internal.Heartbeat",
                                                                "data": {"head": events[-1]["sequence"]}}))
        return program.wait_for("TicketCreated " + key)

    def test_library_reads_the_log_where_it_may_not_listen(self):
        some = self.bus.issue("some", "--events", "TicketUpdated")
        key = self.bus.ticket("Not for it")
        program = Program(DRIVER, some).wait_until_listening()
        for title in ("First", "Second"):
            self.bus.edit(key, title)
            line = json.loads(program.wait_for("TicketUpdated")[0])
            self.assertEqual(line["subject"], key)
        program.end()

    # what is wrong

    def test_library_says_when_the_position_is_not_of_this_log(self):
        self.assert_refused(STALE, "beyond the log's end", DRIVER, self.all, "after=99999999")
        other = self.bus.house.file("other.cursor", '{"installation":"0","sequence":0}')
        self.assert_refused(STALE, "another installation", DRIVER, self.all, "cursor=" + other)
        for text in ("", "garbage", "{}", '{"sequence":-1}', "[" * 4000):
            damaged = self.bus.house.file("damaged.cursor", text)
            self.assert_refused(REJECTED, "damaged.cursor", DRIVER, self.all, "cursor=" + damaged)
        self.assert_refused(REJECTED, "No such file", DRIVER, self.all, "cursor=/nowhere/at.all")

    def restore(self, kept):
        """As from a backup that had the log up to `kept`, which then grew as long as it was, with other events."""
        subprocess.run(["psql", "--quiet", "--host=" + os.path.join(self.bus.house.home, "postgres", "run"), "--username=tandem", "--command",
                        "update event_log set id = gen_random_uuid() where sequence > %d" % kept, "tandem"], check=True, timeout=DEADLINE_S)
        self.bus.kill_store()

    def test_library_says_when_the_log_was_restored_and_has_grown_since(self):
        cursor, rare = self.bus.path("restored.cursor"), self.bus.path("rare.cursor")
        self.bus.ticket("So that there is an event where the cursors begin")
        for path, words in ((cursor, ()), (rare, ("type=ProjectConfigured",))):
            program = Program(DRIVER, self.all, "cursor=" + path, *words).wait_until_listening()
            self.project("restored-%d" % len(words), "github")
            program.wait_for("ProjectConfigured")
            program.end()
        self.bus.ticket("In the backup")
        event = self.bus.log()[-1]
        known = "after=%d" % event["sequence"], "after_id=" + event["id"]
        self.assertEqual(self.bus.person.call("events.read", after=event["sequence"]).get("head_id"), event["id"])
        self.events(self.all, 0, *known)
        program = Program(DRIVER, self.all).wait_until_listening()
        self.restore(0)
        self.assert_refused(STALE, "restored from a backup", DRIVER, self.all, *known)
        self.assert_refused(STALE, "restored from a backup", DRIVER, self.all, "cursor=" + cursor)
        self.assert_refused(STALE, "restored from a backup", DRIVER, self.all, "cursor=" + rare, "type=ProjectConfigured")
        self.assertIn("restored from a backup", program.wait_for("stale: ", program.complaints)[-1])
        self.assertEqual(program.process.wait(DEADLINE_S), STALE)
        program.end()

    def test_library_gives_a_cursor_file_to_one_at_a_time(self):
        path = self.bus.path("locked.cursor")
        program = Program(DRIVER, self.all, "cursor=" + path).wait_until_listening()
        self.assert_refused(REJECTED, "in use", DRIVER, self.all, "cursor=" + path)
        program.end()
        key = self.bus.ticket("After it")
        self.assertEqual(self.events(self.all, 1, "cursor=" + path, "type=TicketCreated")[0]["subject"], key)

    def test_library_says_what_is_missing(self):
        self.assert_refused(REJECTED, "no event", DRIVER, self.all, "type=NoEvent")
        self.assert_refused(REJECTED, "certs issue", DRIVER, self.bus.issue("mute", "--verbs", "ticket.get"))
        empty = self.bus.path("empty")
        os.makedirs(empty, exist_ok=True)
        self.assert_refused(REJECTED, "endpoint.json", DRIVER, empty)
        shutil.copy(self.bus.house.home + "/run/endpoint.json", empty)
        self.assert_refused(REJECTED, "cannot read the authority's certificate", DRIVER, empty)

    def test_library_says_when_a_certificate_is_refused(self):
        cut = self.bus.issue("cut", "--events", "all")
        program = Program(DRIVER, cut).wait_until_listening()
        self.bus.house.run("certs", "revoke", "cut")
        self.assertIn("auth: ", program.wait_for("certificate", program.complaints)[-1])
        self.assertEqual(program.process.wait(DEADLINE_S), AUTH)
        program.end()
        self.assert_refused(AUTH, "certificate", DRIVER, cut)
        foreign = self.bus.path("foreign")
        os.makedirs(foreign)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x", "-keyout",
                        foreign + "/key.pem", "-out", foreign + "/ca.pem"], check=True, capture_output=True)
        shutil.copy(self.all + "/certificate.pem", foreign)
        shutil.copy(self.bus.house.home + "/run/endpoint.json", foreign)
        self.assert_refused(AUTH, "same installation", DRIVER, foreign)

    def test_library_rides_over_a_store_that_is_killed(self):
        program, keys = Program(DRIVER, self.all, "type=TicketCreated").wait_until_listening(), []
        for number in range(3):
            keys.append(self.bus.ticket("Before kill %d" % number))
            self.bus.kill_store()
        keys.append(self.bus.ticket("After all"))
        heard = [json.loads(line)["subject"] for line in program.wait_for(keys[-1])]
        self.assertEqual(heard, keys)
        program.end()

    def test_library_says_when_nobody_answers(self):
        away = self.bus.path("away")
        shutil.copytree(self.all, away)
        with socket.socket() as bound:  # and not listening
            bound.bind(("127.0.0.1", 0))
            url = "tls+tcp://127.0.0.1:%d" % bound.getsockname()[1]
            with open(away + "/endpoint.json", "w", encoding="utf-8") as file:
                json.dump({"store_url": url, "events_url": url}, file)
            self.assert_refused(RETRY, "does not answer", DRIVER, away, "wait=300")

    def answers_of(self, patience, *answers):
        """What the driver makes of a peer that answers each connection with the next of these bytes and then hangs up."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            def serve():
                for answer in answers:
                    with contextlib.suppress(OSError), server.accept()[0] as peer:
                        peer.sendall(answer)
                        peer.shutdown(socket.SHUT_WR)
                        while peer.recv(65536):
                            pass
            thread = threading.Thread(target=serve, daemon=True)
            thread.start()
            url = "tcp://127.0.0.1:%d" % server.getsockname()[1]
            done = subprocess.run([DRIVER, "", "insecure=1", patience], capture_output=True, text=True, timeout=DEADLINE_S, check=False,
                                  env={**os.environ, "TANDEM_STORE_URL": url, "TANDEM_EVENTS_URL": url})
            return done.returncode, done.stderr

    def test_library_withstands_a_peer_that_is_not_tandem(self):
        chance, greeting = random.Random(SEED), b"\0SP\0\0\x31\0\0"
        found, errors = self.answers_of("wait=60000", b"HTTP/1.1 400 Bad Request")
        self.assertEqual(found, REJECTED, errors)
        self.assertIn("is not tandem's store", errors)
        for answer in (b"", greeting, greeting + b"\xff" * 8, greeting + struct.pack(">Q", 40) + b"short", greeting + struct.pack(">Q", 4) + b"none",
                       greeting + chance.randbytes(5000)):
            found, errors = self.answers_of("wait=300", *[answer] * 20)
            self.assertEqual(found, RETRY, (answer[:40], errors))
            self.assertIn("does not answer", errors)

    # the durable cursor

    def flood(self, over):
        """Tickets, as fast as the store takes them, until it is over."""
        person = self.bus.verbs(self.bus.house.home + "/tls/cli.pem")
        while not over.is_set():
            for number in range(20):
                person.call("ticket.new", fields={"title": "Flood %d" % number}, actor=ACTOR)
        person.close()

    def numbers(self, path):
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as file:
            return [int(line.split()[0]) for line in file if line.endswith("\n")]

    def kill_again_and_again(self, start, path, chance):
        """Starts it, lets it write a drawn number of lines more, kills it; at last it may finish. All of the log while it was flooded."""
        over = threading.Event()
        flood = threading.Thread(target=self.flood, args=(over,))
        flood.start()
        try:
            for _ in range(KILLS):
                goal = len(self.numbers(path)) + chance.randrange(1, 40)
                program = start()
                wait_for(lambda: len(self.numbers(path)) >= goal, "%d lines of %s" % (goal, path))  # noqa: B023
                program.end()
        finally:
            over.set()
            flood.join()
        expected = [event["sequence"] for event in self.bus.log() if event["type"] == "tandem.v1.TicketCreated"]
        program = start()
        wait_for(lambda: self.numbers(path)[-1:] == expected[-1:], "the last event in " + path)
        program.end()
        return expected

    def test_library_exactly_once_where_number_and_effect_are_one(self):
        path = self.bus.path("ledger")
        expected = self.kill_again_and_again(lambda: Program(built("ledger"), self.all, path, "TicketCreated"), path, random.Random(SEED))
        self.assertEqual(self.numbers(path), expected)

    def test_library_at_least_once_with_a_cursor_file(self):
        path, cursor = self.bus.path("seen"), self.bus.path("seen.cursor")
        shell = 'exec "$0" "$1" "$2" TicketCreated >>"$3"'
        begin = self.bus.log()[-1]["sequence"] if self.bus.log() else 0
        Program(built("subscriber"), self.all, cursor, "TicketCreated").wait_until_listening().end()  # makes the cursor file
        expected = self.kill_again_and_again(lambda: Program("sh", "-c", shell, built("subscriber"), self.all, cursor, path), path,
                                             random.Random(SEED + 1))
        seen = self.numbers(path)
        self.assertEqual(sorted(set(seen)), [number for number in expected if number > begin])
        repeated = [after - before for before, after in zip(seen, seen[1:]) if after <= before]
        self.assertLessEqual(len(repeated), KILLS)
        self.assertTrue(all(step == 0 for step in repeated), repeated)  # only the last one comes again


if __name__ == "__main__":
    tap.main(__name__)
