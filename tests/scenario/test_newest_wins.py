#!/usr/bin/python3
"""The strategy `newest_wins` goes by the real order of two edits, whatever the tracker's clock shows."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from trackers import GitHub, Jira, JsonTracker, Linear, OneTracker  # noqa: E402
from world import wait_for  # noqa: E402

HOUR_S = 3600
TEN_MINUTES_MS = 600 * 1000


class NewestWins(unittest.TestCase):
    """A test class says how far the clocks of its trackers are ahead."""

    ahead_s = 0

    def play(self, kind, local_is_later):
        with OneTracker(kind) as world:
            world.sandbox.control("POST", "clock", {"advance_s": self.ahead_s})
            issue = world.tracker.create("alice", title="Before")
            world.connect()
            world.call("project.configure", project=world.tracker.project(strategy="newest_wins", confirmed_by="ann"),
                       actor="user:ann")
            world.sync()
            world.settle()
            self.edit_both(world, issue, local_is_later)
            winner, loser = ("Ours", "Theirs") if local_is_later else ("Theirs", "Ours")
            key = self.key_of(world, winner)
            wait_for(lambda: world.tracker.look(issue)["title"] == winner, "%s in %s" % (winner, kind.title))
            world.settle()
            (conflict,) = world.call("conflict.list", ticket=key)["conflicts"]
            self.assertEqual((conflict["state"], conflict["winner"]), ("resolved", "local" if local_is_later else "external"))
            self.assertEqual({conflict["local"]["title"], conflict["external"]["title"]}, {winner, loser})

    def key_of(self, world, title):
        """The local ticket of this title, once there is one."""
        rows = wait_for(lambda: world.sql("select 'T-' || number from item where fields ->> 'title' = '%s'" % title),
                        "a ticket called " + title)
        return rows[0][0]

    def edit_both(self, world, issue, local_is_later):
        """One edit here and one there while nobody syncs, ten minutes apart."""
        world.call("project.set_state", name="rocket", state="paused", reason="a test", actor="user:ann")
        key = self.key_of(world, "Before")
        world.call("ticket.edit", key=key, set={"title": "Ours"}, actor="user:carol")
        apart_ms = TEN_MINUTES_MS if local_is_later else -TEN_MINUTES_MS
        world.sql("update item set times = times || jsonb_build_object('title', ((times ->> 'title')::bigint + %d)::text) "
                  "where 'T-' || number = '%s'" % (apart_ms, key))
        world.tracker.edit("bob", issue, title="Theirs")
        world.call("project.set_state", name="rocket", state="active", actor="user:ann")
        # A list of whole seconds shows a change in the second of its last look only in the next one.
        wait_for(lambda: world.sync() and world.call("conflict.list", ticket=key).get("conflicts"), "the conflict")

    def check_both_orders(self, kind):
        for local_is_later in (True, False):
            with self.subTest(later="here" if local_is_later else "there"):
                self.play(kind, local_is_later)


class ClockAhead(NewestWins):
    ahead_s = HOUR_S

    def test_newest_wins_with_github_an_hour_ahead(self):
        self.check_both_orders(GitHub)

    def test_newest_wins_with_jira_an_hour_ahead(self):
        self.check_both_orders(Jira)


class ClockBehind(NewestWins):
    ahead_s = -HOUR_S

    def test_newest_wins_with_linear_an_hour_behind(self):
        self.check_both_orders(Linear)

    def test_newest_wins_with_a_webhook_tracker_an_hour_behind(self):
        self.check_both_orders(JsonTracker)


class ClockRight(NewestWins):
    def test_newest_wins_with_jira_in_time(self):
        self.check_both_orders(Jira)


if __name__ == "__main__":
    tap.main(__name__)
