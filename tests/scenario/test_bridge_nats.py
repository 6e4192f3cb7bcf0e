#!/usr/bin/python3
"""The bridge to NATS JetStream with the real nats-server: every event once and in order, whatever dies, however often.

TANDEM_NATS_DEATHS says how often bridge and server are killed (24 if unset), TANDEM_NATS_SEED where (random if unset, and told);
TANDEM_NATS_CLUSTER=1 tries a cluster of three, too."""

import contextlib
import json
import os
import random
import shutil
import sys
import threading
import unittest
import urllib.error
import urllib.request

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(FOLDER, "..", "harness"))
import nats  # noqa: E402
import tap  # noqa: E402
from house import House  # noqa: E402
from relay import Relay  # noqa: E402
from world import PATIENT_S, World, free_port, wait_for  # noqa: E402

DEATHS = int(os.environ.get("TANDEM_NATS_DEATHS", 24))
SHORT_WINDOW_NS = 100_000_000  # the shortest duplicate window that the server takes


class StoreOnly(World):
    """Events come from a service; no tracker is needed."""

    roles = ("store",)
    made = 0

    def make_tickets(self, count, **data):
        """As many events as tickets, whose titles count up."""
        events = [{"id": "%s-%d" % (self.database, self.made + n), "source": "crm", "type": "tandem.v1.TicketCreated",
                   "data": json.dumps({"fields": {"title": "Ticket %d" % (self.made + n)}, **data})} for n in range(count)]
        self.made += count
        self.call("events.publish", actor="crm", events=events)

    def head(self):
        """Of any thread."""
        return int(self.sql("select coalesce(max(sequence), 0) from event_log")[0][0])

    def log(self):
        """The whole event log."""
        events, head = [], self.head()
        while len(events) < head:
            events += self.call("events.read", after=len(events), limit=500)["events"]
        return events


