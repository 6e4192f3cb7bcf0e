/* The driver: reads calls, makes them, checks what any connector must hold to, prints what came back. */
#include "contract/connector_contract.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/json.h"

/* -- a client whose timeout the script chooses -- */

struct hurried_http {
  struct http http;
  struct http *inner;
  int64_t timeout_ms;
};

static struct result hurried_call(struct http *http, struct arena *arena, const struct http_request *request,
                                  struct http_response *out) {
  struct hurried_http *hurried = (struct hurried_http *)http;
  struct http_request copy = *request;
  if (hurried->timeout_ms)
    copy.timeout_ms = hurried->timeout_ms;
  return hurried->inner->call(hurried->inner, arena, &copy, out);
}

/* The stored credential, as a store would keep it for a renewing connector. */
struct driver_renewal {
  struct credential_renewal renewal;
  struct arena *arena;
  struct str secret;
  int saves;
};

struct driver {
  const struct connector *connector;
  struct connection *connection;
  struct hurried_http http;
  struct driver_renewal renewal;
  struct arena arena; /* of the connection */
  struct project project;
};

/* One call and its answer. */
struct call {
  struct driver *driver;
  struct arena *arena;
  const cJSON *in;
  cJSON *out;
  cJSON *broken;
  bool hints; /* observations without fields are fine: they are of a webhook */
};

/* -- what any connector must hold to -- */

static void require(struct call *call, bool holds, const char *rule) {
  if (!holds)
    cJSON_AddItemToArray(call->broken, cJSON_CreateString(rule));
}

/* `hint`: of a webhook that only says where to look; then there need be no more than the ids. */
static void check_observation(struct call *call, const struct observation *seen, bool hint) {
  bool ticket = str_is(seen->kind, "ticket"), gone = seen->gone.length > 0;
  require(call, ticket || str_is(seen->kind, "comment"), "kind is ticket or comment");
  require(call, seen->external_id.length > 0, "external_id is there");
  require(call, seen->external_key.length > 0, "external_key is there");
  require(call, ticket || seen->parent_external_id.length > 0, "a comment has a parent");
  require(call, gone || hint || seen->version > 0, "version is there");
  require(call, gone || hint || seen->fields.count > 0, "fields are there");
  require(call, !gone || seen->fields.count == 0, "what is gone has no fields");
  require(call,
          !gone || str_is(seen->gone, "deleted") || str_is(seen->gone, "transferred") ||
              str_is(seen->gone, "unreadable"),
          "gone is deleted, transferred or unreadable");
  require(call, gone || hint || !ticket || values_find(&seen->fields, STR("title")) != NULL, "a ticket has a title");
  require(call, str_find(values_text(&seen->fields, "body"), "tandem:v1:") < 0 || seen->marker.length == 0,
          "a marker is not part of the body");
}

static cJSON *observation_node(struct call *call, const struct observation *seen) {
  check_observation(call, seen, call->hints && seen->fields.count == 0);
  return json_from_record(&record_observation, seen, false);
}

/* -- arguments -- */

static const cJSON *argument(const struct call *call, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(call->in, name);
}

static struct str argument_str(const struct call *call, const char *name) {
  return str_copy(call->arena, json_str(call->in, name));
}

static struct result argument_record(const struct call *call, const char *name, const struct record *record,
                                     void *out) {
  return json_tree_to_record(call->arena, record, argument(call, name), out);
}

/* -- operations -- */

static void close_connection(struct driver *driver) {
  if (driver->connection)
    driver->connector->close(driver->connection);
  driver->connection = NULL;
  arena_reset(&driver->arena);
}

static struct str keep(struct call *call, const char *name) {
  return str_copy(&call->driver->arena, json_str(call->in, name));
}

/* What is stored is what was saved last; the script sees it in each answer as `stored_credential`. */
static struct result renewal_begin(struct credential_renewal *renewal, struct arena *arena, struct str *out,
                                   bool *out_done) {
  struct driver_renewal *own = (struct driver_renewal *)renewal;
  *out = str_copy(arena, own->secret);
  *out_done = false;
  return RESULT_DONE;
}

static struct result renewal_save(struct credential_renewal *renewal, struct str secret) {
  struct driver_renewal *own = (struct driver_renewal *)renewal;
  own->secret = str_copy(own->arena, secret);
  own->saves++;
  return RESULT_DONE;
}

