/* Quoting for a shell (POSIX.1-2017, Shell Command Language, 2.2). */
#include "base/shell.h"

/* Letters beyond ASCII mean nothing to a shell. */
static bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80) ||
         (c && strchr("-_./:@%+,=#", c));
}

/* A "#" begins a comment and a "=" an expansion of zsh only where a word begins. */
static bool is_plain_word(struct str text) {
  if (text.length == 0 || text.at[0] == '#' || text.at[0] == '=')
    return false;
  for (size_t i = 0; i < text.length; i++)
    if (!is_plain(text.at[i]))
      return false;
  return true;
}

struct str shell_word(struct arena *arena, struct str text) {
  struct str_builder word = {.arena = arena};
  if (is_plain_word(text))
    return text;
  str_append_c(&word, "'");
  for (size_t i = 0; i < text.length; i++) {
    if (text.at[i] == '\'')
      str_append_c(&word, "'\\''");
    else
      str_append(&word, str_slice(text, i, i + 1));
  }
  str_append_c(&word, "'");
  return str_built(&word);
}
