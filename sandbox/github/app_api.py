"""The GitHub App: its own signed token buys installation tokens."""

from sandbox.common.clock import iso_utc
from sandbox.common.router import Route
from sandbox.github import errors
from sandbox.github.auth import token_document
from sandbox.github.render_events import repository_document


def get_app(call):
    return call.dump(dict(call.render.app_document(), installations_count=1))


def installation_document(call):
    app, render = call.api.auth.app, call.render
    url = "%s/app/installations/%d" % (render.base, app.installation_id)
    return {"id": app.installation_id, "account": render.user_document(app.owner),
            "repository_selection": "all", "access_tokens_url": url + "/access_tokens",
            "repositories_url": render.base + "/installation/repositories",
            "html_url": "%s/settings/installations/%d" % (render.base, app.installation_id),
            "app_id": app.id, "app_slug": app.slug, "target_id": app.owner.id,
            "target_type": "Organization", "permissions": app.permissions,
            "events": ["issue_comment", "issues"], "created_at": iso_utc(app.created),
            "updated_at": iso_utc(app.created), "single_file_name": None, "suspended_by": None,
            "suspended_at": None}


def list_installations(call):
    return call.dump([installation_document(call)])


def _require_installation(call):
    if call.number("installation_id") != call.api.auth.app.installation_id:
        raise errors.not_found()


def get_installation(call):
    _require_installation(call)
    return call.dump(installation_document(call))


def get_repo_installation(call):
    """Every repository of the stand-in has the App installed."""
    name = "%s/%s" % (call.request.params["owner"], call.request.params["repo"])
    if call.world.find_repo(name) is None:
        raise errors.not_found()
    return call.dump(installation_document(call))


def create_token(call):
    """Hands out a token for an hour, limited to the named repositories if there are any."""
    _require_installation(call)
    document = call.document(required=False)
    repos = _asked_repos(call, document)
    names = None if repos is None else {repo.full_name.lower() for repo in repos}
    grant = call.api.auth.mint(names)
    shown = [repository_document(call.render, repo, "write") for repo in repos or ()]
    return call.dump(token_document(grant, shown), 201)


def _asked_repos(call, document):
    if "repositories" not in document and "repository_ids" not in document:
        return None
    wanted = [str(name).lower() for name in document.get("repositories", [])]
    found = [repo for repo in call.world.repos_by_id.values()
             if repo.name.lower() in wanted or repo.id in document.get("repository_ids", [])]
    if len(found) < len(wanted) + len(document.get("repository_ids", [])):
        raise errors.ApiError(422, "There is at least one repository that does not exist or is not "
                                   "accessible to the parent installation.")
    return found


def list_installation_repos(call):
    repos = [repo for repo in call.world.repos_by_id.values()
             if call.grant.permission_on(repo) != "none"]
    return call.dump({"total_count": len(repos), "repository_selection": "all", "repositories": [
        repository_document(call.render, repo, call.grant.permission) for repo in repos]})


ROUTES = [
    Route("GET", "/app", get_app, "app"),
    Route("GET", "/app/installations", list_installations, "app"),
    Route("GET", "/app/installations/{installation_id}", get_installation, "app"),
    Route("POST", "/app/installations/{installation_id}/access_tokens", create_token, "app"),
    Route("GET", "/repos/{owner}/{repo}/installation", get_repo_installation, "app"),
    Route("GET", "/installation/repositories", list_installation_repos),
]
