"""A whole tandem with the sandbox Jira instead of GitHub."""

import base64
import json

from world import World, wait_for

STATUS_TABLE = [
    {"local": "open", "external": "To Do"},
    {"local": "in_progress", "external": "In Progress"},
    {"local": "in_review", "external": "In Review"},
    {"local": "done", "external": "Done"},
]
FIELDS = ("title", "body", "labels", "priority", "estimate", "parent", "due_date", "versions", "customer_reference")
WEBHOOK_EVENTS = ["jira:issue_created", "jira:issue_updated", "jira:issue_deleted", "comment_created",
                  "comment_updated", "comment_deleted"]


class JiraWorld(World):
    """The project is ROCKET, the project here "rocket"; Cloud unless `data_center`."""

    system = "jira"
    roles = ("store", "conflict", "scheduler", "adapter-jira")

    def __init__(self, issues=12, data_center=False, options=(), **more):
        self.data_center = data_center
        flavour = ("--data-center",) if data_center else ()
        super().__init__((*flavour, "--issues", str(issues), "--no-limits", "--token",
                          "sandbox-token=tandem-bot:admin", *options), **more)

    def connect(self, name="rocket", remote="ROCKET", **settings):
        rules = [{"field": field} for field in FIELDS] + [{"field": "status", "table": STATUS_TABLE},
                                                          {"field": "assignees", "members_max": 1}]
        kind, secret = ("pat", {"token": "sandbox-token"}) if self.data_center else (
            "api_token", {"email": "tandem-bot@example.com", "token": "sandbox-token"})
        for key, its_kind, value in ((name, kind, secret), (name + ".webhook", "webhook", {"secret": "hook-secret"})):
            self.call("credential.put", name=key, kind=its_kind, secret=json.dumps(value), actor="user:test")
        project = {"name": name, "system": "jira", "base_url": self.sandbox.url, "remote": remote, "credential": name,
                   "direction": "bidirectional", "strategy": "manual", "privacy_default": "shareable",
                   "webhook_credential": name + ".webhook", "poll_interval_s": 3600, "rules": rules, "listed_only": True,
                   **settings}
        self.call("project.configure", project=project, actor="user:test")

    def ask(self, method, path, body=None):
        """Jira's API as the account of tandem; paths that begin with // are below the site."""
        pair = b"tandem-bot@example.com:sandbox-token"
        authorization = "Bearer sandbox-token" if self.data_center else "Basic " + base64.b64encode(pair).decode()
        path = path[1:] if path.startswith("//") else "/rest/api/%d%s" % (2 if self.data_center else 3, path)
        return self.sandbox.request(method, path, body, {"Authorization": authorization,
                                                         "Content-Type": "application/json"})

    def issue(self, word):
        return self.ask("GET", "/issue/%s" % word)["fields"]

    def act(self, do, key=None, actor="petra", type="Task", **fields):
        return self.sandbox.control("POST", "act", {"actor": actor, "do": do, "key": key, "project": "ROCKET",
                                                    "type": type, "fields": fields})

    def add_webhook(self, name="rocket"):
        self.ask("POST", "//rest/webhooks/1.0/webhook", {
            "name": "tandem", "url": "http://127.0.0.1:%d/webhooks/%s" % (self.webhook_port, name),
            "events": WEBHOOK_EVENTS, "secret": "hook-secret",
            "filters": {"issue-related-events-section": "project = ROCKET"}})

    def writes(self):
        return self.sandbox.history(via="api")

    def external_of(self, key, name="rocket"):
        """The id of the issue that a local ticket is mapped to, once there is one."""
        def mapped():
            rows = self.sql("select m.external_id from mapping m join item i on i.id = m.item_id join project p on "
                            "p.id = m.project_id where p.name = '%s' and i.kind = 'ticket' and 'T-' || i.number = '%s' "
                            "and m.external_id is not null" % (name, key))
            return rows and rows[0][0]
        return wait_for(mapped, "%s to be outside" % key)
