"""How long three trackers take to be in step again after a fifth of their tickets were edited in one of them, without webhooks and at
100 ms for every API call."""

import time

from measure import QUIET, Result, wait_for
from trackers import Trackers

LATENCY_MS, EDITED = 100, 5  # every fifth
DEADLINE_S = 900


def rest(world):
    """As after an hour in which nothing was written."""
    world.sql("begin; lock table rate_bucket in exclusive mode; "  # the store takes one row after the other
              "update rate_bucket set tokens = capacity, updated_at = now(); commit")


def shared_tickets(world, count):
    """Tickets that all three have; their keys in GitHub."""
    keys = [world.trackers[0].create("alice", title="Ticket %d" % n, body="What ticket %d is about." % n) for n in range(count)]
    world.sync(world.trackers[0].name, deadline_s=DEADLINE_S)

    def all_there():
        rest(world)
        return world.is_quiet()
    wait_for(all_there, "all tickets in all trackers", DEADLINE_S, pause_s=0.5)
    return keys


def sync_all(world):
    """Seconds from the request for a sync of each project until nothing is left to do."""
    started_s = time.monotonic()
    for tracker in world.trackers:
        world.call("session.start", project=tracker.name, mode="incremental", trigger="person", actor="user:bench")
    wait_for(world.is_quiet, "the sync", DEADLINE_S, pause_s=0.1)
    return time.monotonic() - started_s


def calls(world):
    return {one["project"]["name"]: one["api_calls"] for one in world.call("status")["projects"]}


def bench(options):
    count = 200 if options.quick else 1000
    with Trackers(webhooks=False, environment=QUIET) as world:
        keys = shared_tickets(world, count)
        rest(world)
        for tracker in world.trackers:
            tracker.sandbox.control("POST", "latency", {"ms": LATENCY_MS})
        written = [len(tracker.writes()) for tracker in world.trackers]
        edited = keys[::EDITED]
        for key in edited:
            world.trackers[0].edit("bob", key, title="Edited " + key)
        before = calls(world)
        taken_s = sync_all(world)
        after = calls(world)
        titles = [set(row[0] for row in world.sql("select fields ->> 'title' from external_item e join project p on p.id = "
                                                  "e.project_id where p.name = '%s'" % tracker.name))
                  for tracker in world.trackers[1:]]
        assert all({"Edited " + key for key in edited} <= found for found in titles), "an edit is missing"
        for tracker, count_before in zip(world.trackers[1:], written[1:]):
            tracker.sandbox.control("POST", "latency", {"ms": 0})
            entries = tracker.writes()[count_before:]
            assert len(entries) == len(edited), (tracker.name, len(entries))
        note = ", ".join("%d calls to %s" % (after[name] - before[name], name) for name in after)
        yield Result("sync", "%d of %d tickets edited, in step" % (len(edited), count), taken_s, "s", 30, note=note)
