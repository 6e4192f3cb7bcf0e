"""The control API under /_sandbox/: history, clock, faults, webhooks, and what people do meanwhile."""

from sandbox.common import control
from sandbox.common.router import Route
from sandbox.webhook import seed
from sandbox.webhook.world import Refused


def health(app, request, document):
    return {"ok": True, "system": "webhook", "now": app.clock.describe()["now"], "tickets": len(app.world.tables["tickets"]),
            "comments": len(app.world.tables["comments"]), "history_seq": app.world.history.last_seq()}


def get_world(app, request, document):
    return {name: list(table.values()) for name, table in app.world.tables.items()}


def post_clock(app, request, document):
    control.move_clock(app, document)
    return app.clock.describe()


def post_lag(app, request, document):
    app.world.lag_s = float(document["ms"]) / 1000.0
    return {"ms": app.world.lag_s * 1000.0}


def post_settings(app, request, document):
    """{"page_items", "limited_for_s", "has_etags"}: how it pages, whether it refuses, whether it knows ETags."""
    for name, value in document.items():
        if name not in ("page_items", "limited_for_s", "has_etags"):
            raise ValueError("unknown setting: " + name)
        setattr(app, name, value)
    return {"page_items": app.page_items, "limited_for_s": app.limited_for_s, "has_etags": app.has_etags}


def post_broken(app, request, document):
    """{"id", "fields": {name: JSON}, "without": [name, ...]}: reads show the item so; with its id alone, as it is."""
    shown = document.get("fields", {}), document.get("without", [])
    kept = {identifier: one for identifier, one in app.broken.items() if identifier != document["id"]}
    app.broken = {**kept, document["id"]: shown} if any(shown) else kept
    return {"broken": sorted(app.broken)}


def get_webhooks(app, request, document):
    receivers = list(app.webhooks.receivers.values())
    return dict(app.dispatcher.describe(), receivers=receivers, failures=app.webhooks.failures, shape=app.webhooks.shape)


def post_webhooks(app, request, document):
    """The dispatcher's settings; {"url", "secret"} adds a receiver; {"shape": "full" or "thin"}."""
    if "url" in document:
        app.webhooks.add(document.pop("url"), document.pop("secret"))
    app.webhooks.shape = document.pop("shape", app.webhooks.shape)
    app.dispatcher.configure(document)
    return get_webhooks(app, request, document)


def delete_webhooks(app, request, document):
    app.webhooks.receivers.clear()
    return get_webhooks(app, request, document)


def post_seed(app, request, document):
    seed.seed_tickets(app.world, int(document["tickets"]), int(document.get("seed", 1)))
    return health(app, request, document)


def post_act(app, request, document):
    """What a person does: create, edit, delete, comment, edit_comment, delete_comment."""
    world, actor, fields = app.world, document["actor"], document.get("fields") or {}
    do, identifier = document["do"], document.get("id")
    if do == "create":
        return {"ticket": world.create_ticket(actor, "person", dict({"title": "A new ticket"}, **fields))}
    if do == "edit":
        return {"ticket": world.change_ticket(actor, "person", identifier, fields)}
    if do == "delete":
        return {"ticket": world.delete(actor, "person", "tickets", identifier)}
    if do == "comment":
        return {"comment": world.create_comment(actor, "person", identifier, fields["body"], internal=fields.get("internal", False))}
    if do == "edit_comment":
        return {"comment": world.change_comment(actor, "person", identifier, fields["body"])}
    if do == "delete_comment":
        return {"comment": world.delete(actor, "person", "comments", identifier)}
    raise ValueError("do must be create, edit, delete, comment, edit_comment or delete_comment")


ROUTES = control.ROUTES + [
    control.history_route("actor", "via", "action", "kind", "id"),
    Route("GET", "/_sandbox/health", health),
    Route("GET", "/_sandbox/world", get_world),
    Route("POST", "/_sandbox/clock", post_clock),
    Route("POST", "/_sandbox/lag", post_lag),
    Route("POST", "/_sandbox/settings", post_settings),
    Route("POST", "/_sandbox/broken", post_broken),
    Route("GET", "/_sandbox/webhooks", get_webhooks),
    Route("POST", "/_sandbox/webhooks", post_webhooks),
    Route("DELETE", "/_sandbox/webhooks", delete_webhooks),
    Route("POST", "/_sandbox/seed", post_seed),
    Route("POST", "/_sandbox/act", post_act),
]


class Control(control.Control):
    """Its handlers leave the locking to it."""

    def call(self, route, request, document):
        with self.app.world.lock:
            return super().call(route, request, document)


def make(app):
    return Control(app, ROUTES, Refused, lambda error: (422, {"message": str(error)}))
