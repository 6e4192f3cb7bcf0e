#!/usr/bin/python3
"""What is deleted because of its age, and what never is (docs/adr/0025-what-is-kept.md): sessions, writes, the beginning of the event
log. Whoever asks for something deleted is told so."""

import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from verbs import Refused  # noqa: E402
from world import World, wait_for  # noqa: E402

EVER = ("item", "mapping", "external_item", "change_log", "conflict", "audit", "egress")
DAYS = {"QUIET_SESSIONS": 2, "SESSIONS": 10, "EVENTS": 20}


class Retention(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(("--issues", "6", "--no-limits", "--no-pull-requests"))
        cls.world.connect(poll_interval_s=86400)
        cls.world.settle()
        cls.world.sandbox.act("alice", "edit", number=3, fields={"title": "Changed there"})
        cls.changing = cls.world.sync()["id"]
        cls.world.call("ticket.edit", key=cls.world.ticket_of("#4")["key"], set={"title": "Changed here"}, actor="user:test")
        cls.made = cls.world.call("ticket.new", project="rocket", fields={"title": "Made here"}, actor="user:test")["key"]
        cls.world.settle()
        cls.sending = cls.world.sync()["id"]
        cls.undo = cls.world.call("session.undo", id=cls.changing, actor="user:test")["id"]
        cls.world.finish(cls.undo)
        cls.world.settle()
        for _ in range(3):
            cls.world.sync()
        cls.world.settle()
        cls.newest = int(cls.one("select max(id) from session"))

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    @classmethod
    def one(cls, text):
        return cls.world.sql(text)[0][0]

    def count(self, what):
        return int(self.one("select count(*) from " + what))

    def age(self, days):
        """As if all of it had been so long ago."""
        back = "interval '%d days'" % days
        for table, columns in (("session", ("started_at", "finished_at")), ("intent", ("created_at", "retried_at", "done_at")),
                               ("event_log", ("time",)), ("egress", ("at",))):
            self.world.sql("update %s set %s" % (table, ", ".join("%s = %s - %s" % (name, name, back) for name in columns)))

    def restart(self, **days):
        """A store that leads looks first of all for what is too old."""
        self.world.processes["store"].stop()
        self.world.start("store", more={"TANDEM_RETENTION_%s_DAYS" % name: str(count) for name, count in days.items()})
        self.world.wait_for_store()

    def kept_for_ever(self):
        return {table: self.count(table) for table in EVER}

    def test_1_sessions_go_by_what_came_of_them(self):
        ever = self.kept_for_ever()
        self.age(3)
        quiet = self.count("session where imported + updated + created + pushed + conflicts = 0 and mode <> 'undo' and id <> %d "
                           "and not exists (select from change_log l where l.session_id = session.id)" % self.newest)
        self.assertGreater(quiet, 0)
        before = self.count("session")
        self.restart(**DAYS)
        wait_for(lambda: self.count("session") == before - quiet, "quiet sessions to go")
        self.assertEqual(self.count("session where id in (%d, %d, %d)" % (self.changing, self.undo, self.newest)), 3)
        self.assertEqual(self.world.call("session.undone", id=self.undo)["lines"][0]["outcome"], "done")
        self.assertEqual(self.kept_for_ever(), ever)

    def test_2_what_is_undone_is_told_of_until_it_goes_with_its_writes(self):
        ever, creations = self.kept_for_ever(), self.count("intent where change = 'create'")
        sent = self.world.call("egress.list", limit=100)["rows"]
        self.assertGreater(creations, 0)
        self.age(9)
        self.restart(**DAYS)
        wait_for(lambda: self.count("session") == 1, "old sessions to go")
        wait_for(lambda: self.count("intent where change <> 'create'") == 0, "old writes to go")
        self.assertEqual(self.count("undo_item"), 0)
        self.assertEqual(self.count("intent where change = 'create'"), creations)  # their markers are known for ever
        self.assertEqual(self.kept_for_ever(), ever)
        shown = self.world.call("egress.list", limit=100)["rows"]
        self.assertEqual([(row["intent_id"], row.get("external_key"), row["ticket"]) for row in shown],
                         [(row["intent_id"], row.get("external_key"), row["ticket"]) for row in sent])

    def test_3_who_asks_for_a_session_that_was_deleted_is_told_so(self):
        for verb, body in (("session.undo", {"actor": "user:test"}), ("session.get", {}), ("session.undone", {"preview": True})):
            with self.assertRaisesRegex(Refused, "deleted because of its age"):
                self.world.call(verb, id=self.changing, **body)
        with self.assertRaisesRegex(Refused, "there is no session"):
            self.world.call("session.get", id=10 ** 9)

    def test_4_the_log_loses_its_beginning_and_says_so(self):
        head = self.world.call("events.read", after=0, limit=1)["head"]
        self.assertEqual(self.world.call("status")["first_event"], 1)
        young = int(self.one("select max(sequence) - 3 from event_log"))
        self.world.sql("update event_log set time = time - interval '30 days' where sequence < %d" % young)
        self.restart(**DAYS)
        wait_for(lambda: self.world.call("status")["first_event"] == young, "the log to begin later")
        page = self.world.call("events.read", after=0, limit=1000)
        self.assertEqual((page["first"], page["events"][0]["sequence"]), (young, young))
        self.assertEqual([event["sequence"] for event in self.world.call("events.read", after=young - 1, limit=1000)["events"]],
                         list(range(young, page["head"] + 1)))
        for after in (1, young - 2):
            with self.assertRaisesRegex(Refused, "were deleted.*go on after %d" % (young - 1)):
                self.world.call("events.read", after=after, limit=10)
        self.assertGreaterEqual(page["head"], head)

    def test_5_the_newest_event_stays_and_the_next_one_follows_it(self):
        self.world.sql("update event_log set time = time - interval '100 days'")
        head = self.world.call("events.read", after=0, limit=1)["head"]
        self.restart(**DAYS)
        wait_for(lambda: self.count("event_log") == 1, "all but the newest event to go")
        self.restart(**DAYS)  # which finds its place by that one
        self.world.call("ticket.edit", key=self.made, set={"title": "Named anew"}, actor="user:test")
        self.assertEqual(self.world.call("events.read", after=head, limit=10)["events"][0]["sequence"], head + 1)

    def test_6_the_database_lets_the_store_take_only_the_old_beginning(self):
        url = "host=%s dbname=%s user=tandem_store" % (self.world.cluster.folder, self.world.database)

        def ask(statement):
            return subprocess.run(["psql", "-qXAt", url, "-c", statement], capture_output=True, text=True, check=False)
        young = self.one("select min(sequence) from event_log where time > now() - interval '1 day'")
        self.assertIn("permission denied", ask("delete from event_log").stderr)
        self.assertEqual(ask("select forget_events(now() + interval '1 day', 1000) >= 0").stdout, "t\n")
        self.assertEqual(self.count("event_log where sequence = %s" % young), 1)

    def test_7_the_audit_trail_is_whole(self):
        verified = self.world.call("audit.verify")
        self.assertGreater(verified["rows"], 0)
        self.assertEqual(verified.get("broken", 0), 0)

    def test_7_what_has_to_be_known_for_a_while_goes_after_it(self):
        ages = {"request": ("at", "2 hours"), "event_received": ("at", "31 days")}
        self.world.call("ticket.edit", key=self.made, set={"title": "Once more"}, actor="user:test")
        self.world.sql("insert into event_received (id) values (gen_random_uuid())")
        for table, (column, age) in ages.items():
            self.assertGreater(self.count(table), 0, table)
            self.world.sql("update %s set %s = %s - interval '%s'" % (table, column, column, age))
        self.restart(**DAYS)
        for table in ages:
            wait_for(lambda table=table: self.count(table) == 0, "what is old in %s to go" % table)

    def test_8_a_setting_that_is_no_number_of_days_is_refused(self):
        self.world.processes["store"].stop()
        self.world.start("store", more={"TANDEM_RETENTION_EVENTS_DAYS": "soon"})
        wait_for(lambda: "TANDEM_RETENTION_EVENTS_DAYS: retention.events_days must be a whole number" in
                 self.world.processes["store"].output(), "the refusal")

    def test_7_events_that_fill_more_than_a_message_come_in_parts(self):
        head = self.world.call("events.read", after=0, limit=1)["head"]
        self.addCleanup(self.world.sql, "delete from event_log where source = 'test'")
        self.world.sql("insert into event_log (sequence, id, source, type, aggregatetype, aggregateid, partitionkey, payload) "
                       "select %d + n, gen_random_uuid(), 'test', 'tandem.v1.TicketUpdated', 'ticket', 'T-1', 'T-1', "
                       "jsonb_build_object('ticket', repeat('x', 60000)) from generate_series(1, 700) n" % head)
        found, pages = [], []
        while page := self.world.call("events.read", after=found[-1] if found else head, limit=1000).get("events"):
            found += [event["sequence"] for event in page]
            pages.append(len(page))
        self.assertEqual(found, list(range(head + 1, head + 701)))
        self.assertGreaterEqual(min(pages[:-1]), 500)


if __name__ == "__main__":
    tap.main(__name__)
