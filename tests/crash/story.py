"""One fixed story that people on both sides live through, and what the world must look like afterwards.

The story's end does not depend on who was faster: whoever could race is kept waiting by the story itself. So a run in which
a process is killed must end exactly as an undisturbed one.
"""

import collections
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from world import World, wait_for  # noqa: E402

REPO = "acme/rocket"
ISSUES = 15
ENVIRONMENT = {"TANDEM_LEASE_MS": os.environ.get("TANDEM_CRASH_LEASE_MS", "3000")}
READ = {"Authorization": "Bearer sandbox-token", "User-Agent": "test"}
MARKER = re.compile(r"\s*<!-- tandem:v1:[^>]*-->")


def make_world(of_role=(), **more):
    return World(("--issues", str(ISSUES), "--no-limits"), environment=ENVIRONMENT, of_role=of_role, **more)


def scan_until(world, is_found):
    """Scans of all ids, one after the other: a difference that is seen once may be a lag. Somebody has the webhook looked at,
    because that wakes the adapter."""
    def found():
        if world.sql("update project_scan set next_at = now() where next_at > now() + interval '1 minute' returning 1"):
            world.call("hook.check", project="rocket", actor="user:test")
        return is_found()
    wait_for(found, "the scan to find it")
    world.settle()


class Story:
    """Chapters in order; each ends when its effects are agreed, or where the next may begin in any case."""

    CHAPTERS = ["import", "local_work", "outside_work", "conflicts", "both", "undo", "services", "end"]

    def __init__(self, world):
        self.world = world
        self.keys = {}

    def tell(self, before=lambda chapter: None):
        """`before` is called with each chapter's name, for a test that interferes."""
        for chapter in self.CHAPTERS:
            before(chapter)
            getattr(self, "_" + chapter)()

    # helpers

    def sync(self, mode="incremental"):
        session = self.world.sync(mode=mode)
        assert session["state"] == "completed", session
        self.world.settle()

    def bob(self, do, number, **fields):
        return self.world.sandbox.act("bob", do, REPO, number=number, fields=fields)

    def edit(self, number, **change):
        return self.world.call("ticket.edit", key=self.keys[number], actor="user:carol", **change)

    def comment(self, key, body):
        self.world.call("ticket.comment", key=key, body=body, actor="user:carol")

    def new(self, title, **fields):
        privacy = fields.pop("privacy", None)
        more = {"privacy": privacy} if privacy else {}
        return self.world.call("ticket.new", project="rocket", actor="user:carol", fields={"title": title, **fields},
                               **more)["key"]

    # chapters

    def _import(self):
        self.world.connect()
        self.world.hook()
        self.sync()
        self.keys = {number: self.world.ticket_of("#%d" % number)["key"]
                     for number in range(1, ISSUES + 1) if self.world.ticket_of("#%d" % number)}

    def _local_work(self):
        self.edit(1, set={"title": "Made better here"}, add={"labels": ["here"]})
        self.edit(2, set={"body": "A new\ntext"})
        self.edit(3, set={"status": "done"})
        self.comment(self.keys[4], "Said here")
        self.world.sandbox.control("POST", "faults", {"match": {"method": "POST", "path": "/issues$"},
                                                      "fault": "reset_after_commit"})
        first = self.new("First from here", body="With a text", labels=["bug", "new"])
        self.comment(first, "Said on a ticket that is on its way")
        self.new("Done before it left", status="done", labels=["late"])
        self.private = self.new("For us alone", privacy="local_only")
        self.sync()

    def _outside_work(self):
        self.bob("edit", 5, title="Made better there")
        self.bob("label", 6, labels=["there"])
        comment = self.bob("comment", 5, body="Said there")["comment"]["id"]
        self.bob("edit_comment", 5, comment_id=comment, body="Said there, and thought again")
        self.bob("close", 9, state_reason="not_planned")
        self.world.sandbox.act("bob", "create", REPO, fields={"title": "First from there", "body": "Theirs"})
        self.world.sandbox.control("POST", "faults", {"match": {"method": "GET", "path": "/issues$"}, "fault": "status",
                                                      "status": 503})
        self.sync()

    def _conflicts(self):
        """Both sides change the same field before either hears of the other; answers are lost, and no webhook helps."""
        world = self.world
        world.sandbox.control("POST", "webhooks", {"pause": True})
        for method, path in (("POST", "/comments$"), ("PATCH", "/issues/13$")):
            world.sandbox.control("POST", "faults", {"match": {"method": method, "path": path},
                                                     "fault": "reset_after_commit"})
        self.comment(self.keys[14], "Said into the void")
        self.edit(13, set={"title": "Changed into the void"})
        for number in (7, 10):
            self.bob("edit", number, title="Theirs %d" % number)
            self.edit(number, set={"title": "Mine %d" % number})
        found = wait_for(lambda: self._open_conflicts(2), "two conflicts", 60)
        mine = next(c["id"] for c in found if c["ticket"] == self.keys[7])
        world.call("conflict.resolve", id=mine, choice="local", actor="user:carol")
        wait_for(lambda: world.sandbox.issue(7)["title"] == "Mine 7", "the decision to arrive", 60)
        world.settle()
        world.sandbox.control("POST", "webhooks", {"pause": False})
        self.sync()

    def _open_conflicts(self, count):
        found = self.world.call("conflict.list", state="open").get("conflicts", [])
        return found if len(found) == count else None

    def _both(self):
        """Different fields of one ticket, and labels on both sides: both arrive."""
        self.bob("edit", 11, body="Their text")
        self.bob("label", 11, labels=["theirs"])
        self.edit(11, set={"title": "My title"}, add={"labels": ["mine"]})
        self.comment(self.keys[11], "Ours")
        self.bob("comment", 11, body="Theirs")
        self.sync()

    def _undo(self):
        """What a session brought here is taken back, and so is what came of it outside."""
        before = self.world.sandbox.issue(8)["title"]
        self.world.sandbox.control("POST", "webhooks", {"pause": True})
        self.bob("edit", 8, title="To be taken back")
        self.bob("label", 8, labels=["taken-back"])
        self.sync()
        session = self.world.sql("select session_id from change_log where after::text like '%To be taken back%'")[0][0]
        undo = self.world.finish(self.world.call("session.undo", id=int(session), actor="user:carol")["id"])
        assert undo["state"] == "completed", undo
        wait_for(lambda: self.world.sandbox.issue(8)["title"] == before, "the old title in GitHub", 60)
        self.world.settle()
        self.world.sandbox.control("POST", "webhooks", {"pause": False})
        self.sync()

    def _services(self):
        event = {"id": "e-1", "source": "crm", "type": "tandem.v1.TicketCreated",
                 "data": json.dumps({"fields": {"title": "From the CRM"}, "project": "rocket", "privacy": "public"})}
        for _ in range(2):
            self.world.call("events.publish", events=[event], actor="service:crm")
        self.world.call("ticket.share", key=self.private, project="rocket", privacy="shareable", actor="user:carol")
        self.world.call("project.set_state", name="rocket", state="paused", actor="user:carol")
        self.edit(2, set={"title": "Changed while it paused"})
        self.world.call("project.set_state", name="rocket", state="active", actor="user:carol")
        self.sync()

    def _end(self):
        self.sync("full")


