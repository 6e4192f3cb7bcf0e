#!/usr/bin/python3
"""Conflicts: shown, decided, by hand and by filter, and taken back, on the command line."""

import json
import os
import re
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from house import BIN, wait_for  # noqa: E402
from running import Running  # noqa: E402


class Conflicts(Running):
    def make_conflicts(self, name, count=1):
        """The keys of `count` tickets whose titles both sides have changed, and the conflicts, in one order."""
        self.connect(name)
        listed = self.run_fine("ticket", "list", "--project", name, "--limit", str(count), "--json").json["tickets"]
        self.run_fine("projects", "pause", name)
        for ticket in listed:
            number = int(ticket["mappings"][0]["external_key"].lstrip("#"))
            self.run_fine("ticket", "edit", ticket["key"], "--title", "Mine")
            self.control("POST", "act", {"actor": "alice", "do": "edit", "repo": "acme/" + name, "number": number, "fields": {"title": "Theirs"}})
        self.run_fine("projects", "resume", name)
        # GitHub's times are whole seconds: a change in the second of the last look shows up in the next one.
        found = wait_for(lambda: self.run_fine("sync", name, "--wait") and len(self.open_conflicts(name)) == count and
                         self.open_conflicts(name), "%d conflicts" % count)
        return [ticket["key"] for ticket in listed], [found[ticket["key"]] for ticket in listed]

    def open_conflicts(self, name):
        listed = self.run_fine("conflicts", "list", "--project", name, "--json").json["conflicts"]
        return {conflict["ticket"]: conflict for conflict in listed}

    def make_conflict(self, name):
        keys, conflicts = self.make_conflicts(name)
        return keys[0], conflicts[0]

    def title(self, key):
        return self.run_fine("ticket", "show", key, "--json").json["fields"]["title"]

    def test_cli_conflict_is_shown_resolved_and_restored(self):
        key, conflict = self.make_conflict("quarrel")
        number = str(conflict["id"])
        self.assertEqual(self.house.run("sync", "quarrel", "--exit-code").code, 8)
        self.assertEqual(self.house.run("conflicts", "list", "--exit-code").code, 8)
        self.assertRegex(self.run_fine("status").err, "quarrel has 1 conflict to decide, found .*: tandem conflicts list")
        shown = self.run_fine("conflicts", "show", number)
        self.assertRegex(shown.out, r"!\s+\S.*\s+Mine\s+Theirs")
        self.assertRegex(shown.out, "Both sides changed it(.|\n)*here +changed by user:(.|\n)*outside +#\\d+ changed")
        self.assertRegex(shown.err, r'--local +#\d+ becomes "Mine"')
        self.assertTrue(all(len(line) <= 80 for line in (shown.out + shown.err).splitlines()), shown.out + shown.err)
        self.assertNotIn("--merge", shown.err)
        plain = self.run_fine("conflicts", "show", number, "--plain").out
        self.assertRegex(plain, r"^!\t[^\t]+\tMine\tTheirs\n$")
        self.assertEqual(self.run_fine("conflicts", "list", "--project", "quarrel", "--field", "body", "--plain").out, "")
        self.assertEqual(self.house.run("conflicts", "resolve", number).code, 2)
        self.assertEqual(self.house.run("conflicts", "resolve", number, "--local", "--external").code, 2)
        self.assertEqual(self.house.run("conflicts", "resolve", number, "--merge").code, 4)
        self.assertIn("Ours", self.run_fine("conflicts", "resolve", number, "--value", "Ours", "--dry-run").out)
        self.assertEqual(self.house.run("conflicts", "restore", number, "--local").code, 4)
        self.run_fine("conflicts", "resolve", number, "--value", "Ours")
        wait_for(lambda: self.title(key) == "Ours", "the decision")
        wait_for(lambda: self.house.run("conflicts", "resolve", number, "--local").code == 7, "the end of the conflict")
        self.assertEqual(self.house.run("conflicts", "show", "999999").code, 3)
        self.restore_both(key, number)

    def restore_both(self, key, number):
        """The losers of a decision come back, one after the other, and the decision stays in the list."""
        wait_for(lambda: "conflicts restore " + number in self.run_fine("conflicts", "show", number).err, "it to be applied")
        asked = self.run_fine("conflicts", "restore", number, "--external")
        self.assertRegex(asked.out, r"Ours\s+Theirs")
        self.assertEqual(self.title(key), "Ours")
        self.run_fine("conflicts", "restore", number, "--external", "--yes")
        self.assertEqual(self.title(key), "Theirs")
        self.assertEqual(self.house.run("conflicts", "restore", number, "--external", "--yes").code, 4)
        self.run_fine("conflicts", "restore", number, "--chosen", "--yes")
        self.assertEqual(self.title(key), "Ours")
        kept = self.run_fine("conflicts", "list", "--ticket", key, "--state", "all", "--json").json["conflicts"]
        self.assertEqual([(str(one["id"]), one["winner"]) for one in kept], [(number, "value")])

    def test_cli_conflict_is_edited_by_hand(self):
        key, conflict = self.make_conflict("handmade")
        lazy = self.house.file("lazy", "#!/bin/sh\nexit 0\n", 0o700)
        code, shown = self.house.on_terminal(["conflicts", "resolve", str(conflict["id"]), "--edit"], EDITOR=lazy)
        self.assertEqual(code, 4, shown)
        self.assertIn("still has markers", shown)
        editor = self.house.file("merge", "#!/bin/sh\ngrep -q '^||||||| base' \"$1\" && printf 'Mine and theirs\\n' > \"$1\"\n", 0o700)
        code, shown = self.house.on_terminal(["conflicts", "resolve", str(conflict["id"]), "--edit"], EDITOR=editor)
        self.assertEqual(code, 0, shown)
        wait_for(lambda: self.title(key) == "Mine and theirs", "the decision")

    def edited(self, conflict, script):
        """What is shown, and the editor's text if it is kept."""
        editor = self.house.file("editor of %d" % conflict["id"], "#!/bin/sh\n" + script, 0o700)
        code, shown = self.house.on_terminal(["conflicts", "resolve", str(conflict["id"]), "--edit"], EDITOR="'%s'" % editor, COLUMNS="400")
        kept = re.search(r"kept in (\S+/conflict\.md)", " ".join(shown.split()))
        return code, " ".join(shown.split()), open(kept[1], encoding="utf-8").read() if kept else None

    def test_cli_conflict_keeps_the_text_of_an_edit_that_came_too_late(self):
        key, conflict = self.make_conflict("late")
        tandem = os.path.join(BIN, "tandem")
        code, shown, kept = self.edited(conflict, "%s conflicts resolve %d --local >/dev/null 2>&1\nprintf 'Long thought about\\n' > \"$1\"\n"
                                        % (tandem, conflict["id"]))
        self.assertNotEqual(code, 0, shown)
        self.assertEqual(kept, "Long thought about\n", shown)
        wait_for(lambda: self.title(key) == "Mine", "the decision that was first")

    def test_cli_conflict_is_not_decided_by_an_editor_that_fails_or_leaves_nothing(self):
        key, conflict = self.make_conflict("unsure")
        code, shown, kept = self.edited(conflict, "printf 'Half a th' > \"$1\"\nexit 3\n")
        self.assertEqual((code, kept), (4, "Half a th"), shown)
        code, shown, kept = self.edited(conflict, "exit 3\n")
        self.assertEqual((code, kept), (4, None), shown)
        code, shown, kept = self.edited(conflict, ": > \"$1\"\n")
        self.assertEqual((code, kept), (4, None), shown)
        self.assertIn("tandem conflicts resolve %d --value ''" % conflict["id"], shown)
        self.assertIn(key, self.open_conflicts("unsure"))

    def test_cli_conflicts_are_decided_by_filter(self):
        keys, conflicts = self.make_conflicts("many", 4)
        numbers = [str(conflict["id"]) for conflict in conflicts]
        resolve = ["conflicts", "resolve", "--project", "many", "--field", "title", "--external"]
        self.assertEqual(self.house.run("conflicts", "resolve", "--project", "many", "--edit").code, 2)
        self.assertEqual(self.house.run("conflicts", "resolve", numbers[0], "--project", "many", "--local").code, 2)
        for words in (resolve, [*resolve, "--dry-run", "--yes"]):
            shown = self.run_fine(*words)
            self.assertEqual(len(shown.out.splitlines()), 5)
            self.assertIn("4 conflicts to be decided: external", shown.err)
        page = self.run_fine("conflicts", "list", "--project", "many", "--limit", "3", "--json").json
        self.assertEqual((len(page["conflicts"]), page["more"]), (3, True))
        told = self.run_fine(*resolve, "--dry-run", "--json").json["outcomes"]
        self.assertEqual({str(one["id"]) for one in told}, set(numbers))
        self.assertFalse([one for one in told if one.get("decided")])
        self.assertEqual(set(self.open_conflicts("many")), set(keys))
        # One is decided and one edited while the list is on the screen: neither is decided over.
        self.run_fine("conflicts", "resolve", numbers[0], "--local")
        self.run_fine("ticket", "edit", keys[1], "--title", "Newer")
        newer = wait_for(lambda: [one for key, one in self.open_conflicts("many").items()
                                  if key == keys[1] and str(one["id"]) != numbers[1]], "the new conflict")[0]
        done = self.house.run("conflicts", "resolve", *numbers, "--external", "--yes")
        self.assertEqual(done.code, 7, done)
        self.assertIn("Decided: 2 conflicts", done.err)
        self.assertRegex(done.out, r"(?m)^ *%s .*superseded already.* %d$" % (numbers[1], newer["id"]))
        self.assertRegex(done.out, r"(?m)^ *%s .*already" % numbers[0])
        for key, title in zip(keys, ("Mine", "Newer", "Theirs", "Theirs")):
            wait_for(lambda key=key, title=title: self.title(key) == title, "%s to be %s" % (key, title))
        self.assertEqual(set(self.open_conflicts("many")), {keys[1]})
        audit = [json.loads(line) for line in self.run_fine("audit", "export").out.splitlines()]
        decided = [row["subject"] for row in audit if row["action"] == "conflict.resolve"]
        self.assertEqual([decided.count("conflict/" + number) for number in numbers], [1, 0, 1, 1])
        events = [json.loads(line) for line in self.run_fine("events", "replay", "--type", "ConflictDetected", "--json").out.splitlines()]
        self.assertIn(int(numbers[1]), [json.loads(event["data"]).get("supersedes") for event in events])

    def test_cli_conflict_tells_why_the_tracker_refuses_a_value(self):
        self.connect("refused")
        listed = self.run_fine("ticket", "list", "--project", "refused", "--limit", "1", "--json").json["tickets"][0]
        listing = ["conflicts", "list", "--project", "refused"]
        self.run_fine("ticket", "edit", listed["key"], "--milestone", "Nowhere")
        (conflict,) = wait_for(lambda: self.run_fine(*listing, "--json").json["conflicts"], "the conflict")
        why = 'there is no milestone "Nowhere"'
        self.assertEqual((conflict["kind"], conflict["field"]), ("unmappable", "milestone"))
        self.assertIn(why, conflict["reason"])
        shown = self.run_fine("conflicts", "show", str(conflict["id"])).out
        self.assertIn(conflict["reason"], shown)
        self.assertIn(conflict["reason"], self.run_fine(*listing, "--plain").out.splitlines()[0].split("\t"))


if __name__ == "__main__":
    tap.main(__name__)
