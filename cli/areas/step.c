/* Commands: what shows how things stand and brings both sides into step, decisions about conflicts included. */
#include "cli/areas/area.h"

#define CONFLICT_KINDS "both_changed|unequal_when_linked|unmappable|deleted_vs_edited|overwritten|undo"
static const struct option_spec exit_code_options[] = {
    {"exit-code", OPTION_FLAG, NULL, "Exit with 8 when conflicts are open", 0},
};
static const struct option_spec retry_options[] = {
    {"all", OPTION_FLAG, NULL, "All that is parked", 'a'},
};
static const struct option_spec sync_options[] = {
    {"full", OPTION_FLAG, NULL, "Look at every ticket, not only at what changed", 0},
    {"dry-run", OPTION_FLAG, NULL, "Only say what would be done, as a plan that `tandem apply` does", 0},
    {"wait", OPTION_FLAG, NULL, "Wait for the end and print the report", 'w'},
    {"exit-code", OPTION_FLAG, NULL, "Wait, and exit with 8 when conflicts are open", 0},
};
static const struct option_spec undo_options[] = {
    {"dry-run", OPTION_FLAG, NULL, "Only say what would be done", 0},
};
static const struct option_spec conflict_list_options[] = {
    {"project", OPTION_TEXT, "PROJECT", "Only those of this project", 0},
    {"ticket", OPTION_TEXT, "KEY", "Only those of this ticket", 0},
    {"field", OPTION_TEXT, "FIELD", "Only those about this field", 0},
    {"kind", OPTION_CHOICE, CONFLICT_KINDS, "Only those of this kind", 0},
    {"state", OPTION_CHOICE, "open|decided|resolved|superseded|all", "open if not given", 0},
    {"limit", OPTION_NUMBER, "N", "At most so many; 100 if not given", 'n'},
    {"exit-code", OPTION_FLAG, NULL, "Exit with 8 when one is open", 0},
};
static const struct option_spec conflict_show_options[] = {
    {"full", OPTION_FLAG, NULL, "With all lines that are equal, and long ones whole", 0},
};
static const struct option_spec resolve_options[] = {
    {"local", OPTION_FLAG, NULL, "Take the local value", 0},
    {"external", OPTION_FLAG, NULL, "Take the external value", 0},
    {"merge", OPTION_FLAG, NULL, "Take both edits, if they fit together", 0},
    {"value", OPTION_LIST, "TEXT", "Take this value; repeat it for the members of a set", 0},
    {"edit", OPTION_FLAG, NULL, "Bring both together in an editor", 0},
    {"project", OPTION_TEXT, "PROJECT", "Many at once: all that are open in this project", 0},
    {"ticket", OPTION_TEXT, "KEY", "Many at once: those of this ticket", 0},
    {"field", OPTION_TEXT, "FIELD", "Many at once: those about this field", 0},
    {"kind", OPTION_CHOICE, CONFLICT_KINDS, "Many at once: those of this kind", 0},
    {"dry-run", OPTION_FLAG, NULL, "Only show what would be decided", 0},
    {"yes", OPTION_FLAG, NULL, "Many at once: do not ask", 'y'},
};
static const struct option_spec restore_options[] = {
    {"local", OPTION_FLAG, NULL, "The value that was here", 0},
    {"external", OPTION_FLAG, NULL, "The value that was outside", 0},
    {"base", OPTION_FLAG, NULL, "What both sides had before", 0},
    {"chosen", OPTION_FLAG, NULL, "What a person gave, or what both were merged to", 0},
    YES_OPTION,
};
static const struct option_spec session_list_options[] = {
    {"project", OPTION_TEXT, "PROJECT", "Only those of this project", 0},
    {"limit", OPTION_NUMBER, "N", "At most so many; 20 if not given", 'n'},
};
static const struct option_spec wait_options[] = {
    {"wait", OPTION_FLAG, NULL, "Wait for its end", 'w'},
    {"items", OPTION_FLAG, NULL, "With --json: of an undo each thing that it did, too", 0},
};
#define ID_ARGUMENT(what) \
  { "ID", false, what }

static const struct command_group groups[] = {
    {"conflicts", "See and decide what both sides changed."},
    {"sessions", "See how synchronisations went."},
};