static struct result op_open(struct call *call) {
  struct driver *driver = call->driver;
  close_connection(driver);
  char *credential = cJSON_PrintUnformatted(argument(call, "credential"));
  struct connector_config config = {.project = &driver->project,
                                    .credential_kind = keep(call, "credential_kind"),
                                    .credential = str_copy(&driver->arena, str_of(credential)),
                                    .renewal = &driver->renewal.renewal,
                                    .http = &driver->http.http,
                                    .now_ms = clock_now_ms};
  driver->renewal = (struct driver_renewal){
      .renewal = {renewal_begin, renewal_save}, .arena = &driver->arena, .secret = config.credential};
  free(credential);
  driver->http.timeout_ms = json_i64(call->in, "timeout_ms");
  driver->project = (struct project){.id = 1,
                                     .system = str_of(driver->connector->system),
                                     .base_url = keep(call, "base_url"),
                                     .remote = keep(call, "remote"),
                                     .options = keep(call, "options"),
                                     .credential = keep(call, "credential_name")};
  return driver->connector->open(&config, &driver->connection);
}

static struct result op_pull(struct call *call) {
  struct driver *driver = call->driver;
  struct pull_page page = {0};
  TRY(driver->connector->pull(driver->connection, call->arena, argument_str(call, "mode"), argument_str(call, "cursor"),
                              &page));
  cJSON *list = cJSON_AddArrayToObject(call->out, "observations");
  for (size_t i = 0; i < page.observations.count; i++)
    cJSON_AddItemToArray(list, observation_node(call, &page.observations.at[i]));
  cJSON_AddStringToObject(call->out, "cursor", str_c(call->arena, page.cursor));
  cJSON_AddBoolToObject(call->out, "done", page.done);
  cJSON_AddBoolToObject(call->out, "unchanged", page.unchanged);
  cJSON_AddStringToObject(call->out, "note", str_c(call->arena, page.note));
  require(call, page.cursor.length > 0, "a page has a cursor");
  require(call, !page.unchanged || (page.done && page.observations.count == 0),
          "unchanged means done, and nothing seen");
  return RESULT_DONE;
}

static struct external_ref ref_of(struct arena *arena, const cJSON *ref) {
  return (struct external_ref){.kind = str_copy(arena, json_str(ref, "kind")),
                               .external_id = str_copy(arena, json_str(ref, "external_id")),
                               .parent_external_id = str_copy(arena, json_str(ref, "parent_external_id")),
                               .etag = str_copy(arena, json_str(ref, "etag"))};
}

static struct result op_fetch(struct call *call) {
  struct driver *driver = call->driver;
  struct external_ref asked = ref_of(call->arena, argument(call, "ref"));
  struct observation seen = {0};
  bool not_modified = false;
  TRY(driver->connector->fetch(driver->connection, call->arena, &asked, &not_modified, &seen));
  cJSON_AddBoolToObject(call->out, "not_modified", not_modified);
  require(call, !not_modified || (asked.etag.length && str_is_absent(seen.kind)), "not modified leaves out untouched");
  if (not_modified)
    return RESULT_DONE;
  require(call, str_equal(seen.external_id, asked.external_id), "the one that was asked for comes back");
  cJSON_AddItemToObject(call->out, "observation", observation_node(call, &seen));
  return RESULT_DONE;
}

static struct result op_fetch_many(struct call *call) {
  struct driver *driver = call->driver;
  struct external_ref refs[FETCH_MANY_MAX];
  struct observation seen[FETCH_MANY_MAX] = {0};
  size_t count = 0;
  const cJSON *ref;
  if (!driver->connector->fetch_many)
    return result_error(RESULT_REJECTED, "this connector fetches one at a time");
  cJSON_ArrayForEach(ref, argument(call, "refs")) {
    if (count == FETCH_MANY_MAX)
      return result_error(RESULT_BUG, "more than FETCH_MANY_MAX refs");
    refs[count++] = ref_of(call->arena, ref);
  }
  TRY(driver->connector->fetch_many(driver->connection, call->arena, refs, count, seen));
  cJSON *list = cJSON_AddArrayToObject(call->out, "observations");
  for (size_t i = 0; i < count; i++) {
    require(call, str_equal(seen[i].external_id, refs[i].external_id), "each one comes back in its place");
    cJSON_AddItemToArray(list, observation_node(call, &seen[i]));
  }
  return RESULT_DONE;
}

static void check_created(struct call *call, const struct payload *payload, const struct observation *made) {
  require(call, made->gone.length == 0, "what was created is not gone");
  require(call, str_equal(made->marker, payload->marker), "what was created shows its marker");
  require(call, made->author_is_self, "what was created is our own");
}

