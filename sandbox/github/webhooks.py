"""GitHub's webhooks: payloads, signatures, the list of deliveries, redelivery.

GitHub does not repeat a failed delivery by itself: the list and `attempts` are the only way back.
"""

import collections
import hashlib
import hmac
import http.client
import json
import threading
import time
import urllib.parse
import uuid

from sandbox.common.clock import iso_utc_ms
from sandbox.common.dispatcher import Job, post
from sandbox.github.render import dumps
from sandbox.github.render_events import repository_document

TIMEOUT_S = 10
KEPT_DELIVERIES = 1000

STATUS_WORDS = {0: "failed to connect to host"}


class Hook:
    """A subscription of a repository's events."""

    __slots__ = ("id", "url", "secret", "content_type", "insecure_ssl", "events", "active",
                 "created", "updated", "last_response", "deliveries")

    def __init__(self, id, config, events, active, now):
        self.id = id
        self.events = list(events)
        self.active = active
        self.created = now
        self.updated = now
        self.last_response = {"code": None, "status": "unused", "message": None}
        self.deliveries = collections.deque(maxlen=KEPT_DELIVERIES)
        self.url = self.secret = None
        self.content_type = "form"
        self.insecure_ssl = "0"
        self.configure(config)

    def configure(self, config):
        self.url = config.get("url", self.url)
        self.secret = config.get("secret", self.secret)
        self.content_type = config.get("content_type", self.content_type)
        self.insecure_ssl = str(config.get("insecure_ssl", self.insecure_ssl))

    def wants(self, event):
        return self.active and ("*" in self.events or event in self.events)

    def config_document(self):
        document = {"url": self.url, "content_type": self.content_type,
                    "insecure_ssl": self.insecure_ssl}
        if self.secret is not None:
            document["secret"] = "********"
        return document


