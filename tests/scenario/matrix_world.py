"""The three trackers with every field of the table: written by people, shown in one look each, their traffic recorded."""

import datetime

from matrix_fields import BUG, FIELDS, HERE, PEOPLE, STORY
from relay import Relay
from trackers import GitHub, Jira, Linear, Trackers

CUSTOM = {"estimate": "customfield_10016", "sprint": "customfield_10020", "severity": "customfield_10031",
          "affected_platforms": "customfield_10032", "reviewer": "customfield_10033", "watch_group": "customfield_10034",
          "customer_reference": "customfield_10035", "acceptance_criteria": "customfield_10036",
          "target_date": "customfield_10037", "went_live": "customfield_10038", "keywords": "customfield_10039",
          "area": "customfield_10040", "runbook": "customfield_10041", "channels": "customfield_10042",
          "regression": "customfield_10043"}
JIRA_NAMES = {"title": "summary", "body": "description", "due_date": "duedate", "versions": "fixVersions",
              "affects_versions": "versions", "assignees": "assignee", **CUSTOM}


class Recorded:
    """A tracker that tandem reaches through a relay, and whose rules are made from the table."""

    def __init__(self, world, name):
        super().__init__(world, name)
        self.relay = Relay(self.sandbox.port)

    @property
    def ports(self):
        return [self.sandbox.port, self.relay.port]

    def project(self, direction="bidirectional", strategy="manual", **settings):
        rules = [self._rule(field, direction, strategy) for field in FIELDS if self.system in field.places]
        return super().project(rules=rules, base_url=self.relay.url, confirmed_by="user:test", **settings)

    def _rule(self, field, direction, strategy):
        table = [{"local": ours, "external": theirs} for ours, theirs in field.tables.get(self.system, ())]
        return {"field": field.name, "direction": direction, "strategy": strategy, "table": table,
                "closed": field.name in ("status", "assignees", "watch_group", "reviewer") and bool(table),
                "members_max": field.members_max.get(self.system, 0)}

    def look_at_all(self):
        """What the tracker shows: {key: {field: its word, or its words as a frozenset}}."""
        raise NotImplementedError

    def titles_made(self):
        return [seen["title"] for seen in self.look_at_all().values()]


def plain(value):
    """Emphasis is written in two ways, and a text ends where it ends."""
    return value if isinstance(value, frozenset) else value.replace("_", "*").rstrip()


class RecordedGitHub(Recorded, GitHub):
    def write(self, actor, key, words, case):
        self.edit(actor, key, **{name: sorted(word) if isinstance(word, frozenset) else word for name, word in words.items()})

    def edit(self, actor, key, **fields):
        if "status" in fields:
            fields["status"] = self.local(fields["status"])
        super().edit(actor, key, **fields)

    def look_at_all(self):
        found, page = {}, 1
        while issues := self.sandbox.request("GET", "/repos/acme/rocket/issues?state=all&per_page=100&page=%d" % page, None,
                                             self.headers):
            found.update(("#%d" % one["number"], self._words(one)) for one in issues)
            page += 1
        return found

    @staticmethod
    def _words(issue):
        status = "open" if issue["state"] == "open" else "closed:" + (issue["state_reason"] or "completed")
        return {"title": issue["title"], "body": (issue["body"] or "").split("\n\n<!--")[0], "status": status,
                "labels": frozenset(one["name"] for one in issue["labels"]),
                "assignees": frozenset(one["login"] for one in issue["assignees"]),
                "milestone": issue["milestone"]["title"] if issue["milestone"] else ""}


class RecordedLinear(Recorded, Linear):
    all_query = """query All($after: String) { issues(first: 100, after: $after, includeArchived: true) {
      pageInfo { hasNextPage endCursor } nodes { identifier title description state { name } priorityLabel estimate dueDate
      assignee { displayName } labels { nodes { name } } cycle { number } project { name } } } }"""

    def write(self, actor, key, words, case):
        fields = {}
        for name, word in words.items():
            if name == "labels":
                self._make_labels(actor, word)
                fields["labels"] = sorted(word)
            elif name == "assignees":
                fields["assignee"] = next(iter(word), None)
            elif name == "sprint":
                fields["cycle"] = int(word.split()[1])
            elif name == "estimate":
                fields["estimate"] = int(word)
            elif name == "priority":
                fields["priority"] = ("", "Urgent", "High", "Medium", "Low").index(word)
            else:
                fields[{"body": "description", "due_date": "dueDate", "status": "state"}.get(name, name)] = word
        self.act(actor, "edit", key, **fields)

    def _make_labels(self, actor, names):
        known = {one["name"] for one in self.ask("{ issueLabels(first: 250) { nodes { name } } }")["issueLabels"]["nodes"]}
        for name in names - known:
            self.act(actor, "create_label", name=name)

    def look_at_all(self):
        found, after = {}, None
        while True:
            page = self.ask(self.all_query, after=after)["issues"]
            found.update((one["identifier"], self._shown(one)) for one in page["nodes"])
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]

    @staticmethod
    def _shown(issue):
        return {"title": issue["title"], "body": issue["description"] or "", "status": issue["state"]["name"],
                "labels": frozenset(one["name"] for one in issue["labels"]["nodes"]),
                "assignees": frozenset([issue["assignee"]["displayName"]] if issue["assignee"] else []),
                "priority": issue["priorityLabel"], "estimate": "%g" % issue["estimate"] if issue["estimate"] else "",
                "due_date": issue["dueDate"] or "", "sprint": "Cycle %d" % issue["cycle"]["number"] if issue["cycle"] else "",
                "project": issue["project"]["name"] if issue["project"] else ""}


