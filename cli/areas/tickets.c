/* Commands: tickets, and bringing together what is in several trackers. */
#include "cli/areas/area.h"

static const struct option_spec retract_options[] = {
    {"dry-run", OPTION_FLAG, NULL, "Only say what is outside, and what would be done", 0},
    {"yes", OPTION_FLAG, NULL, "Do it without asking", 'y'},
};
static const struct option_spec list_options[] = {
    {"project", OPTION_TEXT, "PROJECT", "Only those that are in this project", 0},
    {"status", OPTION_TEXT, "STATUS", "Only those with this status", 0},
    {"label", OPTION_TEXT, "LABEL", "Only those with this label", 0},
    {"search", OPTION_TEXT, "TEXT", "Only those whose title or body has this text", 's'},
    {"limit", OPTION_NUMBER, "N", "At most so many; 50 if not given", 'n'},
    {"all", OPTION_FLAG, NULL, "However many there are", 'a'},
};
static const struct option_spec show_options[] = {
    {"external", OPTION_FLAG, NULL, "With what the other sides looked like when last seen", 0},
    {"deleted", OPTION_FLAG, NULL, "With the comments that were deleted", 0},
};
static const struct option_spec new_options[] = {
    {"title", OPTION_TEXT, "TEXT", "What it is about, in one line", 't'},
    {"body", OPTION_TEXT, "TEXT", "The description, Markdown", 'b'},
    {"body-file", OPTION_FILE, "FILE", "The description from a file", 'F'},
    {"label", OPTION_LIST, "LABEL", "A label; may be repeated", 'l'},
    {"assignee", OPTION_LIST, "USER", "Who works on it; may be repeated", 'a'},
    {"milestone", OPTION_TEXT, "NAME", "Its milestone", 'm'},
    {"status", OPTION_TEXT, "STATUS", "Its status; open if not given", 0},
    {"project", OPTION_TEXT, "PROJECT", "Create it there too", 'p'},
    {"privacy", OPTION_CHOICE, PRIVACIES, "Who may see it", 0},
};
static const struct option_spec edit_options[] = {
    {"title", OPTION_TEXT, "TEXT", "The new title", 't'},
    {"body", OPTION_TEXT, "TEXT", "The new description", 'b'},
    {"body-file", OPTION_FILE, "FILE", "The new description from a file, - for standard input", 'F'},
    {"status", OPTION_TEXT, "STATUS", "open, in_progress, done, cancelled, duplicate, or a word of your own", 0},
    {"milestone", OPTION_TEXT, "NAME", "Its milestone; \"\" for none", 'm'},
    {"add-label", OPTION_LIST, "LABEL", "May be repeated", 0},
    {"remove-label", OPTION_LIST, "LABEL", "May be repeated", 0},
    {"add-assignee", OPTION_LIST, "USER", "May be repeated", 0},
    {"remove-assignee", OPTION_LIST, "USER", "May be repeated", 0},
};
static const struct option_spec comment_options[] = {
    {"body", OPTION_TEXT, "TEXT", "The comment, Markdown", 'b'},
    {"body-file", OPTION_FILE, "FILE", "The comment from a file", 'F'},
    {"privacy", OPTION_CHOICE, PRIVACIES, "At most as public as the ticket", 0},
    {"delete", OPTION_FLAG, NULL, "Delete the comment whose key this is, here and in every tracker", 0},
};
static const struct option_spec share_options[] = {
    {"project", OPTION_TEXT, "PROJECT", "Grant this project, and create the ticket there", 'p'},
    {"revoke", OPTION_FLAG, NULL,
     "Take the grant back: nothing more goes there, unless it is public or came from there", 0},
    {"privacy", OPTION_CHOICE, PRIVACIES, "The ticket's new privacy", 0},
};
static const struct option_spec link_options[] = {YES_OPTION};
static const struct option_spec suggest_options[] = {
    {"limit", OPTION_NUMBER, "N", "At most so many; 100 if not given", 0},
    {"link", OPTION_FLAG, NULL, "Link them, after showing what differs", 0},
    YES_OPTION,
};
#define KEY_ARGUMENT \
  { "KEY", false, "a ticket's key, as in T-12 or rocket:#7" }

static const struct command_group groups[] = {
    {"ticket", "Read and write tickets."},
    {"link", "Bring together what is in several trackers already."},
};

