/* An adapter's program as a child of the command line: what it is to do comes by a flag, its input by stdin. */
#include "cli/adapter_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/settings.h"
#include "cli/format.h"

struct str adapter_child_beside(struct arena *arena, const char *name) {
  char self[4096];
  ssize_t length = readlink("/proc/self/exe", self, sizeof self);
  if (length <= 0)
    return str_of(name);
  while (length > 0 && self[length - 1] != '/')
    length--;
  struct str beside = str_format(arena, "%.*s%s", (int)length, self, name);
  return access(beside.at, X_OK) == 0 ? beside : str_of(name);
}

struct str adapter_child_program(struct arena *arena, const char *system) {
  return adapter_child_beside(arena, str_format(arena, "tandem-adapter-%s", system).at);
}

/* The child calls out under the rules that the running adapter has: allowed hosts and the CA file of the settings. */
struct result adapter_child_rules(struct invocation *call) {
  struct settings settings;
  TRY(invocation_settings(call, &settings));
  struct str hosts = format_join(call->arena, settings.http_allow_hosts.at, settings.http_allow_hosts.count, ",");
  if (hosts.length)
    setenv("TANDEM_ALLOW_HOSTS", str_c(call->arena, hosts), 1);
  if (settings.http_ca_file.length)
    setenv("TANDEM_HTTP_CA_FILE", str_c(call->arena, settings.http_ca_file), 1);
  return RESULT_DONE;
}

struct result adapter_child_start(const char *program, const char *mode, struct adapter_child *child) {
  int in[2] = {-1, -1}, out[2] = {-1, -1};
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
    return result_error(RESULT_BUG, "no pipe: %s", strerror(errno));
  pid_t pid = fork();
  if (pid < 0)
    return result_error(RESULT_RETRY, "cannot start %s: %s.", program, strerror(errno));
  if (pid == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    execlp(program, program, mode, (char *)NULL);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  *child = (struct adapter_child){pid, in[1], out[0]};
  return RESULT_DONE;
}

/* A child that has gone away is seen by its status, not by a signal. */
void adapter_child_send(struct adapter_child *child, struct str text) {
  void (*before)(int) = signal(SIGPIPE, SIG_IGN);
  while (text.length) {
    ssize_t written = write(child->in, text.at, text.length);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      break;
    text = str_slice(text, (size_t)written, text.length);
  }
  close(child->in);
  signal(SIGPIPE, before);
}
