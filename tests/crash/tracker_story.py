"""A shorter story that can be told of any tracker, in the neutral words of tests/harness/trackers.py. As in story.py, its end
does not depend on who was faster."""

import collections
import json

from story import local_state, scan_until
from trackers import JsonTracker, Jira, Linear, OneTracker
from world import wait_for

ENVIRONMENT = {"TANDEM_LEASE_MS": "3000"}
GRACE_S = 1800  # as Linear says: so long a spent refresh token is still taken
ISSUES = 8
TOGETHER = 3

# What Jira fills in by itself: after a lost answer nobody can tell that from what somebody has chosen there, and it is taken over.
FILLED_IN = {"jira": {"priority": "Medium"}}

# The requests whose answers get lost on the way, as the stand-ins match them; `list` is one that is refused.
REQUESTS = {
    "jira": {"create": {"method": "POST", "path": "/issue(/bulk)?$"}, "comment": {"method": "POST", "path": "/comment$"},
             "update": {"method": "PUT", "path": r"/issue/\d+$"}, "list": {"method": "POST", "path": "/search/jql$"}},
    "linear": {"create": {"query": "CreateIssue"}, "comment": {"query": "CreateComment"}, "update": {"query": "UpdateIssue"},
               "list": {"query": "Changes"}},
    "webhook": {"create": {"method": "POST", "path": "/tickets$"}, "comment": {"method": "POST", "path": "/comments$"},
                "update": {"method": "PATCH", "path": "/tickets/"}, "list": {"method": "GET", "path": "/tickets"}},
}


class RenewingLinear(Linear):
    """With a login whose tokens end: what renews it may die before the new one is stored."""

    options = (*Linear.options, "--token", "sandbox-token", "--oauth", "client-1:hush:first-refresh=tandem-app")
    login = {"client_id": "client-1", "client_secret": "hush"}
    credential = {"kind": "oauth", "secret": json.dumps({**login, "refresh_token": "first-refresh"})}


class TrackerTale:
    """The story of one kind of tracker; only its adapter is mortal, the others' deaths are the other story's."""

    def __init__(self, kind):
        self.kind, self.name, self.program, self.suffix = kind, kind.system, kind.system, "_" + kind.system
        self.roles = ("adapter-" + kind.system,)

    def role_of(self, point):
        return self.roles[0]

    def make_world(self):
        world = OneTracker(self.kind, environment=ENVIRONMENT, start=False)
        world.extra["TANDEM_WEBHOOK_URL"] = "http://127.0.0.1:%d/" % world.webhook_port
        return world

    def tell(self, world):
        TrackerStory(world).tell()

    def state(self, world):
        items, conflicts = local_state(world)
        return {"external": external_state(world), "items": items, "conflicts": conflicts}

    def broken_promises(self, world):
        return broken_promises(world)

    def quiet_rounds(self, world):
        """P4: two further rounds over everything write nothing."""
        before = len(world.tracker.writes())
        for _ in range(2):
            world.sync(mode="full")
            world.settle()
        return ["P4 written: %r" % entry for entry in world.tracker.writes()[before:]]


