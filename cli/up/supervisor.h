/* Keeps processes running: starts them, starts them again when they die, stops them in order. One thread, woken by
 * signals; it gives up on nobody. */
#ifndef UP_SUPERVISOR_H
#define UP_SUPERVISOR_H

#include "cli/up/postgres.h"
#include "cli/up/process.h"

struct supervisor_options {
  const struct postgres *postgres; /* NULL = the database is somebody else's */
  const struct process_spec *services;
  size_t service_count;
  void (*keep)(void *context); /* every hour; may be NULL */
  void *context;               /* its own */
};

/* Runs until SIGTERM or SIGINT; then stops the services, then the database. Log: `service_started`, `service_died` with
 * how it ended and its last line, `stopped`. */
struct result supervisor_run(const struct supervisor_options *options) MUST_USE;

#endif
