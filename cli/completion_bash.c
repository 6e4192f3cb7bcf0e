/* The completion script for bash. */
#include "cli/completion.h"

static void append_options(struct str_builder *text, const struct option_spec *options, size_t count) {
  for (size_t i = 0; i < count; i++)
    str_append_format(text, " --%s", options[i].name);
}

static void append_words(struct str_builder *text, struct str group) {
  struct completion_word words[COMPLETION_WORDS_MAX];
  size_t count = completion_words(group, words);
  for (size_t i = 0; i < count; i++)
    str_append_format(text, "%s%.*s", i ? " " : "", STR_FMT(words[i].name));
}

static void append_group_case(struct str_builder *text, struct str group) {
  str_append_format(text, "    '%.*s') words='", STR_FMT(group));
  append_words(text, group);
  append_options(text, command_global_options, command_global_option_count);
  str_append_c(text, "' ;;\n");
}

static void append_value_cases(struct str_builder *text, const struct option_spec *options, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (options[i].kind == OPTION_FLAG)
      continue;
    str_append_format(text, "      *' --%s') ", options[i].name);
    switch (completion_of_option(&options[i])) {
    case COMPLETION_CHOICE:
      str_append_format(text, "words='%.*s' ;;\n", STR_FMT(completion_choices(text->arena, options[i].value)));
      break;
    case COMPLETION_FILE:
      str_append_c(text, "mapfile -t COMPREPLY < <(compgen -f -- \"$current\"); return ;;\n");
      break;
    case COMPLETION_PROJECT:
      str_append_c(text, "words=$(_tandem_projects) ;;\n");
      break;
    case COMPLETION_NONE:
      str_append_c(text, "return ;;\n");
    }
  }
}

/* What is asked for only where no option is begun: it may take a moment. */
static void append_argument(struct str_builder *text, const struct argument_spec *argument) {
  enum completion_kind kind = completion_of_argument(argument);
  if (kind == COMPLETION_PROJECT)
    str_append_c(text, "      [[ $current == -* ]] || words=\"$(_tandem_projects) $words\"\n");
  else if (kind == COMPLETION_FILE)
    str_append_c(text, "      [[ $current == -* ]] || words=\"$(compgen -f -- \"$current\") $words\"\n");
}

static void append_command_case(struct str_builder *text, const struct command *command) {
  str_append_format(text, "    '%s') words='%.*s", command->path,
                    STR_FMT(completion_argument_choices(text->arena, &command->arguments[0])));
  if (strcmp(command->path, "help") == 0)
    append_words(text, STR(""));
  append_options(text, command->options, command->option_count);
  append_options(text, command_global_options, command_global_option_count);
  str_append_c(text, "'\n");
  append_argument(text, &command->arguments[0]);
  str_append_c(text, "      case \" $previous\" in\n");
  append_value_cases(text, command->options, command->option_count);
  append_value_cases(text, command_global_options, command_global_option_count);
  str_append_c(text, "      esac ;;\n");
}

static void append_paths(struct str_builder *text) {
  const struct command_group *group;
  const struct command *command;
  for (size_t i = 0; (group = command_group_at(i)); i++)
    str_append_format(text, "%s'%s'", i ? "|" : "", group->name);
  for (size_t i = 0; (command = command_at(i)); i++)
    str_append_format(text, "|'%s'", command->path);
}

struct str completion_bash(struct arena *arena) {
  struct str_builder text = {.arena = arena};
  const struct command_group *group;
  const struct command *command;
  str_append_c(&text,
               "# bash completion of tandem: source <(tandem completion bash)\n"
               "_tandem_projects() { " COMPLETION_PROJECTS "; }\n"
               "_tandem() {\n"
               "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} path='' words='' i\n"
               "  for ((i = 1; i < COMP_CWORD && i < 3; i++)); do\n"
               "    case ${COMP_WORDS[i]} in -*) break ;; esac\n"
               "    case \"${path:+$path }${COMP_WORDS[i]}\" in\n      ");
  append_paths(&text);
  str_append_c(&text, ") path=\"${path:+$path }${COMP_WORDS[i]}\" ;;\n    esac\n  done\n  case $path in\n");
  append_group_case(&text, STR(""));
  for (size_t i = 0; (group = command_group_at(i)); i++)
    append_group_case(&text, str_of(group->name));
  for (size_t i = 0; (command = command_at(i)); i++)
    append_command_case(&text, command);
  str_append_c(&text, "  esac\n  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n}\n"
                      "complete -F _tandem tandem\n");
  return str_built(&text);
}
