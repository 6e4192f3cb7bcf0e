"""Changes to issues, whoever makes them: each keeps the changelog, the history and the webhooks."""

from sandbox.jira import catalog
from sandbox.jira.field_references import Several
from sandbox.jira.issue_render import IssueRenderer
from sandbox.jira.kinds import kind_of
from sandbox.jira.model import Change, Issue


def create_issue(world, actor, project, issue_type, values, properties=None):
    """Makes an issue of parsed values; the reporter is the actor unless given."""
    now = world.now_ms()
    values = {name: value for name, value in values.items() if value is not None}
    values.setdefault("reporter", actor.user.account_id)
    values.setdefault("priority", catalog.DEFAULT_PRIORITY)
    if project.security:
        values.setdefault("security", project.security)
    issue = Issue(world.next_id("issue"), "%s-%d" % (project.key, project.next_number), project.id, project.next_number,
                  issue_type.id, issue_type.workflow.initial, actor.user.account_id, now, now, values,
                  category_changed=now)
    project.next_number += 1
    world.properties[issue.id] = dict(properties or {})
    world.store_issue(issue)
    world.record(actor, "create", issue, before=None, after=facts_of(world, issue))
    world.on_webhook("jira:issue_created", actor, issue=issue, issue_event_type_name="issue_created")
    return issue


def edit_issue(world, actor, issue, values, event="issue_updated", **more):
    """Sets parsed values, and `more` facts of the version; nothing happens if nothing differs."""
    differing = {name: value for name, value in values.items() if value != issue.values.get(name)}
    items = [item for name, value in differing.items() for item in _items(world, issue, name, value)]
    if "status_id" in more and more["status_id"] != issue.status_id:
        items.append(_status_item(issue, more["status_id"]))
    items += more.pop("items", [])
    if not differing and not items:
        return issue
    kept = {name: value for name, value in dict(issue.values, **differing).items() if value is not None}
    newer = issue.changed(values=kept, updated=_later(world, issue), **more)
    newer = _settle_resolution(newer, issue)
    world.store_issue(newer)
    change = log_change(world, actor, newer, items)
    before, after = facts_of(world, issue), facts_of(world, newer)
    names = [name for name in after if after.get(name) != before.get(name)]
    world.record(actor, "edit" if event != "issue_moved" else "move", newer,
                 before={name: before.get(name) for name in names}, after={name: after[name] for name in names})
    world.on_webhook("jira:issue_updated", actor, issue=newer, issue_event_type_name=event, change=change)
    return newer


def _later(world, issue):
    """Now, but never the same millisecond twice: versions of one issue differ in `updated`."""
    return max(world.now_ms(), issue.updated + 1)


def _settle_resolution(newer, older):
    """Keeps the resolution date in step with the resolution, and the date of the status category."""
    had, has = older.values.get("resolution"), newer.values.get("resolution")
    if has != had:
        newer.resolved = newer.updated if has is not None else None
    if catalog.STATUSES[newer.status_id].category != catalog.STATUSES[older.status_id].category:
        newer.category_changed = newer.updated
    return newer


def transition_issue(world, actor, issue, transition, values):
    """Moves the issue along a transition. A workflow that resolves sets and clears the resolution itself."""
    workflow = world.type_of(issue).workflow
    category = catalog.STATUSES[transition.to].category
    values = dict(values)
    if category != "done":
        values.setdefault("resolution", None)
    elif workflow.resolves and issue.values.get("resolution") is None:
        values.setdefault("resolution", "10000")
    return edit_issue(world, actor, issue, values, "issue_generic", status_id=transition.to)


def move_issue(world, actor, issue, project):
    """Moves the issue to another project; its former key goes on answering. What is the old project's own is lost."""
    old_project, former = world.project_of(issue), issue.key
    values = {name: None for name in ("versions", "fixVersions", "components") if name in issue.values}
    key = "%s-%d" % (project.key, project.next_number)
    items = [_item("project", "project", str(old_project.id), old_project.name, str(project.id), project.name),
             _item("Key", None, None, former, None, key)]
    number = project.next_number
    project.next_number += 1
    world.keys.pop(former)
    world.former_keys[former] = issue.id
    return edit_issue(world, actor, issue, values, "issue_moved", key=key, project_id=project.id, number=number,
                      items=items)


def delete_issue(world, actor, issue):
    """Removes the issue with its sub-tasks, comments, links and properties."""
    for child in world.children_of(issue):
        if world.type_of(child).level < 0:
            delete_issue(world, actor, child)
        else:
            values = {name: value for name, value in child.values.items() if value != issue.id}
            world.store_issue(child.changed(values=values))
    world.on_webhook("jira:issue_deleted", actor, issue=issue)
    world.forget_issue(issue)
    world.record(actor, "delete", issue, before=facts_of(world, issue), after=None)


def touch_issue(world, issue):
    """A new `updated`: what a comment or link does to its issue."""
    newer = issue.changed(updated=_later(world, issue))
    world.store_issue(newer)
    return newer


# the changelog


def log_change(world, actor, issue, items):
    change = Change(world.next_id("change"), issue.id, actor.user.account_id, issue.updated, items)
    world.changes[issue.id].append(change)
    return change


def _plain_renderer(world):
    return IssueRenderer(world, "", "3" if world.is_cloud else "2", world.time_zone)


def _item(field, field_id, old, old_text, new, new_text, kind="jira"):
    item = {"field": field, "fieldtype": kind}
    if field_id is not None:
        item["fieldId"] = field_id
    item.update({"from": old, "fromString": old_text, "to": new, "toString": new_text})
    return item


def _status_item(issue, status_id):
    return _item("status", "status", issue.status_id, catalog.STATUSES[issue.status_id].name,
                 status_id, catalog.STATUSES[status_id].name)


def _items(world, issue, name, value):
    """The changelog's entries for one field; versions and components get one each."""
    field, show = world.fields[name], _plain_renderer(world)
    kind, fieldtype = kind_of(field), "custom" if field.custom else "jira"
    title, field_id = field.log_name or field.name, None if not world.is_cloud else name
    if isinstance(kind, Several) and kind.log_each:
        return _items_each(show, field, kind, issue.values.get(name) or [], value or [], field_id)
    old, new = kind.logged(show, field, issue.values.get(name)), kind.logged(show, field, value)
    return [_item(title, field_id, *old, *new, kind=fieldtype)]


def _items_each(show, field, kind, before, after, field_id):
    gone = [_item(field.log_name, field_id, *kind.one.logged(show, field, one), None, None)
            for one in before if one not in after]
    come = [_item(field.log_name, field_id, None, None, *kind.one.logged(show, field, one))
            for one in after if one not in before]
    return gone + come


def facts_of(world, issue):
    """An issue's plain facts, for the history."""
    facts = {name: value for name, value in issue.values.items()}
    for name in ("assignee", "reporter"):
        user = world.users.get(facts.get(name))
        facts[name] = user.name if user else None
    facts.update(key=issue.key, status=catalog.STATUSES[issue.status_id].name,
                 issuetype=catalog.TYPES[issue.type_id].name)
    return facts
