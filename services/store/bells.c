/* Waiting for bells. */
#include "store/bells.h"

#include "base/clock.h"

void bells_init(struct bells *bells, void (*answer)(struct waiter *waiter, int64_t position, bool rung)) {
  *bells = (struct bells){.answer = answer, .start = clock_now_ms() * 1000, .known_count = BELL_COUNT};
  for (int bell = 0; bell < BELL_COUNT; bell++)
    bells->known[bell].bell = (enum bell)bell;
  bells->position = bells->start;
  pthread_mutex_init(&bells->mutex, NULL);
}

static unsigned mask_of(const struct bell_wait *request) {
  unsigned mask = 0;
  for (size_t i = 0; i < request->bells.count; i++)
    for (int bell = 0; bell < BELL_COUNT; bell++)
      if (str_is(request->bells.at[i], bell_names[bell]))
        mask |= 1U << bell;
  return mask;
}

static bool hears(const struct waiter *waiter, enum bell bell, struct str system) {
  bool meant = waiter->system.length == 0 || system.length == 0 || str_equal(waiter->system, system);
  return (waiter->bells & 1U << bell) && meant;
}

/* A position of another store, or none, says nothing about what rang meanwhile. */
static bool has_rung(const struct bells *bells, const struct waiter *waiter, int64_t after) {
  if (after < bells->start || after > bells->position)
    return true;
  for (size_t i = 0; i < bells->known_count; i++)
    if (bells->known[i].position > after && hears(waiter, bells->known[i].bell, str_of(bells->known[i].system)))
      return true;
  return false;
}

struct result bells_wait(struct bells *bells, const struct bell_wait *request, struct waiter *waiter) {
  bool short_wait = request->most_ms > 0 && request->most_ms < WAIT_MOST_MS;
  *waiter = (struct waiter){.bells = mask_of(request),
                            .system = request->system,
                            .until_ms = clock_mono_ms() + (short_wait ? request->most_ms : WAIT_MOST_MS)};
  pthread_mutex_lock(&bells->mutex);
  bool rung = has_rung(bells, waiter, request->after), crowded = bells->waiter_count >= WAITERS_MAX;
  int64_t position = bells->position;
  if (!rung && !crowded) {
    waiter->next = bells->first;
    bells->first = waiter;
    bells->waiter_count++;
  }
  pthread_mutex_unlock(&bells->mutex);
  if (rung)
    bells->answer(waiter, position, true);
  else if (crowded)
    return result_error(RESULT_RETRY, "more than %d processes wait for work", WAITERS_MAX);
  return RESULT_DONE;
}

/* The first places are for bells that ring for all systems. */
static void remember(struct bells *bells, enum bell bell, struct str system) {
  size_t i = 0;
  while (i < bells->known_count && (bells->known[i].bell != bell || !str_is(system, bells->known[i].system)))
    i++;
  if (i == BELLS_KNOWN_MAX || system.length >= sizeof bells->known[0].system)
    i = bell;
  if (i == bells->known_count) {
    bells->known[bells->known_count++].bell = bell;
    memcpy(bells->known[i].system, system.at, system.length);
  }
  bells->known[i].position = ++bells->position;
}

static struct waiter *take_out(struct bells *bells, struct waiter **at) {
  struct waiter *waiter = *at;
  *at = waiter->next;
  bells->waiter_count--;
  return waiter;
}

static void answer_all(struct bells *bells, struct waiter *first, int64_t position, bool rung) {
  while (first) {
    struct waiter *next = first->next;
    bells->answer(first, position, rung);
    first = next;
  }
}

void bells_ring(struct bells *bells, enum bell bell, struct str system) {
  struct waiter *woken = NULL;
  pthread_mutex_lock(&bells->mutex);
  remember(bells, bell, system);
  int64_t position = bells->position;
  for (struct waiter **at = &bells->first; *at;) {
    if (!hears(*at, bell, system)) {
      at = &(*at)->next;
      continue;
    }
    struct waiter *waiter = take_out(bells, at);
    waiter->next = woken;
    woken = waiter;
  }
  pthread_mutex_unlock(&bells->mutex);
  answer_all(bells, woken, position, true);
}

int64_t bells_expire(struct bells *bells, int64_t most_ms) {
  struct waiter *over = NULL;
  int64_t now_ms = clock_mono_ms();
  pthread_mutex_lock(&bells->mutex);
  int64_t position = bells->position;
  for (struct waiter **at = &bells->first; *at;) {
    if ((*at)->until_ms > now_ms) {
      int64_t left_ms = (*at)->until_ms - now_ms;
      most_ms = left_ms < most_ms ? left_ms : most_ms;
      at = &(*at)->next;
      continue;
    }
    struct waiter *waiter = take_out(bells, at);
    waiter->next = over;
    over = waiter;
  }
  pthread_mutex_unlock(&bells->mutex);
  answer_all(bells, over, position, false);
  return most_ms;
}
