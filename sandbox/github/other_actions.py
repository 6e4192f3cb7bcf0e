"""Changes to comments, reactions, labels and milestones, with what each leaves behind."""

from sandbox.github.model import Comment, Label, Milestone, Reaction

# comments


def create_comment(world, actor, repo, issue, body):
    """Adds a comment; the issue's update time moves too."""
    now = world.clock.seconds()
    comment = Comment(world.next_id("comment"), issue.number, body, actor.user, now)
    comment.app = actor.app
    repo.put_comment(comment)
    newer = _touch_issue(repo, issue, now, +1)
    world.record(actor, "comment", repo, issue=issue.number, comment_id=comment.id, before=None,
                 after={"body": body})
    world.on_webhook(repo, "issue_comment", "created", actor, issue=newer, comment=comment)
    return comment


def edit_comment(world, actor, repo, comment, body):
    if comment.body == body:
        return comment
    now = world.clock.seconds()
    newer = comment.changed(body=body, updated=now)
    repo.put_comment(newer)
    issue = _touch_issue(repo, repo.issues[comment.number], now, 0)
    world.record(actor, "edit_comment", repo, issue=comment.number, comment_id=comment.id,
                 before={"body": comment.body}, after={"body": body})
    world.on_webhook(repo, "issue_comment", "edited", actor, issue=issue, comment=newer,
                     changes={"body": {"from": comment.body}})
    return newer


def delete_comment(world, actor, repo, comment):
    repo.drop_comment(comment)
    issue = _touch_issue(repo, repo.issues[comment.number], world.clock.seconds(), -1)
    world.record(actor, "delete_comment", repo, issue=comment.number, comment_id=comment.id,
                 before={"body": comment.body}, after=None)
    world.on_webhook(repo, "issue_comment", "deleted", actor, issue=issue, comment=comment)


def _touch_issue(repo, issue, now, more_comments):
    newer = issue.changed(updated=now, comments=issue.comments + more_comments)
    repo.put_issue(newer)
    return newer


# reactions: they do not move the update time


def add_reaction(world, actor, repo, subject, content):
    """(reaction, whether it is new); a user gives each reaction once."""
    for reaction in subject.reactions:
        if reaction.content == content and reaction.user is actor.user:
            return reaction, False
    reaction = Reaction(world.next_id("reaction"), content, actor.user, world.clock.seconds())
    _store_reactions(repo, subject, subject.reactions + (reaction,))
    world.record(actor, "react", repo, before=None, after={"content": content}, **_where(subject))
    return reaction, True


def remove_reaction(world, actor, repo, subject, reaction):
    left = tuple(other for other in subject.reactions if other is not reaction)
    _store_reactions(repo, subject, left)
    world.record(actor, "unreact", repo, before={"content": reaction.content}, after=None,
                 **_where(subject))


def _store_reactions(repo, subject, reactions):
    newer = subject.changed(reactions=reactions)
    if isinstance(subject, Comment):
        repo.put_comment(newer)
    else:
        repo.put_issue(newer)


def _where(subject):
    if isinstance(subject, Comment):
        return {"issue": subject.number, "comment_id": subject.id}
    return {"issue": subject.number}


# labels: renaming one changes what its issues show, but not their update time


def create_label(world, actor, repo, name, color, description):
    label = Label(world.next_id("label"), name, color, description)
    repo.labels[name.lower()] = label
    world.record(actor, "create_label", repo, before=None, after=_label_facts(label))
    world.on_webhook(repo, "label", "created", actor, label=label)
    return label


def edit_label(world, actor, repo, label, **fields):
    before = _label_facts(label)
    del repo.labels[label.name.lower()]
    for name, value in fields.items():
        setattr(label, name, value)
    repo.labels[label.name.lower()] = label
    repo.touch_rendering()
    world.record(actor, "edit_label", repo, before=before, after=_label_facts(label))
    world.on_webhook(repo, "label", "edited", actor, label=label,
                     changes={name: {"from": before[name]} for name in fields
                              if before[name] != getattr(label, name)})
    return label


def delete_label(world, actor, repo, label):
    """Takes the label off all its issues too."""
    del repo.labels[label.name.lower()]
    for issue in list(repo.issues.values()):
        if label in issue.labels:
            left = tuple(other for other in issue.labels if other is not label)
            repo.put_issue(issue.changed(labels=left))
    world.record(actor, "delete_label", repo, before=_label_facts(label), after=None)
    world.on_webhook(repo, "label", "deleted", actor, label=label)


def _label_facts(label):
    return {"name": label.name, "color": label.color, "description": label.description}


# milestones


def create_milestone(world, actor, repo, title, description=None, due=None, state="open"):
    number = max(repo.milestones, default=0) + 1
    milestone = Milestone(world.next_id("milestone"), number, title, actor.user,
                          world.clock.seconds(), description, due)
    _set_milestone_state(world, milestone, state)
    repo.milestones[number] = milestone
    world.record(actor, "create_milestone", repo, before=None, after=_milestone_facts(milestone))
    world.on_webhook(repo, "milestone", "created", actor, milestone=milestone)
    return milestone


def edit_milestone(world, actor, repo, milestone, **fields):
    before = _milestone_facts(milestone)
    _set_milestone_state(world, milestone, fields.pop("state", milestone.state))
    for name, value in fields.items():
        setattr(milestone, name, value)
    milestone.updated = world.clock.seconds()
    milestone.touch()
    world.record(actor, "edit_milestone", repo, before=before, after=_milestone_facts(milestone))
    world.on_webhook(repo, "milestone", "edited", actor, milestone=milestone)
    return milestone


def _set_milestone_state(world, milestone, state):
    if state != milestone.state:
        milestone.state = state
        milestone.closed = world.clock.seconds() if state == "closed" else None


def delete_milestone(world, actor, repo, milestone):
    """Takes the milestone off all its issues too."""
    del repo.milestones[milestone.number]
    for issue in list(repo.issues.values()):
        if issue.milestone is milestone:
            repo.put_issue(issue.changed(milestone=None))
    world.record(actor, "delete_milestone", repo, before=_milestone_facts(milestone), after=None)
    world.on_webhook(repo, "milestone", "deleted", actor, milestone=milestone)


def _milestone_facts(milestone):
    return {"title": milestone.title, "state": milestone.state,
            "description": milestone.description}
