/* Completion scripts for bash, zsh and fish from the table of commands. */
#include "cli/completion.h"

#include "cli/command.h"

/* What may follow `group` ("" = at the very start): command words, each once. */
struct word {
  struct str name;
  const char *help;
};

static size_t words_after(struct str group, struct word *out, size_t capacity) {
  size_t count = 0;
  for (size_t i = 0; i < command_count && count < capacity; i++) {
    const struct command_group *of = command_group_of(&command_table[i]);
    struct str path = str_of(command_table[i].path);
    if (group.length == 0 && of) {
      struct str name = str_of(of->name);
      bool known = count && str_equal(out[count - 1].name, name);
      if (!known)
        out[count++] = (struct word){name, of->help};
    } else if (group.length == 0) {
      out[count++] = (struct word){path, command_table[i].help};
    } else if (of && str_is(group, of->name)) {
      out[count++] = (struct word){str_slice(path, group.length + 1, path.length), command_table[i].help};
    }
  }
  return count;
}

enum { WORDS_MAX = 64 };

/* Single-quoted for all three shells; texts have no backslash. */
static void append_quoted(struct str_builder *text, struct str string) {
  str_append_c(text, "'");
  for (size_t i = 0; i < string.length; i++)
    if (string.at[i] == '\'')
      str_append_c(text, "'\\''");
    else
      str_append(text, str_slice(string, i, i + 1));
  str_append_c(text, "'");
}

/* "push pull" from "push|pull". */
static void append_choices(struct str_builder *text, const char *choices) {
  for (const char *at = choices; *at; at++)
    str_append_format(text, "%c", *at == '|' ? ' ' : *at);
}

/* -- bash -- */

/* PROJECT and OTHER-PROJECT, as arguments and as options' values. */
static bool is_project(const char *shown) {
  return shown && str_ends_with(str_of(shown), "PROJECT");
}

static void bash_options(struct str_builder *text, const struct option_spec *options, size_t count) {
  for (size_t i = 0; i < count; i++)
    str_append_format(text, " --%s", options[i].name);
}

static void bash_words_case(struct str_builder *text, struct str path) {
  struct word words[WORDS_MAX];
  size_t count = words_after(path, words, WORDS_MAX);
  str_append_format(text, "    '%.*s') words='", STR_FMT(path));
  for (size_t i = 0; i < count; i++)
    str_append_format(text, "%s%.*s", i ? " " : "", STR_FMT(words[i].name));
  bash_options(text, command_global_options, command_global_option_count);
  str_append_c(text, "' ;;\n");
}

static void bash_value_cases(struct str_builder *text, const struct option_spec *options, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (options[i].kind == OPTION_CHOICE) {
      str_append_format(text, "      *' --%s') words='", options[i].name);
      append_choices(text, options[i].value);
      str_append_c(text, "' ;;\n");
    } else if (options[i].kind == OPTION_FILE) {
      str_append_format(text, "      *' --%s') mapfile -t COMPREPLY < <(compgen -f -- \"$current\"); return ;;\n",
                        options[i].name);
    } else if (is_project(options[i].value)) {
      str_append_format(text, "      *' --%s') words=$(_tandem_projects) ;;\n", options[i].name);
    } else if (options[i].kind != OPTION_FLAG) {
      str_append_format(text, "      *' --%s') return ;;\n", options[i].name);
    }
  }
}

static void bash_command_case(struct str_builder *text, const struct command *command) {
  str_append_format(text, "    '%s') words='", command->path);
  if (strcmp(command->path, "completion") == 0)
    str_append_c(text, "bash zsh fish");
  bash_options(text, command->options, command->option_count);
  bash_options(text, command_global_options, command_global_option_count);
  str_append_c(text, "'\n");
  if (is_project(command->arguments[0].name))
    str_append_c(text, "      [[ $current == -* ]] || words=\"$(_tandem_projects) $words\"\n");
  str_append_c(text, "      case \" $previous\" in\n");
  bash_value_cases(text, command->options, command->option_count);
  bash_value_cases(text, command_global_options, command_global_option_count);
  str_append_c(text, "      esac ;;\n");
}

