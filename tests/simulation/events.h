/* What is going to happen, by simulated time; of two at the same time, what was planned first. */
#ifndef SIMULATION_EVENTS_H
#define SIMULATION_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event {
  int64_t at_ms;
  uint64_t order;
  void (*run)(void *context, uint64_t detail);
  void *context;
  uint64_t detail;
};

/* A binary heap; the memory is kept from run to run. */
struct events {
  struct event *at;
  size_t count, capacity;
  uint64_t planned;
  int64_t expected_ms; /* nothing that was expected comes later */
};

void events_plan(struct events *events, int64_t at_ms, void (*run)(void *context, uint64_t detail), void *context,
                 uint64_t detail);

/* The same of what happens once: a run does not come to rest before. */
void events_expect(struct events *events, int64_t at_ms, void (*run)(void *context, uint64_t detail), void *context,
                   uint64_t detail);

/* A run does not come to rest before `at_ms`. */
void events_expect_until(struct events *events, int64_t at_ms);

/* Takes the next one; false when there is none. */
bool events_take(struct events *events, struct event *out);

void events_clear(struct events *events);
void events_free(struct events *events);

#endif
