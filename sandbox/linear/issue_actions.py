"""Changes to issues: each leaves a new row, an entry of its history, and a webhook."""

import re

from sandbox.linear import errors

PLAIN = ("title", "description", "priority", "estimate", "dueDate", "assigneeId", "cycleId", "projectId",
         "parentId", "stateId", "sortOrder", "subscriberIds")
SHOWN = ("title", "description", "priority", "estimate", "dueDate", "archivedAt", "trashed", "identifier")
STATE_TIMES = {"started": "startedAt", "completed": "completedAt", "canceled": "canceledAt"}
FENCE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)


def normalized(text):
    """Markdown as Linear's editor writes it again: bullets are `*`, emphasis is `_`, blanks at the end are gone."""
    if not text:
        return text
    parts = FENCE.split(text.replace("\r\n", "\n"))
    for at in range(0, len(parts), 2):
        part = re.sub(r"(?m)^(\s*)[-+] (?!\[)", r"\1* ", parts[at])
        part = re.sub(r"(?<![\w*])\*([^\s*][^*\n]*?)\*(?![\w*])", r"_\1_", part)
        parts[at] = re.sub(r"(?m)[ \t]+$", "", re.sub(r"(?<!\w)__(?=\S)(.+?)__(?!\w)", r"**\1**", part))
    return "".join(parts).strip("\n")


def facts_of(world, issue):
    """An issue's synchronised fields as people see them, for the history."""
    def name(table, identifier, member="name"):
        return world.tables[table][identifier][member] if identifier else None

    facts = {one: issue[one] for one in SHOWN}
    facts.update(team=name("teams", issue["teamId"], "key"), state=name("states", issue["stateId"]),
                 labels=sorted(world.labels[one]["name"] for one in issue["labelIds"] if one in world.labels),
                 assignee=name("users", issue["assigneeId"], "displayName"),
                 parent=name("issues", issue["parentId"], "identifier"),
                 project=name("projects", issue["projectId"]),
                 cycle=name("cycles", issue["cycleId"], "number"))
    return facts


# checks


def check(world, team_id, fields):
    """The references of an input must exist and belong to the team. Raises LinearError."""
    for member, table, kind in (("assigneeId", "users", "User"), ("projectId", "projects", "Project"),
                                ("cycleId", "cycles", "Cycle"), ("stateId", "states", "WorkflowState")):
        if fields.get(member) is not None and fields[member] not in world.tables[table]:
            raise errors.not_found(kind)
    for member, table, what in (("stateId", "states", "state"), ("cycleId", "cycles", "cycle")):
        row = world.tables[table].get(fields.get(member))
        if row is not None and row["teamId"] != team_id:
            raise errors.invalid_input("Discrepancy between issue team and %s team" % what,
                                       "The %s is not of the issue's team." % what)
    _check_labels(world, team_id, fields)
    if fields.get("priority") is not None and not 0 <= fields["priority"] <= 4:
        raise errors.argument("priority must be between 0 and 4.")
    if "title" in fields and not (fields["title"] or "").strip():
        raise errors.argument("title should not be empty.")


def _check_labels(world, team_id, fields):
    for name in ("labelIds", "addedLabelIds"):
        for identifier in fields.get(name) or ():
            label = world.labels.get(identifier)
            if label is None:
                raise errors.not_found("IssueLabel")
            if label["isGroup"]:
                raise errors.invalid_input("LabelIds can not include group labels")
            if label["teamId"] not in (None, team_id):
                raise errors.invalid_input("The label '%s' is not associated with the same team as the issue."
                                           % label["name"])


def parent_of(world, issue_id, word):
    """The id of the parent named by id or identifier; an issue is never its own ancestor."""
    if word is None:
        return None
    parent = world.find_issue(word)
    if parent is None:
        raise errors.not_found("Issue")
    above = parent
    while above is not None:
        if above["id"] == issue_id:
            raise errors.invalid_input("Parent issue can't be a sub-issue of the issue")
        above = world.issues.get(above["parentId"])
    return parent["id"]


# changes


def create(world, actor, team, fields):
    """A new issue of a team; `fields` as in IssueCreateInput, checked."""
    team["nextNumber"] += 1
    number = team["nextNumber"] - 1
    now = world.now()
    issue = {"id": fields.get("id") or world.new_id(), "createdAt": fields.get("createdAt") or now, "updatedAt": now,
             "archivedAt": None, "autoArchivedAt": None, "trashed": None, "teamId": team["id"], "number": number,
             "identifier": "%s-%d" % (team["key"], number), "previousIdentifiers": [], "title": fields["title"],
             "description": normalized(fields.get("description")), "priority": fields.get("priority") or 0,
             "estimate": fields.get("estimate"), "dueDate": fields.get("dueDate"),
             "stateId": fields.get("stateId") or team["defaultStateId"], "assigneeId": fields.get("assigneeId"),
             "creatorId": actor.user_id, "projectId": fields.get("projectId"), "cycleId": fields.get("cycleId"),
             "parentId": fields.get("parentId"), "labelIds": list(dict.fromkeys(fields.get("labelIds") or [])),
             "subscriberIds": fields.get("subscriberIds") or [], "sortOrder": fields.get("sortOrder") or 0.0,
             "startedAt": None, "completedAt": None, "canceledAt": None}
    _stamp_state(world, issue, now)
    world.add("issues", issue)
    world.record(actor, "create", issue=issue["identifier"], issue_id=issue["id"], before=None,
                 after=facts_of(world, issue))
    world.on_webhook("create", "Issue", issue, actor)
    return issue