static struct result op_push(struct call *call) {
  struct driver *driver = call->driver;
  struct intent intent = {0};
  struct payload payload = {0};
  struct observation fresh = {0}, returned = {0};
  TRY(argument_record(call, "intent", &record_intent, &intent));
  TRY(argument_record(call, "payload", &record_payload, &payload));
  if (argument(call, "fresh"))
    TRY(argument_record(call, "fresh", &record_observation, &fresh));
  struct push push = {.intent = &intent, .payload = &payload, .fresh = argument(call, "fresh") ? &fresh : NULL};
  TRY(driver->connector->push(driver->connection, call->arena, &push, &returned));
  require(call, str_is(intent.change, "create") || str_equal(returned.external_id, intent.external_id),
          "an update returns its target");
  require(call, str_is(intent.change, "delete") == (returned.gone.length > 0),
          "what was deleted is gone, and only that");
  if (str_is(intent.change, "create"))
    check_created(call, &payload, &returned);
  cJSON_AddItemToObject(call->out, "observation", observation_node(call, &returned));
  return RESULT_DONE;
}

static struct result argument_pushed(const struct call *call, const cJSON *node, struct pushed *out) {
  struct intent *intent = ARENA_NEW(call->arena, struct intent);
  struct payload *payload = ARENA_NEW(call->arena, struct payload);
  struct observation *fresh = ARENA_NEW(call->arena, struct observation);
  const cJSON *seen = json_member(node, "fresh");
  TRY(json_tree_to_record(call->arena, &record_intent, json_member(node, "intent"), intent));
  TRY(json_tree_to_record(call->arena, &record_payload, json_member(node, "payload"), payload));
  if (cJSON_IsObject(seen))
    TRY(json_tree_to_record(call->arena, &record_observation, seen, fresh));
  out->push = (struct push){.intent = intent, .payload = payload, .fresh = cJSON_IsObject(seen) ? fresh : NULL};
  return RESULT_DONE;
}

static cJSON *pushed_node(struct call *call, const struct pushed *one) {
  const struct intent *intent = one->push.intent;
  cJSON *node = cJSON_CreateObject();
  cJSON_AddStringToObject(node, "code", result_code_name(one->result.code));
  cJSON_AddStringToObject(node, "message", one->result.message);
  cJSON_AddStringToObject(node, "field", one->result.field);
  require(call, one->done, "each has its outcome");
  if (!result_ok(&one->result))
    return node;
  if (str_is(intent->change, "create"))
    check_created(call, one->push.payload, &one->seen);
  else
    require(call, str_equal(one->seen.external_id, intent->external_id), "an update returns its target");
  cJSON_AddItemToObject(node, "observation", observation_node(call, &one->seen));
  return node;
}

typedef void push_many_fn(struct connection *connection, struct arena *arena, struct pushed *all, size_t count);

static struct result push_many(struct call *call, push_many_fn *push) {
  struct pushed all[PUSH_MANY_MAX] = {0};
  size_t count = 0;
  const cJSON *one;
  cJSON_ArrayForEach(one, argument(call, "pushes")) {
    if (count == PUSH_MANY_MAX)
      return result_error(RESULT_BUG, "more than PUSH_MANY_MAX pushes");
    TRY(argument_pushed(call, one, &all[count++]));
  }
  push(call->driver->connection, call->arena, all, count);
  cJSON *list = cJSON_AddArrayToObject(call->out, "outcomes");
  for (size_t i = 0; i < count; i++)
    cJSON_AddItemToArray(list, pushed_node(call, &all[i]));
  return RESULT_DONE;
}

static struct result op_create_many(struct call *call) {
  return push_many(call, call->driver->connector->create_many);
}

static struct result op_change_many(struct call *call) {
  return push_many(call, call->driver->connector->change_many);
}

static struct result op_find(struct call *call) {
  struct driver *driver = call->driver;
  struct intent intent = {0};
  struct observation found = {0};
  TRY(argument_record(call, "intent", &record_intent, &intent));
  TRY(driver->connector->find(driver->connection, call->arena, &intent, argument_str(call, "marker"), &found));
  require(call, !str_is(intent.change, "create") || found.author_is_self, "what is found is our own");
  cJSON_AddItemToObject(call->out, "observation", observation_node(call, &found));
  return RESULT_DONE;
}

