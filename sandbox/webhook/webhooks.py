"""Deliveries: every change goes to every receiver, signed, and again while it fails."""

import http.client
import json
import threading
import time
import uuid

from sandbox.common.dispatcher import Job, post
from sandbox.webhook.signing import sign

TIMEOUT_S = 15.0
ATTEMPTS = 5
RETRY_S = 1.0


class Webhooks:
    """The receivers, and what is on its way to them. `shape` is `full` or `thin`: whole items or their ids only."""

    def __init__(self, world, dispatcher):
        self.world = world
        self.dispatcher = dispatcher
        self.receivers = {}
        self.shape = "full"
        self.failures = []

    def add(self, url, secret):
        identifier = str(uuid.uuid4())
        self.receivers[identifier] = {"id": identifier, "url": url, "secret": secret}
        return self.receivers[identifier]

    def emit(self, kind, action, row):
        data = dict(row)
        if self.shape == "thin":
            data = {name: row[name] for name in ("id", "ticket_id") if name in row}
        body = json.dumps({"type": "%s.%s" % (kind, action), "timestamp": row["updated_at"], "data": {kind: data}},
                          ensure_ascii=False, separators=(",", ":")).encode()
        for receiver in list(self.receivers.values()):
            self._submit(receiver["id"], "msg_" + uuid.uuid4().hex, body, 1)

    def _submit(self, receiver_id, message_id, body, attempt):
        self.dispatcher.submit(receiver_id, Job(send=lambda: self._send(receiver_id, message_id, body, attempt),
                                                drop=lambda: self._failed(receiver_id, message_id, body, attempt, "dropped")))

    def _send(self, receiver_id, message_id, body, attempt):
        """The time is of this attempt; the id stays."""
        receiver = self.receivers.get(receiver_id)
        if receiver is None:
            return
        now = int(time.time())  # not the stand-in's clock: the receiver compares it with its own
        headers = {"Content-Type": "application/json", "webhook-id": message_id, "webhook-timestamp": str(now),
                   "webhook-signature": sign(receiver["secret"], message_id, now, body)}
        try:
            status = post(receiver["url"], headers, body, TIMEOUT_S)[0]
        except (OSError, http.client.HTTPException) as problem:
            status = str(problem)
        if status not in (200, 201, 202, 204):
            self._failed(receiver_id, message_id, body, attempt, status)

    def _failed(self, receiver_id, message_id, body, attempt, why):
        self.failures.append({"id": message_id, "attempt": attempt, "why": why})
        if attempt >= ATTEMPTS:
            return
        timer = threading.Timer(RETRY_S, self._submit, (receiver_id, message_id, body, attempt + 1))
        timer.daemon = True
        timer.start()
