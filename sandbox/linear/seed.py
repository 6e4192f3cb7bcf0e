"""Fills teams with plausible issues; the same seed makes the same data on any day."""

import gc
import random
import uuid

from sandbox.common.clock import iso_utc_ms, parse_iso
from sandbox.linear.issue_actions import normalized

LAST_DAY = parse_iso("2025-09-01T00:00:00Z")
TWO_YEARS_S = 2 * 365 * 86400
START = iso_utc_ms(LAST_DAY - TWO_YEARS_S)

PEOPLE = (("alice", "Alice Moore", True), ("bob", "Bob Tanaka", True), ("carol", "Carol Díaz", False),
          ("dave", "Dave Okafor", False), ("erin", "Erin Schäfer", False))
STATES = (("Triage", "triage", "#fc7840"), ("Backlog", "backlog", "#bec2c8"), ("Todo", "unstarted", "#e2e2e2"),
          ("In Progress", "started", "#f2c94c"), ("In Review", "started", "#4cb782"), ("Done", "completed", "#5e6ad2"),
          ("Canceled", "canceled", "#95a2b3"), ("Duplicate", "canceled", "#95a2b3"))
WORKSPACE_LABELS = (("Bug", "#eb5757"), ("Feature", "#bb87fc"), ("Improvement", "#4ea7fc"), ("customer", "#26b5ce"))
PROJECTS = ("Launch pad", "Fuel efficiency", "Größere Tanks 🚀")
THINGS = ("the login page", "CSV export", "the billing job", "search", "the mobile header", "webhook retries",
          "the audit log", "time zone handling", "the empty state", "password reset")
PROBLEMS = ("{} is slow with many rows", "{} shows an old value", "{} fails for names with umlauts",
            "{} loses its filter on reload", "{} returns 500 when the list is empty")
WISHES = ("Let people rename {}", "Make {} keyboard accessible", "Add a dark theme to {}", "Document {}",
          "Remember the last choice in {}")
SENTENCES = ("It happens about once a day.", "Customers ask for this every week.", "The log shows nothing unusual.",
             "A reload helps, but only for a while.", "See the thread from last Thursday — „same again“.",
             "We should agree on the wording first.")
REPLIES = ("I can reproduce this.", "Fixed on main, will be in the next release.", "Is this still needed?",
           "**Careful**: the same code is used by the importer.\n\n```c\nif (count == 0)\n  return;\n```",
           "Moved to the next cycle.", "+1", "Danke! 🙌")


def seed_workspace(world):
    """The organization, its people, projects and labels of all teams."""
    rng = random.Random("workspace")
    world.add("organizations", {"id": _id(rng), "createdAt": START, "updatedAt": START, "archivedAt": None,
                                "name": "Acme", "urlKey": "acme"})
    for nick, name, admin in PEOPLE:
        add_user(world, nick, name, admin, rng=rng)
    for name, color in WORKSPACE_LABELS:
        _label(world, rng, name, color, None)
    _label(world, rng, "Area", "#5e6ad2", None, is_group=True)
    for number, name in enumerate(PROJECTS):
        identifier = _id(rng)
        world.add("projects", {"id": identifier, "createdAt": START, "updatedAt": START, "archivedAt": None,
                               "name": name, "description": "", "slugId": identifier[:12], "teamIds": [],
                               "leadId": None, "creatorId": None, "startDate": None,
                               "targetDate": "2026-0%d-01" % (number + 1)})


def add_user(world, nick, name=None, admin=True, app=False, rng=None):
    """The user of this display name, made if there is none."""
    found = world.find_user(nick)
    if found is not None:
        return found
    identifier = _id(rng or random.Random(nick))
    return world.add("users", {"id": identifier, "createdAt": START, "updatedAt": START, "archivedAt": None,
                               "displayName": nick, "name": name or nick, "email": nick + "@acme.example",
                               "active": True, "admin": admin, "app": app, "guest": False, "teamIds": []})


def _id(rng):
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _label(world, rng, name, color, team_id, is_group=False):
    identifier = _id(rng)
    world.add("labels", {"id": identifier, "createdAt": START, "updatedAt": START, "archivedAt": None, "name": name,
                         "color": color, "description": None, "isGroup": is_group, "parentId": None,
                         "teamId": team_id, "creatorId": None})


def seed_team(world, key, name, issues, seed):
    """Adds the team if it is new, and this many issues to it. The caller holds the lock."""
    rng = random.Random("%s/%d" % (key, seed))
    team = world.find_team(key) or _add_team(world, rng, key, name)
    gc.disable()  # nothing becomes garbage here, and looking for it doubles the time
    try:
        Planter(world, rng, team).plant(issues)
    finally:
        gc.freeze()
        gc.enable()
    return {"team": key, "issues": sum(1 for one in world.issues.values() if one["teamId"] == team["id"]),
            "comments": len(world.comments)}


