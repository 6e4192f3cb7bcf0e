"""Changes to issues: each leaves a new version, timeline events, a history entry and webhooks."""

from sandbox.github.model import Issue, Label

STATE_REASONS = ("completed", "not_planned", "duplicate", "reopened")


def facts_of(issue):
    """An issue's synchronised fields as plain values, for the history."""
    return {"title": issue.title, "body": issue.body, "state": issue.state,
            "state_reason": issue.state_reason, "labels": [label.name for label in issue.labels],
            "assignees": [user.login for user in issue.assignees],
            "milestone": issue.milestone.title if issue.milestone else None,
            "locked": issue.locked, "comments": issue.comments}


def ensure_labels(world, repo, names):
    """The labels of these names, without doubles; unknown ones are made, as GitHub does."""
    found = {}
    for name in names:
        label = repo.label(name)
        if label is None:
            label = Label(world.next_id("label"), name)
            repo.labels[name.lower()] = label
        found[label.id] = label
    return tuple(found.values())


def create_issue(world, actor, repo, title, body=None, labels=(), assignees=(), milestone=None):
    """Opens an issue; `labels` and `assignees` are objects of the world."""
    now = world.clock.seconds()
    number = repo.next_number
    repo.next_number += 1
    issue = Issue(world.next_id("issue"), number, title, body, actor.user, now)
    issue.labels, issue.assignees, issue.milestone = labels, assignees, milestone
    issue.app = actor.app
    repo.put_issue(issue)
    world.record(actor, "create", repo, issue=number, before=None, after=facts_of(issue))
    world.on_webhook(repo, "issues", "opened", actor, issue=issue)
    _note_set_changes(world, actor, repo, issue, (), (), None)
    return issue


def edit_issue(world, actor, repo, issue, **fields):
    """Changes title, body, state, state_reason, labels, assignees, milestone; None is a value.

    Returns the issue unchanged if nothing differs: then GitHub touches nothing either.
    """
    changes = {name: value for name, value in fields.items() if getattr(issue, name) != value}
    if issue.state == fields.get("state", issue.state):
        changes.pop("state_reason", None)
    if not changes:
        return issue
    if "state" in changes:
        changes.update(_state_fields(world, actor, changes))
    newer = issue.changed(updated=world.clock.seconds(), **changes)
    repo.put_issue(newer)
    _record_edit(world, actor, repo, issue, newer)
    _note_texts(world, actor, repo, issue, newer)
    _note_state(world, actor, repo, issue, newer)
    _note_set_changes(world, actor, repo, newer, issue.labels, issue.assignees, issue.milestone)
    return newer


def _state_fields(world, actor, changes):
    if changes["state"] == "closed":
        return {"closed": world.clock.seconds(), "closed_by": actor.user,
                "state_reason": changes.get("state_reason") or "completed"}
    return {"closed": None, "closed_by": None, "state_reason": "reopened"}


def _record_edit(world, actor, repo, old, new):
    before, after = facts_of(old), facts_of(new)
    names = [name for name in after if before[name] != after[name]]
    world.record(actor, _edit_name(names, new), repo, issue=new.number,
                 before={name: before[name] for name in names},
                 after={name: after[name] for name in names})


def _edit_name(names, issue):
    """A short word for a change of one thing; `edit` for texts and mixtures."""
    if names and set(names) <= {"state", "state_reason"}:
        return "close" if issue.state == "closed" else "reopen"
    words = {"labels": "label", "assignees": "assign", "milestone": "milestone", "locked": "lock"}
    return words.get(names[0], "edit") if len(names) == 1 else "edit"


def _note_texts(world, actor, repo, old, new):
    changes = {name: {"from": getattr(old, name) or ""} for name in ("title", "body")
               if getattr(old, name) != getattr(new, name)}
    if "title" in changes:
        world.add_event(actor, repo, new.number, "renamed",
                        {"rename": {"from": old.title, "to": new.title}})
    if changes:
        world.on_webhook(repo, "issues", "edited", actor, issue=new, changes=changes)


