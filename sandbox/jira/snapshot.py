"""The whole world as a JSON file and back, so that a restarted stand-in shows the same world. One thing a line."""

import dataclasses
import json

from sandbox.common.files import write_atomically
from sandbox.jira.model import Change, Comment, Component, Issue, Link, Project, Sprint, User, Version
from sandbox.jira.render import dumps
from sandbox.jira.webhooks import Hook

TABLES = {"versions": Version, "components": Component, "sprints": Sprint}


def save(app, path):
    """Writes the world. The lock is held only while the versions are collected."""
    world = app.world
    with world.lock:
        head = {"format": 1, "flavour": world.flavour, "clock_offset_s": app.clock.offset_s(), "ids": dict(world.ids),
                "former_keys": dict(world.former_keys), "tokens": app.auth.dump(),
                "properties": {str(number): kept for number, kept in world.properties.items() if kept},
                "history": world.history.dump()}
        head = dumps(head)
        tables = {"users": list(world.users.values()), "projects": list(world.projects.values()),
                  "issues": list(world.issues.values()), "hooks": list(app.webhooks.hooks.values()),
                  "comments": [one for kept in world.comments.values() for one in kept],
                  "changes": [one for kept in world.changes.values() for one in kept]}
        tables["links"] = list(world.links.values())
        for name in TABLES:
            tables[name] = list(getattr(world, name).values())
        # Projects, accounts and the like change in place: their text is made while nobody can.
        lines = {name: [dumps(_plain(one)) for one in things] for name, things in tables.items() if name != "issues"}
    write_atomically(path, _pieces(head, lines, tables["issues"]))


def _plain(thing):
    return {field.name: getattr(thing, field.name) for field in dataclasses.fields(thing)}


def _pieces(head, lines, issues):
    yield '{"head":%s' % head
    for name, texts in lines.items():
        yield ',\n"%s":[\n%s]' % (name, ",\n".join(texts))
    yield ',\n"issues":[\n'
    for number, issue in enumerate(issues):
        yield (",\n" if number else "") + dumps(_plain(issue))
    yield "]}\n"


def load(app, path):
    """Replaces the world by the saved one. Raises OSError, ValueError, KeyError or TypeError."""
    with open(path, encoding="utf-8") as source:
        document = json.load(source)
    world, head = app.world, document["head"]
    if head["flavour"] != world.flavour:
        raise ValueError("%s holds a %s site" % (path, head["flavour"]))
    with world.lock:
        app.clock.advance(head["clock_offset_s"] - app.clock.offset_s())
        world.ids.update(head["ids"])
        world.former_keys.update(head["former_keys"])
        world.properties.update({int(number): kept for number, kept in head["properties"].items()})
        world.history.load(head["history"])
        app.auth.load(head["tokens"])
        world.users.clear()
        world.users.update({one["account_id"]: User(**one) for one in document["users"]})
        world.projects.update({one["key"]: Project(**one) for one in document["projects"]})
        for name, kind in TABLES.items():
            getattr(world, name).update({one["id"]: kind(**one) for one in document[name]})
        for one in document["issues"]:
            world.store_issue(Issue(**one))
        for one in document["links"]:
            world.add_link(Link(**one))
        for one in document["comments"]:
            world.comments[one["issue_id"]].append(Comment(**one))
        for one in document["changes"]:
            world.changes[one["issue_id"]].append(Change(**one))
        for one in document["hooks"]:
            app.webhooks.add(Hook(**one))
