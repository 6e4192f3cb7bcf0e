"""Changes around issues: comments, entity properties, links."""

import json

from sandbox.jira import catalog, issue_actions, members
from sandbox.jira.errors import BadDocument, BadValue, bad_request
from sandbox.jira.field_kinds import parse_comment_body
from sandbox.jira.model import Comment, Link

PROPERTY_LIMIT = 32_768
KEY_LIMIT = 255

# comments


def read_comment(world, document):
    """The parts of a comment that a client sent: body, visibility, public, properties. Raises 400."""
    if not isinstance(document, dict):
        raise bad_request(comment="Comment body is not valid!")
    try:
        body = parse_comment_body(world, document.get("body"))
    except BadValue as problem:
        raise bad_request(comment=str(problem)) from None
    except BadDocument:
        raise bad_request("INVALID_INPUT") from None
    properties = dict(read_property(one) for one in members.sequence(document, "properties"))
    internal = properties.get("sd.public.comment") or {}
    public = not (isinstance(internal, dict) and internal.get("internal") is True)
    return {"body": body, "visibility": _visibility(document.get("visibility")), "public": public,
            "properties": properties}


def _visibility(value):
    if value is None:
        return None
    if not isinstance(value, dict) or value.get("type") not in ("role", "group"):
        raise bad_request(visibility="Comment visibility has not been specified correctly.")
    name = members.text(value, "value") or members.text(value, "identifier")
    if not isinstance(name, str) or not name:
        raise bad_request(commentLevel="Please select a valid role or group.")
    return {"type": value["type"], "value": name, "identifier": members.text(value, "identifier", name)}


def create_comment(world, actor, issue, body, visibility=None, public=True, properties=None):
    issue = issue_actions.touch_issue(world, issue)
    comment = Comment(world.next_id("comment"), issue.id, actor.user.account_id, actor.user.account_id, body,
                      issue.updated, issue.updated, visibility, public, dict(properties or {}))
    world.comments[issue.id].append(comment)
    world.record(actor, "comment", issue, comment_id=comment.id, before=None, after={"body": body})
    _announce(world, actor, "comment_created", issue, comment, "issue_commented")
    return comment


def edit_comment(world, actor, issue, comment, **facts):
    """Replaces the comment by a new version."""
    facts = {name: value for name, value in facts.items() if value != getattr(comment, name)}
    if not facts:
        return comment
    issue = issue_actions.touch_issue(world, issue)
    newer = comment.changed(update_author=actor.user.account_id, updated=issue.updated, **facts)
    comments = world.comments[issue.id]
    comments[comments.index(comment)] = newer
    world.record(actor, "edit_comment", issue, comment_id=comment.id, before={"body": comment.body},
                 after={"body": newer.body})
    _announce(world, actor, "comment_updated", issue, newer, "issue_comment_edited")
    return newer


def delete_comment(world, actor, issue, comment):
    issue = issue_actions.touch_issue(world, issue)
    world.comments[issue.id].remove(comment)
    world.record(actor, "delete_comment", issue, comment_id=comment.id, before={"body": comment.body}, after=None)
    _announce(world, actor, "comment_deleted", issue, comment, "issue_comment_deleted")


def _announce(world, actor, event, issue, comment, issue_event):
    """Data Center tells of a comment a second time, as an update of its issue."""
    world.on_webhook(event, actor, issue=issue, comment=comment)
    if not world.is_cloud:
        world.on_webhook("jira:issue_updated", actor, issue=issue, comment=comment, issue_event_type_name=issue_event)


# entity properties


def read_property(document):
    """(key, value) of {"key", "value"}. Raises 400."""
    if not isinstance(document, dict) or not isinstance(document.get("key"), str) or "value" not in document:
        raise bad_request("Invalid request payload. Refer to the REST API documentation and try again.")
    return document["key"], read_property_value(document["key"], json.dumps(document["value"]).encode())


def read_property_value(key, body):
    """The value in a request's body. Raises 400 for what is no JSON or too large."""
    if not 0 < len(key) <= KEY_LIMIT:
        raise bad_request("The property key cannot be longer than %d characters." % KEY_LIMIT)
    text = body.decode("utf-8", "replace")
    if len(text) > PROPERTY_LIMIT:
        raise bad_request("The property value cannot be longer than %d characters." % PROPERTY_LIMIT)
    try:
        return json.loads(text)
    except ValueError:
        raise bad_request("The property value has to be a valid, non-empty JSON.") from None


def set_property(world, actor, issue, key, value):
    """Does not change the issue's `updated` and makes no changelog entry."""
    kept = world.properties[issue.id]
    before = kept.get(key)
    kept[key] = value
    world.record(actor, "set_property", issue, before={key: before}, after={key: value})
    world.on_webhook("issue_property_set", actor, issue=issue, issue_property={"key": key, "value": value})


def delete_property(world, actor, issue, key):
    before = world.properties[issue.id].pop(key)
    world.record(actor, "delete_property", issue, before={key: before}, after=None)
    world.on_webhook("issue_property_deleted", actor, issue=issue, issue_property={"key": key, "value": before})


# links


def create_link(world, actor, type_id, inward, outward):
    """`inward` is the source. A link that exists is left alone, as Jira does; both changelogs tell of a new one."""
    for link in world.links_of(inward):
        if (link.type_id, link.inward, link.outward) == (type_id, inward.id, outward.id):
            return link
    link = Link(world.next_id("link"), type_id, inward.id, outward.id)
    world.add_link(link)
    _log_link(world, actor, link, True)
    world.record(actor, "link", inward, before=None, after=_link_facts(world, link))
    world.on_webhook("issuelink_created", actor, link=link)
    return link


def delete_link(world, actor, link):
    inward = world.issues[link.inward]
    world.remove_link(link)
    _log_link(world, actor, link, False)
    world.record(actor, "unlink", inward, before=_link_facts(world, link), after=None)
    world.on_webhook("issuelink_deleted", actor, link=link)


def _link_facts(world, link):
    return {"type": catalog.LINK_TYPES[link.type_id][0], "inward": world.issues[link.inward].key,
            "outward": world.issues[link.outward].key}


def _log_link(world, actor, link, is_new):
    _, inward_words, outward_words = catalog.LINK_TYPES[link.type_id]
    for mine, other, words in ((link.inward, link.outward, outward_words), (link.outward, link.inward, inward_words)):
        issue = issue_actions.touch_issue(world, world.issues[mine])
        key = world.issues[other].key
        told = {"to": key, "toString": "This issue %s %s" % (words, key)}
        if not is_new:
            told = {"from": told["to"], "fromString": told["toString"]}
        item = {"field": "Link", "fieldtype": "jira", "from": None, "fromString": None, "to": None, "toString": None}
        issue_actions.log_change(world, actor, issue, [dict(item, **told)])
