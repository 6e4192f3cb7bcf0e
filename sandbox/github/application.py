"""Takes a request through everything GitHub does around a handler.

Order: fault rules, client checks, credentials, limits, repository and redirects, handler, entity
tags, headers, log.
"""

import threading
import time
import uuid

from sandbox.common import faults as fault_rules
from sandbox.common.clock import Clock
from sandbox.common.dispatcher import Dispatcher
from sandbox.common.faults import Faults
from sandbox.common.history import RequestLog
from sandbox.common.httpd import Response, http_date
from sandbox.common.router import Router
from sandbox.github import app_api, comments_api, errors, events_api, graphql_api, hooks_api, issues_api, oauth_api, person, repo_api
from sandbox.github.auth import bearer_token
from sandbox.github.call import JSON_TYPE, Call
from sandbox.github.render import dumps, etag_of
from sandbox.github.webhooks import Webhooks
from sandbox.github.world import World

PREFIX = ["api", "v3"]
API_VERSIONS = ("2022-11-28", "2026-03-10")

NO_USER_AGENT = ("Request forbidden by administrative rules. Please make sure your request has a "
                 "User-Agent header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api"
                 "#user-agent-required). Check https://developer.github.com for other possible causes.")

ROUTES = (repo_api.ROUTES + issues_api.ROUTES + comments_api.ROUTES + events_api.ROUTES
          + graphql_api.ROUTES + hooks_api.ROUTES + app_api.ROUTES + oauth_api.ROUTES)


def expiry_text(seconds):
    """As GitHub writes the end of a personal access token."""
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seconds))


