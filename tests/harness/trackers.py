"""Several trackers at once: each with its sandbox, its adapter and its webhooks, all in step through one tandem.

A tracker says in neutral words what a person does in it and what it shows. Statuses are ours: open, in_progress, done,
cancelled.
"""

import base64
import json

from relay import Relay
from webhook_tracker import HOOK_SECRET, SECRET, mapping
from world import Sandbox, World, free_port, wait_for


class Tracker:
    """One system. `key` is how its people write an issue: "#12", "ENG-3"."""

    system = None  # the connector's name
    title = None   # as people write it
    remote = None
    statuses = ()  # pairs of our word and theirs, the one that ours becomes first
    fields = ("title", "body", "labels", "assignees", "priority", "due_date")
    hook_secret = "hook-secret"

    def __init__(self, world, name, sandbox=None, webhook_port=None):
        self.world = world
        self.name = name
        self.webhook_port = webhook_port or free_port()
        self.sandbox = sandbox or Sandbox(world, *self.options, program=self.system + "-sandbox")

    def project(self, **settings):
        """What project.configure is asked for."""
        rules = [{"field": field} for field in self.fields]
        rules += [{"field": "status", "closed": True,
                   "table": [{"local": local, "external": external} for local, external in self.statuses]}]
        return {"name": self.name, "system": self.system, "base_url": self.sandbox.url, "remote": self.remote,
                "credential": self.name, "webhook_credential": self.name + ".webhook", "direction": "bidirectional",
                "strategy": "manual", "privacy_default": "shareable", "poll_interval_s": 3600, "listed_only": True,
                "rules": rules, **settings}

    @property
    def ports(self):
        """Where tandem may go for it."""
        return [self.sandbox.port]

    @property
    def hook_url(self):
        return "http://127.0.0.1:%d/webhooks/%s" % (self.webhook_port, self.name)

    def local(self, external):
        """Our word for a status of theirs."""
        return next(local for local, word in self.statuses if word == external)

    def external(self, local):
        return next(word for ours, word in self.statuses if ours == local)

    def writes(self):
        """What came in by the API, since the beginning."""
        return self.sandbox.history(via="api")

    def is_quiet(self):
        webhooks = self.sandbox.control("GET", "webhooks")
        return webhooks["pause"] or not webhooks["waiting"] + webhooks["sending"]


class GitHub(Tracker):
    system, title, remote = "github", "GitHub", "acme/rocket"
    options = ("--issues", "0", "--no-limits", "--no-pull-requests")
    credential = {"kind": "pat", "secret": '{"token":"sandbox-token"}'}
    statuses = (("open", "open"), ("done", "closed:completed"), ("cancelled", "closed:not_planned"), ("in_progress", "open"))
    fields = ("title", "body", "labels", "assignees")
    headers = {"Authorization": "Bearer sandbox-token", "User-Agent": "test"}

    def hook(self):
        config = {"url": self.hook_url, "content_type": "json", "secret": "hook-secret"}
        self.sandbox.request("POST", "/repos/acme/rocket/hooks", {"name": "web", "active": True, "config": config,
                                                                  "events": ["issues", "issue_comment"]}, self.headers)

    def create(self, actor, **fields):
        return "#%d" % self.sandbox.act(actor, "create", fields=fields)["issue"]["number"]

    def edit(self, actor, key, **fields):
        status = fields.pop("status", None)
        number = int(key[1:])
        if fields:
            self.sandbox.act(actor, "edit", number=number, fields=fields)
        if status:
            self.sandbox.act(actor, "reopen", number=number)
            word = self.external(status)
            if word != "open":
                self.sandbox.act(actor, "close", number=number, fields={"state_reason": word.partition(":")[2]})

    def comment(self, actor, key, body):
        return self.sandbox.act(actor, "comment", number=int(key[1:]), fields={"body": body})["comment"]["id"]

    def edit_comment(self, actor, key, comment, body):
        self.sandbox.act(actor, "edit_comment", number=int(key[1:]), fields={"comment_id": comment, "body": body})

    def delete_comment(self, actor, key, comment):
        self.sandbox.act(actor, "delete_comment", number=int(key[1:]), fields={"comment_id": comment})

    def comment_ids(self, key):
        path = "/repos/acme/rocket/issues/%s/comments" % key[1:]
        return [one["id"] for one in self.sandbox.request("GET", path, None, self.headers)]

    def delete(self, actor, key):
        self.sandbox.act(actor, "delete", number=int(key[1:]))

    def look(self, key):
        issue = self.sandbox.issue(int(key[1:]))
        comments = self.sandbox.request("GET", "/repos/acme/rocket/issues/%s/comments" % key[1:], None, self.headers)
        word = "open" if issue["state"] == "open" else "closed:" + (issue["state_reason"] or "completed")
        return {"title": issue["title"], "body": (issue["body"] or "").split("\n\n<!--")[0], "status": self.local(word),
                "labels": sorted(label["name"] for label in issue["labels"]),
                "assignees": sorted(user["login"] for user in issue["assignees"]),
                "comments": [one["body"].split("\n\n<!--")[0] for one in comments]}

    def titles(self):
        found = self.sandbox.request("GET", "/repos/acme/rocket/issues?state=all&per_page=100", None, self.headers)
        return [issue["title"] for issue in found]


