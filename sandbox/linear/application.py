"""Takes a request through everything Linear does around a query.

Order: fault rules, credentials, parsing, validation, complexity and limits, execution, headers, log.
"""

import json
import threading
import time
import uuid

from graphql import parse, validate
from graphql.error import GraphQLError

from sandbox.common import faults as fault_rules
from sandbox.common.clock import Clock
from sandbox.common.dispatcher import Dispatcher
from sandbox.common.faults import Faults
from sandbox.common.history import RequestLog
from sandbox.common.httpd import Response, http_date
from sandbox.common.router import Route
from sandbox.linear import complexity, errors, person, schema
from sandbox.linear.auth import Auth
from sandbox.linear.execute import Run
from sandbox.linear.fields import Context, resolve
from sandbox.linear.limits import Limits
from sandbox.linear.roots import ROOTS
from sandbox.linear.webhooks import Webhooks
from sandbox.linear.world import World

JSON_TYPE = "application/json; charset=utf-8"
DOCUMENTS_KEPT = 500
DEPTH_MAX = 200


class Application:
    """The parts of the stand-in and the way of a request through them."""

    roots = ROOTS

    def __init__(self, seed=1, limits_enabled=True, requests=5000, complexity_limit=3_000_000):
        self.clock = Clock()
        self.world = World(self.clock, seed)
        self.schema = schema.load()
        self.faults = Faults(seed)
        self.requests = RequestLog(self.clock)
        self.dispatcher = Dispatcher()
        self.webhooks = Webhooks(self.world, self.dispatcher)
        self.world.on_webhook = self.webhooks.emit
        self.auth = Auth(self.world)
        self.limits = Limits(self.clock, limits_enabled, requests, complexity_limit)
        self.latency_s = 0.0
        self.partial_errors = 0
        self.partial_error_path = None
        self.broken = set()  # (an issue's id, a field that fails)
        self.control = None
        self._documents = {}
        self._documents_lock = threading.Lock()

    def stop(self):
        """Ends what goes on in the background."""
        self.webhooks.stop()
        self.dispatcher.stop()

    # a request's way

    def handle(self, request):
        if request.segments[:1] == ["_sandbox"]:
            return self.control.handle(request)
        grant = self.auth.peek(request)
        request.actor = self.world.users[grant.user_id]["displayName"] if grant else None
        name, asked = self._name(request)
        target = "/%s?%s" % (request.path.strip("/"), name)
        rule = self.faults.choose(request.method, target, request.actor, request.header("authorization"))
        if self.latency_s > 0:
            time.sleep(self.latency_s)
        response = fault_rules.answer_under(rule, self._meanwhile, self._headers, lambda: self._answer(request, asked))
        request.route = Route(request.method, name, None)
        self.requests.add(request, name, response.status, rule.kind if rule else None)
        return response

    def _meanwhile(self, act):
        with self.world.lock:
            person.act(self, act)

    def _name(self, request):
        """What the request is called in logs and fault rules: the operation's name, or the path."""
        if request.segments != ["graphql"]:
            return "/" + "/".join(request.segments), None
        try:
            asked = json.loads(request.body)
        except (ValueError, RecursionError):
            return "unreadable", None
        if not isinstance(asked, dict) or not isinstance(asked.get("query"), str):
            return "unreadable", None
        head = asked["query"].replace("{", " ").replace("(", " ").split()
        named = head[1] if len(head) > 1 and head[0] in ("query", "mutation") else "unnamed"
        return asked.get("operationName") or named, asked

    def _answer(self, request, asked):
        with self.world.lock:
            if request.segments == ["oauth", "token"] and request.method == "POST":
                response = self.auth.token(request)
            elif request.segments == ["oauth", "authorize"] and request.method == "GET":
                response = self.auth.authorize(request)
            elif request.segments != ["graphql"] or request.method != "POST":
                response = self._json(404, {"error": "Not found"})
            else:
                response = self._graphql(request, asked)
            response.headers.update(self._headers())
            return response

    def _graphql(self, request, asked):
        grant, points = None, None
        try:
            grant = self.auth.grant_of(request)
            run, points = self._prepare(request, asked)
            self.limits.check(grant.name, points)
            answer = run.execute(Context(self, grant, self.auth.actor_of(grant)))
            response = self._json(200, self._with_partial_error(answer))
        except errors.LinearError as error:
            response = self._json(error.http_status, {"errors": [error.document()], "data": None}
                                  if error.http_status == 200 else {"errors": [error.document()]})
        if grant is not None:
            response.headers.update(self.limits.buckets(grant.name).headers(points))
        return response

    def _with_partial_error(self, answer):
        """On request: an error beside data, whole or with null at the error's path, as when a part of it fails."""
        if self.partial_errors > 0 and answer["data"] is not None:
            self.partial_errors -= 1
            path = self.partial_error_path
            if path:
                self._spoil(answer["data"], path)
            answer = dict(answer, errors=answer.get("errors", []) + [errors.internal().document(path)])
        return answer

    @staticmethod
    def _spoil(data, path):
        for step in path[:-1]:
            data = data[step]
        data[path[-1]] = None

    def _prepare(self, request, asked):
        """The run of the asked operation and its points. Raises LinearError."""
        if not request.header("content-type", "").startswith("application/json"):
            raise errors.graphql("This operation has been blocked as a potential Cross-Site Request Forgery (CSRF).",
                                 "BAD_REQUEST")
        variables = asked.get("variables") if asked is not None else None
        if asked is None or not isinstance(variables, (dict, type(None))):
            raise errors.graphql("POST body missing, invalid Content-Type, or JSON object has no keys.", "BAD_REQUEST")
        document = self._document(asked["query"])
        run = Run(self.schema, document, asked.get("operationName"), variables or {}, resolve)
        return run, complexity.count(run)

    def _document(self, text):
        """A parsed and validated document; equal texts are read once."""
        with self._documents_lock:
            document = self._documents.get(text)
        if document is not None:
            return document
        if text.count("{") > DEPTH_MAX:
            raise errors.graphql("The document is too deep.")
        try:
            document = parse(text)
            problems = validate(self.schema, document)
        except GraphQLError as problem:
            raise errors.graphql(problem.message, "GRAPHQL_PARSE_FAILED") from None
        if problems:
            raise errors.graphql(problems[0].message)
        with self._documents_lock:
            if len(self._documents) >= DOCUMENTS_KEPT:
                self._documents.clear()
            self._documents[text] = document
        return document

    # what every answer gets

    def _json(self, status, document):
        return Response(status, json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(),
                        {"Content-Type": JSON_TYPE})

    def _headers(self):
        return {"Date": http_date(self.clock.now()), "Cache-Control": "no-store",
                "X-Request-Id": uuid.uuid4().hex}