static const struct command commands[] = {
    {.path = "ticket list",
     .help = "List tickets",
     OPTIONS(list_options),
     .run = command_ticket_list,
     .examples = "tandem ticket list --project rocket --status open\ntandem ticket list --search pump --json"},
    {.path = "ticket show",
     .help = "Show a ticket with comments and where it is outside",
     .arguments = {KEY_ARGUMENT},
     OPTIONS(show_options),
     .run = command_ticket_show,
     .examples = "tandem ticket show T-12\ntandem ticket show rocket:#7"},
    {.path = "ticket new",
     .help = "Make a ticket",
     .arguments = {{"-", true, "read the body from standard input"}},
     OPTIONS(new_options),
     .run = command_ticket_new,
     .details = "Prints the new key. Without --project it stays here.",
     .examples = "tandem ticket new --title 'Pump leaks' --label bug --project rocket\n"
                 "dmesg | tandem ticket new --title 'Kernel log' -"},
    {.path = "ticket edit",
     .help = "Change a ticket, by options or in an editor",
     .arguments = {KEY_ARGUMENT},
     OPTIONS(edit_options),
     .run = command_ticket_edit,
     .details = "Without options the ticket opens in $EDITOR. If somebody else changed it meanwhile, nothing is "
                "overwritten and your text is kept. A comment's key (C-17) takes --body.",
     .examples = "tandem ticket edit T-12 --status done --remove-label triage\ntandem ticket edit T-12"},
    {.path = "ticket comment",
     .help = "Add a comment, or delete one",
     .arguments = {{"KEY", false, "a ticket's key, as in T-12 or rocket:#7; with --delete a comment's: C-17"},
                   {"-", true, "read it from standard input"}},
     OPTIONS(comment_options),
     .run = command_ticket_comment,
     .details = "A deleted comment is kept here, and shown by `tandem ticket show KEY --deleted`.",
     .examples = "tandem ticket comment T-12 --body 'Fixed in 1.3'\ntandem ticket comment C-17 --delete"},
    {.path = "ticket share",
     .help = "Say which projects may have a ticket",
     .arguments = {KEY_ARGUMENT},
     OPTIONS(share_options),
     .run = command_ticket_share,
     .examples = "tandem ticket share T-12 --project rocket\ntandem ticket share T-12 --project rocket --revoke"},
    {.path = "ticket retract",
     .help = "Take back what is outside of a ticket that is private now",
     .arguments = {{"KEY", false, "a ticket's key, as in T-12 or rocket:#7, or a comment's: C-17"}},
     OPTIONS(retract_options),
     .run = command_ticket_retract,
     .details =
         "For what may not be there any more: a ticket or comment that is local_only, or whose grant was taken back. "
         "Shows where it is and what left when. Then tickets there lose their texts and are closed, our comments are "
         "deleted, and nothing is kept in step with them any more. It tells what nobody can take back, too.",
     .examples = "tandem ticket share T-12 --privacy local_only\ntandem ticket retract T-12 --dry-run\n"
                 "tandem ticket retract T-12 --yes"},
    {.path = "link pair",
     .help = "Make two tickets one, kept in step in both trackers",
     .arguments = {{"KEY", false, "the ticket that stays: T-12, or PROJECT:KEY as in rocket:#7"},
                   {"OTHER", false, "the one that becomes one with it"}},
     OPTIONS(link_options),
     .run = command_link_pair,
     .details = "Shows first what differs. Nothing is overwritten: each difference becomes a conflict. Comments of "
                "both are kept, and go to both trackers. The other key leads to the ticket that stays.",
     .examples = "tandem link pair T-12 T-40\ntandem link pair rocket:#7 engine:ENG-3 --yes"},
    {.path = "link file",
     .help = "Link many pairs from a CSV file",
     .arguments = {{"FILE", false, "two keys a line with a comma between; - is standard input"}},
     OPTIONS(link_options),
     .run = command_link_file,
     .examples = "tandem link file pairs.csv\ntandem link file pairs.csv --yes"},
    {.path = "link suggest",
     .help = "Find tickets of two projects that may be the same",
     .arguments = {PROJECT_ARGUMENT, {"OTHER-PROJECT", false, "the project to compare with"}},
     OPTIONS(suggest_options),
     .run = command_link_suggest,
     .details = "By links from one to the other, and by titles that exactly one ticket of each project has.",
     .examples = "tandem link suggest rocket engine\ntandem link suggest rocket engine --link"},
};

const struct command_area area_tickets = {"Work with tickets", GROUPS(groups), COMMANDS(commands)};
