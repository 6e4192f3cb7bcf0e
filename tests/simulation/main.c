/* tandem-simulation: runs seeds against a private database.
 *
 *   tandem-simulation --database URL --clock FILE --seed N [--seeds COUNT] [--step N] [--seconds T] [--mutant NAME]
 * [--first] [--trace] [--counts]
 *
 * A line for each seed that breaks a property, after the first one what was left of it after shrinking (--first stops
 * there instead); now and then, and last of all, `total SEEDS BROKEN VERBS`. Exit status: 0 none broke one, 1 some did,
 * 2 it could not run. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "base/mutation.h"
#include "simulation/run.h"
#include "simulation/shrink.h"

enum { SEEDS_A_REPORT = 50 };

struct options {
  const char *database, *clock;
  uint64_t seed, count, step;
  int64_t seconds; /* 0 = no limit */
  bool stops_at_first, trace, counts;
};

static struct options read_options(int argc, char **argv) {
  static const struct option names[] = {{"database", required_argument, NULL, 'd'},
                                        {"clock", required_argument, NULL, 'k'},
                                        {"seed", required_argument, NULL, 's'},
                                        {"seeds", required_argument, NULL, 'n'},
                                        {"step", required_argument, NULL, 'p'},
                                        {"seconds", required_argument, NULL, 'l'},
                                        {"mutant", required_argument, NULL, 'm'},
                                        {"first", no_argument, NULL, 'f'},
                                        {"trace", no_argument, NULL, 't'},
                                        {"counts", no_argument, NULL, 'c'},
                                        {0}};
  struct options options = {.seed = 1, .count = 1, .step = 1};
  for (int name; (name = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    switch (name) {
    case 'd':
      options.database = optarg;
      break;
    case 'k':
      options.clock = optarg;
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
    case 'l':
      options.seconds = strtoll(optarg, NULL, 10);
      break;
    case 'm':
      if (!mutation_select(optarg)) {
        fprintf(stderr, "this build knows no mutant \"%s\"\n", optarg);
        exit(2);
      }
      break;
    case 'f':
      options.stops_at_first = true;
      break;
    case 't':
      options.trace = true;
      break;
    case 'c':
      options.counts = true;
      break;
    default:
      exit(2);
    }
  }
  return options;
}

static int64_t machine_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec;
}

struct totals {
  uint64_t seeds, broken;
  int64_t verbs;
};

static void print_totals(const struct totals *totals) {
  printf("total %llu %llu %lld\n", (unsigned long long)totals->seeds, (unsigned long long)totals->broken,
         (long long)totals->verbs);
}

static void run_one(struct world *world, struct store *store, const struct options *options, uint64_t seed,
                    struct totals *totals) {
  struct plan_of_run plan = {.seed = seed, .traced = options->trace, .counted = options->counts};
  run_seed(world, store, &plan);
  totals->seeds++;
  totals->verbs += world->verbs;
  if (options->trace) {
    trace_print(&world->trace, stdout);
    printf("-- seed %llu: trace %016llx, %zu faults, %lld verbs\n", (unsigned long long)seed,
           (unsigned long long)world->trace.hash, world->chances.fired_count, (long long)world->verbs);
  }
  if (!world_is_wrong(world))
    return;
  printf("seed %llu: %s\n", (unsigned long long)seed, world->violation);
  if (totals->broken++ == 0 && !options->trace && !options->stops_at_first)
    shrink(world, store, &plan, stdout);
}

static void run_all(struct world *world, struct store *store, const struct options *options) {
  struct totals totals = {0};
  int64_t until_s = machine_s() + options->seconds;
  for (uint64_t i = 0; i < options->count && (!options->seconds || machine_s() < until_s); i++) {
    run_one(world, store, options, options->seed + i * options->step, &totals);
    if (totals.seeds % SEEDS_A_REPORT == 0)
      print_totals(&totals);
    fflush(stdout);
    if (options->stops_at_first && totals.broken)
      break;
  }
  print_totals(&totals);
  if (options->counts)
    tally_print(&world->tally, stdout);
  for (size_t i = 0; i < ACTORS_MAX; i++)
    actor_free(&world->actors[i]);
  arena_free(&world->arena);
  events_free(&world->events);
  trace_free(&world->trace);
  store_close(store);
  exit(totals.broken ? 1 : 0);
}

int main(int argc, char **argv) {
  static struct world world;
  struct options options = read_options(argc, argv);
  struct store *store;
  log_configure(STR("error"), STR("text"));
  setenv("TANDEM_WEBHOOK_URL", "https://tandem.test", 1);
  if (!options.database || !options.clock)
    return 2;
  struct result result = store_open(str_of(options.database), options.clock, &store);
  if (!result_ok(&result)) {
    fprintf(stderr, "%s\n", result.message);
    return 2;
  }
  run_all(&world, store, &options);
}
