"""One API call on its way through a handler: who asks, for which repository, and ways to answer."""

import json

from sandbox.common.httpd import Response
from sandbox.github import errors, paging
from sandbox.github.render import dumps, etag_of

JSON_TYPE = "application/json; charset=utf-8"


class Call:
    """Handlers get one and return a Response. The world's lock is held meanwhile."""

    __slots__ = ("api", "request", "grant", "actor", "repo", "permission", "address")

    def __init__(self, api, request):
        self.api = api
        self.request = request
        self.grant = None
        self.actor = None
        self.repo = None
        self.permission = "none"
        self.address = None

    @property
    def world(self):
        return self.api.world

    @property
    def render(self):
        return self.api.renderer

    # what was asked

    def number(self, name):
        """A path segment that must be a number. Raises 404 otherwise."""
        text = self.request.params[name]
        if not text.isdigit():
            raise errors.not_found()
        return int(text)

    def document(self, required=True):
        """The body's JSON object. Raises 400."""
        if not self.request.body:
            if required:
                raise errors.not_an_object()
            return {}
        try:
            document = json.loads(self.request.body)
        except ValueError:
            raise errors.bad_json() from None
        if not isinstance(document, dict):
            raise errors.not_an_object()
        return document

    def can_push(self):
        return self.permission in ("write", "admin")

    def require_push(self):
        if not self.can_push():
            raise errors.forbidden()

    def require_admin(self):
        """Hides what only administrators may see, as GitHub does."""
        if self.permission != "admin":
            raise errors.not_found()

    def issue(self, name="issue_number"):
        """The current version of the issue. Raises 301, 404 or 410."""
        number = self.number(name)
        issue = self.repo.issues.get(number)
        if issue is not None:
            return issue
        if number in self.repo.deleted:
            raise errors.gone()
        raise self._where_it_went(number)

    def _where_it_went(self, number):
        repo_id, new_number = self.repo.moved.get(number, (None, None))
        target = self.world.repos_by_id.get(repo_id)
        if target is None or self.grant.permission_on(target) == "none":
            return errors.not_found()
        return errors.moved("%s/repositories/%d/issues/%d" % (self.api.origin(self.request),
                                                              target.id, new_number))

    # answers

    def json(self, body, status=200, headers=None):
        """An answer of JSON bytes."""
        return Response(status, body, dict(headers or {}, **{"Content-Type": JSON_TYPE}))

    def text(self, text, status=200, headers=None):
        return self.json(text.encode(), status, headers)

    def dump(self, value, status=200, headers=None):
        return self.json(dumps(value).encode(), status, headers)

    def empty(self):
        return Response(204)

    def cached(self, data_and_digest, status=200):
        """One rendered issue or comment, with an entity tag of its digest."""
        data, digest = data_and_digest
        return self.json(data, status, {"ETag": etag_of(digest)})

    def page(self, items, render_one):
        """The asked page of a sequence; `render_one` makes JSON text."""
        page, per_page = paging.page_of(self.request)
        shown = paging.slice_of(items, page, per_page)
        body = ("[" + ",".join([render_one(item) for item in shown]) + "]").encode()
        return self.json(body, headers=self.link(page, per_page, len(items)))

    def link(self, page, per_page, total, by_cursor=False):
        link = paging.link_header(self.request, self.address, page, per_page, total, by_cursor)
        return {"Link": link} if link else {}
