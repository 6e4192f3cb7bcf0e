"""The fields of Query and Mutation."""

import uuid

from sandbox.linear import errors, issue_actions, other_actions
from sandbox.linear.fields import connection
from sandbox.linear.schema import UUID


# queries


def _listed(kind):
    def answer(context, arguments):
        rows = context.world.listed(kind + "s")
        if kind == "user" and not arguments.get("includeDisabled"):
            rows = [one for one in rows if one["active"]]
        return connection(context, kind, rows, arguments)
    return answer


def _attachments_for_url(context, arguments):
    rows = [one for one in context.world.attachments.values() if one["url"] == arguments["url"]]
    return connection(context, "attachment", rows, arguments)


def _one(table, kind):
    def answer(context, arguments):
        row = context.world.tables[table].get(arguments.get("id"))
        if row is None:
            raise errors.not_found(kind)
        return row
    return answer


def _issue(context, arguments):
    issue = context.world.find_issue(arguments["id"])
    if issue is None:
        raise errors.not_found("Issue")
    return issue


def _team(context, arguments):
    team = context.world.find_team(arguments["id"])
    if team is None:
        raise errors.not_found("Team")
    return team


def _user(context, arguments):
    if arguments["id"] == "me":
        return context.world.users[context.actor.user_id]
    return _one("users", "User")(context, arguments)


def _rate_limit_status(context, arguments):
    return {"identifier": context.grant.name, "kind": "user",
            "limits": context.app.limits.buckets(context.grant.name).documents()}


# mutations


def _payload(context, **members):
    return dict(members, success=True, lastSyncId=float(context.world.last_sync_id))


def _new_id(context, table, kind, given):
    """A creation's id, checked. Raises LinearError for a second creation under it."""
    if given is None:
        return
    if not UUID.match(given) or uuid.UUID(given).version != 4:
        raise errors.argument("id must be a UUID.")
    if given in context.world.tables[table]:
        raise errors.conflict(kind, given)


MOST_IN_A_BATCH = 50


def _checked(context, fields):
    """The team of a creation, and its fields as they are kept. Raises LinearError."""
    world = context.world
    team = world.find_team(fields["teamId"])
    if team is None:
        raise errors.not_found("Team")
    _new_id(context, "issues", "Issue", fields.get("id"))
    fields = dict(fields, title=fields.get("title"))
    issue_actions.check(world, team["id"], fields)
    if fields.get("parentId") is not None:
        fields["parentId"] = issue_actions.parent_of(world, None, fields["parentId"])
    return team, fields


def _issue_create(context, arguments):
    team, fields = _checked(context, arguments["input"])
    return _payload(context, issue=issue_actions.create(context.world, context.actor, team, fields))


def _issue_batch_create(context, arguments):
    """One transaction: nothing is made when one of them is refused, for its own sake or for another of the batch."""
    wanted = arguments["input"]["issues"]
    if not 0 < len(wanted) <= MOST_IN_A_BATCH:
        raise errors.argument("issues must contain between 1 and %d elements." % MOST_IN_A_BATCH)
    checked = [_checked(context, fields) for fields in wanted]
    identifiers = [fields["id"] for fields in wanted if fields.get("id")]
    for identifier in identifiers:
        if identifiers.count(identifier) > 1:
            raise errors.conflict("Issue", identifier)
    return _payload(context, issues=[issue_actions.create(context.world, context.actor, team, fields)
                                     for team, fields in checked])


def _issue_update(context, arguments):
    world, fields = context.world, dict(arguments["input"])
    issue = _issue(context, arguments)
    if fields.get("teamId") is not None:
        team = world.find_team(fields["teamId"])
        if team is None:
            raise errors.not_found("Team")
        fields["teamId"] = team["id"]
    issue_actions.check(world, fields.get("teamId") or issue["teamId"], fields)
    if "parentId" in fields:
        fields["parentId"] = issue_actions.parent_of(world, issue["id"], fields["parentId"])
    return _payload(context, issue=issue_actions.edit(world, context.actor, issue, fields))


def _issue_archive(context, arguments):
    issue = issue_actions.archive(context.world, context.actor, _issue(context, arguments), True,
                                  arguments.get("trash") or None)
    return _payload(context, entity=issue)


def _issue_unarchive(context, arguments):
    issue = issue_actions.archive(context.world, context.actor, _issue(context, arguments), False)
    return _payload(context, entity=issue)


