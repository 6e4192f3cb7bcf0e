/* Commands: what scripts, shells and other programs ask for. */
#include "cli/areas/area.h"

static const struct option_spec tail_options[] = {
    {"type", OPTION_TEXT, "TYPE", "Only events of this type: SyncCompleted, ConflictDetected, …", 0},
    {"after", OPTION_NUMBER, "N", "First everything after this sequence, then what comes; 0 for all", 0},
};
static const struct option_spec replay_options[] = {
    {"from", OPTION_NUMBER, "N", "The first sequence; 1 if not given", 0},
    {"to", OPTION_NUMBER, "M", "The last one; the newest if not given", 0},
    {"type", OPTION_TEXT, "TYPE", "Only events of this type", 0},
};
static const struct option_spec help_options[] = {
    {"markdown", OPTION_FLAG, NULL, "The whole reference as Markdown", 0},
    {"manual", OPTION_FLAG, NULL, "The whole reference as scdoc's source of tandem(1)", 0},
};

static const struct command_group groups[] = {
    {"events", "Follow or replay what happened."},
};

static const struct command commands[] = {
    {.path = "events tail",
     .help = "Follow events as they happen",
     OPTIONS(tail_options),
     .run = command_events_tail,
     .examples = "tandem events tail --type ConflictDetected --json"},
    {.path = "events replay",
     .help = "Print events that happened",
     OPTIONS(replay_options),
     .run = command_events_replay,
     .examples = "tandem events replay --from 100 --to 200 --json"},
    {.path = "completion",
     .help = "Print a completion script",
     .arguments = {{"SHELL", false, "bash, zsh or fish"}},
     .run = command_completion,
     .examples = "source <(tandem completion bash)\ntandem completion fish > ~/.config/fish/completions/tandem.fish"},
    {.path = "version", .help = "Show the version", .run = command_version},
    {.path = "help",
     .help = "Explain a command",
     .arguments = {{"COMMAND", true, "its first word"}, {"COMMAND", true, "its second word"}},
     OPTIONS(help_options),
     .run = command_help},
};

const struct command_area area_programs = {"For scripts, shells and other programs", GROUPS(groups),
                                           COMMANDS(commands)};
