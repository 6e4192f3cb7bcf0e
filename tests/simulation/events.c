/* A binary heap of events. */
#include "simulation/events.h"

#include <stdlib.h>

static bool before(const struct event *a, const struct event *b) {
  return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void swap(struct event *a, struct event *b) {
  struct event kept = *a;
  *a = *b;
  *b = kept;
}

void events_plan(struct events *events, int64_t at_ms, void (*run)(void *context, uint64_t detail), void *context,
                 uint64_t detail) {
  if (events->count == events->capacity) {
    events->capacity = events->capacity ? 2 * events->capacity : 256;
    events->at = realloc(events->at, events->capacity * sizeof *events->at);
    if (!events->at)
      abort();
  }
  size_t i = events->count++;
  events->at[i] = (struct event){at_ms, events->planned++, run, context, detail};
  for (; i > 0 && before(&events->at[i], &events->at[(i - 1) / 2]); i = (i - 1) / 2)
    swap(&events->at[i], &events->at[(i - 1) / 2]);
}

void events_expect_until(struct events *events, int64_t at_ms) {
  if (at_ms > events->expected_ms)
    events->expected_ms = at_ms;
}

void events_expect(struct events *events, int64_t at_ms, void (*run)(void *context, uint64_t detail), void *context,
                   uint64_t detail) {
  events_expect_until(events, at_ms);
  events_plan(events, at_ms, run, context, detail);
}

static void sink(struct events *events) {
  for (size_t i = 0;;) {
    size_t least = i;
    for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < events->count; child++)
      if (before(&events->at[child], &events->at[least]))
        least = child;
    if (least == i)
      return;
    swap(&events->at[i], &events->at[least]);
    i = least;
  }
}

bool events_take(struct events *events, struct event *out) {
  if (events->count == 0)
    return false;
  *out = events->at[0];
  events->at[0] = events->at[--events->count];
  sink(events);
  return true;
}

void events_clear(struct events *events) {
  events->count = 0;
  events->planned = 0;
  events->expected_ms = 0;
}

void events_free(struct events *events) {
  free(events->at);
  *events = (struct events){0};
}
