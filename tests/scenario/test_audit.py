#!/usr/bin/python3
"""The audit trail: a chain of hashes that anybody can compute again, and what verifying it says of each way to change it. And
the roles in the database, which may not change it: what each may do, and how an installation gets them."""

import glob
import hashlib
import os
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from verbs import Refused  # noqa: E402
from world import BIN, PATIENT_S, ROOT, Cluster, Psql, World  # noqa: E402


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

    def assert_denied(self, role, statement):
        psql = Psql(self.world.cluster, self.world.database, role)
        with self.assertRaisesRegex(AssertionError, "permission denied|must be owner", msg=statement):
            psql.sql(statement)
        psql.close()

    def test_roles_the_store_neither_makes_nor_changes_what_is_only_added_to(self):
        for table in ("audit", "egress", "event_log", "change_log"):
            self.assert_denied("tandem_store", "delete from %s" % table)
            self.assert_denied("tandem_store", "truncate %s" % table)
        for statement in ("update audit set actor = 'nobody'", "update egress set rule = 'public'", "update event_log set payload = '{}'",
                          "create table mine (a int)", "create temporary table mine (a int)", "alter table audit add column a int",
                          "drop table audit", "truncate item", "update schema_version set version = 1", "delete from installation",
                          "select grant_roles()", "create role mine"):
            self.assert_denied("tandem_store", statement)

    def test_roles_a_report_reads_and_sees_no_secrets(self):
        psql = Psql(self.world.cluster, self.world.database, "tandem_report")
        self.assertEqual(psql.sql("select name, kind from credential order by name")[0], ["rocket", "pat"])
        self.assertGreater(int(psql.sql("select count(*) from item")[0][0]), 2)
        self.assertEqual(len(psql.sql("select encode(hash, 'hex') from audit limit 1")[0][0]), 64)
        psql.close()
        for statement in ("select ciphertext from credential", "select * from credential", "select nonce from credential",
                          "select marker_key from installation", "select reply from request", "select body from delivery",
                          "delete from item", "insert into audit default values", "create table mine (a int)"):
            self.assert_denied("tandem_report", statement)

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

    def test_egress_names_the_rule_that_let_it_out(self):
        """A grant, that it is public, or that it came from there."""
        new = {"project": "rocket", "actor": "user:carol", "fields": {"title": "Leaves"}}
        granted, public = (self.world.call("ticket.new", privacy=privacy, **new)["key"] for privacy in ("shareable", "public"))
        imported = self.world.ticket_of("#1")["key"]
        self.world.call("ticket.edit", key=imported, set={"title": "Goes back"}, actor="user:carol")
        private = self.world.call("ticket.new", privacy="local_only", **new)["key"]
        self.world.settle()
        told = {key: {row["rule"] for row in self.world.call("egress.list", ticket=key).get("rows", [])}
                for key in (granted, public, imported, private)}
        self.assertEqual(told, {granted: {"grant"}, public: {"public"}, imported: {"origin"}, private: set()})


class Installing(unittest.TestCase):
    """What `tandem-store --migrate` makes of a database."""

    def setUp(self):
        self.cluster = Cluster.shared()
        self.database = "r" + os.urandom(6).hex()
        self.cluster.sql("postgres", "create database " + self.database)

    def url(self, role):
        return "host=%s user=%s dbname=%s" % (self.cluster.folder, role, self.database)

    def migrate(self, **urls):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TANDEM_DATABASE")}
        return subprocess.run([os.path.join(BIN, "tandem-store"), "--migrate"], env={**environment, **urls}, capture_output=True,
                              text=True, timeout=PATIENT_S, check=False)

    def rights(self, role, table):
        return self.cluster.sql(self.database, "select string_agg(privilege_type, ' ' order by privilege_type) from "
                                "information_schema.role_table_grants where grantee = '%s' and table_name = '%s'" % (role, table))[0][0]

    def test_roles_an_older_database_gets_them_in_place(self):
        files = sorted(glob.glob(os.path.join(ROOT, "services/store/migrations/*.sql")))
        older = [path for path in files if os.path.basename(path) < "0013"]
        self.cluster.sql(self.database, "create table schema_version (version bigint primary key, applied_at timestamptz default now())")
        for number, path in enumerate(older, 1):
            with open(path, encoding="utf-8") as file:
                self.cluster.sql(self.database, file.read())
            self.cluster.sql(self.database, "insert into schema_version values (%d)" % number)
        before = self.migrate(TANDEM_DATABASE_URL=self.url("tandem_store"))
        self.assertEqual(before.returncode, 1)
        self.assertIn("tandem-store --migrate", before.stderr)
        after = self.migrate(TANDEM_DATABASE_OWNER_URL=self.url("tandem"))
        self.assertEqual(after.returncode, 0, after.stderr)
        self.assertEqual(self.rights("tandem_store", "audit"), "INSERT SELECT")
        self.assertEqual(self.rights("tandem_store", "item"), "DELETE INSERT SELECT UPDATE")
        self.assertEqual(self.migrate(TANDEM_DATABASE_URL=self.url("tandem_store")).returncode, 0)

    def test_roles_an_owner_that_may_not_make_roles_is_enough(self):
        """As on a managed server: an administrator makes the roles, the owner of the database does the rest."""
        owner = "o" + os.urandom(6).hex()
        self.cluster.sql("postgres", "create role %s login; alter database %s owner to %s" % (owner, self.database, owner))
        done = self.migrate(TANDEM_DATABASE_OWNER_URL=self.url(owner))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.rights("tandem_store", "egress"), "INSERT SELECT")

    def test_roles_tables_of_later_migrations_are_covered(self):
        self.assertEqual(self.migrate(TANDEM_DATABASE_OWNER_URL=self.url("tandem")).returncode, 0)
        self.cluster.sql(self.database, "create table later (id bigint, secret bytea)")
        self.assertEqual(self.migrate(TANDEM_DATABASE_OWNER_URL=self.url("tandem")).returncode, 0)
        self.assertEqual(self.rights("tandem_store", "later"), "DELETE INSERT SELECT UPDATE")
        shown = self.cluster.sql(self.database, "select column_name from information_schema.column_privileges where grantee = "
                                 "'tandem_report' and table_name = 'later'")
        self.assertEqual(shown, [["id"]])


if __name__ == "__main__":
    tap.main(__name__)
