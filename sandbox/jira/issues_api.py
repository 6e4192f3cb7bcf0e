"""/issue: create one or many, read one or many, edit, delete, changelog, transitions."""

from sandbox.common.router import Route
from sandbox.jira import catalog, errors, issue_actions, issue_edit, members, other_actions
from sandbox.jira.issue_render import chosen_fields

MOST_CREATED = 50
MOST_FETCHED = 100


# reading


def get_issue(call):
    issue = call.issue()
    return call.json(_shown(call, issue))


def _shown(call, issue):
    names = chosen_fields(call.world, call.words("fields"), "*all")
    return call.show.issue(issue, names, call.words("expand"), call.words("properties"))


def bulk_fetch(call):
    """Many issues by id or key, in order of their ids, without those that are not found or not seen."""
    document = call.document()
    wanted = members.words(document, "issueIdsOrKeys")
    if not 0 < len(wanted) <= MOST_FETCHED:
        raise errors.bad_request("The number of issue IDs or keys must be between 1 and %d." % MOST_FETCHED)
    issues = (call.world.find_issue(text) for text in wanted)
    found = {issue.id: issue for issue in issues if issue is not None and call.can_see(issue)}
    names = chosen_fields(call.world, members.words(document, "fields"), "*navigable")
    expand, properties = members.words(document, "expand"), members.words(document, "properties")
    failing = call.api.failing_issues & found.keys()
    shown = [call.show.issue(found[number], names, expand, properties) for number in sorted(found.keys() - failing)]
    problems = [{"id": str(number), "errorMessage": "The issue could not be loaded. Try again later."}
                for number in sorted(failing)]
    return call.json({"issues": shown, "issueErrors": problems})


def get_changelog(call):
    if not call.world.is_cloud:
        raise errors.no_such_path()
    issue = call.issue()
    start, size = call.number("startAt", 0), call.number("maxResults", 100, 100)
    entries = call.world.changes[issue.id]
    shown = entries[start:start + size]
    address = "%s/changelog" % call.show.issue_link(issue)
    document = {"self": "%s?startAt=%d&maxResults=%d" % (address, start, size), "maxResults": size, "startAt": start,
                "total": len(entries), "isLast": start + len(shown) >= len(entries),
                "values": [call.show.change(one) for one in shown]}
    if not document["isLast"]:
        document["nextPage"] = "%s?startAt=%d&maxResults=%d" % (address, start + size, size)
    return call.json(document)


# creating


def create_issue(call):
    issue = _create(call, call.document())
    return call.json(_created(call, issue), 201)


def _created(call, issue):
    return {"id": str(issue.id), "key": issue.key, "self": call.show.issue_link(issue)}


def create_issues(call):
    """Up to 50; those that fail are named by `failedElementNumber`, the others are made."""
    updates = members.sequence(call.document(), "issueUpdates")
    if not updates:
        raise errors.invalid_payload()
    if len(updates) > MOST_CREATED:
        raise errors.bad_request("The number of issues to create exceeds the limit of %d." % MOST_CREATED)
    made, failed = [], []
    for number, document in enumerate(updates):
        try:
            made.append(_created(call, _create(call, document)))
        except errors.ApiError as problem:
            failed.append({"status": problem.status, "elementErrors": problem.document, "failedElementNumber": number})
    return call.json({"issues": made, "errors": failed}, 201 if made else 400)


def _create(call, document):
    world = call.world
    if not isinstance(document, dict) or not isinstance(document.get("fields"), dict):
        raise errors.invalid_payload()
    project, issue_type = issue_edit.project_and_type(world, document["fields"])
    if not call.grant.may(project, "read"):
        raise errors.bad_request(project="Specify a valid project ID or key")
    if project.archived or not call.grant.may(project, "write"):
        raise errors.bad_request(project="You do not have permission to create issues in this project.")
    context = issue_edit.Context(world, project, issue_type)
    edit = issue_edit.Edit(context, catalog.screen_of(world.flavour, issue_type) + ("parent",), {})
    edit.read(document)
    edit.require(catalog.required_of(world.flavour, issue_type))
    properties = _properties(document)
    bodies = [other_actions.read_comment(world, one) for one in edit.comments]
    issue = issue_actions.create_issue(world, call.actor, project, issue_type, edit.values, properties)
    _add_comments(call, issue, bodies)
    return issue


def _add_comments(call, issue, bodies):
    for body in bodies:
        other_actions.create_comment(call.world, call.actor, call.world.issues[issue.id], **body)


def _properties(document):
    """The entity properties of a request: [{"key", "value"}]. Raises 400."""
    return dict(other_actions.read_property(one) for one in members.sequence(document, "properties"))


# changing


def edit_issue(call):
    issue = call.issue_to_change()
    document = call.document()
    if not document.get("fields") and not document.get("update") and not document.get("properties"):
        raise errors.bad_request("one of 'fields' or 'update' required")
    edit = issue_edit.for_issue(call.world, issue)
    edit.read(document)
    edit.require([name for name in catalog.required_of(call.world.flavour, call.world.type_of(issue))
                  if name in edit.values])
    properties = _properties(document)
    bodies = [other_actions.read_comment(call.world, one) for one in edit.comments]
    issue = issue_actions.edit_issue(call.world, call.actor, issue, edit.values)
    for key, value in properties.items():
        other_actions.set_property(call.world, call.actor, issue, key, value)
    _add_comments(call, issue, bodies)
    if call.flag("returnIssue"):
        return call.json(_shown(call, call.world.issues[issue.id]))
    return call.empty()


