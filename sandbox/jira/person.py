"""What a person does in Jira's web pages: the same changes as by the API, as anyone, without screens or limits."""

from sandbox.jira import adf, catalog, errors, issue_actions, issue_edit, other_actions
from sandbox.jira.issue_render import IssueRenderer
from sandbox.jira.world import Actor

PEOPLE_FIELDS = ("user", "assignee", "reporter")


def act(app, order):
    """Carries out {"actor", "do", "key", "fields"}; answers what changed."""
    world = app.world
    actor = Actor(world.user(order["actor"]), "person")
    doing = DEEDS.get(order["do"])
    if doing is None:
        raise ValueError("do must be one of " + ", ".join(sorted(DEEDS)))
    kind, thing = doing(world, actor, order, order.get("fields", {}))
    return dict(_shown(app, kind, thing), history_seq=world.history.last_seq())


def _shown(app, kind, thing):
    """{"issue": …} or {"comment": …} as the API would show it."""
    show = IssueRenderer(app.world, app.base, app.version, app.world.time_zone)
    if kind == "issue":
        return {"issue": show.issue(app.world.issues[thing.id], list(app.world.fields))}
    return {"comment": show.comment(thing)} if kind == "comment" else {}


def _issue(world, order):
    issue = world.find_issue(order["key"])
    if issue is None:
        raise errors.no_such_issue()
    return issue


def _project(world, name):
    project = world.find_project(name)
    if project is None:
        raise errors.no_such_project(name)
    return project


def _document(world, value):
    """Typed text becomes a document on Cloud."""
    return adf.from_text(value) if world.is_cloud and isinstance(value, str) else value


def _plain(world, name, value):
    """A field's value in short form: a login for an account, text for a document, a name for what has one."""
    field = world.fields.get(name)
    if field is None or value is None:
        return value
    if field.kind == "richtext":
        return _document(world, value)
    if field.kind in PEOPLE_FIELDS and isinstance(value, str):
        user = world.user(value)
        return {"accountId": user.account_id, "name": user.name}
    if field.kind in ("priority", "resolution", "option", "securitylevel") and isinstance(value, str):
        return {"value" if field.kind == "option" else "name": value}
    if field.kind in ("versions", "components"):
        return [{"name": one} if isinstance(one, str) else one for one in value]
    return {"key": value} if field.kind == "parent" and isinstance(value, str) else value


def _values(world, edit, fields):
    """Parsed values; every field may be set. Raises ApiError 400."""
    edit.screen = frozenset(world.fields)
    edit.read({"fields": {name: _plain(world, name, value) for name, value in fields.items()}})
    return edit.values


def _create(world, actor, order, fields):
    project = _project(world, order["project"])
    issue_type = next(one for one in catalog.TYPES.values() if one.name == order.get("type", "Task"))
    edit = issue_edit.Edit(issue_edit.Context(world, project, issue_type), (), {})
    return "issue", issue_actions.create_issue(world, actor, project, issue_type, _values(world, edit, fields))


def _edit(world, actor, order, fields):
    issue = _issue(world, order)
    values = _values(world, issue_edit.for_issue(world, issue), fields)
    return "issue", issue_actions.edit_issue(world, actor, issue, values)


def _transition(world, actor, order, fields):
    """By the name of a transition, or of the status it leads to; `resolution` in short form if it is asked for."""
    issue, wanted = _issue(world, order), fields["to"]
    for one in world.type_of(issue).workflow.transitions:
        is_offered = one.sources is None or issue.status_id in one.sources
        if is_offered and wanted in (one.name, catalog.STATUSES[one.to].name):
            rest = {name: value for name, value in fields.items() if name != "to"}
            values = _values(world, issue_edit.for_issue(world, issue), rest)
            return "issue", issue_actions.transition_issue(world, actor, issue, one, values)
    raise ValueError("no transition to %r from here" % wanted)


