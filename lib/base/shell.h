/* Commands that are shown to people, to be typed or pasted as they stand. */
#ifndef BASE_SHELL_H
#define BASE_SHELL_H

#include "base/str.h"

/* The text as one word of a POSIX shell: as it is where no shell takes it apart, else between single quotes. */
struct str shell_word(struct arena *arena, struct str text);

#endif