static struct result op_history(struct call *call) {
  struct driver *driver = call->driver;
  struct intent intent = {0};
  struct observation seen = {0};
  struct observation answer = {0};
  if (!driver->connector->history)
    return result_error(RESULT_REJECTED, "this connector has no history");
  TRY(argument_record(call, "intent", &record_intent, &intent));
  TRY(argument_record(call, "seen", &record_observation, &seen));
  TRY(driver->connector->history(driver->connection, call->arena, &intent, &seen, &answer.arrived));
  cJSON_AddItemToObject(call->out, "observation", json_from_record(&record_observation, &answer, false));
  return RESULT_DONE;
}

static struct result op_verify(struct call *call) {
  struct webhook_request request = {.event = argument_str(call, "event"),
                                    .delivery_id = argument_str(call, "delivery_id"),
                                    .signature = argument_str(call, "signature"),
                                    .timestamp = argument_str(call, "timestamp"),
                                    .authorization = argument_str(call, "authorization"),
                                    .body = argument_str(call, "body"),
                                    .now_ms = clock_now_ms()};
  enum webhook_verdict verdict = call->driver->connector->verify(&request, argument_str(call, "secret"));
  cJSON_AddBoolToObject(call->out, "genuine", verdict == WEBHOOK_GENUINE);
  cJSON_AddBoolToObject(call->out, "untimely", verdict == WEBHOOK_UNTIMELY);
  return RESULT_DONE;
}

static struct result op_translate(struct call *call) {
  struct list list = {0};
  struct project project = {.remote = argument_str(call, "remote"), .options = argument_str(call, "options")};
  TRY(call->driver->connector->translate(call->arena, &project, argument_str(call, "event"), argument_str(call, "body"),
                                         &list));
  call->hints = true;
  cJSON *nodes = cJSON_AddArrayToObject(call->out, "observations");
  for (size_t i = 0; i < list.count; i++)
    cJSON_AddItemToArray(nodes, observation_node(call, &((const struct observation *)list.at)[i]));
  return RESULT_DONE;
}

static struct hook hook_of(struct call *call) {
  return (struct hook){.url = argument_str(call, "url"),
                       .secret = argument_str(call, "secret"),
                       .id = argument_str(call, "id"),
                       .repair = json_bool(call->in, "repair")};
}

static struct result op_register_hook(struct call *call) {
  struct hook hook = hook_of(call);
  struct hook_found found = {0};
  TRY(call->driver->connector->register_hook(call->driver->connection, call->arena, &hook, &found));
  cJSON_AddStringToObject(call->out, "id", str_c(call->arena, found.id));
  cJSON_AddNumberToObject(call->out, "expires_at_ms", (double)found.expires_at_ms);
  cJSON_AddNumberToObject(call->out, "check_in_ms", (double)found.check_in_ms);
  cJSON_AddBoolToObject(call->out, "repaired", found.repaired);
  return RESULT_DONE;
}

static struct result op_remove_hook(struct call *call) {
  struct hook hook = hook_of(call);
  return call->driver->connector->remove_hook(call->driver->connection, call->arena, &hook);
}

static struct result op_hook_failures(struct call *call) {
  struct hook_failures found = {0};
  TRY(call->driver->connector->hook_failures(call->driver->connection, call->arena, argument_str(call, "id"),
                                             argument_str(call, "newest"), &found));
  cJSON *list = cJSON_AddArrayToObject(call->out, "failed");
  for (size_t i = 0; i < found.failed.count; i++) {
    cJSON *one = cJSON_CreateObject();
    cJSON_AddStringToObject(one, "delivery_id", str_c(call->arena, found.failed.at[i].delivery_id));
    cJSON_AddStringToObject(one, "attempt_id", str_c(call->arena, found.failed.at[i].attempt_id));
    cJSON_AddStringToObject(one, "event", str_c(call->arena, found.failed.at[i].event));
    cJSON_AddNumberToObject(one, "status", (double)found.failed.at[i].status);
    cJSON_AddNumberToObject(one, "failed_at_ms", (double)found.failed.at[i].failed_at_ms);
    cJSON_AddItemToArray(list, one);
  }
  cJSON_AddStringToObject(call->out, "newest", str_c(call->arena, found.newest));
  return RESULT_DONE;
}

static struct result op_redeliver(struct call *call) {
  return call->driver->connector->redeliver(call->driver->connection, call->arena, argument_str(call, "id"),
                                            argument_str(call, "attempt"));
}

