"""A tandem with three issues of GitHub and no adapter: the test is the adapter, so that it has the moments in its hand."""

import unittest

from world import World, wait_for


class AdapterByHand(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(("--issues", "3", "--no-limits", "--no-pull-requests"))
        cls.addClassCleanup(cls.world.close)
        cls.world.connect()
        cls.world.sync()
        cls.world.settle()
        cls.world.processes["adapter-github"].kill()
        cls.world.sql("update lease set until = '-infinity'")

    def claim(self, kind):
        work = self.world.call("work.claim", system="github", worker="test")
        self.assertEqual(kind, work["kind"])
        return work

    def creation(self, title, **more):
        """The key of a new ticket whose creation there is due."""
        key = self.world.call("ticket.new", **{"project": "rocket", "privacy": "shareable", **more}, fields={"title": title},
                              actor="user:carol")["key"]
        self.waits()
        return key

    def waits(self, kind="ticket"):
        wait_for(lambda: self.world.sql("select 1 from intent where state = 'prepared' and kind = '%s'" % kind), "the write")
