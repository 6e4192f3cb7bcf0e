/* The commands, once, as tables (cli/areas, and cli/trackers for `connect`): parsing, help, nearest names, shell
 * completion and the reference come from them. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>

#include "base/result.h"
#include "base/str.h"

struct invocation;

enum option_kind {
  OPTION_FLAG,
  OPTION_TEXT,
  OPTION_LIST,    /* a text, may be given several times */
  OPTION_NUMBER,  /* a whole number, not negative */
  OPTION_SECONDS, /* 90, 90s, 5m, 2h, 1d */
  OPTION_FILE,
  OPTION_CHOICE, /* `value` lists the words: "push|pull" */
};

struct option_spec {
  const char *name; /* "add-label" for --add-label */
  enum option_kind kind;
  const char *value; /* what help shows for it: "FILE" */
  const char *help;
  char letter; /* a short form, 0 = none */
};

struct argument_spec {
  const char *name; /* "KEY" */
  bool optional;
  const char *help;
};

enum { ARGUMENTS_MAX = 2, PATH_WORDS_MAX = 2 };

struct command {
  const char *path; /* "ticket edit" */
  const char *help; /* one line */
  struct argument_spec arguments[ARGUMENTS_MAX];
  bool many; /* the last argument may be given several times */
  const struct option_spec *options;
  size_t option_count;
  const char *details;  /* paragraphs for the command's own help, or NULL */
  const char *examples; /* one a line, or NULL */
  struct result (*run)(struct invocation *call);
};

/* What the first word of two-word commands is about. */
struct command_group {
  const char *name, *help;
};

/* What stands under one heading of the help. Commands of a group stand together. */
struct command_area {
  const char *title;
  const struct command_group *groups;
  size_t group_count;
  bool has_connect; /* each tracker's `connect` command stands before its own */
  const struct command *commands;
  size_t command_count;
};

extern const struct command_area *const command_areas[];
extern const size_t command_area_count;

/* The n-th command of an area; NULL after the last one. */
const struct command *command_in(const struct command_area *area, size_t index);

/* The n-th of all commands, or groups, area after area; NULL after the last one. */
const struct command *command_at(size_t index);
const struct command_group *command_group_at(size_t index);

/* Options that every command takes. */
extern const struct option_spec command_global_options[];
extern const size_t command_global_option_count;

/* The command called `path`, or NULL. */
const struct command *command_named(struct str path);

/* The group called `name`, or NULL. */
const struct command_group *command_group_named(struct str name);

/* The group that a command's first word names, or NULL. */
const struct command_group *command_group_of(const struct command *command);

/* Whether an argument or an option's value that is shown like this is a project: PROJECT, OTHER-PROJECT. NULL is none.
 */
bool command_takes_project(const char *shown);

/* The command's path or the group's name that was probably meant by `path`, or NULL. */
const char *command_nearest(struct str path);

/* Its own options first, then the global ones; NULL when there is none. */
const struct option_spec *command_option(const struct command *command, struct str name);
const struct option_spec *command_option_lettered(const struct command *command, char letter);

/* The option's name that was probably meant, or NULL. `command` may be NULL: global ones only. */
const char *command_option_nearest(const struct command *command, struct str name);

#endif
