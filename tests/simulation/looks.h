/* Looks for work, and their answers. */
#ifndef SIMULATION_LOOKS_H
#define SIMULATION_LOOKS_H

#include "base/arena.h"
#include "base/str.h"
#include "proto/verbs.h"
#include "simulation/agenda.h"

/* Who asks this; LOOKER_COUNT: it is no look. */
enum looker looks_by(enum verb_id verb, const void *request);

/* Who asked for what. */
struct asked {
  struct str client;
  enum verb_id verb;
  const void *request;
};

struct looked {
  bool known;      /* it was an answer */
  int64_t found;   /* how much was handed out: tickets, a lease; or, of a tick, done */
  uint64_t id;     /* of what was handed out to this client */
  int64_t wait_ms; /* after which there is something new by itself: what was handed out and never given back, say */
};

struct looked looks_answer(struct arena *arena, const struct asked *asked, struct str reply);

/* Whether nothing is left of what was handed out as `*out_id` and is given back with this. */
bool looks_is_done(struct arena *arena, const struct asked *asked, struct str reply, uint64_t *out_id);

/* The frame that tells there is nothing, for `wait_ms`. */
struct str looks_nothing(struct arena *arena, enum verb_id verb, int64_t wait_ms);

#endif
