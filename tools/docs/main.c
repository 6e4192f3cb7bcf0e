/* tandem-docs: the documents that are made from the tables.
 *
 *   tandem-docs asyncapi   docs/asyncapi.json, AsyncAPI 3.0 of the event bus
 *   tandem-docs events     docs/events.md, every event with its members
 *   tandem-docs verbs      docs/verbs.md, every verb with its request and reply
 *   tandem-docs configuration   docs/configuration.md, every setting
 *   tandem-docs tables     proto/released/VERSION.json, what later releases are compared with */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/settings.h"
#include "examples.h"
#include "proto/events.h"
#include "proto/verbs.h"
#include "tables.h"

/* -- JSON schemas of records -- */

static cJSON *record_schema(const struct record *record);

static cJSON *typed(const char *type) {
  cJSON *schema = cJSON_CreateObject();
  cJSON_AddStringToObject(schema, "type", type);
  return schema;
}

static cJSON *array_of(cJSON *items) {
  cJSON *schema = typed("array");
  cJSON_AddItemToObject(schema, "items", items);
  return schema;
}

/* name -> text or list of texts */
static cJSON *values_schema(void) {
  cJSON *schema = typed("object"), *either = cJSON_CreateArray(), *any = cJSON_CreateObject();
  cJSON_AddItemToArray(either, typed("string"));
  cJSON_AddItemToArray(either, array_of(typed("string")));
  cJSON_AddItemToObject(any, "oneOf", either);
  cJSON_AddItemToObject(schema, "additionalProperties", any);
  return schema;
}

static cJSON *field_schema(const struct field *field) {
  switch (field->type) {
  case FIELD_STR:
  case FIELD_BYTES:
    return typed("string");
  case FIELD_I64:
    return typed("integer");
  case FIELD_BOOL:
    return typed("boolean");
  case FIELD_VALUES:
    return values_schema();
  case FIELD_INLINE:
  case FIELD_RECORD:
    return record_schema(field->of);
  case FIELD_STRS:
    return array_of(typed("string"));
  case FIELD_LIST:
    return array_of(record_schema(field->of));
  }
  return NULL;
}

static cJSON *record_schema(const struct record *record) {
  cJSON *schema = typed("object"), *properties = cJSON_CreateObject(), *required = cJSON_CreateArray();
  cJSON_AddStringToObject(schema, "description", record->help);
  for (size_t i = 0; i < record->field_count; i++) {
    const struct field *field = &record->fields[i];
    cJSON *property = field_schema(field);
    cJSON_DeleteItemFromObject(property, "description");
    cJSON_AddStringToObject(property, "description", field->help);
    cJSON_AddItemToObject(properties, field->name, property);
    if (field->flags & FIELD_REQUIRED)
      cJSON_AddItemToArray(required, cJSON_CreateString(field->name));
  }
  cJSON_AddItemToObject(schema, "properties", properties);
  if (cJSON_GetArraySize(required))
    cJSON_AddItemToObject(schema, "required", required);
  else
    cJSON_Delete(required);
  return schema;
}

/* -- AsyncAPI -- */

static const struct {
  const char *name, *type, *help;
  bool required;
} attributes[] = {
    {"specversion", "string", "1.0", true},
    {"id", "string", "Unique with source: a UUID.", true},
    {"source", "string", "Who says it.", true},
    {"type", "string", "The event's type; also the topic.", true},
    {"time", "string", "RFC 3339, UTC.", false},
    {"subject", "string", "What it is about: T-12, project/NAME.", false},
    {"sequence", "integer", "Its place in the log, without holes; absent on the heartbeat.", false},
    {"partitionkey", "string", "Events of one key keep their order.", false},
    {"traceparent", "string", "W3C trace context.", false},
};

static cJSON *payload_schema(const struct event_type *event) {
  cJSON *schema = typed("object"), *properties = cJSON_CreateObject(), *required = cJSON_CreateArray();
  for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
    cJSON *property = typed(attributes[i].type);
    cJSON_AddStringToObject(property, "description", attributes[i].help);
    cJSON_AddItemToObject(properties, attributes[i].name, property);
    if (attributes[i].required)
      cJSON_AddItemToArray(required, cJSON_CreateString(attributes[i].name));
  }
  cJSON_AddItemToObject(properties, "data", record_schema(event->data));
  cJSON_AddItemToArray(required, cJSON_CreateString("data"));
  cJSON_AddItemToObject(schema, "properties", properties);
  cJSON_AddItemToObject(schema, "required", required);
  return schema;
}

static const char *short_name(const struct event_type *event) {
  return event->type + strlen("tandem.v1.");
}

static cJSON *reference(const char *place, const char *name) {
  char target[160];
  snprintf(target, sizeof target, "#/%s/%s", place, name);
  cJSON *node = cJSON_CreateObject();
  cJSON_AddStringToObject(node, "$ref", target);
  return node;
}

