"""Changes to comments, attachments, reactions and labels."""

from sandbox.linear import errors
from sandbox.linear.issue_actions import normalized


def create_comment(world, actor, issue, fields):
    now = world.now()
    parent = world.comments.get(fields.get("parentId"))
    if fields.get("parentId") is not None and parent is None:
        raise errors.not_found("Comment")
    comment = {"id": fields.get("id") or world.new_id(), "createdAt": fields.get("createdAt") or now,
               "updatedAt": now, "archivedAt": None, "editedAt": None, "issueId": issue["id"],
               "parentId": fields.get("parentId"), "userId": actor.user_id, "body": normalized(fields["body"]),
               "quotedText": fields.get("quotedText"), "resolvedAt": None}
    world.add("comments", comment)
    _record(world, actor, "comment", comment, None, {"body": comment["body"]})
    world.on_webhook("create", "Comment", comment, actor)
    return comment


def edit_comment(world, actor, comment, fields, skip_edited=False):
    body = normalized(fields["body"]) if fields.get("body") is not None else comment["body"]
    if body == comment["body"]:
        return comment
    now = world.now()
    newer = dict(comment, body=body, updatedAt=now, editedAt=comment["editedAt"] if skip_edited else now)
    world.add("comments", newer)
    _record(world, actor, "edit_comment", newer, {"body": comment["body"]}, {"body": body})
    world.on_webhook("update", "Comment", newer, actor,
                     updated_from={"body": comment["body"], "updatedAt": comment["updatedAt"]})
    return newer


def delete_comment(world, actor, comment):
    world.remove("comments", comment["id"])
    _record(world, actor, "delete_comment", comment, {"body": comment["body"]}, None)
    world.on_webhook("remove", "Comment", comment, actor)


def _record(world, actor, action, comment, before, after):
    world.record(actor, action, issue=world.issues[comment["issueId"]]["identifier"], issue_id=comment["issueId"],
                 comment_id=comment["id"], before=before, after=after)


def put_attachment(world, actor, issue, fields):
    """Makes or updates the attachment of this address: the URL is its key within an issue."""
    now = world.now()
    old = next((one for one in world.of_issue("attachments", issue["id"]) if one["url"] == fields["url"]), None)
    row = {"id": old["id"] if old else fields.get("id") or world.new_id(), "createdAt": old["createdAt"] if old else now,
           "updatedAt": now, "archivedAt": None, "issueId": issue["id"], "creatorId": actor.user_id,
           "title": fields["title"], "subtitle": fields.get("subtitle"), "url": fields["url"],
           "metadata": fields.get("metadata") or {}, "sourceType": "api",
           "groupBySource": bool(fields.get("groupBySource"))}
    world.add("attachments", row)
    world.record(actor, "attach", issue=issue["identifier"], issue_id=issue["id"],
                 before={"title": old["title"]} if old else None, after={"url": row["url"], "title": row["title"]})
    world.on_webhook("update" if old else "create", "Attachment", row, actor)
    return row


def delete_attachment(world, actor, attachment):
    world.remove("attachments", attachment["id"])
    issue = world.issues[attachment["issueId"]]
    world.record(actor, "detach", issue=issue["identifier"], issue_id=issue["id"],
                 before={"url": attachment["url"]}, after=None)
    world.on_webhook("remove", "Attachment", attachment, actor)


def add_reaction(world, actor, issue, emoji, comment=None):
    now = world.now()
    row = {"id": world.new_id(), "createdAt": now, "updatedAt": now, "archivedAt": None, "emoji": emoji,
           "issueId": issue["id"], "commentId": comment["id"] if comment else None, "userId": actor.user_id}
    world.add("reactions", row)
    world.record(actor, "react", issue=issue["identifier"], issue_id=issue["id"], before=None, after={"emoji": emoji})
    world.on_webhook("create", "Reaction", row, actor)
    return row


def create_label(world, actor, fields):
    name = fields["name"].strip()
    team_id = fields.get("teamId")
    if team_id is not None and team_id not in world.teams:
        raise errors.not_found("Team")
    if any(one["name"].lower() == name.lower() and one["teamId"] in (None, team_id) for one in world.labels.values()):
        raise errors.invalid_input("duplicate label name", 'A label with the name "%s" already exists.' % name)
    now = world.now()
    label = {"id": fields.get("id") or world.new_id(), "createdAt": now, "updatedAt": now, "archivedAt": None,
             "name": name, "color": fields.get("color") or "#bec2c8", "description": fields.get("description"),
             "isGroup": bool(fields.get("isGroup")), "parentId": fields.get("parentId"), "teamId": team_id,
             "creatorId": actor.user_id}
    world.add("labels", label)
    world.record(actor, "create_label", before=None, after={"name": name})
    return label
