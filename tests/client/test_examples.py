#!/usr/bin/python3
"""Every program of client/examples against a real store and bus, with real certificates: `tandem up` in a temporary home. TANDEM_BIN says
where the programs are (build/dev/bin if unset)."""

import json
import os
import shutil
import signal
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from bus import BIN, Bus, EXAMPLES, Program, ROOT, built, run, why_no_examples  # noqa: E402
import tap  # noqa: E402

REJECTED = 4
NODE_MODULES = os.path.join(ROOT, "build", "npm", "node_modules")


def why_no_node():
    if not shutil.which("node"):
        return "node is not installed"
    return None if os.path.isdir(NODE_MODULES + "/@msgpack/msgpack") else "@msgpack/msgpack is not below build/npm"


@unittest.skipIf(why_no_examples(), why_no_examples())
class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bus = Bus()
        cls.listener = cls.bus.issue("listener", "--events", "all")
        cls.maker = cls.bus.issue("maker", "--verbs", "events.publish,ticket.get")

    @classmethod
    def tearDownClass(cls):
        cls.bus.close()

    def assert_publishes_once(self, *command):
        name = command[-1]
        status, key, errors = run(*command, self.maker, "id-of-" + name, 'A "quoted" title\\')
        self.assertEqual((status, key[:2]), (0, "T-"), errors)
        self.assertEqual(self.bus.person.call("ticket.get", key=key)["fields"]["title"], 'A "quoted" title\\')
        self.assertEqual(run(*command, self.maker, "id-of-" + name, "Again")[1], "taken before")

    def assert_goes_on(self, *command):
        """Live, then killed, then from where it was: nothing is missed, and what comes twice is the last one."""
        first = self.bus.ticket("Before")
        program = Program(*command).wait_until_listening()
        second = self.bus.ticket("Live")
        lines = program.wait_for("TicketCreated " + second)
        program.end()
        self.assertFalse([line for line in lines if " %s " % first in line], lines)
        third = self.bus.ticket("Away")
        program = Program(*command).wait_until_listening()
        lines = program.wait_for("TicketCreated " + third)
        self.assertLessEqual(sum(" tandem.v1.TicketCreated %s " % second in line for line in lines), 1, lines)
        fourth = self.bus.ticket("Live again")
        lines += program.wait_for("TicketCreated " + fourth)
        numbers = [int(line.split()[0]) for line in lines]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))), lines)
        self.assertIsInstance(json.loads(lines[-1].split(" ", 3)[3]), dict)
        program.end()

    def test_examples_c_subscriber(self):
        self.assert_goes_on(built("subscriber"), self.listener, self.bus.path("c.cursor"))

    def test_examples_c_subscriber_ends_in_order(self):
        program = Program(built("subscriber"), self.listener, self.bus.path("ends.cursor"), "SyncError").wait_until_listening()
        self.assertEqual(program.end(signal.SIGTERM), 0)

    def test_examples_c_publisher(self):
        self.assert_publishes_once(built("publisher"))

    def test_examples_c_caller(self):
        key = self.bus.ticket("To be read")
        status, reply, _ = run(built("caller"), self.maker, "ticket.get", json.dumps({"key": key}))
        self.assertEqual((status, json.loads(reply)["fields"]["title"]), (0, "To be read"))
        for verb, body, word in (("ticket.list", "{}", "tandem certs issue maker"), ("no.verb", "{}", "docs/verbs.md"),
                                 ("ticket.get", "[1", "not valid JSON")):
            status, _, errors = run(built("caller"), self.maker, verb, body)
            self.assertEqual(status, REJECTED, errors)
            self.assertIn(word, errors)
        self.assertEqual(run(built("caller"), self.maker, "ticket.get", '{"key": "T-99999"}')[0], 5)

    def test_examples_python(self):
        self.assert_goes_on("/usr/bin/python3", EXAMPLES + "/python/subscribe.py", self.listener, self.bus.path("python.position"))
        self.assert_publishes_once("/usr/bin/python3", EXAMPLES + "/python/publish.py")

    @unittest.skipIf(why_no_node(), why_no_node())
    def test_examples_node(self):
        folder = self.bus.path("node")  # where the package is found beside it
        shutil.copytree(EXAMPLES + "/node", folder)
        os.symlink(NODE_MODULES, folder + "/node_modules")
        self.assert_goes_on("node", folder + "/subscribe.mjs", self.listener, self.bus.path("node.position"))
        self.assert_publishes_once("node", folder + "/publish.mjs")

    @unittest.skipUnless(shutil.which("nngcat"), "nngcat is not installed (nng-utils)")
    def test_examples_nngcat(self):
        program = Program("sh", EXAMPLES + "/shell/nngcat.sh", self.listener)
        program.wait_for("Heartbeat")
        key = self.bus.ticket("For nngcat")
        program.wait_for("tandem.v1.TicketCreated " + key)
        program.end()

    def test_examples_shell(self):
        """The pipe, with events that are easily made: the example's own are conflicts."""
        with open(EXAMPLES + "/shell/tail.sh", encoding="utf-8") as file:
            script = self.bus.house.file("tail.sh", file.read().replace("ConflictDetected", "TicketCreated --after 0"))
        environment = {**self.bus.house.environment, "PATH": BIN + ":" + os.environ["PATH"]}
        key = self.bus.ticket("For the shell")
        program = Program("sh", script, "cat", environment=environment)
        line = program.wait_for(key)[-1]
        self.assertEqual(json.loads(line)["subject"], key)
        program.end()


if __name__ == "__main__":
    tap.main(__name__)
