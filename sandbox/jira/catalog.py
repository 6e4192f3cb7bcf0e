"""What an administrator has set up: statuses, workflows, issue types, fields, screens.

Bugs have a workflow of steps, with screens and required fields; the other types may go from any
status to nearly any other.
"""

from sandbox.jira.model import CLOUD, Field, IssueType, Option, Status, Transition, Workflow

CATEGORIES = {"new": (2, "To Do", "blue-gray"), "indeterminate": (4, "In Progress", "yellow"),
              "done": (3, "Done", "green")}

STATUSES = {one.id: one for one in (
    Status("1", "Open", "new", "The issue is open and ready for the assignee to start work on it."),
    Status("3", "In Progress", "indeterminate", "This issue is being actively worked on."),
    Status("4", "Reopened", "new", "This issue was once resolved, but the resolution was deemed incorrect."),
    Status("5", "Resolved", "done", "A resolution has been taken; it awaits verification."),
    Status("6", "Closed", "done", "The issue is considered finished."),
    Status("10000", "To Do", "new"), Status("10001", "Done", "done"),
    Status("10002", "In Review", "indeterminate"), Status("10003", "Blocked", "indeterminate"))}

REVIEWER, SEVERITY = "customfield_10033", "customfield_10031"

SIMPLE = Workflow("Software Simplified Workflow", "10000", (
    Transition("11", "To Do", "10000"), Transition("21", "In Progress", "3"),
    Transition("31", "In Review", "10002", ("3", "10003")), Transition("51", "Block", "10003", ("3", "10002")),
    Transition("41", "Done", "10001")), True)

BUG = Workflow("Bug Workflow", "1", (
    Transition("4", "Start Progress", "3", ("1", "4")),
    Transition("301", "Stop Progress", "1", ("3",)),
    Transition("711", "Ask for Review", "10002", ("3",), (REVIEWER, "assignee"), (REVIEWER,)),
    Transition("721", "Reject", "3", ("10002",)),
    Transition("5", "Resolve", "5", ("3", "10002"), ("resolution", "fixVersions", "assignee"), ("resolution",)),
    Transition("701", "Close", "6", ("5",)),
    Transition("2", "Close as Invalid", "6", ("1", "4"), ("resolution",), ("resolution",)),
    Transition("3", "Reopen", "4", ("5", "6"))), False)

TYPES = {one.id: one for one in (
    IssueType("10000", "Epic", 1, SIMPLE, "A big user story that needs to be broken down."),
    IssueType("10001", "Story", 0, SIMPLE, "Functionality or a feature expressed as a user goal."),
    IssueType("10002", "Task", 0, SIMPLE, "A small, distinct piece of work."),
    IssueType("10004", "Bug", 0, BUG, "A problem or error."),
    IssueType("10003", "Sub-task", -1, SIMPLE, "A small piece of work that is part of a larger task."))}

PRIORITIES = {"1": ("Highest", "#d04437"), "2": ("High", "#f15C75"), "3": ("Medium", "#f79232"),
              "4": ("Low", "#707070"), "5": ("Lowest", "#999999")}
DEFAULT_PRIORITY = "3"

RESOLUTIONS = {"10000": ("Done", "Work has been completed on this issue."),
               "10001": ("Won't Do", "This issue won't be actioned."),
               "10002": ("Duplicate", "The problem is a duplicate of an existing issue."),
               "10003": ("Cannot Reproduce", "All attempts at reproducing this issue failed."),
               "10004": ("Fixed", "A fix for this issue is checked into the tree and tested.")}

SECURITY_LEVELS = {"10000": ("Staff only", "Those who work on the project."),
                   "10001": ("Management", "Those who answer for it.")}

LINK_TYPES = {"10000": ("Blocks", "is blocked by", "blocks"), "10001": ("Cloners", "is cloned by", "clones"),
              "10002": ("Duplicate", "is duplicated by", "duplicates"),
              "10003": ("Relates", "relates to", "relates to")}

TYPE_PREFIX = "com.atlassian.jira.plugin.system.customfieldtypes:"
GREENHOPPER = "com.pyxis.greenhopper.jira:"


def _options(first, *values):
    """Options with consecutive ids; a pair is a value with its children."""
    options, number = [], first
    for value in values:
        name, children = value if isinstance(value, tuple) else (value, ())
        under = tuple(Option(str(number + 1 + place), child) for place, child in enumerate(children))
        options.append(Option(str(number), name, under))
        number += 1 + len(children)
    return tuple(options)


def _custom(number, name, kind, custom, options=()):
    prefix = "" if ":" in custom else TYPE_PREFIX
    return Field("customfield_%d" % number, name, kind, prefix + custom, options)