@unittest.skipUnless(nats.PROGRAM, "no nats-server")
class BridgeNats(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = StoreOnly(sandbox_options=("--issues", "0"))
        cls.world.make_tickets(300)
        cls.server = nats.Server()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        cls.world.close()

    def setUp(self):
        self.client = nats.Client(self.server)
        self.addCleanup(lambda: self.client.close())
        self.stream = self._testMethodName.removeprefix("test_bridge_")

    def bridge(self, number=0, url=None, **more):
        process = self.world.start("bridge-nats", number, {"TANDEM_NATS_URL": url or self.server.url,
                                                           "TANDEM_NATS_STREAM": self.stream, **more})
        self.addCleanup(process.end)
        return process

    def reconnect(self):
        with contextlib.suppress(OSError):
            self.client.close()
        self.client = nats.Client(self.server)

    def last(self):
        """Where the stream ends, or -1 while the server is away."""
        try:
            return self.client.last(self.stream)
        except (OSError, ValueError):
            with contextlib.suppress(OSError):
                self.reconnect()
            return -1

    def wait_until(self, sequence):
        wait_for(lambda: self.last() >= sequence, "event %d in the stream" % sequence)

    def check(self, missing=0):
        """The stream is the log, but for the first `missing` messages, which it does not hold any more."""
        log = self.world.log()
        self.wait_until(len(log))
        messages = self.client.messages(self.stream)
        self.assertEqual([message.sequence for message in messages], [event["sequence"] for event in log[missing:]])
        self.assertEqual([message.headers["ce-id"] for message in messages], [event["id"] for event in log[missing:]])
        self.assertEqual(self.last(), len(log))
        return log, messages

    # what a message is

    def test_bridge_follows_the_cloudevents_binding(self):
        self.world.connect("röcket one.two", direction="disabled")
        self.world.make_tickets(1, privacy="public")
        self.bridge()
        log, messages = self.check()
        for event, message in zip(log, messages):
            self.assertEqual(json.loads(message.payload), json.loads(event["data"]))
            expected = {"ce-specversion": "1.0", "ce-id": event["id"], "ce-source": "tandem/store", "ce-type": event["type"],
                        "ce-time": event["time"], "ce-sequence": str(event["sequence"]), "ce-datacontenttype": "application/json",
                        "Nats-Msg-Id": event["id"]}
            self.assertEqual({name: message.headers.get(name) for name in expected}, expected)
        subjects = {message.subject for message in messages}
        self.assertIn("%s.v1.TicketCreated._" % self.stream, subjects)
        configured = [message for message in messages if ".ProjectConfigured." in message.subject][-1]
        self.assertEqual(configured.subject, "%s.v1.ProjectConfigured.r%%C3%%B6cket%%20one%%2Etwo" % self.stream)
        self.assertEqual(configured.headers["ce-subject"], "project/r%C3%B6cket%20one.two")

    def test_bridge_makes_a_stream_with_limits(self):
        self.bridge()
        self.wait_until(300)
        config = self.client.api("STREAM.INFO." + self.stream)["config"]
        self.assertEqual((config["subjects"], config["storage"], config["max_age"]),
                         ([self.stream + ".>"], "file", 30 * 86400 * 10**9))

    # what dies

    def test_bridge_and_server_are_killed_many_times(self):
        seed = int(os.environ.get("TANDEM_NATS_SEED", random.randrange(1 << 30)))
        chance = random.Random(seed)
        self.client.make_stream(self.stream, duplicate_window=SHORT_WINDOW_NS)
        self.world.make_tickets(200)
        bridge = self.bridge()
        for _ in range(DEATHS):
            writer = threading.Thread(target=self.world.make_tickets, args=(chance.randrange(1, 120),))
            writer.start()
            self.wait_until(min(self.last() + chance.randrange(1, 150), self.world.head()))
            victim = chance.choice(("bridge", "server", "both"))
            if victim != "bridge":
                self.server.kill()
            if victim != "server":
                bridge.kill()
            writer.join()
            if victim != "bridge":
                self.server.start()
                self.reconnect()
            if victim != "server":
                bridge = self.bridge()
        try:
            self.check()
        except AssertionError:
            print("# TANDEM_NATS_SEED=%d" % seed)
            raise

    def test_bridge_killed_at_its_points_repeats_nothing(self):
        self.client.make_stream(self.stream, duplicate_window=SHORT_WINDOW_NS)
        for point in ("bridge.before_publish", "bridge.after_publish"):
            self.world.make_tickets(50)
            bridge = self.bridge(TANDEM_FAULT_KILL=point)
            wait_for(lambda: not bridge.alive, "death at " + point)
        self.bridge()
        self.check()

    # who else is there

    def test_bridge_of_which_two_run_is_as_one(self):
        first, second = self.bridge(0), self.bridge(1)
        for _ in range(20):
            self.world.make_tickets(25)
        self.check()
        self.assertTrue(first.alive and second.alive)

    def wait_for_end_of_window(self, message):
        """The window is looked at first: while it lasts, a message that is sent again is a duplicate, and then a wrong one."""
        def is_forgotten():
            ack = self.client.publish(message.subject, Nats_Msg_Id=message.headers["Nats-Msg-Id"], Nats_Expected_Last_Sequence="1")
            return ack.get("error", {}).get("err_code") == 10071
        wait_for(is_forgotten, "the end of the duplicate window")

    def test_bridge_goes_on_beyond_the_duplicate_window(self):
        self.client.make_stream(self.stream, duplicate_window=SHORT_WINDOW_NS)
        bridge = self.bridge()
        _, messages = self.check()
        bridge.kill()
        self.wait_for_end_of_window(messages[-1])
        self.world.make_tickets(10)
        self.bridge()
        self.check()

    def test_bridge_is_fenced_against_what_is_late(self):
        """What one bridge has sent is held by the network until another has sent the same and the window has ended."""
        self.client.make_stream(self.stream, duplicate_window=SHORT_WINDOW_NS)
        relay = Relay(self.server.port, keeps=False)
        self.addCleanup(relay.close)
        passed = os.path.join(self.world.folder, "passed")
        late = self.bridge(0, url="nats://127.0.0.1:%d" % relay.port, TANDEM_FAULT_LOG=passed)

        def pages():
            with open(passed, encoding="utf-8") as points:
                return points.read().count("bridge.before_publish")
        self.check()
        before = pages()
        relay.swallow()
        self.world.make_tickets(20)
        wait_for(lambda: pages() > before, "a page on its way")
        self.bridge(1)
        _, messages = self.check()
        self.wait_for_end_of_window(messages[-1])
        relay.mend()
        wait_for(lambda: "round_failed" in late.output(), "the refusal of what is late")
        self.world.make_tickets(5)
        self.check()

    # what is wrong

    def health(self, port, path):
        """Status and text, or None while nobody listens."""
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d/%s" % (port, path), timeout=PATIENT_S) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except OSError:
            return None

    def test_bridge_stops_where_others_publish(self):
        port = free_port()
        bridge = self.bridge(TANDEM_HEALTH_LISTEN="127.0.0.1:%d" % port)
        log, _ = self.check()
        wait_for(lambda: (self.health(port, "readyz") or [0])[0] == 200, "readiness")
        wait_for(lambda: "\ntandem_bridge_position %d\n" % len(log) in self.health(port, "metrics")[1], "the position in the metrics")
        self.client.publish(self.stream + ".v1.Other._")
        self.world.make_tickets(1)
        wait_for(lambda: "something else publishes there" in bridge.output(), "the bridge's complaint")
        status, why = wait_for(lambda: self.health(port, "readyz"), "an answer")
        self.assertEqual(status, 503)
        self.assertRegex(why, "something else publishes there|does not end before event")
        self.assertEqual(self.client.messages(self.stream)[-1].subject, self.stream + ".v1.Other._")

    def test_bridge_refuses_the_stream_of_another_tandem(self):
        self.client.make_stream(self.stream)
        self.client.publish(self.stream + ".v1.TicketCreated._", ce_id="another", ce_sequence="1")
        bridge = self.bridge()
        wait_for(lambda: "which this tandem's log does not have" in bridge.output(), "the bridge's complaint")
        self.assertEqual(self.last(), 1)

    def test_bridge_sees_that_the_log_under_it_was_restored(self):
        """From a backup, while it runs; the log then grows beyond where it was."""
        bridge = self.bridge()
        log, _ = self.check()
        self.world.sql("update event_log set id = gen_random_uuid() where sequence > %d" % (len(log) - 5))
        self.world.make_tickets(3)
        wait_for(lambda: "which this tandem's log does not have" in bridge.output(), "the bridge's complaint")
        self.assertEqual(self.last(), len(log))

    # what is lost

    def test_bridge_goes_on_in_a_purged_stream(self):
        bridge = self.bridge()
        log, _ = self.check()
        bridge.kill()
        self.client.api("STREAM.PURGE." + self.stream)
        self.world.make_tickets(10)
        self.bridge()
        self.check(missing=len(log))

    def test_bridge_fills_in_what_the_server_lost(self):
        """As after a power cut: the server had not synced its newest messages."""
        bridge = self.bridge()
        self.check()
        self.server.kill()
        shutil.copytree(self.server.store, self.server.folder + "/kept")
        self.server.start()
        self.world.make_tickets(20)
        self.check()
        self.server.kill()
        shutil.rmtree(self.server.store)
        os.rename(self.server.folder + "/kept", self.server.store)
        self.server.start()
        self.reconnect()
        self.check()
        self.assertTrue(bridge.alive)

    # what is slow

    def resident_kib(self, process):
        with open("/proc/%d/status" % process.popen.pid, encoding="utf-8") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))

    def test_bridge_waits_for_a_server_that_swallows(self):
        """The server takes bytes and answers nothing, while the log grows: memory does not."""
        relay = Relay(self.server.port, keeps=False)
        self.addCleanup(relay.close)
        bridge = self.bridge(url="nats://127.0.0.1:%d" % relay.port)
        self.check()
        before = self.resident_kib(bridge)
        relay.swallow()
        for _ in range(20):
            self.world.make_tickets(250)
        wait_for(lambda: "round_failed" in bridge.output(), "the bridge to give up waiting")
        self.assertLess(self.resident_kib(bridge) - before, 32 * 1024)
        relay.mend()
        self.check()