def _stamp_state(world, issue, now):
    type = world.states[issue["stateId"]]["type"]
    for wanted, member in STATE_TIMES.items():
        if type == wanted:
            issue[member] = issue[member] or now
        elif member != "startedAt":
            issue[member] = None


def edit(world, actor, issue, fields):
    """Applies an IssueUpdateInput, checked; the issue unchanged when nothing differs."""
    newer = dict(issue)
    if fields.get("teamId") not in (None, issue["teamId"]):
        _move(world, newer, world.teams[fields["teamId"]])
    for name in PLAIN:
        if name in fields:
            newer[name] = normalized(fields[name]) if name == "description" else fields[name]
    for name in ("priority", "sortOrder"):
        newer[name] = newer[name] or 0
    newer["labelIds"] = _labels_after(newer["labelIds"], fields)
    if newer["stateId"] is None:
        newer["stateId"] = world.teams[newer["teamId"]]["defaultStateId"]
    if "trashed" in fields:
        newer["trashed"] = fields["trashed"]
        newer["archivedAt"] = world.now() if fields["trashed"] else None
    return _store(world, actor, issue, newer)


def _labels_after(labels, fields):
    if fields.get("labelIds") is not None:
        labels = fields["labelIds"]
    labels = list(dict.fromkeys(list(labels) + (fields.get("addedLabelIds") or [])))
    return [one for one in labels if one not in (fields.get("removedLabelIds") or [])]


def _move(world, issue, team):
    """Another team: a new identifier, its own states, none of the old team's labels and cycles."""
    issue["previousIdentifiers"] = issue["previousIdentifiers"] + [issue["identifier"]]
    issue["teamId"], issue["number"] = team["id"], team["nextNumber"]
    issue["identifier"] = "%s-%d" % (team["key"], team["nextNumber"])
    team["nextNumber"] += 1
    old = world.states[issue["stateId"]]
    states = [one for one in world.states.values() if one["teamId"] == team["id"] and one["type"] == old["type"]]
    same = [one for one in states if one["name"] == old["name"]]
    issue["stateId"] = (same or states or [{"id": team["defaultStateId"]}])[0]["id"]
    issue["labelIds"] = [one for one in issue["labelIds"] if world.labels[one]["teamId"] in (None, team["id"])]
    issue["cycleId"] = None


def archive(world, actor, issue, archived, trashed=None):
    newer = dict(issue, archivedAt=world.now() if archived else None, trashed=trashed if archived else None)
    return _store(world, actor, issue, newer, "remove" if archived else "restore")


def destroy(world, actor, issue):
    """Deletes for good: afterwards the issue is not found."""
    for table in ("comments", "attachments", "reactions", "changes"):
        for row in world.of_issue(table, issue["id"]):
            world.remove(table, row["id"])
    world.remove("issues", issue["id"])
    world.record(actor, "delete", issue=issue["identifier"], issue_id=issue["id"], before=facts_of(world, issue),
                 after=None)
    world.on_webhook("remove", "Issue", issue, actor)


def _store(world, actor, issue, newer, action="update"):
    changed = [name for name in newer if newer[name] != issue[name]]
    if not changed:
        return issue
    now = world.now()
    if "stateId" in changed:
        _stamp_state(world, newer, now)
    newer["updatedAt"] = now
    world.add("issues", newer)
    _note(world, actor, issue, newer, changed, now)
    before, after = facts_of(world, issue), facts_of(world, newer)
    names = [name for name in after if before[name] != after[name]]
    world.record(actor, action, issue=newer["identifier"], issue_id=newer["id"],
                 before={name: before[name] for name in names}, after={name: after[name] for name in names})
    updated_from = {name: issue[name] for name in changed + ["updatedAt"]}
    world.on_webhook(action, "Issue", newer, actor, updated_from=updated_from)
    return newer


def _note(world, actor, issue, newer, changed, now):
    """An entry of the issue's own history: from and to of what changed."""
    entry = {"id": world.new_id(), "createdAt": now, "updatedAt": now, "archivedAt": None, "issueId": newer["id"],
             "actorId": actor.user_id, "updatedDescription": True if "description" in changed else None,
             "addedLabelIds": [one for one in newer["labelIds"] if one not in issue["labelIds"]] or None,
             "removedLabelIds": [one for one in issue["labelIds"] if one not in newer["labelIds"]] or None,
             "archived": newer["archivedAt"] is not None if "archivedAt" in changed else None,
             "trashed": newer["trashed"] if "trashed" in changed else None}
    for name in ("assigneeId", "cycleId", "dueDate", "estimate", "parentId", "priority", "projectId", "stateId",
                 "teamId", "title"):
        member = name[0].upper() + name[1:]
        entry["from" + member] = issue[name] if name in changed else None
        entry["to" + member] = newer[name] if name in changed else None
    world.add("changes", entry)
