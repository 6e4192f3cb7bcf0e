#!/usr/bin/python3
"""The audit trail: a chain of hashes that anybody can compute again, and what verifying it says of each way to change it."""

import hashlib
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from verbs import Refused  # noqa: E402
from world import World  # noqa: E402


def quoted(text):
    """A JSON string as the trail writes it."""
    short = {"\n": "\\n", '"': '\\"', "\\": "\\\\"}
    return '"%s"' % "".join(short.get(one, "\\u%04x" % ord(one) if one < " " else one) for one in text)


def computed(row, previous):
    texts = ",".join(quoted(row.get(name, "")) for name in ("actor", "action", "subject", "detail"))
    content = "[%d,%s]" % (row["at_us"], texts)
    return hashlib.blake2b(bytes.fromhex(previous) + content.encode(), digest_size=32).hexdigest()


class Audit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(("--issues", "3", "--no-limits", "--no-pull-requests"))
        cls.world.connect()
        cls.world.sync()
        cls.world.settle()
        for number in range(6):
            cls.world.call("project.set_state", name="rocket", state="paused", reason="", actor='user:ann "é"\n\t%d' % number)
        cls.world.call("project.set_state", name="rocket", state="active", actor="user:ann")
        cls.world.sql("create table kept as select * from audit")

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def tearDown(self):
        self.world.sql("delete from audit")
        self.world.sql("insert into audit overriding system value select * from kept")

    def rows(self):
        return self.world.call("audit.list")["rows"]

    def verify(self, **query):
        return self.world.call("audit.verify", **query)

    def test_audit_hashes_can_be_computed_from_the_export(self):
        rows, previous = self.rows(), ""
        self.assertGreater(len(rows), 8)
        for row in rows:
            self.assertEqual(row.get("previous", ""), previous)
            previous = computed(row, previous)
            self.assertEqual(row["hash"], previous)
        self.assertEqual(self.verify()["head"], previous)

    def test_audit_is_verified_page_by_page(self):
        rows, after, counted, found = self.rows(), 0, 0, False
        for _ in range(len(rows)):
            page = self.verify(after=after, limit=2, hash=rows[-1]["hash"])
            self.assertEqual(page.get("broken", 0), 0)
            counted, after, found = counted + page.get("rows", 0), page["next"], found or page.get("found", False)
            if not page.get("more"):
                break
        self.assertEqual((counted, found), (len(rows), True))

    def test_audit_names_the_first_row_that_was_changed(self):
        row = self.rows()[4]["id"]
        for change in ("actor = 'user:bob'", "at = at - interval '1 microsecond'", "detail = '{\"state\": \"failed\"}'",
                       "subject = 'other'", "action = 'project.remove'", "hash = hash || ''::bytea || '\\x00'"):
            with self.subTest(change=change):
                self.world.sql("update audit set %s where id = %d" % (change, row))
                found = self.verify()
                self.assertEqual((found["broken"], found["rows"]), (row, 4))
                self.assertIn("not what was written", found["fault"])
                self.tearDown()

    def test_audit_names_the_row_after_one_that_was_removed(self):
        rows = self.rows()
        self.world.sql("delete from audit where id = %d" % rows[3]["id"])
        found = self.verify()
        self.assertEqual((found["broken"], found["rows"]), (rows[4]["id"], 3))
        self.assertIn("does not follow", found["fault"])

    def test_audit_that_was_cut_off_lacks_the_hash_that_was_noted(self):
        noted = self.verify()["head"]
        self.assertTrue(self.verify(hash=noted)["found"])
        self.world.sql("delete from audit where id = %d" % self.rows()[-1]["id"])
        cut = self.verify(hash=noted)
        self.assertEqual((cut.get("broken", 0), cut.get("found", False)), (0, False))

    def test_audit_says_when_rows_vanish_between_pages(self):
        row = self.rows()[3]["id"]
        self.world.sql("delete from audit where id = %d" % row)
        with self.assertRaises(Refused) as refused:
            self.world.verbs.call("audit.verify", after=row)
        self.assertEqual(refused.exception.code, "stale")

    def test_egress_is_found_by_project_ticket_and_time(self):
        key = self.world.call("ticket.new", project="rocket", actor="user:carol", fields={"title": "Leaves"})["key"]
        self.world.settle()
        rows = self.world.call("egress.list", project="rocket", ticket=key)["rows"]
        self.assertEqual([(row["ticket"], row["project"], row["rule"]) for row in rows], [(key, "rocket", "grant")])
        later = int(time.time() * 1000) + 60000
        self.assertEqual(self.world.call("egress.list", project="rocket", since_ms=later).get("rows", []), [])
        self.assertEqual(len(self.world.call("egress.list", ticket=key, since_ms=rows[0]["at_ms"] - 1)["rows"]), 1)
        with self.assertRaises(Refused) as refused:
            self.world.verbs.call("egress.list", project="nowhere")
        self.assertEqual(refused.exception.code, "gone")


if __name__ == "__main__":
    tap.main(__name__)
