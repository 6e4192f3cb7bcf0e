"""A tandem over three trackers in which things are deleted."""

import unittest

from trackers import Trackers
from world import wait_for


class Shared(unittest.TestCase):
    """Three trackers, every ticket in all of them; webhooks come at once."""

    @classmethod
    def setUpClass(cls):
        cls.world = Trackers()
        cls.trackers = cls.world.trackers

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def fresh(self, tracker, title="Deleting"):
        """A ticket that is everywhere: its key here, and its keys in the trackers. What other tests deleted is meant."""
        self.world.sql("update project set gone_confirmed_at = now()")
        key, keys = self.world.everywhere(tracker, tracker.create("alice", title=title))
        self.world.settle()
        return key, keys

    def commented(self, tracker, body="Said once."):
        """A ticket with one comment, written in `tracker`: the keys, and the comment's ids in the trackers."""
        key, keys = self.fresh(tracker)
        tracker.comment("bob", keys[self.trackers.index(tracker)], body)
        return key, keys, self.comment_everywhere(keys)

    def comment_everywhere(self, keys):
        wait_for(lambda: all(len(one.comment_ids(key)) == 1 for one, key in zip(self.trackers, keys)), "the copies")
        self.world.settle()
        return [one.comment_ids(key)[0] for one, key in zip(self.trackers, keys)]

    def count(self, keys):
        return [len(one.comment_ids(key)) for one, key in zip(self.trackers, keys)]

    def here(self, key, deleted=False):
        return self.world.call("ticket.get", key=key, deleted=deleted).get("comments", [])

    def conflicts(self, key, state="open"):
        found = self.world.call("conflict.list", ticket=key).get("conflicts", [])
        return [one for one in found if one["state"] == state]

    def the_conflict(self, key):
        wait_for(lambda: self.conflicts(key), "a conflict about %s" % key)
        self.world.settle()
        found = self.conflicts(key)
        self.assertEqual([one["kind"] for one in found], ["deleted_vs_edited"])
        return found[0]

    def decide(self, conflict, choice):
        self.world.call("conflict.resolve", id=conflict["id"], choice=choice, actor="user:carol")
        self.world.settle()

    def pause_webhooks(self, pause):
        for tracker in self.trackers:
            tracker.sandbox.control("POST", "webhooks", {"pause": pause})

    def look_at(self, kind, external_id):
        """Has one item fetched by id now."""
        self.world.sql("insert into fetch_queue (project_id, kind, external_id, reason) select project_id, kind, "
                       "external_id, 'test' from external_item where kind = '%s' and external_id = '%s' on conflict "
                       "(external_id, kind, project_id) do update set next_at = now(), attempts = 0" % (kind, external_id))
        wait_for(lambda: self.world.sql("select count(*) from fetch_queue where next_at <= now()") == [["0"]], "the fetch")
        self.world.settle()

    def check_quiet(self):
        """P4: two more rounds write nothing."""
        self.world.settle()
        before = [len(one.writes()) for one in self.trackers]
        for _ in range(2):
            self.world.sync_all()
        self.assertEqual([len(one.writes()) for one in self.trackers], before)
