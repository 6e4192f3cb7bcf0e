/* One child process: starting it so that it cannot outlive us, and how it ended. */
#ifndef UP_PROCESS_H
#define UP_PROCESS_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

/* Whom to become before the program starts: no groups, no way back, no new privileges. */
struct process_user {
  uid_t uid;
  gid_t gid;
};

struct process_spec {
  const char *name;        /* for logs: "store", "conflict-2" */
  const char *const *argv; /* argv[0] is the program's path */
  const char *const *envp;
  const char *log_path;            /* where stdout and stderr go; NULL = where ours go */
  const struct process_user *user; /* NULL = stay who we are */
  int stdin_file;                  /* -1 = /dev/null */
  int kept_file;                   /* a descriptor that the program inherits under the same number; -1 = none */
  int death_signal;                /* sent to it when we die */
};

/* Forks and executes. A program that cannot be executed ends with status 127 and says why in its log. */
struct result process_spawn(const struct process_spec *spec, pid_t *out) MUST_USE;

/* Runs it to its end. RESULT_REJECTED with its last line when it fails. */
struct result process_run(struct arena *arena, const struct process_spec *spec) MUST_USE;

enum { PROCESS_END_BYTES = 48 };

/* "exit status 3", "signal 9 (Killed)" from a wait status. */
void process_describe_end(int wait_status, char out[PROCESS_END_BYTES]);

#endif