def _label(world, actor, order, fields):
    have = _issue(world, order).values.get("labels") or []
    return _edit(world, actor, order, {"labels": have + fields["labels"]})


def _unlabel(world, actor, order, fields):
    have = _issue(world, order).values.get("labels") or []
    return _edit(world, actor, order, {"labels": [one for one in have if one not in fields["labels"]]})


def _assign(world, actor, order, fields):
    return _edit(world, actor, order, {"assignee": fields["assignee"]})


def _unassign(world, actor, order, fields):
    return _edit(world, actor, order, {"assignee": None})


def _move(world, actor, order, fields):
    project = world.add_project(fields["to"])
    return "issue", issue_actions.move_issue(world, actor, _issue(world, order), project)


def _delete(world, actor, order, fields):
    issue_actions.delete_issue(world, actor, _issue(world, order))
    return "nothing", None


def _add_comment(world, actor, order, fields):
    parts = other_actions.read_comment(world, dict(fields, body=_document(world, fields["body"])))
    return "comment", other_actions.create_comment(world, actor, _issue(world, order), **parts)


def _comment(world, issue, fields):
    comment = world.find_comment(issue, fields["comment_id"])
    if comment is None:
        raise errors.not_found("no such comment")
    return comment


def _edit_comment(world, actor, order, fields):
    """`body`, and as the API has them `visibility` (null: everyone's) and `properties`; what is not named stays."""
    issue = _issue(world, order)
    comment = _comment(world, issue, fields)
    parts = other_actions.read_comment(world, dict(fields, body=_document(world, fields.get("body", comment.body))))
    if "visibility" not in fields:
        del parts["visibility"]
    if "properties" not in fields:
        del parts["properties"], parts["public"]
    return "comment", other_actions.edit_comment(world, actor, issue, comment, **parts)


def _delete_comment(world, actor, order, fields):
    issue = _issue(world, order)
    other_actions.delete_comment(world, actor, issue, _comment(world, issue, fields))
    return "nothing", None


def _link(world, actor, order, fields):
    """`type` is a link type's name; the issue itself is the source."""
    issue, other = _issue(world, order), _issue(world, {"key": fields["to"]})
    type_id = next(key for key, facts in catalog.LINK_TYPES.items() if facts[0] == fields.get("type", "Blocks"))
    other_actions.create_link(world, actor, type_id, issue, other)
    return "issue", issue


def _archive(world, actor, order, fields):
    """Archives the project, or takes it out of the archive."""
    project = _project(world, order["project"])
    project.archived = bool(fields.get("archived", True))
    world.record(actor, "archive", after={"project": project.key, "archived": project.archived})
    return "nothing", None


def _set_up_project(world, actor, order, fields):
    """Changes what an administrator sets of a project: `type_key`, and `security`, the name of new issues' level or null."""
    project = _project(world, order["project"])
    project.type_key = fields.get("type_key", project.type_key)
    if "security" in fields:
        project.security = next((key for key, facts in catalog.SECURITY_LEVELS.items() if facts[0] == fields["security"]), None)
    world.record(actor, "project", after=fields)
    return "nothing", None


def _set_account(world, actor, order, fields):
    """Changes facts of the actor's account: time_zone, display_name, email, active, shows_email."""
    for name, value in fields.items():
        if name not in ("time_zone", "display_name", "email", "active", "shows_email"):
            raise ValueError("an account has no %s to change" % name)
        setattr(actor.user, name, value)
    world.record(actor, "account", after=fields)
    return "nothing", None


DEEDS = {
    "create": _create, "edit": _edit, "transition": _transition, "label": _label, "unlabel": _unlabel,
    "assign": _assign, "unassign": _unassign, "move": _move, "delete": _delete, "comment": _add_comment,
    "edit_comment": _edit_comment, "delete_comment": _delete_comment, "link": _link, "archive": _archive,
    "project": _set_up_project, "account": _set_account}