# -- what is there in the end ---------------------------------------------------------------------------------------------


def plain(text):
    return MARKER.sub("", text or "").strip()


def read_all(world, path):
    return world.sandbox.request("GET", "/repos/%s%s" % (REPO, path), None, READ)


def external_state(world):
    """Every issue by its title, without what differs from run to run: numbers, times, markers."""
    comments = collections.defaultdict(list)
    for comment in read_all(world, "/issues/comments?per_page=100"):
        comments[int(comment["issue_url"].rsplit("/", 1)[1])].append((comment["user"]["login"], plain(comment["body"])))
    return sorted((issue["title"], plain(issue["body"]), issue["state"], issue["state_reason"] or "",
                   sorted(label["name"] for label in issue["labels"]), sorted(comments[issue["number"]]))
                  for issue in read_all(world, "/issues?state=all&per_page=100"))


def in_order(value):
    return sorted(value) if isinstance(value, list) else value


def local_state(world):
    """Tickets, comments, mappings and conflicts by content."""
    rows = world.sql("select i.kind, i.fields, i.privacy, t.fields ->> 'title', m.state, e.fields ->> 'title', "
                     "left(e.fields ->> 'body', 60) from item i left join item t on t.id = i.parent_id "
                     "left join mapping m on m.item_id = i.id left join external_item e on "
                     "(e.project_id, e.kind, e.external_id) = (m.project_id, m.kind, m.external_id)")
    items = sorted((row[0], sorted((name, in_order(value)) for name, value in json.loads(row[1]).items()), *row[2:6],
                    plain(row[6])) for row in rows)
    conflicts = sorted(world.sql("select i.fields ->> 'title', c.field, c.kind, c.state, c.local, c.external, c.choice, "
                                 "c.winner, c.decided_by from conflict c join item i on i.id = c.item_id "
                                 "where c.state <> 'superseded'"))
    return items, conflicts


