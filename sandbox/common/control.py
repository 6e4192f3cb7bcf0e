"""What the control APIs of all stand-ins have: requests, history, clock, faults. A stand-in's own route of the same path replaces one."""

import json
import re

from sandbox.common.clock import parse_iso
from sandbox.common.httpd import Response
from sandbox.common.router import Route, Router

MISTAKES = (ValueError, KeyError, TypeError, AttributeError, StopIteration, re.error)


class Control:
    """Answers without credentials, limits or faults; its calls are not counted as API requests.

    `refused` is the stand-in's own kind of error, `refusal` gives the status and the document of one."""

    def __init__(self, app, routes, refused, refusal):
        self.app = app
        self._router = Router(routes)
        self._refused, self._refusal = refused, refusal

    def handle(self, request):
        route, request.params = self._router.find(request.method, request.segments)
        status, answer = (404, {"message": "there is no such control"}) if route is None else self._answer(route, request)
        return Response(status, json.dumps(answer, ensure_ascii=False).encode(), {"Content-Type": "application/json"})

    def _answer(self, route, request):
        try:
            return 200, self.call(route, request, json.loads(request.body) if request.body else {})
        except self._refused as error:
            return self._refusal(error)
        except MISTAKES as problem:
            return 422, {"message": "%s: %s" % (type(problem).__name__, problem)}

    def call(self, route, request, document):
        return route.handler(self.app, request, document)


def number(request, name, default):
    return int(request.query.get(name, default))


def get_requests(app, request, document):
    return app.requests.describe(number(request, "last", 100))


def delete_requests(app, request, document):
    app.requests.clear()
    return app.requests.describe(0)


def get_clock(app, request, document):
    return app.clock.describe()


def move_clock(app, document):
    """{"stopped": whether it stands still}, {"set": ISO time}, {"advance_s": n}; in this order where several are there."""
    if "stopped" in document:
        (app.clock.stop if document["stopped"] else app.clock.go_on)()
    if "set" in document:
        app.clock.set(parse_iso(document["set"]))
    app.clock.advance(float(document.get("advance_s", 0)))


def history_route(*names):
    """What happened; `names` are the members of an entry that a query may ask for."""
    def get_history(app, request, document):
        equal = {name: request.query[name] for name in names if name in request.query}
        entries = app.world.history.select(number(request, "since_seq", 0), number(request, "limit", 1_000_000), **equal)
        return {"last_seq": app.world.history.last_seq(), "entries": entries}
    return Route("GET", "/_sandbox/history", get_history)


def get_faults(app, request, document):
    return {"faults": app.faults.describe()}


def post_faults(app, request, document):
    """One rule, or a list of rules."""
    rules = document if isinstance(document, list) else [document]
    return {"installed": [app.faults.install(rule) for rule in rules]}


def delete_faults(app, request, document):
    app.faults.clear()
    return {"faults": []}


def get_limits(app, request, document):
    with app.world.lock:
        return app.limits.describe()


def post_limits(app, request, document):
    with app.world.lock:
        app.limits.configure(document)
        return app.limits.describe()


def post_latency(app, request, document):
    app.latency_s = float(document["ms"]) / 1000.0
    return {"ms": app.latency_s * 1000.0}


def post_webhooks(app, request, document):
    app.dispatcher.configure(document)
    return app.dispatcher.describe()


def post_oauth(app, request, document):
    with app.world.lock:
        return app.auth.oauth.configure(document)


ROUTES = [
    Route("GET", "/_sandbox/requests", get_requests),
    Route("DELETE", "/_sandbox/requests", delete_requests),
    Route("GET", "/_sandbox/clock", get_clock),
    Route("GET", "/_sandbox/faults", get_faults),
    Route("POST", "/_sandbox/faults", post_faults),
    Route("DELETE", "/_sandbox/faults", delete_faults),
]

# Of a vendor: with limits, latency and logins.
VENDOR_ROUTES = ROUTES + [
    Route("GET", "/_sandbox/limits", get_limits),
    Route("POST", "/_sandbox/limits", post_limits),
    Route("POST", "/_sandbox/latency", post_latency),
    Route("POST", "/_sandbox/webhooks", post_webhooks),
    Route("POST", "/_sandbox/oauth", post_oauth),
]
