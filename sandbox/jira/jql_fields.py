"""What JQL may ask of each field: how to get at an issue's values, and how to read an operand.

A `Searched` field gives `values(issue)`, the comparable values of an issue (empty for none), and
`read(operand text)`, the comparable values that the operand stands for.
"""

import re

from sandbox.jira import adf_text, catalog, times
from sandbox.jira.jql_parse import problem

EQUALITY = frozenset(("=", "!=", "in", "not in", "is", "is not"))
ORDERED = EQUALITY | {"<", "<=", ">", ">="}
TEXT_ONLY = frozenset(("~", "!~", "is", "is not"))
DATE_FORMATS = ("Date value '%s' for field '%s' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
                "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.")
KEY = re.compile(r"([A-Za-z][A-Za-z0-9_]*)-(\d+)")


class Searched:
    """One searchable field."""

    __slots__ = ("name", "values", "read", "operators", "sort")

    def __init__(self, name, values, read, operators=EQUALITY, sort=None):
        self.name = name
        self.values = values
        self.read = read
        self.operators = operators
        self.sort = sort or (lambda issue: next(iter(values(issue)), None))


def no_value(value, name):
    return problem("The value '%s' does not exist for the field '%s'." % (value.text, name))


def key_order(key):
    project, _, number = key.rpartition("-")
    return project, int(number)


