"""The workspace: tables of rows by id, whose members are named as in the schema, and what changes leave behind.

A row refers to another by its id (`stateId`), so the whole world is JSON. Issues and comments are
never changed in place: a change makes a new row, and lists may go on showing the old one (lag).
"""

import collections
import random
import threading
import time
import uuid

from sandbox.common.clock import iso_utc
from sandbox.common.history import History

TABLES = ("organizations", "users", "teams", "states", "labels", "projects", "cycles", "issues",
          "comments", "attachments", "reactions", "webhooks", "changes")
LISTED = ("issues", "comments")


def iso_ms(milliseconds):
    """Whole milliseconds since 1970 as `2024-05-06T07:08:09.123Z`, exactly."""
    return "%s.%03dZ" % (iso_utc(milliseconds // 1000)[:-1], milliseconds % 1000)


class Actor:
    """Who changes the world: a user, and whether by the API or as a person in the application."""

    __slots__ = ("user_id", "via")

    def __init__(self, user_id, via="api"):
        self.user_id = user_id
        self.via = via


class World:
    """The state. Every reader and writer holds `lock`."""

    def __init__(self, clock, seed=1):
        self.clock = clock
        self.lock = threading.RLock()
        self.history = History(clock)
        self.tables = {name: {} for name in TABLES}
        self.shown = {name: {} for name in LISTED}
        self.by_issue = {name: collections.defaultdict(list) for name in
                         ("comments", "attachments", "reactions", "changes")}
        self.waiting = collections.deque()
        self.lag_s = 0.0
        self.revision = 0
        self.last_sync_id = 1
        self.last_ms = 0
        self.random = random.Random(seed)
        self.on_webhook = lambda *facts, **more: None

    def __getattr__(self, name):
        """world.issues is the table of issues."""
        tables = self.__dict__.get("tables", {})
        if name in tables:
            return tables[name]
        raise AttributeError(name)

    def new_id(self):
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def now(self):
        """The time of a change: never the same twice, like a database's clock under one writer."""
        self.last_ms = max(self.last_ms + 1, int(self.clock.now() * 1000))
        return iso_ms(self.last_ms)

    @property
    def organization(self):
        return next(iter(self.organizations.values()))

    # rows

    def add(self, table, row):
        """Stores a row, new or a newer version of it; lists show it now or after the lag."""
        is_new = row["id"] not in self.tables[table]
        self.tables[table][row["id"]] = row
        if is_new:
            self._index(table, row)
        if table in LISTED:
            self._show(table, row["id"], row)
        self.touch()
        return row

    def remove(self, table, identifier):
        row = self.tables[table].pop(identifier)
        if table in self.by_issue:
            self.by_issue[table][row["issueId"]].remove(identifier)
        if table in LISTED:
            self._show(table, identifier, None)
        self.touch()
        return row

    def _index(self, table, row):
        if table in self.by_issue:
            self.by_issue[table][row["issueId"]].append(row["id"])

    def of_issue(self, table, issue_id):
        rows = self.tables[table]
        return [rows[one] for one in self.by_issue[table][issue_id] if one in rows]

    def touch(self):
        self.revision += 1
        self.last_sync_id += 1

    # lists may lag

    def _show(self, table, identifier, row):
        if self.lag_s <= 0 and not self.waiting:
            self._publish(table, identifier, row)
        else:
            self.waiting.append((time.monotonic(), table, identifier, row))

    def _publish(self, table, identifier, row):
        if row is None:
            self.shown[table].pop(identifier, None)
        else:
            self.shown[table][identifier] = row

    def listed(self, table):
        """The rows that a list shows now."""
        while self.waiting and self.waiting[0][0] <= time.monotonic() - self.lag_s:
            self._publish(*self.waiting.popleft()[1:])
        return self.shown.get(table, self.tables[table]).values()

    def set_lag(self, lag_s):
        self.lag_s = lag_s

    # finding

    def find_user(self, word):
        """By id, display name, name or address; None if there is none."""
        if word in self.users:
            return self.users[word]
        return next((one for one in self.users.values()
                     if word in (one["displayName"], one["name"], one["email"])), None)

    def find_team(self, word):
        if word in self.teams:
            return self.teams[word]
        return next((one for one in self.teams.values() if word in (one["key"], one["name"])), None)

    def find_issue(self, word):
        """By id, identifier, or an identifier from before it moved."""
        if word in self.issues:
            return self.issues[word]
        word = word.upper()
        key, dash, number = word.partition("-")
        if not dash or not number.isdigit():
            return None
        for issue in self.issues.values():
            if issue["identifier"] == word or word in issue["previousIdentifiers"]:
                return issue
        return None

    def record(self, actor, action, **facts):
        """Adds the change to the history that tests read."""
        self.touch()
        user = self.users.get(actor.user_id)
        self.history.add(user["displayName"] if user else None, actor.via, action, **facts)
