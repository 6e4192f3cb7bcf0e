/* Keeps processes running: starts them, starts them again when they die, ends those that are frozen, stops them in
 * order. One thread, woken by signals; it gives up on nobody. */
#ifndef UP_SUPERVISOR_H
#define UP_SUPERVISOR_H

#include "cli/up/postgres.h"
#include "cli/up/process.h"
#include "cli/up/told.h"
#include "service/notify.h"

struct supervisor_options {
  const struct postgres *postgres; /* NULL = the database is somebody else's */
  const struct process_spec *services;
  size_t service_count;
  const struct told_socket *told;  /* what the services tell */
  int64_t watchdog_ms;             /* who tells nothing for so long is ended */
  const struct notifier *notifier; /* told READY when all services are, how many run, and that this loop lives */
  void (*keep)(void *context);     /* every hour; may be NULL */
  void *context;                   /* its own */
};

/* Runs until SIGTERM or SIGINT; then stops the services, then the database. Log: `service_started`, `service_died` with
 * how it ended and its last line, `service_frozen`, `stopped`. */
struct result supervisor_run(const struct supervisor_options *options) MUST_USE;

#endif
