#!/usr/bin/python3
"""GitHub and local tickets, both ways: a table of before / action / after, each row run from both sides at once in a world of
its own small repository, plus the stories that do not fit a row."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from verbs import Refused  # noqa: E402
from world import World, wait_for  # noqa: E402


class Row:
    """One line of the table: what each side does to one agreed ticket, and what both sides hold afterwards."""

    def __init__(self, name, local=None, external=None, expect=None, conflict=None, settings=None, before=None, winner=None):
        self.name = name
        self.local = local or {}          # ticket.edit arguments
        self.external = external or []    # (do, fields) of a person on GitHub
        self.expect = expect or {}        # field -> value, held by both sides; (local, external) when they differ
        self.conflict = conflict          # field with an open conflict
        self.settings = settings or {}
        self.winner = winner or {}        # field -> who won the conflict that was decided at once
        self.before = before or {}


def text(value):
    return {"set": {"body": value}}


BASE = {"title": "Engine coughs", "body": "one\ntwo\nthree\nfour\nfive", "labels": ["bug"]}
LOCAL_WINS = {"strategy": "local_wins"}
EXTERNAL_WINS = {"strategy": "external_wins", "confirmed_by": "alice"}
MERGE = {"strategy": "merge"}
BY_FIELD = {"confirmed_by": "alice", "rules": [{"field": "title", "strategy": "external_wins"}, {"field": "body", "strategy": "merge"},
                                               {"field": "milestone", "strategy": "manual"}], "strategy": "local_wins"}

TABLE = [
    Row("nobody_changes", expect={"title": "Engine coughs"}),
    Row("local_title_is_pushed", local={"set": {"title": "Engine roars"}}, expect={"title": "Engine roars"}),
    Row("external_title_is_pulled", external=[("edit", {"title": "Engine purrs"})], expect={"title": "Engine purrs"}),
    Row("equal_edits_agree", local={"set": {"title": "Same"}}, external=[("edit", {"title": "Same"})],
        expect={"title": "Same"}),
    Row("different_fields_both_arrive", local={"set": {"title": "Mine"}}, external=[("edit", {"body": "Theirs"})],
        expect={"title": "Mine", "body": "Theirs"}),
    Row("one_field_on_both_sides_is_a_conflict", local={"set": {"title": "Mine"}},
        external=[("edit", {"title": "Theirs"})], expect={"title": ("Mine", "Theirs")}, conflict="title"),
    Row("a_conflict_freezes_its_field_alone", local={"set": {"title": "Mine", "milestone": ""}, "add": {"labels": ["x"]}},
        external=[("edit", {"title": "Theirs", "body": "New"})],
        expect={"title": ("Mine", "Theirs"), "body": "New", "labels": {"bug", "x"}}, conflict="title"),
    Row("local_wins_pushes_and_keeps_the_loser", local={"set": {"title": "Mine"}},
        external=[("edit", {"title": "Theirs"})], expect={"title": "Mine"}, settings=LOCAL_WINS, winner={"title": "local"}),
    Row("external_wins_pulls_and_keeps_the_loser", local={"set": {"title": "Mine"}},
        external=[("edit", {"title": "Theirs"})], expect={"title": "Theirs"}, settings=EXTERNAL_WINS,
        winner={"title": "external"}),
    Row("labels_of_both_sides_merge", local={"add": {"labels": ["here"]}}, external=[("label", {"labels": ["there"]})],
        expect={"labels": {"bug", "here", "there"}}),
    Row("a_removed_label_stays_removed", local={"remove": {"labels": ["bug"]}},
        external=[("label", {"labels": ["there"]})], expect={"labels": {"there"}}),
    Row("texts_merge_line_by_line", local=text("ONE\ntwo\nthree\nfour\nfive"),
        external=[("edit", {"body": "one\ntwo\nthree\nfour\nFIVE"})],
        expect={"body": "ONE\ntwo\nthree\nfour\nFIVE"}, settings=MERGE, winner={"body": "merged"}),
    Row("fields_have_strategies_of_their_own", local={"set": {"title": "Mine", "body": "ONE\ntwo\nthree\nfour\nfive"}},
        external=[("edit", {"title": "Theirs", "body": "one\ntwo\nthree\nfour\nFIVE"})], settings=BY_FIELD,
        expect={"title": "Theirs", "body": "ONE\ntwo\nthree\nfour\nFIVE"}, winner={"title": "external", "body": "merged"}),
    Row("overlapping_texts_are_a_conflict", local=text("one\nTWO here\nthree\nfour\nfive"),
        external=[("edit", {"body": "one\nTWO there\nthree\nfour\nfive"})], settings=MERGE,
        expect={"body": ("one\nTWO here\nthree\nfour\nfive", "one\nTWO there\nthree\nfour\nfive")}, conflict="body"),
    Row("closing_here_closes_there", local={"set": {"status": "done"}}, expect={"status": ("done", "closed:completed")}),
    Row("closing_there_closes_here", external=[("close", {"state_reason": "not_planned"})],
        expect={"status": ("cancelled", "closed:not_planned")}),
    Row("a_lossy_status_stays_quiet", local={"set": {"status": "in_progress"}},
        expect={"status": ("in_progress", "open")}),
    Row("direction_push_does_not_pull", local={"set": {"title": "Mine"}}, external=[("edit", {"body": "Theirs"})],
        expect={"title": "Mine", "body": (BASE["body"], "Theirs")}, settings={"direction": "push"}),
    Row("direction_pull_does_not_push", local={"set": {"title": "Mine"}}, external=[("edit", {"body": "Theirs"})],
        expect={"title": ("Mine", "Engine coughs"), "body": "Theirs"}, settings={"direction": "pull"}),
    Row("windows_line_ends_are_no_edit", external=[("edit", {"body": "one\r\ntwo\r\nthree\r\nfour\r\nfive"})],
        expect={"body": (BASE["body"], "one\r\ntwo\r\nthree\r\nfour\r\nfive")}),
    Row("unicode_travels_both_ways", local={"set": {"title": "Größe 🚀 日本"}}, external=[("edit", {"body": "שלום\nḱ"})],
        expect={"title": "Größe 🚀 日本", "body": "שלום\nḱ"}),
]


def external_value(issue, field):
    if field == "status":
        return issue["state"] if issue["state"] == "open" else "closed:%s" % issue["state_reason"]
    if field == "labels":
        return {label["name"] for label in issue["labels"]}
    return issue[field] or ""


class TwoWay(unittest.TestCase):
    """Each row in one world: rows with the same settings share a repository and a session, so the table stays quick."""

    @classmethod
    def setUpClass(cls):
        cls.world = World(("--issues", "0", "--no-limits"))
        cls.groups = {}
        for row in TABLE:
            cls.groups.setdefault(repr(row.settings), []).append(row)
        for number, rows in enumerate(cls.groups.values()):
            cls._run_group("group%d" % number, rows)

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    @classmethod
    def _run_group(cls, name, rows):
        world, repo = cls.world, "acme/" + name
        world.sandbox.control("POST", "seed", {"repo": repo, "issues": 0})
        for row in rows:
            row.project = name
            row.number = world.sandbox.act("alice", "create", repo, fields=BASE)["issue"]["number"]
        world.connect(name, repo)
        world.sync(name)
        if rows[0].settings:
            world.connect(name, repo, **rows[0].settings)
        for row in rows:
            row.key = world.ticket_of("#%d" % row.number, name)["key"]
            if row.local:
                world.sandbox.control("POST", "faults", {"match": {"path": "/issues/%d$" % row.number}, "fault": "status",
                                                         "status": 503, "times": None})
        for row in rows:
            for do, fields in row.external:
                world.sandbox.act("bob", do, repo, number=row.number, fields=fields)
            if row.local:
                world.call("ticket.edit", key=row.key, actor="user:carol", **row.local)
        world.sandbox.control("DELETE", "faults")
        world.sync(name)
        wait_for(lambda: cls._quiet(name), "the project to be quiet")

    @classmethod
    def _quiet(cls, name):
        status = next(p for p in cls.world.call("status")["projects"] if p["project"]["name"] == name)
        return not status.get("waiting") and not status.get("unplanned")

    def check(self, row):
        ticket = self.world.call("ticket.get", key=row.key)
        issue = self.world.sandbox.issue(row.number, "acme/" + row.project)
        for field, expected in row.expect.items():
            here, there = expected if isinstance(expected, tuple) else (expected, expected)
            mine = ticket["fields"].get(field, "")
            self.assertEqual(set(mine) if isinstance(here, set) else mine, here, "local " + field)
            self.assertEqual(external_value(issue, field), there, "external " + field)
        open_fields = [c["field"] for c in self.world.call("conflict.list", ticket=row.key, state="open").get("conflicts", [])]
        self.assertEqual(open_fields, [row.conflict] if row.conflict else [])
        self.check_decided(row)

    def check_decided(self, row):
        """Whoever won, both values are kept by a row of the very transaction that applied it, with its events."""
        decided = self.world.call("conflict.list", ticket=row.key, state="resolved").get("conflicts", [])
        self.assertEqual({one["field"]: one["winner"] for one in decided}, row.winner)
        theirs = {field: value for _, fields in row.external for field, value in fields.items()}
        for one in decided:
            field = one["field"]
            self.assertEqual((one["local"][field], one["external"][field], one["base"][field]),
                             (row.local["set"][field], theirs[field], BASE[field]))
            self.assertTrue(one["decided_by"].startswith("strategy: "), one)
            self.assertEqual(one.get("value", {}).get(field), row.expect[field] if one["winner"] == "merged" else None)
            applied = ("intent where item_id = c.item_id and created_at = c.created_at" if one["winner"] == "local" else
                       "change_log l where l.item_id = c.item_id and l.field = c.field and l.at = c.created_at")
            self.assertEqual(self.world.sql("select count(*) from conflict c where c.id = %d and c.decided_at = c.created_at and "
                                            "exists (select from %s)" % (one["id"], applied)), [["1"]])
            told = self.world.sql("select type from event_log where payload ->> 'conflict' = '%d' order by sequence" % one["id"])
            self.assertEqual([row[0].rsplit(".", 1)[1] for row in told], ["ConflictDetected", "ConflictResolved"])

    def test_two_way_overriding_needs_a_person_on_both_levels(self):
        project = next(iter(self.groups.values()))[0].project
        override = '[{"field": "title"}, {"field": "body", "strategy": "external_wins"}]'
        for change in ("strategy = 'newest_wins', confirmed_by = null", "strategy = 'external_wins', confirmed_by = ''",
                       "rules = '%s', confirmed_by = null, strategy = 'manual'" % override):
            with self.subTest(change):
                answer = self.world.sql("create temp table answer (refused boolean); do $$ begin update project set %s where "
                                        "name = '%s'; insert into answer values (false); exception when check_violation then "
                                        "insert into answer values (true); end $$; select refused from answer; drop table answer"
                                        % (change, project))
                self.assertEqual(answer, [["t"]])


def add_rows():
    for row in TABLE:
        def test(self, row=row):
            self.check(row)
        setattr(TwoWay, "test_two_way_" + row.name, test)


add_rows()


class Stories(unittest.TestCase):
    """What a table row cannot say."""

    def setUp(self):
        self.world = World(("--issues", "12", "--no-limits"))
        self.addCleanup(self.world.close)
        self.world.connect()
        self.world.sync()

    def writes(self):
        return [entry for entry in self.world.sandbox.history(via="api")]

    def first_key(self):
        number = next(n for n in range(1, 30) if self.world.ticket_of("#%d" % n))
        return number, self.world.ticket_of("#%d" % number)["key"]

    def test_sync_second_run_writes_nothing(self):
        before = self.world.call("events.read", after=0, limit=1)["head"]
        session = self.world.sync(mode="full")
        self.assertEqual(self.writes(), [])
        self.assertFalse(session.get("imported") or session.get("updated") or session.get("pushed"))
        types = [e["type"] for e in self.world.call("events.read", after=before, limit=100)["events"]]
        self.assertEqual(types, ["tandem.v1.SyncStarted", "tandem.v1.SyncCompleted"])

    def test_sync_imports_every_issue_and_no_pull_request(self):
        health = self.world.sandbox.control("GET", "health")["repositories"]["acme/rocket"]
        listed = self.world.sandbox.request("GET", "/repos/acme/rocket/issues?state=all&per_page=100", None,
                                            {"Authorization": "Bearer sandbox-token", "User-Agent": "test"})
        issues = [issue for issue in listed if "pull_request" not in issue]
        self.assertLessEqual(len(listed), health["issues"])
        status = self.world.call("status")["projects"][0]
        self.assertEqual(status["tickets"], len(issues))

    def test_ticket_new_is_created_once_and_linked(self):
        key = self.world.call("ticket.new", project="rocket", actor="user:carol",
                              fields={"title": "Made here", "body": "Text", "labels": ["bug"]})["key"]
        mapping = wait_for(lambda: next((m for m in self.world.call("ticket.get", key=key)["mappings"]
                                         if m["state"] == "linked"), None), "the issue")
        self.world.sync()
        self.world.sync(mode="full")
        created = [e for e in self.writes() if e["action"] == "create" and not e.get("comment_id")]
        self.assertEqual(len(created), 1)
        issue = self.world.sandbox.issue(int(mapping["external_id"]))
        self.assertIn("<!-- tandem:v1:", issue["body"])
        self.assertEqual(self.world.call("ticket.get", key=key)["fields"]["body"], "Text")

    def test_comment_travels_both_ways_once(self):
        number, key = self.first_key()
        before = len(self.world.call("ticket.get", key=key).get("comments", []))
        self.world.call("ticket.comment", key=key, body="From here", actor="user:carol")
        self.world.sandbox.act("bob", "comment", number=number, fields={"body": "From there"})
        self.world.sync()
        def bodies():
            return [c["body"] for c in self.world.call("ticket.get", key=key).get("comments", [])]
        wait_for(lambda: len(bodies()) == before + 2 and not self.world.call("status")["projects"][0].get("waiting"), "both")
        self.world.sync(mode="full")
        self.assertEqual(len(bodies()), before + 2)
        self.assertEqual(len([e for e in self.writes() if e.get("comment_id")]), 1)

    def test_private_ticket_never_leaves(self):
        token = "secret-canary-4711"
        key = self.world.call("ticket.new", project="rocket", privacy="local_only", actor="user:carol",
                              fields={"title": token, "body": token})["key"]
        number, public = self.first_key()
        self.world.call("ticket.comment", key=public, body=token, privacy="local_only", actor="user:carol")
        self.world.call("ticket.edit", key=key, set={"body": token + " again"}, actor="user:carol")
        self.world.sync()
        self.assertNotIn(token, repr(self.world.sandbox.history()))
        self.assertNotIn(token, repr(self.world.call("events.read", after=0, limit=1000)))
        self.assertEqual(self.world.call("egress.list").get("rows", []), [])

    def test_privacy_withdrawn_stops_pushes_and_keeps_pulling(self):
        number, key = self.first_key()
        self.world.call("ticket.share", key=key, privacy="local_only", actor="user:carol")
        self.world.call("ticket.edit", key=key, set={"title": "Only for us"}, actor="user:carol")
        self.world.sandbox.act("bob", "edit", number=number, fields={"body": "News from outside"})
        self.world.sync()
        self.assertNotEqual(self.world.sandbox.issue(number)["title"], "Only for us")
        self.assertEqual(self.world.call("ticket.get", key=key)["fields"]["body"], "News from outside")

    def test_privacy_given_back_sends_what_was_said_meanwhile(self):
        """A comment that was on its way, and an edit of one that is outside, were kept back with their ticket."""
        number, key = self.first_key()

        def outside():
            return [one["body"] for one in self.world.sandbox.request(
                "GET", "/repos/acme/rocket/issues/%d/comments" % number, None, {"Authorization": "Bearer sandbox-token"})]

        self.world.call("ticket.comment", key=key, body="Was outside before.", actor="user:carol")
        wait_for(lambda: any("Was outside before." in one for one in outside()), "the comment")
        self.world.settle()
        comment = self.world.call("ticket.get", key=key)["comments"][-1]["key"]
        self.world.processes["adapter-github"].stop()
        self.world.call("ticket.comment", key=key, body="Was on its way.", actor="user:carol")
        wait_for(lambda: self.world.sql("select 1 from intent where change = 'create' and state = 'prepared'"), "the decision")
        self.world.call("ticket.share", key=key, privacy="local_only", actor="user:carol")
        self.world.call("ticket.edit", key=comment, set={"body": "Said better."}, actor="user:carol")
        self.world.start("adapter-github")
        self.world.settle()
        self.assertFalse([one for one in outside() if "on its way" in one or "better" in one])
        self.world.call("ticket.share", key=key, privacy="shareable", actor="user:carol")
        wait_for(lambda: {"on its way", "better"} == {word for word in ("on its way", "better", "before") for one in outside() if word in one},
                 "both")

    def test_conflict_resolved_by_a_person_is_applied(self):
        number, key = self.first_key()
        for choice in ("local", "external", "value"):
            mine, theirs = "Mine for " + choice, "Theirs for " + choice
            expected = {"local": mine, "external": theirs, "value": "Ours"}[choice]
            with self.subTest(choice):
                self.world.sandbox.control("POST", "faults", {"match": {"path": "/issues/%d$" % number}, "fault": "status",
                                                              "status": 503, "times": None})
                self.world.call("ticket.edit", key=key, set={"title": mine}, actor="user:carol")
                self.world.sandbox.act("bob", "edit", number=number, fields={"title": theirs})
                self.world.sandbox.control("DELETE", "faults")
                self.world.sync()
                conflict = wait_for(lambda: self.world.call("conflict.list", ticket=key, state="open").get("conflicts"), "it")[0]
                self.world.call("conflict.resolve", id=conflict["id"], choice=choice, actor="user:carol",
                                **({"value": {"title": "Ours"}} if choice == "value" else {}))
                wait_for(lambda: self.world.call("conflict.list", id=conflict["id"])["conflicts"][0]["state"] == "resolved",
                         "the decision")
                wait_for(lambda: self.world.sandbox.issue(number)["title"] == expected, expected)
                self.assertEqual(self.world.call("ticket.get", key=key)["fields"]["title"], expected)
                ended = self.world.call("conflict.list", id=conflict["id"])["conflicts"][0]
                self.assertEqual((ended["state"], ended["decided_by"]), ("resolved", "user:carol"))
        self.decide_what_cannot_be_said_there(number, key)

    def decide_what_cannot_be_said_there(self, number, key):
        """A decision that cannot be carried out does not wait unseen: the conflict is open again."""
        def ask(**query):
            return self.world.call("conflict.list", ticket=key, field="status", **query).get("conflicts", [])
        self.world.connect(rules=[{"field": "status", "closed": True, "table": [{"local": "open", "external": "open"}]}])
        self.world.call("ticket.edit", key=key, set={"status": "odd"}, actor="user:carol")
        (first,) = wait_for(lambda: ask(state="open"), "what there is no word for")
        self.world.call("conflict.resolve", id=first["id"], choice="local", actor="user:carol")
        (again,) = wait_for(lambda: [one for one in ask(state="open") if one["id"] != first["id"]], "it to be open again")
        self.assertEqual((again["kind"], again["local"], again["external"]), ("unmappable", first["local"], first["external"]))
        self.assertEqual([one["state"] for one in ask(id=first["id"])], ["superseded"])
        for value in ({"status": ["a", "set"]}, {"title": "open"}, {}):
            with self.assertRaises(Refused):
                self.world.call("conflict.resolve", id=again["id"], choice="value", value=value, actor="user:carol")
        self.world.call("conflict.resolve", id=again["id"], choice="external", actor="user:carol")
        wait_for(lambda: [one["state"] for one in ask(id=again["id"])] == ["resolved"], "the decision")
        self.assertEqual(self.world.call("ticket.get", key=key)["fields"]["status"], "open")
        self.look_at_long_ones(again["id"], ask)

    def look_at_long_ones(self, number, ask):
        """What does not fit into a message comes with the next page."""
        self.world.sql("insert into conflict (mapping_id, item_id, project_id, field, kind, state, base, local, external, decided_by) "
                       "select mapping_id, item_id, project_id, field, kind, state, base, jsonb_build_object('status', "
                       "repeat('x', 3000000)), jsonb_build_object('status', repeat('y', 3000000)), decided_by from conflict, "
                       "generate_series(1, 7) where id = %d" % number)
        numbers = [one["id"] for one in ask(state="resolved")]
        while numbers[-1] > number:
            numbers += [one["id"] for one in ask(state="resolved", before=numbers[-1])]
        self.assertEqual(numbers[:8], list(range(numbers[0], numbers[0] - 7, -1)) + [number])

    def test_repeated_request_is_done_once(self):
        body = {"fields": {"title": "Once"}, "actor": "user:carol"}
        first = self.world.verbs.send("ticket.new", 4711, body)
        second = self.world.verbs.send("ticket.new", 4711, body)
        self.assertEqual(first, second)

    def test_request_number_of_another_request_is_refused(self):
        self.world.verbs.send("ticket.new", 4712, {"fields": {"title": "First"}, "actor": "user:carol"})
        for verb, body in (("ticket.new", {"fields": {"title": "Second"}, "actor": "user:carol"}), ("comment.delete", {"key": "C-1", "actor": "user:eve"})):
            with self.assertRaisesRegex(Refused, "request 4712 of .* was another one") as refused:
                self.world.verbs.send(verb, 4712, body)
            self.assertEqual(refused.exception.code, "rejected")
        self.assertFalse(self.world.sql("select 1 from item where fields ->> 'title' = 'Second'"))

    def test_request_that_an_earlier_store_has_answered_is_done_once(self):
        """It kept the reply without saying whose it is, and of what."""
        body = {"fields": {"title": "Before the upgrade"}, "actor": "user:carol"}
        first = self.world.verbs.send("ticket.new", 4713, body)
        self.world.sql("update request set caller = default, asked = default where request = 4713")
        self.assertEqual(self.world.verbs.send("ticket.new", 4713, body), first)
        self.world.sql("insert into request (client, request, reply) select client, 4714, reply from request where request = 4713")
        self.assertEqual(self.world.verbs.send("ticket.new", 4714, body), first)

    def test_events_published_by_a_service_are_taken_once(self):
        import json
        event = {"id": "e-1", "source": "crm", "type": "tandem.v1.TicketCreated",
                 "data": json.dumps({"fields": {"title": "From the CRM"}, "project": "rocket", "privacy": "public"})}
        first = self.world.call("events.publish", events=[event], actor="service:crm")
        again = self.world.call("events.publish", events=[event], actor="service:crm")
        self.assertEqual((first["accepted"], again["duplicates"]), (1, 1))
        with self.assertRaises(Refused):
            self.world.call("events.publish", actor="x", events=[{"id": "2", "source": "crm", "type": "tandem.v1.Nonsense",
                                                                  "data": "{}"}])
        wait_for(lambda: any(e["after"].get("title") == "From the CRM" for e in self.writes() if e.get("after")), "the issue")

    def test_deleted_outside_keeps_the_local_ticket(self):
        number, key = self.first_key()
        self.world.sandbox.act("bob", "delete", number=number)
        self.world.call("ticket.edit", key=key, set={"title": "Still here"}, actor="user:carol")
        self.world.sync()
        self.assertEqual(self.world.call("ticket.get", key=key)["fields"]["title"], "Still here")

    def test_dry_run_shows_and_applies_nothing(self):
        number, key = self.first_key()
        self.world.sandbox.control("POST", "faults", {"match": {"path": "/issues/%d$" % number}, "fault": "status",
                                                      "status": 503, "times": None})
        self.world.sandbox.act("bob", "edit", number=number, fields={"body": "From outside"})
        self.world.sandbox.act("bob", "create", fields={"title": "New outside"})
        session = self.world.sync(mode="dry_run")
        self.world.sandbox.control("DELETE", "faults")
        lines = self.world.call("session.preview", id=session["id"])["lines"]
        self.assertEqual(sorted((line["action"], line["field"]) for line in lines),
                         [("import", "status"), ("import", "title"), ("pull", "body")])
        self.assertNotEqual(self.world.call("ticket.get", key=key)["fields"]["body"], "From outside")
        self.assertEqual(self.writes(), [])
        project = self.world.call("status")["projects"][0]["project"]
        self.assertEqual(project["state"], "paused")
        self.world.call("project.set_state", name="rocket", state="active", actor="user:carol")
        wait_for(lambda: self.world.call("ticket.get", key=key)["fields"]["body"] == "From outside", "the pull")

    def test_wrong_token_stops_the_project_with_advice(self):
        self.world.connect(token="wrong")
        session = self.world.call("session.start", project="rocket", mode="incremental", trigger="person", actor="x")["id"]
        ended = self.world.finish(session)
        self.assertEqual(ended["state"], "failed")
        events = self.world.call("events.read", after=0, limit=1000)["events"]
        error = next(e for e in events if e["type"] == "tandem.v1.SyncError")
        self.assertIn("tandem connect", error["data"])
        self.assertEqual(self.world.call("status")["projects"][0]["project"]["state"], "failed")

    def test_settings_are_not_overwritten_and_a_pause_stays(self):
        self.world.call("project.set_state", name="rocket", state="paused", reason="holiday", actor="x")
        seen = self.world.call("project.list", name="rocket")["projects"][0]
        self.world.call("project.configure", project={**seen, "poll_interval_s": 1800}, actor="x")
        now = self.world.call("project.list", name="rocket")["projects"][0]
        self.assertEqual((now["state"], now["state_reason"], now["poll_interval_s"]), ("paused", "holiday", 1800))
        with self.assertRaises(Refused) as caught:
            self.world.call("project.configure", project={**seen, "poll_interval_s": 900}, actor="x")
        self.assertEqual(caught.exception.code, "stale")
        self.assertEqual(self.world.call("project.list", name="rocket")["projects"][0]["poll_interval_s"], 1800)
        self.world.connect()
        self.assertEqual(self.world.call("project.list", name="rocket")["projects"][0]["state"], "active")


if __name__ == "__main__":
    tap.main(__name__)
