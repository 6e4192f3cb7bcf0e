/* What a decision was made on, as one JSON object of digests by name ("local.title", "conflicts"): compared with what
 * it is later, it tells what has moved. All of struct plan_case is in it but what inputs.c leaves out by name, so that
 * a member that is new there is compared as well. */
#ifndef STORE_INPUTS_H
#define STORE_INPUTS_H

#include "base/result.h"
#include "proto/nouns.h"

/* What a case does not tell. */
struct inputs_about {
  struct str place; /* the mapping's state, and what it and its items belong to */
  bool by_time;     /* the settings let the newest change win, so times decide */
};

struct str inputs_text(struct arena *arena, const struct plan_case *seen, const struct inputs_about *about);

/* What is otherwise in `now`, the text of `seen`, than `before`, for people: "labels, title here, deleted here". Absent
 * when nothing is. */
struct result inputs_moved(struct arena *arena, struct str before, const struct plan_case *seen, struct str now,
                           struct str *out) MUST_USE;

#endif