static void add_event(cJSON *channels, cJSON *operations, cJSON *messages, const struct event_type *event) {
  const char *name = short_name(event);
  cJSON *message = cJSON_AddObjectToObject(messages, name);
  cJSON_AddStringToObject(message, "summary", event->help);
  cJSON_AddStringToObject(message, "contentType", "application/vnd.tandem.event+msgpack");
  cJSON_AddItemToObject(message, "payload", payload_schema(event));

  cJSON *channel = cJSON_AddObjectToObject(channels, name);
  cJSON_AddStringToObject(channel, "address", event->type);
  cJSON_AddItemToObject(cJSON_AddObjectToObject(channel, "messages"), name, reference("components/messages", name));
  cJSON *binding = cJSON_AddObjectToObject(channel, "x-nng");
  cJSON_AddStringToObject(binding, "protocol", "pub/sub");
  cJSON_AddStringToObject(binding, "frame", "topic bytes, one NUL byte, one msgpack map");

  cJSON *operation = cJSON_AddObjectToObject(operations, name);
  cJSON_AddStringToObject(operation, "action", "send");
  cJSON_AddItemToObject(operation, "channel", reference("channels", name));
}

static void print_asyncapi(void) {
  cJSON *root = cJSON_CreateObject();
  cJSON_AddStringToObject(root, "asyncapi", "3.0.0");
  cJSON *info = cJSON_AddObjectToObject(root, "info");
  cJSON_AddStringToObject(info, "title", "tandem events");
  cJSON_AddStringToObject(info, "version", TANDEM_VERSION);
  cJSON_AddStringToObject(info, "description", "Facts that tandem's store has committed, in commit order.");
  cJSON *channels = cJSON_AddObjectToObject(root, "channels"),
        *operations = cJSON_AddObjectToObject(root, "operations");
  cJSON *messages = cJSON_AddObjectToObject(cJSON_AddObjectToObject(root, "components"), "messages");
  for (int id = 0; id < EVENT_COUNT; id++)
    if (event_table[id].flags & EVENT_LOGGED)
      add_event(channels, operations, messages, &event_table[id]);
  char *text = cJSON_Print(root);
  puts(text);
  free(text);
  cJSON_Delete(root);
}

/* -- Markdown -- */

static const char *type_name(const struct field *field) {
  static const char *const names[] = {
      [FIELD_STR] = "text",     [FIELD_BYTES] = "bytes",        [FIELD_I64] = "integer",
      [FIELD_BOOL] = "boolean", [FIELD_VALUES] = "fields",      [FIELD_INLINE] = "map",
      [FIELD_RECORD] = "map",   [FIELD_STRS] = "list of texts", [FIELD_LIST] = "list of maps",
  };
  return names[field->type];
}

static void print_record(const struct record *record) {
  puts("\n| member | type | |\n|---|---|---|");
  for (size_t i = 0; i < record->field_count; i++) {
    const struct field *field = &record->fields[i];
    printf("| `%s`%s | %s%s%s | %s |\n", field->name, field->flags & FIELD_REQUIRED ? " (required)" : "",
           type_name(field), field->of ? ": " : "", field->of ? field->of->name : "", field->help);
  }
}

static void print_example(enum event_id id) {
  struct arena arena = {0};
  printf("\n```json\n%s\n```\n", example_of(&arena, id).at);
  arena_free(&arena);
}

static void print_events(void) {
  puts("# Events\n\nMade by `tandem-docs events` from proto/events.c. How to hear them: docs/client.md and "
       "docs/bus.md; what may\n"
       "change: docs/compatibility.md.");
  for (int id = 0; id < EVENT_COUNT; id++) {
    const struct event_type *event = &event_table[id];
    printf("\n## %s\n\n`%s`. %s%s%s\n", short_name(event), event->type, event->help,
           event->flags & EVENT_ACCEPTED ? " Other services may publish it, by the verb `events.publish`." : "",
           event->flags & EVENT_LOGGED ? "" : " Not logged.");
    print_record(event->data);
    print_example((enum event_id)id);
  }
}

static void print_callers(const struct verb *verb) {
  const char *separator = "";
  printf("\nMay be called by: ");
  for (int role = 0; role < ROLE_COUNT; role++)
    if (verb->callers & 1U << role) {
      printf("%s%s%s", separator, role_names[role], role == ROLE_SERVICE ? " (where its certificate grants it)" : "");
      separator = ", ";
    }
  puts(".");
}

static void print_verbs(void) {
  puts("# Verbs\n\nMade by `tandem-docs verbs` from proto/verbs.c. How to call them: docs/bus.md.");
  for (int id = 0; id < VERB_COUNT; id++) {
    const struct verb *verb = &verb_table[id];
    printf("\n## %s\n\n%s%s\n", verb->name, verb->help,
           verb->flags & VERB_ONCE ? " A repeated request gets the first one's reply." : "");
    print_callers(verb);
    printf("\nRequest: %s\n", verb->request->name);
    print_record(verb->request);
    printf("\nReply: %s\n", verb->reply->name);
    print_record(verb->reply);
  }
}

static void print_configuration(void) {
  struct arena arena = {0};
  puts("# Configuration\n\nMade by `tandem-docs configuration` from lib/base/settings_table.c. Flags come before the "
       "environment, the environment before\n`tandem.yaml` in the state directory.\n");
  fputs(settings_print_reference(&arena).at, stdout);
  arena_free(&arena);
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "asyncapi") == 0)
    return print_asyncapi(), 0;
  if (argc == 2 && strcmp(argv[1], "events") == 0)
    return print_events(), 0;
  if (argc == 2 && strcmp(argv[1], "verbs") == 0)
    return print_verbs(), 0;
  if (argc == 2 && strcmp(argv[1], "configuration") == 0)
    return print_configuration(), 0;
  if (argc == 2 && strcmp(argv[1], "tables") == 0)
    return tables_print(), 0;
  fputs("usage: tandem-docs asyncapi | events | verbs | configuration | tables\n", stderr);
  return 2;
}
