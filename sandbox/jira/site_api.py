"""The site: who am I, server information, projects and their statuses, versions and components, people."""

from sandbox.common.router import Route
from sandbox.jira import catalog, errors, members, times

MOST_USERS = 1000


def myself(call):
    document = call.show.user_document(call.actor.user)
    return call.json(dict(document, locale="en_US", groups={"size": 0, "items": []},
                          applicationRoles={"size": 1, "items": []}))


PERMISSIONS = {"BROWSE_PROJECTS": "read", "CREATE_ISSUES": "write", "EDIT_ISSUES": "write", "TRANSITION_ISSUES": "write",
               "ADD_COMMENTS": "write", "DELETE_ISSUES": "admin", "ADMINISTER_PROJECTS": "admin"}


def my_permissions(call):
    """Which of the named permissions the account has in a project."""
    wanted = call.words("permissions")
    if not wanted and call.world.is_cloud:
        raise errors.bad_request("The 'permissions' query parameter is required.")
    project = call.project(call.text("projectKey") or "")
    found = {}
    for place, name in enumerate(wanted or list(PERMISSIONS)):
        if name not in PERMISSIONS:
            raise errors.bad_request("Unrecognized permission: %s" % name)
        found[name] = {"id": str(place), "key": name, "name": name, "type": "PROJECT", "description": "",
                       "havePermission": call.grant.may(project, PERMISSIONS[name])}
    return call.json({"permissions": found})


def server_info(call):
    is_cloud, now = call.world.is_cloud, call.world.now_ms()
    return call.json({
        "baseUrl": call.show.site, "version": "1001.0.0-SNAPSHOT" if is_cloud else "9.12.5",
        "versionNumbers": [1001, 0, 0] if is_cloud else [9, 12, 5], "deploymentType": "Cloud" if is_cloud else "Server",
        "buildNumber": 100285 if is_cloud else 9120005, "buildDate": times.shown(now - 86_400_000, call.show.zone),
        "serverTime": times.shown(now, call.show.zone), "scmInfo": "sandbox", "serverTitle": "Jira",
        "serverTimeZone": call.world.time_zone})


# projects


def get_project(call):
    project = call.project()
    document = dict(call.show.project(project), description="", lead=call.show.user(project.lead),
                    components=[call.show.component(one) for one in call.world.components_of(project)],
                    issueTypes=[call.show.issue_type(key) for key in catalog.TYPES], assigneeType="UNASSIGNED",
                    versions=[call.show.version_in_full(one) for one in call.world.versions_of(project)])
    if call.world.is_cloud:
        document.update(style="classic", isPrivate=False, properties={})
    if project.archived:
        document["archived"] = True
    return call.json(document)


def _visible(call):
    return [one for one in call.world.projects.values() if call.grant.may(one, "read")]


def list_projects(call):
    return call.json([call.show.project(one) for one in _visible(call)])


def search_projects(call):
    return call.page(_visible(call), call.show.project, default=50, most=100)


def project_statuses(call):
    """The statuses of each issue type's workflow."""
    call.project()
    return call.json([{"self": "%s/issuetype/%s" % (call.show.base, one.id), "id": one.id, "name": one.name,
                       "subtask": one.level < 0, "statuses": [call.show.status(key) for key in one.workflow.statuses()]}
                      for one in catalog.TYPES.values()])


def project_versions(call):
    return call.json([call.show.version_in_full(one) for one in call.world.versions_of(call.project())])


def project_version_page(call):
    return call.page(call.world.versions_of(call.project()), call.show.version_in_full)


def project_components(call):
    return call.json([call.show.component(one) for one in call.world.components_of(call.project())])


def create_version(call):
    document = call.document()
    project = call.world.find_project(document.get("projectId", document.get("project", "")))
    if project is None:
        raise errors.bad_request("Project must be specified to create a version.")
    name = members.text(document, "name", "")
    if not name.strip():
        raise errors.bad_request(name="You must specify a valid version name")
    if any(one.name == name for one in call.world.versions_of(project)):
        raise errors.bad_request(name="A version with this name already exists in this project.")
    version = call.world.add_version(project, name, description=members.text(document, "description", ""),
                                     release_date=_day(document), released=members.flag(document, "released"))
    call.world.record(call.actor, "create_version", after={"name": name, "project": project.key})
    return call.json(call.show.version_in_full(version), 201)