def _note_state(world, actor, repo, old, new):
    if old.state == new.state:
        return
    word = "closed" if new.state == "closed" else "reopened"
    reason = new.state_reason if word == "closed" and new.state_reason != "completed" else None
    world.add_event(actor, repo, new.number, word, {"state_reason": reason})
    world.on_webhook(repo, "issues", word, actor, issue=new)


def _note_set_changes(world, actor, repo, new, old_labels, old_assignees, old_milestone):
    """Events and webhooks for each label and assignee that came or went, and for the milestone."""
    for word, label in _came_and_went(old_labels, new.labels, "labeled", "unlabeled"):
        world.add_event(actor, repo, new.number, word,
                        {"label": {"name": label.name, "color": label.color}})
        world.on_webhook(repo, "issues", word, actor, issue=new, label=label)
    for word, user in _came_and_went(old_assignees, new.assignees, "assigned", "unassigned"):
        world.add_event(actor, repo, new.number, word, {"assignee": user, "assigner": actor.user})
        world.on_webhook(repo, "issues", word, actor, issue=new, assignee=user)
    if old_milestone is not new.milestone:
        gone = (old_milestone,) if old_milestone else ()
        come = (new.milestone,) if new.milestone else ()
        for word, milestone in _came_and_went(gone, come, "milestoned", "demilestoned"):
            world.add_event(actor, repo, new.number, word,
                            {"milestone": {"title": milestone.title}})
            world.on_webhook(repo, "issues", word, actor, issue=new, milestone=milestone)


def _came_and_went(old, new, came, went):
    for thing in old:
        if thing not in new:
            yield went, thing
    for thing in new:
        if thing not in old:
            yield came, thing


def set_lock(world, actor, repo, issue, locked, reason=None):
    """Locks or unlocks the conversation."""
    if issue.locked == locked and issue.lock_reason == reason:
        return issue
    newer = issue.changed(locked=locked, lock_reason=reason, updated=world.clock.seconds())
    repo.put_issue(newer)
    word = "locked" if locked else "unlocked"
    world.record(actor, "lock" if locked else "unlock", repo, issue=issue.number,
                 before={"locked": issue.locked}, after={"locked": locked})
    world.add_event(actor, repo, issue.number, word, {"lock_reason": reason})
    world.on_webhook(repo, "issues", word, actor, issue=newer)
    return newer


def delete_issue(world, actor, repo, issue):
    """Afterwards the issue answers 410."""
    world.on_webhook(repo, "issues", "deleted", actor, issue=issue)
    repo.drop_issue(issue.number)
    repo.deleted.add(issue.number)
    world.record(actor, "delete", repo, issue=issue.number, before=facts_of(issue), after=None)


def transfer_issue(world, actor, repo, issue, target):
    """Moves an issue with its comments; the old address answers 301 to the new one."""
    comments = repo.comments_of(issue.number)
    number = target.next_number
    target.next_number += 1
    newer = issue.changed(
        id=world.next_id("issue"), number=number, updated=world.clock.seconds(), milestone=None,
        labels=tuple(filter(None, (target.label(label.name) for label in issue.labels))),
        assignees=tuple(user for user in issue.assignees if target.is_assignable(user.login)))
    target.put_issue(newer)
    repo.drop_issue(issue.number)
    for comment in comments:
        target.put_comment(comment.changed(number=number))
    repo.moved[issue.number] = (target.id, number)
    world.add_event(actor, target, number, "transferred")
    world.record(actor, "transfer", repo, issue=issue.number,
                 before={"repo": repo.full_name, "number": issue.number},
                 after={"repo": target.full_name, "number": number})
    world.on_webhook(repo, "issues", "transferred", actor, issue=issue, moved_to=(target, newer))
    world.on_webhook(target, "issues", "opened", actor, issue=newer, moved_from=(repo, issue))
    return newer
