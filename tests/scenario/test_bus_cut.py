#!/usr/bin/python3
"""The bus between the store and everybody else is cut, or swallows everything, while people edit on both sides; when it is back,
everything has arrived once and who listens has missed nothing. TANDEM_BUS_CUT_S says for how long: 600 is `./dev crash --full`'s."""

import json
import os
import subprocess
import sys
import time
import unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(FOLDER, "..", "crash"))
from story import broken_promises, quiet_rounds  # noqa: E402
import tap  # noqa: E402
from relay import Relay  # noqa: E402
from world import BIN, World, wait_for  # noqa: E402

CUT_S = float(os.environ.get("TANDEM_BUS_CUT_S", 1))
WORKERS = ("conflict", "scheduler", "adapter-github")


class Listener:
    """`tandem events tail`, as a service beyond the cut runs it."""

    def __init__(self, environment):
        self._popen = subprocess.Popen([os.path.join(BIN, "tandem"), "events", "tail", "--json", "--after", "0"], env=environment,
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        os.set_blocking(self._popen.stdout.fileno(), False)
        self._text = b""

    def sequences(self):
        self._text += self._popen.stdout.read() or b""
        return [int(json.loads(line)["sequence"]) for line in self._text.split(b"\n")[:-1]]

    def close(self):
        self._popen.kill()
        self._popen.wait()
        self._popen.stdout.close()


class BusCut(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(("--issues", "10", "--no-limits", "--no-pull-requests"), start=False,
                          environment={"TANDEM_LEASE_MS": "4000"})
        cls.relays = [Relay(cls.world.store_port, keeps=False), Relay(cls.world.events_port, keeps=False)]
        beyond = {"TANDEM_STORE_URL": "tcp://127.0.0.1:%d" % cls.relays[0].port,
                  "TANDEM_EVENTS_URL": "tcp://127.0.0.1:%d" % cls.relays[1].port}
        cls.world.start_all(of_role={role: beyond for role in WORKERS})
        cls.world.wait_for_store()
        cls.listener = Listener(cls.world.environment(beyond))
        cls.world.connect()
        cls.world.sync()
        cls.world.settle()
        wait_for(cls.listener.sequences, "the first event")

    @classmethod
    def tearDownClass(cls):
        cls.listener.close()
        cls.world.close()
        for relay in cls.relays:
            relay.close()

    def head(self):
        return int(self.world.sql("select max(sequence) from event_log")[0][0])

    def edit_everywhere(self, words, number):
        """A title changes in GitHub, another here, and a ticket is made; for as long as the cut lasts."""
        world, end, round_ = self.world, time.monotonic() + CUT_S, 0
        while round_ == 0 or time.monotonic() < end:
            round_ += 1
            world.sandbox.control("POST", "clock", {"advance_s": 2})
            world.sandbox.act("petra", "edit", number=number, fields={"title": "%s there %d" % (words, round_)})
            world.call("ticket.edit", key=world.ticket_of("#%d" % (number + 1))["key"], actor="user:carol",
                       set={"title": "%s here %d" % (words, round_)})
            time.sleep(min(0.2, CUT_S / 10))  # how long the cut lasts is what is tried here
        world.call("ticket.new", project="rocket", actor="user:carol", fields={"title": words + " made"})
        return round_

    def check_all_arrived(self, words, number, last):
        world = self.world
        world.sync(deadline_s=120)
        world.settle(120)
        self.assertEqual(world.ticket_of("#%d" % number)["fields"]["title"], "%s there %d" % (words, last))
        self.assertEqual(world.sandbox.issue(number + 1)["title"], "%s here %d" % (words, last))
        made = [entry for entry in world.sandbox.history(action="create") if entry.get("title") == words + " made"]
        self.assertEqual(len(world.sql("select 1 from mapping m join item i on i.id = m.item_id where m.external_id is not null "
                                       "and i.fields ->> 'title' = '%s made'" % words)), 1, made)
        self.assertEqual(broken_promises(world) + quiet_rounds(world), [])
        self.assertEqual(world.call("conflict.list", state="open").get("conflicts", []), [])
        head = self.head()
        seen = wait_for(lambda: (all_ := self.listener.sequences())[-1] >= head and all_, "the listener to catch up")
        self.assertEqual(seen, list(range(seen[0], seen[-1] + 1)))

    def test_bus_that_is_cut_loses_nothing(self):
        for relay in self.relays:
            relay.cut()
        last = self.edit_everywhere("Cut", 1)
        for relay in self.relays:
            relay.mend()
        self.check_all_arrived("Cut", 1, last)

    def test_bus_that_swallows_loses_nothing(self):
        for relay in self.relays:
            relay.swallow()
        last = self.edit_everywhere("Swallowed", 3)
        for relay in self.relays:
            relay.cut()  # as what stood in the way forgets the connections
            relay.mend()
        self.check_all_arrived("Swallowed", 3, last)

    def test_bus_that_swallows_for_a_while_loses_nothing(self):
        for relay in self.relays:
            relay.swallow()
        last = self.edit_everywhere("Held up", 5)
        for relay in self.relays:
            relay.mend()
        self.check_all_arrived("Held up", 5, last)

    def test_listener_goes_on_when_the_log_was_restored(self):
        """A backup has fewer events than were told; what happens from then on is told under numbers that were there before."""
        world, before = self.world, self.head()
        world.processes["store"].stop()
        world.sql("delete from event_log where sequence > %d" % (before // 2))
        world.start("store")
        world.wait_for_store()
        seen = len(self.listener.sequences())

        def tells():
            world.call("ticket.new", project="rocket", actor="user:carol", fields={"title": "After the backup"})
            return len(self.listener.sequences()) > seen

        wait_for(tells, "the listener to go on", pause_s=1)  # from the next heartbeat on
        self.assertLess(self.listener.sequences()[-1], before)


if __name__ == "__main__":
    tap.main(__name__)
