"""What each field of each type shows: members of rows, related rows, connections and what is computed."""

from sandbox.linear import errors
from sandbox.linear.filters import RELATED, Filters
from sandbox.linear.paging import page_of

PRIORITIES = ("No priority", "Urgent", "High", "Medium", "Low")
KINDS = {"Issue": "issue", "Comment": "comment", "WorkflowState": "state", "IssueLabel": "label",
         "Cycle": "cycle", "Attachment": "attachment", "User": "user", "Team": "team", "Project": "project",
         "Webhook": "webhook", "Reaction": "reaction", "IssueHistory": "change"}
MORE_RELATED = {("Team", "defaultIssueState"): ("state", "defaultStateId"), ("Project", "lead"): ("user", "leadId"),
                ("Project", "creator"): ("user", "creatorId"), ("IssueLabel", "parent"): ("label", "parentId"),
                ("Attachment", "issue"): ("issue", "issueId"), ("Reaction", "user"): ("user", "userId"),
                ("Reaction", "issue"): ("issue", "issueId"), ("Reaction", "comment"): ("comment", "commentId"),
                ("Webhook", "creator"): ("user", "creatorId"), ("Webhook", "team"): ("team", "teamId"),
                ("IssueHistory", "actor"): ("user", "actorId"), ("IssueHistory", "issue"): ("issue", "issueId")}

MORE_RELATED.update({("IssueHistory", side + name): (kind, "%s%sId" % (side, name)) for side in ("from", "to")
                     for name, kind in (("Assignee", "user"), ("State", "state"), ("Project", "project"), ("Cycle", "cycle"))})


class Context:
    """One request: the world, who asks, and what a resolver needs beside."""

    def __init__(self, app, grant, actor):
        self.app = app
        self.world = app.world
        self.grant = grant
        self.actor = actor
        self.filters = Filters(app.world, actor.user_id, lambda kind, row, name: computed(self, kind, row, name))


def resolve(context, type_name, source, name, arguments):
    """The value of a field. Raises LinearError."""
    if type_name in ("Query", "Mutation"):
        return context.app.roots[name](context, arguments)
    if type_name == "Issue" and (source["id"], name) in context.app.broken:
        raise errors.internal()
    kind = KINDS.get(type_name)
    related = MORE_RELATED.get((type_name, name)) or RELATED.get((kind, name))
    if related is not None:
        return context.world.tables[related[0] + "s"].get(source.get(related[1]))
    listed = LISTS.get((type_name, name))
    if listed is not None:
        item_kind, rows = listed
        return connection(context, item_kind, rows(context, source), arguments)
    if name in source:
        return source[name]
    return computed(context, kind or type_name.lower(), source, name, arguments)


def connection(context, kind, rows, arguments):
    """The page of rows that fit the filter."""
    found = context.filters.select(kind, rows, arguments.get("filter"))
    return page_of(found, arguments, context.world.tables[kind + "s"].get)


def computed(context, kind, row, name, arguments=None):
    """Values that no row holds."""
    found = COMPUTED.get((kind, name)) or COMPUTED.get(("any", name))
    if found is None:
        raise errors.invalid_input("The stand-in has no %s of a %s." % (name, kind))
    return found(context, row, arguments or {})


# connections inside objects


def _listed_where(table, **wanted):
    (member, source_member), = wanted.items()
    return lambda context, source: [row for row in context.world.listed(table)
                                    if row.get(member) == source[source_member]]


def _of_issue(table):
    return lambda context, issue: [row for row in context.world.of_issue(table, issue["id"])
                                   if table != "comments" or row["id"] in context.world.shown["comments"]]


def _labels_of(context, issue):
    return [context.world.labels[one] for one in issue["labelIds"] if one in context.world.labels]


def _labels_for_team(context, team):
    return [one for one in context.world.labels.values() if one["teamId"] == team["id"]]


def _hooks_of(context, team):
    return [one for one in context.world.webhooks.values() if one["teamId"] == team["id"]]


