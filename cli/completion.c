/* What the completion scripts of all shells have in common. */
#include "cli/completion.h"

#define SHELLS "bash|zsh|fish"

size_t completion_words(struct str group, struct completion_word *out) {
  const struct command *command;
  size_t count = 0;
  for (size_t i = 0; (command = command_at(i)) && count < COMPLETION_WORDS_MAX; i++) {
    const struct command_group *of = command_group_of(command);
    struct str path = str_of(command->path);
    if (group.length == 0 && of) {
      struct str name = str_of(of->name);
      bool known = count && str_equal(out[count - 1].name, name);
      if (!known)
        out[count++] = (struct completion_word){name, of->help};
    } else if (group.length == 0) {
      out[count++] = (struct completion_word){path, command->help};
    } else if (of && str_is(group, of->name)) {
      out[count++] = (struct completion_word){str_slice(path, group.length + 1, path.length), command->help};
    }
  }
  return count;
}

void completion_append_quoted(struct str_builder *text, struct str string) {
  str_append_c(text, "'");
  for (size_t i = 0; i < string.length; i++)
    if (string.at[i] == '\'')
      str_append_c(text, "'\\''");
    else
      str_append(text, str_slice(string, i, i + 1));
  str_append_c(text, "'");
}

enum completion_kind completion_of_option(const struct option_spec *option) {
  return option->kind == OPTION_CHOICE                                         ? COMPLETION_CHOICE
         : option->kind == OPTION_FILE                                         ? COMPLETION_FILE
         : option->kind != OPTION_FLAG && command_takes_project(option->value) ? COMPLETION_PROJECT
                                                                               : COMPLETION_NONE;
}

enum completion_kind completion_of_argument(const struct argument_spec *argument) {
  return !argument->name                         ? COMPLETION_NONE
         : command_takes_project(argument->name) ? COMPLETION_PROJECT
         : strcmp(argument->name, "FILE") == 0   ? COMPLETION_FILE
         : strcmp(argument->name, "SHELL") == 0  ? COMPLETION_CHOICE
                                                 : COMPLETION_NONE;
}

struct str completion_choices(struct arena *arena, const char *choices) {
  struct str_builder text = {.arena = arena};
  for (const char *at = choices; *at; at++)
    str_append_format(&text, "%c", *at == '|' ? ' ' : *at);
  return str_built(&text);
}

struct str completion_argument_choices(struct arena *arena, const struct argument_spec *argument) {
  return completion_of_argument(argument) == COMPLETION_CHOICE ? completion_choices(arena, SHELLS) : STR("");
}

bool completion_script(struct arena *arena, struct str shell, struct str *out) {
  if (str_is(shell, "bash"))
    *out = completion_bash(arena);
  else if (str_is(shell, "zsh"))
    *out = completion_zsh(arena);
  else if (str_is(shell, "fish"))
    *out = completion_fish(arena);
  else
    return false;
  return true;
}