class Application:
    """The parts of the stand-in and the way of a request through them."""

    dumps = staticmethod(dumps)

    def __init__(self, seed=1):
        self.clock = Clock()
        self.world = World(self.clock)
        self.faults = Faults(seed)
        self.requests = RequestLog(self.clock)
        self.dispatcher = Dispatcher()
        self.router = Router(ROUTES)
        self.renderer = None
        self.webhooks = None
        self.limits = None
        self.auth = None
        self.latency_s = 0.0
        self.control = None
        self._in_flight = 0
        self._flight_lock = threading.Lock()

    def wire(self, renderer, limits, auth):
        """Connects the parts that need the listening address or the options."""
        self.renderer, self.limits, self.auth = renderer, limits, auth
        self.webhooks = Webhooks(self.world, renderer, self.dispatcher)
        self.world.on_webhook = self.webhooks.emit

    def stop(self):
        """Ends what goes on in the background."""
        self.dispatcher.stop()

    # a request's way

    def handle(self, request):
        if request.segments[:1] == ["_sandbox"]:
            return self.control.handle(request)
        with self._flight_lock:
            self._in_flight += 1
        try:
            return self._handle_api(request)
        finally:
            with self._flight_lock:
                self._in_flight -= 1

    def _handle_api(self, request):
        if request.segments[:2] == PREFIX:
            request.segments = request.segments[2:]
            request.prefix = "/api/v3"
        request.actor = self._login_of(request)
        rule = self.faults.choose(request.method, request.target, request.actor, request.header("authorization"))
        if self.latency_s > 0:
            time.sleep(self.latency_s)
        response = fault_rules.answer_under(rule, self._meanwhile, lambda: self._headers(request), lambda: self._answer(request))
        self._log(request, response, rule)
        return response

    def _meanwhile(self, act):
        with self.world.lock:
            person.act(self, act)

    def _login_of(self, request):
        """For the log and the fault rules; a wrong token has no login."""
        grant = self.auth.peek(bearer_token(request))
        return grant.login if grant is not None else None

    def _log(self, request, response, rule):
        name = request.route.name() if request.route else "%s (unknown)" % request.method
        self.requests.add(request, name, response.status, rule.kind if rule else None)

    def _answer(self, request):
        """The true answer of the world to this request."""
        with self.world.lock:
            call = Call(self, request)
            try:
                response = self._dispatch(call)
            except errors.ApiError as error:
                response = Response(error.status, error.body(),
                                    dict(error.headers, **{"Content-Type": JSON_TYPE}))
            self._apply_entity_tag(request, response)
            self._charge(call, response)
            response.headers.update(self._headers(request, call))
            return response

    def _dispatch(self, call):
        request = call.request
        self._check_client(request)
        request.route, request.params = self._find_route(request)
        if request.route is None:
            self.auth.grant_of(request)
            raise errors.not_found()
        if "open" in request.route.flags:
            return request.route.handler(call)
        if "app" in request.route.flags:
            self.auth.require_app(request)
            return request.route.handler(call)
        call.grant = self.auth.grant_of(request)
        call.actor = self.auth.actor_of(call.grant)
        self._check_limits(call)
        self._resolve_repo(call)
        return request.route.handler(call)

    def _check_client(self, request):
        if not request.header("user-agent"):
            raise errors.ApiError(403, NO_USER_AGENT)
        accept = request.header("accept", "*/*")
        if "json" not in accept and "*/*" not in accept and "application/*" not in accept:
            raise errors.ApiError(415, "Unsupported 'Accept' header: %r. Must accept "
                                       "'application/json'." % accept)
        version = request.header("x-github-api-version")
        if version is not None and version not in API_VERSIONS:
            raise errors.ApiError(400, "'%s' is not a supported version." % version)

    def _find_route(self, request):
        """/repositories/ID/… is another name of /repos/OWNER/NAME/…."""
        segments = request.segments
        if segments[:1] == ["repositories"] and len(segments) > 1 and segments[1].isdigit():
            repo = self.world.repos_by_id.get(int(segments[1]))
            if repo is None:
                return None, {}
            segments = ["repos", repo.owner.login, repo.name] + segments[2:]
        return self.router.find(request.method, segments)

    def _check_limits(self, call):
        if "free" in call.request.route.flags:
            return
        login = call.grant.login
        self.limits.check_primary(login)
        self.limits.check_secondary(login, call.request.method,
                                    "content" in call.request.route.flags, self._in_flight)

    def _resolve_repo(self, call):
        """Finds the repository of the path. Raises 301 or 307 for a former name, 404 otherwise."""
        params = call.request.params
        if "repo" not in params:
            return
        name = "%s/%s" % (params["owner"], params["repo"])
        repo = self.world.find_repo(name)
        if repo is None:
            raise self._former_name(call, name)
        call.permission = call.grant.permission_on(repo)
        if call.permission == "none":
            raise errors.not_found()
        call.repo = repo
        rest = self._rest_of_path(call.request)
        call.address = "%s/repositories/%d%s" % (self.origin(call.request), repo.id, rest)

    def _former_name(self, call, name):
        repo_id = self.world.former_names.get(name.lower())
        if repo_id is None or call.grant.permission_on(self.world.repos_by_id[repo_id]) == "none":
            return errors.not_found()
        _, _, query = call.request.target.partition("?")
        location = "%s/repositories/%d%s%s" % (self.origin(call.request), repo_id,
                                               self._rest_of_path(call.request),
                                               "?" + query if query else "")
        return errors.moved(location, call.request.method in ("GET", "HEAD"))

    def _rest_of_path(self, request):
        """The raw path after the repository, with its leading slash."""
        parts = request.path[len(request.prefix):].strip("/").split("/")
        skip = 2 if parts[0] == "repositories" else 3
        return "".join("/" + part for part in parts[skip:])

    def origin(self, request):
        """The address under which this client reached us: links must lead back the same way."""
        host = request.header("host")
        return "http://%s%s" % (host, request.prefix) if host else self.renderer.base + request.prefix

    # what every answer gets

    def _apply_entity_tag(self, request, response):
        """Turns a 200 into a 304 when the client has this version already."""
        if response.status != 200 or request.method not in ("GET", "HEAD"):
            return
        tag = response.headers.setdefault("ETag", etag_of(response.body))
        known = [one.strip().removeprefix("W/") for one in request.header("if-none-match", "").split(",")]
        if tag.removeprefix("W/") in known:
            response.status, response.body = 304, b""
            response.headers.pop("Content-Type", None)

    def _charge(self, call, response):
        route = call.request.route
        if call.grant is not None and route is not None and "free" not in route.flags \
                and response.status != 304:
            self.limits.charge(call.grant.login)

    def _headers(self, request, call=None):
        headers = {"Date": http_date(self.clock.now()), "Server": "github.com",
                   "X-GitHub-Media-Type": "github.v3; format=json",
                   "X-GitHub-Api-Version-Selected": request.header("x-github-api-version", "2022-11-28"),
                   "X-GitHub-Request-Id": uuid.uuid4().hex[:16].upper(),
                   "Cache-Control": "private, max-age=60, s-maxage=60",
                   "Vary": "Accept, Authorization, Cookie, X-GitHub-OTP"}
        if call is not None and call.grant is not None:
            headers.update(self.limits.headers(call.grant.login))
            if call.grant.expires is not None and not call.grant.app and not call.grant.oauth:
                headers["GitHub-Authentication-Token-Expiration"] = expiry_text(call.grant.expires)
        return headers
