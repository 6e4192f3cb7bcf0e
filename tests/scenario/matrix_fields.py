"""The table of fields: every type that a mapping knows, where it exists, and who writes what into it.

Words are ours; `tables` translate those that a tracker says otherwise. `{}` in a word stands for the case, so that an edit is
found wherever it went.
"""

import dataclasses

HERE, GITHUB, JIRA, LINEAR = "here", "github", "jira", "linear"
STORY, BUG = "Story", "Bug"

PARAGRAPHS = ("Alpha.", "Beta.", "Gamma.", "Delta.", "Epsilon.", "Zeta.", "Eta.")
PARAGRAPH_OF = {HERE: 0, GITHUB: 2, JIRA: 4, LINEAR: 6}


@dataclasses.dataclass(frozen=True)
class Field:
    """`edits` are by place; a set's are (members that come, members that go)."""

    name: str
    kind: str
    places: tuple
    base: object
    edits: dict
    tables: dict = dataclasses.field(default_factory=dict)
    types: tuple = (STORY, BUG)
    members_max: dict = dataclasses.field(default_factory=dict)

    @property
    def is_set(self):
        return self.kind in ("set", "users")

    def edited(self, place, case):
        """What a person at `place` makes of the base."""
        edit = self.edits[place]
        if self.is_set:
            come, go = edit
            return frozenset(self.base) - frozenset(go) | {one.format(case) for one in come}
        return edit.format(case)

    def external(self, system, word):
        return next((theirs for ours, theirs in self.tables.get(system, ()) if ours == word), word)

    def local(self, system, word):
        return next((ours for ours, theirs in self.tables.get(system, ()) if theirs == word), word)


def _same(*pairs, systems):
    return {system: pairs for system in systems}


def _body(place, text):
    parts = list(PARAGRAPHS)
    parts[PARAGRAPH_OF[place]] = text
    return "\n\n".join(parts)


PEOPLE = {JIRA: (("alice", "Alice Ångström"), ("bob", "Bob Baker"), ("erin", "Erin O'Neill"))}
ALL, NO_GITHUB = (GITHUB, JIRA, LINEAR), (JIRA, LINEAR)

