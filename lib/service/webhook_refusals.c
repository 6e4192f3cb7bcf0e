/* A list that one thread empties. */
#include "service/webhook_refusals.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/heap.h"
#include "base/log.h"

struct refused {
  struct refused *next;
  int64_t count;
  bool untimely; /* the last one */
  int64_t last_ms;
  size_t length;
  char project[];
};

struct webhook_refusals {
  pthread_mutex_t mutex;
  pthread_cond_t come;
  struct refused *list; /* one of each project; no more than there are projects */
  struct result (*tell)(void *context, const struct hook_refused *refused);
  void *context;
  int64_t every_ms;
};

static struct str name_of(const struct refused *one) {
  return (struct str){one->project, one->length};
}

/* Under the mutex. */
static struct refused *find(struct webhook_refusals *refusals, struct str project) {
  struct refused *one = refusals->list;
  while (one && !str_equal(name_of(one), project))
    one = one->next;
  if (one)
    return one;
  one = heap_new(sizeof *one + project.length);
  one->length = project.length;
  memcpy(one->project, project.at, project.length);
  one->next = refusals->list;
  refusals->list = one;
  return one;
}

/* Of what could not be told there may be newer ones by now. */
static void add(struct webhook_refusals *refusals, struct str project, int64_t count, bool untimely, int64_t last_ms) {
  struct refused *one = find(refusals, project);
  one->count += count;
  if (last_ms < one->last_ms)
    return;
  one->untimely = untimely;
  one->last_ms = last_ms;
}

void webhook_refusals_note(struct webhook_refusals *refusals, struct str project, bool untimely) {
  pthread_mutex_lock(&refusals->mutex);
  add(refusals, project, 1, untimely, clock_mono_ms());
  pthread_cond_signal(&refusals->come);
  pthread_mutex_unlock(&refusals->mutex);
}

static struct refused *take_all(struct webhook_refusals *refusals) {
  pthread_mutex_lock(&refusals->mutex);
  while (!refusals->list)
    pthread_cond_wait(&refusals->come, &refusals->mutex);
  struct refused *all = refusals->list;
  refusals->list = NULL;
  pthread_mutex_unlock(&refusals->mutex);
  return all;
}

static void tell_one(struct webhook_refusals *refusals, const struct refused *one) {
  struct hook_refused refused = {name_of(one), one->count, one->untimely, clock_mono_ms() - one->last_ms};
  struct result result = refusals->tell(refusals->context, &refused);
  if (result_ok(&result) || result.code == RESULT_GONE) /* a project that was removed meanwhile */
    return;
  log_event(LOG_WARNING, "refusal_not_told", LOG_RESULT(&result));
  pthread_mutex_lock(&refusals->mutex);
  add(refusals, name_of(one), one->count, one->untimely, one->last_ms);
  pthread_mutex_unlock(&refusals->mutex);
}

static void *tell_forever(void *context) {
  struct webhook_refusals *refusals = context;
  for (;;) {
    for (struct refused *one = take_all(refusals), *next; one; one = next) {
      next = one->next;
      tell_one(refusals, one);
      free(one);
    }
    clock_sleep_ms(refusals->every_ms);
  }
  return NULL;
}

struct result webhook_refusals_start(struct result (*tell)(void *context, const struct hook_refused *refused),
                                     void *context, int64_t every_ms, struct webhook_refusals **out) {
  pthread_t thread;
  struct webhook_refusals *refusals = heap_new(sizeof *refusals);
  *refusals = (struct webhook_refusals){.mutex = PTHREAD_MUTEX_INITIALIZER,
                                        .come = PTHREAD_COND_INITIALIZER,
                                        .tell = tell,
                                        .context = context,
                                        .every_ms = every_ms};
  if (pthread_create(&thread, NULL, tell_forever, refusals) != 0) {
    free(refusals);
    return result_error(RESULT_RETRY, "cannot start a thread");
  }
  pthread_detach(thread);
  *out = refusals;
  return RESULT_DONE;
}
