/* Opening and closing, and calling verbs with JSON. */
#include "client/tandem.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/heap.h"
#include "base/json.h"
#include "client/errors.h"
#include "client/options.h"
#include "client/place.h"
#include "proto/events.h"

enum { DEFAULT_TIMEOUT_MS = 15000, NAME_BYTES_MAX = 64 };

static struct result open_handle(const struct tandem_options *options, struct tandem *tandem) {
  if (sodium_init() < 0)
    return result_error(RESULT_BUG, "libsodium does not start");
  struct str name = str_of(options->name ? options->name : "client");
  if (name.length == 0 || name.length > NAME_BYTES_MAX)
    return result_error(RESULT_REJECTED, "`name` must have 1 to %d bytes", NAME_BYTES_MAX);
  tandem->name = str_copy(&tandem->arena, name);
  tandem->timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : DEFAULT_TIMEOUT_MS;
  TRY(place_find(options, tandem));
  tandem->caller = caller_new(&tandem->options, tandem->store_url, tandem->name);
  return RESULT_DONE;
}

enum tandem_code tandem_open(const struct tandem_options *options, struct tandem **out, struct tandem_error *error) {
  struct tandem_options taken;
  struct result result = options_take(&taken, sizeof taken, options);
  if (!result_ok(&result))
    return error_from(result, error);
  struct tandem *tandem = heap_new(sizeof *tandem);
  result = open_handle(&taken, tandem);
  if (result_ok(&result))
    *out = tandem;
  else
    tandem_close(tandem);
  return error_from(result, error);
}

void tandem_close(struct tandem *tandem) {
  if (!tandem)
    return;
  caller_free(tandem->caller);
  arena_free(&tandem->arena);
  free(tandem);
}

void tandem_free(void *memory) {
  free(memory);
}

static char *copied(struct str text) {
  char *copy = heap_taken(text.length + 1);
  memcpy(copy, text.at, text.length);
  copy[text.length] = '\0';
  return copy;
}

static struct result call_json(struct tandem *tandem, struct arena *arena, const char *verb, const char *request,
                               struct str *out) {
  enum verb_id id = verb_named(str_of(verb));
  if (id == VERB_COUNT)
    return result_error(RESULT_REJECTED, "libtandem " TANDEM_VERSION " knows no verb \"%.100s\": see docs/verbs.md",
                        verb ? verb : "");
  void *body = arena_alloc(arena, verb_table[id].request->size_bytes);
  void *reply = arena_alloc(arena, verb_table[id].reply->size_bytes);
  struct result result = json_to_record(arena, verb_table[id].request, str_of(request ? request : "{}"), body);
  if (!result_ok(&result))
    return result_context(result, "%s", verb);
  TRY(caller_call(tandem->caller, arena, id, body, reply, tandem->timeout_ms));
  *out = json_record_text(arena, verb_table[id].reply, reply, false);
  return RESULT_DONE;
}

enum tandem_code tandem_call(struct tandem *tandem, const char *verb, const char *request, char **reply,
                             struct tandem_error *error) {
  struct arena arena = {0};
  struct str text;
  struct result result = call_json(tandem, &arena, verb, request, &text);
  if (result_ok(&result) && reply)
    *reply = copied(text);
  arena_wipe(&arena); /* some verbs carry secrets */
  return error_from(result, error);
}

/* -- publishing -- */

static struct result publish(struct tandem *tandem, struct arena *arena, const struct stored_event *event,
                             struct tandem_published *out) {
  struct events_publish request = {.events = {event, 1}};
  struct events_published reply = {0};
  if (event->source.length == 0 || event->id.length == 0)
    return result_error(RESULT_REJECTED, "an event needs a source and an id: they make it unique");
  struct result result = caller_call(tandem->caller, arena, VERB_EVENTS_PUBLISH, &request, &reply, tandem->timeout_ms);
  if (result.code == RESULT_UNCERTAIN) /* taken once by its id, however often it is sent */
    result.code = RESULT_RETRY;
  if (!result_ok(&result) || !out)
    return result;
  struct str key = reply.keys.count ? reply.keys.at[0] : STR("");
  *out = (struct tandem_published){.duplicate = reply.duplicates > 0};
  memcpy(out->key, key.at, key.length < sizeof out->key ? key.length : sizeof out->key - 1);
  return RESULT_DONE;
}

enum tandem_code tandem_publish(struct tandem *tandem, const char *type, const char *source, const char *id,
                                const char *data, struct tandem_published *out, struct tandem_error *error) {
  struct arena arena = {0};
  const char *prefix = strncmp(type ? type : "", "tandem.", strlen("tandem.")) == 0 ? "" : "tandem.v1.";
  struct stored_event event = {.id = str_of(id), .source = str_of(source), .data = str_of(data ? data : "{}")};
  event.type = str_format(&arena, "%s%s", prefix, type ? type : "");
  struct result result = publish(tandem, &arena, &event, out);
  arena_free(&arena);
  return error_from(result, error);
}