def final_state(world):
    items, conflicts = local_state(world)
    return {"external": external_state(world), "items": items, "conflicts": conflicts}


def differences(expected, found):
    """What one state has and the other has not, a line each."""
    lines = []
    for part in expected:
        before, after = [[repr(row) for row in state[part]] for state in (expected, found)]
        missing, extra = collections.Counter(before), collections.Counter(after)
        lines += ["%s: missing %s" % (part, row) for row in (missing - extra).elements()]
        lines += ["%s: extra %s" % (part, row) for row in (extra - missing).elements()]
    return lines


# -- what must hold in any case --------------------------------------------------------------------------------------------


def repeated(rows):
    return [row for row, count in collections.Counter(map(repr, rows)).items() if count > 1]


def written(world):
    return [entry for entry in world.sandbox.history(via="api") if entry["action"] != "create_hook"]


def broken_promises(world):
    """The properties that need no comparison, each violation a line."""
    problems = []

    def check(what, rows):
        if rows:
            problems.append("%s: %s" % (what, rows[:5]))

    history = written(world)
    check("P3 created twice outside", repeated(entry["after"]["title"] for entry in history
                                               if entry["action"] == "create" and not entry.get("comment_id")))
    check("P3 commented twice outside", repeated((entry["issue"], plain(entry["after"]["body"])) for entry in history
                                                 if entry["action"].startswith("c") and entry.get("comment_id")
                                                 and not entry.get("before")))
    check("P3 mapped twice", world.sql("select item_id from mapping where item_id is not null group by project_id, item_id "
                                       "having count(*) > 1"))
    check("P3 set aside as duplicate", world.sql("select external_id from mapping where state = 'ignored'"))
    check("P6 decided by nobody", world.sql("select id from conflict where state <> 'open' and decided_by is null"))
    check("unresolved writes", world.sql("select id, change, kind, state, reason from intent where state in ('prepared', "
                                         "'sending', 'unknown', 'parked')"))
    check("waiting deliveries", world.sql("select id, state, reason from delivery where state <> 'done'"))
    numbers = [int(row[0]) for row in world.sql("select sequence from event_log order by sequence")]
    check("event numbers", [] if numbers == list(range(1, len(numbers) + 1)) else numbers)
    check("events with one id", world.sql("select id from event_log group by id having count(*) > 1"))
    check("creations told twice", world.sql(
        "select type, aggregateid, payload ->> 'comment', payload ->> 'direction' from event_log where type like "
        "'%TicketCreated' group by 1, 2, 3, 4 having count(*) > 1"))
    return problems


def quiet_rounds(world):
    """P4: two further rounds over everything write nothing, here or there. Returns what they did."""
    before, events = len(written(world)), world.call("events.read", after=0, limit=1)["head"]
    for _ in range(2):
        world.sync(mode="full")
        world.settle()
    told = [event["type"].rpartition(".")[2] for event in
            world.call("events.read", after=events, limit=100).get("events", [])]
    lines = ["P4 written: %r" % entry for entry in written(world)[before:]]
    return lines + ["P4 told: " + name for name in told if name not in ("SyncStarted", "SyncCompleted")]
