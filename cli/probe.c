/* Asking an adapter's program what a remote is. */
#include "cli/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/settings.h"
#include "cli/format.h"

enum { ANSWER_BYTES_MAX = 4 * 1024 * 1024, ANSWER_TIMEOUT_MS = 90000 };

struct str probe_program(struct arena *arena, const char *name) {
  char self[4096];
  ssize_t length = readlink("/proc/self/exe", self, sizeof self);
  if (length <= 0)
    return str_of(name);
  while (length > 0 && self[length - 1] != '/')
    length--;
  struct str beside = str_format(arena, "%.*s%s", (int)length, self, name);
  return access(beside.at, X_OK) == 0 ? beside : str_of(name);
}

/* -- the child -- */

struct child {
  pid_t pid;
  int in, out;
};

/* The child calls out under the rules that the running adapter has: allowed hosts and the CA file of the settings. */
static struct result put_rules_into_environment(struct invocation *call) {
  struct settings settings;
  TRY(invocation_settings(call, &settings));
  struct str hosts = format_join(call->arena, settings.http_allow_hosts.at, settings.http_allow_hosts.count, ",");
  if (hosts.length)
    setenv("TANDEM_ALLOW_HOSTS", str_c(call->arena, hosts), 1);
  if (settings.http_ca_file.length)
    setenv("TANDEM_HTTP_CA_FILE", str_c(call->arena, settings.http_ca_file), 1);
  return RESULT_DONE;
}

static struct result start(const char *program, struct child *child) {
  int in[2] = {-1, -1}, out[2] = {-1, -1};
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
    return result_error(RESULT_BUG, "no pipe: %s", strerror(errno));
  pid_t pid = fork();
  if (pid < 0)
    return result_error(RESULT_RETRY, "cannot start %s: %s.", program, strerror(errno));
  if (pid == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    execlp(program, program, "--describe", (char *)NULL);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  *child = (struct child){pid, in[1], out[0]};
  return RESULT_DONE;
}

/* A child that has gone away is seen by its status, not by a signal. */
static void send_all(int fd, struct str text) {
  void (*before)(int) = signal(SIGPIPE, SIG_IGN);
  while (text.length) {
    ssize_t written = write(fd, text.at, text.length);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      break;
    text = str_slice(text, (size_t)written, text.length);
  }
  close(fd);
  signal(SIGPIPE, before);
}

/* Everything up to the end or the deadline. */
static bool receive_all(int fd, struct str_builder *text) {
  int64_t deadline_ms = clock_mono_ms() + ANSWER_TIMEOUT_MS;
  char piece[8192];
  for (;;) {
    int64_t left_ms = deadline_ms - clock_mono_ms();
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    int ready = left_ms > 0 ? poll(&wait, 1, (int)left_ms) : 0;
    if (ready < 0 && errno == EINTR)
      continue;
    ssize_t length = ready > 0 ? read(fd, piece, sizeof piece) : -1;
    if (length <= 0 || text->length > ANSWER_BYTES_MAX)
      return length == 0;
    str_append(text, (struct str){piece, (size_t)length});
  }
}

static struct result exchange(const char *program, struct str question, struct str_builder *answer, int *status) {
  struct child child = {0};
  TRY(start(program, &child));
  send_all(child.in, question);
  bool whole = receive_all(child.out, answer);
  close(child.out);
  if (!whole)
    kill(child.pid, SIGKILL);
  while (waitpid(child.pid, status, 0) < 0 && errno == EINTR)
    ;
  if (!whole)
    return result_error(RESULT_RETRY, "no answer within %d s. Check the network and try again.",
                        ANSWER_TIMEOUT_MS / 1000);
  if (WIFEXITED(*status) && WEXITSTATUS(*status) == 127 && answer->length == 0)
    return result_error(RESULT_BUG, "%s cannot be started. It belongs beside the tandem program: install it again.",
                        program);
  return RESULT_DONE;
}

/* -- the answer -- */

static struct str question_of(struct arena *arena, const struct probe_request *request) {
  const struct {
    const char *name;
    struct str text;
  } members[] = {{"base_url", request->base_url},
                 {"remote", request->remote},
                 {"credential_kind", request->credential_kind},
                 {"credential", request->credential},
                 {"options", request->options}};
  struct str_builder text = {.arena = arena};
  str_append_c(&text, "{");
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
    if (str_is_absent(members[i].text))
      continue;
    str_append_format(&text, "%s\"%s\":", text.length > 1 ? "," : "", members[i].name);
    json_append_quoted(&text, members[i].text);
  }
  str_append_c(&text, "}\n");
  return str_built(&text);
}

static struct str advice(struct arena *arena, const struct tracker *tracker, enum result_code code) {
  switch (code) {
  case RESULT_AUTH:
    return str_of(tracker->credential_advice);
  case RESULT_GONE:
    return str_format(arena, "Check --%s, and that the credential may see it.", tracker->remote_option);
  case RESULT_RETRY:
  case RESULT_UNCERTAIN:
    return STR("Check the network and --base-url, and try again.");
  default:
    return STR("Correct it and try again.");
  }
}

static struct result failure_of(struct arena *arena, const struct tracker *tracker, const cJSON *answer) {
  struct str code_name = json_str(answer, "code"), message = json_str(answer, "message");
  enum result_code code = result_code_named(code_name.at ? code_name.at : "", code_name.length);
  if (code == RESULT_OK)
    code = RESULT_BUG;
  bool ends = str_ends_with(message, ".") || str_ends_with(message, "!");
  return result_error(code, "%s%s %.*s", str_c(arena, message), ends ? "" : ".", STR_FMT(advice(arena, tracker, code)));
}

struct result probe_remote(struct invocation *call, const struct tracker *tracker, const struct probe_request *request,
                           struct remote_description *out) {
  struct str program = probe_program(call->arena, str_format(call->arena, "tandem-adapter-%s", tracker->system).at);
  struct str_builder answer = {.arena = call->arena};
  int status = 0;
  TRY(put_rules_into_environment(call));
  TRY(exchange(program.at, question_of(call->arena, request), &answer, &status));
  cJSON *tree;
  struct result result = json_parse(str_built(&answer), &tree);
  if (!result_ok(&result))
    return result_error(RESULT_BUG, "%s gave no answer that can be read (status %d). See its messages above.",
                        program.at, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    result = json_tree_to_record(call->arena, &record_remote_description, tree, out);
  else
    result = failure_of(call->arena, tracker, tree);
  cJSON_Delete(tree);
  return result;
}
