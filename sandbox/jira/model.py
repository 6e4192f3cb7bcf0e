"""What the world is made of. Times are milliseconds since 1970; rich text is what the API shows.

An issue or comment is never changed in place: `changed` makes a new version, so the search index
may go on showing an older one. All parts are plain data, so the state file holds them as they are.
"""

import dataclasses

CLOUD, DATA_CENTER = "cloud", "data-center"
PERMISSIONS = ("none", "read", "write", "admin")


@dataclasses.dataclass(slots=True)
class User:
    """`account_id` is its identity on Cloud, `name` on Data Center. Cloud hides the address of who wants it hidden."""

    account_id: str
    name: str
    key: str
    display_name: str
    email: str
    time_zone: str
    active: bool = True
    account_type: str = "atlassian"
    shows_email: bool = True


@dataclasses.dataclass(slots=True, frozen=True)
class Status:
    id: str
    name: str
    category: str
    description: str = ""


@dataclasses.dataclass(slots=True, frozen=True)
class Transition:
    """`sources` None is a global transition. `required` fields are asked for on its screen."""

    id: str
    name: str
    to: str
    sources: tuple = None
    screen: tuple = ()
    required: tuple = ()


@dataclasses.dataclass(slots=True, frozen=True)
class Workflow:
    """`resolves`: entering a done status sets the resolution without asking."""

    name: str
    initial: str
    transitions: tuple
    resolves: bool

    def statuses(self):
        """Ids in the order of the transitions, the initial one first."""
        return list(dict.fromkeys([self.initial] + [one.to for one in self.transitions]))


@dataclasses.dataclass(slots=True, frozen=True)
class IssueType:
    """`level` is 1 for epics, 0 for standard types, -1 for sub-tasks."""

    id: str
    name: str
    level: int
    workflow: Workflow
    description: str = ""


@dataclasses.dataclass(slots=True, frozen=True)
class Option:
    id: str
    value: str
    children: tuple = ()


@dataclasses.dataclass(slots=True, frozen=True)
class Field:
    """`kind` names the class that reads and writes values; `custom` is the custom field type's key."""

    id: str
    name: str
    kind: str
    custom: str = None
    options: tuple = ()
    clauses: tuple = ()
    log_name: str = None

    @property
    def custom_id(self):
        return int(self.id.rpartition("_")[2]) if self.custom else None


@dataclasses.dataclass(slots=True)
class Project:
    id: int
    key: str
    name: str
    lead: str
    next_number: int = 1
    archived: bool = False
    type_key: str = "software"
    security: str = None  # the level of new issues


@dataclasses.dataclass(slots=True)
class Version:
    id: int
    project_id: int
    name: str
    description: str = ""
    released: bool = False
    archived: bool = False
    release_date: str = None


@dataclasses.dataclass(slots=True)
class Component:
    id: int
    project_id: int
    name: str
    description: str = ""


@dataclasses.dataclass(slots=True)
class Sprint:
    id: int
    board_id: int
    name: str
    state: str
    start: int = None
    end: int = None
    complete: int = None
    goal: str = ""


@dataclasses.dataclass(slots=True)
class Issue:
    """One version of an issue. `values` holds the fields by id; an empty field is not in it."""

    id: int
    key: str
    project_id: int
    number: int
    type_id: str
    status_id: str
    creator: str
    created: int
    updated: int
    values: dict
    resolved: int = None
    category_changed: int = None

    def changed(self, **fields):
        """A new version with these facts; the old version stays as it was."""
        return dataclasses.replace(self, **fields)


@dataclasses.dataclass(slots=True)
class Comment:
    """One version of a comment. `visibility` is None for everyone, or {"type", "value"}; `public`: customers see it."""

    id: int
    issue_id: int
    author: str
    update_author: str
    body: object
    created: int
    updated: int
    visibility: dict = None
    public: bool = True
    properties: dict = dataclasses.field(default_factory=dict)

    def changed(self, **fields):
        return dataclasses.replace(self, **fields)


@dataclasses.dataclass(slots=True)
class Change:
    """One entry of an issue's changelog; `items` are as the API shows them."""

    id: int
    issue_id: int
    author: str
    created: int
    items: list


@dataclasses.dataclass(slots=True)
class Link:
    """`inward` is the source: inward "blocks" outward for the type Blocks."""

    id: int
    type_id: str
    inward: int
    outward: int