class FieldTable:
    """Finds the searched field of a name. `zone` and `user` are those of the account that asks."""

    def __init__(self, world, user):
        self.world = world
        self.user = user

    def find(self, name):
        """Raises ApiError 400 for an unknown field."""
        word = name.lower()
        if word in BUILT_IN:
            return BUILT_IN[word](self, name)
        field = self._field(word)
        if field is None:
            raise problem("Field '%s' does not exist or you do not have permission to view it." % name)
        return self._of_field(field, name)

    def _field(self, word):
        cf = re.fullmatch(r"cf\[(\d+)\]", word)
        if cf:
            return self.world.fields.get("customfield_" + cf.group(1))
        for field in self.world.fields.values():
            names = [one.lower() for one in field.clauses]
            if word in names + ([field.name.lower(), field.id] if field.custom else []):
                return field
        return None

    # the built-in ones

    def project(self, name):
        def read(value):
            wanted = value.text.lower()
            found = [one.id for one in self.world.projects.values()
                     if wanted in (one.key.lower(), one.name.lower(), str(one.id))]
            if not found:
                raise no_value(value, name)
            return found
        return Searched(name, lambda issue: (issue.project_id,), read,
                        sort=lambda issue: issue.key.rpartition("-")[0])

    def key(self, name):
        def read(value):
            if value.text.isdigit():
                return [int(value.text)]
            if not KEY.fullmatch(value.text):
                raise problem("The issue key '%s' for field '%s' is invalid." % (value.text, name))
            issue = self.world.find_issue(value.text)
            if issue is None:
                raise problem("An issue with key '%s' does not exist for field '%s'." % (value.text, name))
            return [issue.id]
        return Searched(name, lambda issue: (issue.id,), read, ORDERED, lambda issue: key_order(issue.key))

    def status(self, name):
        return self._listed(name, {key: (one.name,) for key, one in catalog.STATUSES.items()},
                            lambda issue: (issue.status_id,))

    def status_category(self, name):
        table = {key: (facts[1], str(facts[0])) for key, facts in catalog.CATEGORIES.items()}
        return self._listed(name, table, lambda issue: (catalog.STATUSES[issue.status_id].category,))

    def issue_type(self, name):
        return self._listed(name, {key: (one.name,) for key, one in catalog.TYPES.items()},
                            lambda issue: (issue.type_id,))

    def parent(self, name):
        def values(issue):
            found = self.world.parent_id(issue)
            return () if found is None else (found,)
        return Searched(name, values, self.key(name).read)

    def created(self, name):
        return self._time(name, lambda issue: issue.created)

    def updated(self, name):
        return self._time(name, lambda issue: issue.updated)

    def resolved(self, name):
        return self._time(name, lambda issue: issue.resolved)

    def creator(self, name):
        return self._person(name, lambda issue: (issue.creator,))

    def text(self, name):
        def values(issue):
            return [adf_text.to_wiki(issue.values[one]) for one in ("summary", "description", "environment")
                    if one in issue.values]
        return Searched(name, values, lambda value: [value.text], frozenset(("~",)))

    # by kind

    def _listed(self, name, table, values):
        def read(value):
            wanted = value.text.lower()
            for key, names in table.items():
                if wanted == key.lower() or wanted in [one.lower() for one in names]:
                    return [key]
            raise no_value(value, name)
        return Searched(name, values, read)

    def _time(self, name, get):
        def read(value):
            if not value.quoted and re.fullmatch(r"-?\d{5,}", value.text):
                return [int(value.text)]
            try:
                return [times.parse_jql_date(value.text, self.world.now_ms(), self.user.time_zone)]
            except ValueError:
                raise problem(DATE_FORMATS % (value.text, name)) from None

        def values(issue):
            found = get(issue)
            return () if found is None else (found,)
        return Searched(name, values, read, ORDERED)

    def _person(self, name, values):
        def read(value):
            user = self.world.find_user(value.text)
            if user is None:
                raise no_value(value, name)
            return [user.account_id]
        return Searched(name, values, read, EQUALITY, lambda issue: next(
            (self.world.users[one].display_name for one in values(issue)), None))

    def _of_field(self, field, name):
        def values(issue):
            stored = issue.values.get(field.id)
            return () if stored is None else stored if isinstance(stored, list) else (stored,)
        kind = field.kind
        if kind in ("text", "summary", "richtext", "url"):
            return Searched(name, lambda issue: [adf_text.to_wiki(one) for one in values(issue)],
                            lambda value: [value.text], TEXT_ONLY)
        if kind in ("user", "users", "assignee", "reporter", "creator"):
            return self._person(name, values)
        if kind in ("date", "datetime"):
            return self._dates(field, name, values)
        if kind == "number":
            return Searched(name, values, lambda value: [_number(value, name)], ORDERED)
        if kind == "labels":
            return Searched(name, values, lambda value: [value.text])
        return self._listed(name, self._choices(field), lambda issue: [str(one) for one in values(issue) if one])

    def _dates(self, field, name, values):
        def as_ms(stored):
            return times.parse_jql_date(stored, 0, self.user.time_zone) if isinstance(stored, str) else stored
        return self._time(name, lambda issue: next((as_ms(one) for one in values(issue)), None))

    def _choices(self, field):
        """Names by id of what the field may hold."""
        world = self.world
        if field.kind == "priority":
            return {key: facts[:1] for key, facts in catalog.PRIORITIES.items()}
        if field.kind == "resolution":
            return {key: facts[:1] for key, facts in catalog.RESOLUTIONS.items()}
        if field.kind == "securitylevel":
            return {key: facts[:1] for key, facts in catalog.SECURITY_LEVELS.items()}
        if field.kind == "epiclink":
            return {str(one.id): (one.key,) for one in world.issues.values() if world.type_of(one).level > 0}
        tables = {"versions": world.versions, "components": world.components, "sprint": world.sprints}
        if field.kind in tables:
            return {str(key): (one.name,) for key, one in tables[field.kind].items()}
        return {one.id: (one.value,) for top in field.options for one in (top,) + top.children}


def _number(value, name):
    try:
        return float(value.text)
    except ValueError:
        raise problem("Value '%s' for the field '%s' must be a number." % (value.text, name)) from None


BUILT_IN = {"project": FieldTable.project, "status": FieldTable.status, "statuscategory": FieldTable.status_category,
            "issuetype": FieldTable.issue_type, "type": FieldTable.issue_type, "parent": FieldTable.parent,
            "created": FieldTable.created, "createddate": FieldTable.created, "updated": FieldTable.updated,
            "updateddate": FieldTable.updated, "resolved": FieldTable.resolved, "resolutiondate": FieldTable.resolved,
            "creator": FieldTable.creator, "text": FieldTable.text}
BUILT_IN.update(dict.fromkeys(("key", "issuekey", "issue", "id"), FieldTable.key))
