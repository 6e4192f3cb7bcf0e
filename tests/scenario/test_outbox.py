#!/usr/bin/python3
"""The outbox as docs/streaming.md describes it to Debezium: its statements and the columns of its configuration, against
PostgreSQL's logical decoding with pgoutput, which is what Debezium reads."""

import json
import os
import re
import struct
import sys
import unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(FOLDER))
sys.path.insert(0, os.path.join(FOLDER, "..", "harness"))
import tap  # noqa: E402
from world import Cluster, World  # noqa: E402

TICKETS = 40


def documented(kind):
    """The block of this language in the document."""
    with open(os.path.join(ROOT, "docs", "streaming.md"), encoding="utf-8") as file:
        found = re.findall(r"^```%s\n(.*?)^```$" % kind, file.read(), re.MULTILINE | re.DOTALL)
    assert len(found) == 1, "%d blocks of %s" % (len(found), kind)
    return found[0]


def configuration():
    return dict(line.split("=", 1) for line in documented("properties").splitlines())


class LogicalCluster(Cluster):
    """With wal_level = logical."""

    def __init__(self):
        super().__init__()
        self.sql("postgres", "alter system set wal_level = logical")
        self.kill()
        self.start()


class StoreOnly(World):
    roles = ("store",)


def texts(data, at):
    """The columns of a TupleData: https://www.postgresql.org/docs/15/protocol-logicalrep-message-formats.html"""
    (count,), at = struct.unpack_from(">H", data, at), at + 2
    for _ in range(count):
        kind, at = data[at:at + 1], at + 1
        if kind == b"t":
            (length,) = struct.unpack_from(">I", data, at)
            yield data[at + 4:at + 4 + length].decode()
            at += 4 + length
        else:
            assert kind == b"n", kind
            yield None


def names(data):
    """The relation's columns from its message."""
    at = data.index(b"\0", data.index(b"\0", 5) + 1) + 2  # after its number, schema and name, and a byte
    (count,), at = struct.unpack_from(">H", data, at), at + 2
    for _ in range(count):
        end = data.index(b"\0", at + 1)
        yield data[at + 1:end].decode()
        at = end + 9


class Outbox(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = LogicalCluster()
        cls.addClassCleanup(cls.cluster.close)
        cls.world = StoreOnly(sandbox_options=("--issues", "0"), cluster=cls.cluster)
        cls.addClassCleanup(cls.world.close)
        cls.config = configuration()
        cls.world.sql(documented("sql"))
        cls.world.sql("select pg_create_logical_replication_slot('%s', '%s')" % (cls.config["slot.name"], cls.config["plugin.name"]))
        events = [{"id": str(n), "source": "crm", "type": "tandem.v1.TicketCreated", "data": json.dumps({"fields": {"title": "T"}})}
                  for n in range(TICKETS)]
        cls.world.call("events.publish", actor="crm", events=events)
        cls.world.connect(direction="disabled")

    def decoded(self):
        """The rows that the slot sees, each as a map of its columns."""
        rows = self.world.sql("select encode(data, 'hex') from pg_logical_slot_peek_binary_changes('%s', null, null, 'proto_version', "
                              "'1', 'publication_names', '%s')" % (self.config["slot.name"], self.config["publication.name"]))
        columns, found = [], []
        for message in (bytes.fromhex(row[0]) for row in rows):
            if message[:1] == b"R":
                columns = list(names(message))
            elif message[:1] == b"I":
                found.append(dict(zip(columns, texts(message, 6), strict=True)))
            else:
                self.assertIn(message[:1], (b"B", b"C"), "only inserts are published")
        return found

    def test_outbox_is_decoded_in_order_with_its_columns(self):
        log = self.world.call("events.read", limit=500)["events"]
        rows = self.decoded()
        self.assertGreater(len(rows), TICKETS)
        self.assertEqual([int(row["sequence"]) for row in rows], [event["sequence"] for event in log])
        self.assertEqual([row["id"] for row in rows], [event["id"] for event in log])
        for row, event in zip(rows, log):
            self.assertEqual(json.loads(row["payload"]), json.loads(event["data"]))
            self.assertEqual((row["type"], row["source"], row["partitionkey"], row["aggregateid"]),
                             (event["type"], event["source"], event["partitionkey"], event["subject"]))
        self.assertEqual({row["aggregatetype"] for row in rows}, {"ticket", "project"})

    def test_outbox_has_the_columns_that_the_configuration_names(self):
        published = set(self.decoded()[0])
        option = "transforms.outbox."
        one = [self.config[option + name] for name in ("table.field.event.id", "table.field.event.key", "table.field.event.payload",
                                                       "route.by.field")]
        headers = [pair.split(":") for pair in self.config[option + "table.fields.additional.placement"].split(",")]
        self.assertLessEqual(set(one + [column for column, _, _ in headers]), published)
        self.assertEqual({place for _, place, _ in headers}, {"header"})
        for required in ("id", "source", "type"):
            self.assertIn("ce_" + required, [alias for _, _, alias in headers])

    def test_outbox_types_are_what_the_router_takes(self):
        """The id a uuid, the payload JSON; no option names a column for the timestamp, which would have to be one without zone."""
        types = dict(self.world.sql("select attname, atttypid::regtype from pg_attribute where attrelid = 'event_log'::regclass "
                                    "and attnum > 0"))
        self.assertEqual((types["id"], types["payload"], types["time"]), ("uuid", "jsonb", "timestamp with time zone"))
        self.assertNotIn("transforms.outbox.table.field.event.timestamp", self.config)

    def test_outbox_reader_may_read_the_log_and_nothing_else(self):
        role = self.config["database.user"]
        self.assertEqual(self.config["table.include.list"], "public.event_log")
        rows = self.world.sql("select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v') "
                              "and has_table_privilege('%s', oid, 'select')" % role)
        self.assertEqual(rows, [["event_log"]])
        self.assertEqual(self.world.sql("select rolreplication from pg_roles where rolname = '%s'" % role), [["t"]])


if __name__ == "__main__":
    tap.main(__name__)