LISTS = {
    ("Team", "states"): ("state", _listed_where("states", teamId="id")),
    ("Team", "labels"): ("label", _labels_for_team),
    ("Team", "cycles"): ("cycle", _listed_where("cycles", teamId="id")),
    ("Team", "issues"): ("issue", _listed_where("issues", teamId="id")),
    ("Team", "webhooks"): ("webhook", _hooks_of),
    ("Team", "members"): ("user", lambda context, team: [one for one in context.world.users.values()
                                                         if team["id"] in one["teamIds"]]),
    ("Team", "projects"): ("project", lambda context, team: [one for one in context.world.projects.values()
                                                             if team["id"] in one["teamIds"]]),
    ("Project", "teams"): ("team", lambda context, project: [context.world.teams[one]
                                                             for one in project["teamIds"]]),
    ("Issue", "labels"): ("label", _labels_of),
    ("Issue", "comments"): ("comment", _of_issue("comments")),
    ("Issue", "attachments"): ("attachment", _of_issue("attachments")),
    ("Issue", "history"): ("change", _of_issue("changes")),
    ("Issue", "children"): ("issue", _listed_where("issues", parentId="id")),
    ("Comment", "children"): ("comment", _listed_where("comments", parentId="id")),
}


# computed


def issue_url(world, issue):
    slug = "".join(one if one.isalnum() else "-" for one in issue["title"].lower())[:60].strip("-")
    return "https://linear.app/%s/issue/%s/%s" % (world.organization["urlKey"], issue["identifier"], slug)


def comment_url(world, comment):
    return "%s#comment-%s" % (issue_url(world, world.issues[comment["issueId"]]), comment["id"][:8])


def _cycle_phase(wanted):
    def answer(context, cycle, arguments):
        now = context.world.now()
        phase = "past" if cycle["endsAt"] <= now else "future" if cycle["startsAt"] > now else "active"
        return phase == wanted
    return answer


def _count_issues(context, team, arguments):
    return sum(1 for one in context.world.issues.values() if one["teamId"] == team["id"]
               and (arguments.get("includeArchived") or one["archivedAt"] is None))


def _active_cycle(context, team, arguments):
    return next((one for one in context.world.cycles.values() if one["teamId"] == team["id"]
                 and _cycle_phase("active")(context, one, {})), None)


def _branch(context, issue, arguments):
    words = "".join(one if one.isalnum() else "-" for one in issue["title"].lower())[:40].strip("-")
    return "%s-%s" % (issue["identifier"].lower(), words)


def _labels_named(member):
    return lambda context, change, arguments: [context.world.labels[one] for one in change[member] or ()
                                               if one in context.world.labels]


def _secret(context, hook, arguments):
    return hook["signingSecret"]


COMPUTED = {
    ("any", "organization"): lambda context, row, arguments: context.world.organization,
    ("user", "isMe"): lambda context, row, arguments: row["id"] == context.actor.user_id,
    ("user", "url"): lambda context, row, arguments: "https://linear.app/%s/profiles/%s" % (
        context.world.organization["urlKey"], row["displayName"]),
    ("user", "isAssignable"): lambda context, row, arguments: row["active"] and not row["app"],
    ("organization", "userCount"): lambda context, row, arguments: len(context.world.users),
    ("organization", "createdIssueCount"): lambda context, row, arguments: len(context.world.issues),
    ("change", "addedLabels"): _labels_named("addedLabelIds"),
    ("change", "removedLabels"): _labels_named("removedLabelIds"),
    ("team", "issueCount"): _count_issues,
    ("team", "activeCycle"): _active_cycle,
    ("project", "url"): lambda context, row, arguments: "https://linear.app/%s/project/%s" % (
        context.world.organization["urlKey"], row["slugId"]),
    ("cycle", "isActive"): _cycle_phase("active"),
    ("cycle", "isPast"): _cycle_phase("past"),
    ("cycle", "isFuture"): _cycle_phase("future"),
    ("issue", "url"): lambda context, row, arguments: issue_url(context.world, row),
    ("issue", "priorityLabel"): lambda context, row, arguments: PRIORITIES[int(row["priority"])],
    ("issue", "branchName"): _branch,
    ("issue", "botActor"): lambda context, row, arguments: None,
    ("issue", "reactions"): lambda context, row, arguments: [
        one for one in context.world.of_issue("reactions", row["id"]) if one["commentId"] is None],
    ("comment", "url"): lambda context, row, arguments: comment_url(context.world, row),
    ("comment", "botActor"): lambda context, row, arguments: None,
    ("comment", "reactions"): lambda context, row, arguments: [
        one for one in context.world.of_issue("reactions", row["issueId"]) if one["commentId"] == row["id"]],
    ("webhook", "secret"): _secret,
    ("webhook", "teamIds"): lambda context, row, arguments: [row["teamId"]] if row["teamId"] else None,
}
