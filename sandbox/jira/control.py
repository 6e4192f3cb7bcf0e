"""The control API under /_sandbox/: history, clock, faults, limits, and what people do meanwhile."""

from sandbox.common import control
from sandbox.common.router import Route
from sandbox.jira import errors, person, seed


def health(app, request, document):
    world = app.world
    with world.lock:
        projects = {project.key: {"issues": 0, "comments": 0} for project in world.projects.values()}
        for issue in world.issues.values():
            counts = projects[world.find_project(issue.project_id).key]
            counts["issues"] += 1
            counts["comments"] += len(world.comments[issue.id])
        return {"ok": True, "system": "jira", "flavour": world.flavour, "now": app.clock.describe()["now"],
                "projects": projects, "history_seq": world.history.last_seq()}


def post_clock(app, request, document):
    control.move_clock(app, document)
    app.world.revision += 1
    return app.clock.describe()


def post_lag(app, request, document):
    with app.world.lock:
        app.world.index.set_lag(float(document["ms"]) / 1000.0)
        return {"ms": app.world.index.lag_s * 1000.0}


def post_pages(app, request, document):
    """{"shorten": share}: this share of search pages holds fewer issues than asked for."""
    app.shorten_pages = float(document["shorten"])
    return {"shorten": app.shorten_pages}


def post_failing(app, request, document):
    """{"issues": [id, ...]}: a bulk fetch names these in `issueErrors` instead of showing them."""
    app.failing_issues = {int(one) for one in document["issues"]}
    return {"issues": [str(one) for one in sorted(app.failing_issues)]}


def post_broken(app, request, document):
    """{"issue": key, "fields": {id: JSON}}: the API shows these values as they are. Without fields it shows the true ones."""
    with app.world.lock:
        issue = app.world.find_issue(document["issue"])
        kept = {place: shown for place, shown in app.world.broken.items() if place[0] != issue.id}
        app.world.broken = {**kept, **{(issue.id, name): shown for name, shown in document.get("fields", {}).items()}}
        return {"broken": len(app.world.broken)}


def get_webhooks(app, request, document):
    return dict(app.dispatcher.describe(), **app.webhooks.describe())


def delete_tokens(app, request, document):
    """Ends all OAuth access tokens; refresh tokens go on."""
    with app.world.lock:
        app.auth.revoke_access()
        return {"refresh_tokens": len(app.auth.refresh_tokens)}


def post_act(app, request, document):
    with app.world.lock:
        return person.act(app, document)


def post_seed(app, request, document):
    with app.world.lock:
        project = app.world.add_project(document["project"])
        return seed.seed_project(app.world, project, int(document.get("issues", 300)), int(document.get("seed", 1)))


ROUTES = control.VENDOR_ROUTES + [
    control.history_route("actor", "via", "action", "issue", "issue_id", "comment_id"),
    Route("GET", "/_sandbox/health", health),
    Route("POST", "/_sandbox/clock", post_clock), Route("POST", "/_sandbox/lag", post_lag), Route("POST", "/_sandbox/pages", post_pages),
    Route("POST", "/_sandbox/failing", post_failing), Route("POST", "/_sandbox/broken", post_broken),
    Route("GET", "/_sandbox/webhooks", get_webhooks), Route("DELETE", "/_sandbox/tokens", delete_tokens), Route("POST", "/_sandbox/act", post_act),
    Route("POST", "/_sandbox/seed", post_seed)]


def make(app):
    return control.Control(app, ROUTES, errors.ApiError, lambda error: (error.status, error.document))
