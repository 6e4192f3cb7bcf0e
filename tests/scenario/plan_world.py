"""A project whose edits on both sides stay apart until a dry run shows them."""

import unittest

from world import World


class PlanWorld(unittest.TestCase):
    def setUp(self):
        self.world = World(("--issues", "6", "--no-limits", "--no-pull-requests"))
        self.addCleanup(self.world.close)
        self.world.connect()
        self.world.sync()
        self.world.settle()

    def act(self, do, number=None, **fields):
        """A person does something there, later than anything before."""
        self.world.sandbox.control("POST", "clock", {"advance_s": 5})
        return self.world.sandbox.act("alice", do, number=number, fields=fields)

    def key(self, number):
        return self.world.ticket_of("#%d" % number)["key"]

    def title(self, number):
        return self.world.call("ticket.get", key=self.key(number))["fields"]["title"]

    def edit(self, number, **change):
        self.world.call("ticket.edit", key=self.key(number), actor="user:carol", **change)

    def hold(self):
        """Nothing happens until the dry run: edits on both sides stay apart."""
        self.world.call("project.set_state", name="rocket", state="paused", actor="user:test")

    def dry_run(self):
        """The plan's id and its lines."""
        session = self.world.sync(mode="dry_run")
        self.assertEqual(session["state"], "completed")
        shown = self.world.call("session.preview", id=session["id"])
        return shown.get("plan"), shown.get("lines", [])

    def apply(self, plan):
        return self.world.finish(self.world.call("plan.apply", plan=plan, actor="user:ann")["id"])

    def resume(self):
        self.world.call("project.set_state", name="rocket", state="active", actor="user:test")
