/* Commands: connected projects and what is kept in step of them. */
#include "cli/areas/area.h"

static const struct option_spec reason_options[] = {
    {"reason", OPTION_TEXT, "TEXT", "Why, for those who wonder later", 0},
};
static const struct option_spec remove_options[] = {
    {"reason", OPTION_TEXT, "TEXT", "Why, for those who wonder later", 0},
    YES_OPTION,
};
static const struct option_spec map_options[] = {
    {"direction", OPTION_CHOICE, DIRECTIONS, "Which way changes of this field go", 0},
    {"strategy", OPTION_CHOICE, STRATEGIES, "When both sides changed it", 0},
    {"confirmed-by", OPTION_TEXT, "NAME",
     "Who stands for external_wins or newest_wins from now on; each such --strategy needs it", 0},
    {"value", OPTION_LIST, "LOCAL=EXTERNAL", "The same word here and there, before the others; may be repeated", 0},
    {"remove-value", OPTION_LIST, "LOCAL", "Forget what this word is there; may be repeated", 0},
    {"closed", OPTION_FLAG, NULL, "Words that are not in the table do not pass: they become conflicts", 0},
    {"open", OPTION_FLAG, NULL, "Words that are not in the table pass as they are", 0},
    {"reset", OPTION_FLAG, NULL, "Start from what is proposed now, not from the rule that is set", 0},
    {"remove", OPTION_FLAG, NULL, "Take the rule away: the field is not kept in step any more", 0},
};
static const struct option_spec follow_options[] = {
    {"existing", OPTION_FLAG, NULL, "The tickets that are there already, too", 0},
    {"stop", OPTION_FLAG, NULL, "Follow it no longer; what is there stays", 0},
};

static const struct command_group groups[] = {
    {"connect", "Connect a project of an external system."},
    {"projects", "See and steer connected projects."},
    {"webhooks", "See to the webhooks by which trackers tell of changes."},
    {"fields", "See and change how fields are mapped."},
};

static const struct command commands[] = {
    {.path = "projects list", .help = "List connected projects", .run = command_projects_list},
    {.path = "projects show",
     .help = "Show a project's settings",
     .arguments = {PROJECT_ARGUMENT},
     .run = command_projects_show},
    {.path = "projects pause",
     .help = "Let nothing in or out for a while",
     .arguments = {PROJECT_ARGUMENT},
     OPTIONS(reason_options),
     .run = command_projects_pause},
    {.path = "projects resume",
     .help = "End a pause, or try again after a failure",
     .arguments = {PROJECT_ARGUMENT},
     .run = command_projects_resume,
     .details = "Where very much was gone at once, this says that it is meant; nothing else does. Then each deletion "
                "is a conflict to be decided."},
    {.path = "projects remove",
     .help = "Stop keeping a project in step; tickets stay",
     .arguments = {PROJECT_ARGUMENT},
     OPTIONS(remove_options),
     .run = command_projects_remove},
    {.path = "projects follow",
     .help = "Create another project's tickets in this one too",
     .arguments = {PROJECT_ARGUMENT, {"OTHER-PROJECT", false, "the project whose tickets it takes"}},
     OPTIONS(follow_options),
     .run = command_projects_follow,
     .details = "You stand for it that these tickets may go there; local_only ones never do. What is in both trackers "
                "already is to be linked first (`tandem link suggest`), or it is there twice.",
     .examples = "tandem projects follow engine rocket\ntandem projects follow engine rocket --existing"},
    {.path = "webhooks check",
     .help = "Have a project's webhook looked at now",
     .arguments = {PROJECT_ARGUMENT},
     .run = command_webhooks_check,
     .details = "Registers it where there is none, repairs it where somebody changed it, and asks the tracker for what "
                "it could not deliver. That happens by itself, too, about every half hour. It needs webhooks.url, the "
                "address under which trackers reach tandem."},
    {.path = "webhooks rotate",
     .help = "Sign a project's webhooks with a new secret",
     .arguments = {PROJECT_ARGUMENT},
     .run = command_webhooks_rotate,
     .details = "The tracker gets it at once where tandem may register webhooks. The old one is good for another hour, "
                "so nothing is refused meanwhile. For a webhook that was set up by hand, give a secret of your own: "
                "tandem connect ... --webhook-secret-file FILE."},
    {.path = "webhooks forget",
     .help = "Say that a removed project's webhook is gone there",
     .arguments = {{"NAME", false, "what the removed project was called"}},
     .run = command_webhooks_forget,
     .details = "A project that is removed has its webhook taken away in the tracker. Where the tracker did not let "
                "tandem do so, `tandem status` says so until you have taken it away yourself and say it with this."},
    {.path = "fields analyze",
     .help = "Show a project's fields there, and how they are mapped",
     .arguments = {PROJECT_ARGUMENT},
     .run = command_fields_analyze,
     .details = "Asks the tracker, with the stored credential, and changes nothing. For each field: the rule that is "
                "set, the rule that is proposed, what differs, and why it is proposed.",
     .examples = "tandem fields analyze rocket\ntandem fields analyze rocket --json"},
    {.path = "fields map",
     .help = "Change how one field is mapped",
     .arguments = {PROJECT_ARGUMENT, {"FIELD", false, "the field's name, as in status"}},
     OPTIONS(map_options),
     .run = command_fields_map,
     .details = "A field without a rule gets the proposed one first. The tickets of the project are compared anew.",
     .examples = "tandem fields map rocket status --value in_progress=Doing\n"
                 "tandem fields map rocket assignees --value ann=ann-smith --direction pull\n"
                 "tandem fields map engine estimate --remove\n"
                 "tandem fields map engine estimate"},
    {.path = "fields validate",
     .help = "Look for fields and words that will not pass",
     .arguments = {PROJECT_ARGUMENT},
     .run = command_fields_validate,
     .details = "Asks the tracker and changes nothing. Exits with 1 when something is wrong; warnings are not.",
     .examples = "tandem fields validate rocket"},
    {.path = "fields test",
     .help = "Show what tickets' values become on the other side",
     .arguments = {PROJECT_ARGUMENT, {"TICKET", true, "keys, as in T-12; a few tickets if not given"}},
     .many = true,
     .run = command_fields_test,
     .details = "Uses what was last seen of the tickets. Nothing is asked of the tracker and nothing is written.",
     .examples = "tandem fields test rocket\ntandem fields test rocket T-12 T-15"},
};

const struct command_area area_projects = {"Connect trackers, and say what is kept in step", GROUPS(groups),
                                           .has_connect = true, COMMANDS(commands)};
