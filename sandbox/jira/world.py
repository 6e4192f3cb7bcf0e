"""The whole site: accounts, projects, issues, and the counters and listeners that changes need."""

import collections
import threading
import time
import uuid

from sandbox.common.history import History
from sandbox.jira import catalog
from sandbox.jira.model import CLOUD, Component, Project, User, Version
from sandbox.jira.search_index import SearchIndex

FIRST_IDS = {"user": 10100, "project": 10000, "issue": 10000, "comment": 10000, "change": 10000, "version": 10000,
             "component": 10000, "sprint": 1, "link": 10000, "hook": 1, "dynamic_hook": 10000}
CLOUD_ID = "35273b54-3f06-40d2-880f-dd28cf8daafa"
ACCOUNT_NAMESPACE = uuid.UUID("6f1c52f0-0b7e-4bd8-9f3f-5f1f4f0f7a11")


class Actor:
    """Who changes the world: an account, and whether by the API or as a person in the web pages."""

    __slots__ = ("user", "via")

    def __init__(self, user, via="api"):
        self.user = user
        self.via = via


class World:
    """The state. Every reader and writer holds `lock`."""

    def __init__(self, clock, flavour=CLOUD, time_zone="Europe/Berlin"):
        self.clock = clock
        self.flavour = flavour
        self.time_zone = time_zone
        self.lock = threading.RLock()
        self.history = History(clock)
        self.fields = catalog.fields_of(flavour)
        self.users = {}
        self.projects = {}
        self.versions = {}
        self.components = {}
        self.sprints = {}
        self.issues = {}
        self.keys = {}
        self.former_keys = {}
        self.comments = collections.defaultdict(list)
        self.changes = collections.defaultdict(list)
        self.properties = collections.defaultdict(dict)
        self.broken = {}  # (issue's id, field's id): what the API shows instead of its value
        self.links = {}
        self._links_by_issue = collections.defaultdict(set)
        self._children = collections.defaultdict(set)
        self.ids = dict(FIRST_IDS)
        self.revision = 0
        self.index = SearchIndex(time.monotonic)
        self.on_webhook = lambda *facts, **more: None

    @property
    def is_cloud(self):
        return self.flavour == CLOUD

    def now_ms(self):
        return int(self.clock.now() * 1000)

    def next_id(self, kind):
        number = self.ids[kind]
        self.ids[kind] = number + 1
        return number

    # accounts

    def find_user(self, name):
        """By login name, account id or address."""
        found = self.users.get(name)
        if found is not None:
            return found
        return next((user for user in self.users.values() if name in (user.name, user.email, user.key)), None)

    def user(self, name, display_name=None, time_zone=None):
        """The account of this login name, made if it does not exist."""
        found = self.find_user(name)
        if found is None:
            number = self.next_id("user")
            account_id = "712020:%s" % uuid.uuid5(ACCOUNT_NAMESPACE, name)
            found = User(account_id, name, "JIRAUSER%d" % number, display_name or name,
                         "%s@example.com" % name, time_zone or self.time_zone)
            self.users[account_id] = found
        return found

    # projects

    def find_project(self, key_or_id):
        """By key (case matters not) or by id."""
        text = str(key_or_id)
        return self.projects.get(text.upper()) or next(
            (one for one in self.projects.values() if text == str(one.id)), None)

    def project_of(self, issue):
        return self.find_project(issue.project_id)

    def add_project(self, key, name=None):
        """The project of this key, made empty if it does not exist."""
        found = self.find_project(key)
        if found is None:
            found = Project(self.next_id("project"), key, name or key.capitalize(), None)
            self.projects[key] = found
            self.revision += 1
        return found

    def add_version(self, project, name, **facts):
        version = Version(self.next_id("version"), project.id, name, **facts)
        self.versions[version.id] = version
        self.revision += 1
        return version

    def add_component(self, project, name, description=""):
        component = Component(self.next_id("component"), project.id, name, description)
        self.components[component.id] = component
        self.revision += 1
        return component

    def versions_of(self, project):
        return [one for one in self.versions.values() if one.project_id == project.id]

    def components_of(self, project):
        return [one for one in self.components.values() if one.project_id == project.id]

    # issues

    def find_issue(self, key_or_id):
        """The current version by id, key or former key, whatever its case; None if there is none."""
        text = str(key_or_id)
        if text.isdigit():
            return self.issues.get(int(text))
        text = text.upper()
        return self.issues.get(self.keys.get(text, self.former_keys.get(text)))

    def store_issue(self, issue):
        """Makes this the issue's current version."""
        self._hang(self.issues.get(issue.id), issue)
        self.issues[issue.id] = issue
        self.keys[issue.key] = issue.id
        self.index.put(issue.id, issue)
        self.revision += 1

    def forget_issue(self, issue):
        """Takes the issue out of the world, with all that belongs to it."""
        self._hang(issue, None)
        for link in self.links_of(issue):
            self.remove_link(link)
        for kept in (self.comments, self.properties, self.changes):
            kept.pop(issue.id, None)
        del self.issues[issue.id]
        del self.keys[issue.key]
        self.former_keys = {key: number for key, number in self.former_keys.items() if number != issue.id}
        self.index.put(issue.id, None)
        self.revision += 1

    def _hang(self, older, newer):
        """Keeps the table of children when an issue's parent changes."""
        before = self.parent_id(older) if older is not None else None
        after = self.parent_id(newer) if newer is not None else None
        if before is not None:
            self._children[before].discard(older.id)
        if after is not None:
            self._children[after].add(newer.id)

    def type_of(self, issue):
        return catalog.TYPES[issue.type_id]

    def children_of(self, issue):
        """Issues whose parent or epic this is."""
        return [self.issues[number] for number in sorted(self._children.get(issue.id, ()))]

    def parent_id(self, issue):
        parent = issue.values.get("parent")
        return parent if parent is not None else issue.values.get(catalog.EPIC_LINK.id)

    def find_comment(self, issue, comment_id):
        return next((one for one in self.comments[issue.id] if str(one.id) == str(comment_id)), None)

    # links

    def add_link(self, link):
        self.links[link.id] = link
        for number in (link.inward, link.outward):
            self._links_by_issue[number].add(link.id)
        self.revision += 1

    def remove_link(self, link):
        del self.links[link.id]
        for number in (link.inward, link.outward):
            self._links_by_issue[number].discard(link.id)
        self.revision += 1

    def links_of(self, issue):
        return [self.links[number] for number in sorted(self._links_by_issue.get(issue.id, ()))]

    # what every change leaves behind

    def record(self, actor, action, issue=None, **facts):
        """Adds the change to the history and marks the world as changed."""
        self.revision += 1
        facts["issue"] = issue.key if issue is not None else None
        facts["issue_id"] = issue.id if issue is not None else None
        self.history.add(actor.user.name, actor.via, action, **facts)
