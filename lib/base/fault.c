/* Fault points: dying on demand. */
#include "base/fault.h"

#ifdef TANDEM_FAULT_POINTS

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_DEATHS = 256 };

struct death {
  char name[64];
  long countdown;
};

static struct {
  struct death deaths[MOST_DEATHS];
  size_t count;
  int log_fd, killed_fd;
} plan = {.log_fd = -1, .killed_fd = -1};
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static int open_log(const char *variable) {
  const char *path = getenv(variable);
  return path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
}

/* One "name" or "name:N". */
static void plan_death(const char *text, size_t length) {
  if (!length || plan.count == MOST_DEATHS)
    return;
  struct death *death = &plan.deaths[plan.count++];
  const char *colon = memchr(text, ':', length);
  snprintf(death->name, sizeof death->name, "%.*s", (int)(colon ? (size_t)(colon - text) : length), text);
  death->countdown = colon ? strtol(colon + 1, NULL, 10) : 1;
}

static void read_plan(void) {
  plan.log_fd = open_log("TANDEM_FAULT_LOG");
  plan.killed_fd = open_log("TANDEM_FAULT_KILLED");
  const char *kill_at = getenv("TANDEM_FAULT_KILL");
  for (const char *at = kill_at ? kill_at : ""; *at;) {
    size_t length = strcspn(at, ",");
    plan_death(at, length);
    at += length + (at[length] == ',');
  }
}

/* The mutex is never given back by whoever dies: a process dies at one point. */
static void come_to(struct death *death) {
  pthread_mutex_lock(&mutex);
  if (--death->countdown == 0) {
    if (plan.killed_fd >= 0)
      dprintf(plan.killed_fd, "%s\n", death->name);
    kill(getpid(), SIGKILL);
  }
  pthread_mutex_unlock(&mutex);
}

void fault_point(const char *name) {
  pthread_once(&once, read_plan);
  if (plan.log_fd >= 0)
    dprintf(plan.log_fd, "%s\n", name);
  for (size_t i = 0; i < plan.count; i++)
    if (strcmp(plan.deaths[i].name, name) == 0)
      come_to(&plan.deaths[i]);
}

void fault_point_of(const char *name, const char *detail) {
  char full[sizeof plan.deaths[0].name];
  snprintf(full, sizeof full, "%s.%s", name, detail);
  fault_point(full);
}

#else
typedef int fault_points_are_off;
#endif
