"""/issueLink, and the sprints of the agile API."""

from sandbox.common.router import Route
from sandbox.jira import catalog, errors, issue_actions, issue_edit, members, other_actions

BOARD_ID = 1


def create_link(call):
    document = call.document()
    kind = members.mapping(document, "type")
    type_id = next((key for key, facts in catalog.LINK_TYPES.items()
                    if kind.get("id") == key or kind.get("name") == facts[0]), None)
    if type_id is None:
        raise errors.not_found("No issue link type with name '%s' found." % kind.get("name"))
    inward = _end(call, members.mapping(document, "inwardIssue"))
    outward = _end(call, members.mapping(document, "outwardIssue"))
    if inward.id == outward.id:
        raise errors.bad_request("An issue cannot be linked to itself.")
    comment = other_actions.read_comment(call.world, document["comment"]) if document.get("comment") else None
    other_actions.create_link(call.world, call.actor, type_id, inward, outward)
    if comment:
        other_actions.create_comment(call.world, call.actor, call.world.issues[outward.id], **comment)
    return call.empty(201)


def _end(call, value):
    """The issue at one end of a link; counts as a write to it. Raises 404."""
    text = value.get("key", value.get("id"))
    if text is None:
        raise errors.bad_request("Both inwardIssue and outwardIssue must be specified.")
    call.request.params["key"] = str(text)
    return call.issue_to_change()


def _link(call):
    number = call.request.params["id"]
    link = call.world.links.get(int(number)) if number.isdigit() else None
    if link is None or not call.can_see(call.world.issues[link.inward]):
        raise errors.not_found("No issue link with id '%s' exists." % number)
    return link


def get_link(call):
    link = _link(call)
    return call.json({"id": str(link.id), "self": "%s/issueLink/%d" % (call.show.base, link.id),
                      "type": call.show.link_type(link.type_id),
                      "inwardIssue": call.show.issue_brief(call.world.issues[link.inward]),
                      "outwardIssue": call.show.issue_brief(call.world.issues[link.outward])})


def delete_link(call):
    link = _link(call)
    call.request.params["key"] = str(link.inward)
    call.issue_to_change()
    other_actions.delete_link(call.world, call.actor, link)
    return call.empty()


# sprints


def list_boards(call):
    projects = [one for one in call.world.projects.values() if call.grant.may(one, "read")]
    return call.page(projects, lambda one: {"id": BOARD_ID, "name": "%s board" % one.key, "type": "scrum",
                                            "location": {"projectKey": one.key, "projectId": one.id}})


def list_sprints(call):
    states = call.words("state")
    found = [one for one in call.world.sprints.values()
             if str(one.board_id) == call.request.params["board"] and (not states or one.state in states)]
    return call.page(found, call.show.sprint, default=50, most=50)


def _sprint(call):
    number = call.request.params["sprint"]
    sprint = call.world.sprints.get(int(number)) if number.isdigit() else None
    if sprint is None:
        raise errors.not_found("Sprint does not exist.")
    return sprint


def get_sprint(call):
    return call.json(call.show.sprint(_sprint(call)))


def add_to_sprint(call):
    """Moves up to 50 issues into the sprint."""
    sprint, wanted = _sprint(call), members.words(call.document(), "issues")
    if len(wanted) > 50:
        raise errors.bad_request("The number of issues must not exceed 50.")
    for key in wanted:
        call.request.params["key"] = key
        issue = call.issue_to_change()
        edit = issue_edit.for_issue(call.world, issue)
        edit.read({"fields": {catalog.SPRINT.id: sprint.id}})
        issue_actions.edit_issue(call.world, call.actor, issue, edit.values)
    return call.empty()


ROUTES = [
    Route("POST", "/api/issueLink", create_link, "write"), Route("GET", "/api/issueLink/{id}", get_link),
    Route("DELETE", "/api/issueLink/{id}", delete_link, "write"),
    Route("GET", "/agile/board", list_boards), Route("GET", "/agile/board/{board}/sprint", list_sprints),
    Route("GET", "/agile/sprint/{sprint}", get_sprint),
    Route("POST", "/agile/sprint/{sprint}/issue", add_to_sprint, "write")]
