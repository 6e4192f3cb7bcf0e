/* Event frames: topic, NUL, msgpack map. */
#include <cjson/cJSON.h>
#include <msgpack.h>

#include "base/json.h"
#include "base/msgpack.h"
#include "proto/events.h"

static void put_text(msgpack_packer *packer, struct str text) {
  msgpack_pack_str(packer, text.length);
  msgpack_pack_str_body(packer, text.at ? text.at : "", text.length);
}

static void put_number(msgpack_packer *packer, double number) {
  if (number >= -9007199254740992.0 && number <= 9007199254740992.0 && number == (double)(int64_t)number)
    msgpack_pack_int64(packer, (int64_t)number);
  else
    msgpack_pack_double(packer, number);
}

static void put_json(msgpack_packer *packer, const cJSON *node) {
  const cJSON *child;
  if (cJSON_IsString(node)) {
    put_text(packer, str_of(node->valuestring));
  } else if (cJSON_IsNumber(node)) {
    put_number(packer, node->valuedouble);
  } else if (cJSON_IsBool(node)) {
    cJSON_IsTrue(node) ? msgpack_pack_true(packer) : msgpack_pack_false(packer);
  } else if (cJSON_IsArray(node)) {
    msgpack_pack_array(packer, (size_t)cJSON_GetArraySize(node));
    cJSON_ArrayForEach(child, node) put_json(packer, child);
  } else if (cJSON_IsObject(node)) {
    msgpack_pack_map(packer, (size_t)cJSON_GetArraySize(node));
    cJSON_ArrayForEach(child, node) {
      put_text(packer, str_of(child->string));
      put_json(packer, child);
    }
  } else {
    msgpack_pack_nil(packer);
  }
}

struct attribute {
  const char *name;
  struct str value;
};

static void put_attributes(msgpack_packer *packer, const struct stored_event *event) {
  const struct attribute attributes[] = {
      {"specversion", STR("1.0")},
      {"id", event->id},
      {"source", event->source},
      {"type", event->type},
      {"time", event->time},
      {"subject", event->subject},
      {"partitionkey", event->partitionkey},
      {"traceparent", event->traceparent},
  };
  size_t count = sizeof attributes / sizeof attributes[0], present = 0;
  for (size_t i = 0; i < count; i++)
    present += !str_is_absent(attributes[i].value);
  msgpack_pack_map(packer, present + (event->sequence ? 2 : 1));
  for (size_t i = 0; i < count; i++) {
    if (str_is_absent(attributes[i].value))
      continue;
    put_text(packer, str_of(attributes[i].name));
    put_text(packer, attributes[i].value);
  }
  if (event->sequence) {
    put_text(packer, STR("sequence"));
    msgpack_pack_int64(packer, event->sequence);
  }
  put_text(packer, STR("data"));
}

/* The data, from its JSON text unless it is there in packed form already. */
static struct result put_data(msgpack_packer *packer, const struct stored_event *event) {
  if (event->packed.length)
    return packer->callback(packer->data, event->packed.at, event->packed.length), RESULT_DONE;
  cJSON *data;
  TRY(json_parse(event->data, &data));
  bool fits = cJSON_IsObject(data);
  if (fits)
    put_json(packer, data);
  cJSON_Delete(data);
  return fits ? RESULT_DONE : result_error(RESULT_REJECTED, "an event's data is not a JSON object");
}

struct result event_to_frame(struct arena *arena, const struct stored_event *event, struct str *out) {
  if (event->type.length == 0)
    return result_error(RESULT_REJECTED, "an event needs a type");
  msgpack_sbuffer buffer;
  msgpack_sbuffer_init(&buffer);
  msgpack_put_bytes(&buffer, event->type.at, event->type.length);
  msgpack_put_bytes(&buffer, "", 1);
  msgpack_packer packer;
  msgpack_packer_init(&packer, &buffer, msgpack_put_bytes);
  put_attributes(&packer, event);
  struct result result = put_data(&packer, event);
  if (result_ok(&result) && buffer.size > EVENT_BYTES_MAX)
    result = result_error(RESULT_REJECTED, "event is larger than %d bytes", EVENT_BYTES_MAX);
  if (result_ok(&result))
    *out = str_copy(arena, (struct str){buffer.data, buffer.size});
  msgpack_sbuffer_destroy(&buffer);
  return result;
}

struct result event_data_to_msgpack(struct arena *arena, struct str data, struct str *out) {
  const struct stored_event event = {.data = data};
  msgpack_sbuffer buffer;
  msgpack_sbuffer_init(&buffer);
  msgpack_packer packer;
  msgpack_packer_init(&packer, &buffer, msgpack_put_bytes);
  struct result result = put_data(&packer, &event);
  if (result_ok(&result))
    *out = str_copy(arena, (struct str){buffer.data, buffer.size});
  msgpack_sbuffer_destroy(&buffer);
  return result;
}

/* -- reading -- */

