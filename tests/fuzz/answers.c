/* The tracker that answers anything. */
#include "answers.h"

#include "fuzz.h"

#define OP_ID "0b8ff0c4-7d1e-4c5e-8a56-0f6b6b1c9f10"
#define MARKER OP_ID ":0123456789abcdef0123456789abcdef"

enum { HEADERS_MAX = 16, CALLS_MAX = 64, NOW_S = 1700000000 };

struct answers {
  struct http http;
  struct str rest;
  int calls;
};

/* -- answers -- */

static struct str next_answer(struct answers *answers) {
  ptrdiff_t end = str_find(answers->rest, "\x1e");
  struct str answer = str_slice(answers->rest, 0, end < 0 ? answers->rest.length : (size_t)end);
  answers->rest = str_slice(answers->rest, end < 0 ? answers->rest.length : (size_t)end + 1, answers->rest.length);
  return answer;
}

static struct str next_line(struct str *rest) {
  ptrdiff_t end = str_find(*rest, "\n");
  struct str line = str_slice(*rest, 0, end < 0 ? rest->length : (size_t)end);
  *rest = str_slice(*rest, end < 0 ? rest->length : (size_t)end + 1, rest->length);
  return line;
}

static size_t read_headers(struct arena *arena, struct str *rest, struct http_header *headers) {
  size_t count = 0;
  for (struct str line = next_line(rest); line.length; line = next_line(rest)) {
    ptrdiff_t colon = str_find(line, ":");
    if (colon > 0 && count < HEADERS_MAX)
      headers[count++] =
          (struct http_header){str_copy(arena, str_slice(line, 0, (size_t)colon)),
                               str_copy(arena, str_trim(str_slice(line, (size_t)colon + 1, line.length)))};
  }
  return count;
}

static struct result call_any(struct http *http, struct arena *arena, const struct http_request *request,
                              struct http_response *out) {
  struct answers *answers = (struct answers *)http;
  (void)request;
  MUST_HOLD(++answers->calls <= CALLS_MAX); /* no answer makes a call go on without an end */
  struct str answer = next_answer(answers);
  int64_t status = 0;
  if (!str_to_i64(next_line(&answer), &status) || status < 100 || status > 599)
    return result_error(RESULT_UNCERTAIN, "no whole answer");
  struct http_header *headers = ARENA_ARRAY(arena, struct http_header, HEADERS_MAX);
  size_t count = read_headers(arena, &answer, headers);
  *out = (struct http_response){
      .status = status, .headers = headers, .header_count = count, .body = str_copy(arena, answer)};
  return RESULT_DONE;
}

static int64_t fixed_now_ms(void) {
  return (int64_t)NOW_S * 1000;
}

/* -- calls -- */

struct attempt {
  const struct answers_case *fixed;
  struct connection *connection;
  struct arena arena;
};

static void check_seen(const struct observation *seen) {
  MUST_HOLD(seen->kind.length && seen->external_id.length);
  MUST_HOLD(seen->gone.length == 0 || seen->fields.count == 0);
}

static struct result try_pull(struct attempt *attempt) {
  struct pull_page page = {0};
  TRY(attempt->fixed->connector->pull(attempt->connection, &attempt->arena, STR("incremental"), (struct str){0},
                                      &page));
  for (size_t i = 0; i < page.observations.count; i++)
    check_seen(&page.observations.at[i]);
  MUST_HOLD(page.cursor.length > 0);
  return RESULT_DONE;
}

static struct external_ref ref_of(const struct attempt *attempt, bool comment) {
  const struct answers_case *fixed = attempt->fixed;
  return (struct external_ref){.kind = comment ? STR("comment") : STR("ticket"),
                               .external_id = comment ? fixed->comment_id : fixed->ticket_id,
                               .parent_external_id = comment ? fixed->ticket_id : (struct str){0}};
}

static struct result try_fetch(struct attempt *attempt, bool comment) {
  struct external_ref ref = ref_of(attempt, comment);
  struct observation seen = {0};
  bool not_modified = false;
  TRY(attempt->fixed->connector->fetch(attempt->connection, &attempt->arena, &ref, &not_modified, &seen));
  if (!not_modified) {
    check_seen(&seen);
    MUST_HOLD(str_equal(seen.external_id, ref.external_id));
  }
  return RESULT_DONE;
}

static struct result try_fetch_ticket(struct attempt *attempt) {
  return try_fetch(attempt, false);
}

static struct result try_fetch_comment(struct attempt *attempt) {
  return try_fetch(attempt, true);
}

static struct result try_fetch_many(struct attempt *attempt) {
  struct external_ref refs[2] = {ref_of(attempt, false), ref_of(attempt, false)};
  struct observation seen[2] = {0};
  if (!attempt->fixed->connector->fetch_many)
    return RESULT_DONE;
  refs[1].external_id = STR("77");
  TRY(attempt->fixed->connector->fetch_many(attempt->connection, &attempt->arena, refs, 2, seen));
  for (size_t i = 0; i < 2; i++)
    MUST_HOLD(str_equal(seen[i].external_id, refs[i].external_id));
  return RESULT_DONE;
}

static struct intent intent_of(const struct attempt *attempt, const char *change, bool comment) {
  bool create = strcmp(change, "create") == 0;
  struct external_ref ref = ref_of(attempt, comment);
  return (struct intent){.id = 1,
                         .change = str_of(change),
                         .kind = ref.kind,
                         .op_id = STR(OP_ID),
                         .external_id = create ? (struct str){0} : ref.external_id,
                         .parent_external_id = ref.parent_external_id};
}

