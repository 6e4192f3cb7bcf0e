/* What GitHub could not deliver. It repeats nothing by itself: its list of attempts, newest first, is read down to
 * where it was known, and an attempt can be repeated for three days.
 * https://docs.github.com/en/webhooks/using-webhooks/automatically-redelivering-failed-deliveries-for-a-repository-webhook
 */
#include "adapter-github/github.h"
#include "adapter-github/hooks.h"

enum { PAGES_MAX = 10, KEPT_MS = 3 * 24 * 3600 * 1000 };

bool github_is_number(struct str text) {
  for (size_t i = 0; i < text.length; i++)
    if (text.at[i] < '0' || text.at[i] > '9')
      return false;
  return text.length > 0;
}

struct str github_quote_long_numbers(struct arena *arena, struct str json) {
  enum { LONG_DIGITS = 16 };
  struct str_builder out = {.arena = arena};
  bool in_text = false;
  for (size_t i = 0; i < json.length;) {
    size_t end = i;
    while (!in_text && end < json.length && json.at[end] >= '0' && json.at[end] <= '9')
      end++;
    /* Not a part of a fraction or an exponent. */
    bool whole = i == 0 || !strchr("+-.eE", json.at[i - 1]);
    bool ends = end >= json.length || !strchr(".eE", json.at[end]);
    if (end - i >= LONG_DIGITS && whole && ends) {
      str_append_format(&out, "\"%.*s\"", (int)(end - i), json.at + i);
      i = end;
      continue;
    }
    size_t step = end > i ? end - i : in_text && json.at[i] == '\\' && i + 1 < json.length ? 2 : 1;
    if (json.at[i] == '"')
      in_text = !in_text;
    str_append(&out, str_slice(json, i, i + step));
    i += step;
  }
  return str_built(&out);
}

/* -- reading -- */

struct reading {
  struct arena *arena;
  struct str known, newest; /* the newest attempt of the last look, and of this one */
  int64_t too_old_ms;
  bool reached;        /* what follows is known or too old */
  struct str *arrived; /* deliveries of which an attempt succeeded */
  size_t arrived_count, arrived_capacity;
  struct failed_delivery *failed;
  size_t failed_count, failed_capacity;
};

static struct str id_of(struct arena *arena, const cJSON *delivery) {
  int64_t number = json_i64(delivery, "id");
  struct str text =
      number > 0 ? str_format(arena, "%lld", (long long)number) : str_copy(arena, json_str(delivery, "id"));
  return github_is_number(text) ? text : (struct str){0};
}

static bool is_newer(struct str id, struct str than) {
  return id.length != than.length ? id.length > than.length : str_compare(id, than) > 0;
}

static bool has_arrived(const struct reading *reading, struct str guid) {
  for (size_t i = 0; i < reading->arrived_count; i++)
    if (str_equal(reading->arrived[i], guid))
      return true;
  return false;
}

/* Of several failed attempts the newest comes first, and stands for the delivery. */
static bool is_noted(const struct reading *reading, struct str guid) {
  for (size_t i = 0; i < reading->failed_count; i++)
    if (str_equal(reading->failed[i].delivery_id, guid))
      return true;
  return false;
}

static bool is_of_interest(struct str event) {
  return str_is(event, "issues") || str_is(event, "issue_comment");
}

static void note_failed(struct reading *r, struct str guid, struct str id, const cJSON *attempt) {
  r->failed = arena_room(r->arena, r->failed, r->failed_count, &r->failed_capacity, sizeof *r->failed);
  r->failed[r->failed_count++] = (struct failed_delivery){.delivery_id = guid,
                                                          .attempt_id = id,
                                                          .event = str_copy(r->arena, json_str(attempt, "event")),
                                                          .status = json_i64(attempt, "status_code"),
                                                          .failed_at_ms = json_time_ms(attempt, "delivered_at")};
}

