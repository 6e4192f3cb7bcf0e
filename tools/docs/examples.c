/* The data is written here; what is printed went through the event's record, so an example cannot have other members.
 */
#include "examples.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"

struct example {
  const char *subject, *key, *data;
};

static const struct example examples[EVENT_COUNT] = {
    [EVENT_SYNC_STARTED] = {"project/rocket", "project/rocket",
                            "{\"session\":12,\"project\":\"rocket\",\"mode\":\"incremental\",\"trigger\":\"poll\"}"},
    [EVENT_SYNC_COMPLETED] =
        {"project/rocket", "project/rocket",
         "{\"session\":12,\"project\":\"rocket\",\"mode\":\"incremental\",\"imported\":2,\"updated\":1,"
         "\"created\":1,\"pushed\":3,\"conflicts\":1,\"api_calls\":9,\"duration_ms\":812}"},
    [EVENT_SYNC_ERROR] =
        {"project/rocket", "project/rocket",
         "{\"session\":13,\"project\":\"rocket\",\"code\":\"auth\",\"message\":\"GitHub refuses the token\","
         "\"next_step\":\"tandem credentials rotate rocket\"}"},
    [EVENT_CONFLICT_DETECTED] = {"T-12", "T-12",
                                 "{\"conflict\":4,\"project\":\"rocket\",\"ticket\":\"T-12\",\"external_key\":\"#12\","
                                 "\"field\":\"title\",\"kind\":\"both_changed\"}"},
    [EVENT_CONFLICT_RESOLVED] =
        {"T-12", "T-12",
         "{\"conflict\":4,\"project\":\"rocket\",\"ticket\":\"T-12\",\"external_key\":\"#12\","
         "\"field\":\"title\",\"kind\":\"both_changed\",\"winner\":\"local\",\"decided_by\":\"user:ann\"}"},
    [EVENT_EXTERNAL_TICKET_CREATED] =
        {"T-12", "T-12",
         "{\"project\":\"rocket\",\"ticket\":\"T-12\",\"external_key\":\"#12\","
         "\"url\":\"https://github.com/acme/rocket/issues/12\",\"direction\":\"imported\","
         "\"fields\":[\"title\",\"description\",\"labels\"]}"},
    [EVENT_EXTERNAL_TICKET_UPDATED] = {"T-12", "T-12",
                                       "{\"project\":\"rocket\",\"ticket\":\"T-12\",\"external_key\":\"#12\","
                                       "\"url\":\"https://github.com/acme/rocket/issues/12\",\"direction\":\"pushed\","
                                       "\"fields\":[\"status\"]}"},
    [EVENT_TICKET_CREATED] =
        {"T-13", "T-13",
         "{\"ticket\":\"T-13\",\"by\":\"crm\",\"privacy\":\"public\",\"names\":[\"title\",\"labels\"],"
         "\"fields\":{\"title\":\"The customer waits\",\"labels\":[\"crm\"]}}"},
    [EVENT_TICKET_UPDATED] =
        {"T-13", "T-13", "{\"ticket\":\"T-13\",\"by\":\"user:ann\",\"privacy\":\"shareable\",\"names\":[\"title\"]}"},
    [EVENT_PROJECT_CONFIGURED] = {"project/rocket", "project/rocket",
                                  "{\"project\":\"rocket\",\"system\":\"github\",\"remote\":\"acme/rocket\","
                                  "\"direction\":\"bidirectional\",\"strategy\":\"manual\",\"state\":\"active\"}"},
    [EVENT_CREDENTIAL_EXPIRING] = {"credential/rocket", "credential/rocket",
                                   "{\"credential\":\"rocket\",\"system\":\"github\",\"projects\":[\"rocket\"],"
                                   "\"expires_ms\":1790000000000,\"next_step\":\"tandem credentials rotate rocket\"}"},
    [EVENT_HEARTBEAT] = {NULL, NULL, "{\"head\":4711}"},
};

static _Noreturn void die(enum event_id id, const char *reason) {
  fprintf(stderr, "tandem-docs: the example of %s in tools/docs/examples.c: %s\n", event_table[id].type, reason);
  exit(1);
}

static void check_members(enum event_id id, const cJSON *data) {
  const struct record *record = event_table[id].data;
  const cJSON *member;
  cJSON_ArrayForEach(member, data) {
    size_t i = 0;
    while (i < record->field_count && strcmp(record->fields[i].name, member->string) != 0)
      i++;
    if (i == record->field_count)
      die(id, member->string);
  }
}

/* The data as the store writes it: with every member. */
static cJSON *data_of(struct arena *arena, enum event_id id) {
  const struct record *record = event_table[id].data;
  cJSON *data;
  struct result result = json_parse(str_of(examples[id].data), &data);
  if (!result_ok(&result))
    die(id, result.message);
  check_members(id, data);
  void *object = arena_alloc(arena, record->size_bytes);
  result = json_tree_to_record(arena, record, data, object);
  if (!result_ok(&result))
    die(id, result.message);
  cJSON_Delete(data);
  return json_from_record(record, object, true);
}

static void add(cJSON *event, const char *name, const char *text) {
  if (text)
    cJSON_AddStringToObject(event, name, text);
}

static struct str one_attribute_a_line(struct arena *arena, const cJSON *event) {
  struct str_builder text = {.arena = arena};
  const cJSON *attribute;
  cJSON_ArrayForEach(attribute, event) {
    char *value = cJSON_PrintUnformatted(attribute);
    str_append_format(&text, "%s\n  \"%s\": %s", text.length ? "," : "{", attribute->string, value);
    cJSON_free(value);
  }
  str_append_c(&text, "\n}");
  return str_built(&text);
}

struct str example_of(struct arena *arena, enum event_id id) {
  if (!examples[id].data)
    die(id, "there is none");
  cJSON *event = cJSON_CreateObject();
  add(event, "specversion", "1.0");
  add(event, "id", "0196f2b4-6a3c-4d0e-9a57-3f1c2b7d8e90");
  add(event, "source", "tandem/store");
  add(event, "type", event_table[id].type);
  add(event, "time", "2026-01-31T08:15:00.250Z");
  add(event, "subject", examples[id].subject);
  add(event, "partitionkey", examples[id].key);
  if (event_table[id].flags & EVENT_LOGGED)
    cJSON_AddNumberToObject(event, "sequence", 4711);
  cJSON_AddItemToObject(event, "data", data_of(arena, id));
  struct str text = one_attribute_a_line(arena, event);
  cJSON_Delete(event);
  return text;
}
