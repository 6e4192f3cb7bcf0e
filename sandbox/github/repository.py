"""One repository: its labels, milestones, issues, comments, events and hooks.

Only stores and finds. Rules and side effects (events, webhooks, history) are in the actions.
"""

import collections

from sandbox.github.index import PublishedIndex


class Repository:
    """Everything that lives under `/repos/OWNER/NAME`. The caller holds the world's lock."""

    def __init__(self, id, owner, name, created, monotonic, lag_s=0.0):
        self.id = id
        self.owner = owner
        self.name = name
        self.private = False
        self.description = "Where rockets are built"
        self.created = created
        self.updated = created
        self.revision = 0
        self.members = {}
        self.labels = {}
        self.milestones = {}
        self.issues = {}
        self.comments = {}
        self.events = []
        self.hooks = {}
        self.moved = {}
        self.deleted = set()
        self.next_number = 1
        self.comment_ids = collections.defaultdict(list)
        self.events_of = collections.defaultdict(list)
        self.issue_index = PublishedIndex(monotonic, lag_s)
        self.comment_index = PublishedIndex(monotonic, lag_s)

    @property
    def full_name(self):
        return "%s/%s" % (self.owner.login, self.name)

    def touch_rendering(self):
        """A label, a login or the repository's name changed: no cached issue is right any more."""
        self.revision += 1
        for label in self.labels.values():
            label.text = None
        for milestone in self.milestones.values():
            milestone.touch()

    def set_lag(self, lag_s):
        self.issue_index.set_lag(lag_s)
        self.comment_index.set_lag(lag_s)

    # people

    def association(self, user):
        """What this user is to the repository, in GitHub's words."""
        return self.members.get(user.login.lower(), "NONE") if user is not None else "NONE"

    def is_assignable(self, login):
        return self.members.get(login.lower(), "NONE") in ("OWNER", "MEMBER", "COLLABORATOR")

    # finding

    def label(self, name):
        return self.labels.get(name.lower())

    def comments_of(self, number):
        return [self.comments[comment_id] for comment_id in self.comment_ids.get(number, ())]

    def open_issues(self):
        order, _ = self.issue_index.window("created", "open", None)
        return len(order)

    # storing

    def put_issue(self, issue):
        """Stores a version and keeps the milestones' counts right."""
        old = self.issues.get(issue.number)
        self._count(old, -1)
        self.issues[issue.number] = issue
        self._count(issue, +1)
        self.issue_index.put(issue)

    def drop_issue(self, number):
        issue = self.issues.pop(number)
        self._count(issue, -1)
        self.issue_index.remove(issue.id)
        for comment_id in self.comment_ids.pop(number, ()):
            del self.comments[comment_id]
            self.comment_index.remove(comment_id)
        self.events_of.pop(number, None)
        self.events = [event for event in self.events if event.number != number]

    def _count(self, issue, step):
        milestone = issue.milestone if issue is not None else None
        if milestone is None:
            return
        if issue.state == "open":
            milestone.open_issues += step
        else:
            milestone.closed_issues += step
        milestone.touch()

    def recount(self):
        """Counts the milestones' issues anew."""
        for milestone in self.milestones.values():
            milestone.open_issues = milestone.closed_issues = 0
        for issue in self.issues.values():
            self._count(issue, +1)

    def put_comment(self, comment):
        if comment.id not in self.comments:
            self.comment_ids[comment.number].append(comment.id)
        self.comments[comment.id] = comment
        self.comment_index.put(comment)

    def drop_comment(self, comment):
        del self.comments[comment.id]
        self.comment_ids[comment.number].remove(comment.id)
        self.comment_index.remove(comment.id)

    def add_event(self, event):
        self.events.append(event)
        self.events_of[event.number].append(event)

    def reindex(self):
        """After many issues and comments were stored without the index."""
        self.issue_index.load(list(self.issues.values()))
        self.comment_index.load(list(self.comments.values()))
