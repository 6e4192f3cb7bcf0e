"""The table of kinds: which class reads, shows and logs a field."""

from sandbox.jira import catalog, field_kinds
from sandbox.jira.field_hierarchy import EpicLink, Parent, Sprint
from sandbox.jira.field_kinds import Kind
from sandbox.jira.field_references import Assignee, Cascading, Listed, OfProject, Option, Person, Reporter, Several

KINDS = {
    "text": field_kinds.Text(), "summary": field_kinds.Summary(), "richtext": field_kinds.RichText(),
    "number": field_kinds.Number(), "date": field_kinds.Date(), "datetime": field_kinds.DateTime(),
    "time": field_kinds.Time(), "url": field_kinds.Url(), "labels": field_kinds.Labels(),
    "option": Option(), "options": Several(Option()), "cascading": Cascading(), "user": Person(),
    "users": Several(Person()), "assignee": Assignee(), "reporter": Reporter(), "creator": Person(),
    "versions": Several(OfProject("version", "Version"), True),
    "components": Several(OfProject("component", "Component"), True),
    "priority": Listed("priority", catalog.PRIORITIES), "resolution": Listed("resolution", catalog.RESOLUTIONS),
    "securitylevel": Listed("securitylevel", catalog.SECURITY_LEVELS), "sprint": Sprint(), "parent": Parent(), "epiclink": EpicLink()}
for _name, _type in (("issuetype", "issuetype"), ("project", "project"), ("status", "status"), ("links", "array"),
                     ("subtasks", "array"), ("comments", "comments-page")):
    KINDS[_name] = type(_name.title(), (Kind,), {"type": _type})()


def kind_of(field):
    return KINDS[field.kind]


def schema_of(field):
    """The field's `schema` object."""
    kind = kind_of(field)
    document = {"type": kind.type}
    items = {"links": "issuelinks", "subtasks": "issuelinks"}.get(field.kind, kind.items)
    if items is not None:
        document["items"] = items
    if field.custom:
        document.update(custom=field.custom, customId=field.custom_id)
    else:
        document["system"] = field.id
    return document
