"""What a person does in Linear's application: the same changes as by the API, as any user."""

from sandbox.linear import errors, issue_actions, other_actions
from sandbox.linear.fields import PRIORITIES
from sandbox.linear.world import Actor


def act(app, order):
    """Carries out {"actor", "do", "team", "issue", "fields"}; answers what it changed."""
    world = app.world
    user = world.find_user(order["actor"])
    if user is None:
        raise errors.not_found("User")
    doing = DEEDS.get(order["do"])
    if doing is None:
        raise ValueError("do must be one of " + ", ".join(sorted(DEEDS)))
    answer = doing(world, Actor(user["id"], "person"), order, order.get("fields") or {})
    return dict(answer, history_seq=world.history.last_seq())


def _issue(world, order):
    issue = world.find_issue(order["issue"])
    if issue is None:
        raise errors.not_found("Issue")
    return issue


def _team(world, order):
    team = world.find_team(order.get("team") or "ENG")
    if team is None:
        raise errors.not_found("Team")
    return team


def _shown(world, issue):
    return {"issue": dict(issue_actions.facts_of(world, issue), id=issue["id"], updatedAt=issue["updatedAt"])}


def _named(rows, name, kind, member="name"):
    """The id of a row by its name; None for None. Raises when there is none."""
    if name is None:
        return None
    for row in rows:
        if str(row[member]).lower() == str(name).lower():
            return row["id"]
    raise errors.not_found(kind)


def _labels(world, team, names):
    rows = [one for one in world.labels.values() if one["teamId"] in (None, team["id"])]
    return [_named(rows, name, "IssueLabel") for name in names]


def _priority(label):
    if label not in PRIORITIES:
        raise errors.argument("priority must be one of %s." % ", ".join(PRIORITIES))
    return PRIORITIES.index(label)


def _input(world, team, fields):
    """The fields with names replaced by ids, as an input of the API has them."""
    found = {name: fields[name] for name in ("title", "description", "priority", "estimate", "dueDate", "sortOrder")
             if name in fields}
    if isinstance(found.get("priority"), str):
        found["priority"] = _priority(found["priority"])
    if "state" in fields:
        rows = [one for one in world.states.values() if one["teamId"] == team["id"]]
        found["stateId"] = _named(rows, fields["state"], "WorkflowState")
    if "assignee" in fields:
        found["assigneeId"] = _named(world.users.values(), fields["assignee"], "User", "displayName")
    if "project" in fields:
        found["projectId"] = _named(world.projects.values(), fields["project"], "Project")
    if "cycle" in fields:
        rows = [one for one in world.cycles.values() if one["teamId"] == team["id"]]
        found["cycleId"] = _named(rows, fields["cycle"], "Cycle", "number")
    if "parent" in fields:
        found["parentId"] = fields["parent"]
    if "labels" in fields:
        found["labelIds"] = _labels(world, team, fields["labels"])
    return found


def _create(world, actor, order, fields):
    team = _team(world, order)
    found = dict({"title": "A new issue"}, **_input(world, team, fields))
    if found.get("parentId") is not None:
        found["parentId"] = issue_actions.parent_of(world, None, found["parentId"])
    return _shown(world, issue_actions.create(world, actor, team, found))


def _edit_with(world, actor, issue, found):
    issue_actions.check(world, found.get("teamId") or issue["teamId"], found)
    if found.get("parentId") is not None:
        found["parentId"] = issue_actions.parent_of(world, issue["id"], found["parentId"])
    return _shown(world, issue_actions.edit(world, actor, issue, found))


def _edit(world, actor, order, fields):
    issue = _issue(world, order)
    return _edit_with(world, actor, issue, _input(world, world.teams[issue["teamId"]], fields))


def _label(world, actor, order, fields):
    issue = _issue(world, order)
    labels = _labels(world, world.teams[issue["teamId"]], fields["labels"])
    return _edit_with(world, actor, issue, {"addedLabelIds": labels})


def _unlabel(world, actor, order, fields):
    issue = _issue(world, order)
    labels = _labels(world, world.teams[issue["teamId"]], fields["labels"])
    return _edit_with(world, actor, issue, {"removedLabelIds": labels})


def _move(world, actor, order, fields):
    return _edit_with(world, actor, _issue(world, order), {"teamId": _team(world, {"team": fields["to"]})["id"]})


def _archive(world, actor, order, fields):
    return _shown(world, issue_actions.archive(world, actor, _issue(world, order), True))


def _restore(world, actor, order, fields):
    return _shown(world, issue_actions.archive(world, actor, _issue(world, order), False))


def _trash(world, actor, order, fields):
    return _shown(world, issue_actions.archive(world, actor, _issue(world, order), True, True))


def _delete(world, actor, order, fields):
    issue_actions.destroy(world, actor, _issue(world, order))
    return {}


def _comment_of(world, fields):
    comment = world.comments.get(fields["comment_id"])
    if comment is None:
        raise errors.not_found("Comment")
    return comment


def _comment(world, actor, order, fields):
    return {"comment": other_actions.create_comment(world, actor, _issue(world, order), fields)}


def _edit_comment(world, actor, order, fields):
    return {"comment": other_actions.edit_comment(world, actor, _comment_of(world, fields), fields)}


def _delete_comment(world, actor, order, fields):
    other_actions.delete_comment(world, actor, _comment_of(world, fields))
    return {}


def _attach(world, actor, order, fields):
    return {"attachment": other_actions.put_attachment(world, actor, _issue(world, order), fields)}


def _react(world, actor, order, fields):
    comment = _comment_of(world, fields) if "comment_id" in fields else None
    return {"reaction": other_actions.add_reaction(world, actor, _issue(world, order), fields["emoji"], comment)}


def _create_label(world, actor, order, fields):
    team_id = _team(world, order)["id"] if order.get("team") else None
    return {"label": other_actions.create_label(world, actor, dict(fields, teamId=team_id))}


def _rename(table, kind):
    def rename(world, actor, order, fields):
        rows = world.tables[table]
        row = rows[_named(rows.values(), fields["from"], kind)]
        world.add(table, dict(row, name=fields["to"], updatedAt=world.now()))
        world.record(actor, "rename", before={"name": fields["from"]}, after={"name": fields["to"]})
        return {}
    return rename


def _suspend(world, actor, order, fields):
    user = world.find_user(fields["user"])
    world.add("users", dict(user, active=bool(fields.get("active", False)), updatedAt=world.now()))
    return {}


DEEDS = {"create": _create, "edit": _edit, "label": _label, "unlabel": _unlabel, "move": _move, "archive": _archive,
         "restore": _restore, "trash": _trash, "delete": _delete, "comment": _comment, "edit_comment": _edit_comment,
         "delete_comment": _delete_comment, "attach": _attach, "react": _react, "create_label": _create_label,
         "rename_label": _rename("labels", "IssueLabel"), "rename_state": _rename("states", "WorkflowState"),
         "suspend_user": _suspend}
