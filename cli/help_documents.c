/* The whole reference as documents, from the tables of commands: Markdown, and scdoc's source of the manual page
 * (https://git.sr.ht/~sircmpwn/scdoc, scdoc(5)). */
#include <ctype.h>

#include "cli/exit_codes.h"
#include "cli/help.h"

/* -- Markdown -- */

static void append_markdown_options(struct str_builder *text, const struct option_spec *options, size_t count) {
  if (count)
    str_append_c(text, "\n| option | meaning |\n|---|---|\n");
  for (size_t i = 0; i < count; i++) {
    if (options[i].letter)
      str_append_format(text, "| `-%c`, `--%s", options[i].letter, options[i].name);
    else
      str_append_format(text, "| `--%s", options[i].name);
    for (const char *at = options[i].kind == OPTION_FLAG ? "" : options[i].value; *at; at++)
      str_append_format(text, "%s%s%c", at == options[i].value ? " " : "", *at == '|' ? "\\" : "", *at);
    str_append_format(text, "` | %s |\n", options[i].help);
  }
}

static void append_markdown_arguments(struct str_builder *text, const struct command *command) {
  if (command->arguments[0].name)
    str_append_c(text, "\n| argument | meaning |\n|---|---|\n");
  for (size_t i = 0; i < ARGUMENTS_MAX && command->arguments[i].name; i++)
    str_append_format(text, "| `%s` | %s |\n", command->arguments[i].name, command->arguments[i].help);
}

static void append_markdown_command(struct str_builder *text, const struct command *command) {
  str_append_format(text, "\n### tandem %s\n\n%s\n\n```text\n%.*s\n```\n", command->path, command->help,
                    STR_FMT(help_usage(text->arena, command)));
  if (command->details)
    str_append_format(text, "\n%s\n", command->details);
  append_markdown_arguments(text, command);
  append_markdown_options(text, command->options, command->option_count);
  if (command->examples)
    str_append_format(text, "\n```sh\n%s\n```\n", command->examples);
}

struct str help_markdown(struct arena *arena) {
  const struct command *command;
  struct str_builder text = {.arena = arena};
  str_append_c(&text, "# The command line\n\nMade from the tables of commands by `tandem help --markdown`.\n"
                      "\n## Options of every command\n");
  append_markdown_options(&text, command_global_options, command_global_option_count);
  str_append_c(&text, "\n## Exit status\n\n| status | meaning |\n|---|---|\n");
  for (int code = 0; code < EXIT_CODE_COUNT; code++)
    str_append_format(&text, "| %d | %s |\n", code, exit_code_meanings[code]);
  for (size_t i = 0; i < command_area_count; i++) {
    const struct command_area *area = command_areas[i];
    str_append_format(&text, "\n## %s\n", area->title);
    for (size_t k = 0; (command = command_in(area, k)); k++)
      append_markdown_command(&text, command);
  }
  return str_built(&text);
}

/* -- the manual page -- */

/* Text as it is: scdoc reads some characters as marks. */
static void append_plain(struct str_builder *text, const char *plain) {
  for (; *plain; plain++) {
    if (strchr("_*\\#<>~[]|`", *plain))
      str_append_c(text, "\\");
    str_append(text, (struct str){plain, 1});
  }
}

static void append_manual_option(struct str_builder *text, const struct option_spec *option) {
  str_append_c(text, "*");
  if (option->letter)
    str_append_format(text, "-%c*, *", option->letter);
  str_append_format(text, "--%s*", option->name);
  if (option->kind != OPTION_FLAG) {
    str_append_c(text, " ");
    append_plain(text, option->value);
  }
  str_append_c(text, "\n\t");
  append_plain(text, option->help);
  str_append_c(text, "\n\n");
}

static void append_manual_argument(struct str_builder *text, const struct argument_spec *argument) {
  str_append_c(text, "_");
  append_plain(text, argument->name);
  str_append_c(text, "_\n\t");
  append_plain(text, argument->help);
  str_append_c(text, "\n\n");
}

static void append_manual_command(struct str_builder *text, const struct command *command) {
  str_append_format(text, "## tandem %s\n\n", command->path);
  append_plain(text, command->help);
  str_append_c(text, ".\n\n");
  append_plain(text, help_usage(text->arena, command).at);
  str_append_c(text, "\n\n");
  if (command->details) {
    append_plain(text, command->details);
    str_append_c(text, "\n\n");
  }
  for (size_t i = 0; i < ARGUMENTS_MAX && command->arguments[i].name; i++)
    append_manual_argument(text, &command->arguments[i]);
  for (size_t i = 0; i < command->option_count; i++)
    append_manual_option(text, &command->options[i]);
  if (command->examples)
    str_append_format(text, "```\n%s\n```\n\n", command->examples);
}

static void append_manual_area(struct str_builder *text, const struct command_area *area) {
  const struct command *command;
  str_append_c(text, "# ");
  for (const char *at = area->title; *at; at++)
    str_append_format(text, "%c", toupper((unsigned char)*at));
  str_append_c(text, "\n\n");
  for (size_t i = 0; (command = command_in(area, i)); i++)
    append_manual_command(text, command);
}

struct str help_manual(struct arena *arena) {
  struct str_builder text = {.arena = arena};
  str_append_c(&text, "TANDEM(1)\n\n# NAME\n\ntandem - keeps tickets in step between GitHub, Jira, Linear and here\n\n"
                      "# SYNOPSIS\n\n*tandem* COMMAND [options]\n\n# OPTIONS OF EVERY COMMAND\n\n");
  for (size_t i = 0; i < command_global_option_count; i++)
    append_manual_option(&text, &command_global_options[i]);
  for (size_t i = 0; i < command_area_count; i++)
    append_manual_area(&text, command_areas[i]);
  str_append_c(&text, "# EXIT STATUS\n\n");
  for (int code = 0; code < EXIT_CODE_COUNT; code++)
    str_append_format(&text, "*%d*\n\t%s\n\n", code, exit_code_meanings[code]);
  return str_built(&text);
}
