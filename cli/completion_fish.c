/* The completion script for fish: complete(1). */
#include "cli/completion.h"

static void append_words(struct str_builder *text, const char *typed, struct str group) {
  struct completion_word words[COMPLETION_WORDS_MAX];
  size_t count = completion_words(group, words);
  for (size_t i = 0; i < count; i++) {
    str_append_format(text, "complete -c tandem -f -n '__tandem_at \"%s\"' -a %.*s -d ", typed, STR_FMT(words[i].name));
    completion_append_quoted(text, str_of(words[i].help));
    str_append_c(text, "\n");
  }
}

/* " -x -a '(__tandem_projects)'" */
static void append_values(struct str_builder *text, const char *flag, enum completion_kind kind, struct str choices) {
  if (kind == COMPLETION_CHOICE)
    str_append_format(text, "%s -a '%.*s'", flag, STR_FMT(choices));
  else if (kind == COMPLETION_PROJECT)
    str_append_format(text, "%s -a '(__tandem_projects)'", flag);
  else
    str_append_c(text, kind == COMPLETION_FILE ? " -r -F" : flag);
}

static void append_options(struct str_builder *text, const char *condition, const struct option_spec *options,
                           size_t count) {
  for (size_t i = 0; i < count; i++) {
    enum completion_kind kind = completion_of_option(&options[i]);
    str_append_format(text, "complete -c tandem%s -l %s", condition, options[i].name);
    if (options[i].letter)
      str_append_format(text, " -s %c", options[i].letter);
    if (options[i].kind != OPTION_FLAG)
      append_values(text, " -x", kind,
                    kind == COMPLETION_CHOICE ? completion_choices(text->arena, options[i].value) : STR(""));
    str_append_c(text, " -d ");
    completion_append_quoted(text, str_of(options[i].help));
    str_append_c(text, "\n");
  }
}

static void append_arguments(struct str_builder *text, const struct command *command) {
  for (size_t i = 0; i < ARGUMENTS_MAX && command->arguments[i].name; i++) {
    const struct argument_spec *argument = &command->arguments[i];
    enum completion_kind kind = completion_of_argument(argument);
    if (kind == COMPLETION_NONE)
      continue;
    str_append_format(text, "complete -c tandem -n '__tandem_argument \"%s\" %zu'", command->path, i);
    append_values(text, " -f", kind, completion_argument_choices(text->arena, argument));
    str_append_c(text, "\n");
  }
}

static void append_command(struct str_builder *text, const struct command *command) {
  append_options(text, str_format(text->arena, " -n '__tandem_in \"%s\"'", command->path).at, command->options,
                 command->option_count);
  append_arguments(text, command);
}

struct str completion_fish(struct arena *arena) {
  struct str_builder text = {.arena = arena};
  const struct command_group *group;
  const struct command *command;
  str_append_c(&text, "# fish completion of tandem: tandem completion fish | source\n"
                      "function __tandem_words\n"
                      "  set -l typed (commandline -opc)\n"
                      "  string match -v -- '-*' $typed[2..-1]\nend\n"
                      "function __tandem_at\n"
                      "  set -l words (__tandem_words)\n"
                      "  test \"$words\" = \"$argv[1]\"\nend\n"
                      "function __tandem_in\n"
                      "  set -l words (__tandem_words)\n"
                      "  string match -q -- \"$argv[1] *\" \"$words \"\nend\n"
                      "function __tandem_argument\n"
                      "  set -l path (string split ' ' -- $argv[1])\n"
                      "  __tandem_in $argv[1]; and test (count (__tandem_words)) -eq (math (count $path) + $argv[2])\n"
                      "end\n"
                      "function __tandem_projects\n  " COMPLETION_PROJECTS "\nend\n"
                      "complete -c tandem -f\n");
  append_words(&text, "", STR(""));
  append_words(&text, "help", STR(""));
  for (size_t i = 0; (group = command_group_at(i)); i++)
    append_words(&text, group->name, str_of(group->name));
  for (size_t i = 0; (command = command_at(i)); i++)
    append_command(&text, command);
  append_options(&text, "", command_global_options, command_global_option_count);
  return str_built(&text);
}
