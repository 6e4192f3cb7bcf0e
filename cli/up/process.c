/* Starting children. */
#include "cli/up/process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/up/files.h"

enum { EXIT_CANNOT_EXECUTE = 127 };

static void end_child(const char *doing, const char *what) {
  dprintf(STDERR_FILENO, "cannot %s %s: %s\n", doing, what, strerror(errno));
  _exit(EXIT_CANNOT_EXECUTE);
}

static void become(const struct process_user *user) {
  gid_t group = user->gid;
  if (setgroups(1, &group) != 0 || setresgid(group, group, group) != 0 ||
      setresuid(user->uid, user->uid, user->uid) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    end_child("become", "the service user (is this a container without CAP_SETUID?)");
}

static void reset_signals(void) {
  sigset_t none;
  for (int number = 1; number < 32; number++)
    signal(number, SIG_DFL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static void connect_files(const struct process_spec *spec) {
  int input = spec->stdin_file >= 0 ? spec->stdin_file : open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(input, STDIN_FILENO);
  int log = spec->log_path ? files_open_log(spec->log_path) : STDERR_FILENO;
  if (log < 0)
    end_child("open", spec->log_path);
  dup2(log, STDOUT_FILENO);
  if (log != STDERR_FILENO)
    dup2(log, STDERR_FILENO);
  if (spec->kept_file >= 0)
    fcntl(spec->kept_file, F_SETFD, 0);
}

/* The signal on our death is cleared by a change of user, so it comes after; then our death before it is looked for. */
static void run_child(const struct process_spec *spec, pid_t parent) {
  setpgid(0, 0);
  connect_files(spec);
  if (spec->user)
    become(spec->user);
  prctl(PR_SET_PDEATHSIG, spec->death_signal);
  if (getppid() != parent)
    _exit(EXIT_CANNOT_EXECUTE);
  reset_signals();
  execve(spec->argv[0], (char *const *)spec->argv, (char *const *)spec->envp);
  end_child("execute", spec->argv[0]);
}

struct result process_spawn(const struct process_spec *spec, pid_t *out) {
  pid_t parent = getpid(), child = fork();
  if (child < 0)
    return result_error(RESULT_RETRY, "cannot start %s: %s", spec->name, strerror(errno));
  if (child == 0)
    run_child(spec, parent);
  *out = child;
  return RESULT_DONE;
}

struct result process_run(struct arena *arena, const struct process_spec *spec) {
  pid_t child;
  int status;
  char end[PROCESS_END_BYTES];
  TRY(process_spawn(spec, &child));
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      return result_error(RESULT_BUG, "waiting for %s: %s", spec->name, strerror(errno));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return RESULT_DONE;
  process_describe_end(status, end);
  struct str last = spec->log_path ? files_last_line(arena, spec->log_path, "") : (struct str){0};
  return result_error(RESULT_REJECTED, "%s failed (%s): %.*s; see %s", spec->name, end,
                      (int)(last.length < 100 ? last.length : 100), last.at ? last.at : "",
                      spec->log_path ? spec->log_path : "its output");
}

void process_describe_end(int wait_status, char out[PROCESS_END_BYTES]) {
  if (WIFSIGNALED(wait_status))
    snprintf(out, PROCESS_END_BYTES, "signal %d (%s)", WTERMSIG(wait_status), strsignal(WTERMSIG(wait_status)));
  else
    snprintf(out, PROCESS_END_BYTES, "exit status %d", WEXITSTATUS(wait_status));
}
