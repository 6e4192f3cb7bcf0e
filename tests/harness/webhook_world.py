"""A whole tandem with the stand-in of a JSON tracker instead of GitHub."""

import json

from webhook_tracker import HOOK_SECRET, SECRET, mapping
from world import World, wait_for

STATUS_TABLE = [
    {"local": "open", "external": "open"},
    {"local": "in_progress", "external": "doing"},
    {"local": "done", "external": "done"},
    {"local": "cancelled", "external": "dropped"},
]
FIELDS = ("title", "body", "labels", "assignees", "priority", "estimate", "due_date", "parent")


class WebhookWorld(World):
    """The project there and here is "rocket"."""

    system = "webhook"
    roles = ("store", "conflict", "scheduler", "adapter-webhook")

    def __init__(self, tickets=12, **more):
        super().__init__(("--tickets", str(tickets)), **more)

    def connect(self, name="rocket", options=None, **settings):
        self.call("credential.put", name=name, kind="webhook", actor="user:test",
                  secret=json.dumps({"secret": SECRET, "token": "sandbox-token"}))
        self.call("credential.put", name=name + ".webhook", kind="webhook", actor="user:test",
                  secret=json.dumps({"secret": HOOK_SECRET}))
        rules = [{"field": field} for field in FIELDS] + [{"field": "status", "table": STATUS_TABLE}]
        project = {"name": name, "system": "webhook", "base_url": self.sandbox.url, "remote": "rocket", "credential": name,
                   "direction": "bidirectional", "strategy": "manual", "privacy_default": "shareable", "rules": rules,
                   "listed_only": True, "webhook_credential": name + ".webhook", "poll_interval_s": 3600,
                   "options": json.dumps(options or mapping()), **settings}
        self.call("project.configure", project=project, actor="user:test")

    def hook(self, **settings):
        """Has the tracker send its webhooks here."""
        wait_for(lambda: "webhooks_listening" in self.processes["adapter-webhook"].output(), "the receiver")
        url = "http://127.0.0.1:%d/webhooks/rocket" % self.webhook_port
        self.sandbox.control("POST", "webhooks", {"url": url, "secret": HOOK_SECRET, **settings})

    def act(self, do, identifier=None, actor="alice", **fields):
        """What a person does there; the ticket or comment as it is afterwards."""
        answer = self.sandbox.control("POST", "act", {"actor": actor, "do": do, "id": identifier, "fields": fields})
        return next(iter(answer.values()))

    def there(self, table="tickets"):
        """What is there now, by id."""
        return {row["id"]: row for row in self.sandbox.control("GET", "world")[table] if not row["deleted"]}

    def writes(self):
        return self.sandbox.history(via="api")

    def external_of(self, key):
        """The id of the ticket there that a local one is mapped to, once there is one."""
        def mapped():
            rows = self.sql("select m.external_id from mapping m join item i on i.id = m.item_id where i.kind = 'ticket' "
                            "and 'T-' || i.number = '%s' and m.external_id is not null" % key)
            return rows and rows[0][0]
        return wait_for(mapped, "%s to be outside" % key)

    def key_of(self, title):
        """The local ticket of this title, once there is one."""
        def known():
            rows = self.sql("select 'T-' || number from item where kind = 'ticket' and fields ->> 'title' = '%s'" % title)
            return rows and rows[0][0]
        return wait_for(known, "a ticket called " + title)
