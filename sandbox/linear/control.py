"""The control API under /_sandbox/: history, clock, faults, limits, and what people do meanwhile."""

from sandbox.common import control
from sandbox.common.router import Route
from sandbox.linear import errors, person, seed


def health(app, request, document):
    world = app.world
    with world.lock:
        teams = {team["key"]: sum(1 for one in world.issues.values() if one["teamId"] == team["id"])
                 for team in world.teams.values()}
        return {"ok": True, "system": "linear", "now": app.clock.describe()["now"], "teams": teams,
                "comments": len(world.comments), "history_seq": world.history.last_seq()}


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


def post_lag(app, request, document):
    with app.world.lock:
        app.world.set_lag(float(document["ms"]) / 1000.0)
        return {"ms": app.world.lag_s * 1000.0}


def get_webhooks(app, request, document):
    return dict(app.dispatcher.describe(), repeats_due=app.webhooks.waiting())


def post_act(app, request, document):
    with app.world.lock:
        return person.act(app, document)


def post_seed(app, request, document):
    with app.world.lock:
        return seed.seed_team(app.world, document["team"], document.get("name") or document["team"],
                              int(document.get("issues", 300)), int(document.get("seed", 1)))


ROUTES = control.VENDOR_ROUTES + [
    control.history_route("actor", "via", "action", "issue", "issue_id", "comment_id"),
    Route("GET", "/_sandbox/health", health),
    Route("POST", "/_sandbox/clock", post_clock),
    Route("DELETE", "/_sandbox/faults", delete_faults),
    Route("POST", "/_sandbox/partial_errors", post_partial_errors), Route("POST", "/_sandbox/broken", post_broken),
    Route("POST", "/_sandbox/lag", post_lag),
    Route("GET", "/_sandbox/webhooks", get_webhooks),
    Route("POST", "/_sandbox/act", post_act),
    Route("POST", "/_sandbox/seed", post_seed),
]


def make(app):
    return control.Control(app, ROUTES, errors.LinearError,
                           lambda error: (422, {"message": error.extensions.get("userPresentableMessage", error.message)}))