@unittest.skipUnless(nats.PROGRAM, "no nats-server")
@unittest.skipUnless(os.environ.get("TANDEM_NATS_CLUSTER"), "elections take their time: set TANDEM_NATS_CLUSTER=1")
class BridgeNatsCluster(unittest.TestCase):
    """Three servers, a stream with three replicas; each dies in turn, the stream's leader among them."""

    def setUp(self):
        self.world = StoreOnly(sandbox_options=("--issues", "0"))
        self.addCleanup(self.world.close)
        routes = [free_port() for _ in range(3)]
        self.servers = [nats.Server("server_name: n%d\ncluster { name: c, listen: \"127.0.0.1:%d\", routes: %s }" % (
            n, port, json.dumps(["nats://127.0.0.1:%d" % other for other in routes if other != port])))
            for n, port in enumerate(routes)]
        for server in self.servers:
            self.addCleanup(server.close)

    def ask(self, question):
        """The answer of the first server that has one, or None."""
        for server in self.servers:
            with contextlib.suppress(OSError, ValueError, KeyError):
                client = nats.Client(server)
                try:
                    return question(client)
                finally:
                    client.close()
        return None

    def test_bridge_survives_the_deaths_of_a_cluster(self):
        wait_for(lambda: self.ask(lambda client: client.make_stream("tandem", num_replicas=3, duplicate_window=SHORT_WINDOW_NS) or True),
                 "the stream")
        urls = ",".join(server.url for server in self.servers)
        self.world.start("bridge-nats", 0, {"TANDEM_NATS_URL": urls})
        self.world.start("bridge-nats", 1, {"TANDEM_NATS_URL": urls})
        for death in range(DEATHS // 4):
            self.world.make_tickets(200)
            wait_for(lambda: (self.ask(lambda client: client.last("tandem")) or 0) >= 200 * death + 50, "events in the stream")
            victim = self.servers[death % 3]
            victim.kill()
            self.world.make_tickets(1)
            victim.start()
        log = self.world.log()
        wait_for(lambda: (self.ask(lambda client: client.last("tandem")) or 0) >= len(log), "all events in the stream")
        messages = wait_for(lambda: self.ask(lambda client: client.messages("tandem")), "the messages")
        self.assertEqual([message.headers["ce-id"] for message in messages], [event["id"] for event in log])


@unittest.skipUnless(nats.PROGRAM, "no nats-server")
class BridgeNatsSecured(unittest.TestCase):
    """`tandem up`, and a server that wants TLS on both sides, a name and a password, and grants what the document says."""

    @classmethod
    def setUpClass(cls):
        cls.house = House()
        cls.addClassCleanup(cls.house.remove)
        cls.pem = cls.house.folder + "/nats.pem"
        nats.make_certificate(cls.pem)
        cls.server = nats.Server("tls { cert_file: %s, key_file: %s, ca_file: %s, verify: true }\n" % ((json.dumps(cls.pem),) * 3) +
                                 "authorization { users = [ { user: tandem, password: right, permissions: { %s } },\n"
                                 "{ user: reader, password: other } ] }" % nats.documented_permissions())
        cls.addClassCleanup(cls.server.close)

    def settings(self, url, password):
        return {"TANDEM_NATS_URL": url, "TANDEM_NATS_USER": "tandem", "TANDEM_NATS_CA_FILE": self.pem,
                "TANDEM_NATS_CERTIFICATE_FILE": self.pem, "TANDEM_NATS_PASSWORD_FILE": self.house.file("password", password)}

    def test_bridge_of_up_has_its_password_from_the_credentials_directory(self):
        """As systemd gives it."""
        self.addCleanup(self.house.run, "down")
        settings = self.settings("tls://localhost:%d" % self.server.port, "right")
        folder = os.path.join(self.house.folder, "credentials")
        os.mkdir(folder)
        os.rename(settings.pop("TANDEM_NATS_PASSWORD_FILE"), os.path.join(folder, "tandem_nats_password"))
        up = self.house.run("up", CREDENTIALS_DIRECTORY=folder, **settings)
        self.assertEqual(up.code, 0, up.err)
        path = os.path.join(self.house.home, "log", "bridge-nats.log")
        with open(path, encoding="utf-8") as log:
            wait_for(lambda: "stream_found" in log.read(), "the bridge to be let in by NATS")

    def test_bridge_is_run_by_up(self):
        self.addCleanup(self.house.run, "down")
        up = self.house.run("up", **self.settings("tls://localhost:%d" % self.server.port, "right"))
        self.assertEqual(up.code, 0, up.err)
        made = self.house.run("ticket", "new", "--title", "Hello NATS")
        self.assertEqual(made.code, 0, made.err)
        client = nats.Client(self.server, self.pem, user="reader", **{"pass": "other"})
        self.addCleanup(client.close)
        wait_for(lambda: client.last("tandem") >= 1, "the event in NATS")
        self.assertEqual(client.messages("tandem")[0].subject, "tandem.v1.TicketCreated._")
        certificates = {one["name"]: one["role"] for one in self.house.run("certs", "list", "--json").json["certificates"]}
        self.assertEqual(certificates["bridge-nats"], "bridge")

    def complaint(self, world, number, url, password):
        bridge = world.start("bridge-nats", number, self.settings(url, password))
        return wait_for(lambda: [line for line in bridge.output().splitlines() if "round_failed" in line], "a complaint")[0]

    def test_bridge_says_why_a_server_is_not_taken(self):
        with StoreOnly(sandbox_options=("--issues", "0")) as world:
            port = self.server.port
            other_name = self.complaint(world, 0, "tls://127.0.0.1:%d" % port, "right")
            self.assertIn("code=rejected", other_name)
            self.assertIn("mismatch", other_name)
            self.assertIn("code=rejected", self.complaint(world, 1, "nats://localhost:%d" % port, "right"))
            self.assertIn("code=auth", self.complaint(world, 2, "tls://localhost:%d" % port, "wrong"))


if __name__ == "__main__":
    tap.main(__name__)
