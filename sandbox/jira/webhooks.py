"""Webhook deliveries: payloads, signatures, and retries.

Docs: "Webhooks" of the Jira Cloud platform. A failed delivery is repeated up to five times, 5 to 15 minutes apart,
under the same identifier. Bodies show rich text as wiki markup, never as ADF.
"""

import base64
import collections
import dataclasses
import hashlib
import hmac
import http.client
import json
import random
import threading
import uuid

from sandbox.common.dispatcher import Job, post
from sandbox.jira import adf_text, jql_eval
from sandbox.jira.errors import ApiError
from sandbox.jira.issue_render import IssueRenderer
from sandbox.jira.render import dumps

TIMEOUT_S = 20
LIFETIME_MS = 30 * 86_400_000
MOST_RETRIES = 5
RETRY_AFTER_S = (300, 900)
RETRIED = (408, 409, 425, 429)
POLL_S = 0.1
KEPT = 1000

DYNAMIC_EVENTS = ("jira:issue_created", "jira:issue_updated", "jira:issue_deleted", "comment_created",
                  "comment_updated",
                  "comment_deleted", "issue_property_set", "issue_property_deleted")
ADMIN_EVENTS = DYNAMIC_EVENTS[:6] + (
    "issuelink_created", "issuelink_deleted", "issue_property_set", "issue_property_deleted", "jira:version_created",
    "jira:version_updated", "jira:version_released", "jira:version_deleted", "sprint_created", "sprint_updated",
    "sprint_started", "sprint_closed", "sprint_deleted", "project_updated", "project_deleted", "user_updated")


@dataclasses.dataclass(slots=True)
class Hook:
    """A subscription: an administrator's, or an app's if it has a `client_id`."""

    id: int
    url: str
    events: list
    name: str = ""
    jql: str = ""
    secret: str = None
    enabled: bool = True
    exclude_body: bool = False
    owner: str = None
    updated: int = 0
    client_id: str = None
    expires: int = None
    field_ids: list = None
    property_keys: list = None

    def expired(self, world):
        return self.expires is not None and self.expires <= world.now_ms()


class Delivery:
    """One event on its way to one hook; its identifier stays the same over all attempts."""

    __slots__ = ("hook", "event", "body", "identifier", "attempt", "due")

    def __init__(self, hook, event, body):
        self.hook = hook
        self.event = event
        self.body = body
        self.identifier = str(uuid.uuid4())
        self.attempt = 0
        self.due = 0.0


