"""A small Example in memory, the connector, and what test classes ask of both. It grows with the connector until
sandbox/example stands in for Example."""

import hashlib
import http.server
import json
import threading
import time
import unittest

from driver import Driver


class Tracker:
    """Tickets by id, and GET /tickets/ID on a free port."""

    def __init__(self):
        self.tickets = {}
        tracker = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                ticket = tracker.tickets.get(self.path.removeprefix("/tickets/"))
                self.answer(404, {}) if ticket is None else self.answer(200, ticket)

            def answer(self, status, document):
                body = json.dumps(document).encode()
                etag = '"%s"' % hashlib.sha256(body).hexdigest()[:16]
                if status == 200 and self.headers.get("If-None-Match") == etag:
                    status, body = 304, b""
                self.send_response(status)
                self.send_header("ETag", etag)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = "http://127.0.0.1:%d" % self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def put(self, identifier, **fields):
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        made = {"id": identifier, "author": "alice", "created_at": now, "title": "", "body": ""}
        self.tickets[identifier] = {**self.tickets.get(identifier, made), "updated_at": now, **fields}

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


class WaitingDriver(Driver):
    """Skips the test that meets an operation which is not written yet."""

    def call(self, op, **arguments):
        answer = super().call(op, **arguments)
        if answer.message.startswith("not written yet"):
            raise unittest.SkipTest(answer.message)
        return answer


class ExampleCase(unittest.TestCase):
    """A tracker and a connector for each test."""

    remote = "PROJECT"
    webhook_events = ("ticket", "")

    def setUp(self):
        self.tracker = Tracker()
        self.driver = WaitingDriver("example")
        for number in range(3):
            self.tracker.put("%d" % number, title="Ticket %d" % number)
        answer = self.driver.open(base_url=self.tracker.base, remote=self.remote, credential_kind="pat",
                                  credential={"token": "sandbox-token"}, credential_name="bot")
        self.assertEqual(answer.code, "ok", answer)

    def tearDown(self):
        self.driver.close()
        self.tracker.stop()

    # the world, for the generic cases

    def world_tickets(self):
        return {identifier: ticket["title"] for identifier, ticket in self.tracker.tickets.items()}

    def edit_title(self, identifier, title):
        self.tracker.put(identifier, title=title)

    def add_ticket(self, title):
        identifier = "%d" % len(self.tracker.tickets)
        self.tracker.put(identifier, title=title)
        return identifier

    def gone(self, identifier):
        del self.tracker.tickets[identifier]

    def now_ms(self):
        return int(time.time() * 1000)
