"""The JSON of users, labels, milestones, issues and comments, shaped like GitHub's.

A page of 100 issues must take about a millisecond, so JSON text is put together from cached pieces:
the text of a user, a label or a milestone is made once and then copied.
"""

import base64
import collections
import hashlib
import json
from urllib.parse import quote

from sandbox.common.clock import iso_utc

dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

KEPT_RENDERINGS = 20_000

REACTION_KEYS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def when(epoch_s):
    """A time as JSON text; null for None."""
    return "null" if epoch_s is None else '"%s"' % iso_utc(epoch_s)


def node_id(kind, number):
    """GitHub's opaque global id: a prefix for the kind and something that looks like base64."""
    return "%s_kw%s" % (kind, base64.urlsafe_b64encode(b"DO%d" % number).decode().rstrip("="))


def etag_of(*pieces):
    """A weak entity tag of the given bytes."""
    digest = hashlib.blake2b(digest_size=16)
    for piece in pieces:
        digest.update(piece)
    return 'W/"%s"' % digest.hexdigest()


class Renderer:
    """Makes JSON text; `base` is the API's own address without a slash at the end."""

    def __init__(self, base, app=None):
        self.base = base
        self.app = app
        self._app_text = None
        self._rendered = collections.deque()

    def _keep(self, version, key, data):
        """Caches the newest renderings only: 100,000 issues would take half a gigabyte.

        A version is queued once, when it gets its first cache, so that the queue never drops the
        rendering that is being asked for.
        """
        if version.cache_key is None:
            self._rendered.append(version)
        version.cache = (data, hashlib.blake2b(data, digest_size=12).digest())
        version.cache_key = key
        if len(self._rendered) > KEPT_RENDERINGS:
            oldest = self._rendered.popleft()
            oldest.cache = oldest.cache_key = None

    # users

    def user(self, user):
        """A `simple-user`, or null (a deleted account)."""
        if user is None:
            return "null"
        if user.text is None:
            user.text = dumps(self.user_document(user))
        return user.text

    def user_document(self, user):
        api = "%s/users/%s" % (self.base, user.login)
        return {
            "login": user.login, "id": user.id, "node_id": node_id("U", user.id),
            "avatar_url": "https://avatars.githubusercontent.com/u/%d?v=4" % user.id,
            "gravatar_id": "", "url": api, "html_url": "%s/%s" % (self.base, user.login),
            "followers_url": api + "/followers", "following_url": api + "/following{/other_user}",
            "gists_url": api + "/gists{/gist_id}", "starred_url": api + "/starred{/owner}{/repo}",
            "subscriptions_url": api + "/subscriptions", "organizations_url": api + "/orgs",
            "repos_url": api + "/repos", "events_url": api + "/events{/privacy}",
            "received_events_url": api + "/received_events", "type": user.type,
            "user_view_type": "public", "site_admin": False}

    def users(self, users):
        return "[" + ",".join(map(self.user, users)) + "]"

    # addresses

    def repo_url(self, repo):
        return "%s/repos/%s" % (self.base, repo.full_name)

    def html_url(self, repo):
        return "%s/%s" % (self.base, repo.full_name)

    # labels and milestones

    def label(self, repo, label):
        if label.text is None:
            label.text = dumps(self.label_document(repo, label))
        return label.text

    def label_document(self, repo, label):
        return {"id": label.id, "node_id": node_id("LA", label.id),
                "url": "%s/labels/%s" % (self.repo_url(repo), quote(label.name, safe="")),
                "name": label.name, "color": label.color, "default": label.default,
                "description": label.description}

    def labels(self, repo, labels):
        return "[" + ",".join([self.label(repo, label) for label in labels]) + "]"

    def milestone(self, repo, milestone):
        if milestone is None:
            return "null"
        if milestone.text is None:
            milestone.text = self._milestone(repo, milestone)
        return milestone.text

    def _milestone(self, repo, m):
        url = "%s/milestones/%d" % (self.repo_url(repo), m.number)
        return dumps({
            "url": url, "html_url": "%s/milestone/%d" % (self.html_url(repo), m.number),
            "labels_url": url + "/labels", "id": m.id, "node_id": node_id("MI", m.id),
            "number": m.number, "title": m.title, "description": m.description,
            "creator": self.user_document(m.creator), "open_issues": m.open_issues,
            "closed_issues": m.closed_issues, "state": m.state, "created_at": iso_utc(m.created),
            "updated_at": iso_utc(m.updated), "due_on": m.due and iso_utc(m.due),
            "closed_at": m.closed and iso_utc(m.closed)})

    # issues and comments

    def issue(self, repo, issue):
        """The issue's JSON as bytes and a digest of it, cached in the version."""
        milestone = issue.milestone
        key = (repo.revision, milestone.revision if milestone is not None else 0)
        if issue.cache_key != key:
            self._keep(issue, key, self._issue(repo, issue).encode())
        return issue.cache

    def issue_text(self, repo, issue):
        return self.issue(repo, issue)[0].decode()

    def _issue(self, repo, issue):
        number = issue.number
        kind = "pull" if issue.pull is not None else "issues"
        url = "%s/issues/%d" % (self.repo_url(repo), number)
        return "".join((
            '{"url":"', url, '","repository_url":"', self.repo_url(repo),
            '","labels_url":"', url, '/labels{/name}","comments_url":"', url,
            '/comments","events_url":"', url, '/events","html_url":"', self.html_url(repo), "/", kind,
            "/", str(number), '","id":', str(issue.id), ',"node_id":"',
            node_id("PR" if issue.pull is not None else "I", issue.id), '","number":', str(number),
            ',"title":', dumps(issue.title), ',"user":', self.user(issue.user),
            ',"labels":', self.labels(repo, issue.labels), ',"state":"', issue.state,
            '","locked":', "true" if issue.locked else "false",
            ',"assignee":', self.user(issue.assignees[0] if issue.assignees else None),
            ',"assignees":', self.users(issue.assignees),
            ',"milestone":', self.milestone(repo, issue.milestone),
            ',"comments":', str(issue.comments), ',"created_at":', when(issue.created),
            ',"updated_at":', when(issue.updated), ',"closed_at":', when(issue.closed),
            ',"author_association":"', repo.association(issue.user), '","type":null',
            ',"active_lock_reason":', dumps(issue.lock_reason), self._pull(repo, issue),
            ',"sub_issues_summary":{"total":0,"completed":0,"percent_completed":0}',
            ',"issue_dependencies_summary":{"blocked_by":0,"total_blocked_by":0,"blocking":0,'
            '"total_blocking":0}',
            ',"body":', dumps(issue.body), ',"closed_by":', self.user(issue.closed_by),
            ',"reactions":', self.rollup(url, issue.reactions), ',"timeline_url":"', url,
            '/timeline","performed_via_github_app":', self.via_app(issue.app),
            ',"state_reason":', dumps(issue.state_reason), "}"))

    def _pull(self, repo, issue):
        if issue.pull is None:
            return ""
        html = "%s/pull/%d" % (self.html_url(repo), issue.number)
        return ',"draft":false,"pull_request":' + dumps({
            "url": "%s/pulls/%d" % (self.repo_url(repo), issue.number), "html_url": html,
            "diff_url": html + ".diff", "patch_url": html + ".patch",
            "merged_at": issue.pull.get("merged") and iso_utc(issue.pull["merged"])})

    def comment(self, repo, comment):
        """The comment's JSON as bytes and a digest of it, cached in the version."""
        if comment.cache_key != repo.revision:
            self._keep(comment, repo.revision, self._comment(repo, comment).encode())
        return comment.cache

    def comment_text(self, repo, comment):
        return self.comment(repo, comment)[0].decode()

    def _comment(self, repo, c):
        url = "%s/issues/comments/%d" % (self.repo_url(repo), c.id)
        issue = repo.issues.get(c.number)
        kind = "pull" if issue is not None and issue.pull is not None else "issues"
        return "".join((
            '{"url":"', url, '","html_url":"', self.html_url(repo), "/", kind, "/", str(c.number),
            "#issuecomment-", str(c.id), '","issue_url":"', self.repo_url(repo), "/issues/",
            str(c.number), '","id":', str(c.id), ',"node_id":"', node_id("IC", c.id),
            '","user":', self.user(c.user), ',"created_at":', when(c.created),
            ',"updated_at":', when(c.updated), ',"author_association":"',
            repo.association(c.user), '","body":', dumps(c.body),
            ',"reactions":', self.rollup(url, c.reactions),
            ',"performed_via_github_app":', self.via_app(c.app), "}"))

    # reactions

    def rollup(self, url, reactions):
        """How often each reaction was given."""
        counts = dict.fromkeys(REACTION_KEYS, 0)
        for reaction in reactions:
            counts[reaction.content] += 1
        return '{"url":"%s/reactions","total_count":%d,%s}' % (
            url, len(reactions), ",".join(['"%s":%d' % pair for pair in counts.items()]))

    def reaction(self, reaction):
        return '{"id":%d,"node_id":"%s","user":%s,"content":"%s","created_at":%s}' % (
            reaction.id, node_id("REA", reaction.id), self.user(reaction.user), reaction.content,
            when(reaction.created))

    # the App

    def via_app(self, written_by_app):
        """The App through which something was written; null for people and tokens."""
        if not written_by_app or self.app is None:
            return "null"
        if self._app_text is None:
            self._app_text = dumps(self.app_document())
        return self._app_text

    def app_document(self):
        app = self.app
        return {"id": app.id, "client_id": "Iv23li%012d" % app.id, "slug": app.slug,
                "node_id": node_id("A", app.id), "owner": self.user_document(app.owner),
                "name": app.name, "description": "Keeps tickets in step.",
                "external_url": self.base, "html_url": "%s/apps/%s" % (self.base, app.slug),
                "created_at": iso_utc(app.created), "updated_at": iso_utc(app.created),
                "permissions": app.permissions, "events": ["issue_comment", "issues"]}