class RecordedJira(Recorded, Jira):
    people = dict(PEOPLE["jira"])

    def __init__(self, world, name):
        super().__init__(world, name)
        self._accounts = None

    def account(self, display_name):
        if self._accounts is None:
            users = self.ask("GET", "/rest/api/3/user/assignable/search?project=ROCKET&maxResults=100")
            self._accounts = {one["displayName"]: one["accountId"] for one in users}
        return {"accountId": self._accounts[display_name]}

    def _value(self, name, word):
        kind = next(field.kind for field in FIELDS if field.name == name)
        if name == "assignees":
            return self.account(next(iter(word))) if word else None
        if kind == "text":
            blocks = [{"type": "paragraph", "content": [{"type": "text", "text": text}]} for text in word.split("\n\n")]
            return {"type": "doc", "version": 1, "content": blocks}
        if kind == "user":
            return self.account(word)
        if kind == "users":
            return [self.account(one) for one in sorted(word)]
        if name in ("affected_platforms", "channels"):
            return [{"value": one} for one in sorted(word)]
        if name == "area":
            value, _, child = word.partition(" / ")
            return {"value": value, **({"child": {"value": child}} if child else {})}
        if name == "sprint":
            return int(word.split()[1])
        if name == "went_live":
            return word.replace("Z", "+0000")
        return int(word) if kind == "number" else sorted(word) if isinstance(word, frozenset) else word

    def _fields(self, words):
        return {JIRA_NAMES.get(name, name): self._value(name, word) for name, word in words.items() if name != "status"}

    def make(self, actor, issue_type, words):
        answer = self.sandbox.control("POST", "act", {"actor": actor, "do": "create", "project": "ROCKET", "type": issue_type,
                                                      "fields": self._fields(words)})
        return answer["issue"]["key"]

    def write(self, actor, key, words, case):
        if self._fields(words):
            self.act(actor, "edit", key, **self._fields(words))
        if "status" in words:
            self.act(actor, "transition", key, to=words["status"])

    def look_at_all(self):
        found, token = {}, None
        while True:
            asked = {"jql": "project = ROCKET order by key", "maxResults": 100, "fields": ["*all"]}
            page = self.ask("POST", "/rest/api/3/search/jql", {**asked, **({"nextPageToken": token} if token else {})})
            found.update((one["key"], self._shown(one["fields"])) for one in page["issues"])
            token = page.get("nextPageToken")
            if not token:
                return found

    def _shown(self, fields):
        return {field.name: self._word(field, fields.get(JIRA_NAMES.get(field.name, field.name)))
                for field in FIELDS if self.system in field.places}

    def _word(self, field, value):
        if field.is_set:
            one_or_more = value if isinstance(value, list) else [value] if value else []
            return frozenset(one if isinstance(one, str) else one.get("displayName") or one.get("value") or one["name"]
                             for one in one_or_more)
        if value is None:
            return ""
        if field.kind == "text":
            return self._markdown(value)
        if field.kind == "number":
            return "%g" % value
        if field.kind == "datetime":
            moment = datetime.datetime.fromisoformat(value).astimezone(datetime.timezone.utc)
            return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if field.name == "sprint":
            return value[-1]["name"]
        if isinstance(value, dict):
            word = value.get("displayName") or value.get("value") or value.get("name")
            return word + (" / " + value["child"]["value"] if "child" in value else "")
        return value


# The stand-ins have no limits here, so what keeps real trackers' limits need not wait either.
FULL_BUCKETS = """create function fill_bucket() returns trigger language plpgsql as
  $$ begin new.tokens = new.capacity; return new; end $$;
create trigger fill_bucket before insert or update on rate_bucket for each row execute function fill_bucket()"""


class Matrix(Trackers):
    """A tandem whose three projects take each other's tickets."""

    def __init__(self, **more):
        super().__init__((RecordedGitHub, RecordedJira, RecordedLinear), **more)
        self.sql(FULL_BUCKETS)
        self.by_system = {one.system: one for one in self.trackers}

    def configure(self, direction, strategy):
        for tracker in self.trackers:
            others = [one.name for one in self.trackers if one is not tracker]
            project = tracker.project(direction, strategy, follows=others)
            self.call("project.configure", project=project, actor="user:test")

    def set_state(self, state):
        for tracker in self.trackers:
            self.call("project.set_state", name=tracker.name, state=state, actor="user:test")

    def keys_of(self, key):
        """{system: the key there} of a local ticket."""
        ticket = self.call("ticket.get", key=key)
        return {one["system"]: one.get("external_key") for one in ticket["mappings"]}

    def make(self, case, issue_type):
        """A new issue of Jira with the base of every field it can have; its key there."""
        words = {field.name: external_base(field, "jira", case) for field in FIELDS
                 if "jira" in field.places and issue_type in field.types and field.name != "status"}
        return self.by_system["jira"].make("alice", issue_type, words)

    def close(self):
        super().close()
        for tracker in self.trackers:
            tracker.relay.close()


def external_base(field, system, case):
    base = frozenset(field.base) if field.is_set else field.base.format(case)
    return external_word(field, system, base)


def external_word(field, system, word):
    if field.is_set:
        return frozenset(field.external(system, one) for one in word)
    return field.external(system, word)


__all__ = ["BUG", "HERE", "STORY", "Matrix", "external_base", "external_word", "plain"]
