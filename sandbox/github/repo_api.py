"""The signed-in user, the repository itself, its labels, milestones and assignable users."""

import re

from sandbox.common.clock import parse_iso
from sandbox.common.router import Route
from sandbox.github import errors, other_actions
from sandbox.github.issue_fields import text_field
from sandbox.github.render_events import private_user_document, repository_document

COLOR = re.compile(r"[0-9A-Fa-f]{6}\Z")


def get_user(call):
    if call.actor.app:
        raise errors.forbidden("Resource not accessible by integration")
    return call.dump(private_user_document(call.render, call.actor.user))


def get_account(call):
    """/users/LOGIN: enough of a public profile."""
    user = call.world.find_user(call.request.params["login"])
    if user is None:
        raise errors.not_found()
    document = private_user_document(call.render, user)
    return call.dump(dict(document, user_view_type="public"))


def get_rate_limit(call):
    core = call.api.limits.window(call.grant.login).document()
    other = {"limit": 30, "used": 0, "remaining": 30, "reset": core["reset"]}
    return call.dump({"resources": {"core": core, "search": other, "graphql": dict(
        other, limit=5000, remaining=5000)}, "rate": core})


def get_repo(call):
    document = repository_document(call.render, call.repo, call.permission)
    return call.dump(document)


def list_user_repos(call):
    repos = [repo for repo in call.world.repos_by_id.values()
             if call.grant.permission_on(repo) != "none"]
    return call.page(repos, lambda repo: call.api.dumps(
        repository_document(call.render, repo, call.grant.permission_on(repo))))


# labels


def _label(call):
    label = call.repo.label(call.request.params["name"])
    if label is None:
        raise errors.not_found()
    return label


def list_labels(call):
    return call.page(list(call.repo.labels.values()), lambda one: call.render.label(call.repo, one))


def get_label(call):
    return call.text(call.render.label(call.repo, _label(call)))


def _label_fields(call, document, name_key):
    """Checked name, colour and description. Raises 422."""
    fields = {}
    if document.get(name_key) is not None:
        fields["name"] = text_field(document, name_key).strip()
        if not fields["name"]:
            raise errors.validation_failed(errors.problem("Label", "name", "missing_field"))
    if document.get("color") is not None:
        if not isinstance(document["color"], str) or not COLOR.match(document["color"]):
            raise errors.validation_failed(errors.problem("Label", "color", "invalid"))
        fields["color"] = document["color"].lower()
    if "description" in document:
        fields["description"] = text_field(document, "description", nullable=True)
    return fields


def create_label(call):
    call.require_push()
    fields = _label_fields(call, call.document(), "name")
    if "name" not in fields:
        raise errors.validation_failed(errors.problem("Label", "name", "missing_field"))
    if call.repo.label(fields["name"]) is not None:
        raise errors.validation_failed(errors.problem("Label", "name", "already_exists"))
    label = other_actions.create_label(call.world, call.actor, call.repo, fields["name"],
                                       fields.get("color", "ededed"), fields.get("description"))
    return call.text(call.render.label(call.repo, label), 201)


def edit_label(call):
    call.require_push()
    label = _label(call)
    fields = _label_fields(call, call.document(), "new_name")
    other = call.repo.label(fields.get("name", label.name))
    if other is not None and other is not label:
        raise errors.validation_failed(errors.problem("Label", "name", "already_exists"))
    other_actions.edit_label(call.world, call.actor, call.repo, label, **fields)
    return call.text(call.render.label(call.repo, label))


def delete_label(call):
    call.require_push()
    other_actions.delete_label(call.world, call.actor, call.repo, _label(call))
    return call.empty()


# milestones


def _milestone(call):
    milestone = call.repo.milestones.get(call.number("milestone_number"))
    if milestone is None:
        raise errors.not_found()
    return milestone


def list_milestones(call):
    state = call.request.query.get("state", "open")
    found = [one for one in call.repo.milestones.values() if state in ("all", one.state)]
    found.sort(key=lambda one: (one.due or 1 << 60, one.number))
    if call.request.query.get("direction") == "desc":
        found.reverse()
    return call.page(found, lambda one: call.render.milestone(call.repo, one))


def get_milestone(call):
    return call.text(call.render.milestone(call.repo, _milestone(call)))


def _milestone_fields(document):
    fields = {}
    if document.get("title") is not None:
        fields["title"] = text_field(document, "title").strip()
    if "description" in document:
        fields["description"] = text_field(document, "description", nullable=True)
    if "due_on" in document:
        fields["due"] = _due(document["due_on"])
    if document.get("state") is not None:
        if document["state"] not in ("open", "closed"):
            raise errors.validation_failed(errors.problem("Milestone", "state", "invalid"))
        fields["state"] = document["state"]
    return fields


def _due(text):
    try:
        return None if text is None else int(parse_iso(text))
    except (ValueError, AttributeError):
        raise errors.validation_failed(errors.problem("Milestone", "due_on", "invalid")) from None


def _check_title(call, title, allowed=None):
    if any(one.title == title and one is not allowed for one in call.repo.milestones.values()):
        raise errors.validation_failed(errors.problem("Milestone", "title", "already_exists"))


def create_milestone(call):
    call.require_push()
    fields = _milestone_fields(call.document())
    if not fields.get("title"):
        raise errors.validation_failed(errors.problem("Milestone", "title", "missing_field"))
    _check_title(call, fields["title"])
    milestone = other_actions.create_milestone(call.world, call.actor, call.repo, **fields)
    return call.text(call.render.milestone(call.repo, milestone), 201)


def edit_milestone(call):
    call.require_push()
    milestone = _milestone(call)
    fields = _milestone_fields(call.document())
    _check_title(call, fields.get("title", milestone.title), milestone)
    other_actions.edit_milestone(call.world, call.actor, call.repo, milestone, **fields)
    return call.text(call.render.milestone(call.repo, milestone))


def delete_milestone(call):
    call.require_push()
    other_actions.delete_milestone(call.world, call.actor, call.repo, _milestone(call))
    return call.empty()


# people


def list_assignees(call):
    users = [call.world.user(login) for login in call.repo.members if call.repo.is_assignable(login)]
    return call.page(users, call.render.user)


def check_assignee(call):
    if not call.repo.is_assignable(call.request.params["assignee"]):
        raise errors.not_found()
    return call.empty()


_REPO = "/repos/{owner}/{repo}"

ROUTES = [
    Route("GET", "/user", get_user),
    Route("GET", "/user/repos", list_user_repos),
    Route("GET", "/users/{login}", get_account),
    Route("GET", "/rate_limit", get_rate_limit, "free"),
    Route("GET", _REPO, get_repo),
    Route("GET", _REPO + "/labels", list_labels),
    Route("POST", _REPO + "/labels", create_label, "content"),
    Route("GET", _REPO + "/labels/{name}", get_label),
    Route("PATCH", _REPO + "/labels/{name}", edit_label),
    Route("DELETE", _REPO + "/labels/{name}", delete_label),
    Route("GET", _REPO + "/milestones", list_milestones),
    Route("POST", _REPO + "/milestones", create_milestone, "content"),
    Route("GET", _REPO + "/milestones/{milestone_number}", get_milestone),
    Route("PATCH", _REPO + "/milestones/{milestone_number}", edit_milestone),
    Route("DELETE", _REPO + "/milestones/{milestone_number}", delete_milestone),
    Route("GET", _REPO + "/assignees", list_assignees),
    Route("GET", _REPO + "/assignees/{assignee}", check_assignee),
]
