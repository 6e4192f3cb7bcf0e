"""Reads what a client wants to set: `fields` and `update`, checked field by field against a screen."""

from sandbox.jira import catalog, members
from sandbox.jira.errors import ApiError, BadDocument, BadValue, bad_request
from sandbox.jira.kinds import kind_of

NOT_ON_SCREEN = "Field '%s' cannot be set. It is not on the appropriate screen, or unknown."
IDENTITY = ("project", "issuetype")


class Context:
    """What a field's kind needs to know to read a value."""

    __slots__ = ("world", "project", "issue_type", "field")

    def __init__(self, world, project, issue_type):
        self.world = world
        self.project = project
        self.issue_type = issue_type
        self.field = None


class Edit:
    """The new values by field id; None empties a field. `comments` are those that came in `update`."""

    def __init__(self, context, screen, stored):
        self.context = context
        self.screen = frozenset(screen)
        self.stored = stored
        self.values = {}
        self.comments = []
        self.problems = {}

    def read(self, document):
        """Reads a request's `fields` and `update`. Raises ApiError 400 with all problems."""
        fields, update = members.mapping(document, "fields"), members.mapping(document, "update")
        for name in sorted(set(fields) & set(update)):
            self.problems[name] = "Field '%s' cannot be set in both 'fields' and 'update'." % name
        for name, value in fields.items():
            if name not in IDENTITY:
                self._guard(name, lambda name=name, value=value: self._set(name, value))
        for name, operations in update.items():
            if name == "comment":
                self.comments = [one["add"] for one in members.sequence(update, name)
                                 if isinstance(one, dict) and "add" in one]
            else:
                self._guard(name, lambda name=name, operations=operations: self._apply(name, operations))
        self.raise_problems()

    def raise_problems(self):
        if self.problems:
            raise ApiError(400, errors=self.problems)

    def _guard(self, name, action):
        try:
            action()
        except BadValue as problem:
            self.problems[name] = str(problem)
        except BadDocument:
            raise bad_request("INVALID_INPUT") from None

    def _field(self, name):
        field = self.context.world.fields.get(name)
        if field is None or name not in self.screen:
            raise BadValue(NOT_ON_SCREEN % name)
        self.context.field = field
        return field

    def _set(self, name, value):
        field = self._field(name)
        self.values[name] = kind_of(field).parse(self.context, value)

    def _apply(self, name, operations):
        """`update`: a list of {"set" | "add" | "remove": value}, one after the other."""
        field = self._field(name)
        kind = kind_of(field)
        if not isinstance(operations, list):
            raise BadValue("Operations must be an array")
        for operation in operations:
            if not isinstance(operation, dict) or len(operation) != 1:
                raise BadValue("Each operation must be an object with one member")
            (verb, value), = operation.items()
            if verb not in kind.operations:
                raise BadValue("Field with id '%s' and name '%s' does not support operation '%s'. Supported "
                               "operation(s) are: '%s'" % (name, field.name, verb, ", ".join(kind.operations)))
            before = self.values.get(name, self.stored.get(name))
            self.values[name] = kind.parse(self.context, value) if verb == "set" \
                else getattr(kind, verb)(self.context, before, value)

    def require(self, names):
        """Raises ApiError 400 naming the required fields that stay empty."""
        for name in names:
            if name in IDENTITY:
                continue
            if self.values.get(name, self.stored.get(name)) is None:
                self.problems.setdefault(name, self._missing(name))
        self.raise_problems()

    def _missing(self, name):
        if name == "summary":
            return "You must specify a summary of the issue."
        if name == "parent":
            return "Issue type is a sub-task but parent issue key or id not specified."
        return "%s is required." % self.context.world.fields[name].name


def project_and_type(world, fields):
    """The project and issue type that a creation names. Raises ApiError 400."""
    wanted, kind = fields.get("project"), fields.get("issuetype")
    project = None
    if isinstance(wanted, dict):
        project = world.find_project(wanted.get("key", wanted.get("id", "")))
    if project is None:
        raise bad_request(project="Specify a valid project ID or key")
    issue_type = None
    if isinstance(kind, dict):
        issue_type = next((one for one in catalog.TYPES.values()
                           if str(kind.get("id")) == one.id or kind.get("name") == one.name), None)
    if issue_type is None:
        raise bad_request(issuetype="Specify an issue type" if not kind else "Specify a valid issue type")
    return project, issue_type


def for_issue(world, issue, screen=None):
    """An edit of an existing issue; its type's screen unless another is given."""
    issue_type = world.type_of(issue)
    context = Context(world, world.project_of(issue), issue_type)
    return Edit(context, catalog.screen_of(world.flavour, issue_type) if screen is None else screen, issue.values)
