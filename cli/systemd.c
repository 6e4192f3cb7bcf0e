/* Asking systemd's own programs. */
#include "cli/systemd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { OUTPUT_BYTES_MAX = 64 * 1024, NOT_FOUND = 127 };

/* Where the user's manager has its socket; it is not in the environment after `su`. */
static struct str runtime_folder(struct arena *arena) {
  const char *folder = getenv("XDG_RUNTIME_DIR");
  return folder && *folder ? str_copy(arena, str_of(folder)) : str_format(arena, "/run/user/%d", (int)getuid());
}

struct result systemd_check(const struct systemd *systemd) {
  if (systemd->system && access("/run/systemd/system", F_OK) != 0)
    return result_error(RESULT_RETRY, "systemd does not run this machine. `tandem up` starts everything without it and "
                                      "polls by itself; to have it after a restart of the machine, let whatever starts "
                                      "services here run `tandem up --foreground`");
  struct str socket = str_format(systemd->arena, "%.*s/systemd/private", STR_FMT(runtime_folder(systemd->arena)));
  if (!systemd->system && access(socket.at, F_OK) != 0)
    return result_error(RESULT_RETRY,
                        "systemd does not run services of this user here (there is no %s). `tandem up` starts "
                        "everything without it and polls by itself; with the system's systemd, an administrator says "
                        "`tandem scheduler enable --system`",
                        socket.at);
  return RESULT_DONE;
}

/* -- running -- */

static void build(const char *program, const struct systemd *systemd, const char *const *words,
                  const char *out[SYSTEMD_WORDS_MAX + 3]) {
  size_t count = 0;
  out[count++] = program;
  out[count++] = systemd->system ? "--system" : "--user";
  for (size_t i = 0; i < SYSTEMD_WORDS_MAX && words[i]; i++)
    out[count++] = words[i];
  out[count] = NULL;
}

static void execute(const struct systemd *systemd, const char *const *arguments) {
  if (!systemd->system)
    setenv("XDG_RUNTIME_DIR", str_c(systemd->arena, runtime_folder(systemd->arena)), 1);
  execvp(arguments[0], (char *const *)arguments);
}

/* Its stdout goes to `stdout_file`, its stderr to `stderr_file`. */
static struct result start(const struct systemd *systemd, const char *const *words, int stdout_file, int stderr_file,
                           pid_t *out) {
  const char *arguments[SYSTEMD_WORDS_MAX + 3];
  build("systemctl", systemd, words, arguments);
  fflush(NULL);
  pid_t pid = fork();
  if (pid < 0)
    return result_error(RESULT_RETRY, "cannot start systemctl: %s", strerror(errno));
  if (pid == 0) {
    dup2(stdout_file, STDOUT_FILENO);
    dup2(stderr_file, STDERR_FILENO);
    setenv("LC_ALL", "C", 1);
    setenv("TZ", "UTC", 1);
    execute(systemd, arguments);
    _exit(NOT_FOUND);
  }
  *out = pid;
  return RESULT_DONE;
}

/* `said`: its stderr, whose first line is the reason; absent where that was not read. */
static struct result finish(pid_t pid, const char *const *words, struct str said) {
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      return result_error(RESULT_BUG, "waiting for systemctl: %s", strerror(errno));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return RESULT_DONE;
  if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND)
    return result_error(RESULT_REJECTED, "there is no systemctl here, though systemd runs: install Debian's `systemd`");
  ptrdiff_t end = str_find(said, "\n");
  struct str reason = str_trim(str_slice(said, 0, end < 0 ? said.length : (size_t)end));
  return result_error(RESULT_REJECTED, "`systemctl %s` failed: %.*s", words[0],
                      STR_FMT(reason.length ? reason : STR("it does not say why")));
}

static struct str read_all(struct arena *arena, int file) {
  char *text = arena_alloc(arena, OUTPUT_BYTES_MAX);
  size_t length = 0;
  for (;;) {
    ssize_t got = read(file, text + length, OUTPUT_BYTES_MAX - length);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return (struct str){text, length};
    length += (size_t)got;
  }
}

/* What `words` say where, of stdout and stderr, `both` or stdout alone is read. */
static struct result ask(const struct systemd *systemd, const char *const *words, bool both, struct str *out) {
  int files[2];
  pid_t pid = -1;
  if (pipe2(files, O_CLOEXEC) != 0)
    return result_error(RESULT_RETRY, "no pipe: %s", strerror(errno));
  struct result result = start(systemd, words, files[1], both ? files[1] : STDERR_FILENO, &pid);
  close(files[1]);
  *out = result_ok(&result) ? read_all(systemd->arena, files[0]) : (struct str){0};
  close(files[0]);
  TRY(result);
  return finish(pid, words, both ? *out : (struct str){0});
}

struct result systemd_do(const struct systemd *systemd, const char *const *words) {
  struct str said = {0};
  struct result result = ask(systemd, words, true, &said);
  if (said.length)
    fwrite(said.at, 1, said.length, stderr);
  return result;
}

struct result systemd_show(const struct systemd *systemd, const char *unit, const char *names, struct str *out) {
  const char *const words[] = {"show", unit, "--property", names, NULL};
  struct str text;
  TRY(ask(systemd, words, false, &text));
  *out = text;
  return RESULT_DONE;
}

struct result systemd_become_journal(const struct systemd *systemd, const char *const *words) {
  const char *arguments[SYSTEMD_WORDS_MAX + 3];
  build("journalctl", systemd, words, arguments);
  fflush(NULL);
  execute(systemd, arguments);
  return result_error(RESULT_REJECTED, "cannot run journalctl: %s", strerror(errno));
}

/* -- reading what it says -- */

struct str systemd_value(struct str lines, const char *name) {
  size_t length = strlen(name);
  while (lines.length) {
    ptrdiff_t newline = str_find(lines, "\n");
    struct str line = str_slice(lines, 0, newline < 0 ? lines.length : (size_t)newline);
    lines = str_slice(lines, newline < 0 ? lines.length : (size_t)newline + 1, lines.length);
    if (line.length > length + 1 && str_starts_with(line, name) && line.at[length] == '=')
      return str_slice(line, length + 1, line.length);
  }
  return (struct str){0};
}

int64_t systemd_moment_ms(struct arena *arena, struct str value) {
  struct tm moment = {0};
  const char *text = str_is_absent(value) ? "" : str_c(arena, value), *blank = strchr(text, ' ');
  const char *end = blank ? strptime(blank + 1, "%Y-%m-%d %H:%M:%S", &moment) : NULL;
  return end && strcmp(end, " UTC") == 0 ? (int64_t)timegm(&moment) * 1000 : 0;
}
