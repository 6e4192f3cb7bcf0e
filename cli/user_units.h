/* The units of `systemctl --user` for a tandem that no package has installed, or that has another state directory. */
#ifndef CLI_USER_UNITS_H
#define CLI_USER_UNITS_H

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

/* deploy/systemd/user, in the program; ends with a NULL name. */
struct user_unit {
  const char *name, *text;
};
extern const struct user_unit user_units[];

/* The folder of a person's own units: $XDG_CONFIG_HOME/systemd/user, else ~/.config/systemd/user. */
struct result user_units_folder(struct arena *arena, struct str *out) MUST_USE;

/* Writes them there, for the program at `program` and, where it is not absent, the state directory `home`. */
struct result user_units_write(struct arena *arena, struct str folder, struct str program, struct str home) MUST_USE;

/* `text` for another program and state directory. RESULT_REJECTED: a path that no unit can name. */
struct result user_units_fit(struct arena *arena, struct str text, struct str program, struct str home,
                             struct str *out) MUST_USE;

#endif
