"""Fills a repository with plausible issues; the same seed makes the same data on any day."""

import gc
import random

from sandbox.common.clock import parse_iso
from sandbox.github import seed_words as words
from sandbox.github.model import Comment, Event, Issue, Label, Milestone, Reaction
from sandbox.github.seed_text import Writer
from sandbox.github.world import Actor

LAST_DAY = int(parse_iso("2025-09-01T00:00:00Z"))
TWO_YEARS_S = 2 * 365 * 86400
REACTIONS = ("+1", "+1", "+1", "heart", "rocket", "eyes", "hooray", "-1", "laugh", "confused")


def seed_repo(world, repo, issues, seed, pull_requests=True):
    """Adds this many issues, about a tenth of them pull requests. The caller holds the lock."""
    planter = Planter(world, repo, seed, pull_requests)
    planter.prepare()
    gc.disable()  # nothing becomes garbage here, and looking for it doubles the time
    try:
        planter.plant(issues)
        repo.reindex()
    finally:
        gc.freeze()
        gc.enable()
    repo.recount()
    actor = Actor(repo.owner, "seed")
    world.record(actor, "seed", repo, before=None, after={"issues": issues, "seed": seed})
    return {"repo": repo.full_name, "issues": len(repo.issues), "comments": len(repo.comments)}


class Planter:
    """Draws everything from one generator, in a fixed order."""

    def __init__(self, world, repo, seed, pull_requests):
        self.world = world
        self.repo = repo
        self.rng = random.Random("%s/%d" % (repo.full_name, seed))
        self.writer = Writer(self.rng)
        self.pull_requests = pull_requests
        self.end = min(LAST_DAY, world.clock.seconds() - 86400)
        self.start = self.end - TWO_YEARS_S

    def prepare(self):
        """People, labels and milestones; those that exist stay."""
        world, repo = self.world, self.repo
        repo.created = min(repo.created, self.start)
        for login, association, name in words.MEMBERS:
            user = world.user(login)
            user.name = user.name or name
            repo.members.setdefault(login, association)
        self.people = [world.user(login) for login, _, _ in words.MEMBERS]
        self.staff = [user for user in self.people if repo.is_assignable(user.login)]
        for name, color, description in words.LABELS:
            if repo.label(name) is None:
                repo.labels[name.lower()] = Label(world.next_id("label"), name, color, description,
                                                  name in words.DEFAULT_LABELS)
        self._prepare_milestones()

    def _prepare_milestones(self):
        plans = (("v1.0", "First flight", -400, "closed"), ("v2.0 – Orbit", "Reach orbit 🛰", 60, "open"),
                 ("Backlog", None, None, "open"))
        for title, description, due_days, state in plans:
            if any(one.title == title for one in self.repo.milestones.values()):
                continue
            number = max(self.repo.milestones, default=0) + 1
            due = self.end + due_days * 86400 if due_days is not None else None
            milestone = Milestone(self.world.next_id("milestone"), number, title, self.staff[0],
                                  self.start, description, due)
            milestone.state = state
            milestone.closed = due if state == "closed" else None
            self.repo.milestones[number] = milestone
        self.milestones = list(self.repo.milestones.values())

    def plant(self, count):
        """Issues by creation time; comments and events get ascending ids by time too."""
        moments = sorted(self.start + int(self.rng.random() * TWO_YEARS_S) for _ in range(count))
        comments, events = [], []
        for created in moments:
            issue = self._issue(created)
            self._label_and_assign(issue, events)
            self._talk(issue, comments)
            self._close(issue, events)
            self.repo.issues[issue.number] = issue
        self._store(comments, events)

    def _pick(self, choices):
        return choices[int(self.rng.random() * len(choices))]

    def _issue(self, created):
        kind, title, body = self.writer.issue()
        number = self.repo.next_number
        self.repo.next_number += 1
        issue = Issue(self.world.next_id("issue"), number, title, body, self._pick(self.people), created)
        label = self.repo.label(kind)
        issue.labels = (label,) if label is not None and self.rng.random() < 0.8 else ()
        if self.pull_requests and self.rng.random() < 0.1:
            issue.pull = {"merged": None}
        return issue

    def _label_and_assign(self, issue, events):
        rng = self.rng
        if rng.random() < 0.45:
            more = self._pick(list(self.repo.labels.values()))
            issue.labels += (more,) if more not in issue.labels else ()
        if rng.random() < 0.4:
            issue.assignees = tuple({self._pick(self.staff): None for _ in range(1 + int(rng.random() * 2))})
        if rng.random() < 0.3:
            issue.milestone = self._pick(self.milestones)
        if rng.random() < 0.15:
            issue.reactions = tuple(Reaction(self.world.next_id("reaction"), self._pick(REACTIONS), user,
                                             issue.created) for user in self.people[:1 + int(rng.random() * 4)])
        moment = self._later(issue, 3600)
        for label in issue.labels:
            events.append((moment, issue, "labeled", {"label": {"name": label.name, "color": label.color}}))
        for user in issue.assignees:
            events.append((moment, issue, "assigned", {"assignee": user, "assigner": self.staff[0]}))

    def _later(self, issue, within_s):
        """Some time after the last change, but not in the future; it becomes the last change."""
        issue.updated = min(self.end, issue.updated + 1 + int(self.rng.random() * within_s))
        return issue.updated

    def _talk(self, issue, comments):
        if self.rng.random() >= 1 / 3:
            return
        for _ in range(1 + int(self.rng.random() ** 2 * 6)):
            moment = self._later(issue, 5 * 86400)
            comments.append((moment, issue, self.writer.reply(), self._pick(self.people)))
            issue.comments += 1

    def _close(self, issue, events):
        rng = self.rng
        if rng.random() >= 0.6:
            return
        issue.closed = self._later(issue, 20 * 86400)
        issue.state, issue.closed_by = "closed", self._pick(self.staff)
        dice = rng.random()
        issue.state_reason = "completed" if dice < 0.78 else "not_planned" if dice < 0.95 else "duplicate"
        if issue.pull is not None:
            issue.state_reason = None
            issue.pull = {"merged": issue.closed if dice < 0.8 else None}
        reason = None if issue.state_reason == "completed" else issue.state_reason
        events.append((issue.closed, issue, "closed", {"state_reason": reason}))

    def _store(self, comments, events):
        repo, world = self.repo, self.world
        comments.sort(key=lambda entry: (entry[0], entry[1].number))
        for moment, issue, body, user in comments:
            comment = Comment(world.next_id("comment"), issue.number, body, user, moment)
            repo.comments[comment.id] = comment
            repo.comment_ids[issue.number].append(comment.id)
        events.sort(key=lambda entry: (entry[0], entry[1].number))
        for moment, issue, kind, data in events:
            actor = issue.closed_by if kind == "closed" else self.staff[0]
            repo.add_event(Event(world.next_id("event"), issue.number, actor, kind, moment, data))