class Webhooks:
    """Makes deliveries of what happens in the world and hands them to the dispatcher."""

    def __init__(self, api):
        self._api = api
        self.world = api.world
        self.hooks = {}
        self.failed = collections.deque(maxlen=KEPT)
        self.deliveries = collections.deque(maxlen=KEPT)
        self._waiting = []
        self._changed = threading.Condition()
        self._random = random.Random(1)
        threading.Thread(target=self._repeat_due, daemon=True).start()

    def add(self, hook):
        self.hooks[(hook.client_id, hook.id)] = hook
        self.world.revision += 1

    def remove(self, hook):
        self.hooks.pop((hook.client_id, hook.id), None)
        self.world.revision += 1

    def emit(self, event, actor, **parts):
        """Delivers one event to every hook that wants it. The caller holds the world's lock."""
        wanting = [hook for hook in self.hooks.values() if self._wants(hook, event, parts)]
        if not wanting:
            return
        payload = self._payload(event, actor, parts)
        for hook in wanting:
            document = dict(payload, matchedWebhookIds=[hook.id]) if hook.client_id else payload
            body = b"" if hook.exclude_body else dumps(document).encode()
            self._submit(Delivery(hook, event, body))

    def _wants(self, hook, event, parts):
        if not hook.enabled or event not in hook.events or hook.expired(self.world):
            return False
        change, changed_property = parts.get("change"), parts.get("issue_property")
        if hook.field_ids is not None and change is not None \
                and not any(item.get("fieldId", item["field"]) in hook.field_ids for item in change.items):
            return False
        if hook.property_keys is not None and changed_property is not None \
                and changed_property["key"] not in hook.property_keys:
            return False
        return "issue" not in parts or self._matches(hook, parts["issue"])

    def _matches(self, hook, issue):
        if not hook.jql:
            return True
        user = self.world.user(hook.owner or self._api.auth.clients[hook.client_id].login)
        try:
            return jql_eval.compile_query(self.world, user, hook.jql).matches(issue)
        except ApiError:
            return False  # what the filter names is gone

    # payloads

    def _payload(self, event, actor, parts):
        show = IssueRenderer(self.world, self._api.base, "2", self.world.time_zone)
        payload = {"timestamp": self.world.now_ms(), "webhookEvent": event}
        if "issue_event_type_name" in parts:
            payload["issue_event_type_name"] = parts["issue_event_type_name"]
        if "link" in parts:
            link = parts["link"]
            payload["issueLink"] = {"id": link.id, "sourceIssueId": link.inward, "destinationIssueId": link.outward,
                                    "issueLinkType": show.link_type(link.type_id)}
            return payload
        if event.startswith(("jira:", "issue_property")):
            payload["user"] = show.user_document(actor.user)
        payload["issue"] = self._issue(show, parts["issue"], event)
        if "comment" in parts:
            payload["comment"] = as_text(show.comment(parts["comment"]))
        if parts.get("change") is not None:
            payload["changelog"] = {"id": str(parts["change"].id), "items": parts["change"].items}
        if "issue_property" in parts:
            payload["property"] = parts["issue_property"]
        if event.startswith("comment_"):
            payload["eventType"] = "primaryAction"
        return payload

    def _issue(self, show, issue, event):
        """The whole issue; with a comment only what names it."""
        if event.startswith("comment_"):
            names = [name for name in ("summary", "issuetype", "project", "assignee", "priority", "status")]
        else:
            names = [name for name in self.world.fields if name != "comment"]
        document = as_text(show.issue(issue, names))
        document.pop("expand")
        return document

    # deliveries

    def _submit(self, delivery):
        job = Job(send=lambda: self._send(delivery), drop=lambda: self._settle(delivery, 0))
        self._api.dispatcher.submit((delivery.hook.client_id, delivery.hook.id), job)

    def _send(self, delivery):
        try:
            status, _, _ = post(delivery.hook.url, self._headers(delivery), delivery.body, TIMEOUT_S)
        except (OSError, http.client.HTTPException):
            status = 0
        self._settle(delivery, status)

    def _headers(self, delivery):
        hook = delivery.hook
        headers = {"User-Agent": "Atlassian Webhook HTTP Client", "Content-Type": "application/json; charset=UTF-8",
                   "X-Atlassian-Webhook-Identifier": delivery.identifier, "X-Atlassian-Webhook-Flow": "Primary"}
        if delivery.attempt > 0:
            headers["X-Atlassian-Webhook-Retry"] = str(delivery.attempt)
        if hook.secret:
            headers["X-Hub-Signature"] = sign(hook.secret, delivery.body)
        if hook.client_id is not None:
            headers["Authorization"] = "Bearer " + self._jwt(hook)
        return headers

    def _jwt(self, hook):
        """Signed with the app's client secret."""
        client, now = self._api.auth.clients[hook.client_id], int(self.world.clock.now())
        return make_jwt({"iss": client.id, "aud": client.id, "iat": now, "exp": now + 180,
                         "sub": self.world.user(client.login).account_id}, client.secret)

    def _settle(self, delivery, status):
        """Notes the attempt; a failure that may pass is repeated later."""
        self.deliveries.append({"identifier": delivery.identifier, "hook": delivery.hook.id, "event": delivery.event,
                                "attempt": delivery.attempt, "status": status})
        if 200 <= status < 300:
            return
        may_pass = status == 0 or status >= 500 or status in RETRIED
        if may_pass and delivery.attempt < MOST_RETRIES:
            delivery.attempt += 1
            with self._changed:
                delivery.due = self.world.clock.now() + self._random.uniform(*RETRY_AFTER_S)
                self._waiting.append(delivery)
                self._changed.notify()
        else:
            self.failed.append({"id": delivery.identifier, "client_id": delivery.hook.client_id,
                                "url": delivery.hook.url,
                                "body": delivery.body.decode(), "time": self.world.now_ms()})

    def _repeat_due(self):
        """Watches the stand-in's clock, which tests move, while anything waits for its repetition."""
        while True:
            with self._changed:
                self._changed.wait(POLL_S if self._waiting else None)
                now = self.world.clock.now()
                due = [one for one in self._waiting if one.due <= now]
                self._waiting = [one for one in self._waiting if one.due > now]
            for delivery in due:
                self._submit(delivery)

    def describe(self):
        with self._changed:
            return {"to_repeat": len(self._waiting), "failed": len(self.failed),
                    "deliveries": list(self.deliveries)[-100:]}


def as_text(value):
    """A document of the API with every ADF value replaced by its wiki markup."""
    if isinstance(value, dict):
        if value.get("type") == "doc" and "content" in value:
            return adf_text.to_wiki(value)
        return {name: as_text(inner) for name, inner in value.items()}
    return [as_text(inner) for inner in value] if isinstance(value, list) else value


def sign(secret, body):
    """The value of X-Hub-Signature over the raw body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def make_jwt(claims, secret):
    """An HS256 token."""
    pieces = [_base64url(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    signature = hmac.new(secret.encode(), ".".join(pieces).encode(), hashlib.sha256).digest()
    return ".".join(pieces + [_base64url(signature)])


def _base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
