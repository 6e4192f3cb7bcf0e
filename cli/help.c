/* Help texts from the table of commands. */
#include "cli/help.h"

#include "cli/exit_codes.h"

enum { NAME_WIDTH = 22, OPTION_WIDTH = 30 };

/* Stands behind the last argument of a command that takes several. */
static const char *ellipsis(const struct command *command, size_t argument) {
  bool is_last = argument + 1 == ARGUMENTS_MAX || !command->arguments[argument + 1].name;
  return is_last && command->many ? "…" : "";
}

struct str help_usage(struct arena *arena, const struct command *command) {
  struct str_builder text = {.arena = arena};
  str_append_format(&text, "tandem %s", command->path);
  for (size_t i = 0; i < ARGUMENTS_MAX && command->arguments[i].name; i++)
    str_append_format(&text, command->arguments[i].optional ? " [%s%s]" : " %s%s", command->arguments[i].name,
                      ellipsis(command, i));
  if (command->option_count)
    str_append_c(&text, " [options]");
  return str_built(&text);
}

static void append_command_line(struct str_builder *text, const struct command *command) {
  str_append_format(text, "  %-*s %s\n", NAME_WIDTH, command->path, command->help);
}

static void append_option(struct str_builder *text, const struct option_spec *option) {
  struct str_builder form = {.arena = text->arena};
  if (option->letter)
    str_append_format(&form, "-%c, ", option->letter);
  str_append_format(&form, "--%s", option->name);
  if (option->kind != OPTION_FLAG)
    str_append_format(&form, " %s", option->value);
  struct str name = str_built(&form);
  /* A long form gets its own line, so that the explanations stay in one column. */
  if (name.length > OPTION_WIDTH)
    str_append_format(text, "  %.*s\n  %-*s %s\n", STR_FMT(name), OPTION_WIDTH, "", option->help);
  else
    str_append_format(text, "  %.*s%*s %s\n", STR_FMT(name), OPTION_WIDTH - (int)name.length, "", option->help);
}

static void append_options(struct str_builder *text, const char *heading, const struct option_spec *options,
                           size_t count) {
  if (count)
    str_append_format(text, "\n%s\n", heading);
  for (size_t i = 0; i < count; i++)
    append_option(text, &options[i]);
}

static void append_lines(struct str_builder *text, const char *lines, const char *indent) {
  for (struct str rest = str_of(lines); rest.length;) {
    ptrdiff_t newline = str_find(rest, "\n");
    size_t end = newline < 0 ? rest.length : (size_t)newline;
    str_append_format(text, "%s%.*s\n", indent, STR_FMT(str_slice(rest, 0, end)));
    rest = str_slice(rest, newline < 0 ? end : end + 1, rest.length);
  }
}

struct str help_overview(struct arena *arena) {
  struct str_builder text = {.arena = arena};
  str_append_c(&text, "tandem keeps tickets in step between here and GitHub, Jira and Linear.\n\n"
                      "Usage: tandem COMMAND [options]\n\nCommands\n");
  for (size_t i = 0; i < command_count; i++)
    append_command_line(&text, &command_table[i]);
  append_options(&text, "Options of every command", command_global_options, command_global_option_count);
  str_append_c(&text, "\nExit status\n");
  for (int code = 0; code < EXIT_CODE_COUNT; code++)
    str_append_format(&text, "  %d  %s\n", code, exit_code_meanings[code]);
  str_append_c(&text, "\n`tandem help COMMAND` says more. A first step: `tandem up`, then `tandem connect github`.\n");
  return str_built(&text);
}

struct str help_group(struct arena *arena, const struct command_group *group) {
  struct str_builder text = {.arena = arena};
  str_append_format(&text, "%s\n\nCommands\n", group->help);
  for (size_t i = 0; i < command_count; i++)
    if (command_group_of(&command_table[i]) == group)
      append_command_line(&text, &command_table[i]);
  str_append_format(&text, "\n`tandem help %s COMMAND` says more.\n", group->name);
  return str_built(&text);
}

struct str help_command(struct arena *arena, const struct command *command) {
  struct str_builder text = {.arena = arena};
  str_append_format(&text, "%s\n\nUsage: %.*s\n", command->help, STR_FMT(help_usage(arena, command)));
  if (command->details) {
    str_append_c(&text, "\n");
    append_lines(&text, command->details, "");
  }
  if (command->arguments[0].name)
    str_append_c(&text, "\nArguments\n");
  for (size_t i = 0; i < ARGUMENTS_MAX && command->arguments[i].name; i++)
    str_append_format(&text, "  %-*s %s\n", OPTION_WIDTH, command->arguments[i].name, command->arguments[i].help);
  append_options(&text, "Options", command->options, command->option_count);
  append_options(&text, "Options of every command", command_global_options, command_global_option_count);
  if (command->examples) {
    str_append_c(&text, "\nExamples\n");
    append_lines(&text, command->examples, "  ");
  }
  return str_built(&text);
}
