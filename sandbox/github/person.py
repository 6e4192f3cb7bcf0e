"""What a person does in GitHub's web pages: the same changes as by the API, as any login."""

import json

from sandbox.github import errors, issue_actions, other_actions
from sandbox.github.world import Actor


def act(app, order):
    """Carries out {"actor", "do", "repo", "number", "fields"}; answers what changed."""
    world = app.world
    repo = world.find_repo(order["repo"])
    if repo is None:
        raise errors.not_found()
    actor = Actor(world.user(order["actor"]), "person")
    repo.members.setdefault(order["actor"].lower(), "MEMBER")
    doing = DEEDS.get(order["do"])
    if doing is None:
        raise ValueError("do must be one of " + ", ".join(sorted(DEEDS)))
    answer = doing(world, actor, repo, order, order.get("fields", {}))
    return dict(_shown(app, answer), history_seq=world.history.last_seq())


def _shown(app, answer):
    """{"issue": …} or {"comment": …} as the API would show it."""
    kind, repo, thing = answer
    if kind == "issue":
        return {"issue": json.loads(app.renderer.issue_text(repo, thing))}
    if kind == "comment":
        return {"comment": json.loads(app.renderer.comment_text(repo, thing))}
    return {}


def _issue(repo, order):
    issue = repo.issues.get(order["number"])
    if issue is None:
        raise errors.not_found()
    return issue


def _comment(repo, fields):
    comment = repo.comments.get(fields["comment_id"])
    if comment is None:
        raise errors.not_found()
    return comment


def _objects(world, repo, fields):
    """The fields with names replaced by the world's labels, users and milestone."""
    known = {name: fields[name] for name in ("title", "body", "state", "state_reason") if name in fields}
    if "labels" in fields:
        known["labels"] = issue_actions.ensure_labels(world, repo, fields["labels"])
    if "assignees" in fields:
        known["assignees"] = tuple(world.user(login) for login in fields["assignees"])
    if "milestone" in fields:
        known["milestone"] = _milestone(repo, fields["milestone"])
    return known


def _milestone(repo, wanted):
    """By number or title; None for none."""
    if wanted is None:
        return None
    for milestone in repo.milestones.values():
        if wanted in (milestone.number, milestone.title):
            return milestone
    raise errors.not_found()


def _create(world, actor, repo, order, fields):
    known = _objects(world, repo, fields)
    known.pop("state", None)
    known.pop("state_reason", None)
    return "issue", repo, issue_actions.create_issue(world, actor, repo, **known)


def _edit_with(world, actor, repo, order, known):
    issue = issue_actions.edit_issue(world, actor, repo, _issue(repo, order), **known)
    return "issue", repo, issue


def _edit(world, actor, repo, order, fields):
    return _edit_with(world, actor, repo, order, _objects(world, repo, fields))


def _close(world, actor, repo, order, fields):
    reason = fields.get("state_reason", "completed")
    return _edit_with(world, actor, repo, order, {"state": "closed", "state_reason": reason})


def _reopen(world, actor, repo, order, fields):
    return _edit_with(world, actor, repo, order, {"state": "open", "state_reason": "reopened"})


def _label(world, actor, repo, order, fields):
    have = _issue(repo, order).labels
    more = issue_actions.ensure_labels(world, repo, fields["labels"])
    merged = have + tuple(label for label in more if label not in have)
    return _edit_with(world, actor, repo, order, {"labels": merged})


def _unlabel(world, actor, repo, order, fields):
    gone = {name.lower() for name in fields["labels"]}
    left = tuple(label for label in _issue(repo, order).labels if label.name.lower() not in gone)
    return _edit_with(world, actor, repo, order, {"labels": left})


def _assign(world, actor, repo, order, fields):
    users = _issue(repo, order).assignees + tuple(world.user(one) for one in fields["assignees"])
    return _edit_with(world, actor, repo, order, {"assignees": tuple(dict.fromkeys(users))})


def _unassign(world, actor, repo, order, fields):
    gone = {login.lower() for login in fields["assignees"]}
    left = tuple(user for user in _issue(repo, order).assignees if user.login.lower() not in gone)
    return _edit_with(world, actor, repo, order, {"assignees": left})


def _set_milestone(world, actor, repo, order, fields):
    milestone = _milestone(repo, fields.get("milestone"))
    return _edit_with(world, actor, repo, order, {"milestone": milestone})


def _add_comment(world, actor, repo, order, fields):
    issue = _issue(repo, order)
    return "comment", repo, other_actions.create_comment(world, actor, repo, issue, fields["body"])


def _edit_comment(world, actor, repo, order, fields):
    comment = _comment(repo, fields)
    return "comment", repo, other_actions.edit_comment(world, actor, repo, comment, fields["body"])


def _delete_comment(world, actor, repo, order, fields):
    other_actions.delete_comment(world, actor, repo, _comment(repo, fields))
    return "nothing", repo, None


def _react(world, actor, repo, order, fields):
    other_actions.add_reaction(world, actor, repo, _issue(repo, order), fields["content"])
    return "issue", repo, repo.issues[order["number"]]


def _transfer(world, actor, repo, order, fields):
    target = world.add_repo(fields["to"])
    return "issue", target, issue_actions.transfer_issue(world, actor, repo, _issue(repo, order), target)


def _delete(world, actor, repo, order, fields):
    issue_actions.delete_issue(world, actor, repo, _issue(repo, order))
    return "nothing", repo, None


def _lock(world, actor, repo, order, fields):
    issue = issue_actions.set_lock(world, actor, repo, _issue(repo, order), True, fields.get("reason"))
    return "issue", repo, issue


def _unlock(world, actor, repo, order, fields):
    return "issue", repo, issue_actions.set_lock(world, actor, repo, _issue(repo, order), False)


def _rename_repo(world, actor, repo, order, fields):
    world.rename_repo(actor, repo, fields["name"])
    return "nothing", repo, None


def _rename_label(world, actor, repo, order, fields):
    label = repo.label(fields["from"])
    if label is None:
        raise errors.not_found()
    other_actions.edit_label(world, actor, repo, label, name=fields["to"])
    return "nothing", repo, None


DEEDS = {
    "create": _create, "edit": _edit, "close": _close, "reopen": _reopen, "label": _label,
    "unlabel": _unlabel, "assign": _assign, "unassign": _unassign, "milestone": _set_milestone,
    "comment": _add_comment, "edit_comment": _edit_comment, "delete_comment": _delete_comment,
    "react": _react, "transfer": _transfer, "delete": _delete, "lock": _lock, "unlock": _unlock,
    "rename_repo": _rename_repo, "rename_label": _rename_label,
}