static void note_arrived(struct reading *r, struct str guid) {
  r->arrived = arena_room(r->arena, r->arrived, r->arrived_count, &r->arrived_capacity, sizeof *r->arrived);
  r->arrived[r->arrived_count++] = guid;
}

static void take_attempt(struct reading *r, const cJSON *attempt) {
  struct str id = id_of(r->arena, attempt), guid = str_copy(r->arena, json_str(attempt, "guid"));
  int64_t status = json_i64(attempt, "status_code");
  if (id.length == 0 || guid.length == 0)
    return;
  if ((r->known.length && !is_newer(id, r->known)) || json_time_ms(attempt, "delivered_at") < r->too_old_ms) {
    r->reached = true;
    return;
  }
  if (r->newest.length == 0 || is_newer(id, r->newest))
    r->newest = id;
  if (status >= 200 && status < 300)
    note_arrived(r, guid);
  else if (is_of_interest(json_str(attempt, "event")) && !has_arrived(r, guid) && !is_noted(r, guid))
    note_failed(r, guid, id, attempt);
}

static struct result read_page(struct reading *r, const struct github_answer *answer) {
  cJSON *list;
  const cJSON *attempt;
  struct github_answer quoted = *answer;
  quoted.body = github_quote_long_numbers(r->arena, answer->body);
  TRY(github_json("GET", &quoted, &list));
  bool fits = cJSON_IsArray(list);
  cJSON_ArrayForEach(attempt, list) {
    if (!r->reached)
      take_attempt(r, attempt);
  }
  cJSON_Delete(list);
  return fits ? RESULT_DONE : result_error(RESULT_RETRY, "GitHub's list of deliveries is not a list");
}

/* -- the operations -- */

static struct result request_of(struct arena *arena, const char *method, struct str hook_id, struct str rest,
                                struct github_request *out) {
  bool of_app = str_is(hook_id, GITHUB_APP_HOOK);
  if (!of_app && !github_is_number(hook_id))
    return result_error(RESULT_REJECTED, "\"%.*s\" is no webhook of GitHub", STR_FMT(hook_id));
  *out = (struct github_request){.method = method, .scope = of_app ? AT_API : AT_REPO, .as_app = of_app};
  out->path = of_app ? str_format(arena, "/app/hook/deliveries%.*s", STR_FMT(rest))
                     : str_format(arena, "/hooks/%.*s/deliveries%.*s", STR_FMT(hook_id), STR_FMT(rest));
  return RESULT_DONE;
}

struct result github_hook_failures(struct connection *c, struct arena *arena, struct str hook_id, struct str newest,
                                   struct hook_failures *out) {
  struct github_request request;
  struct reading r = {
      .arena = arena, .known = newest, .newest = newest, .too_old_ms = c->now_ms() + c->clock_ahead_ms - KEPT_MS};
  TRY(request_of(arena, "GET", hook_id, STR("?per_page=100"), &request));
  for (int page = 0; page < PAGES_MAX && !r.reached; page++) {
    struct github_answer answer = {0};
    TRY(github_call(c, arena, &request, &answer));
    TRY(read_page(&r, &answer));
    request.scope = AT_URL;
    request.path = github_link(answer.link, "next");
    if (request.path.length == 0)
      break;
  }
  out->newest = r.newest;
  out->failed.at = r.failed;
  out->failed.count = r.failed_count;
  return RESULT_DONE;
}

struct result github_redeliver(struct connection *c, struct arena *arena, struct str hook_id, struct str attempt_id) {
  struct github_request request;
  struct github_answer answer = {0};
  if (!github_is_number(attempt_id))
    return result_error(RESULT_REJECTED, "\"%.*s\" is no delivery of GitHub", STR_FMT(attempt_id));
  TRY(request_of(arena, "POST", hook_id, str_format(arena, "/%.*s/attempts", STR_FMT(attempt_id)), &request));
  struct result result = github_call(c, arena, &request, &answer);
  /* Twice the same delivery is one here. */
  return result.code == RESULT_UNCERTAIN ? RESULT_DONE : result;
}