def _issue_delete(context, arguments):
    issue = _issue(context, arguments)
    if arguments.get("permanentlyDelete"):
        if not context.world.users[context.actor.user_id]["admin"]:
            raise errors.forbidden()
        issue_actions.destroy(context.world, context.actor, issue)
    else:
        issue = issue_actions.archive(context.world, context.actor, issue, True, True)
    return _payload(context, entity=issue)


def _comment_create(context, arguments):
    fields = arguments["input"]
    _new_id(context, "comments", "Comment", fields.get("id"))
    if fields.get("issueId") is None or not (fields.get("body") or "").strip():
        raise errors.argument("A comment needs an issueId and a body.")
    issue = _issue(context, {"id": fields["issueId"]})
    return _payload(context, comment=other_actions.create_comment(context.world, context.actor, issue, fields))


def _comment_update(context, arguments):
    comment = _one("comments", "Comment")(context, arguments)
    if comment["userId"] != context.actor.user_id:
        raise errors.forbidden()
    return _payload(context, comment=other_actions.edit_comment(
        context.world, context.actor, comment, arguments["input"], arguments.get("skipEditedAt")))


def _comment_delete(context, arguments):
    comment = _one("comments", "Comment")(context, arguments)
    other_actions.delete_comment(context.world, context.actor, comment)
    return _payload(context, entityId=comment["id"])


def _attachment_create(context, arguments):
    fields = arguments["input"]
    issue = _issue(context, {"id": fields["issueId"]})
    return _payload(context, attachment=other_actions.put_attachment(context.world, context.actor, issue, fields))


def _attachment_delete(context, arguments):
    attachment = _one("attachments", "Attachment")(context, arguments)
    other_actions.delete_attachment(context.world, context.actor, attachment)
    return _payload(context, entityId=attachment["id"])


def _label_create(context, arguments):
    _new_id(context, "labels", "IssueLabel", arguments["input"].get("id"))
    return _payload(context, issueLabel=other_actions.create_label(context.world, context.actor, arguments["input"]))


def _webhook_create(context, arguments):
    _require_admin(context)
    _new_id(context, "webhooks", "Webhook", arguments["input"].get("id"))
    return _payload(context, webhook=context.app.webhooks.create(context.actor, arguments["input"]))


def _webhook_update(context, arguments):
    _require_admin(context)
    hook = _one("webhooks", "Webhook")(context, arguments)
    return _payload(context, webhook=context.app.webhooks.update(hook, arguments["input"]))


def _webhook_delete(context, arguments):
    _require_admin(context)
    hook = _one("webhooks", "Webhook")(context, arguments)
    context.world.remove("webhooks", hook["id"])
    return _payload(context, entityId=hook["id"])


def _require_admin(context):
    if not context.world.users[context.actor.user_id]["admin"]:
        raise errors.forbidden()


QUERIES = {
    "viewer": lambda context, arguments: context.world.users[context.actor.user_id],
    "organization": lambda context, arguments: context.world.organization,
    "rateLimitStatus": _rate_limit_status, "issue": _issue, "team": _team, "user": _user,
    "comment": _one("comments", "Comment"), "attachment": _one("attachments", "Attachment"),
    "issueLabel": _one("labels", "IssueLabel"), "webhook": _one("webhooks", "Webhook"),
    "issues": _listed("issue"), "comments": _listed("comment"), "attachments": _listed("attachment"),
    "attachmentsForURL": _attachments_for_url, "teams": _listed("team"), "users": _listed("user"),
    "workflowStates": _listed("state"), "issueLabels": _listed("label"), "projects": _listed("project"),
    "cycles": _listed("cycle"), "webhooks": _listed("webhook")}

MUTATIONS = {
    "issueCreate": _issue_create, "issueBatchCreate": _issue_batch_create, "issueUpdate": _issue_update,
    "issueArchive": _issue_archive, "issueUnarchive": _issue_unarchive, "issueDelete": _issue_delete,
    "commentCreate": _comment_create, "commentUpdate": _comment_update, "commentDelete": _comment_delete,
    "attachmentCreate": _attachment_create, "attachmentDelete": _attachment_delete,
    "issueLabelCreate": _label_create, "webhookCreate": _webhook_create, "webhookUpdate": _webhook_update,
    "webhookDelete": _webhook_delete}

ROOTS = dict(QUERIES, **MUTATIONS)
