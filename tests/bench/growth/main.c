/* bench-growth-GROUP [-a] [-q] [-s SHAPE] [SUBJECT...]: every subject with every shape, from 16 KiB to the subject's
 * limit, doubling (-q: less far where nothing is to be seen). A line a pair that grows faster than the input or takes
 * long (-a: every pair), tab-separated: subject, shape, bytes of the last run, CPU milliseconds, ratio to the run with
 * half as much. CPU time, in a child: what takes longer than CPU_MAX_S is ended there, and its line has the last size
 * that came to an end and "killed". */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "growth.h"

enum { START_BYTES = 16 * KIB, SCREEN_BYTES = 64 * KIB, CPU_MAX_S = 20 };
static const double told_ratio = 2.6, told_ms = 800, least_ms = 25, quiet_ms = 1000, margin = 0.35;

struct options {
  bool all, screen;
  const char *shape;
};

/* What a child has found so far; shared with it. */
struct outcome {
  size_t bytes;
  double ms, before_ms;
};

static double cpu_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double time_once(const struct growth_subject *subject, const struct growth_shape *shape, size_t bytes) {
  struct arena inputs = {0}, arena = {0};
  struct str_builder text = {.arena = &inputs};
  shape->make(&text, shape, bytes);
  struct str made = str_slice(str_built(&text), 0, bytes);
  const void *prepared = subject->prepare ? subject->prepare(&inputs, made) : &made;
  double start_ms = cpu_ms();
  subject->run(&arena, prepared);
  arena_free(&arena);
  double took_ms = cpu_ms() - start_ms;
  arena_free(&inputs);
  return took_ms;
}

/* Where work that goes on to grow as it did, and somewhat faster, would not take long at the limit. */
static bool is_harmless(const struct outcome *outcome, size_t limit) {
  double times = (double)limit / (double)outcome->bytes, ratio = outcome->ms / fmax(outcome->before_ms, 0.01);
  return outcome->bytes >= SCREEN_BYTES && outcome->ms * pow(times, fmax(1, log2(ratio)) + margin) < quiet_ms;
}

static void measure(const struct growth_subject *subject, const struct growth_shape *shape, bool screen,
                    struct outcome *outcome) {
  size_t limit = subject->limit_bytes;
  for (size_t bytes = limit < START_BYTES ? limit / 4 : START_BYTES; bytes <= limit; bytes *= 2) {
    double ms = time_once(subject, shape, bytes);
    *outcome = (struct outcome){bytes, ms, outcome->ms};
    if (screen && is_harmless(outcome, limit))
      return;
  }
}

static void tell(const struct growth_subject *subject, const struct growth_shape *shape, const struct outcome *outcome,
                 bool killed, bool all) {
  double ratio = outcome->before_ms >= least_ms ? outcome->ms / outcome->before_ms : 0;
  if (!all && !killed && outcome->ms < told_ms && ratio < told_ratio)
    return;
  printf("%s\t", subject->name);
  for (const char *at = shape->name; *at; at++)
    if (*at == '\n')
      fputs("\\n", stdout);
    else if (*at == '\t')
      fputs("\\t", stdout);
    else if (*at == '\r')
      fputs("\\r", stdout);
    else if ((unsigned char)*at < 0x20)
      printf("\\x%02x", (unsigned char)*at);
    else
      putchar(*at);
  printf("\t%zu\t%.1f\t%.2f\t%s\n", outcome->bytes, outcome->ms, ratio, killed ? "killed" : "");
  fflush(stdout);
}

static void try_pair(const struct growth_subject *subject, const struct growth_shape *shape, struct outcome *outcome,
                     const struct options *options) {
  const struct rlimit cpu = {CPU_MAX_S, CPU_MAX_S}, core = {0, 0}, memory = {3UL << 30, 3UL << 30};
  int status = 0;
  *outcome = (struct outcome){0};
  pid_t child = fork();
  if (child == 0) {
    setrlimit(RLIMIT_CPU, &cpu);
    setrlimit(RLIMIT_CORE, &core);
    setrlimit(RLIMIT_AS, &memory);
    measure(subject, shape, options->screen, outcome);
    _exit(0);
  }
  if (child < 0 || waitpid(child, &status, 0) < 0)
    exit(EXIT_FAILURE);
  tell(subject, shape, outcome, status != 0, options->all);
}

static bool is_named(const char *name, char *const *names) {
  for (size_t i = 0; names[i]; i++)
    if (strcmp(name, names[i]) == 0)
      return true;
  return names[0] == NULL;
}

static bool read_options(int argc, char **argv, struct options *out) {
  for (int option; (option = getopt(argc, argv, "aqs:")) != -1;)
    if (option == 'a')
      out->all = true;
    else if (option == 'q')
      out->screen = true;
    else if (option == 's')
      out->shape = optarg;
    else
      return false;
  return true;
}

int main(int argc, char **argv) {
  struct options options = {0};
  struct outcome *outcome = mmap(NULL, sizeof *outcome, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (!read_options(argc, argv, &options) || outcome == MAP_FAILED)
    return 2;
  for (const struct growth_subject *subject = growth_subjects; subject->name; subject++)
    for (size_t k = 0; k < growth_shape_count; k++)
      if (is_named(subject->name, argv + optind) &&
          (!options.shape || strcmp(options.shape, growth_shapes[k].name) == 0))
        try_pair(subject, &growth_shapes[k], outcome, &options);
  return 0;
}
