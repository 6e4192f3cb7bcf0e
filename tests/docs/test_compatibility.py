#!/usr/bin/python3
"""What a release has promised, the next one keeps (docs/compatibility.md): the tables of events and verbs as they are now, against those of
each release in proto/released.

    test_compatibility.py --write VERSION      makes proto/released/VERSION.json of the tables as they are now
"""

import copy
import glob
import json
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from test_generated import ROOT, program  # noqa: E402
import tap  # noqa: E402

RELEASED = os.path.join(ROOT, "proto", "released")


def tables():
    return json.loads(subprocess.run([program(), "tables"], check=True, capture_output=True, text=True).stdout)


def write(version):
    """One line an event or verb, so that a change is a line of a diff."""
    now, groups = tables(), []
    for group in ("events", "verbs"):
        lines = ("  %s: %s" % (json.dumps(name), json.dumps(entry, separators=(",", ":"), sort_keys=True)) for name, entry in sorted(now[group].items()))
        groups.append(' "%s": {\n%s\n }' % (group, ",\n".join(lines)))
    with open("%s/%s.json" % (RELEASED, version), "w", encoding="utf-8") as file:
        file.write("{\n%s\n}\n" % ",\n".join(groups))


def changes_of_members(place, before, now, readers, writers):
    """What breaks those who read such a map (they find what they found), and those who write one (what they write is taken)."""
    for name, member in before.items():
        here = "%s.%s" % (place, name)
        if name not in now:
            yield here + " is gone"
            continue
        if now[name]["type"] != member["type"]:
            yield "%s was %s and is %s" % (here, member["type"], now[name]["type"])
            continue
        if readers and member.get("required") and not now[name].get("required"):
            yield here + " was always there"
        if writers and now[name].get("required") and not member.get("required"):
            yield here + " was optional"
        yield from changes_of_members(here, member.get("members", {}), now[name].get("members", {}), readers, writers)
    for name in now.keys() - before.keys():
        if writers and now[name].get("required"):
            yield "%s.%s is new and required" % (place, name)


def changes_of_events(before, now):
    for name, event in before.items():
        if name not in now:
            yield name + " is gone"
            continue
        for promise in ("logged", "accepted"):
            if event[promise] and not now[name][promise]:
                yield "%s is not %s any more" % (name, promise)
        yield from changes_of_members(name, event["data"], now[name]["data"], True, event["accepted"])


def changes_of_verbs(before, now):
    for name, verb in before.items():
        if name not in now:
            yield name + " is gone"
            continue
        for caller in set(verb["callers"]) - set(now[name]["callers"]):
            yield "%s may not be called by %s any more" % (name, caller)
        if verb["once"] and not now[name]["once"]:
            yield name + " may be done twice"
        yield from changes_of_members(name + " request", verb["request"], now[name]["request"], False, True)
        yield from changes_of_members(name + " reply", verb["reply"], now[name]["reply"], True, False)


def breaks(before, now):
    return [*changes_of_events(before["events"], now["events"]), *changes_of_verbs(before["verbs"], now["verbs"])]


@unittest.skipIf(program() is None, "tandem-docs is not built")
class Compatibility(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.now = tables()

    def test_compatibility_with_every_release(self):
        releases = sorted(glob.glob(RELEASED + "/*.json"))
        self.assertTrue(releases)
        for path in releases:
            with self.subTest(release=os.path.basename(path)), open(path, encoding="utf-8") as file:
                self.assertEqual(breaks(json.load(file), self.now), [])

    def test_compatibility_names_have_their_version(self):
        for name in self.now["events"]:
            self.assertRegex(name, r"^tandem\.v[1-9][0-9]*\.")

    def test_compatibility_more_is_no_break(self):
        more = copy.deepcopy(self.now)
        more["events"]["tandem.v1.New"] = {"logged": True, "accepted": True, "data": {}}
        more["events"]["tandem.v1.SyncStarted"]["data"]["more"] = {"type": "text", "required": True}
        more["events"]["tandem.v1.TicketCreated"]["data"]["more"] = {"type": "text"}
        more["verbs"]["ticket.get"]["request"]["more"] = {"type": "text"}
        more["verbs"]["ticket.get"]["reply"]["more"] = {"type": "text", "required": True}
        more["verbs"]["ticket.get"]["callers"].append("adapter")
        self.assertEqual(breaks(self.now, more), [])

    def test_compatibility_every_break_is_seen(self):
        def events(tables):
            return tables["events"]["tandem.v1.TicketCreated"]

        def verb(tables):
            return tables["verbs"]["ticket.new"]
        mistakes = [
            ("is gone", lambda now: now["events"].pop("tandem.v1.SyncError")),
            ("is gone", lambda now: now["verbs"].pop("ticket.get")),
            ("is gone", lambda now: events(now)["data"].pop("privacy")),
            ("was text and is integer", lambda now: events(now)["data"]["privacy"].update(type="integer")),
            ("is not accepted any more", lambda now: events(now).update(accepted=False)),
            ("is not logged any more", lambda now: events(now).update(logged=False)),
            ("was optional", lambda now: events(now)["data"]["privacy"].update(required=True)),
            ("is new and required", lambda now: events(now)["data"].update(more={"type": "text", "required": True})),
            ("was always there", lambda now: now["events"]["tandem.v1.internal.Heartbeat"]["data"]["head"].pop("required")),
            ("was optional", lambda now: verb(now)["request"]["privacy"].update(required=True)),
            ("may not be called by service", lambda now: verb(now)["callers"].remove("service")),
            ("may be done twice", lambda now: verb(now).update(once=False)),
            ("events.read reply.events.data is gone", lambda now: now["verbs"]["events.read"]["reply"]["events"]["members"].pop("data")),
            ("was list of maps and is map", lambda now: now["verbs"]["events.read"]["reply"]["events"].update(type="map")),
        ]
        for word, make in mistakes:
            now = copy.deepcopy(self.now)
            make(now)
            self.assertEqual(len([found for found in breaks(self.now, now) if word in found]), 1, (word, breaks(self.now, now)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        write(sys.argv[2])
    else:
        tap.main(__name__)
