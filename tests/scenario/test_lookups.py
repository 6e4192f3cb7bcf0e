#!/usr/bin/python3
"""No statement of everyday work reads its way through a table that grows with a project: as the planner sees them, in a
database without statistics, where it guesses worst."""

import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from trackers import JsonTracker, OneTracker  # noqa: E402
from world import Cluster, World, wait_for  # noqa: E402

# What waits to be done is no such table: it is as large as the work.
GROWING = {"item", "mapping", "external_item", "intent", "conflict", "change_log", "event_log", "delivery", "request", "egress",
           "audit", "preview", "shown", "sync_plan_step", "event_received", "gone_item"}

# How many tickets there are is told to whoever asks how things stand.
COUNTED = "select count(number) as tickets"

READS = {"status": {}, "ticket.list": {"limit": 10}, "ticket.get": {"key": "T-3"}, "conflict.list": {"limit": 10, "state": "open"},
         "session.list": {"project": "rocket"}, "egress.list": {"limit": 10}, "audit.list": {"limit": 10}, "audit.verify": {},
         "events.read": {"after": 0, "limit": 10}, "schedule.tick": {}}

EXPLAIN = ("-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 -c auto_explain.log_format=json "
           "-c auto_explain.log_nested_statements=on")

# Tickets that are created there, webhooks and looks at single tickets.
MUCH_WAITS = """
    insert into item (kind, number, fields, privacy, author) select 'ticket', 1000 + n, '{}', 'public', 'user:test' from
        generate_series(1, 2000) n;
    insert into mapping (project_id, kind, item_id, state) select p.id, 'ticket', i.id, 'creating' from project p, item i where number > 1000;
    insert into intent (project_id, mapping_id, item_id, kind, change, payload_set, payload_add, payload_remove, sent_local)
        select project_id, id, item_id, kind, 'create', '{}', '{}', '{}', '{}' from mapping where state = 'creating';
    insert into delivery (project_id, delivery_id, event, body, state) select p.id, n, 'issues', 'x', 'pending' from project p,
        generate_series(1, 2000) n;
    insert into fetch_queue (project_id, kind, external_id, reason) select p.id, 'ticket', n, 'test' from project p,
        generate_series(1001, 3000) n"""
WHAT_WAITS_IS_TAKEN = (
    ("update project set state = 'paused'", "none"),
    ("update project set state = 'active'; update credential set blocked_until = now() + interval '1 hour'", "none"),
    ("update credential set blocked_until = null; update project set writes_held_until = now() + interval '1 hour'", "deliver"),
    ("select 1", "fetch"),
    ("update project set writes_held_until = null", "push"))


class Explained(World):
    """Its store has PostgreSQL log the plan of each of its statements."""

    explain = EXPLAIN

    def __init__(self, *arguments):
        """Statistics would come by themselves where this takes long."""
        cluster = Cluster.shared()
        for statement in ("alter system set autovacuum = off", "select pg_reload_conf()"):
            cluster.sql("postgres", statement)
        wait_for(lambda: not cluster.sql("postgres", "select 1 from pg_stat_activity where backend_type like 'autovacuum%'"), "autovacuum to end")
        super().__init__(*arguments)

    def environment(self, more=()):
        environment = super().environment(more)
        # as the owner: only who may do everything may have plans logged
        environment["TANDEM_DATABASE_URL"] = environment["TANDEM_DATABASE_OWNER_URL"] + " options='%s'" % self.explain
        return environment


class Measured(Explained):
    """The same, with how many rows each step has read."""

    explain = EXPLAIN + " -c auto_explain.log_analyze=on -c auto_explain.log_timing=off"


class ExplainedTracker(Explained, OneTracker):
    """The same with a tracker whose tickets may be for some people only."""


def plans(log):
    for match in re.finditer(r"plan:\n((?:\t.*\n)+)", log):
        plan = json.loads(match.group(1))
        yield plan["Query Text"], plan["Plan"]


def is_lookup(node):
    condition = node.get("Index Cond", "").replace("IS NOT NULL", "")
    return any(sign in condition for sign in "=<>") or "TID Cond" in node


def walks(node, tables, limited=False):
    """The nodes that read all of a growing table, by itself or by an index, unless they stop at a limit."""
    kind = node["Node Type"]
    limited = (limited or kind == "Limit") and kind != "Sort"
    table = tables.get(node.get("Index Name"), node.get("Relation Name"))
    if "Scan" in kind and kind != "Bitmap Heap Scan" and table in GROWING and not limited and not is_lookup(node):
        yield "%s of %s" % (kind, node.get("Index Name", table))
    for child in node.get("Plans", ()):
        yield from walks(child, tables, limited)