SYSTEM_FIELDS = (
    Field("summary", "Summary", "summary", clauses=("summary",), log_name="summary"),
    Field("issuetype", "Issue Type", "issuetype", clauses=("issuetype", "type"), log_name="issuetype"),
    Field("project", "Project", "project", clauses=("project",), log_name="project"),
    Field("status", "Status", "status", clauses=("status",), log_name="status"),
    Field("parent", "Parent", "parent", clauses=("parent",), log_name="IssueParentAssociation"),
    Field("description", "Description", "richtext", clauses=("description",), log_name="description"),
    Field("environment", "Environment", "richtext", clauses=("environment",), log_name="environment"),
    Field("priority", "Priority", "priority", clauses=("priority",), log_name="priority"),
    Field("resolution", "Resolution", "resolution", clauses=("resolution",), log_name="resolution"),
    Field("security", "Security Level", "securitylevel", clauses=("level",), log_name="security"),
    Field("assignee", "Assignee", "assignee", clauses=("assignee",), log_name="assignee"),
    Field("reporter", "Reporter", "reporter", clauses=("reporter",), log_name="reporter"),
    Field("creator", "Creator", "creator", clauses=("creator",)),
    Field("labels", "Labels", "labels", clauses=("labels",), log_name="labels"),
    Field("components", "Components", "components", clauses=("component",), log_name="Component"),
    Field("fixVersions", "Fix versions", "versions", clauses=("fixVersion",), log_name="Fix Version"),
    Field("versions", "Affects versions", "versions", clauses=("affectedVersion",), log_name="Version"),
    Field("duedate", "Due date", "date", clauses=("due", "duedate"), log_name="duedate"),
    Field("created", "Created", "time", clauses=("created", "createdDate")),
    Field("updated", "Updated", "time", clauses=("updated", "updatedDate")),
    Field("resolutiondate", "Resolved", "time", clauses=("resolutiondate", "resolved")),
    Field("statuscategorychangedate", "Status Category Changed", "time", clauses=("statusCategoryChangedDate",)),
    Field("issuelinks", "Linked Issues", "links"),
    Field("subtasks", "Sub-tasks", "subtasks", clauses=("subtasks",)),
    Field("comment", "Comment", "comments", clauses=("comment",)))

SHARED_CUSTOM_FIELDS = (
    _custom(10016, "Story Points", "number", "float"),
    _custom(10031, "Severity", "option", "select", _options(10101, "Critical", "Major", "Minor", "Cosmetic")),
    _custom(10032, "Affected platforms", "options", "multiselect",
            _options(10111, "Linux", "Windows", "macOS", "Android", "iOS")),
    _custom(10033, "Reviewer", "user", "userpicker"),
    _custom(10034, "Watch group", "users", "multiuserpicker"),
    _custom(10035, "Customer reference", "text", "textfield"),
    _custom(10036, "Acceptance criteria", "richtext", "textarea"),
    _custom(10037, "Target date", "date", "datepicker"),
    _custom(10038, "Went live", "datetime", "datetime"),
    _custom(10039, "Keywords", "labels", "labels"),
    _custom(10040, "Area", "cascading", "cascadingselect",
            _options(10121, ("Ground", ("Console", "Fuel", "Weather")), ("Flight", ("Guidance", "Telemetry")),
                     ("Office", ()))),
    _custom(10041, "Runbook", "url", "url"),
    _custom(10042, "Channels", "options", "multicheckboxes", _options(10141, "Mail", "Chat", "Phone")),
    _custom(10043, "Regression", "option", "radiobuttons", _options(10151, "Yes", "No")))

SPRINT = _custom(10020, "Sprint", "sprint", GREENHOPPER + "gh-sprint")
EPIC_NAME = _custom(10011, "Epic Name", "text", GREENHOPPER + "gh-epic-label")
EPIC_LINK = _custom(10014, "Epic Link", "epiclink", GREENHOPPER + "gh-epic-link")


def fields_of(flavour):
    """All fields by id. Data Center hangs issues on epics by a custom field, Cloud by `parent`."""
    more = (SPRINT,) if flavour == CLOUD else (SPRINT, EPIC_NAME, EPIC_LINK)
    return {field.id: field for field in SYSTEM_FIELDS + SHARED_CUSTOM_FIELDS + more}


COMMON_SCREEN = ("summary", "issuetype", "project", "description", "priority", "assignee", "reporter", "labels",
                 "components", "fixVersions", "duedate", "issuelinks", SPRINT.id, "customfield_10016",
                 "customfield_10034", "customfield_10035", "customfield_10036", "customfield_10037",
                 "customfield_10039", "customfield_10040", "customfield_10041")
BUG_SCREEN = ("environment", "versions", SEVERITY, "customfield_10032", REVIEWER, "customfield_10042",
              "customfield_10043")
STORY_SCREEN = (REVIEWER, "customfield_10038")


def screen_of(flavour, issue_type):
    """Ids of the fields that creating and editing an issue of this type may set."""
    fields = COMMON_SCREEN + (BUG_SCREEN if issue_type.name == "Bug" else STORY_SCREEN)
    if issue_type.level < 0:
        fields = tuple(name for name in fields if name != SPRINT.id)
    if issue_type.level < 0 or flavour == CLOUD and issue_type.level == 0:
        fields += ("parent",)
    if flavour != CLOUD:
        fields += (EPIC_NAME.id,) if issue_type.level > 0 else (EPIC_LINK.id,) if issue_type.level == 0 else ()
    return fields


def required_of(flavour, issue_type):
    """Ids of the fields without which no issue of this type is created."""
    required = ["summary", "issuetype", "project"]
    if issue_type.level < 0:
        required.append("parent")
    if issue_type.level > 0 and flavour != CLOUD:
        required.append(EPIC_NAME.id)
    return required
