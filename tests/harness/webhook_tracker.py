"""The stand-in of a JSON tracker as tests see it, and the mapping that connects it."""

import json
import os
import time
import uuid

from stand_in import ROOT, Sandbox

SECRET = "whsec_c2FuZGJveC1zZWNyZXQtb2YtMjQrYnl0ZXM="
HOOK_SECRET = "whsec_aG9vay1zZWNyZXQtb2YtYXQtbGVhc3QtMjQ="
MAPPING_FILE = os.path.join(ROOT, "sandbox", "webhook", "mapping.json")


def mapping(**changes):
    """The whole mapping of the stand-in; None takes a member away."""
    with open(MAPPING_FILE, encoding="utf-8") as source:
        document = dict(json.load(source), **changes)
    return {name: value for name, value in document.items() if value is not None}


class WebhookTracker(Sandbox):
    """One running stand-in."""

    def __init__(self, *arguments):
        super().__init__(*arguments, executable="webhook-sandbox", token="sandbox-token")

    def signed(self, method, path, document=None, secret=SECRET, key=None, at=None, **headers):
        """A request as tandem makes it."""
        from sandbox.webhook.signing import sign
        body = b"" if document is None else json.dumps(document).encode()
        identifier, now = uuid.uuid4().hex, int(time.time() if at is None else at)
        sent = {"webhook-id": identifier, "webhook-timestamp": str(now),
                "webhook-signature": sign(secret, identifier, now, body), "Idempotency-Key": key, **headers}
        return self.request(method, path, body or None, sent)

    def act(self, actor, do, identifier=None, **fields):
        return self.control("act", {"actor": actor, "do": do, "id": identifier, "fields": fields})

    def tickets(self):
        """All rows by id, deleted ones too."""
        return {row["id"]: row for row in self.control("world")["tickets"]}

    def comments(self):
        return {row["id"]: row for row in self.control("world")["comments"]}
