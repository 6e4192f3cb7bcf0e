"""The whole world as a JSON file and back, so that a restarted stand-in shows the same world.

One issue a line: the file can be read by people, and a large world is written in small pieces.
"""

import collections
import gc
import json

from sandbox.common.files import write_atomically
from sandbox.github.model import Comment, Event, Issue, Label, Milestone, Reaction, User
from sandbox.github.render import dumps
from sandbox.github.webhooks import Hook

ISSUE_PLAIN = ("id", "number", "title", "body", "state", "state_reason", "locked", "lock_reason",
               "comments", "created", "updated", "closed", "pull", "app")
COMMENT_PLAIN = ("id", "number", "body", "created", "updated", "app")
MILESTONE_PLAIN = ("id", "number", "title", "description", "state", "created", "updated", "closed", "due")
HOOK_PLAIN = ("id", "url", "secret", "content_type", "insecure_ssl", "events", "active", "created",
              "updated", "last_response")


# writing


def save(app, path):
    """Writes the world. The lock is held only while the versions are collected."""
    with app.world.lock:
        head, collected = _head(app), [_collect(repo) for repo in app.world.repos_by_id.values()]
    write_atomically(path, _lines(head, collected))


def _head(app):
    world = app.world
    return {"format": 1, "clock_offset_s": app.clock.offset_s(), "ids": dict(world.ids),
            "users": [[u.id, u.login, u.type, u.name, u.created] for u in world.users.values()],
            "former_names": dict(world.former_names), "installation_tokens": app.auth.dump(),
            "history": world.history.dump()}


def _collect(repo):
    facts = {"id": repo.id, "owner": repo.owner.login, "name": repo.name, "created": repo.created,
             "private": repo.private, "members": dict(repo.members), "next_number": repo.next_number,
             "deleted": sorted(repo.deleted), "moved": sorted(repo.moved.items()),
             "labels": [[one.id, one.name, one.color, one.description, one.default]
                        for one in repo.labels.values()],
             "milestones": [dict(_plain(one, MILESTONE_PLAIN), creator=_login(one.creator))
                            for one in repo.milestones.values()],
             "hooks": [_hook_facts(hook) for hook in repo.hooks.values()]}
    return (facts, list(repo.issues.values()), list(repo.comments.values()), list(repo.events))


def _lines(head, collected):
    yield '{"head":' + dumps(head) + ',\n"repositories":[\n'
    for number, (facts, issues, comments, events) in enumerate(collected):
        yield (",\n" if number else "") + '{"facts":' + dumps(facts)
        for name, things, facts_of in (("issues", issues, _issue_facts),
                                       ("comments", comments, _comment_facts),
                                       ("events", events, _event_facts)):
            yield ',\n"%s":[' % name
            for position, thing in enumerate(things):
                yield (",\n" if position else "\n") + dumps(facts_of(thing))
            yield "]"
        yield "}"
    yield "\n]}\n"


def _plain(thing, names):
    return {name: getattr(thing, name) for name in names}


def _login(user):
    return user.login if user is not None else None


def _issue_facts(issue):
    return dict(_plain(issue, ISSUE_PLAIN), user=_login(issue.user),
                labels=[label.name for label in issue.labels], closed_by=_login(issue.closed_by),
                assignees=[user.login for user in issue.assignees],
                milestone=issue.milestone.number if issue.milestone else None,
                reactions=_reaction_facts(issue))


def _comment_facts(comment):
    return dict(_plain(comment, COMMENT_PLAIN), user=_login(comment.user),
                reactions=_reaction_facts(comment))


def _reaction_facts(subject):
    return [[one.id, one.content, one.user.login, one.created] for one in subject.reactions]


def _event_facts(event):
    data = {name: {"@user": value.login} if isinstance(value, User) else value
            for name, value in (event.data or {}).items()}
    return [event.id, event.number, _login(event.actor), event.kind, event.created, data or None, event.app]


def _hook_facts(hook):
    return dict(_plain(hook, HOOK_PLAIN), deliveries=list(hook.deliveries)[:200])


