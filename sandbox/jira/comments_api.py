"""/issue/{key}/comment, /comment: list, read, write and delete comments, and their entity properties."""

from sandbox.common.router import Route
from sandbox.jira import errors, members, other_actions

MOST_LISTED = 5000


def list_comments(call):
    issue = call.issue()
    order = call.text("orderBy", "created")
    if order not in ("created", "-created", "+created"):
        raise errors.bad_request("The value '%s' of 'orderBy' is not supported." % order)
    comments = [one for one in call.world.comments[issue.id] if call.may_read(one)]
    if order.startswith("-"):
        comments.reverse()
    expand = call.words("expand")
    return call.page(comments, lambda one: call.show.comment(one, expand), "comments", 100, MOST_LISTED)


def _comment(call, issue):
    """The comment of the path. Raises 404."""
    comment = call.world.find_comment(issue, call.request.params["id"])
    if comment is None or not call.may_read(comment):
        raise errors.not_found("Can not find a comment for the id: %s." % call.request.params["id"])
    return comment


def get_comment(call):
    return call.json(call.show.comment(_comment(call, call.issue()), call.words("expand")))


def create_comment(call):
    issue = call.issue_to_change()
    parts = other_actions.read_comment(call.world, call.document())
    comment = other_actions.create_comment(call.world, call.actor, issue, **parts)
    return call.json(call.show.comment(comment, call.words("expand")), 201)


def edit_comment(call):
    """The body is required. Jira does not say what becomes of a restriction that is left out: here it is lost, which a
    client has to reckon with; an internal comment stays so unless properties are sent."""
    issue = call.issue_to_change()
    comment = _comment(call, issue)
    _require_author(call, issue, comment, "edit")
    document = call.document()
    parts = other_actions.read_comment(call.world, document)
    if "properties" not in document:
        del parts["properties"], parts["public"]
    newer = other_actions.edit_comment(call.world, call.actor, issue, comment, **parts)
    return call.json(call.show.comment(newer, call.words("expand")))


def delete_comment(call):
    issue = call.issue_to_change()
    comment = _comment(call, issue)
    _require_author(call, issue, comment, "delete")
    other_actions.delete_comment(call.world, call.actor, issue, comment)
    return call.empty()


def _require_author(call, issue, comment, verb):
    """Others' comments are for administrators only."""
    if comment.author != call.actor.user.account_id and not call.grant.may(call.world.project_of(issue), "admin"):
        raise errors.bad_request("You do not have the permission to %s this comment." % verb)


def list_by_ids(call):
    """POST /comment/list: comments of any issues by their ids."""
    wanted = members.words(call.document(), "ids")
    if not 0 < len(wanted) <= 1000:
        raise errors.bad_request("The number of comment IDs must be between 1 and 1000.")
    found = [comment for issue_id, comments in call.world.comments.items() for comment in comments
             if str(comment.id) in wanted and call.can_see(call.world.issues[issue_id]) and call.may_read(comment)]
    return call.page(sorted(found, key=lambda one: one.id), lambda one: call.show.comment(one, call.words("expand")))


def _any_comment(call):
    """(issue, comment) of /comment/{id}. Raises 404."""
    for issue_id, comments in call.world.comments.items():
        for comment in comments:
            if str(comment.id) == call.request.params["id"] and call.can_see(call.world.issues[issue_id]) \
                    and call.may_read(comment):
                return call.world.issues[issue_id], comment
    raise errors.not_found("Can not find a comment for the id: %s." % call.request.params["id"])


def get_properties(call):
    _, comment = _any_comment(call)
    address = "%s/comment/%d/properties/" % (call.show.base, comment.id)
    return call.json({"keys": [{"self": address + key, "key": key} for key in comment.properties]})


def get_property(call):
    _, comment = _any_comment(call)
    key = call.request.params["property"]
    if key not in comment.properties:
        raise errors.not_found("The property with key '%s' does not exist." % key)
    return call.json({"key": key, "value": comment.properties[key]})


def put_property(call):
    issue, comment = _any_comment(call)
    call.request.params["key"] = str(issue.id)
    call.issue_to_change()
    key = call.request.params["property"]
    value = other_actions.read_property_value(key, call.request.body)
    status = 200 if key in comment.properties else 201
    comment.properties[key] = value
    call.world.record(call.actor, "set_comment_property", issue, comment_id=comment.id, after={key: value})
    return call.empty(status)


ROUTES = [
    Route("GET", "/api/issue/{key}/comment", list_comments),
    Route("POST", "/api/issue/{key}/comment", create_comment, "write"),
    Route("GET", "/api/issue/{key}/comment/{id}", get_comment),
    Route("PUT", "/api/issue/{key}/comment/{id}", edit_comment, "write"),
    Route("DELETE", "/api/issue/{key}/comment/{id}", delete_comment, "write"),
    Route("POST", "/api/comment/list", list_by_ids),
    Route("GET", "/api/comment/{id}/properties", get_properties),
    Route("GET", "/api/comment/{id}/properties/{property}", get_property),
    Route("PUT", "/api/comment/{id}/properties/{property}", put_property, "write")]
