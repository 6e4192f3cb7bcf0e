/* People, here and in every tracker: they make tickets, edit what they see, comment, make tickets private, and decide
 * conflicts, by a schedule that the seed makes. Some lie in wait: they edit while tandem is at work on a tracker. */
#ifndef SIMULATION_PEOPLE_H
#define SIMULATION_PEOPLE_H

#include "base/result.h"
#include "proto/verbs.h"

struct remote_item;
struct world;

enum { PLANNED_EDITS_MAX = 24 };

/* Plans what will be done between now and `until_ms`; `without[i]` leaves number i out (NULL: none). */
void people_begin(struct world *world, int64_t until_ms, const bool *without);

/* tandem is calling a tracker: a good moment. */
void people_may_ambush(struct world *world);

/* The answer to the newest change of the item, a write of tandem's, is lost: a good moment to take away what it put
 * there. */
void people_may_take_away(const struct remote_item *item);

/* What leaves must not hold anything of what is private for longer than `grace_ms` (P5). */
void people_check_outbound(struct world *world, const struct payload *payload, int64_t grace_ms);

/* A verb as a person's command: at once, and again until the store answers. */
struct result people_verb(struct world *world, enum verb_id id, const void *request, void *reply) MUST_USE;

/* The same, once: RETRY when the store does not answer. */
struct result people_try_verb(struct world *world, enum verb_id id, const void *request, void *reply) MUST_USE;

/* How many edits this run has. */
size_t people_planned(const struct world *world);

#endif