def sign(secret, body):
    """The value of X-Hub-Signature-256 over the raw body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Webhooks:
    """Makes deliveries of what happens in the world and hands them to the dispatcher."""

    def __init__(self, world, renderer, dispatcher):
        self.world = world
        self.renderer = renderer
        self.dispatcher = dispatcher
        self._lock = threading.Lock()
        self.app_hook = Hook("app", {}, ("issues", "issue_comment"), True, world.clock.seconds())

    def emit(self, repo, event, action, actor, **parts):
        """Delivers one event to every hook that wants it. The caller holds the world's lock."""
        hooks = [hook for hook in (*repo.hooks.values(), self.app_hook) if hook.url and hook.wants(event)]
        if hooks:
            payload = self._payload(repo, action, actor, parts)
            for hook in hooks:
                self._deliver_new(repo, hook, event, action, payload)

    def ping(self, repo, hook, actor, hook_document):
        payload = dumps({"zen": "Keep it logically awesome.", "hook_id": hook.id,
                         "hook": hook_document,
                         "repository": repository_document(self.renderer, repo, "admin"),
                         "sender": self.renderer.user_document(actor.user)})
        self._deliver_new(repo, hook, "ping", None, payload)

    def redeliver(self, hook, delivery):
        """Sends it again under the same GUID; the new attempt is a delivery of its own."""
        again = dict(delivery, id=self.world.next_id("delivery"), redelivery=True)
        self._submit(hook, again)

    # payloads

    def _payload(self, repo, action, actor, parts):
        render = self.renderer
        pieces = ['"action":%s' % dumps(action)]
        if "issue" in parts:
            pieces.append('"issue":' + render.issue_text(repo, parts["issue"]))
        if "comment" in parts:
            pieces.append('"comment":' + render.comment_text(repo, parts["comment"]))
        if "label" in parts:
            pieces.append('"label":' + render.label(repo, parts["label"]))
        if "assignee" in parts:
            pieces.append('"assignee":' + render.user(parts["assignee"]))
        if "milestone" in parts:
            pieces.append('"milestone":' + render.milestone(repo, parts["milestone"]))
        changes = self._changes(parts)
        if changes is not None:
            pieces.append('"changes":' + changes)
        pieces.append('"repository":' + dumps(repository_document(render, repo, "admin")))
        pieces.append('"sender":' + render.user(actor.user))
        return "{" + ",".join(pieces) + "}"

    def _changes(self, parts):
        for part, issue_key, repo_key in (("moved_to", "new_issue", "new_repository"),
                                          ("moved_from", "old_issue", "old_repository")):
            if part in parts:
                repo, issue = parts[part]
                document = dumps(repository_document(self.renderer, repo, "admin"))
                return '{"%s":%s,"%s":%s}' % (
                    issue_key, self.renderer.issue_text(repo, issue), repo_key, document)
        return dumps(parts["changes"]) if "changes" in parts else None

    # deliveries

    def _deliver_new(self, repo, hook, event, action, payload):
        guid = str(uuid.uuid4())
        delivery = {"id": self.world.next_id("delivery"), "guid": guid, "event": event,
                    "action": action, "redelivery": False, "repository_id": repo.id,
                    "installation_id": None, "payload": payload}
        self._submit(hook, delivery)

    def _submit(self, hook, delivery):
        job = Job(send=lambda: self._send(hook, delivery),
                  drop=lambda: self._note(hook, delivery, {}, 0, {}, "", 0.0))
        self.dispatcher.submit(hook.id, job)

    def _send(self, hook, delivery):
        body = delivery["payload"].encode()
        if hook.content_type != "json":
            body = urllib.parse.urlencode({"payload": delivery["payload"]}).encode()
        headers = self._headers(hook, delivery, body)
        started = time.monotonic()
        try:
            answer = post(hook.url, headers, body, TIMEOUT_S, hook.insecure_ssl == "0")
        except TimeoutError:
            answer = (504, {}, "timed out")
        except (OSError, http.client.HTTPException) as problem:
            answer = (0, {}, str(problem))
        self._note(hook, delivery, headers, *answer, time.monotonic() - started)

    def _headers(self, hook, delivery, body):
        json_body = hook.content_type == "json"
        headers = {
            "Accept": "*/*", "User-Agent": "GitHub-Hookshot/5a4d6b1",
            "Content-Type": "application/json" if json_body else "application/x-www-form-urlencoded",
            "X-GitHub-Delivery": delivery["guid"], "X-GitHub-Event": delivery["event"],
            "X-GitHub-Hook-ID": str(hook.id),
            "X-GitHub-Hook-Installation-Target-ID": str(delivery["repository_id"]),
            "X-GitHub-Hook-Installation-Target-Type": "integration" if hook is self.app_hook else "repository"}
        if hook.secret:
            headers["X-Hub-Signature-256"] = sign(hook.secret, body)
            digest = hmac.new(hook.secret.encode(), body, hashlib.sha1).hexdigest()
            headers["X-Hub-Signature"] = "sha1=" + digest
        return headers

    def _note(self, hook, delivery, headers, status, answer_headers, answer, duration_s):
        """Keeps the attempt in the hook's list, newest first."""
        ok = 200 <= status < 300
        word = "OK" if ok else STATUS_WORDS.get(status, http.client.responses.get(status, "Error"))
        noted = dict(delivery, delivered_at=iso_utc_ms(self.world.clock.now()), status=word,
                     status_code=status, duration=round(duration_s, 3),
                     request_headers=headers, response_headers=answer_headers, response=answer)
        with self._lock:
            hook.deliveries.appendleft(noted)
            hook.last_response = {"code": status or None, "status": "active" if ok else "failed",
                                  "message": word}
        self.world.revision += 1

    def deliveries(self, hook):
        with self._lock:
            return list(hook.deliveries)


def delivery_summary(noted):
    """A delivery as the list shows it."""
    names = ("id", "guid", "delivered_at", "redelivery", "duration", "status", "status_code",
             "event", "action", "installation_id", "repository_id")
    return dict({name: noted[name] for name in names}, throttled_at=None)


def delivery_document(noted, hook):
    """A delivery with its request and answer."""
    return dict(delivery_summary(noted), url=hook.url,
                request={"headers": noted["request_headers"], "payload": json.loads(noted["payload"])},
                response={"headers": noted["response_headers"], "payload": noted["response"]})
