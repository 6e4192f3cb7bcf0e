"""What may be set and chosen: createmeta, fields, priorities, resolutions, statuses, types, link types, labels."""

from sandbox.common.router import Route
from sandbox.jira import catalog, errors
from sandbox.jira.kinds import schema_of

NOT_NAVIGABLE = ("comment",)


def create_types(call):
    call.project()
    return _meta_page(call, list(catalog.TYPES), call.show.issue_type, "issueTypes")


def create_fields(call):
    """The fields of the create screen of one issue type."""
    project = call.project()
    issue_type = catalog.TYPES.get(call.request.params["type"])
    if issue_type is None:
        raise errors.not_found("The issue type with id '%s' does not exist." % call.request.params["type"])
    required = catalog.required_of(call.world.flavour, issue_type)
    fields = [call.world.fields[name] for name in catalog.screen_of(call.world.flavour, issue_type)]

    def show(field):
        document = dict(call.show.field_meta(field, project, field.id in required), fieldId=field.id)
        if field.id == "issuetype":
            document["allowedValues"] = [call.show.issue_type(issue_type.id)]
        elif field.id == "project":
            document["allowedValues"] = [call.show.project(project)]
        return document
    return _meta_page(call, fields, show, "fields")


def _meta_page(call, items, show, name):
    """Cloud names the list by what it holds, Data Center calls it `values`."""
    return call.page(items, show, name if call.world.is_cloud else "values", 50, 200)


def list_fields(call):
    return call.json([_field(call, field) for field in call.world.fields.values()])


def _field(call, field):
    clauses = list(field.clauses) or (["cf[%d]" % field.custom_id, field.name] if field.custom else [])
    document = {"id": field.id, "name": field.name, "custom": bool(field.custom), "orderable": True,
                "navigable": field.id not in NOT_NAVIGABLE, "searchable": bool(clauses), "clauseNames": clauses,
                "schema": schema_of(field)}
    if call.world.is_cloud:
        document["key"] = field.id
    return document


def list_priorities(call):
    return call.json([call.show.priority_in_full(key) for key in catalog.PRIORITIES])


def list_resolutions(call):
    return call.json([call.show.resolution(key) for key in catalog.RESOLUTIONS])


def list_statuses(call):
    return call.json([call.show.status(key) for key in catalog.STATUSES])


def list_types(call):
    return call.json([call.show.issue_type(key) for key in catalog.TYPES])


def list_link_types(call):
    return call.json({"issueLinkTypes": [call.show.link_type(key) for key in catalog.LINK_TYPES]})


def list_labels(call):
    if not call.world.is_cloud:
        raise errors.no_such_path()
    labels = sorted({label for issue in call.world.issues.values() if call.can_see(issue)
                     for label in issue.values.get("labels", ())})
    return call.page(labels, lambda label: label, default=1000)


ROUTES = [
    Route("GET", "/api/issue/createmeta/{project}/issuetypes", create_types),
    Route("GET", "/api/issue/createmeta/{project}/issuetypes/{type}", create_fields),
    Route("GET", "/api/field", list_fields), Route("GET", "/api/priority", list_priorities),
    Route("GET", "/api/resolution", list_resolutions), Route("GET", "/api/status", list_statuses),
    Route("GET", "/api/issuetype", list_types), Route("GET", "/api/issueLinkType", list_link_types),
    Route("GET", "/api/label", list_labels)]
