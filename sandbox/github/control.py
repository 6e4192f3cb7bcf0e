"""The control API under /_sandbox/: history, clock, faults, limits, and what people do meanwhile."""

from sandbox.common import control
from sandbox.common.router import Route
from sandbox.github import errors, person, seed


def health(app, request, document):
    with app.world.lock:
        return {"ok": True, "system": "github", "now": app.clock.describe()["now"],
                "repositories": {repo.full_name: {"issues": len(repo.issues),
                                                  "comments": len(repo.comments)}
                                 for repo in app.world.repos_by_id.values()},
                "history_seq": app.world.history.last_seq()}


def post_clock(app, request, document):
    control.move_clock(app, document)
    app.world.revision += 1
    return app.clock.describe()


def post_limits(app, request, document):
    with app.world.lock:
        if "primary_remaining" in document and "login" not in document:
            app.limits.touch_windows(grant.login for grant in app.auth.grants())
        app.limits.configure(document)
        return app.limits.describe()


def post_lag(app, request, document):
    with app.world.lock:
        app.world.set_lag(float(document["ms"]) / 1000.0)
        return {"ms": app.world.lag_s * 1000.0}


def get_webhooks(app, request, document):
    return app.dispatcher.describe()


def post_app_hook(app, request, document):
    """What the App's owner sets in its settings; an empty address switches it off."""
    with app.world.lock:
        app.webhooks.app_hook.configure(document)
        return app.webhooks.app_hook.config_document()


def post_act(app, request, document):
    with app.world.lock:
        return person.act(app, document)


def post_seed(app, request, document):
    with app.world.lock:
        repo = app.world.add_repo(document["repo"])
        return seed.seed_repo(app.world, repo, int(document.get("issues", 300)),
                              int(document.get("seed", 1)),
                              bool(document.get("pull_requests", True)))


def post_tokens(app, request, document):
    """When a token ends: {"token", "expires_in_s"}; null for never."""
    with app.world.lock:
        grant, seconds = app.auth.peek(document["token"]), document["expires_in_s"]
        if grant is None:
            raise errors.not_found()
        grant.expires = None if seconds is None else app.clock.now() + float(seconds)
        return {"expires": grant.expires}


def post_device(app, request, document):
    """A person types a code: {"user_code", "login"}; login "" refuses."""
    with app.world.lock:
        device = next((one for one in app.auth.devices.values() if one.user_code == document["user_code"]), None)
        if device is None:
            raise errors.not_found()
        device.login = document["login"]
        if device.login:
            app.world.user(device.login)
        return {"client_id": device.client_id}


ROUTES = control.VENDOR_ROUTES + [
    control.history_route("actor", "via", "action", "issue", "repo", "comment_id"),
    Route("POST", "/_sandbox/device", post_device),
    Route("POST", "/_sandbox/tokens", post_tokens),
    Route("GET", "/_sandbox/health", health),
    Route("POST", "/_sandbox/clock", post_clock),
    Route("POST", "/_sandbox/limits", post_limits),
    Route("POST", "/_sandbox/lag", post_lag),
    Route("GET", "/_sandbox/webhooks", get_webhooks),
    Route("POST", "/_sandbox/app_hook", post_app_hook),
    Route("POST", "/_sandbox/act", post_act),
    Route("POST", "/_sandbox/seed", post_seed),
]


def make(app):
    return control.Control(app, ROUTES, errors.ApiError, lambda error: (error.status, error.document))
