"""Rules that spoil chosen requests: the failures that a real network and a real server show.

A fault happens either before the request is carried out (nothing changed) or after it (the change
is made, but the client cannot know). `meanwhile` spoils nothing: somebody does something (`act`) just before it.

A rule with `each` strikes every kind of call, and counts `times` for each of them: every call of a client fails, a new one too.
"""

import copy
import random
import re
import threading

from sandbox.common.httpd import Response

BEFORE = ("status", "reset_before", "hang")
AFTER = ("status_after_commit", "reset_after_commit", "truncate", "garbage", "slow_drip",
         "hang_after_commit")
MEANWHILE = "meanwhile"
KINDS = BEFORE + AFTER + (MEANWHILE,)

VARIABLE = re.compile(r"/[^/]*\d[^/]*")  # a segment with a digit is somebody's id, or a version
QUOTED = "AUTHORIZATION"  # in a fault's body: what the request has in that header
GARBAGE = b"<html><body><h1>502 Bad Gateway</h1>\x00\xff\xfe{\"unclosed\": [1, 2"


def call_of(method, path, query):
    """What kind of call a request is: its path without ids; a query without `=` is the name of what was asked for."""
    named = "?" + query if query and "=" not in query else ""
    return "%s %s%s" % (method, VARIABLE.sub("/*", path), named)


class FaultRule:
    """One installed rule. `times` counts down; None means for ever."""

    def __init__(self, number, spec):
        match = spec.get("match", {})
        if spec.get("fault") not in KINDS:
            raise ValueError("fault must be one of " + ", ".join(KINDS))
        self.number = number
        self.spec = spec
        self.kind = spec["fault"]
        self.method = match.get("method")
        self.path = re.compile(match.get("path", ""))
        self.query = re.compile(match.get("query", ""))
        self.actor = match.get("actor")
        self.authorization = match.get("authorization")
        self.skip = int(spec.get("skip", 0))
        self.times = spec.get("times", 1)
        self.probability = float(spec.get("probability", 1.0))
        self.hits = 0
        self.calls = {} if spec.get("each") else None  # how often each was struck

    def matches(self, method, path, query, actor, authorization):
        return (self.times != 0
                and (self.method in (None, "*") or self.method.upper() == method)
                and self.path.search(path) is not None
                and self.query.search(query) is not None
                and self.actor in (None, actor)
                and self.authorization in (None, authorization))

    def describe(self):
        return dict(self.spec, id=self.number, hits=self.hits, left=self.times, calls=self.calls)

    def quoting(self, authorization):
        """The rule as it answers this request: some servers repeat in an error what they were sent."""
        if QUOTED not in self.spec.get("body", ""):
            return self
        told = copy.copy(self)
        told.spec = dict(self.spec, body=self.spec["body"].replace(QUOTED, authorization or ""))
        return told

    def strikes_call(self, call):
        """For rules with `each`: not if this call had its share."""
        struck = self.calls.get(call, 0)
        if self.times is not None and struck >= self.times:
            return False
        self.calls[call] = struck + 1
        self.hits += 1
        return True


class Faults:
    """The installed rules, first match wins; `probability` draws from a seeded generator."""

    def __init__(self, seed=1):
        self._lock = threading.Lock()
        self._rules = []
        self._next_number = 1
        self._random = random.Random(seed)

    def install(self, spec):
        """Adds a rule; raises ValueError, KeyError or re.error for a bad one."""
        with self._lock:
            rule = FaultRule(self._next_number, spec)
            self._next_number += 1
            self._rules.append(rule)
            return rule.describe()

    def clear(self):
        with self._lock:
            self._rules = []

    def describe(self):
        with self._lock:
            return [rule.describe() for rule in self._rules]

    def choose(self, method, target, actor, authorization):
        """The rule that applies to this request, used up by one; None for an untouched request."""
        if not self._rules:
            return None
        path, _, query = target.partition("?")
        with self._lock:
            for rule in self._rules:
                if (rule.matches(method, path, query, actor, authorization)
                        and self._strikes(rule, call_of(method, path, query))):
                    return rule.quoting(authorization)
        return None

    def _strikes(self, rule, call):
        if rule.calls is not None:
            return rule.strikes_call(call)
        if rule.skip > 0:
            rule.skip -= 1
            return False
        if rule.probability < 1.0 and self._random.random() >= rule.probability:
            return False
        rule.hits += 1
        if rule.times is not None:
            rule.times -= 1
        return True


def answer_under(rule, meanwhile, headers, answer):
    """What a request gets: `answer()`, spoilt as `rule` (or None) says; or a fault with `headers()` and nothing done.
    `meanwhile(act)` is what somebody does just before it."""
    if rule is None:
        return answer()
    if rule.kind == MEANWHILE:
        meanwhile(rule.spec["act"])
    if rule.kind in BEFORE:
        return _spoil_before(rule, Response(0, b"", headers()))
    return _spoil_after(rule, answer())


def _spoil_before(rule, response):
    """Turns an empty answer into the fault that strikes before anything is done."""
    if rule.kind == "status":
        _apply_status(rule, response)
    elif rule.kind == "hang":
        response.spoil = {"kind": "hang", "delay_s": rule.spec.get("delay_ms", 60000) / 1000.0}
    else:
        response.spoil = {"kind": "reset"}
    return response


def _spoil_after(rule, response):
    """Spoils the true answer of a request that has been carried out."""
    spec = rule.spec
    if rule.kind == MEANWHILE:
        return response
    if rule.kind == "status_after_commit":
        _apply_status(rule, response)
    elif rule.kind == "reset_after_commit":
        response.spoil = {"kind": "reset"}
    elif rule.kind == "truncate":
        response.spoil = {"kind": "truncate", "bytes": spec.get("bytes", len(response.body) // 2)}
    elif rule.kind == "garbage":
        response.body = GARBAGE
    elif rule.kind == "slow_drip":
        response.spoil = {"kind": "drip", "bytes": spec.get("bytes", 64),
                          "delay_s": spec.get("delay_ms", 10) / 1000.0}
    else:
        response.spoil = {"kind": "hang", "delay_s": spec.get("delay_ms", 60000) / 1000.0}
    return response


def _apply_status(rule, response):
    response.status = int(rule.spec.get("status", 503))
    response.body = rule.spec.get("body", '{"message":"Server Error"}').encode()
    response.headers.setdefault("Content-Type", "application/json; charset=utf-8")
    for name, value in rule.spec.get("headers", {}).items():
        response.headers[name] = str(value)