static struct str bash_script(struct arena *arena) {
  struct str_builder text = {.arena = arena};
  str_append_c(&text,
               "# bash completion of tandem: source <(tandem completion bash)\n"
               "_tandem_projects() { timeout 1 tandem projects list --plain 2>/dev/null | cut -f1; }\n"
               "_tandem() {\n"
               "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} path='' words='' i\n"
               "  for ((i = 1; i < COMP_CWORD && i < 3; i++)); do\n"
               "    case ${COMP_WORDS[i]} in -*) break ;; esac\n"
               "    case \"${path:+$path }${COMP_WORDS[i]}\" in\n      ");
  for (size_t i = 0; i < command_group_count; i++)
    str_append_format(&text, "%s'%s'", i ? "|" : "", command_groups[i].name);
  for (size_t i = 0; i < command_count; i++)
    str_append_format(&text, "|'%s'", command_table[i].path);
  str_append_c(&text, ") path=\"${path:+$path }${COMP_WORDS[i]}\" ;;\n    esac\n  done\n  case $path in\n");
  bash_words_case(&text, STR(""));
  for (size_t i = 0; i < command_group_count; i++)
    bash_words_case(&text, str_of(command_groups[i].name));
  for (size_t i = 0; i < command_count; i++)
    bash_command_case(&text, &command_table[i]);
  str_append_c(&text, "  esac\n  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n}\n"
                      "complete -F _tandem tandem\n");
  return str_built(&text);
}

/* -- zsh -- */

static void zsh_words(struct str_builder *text, struct str group, const char *position) {
  struct word words[WORDS_MAX];
  size_t count = words_after(group, words, WORDS_MAX);
  str_append_format(text, "%sfound=(\n", position);
  for (size_t i = 0; i < count; i++) {
    str_append_format(text, "%s  ", position);
    append_quoted(text, str_format(text->arena, "%.*s:%s", STR_FMT(words[i].name), words[i].help));
    str_append_c(text, "\n");
  }
  str_append_format(text, "%s)\n%s_describe command found\n", position, position);
}

static void zsh_options(struct str_builder *text, const struct option_spec *options, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct str_builder spec = {.arena = text->arena};
    str_append_format(&spec, "%s--%s%s[", options[i].kind == OPTION_LIST ? "*" : "", options[i].name,
                      options[i].kind == OPTION_FLAG ? "" : "=");
    for (const char *at = options[i].help; *at; at++)
      str_append_format(&spec, "%s%c", *at == '[' || *at == ']' || *at == ':' ? "\\" : "", *at);
    str_append_c(&spec, "]");
    if (options[i].kind == OPTION_CHOICE) {
      str_append_c(&spec, ":value:(");
      append_choices(&spec, options[i].value);
      str_append_c(&spec, ")");
    } else if (options[i].kind != OPTION_FLAG) {
      str_append_c(&spec, options[i].kind == OPTION_FILE ? ":file:_files" : ":value: ");
    }
    str_append_c(text, " \\\n        ");
    append_quoted(text, str_built(&spec));
  }
}

static void zsh_command(struct str_builder *text, const struct command *command) {
  str_append_format(text, "    '%s') _arguments -s", command->path);
  zsh_options(text, command->options, command->option_count);
  zsh_options(text, command_global_options, command_global_option_count);
  str_append_c(text, strcmp(command->path, "completion") == 0 ? " \\\n        '*:shell:(bash zsh fish)' ;;\n"
                                                              : " \\\n        '*: : ' ;;\n");
}

