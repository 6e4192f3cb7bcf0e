"""A request's way: fault rules, signature and token, limits, the route, headers, log."""

import hashlib
import json
import time

from sandbox.common import faults as fault_rules
from sandbox.common.clock import Clock
from sandbox.common.dispatcher import Dispatcher
from sandbox.common.faults import Faults
from sandbox.common.history import RequestLog
from sandbox.common.httpd import Response, http_date
from sandbox.common.router import Router
from sandbox.webhook import api, control
from sandbox.webhook.signing import is_genuine
from sandbox.webhook.webhooks import Webhooks
from sandbox.webhook.world import Refused, World

JSON_TYPE = "application/json; charset=utf-8"


class Application:
    """The parts of the stand-in and the way of a request through them."""

    def __init__(self, project, tokens, secret, login, seed=1, takes_either=False):
        self.project, self.tokens, self.secret, self.login = project, tokens, secret, login
        self.takes_either = takes_either
        self.clock = Clock()
        self.world = World(self.clock)
        self.faults = Faults(seed)
        self.requests = RequestLog(self.clock)
        self.dispatcher = Dispatcher()
        self.webhooks = Webhooks(self.world, self.dispatcher)
        self.world.on_change = self.webhooks.emit
        self.router = Router(api.ROUTES)
        self.page_items = api.PAGE_ITEMS
        self.limited_for_s = 0
        self.has_etags = True
        self.broken = {}  # id: (members that are shown in place of the true ones, members that are not shown)
        self.control = None

    def stop(self):
        """Ends what goes on in the background."""
        self.dispatcher.stop()

    def shown(self, row):
        """A row as lists and single reads show it."""
        instead, without = self.broken.get(row["id"], ({}, ()))
        return {name: value for name, value in {**row, **instead}.items() if name not in without}

    def handle(self, request):
        if request.segments[:1] == ["_sandbox"]:
            return self.control.handle(request)
        route, request.params = self.router.find(request.method, request.segments)
        name = route.name() if route else "unknown"
        request.actor = self.login
        rule = self.faults.choose(request.method, request.target, request.actor, request.header("authorization"))
        response = fault_rules.answer_under(rule, self._meanwhile, self._headers, lambda: self._answer(route, request))
        self.requests.add(request, name, response.status, rule.kind if rule else None)
        return response

    def _meanwhile(self, act):
        with self.world.lock:
            control.post_act(self, None, act)

    def _answer(self, route, request):
        try:
            self._admit(request)
            if route is None or request.params["project"] != self.project:
                raise Refused(404, "there is no such thing")
            with self.world.lock:
                status, document = route.handler(self, request)
        except Refused as refused:
            return self._json(refused.status, {"error": str(refused)})
        return self._json(status, document, request)

    def _admit(self, request):
        """The token, and the signature over the body. Raises Refused."""
        has_token = request.header("authorization") in ["Bearer " + token for token in self.tokens]
        is_signed = is_genuine(self.secret, request.headers, request.body, time.time())
        if not has_token and not (is_signed and self.takes_either):
            raise Refused(401, "the token is wrong")
        if not is_signed and not (has_token and self.takes_either):
            raise Refused(401, "the signature is missing, wrong or old")
        if self.limited_for_s:
            raise Refused(429, "too many requests")

    def _json(self, status, document, request=None):
        body = b"" if status == 204 else json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        headers = dict(self._headers(), **{"Content-Type": JSON_TYPE})
        if status == 429:
            headers["Retry-After"] = str(self.limited_for_s)
        if request is not None and request.method == "GET" and self.has_etags:
            headers["ETag"] = '"%s"' % hashlib.sha256(body).hexdigest()[:16]
            if request.header("if-none-match") == headers["ETag"]:
                return Response(304, b"", headers)
        return Response(status, body, headers)

    def _headers(self):
        return {"Date": http_date(self.clock.now())}
