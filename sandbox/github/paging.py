"""Pages of lists: `per_page` and `page`, and the Link header that leads through them."""

import base64
from urllib.parse import urlencode

from sandbox.github import errors


def page_of(request):
    """(page, per_page) of the request: at least 1, at most 100 items a page."""
    return max(1, _number(request, "page", 1)), min(100, max(1, _number(request, "per_page", 30)))


def _number(request, name, default):
    text = request.query.get(name, "")
    return int(text) if text.isdigit() and int(text) > 0 else default


def link_header(request, address, page, per_page, total, by_cursor=False):
    """The Link header, or None if everything fits one page. `address` has no query. A list of issues goes on by a cursor beside the
    page's number, and names no first or last page (seen since 2025)."""
    last = max(1, -(-total // per_page))
    if last == 1 and page == 1:
        return None
    rels = []
    if page > 1:
        rels.append(("prev", min(page - 1, last)))
    if page < last:
        rels.append(("next", page + 1))
    if page < last and not by_cursor:
        rels.append(("last", last))
    if page > 1 and not by_cursor:
        rels.append(("first", 1))
    return ", ".join('<%s>; rel="%s"' % (_page_url(request, address, rel, number, by_cursor), rel) for rel, number in rels)


def _page_url(request, address, rel, number, by_cursor):
    if not by_cursor:
        return _with(request, address, page=str(number))
    before = rel == "prev"
    cursor = base64.b64encode(b"cursor:v2:%d" % number).decode()
    kept = {name: value for name, value in request.query.items() if name != ("after" if before else "before")}
    return "%s?%s" % (address, urlencode({**kept, "before" if before else "after": cursor, "page": str(number)}))


def cursor_link(request, address, rel, cursor):
    """A Link header with one cursor, as the lists of hook deliveries have."""
    return '<%s>; rel="%s"' % (_with(request, address, cursor=cursor), rel)


def _with(request, address, **changes):
    query = dict(request.query)
    query.update(changes)
    return "%s?%s" % (address, urlencode(query))


def slice_of(sequence, page, per_page):
    return sequence[(page - 1) * per_page:page * per_page]


def choice(request, name, default, allowed):
    """A query parameter of a fixed set of words. Raises 422 for another word."""
    value = request.query.get(name) or default
    if value not in allowed:
        raise errors.validation_failed(errors.problem("Search", name, "invalid", value=value))
    return value