def _day(document, default=None):
    """The release date. Raises 400 for what is no date."""
    day = members.text(document, "releaseDate", default)
    try:
        return day and times.parse_date(day)
    except ValueError:
        raise errors.bad_request(releaseDate="The date must be in the format yyyy-MM-dd.") from None


def _version(call):
    version = call.world.versions.get(int(call.request.params["id"]) if call.request.params["id"].isdigit() else None)
    if version is None:
        raise errors.not_found("Could not find version for id '%s'" % call.request.params["id"])
    return version


def get_version(call):
    return call.json(call.show.version_in_full(_version(call)))


def edit_version(call):
    version, document = _version(call), call.document()
    version.name = members.text(document, "name", version.name)
    version.description = members.text(document, "description", version.description)
    version.released = members.flag(document, "released", version.released)
    version.archived = members.flag(document, "archived", version.archived)
    version.release_date = _day(document, version.release_date)
    call.world.record(call.actor, "edit_version", after={"name": version.name})
    return call.json(call.show.version_in_full(version))


# people


def search_users(call):
    """By the beginning of a name or address, or by account id; Data Center calls the text `username`."""
    query = call.text("query" if call.world.is_cloud else "username")
    account_id = call.text("accountId")
    if query is None and account_id is None:
        raise errors.bad_request("The query parameter is required." if call.world.is_cloud
                                 else "The username query parameter was not provided")
    return _users_page(call, _matching(call, query, account_id))


def _matching(call, query, account_id):
    found = [one for one in call.world.users.values() if one.active]
    if account_id is not None:
        return [one for one in found if one.account_id == account_id]
    word = (query or "").lower()
    return [one for one in found if any(part.lower().startswith(word) for part in _names(one))]


def _names(user):
    shown = [user.email, user.name] if user.shows_email else []
    return [user.display_name] + shown + user.display_name.split()


def _users_page(call, users):
    start, size = call.number("startAt", 0), call.number("maxResults", 50, MOST_USERS)
    return call.json([call.show.user_document(one) for one in users[start:start + size]])


def assignable_users(call):
    """People that an issue of the project may be assigned to."""
    key = call.text("issueKey") or call.text("issueId")
    if call.text("project"):
        call.project(call.text("project"))
    elif key:
        call.request.params["key"] = key
        call.issue()
    else:
        raise errors.bad_request("Either the project or the issueKey must be specified.")
    query = call.text("query", call.text("username", ""))
    people = [one for one in _matching(call, query, call.text("accountId")) if one.account_type == "atlassian"]
    return _users_page(call, people)


def get_user(call):
    wanted = call.text("accountId" if call.world.is_cloud else "username") or call.text("key")
    user = call.world.find_user(wanted) if wanted else None
    if user is None:
        raise errors.not_found("Specified user does not exist or you do not have required permissions")
    return call.json(call.show.user_document(user))


def bulk_users(call):
    """GET /user/bulk?accountId=…&accountId=…"""
    found = [call.world.users[one] for one in call.words("accountId") if one in call.world.users]
    return call.page(found, call.show.user_document, default=10, most=200)


ROUTES = [
    Route("GET", "/api/myself", myself), Route("GET", "/api/serverInfo", server_info, "anonymous"),
    Route("GET", "/api/mypermissions", my_permissions),
    Route("GET", "/api/project", list_projects), Route("GET", "/api/project/search", search_projects),
    Route("GET", "/api/project/{project}", get_project),
    Route("GET", "/api/project/{project}/statuses", project_statuses),
    Route("GET", "/api/project/{project}/versions", project_versions),
    Route("GET", "/api/project/{project}/version", project_version_page),
    Route("GET", "/api/project/{project}/components", project_components),
    Route("POST", "/api/version", create_version, "write"), Route("GET", "/api/version/{id}", get_version),
    Route("PUT", "/api/version/{id}", edit_version, "write"),
    Route("GET", "/api/user", get_user), Route("GET", "/api/user/bulk", bulk_users),
    Route("GET", "/api/user/search", search_users), Route("GET", "/api/user/assignable/search", assignable_users)]