# reading


def load(app, path):
    """Replaces the empty world by the saved one. Raises OSError, ValueError or KeyError."""
    gc.disable()  # everything read here stays: looking for garbage doubles the time
    try:
        with open(path, encoding="utf-8") as source:
            document = json.load(source)
        with app.world.lock:
            _load_head(app, document["head"])
            for part in document["repositories"]:
                _load_repo(app.world, part)
    finally:
        gc.enable()


def _load_head(app, head):
    world = app.world
    app.clock.advance(head["clock_offset_s"] - app.clock.offset_s())
    world.users.clear()
    for id, login, type, name, created in head["users"]:
        world.users[login.lower()] = User(id, login, type, name, created)
    world.ids.update(head["ids"])
    world.history.load(head["history"])
    world.former_names.update(head["former_names"])
    app.auth.load(head["installation_tokens"])


def _load_repo(world, part):
    facts = part["facts"]
    repo = world.add_repo("%s/%s" % (facts["owner"], facts["name"]))
    del world.repos_by_id[repo.id]
    repo.id = facts["id"]
    world.store_repo(repo)
    repo.created, repo.private, repo.members = facts["created"], facts["private"], facts["members"]
    repo.next_number, repo.deleted = facts["next_number"], set(facts["deleted"])
    repo.moved = {number: tuple(where) for number, where in facts["moved"]}
    _load_labels_and_milestones(world, repo, facts)
    for saved in part["issues"]:
        repo.issues[saved["number"]] = _load_issue(world, repo, saved)
    for saved in part["comments"]:
        comment = _fill(Comment(saved["id"], saved["number"], saved["body"], None, 0), saved, COMMENT_PLAIN)
        comment.user, comment.reactions = _user(world, saved["user"]), _load_reactions(world, saved)
        repo.comments[comment.id] = comment
        repo.comment_ids[comment.number].append(comment.id)
    for id, number, actor, kind, created, data, by_app in part["events"]:
        repo.add_event(Event(id, number, _user(world, actor), kind, created, _event_data(world, data), by_app))
    for saved in facts["hooks"]:
        repo.hooks[saved["id"]] = _load_hook(saved)
    repo.reindex()
    repo.recount()


def _fill(thing, saved, names):
    for name in names:
        setattr(thing, name, saved[name])
    return thing


def _user(world, login):
    return world.user(login) if login is not None else None


def _load_labels_and_milestones(world, repo, facts):
    for id, name, color, description, default in facts["labels"]:
        repo.labels[name.lower()] = Label(id, name, color, description, default)
    for saved in facts["milestones"]:
        creator = _user(world, saved["creator"])
        milestone = Milestone(saved["id"], saved["number"], saved["title"], creator, saved["created"])
        repo.milestones[saved["number"]] = _fill(milestone, saved, MILESTONE_PLAIN)


def _load_issue(world, repo, saved):
    issue = _fill(Issue(saved["id"], saved["number"], "", None, None, 0), saved, ISSUE_PLAIN)
    issue.user, issue.closed_by = _user(world, saved["user"]), _user(world, saved["closed_by"])
    issue.labels = tuple(repo.label(name) for name in saved["labels"])
    issue.assignees = tuple(world.user(login) for login in saved["assignees"])
    issue.milestone = repo.milestones.get(saved["milestone"])
    issue.reactions = _load_reactions(world, saved)
    return issue


def _load_reactions(world, saved):
    return tuple(Reaction(id, content, world.user(login), created)
                 for id, content, login, created in saved["reactions"])


def _event_data(world, data):
    if data is None:
        return None
    return {name: world.user(value["@user"]) if isinstance(value, dict) and "@user" in value else value
            for name, value in data.items()}


def _load_hook(saved):
    hook = _fill(Hook(saved["id"], {}, [], True, 0), saved, HOOK_PLAIN)
    hook.deliveries = collections.deque(saved["deliveries"], hook.deliveries.maxlen)
    return hook
