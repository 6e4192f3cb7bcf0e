"""A whole tandem with the sandbox Linear instead of GitHub."""

import json

from world import World, wait_for

STATUS_TABLE = [
    {"local": "open", "external": "Backlog"},
    {"local": "in_progress", "external": "In Progress"},
    {"local": "done", "external": "Done"},
    {"local": "cancelled", "external": "Canceled"},
]
FIELDS = ("title", "body", "labels", "priority", "estimate", "parent", "due_date", "project", "sprint")
HEADERS = {"Authorization": "sandbox-token", "Content-Type": "application/json"}
ISSUE = """query Look($id: String!) { issue(id: $id) { id identifier title description priorityLabel estimate dueDate
  state { name } assignee { displayName } parent { id identifier } project { name } cycle { number }
  labels { nodes { name } } comments { nodes { body } } } }"""


class LinearWorld(World):
    """The team is ENG, the project here "rocket"."""

    system = "linear"
    roles = ("store", "conflict", "scheduler", "adapter-linear")

    def __init__(self, issues=12, options=(), **more):
        super().__init__(("--issues", str(issues), "--no-limits", *options), **more)

    def connect(self, name="rocket", remote="ENG", token="sandbox-token", **settings):
        rules = [{"field": field} for field in FIELDS] + [{"field": "status", "table": STATUS_TABLE},
                                                          {"field": "assignees", "members_max": 1}]
        super().connect(name, remote, token, **{"system": "linear", "rules": rules, "listed_only": True, **settings})

    def ask(self, query, **variables):
        answer = self.sandbox.request("POST", "/graphql", {"query": query, "variables": variables}, HEADERS)
        if "errors" in answer:
            raise AssertionError(json.dumps(answer["errors"]))
        return answer["data"]

    def issue(self, word):
        """An issue by id or identifier."""
        return self.ask(ISSUE, id=word)["issue"]

    def act(self, do, issue=None, actor="alice", **fields):
        return self.sandbox.control("POST", "act", {"actor": actor, "do": do, "issue": issue, "team": "ENG",
                                                    "fields": fields})

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