static struct result try_push(struct attempt *attempt, const char *change, bool comment) {
  const struct value texts[] = {{.name = {"body", 4}, .kind = VALUE_TEXT, .text = {"Text", 4}},
                                {.name = {"status", 6}, .kind = VALUE_TEXT, .text = attempt->fixed->done},
                                {.name = {"title", 5}, .kind = VALUE_TEXT, .text = {"Title", 5}}};
  struct intent intent = intent_of(attempt, change, comment);
  struct payload payload = {.marker = STR(MARKER)};
  struct observation seen = {0};
  payload.set = (struct values){texts, comment ? 1 : 3};
  struct push push = {.intent = &intent, .payload = &payload};
  TRY(attempt->fixed->connector->push(attempt->connection, &attempt->arena, &push, &seen));
  check_seen(&seen);
  return RESULT_DONE;
}

static struct result try_create(struct attempt *attempt) {
  return try_push(attempt, "create", false);
}

static struct result try_create_comment(struct attempt *attempt) {
  return try_push(attempt, "create", true);
}

static struct result try_update(struct attempt *attempt) {
  return try_push(attempt, "update", false);
}

static struct result try_delete_comment(struct attempt *attempt) {
  return try_push(attempt, "delete", true);
}

static struct result try_find(struct attempt *attempt) {
  struct intent intent = intent_of(attempt, "create", false);
  struct observation seen = {0};
  intent.high_water = STR("3");
  TRY(attempt->fixed->connector->find(attempt->connection, &attempt->arena, &intent, STR(MARKER), &seen));
  check_seen(&seen);
  return RESULT_DONE;
}

static struct result try_history(struct attempt *attempt) {
  static const struct str labels[] = {{"a", 1}, {"Bug", 3}};
  const struct value set[] = {value_text(STR("title"), STR("Title")), value_text(STR("due_date"), STR("2026-12-24"))},
                     now[] = {value_text(STR("title"), STR("Other")), value_text(STR("due_date"), STR("")),
                              value_set(STR("labels"), NULL, 0)},
                     add = value_set(STR("labels"), labels, 2);
  struct payload payload = {.set = {set, 2}, .add = {&add, 1}};
  struct intent intent = intent_of(attempt, "update", false);
  struct observation seen = {.external_id = intent.external_id, .fields = {now, 3}};
  intent.doubted = &payload;
  if (!attempt->fixed->connector->history)
    return RESULT_DONE;
  TRY(attempt->fixed->connector->history(attempt->connection, &attempt->arena, &intent, &seen, &seen.arrived));
  for (size_t i = 0; i < seen.arrived.count; i++)
    MUST_HOLD(values_find(&seen.fields, seen.arrived.at[i].name));
  return RESULT_DONE;
}

static struct result try_describe(struct attempt *attempt) {
  struct remote_description found = {0};
  return attempt->fixed->connector->describe(attempt->connection, &attempt->arena, &found);
}

static const struct hook own_hook = {.url = {"https://tandem.example/webhooks/rocket", 38},
                                     .secret = {"hook-secret", 11}};

static struct result try_register_hook(struct attempt *attempt) {
  struct hook_found found = {0};
  if (!attempt->fixed->connector->register_hook)
    return RESULT_DONE;
  return attempt->fixed->connector->register_hook(attempt->connection, &attempt->arena, &own_hook, &found);
}

static struct result try_remove_hook(struct attempt *attempt) {
  if (!attempt->fixed->connector->remove_hook)
    return RESULT_DONE;
  return attempt->fixed->connector->remove_hook(attempt->connection, &attempt->arena, &own_hook);
}

static struct result try_hook_failures(struct attempt *attempt) {
  struct hook_failures failures = {0};
  if (!attempt->fixed->connector->hook_failures)
    return RESULT_DONE;
  return attempt->fixed->connector->hook_failures(attempt->connection, &attempt->arena, STR("1"), (struct str){0},
                                                  &failures);
}

static struct result try_scan(struct attempt *attempt) {
  struct scan_found found = {0};
  if (!attempt->fixed->connector->scan)
    return RESULT_DONE;
  return attempt->fixed->connector->scan(attempt->connection, &attempt->arena, (struct str){0}, &found);
}

static struct result (*const calls[])(struct attempt *attempt) = {
    try_pull,           try_fetch_ticket, try_fetch_comment, try_fetch_many,     try_create,
    try_create_comment, try_update,       try_find,          try_delete_comment, try_describe,
    try_register_hook,  try_remove_hook,  try_hook_failures, try_scan,           try_history,
};

void answers_try(const struct answers_case *fixed, const uint8_t *data, size_t size) {
  if (size == 0)
    return;
  struct answers answers = {.http = {.call = call_any}, .rest = fuzz_text(data + 1, size - 1)};
  struct attempt attempt = {.fixed = fixed};
  struct connector_config config = {.project = &fixed->project,
                                    .credential_kind = fixed->credential_kind,
                                    .credential = fixed->credential,
                                    .http = &answers.http,
                                    .now_ms = fixed_now_ms};
  struct result result = fixed->connector->open(&config, &attempt.connection);
  if (result_ok(&result)) {
    result = calls[data[0] % (sizeof calls / sizeof calls[0])](&attempt);
    MUST_HOLD(result_ok(&result) || result.message[0]);
    fixed->connector->close(attempt.connection);
  }
  arena_free(&attempt.arena);
}
