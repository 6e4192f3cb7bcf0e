/* Verbs in words, for the trace. */
#ifndef SIMULATION_TELL_H
#define SIMULATION_TELL_H

#include "base/arena.h"
#include "proto/verbs.h"

/* What a verb's request says, as far as it matters to a reader: "jira #2 v17 {...}"; empty for most. */
struct str tell_request(struct arena *arena, enum verb_id id, struct str frame);

/* {title: title e003, labels: a,b}; nothing at all for no values. */
struct str tell_values(struct arena *arena, const char *what, const struct values *values);

#endif
