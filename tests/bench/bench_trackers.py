"""How soon an edit in one of three trackers is in both others: GitHub, Jira and Linear, told by webhooks. One edit at a time,
spaced so that GitHub's pace of writes does not bind."""

import datetime
import time

from measure import QUIET, Result, percentile, wait_for
from trackers import Trackers

TICKETS, SPACE_S = 6, 1.0


def stamp(text):
    """Jira's zone has no colon, the others' is Z."""
    text = text.replace("Z", "+00:00")
    return datetime.datetime.fromisoformat(text if text[-3] == ":" else text[:-2] + ":" + text[-2:]).timestamp()


def shared_tickets(world, count):
    """Keys in each tracker of tickets that all have."""
    made = [world.trackers[0].create("alice", title="Ticket %d" % n) for n in range(count)]
    keys = [world.everywhere(world.trackers[0], key)[1] for key in made]
    world.settle()
    return keys


def edit_once(world, keys, place, text):
    """Milliseconds from a person's edit to the later one of both others' own time stamps."""
    others = [tracker for tracker in world.trackers if tracker is not world.trackers[place]]
    before = [len(tracker.writes()) for tracker in others]
    started_s = time.time()
    world.trackers[place].edit("bob", keys[place], title=text)

    def written():
        found = [tracker.writes()[count:] for tracker, count in zip(others, before)]
        return [entries[0] for entries in found] if all(found) else None
    last = max(stamp(entry["time"]) for entry in wait_for(written, "the edit in both others"))
    return (last - started_s) * 1000


def bench(options):
    edits = 12 if options.quick else 60
    with Trackers(environment=QUIET) as world:
        keys = shared_tickets(world, TICKETS)
        taken_ms = []
        for n in range(edits):
            place = n % len(world.trackers)
            taken_ms.append(edit_once(world, keys[n % TICKETS], place, "Edit %d" % n))
            time.sleep(SPACE_S)
        what = "edit in one -> in both others"
        note = "%d edits, from GitHub, Jira and Linear in turn" % edits
        yield Result("trackers", what + ", p50", percentile(taken_ms, 50), "ms", note=note)
        yield Result("trackers", what + ", p99", percentile(taken_ms, 99), "ms", 500, note="longest %.0f ms" % max(taken_ms))
