/* Names, types and obligations; no help texts, which may change. */
#include "tables.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/events.h"
#include "proto/verbs.h"

static const char *const type_names[] = {
    [FIELD_STR] = "text",     [FIELD_BYTES] = "bytes",        [FIELD_I64] = "integer",
    [FIELD_BOOL] = "boolean", [FIELD_VALUES] = "fields",      [FIELD_INLINE] = "map",
    [FIELD_RECORD] = "map",   [FIELD_STRS] = "list of texts", [FIELD_LIST] = "list of maps",
};

static cJSON *members_of(const struct record *record) {
  cJSON *members = cJSON_CreateObject();
  for (size_t i = 0; i < record->field_count; i++) {
    const struct field *field = &record->fields[i];
    cJSON *member = cJSON_AddObjectToObject(members, field->name);
    cJSON_AddStringToObject(member, "type", type_names[field->type]);
    if (field->flags & FIELD_REQUIRED)
      cJSON_AddTrueToObject(member, "required");
    if (field->of)
      cJSON_AddItemToObject(member, "members", members_of(field->of));
  }
  return members;
}

static void add_event(cJSON *events, const struct event_type *type) {
  cJSON *event = cJSON_AddObjectToObject(events, type->type);
  cJSON_AddBoolToObject(event, "logged", (type->flags & EVENT_LOGGED) != 0);
  cJSON_AddBoolToObject(event, "accepted", (type->flags & EVENT_ACCEPTED) != 0);
  cJSON_AddItemToObject(event, "data", members_of(type->data));
}

static void add_verb(cJSON *verbs, const struct verb *table) {
  cJSON *verb = cJSON_AddObjectToObject(verbs, table->name), *callers = cJSON_AddArrayToObject(verb, "callers");
  for (int role = 0; role < ROLE_COUNT; role++)
    if (table->callers & 1U << role)
      cJSON_AddItemToArray(callers, cJSON_CreateString(role_names[role]));
  cJSON_AddBoolToObject(verb, "once", (table->flags & VERB_ONCE) != 0);
  cJSON_AddItemToObject(verb, "request", members_of(table->request));
  cJSON_AddItemToObject(verb, "reply", members_of(table->reply));
}

void tables_print(void) {
  cJSON *root = cJSON_CreateObject(), *events = cJSON_AddObjectToObject(root, "events");
  cJSON *verbs = cJSON_AddObjectToObject(root, "verbs");
  for (int id = 0; id < EVENT_COUNT; id++)
    add_event(events, &event_table[id]);
  for (int id = 0; id < VERB_COUNT; id++)
    add_verb(verbs, &verb_table[id]);
  char *text = cJSON_PrintUnformatted(root);
  puts(text);
  cJSON_free(text);
  cJSON_Delete(root);
}
