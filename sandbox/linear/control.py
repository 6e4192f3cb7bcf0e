"""The control API under /_sandbox/: history, clock, faults, limits, and what people do meanwhile."""

import json
import re

from sandbox.common import control
from sandbox.common.httpd import Response
from sandbox.common.router import Route, Router
from sandbox.linear import errors, person, seed


class Control:
    """Answers without credentials, limits or faults; its calls are not counted as API requests."""

    def __init__(self, app):
        self.app = app
        self.router = Router(ROUTES)

    def handle(self, request):
        route, request.params = self.router.find(request.method, request.segments)
        try:
            if route is None:
                raise errors.not_found("Route")
            document = json.loads(request.body) if request.body else {}
            status, answer = 200, route.handler(self.app, request, document)
        except errors.LinearError as error:
            status, answer = 422, {"message": error.extensions.get("userPresentableMessage", error.message)}
        except (ValueError, KeyError, TypeError, AttributeError, re.error) as problem:
            status, answer = 422, {"message": "%s: %s" % (type(problem).__name__, problem)}
        return Response(status, json.dumps(answer, ensure_ascii=False).encode(), {"Content-Type": "application/json"})


def health(app, request, document):
    world = app.world
    with world.lock:
        teams = {team["key"]: sum(1 for one in world.issues.values() if one["teamId"] == team["id"])
                 for team in world.teams.values()}
        return {"ok": True, "system": "linear", "now": app.clock.describe()["now"], "teams": teams,
                "comments": len(world.comments), "history_seq": world.history.last_seq()}


def get_history(app, request, document):
    equal = {name: request.query[name] for name in ("actor", "via", "action", "issue", "issue_id", "comment_id")
             if name in request.query}
    entries = app.world.history.select(control.number(request, "since_seq", 0), control.number(request, "limit", 1_000_000), **equal)
    return {"last_seq": app.world.history.last_seq(), "entries": entries}


def post_clock(app, request, document):
    control.move_clock(app, document)
    app.world.revision += 1
    app.webhooks.clock_moved()
    return app.clock.describe()


def delete_faults(app, request, document):
    app.faults.clear()
    app.partial_errors, app.partial_error_path = 0, None
    return {"faults": []}


def post_partial_errors(app, request, document):
    app.partial_errors, app.partial_error_path = int(document["next"]), document.get("path")
    return {"next": app.partial_errors}


def post_broken(app, request, document):
    """{"issue": id, "fields": [name, ...]}: these fail, for everybody who asks. Without fields none does."""
    with app.world.lock:
        issue = app.world.find_issue(document["issue"])["id"]
        app.broken = {one for one in app.broken if one[0] != issue} | {(issue, one) for one in document.get("fields", [])}
        return {"broken": len(app.broken)}


def get_limits(app, request, document):
    with app.world.lock:
        return app.limits.describe()


def post_limits(app, request, document):
    with app.world.lock:
        app.limits.configure(document)
        return app.limits.describe()


def post_lag(app, request, document):
    with app.world.lock:
        app.world.set_lag(float(document["ms"]) / 1000.0)
        return {"ms": app.world.lag_s * 1000.0}


def post_latency(app, request, document):
    app.latency_s = float(document["ms"]) / 1000.0
    return {"ms": app.latency_s * 1000.0}


def get_webhooks(app, request, document):
    return dict(app.dispatcher.describe(), repeats_due=app.webhooks.waiting())


def post_webhooks(app, request, document):
    app.dispatcher.configure(document)
    return app.dispatcher.describe()


def post_oauth(app, request, document):
    with app.world.lock:
        return app.auth.oauth.configure(document)


def post_act(app, request, document):
    with app.world.lock:
        return person.act(app, document)


def post_seed(app, request, document):
    with app.world.lock:
        return seed.seed_team(app.world, document["team"], document.get("name") or document["team"],
                              int(document.get("issues", 300)), int(document.get("seed", 1)))


ROUTES = control.ROUTES + [
    Route("GET", "/_sandbox/health", health),
    Route("GET", "/_sandbox/history", get_history),
    Route("POST", "/_sandbox/clock", post_clock),
    Route("DELETE", "/_sandbox/faults", delete_faults),
    Route("POST", "/_sandbox/partial_errors", post_partial_errors), Route("POST", "/_sandbox/broken", post_broken),
    Route("GET", "/_sandbox/limits", get_limits),
    Route("POST", "/_sandbox/limits", post_limits),
    Route("POST", "/_sandbox/lag", post_lag),
    Route("POST", "/_sandbox/latency", post_latency),
    Route("GET", "/_sandbox/webhooks", get_webhooks),
    Route("POST", "/_sandbox/webhooks", post_webhooks),
    Route("POST", "/_sandbox/oauth", post_oauth),
    Route("POST", "/_sandbox/act", post_act),
    Route("POST", "/_sandbox/seed", post_seed),
]
