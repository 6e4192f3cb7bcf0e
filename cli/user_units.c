/* Fitting the packaged units to this program. */
#include "cli/user_units.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/up/files.h"

#define PACKAGED "ExecStart=/usr/bin/tandem"

struct result user_units_folder(struct arena *arena, struct str *out) {
  const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
  if (config && *config == '/')
    *out = str_format(arena, "%s/systemd/user", config);
  else if (home && *home == '/')
    *out = str_format(arena, "%s/.config/systemd/user", home);
  else
    return result_error(RESULT_REJECTED, "HOME is not set: it is where your systemd looks for units");
  return RESULT_DONE;
}

/* As systemd.syntax(7) and systemd.service(5) want it: a word in quotes, % and $ doubled. The first word's $ is not. */
static struct result append_word(struct str_builder *out, struct str word, bool first) {
  str_append(out, STR("\""));
  for (size_t i = 0; i < word.length; i++) {
    char c = word.at[i];
    if (iscntrl((unsigned char)c) || (first && strchr("\"\\$", c)))
      return result_error(RESULT_REJECTED, "systemd cannot name the path %.*s: move it to a plainer one",
                          STR_FMT(word));
    const char *before = c == '%' ? "%" : c == '$' ? "$" : c == '"' || c == '\\' ? "\\" : "";
    str_append_format(out, "%s%c", before, c);
  }
  str_append(out, STR("\""));
  return RESULT_DONE;
}

struct result user_units_fit(struct arena *arena, struct str text, struct str program, struct str home,
                             struct str *out) {
  struct str_builder fitted = {.arena = arena};
  ptrdiff_t at = str_find(text, PACKAGED);
  if (at < 0) {
    *out = text;
    return RESULT_DONE;
  }
  struct str rest = str_slice(text, (size_t)at + strlen(PACKAGED), text.length);
  ptrdiff_t end = str_find(rest, "\n");
  str_append(&fitted, str_slice(text, 0, (size_t)at + strlen("ExecStart=")));
  TRY(append_word(&fitted, program, true));
  str_append(&fitted, str_slice(rest, 0, (size_t)end));
  if (home.length) {
    str_append(&fitted, STR(" --home "));
    TRY(append_word(&fitted, home, false));
  }
  str_append(&fitted, str_slice(rest, (size_t)end, rest.length));
  *out = str_built(&fitted);
  return RESULT_DONE;
}

struct result user_units_write(struct arena *arena, struct str folder, struct str program, struct str home) {
  TRY(files_make_folder(str_c(arena, folder), 0755));
  for (const struct user_unit *unit = user_units; unit->name; unit++) {
    struct str text;
    TRY(user_units_fit(arena, str_of(unit->text), program, home, &text));
    TRY(files_write(str_format(arena, "%.*s/%s", STR_FMT(folder), unit->name).at, text, 0644));
  }
  return RESULT_DONE;
}