class Linear(Tracker):
    system, title, remote = "linear", "Linear", "ENG"
    options = ("--issues", "0", "--no-limits")
    credential = {"kind": "api_key", "secret": '{"token":"sandbox-token"}'}
    statuses = (("open", "Todo"), ("in_progress", "In Progress"), ("done", "Done"), ("cancelled", "Canceled"),
                ("open", "Backlog"), ("open", "Triage"), ("in_progress", "In Review"))
    headers = {"Authorization": "sandbox-token", "Content-Type": "application/json"}
    issue_query = """query Look($id: String!) { issue(id: $id) { title description state { name } priorityLabel dueDate
      assignee { displayName } labels { nodes { name } } comments { nodes { id body createdAt } } } }"""

    def project(self, **settings):
        project = super().project(**settings)
        for rule in project["rules"]:
            if rule["field"] == "assignees":
                rule["members_max"] = 1
        return project

    def ask(self, query, **variables):
        answer = self.sandbox.request("POST", "/graphql", {"query": query, "variables": variables}, self.headers)
        if "errors" in answer:
            raise AssertionError(json.dumps(answer["errors"]))
        return answer["data"]

    def act(self, actor, do, issue=None, **fields):
        return self.sandbox.control("POST", "act", {"actor": actor, "do": do, "issue": issue, "team": "ENG",
                                                    "fields": fields})

    def hook(self):
        team = self.ask("{ teams { nodes { id } } }")["teams"]["nodes"][0]["id"]
        self.ask("mutation W($input: WebhookCreateInput!) { webhookCreate(input: $input) { success } }",
                 input={"url": self.hook_url, "resourceTypes": ["Issue", "Comment"], "teamId": team,
                        "secret": "hook-secret"})

    @staticmethod
    def _words(fields):
        names = {"body": "description", "due_date": "dueDate"}
        return {names.get(name, name): value for name, value in fields.items()}

    def create(self, actor, **fields):
        return self.act(actor, "create", **self._words(fields))["issue"]["identifier"]

    def edit(self, actor, key, **fields):
        status = fields.pop("status", None)
        if status:
            fields["state"] = self.external(status)
        self.act(actor, "edit", key, **self._words(fields))

    def comment(self, actor, key, body):
        return self.act(actor, "comment", key, body=body)["comment"]["id"]

    def edit_comment(self, actor, key, comment, body):
        self.act(actor, "edit_comment", key, comment_id=comment, body=body)

    def delete_comment(self, actor, key, comment):
        self.act(actor, "delete_comment", key, comment_id=comment)

    def comment_ids(self, key):
        return [one["id"] for one in self.ask(self.issue_query, id=key)["issue"]["comments"]["nodes"]]

    def delete(self, actor, key):
        self.act(actor, "trash", key)

    def restore(self, actor, key):
        self.act(actor, "restore", key)

    def look(self, key):
        issue = self.ask(self.issue_query, id=key)["issue"]
        comments = sorted(issue["comments"]["nodes"], key=lambda one: one["createdAt"])
        return {"title": issue["title"], "body": issue["description"] or "", "status": self.local(issue["state"]["name"]),
                "labels": sorted(label["name"] for label in issue["labels"]["nodes"]),
                "assignees": [issue["assignee"]["displayName"]] if issue["assignee"] else [],
                "comments": [one["body"] for one in comments], "priority": issue["priorityLabel"],
                "due_date": issue["dueDate"] or ""}

    def titles(self):
        found = self.ask("{ issues(first: 100, includeArchived: true) { nodes { title } } }")
        return [issue["title"] for issue in found["issues"]["nodes"]]