static struct result op_scan(struct call *call) {
  struct scan_found found = {0};
  if (!call->driver->connector->scan)
    return result_error(RESULT_REJECTED, "this connector scans nothing");
  TRY(call->driver->connector->scan(call->driver->connection, call->arena, argument_str(call, "cursor"), &found));
  cJSON *ids = cJSON_AddArrayToObject(call->out, "ids");
  for (size_t i = 0; i < found.ids.count; i++)
    cJSON_AddItemToArray(ids, json_string(call->arena, found.ids.at[i]));
  cJSON_AddBoolToObject(call->out, "counted", found.counted);
  cJSON_AddNumberToObject(call->out, "count", (double)found.count);
  cJSON_AddStringToObject(call->out, "cursor", str_c(call->arena, found.cursor));
  cJSON_AddBoolToObject(call->out, "done", found.done);
  require(call, found.done || found.cursor.length > 0, "a page that is not the last has a cursor");
  return RESULT_DONE;
}

static struct result op_describe(struct call *call) {
  struct remote_description found = {0};
  TRY(call->driver->connector->describe(call->driver->connection, call->arena, &found));
  cJSON_AddItemToObject(call->out, "description", json_from_record(&record_remote_description, &found, false));
  return RESULT_DONE;
}

/* -- the loop -- */

static const struct {
  const char *name;
  bool connected;
  struct result (*run)(struct call *call);
} operations[] = {
    {"open", false, op_open},
    {"pull", true, op_pull},
    {"fetch", true, op_fetch},
    {"fetch_many", true, op_fetch_many},
    {"push", true, op_push},
    {"create_many", true, op_create_many},
    {"change_many", true, op_change_many},
    {"find", true, op_find},
    {"history", true, op_history},
    {"describe", true, op_describe},
    {"verify", false, op_verify},
    {"translate", false, op_translate},
    {"register_hook", true, op_register_hook},
    {"remove_hook", true, op_remove_hook},
    {"hook_failures", true, op_hook_failures},
    {"redeliver", true, op_redeliver},
    {"scan", true, op_scan},
};

static struct result run(struct call *call) {
  struct str op = json_str(call->in, "op");
  for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
    if (str_is(op, operations[i].name))
      return operations[i].connected && !call->driver->connection
                 ? result_error(RESULT_BUG, "%s before open", operations[i].name)
                 : operations[i].run(call);
  return result_error(RESULT_BUG, "there is no operation %.*s", STR_FMT(op));
}

static void add_renewal(struct call *call) {
  const struct driver_renewal *renewal = &call->driver->renewal;
  if (renewal->saves)
    cJSON_AddStringToObject(call->out, "stored_credential", str_c(call->arena, renewal->secret));
}

static void add_usage(struct call *call) {
  struct usage usage = {0};
  if (call->driver->connection)
    call->driver->connector->take_usage(call->driver->connection, &usage);
  cJSON_AddItemToObject(call->out, "usage", json_from_record(&record_usage, &usage, false));
}

static void answer_line(struct driver *driver, struct arena *arena, struct str line) {
  cJSON *in = NULL;
  struct call call = {.driver = driver, .arena = arena, .out = cJSON_CreateObject()};
  call.broken = cJSON_AddArrayToObject(call.out, "broken");
  struct result result = json_parse(line, &in);
  call.in = in;
  if (result_ok(&result))
    result = run(&call);
  cJSON_AddStringToObject(call.out, "code", result_code_name(result.code));
  cJSON_AddStringToObject(call.out, "message", result.message);
  cJSON_AddStringToObject(call.out, "field", result.field);
  cJSON_AddNumberToObject(call.out, "retry_after_ms", (double)result.retry_after_ms);
  add_usage(&call);
  add_renewal(&call);
  cJSON_Delete(in);
  struct str text = json_print(arena, call.out);
  printf("%.*s\n", STR_FMT(text));
  fflush(stdout);
}

int connector_contract_main(const struct connector *connector) {
  const struct str here = STR("127.0.0.1");
  const struct http_options options = {.allowed_hosts = &here, .allowed_host_count = 1};
  struct driver driver = {.connector = connector};
  struct arena arena = {0};
  char *line = NULL;
  size_t capacity = 0;
  driver.http = (struct hurried_http){.http = {.call = hurried_call}, .inner = http_open(&options)};
  for (ssize_t length; (length = getline(&line, &capacity, stdin)) > 0; arena_reset(&arena))
    answer_line(&driver, &arena, (struct str){line, (size_t)length});
  close_connection(&driver);
  driver.http.inner->close(driver.http.inner);
  arena_free(&driver.arena);
  arena_free(&arena);
  free(line);
  return 0;
}
