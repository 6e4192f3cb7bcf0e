/* What a process tells who started it, systemd or `tandem up`: that it can take work, how it is, that it lives, that it
 * ends. The protocol is sd_notify(3)'s: datagrams of NAME=value lines to the socket that NOTIFY_SOCKET names; with
 * WATCHDOG_USEC a WATCHDOG=1 at half that time, or the process is ended. docs/adr/0022 says why this is not libsystemd.
 */
#ifndef SERVICE_NOTIFY_H
#define SERVICE_NOTIFY_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/result.h"

struct notifier {
  int file;            /* -1: nobody wants to know */
  int64_t watchdog_ms; /* how often to tell that it lives: half of what was asked for; 0 = not at all */
  struct sockaddr_un address;
  socklen_t address_length;
};

/* Takes what the environment says out of it, so that children do not tell in our name. Call before threads. An address
 * that cannot be one is logged, and nobody is told. */
struct notifier notify_open(void);

/* Each sends one datagram, or nothing when nobody wants to know. False: the listener cannot take it now, tell it again.
 * Other failures are passed over: the work goes on. */
bool notify_ready(const struct notifier *notifier);

/* One line for people; control characters in it become blanks. */
bool notify_status(const struct notifier *notifier, const char *status);

/* Told again and again, or to no avail: nobody has to look whether it arrived. */
void notify_alive(const struct notifier *notifier);
void notify_stopping(const struct notifier *notifier);

enum { NOTIFY_STATUS_BYTES = 256 };

struct notify_source {
  /* OK while the process's work moves (service/progress.h): only then it tells that it lives. */
  struct result (*alive)(void *context) MUST_USE;

  /* Whether it can take work, and how it is. Called by one thread; may block for seconds. */
  bool (*ready)(void *context, char status[NOTIFY_STATUS_BYTES]);
  void *context;
};

/* Tells what `source` says until one of `signals`, which all threads block, comes; that it ends; returns the signal. */
int notify_until_signal(const struct notifier *notifier, const sigset_t *signals, const struct notify_source *source);

#endif
