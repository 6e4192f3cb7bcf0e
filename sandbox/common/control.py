"""What the control APIs of all stand-ins have: requests, clock, faults. A stand-in's own route of the same path replaces one."""

from sandbox.common.clock import parse_iso
from sandbox.common.router import Route


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
    """{"advance_s": n} or {"set": ISO time}; `set` and then `advance_s` if both are there."""
    if "set" in document:
        app.clock.set(parse_iso(document["set"]))
    app.clock.advance(float(document.get("advance_s", 0)))


def get_faults(app, request, document):
    return {"faults": app.faults.describe()}


def post_faults(app, request, document):
    """One rule, or a list of rules."""
    rules = document if isinstance(document, list) else [document]
    return {"installed": [app.faults.install(rule) for rule in rules]}


ROUTES = [
    Route("GET", "/_sandbox/requests", get_requests),
    Route("DELETE", "/_sandbox/requests", delete_requests),
    Route("GET", "/_sandbox/clock", get_clock),
    Route("GET", "/_sandbox/faults", get_faults),
    Route("POST", "/_sandbox/faults", post_faults),
]