static void append_json(struct str_builder *json, const msgpack_object *object);

static void append_number(struct str_builder *json, double number) {
  if (number - number == 0) /* neither infinite nor NaN: JSON has no word for these */
    str_append_format(json, "%.17g", number);
  else
    str_append_c(json, "null");
}

/* A key that is not a text has no form in JSON: its member is left out. */
static void append_members(struct str_builder *json, const msgpack_object *map) {
  const char *comma = "";
  for (uint32_t i = 0; i < map->via.map.size; i++) {
    const msgpack_object_kv *pair = &map->via.map.ptr[i];
    if (pair->key.type != MSGPACK_OBJECT_STR)
      continue;
    str_append_c(json, comma);
    append_json(json, &pair->key);
    str_append_c(json, ":");
    append_json(json, &pair->val);
    comma = ",";
  }
}

static void append_json(struct str_builder *json, const msgpack_object *object) {
  switch (object->type) {
  case MSGPACK_OBJECT_STR:
    json_append_quoted(json, (struct str){object->via.str.ptr, object->via.str.size});
    break;
  case MSGPACK_OBJECT_BOOLEAN:
    str_append_c(json, object->via.boolean ? "true" : "false");
    break;
  case MSGPACK_OBJECT_POSITIVE_INTEGER:
    str_append_format(json, "%llu", (unsigned long long)object->via.u64);
    break;
  case MSGPACK_OBJECT_NEGATIVE_INTEGER:
    str_append_format(json, "%lld", (long long)object->via.i64);
    break;
  case MSGPACK_OBJECT_FLOAT32:
  case MSGPACK_OBJECT_FLOAT64:
    append_number(json, object->via.f64);
    break;
  case MSGPACK_OBJECT_ARRAY:
    str_append_c(json, "[");
    for (uint32_t i = 0; i < object->via.array.size; i++) {
      str_append_c(json, i ? "," : "");
      append_json(json, &object->via.array.ptr[i]);
    }
    str_append_c(json, "]");
    break;
  case MSGPACK_OBJECT_MAP:
    str_append_c(json, "{");
    append_members(json, object);
    str_append_c(json, "}");
    break;
  default:
    str_append_c(json, "null");
  }
}

/* The map without its data, as a record; `data` is of free form and read beside it. */
static const struct field attribute_fields[] = {
    FIELD(struct stored_event, id, FIELD_STR, FIELD_REQUIRED, "Unique with source."),
    FIELD(struct stored_event, source, FIELD_STR, FIELD_REQUIRED, "Who says it."),
    FIELD(struct stored_event, type, FIELD_STR, FIELD_REQUIRED, "The event's type."),
    FIELD(struct stored_event, time, FIELD_STR, 0, "RFC 3339."),
    FIELD(struct stored_event, subject, FIELD_STR, 0, "What it is about."),
    FIELD(struct stored_event, partitionkey, FIELD_STR, 0, "Events of one key keep their order."),
    FIELD(struct stored_event, traceparent, FIELD_STR, 0, "W3C trace context."),
    FIELD(struct stored_event, sequence, FIELD_I64, 0, "Place in the log."),
};
static const struct record attributes_record =
    RECORD("Event", struct stored_event, attribute_fields, "CloudEvents attributes.");

static struct str read_data(struct arena *arena, struct str map) {
  msgpack_zone zone;
  msgpack_zone_init(&zone, 2048);
  msgpack_object object;
  size_t offset = 0;
  struct str_builder json = {.arena = arena};
  msgpack_unpack(map.at, map.length, &offset, &zone, &object);
  for (uint32_t i = 0; object.type == MSGPACK_OBJECT_MAP && i < object.via.map.size; i++) {
    const msgpack_object_kv *pair = &object.via.map.ptr[i];
    if (pair->key.type == MSGPACK_OBJECT_STR && pair->key.via.str.size == 4 &&
        memcmp(pair->key.via.str.ptr, "data", 4) == 0 && pair->val.type == MSGPACK_OBJECT_MAP && json.length == 0)
      append_json(&json, &pair->val);
  }
  msgpack_zone_destroy(&zone);
  return json.length ? str_built(&json) : STR("{}");
}

struct result event_from_frame(struct arena *arena, struct str frame, struct stored_event *out) {
  const char *nul = frame.length ? memchr(frame.at, '\0', frame.length) : NULL;
  if (!nul || frame.length > 2 * EVENT_BYTES_MAX)
    return result_error(RESULT_REJECTED, "not an event: no topic, or too large");
  struct str topic = {frame.at, (size_t)(nul - frame.at)};
  struct str map = str_slice(frame, topic.length + 1, frame.length);
  struct stored_event event = {0};
  TRY(msgpack_decode(arena, &attributes_record, map, &event));
  if (!str_equal(event.type, topic))
    return result_error(RESULT_REJECTED, "event type and topic differ");
  event.data = read_data(arena, map);
  *out = event;
  return RESULT_DONE;
}
