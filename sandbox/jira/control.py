"""The control API under /_sandbox/: history, clock, faults, limits, and what people do meanwhile."""

import json
import re

from sandbox.common import control
from sandbox.common.httpd import Response
from sandbox.common.router import Route, Router
from sandbox.jira import errors, person, seed
from sandbox.jira.render import dumps


class Control:
    """Answers without credentials, limits or faults; its calls are not counted as API requests."""

    def __init__(self, app):
        self.app = app
        self.router = Router(ROUTES)

    def handle(self, request):
        route, request.params = self.router.find(request.method, request.segments)
        try:
            if route is None:
                raise errors.no_such_path()
            document = json.loads(request.body) if request.body else {}
            status, answer = 200, route.handler(self.app, request, document)
        except errors.ApiError as error:
            status, answer = error.status, error.document
        except (ValueError, KeyError, TypeError, AttributeError, StopIteration, re.error) as problem:
            status, answer = 422, {"message": "%s: %s" % (type(problem).__name__, problem)}
        return Response(status, dumps(answer).encode(), {"Content-Type": "application/json"})


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


def get_history(app, request, document):
    equal = {name: request.query[name] for name in ("actor", "via", "action", "issue", "issue_id", "comment_id")
             if name in request.query}
    entries = app.world.history.select(control.number(request, "since_seq", 0), control.number(request, "limit", 1_000_000), **equal)
    return {"last_seq": app.world.history.last_seq(), "entries": entries}


def post_clock(app, request, document):
    control.move_clock(app, document)
    app.world.revision += 1
    return app.clock.describe()


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


def post_lag(app, request, document):
    with app.world.lock:
        app.world.index.set_lag(float(document["ms"]) / 1000.0)
        return {"ms": app.world.index.lag_s * 1000.0}


def post_latency(app, request, document):
    app.latency_s = float(document["ms"]) / 1000.0
    return {"ms": app.latency_s * 1000.0}


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


def post_webhooks(app, request, document):
    app.dispatcher.configure(document)
    return app.dispatcher.describe()


def delete_tokens(app, request, document):
    """Ends all OAuth access tokens; refresh tokens go on."""
    with app.world.lock:
        app.auth.revoke_access()
        return {"refresh_tokens": len(app.auth.refresh_tokens)}


def post_oauth(app, request, document):
    with app.world.lock:
        return app.auth.oauth.configure(document)


def post_act(app, request, document):
    with app.world.lock:
        return person.act(app, document)


def post_seed(app, request, document):
    with app.world.lock:
        project = app.world.add_project(document["project"])
        return seed.seed_project(app.world, project, int(document.get("issues", 300)), int(document.get("seed", 1)))


ROUTES = control.ROUTES + [
    Route("GET", "/_sandbox/health", health), Route("GET", "/_sandbox/history", get_history),
    Route("POST", "/_sandbox/clock", post_clock),
    Route("DELETE", "/_sandbox/faults", delete_faults), Route("GET", "/_sandbox/limits", get_limits),
    Route("POST", "/_sandbox/limits", post_limits), Route("POST", "/_sandbox/lag", post_lag),
    Route("POST", "/_sandbox/latency", post_latency), Route("POST", "/_sandbox/pages", post_pages),
    Route("POST", "/_sandbox/failing", post_failing), Route("POST", "/_sandbox/broken", post_broken),
    Route("GET", "/_sandbox/webhooks", get_webhooks), Route("POST", "/_sandbox/webhooks", post_webhooks),
    Route("POST", "/_sandbox/oauth", post_oauth), Route("DELETE", "/_sandbox/tokens", delete_tokens), Route("POST", "/_sandbox/act", post_act),
    Route("POST", "/_sandbox/seed", post_seed)]