def _add_team(world, rng, key, name):
    team_id = _id(rng)
    row = {"id": team_id, "createdAt": START, "updatedAt": START, "archivedAt": None, "key": key, "name": name,
           "description": None, "private": False, "issueEstimationType": "fibonacci", "issueEstimationAllowZero": False,
           "cyclesEnabled": True, "triageEnabled": True, "defaultStateId": None, "nextNumber": 1}
    for position, (state, type, color) in enumerate(STATES):
        identifier = _id(rng)
        world.add("states", {"id": identifier, "createdAt": START, "updatedAt": START, "archivedAt": None,
                             "name": state, "type": type, "color": color, "position": float(position * 1000),
                             "description": None, "teamId": team_id})
        if state == "Backlog":
            row["defaultStateId"] = identifier
    for number in range(1, 9):
        starts = LAST_DAY - (6 - number) * 14 * 86400
        world.add("cycles", {"id": _id(rng), "createdAt": START, "updatedAt": START, "archivedAt": None,
                             "number": number, "name": "Kick-off" if number == 1 else None,
                             "startsAt": iso_utc_ms(starts), "endsAt": iso_utc_ms(starts + 14 * 86400),
                             "completedAt": None, "description": None, "teamId": team_id})
    _label(world, rng, key.lower() + "-internal", "#f2994a", team_id)
    for table in ("users", "projects"):
        for member in list(world.tables[table].values()):
            world.add(table, dict(member, teamIds=member["teamIds"] + [team_id]))
    return world.add("teams", row)


class Planter:
    """Draws everything from one generator, in a fixed order."""

    def __init__(self, world, rng, team):
        self.world, self.rng, self.team = world, rng, team
        self.states = [one for one in world.states.values() if one["teamId"] == team["id"]]
        self.labels = [one for one in world.labels.values()
                       if one["teamId"] in (None, team["id"]) and not one["isGroup"]]
        self.cycles = [one for one in world.cycles.values() if one["teamId"] == team["id"]]
        self.people = [one for one in world.users.values() if not one["app"]]
        self.planted = []

    def _pick(self, choices):
        return choices[int(self.rng.random() * len(choices))]

    def _maybe(self, chance, choices):
        return self._pick(choices) if self.rng.random() < chance else None

    def plant(self, count):
        moments = sorted(LAST_DAY - self.rng.random() * TWO_YEARS_S for _ in range(count))
        for created in moments:
            issue = self._issue(created)
            self._talk(issue, created)
            self.world.add("issues", issue)
            self.planted.append(issue["id"])

    def _issue(self, created):
        rng, team = self.rng, self.team
        state = self._pick(self.states)
        number, team["nextNumber"] = team["nextNumber"], team["nextNumber"] + 1
        updated = min(LAST_DAY, created + rng.random() * 30 * 86400)
        stamp = iso_utc_ms(updated)
        cycle, project = self._maybe(0.3, self.cycles), self._maybe(0.35, list(self.world.projects.values()))
        assignee, parent = self._maybe(0.6, self.people), self._maybe(0.1, self.planted) if self.planted else None
        return {"id": _id(rng), "createdAt": iso_utc_ms(created), "updatedAt": stamp,
                "archivedAt": stamp if state["type"] in ("completed", "canceled") and rng.random() < 0.3 else None,
                "autoArchivedAt": None, "trashed": None, "teamId": team["id"], "number": number,
                "identifier": "%s-%d" % (team["key"], number), "previousIdentifiers": [],
                "title": self._pick(PROBLEMS if rng.random() < 0.5 else WISHES).format(self._pick(THINGS)),
                "description": self._description(), "priority": int(rng.random() * 5),
                "estimate": self._maybe(0.5, (1, 2, 3, 5, 8)), "dueDate": self._maybe(0.2, ("2025-10-01", "2026-02-28")),
                "stateId": state["id"], "assigneeId": assignee["id"] if assignee else None,
                "creatorId": self._pick(self.people)["id"], "projectId": project["id"] if project else None,
                "cycleId": cycle["id"] if cycle else None, "parentId": parent,
                "labelIds": list({self._pick(self.labels)["id"]: None for _ in range(int(rng.random() * 4))}),
                "subscriberIds": [], "sortOrder": -float(number),
                "startedAt": stamp if state["type"] == "started" else None,
                "completedAt": stamp if state["type"] == "completed" else None,
                "canceledAt": stamp if state["type"] == "canceled" else None}

    def _description(self):
        if self.rng.random() < 0.1:
            return None
        lines = [self._pick(SENTENCES) for _ in range(1 + int(self.rng.random() * 5))]
        if self.rng.random() < 0.3:
            lines.append("\n".join("* [%s] %s" % (self._pick("x "), self._pick(WISHES).format(self._pick(THINGS)))
                                   for _ in range(3)))
        return normalized("\n\n".join(lines))

    def _talk(self, issue, created):
        if self.rng.random() >= 1 / 3:
            return
        moment, earlier = created, None
        for _ in range(1 + int(self.rng.random() ** 2 * 6)):
            moment = min(LAST_DAY, moment + 60 + self.rng.random() * 5 * 86400)
            stamp = iso_utc_ms(moment)
            identifier = _id(self.rng)
            self.world.add("comments", {
                "id": identifier, "createdAt": stamp, "updatedAt": stamp, "archivedAt": None, "editedAt": None,
                "issueId": issue["id"], "parentId": earlier if self.rng.random() < 0.3 else None,
                "userId": self._pick(self.people)["id"], "body": self._pick(REPLIES), "quotedText": None,
                "resolvedAt": None})
            earlier = earlier or identifier
