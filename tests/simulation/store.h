/* The store: the production handlers in this process, on a private PostgreSQL. Its clock is the simulation's
 * (preload/clock.c); random() begins with the seed, and gen_random_uuid() is a function of this name that the search
 * path finds before PostgreSQL's own. */
#ifndef SIMULATION_STORE_H
#define SIMULATION_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"
#include "proto/verbs.h"

struct store;
struct tally;
struct world;

/* Connects and makes the schema in an empty database, of a server whose time is what stands in the file `clock_path`.
 */
struct result store_open(struct str database_url, const char *clock_path, struct store **out) MUST_USE;
void store_close(struct store *store);

/* Forgets everything of the run before. */
struct result store_reset(struct store *store, struct world *world) MUST_USE;

/* All projects are there, and nobody has done anything yet. */
void store_begin(struct store *store);

/* Executes one request frame of somebody who looks for `lookers` (agenda.h), a person's with 0; false when there is no
 * answer, because the store crashed or is down. */
bool store_execute(struct store *store, struct arena *arena, unsigned lookers, struct str request,
                   struct str *out_reply);

/* It is up again, if it was down. */
void store_restart(struct store *store);

/* The hour in which each project is scanned is over. */
void store_bring_scans_forward(struct store *store);

/* How often something changed. */
uint64_t store_changes(const struct store *store);

/* Whether there may be work for one of the lookers of a set of bits (agenda.h). */
bool store_has_work(struct store *store, unsigned lookers);

/* Whether everything is at rest: nothing to plan, to send, to fetch or to deliver, no session running. */
bool store_is_at_rest(struct store *store);

/* Counts what the run has left there: conflicts, retries, joined tickets and the like. */
struct result store_tally(struct store *store, struct tally *tally) MUST_USE;

void store_fault_point(const char *name);

#endif
