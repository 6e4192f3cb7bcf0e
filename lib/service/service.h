/* The skeleton of every process but the store: it connects and calls `work` again and again: when a bell woke it, or
 * when the time that `work` asked for has passed. What is to be done stands in the database; a wake-up only
 * makes it sooner, so losing one, or dying at any instant, loses nothing. */
#ifndef SERVICE_SERVICE_H
#define SERVICE_SERVICE_H

#include "base/log.h"
#include "service/rpc.h"

struct service_context {
  struct rpc *rpc;
  struct endpoint endpoint;
  struct str name;     /* of this process: "conflict-4711" */
  struct arena *arena; /* reset after each round; one a worker */
  void *state;         /* made by `start`, shared by the workers */
};

struct service {
  const char *role; /* its name in logs and its certificate */
  int workers;      /* threads that call `work`; at least 1 */

  /* Once, before the workers start. May be NULL. */
  struct result (*start)(struct service_context *context) MUST_USE;

  /* One round of work. `*wait_ms`: how long to sleep when nothing wakes; 0 = go on at once. A failure is logged and the
   * round repeated after a backoff; RESULT_BUG ends the process, and the supervisor starts it again. */
  struct result (*work)(struct service_context *context, int64_t *wait_ms) MUST_USE;

  /* Why it cannot do its work, beside a store that does not answer; called by the health server's thread, after
   * `start`. May be NULL. */
  struct result (*ready)(struct service_context *context) MUST_USE;

  unsigned bells;     /* which ones mean that there is work: 1 << BELL_WORK, ... */
  const char *system; /* of an adapter: bells for others do not count; may be NULL */
};

/* Runs until SIGTERM or SIGINT, then lets rounds that are under way end, five seconds at most, and exits: what was not
 * committed is done again by the next one. Returns the process's exit code. */
int service_main(const struct service *service, void *state);

#endif
