"""The tracker's API: /projects/P/tickets and /projects/P/comments."""

import base64
import json

from sandbox.common.router import Route
from sandbox.webhook.world import Refused

PAGE_ITEMS = 50
PAGE_ITEMS_MAX = 200


def document_of(request):
    try:
        document = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Refused(400, "the body is not JSON") from None
    if not isinstance(document, dict):
        raise Refused(400, "the body must be an object")
    return document


# lists

def _cursor(text):
    try:
        moment, identifier = base64.urlsafe_b64decode(text.encode()).decode().split("|")
    except ValueError:
        raise Refused(400, "the cursor is not one of ours") from None
    return moment, identifier


def _list(app, table, request):
    """Oldest change first; `next` is absent from the last page."""
    query = request.query
    if "key" in query:
        rows = [row for row in app.world.tables[table].values() if row["idempotency_key"] == query["key"]]
        return {"items": [app.shown(row) for row in rows]}
    rows = app.world.listed(table)
    if query.get("since"):
        rows = [row for row in rows if row["updated_at"] >= query["since"]]
    if query.get("cursor"):
        place = _cursor(query["cursor"])
        rows = [row for row in rows if (row["updated_at"], row["id"]) > place]
    size = min(int(query.get("limit", app.page_items)), PAGE_ITEMS_MAX)
    page = {"items": [app.shown(row) for row in rows[:size]]}
    if len(rows) > size:
        last = rows[size - 1]
        page["next"] = base64.urlsafe_b64encode(("%s|%s" % (last["updated_at"], last["id"])).encode()).decode()
    return page


def list_tickets(app, request):
    return 200, _list(app, "tickets", request)


def list_comments(app, request):
    return 200, _list(app, "comments", request)


# items

def get_ticket(app, request):
    return 200, app.shown(app.world.row("tickets", request.params["id"]))


def get_comment(app, request):
    return 200, app.shown(app.world.row("comments", request.params["id"]))


def create_ticket(app, request):
    key = request.header("idempotency-key")
    return 201, app.world.create_ticket(request.actor, "api", document_of(request), key)


def change_ticket(app, request):
    return 200, app.world.change_ticket(request.actor, "api", request.params["id"], document_of(request))


def create_comment(app, request):
    document = document_of(request)
    return 201, app.world.create_comment(request.actor, "api", request.params["id"], document.get("body"),
                                         request.header("idempotency-key"))


def change_comment(app, request):
    return 200, app.world.change_comment(request.actor, "api", request.params["id"], document_of(request).get("body"))


def delete_comment(app, request):
    app.world.delete(request.actor, "api", "comments", request.params["id"])
    return 204, None


ROUTES = [
    Route("GET", "/projects/{project}/tickets", list_tickets),
    Route("POST", "/projects/{project}/tickets", create_ticket),
    Route("GET", "/projects/{project}/tickets/{id}", get_ticket),
    Route("PATCH", "/projects/{project}/tickets/{id}", change_ticket),
    Route("POST", "/projects/{project}/tickets/{id}/comments", create_comment),
    Route("GET", "/projects/{project}/comments", list_comments),
    Route("GET", "/projects/{project}/comments/{id}", get_comment),
    Route("PATCH", "/projects/{project}/comments/{id}", change_comment),
    Route("DELETE", "/projects/{project}/comments/{id}", delete_comment),
]
