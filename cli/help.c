/* Help texts from the tables of commands. */
#include "cli/help.h"

#include "cli/exit_codes.h"
#include "cli/wrap.h"

enum { NAME_WIDTH = 20, OPTION_WIDTH = 30, COLUMNS_MAX = 100 };

/* A text that is being made, for lines of so many columns. */
struct page {
  struct str_builder text;
  size_t columns;
};

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

static void append_wrapped(struct page *page, struct str line, size_t hanging) {
  str_append(&page->text, wrap_hanging(page->text.arena, line, page->columns, hanging));
  str_append_c(&page->text, "\n");
}

/* What something is called, and in a column of its own what it is for. A long name gets its own line, so that the
 * explanations stay in one column. */
static void append_row(struct page *page, int width, struct str name, struct str help) {
  struct arena *arena = page->text.arena;
  if (name.length > (size_t)width) {
    str_append_format(&page->text, "  %.*s\n", STR_FMT(name));
    name = STR("");
  }
  append_wrapped(page, str_format(arena, "  %-*.*s %.*s", width, STR_FMT(name), STR_FMT(help)), (size_t)width + 3);
}

static void append_command_row(struct page *page, const struct command *command) {
  append_row(page, NAME_WIDTH, str_of(command->path), str_of(command->help));
}

static struct str option_name(struct arena *arena, const struct option_spec *option) {
  struct str_builder form = {.arena = arena};
  if (option->letter)
    str_append_format(&form, "-%c, ", option->letter);
  str_append_format(&form, "--%s", option->name);
  if (option->kind != OPTION_FLAG)
    str_append_format(&form, " %s", option->value);
  return str_built(&form);
}

static void append_options(struct page *page, const char *heading, const struct option_spec *options, size_t count) {
  if (count)
    str_append_format(&page->text, "\n%s\n", heading);
  for (size_t i = 0; i < count; i++)
    append_row(page, OPTION_WIDTH, option_name(page->text.arena, &options[i]), str_of(options[i].help));
}

static void append_global_options(struct page *page) {
  append_options(page, "Options of every command", command_global_options, command_global_option_count);
}

/* Lines that are to be copied are not broken. */
static void append_examples(struct page *page, const char *lines) {
  str_append_c(&page->text, "\nExamples\n");
  for (struct str rest = str_of(lines); rest.length;) {
    ptrdiff_t newline = str_find(rest, "\n");
    size_t end = newline < 0 ? rest.length : (size_t)newline;
    str_append_format(&page->text, "  %.*s\n", STR_FMT(str_slice(rest, 0, end)));
    rest = str_slice(rest, newline < 0 ? end : end + 1, rest.length);
  }
}

/* -- everything -- */

/* "Read and write tickets: list, show, new" */
static void append_group_row(struct page *page, const struct command_area *area, const struct command_group *group) {
  struct arena *arena = page->text.arena;
  struct str_builder words = {.arena = arena};
  struct str help = str_of(group->help);
  const struct command *command;
  for (size_t i = 0; (command = command_in(area, i)); i++)
    if (command_group_of(command) == group)
      str_append_format(&words, "%s %s", words.length ? "," : "", command->path + strlen(group->name) + 1);
  append_row(page, NAME_WIDTH, str_format(arena, "%s COMMAND", group->name),
             str_format(arena, "%.*s:%.*s", STR_FMT(str_slice(help, 0, help.length - 1)), STR_FMT(str_built(&words))));
}

static void append_area(struct page *page, const struct command_area *area) {
  const struct command_group *shown = NULL;
  const struct command *command;
  str_append_format(&page->text, "\n%s\n", area->title);
  for (size_t i = 0; (command = command_in(area, i)); i++) {
    const struct command_group *group = command_group_of(command);
    if (!group)
      append_command_row(page, command);
    else if (group != shown)
      append_group_row(page, area, group);
    shown = group;
  }
}

struct str help_overview(struct arena *arena, size_t columns) {
  struct page page = {{.arena = arena}, columns};
  append_wrapped(&page, STR("tandem keeps tickets in step between here and GitHub, Jira and Linear."), 0);
  str_append_c(&page.text, "\nUsage: tandem COMMAND [options]\n");
  for (size_t i = 0; i < command_area_count; i++)
    append_area(&page, command_areas[i]);
  append_global_options(&page);
  str_append_c(&page.text, "\nExit status\n");
  for (int code = 0; code < EXIT_CODE_COUNT; code++)
    append_wrapped(&page, str_format(arena, "  %d  %s", code, exit_code_meanings[code]), 5);
  str_append_c(&page.text, "\n");
  append_wrapped(&page,
                 STR("A first step: `tandem up`, then `tandem connect github`. `tandem help ticket` and `tandem help "
                     "ticket edit` say more of a command."),
                 0);
  return str_built(&page.text);
}

/* -- one -- */

struct str help_group(struct arena *arena, const struct command_group *group, size_t columns) {
  struct page page = {{.arena = arena}, columns};
  const struct command *command;
  str_append_format(&page.text, "%s\n\nUsage: tandem %s COMMAND [options]\n\nCommands\n", group->help, group->name);
  for (size_t i = 0; (command = command_at(i)); i++)
    if (command_group_of(command) == group)
      append_command_row(&page, command);
  str_append_format(&page.text, "\n`tandem help %s COMMAND` says more.\n", group->name);
  return str_built(&page.text);
}

struct str help_command(struct arena *arena, const struct command *command, size_t columns) {
  struct page page = {{.arena = arena}, columns};
  str_append_format(&page.text, "%s\n\nUsage: %.*s\n", command->help, STR_FMT(help_usage(arena, command)));
  if (command->details) {
    str_append_c(&page.text, "\n");
    append_wrapped(&page, str_of(command->details), 0);
  }
  if (command->arguments[0].name)
    str_append_c(&page.text, "\nArguments\n");
  for (size_t i = 0; i < ARGUMENTS_MAX && command->arguments[i].name; i++)
    append_row(&page, OPTION_WIDTH, str_of(command->arguments[i].name), str_of(command->arguments[i].help));
  append_options(&page, "Options", command->options, command->option_count);
  append_global_options(&page);
  if (command->examples)
    append_examples(&page, command->examples);
  return str_built(&page.text);
}

void help_print(struct arena *arena, const struct output *output, const struct command *command,
                const struct command_group *group) {
  size_t width = output_width(output), columns = width < COLUMNS_MAX ? width : COLUMNS_MAX;
  struct str text = command ? help_command(arena, command, columns)
                    : group ? help_group(arena, group, columns)
                            : help_overview(arena, columns);
  output_text(output, "%.*s", STR_FMT(text));
}