def assign_issue(call):
    """PUT assignee: the account itself is the body; null in its place unassigns."""
    issue = call.issue_to_change()
    edit = issue_edit.for_issue(call.world, issue)
    edit.read({"fields": {"assignee": call.document()}})
    issue_actions.edit_issue(call.world, call.actor, issue, edit.values, "issue_assigned")
    return call.empty()


def delete_issue(call):
    issue = call.issue_to_change()
    if not call.grant.may(call.world.project_of(issue), "admin"):
        raise errors.forbidden("You do not have permission to delete issues in this project.")
    subtasks = [one for one in call.world.children_of(issue) if call.world.type_of(one).level < 0]
    if subtasks and not call.flag("deleteSubtasks"):
        raise errors.bad_request("The issue '%s' has subtasks. You must specify the 'deleteSubtasks' parameter to "
                                 "delete this issue and all its subtasks." % issue.key)
    issue_actions.delete_issue(call.world, call.actor, issue)
    return call.empty()


# transitions


def get_transitions(call):
    issue = call.issue()
    offered = call.show.transitions(issue, "transitions.fields" in call.words("expand"))
    wanted = call.text("transitionId")
    return call.json({"expand": "transitions",
                      "transitions": [one for one in offered if wanted in (None, one["id"])]})


def do_transition(call):
    """Moves the issue along one of the transitions it has now, with the fields of that transition's screen."""
    issue = call.issue_to_change()
    document = call.document()
    number = str(members.mapping(document, "transition").get("id") or "")
    if not number:
        raise errors.bad_request("Missing 'transition' identifier")
    workflow = call.world.type_of(issue).workflow
    transition = next((one for one in workflow.transitions if one.id == number
                       and (one.sources is None or issue.status_id in one.sources)), None)
    if transition is None:
        raise errors.bad_request("Transition id '%s' is not valid for this issue." % number)
    edit = issue_edit.for_issue(call.world, issue, transition.screen)
    edit.read(document)
    edit.require(transition.required)
    bodies = [other_actions.read_comment(call.world, one) for one in edit.comments]
    issue = issue_actions.transition_issue(call.world, call.actor, issue, transition, edit.values)
    _add_comments(call, issue, bodies)
    return call.empty()


# properties


def get_properties(call):
    issue = call.issue()
    keys = [{"self": "%s/properties/%s" % (call.show.issue_link(issue), key), "key": key}
            for key in call.world.properties[issue.id]]
    return call.json({"keys": keys})


def get_property(call):
    issue, key = call.issue(), call.request.params["property"]
    kept = call.world.properties[issue.id]
    if key not in kept:
        raise errors.not_found("The property with key '%s' does not exist." % key)
    return call.json({"key": key, "value": kept[key]})


def put_property(call):
    issue, key = call.issue_to_change(), call.request.params["property"]
    value = other_actions.read_property_value(key, call.request.body)
    is_new = key not in call.world.properties[issue.id]
    other_actions.set_property(call.world, call.actor, issue, key, value)
    return call.empty(201 if is_new else 200)


def delete_property(call):
    issue, key = call.issue_to_change(), call.request.params["property"]
    if key not in call.world.properties[issue.id]:
        raise errors.not_found("The property with key '%s' does not exist." % key)
    other_actions.delete_property(call.world, call.actor, issue, key)
    return call.empty()


def get_editmeta(call):
    issue = call.issue()
    issue_type, project = call.world.type_of(issue), call.world.project_of(issue)
    required = catalog.required_of(call.world.flavour, issue_type)
    names = [name for name in catalog.screen_of(call.world.flavour, issue_type) if name not in ("project", "issuetype")]
    return call.json({"fields": {name: call.show.field_meta(call.world.fields[name], project, name in required)
                                 for name in names}})


ROUTES = [
    Route("POST", "/api/issue", create_issue, "write"), Route("POST", "/api/issue/bulk", create_issues, "write"),
    Route("POST", "/api/issue/bulkfetch", bulk_fetch), Route("GET", "/api/issue/{key}", get_issue),
    Route("PUT", "/api/issue/{key}", edit_issue, "write"), Route("DELETE", "/api/issue/{key}", delete_issue, "write"),
    Route("PUT", "/api/issue/{key}/assignee", assign_issue, "write"),
    Route("GET", "/api/issue/{key}/changelog", get_changelog), Route("GET", "/api/issue/{key}/editmeta", get_editmeta),
    Route("GET", "/api/issue/{key}/transitions", get_transitions),
    Route("POST", "/api/issue/{key}/transitions", do_transition, "write"),
    Route("GET", "/api/issue/{key}/properties", get_properties),
    Route("GET", "/api/issue/{key}/properties/{property}", get_property),
    Route("PUT", "/api/issue/{key}/properties/{property}", put_property, "write"),
    Route("DELETE", "/api/issue/{key}/properties/{property}", delete_property, "write")]