class TrackerStory:
    CHAPTERS = ["import", "together", "local_work", "outside_work", "conflicts", "comments", "scan", "renewal", "end"]

    def __init__(self, world):
        self.world, self.tracker = world, world.tracker
        self.there, self.here = [], []

    def tell(self):
        for chapter in self.CHAPTERS:
            getattr(self, "_" + chapter)()

    # helpers

    @property
    def can_register(self):
        """Whether the adapter registers webhooks, and has ids to scan."""
        return self.tracker.system != "webhook"

    @property
    def can_renew(self):
        return isinstance(self.tracker, RenewingLinear)

    def sync(self, mode="incremental"):
        session = self.world.sync(mode=mode)
        assert session["state"] == "completed", session
        self.world.settle()

    def edit(self, number, **change):
        self.world.call("ticket.edit", key=self.here[number], actor="user:carol", **change)

    def comment(self, key, body):
        self.world.call("ticket.comment", key=key, body=body, actor="user:carol")

    def new(self, title, **fields):
        privacy = {"privacy": fields.pop("privacy")} if "privacy" in fields else {}
        given = {**FILLED_IN.get(self.tracker.system, {}), "title": title, **fields}
        return self.world.call("ticket.new", project="rocket", actor="user:carol", fields=given,
                               **privacy)["key"]

    def set_state(self, state):
        self.world.call("project.set_state", name="rocket", state=state, actor="user:test")

    def lose(self, request, fault="reset_after_commit", **more):
        match = REQUESTS[self.tracker.system][request]
        self.world.sandbox.control("POST", "faults", {"match": match, "fault": fault, **more})

    # chapters

    def _import(self):
        self.there = [self.tracker.create("alice", title="Issue %d" % number, body="Text %d." % number)
                      for number in range(ISSUES)]
        if self.can_renew:
            self.world.sandbox.control("POST", "oauth", {"grace_s": GRACE_S})
        self.world.connect()
        if self.can_register:
            wait_for(lambda: self.world.sql("select 1 from project_hook where state = 'active'"), "the webhook")
        else:
            self.world.hook()
        self.sync()
        self.here = [self.world.ticket_of(key)["key"] for key in self.there]

    def _together(self):
        """Several tickets are let go at once; first, so that whoever dies at a creation dies at one of several."""
        self.set_state("paused")
        for number in range(TOGETHER):
            self.new("Made together %d" % number, body="Text %d." % number, status="open" if number else "done")
        self.new("For us alone, too", privacy="local_only")
        self.set_state("active")
        self.world.settle()

    def _local_work(self):
        self.edit(0, set={"title": "Made better here", "body": "A new text."}, add={"labels": ["here"]})
        self.edit(1, set={"status": "done"})
        self.comment(self.here[2], "Said here.")
        self.lose("create")
        first = self.new("First from here", body="With a text.", labels=["new"])
        self.comment(first, "Said on a ticket that is on its way.")
        self.new("Done before it left", status="done")
        self.new("For us alone", privacy="local_only")
        self.sync()

    def _outside_work(self):
        self.tracker.edit("bob", self.there[3], title="Made better there")
        comment = self.tracker.comment("bob", self.there[3], "Said there.")
        self.tracker.edit_comment("bob", self.there[3], comment, "Said there, and thought again.")
        self.tracker.edit("bob", self.there[4], status="in_progress")
        self.tracker.create("bob", title="First from there", body="Theirs.")
        self.lose("list", "status", status=503)
        self.sync()

    def _conflicts(self):
        """Both sides change the same field before either hears of the other; answers are lost, and no webhook helps."""
        world = self.world
        world.sandbox.control("POST", "webhooks", {"pause": True})
        self.lose("comment")
        self.lose("update")
        self.comment(self.here[5], "Said into the void.")
        self.edit(5, set={"title": "Changed into the void"})
        world.settle()
        for number in (6, 7):
            self.tracker.edit("bob", self.there[number], title="Theirs %d" % number)
            self.edit(number, set={"title": "Mine %d" % number})
        found = wait_for(lambda: self._open_conflicts(2), "two conflicts", 60)
        mine = next(one["id"] for one in found if one["ticket"] == self.here[6])
        world.call("conflict.resolve", id=mine, choice="local", actor="user:carol")
        wait_for(lambda: self.tracker.look(self.there[6])["title"] == "Mine 6", "the decision to arrive", 60)
        world.settle()
        world.sandbox.control("POST", "webhooks", {"pause": False})
        self.sync()

    def _open_conflicts(self, count):
        found = self.world.call("conflict.list", state="open").get("conflicts", [])
        return found if len(found) == count else None

    def _comments(self):
        """One is changed here, one is deleted here."""
        for body in ("Said twice.", "Said in haste."):
            self.comment(self.here[0], body)
            self.world.settle()
        first, second = [one["key"] for one in self.world.call("ticket.get", key=self.here[0])["comments"]]
        self.world.call("ticket.edit", key=first, actor="user:carol", set={"body": "Said twice, and thought once."})
        self.world.call("comment.delete", key=second, actor="user:carol")
        self.sync()

    def _scan(self):
        """An issue that no webhook told of, and for which no poll is due."""
        if not self.can_register:
            return
        self.world.sandbox.control("POST", "webhooks", {"lose_next": 1})
        key = self.tracker.create("bob", title="Nobody saw it", body="Not even by chance.")
        scan_until(self.world, lambda: self.world.ticket_of(key))
        self.sync()

    def _renewal(self):
        """Somebody logs in again: there is no access token, and the refresh token is the only one that is worth something."""
        if not self.can_renew:
            return
        stored = json.loads(self.world.call("credential.get", name="rocket")["secret"])
        secret = json.dumps({**self.tracker.login, "refresh_token": stored["refresh_token"]})
        self.world.call("credential.put", name="rocket", kind="oauth", secret=secret, actor="user:test")
        self.edit(2, set={"title": "Changed by a new login"})
        self.sync()

    def _end(self):
        self.sync("full")


def keys_of(world):
    return [row[0] for row in world.sql(
        "select external_key from external_item e where kind = 'ticket' and not exists (select from gone_item g "
        "where (g.project_id, g.kind, g.external_id) = (e.project_id, e.kind, e.external_id) and g.gone is not null)")]


def external_state(world):
    """Every issue by its title, and the titles of those that nobody here knows of."""
    seen = [world.tracker.look(key) for key in keys_of(world)]
    known = sorted((one["title"], one["body"].strip(), one["status"], one["labels"], sorted(map(str.strip, one["comments"])))
                   for one in seen)
    return known + sorted((collections.Counter(world.tracker.titles()) - collections.Counter(one[0] for one in known)).items())


def broken_promises(world):
    """The properties that need no comparison, each violation a line."""
    titles = world.tracker.titles()
    problems = ["P3 created twice outside: " + title for title in set(titles) if titles.count(title) > 1]
    for key in keys_of(world):
        comments = world.tracker.look(key)["comments"]
        problems += ["P3 commented twice outside: " + body for body in set(comments) if comments.count(body) > 1]
    for what, statement in STATEMENTS.items():
        rows = world.sql(statement)
        if rows:
            problems.append("%s: %s" % (what, rows[:5]))
    return problems


STATEMENTS = {
    "P3 mapped twice": "select item_id from mapping where item_id is not null group by project_id, item_id having count(*) > 1",
    "P3 set aside as duplicate": "select external_id from mapping where state = 'ignored'",
    "P6 decided by nobody": "select id from conflict where state <> 'open' and decided_by is null",
    "unresolved writes": "select id, change, kind, state, reason from intent where state in ('prepared', 'sending', 'unknown', "
                         "'parked')",
    "waiting deliveries": "select id, state, reason from delivery where state <> 'done'",
}
TALES = [TrackerTale(kind) for kind in (Jira, RenewingLinear, JsonTracker)]