class Jira(Tracker):
    system, title, remote = "jira", "Jira", "ROCKET"
    options = ("--issues", "0", "--no-limits", "--token", "sandbox-token=tandem-bot:admin")
    credential = {"kind": "api_token", "secret": '{"email":"tandem-bot@example.com","token":"sandbox-token"}'}
    version = 3  # of its API
    statuses = (("open", "To Do"), ("in_progress", "In Progress"), ("done", "Done"), ("cancelled", "Done"),
                ("in_progress", "In Review"), ("in_progress", "Blocked"))
    people = {"alice": "Alice Ångström", "bob": "Bob Baker"}
    headers = {"Content-Type": "application/json",
               "Authorization": "Basic " + base64.b64encode(b"tandem-bot@example.com:sandbox-token").decode()}

    def project(self, **settings):
        project = super().project(**settings)
        for rule in project["rules"]:
            if rule["field"] == "assignees":
                table = [{"local": local, "external": external} for local, external in self.people.items()]
                rule.update(members_max=1, closed=True, table=table)
        return project

    def ask(self, method, path, body=None):
        return self.sandbox.request(method, path, body, self.headers)

    def issue(self, key):
        return self.ask("GET", "/rest/api/%d/issue/%s" % (self.version, key))

    def act(self, actor, do, key=None, **fields):
        return self.sandbox.control("POST", "act", {"actor": actor, "do": do, "key": key, "project": "ROCKET",
                                                    "type": "Task", "fields": fields})

    def hook(self):
        self.ask("POST", "/rest/webhooks/1.0/webhook", {
            "name": "tandem", "url": self.hook_url, "secret": "hook-secret",
            "events": ["jira:issue_created", "jira:issue_updated", "jira:issue_deleted", "comment_created",
                       "comment_updated", "comment_deleted"]})

    @staticmethod
    def _words(fields):
        names = {"title": "summary", "body": "description", "due_date": "duedate"}
        return {names.get(name, name): value for name, value in fields.items()}

    def create(self, actor, **fields):
        status = fields.pop("status", None)
        key = self.act(actor, "create", **self._words(fields))["issue"]["key"]
        if status:
            self.act(actor, "transition", key, to=self.external(status))
        return key

    def edit(self, actor, key, **fields):
        status = fields.pop("status", None)
        if fields:
            self.act(actor, "edit", key, **self._words(fields))
        if status:
            self.act(actor, "transition", key, to=self.external(status))

    def comment(self, actor, key, body):
        return self.act(actor, "comment", key, body=body)["comment"]["id"]

    def edit_comment(self, actor, key, comment, body):
        self.act(actor, "edit_comment", key, comment_id=comment, body=body)

    def delete_comment(self, actor, key, comment):
        self.act(actor, "delete_comment", key, comment_id=comment)

    def comment_ids(self, key):
        return [one["id"] for one in self.issue(key)["fields"]["comment"]["comments"]]

    def delete(self, actor, key):
        self.act(actor, "delete", key)

    @classmethod
    def _markdown(cls, node):
        """The few kinds of nodes that these tests write."""
        if node is None:
            return ""
        if node["type"] == "text":
            text = node["text"]
            for mark in node.get("marks", ()):
                text = "*%s*" % text if mark["type"] == "em" else text
                text = "[%s](%s)" % (text, mark["attrs"]["href"]) if mark["type"] == "link" else text
            return text
        parts = [cls._markdown(child) for child in node.get("content", ())]
        return ("\n\n" if node["type"] == "doc" else "").join(parts)

    def look(self, key):
        fields = self.issue(key)["fields"]
        return {"title": fields["summary"], "body": self._markdown(fields["description"]),
                "status": self.local(fields["status"]["name"]), "labels": sorted(fields["labels"]),
                "assignees": [fields["assignee"]["displayName"]] if fields["assignee"] else [],
                "comments": [self._markdown(one["body"]) for one in fields["comment"]["comments"]],
                "priority": fields["priority"]["name"] if fields["priority"] else "", "due_date": fields["duedate"] or ""}

    def titles(self):
        found = self.ask("POST", "/rest/api/3/search/jql", {"jql": "project = ROCKET order by key", "maxResults": 100,
                                                            "fields": ["summary"]})
        return [issue["fields"]["summary"] for issue in found["issues"]]


