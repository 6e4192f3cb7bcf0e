/* An event that was had: its place in the log and its id, by which a log is known that was restored from a backup. */
#ifndef CLIENT_MARK_H
#define CLIENT_MARK_H

#include <string.h>

#include "base/str.h"

enum { MARK_ID_BYTES = 40 };

struct mark {
  int64_t sequence;
  char id[MARK_ID_BYTES]; /* "" = not known */
};

static inline struct mark mark_of(int64_t sequence, struct str id) {
  struct mark mark = {.sequence = sequence};
  if (id.length < MARK_ID_BYTES && id.length)
    memcpy(mark.id, id.at, id.length);
  return mark;
}

#endif
