/* Asking an adapter's program what a remote is. */
#include "cli/probe.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "cli/adapter_child.h"

enum { ANSWER_BYTES_MAX = 4 * 1024 * 1024, ANSWER_TIMEOUT_MS = 90000 };

/* -- the child -- */

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
  struct adapter_child child = {0};
  TRY(adapter_child_start(program, "--describe", &child));
  adapter_child_send(&child, question);
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
    return str_format(arena, "Check --%s and the credential, and try again.", tracker->remote_option);
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
  const char *next = ": store a new one"; /* what the advice says for this command */
  if (code == RESULT_AUTH && str_ends_with(message, next))
    message = str_slice(message, 0, message.length - strlen(next));
  bool ends = str_ends_with(message, ".") || str_ends_with(message, "!");
  return result_error(code, "%s%s %.*s", str_c(arena, message), ends ? "" : ".", STR_FMT(advice(arena, tracker, code)));
}

struct result probe_remote(struct invocation *call, const struct tracker *tracker, const struct probe_request *request,
                           struct remote_description *out) {
  struct str program = adapter_child_program(call->arena, tracker->system);
  struct str_builder answer = {.arena = call->arena};
  int status = 0;
  TRY(adapter_child_rules(call));
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
