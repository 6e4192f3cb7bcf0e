/* A model world for plan(): one local ticket, one or two trackers that hold it too, people who edit on every side, and
 * the steps of synchronisation as the store and the adapters do them. It watches each decision while it is applied. */
#ifndef UNIT_SYNC_WORLD_H
#define UNIT_SYNC_WORLD_H

#include "base/values.h"
#include "property.h"
#include "sync/plan.h"

enum { WORLD_FIELDS = 4, WORLD_TRACKERS = 2, WORLD_TOKENS = 64 };

extern const char *const world_fields[WORLD_FIELDS]; /* title, body, status, labels */

/* A word that one edit put into the world and that is nowhere else. */
struct world_token {
  char text[8];
  int field;
  bool removed; /* by a person who saw it */
};

struct world_tracker {
  struct values_builder now;      /* what the tracker holds */
  struct values_builder observed; /* what we last saw of it */
  struct values_builder shadow_local, shadow_external;
  bool fresh;              /* observed by id since the shadow last moved */
  bool open[WORLD_FIELDS]; /* an open conflict */
  int64_t changed_ms[WORLD_FIELDS];
  struct field_rule field_rules[2];
  struct rules rules;
};

struct world {
  struct property_case *c;
  struct values_builder local;
  int64_t changed_ms[WORLD_FIELDS], now_ms;
  struct world_tracker trackers[WORLD_TRACKERS];
  int tracker_count;
  bool active[WORLD_FIELDS]; /* fields that this case is about */
  struct world_token tokens[WORLD_TOKENS];
  int token_count;
  struct str_builder kept[WORLD_FIELDS]; /* both values of every conflict row */
  int conflicts[WORLD_FIELDS];           /* how many rows */
  int changes, writes;                   /* of any kind; outside */
  bool quiet;                            /* people have stopped */
};

/* Draws the settings, the contents and how the sides came together: created, imported or linked. */
bool world_begin(struct world *world, struct property_case *c, int tracker_count);

/* One drawn step: an edit on some side, an observation, a plan, a person's decision. False when something is broken. */
bool world_step(struct world *world);

/* Observes, plans and writes for every tracker. */
bool world_round(struct world *world);

/* For world_people.c and the properties. */
bool world_plan(struct world *world, struct world_tracker *tracker);
bool world_resolve(struct world *world, struct world_tracker *tracker, int field);
struct plan_input world_input(struct world *world, struct world_tracker *tracker);
int world_field(struct str name);
const char *world_shown(struct world *world, const struct values_builder *side, int field);
bool world_person_edits(struct world *world, struct world_tracker *tracker); /* NULL: the local side */
struct value world_draw_value(struct world *world, struct world_tracker *tracker, int field);
void world_put(struct world *world, struct world_tracker *tracker, int field, struct value value);

#endif
