#!/usr/bin/python3
"""Tickets and comments: made, edited, shown and shared, on the command line."""

import json
import os
import re
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from house import TANDEM, wait_for  # noqa: E402
from running import Running  # noqa: E402


class Tickets(Running):
    def test_cli_ticket_life(self):
        key = self.run_fine("ticket", "new", "--title", "Pump leaks", "--label", "bug", "-").out.strip()
        self.assertRegex(key, r"^T-\d+$")
        self.run_fine("ticket", "edit", key, "--status", "done", "--add-label", "wet", "--remove-label", "bug")
        self.run_fine("ticket", "comment", key, "-", text="Fixed\n")
        ticket = self.run_fine("ticket", "show", key, "--json").json
        self.assertEqual(ticket["fields"]["status"], "done")
        self.assertEqual(ticket["fields"]["labels"], ["wet"])
        self.assertEqual(ticket["author"], "user:tester")
        self.assertEqual(ticket["comments"][0]["body"], "Fixed\n")
        self.assertIn(key, self.run_fine("ticket", "list", "--search", "Pump leaks", "--plain").out)
        self.run_fine("ticket", "edit", ticket["comments"][0]["key"], "--body", "Really fixed")
        self.assertIn("Really fixed", self.run_fine("ticket", "show", key).out)

    def test_cli_comment_is_deleted_and_its_text_kept(self):
        key = self.run_fine("ticket", "new", "--title", "Talkative").out.strip()
        self.run_fine("ticket", "comment", key, "--body", "Too much said")
        comment = self.run_fine("ticket", "show", key, "--json").json["comments"][0]["key"]
        self.assertEqual(self.house.run("ticket", "comment", comment, "--delete", "--body", "x").code, 2)
        self.assertRegex(self.house.run("ticket", "comment", key, "--delete").err, "tickets are not deleted; close it: .*cancelled")
        self.assertEqual(self.run_fine("ticket", "comment", comment, "--delete").out, comment + "\n")
        self.assertNotIn("Too much said", self.run_fine("ticket", "show", key).out)
        self.assertRegex(self.run_fine("ticket", "show", key, "--deleted").out, r"deleted .* by user:tester\nToo much said")
        self.assertEqual(self.house.run("ticket", "edit", comment, "--body", "Again").code, 3)

    def test_cli_ticket_that_is_not_there(self):
        for words in (["show"], ["edit", "--title", "x"], ["comment", "--body", "x"], ["share", "--privacy", "public"]):
            done = self.house.run("ticket", words[0], "T-999999", *words[1:])
            self.assertEqual(done.code, 3, words)
            self.assertRegex(done.err, r"^tandem: .*T-999999.*\n$")
        done = self.house.run("ticket", "show", "T-999999", "--json")
        self.assertEqual(json.loads(done.err)["error"]["code"], "gone")

    def test_cli_ticket_is_named_as_in_its_tracker(self):
        self.connect("named")
        self.run_fine("sync", "named", "--wait")
        shown = self.run_fine("ticket", "show", "named:#3", "--json").json
        self.assertEqual(shown["mappings"][0]["external_key"], "#3")
        self.assertEqual(self.run_fine("ticket", "edit", "named:#3", "--title", "Named", "--json").json["key"], shown["key"])
        self.run_fine("ticket", "comment", "named:#3", "--body", "Said")
        self.assertEqual(self.run_fine("ticket", "show", shown["key"], "--json").json["comments"][-1]["body"], "Said")
        self.run_fine("ticket", "share", "named:#3", "--privacy", "public")
        self.run_fine("conflicts", "list", "--ticket", "named:#3")
        self.run_fine("audit", "egress", "--ticket", "named:#3")
        for key, code, said in (("named:#999", 3, "project named has no ticket #999"), ("nowhere:#3", 3, "nowhere"),
                                ("#3", 4, "like T-12 .* rocket:#7"), (":#3", 4, "like T-12")):
            for words in (["show", key], ["edit", key, "--title", "x"]):
                done = self.house.run("ticket", *words)
                self.assertEqual(done.code, code, (words, done.err))
                self.assertRegex(done.err, said)

    def test_cli_points_out_a_status_that_looks_like_a_slip(self):
        key = self.run_fine("ticket", "new", "--title", "Slip", "--status", "Done").out.strip()
        for status, meant in (("opne", "open"), ("in-progress", "in_progress"), ("done", None), ("waiting", None)):
            said = self.run_fine("ticket", "edit", key, "--status", status).err
            self.assertEqual(said, "`%s` is a status of your own. Did you mean `%s`?\n" % (status, meant) if meant else "")

    def test_cli_ticket_list_takes_all_pages(self):
        before = len(self.run_fine("ticket", "list", "--all", "--json").json["tickets"])
        for number in range(3):
            self.run_fine("ticket", "new", "--title", "Page %d" % number)
        self.assertEqual(len(self.run_fine("ticket", "list", "--all", "--json").json["tickets"]), before + 3)
        self.assertEqual(len(self.run_fine("ticket", "list", "--limit", "2", "--json").json["tickets"]), 2)

    def test_cli_editor_changes_a_ticket(self):
        key = self.run_fine("ticket", "new", "--title", "Old", "--label", "a").out.strip()
        editor = self.house.file("editor", "#!/bin/sh\nsed -i 's/^title: Old/title: New/; s/  - a/  - b/' \"$1\"\n", 0o700)
        code, shown = self.house.on_terminal(["ticket", "edit", key], EDITOR=editor)
        self.assertEqual(code, 0, shown)
        fields = self.run_fine("ticket", "show", key, "--json").json["fields"]
        self.assertEqual((fields["title"], fields["labels"]), ("New", ["b"]))

    def test_cli_editor_does_not_overwrite_what_changed_meanwhile(self):
        key = self.run_fine("ticket", "new", "--title", "Old").out.strip()
        editor = self.house.file("editor2", "#!/bin/sh\n%s ticket edit %s --title Theirs >/dev/null 2>&1\n"
                                 "sed -i 's/^title: Old/title: Mine/' \"$1\"\n" % (TANDEM, key), 0o700)
        code, shown = self.house.on_terminal(["ticket", "edit", key], EDITOR=editor, TMPDIR=self.house.folder)
        self.assertEqual(code, 7, shown)
        kept = re.search(r"kept in (\S+?)\.\s", shown).group(1)
        with open(kept, encoding="utf-8") as file:
            self.assertIn("title: Mine", file.read())
        self.assertEqual(self.run_fine("ticket", "show", key, "--json").json["fields"]["title"], "Theirs")

    def test_cli_shows_no_escape_sequences_of_others(self):
        key = self.run_fine("ticket", "new", "--title", "Evil \x1b]0;x\x07\x1b[31m", "--body", "\x1b[2J").out.strip()
        for words in (["ticket", "show", key], ["ticket", "list", "--all"], ["ticket", "list", "--all", "--plain"], ["events", "replay"]):
            self.assertNotIn("\x1b", self.run_fine(*words).out, words)

    def test_cli_shows_all_letters_where_no_locale_is_set(self):
        key = self.run_fine("ticket", "new", "--title", "Grüße 日本").out.strip()
        for locale in ("C", "POSIX", "nowhere"):
            for words in (["ticket", "list", "--all"], ["ticket", "show", key]):
                self.assertIn("Grüße 日本", self.run_fine(*words, LC_ALL=locale, LANG=locale).out, (locale, words))

    def test_cli_json_steers_no_terminal_and_loses_nothing(self):
        title = "Evil \u009b2J \u202e\x7f \U0001f600"
        key = self.run_fine("ticket", "new", "--title", title).out.strip()
        shown = self.run_fine("ticket", "show", key, "--json")
        self.assertEqual(shown.json["fields"]["title"], title)
        self.assertIn("\\u009b2J \\u202e\\u007f \U0001f600", shown.out)

    def test_cli_share_pushes_and_egress_shows_it(self):
        self.connect("shared")
        key = self.run_fine("ticket", "new", "--title", "Shared pump", "--project", "shared").out.strip()
        wait_for(lambda: any(m["state"] == "linked" for m in self.run_fine("ticket", "show", key, "--json").json["mappings"]), "the push")
        shown = self.run_fine("ticket", "show", key, "--external").out
        self.assertRegex(shown, r"FIELD +HERE +shared")
        self.assertRegex(shown, r"title +Shared pump +Shared pump")
        self.assertIn("seen ", shown)
        rows = self.run_fine("audit", "egress", "--ticket", key, "--json").json["rows"]
        self.assertEqual(rows[0]["project"], "shared")
        self.assertIn("title", rows[0]["fields"])

    def test_cli_share_tells_which_comments_stay(self):
        self.connect("secretive")
        key = self.run_fine("ticket", "new", "--title", "Kept", "--privacy", "local_only").out.strip()
        self.run_fine("ticket", "comment", key, "--body", "Not for them")
        shared = self.run_fine("ticket", "share", key, "--project", "secretive", "--privacy", "shareable")
        self.assertIn("1 of its comments stays here", shared.err)
        wait_for(lambda: any(m["state"] == "linked" for m in self.run_fine("ticket", "show", key, "--json").json["mappings"]), "the push")


if __name__ == "__main__":
    tap.main(__name__)
