"""The JSON of the things that issues refer to: people, projects, statuses, options, versions."""

import json

from sandbox.jira import catalog, times

LEVEL_ICONS = {1: "epic", 0: "story", -1: "subtask"}
SIZES = ("48x48", "24x24", "16x16", "32x32")


def dumps(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Renderer:
    """Makes documents as one account sees them: `zone` is its time zone, `base` where `self` leads."""

    def __init__(self, world, base, api, zone):
        self.world = world
        self.site = base
        self.base = "%s/rest/api/%s" % (base, api)
        self.zone = zone

    def time(self, epoch_ms):
        return times.shown(epoch_ms, self.zone)

    # people

    def user(self, account_id):
        """An account as issues show it; None stays None."""
        user = self.world.users.get(account_id)
        return None if user is None else self.user_document(user)

    def user_document(self, user):
        avatars = {size: "%s/avatar/%s?size=%s" % (self.site, user.key, size.partition("x")[0]) for size in SIZES}
        document = {"displayName": user.display_name, "active": user.active, "timeZone": user.time_zone,
                    "avatarUrls": avatars}
        if user.shows_email or not self.world.is_cloud:
            document["emailAddress"] = user.email
        if self.world.is_cloud:
            document.update(self="%s/user?accountId=%s" % (self.base, user.account_id), accountId=user.account_id,
                            accountType=user.account_type)
        else:
            document.update(self="%s/user?username=%s" % (self.base, user.name), name=user.name, key=user.key)
        return document

    def user_id(self, account_id):
        """What names an account in this flavour: its account id, or its login name."""
        user = self.world.users.get(account_id)
        return None if user is None else user.account_id if self.world.is_cloud else user.name

    # the catalog

    def category(self, key):
        number, name, colour = catalog.CATEGORIES[key]
        return {"self": "%s/statuscategory/%d" % (self.base, number), "id": number, "key": key,
                "colorName": colour, "name": name}

    def status(self, status_id):
        status = catalog.STATUSES[status_id]
        return {"self": "%s/status/%s" % (self.base, status.id), "description": status.description,
                "iconUrl": "%s/images/icons/statuses/generic.png" % self.site, "name": status.name, "id": status.id,
                "statusCategory": self.category(status.category)}

    def issue_type(self, type_id):
        one = catalog.TYPES[type_id]
        document = {"self": "%s/issuetype/%s" % (self.base, one.id), "id": one.id, "description": one.description,
                    "iconUrl": "%s/images/icons/issuetypes/%s.svg" % (self.site, LEVEL_ICONS[one.level]),
                    "name": one.name, "subtask": one.level < 0}
        if self.world.is_cloud:
            document["hierarchyLevel"] = one.level
        return document

    def priority(self, priority_id):
        name, colour = catalog.PRIORITIES[priority_id]
        return {"self": "%s/priority/%s" % (self.base, priority_id), "name": name, "id": priority_id,
                "iconUrl": "%s/images/icons/priorities/%s.svg" % (self.site, name.lower())}

    def priority_in_full(self, priority_id):
        name, colour = catalog.PRIORITIES[priority_id]
        return dict(self.priority(priority_id), statusColor=colour, description="%s priority." % name)

    def resolution(self, resolution_id):
        name, description = catalog.RESOLUTIONS[resolution_id]
        return {"self": "%s/resolution/%s" % (self.base, resolution_id), "id": resolution_id,
                "description": description, "name": name}

    def securitylevel(self, level_id):
        name, description = catalog.SECURITY_LEVELS[level_id]
        return {"self": "%s/securitylevel/%s" % (self.base, level_id), "id": level_id, "description": description,
                "name": name}

    def option(self, option):
        return {"self": "%s/customFieldOption/%s" % (self.base, option.id), "value": option.value, "id": option.id}

    def link_type(self, type_id):
        name, inward, outward = catalog.LINK_TYPES[type_id]
        return {"id": type_id, "name": name, "inward": inward, "outward": outward,
                "self": "%s/issueLinkType/%s" % (self.base, type_id)}

    # projects and what they hold

    def project(self, project):
        avatars = {size: "%s/rest/api/avatar/project/%d" % (self.site, project.id) for size in SIZES}
        document = {"self": "%s/project/%d" % (self.base, project.id), "id": str(project.id), "key": project.key,
                    "name": project.name, "projectTypeKey": project.type_key, "avatarUrls": avatars}
        if self.world.is_cloud:
            document["simplified"] = False
        return document

    def version(self, version):
        document = {"self": "%s/version/%d" % (self.base, version.id), "id": str(version.id), "name": version.name,
                    "description": version.description, "archived": version.archived, "released": version.released}
        if version.release_date:
            document["releaseDate"] = version.release_date
        return document

    def version_in_full(self, version):
        return dict(self.version(version), projectId=version.project_id)

    def component(self, component):
        return {"self": "%s/component/%d" % (self.base, component.id), "id": str(component.id),
                "name": component.name, "description": component.description}

    def sprint(self, sprint):
        document = {"id": sprint.id, "name": sprint.name, "state": sprint.state, "boardId": sprint.board_id,
                    "goal": sprint.goal}
        for name, moment in (("startDate", sprint.start), ("endDate", sprint.end), ("completeDate", sprint.complete)):
            if moment is not None:
                document[name] = times.shown(moment, "UTC").replace("+0000", "Z")
        return document

    def sprint_text(self, sprint):
        """Data Center shows a sprint as the printed form of a Java object."""
        moments = [times.shown(one, self.zone) if one else "<null>"
                   for one in (sprint.start, sprint.end, sprint.complete)]
        return ("com.atlassian.greenhopper.service.sprint.Sprint@%x[id=%d,rapidViewId=%d,state=%s,name=%s,startDate=%s,"
                "endDate=%s,completeDate=%s,activatedDate=%s,sequence=%d,goal=%s,autoStartStop=false]" % (
                    0x1a2b3c00 + sprint.id, sprint.id, sprint.board_id, sprint.state.upper(), sprint.name, moments[0],
                    moments[1], moments[2], moments[0], sprint.id, sprint.goal))

    # comments and changes

    def comment(self, comment, expand=()):
        document = {"self": "%s/issue/%d/comment/%d" % (self.base, comment.issue_id, comment.id), "id": str(comment.id),
                    "author": self.user(comment.author), "body": comment.body,
                    "updateAuthor": self.user(comment.update_author), "created": self.time(comment.created),
                    "updated": self.time(comment.updated)}
        if self.world.is_cloud:
            document["jsdPublic"] = comment.public
        if comment.visibility:
            document["visibility"] = comment.visibility
        if "properties" in expand:
            document["properties"] = [{"key": key, "value": value} for key, value in comment.properties.items()]
        return document

    def change(self, change):
        return {"id": str(change.id), "author": self.user(change.author), "created": self.time(change.created),
                "items": change.items}
