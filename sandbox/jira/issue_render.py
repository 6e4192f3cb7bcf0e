"""The JSON of issues: their fields, names and schemas, changelog and transitions."""

from sandbox.jira import catalog
from sandbox.jira.kinds import kind_of, schema_of
from sandbox.jira.render import Renderer

BRIEF_FIELDS = ("summary", "status", "priority", "issuetype")
EMBEDDED_COMMENTS = 5000
EMBEDDED_CHANGES = 100


def chosen_fields(world, wanted, default):
    """Ids of the fields that a `fields` list asks for: ids, names, `*all`, `*navigable`, and `-id` to leave out."""
    wanted = wanted or [default]
    chosen = {}
    for text in wanted:
        if text == "*all":
            chosen.update(dict.fromkeys(world.fields))
        elif text == "*navigable":
            chosen.update(dict.fromkeys(one for one in world.fields if one != "comment"))
        elif text in world.fields:
            chosen[text] = None
    if all(text.startswith("-") for text in wanted):
        chosen.update(dict.fromkeys(world.fields))
    for text in wanted:
        if text.startswith("-"):
            chosen.pop(text[1:], None)
    return list(chosen)


class IssueRenderer(Renderer):
    """Adds issues to what `Renderer` shows. `may_read(comment)` hides restricted comments."""

    def __init__(self, world, base, api, zone, may_read=lambda comment: True):
        super().__init__(world, base, api, zone)
        self.may_read = may_read

    def issue_link(self, issue):
        return "%s/issue/%d" % (self.base, issue.id)

    def issue_brief(self, issue):
        """What a parent, sub-task or linked issue shows of itself."""
        return {"id": str(issue.id), "key": issue.key, "self": self.issue_link(issue),
                "fields": {name: self.field_value(issue, self.world.fields[name]) for name in BRIEF_FIELDS}}

    def issue(self, issue, field_ids, expand=(), properties=()):
        """The issue with these fields; what `expand` and `properties` name is added."""
        fields = {}
        for name in field_ids:
            field = self.world.fields[name]
            if self._has_field(issue, field):
                fields[name] = self.field_value(issue, field)
        document = {"expand": "operations,versionedRepresentations,editmeta,changelog,renderedFields,names,schema",
                    "id": str(issue.id), "self": self.issue_link(issue), "key": issue.key, "fields": fields}
        if "names" in expand:
            document["names"] = {name: self.world.fields[name].name for name in fields}
        if "schema" in expand:
            document["schema"] = {name: schema_of(self.world.fields[name]) for name in fields}
        if "changelog" in expand:
            document["changelog"] = self.changelog(issue)
        if "transitions" in expand:
            document["transitions"] = self.transitions(issue)
        if properties:
            kept = self.world.properties[issue.id]
            names = kept if "*all" in properties else [name for name in properties if name in kept]
            document["properties"] = {name: kept[name] for name in names}
        return document

    def _has_field(self, issue, field):
        if field.id == "parent":
            return "parent" in issue.values
        if field.custom and field.id not in issue.values:
            return field.id in catalog.screen_of(self.world.flavour, self.world.type_of(issue))
        return True

    def field_value(self, issue, field):
        if (issue.id, field.id) in self.world.broken:
            return self.world.broken[issue.id, field.id]
        special = SPECIAL.get(field.id)
        if special is not None:
            return special(self, issue)
        return kind_of(field).shown(self, field, issue.values.get(field.id))

    # parts

    def links(self, issue):
        shown = []
        for link in self.world.links_of(issue):
            side, other = ("outwardIssue", link.outward) if link.inward == issue.id else ("inwardIssue", link.inward)
            shown.append({"id": str(link.id), "self": "%s/issueLink/%d" % (self.base, link.id),
                          "type": self.link_type(link.type_id), side: self.issue_brief(self.world.issues[other])})
        return shown

    def subtasks(self, issue):
        return [self.issue_brief(one) for one in self.world.children_of(issue) if self.world.type_of(one).level < 0] \
            if self.world.type_of(issue).level == 0 else []

    def comments(self, issue):
        readable = [one for one in self.world.comments[issue.id] if self.may_read(one)]
        shown = [self.comment(one) for one in readable[:EMBEDDED_COMMENTS]]
        return {"comments": shown, "self": self.issue_link(issue) + "/comment", "maxResults": len(shown),
                "total": len(readable), "startAt": 0}

    def changelog(self, issue):
        """The newest changes first, as `expand=changelog` gives them on Cloud; the oldest first on Data Center."""
        entries = self.world.changes[issue.id]
        shown = list(reversed(entries))[:EMBEDDED_CHANGES] if self.world.is_cloud else entries
        return {"startAt": 0, "maxResults": len(shown), "total": len(entries),
                "histories": [self.change(one) for one in shown]}

    # metadata

    def field_meta(self, field, project, required=False):
        """A field as createmeta, editmeta and transition screens list it."""
        kind = kind_of(field)
        document = {"required": required, "schema": schema_of(field), "name": field.name, "key": field.id,
                    "hasDefaultValue": field.id == "priority", "operations": list(kind.operations)}
        if field.id == "priority":
            document["defaultValue"] = self.priority(catalog.DEFAULT_PRIORITY)
        allowed = kind.allowed(self, field, project)
        if allowed is not None:
            document["allowedValues"] = allowed
        if kind.type == "user":
            document["autoCompleteUrl"] = "%s/user/assignable/search?project=%s&query=" % (self.base, project.key)
        return document

    def transitions(self, issue, with_fields=False):
        """Those that the issue's status offers now."""
        workflow = self.world.type_of(issue).workflow
        offered = [one for one in workflow.transitions if one.sources is None or issue.status_id in one.sources]
        return [self._transition(issue, one, with_fields) for one in offered]

    def _transition(self, issue, transition, with_fields):
        document = {"id": transition.id, "name": transition.name, "to": self.status(transition.to)}
        if self.world.is_cloud:
            document.update(hasScreen=bool(transition.screen), isGlobal=transition.sources is None, isInitial=False,
                            isAvailable=True, isConditional=False, isLooped=transition.to == issue.status_id)
        if with_fields:
            project = self.world.project_of(issue)
            document["fields"] = {
                name: self.field_meta(self.world.fields[name], project, name in transition.required)
                for name in transition.screen}
        return document


SPECIAL = {
    "issuetype": lambda show, issue: show.issue_type(issue.type_id),
    "project": lambda show, issue: show.project(show.world.find_project(issue.project_id)),
    "status": lambda show, issue: show.status(issue.status_id),
    "creator": lambda show, issue: show.user(issue.creator),
    "created": lambda show, issue: show.time(issue.created),
    "updated": lambda show, issue: show.time(issue.updated),
    "resolutiondate": lambda show, issue: show.time(issue.resolved),
    "statuscategorychangedate": lambda show, issue: show.time(issue.category_changed),
    "issuelinks": lambda show, issue: show.links(issue),
    "subtasks": lambda show, issue: show.subtasks(issue),
    "comment": lambda show, issue: show.comments(issue)}
