/* Fault points: dying on demand. */
#include "base/fault.h"

#ifdef TANDEM_FAULT_POINTS

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct plan {
  char name[64];
  int countdown;
  int log_fd;
};

static struct plan plan = {.log_fd = -1};
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void read_plan(void) {
  const char *kill_at = getenv("TANDEM_FAULT_KILL");
  const char *log_file = getenv("TANDEM_FAULT_LOG");
  if (kill_at) {
    const char *colon = strchr(kill_at, ':');
    snprintf(plan.name, sizeof plan.name, "%.*s", colon ? (int)(colon - kill_at) : (int)strlen(kill_at), kill_at);
    plan.countdown = colon ? (int)strtol(colon + 1, NULL, 10) : 1;
  }
  if (log_file)
    plan.log_fd = open(log_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

void fault_point(const char *name) {
  pthread_once(&once, read_plan);
  if (plan.log_fd >= 0)
    dprintf(plan.log_fd, "%s\n", name);
  if (!plan.name[0] || strcmp(plan.name, name) != 0)
    return;
  pthread_mutex_lock(&mutex);
  bool now = --plan.countdown == 0;
  pthread_mutex_unlock(&mutex);
  if (now)
    kill(getpid(), SIGKILL);
}

void fault_point_of(const char *name, const char *detail) {
  char full[sizeof plan.name];
  snprintf(full, sizeof full, "%s.%s", name, detail);
  fault_point(full);
}

#else
typedef int fault_points_are_off;
#endif
