"""Relay's pages: first/after and last/before over rows, newest first, cursors that are ids."""

from sandbox.linear import errors
from sandbox.linear.complexity import PAGE_DEFAULT

PAGE_MAX = 250


def page_of(rows, arguments, find):
    """A connection's value. `find(id)` is the present row of a cursor, for its place in the order."""
    if not arguments.get("includeArchived"):
        rows = [row for row in rows if row.get("archivedAt") is None]
    by = arguments.get("orderBy") or "createdAt"
    rows = sorted(rows, key=lambda row: (row[by], row["id"]), reverse=True)
    start, end = _bounds(rows, arguments, by, find)
    size, backwards = _size(arguments)
    if backwards:
        shown = rows[max(start, end - size):end]
    else:
        shown = rows[start:min(end, start + size)]
    first_at = (end - len(shown)) if backwards else start
    return {"nodes": shown,
            "edges": [{"cursor": row["id"], "node": row} for row in shown],
            "pageInfo": {"hasNextPage": first_at + len(shown) < len(rows), "hasPreviousPage": first_at > 0,
                         "startCursor": shown[0]["id"] if shown else None,
                         "endCursor": shown[-1]["id"] if shown else None}}


def _size(arguments):
    first, last = arguments.get("first"), arguments.get("last")
    if first is not None and last is not None:
        raise errors.argument("Cannot use both `first` and `last`.")
    size = first if first is not None else last if last is not None else PAGE_DEFAULT
    if size < 1 or size > PAGE_MAX:
        raise errors.argument("`first` and `last` must be between 1 and %d." % PAGE_MAX)
    return size, last is not None


def _bounds(rows, arguments, by, find):
    """The part of the order between the cursors; a cursor stands where its row is now."""
    start, end = 0, len(rows)
    if arguments.get("after") is not None:
        place = _place(arguments["after"], by, find)
        start = sum(1 for row in rows if (row[by], row["id"]) >= place)
    if arguments.get("before") is not None:
        place = _place(arguments["before"], by, find)
        end = sum(1 for row in rows if (row[by], row["id"]) > place)
    return start, end


def _place(cursor, by, find):
    row = find(cursor)
    if row is None:
        raise errors.argument("The cursor %s does not exist." % cursor)
    return row[by], row["id"]
