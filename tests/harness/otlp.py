"""An OpenTelemetry collector for tests: takes OTLP/HTTP JSON and holds every request to the protocol.

The rules are those of https://opentelemetry.io/docs/specs/otlp/ ("JSON Protobuf Encoding") over the messages of
opentelemetry-proto (trace.proto, common.proto, resource.proto): lowerCamelCase names and no others, ids in hexadecimal,
enumerations as numbers, 64-bit numbers as decimal text.
"""

import http.server
import json
import re
import threading

from stand_in import wait_until


class Wrong(Exception):
    """What was sent is not OTLP; says where."""


def _check(condition, where, what):
    if not condition:
        raise Wrong("%s: %s" % (where, what))


def _text(value, where):
    _check(isinstance(value, str), where, "a text is wanted, not %r" % (value,))


def _id(digits):
    def check(value, where):
        _text(value, where)
        _check(re.fullmatch("[0-9a-fA-F]{%d}" % digits, value), where, "%d hexadecimal digits are wanted, not %r" % (digits, value))
        _check(set(value) != {"0"}, where, "an id of zeros is invalid")
    return check


def _uint(bits, as_text):
    def check(value, where):
        if as_text:
            _check(isinstance(value, str) and value.isascii() and value.isdigit(), where, "decimal text is wanted, not %r" % (value,))
        else:
            _check(isinstance(value, int) and not isinstance(value, bool), where, "a number is wanted, not %r" % (value,))
        _check(0 <= int(value) < 2 ** bits, where, "%s is out of range" % value)
    return check


def _int64(value, where):
    _check(isinstance(value, str) and re.fullmatch("-?[0-9]+", value), where, "decimal text is wanted, not %r" % (value,))
    _check(-2 ** 63 <= int(value) < 2 ** 63, where, "%s is out of range" % value)


def _enum(last):
    def check(value, where):
        _uint(31, False)(value, where)
        _check(value <= last, where, "%d is no value of the enumeration" % value)
    return check


def _list(item):
    def check(value, where):
        _check(isinstance(value, list), where, "a list is wanted")
        for number, one in enumerate(value):
            item(one, "%s[%d]" % (where, number))
    return check


def _message(name):
    def check(value, where):
        _check(isinstance(value, dict), where, "an object is wanted")
        for key, own in value.items():
            _check(key in MESSAGES[name], where, "%s has no field %r" % (name, key))
            MESSAGES[name][key](own, "%s.%s" % (where, key))
        for key in REQUIRED.get(name, ()):
            _check(key in value, where, "%s is missing" % key)
        if name == "AnyValue":
            _check(len(value) == 1, where, "one value is wanted")
        if name == "Span":
            _check(int(value["startTimeUnixNano"]) <= int(value["endTimeUnixNano"]), where, "it ends before it begins")
            keys = [one["key"] for one in value.get("attributes", [])]
            _check(len(keys) == len(set(keys)), where, "a key twice: %s" % keys)
    return check


_COUNT, _TIME, _TRACE, _SPAN = _uint(32, False), _uint(64, True), _id(32), _id(16)
_ATTRIBUTES = _list(_message("KeyValue"))
MESSAGES = {
    "ExportTraceServiceRequest": {"resourceSpans": _list(_message("ResourceSpans"))},
    "ResourceSpans": {"resource": _message("Resource"), "scopeSpans": _list(_message("ScopeSpans")), "schemaUrl": _text},
    "Resource": {"attributes": _ATTRIBUTES, "droppedAttributesCount": _COUNT},
    "ScopeSpans": {"scope": _message("InstrumentationScope"), "spans": _list(_message("Span")), "schemaUrl": _text},
    "InstrumentationScope": {"name": _text, "version": _text, "attributes": _ATTRIBUTES, "droppedAttributesCount": _COUNT},
    "Span": {"traceId": _TRACE, "spanId": _SPAN, "parentSpanId": _SPAN, "traceState": _text, "flags": _COUNT, "name": _text,
             "kind": _enum(5), "startTimeUnixNano": _TIME, "endTimeUnixNano": _TIME, "attributes": _ATTRIBUTES,
             "droppedAttributesCount": _COUNT, "droppedEventsCount": _COUNT, "links": _list(_message("Link")),
             "droppedLinksCount": _COUNT, "status": _message("Status")},
    "Link": {"traceId": _TRACE, "spanId": _SPAN, "traceState": _text, "attributes": _ATTRIBUTES,
             "droppedAttributesCount": _COUNT, "flags": _COUNT},
    "Status": {"message": _text, "code": _enum(2)},
    "KeyValue": {"key": _text, "value": _message("AnyValue")},
    "AnyValue": {"stringValue": _text, "intValue": _int64},
}
REQUIRED = {"Span": ("traceId", "spanId", "name", "kind", "startTimeUnixNano", "endTimeUnixNano"),
            "Link": ("traceId", "spanId"), "KeyValue": ("key", "value"), "ExportTraceServiceRequest": ("resourceSpans",),
            "ResourceSpans": ("resource", "scopeSpans"), "ScopeSpans": ("scope", "spans")}


def check(body):
    """Raises Wrong when the bytes are no ExportTraceServiceRequest."""
    try:
        tree = json.loads(body)
    except ValueError as error:
        raise Wrong("no JSON: %s" % error) from None
    _message("ExportTraceServiceRequest")(tree, "request")
    return tree


class Span:
    """One span that was sent, with its service."""

    def __init__(self, service, tree):
        self.service, self.tree = service, tree
        self.name, self.trace, self.id = tree["name"], tree["traceId"], tree["spanId"]
        self.parent = tree.get("parentSpanId")
        self.attributes = {one["key"]: next(iter(one["value"].values())) for one in tree.get("attributes", [])}
        self.links = [(one["traceId"], one["spanId"]) for one in tree.get("links", [])]
        self.failed = tree.get("status", {}).get("code") == 2
        self.start_ns, self.end_ns = int(tree["startTimeUnixNano"]), int(tree["endTimeUnixNano"])

    def __repr__(self):
        return "%s/%s %s" % (self.service, self.name, self.attributes)


class Collector:
    """Listens on a free port in a thread. `status` is what it answers; `wrong` are requests that were none."""

    def __init__(self):
        self.status = 200
        self.spans, self.bodies, self.wrong, self.refused = [], [], [], 0
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                if collector.status == 200:
                    collector.take(self.path, self.headers, body)
                else:
                    collector.refused += 1
                self.send_response(collector.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d" % self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def take(self, path, headers, body):
        try:
            _check(path == "/v1/traces", "request", "the path is %s" % path)
            _check(headers["content-type"] == "application/json", "request", "it is %s" % headers["content-type"])
            tree = check(body)
        except Wrong as wrong:
            self.wrong.append(str(wrong))
            return
        self.bodies.append(body)
        for of_resource in tree["resourceSpans"]:
            service = {one["key"]: one["value"]["stringValue"] for one in of_resource["resource"]["attributes"]}["service.name"]
            self.spans += [Span(service, span) for scope in of_resource["scopeSpans"] for span in scope["spans"]]

    def wait_for(self, condition, what, deadline_s=60.0):
        """The first true value of `condition(spans)`."""
        found = []
        wait_until(lambda: found.append(condition(list(self.spans))) or found[-1], what, deadline_s)
        return found[-1]

    def way_up(self, span):
        """Names from the span up to its trace's root; ends with None where a parent was never sent."""
        by_id = {one.id: one for one in self.spans if one.trace == span.trace}
        names = [span.name]
        while span.parent:
            span = by_id.get(span.parent)
            if span is None:
                return names + [None]
            names.append(span.name)
        return names

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
