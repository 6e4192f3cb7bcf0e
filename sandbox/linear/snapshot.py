"""The whole world as a JSON file and back, so that a restarted stand-in shows the same world."""

import gc
import json

from sandbox.common.files import write_atomically


def save(app, path):
    """Writes the world, one row a line. The lock is held only while the rows are collected."""
    world = app.world
    with world.lock:
        head = {"format": 1, "clock_offset_s": app.clock.offset_s(), "last_sync_id": world.last_sync_id,
                "last_ms": world.last_ms, "auth": app.auth.dump(), "history": world.history.dump()}
        rows = [(name, list(table.values())) for name, table in world.tables.items()]
    write_atomically(path, _lines(head, rows))


def _lines(head, tables):
    yield '{"head":' + _dumps(head)
    for name, rows in tables:
        yield ',\n"%s":[' % name
        for at, row in enumerate(rows):
            yield (",\n" if at else "\n") + _dumps(row)
        yield "]"
    yield "}\n"


def _dumps(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def load(app, path):
    """Replaces the empty world by the saved one; answers its tokens, for Auth.load once the applications are known.

    Raises OSError, ValueError or KeyError.
    """
    world = app.world
    gc.disable()  # everything read here stays: looking for garbage doubles the time
    try:
        with open(path, encoding="utf-8") as source:
            document = json.load(source)
        with world.lock:
            head = document["head"]
            app.clock.advance(head["clock_offset_s"] - app.clock.offset_s())
            world.last_sync_id, world.last_ms = head["last_sync_id"], head["last_ms"]
            world.random.seed(head["last_sync_id"])
            world.history.load(head["history"])
            for name in world.tables:
                for row in document[name]:
                    world.add(name, row)
    finally:
        gc.enable()
    return head["auth"]
