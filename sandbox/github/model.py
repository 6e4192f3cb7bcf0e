"""What the world is made of: users, repositories, labels, milestones, issues, comments, events.

Issues and comments are never changed in place: a change makes a new version (`changed`). So lists
may go on showing an older version (lag), and a cached rendering belongs to exactly one version.
Times are whole seconds since 1970.
"""

import copy

PERMISSIONS = ("none", "read", "write", "admin")

REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


class User:
    """An account. `login` is compared without case."""

    __slots__ = ("id", "login", "type", "name", "created", "text")

    def __init__(self, id, login, type="User", name=None, created=0):
        self.id = id
        self.login = login
        self.type = type
        self.name = name
        self.created = created
        self.text = None


class Label:
    """A repository's label. `text` is its cached JSON, dropped when the label changes."""

    __slots__ = ("id", "name", "color", "description", "default", "text")

    def __init__(self, id, name, color="ededed", description=None, default=False):
        self.id = id
        self.name = name
        self.color = color
        self.description = description
        self.default = default
        self.text = None


class Milestone:
    """A milestone; `revision` counts everything that changes its JSON, its issue counts included."""

    __slots__ = ("id", "number", "title", "description", "state", "creator", "created", "updated",
                 "closed", "due", "open_issues", "closed_issues", "revision", "text")

    def __init__(self, id, number, title, creator, created, description=None, due=None):
        self.id = id
        self.number = number
        self.title = title
        self.description = description
        self.state = "open"
        self.creator = creator
        self.created = created
        self.updated = created
        self.closed = None
        self.due = due
        self.open_issues = 0
        self.closed_issues = 0
        self.revision = 0
        self.text = None

    def touch(self):
        self.revision += 1
        self.text = None


class Issue:
    """One version of an issue or pull request."""

    __slots__ = ("id", "number", "title", "body", "user", "state", "state_reason", "labels",
                 "assignees", "milestone", "locked", "lock_reason", "comments", "created",
                 "updated", "closed", "closed_by", "reactions", "pull", "app", "cache", "cache_key")

    def __init__(self, id, number, title, body, user, created):
        self.id = id
        self.number = number
        self.title = title
        self.body = body
        self.user = user
        self.state = "open"
        self.state_reason = None
        self.labels = ()
        self.assignees = ()
        self.milestone = None
        self.locked = False
        self.lock_reason = None
        self.comments = 0
        self.created = created
        self.updated = created
        self.closed = None
        self.closed_by = None
        self.reactions = ()
        self.pull = None
        self.app = False
        self.cache = None
        self.cache_key = None

    def changed(self, **fields):
        """A new version with these fields; the old version stays as it was."""
        return _changed(self, fields)


class Comment:
    """One version of a comment."""

    __slots__ = ("id", "number", "body", "user", "created", "updated", "reactions", "app",
                 "cache", "cache_key")

    def __init__(self, id, number, body, user, created):
        self.id = id
        self.number = number
        self.body = body
        self.user = user
        self.created = created
        self.updated = created
        self.reactions = ()
        self.app = False
        self.cache = None
        self.cache_key = None

    def changed(self, **fields):
        return _changed(self, fields)


def _changed(version, fields):
    newer = copy.copy(version)
    for name, value in fields.items():
        setattr(newer, name, value)
    newer.cache = None
    newer.cache_key = None
    return newer


class Reaction:
    """One user's reaction to an issue or comment."""

    __slots__ = ("id", "content", "user", "created")

    def __init__(self, id, content, user, created):
        self.id = id
        self.content = content
        self.user = user
        self.created = created


class Event:
    """One entry of an issue's timeline; `data` holds what only its kind has (label, rename …)."""

    __slots__ = ("id", "number", "actor", "kind", "created", "data", "app")

    def __init__(self, id, number, actor, kind, created, data=None, app=False):
        self.id = id
        self.number = number
        self.actor = actor
        self.kind = kind
        self.created = created
        self.data = data
        self.app = app