FIELDS = (
    Field("title", "line", ALL, "The {} case", {
        HERE: "Title of here {}", GITHUB: "Title of github {}", JIRA: "Title of jira {}", LINEAR: "Title of linear {}"}),
    Field("body", "text", ALL, "\n\n".join(PARAGRAPHS), {
        HERE: _body(HERE, "Text of *here* {}."), GITHUB: _body(GITHUB, "Text of *github* {}."),
        JIRA: _body(JIRA, "Text of jira {}."), LINEAR: _body(LINEAR, "Text of *linear* {}.")}),
    Field("status", "choice", ALL, "open", {HERE: "done", GITHUB: "cancelled", JIRA: "in_progress", LINEAR: "cancelled"}, {
        GITHUB: (("open", "open"), ("done", "closed:completed"), ("cancelled", "closed:not_planned"), ("in_progress", "open")),
        JIRA: (("open", "To Do"), ("in_progress", "In Progress"), ("done", "Done"), ("cancelled", "Done")),
        LINEAR: (("open", "Todo"), ("in_progress", "In Progress"), ("done", "Done"), ("cancelled", "Canceled"))},
          types=(STORY,)),
    Field("labels", "set", ALL, ("keep", "drop"), {
        HERE: (("here-{}",), ("drop",)), GITHUB: (("github-{}",), ()), JIRA: (("jira-{}",), ("drop",)),
        LINEAR: (("linear-{}",), ())}),
    Field("assignees", "users", ALL, ("alice",), {
        HERE: (("erin",), ("alice",)), GITHUB: (("bob",), ("alice",)), JIRA: (("erin",), ("alice",)),
        LINEAR: (("bob",), ("alice",))}, PEOPLE, members_max={JIRA: 1, LINEAR: 1}),
    Field("milestone", "line", (GITHUB,), "Backlog", {HERE: "v2.0 – Orbit", GITHUB: "v1.0"}),
    Field("priority", "choice", NO_GITHUB, "Medium", {HERE: "High", JIRA: "Low", LINEAR: "Urgent"},
          {JIRA: (("Urgent", "Highest"),)}),
    Field("estimate", "number", NO_GITHUB, "3", {HERE: "5", JIRA: "8", LINEAR: "13"}),
    Field("due_date", "date", NO_GITHUB, "2026-01-31", {HERE: "2026-02-28", JIRA: "2026-03-31", LINEAR: "2026-04-30"}),
    Field("sprint", "choice", NO_GITHUB, "this", {HERE: "next", JIRA: "next", LINEAR: "next"}, {
        JIRA: (("this", "Sprint 3"), ("next", "Sprint 4")), LINEAR: (("this", "Cycle 3"), ("next", "Cycle 4"))}),
    Field("project", "choice", (LINEAR,), "Launch pad", {HERE: "Fuel efficiency", LINEAR: "Größere Tanks 🚀"}),
    Field("versions", "set", (JIRA,), ("1.0",), {HERE: (("1.1",), ("1.0",)), JIRA: (("Backlog",), ())}),
    Field("components", "set", (JIRA,), ("Fuel",), {HERE: (("Billing",), ()), JIRA: (("UI/UX",), ("Fuel",))}),
    Field("affects_versions", "set", (JIRA,), ("1.0",), {HERE: (("1.1",), ()), JIRA: (("2.0 – Orbit",), ("1.0",))},
          types=(BUG,)),
    Field("environment", "text", (JIRA,), "Bench.", {HERE: "Pad of here {}.", JIRA: "Pad of jira {}."}, types=(BUG,)),
    Field("customer_reference", "line", (JIRA,), "C-0", {HERE: "C-here-{}", JIRA: "C-jira-{}"}),
    Field("acceptance_criteria", "text", (JIRA,), "It flies.", {HERE: "It lands, says here {}.", JIRA: "It hovers, says jira {}."}),
    Field("target_date", "date", (JIRA,), "2026-05-31", {HERE: "2026-06-30", JIRA: "2026-07-31"}),
    Field("went_live", "datetime", (JIRA,), "2026-05-01T10:00:00.000Z", {
        HERE: "2026-05-02T11:00:00.000Z", JIRA: "2026-05-03T12:00:00.000Z"}, types=(STORY,)),
    Field("runbook", "url", (JIRA,), "https://example.com/base", {
        HERE: "https://example.com/here-{}", JIRA: "https://example.com/jira-{}"}),
    Field("keywords", "set", (JIRA,), ("alarm",), {HERE: (("here-{}",), ()), JIRA: (("jira-{}",), ("alarm",))}),
    Field("area", "choice", (JIRA,), "Ground / Fuel", {HERE: "Flight / Guidance", JIRA: "Office"}),
    Field("severity", "choice", (JIRA,), "Minor", {HERE: "Major", JIRA: "Critical"}, types=(BUG,)),
    Field("regression", "choice", (JIRA,), "No", {HERE: "Yes", JIRA: "Yes"}, types=(BUG,)),
    Field("affected_platforms", "set", (JIRA,), ("Linux",), {HERE: (("macOS",), ()), JIRA: (("iOS",), ("Linux",))},
          types=(BUG,)),
    Field("channels", "set", (JIRA,), ("Mail",), {HERE: (("Chat",), ("Mail",)), JIRA: (("Phone",), ())}, types=(BUG,)),
    Field("reviewer", "user", (JIRA,), "alice", {HERE: "bob", JIRA: "erin"}, PEOPLE),
    Field("watch_group", "users", (JIRA,), ("alice",), {HERE: (("bob",), ()), JIRA: (("erin",), ("alice",))}, PEOPLE),
)
BY_NAME = {field.name: field for field in FIELDS}