class JiraDataCenter(Jira):
    """Its texts are wiki markup, its people have login names."""

    options = ("--data-center", *Jira.options)
    credential = {"kind": "pat", "secret": '{"token":"sandbox-token"}'}
    people = {"alice": "alice", "bob": "bob"}
    headers = {"Content-Type": "application/json", "Authorization": "Bearer sandbox-token"}
    version = 2

    @classmethod
    def _markdown(cls, node):
        return node or ""

    def titles(self):
        found = self.ask("GET", "/rest/api/2/search?jql=project=ROCKET+order+by+key&maxResults=100&fields=summary")
        return [issue["fields"]["summary"] for issue in found["issues"]]


class JsonTracker(Tracker):
    """The tracker that the generic adapter is told of by a mapping."""

    system, title, remote = "webhook", "JSON tracker", "rocket"
    options = ("--tickets", "0")
    credential = {"kind": "webhook", "secret": json.dumps({"secret": SECRET, "token": "sandbox-token"})}
    statuses = (("open", "open"), ("in_progress", "doing"), ("done", "done"), ("cancelled", "dropped"))
    hook_secret = HOOK_SECRET

    def project(self, **settings):
        return super().project(options=json.dumps(mapping()), **settings)

    def hook(self):
        self.sandbox.control("POST", "webhooks", {"url": self.hook_url, "secret": HOOK_SECRET})

    def act(self, actor, do, identifier=None, **fields):
        return next(iter(self.sandbox.control("POST", "act", {"actor": actor, "do": do, "id": identifier,
                                                              "fields": fields}).values()))

    def rows(self, table="tickets"):
        return [row for row in self.sandbox.control("GET", "world")[table] if not row["deleted"]]

    def row(self, key):
        return next(row for row in self.rows() if str(row["number"]) == key)

    def _words(self, fields):
        names = {"body": "description", "status": "state", "due_date": "due"}
        words = {names.get(name, name): value for name, value in fields.items()}
        for name in {"labels", "assignees"} & set(words):
            words[name] = [{"name": one} for one in words[name]]
        if "state" in words:
            words["state"] = self.external(words["state"])
        return words

    def create(self, actor, **fields):
        return str(self.act(actor, "create", **self._words(fields))["number"])

    def edit(self, actor, key, **fields):
        self.act(actor, "edit", self.row(key)["id"], **self._words(fields))

    def comment(self, actor, key, body):
        return self.act(actor, "comment", self.row(key)["id"], body=body)["id"]

    def edit_comment(self, actor, key, comment, body):
        self.act(actor, "edit_comment", comment, body=body)

    def look(self, key):
        row = self.row(key)
        return {"title": row["title"], "body": row["description"] or "", "status": self.local(row["state"]),
                "labels": sorted(one["name"] for one in row["labels"]),
                "assignees": sorted(one["name"] for one in row["assignees"]),
                "comments": [one["body"] for one in self.rows("comments") if one["ticket_id"] == row["id"]],
                "priority": row["priority"] or "", "due_date": row["due"] or ""}

    def titles(self):
        return [row["title"] for row in self.rows()]


def relayed(kind):
    """A tracker that tandem reaches through a relay, which keeps every byte."""
    class Relayed(kind):
        fields = ("title", "body", "labels")  # what all have in common

        def __init__(self, world, name, *more):
            super().__init__(world, name, *more)
            self.relay = Relay(self.sandbox.port)

        @property
        def ports(self):
            return [self.sandbox.port, self.relay.port]

        def project(self, **settings):
            return super().project(base_url=self.relay.url, **settings)
    return Relayed


