/* Looks for work, and their answers. */
#ifndef SIMULATION_LOOKS_H
#define SIMULATION_LOOKS_H

#include "base/arena.h"
#include "base/str.h"
#include "proto/verbs.h"
#include "simulation/agenda.h"

/* Who asks this; LOOKER_COUNT: it is no look. */
enum looker looks_by(enum verb_id verb, const void *request);

/* Whether the answer hands something out. */
bool looks_found(struct arena *arena, enum verb_id verb, struct str reply);

/* The frame that tells there is nothing, for `wait_ms`. */
struct str looks_nothing(struct arena *arena, enum verb_id verb, int64_t wait_ms);

#endif
