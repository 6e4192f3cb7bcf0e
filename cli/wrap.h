/* Messages in lines that fit a terminal, so that it breaks no word. */
#ifndef CLI_WRAP_H
#define CLI_WRAP_H

#include "base/arena.h"
#include "base/str.h"

/* `text`, its lines broken at blanks where they are wider than `columns`. What follows a break is indented as its line
 * is, and by two more. A command to be copied, `in backticks` or last after a colon, is not broken where it fits into a
 * line. 0 columns: nothing is broken. In the arena, ends with a NUL byte. */
struct str wrap_text(struct arena *arena, struct str text, size_t columns);

/* The same, but what follows a break is indented by `hanging`: 0 for a paragraph. */
struct str wrap_hanging(struct arena *arena, struct str text, size_t columns, size_t hanging);

#endif