static struct str zsh_script(struct arena *arena) {
  struct str_builder text = {.arena = arena};
  str_append_c(&text, "#compdef tandem\n# zsh completion of tandem: source <(tandem completion zsh)\n_tandem() {\n"
                      "  local first=${words[2]} both=\"${words[2]} ${words[3]}\" at=$CURRENT\n"
                      "  if (( at == 2 )); then\n    local -a found\n");
  zsh_words(&text, STR(""), "    ");
  str_append_c(&text, "    return\n  fi\n  if (( at == 3 )); then\n    case $first in\n");
  for (size_t i = 0; i < command_group_count; i++) {
    str_append_format(&text, "      '%s')\n        local -a found\n", command_groups[i].name);
    zsh_words(&text, str_of(command_groups[i].name), "        ");
    str_append_c(&text, "        return ;;\n");
  }
  str_append_c(&text, "    esac\n  fi\n  case $first in\n    ");
  for (size_t i = 0; i < command_group_count; i++)
    str_append_format(&text, "%s'%s'", i ? "|" : "", command_groups[i].name);
  str_append_c(&text, ") first=$both ;;\n  esac\n  case $first in\n");
  for (size_t i = 0; i < command_count; i++)
    zsh_command(&text, &command_table[i]);
  str_append_c(&text, "  esac\n}\ncompdef _tandem tandem\n");
  return str_built(&text);
}

/* -- fish -- */

static void fish_words(struct str_builder *text, struct str group) {
  struct word words[WORDS_MAX];
  size_t count = words_after(group, words, WORDS_MAX);
  for (size_t i = 0; i < count; i++) {
    str_append_format(text, "complete -c tandem -f -n '__tandem_at \"%.*s\"' -a %.*s -d ", STR_FMT(group),
                      STR_FMT(words[i].name));
    append_quoted(text, str_of(words[i].help));
    str_append_c(text, "\n");
  }
}

static void fish_options(struct str_builder *text, const char *condition, const struct option_spec *options,
                         size_t count) {
  for (size_t i = 0; i < count; i++) {
    str_append_format(text, "complete -c tandem%s -l %s", condition, options[i].name);
    if (options[i].kind == OPTION_CHOICE) {
      str_append_c(text, " -x -a '");
      append_choices(text, options[i].value);
      str_append_c(text, "'");
    } else if (options[i].kind != OPTION_FLAG) {
      str_append_c(text, options[i].kind == OPTION_FILE ? " -r -F" : " -x");
    }
    str_append_c(text, " -d ");
    append_quoted(text, str_of(options[i].help));
    str_append_c(text, "\n");
  }
}

static struct str fish_script(struct arena *arena) {
  struct str_builder text = {.arena = arena};
  str_append_c(&text, "# fish completion of tandem: tandem completion fish | source\n"
                      "function __tandem_at\n"
                      "  set -l typed (commandline -opc)\n"
                      "  set -l words (string match -v -- '-*' $typed[2..-1])\n"
                      "  test \"$words\" = \"$argv[1]\"\nend\n"
                      "function __tandem_in\n"
                      "  set -l typed (commandline -opc)\n"
                      "  set -l words (string match -v -- '-*' $typed[2..-1])\n"
                      "  string match -q -- \"$argv[1]*\" \"$words\"\nend\n"
                      "complete -c tandem -f\n");
  fish_words(&text, STR(""));
  for (size_t i = 0; i < command_group_count; i++)
    fish_words(&text, str_of(command_groups[i].name));
  for (size_t i = 0; i < command_count; i++)
    fish_options(&text, str_format(arena, " -n '__tandem_in \"%s\"'", command_table[i].path).at,
                 command_table[i].options, command_table[i].option_count);
  str_append_c(&text, "complete -c tandem -f -n '__tandem_at completion' -a 'bash zsh fish'\n");
  fish_options(&text, "", command_global_options, command_global_option_count);
  return str_built(&text);
}

bool completion_script(struct arena *arena, struct str shell, struct str *out) {
  if (str_is(shell, "bash"))
    *out = bash_script(arena);
  else if (str_is(shell, "zsh"))
    *out = zsh_script(arena);
  else if (str_is(shell, "fish"))
    *out = fish_script(arena);
  else
    return false;
  return true;
}