class OneTracker(World):
    """A tandem with a single tracker, whose project here is "rocket"."""

    def __init__(self, kind, **more):
        self.system, self.roles = kind.system, ("store", "conflict", "scheduler", "adapter-" + kind.system)
        self.kind = kind
        super().__init__(kind.options, **more)
        self.tracker = kind(self, "rocket", self.sandbox, self.webhook_port)

    def connect(self):
        tracker = self.tracker
        self.call("credential.put", name=tracker.name, actor="user:test", **tracker.credential)
        self.call("credential.put", name=tracker.name + ".webhook", kind="webhook", actor="user:test",
                  secret=json.dumps({"secret": tracker.hook_secret}))
        self.call("project.configure", project=tracker.project(), actor="user:test")

    def hook(self):
        """Only when somebody listens: what is told to nobody is not repeated soon."""
        wait_for(lambda: "webhooks_listening" in self.processes["adapter-" + self.system].output(), "the receiver")
        self.tracker.hook()


class Trackers(World):
    """A tandem with one project in each of `kinds`; with `follow` every project takes the tickets of all others."""

    def __init__(self, kinds=(GitHub, Jira, Linear), webhooks=True, follow=True, **more):
        super().__init__(("--issues", "0", "--no-limits"), start=False, **more)
        self.trackers = [kind(self, kind.system) for kind in kinds]
        self.extra["TANDEM_ALLOW_HOSTS"] = ",".join("127.0.0.1:%d" % port for one in self.trackers for port in one.ports)
        for role in ("store", "conflict", "scheduler"):
            self.start(role)
        self.wait_for_store()
        for tracker in self.trackers:
            self.start("adapter-" + tracker.system,
                       more={"TANDEM_WEBHOOK_LISTEN": "127.0.0.1:%d" % tracker.webhook_port})
        self.connect_all(webhooks, follow)

    def connect_all(self, webhooks, follow):
        for tracker in self.trackers:
            self.call("credential.put", name=tracker.name, actor="user:test", **tracker.credential)
            self.call("credential.put", name=tracker.name + ".webhook", kind="webhook", actor="user:test",
                      secret=json.dumps({"secret": tracker.hook_secret}))
            self.call("project.configure", project=tracker.project(), actor="user:test")
        for tracker in self.trackers:
            others = [one.name for one in self.trackers if follow and one is not tracker]
            self.call("project.configure", project=tracker.project(follows=others), actor="user:test")
            if webhooks:
                wait_for(lambda: self.is_listening(tracker), "the receiver of " + tracker.name)
                tracker.hook()
        self.sync_all()

    def is_listening(self, tracker):
        return "webhooks_listening" in self.processes["adapter-" + tracker.system].output()

    def sync_all(self):
        for tracker in self.trackers:
            self.sync(tracker.name)
        self.settle()

    def is_quiet(self, webhooks_too=True):
        return super().is_quiet(False) and all(tracker.is_quiet() for tracker in self.trackers) and super().is_quiet(False)

    def key_in(self, tracker, key):
        """The external key that a local ticket has in a tracker, or None."""
        rows = self.sql("select e.external_key from mapping m join item i on i.id = m.item_id join project p on p.id = "
                        "m.project_id join external_item e on (e.project_id, e.kind, e.external_id) = (m.project_id, "
                        "m.kind, m.external_id) where p.name = '%s' and i.kind = 'ticket' and 'T-' || i.number = '%s'"
                        % (tracker.name, key))
        return rows[0][0] if rows else None

    def everywhere(self, tracker, external_key):
        """The local ticket of an issue and its key in every tracker, once all have it."""
        def spread():
            ticket = self.ticket_of(external_key, tracker.name)
            keys = ticket and [self.key_in(one, ticket["key"]) for one in self.trackers]
            return (ticket["key"], keys) if ticket and all(keys) else None
        return wait_for(spread, "%s to be in all trackers" % external_key)

    def close(self):
        for tracker in self.trackers:
            tracker.sandbox.process.kill()
        super().close()