def read(node):
    """How many rows each node looked at."""
    if "Scan" in node["Node Type"]:
        rows = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0))
        yield "%s of %s" % (node["Node Type"], node.get("Index Name", node.get("Relation Name"))), rows * node["Actual Loops"]
    for child in node.get("Plans", ()):
        yield from read(child)


def indexed(world):
    """The table of each index. Those of a part are of what waits, or what is open."""
    return {index: table if part == "f" else None for index, table, part in world.sql(
        "select indexrelid::regclass, indrelid::regclass, coalesce(pg_get_expr(indpred, indrelid) ~ 'state', false) "
        "from pg_index")}


# Foreign keys of growing tables whose columns no whole index begins with: whoever deletes what they refer to reads the table.
UNINDEXED = """
    select conrelid::regclass || ' of ' || confrelid::regclass from pg_constraint where contype = 'f'
    and confrelid::regclass::text = any(string_to_array('%s', ',')) and conrelid::regclass::text = any(string_to_array('%s', ','))
    and not exists (select from pg_index where indrelid = conrelid and indkey[0] = conkey[1]
        and coalesce(pg_get_expr(indpred, indrelid) ~ '^[(][a-z_]+ IS NOT NULL[)]$', true))"""
STORE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "services", "store")


def deleted_from():
    """The tables that the store's statements delete from."""
    for folder, _, names in os.walk(STORE):
        for name in names:
            if name.endswith(".c"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    yield from re.findall(r"delete from (\w+)", file.read())


class Lookups(unittest.TestCase):
    def test_what_is_deleted_is_looked_for_by_keys(self):
        tables = set(deleted_from())
        self.assertIn("mapping", tables)
        with World() as world:
            found = world.sql(UNINDEXED % (",".join(tables), ",".join(GROWING | {"awaited_reference"})))
        self.assertFalse(found)

    def test_no_statement_walks_a_table_that_grows(self):
        with Explained(("--issues", "60", "--no-limits")) as world:
            self.work(world)
            self.projects(world)
            tables = indexed(world)
            with open(world.cluster.folder + "/log", encoding="utf-8", errors="replace") as file:
                explained = [(text, plan) for text, plan in plans(file.read())
                             if not text.startswith(("--", COUNTED))]  # the former: a migration
        self.assertGreater(len({text for text, _ in explained}), 50)
        found = {"%s: %s" % (walk, text) for text, plan in explained for walk in walks(plan, tables)}
        self.assertFalse(found, "\n".join(sorted(found)))

    def test_claims_read_no_more_than_they_take(self):
        """However much waits behind it, or cannot be taken now: else it takes the longer the more there is, each time."""
        with Measured(("--issues", "1", "--no-limits")) as world:
            world.connect()
            world.sync()
            world.settle()
            for role in [role for role in world.processes if role != "store"]:
                world.processes[role].kill()
            world.sql("update lease set until = '-infinity'")
            world.sql(MUCH_WAITS)
            log = world.cluster.folder + "/log"
            for statement, kind in WHAT_WAITS_IS_TAKEN:
                world.sql(statement)
                before = os.path.getsize(log)
                self.assertEqual(world.call("work.claim", system="github", worker="test")["kind"], kind, statement)
                with open(log, encoding="utf-8", errors="replace") as file:
                    file.seek(before)
                    explained = list(plans(file.read()))
                self.assertGreater(len(explained), 2)
                found = ["%d by %s: %s" % (rows, node, text) for text, plan in explained for node, rows in read(plan) if rows > 100]
                self.assertFalse(found, statement)

    def test_no_statement_walks_for_what_becomes_restricted(self):
        with ExplainedTracker(JsonTracker) as world:
            world.connect()
            tracker, log = world.tracker, world.cluster.folder + "/log"
            before = os.path.getsize(log)
            number = tracker.create("alice", title="For some")
            tracker.comment("alice", number, "Said to some")
            world.sync()
            world.settle()
            tracker.edit("alice", number, internal=True)
            world.sync()
            world.settle()
            world.call("status")
            self.assertEqual(world.sql("select privacy from item order by id"), [["local_only"], ["shareable"]])
            tables = indexed(world)
            with open(log, encoding="utf-8", errors="replace") as file:
                file.seek(before)
                explained = [(text, plan) for text, plan in plans(file.read()) if "restricted" in text]
        self.assertGreater(len({text for text, _ in explained}), 5)
        found = {"%s: %s" % (walk, text) for text, plan in explained for walk in walks(plan, tables)}
        self.assertFalse(found, "\n".join(sorted(found)))

    def work(self, world):
        world.hook()
        world.connect()
        world.settle()
        world.sandbox.act("alice", "edit", number=3, fields={"title": "Changed there"})
        world.sandbox.act("alice", "comment", number=3, fields={"body": "Said there"})
        key = world.call("ticket.new", project="rocket", fields={"title": "Made here", "body": "Here"}, actor="user:test")["key"]
        world.settle()
        world.call("ticket.edit", key=key, set={"title": "Changed here"}, actor="user:test")
        world.call("ticket.comment", key=key, body="Said here", actor="user:test")
        world.settle()
        world.sync(mode="full")
        world.settle()
        world.sync(mode="dry_run")
        self.plan(world, key)
        for verb, body in READS.items():
            world.call(verb, **body)
        world.call("ticket.get", key="rocket:#3")
        self.lose(world)
        self.take_back(world, key)
        world.call("egress.list", ticket=key, project="rocket")

    def plan(self, world, key):
        """One that is applied, and one of which something has moved."""
        for moves in (False, True):
            world.call("project.set_state", name="rocket", state="paused", actor="user:test")
            world.call("ticket.edit", key=key, set={"title": "Planned %s" % moves}, actor="user:test")
            world.sandbox.act("alice", "create", fields={"title": "New there %s" % moves})
            plan = world.call("session.preview", id=world.sync(mode="dry_run")["id"])["plan"]
            if moves:
                world.call("ticket.share", key=key, privacy="local_only", actor="user:test")
            applied = world.finish(world.call("plan.apply", plan=plan, actor="user:test")["id"])
            self.assertEqual(applied["state"], "failed" if moves else "completed", applied)
            world.settle()
        world.call("ticket.share", key=key, privacy="shareable", actor="user:test")
        world.call("project.set_state", name="rocket", state="active", actor="user:test")
        world.settle()

    def lose(self, world):
        """So much that the project stops; then all of it is asked about."""
        for number in range(30, 42):
            world.sandbox.act("erin", "delete", number=number)
        wait_for(lambda: world.sql("select 1 from project where gone_paused"), "the project to stop")
        world.call("project.set_state", name="rocket", state="active", actor="user:test")
        wait_for(lambda: world.sql("select count(*) from conflict where field = 'ticket'") == [["12"]], "the questions")
        world.settle()

    def projects(self, world):
        """With more projects that nothing waits for, as many statements as with few, and the pages of all are all."""
        for role in [role for role in world.processes if role != "store"]:
            world.processes[role].stop()
        world.sql("update project set next_sync_at = now() + interval '1 day'")
        few = {verb: self.statements(world, verb) for verb in ("status", "schedule.tick")}
        world.sql("insert into project overriding system value select (jsonb_populate_record(p, jsonb_build_object('id', p.id + n, 'name', "
                  "'rocket ' || n, 'remote', 'acme/' || n))).* from project p, generate_series(1, 40) n")
        self.assertEqual({verb: self.statements(world, verb) for verb in few}, few)
        whole, pages = world.call("status"), [world.call("status", limit=7)]
        self.assertNotIn("more", whole)
        while pages[-1].get("more"):
            pages.append(world.call("status", limit=7, after=pages[-1]["projects"][-1]["project"]["name"]))
        self.assertEqual([len(page["projects"]) for page in pages], [7, 7, 7, 7, 7, 6])
        self.assertEqual([one for page in pages for one in page["projects"]], whole["projects"])
        self.assertGreater(pages[0]["tickets"], 0)
        self.assertNotIn("tickets", pages[1])
        self.assertEqual(world.call("status", project="rocket 7")["projects"], [one for one in whole["projects"]
                                                                                if one["project"]["name"] == "rocket 7"])

    def statements(self, world, verb):
        world.call(verb)  # nothing is left for the one that is looked at
        log = world.cluster.folder + "/log"
        before = os.path.getsize(log)
        world.call(verb)
        with open(log, encoding="utf-8", errors="replace") as file:
            file.seek(before)
            return len(list(plans(file.read())))

    def take_back(self, world, key):
        world.call("session.undone", id=1, preview=True)
        undo = world.call("session.undo", id=1, actor="user:test")["id"]
        world.finish(undo)
        world.call("session.undone", id=undo)
        world.call("ticket.share", key=key, privacy="local_only", actor="user:test")
        world.call("ticket.retract", key=key, actor="user:test")
        world.settle()


if __name__ == "__main__":
    tap.main(__name__)
