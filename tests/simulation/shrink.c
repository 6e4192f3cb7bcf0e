/* Delta debugging (Zeller, Hildebrandt 2002, doi:10.1109/32.988498), simplified: whole kinds of faults first, then
 * edits and single faults in ever smaller chunks. */
#include "simulation/shrink.h"

#include "simulation/people.h"
#include "simulation/run.h"

enum { TRIES_MAX = 250, WITHOUT_MAX = 4 * FIRED_MAX };

struct search {
  struct world *world;
  struct store *store;
  uint64_t seed;
  char property[32];
  bool kinds[FAULT_COUNT], edits[PLANNED_EDITS_MAX]; /* left out */
  uint64_t faults[WITHOUT_MAX];
  size_t fault_count;
  int tries;
};

static struct plan_of_run plan_of(const struct search *search) {
  return (struct plan_of_run){.seed = search->seed,
                              .without_kinds = search->kinds,
                              .without_faults = search->faults,
                              .without_fault_count = search->fault_count,
                              .without_edits = search->edits};
}

/* Whether the same property still breaks. */
static bool breaks(struct search *search) {
  struct plan_of_run plan = plan_of(search);
  search->tries++;
  run_seed(search->world, search->store, &plan);
  return strncmp(search->world->violation, search->property, strlen(search->property)) == 0;
}

static void leave_out_kinds(struct search *search) {
  for (int kind = 0; kind < FAULT_COUNT; kind++) {
    search->kinds[kind] = true;
    if (!breaks(search))
      search->kinds[kind] = false;
  }
}

static void leave_out_edits(struct search *search) {
  for (int i = PLANNED_EDITS_MAX - 1; i >= 0; i--) {
    if (search->edits[i] || (size_t)i >= people_planned(search->world))
      continue;
    search->edits[i] = true;
    if (!breaks(search))
      search->edits[i] = false;
  }
}

/* Faults that fired in the last failing run, `chunk` at a time. */
static void leave_out_faults(struct search *search) {
  struct fired fired[FIRED_MAX];
  if (!breaks(search))
    return;
  size_t count = search->world->chances.fired_count;
  memcpy(fired, search->world->chances.fired, count * sizeof *fired);
  for (size_t chunk = count; chunk > 0; chunk /= 2)
    for (size_t start = 0; start < count && search->tries < TRIES_MAX; start += chunk) {
      size_t before = search->fault_count;
      for (size_t i = start; i < start + chunk && i < count && search->fault_count < WITHOUT_MAX; i++)
        search->faults[search->fault_count++] = fired[i].id;
      if (!breaks(search))
        search->fault_count = before;
    }
}

void shrink(struct world *world, struct store *store, const struct plan_of_run *plan, FILE *file) {
  struct search search = {.world = world, .store = store, .seed = plan->seed};
  size_t length = strcspn(world->violation, ":");
  if (length >= sizeof search.property)
    return;
  memcpy(search.property, world->violation, length);
  leave_out_kinds(&search);
  leave_out_edits(&search);
  leave_out_faults(&search);
  leave_out_edits(&search);
  struct plan_of_run shortest = plan_of(&search);
  shortest.traced = true;
  run_seed(world, store, &shortest);
  fprintf(file, "-- seed %llu, shrunk in %d runs\n", (unsigned long long)plan->seed, search.tries);
  trace_print(&world->trace, file);
}
