/* Telling systemd, or `tandem up`, how it goes. */
#include "service/notify.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum { STARTING_LOOK_MS = 250, LOOK_MS = 15000, WATCHDOG_MOST_S = 86400 };

/* -- the environment -- */

/* A path, or '@' and a name in the abstract namespace (unix(7)). */
static bool read_address(const char *name, struct notifier *out) {
  size_t length = strlen(name);
  if ((name[0] != '/' && name[0] != '@') || length < 2 || length >= sizeof out->address.sun_path)
    return false;
  out->address = (struct sockaddr_un){.sun_family = AF_UNIX};
  memcpy(out->address.sun_path, name, length);
  if (name[0] == '@')
    out->address.sun_path[0] = '\0';
  out->address_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (name[0] == '/'));
  return true;
}

/* A whole number of the environment, 0 when it is absent or anything else. */
static int64_t read_number(const char *name) {
  const char *value = getenv(name);
  int64_t number = 0;
  return value && str_to_i64(str_of(value), &number) && number > 0 ? number : 0;
}

static int64_t read_watchdog_ms(void) {
  int64_t pid = read_number("WATCHDOG_PID"), asked_us = read_number("WATCHDOG_USEC");
  if (asked_us == 0 || asked_us > (int64_t)WATCHDOG_MOST_S * 1000000 || (pid != 0 && pid != getpid()))
    return 0;
  return asked_us < 4000 ? 1 : asked_us / 2000;
}

struct notifier notify_open(void) {
  struct notifier notifier = {.file = -1};
  const char *name = getenv("NOTIFY_SOCKET");
  if (name && *name && !read_address(name, &notifier))
    log_event(LOG_WARNING, "notify_socket_unusable", LOG_C("address", name));
  else if (name && *name && (notifier.file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) < 0)
    log_event(LOG_WARNING, "notify_socket_unusable", LOG_C("address", name), LOG_C("why", strerror(errno)));
  notifier.watchdog_ms = notifier.file >= 0 ? read_watchdog_ms() : 0;
  unsetenv("NOTIFY_SOCKET");
  unsetenv("WATCHDOG_USEC");
  unsetenv("WATCHDOG_PID");
  return notifier;
}

/* -- telling -- */

/* False when it has to be told again: the listener's queue is full. Not connected, because systemd makes its socket
 * anew when it is updated. */
static bool tell(const struct notifier *notifier, const char *text) {
  if (notifier->file < 0)
    return true;
  ssize_t sent = sendto(notifier->file, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&notifier->address,
                        notifier->address_length);
  if (sent >= 0)
    return true;
  log_event(LOG_DEBUG, "not_notified", LOG_C("text", text), LOG_C("why", strerror(errno)));
  return errno != EAGAIN && errno != ENOBUFS;
}

bool notify_ready(const struct notifier *notifier) {
  return tell(notifier, "READY=1");
}

void notify_alive(const struct notifier *notifier) {
  tell(notifier, "WATCHDOG=1");
}

void notify_stopping(const struct notifier *notifier) {
  tell(notifier, "STOPPING=1\nSTATUS=Stopping");
}

bool notify_status(const struct notifier *notifier, const char *status) {
  char text[sizeof "STATUS=" + NOTIFY_STATUS_BYTES];
  snprintf(text, sizeof text, "STATUS=%s", status);
  for (char *c = text; *c; c++)
    if (iscntrl((unsigned char)*c))
      *c = ' ';
  return tell(notifier, text);
}

/* -- until the end -- */

struct told {
  bool ready;
  char status[NOTIFY_STATUS_BYTES];
  int64_t look_at_ms, alive_at_ms; /* monotonic: when next */
};

static void look(const struct notifier *notifier, const struct notify_source *source, struct told *told) {
  char status[NOTIFY_STATUS_BYTES] = "";
  bool ready = source->ready(source->context, status);
  if (strcmp(status, told->status) != 0 && notify_status(notifier, status))
    memcpy(told->status, status, sizeof status);
  told->ready = told->ready || (ready && notify_ready(notifier));
  told->look_at_ms = clock_mono_ms() + (told->ready ? LOOK_MS : STARTING_LOOK_MS);
}

static void show_life(const struct notifier *notifier, const struct notify_source *source, struct told *told) {
  struct result alive = source->alive(source->context);
  if (result_ok(&alive))
    notify_alive(notifier);
  else
    log_event(LOG_ERROR, "standstill", LOG_RESULT(&alive));
  told->alive_at_ms = clock_mono_ms() + notifier->watchdog_ms;
}

/* 0 when the moment has come before a signal. */
static int wait_until(const sigset_t *signals, int64_t moment_ms) {
  int64_t left_ms = moment_ms - clock_mono_ms();
  left_ms = left_ms < 0 ? 0 : left_ms;
  const struct timespec wait = {.tv_sec = left_ms / 1000, .tv_nsec = left_ms % 1000 * 1000000};
  int number = sigtimedwait(signals, NULL, &wait);
  return number > 0 ? number : 0;
}

int notify_until_signal(const struct notifier *notifier, const sigset_t *signals, const struct notify_source *source) {
  struct told told = {.alive_at_ms = notifier->watchdog_ms ? 0 : INT64_MAX};
  int number = 0;
  if (notifier->file < 0)
    sigwait(signals, &number);
  while (number == 0) {
    int64_t now_ms = clock_mono_ms();
    if (now_ms >= told.alive_at_ms)
      show_life(notifier, source, &told);
    if (now_ms >= told.look_at_ms)
      look(notifier, source, &told);
    number = wait_until(signals, told.alive_at_ms < told.look_at_ms ? told.alive_at_ms : told.look_at_ms);
  }
  notify_stopping(notifier);
  return number;
}