static const struct command commands[] = {
    {.path = "status",
     .help = "Show how every project stands, or all about one",
     .arguments = {{"PROJECT", true, "only this one, with more of it"}},
     OPTIONS(exit_code_options),
     .run = command_status,
     .details =
         "WAITING is what is still to be written, fetched or read from webhooks; below stands how long that will take. "
         "PARKED waits for a person, with the command that puts it back. LAG is the age of the oldest change that "
         "tandem knows of and has not yet brought to the other side; conflicts and what is parked do not count. The "
         "line of each project below says whether its webhook works and how often it is polled because of that.",
     .examples = "tandem status\ntandem status rocket\ntandem status --json --exit-code"},
    {.path = "sync",
     .help = "Bring a project, or all, into step now",
     .arguments = {{"PROJECT", true, "all active ones if not given"}},
     OPTIONS(sync_options),
     .run = command_sync,
     .examples = "tandem sync --wait\ntandem sync rocket --full --exit-code"},
    {.path = "apply",
     .help = "Do what a dry run showed, exactly that or nothing",
     .arguments = {{"PLAN", false, "the plan's id, as `tandem sync --dry-run` printed it"}},
     .run = command_apply,
     .details = "Looks at both sides first. If anything that it was decided on has moved since the dry run (a side, a "
                "conflict, who may see a ticket, the settings), nothing is done, what moved is told, and the project "
                "stays paused. Afterwards the project goes on by itself. "
                "A plan is good for 7 days.",
     .examples = "tandem sync rocket --dry-run\ntandem apply P3-0a1b2c3d4e5f"},
    {.path = "conflicts list",
     .help = "List what both sides changed",
     OPTIONS(conflict_list_options),
     .run = command_conflicts_list,
     .details = "Decided ones are kept for ever, with both values: `--state all` shows them, those too that a strategy "
                "decided.",
     .examples = "tandem conflicts list --project rocket --field labels\n"
                 "tandem conflicts list --ticket T-12 --state all"},
    {.path = "conflicts show",
     .help = "Show base, local and external side by side",
     .arguments = {ID_ARGUMENT("the conflict's number")},
     OPTIONS(conflict_show_options),
     .run = command_conflicts_show},
    {.path = "conflicts resolve",
     .help = "Decide a conflict, or many",
     .arguments = {{"ID", true, "the conflict's number; may be repeated"}},
     .many = true,
     OPTIONS(resolve_options),
     .run = command_conflicts_resolve,
     .details = "If either side has moved since, the conflict is superseded and a new one shows what is there "
                "now.\n\nMany at once, by several numbers or by a filter, go to --local or --external. They are shown "
                "first. What has moved meanwhile stays open and is listed. Deletions are decided only when --kind "
                "deleted_vs_edited or --field asks for them.",
     .examples = "tandem conflicts resolve 7 --external\n"
                 "tandem conflicts resolve 7 --value 'Pump leaks at 3 bar'\n"
                 "tandem conflicts resolve 8 --value bug --value urgent\n"
                 "tandem conflicts resolve --project rocket --field labels --local"},
    {.path = "conflicts restore",
     .help = "Bring a value of a decided conflict back",
     .arguments = {ID_ARGUMENT("the conflict's number")},
     OPTIONS(restore_options),
     .run = command_conflicts_restore,
     .details = "The value becomes the ticket's again, as an edit of yours that goes to all its trackers; the conflict "
                "stays as it is. It is shown beside what is there now, and refused if that changes meanwhile.",
     .examples = "tandem conflicts restore 7 --external"},
    {.path = "sessions list",
     .help = "List synchronisations, newest first",
     OPTIONS(session_list_options),
     .run = command_sessions_list},
    {.path = "sessions show",
     .help = "Show a synchronisation's report",
     .arguments = {ID_ARGUMENT("the session's number")},
     OPTIONS(wait_options),
     .run = command_sessions_show},
    {.path = "sessions undo",
     .help = "Take back what a synchronisation did",
     .arguments = {ID_ARGUMENT("the session's number")},
     OPTIONS(undo_options),
     .run = command_sessions_undo,
     .details = "A field gets the value from before the session only where it still holds what the session wrote; else "
                "it is a conflict. What is restored here goes to all trackers, as any change does. Tickets that the "
                "session made outside are closed there; what it brought here is cancelled, and not kept in step any "
                "more. Nothing is deleted for good, and an undo is a session that can be undone. Waits for the end and "
                "prints what was done, item by item.",
     .examples = "tandem sessions undo 12 --dry-run\ntandem sessions undo 12"},
    {.path = "retry",
     .help = "Put back what was given up",
     .arguments = {{"WHAT", true, "a project, or an id that `tandem status` shows: W-12, F-3, R-40, D-7"}},
     OPTIONS(retry_options),
     .run = command_retry,
     .details = "A change is decided anew on what both sides are now. A creation that may have arrived is looked for "
                "before it is sent again.",
     .examples = "tandem retry W-12\ntandem retry rocket\ntandem retry --all"},
    {.path = "doctor",
     .help = "Look for what is wrong, and say what to do",
     .run = command_doctor,
     .details = "Exits with 1 when something is wrong."},
};

const struct command_area area_step = {"See how things stand, and bring them into step", GROUPS(groups),
                                       COMMANDS(commands)};
