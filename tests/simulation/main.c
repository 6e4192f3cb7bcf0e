/* tandem-simulation: runs seeds against a private database.
 *
 *   tandem-simulation --database URL --seed N [--seeds COUNT] [--step N] [--trace]
 *
 * A line for each seed that breaks a property, with what was left of it after shrinking; last of all how many ran. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "simulation/run.h"

struct options {
  const char *database;
  uint64_t seed, count, step;
  bool trace;
};

static struct options read_options(int argc, char **argv) {
  static const struct option names[] = {
      {"database", required_argument, NULL, 'd'}, {"seed", required_argument, NULL, 's'},
      {"seeds", required_argument, NULL, 'n'},    {"step", required_argument, NULL, 'p'},
      {"trace", no_argument, NULL, 't'},          {0}};
  struct options options = {.seed = 1, .count = 1, .step = 1};
  for (int name; (name = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    switch (name) {
    case 'd':
      options.database = optarg;
      break;
    case 's':
      options.seed = strtoull(optarg, NULL, 10);
      break;
    case 'n':
      options.count = strtoull(optarg, NULL, 10);
      break;
    case 'p':
      options.step = strtoull(optarg, NULL, 10);
      break;
    case 't':
      options.trace = true;
      break;
    default:
      exit(2);
    }
  }
  return options;
}

int main(int argc, char **argv) {
  static struct world world;
  struct options options = read_options(argc, argv);
  struct store *store;
  if (!options.database)
    return 2;
  log_configure(STR("error"), false);
  struct result result = store_open(str_of(options.database), &store);
  if (!result_ok(&result)) {
    fprintf(stderr, "%s\n", result.message);
    return 1;
  }
  uint64_t wrong = 0;
  int64_t verbs = 0;
  for (uint64_t i = 0; i < options.count; i++) {
    struct plan_of_run plan = {.seed = options.seed + i * options.step, .traced = options.trace};
    run_seed(&world, store, &plan);
    verbs += world.verbs;
    if (options.trace)
      trace_print(&world.trace, stdout);
    if (world_is_wrong(&world)) {
      wrong++;
      printf("seed %llu: %s\n", (unsigned long long)plan.seed, world.violation);
    }
    if (options.trace)
      printf("seed %llu hash %016llx faults %zu verbs %lld\n", (unsigned long long)plan.seed,
             (unsigned long long)world.trace.hash, world.chances.fired_count, (long long)world.verbs);
    fflush(stdout);
  }
  printf("%llu seeds, %llu wrong, %lld verbs\n", (unsigned long long)options.count, (unsigned long long)wrong,
         (long long)verbs);
  for (size_t i = 0; i < ACTORS_MAX; i++)
    actor_free(&world.actors[i]);
  arena_free(&world.arena);
  events_free(&world.events);
  trace_free(&world.trace);
  store_close(store);
  return wrong ? 1 : 0;
}
