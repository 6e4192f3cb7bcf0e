/* Subjects and headers. */
#include "bridge-nats/message.h"

#include <ctype.h>

#include "base/json.h"

/* `plain` says which bytes stay; the others become %XY. */
static struct str percent_encode(struct arena *arena, struct str text, bool (*plain)(unsigned char byte)) {
  struct str_builder out = {.arena = arena};
  for (size_t i = 0; i < text.length; i++) {
    unsigned char byte = (unsigned char)text.at[i];
    if (plain(byte))
      str_append(&out, (struct str){&text.at[i], 1});
    else
      str_append_format(&out, "%%%02X", byte);
  }
  return str_built(&out);
}

/* The binding, 3.1.3.2. */
static bool is_plain_in_header(unsigned char byte) {
  return byte > ' ' && byte <= '~' && byte != '"' && byte != '%';
}

static bool is_plain_in_word(unsigned char byte) {
  return isalnum(byte) || byte == '-' || byte == '_';
}

static struct str project_word(struct arena *arena, struct str project) {
  if (project.length == 0)
    return STR("_");
  return str_is(project, "_") ? STR("%5F") : percent_encode(arena, project, is_plain_in_word);
}

static struct str subject_of(struct arena *arena, struct str stream, struct str type, struct str project) {
  struct str after_prefix = str_slice(type, (size_t)(str_find(type, ".") + 1), type.length);
  return str_format(arena, "%.*s.%.*s.%.*s", STR_FMT(stream), STR_FMT(after_prefix),
                    STR_FMT(project_word(arena, project)));
}

static void add(struct message *message, struct arena *arena, const char *name, struct str value) {
  if (str_is_absent(value) || message->header_count == MESSAGE_HEADERS_MAX)
    return;
  message->headers[message->header_count++] =
      (struct message_header){name, percent_encode(arena, value, is_plain_in_header)};
}

static void add_headers(struct message *message, struct arena *arena, struct str stream,
                        const struct stored_event *event) {
  add(message, arena, MESSAGE_ID, event->id);
  add(message, arena, MESSAGE_EXPECTED_STREAM, stream);
  add(message, arena, MESSAGE_EXPECTED_LAST, str_format(arena, "%lld", (long long)event->sequence - 1));
  add(message, arena, "ce-specversion", STR("1.0"));
  add(message, arena, MESSAGE_EVENT_ID, event->id);
  add(message, arena, "ce-source", event->source);
  add(message, arena, "ce-type", event->type);
  add(message, arena, "ce-time", event->time);
  add(message, arena, "ce-subject", event->subject);
  add(message, arena, "ce-datacontenttype", STR("application/json"));
  add(message, arena, "ce-partitionkey", event->partitionkey);
  add(message, arena, MESSAGE_SEQUENCE, str_format(arena, "%lld", (long long)event->sequence));
  add(message, arena, "ce-traceparent", event->traceparent);
}

struct result message_of(struct arena *arena, struct str stream, const struct stored_event *event,
                         struct message *out) {
  cJSON *data;
  struct result result = json_parse(event->data, &data);
  if (!result_ok(&result))
    return result_context(result, "event %lld of the log", (long long)event->sequence);
  struct message message = {.sequence = event->sequence, .payload = event->data};
  message.subject = subject_of(arena, stream, event->type, json_str(data, "project"));
  cJSON_Delete(data);
  add_headers(&message, arena, stream, event);
  *out = message;
  return RESULT_DONE;
}
