"""Tickets and comments, as rows by id. A change makes a new row; a list may go on showing the old one (lag)."""

import collections
import threading
import time

from sandbox.common.clock import iso_utc
from sandbox.common.history import History

TABLES = ("tickets", "comments")
TICKET = {"title": "", "description": "", "state": "open", "labels": [], "assignees": [], "priority": None, "due": None,
          "points": None, "parent": None, "external_ref": None, "internal": False}
STATES = ("open", "doing", "done", "dropped")
PRIORITIES = (None, "low", "high", "urgent")


class Refused(Exception):
    """An answer other than success: a status and words for a person."""

    def __init__(self, status, words):
        super().__init__(words)
        self.status = status


class World:
    """The state. Every reader and writer holds `lock`."""

    def __init__(self, clock):
        self.clock = clock
        self.lock = threading.RLock()
        self.history = History(clock)
        self.tables = {name: {} for name in TABLES}
        self.shown = {name: {} for name in TABLES}
        self.by_key = {}
        self.lag_s = 0.0
        self.waiting = collections.deque()
        self.last_ms = 0
        self.last_number = 0
        self.on_change = lambda kind, what, row: None

    # rows

    def now(self):
        """The time of a change: never the same twice."""
        self.last_ms = max(self.last_ms + 1, int(self.clock.now() * 1000))
        return "%s.%03dZ" % (iso_utc(self.last_ms // 1000)[:-1], self.last_ms % 1000)

    def row(self, table, identifier):
        row = self.tables[table].get(identifier)
        if row is None:
            raise Refused(404, "there is no such %s" % table[:-1])
        if row["deleted"]:
            raise Refused(410, "the %s was deleted" % table[:-1])
        return row

    def of_ticket(self, identifier):
        return [row for row in self.tables["comments"].values() if row["ticket_id"] == identifier]

    def listed(self, table):
        """The rows that a list shows now, oldest change first."""
        while self.waiting and self.waiting[0][0] <= time.monotonic() - self.lag_s:
            _, name, row = self.waiting.popleft()
            self.shown[name][row["id"]] = row
        return sorted(self.shown[table].values(), key=lambda row: (row["updated_at"], row["id"]))

    def _put(self, table, row, actor, via, action):
        before = self.tables[table].get(row["id"])
        self.tables[table][row["id"]] = row
        if self.lag_s > 0 or self.waiting:
            self.waiting.append((time.monotonic(), table, row))
        else:
            self.shown[table][row["id"]] = row
        self.history.add(actor, via, action, kind=table[:-1], id=row["id"], after=row, before=before)
        self.on_change(table[:-1], action, row)
        return row

    # changes

    def create_ticket(self, actor, via, fields, key=None):
        """A ticket; under a key that was used before, what was made then."""
        if key is not None and ("tickets", key) in self.by_key:
            return self.tables["tickets"][self.by_key["tickets", key]]
        self.last_number += 1
        now = self.now()
        row = dict(TICKET, id="t%d" % self.last_number, number=self.last_number, author={"name": actor}, created_at=now,
                   updated_at=now, deleted=False, idempotency_key=key)
        row.update(check_ticket(fields))
        if key is not None:
            self.by_key["tickets", key] = row["id"]
        return self._put("tickets", row, actor, via, "created")

    def change_ticket(self, actor, via, identifier, fields):
        row = self.row("tickets", identifier)
        change = {name: value for name, value in check_ticket(fields).items() if row[name] != value}
        if not change:
            return row
        return self._put("tickets", dict(row, updated_at=self.now(), **change), actor, via, "updated")

    def create_comment(self, actor, via, ticket, body, key=None, internal=False):
        if key is not None and ("comments", key) in self.by_key:
            return self.tables["comments"][self.by_key["comments", key]]
        self.row("tickets", ticket)
        now = self.now()
        row = {"id": "c%d" % (len(self.tables["comments"]) + 1), "ticket_id": ticket, "body": check_text("body", body),
               "author": {"name": actor}, "created_at": now, "updated_at": now, "deleted": False,
               "internal": internal, "idempotency_key": key}
        if key is not None:
            self.by_key["comments", key] = row["id"]
        return self._put("comments", row, actor, via, "created")

    def change_comment(self, actor, via, identifier, body):
        row = self.row("comments", identifier)
        if row["body"] == body:
            return row
        row = dict(row, body=check_text("body", body), updated_at=self.now())
        return self._put("comments", row, actor, via, "updated")

    def delete(self, actor, via, table, identifier):
        row = self.row(table, identifier)
        return self._put(table, dict(row, updated_at=self.now(), deleted=True), actor, via, "deleted")


# what a request may say

def check_text(name, value):
    if not isinstance(value, str):
        raise Refused(422, "%s must be a text" % name)
    return value


def check_set(name, value):
    if not isinstance(value, list) or not all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in value):
        raise Refused(422, "%s must be a list of {name}" % name)
    return [{"name": one["name"]} for one in value]


def check_ticket(fields):
    """The fields of a ticket, each of its type. Raises Refused."""
    unknown = set(fields) - set(TICKET)
    if unknown:
        raise Refused(422, "unknown: " + ", ".join(sorted(unknown)))
    for name, value in fields.items():
        if name in ("title", "description"):
            check_text(name, value)
        elif name in ("labels", "assignees"):
            fields = dict(fields, **{name: check_set(name, value)})
        elif name == "points" and not (value is None or isinstance(value, (int, float)) and not isinstance(value, bool)):
            raise Refused(422, "points must be a number")
        elif name == "state" and value not in STATES:
            raise Refused(422, "state must be one of " + ", ".join(STATES))
        elif name == "priority" and value not in PRIORITIES:
            raise Refused(422, "priority must be one of low, high, urgent or null")
    if fields.get("title") == "":
        raise Refused(422, "title must not be empty")
    return fields
