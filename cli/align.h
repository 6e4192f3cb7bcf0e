/* Three versions of a text side by side: lines of the base, each beside what became of it on either side. */
#ifndef CLI_ALIGN_H
#define CLI_ALIGN_H

#include "base/str.h"

enum align_mark {
  ALIGN_SAME = 0,
  ALIGN_LOCAL = 1,    /* only the local side differs from the base */
  ALIGN_EXTERNAL = 2, /* only the external side does */
  ALIGN_BOTH = 3,     /* both do, and not in the same way */
  ALIGN_ALIKE = 4,    /* both made the same change */
};

struct align_row {
  struct str base, local, external; /* absent = no such line there */
  enum align_mark mark;
};

/* Owned by `arena`, borrows the texts. */
size_t align_texts(struct arena *arena, struct str base, struct str local, struct str external,
                   const struct align_row **out);

/* "", "<", ">", "!", "=" as shown beside a row. */
const char *align_mark_sign(enum align_mark mark);

#endif
