/* Shell completion, made from the tables of commands. */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "cli/command.h"

/* The script for "bash", "zsh" or "fish"; false for any other shell. */
bool completion_script(struct arena *arena, struct str shell, struct str *out);

/* -- what the scripts of the shells are made with -- */

struct str completion_bash(struct arena *arena);
struct str completion_zsh(struct arena *arena);
struct str completion_fish(struct arena *arena);

/* What prints the names of the projects, one a line, for all three: soon or not at all. */
#define COMPLETION_PROJECTS "timeout 1 tandem projects list --plain 2>/dev/null | cut -f1"

/* What an argument or an option's value may be completed to. */
enum completion_kind { COMPLETION_NONE, COMPLETION_PROJECT, COMPLETION_FILE, COMPLETION_CHOICE };

enum completion_kind completion_of_option(const struct option_spec *option);
enum completion_kind completion_of_argument(const struct argument_spec *argument);

/* The words of a choice, with blanks between them: "push pull" of "push|pull". */
struct str completion_choices(struct arena *arena, const char *choices);
struct str completion_argument_choices(struct arena *arena, const struct argument_spec *argument);

/* One of the words that may follow a group, or nothing. */
struct completion_word {
  struct str name;
  const char *help;
};
enum { COMPLETION_WORDS_MAX = 64 };

/* What may follow `group` ("" = at the very start), each once. How many. */
size_t completion_words(struct str group, struct completion_word *out);

/* Single-quoted for all three shells; texts have no backslash. */
void completion_append_quoted(struct str_builder *text, struct str string);

#endif
