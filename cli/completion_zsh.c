/* The completion script for zsh: _arguments and _describe, zshcompsys(1). */
#include "cli/completion.h"

static void append_words(struct str_builder *text, struct str group, const char *position) {
  struct completion_word words[COMPLETION_WORDS_MAX];
  size_t count = completion_words(group, words);
  str_append_format(text, "%sfound=(\n", position);
  for (size_t i = 0; i < count; i++) {
    str_append_format(text, "%s  ", position);
    completion_append_quoted(text, str_format(text->arena, "%.*s:%s", STR_FMT(words[i].name), words[i].help));
    str_append_c(text, "\n");
  }
  str_append_format(text, "%s)\n%s_describe command found\n", position, position);
}

/* ":value:(push pull)" */
static void append_action(struct str_builder *spec, const char *shown, enum completion_kind kind, struct str choices) {
  str_append_format(spec, ":%s:", shown);
  if (kind == COMPLETION_CHOICE)
    str_append_format(spec, "(%.*s)", STR_FMT(choices));
  else
    str_append_c(spec, kind == COMPLETION_FILE ? "_files" : kind == COMPLETION_PROJECT ? "_tandem_projects" : " ");
}

static void append_spec(struct str_builder *text, struct str spec) {
  str_append_c(text, " \\\n        ");
  completion_append_quoted(text, spec);
}

/* `form`: "--wait" or "-w" */
static void append_option(struct str_builder *text, const struct option_spec *option, struct str form) {
  struct str_builder spec = {.arena = text->arena};
  bool has_value = option->kind != OPTION_FLAG, is_long = form.at[1] == '-';
  str_append_format(&spec, "%s%.*s%s[", option->kind == OPTION_LIST ? "*" : "", STR_FMT(form),
                    !has_value ? ""
                    : is_long  ? "="
                               : "+");
  for (const char *at = option->help; *at; at++)
    str_append_format(&spec, "%s%c", *at == '[' || *at == ']' || *at == ':' ? "\\" : "", *at);
  str_append_c(&spec, "]");
  enum completion_kind kind = completion_of_option(option);
  if (has_value)
    append_action(&spec, "value", kind,
                  kind == COMPLETION_CHOICE ? completion_choices(text->arena, option->value) : STR(""));
  append_spec(text, str_built(&spec));
}

static void append_options(struct str_builder *text, const struct option_spec *options, size_t count) {
  for (size_t i = 0; i < count; i++) {
    append_option(text, &options[i], str_format(text->arena, "--%s", options[i].name));
    if (options[i].letter)
      append_option(text, &options[i], str_format(text->arena, "-%c", options[i].letter));
  }
}

static void append_argument(struct str_builder *text, const struct command *command, size_t index) {
  const struct argument_spec *argument = &command->arguments[index];
  bool is_last = index + 1 == ARGUMENTS_MAX || !command->arguments[index + 1].name;
  struct str_builder spec = {.arena = text->arena};
  if (is_last && command->many)
    str_append_c(&spec, "*");
  else
    str_append_format(&spec, "%zu%s", index + 1, argument->optional ? ":" : "");
  append_action(&spec, argument->name, completion_of_argument(argument),
                completion_argument_choices(text->arena, argument));
  append_spec(text, str_built(&spec));
}

static void append_command(struct str_builder *text, const struct command *command) {
  str_append_format(text, "    '%s') _arguments -s", command->path);
  append_options(text, command->options, command->option_count);
  append_options(text, command_global_options, command_global_option_count);
  for (size_t i = 0; i < ARGUMENTS_MAX && command->arguments[i].name; i++)
    append_argument(text, command, i);
  str_append_c(text, " ;;\n");
}

/* _arguments counts from the command's last word. */
static void append_depth(struct str_builder *text) {
  const struct command_group *group;
  str_append_c(text, "  local depth=1\n  case $first in\n    ");
  for (size_t i = 0; (group = command_group_at(i)); i++)
    str_append_format(text, "%s'%s'", i ? "|" : "", group->name);
  str_append_c(text, ") first=\"$first ${words[3]}\" depth=2 ;;\n  esac\n"
                     "  shift $depth words\n  (( CURRENT -= depth ))\n  case $first in\n");
}

struct str completion_zsh(struct arena *arena) {
  struct str_builder text = {.arena = arena};
  const struct command_group *group;
  const struct command *command;
  str_append_c(&text, "#compdef tandem\n# zsh completion of tandem: source <(tandem completion zsh)\n"
                      "_tandem_projects() {\n"
                      "  local -a names\n  names=(${(f)\"$(" COMPLETION_PROJECTS ")\"})\n"
                      "  compadd -a names\n}\n"
                      "_tandem() {\n  local first=${words[2]}\n  local -a found\n  if (( CURRENT == 2 )); then\n");
  append_words(&text, STR(""), "    ");
  str_append_c(&text, "    return\n  fi\n  if (( CURRENT == 3 )); then\n    case $first in\n");
  for (size_t i = 0; (group = command_group_at(i)); i++) {
    str_append_format(&text, "      '%s')\n", group->name);
    append_words(&text, str_of(group->name), "        ");
    str_append_c(&text, "        return ;;\n");
  }
  str_append_c(&text, "      'help')\n");
  append_words(&text, STR(""), "        ");
  str_append_c(&text, "        return ;;\n    esac\n  fi\n");
  append_depth(&text);
  for (size_t i = 0; (command = command_at(i)); i++)
    append_command(&text, command);
  str_append_c(&text, "  esac\n}\ncompdef _tandem tandem\n");
  return str_built(&text);
}
