/* The steps of a plan: what a dry run decided about each mapping, and what that was decided on. */
#ifndef STORE_STEPS_H
#define STORE_STEPS_H

#include "store/store.h"

/* Keeps what the running dry run decided; of several decisions about one mapping the last one counts. */
struct result steps_note(struct call *call, const struct plan_outcome *const *outcomes, size_t count) MUST_USE;

/* What a decision about a mapping rests on now. */
struct step_inputs {
  const struct plan_case *seen; /* NULL: there is no such mapping any more */
  struct str text;              /* inputs_text() */
};

/* Of each of the mappings. */
struct result steps_inputs(struct call *call, const int64_t *mapping_ids, size_t count,
                           struct step_inputs *out) MUST_USE;

#endif
