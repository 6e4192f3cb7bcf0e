"""How soon: an edit here until the tracker has it, and a webhook until the ticket here has it. One edit at a time, spaced;
twelve projects with a credential each, so that the pace of writes (a burst of 20) never binds."""

import datetime
import hashlib
import hmac
import http.client
import json
import threading
import time

from measure import QUIET, Result, World, percentile, wait_for

PROJECTS, EDITS_EACH, SPACE_S = 12, 18, 0.12


def stamp(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def numbers(world, name, count):
    """Numbers of issues of a project that have a ticket here."""
    rows = world.sql("select m.external_id from mapping m join project p on p.id = m.project_id where p.name = '%s' and "
                     "m.kind = 'ticket' and m.item_id is not null order by m.id limit %d" % (name, count))
    return [int(number) for (number,) in rows]


def edits(world, projects, each):
    """Milliseconds from the call of ticket.edit to the tracker's own time stamp of the change."""
    todo = [(name, number, world.ticket_of("#%d" % number, name)["key"])
            for name in projects for number in numbers(world, name, each)]
    todo = [todo[i::each] for i in range(each)]
    started = {}
    for name, number, key in (edit for round_ in todo for edit in round_):
        started["acme/" + name, number] = time.time()
        world.call("ticket.edit", key=key, set={"title": "Edited here, in %s" % key}, actor="user:bench")
        time.sleep(SPACE_S)
    def done():
        seen = {(e["repo"], e["issue"]): stamp(e["time"]) for e in world.sandbox.history(via="api")}
        return seen if len(seen) >= len(started) else None
    seen = wait_for(done, "all edits outside")
    return [(seen[key] - at) * 1000 for key, at in started.items()]


class Listener(threading.Thread):
    """Notes when the first ExternalTicketUpdated of each ticket is heard."""

    def __init__(self, world):
        super().__init__(daemon=True)
        self.heard, self._events = {}, world.events()

    def run(self):
        while True:
            try:
                event = self._events.next_event()
            except OSError:
                return  # the world has ended
            if event["type"] == "tandem.v1.ExternalTicketUpdated":
                data = event["data"] if isinstance(event["data"], dict) else json.loads(event["data"])
                self.heard.setdefault((data["project"], data["external_key"]), time.time())


def delivery(world, name, number):
    """A change outside, as GitHub would tell of it."""
    repo = "acme/" + name
    world.sandbox.act("alice", "edit", repo, number=number, fields={"body": "Edited there, in %s#%d" % (name, number)})
    body = json.dumps({"action": "edited", "issue": world.sandbox.issue(number, repo), "changes": {"body": {"from": ""}},
                       "repository": {"full_name": repo}, "sender": {"login": "alice"}}).encode()
    signature = "sha256=" + hmac.new(b"hook-secret", body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-GitHub-Event": "issues", "X-Hub-Signature-256": signature,
               "X-GitHub-Delivery": "%s-%d" % (name, number)}
    return name, number, body, headers


def webhooks(world, projects, each):
    """Milliseconds from sending the delivery to hearing ExternalTicketUpdated."""
    todo = [delivery(world, name, number) for name in projects for number in numbers(world, name, each)]
    listener = Listener(world)
    listener.start()
    connection = http.client.HTTPConnection("127.0.0.1", world.webhook_port, timeout=20)
    started = {}
    for name, number, body, headers in todo:
        started[name, "#%d" % number] = time.time()
        connection.request("POST", "/webhooks/" + name, body, headers)
        response = connection.getresponse()
        assert response.status == 200, response.read()
        response.read()
        time.sleep(SPACE_S)
    wait_for(lambda: len(listener.heard) >= len(started), "all deliveries")
    return [(listener.heard[key] - at) * 1000 for key, at in started.items()]


def report(what, taken_ms):
    note = "%d, one at a time" % len(taken_ms)
    yield Result("latency", what + ", p50", percentile(taken_ms, 50), "ms", 50, note=note)
    yield Result("latency", what + ", p99", percentile(taken_ms, 99), "ms", 250, note="longest %.0f ms" % max(taken_ms))


def bench(options):
    projects = ["p%d" % n for n in range(3 if options.quick else PROJECTS)]
    repos = [option for name in projects for option in ("--repo", "acme/" + name)]
    with World(("--issues", "40", "--no-limits", "--no-pull-requests", *repos), environment=QUIET) as world:
        for name in projects:
            world.connect(name, "acme/" + name)
            world.sync(name)
        yield from report("edit here -> tracker", edits(world, projects, EDITS_EACH))
        yield from report("webhook -> ticket here", webhooks(world, projects, EDITS_EACH))
