"""Kinds of fields that say where an issue belongs: its parent or epic, its sprints."""

from sandbox.jira.errors import BadValue
from sandbox.jira.field_kinds import NO_STRING, Kind
from sandbox.jira.field_references import named


class Sprint(Kind):
    """The sprints an issue was and is in. Set by the number of one; finished sprints stay."""

    type = "array"
    items = "json"
    operations = ("set",)

    def parse(self, context, value):
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) and not str(value).isdigit():
            raise BadValue("Number value expected as the Sprint id.")
        sprint = context.world.sprints.get(int(value))
        if sprint is None or sprint.state == "closed":
            raise BadValue("Issue can be assigned only active or future sprints.")
        return [sprint.id]

    def shown(self, show, field, value):
        if value is None:
            return None
        render = show.sprint if show.world.is_cloud else show.sprint_text
        return [render(show.world.sprints[one]) for one in value]

    def logged(self, show, field, value):
        return (", ".join(str(one) for one in value or ()),
                ", ".join(show.world.sprints[one].name for one in value or ()))


class Parent(Kind):
    """The issue above: an epic for standard types, a standard issue for sub-tasks. Stored as its id."""

    type = "issuelink"
    operations = ("set",)

    def parse(self, context, value):
        if value is None or isinstance(value, dict) and value.get("none") is True:
            return self._none(context)
        return self.find(context, named(value, ("id", "key"))[1]).id

    def _none(self, context):
        if context.issue_type.level < 0:
            raise BadValue("Issue type is a sub-task but parent issue key or id not specified.")
        return None

    def find(self, context, text):
        parent = context.world.find_issue(text)
        if parent is None:
            raise BadValue("Could not find issue by id or key.")
        if context.world.type_of(parent).level != context.issue_type.level + 1:
            raise BadValue("Given parent work item does not belong to appropriate hierarchy.")
        if context.issue_type.level < 0 and parent.project_id != context.project.id:
            raise BadValue("Given parent issue does not belong to the same project.")
        return parent

    def shown(self, show, field, value):
        return show.issue_brief(show.world.issues[value]) if value in show.world.issues else None

    def logged(self, show, field, value):
        parent = show.world.issues.get(value)
        return (str(value) if value else None), parent.key if parent else None


class EpicLink(Parent):
    """Data Center's parent of a standard issue: the key of an epic."""

    type = "any"

    def parse(self, context, value):
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise BadValue(NO_STRING)
        return self.find(context, value).id

    def shown(self, show, field, value):
        parent = show.world.issues.get(value)
        return parent.key if parent else None
