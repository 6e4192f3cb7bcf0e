"""Fills a project with plausible issues; the same seed makes the same data on any day."""

import random

from sandbox.common.clock import parse_iso
from sandbox.jira import catalog
from sandbox.jira import seed_words as words
from sandbox.jira.model import Change, Comment, Issue, Link, Sprint
from sandbox.jira.seed_text import Writer
from sandbox.jira.world import Actor

LAST_MS = int(parse_iso("2025-09-01T00:00:00Z") * 1000)
DAY_MS = 86_400_000
TWO_YEARS_MS = 2 * 365 * DAY_MS
BOARD_ID = 1
RARE_TRANSITIONS = ("2", "3", "721")


def seed_project(world, project, issues, seed):
    """Adds this many issues. The caller holds the lock."""
    Planter(world, project, seed).plant(issues)
    world.record(Actor(world.users[project.lead], "seed"), "seed",
                 after={"project": project.key, "issues": issues, "seed": seed})
    own = [one for one in world.issues.values() if one.project_id == project.id]
    return {"project": project.key, "issues": len(own), "comments": sum(len(world.comments[one.id]) for one in own)}


class Planter:
    """Draws everything from one generator, in a fixed order."""

    def __init__(self, world, project, seed):
        self.world = world
        self.project = project
        self.rng = random.Random("%s/%d" % (project.key, seed))
        self.end = min(LAST_MS, world.now_ms() - DAY_MS)
        self.start = self.end - TWO_YEARS_MS
        self.people = [self._account(*one) for one in words.PEOPLE]
        self._account(*words.FORMER).active = False
        self._account(*words.AUTOMATION).account_type = "app"
        for user in self.people[3:6]:
            user.shows_email = False
        project.lead = project.lead or self.people[0].account_id
        self.writer = Writer(self.rng, self.people, world.is_cloud)
        self.pick = self.writer.pick
        self._prepare_project()
        self.epics, self.parents, self.made = [], [], []
        self.log = []

    def _account(self, name, display_name, time_zone):
        """The account of this login; one that only a token has named so far gets its name and time zone."""
        user = self.world.user(name, display_name, time_zone)
        if user.display_name == name:
            user.display_name, user.time_zone = display_name, time_zone
        return user

    def _prepare_project(self):
        world, project = self.world, self.project
        if not world.versions_of(project):
            for name, released, day in words.VERSIONS:
                world.add_version(project, name, released=released, release_date=day)
            for name in words.COMPONENTS:
                world.add_component(project, name)
        if not world.sprints:
            for number, state in enumerate(("closed", "closed", "active", "future")):
                start = None if state == "future" else self.end - (3 - number) * 14 * DAY_MS
                sprint = Sprint(world.next_id("sprint"), BOARD_ID, "Sprint %d" % (number + 1), state, start,
                                start and start + 14 * DAY_MS, start + 14 * DAY_MS if state == "closed" else None,
                                "Fly a little higher")
                world.sprints[sprint.id] = sprint

    def plant(self, count):
        """Issues by creation time; changes and comments get ascending ids by time too."""
        moments = sorted(self.start + int(self.rng.random() * TWO_YEARS_MS) for _ in range(count))
        for number, created in enumerate(moments):
            self._plant_one(number, created)
        self._link_some()
        self._store_log()
        for issue in self.made:
            self.world.store_issue(issue)

    def _chance(self, share):
        return self.rng.random() < share

    def _person(self):
        return self.pick(self.people).account_id

    def _plant_one(self, number, created):
        type_id = "10000" if number < 2 else self._type()
        issue_type, world = catalog.TYPES[type_id], self.world
        creator = self._person()
        issue = Issue(world.next_id("issue"), "%s-%d" % (self.project.key, self.project.next_number), self.project.id,
                      self.project.next_number, type_id, issue_type.workflow.initial, creator, created, created, {},
                      category_changed=created)
        self.project.next_number += 1
        issue.values = {"summary": self.writer.summary(issue_type.name), "reporter": creator,
                        "priority": self.pick(tuple(catalog.PRIORITIES)),
                        "description": self.writer.description(issue_type.name)}
        self._common_fields(issue, issue_type)
        self._custom_fields(issue, set(catalog.screen_of(world.flavour, issue_type)))
        self._hang(issue, issue_type)
        issue.values = {name: value for name, value in issue.values.items() if value is not None}
        self._walk(issue, issue_type.workflow)
        self._talk(issue)
        self.made.append(issue)

    def _type(self):
        dice = self.rng.random()
        for share, type_id in ((0.05, "10000"), (0.35, "10001"), (0.55, "10002"), (0.88, "10004")):
            if dice < share:
                return type_id
        return "10003" if self.parents else "10002"

    def _common_fields(self, issue, issue_type):
        values, world = issue.values, self.world
        if self._chance(0.6):
            values["assignee"] = self._person()
        if self._chance(0.6):
            values["labels"] = sorted({self.pick(words.LABELS) for _ in range(1 + int(self.rng.random() * 3))})
        if self._chance(0.4):
            values["components"] = [self.pick(world.components_of(self.project)).id]
        if self._chance(0.3):
            values["fixVersions"] = [self.pick(world.versions_of(self.project)).id]
        if self._chance(0.2):
            values["duedate"] = "2026-%02d-%02d" % (1 + self.rng.random() * 12, 1 + self.rng.random() * 28)
        if issue_type.level >= 0 and self._chance(0.4):
            values[catalog.SPRINT.id] = [1 + int(self.rng.random() * len(world.sprints))]

    def _custom_fields(self, issue, screen):
        pick, rng = self.pick, self.rng
        area = pick(self.world.fields["customfield_10040"].options)
        drawn = {
            "customfield_10016": float(1 + int(rng.random() * 13)),
            "customfield_10031": pick(self.world.fields["customfield_10031"].options).id,
            "customfield_10032": [pick(self.world.fields["customfield_10032"].options).id],
            "customfield_10033": self._person(), "customfield_10034": [self._person()],
            "customfield_10035": "CUST-%d" % (rng.random() * 10000), "customfield_10036": self.writer.criteria(),
            "customfield_10037": "2026-%02d-15" % (1 + rng.random() * 12),
            "customfield_10038": self.start + int(rng.random() * TWO_YEARS_MS),
            "customfield_10039": [pick(words.KEYWORDS)],
            "customfield_10040": [area.id, pick(area.children).id if area.children else None],
            "customfield_10041": "https://example.com/runbooks/%d" % (rng.random() * 100)}
        for name, value in drawn.items():
            if name in screen and self._chance(0.35):
                issue.values[name] = value

    def _hang(self, issue, issue_type):
        """Below an epic or a standard issue."""
        if issue_type.level > 0:
            self.epics.append(issue)
            if not self.world.is_cloud:
                issue.values[catalog.EPIC_NAME.id] = issue.values["summary"][:40]
        elif issue_type.level == 0:
            self.parents.append(issue)
            if self.epics and self._chance(0.5):
                issue.values["parent" if self.world.is_cloud else catalog.EPIC_LINK.id] = self.pick(self.epics).id
        else:
            issue.values["parent"] = self.pick(self.parents[-20:]).id

    def _later(self, issue, within_ms):
        """Some time after the last change, but not in the future; it becomes the last change."""
        issue.updated = max(issue.updated + 1, min(self.end, issue.updated + 1 + int(self.rng.random() * within_ms)))
        return issue.updated

    def _walk(self, issue, workflow):
        """A few steps through the workflow, each with its entry in the changelog."""
        for _ in range(int(self.rng.random() * 5)):
            offered = [one for one in workflow.transitions if one.to != issue.status_id
                       and one.id not in RARE_TRANSITIONS
                       and (one.sources is None or issue.status_id in one.sources)]
            if not offered:
                return
            step = self.pick(offered)
            moment = self._later(issue, 20 * DAY_MS)
            old, new = catalog.STATUSES[issue.status_id], catalog.STATUSES[step.to]
            items = [{"field": "status", "fieldtype": "jira", "fieldId": "status", "from": old.id,
                      "fromString": old.name,
                      "to": new.id, "toString": new.name}]
            issue.status_id = new.id
            if old.category != new.category:
                issue.category_changed = moment
            self._resolve(issue, new.category == "done", items)
            self.log.append((moment, "change", issue.id, self._person(), items))

    def _resolve(self, issue, is_done, items):
        had = issue.values.get("resolution")
        has = (had or self.pick(("10000", "10000", "10001", "10004"))) if is_done else None
        if has == had:
            return
        issue.values.pop("resolution", None)
        issue.resolved = issue.updated if has else None
        if has:
            issue.values["resolution"] = has
        names = [catalog.RESOLUTIONS[one][0] if one else None for one in (had, has)]
        items.append({"field": "resolution", "fieldtype": "jira", "fieldId": "resolution", "from": had,
                      "fromString": names[0], "to": has, "toString": names[1]})

    def _talk(self, issue):
        if not self._chance(1 / 3):
            return
        for _ in range(1 + int(self.rng.random() ** 2 * 6)):
            moment = self._later(issue, 5 * DAY_MS)
            visibility = {"type": "role", "value": "Administrators", "identifier": "Administrators"} \
                if self._chance(0.05) else None
            self.log.append((moment, "comment", issue.id, self._person(), (self.writer.reply(), visibility)))

    def _link_some(self):
        for issue in self.made:
            if self._chance(0.08):
                other, type_id = self.pick(self.made), self.pick(tuple(catalog.LINK_TYPES))
                if other.id != issue.id:
                    self.world.add_link(Link(self.world.next_id("link"), type_id, issue.id, other.id))

    def _store_log(self):
        world = self.world
        for moment, kind, issue_id, author, facts in sorted(self.log, key=lambda entry: entry[:3]):
            if kind == "change":
                world.changes[issue_id].append(Change(world.next_id("change"), issue_id, author, moment, facts))
            else:
                comment = Comment(world.next_id("comment"), issue_id, author, author, facts[0], moment, moment,
                                  facts[1])
                world.comments[issue_id].append(comment)
