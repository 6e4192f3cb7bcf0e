"""Takes a request through everything Jira does around a handler.

Order: fault rules, address, credentials, limits, handler, headers, log.
"""

import random
import time
import uuid

from sandbox.common import faults as fault_rules
from sandbox.common.clock import Clock
from sandbox.common.dispatcher import Dispatcher
from sandbox.common.faults import Faults
from sandbox.common.history import RequestLog
from sandbox.common.httpd import Response, http_date
from sandbox.common.router import Router
from sandbox.jira import (comments_api, errors, hooks_api, issues_api, links_api, meta_api, oauth_api, person, search_api,
                          site_api)
from sandbox.jira.call import JSON_TYPE, Call
from sandbox.jira.model import CLOUD
from sandbox.jira.search_results import SearchResults
from sandbox.jira.webhooks import Webhooks
from sandbox.jira.world import CLOUD_ID, World

ROUTES = (site_api.ROUTES + meta_api.ROUTES + issues_api.ROUTES + comments_api.ROUTES + search_api.ROUTES
          + links_api.ROUTES + hooks_api.ROUTES + oauth_api.ROUTES)
SCOPES_OF_FLAGS = {"webhook": "manage:jira-webhook", "write": "write:jira-work"}
SERVICES = {"agile": "1.0", "webhooks": "1.0"}


class Application:
    """The parts of the stand-in and the way of a request through them."""

    def __init__(self, flavour=CLOUD, seed=1, time_zone="Europe/Berlin"):
        self.clock = Clock()
        self.world = World(self.clock, flavour, time_zone)
        self.faults = Faults(seed)
        self.requests = RequestLog(self.clock)
        self.dispatcher = Dispatcher()
        self.router = Router(ROUTES)
        self.results = SearchResults(self.world)
        self.version = "3" if flavour == CLOUD else "2"
        self.limits = self.auth = self.control = self.webhooks = None
        self.base = ""
        self.latency_s = 0.0
        self.shorten_pages = 0.0
        self.failing_issues = set()
        self._random = random.Random(seed)

    def wire(self, base, limits, auth):
        """Connects the parts that need the listening address or the options."""
        self.base, self.limits, self.auth = base, limits, auth
        self.webhooks = Webhooks(self)
        self.world.on_webhook = self.webhooks.emit

    def short_pages(self, size):
        """How many issues a page of this size holds: sometimes fewer than asked for, if that is switched on."""
        if self.shorten_pages <= 0 or self._random.random() >= self.shorten_pages:
            return size
        return max(1, self._random.randrange(size)) if size > 1 else size

    def stop(self):
        """Ends what goes on in the background."""
        self.dispatcher.stop()

    # a request's way

    def handle(self, request):
        if request.segments[:1] == ["_sandbox"]:
            return self.control.handle(request)
        request.actor = self._login_of(request)
        rule = self.faults.choose(request.method, request.target, request.actor, request.header("authorization"))
        if self.latency_s > 0:
            time.sleep(self.latency_s)
        response = fault_rules.answer_under(rule, self._meanwhile, self._headers, lambda: self._answer(request))
        name = request.route.name() if request.route else "%s (unknown)" % request.method
        self.requests.add(request, name, response.status, rule.kind if rule else None)
        return response

    def _meanwhile(self, act):
        with self.world.lock:
            person.act(self, act)

    def _login_of(self, request):
        """For the log and the fault rules; a wrong credential has no login."""
        with self.world.lock:
            grant = self.auth.peek(request)
        return grant.login if grant is not None else None

    def _answer(self, request):
        """The true answer of the world to this request."""
        with self.world.lock:
            call = Call(self, request)
            try:
                response = self._dispatch(call)
            except errors.ApiError as error:
                response = Response(error.status, error.body(), dict(error.headers, **{"Content-Type": JSON_TYPE}))
            for name, value in self._headers(call).items():
                response.headers.setdefault(name, value)
            return response

    def _dispatch(self, call):
        request = call.request
        segments = self._local_path(request)
        request.route, request.params = self.router.find(request.method, segments)
        if request.route is None:
            raise errors.no_such_path()
        self._check_content(request)
        flags = request.route.flags
        if "open" in flags:
            return request.route.handler(call)
        if "anonymous" in flags and request.header("authorization") is None:
            call.identify(None, None)
            return request.route.handler(call)
        grant = self.auth.grant_of(request, bool(request.prefix))
        self.limits.check(grant, request.route, request.method)
        self._check_scope(grant, flags)
        call.identify(grant, self.auth.actor_of(grant))
        return request.route.handler(call)

    def _local_path(self, request):
        """The path as the routes spell it; /ex/jira/CLOUDID/… leads to the same site."""
        segments = request.segments
        if segments[:2] == ["ex", "jira"]:
            if not self.world.is_cloud or segments[2:3] != [CLOUD_ID]:
                raise errors.ApiError(404, document={"code": 404, "message": "Not Found"})
            request.prefix = "/ex/jira/" + CLOUD_ID
            segments = segments[3:]
        if segments[:1] != ["rest"]:
            return segments
        service, version = segments[1:2], segments[2:3]
        if service == ["api"] and version in ([self.version], ["latest"]):
            return ["api"] + segments[3:]
        if service and [SERVICES.get(service[0])] == version:
            return service + segments[3:]
        raise errors.no_such_path()

    def _check_content(self, request):
        """A body must say that it is JSON; the token endpoint takes forms too."""
        if request.body and request.segments[:1] != ["oauth"] and "json" not in request.header("content-type", ""):
            raise errors.ApiError(415, document={"message": "HTTP 415 Unsupported Media Type", "status-code": 415})

    def _check_scope(self, grant, flags):
        """OAuth tokens carry scopes; a call beyond them is refused."""
        if grant.scopes is None:
            return
        scopes = [scope for flag, scope in SCOPES_OF_FLAGS.items() if flag in flags]
        needed = scopes[0] if scopes else "read:jira-work"
        if needed not in grant.scopes:
            raise errors.ApiError(401, document={"code": 401, "message": "Unauthorized; scope does not match"})

    def origin(self, request):
        """The address under which this client reached us: links must lead back the same way."""
        host = request.header("host")
        return ("http://%s" % host if host else self.base) + request.prefix

    def _headers(self, call=None):
        headers = {"Date": http_date(self.clock.now()), "Server": "AtlassianEdge" if self.world.is_cloud else "nginx",
                   "X-AREQUESTID": uuid.uuid4().hex, "Cache-Control": "no-cache, no-store, no-transform",
                   "Vary": "Accept-Encoding"}
        if call is not None and call.actor is not None:
            headers.update(self.limits.headers(call.grant, call.request.route, call.request.method))
            user = call.actor.user
            headers.update({"X-AACCOUNTID": user.account_id} if self.world.is_cloud else {"X-AUSERNAME": user.name})
        return headers
