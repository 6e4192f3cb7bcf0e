"""One API call on its way through a handler: who asks, for what, and ways to answer."""

import json
import urllib.parse

from sandbox.common.httpd import Response
from sandbox.jira import errors
from sandbox.jira.issue_render import IssueRenderer
from sandbox.jira.render import dumps

JSON_TYPE = "application/json;charset=UTF-8"


class Call:
    """Handlers get one and return a Response. The world's lock is held meanwhile."""

    __slots__ = ("api", "request", "grant", "actor", "show", "_lists")

    def __init__(self, api, request):
        self.api = api
        self.request = request
        self.grant = None
        self.actor = None
        self.show = None
        self._lists = None

    @property
    def world(self):
        return self.api.world

    def identify(self, grant, actor):
        """From here on the call is this account's, and answers are in its time zone."""
        self.grant, self.actor = grant, actor
        world = self.world
        zone = actor.user.time_zone if actor else world.time_zone
        self.show = IssueRenderer(world, self.api.origin(self.request), "3" if world.is_cloud else "2", zone,
                                  self.may_read)

    # what was asked

    def text(self, name, default=None):
        return self.request.query.get(name, default)

    def words(self, name):
        """A list parameter, repeated or separated by commas."""
        if self._lists is None:
            self._lists = urllib.parse.parse_qs(self.request.target.partition("?")[2])
        return [word.strip() for value in self._lists.get(name, ()) for word in value.split(",") if word.strip()]

    def flag(self, name):
        return self.text(name, "false").lower() == "true"

    def number(self, name, default, most=None):
        """A whole number that is not negative. Raises 400."""
        return whole(self.text(name), name, default, most)

    def document(self):
        """The body's JSON object. Raises 400."""
        try:
            document = json.loads(self.request.body)
        except ValueError:
            raise errors.invalid_payload() from None
        if not isinstance(document, dict):
            raise errors.invalid_payload()
        return document

    # what may be seen

    def can_see(self, issue):
        return self.grant.may(self.world.find_project(issue.project_id), "read")

    def may_read(self, comment):
        """A restricted comment is for administrators and for its author."""
        project = self.world.project_of(self.world.issues[comment.issue_id])
        if not comment.visibility or comment.author == self.actor.user.account_id:
            return True
        return self.grant.may(project, "admin")

    def project(self, text=None):
        """The project of the path. Raises 404."""
        text = self.request.params["project"] if text is None else text
        project = self.world.find_project(text)
        if project is None or not self.grant.may(project, "read"):
            raise errors.no_such_project(text)
        return project

    def issue(self, name="key"):
        """The issue of the path, by id, key or former key. Raises 404."""
        issue = self.world.find_issue(self.request.params[name])
        if issue is None or not self.can_see(issue):
            raise errors.no_such_issue()
        return issue

    def issue_to_change(self):
        """The issue of the path; counts as a write to it. Raises 404, 403 or 429."""
        issue = self.issue()
        project = self.world.project_of(issue)
        if project.archived:
            raise errors.bad_request("The issue is archived and cannot be changed.")
        if not self.grant.may(project, "write"):
            raise errors.forbidden("You do not have permission to edit issues in this project.")
        self.api.limits.check_issue_write(issue.id)
        return issue

    def require_admin(self):
        if self.grant.permission != "admin":
            raise errors.forbidden("You do not have permission to perform this operation.")

    # answers

    def json(self, value, status=200, headers=None):
        return Response(status, dumps(value).encode(), dict(headers or {}, **{"Content-Type": JSON_TYPE}))

    def empty(self, status=204):
        return Response(status)

    def page(self, items, show, name="values", default=50, most=1000):
        """A page of `items` by startAt and maxResults, as a page bean."""
        start, size = self.number("startAt", 0), self.number("maxResults", default, most)
        shown = items[start:start + size]
        document = {"maxResults": size, "startAt": start, "total": len(items), name: [show(one) for one in shown]}
        if name == "values":
            document["isLast"] = start + len(shown) >= len(items)
        return self.json(document)


def whole(value, name, default, most=None):
    """A number from a query or body; `most` caps it. Raises 400."""
    if value is None:
        return default
    if isinstance(value, bool) or not str(value).lstrip("-").isdigit():
        raise errors.bad_request("The value '%s' of '%s' is not a number." % (value, name))
    number = max(0, int(value))
    return number if most is None else min(number, most)
