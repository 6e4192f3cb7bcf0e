"""Linear's webhooks: payloads, signatures, and the repeats of what was not answered with 200 within 5 s.

linear.app/developers/webhooks
"""

import hashlib
import hmac
import http.client
import json
import threading
import uuid

from sandbox.common.clock import iso_utc_ms
from sandbox.common.dispatcher import Job, post
from sandbox.linear import errors
from sandbox.linear.fields import PRIORITIES, comment_url, issue_url

TIMEOUT_S = 5
RETRY_AFTER_S = (60, 3600, 6 * 3600)
KEPT_FAILURES = 50
TYPES = ("Issue", "Comment", "Attachment", "Reaction", "IssueLabel", "Project", "Cycle", "User", "IssueSLA")


def sign(secret, body):
    """The value of Linear-Signature over the raw body."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Webhooks:
    """Makes deliveries of what happens in the world and hands them to the dispatcher."""

    def __init__(self, world, dispatcher):
        self.world = world
        self.dispatcher = dispatcher
        self._changed = threading.Condition()
        self._waiting = []
        self._stopping = False
        threading.Thread(target=self._repeat, daemon=True).start()

    # subscriptions

    def create(self, actor, fields):
        unknown = [one for one in fields["resourceTypes"] if one not in TYPES]
        if unknown or not fields["resourceTypes"]:
            raise errors.argument("resourceTypes must be some of " + ", ".join(TYPES))
        if (fields.get("teamId") is None) != bool(fields.get("allPublicTeams")):
            raise errors.argument("A webhook is for one team or for all public teams.")
        if fields.get("teamId") is not None and fields["teamId"] not in self.world.teams:
            raise errors.not_found("Team")
        now = self.world.now()
        hook = {"id": fields.get("id") or self.world.new_id(), "createdAt": now, "updatedAt": now, "archivedAt": None,
                "url": fields["url"], "label": fields.get("label"), "teamId": fields.get("teamId"),
                "allPublicTeams": bool(fields.get("allPublicTeams")), "enabled": fields.get("enabled", True),
                "resourceTypes": fields["resourceTypes"], "creatorId": actor.user_id, "failures": [],
                "signingSecret": fields.get("secret") or "lin_wh_" + uuid.uuid4().hex}
        return self.world.add("webhooks", hook)

    def update(self, hook, fields):
        newer = dict(hook, updatedAt=self.world.now())
        for name, member in (("url", "url"), ("label", "label"), ("enabled", "enabled"),
                             ("resourceTypes", "resourceTypes"), ("secret", "signingSecret")):
            if fields.get(name) is not None:
                newer[member] = fields[name]
        return self.world.add("webhooks", newer)

    # deliveries

    def emit(self, action, type, row, actor, updated_from=None):
        """Delivers one change to every hook that wants it. The caller holds the world's lock."""
        team_id = self._team_of(type, row)
        hooks = [one for one in self.world.webhooks.values() if one["enabled"] and type in one["resourceTypes"]
                 and one["teamId"] in (None, team_id)]
        for hook in hooks:
            payload = {"action": action, "actor": self._actor(actor), "createdAt": row["updatedAt"],
                       "data": self._data(type, row), "url": self._url(type, row), "type": type,
                       "organizationId": self.world.organization["id"], "webhookId": hook["id"]}
            if updated_from is not None:
                payload["updatedFrom"] = updated_from
            self._submit(hook["id"], {"id": str(uuid.uuid4()), "type": type, "payload": payload, "attempt": 0})

    def _team_of(self, type, row):
        issue = row if type == "Issue" else self.world.issues.get(row.get("issueId"))
        return issue["teamId"] if issue else None

    def _url(self, type, row):
        if type == "Issue":
            return issue_url(self.world, row)
        if type == "Comment" and row["issueId"] in self.world.issues:
            return comment_url(self.world, row)
        return None

    def _actor(self, actor):
        return dict(self._user(actor.user_id), type="user")

    def _user(self, identifier):
        user = self.world.users[identifier]
        return {"id": user["id"], "name": user["name"], "email": user["email"], "avatarUrl": None,
                "url": "https://linear.app/%s/profiles/%s" % (self.world.organization["urlKey"], user["displayName"])}

    def _data(self, type, row):
        if type == "Issue":
            return self._issue(row)
        if type == "Comment":
            return dict(row, user=self._user(row["userId"]), issue=self._child_issue(row["issueId"]), reactionData=[])
        return dict(row)

    def _issue(self, row):
        world = self.world
        data = {name: value for name, value in row.items() if value is not None}
        state, team = world.states[row["stateId"]], world.teams[row["teamId"]]
        data.update(url=issue_url(world, row), priorityLabel=PRIORITIES[int(row["priority"])], reactionData=[],
                    state={name: state[name] for name in ("id", "name", "color", "type")},
                    team={name: team[name] for name in ("id", "key", "name")},
                    labels=[{name: world.labels[one][name] for name in ("id", "name", "color", "parentId")}
                            for one in row["labelIds"] if one in world.labels])
        for name in ("assignee", "creator"):
            if row[name + "Id"]:
                data[name] = self._user(row[name + "Id"])
        if row["projectId"]:
            data["project"] = {name: world.projects[row["projectId"]][name] for name in ("id", "name")}
        if row["cycleId"]:
            cycle = world.cycles[row["cycleId"]]
            data["cycle"] = {name: cycle[name] for name in ("id", "number", "name", "startsAt", "endsAt")}
        return data

    def _child_issue(self, identifier):
        issue = self.world.issues.get(identifier)
        if issue is None:
            return None
        team = self.world.teams[issue["teamId"]]
        return {"id": issue["id"], "identifier": issue["identifier"], "title": issue["title"],
                "teamId": team["id"], "url": issue_url(self.world, issue),
                "team": {name: team[name] for name in ("id", "key", "name")}}

    # sending

    def _submit(self, hook_id, delivery):
        self.dispatcher.submit(hook_id, Job(send=lambda: self._send(hook_id, delivery),
                                            drop=lambda: self._failed(hook_id, delivery, None, "dropped")))

    def _send(self, hook_id, delivery):
        """The time is of this attempt, so that a late repeat is inside the receiver's window too."""
        hook = self.world.webhooks.get(hook_id)
        if hook is None or not hook["enabled"]:
            return
        payload = dict(delivery["payload"], webhookTimestamp=int(self.world.clock.now() * 1000))
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Linear-Webhook",
                   "Linear-Delivery": delivery["id"], "Linear-Event": delivery["type"],
                   "Linear-Signature": sign(hook["signingSecret"], body)}
        try:
            status, _, answer = post(hook["url"], headers, body, TIMEOUT_S)
        except (OSError, http.client.HTTPException) as problem:
            status, answer = None, str(problem)
        if status != 200:
            self._failed(hook_id, delivery, status, answer)

    def _failed(self, hook_id, delivery, status, answer):
        with self.world.lock:
            hook = self.world.webhooks.get(hook_id)
            if hook is None:
                return
            failure = {"id": str(uuid.uuid4()), "createdAt": iso_utc_ms(self.world.clock.now()),
                       "executionId": delivery["id"], "httpStatus": status, "responseOrError": answer[:1000],
                       "url": hook["url"], "webhook": {"id": hook_id}}
            self.world.add("webhooks", dict(hook, failures=([failure] + hook["failures"])[:KEPT_FAILURES]))
        if delivery["attempt"] < len(RETRY_AFTER_S):
            due = self.world.clock.now() + RETRY_AFTER_S[delivery["attempt"]]
            with self._changed:
                self._waiting.append((due, hook_id, dict(delivery, attempt=delivery["attempt"] + 1)))
                self._changed.notify_all()

    # repeating

    def clock_moved(self):
        with self._changed:
            self._changed.notify_all()

    def waiting(self):
        """Repeats to come, by when they are due."""
        with self._changed:
            return sorted(due for due, _, _ in self._waiting)

    def stop(self):
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def _repeat(self):
        while True:
            with self._changed:
                if self._stopping:
                    return
                now = self.world.clock.now()
                due = [one for one in self._waiting if one[0] <= now]
                self._waiting = [one for one in self._waiting if one[0] > now]
                if not due:
                    soonest = min((one[0] for one in self._waiting), default=None)
                    self._changed.wait(None if soonest is None else max(0.01, soonest - now))
            for _, hook_id, delivery in due:
                self._submit(hook_id, delivery)
