/* Subscriptions as the application sees them: options, the cursor, the next event. */
#include <stdlib.h>

#include "base/heap.h"
#include "client/cursor.h"
#include "client/errors.h"
#include "client/options.h"
#include "client/reader.h"

enum { TYPES_MAX = 64, DEFAULT_POLL_MS = 1000 };

struct tandem_subscription {
  struct tandem *tandem;
  struct arena arena; /* of the filter's texts */
  struct filter filter;
  struct cursor *cursor; /* NULL: the application keeps the number */
  struct queue *queue;
  struct caller *caller; /* of its own: a long call of the application's holds nothing up */
  struct reader *reader;
  struct item *current; /* what the application has */
  struct mark mark;     /* the newest event that it has had, as far as known */
};

static struct str optional(struct arena *arena, const char *text) {
  return text && *text ? str_copy(arena, str_of(text)) : (struct str){0};
}

static struct result read_filter(struct arena *arena, const struct tandem_subscription_options *options,
                                 struct filter *out) {
  if (options->type_count > TYPES_MAX || (options->type_count && !options->types))
    return result_error(RESULT_REJECTED, "`types` must name at most %d types", TYPES_MAX);
  struct str *types = ARENA_ARRAY(arena, struct str, options->type_count);
  for (size_t i = 0; i < options->type_count; i++) {
    const char *name = options->types[i] ? options->types[i] : "";
    types[i] = str_format(arena, "%s%s", strncmp(name, "tandem.", strlen("tandem.")) ? "tandem.v1." : "", name);
    enum event_id id = event_named(types[i]);
    if (id == EVENT_COUNT || !(event_table[id].flags & EVENT_LOGGED))
      return result_error(RESULT_REJECTED, "there is no event \"%.100s\": see docs/events.md", name);
  }
  out->types.at = types;
  out->types.count = options->type_count;
  out->project = optional(arena, options->project);
  out->system = optional(arena, options->system);
  return RESULT_DONE;
}

/* Where it begins; makes the cursor file where there is none yet. */
static struct result find_position(struct tandem_subscription *subscription,
                                   const struct tandem_subscription_options *options, struct caller *caller,
                                   int64_t *out) {
  struct arena arena = {0};
  struct empty nothing = {0};
  struct hello hello = {0};
  struct mark head, *mark = &subscription->mark;
  TRY(reader_head(caller, subscription->tandem->timeout_ms, &head));
  *mark = options->after == TANDEM_FROM_NOW
              ? head
              : mark_of(options->after, str_of(options->after_id ? options->after_id : ""));
  *out = mark->sequence;
  if (subscription->cursor) {
    struct result result = caller_call(caller, &arena, VERB_HELLO, &nothing, &hello, subscription->tandem->timeout_ms);
    if (result_ok(&result) && cursor_exists(subscription->cursor)) {
      *out = cursor_sequence(subscription->cursor);
      *mark = cursor_mark(subscription->cursor);
      result = cursor_check(subscription->cursor, hello.installation);
    } else if (result_ok(&result)) {
      result = cursor_begin(subscription->cursor, hello.installation, *out, mark);
    }
    arena_free(&arena);
    TRY(result);
  }
  TRY(reader_check(*out, head.sequence));
  return reader_check_mark(caller, mark, subscription->tandem->timeout_ms);
}

static struct result begin(struct tandem_subscription *subscription,
                           const struct tandem_subscription_options *options) {
  struct tandem *tandem = subscription->tandem;
  int64_t position;
  TRY(read_filter(&subscription->arena, options, &subscription->filter));
  if (options->after < TANDEM_FROM_NOW)
    return result_error(RESULT_REJECTED, "`after` must be TANDEM_FROM_NOW, TANDEM_FROM_FIRST or a sequence");
  if (options->cursor_file)
    TRY(cursor_open(options->cursor_file, &subscription->cursor));
  TRY(find_position(subscription, options, tandem->caller, &position));
  subscription->queue = queue_new(position);
  if (!subscription->queue)
    return result_error(RESULT_RETRY, "no more file descriptors");
  struct wire_options files = tandem->options;
  files.cancel_fd = queue_closed_fd(subscription->queue);
  subscription->caller = caller_new(&files, tandem->store_url, tandem->name);
  const struct reader_options reading = {.tandem = tandem,
                                         .filter = subscription->filter,
                                         .queue = subscription->queue,
                                         .caller = subscription->caller,
                                         .poll_ms = options->poll_ms > 0 ? options->poll_ms : DEFAULT_POLL_MS,
                                         .position = position,
                                         .mark = subscription->mark};
  return reader_start(&reading, &subscription->reader);
}

enum tandem_code tandem_subscribe(struct tandem *tandem, const struct tandem_subscription_options *options,
                                  struct tandem_subscription **out, struct tandem_error *error) {
  struct tandem_subscription_options taken;
  struct result result = options_take(&taken, sizeof taken, options);
  if (!result_ok(&result))
    return error_from(result, error);
  struct tandem_subscription *subscription = heap_new(sizeof *subscription);
  subscription->tandem = tandem;
  result = begin(subscription, &taken);
  if (result_ok(&result))
    *out = subscription;
  else
    tandem_unsubscribe(subscription);
  return error_from(result, error);
}

void tandem_unsubscribe(struct tandem_subscription *subscription) {
  if (!subscription)
    return;
  if (subscription->queue)
    queue_close(subscription->queue);
  reader_join(subscription->reader);
  caller_free(subscription->caller);
  queue_free(subscription->queue);
  cursor_close(subscription->cursor);
  item_free(subscription->current);
  arena_free(&subscription->arena);
  free(subscription);
}

enum tandem_code tandem_next(struct tandem_subscription *subscription, int timeout_ms, const struct tandem_event **out,
                             struct tandem_error *error) {
  struct result problem = RESULT_DONE;
  item_free(subscription->current);
  subscription->current = queue_take(subscription->queue, timeout_ms, &problem);
  if (subscription->current) {
    subscription->mark = mark_of(subscription->current->event.sequence, str_of(subscription->current->event.id));
    *out = &subscription->current->event;
    return error_from(RESULT_DONE, error);
  }
  if (problem.code != RESULT_OK)
    return error_from(problem, error);
  return error_timeout(error, problem.message[0] ? problem.message : "no event within the time");
}

int tandem_fd(const struct tandem_subscription *subscription) {
  return queue_fd(subscription->queue);
}

int64_t tandem_position(const struct tandem_subscription *subscription) {
  return queue_position(subscription->queue);
}

/* The newest event that is known and not beyond `sequence`. */
static struct mark mark_up_to(struct tandem_subscription *subscription, int64_t sequence) {
  struct mark passed = queue_mark(subscription->queue);
  if (passed.id[0] && passed.sequence <= sequence)
    return passed;
  return subscription->mark.sequence <= sequence ? subscription->mark : cursor_mark(subscription->cursor);
}

enum tandem_code tandem_commit(struct tandem_subscription *subscription, int64_t sequence, struct tandem_error *error) {
  if (!subscription->cursor)
    return error_from(result_error(RESULT_REJECTED, "this subscription has no cursor file"), error);
  if (sequence > queue_position(subscription->queue))
    return error_from(result_error(RESULT_REJECTED, "%lld has not been given out yet", (long long)sequence), error);
  struct mark mark = mark_up_to(subscription, sequence);
  return error_from(cursor_write(subscription->cursor, sequence, &mark), error);
}

enum tandem_code tandem_event_msgpack(const struct tandem_event *event, const void **out, size_t *out_bytes,
                                      struct tandem_error *error) {
  struct item *item = (struct item *)event; /* its first member */
  struct arena arena = {0};
  struct str packed;
  if (!item->msgpack) {
    struct result result = event_data_to_msgpack(&arena, (struct str){event->data, event->data_bytes}, &packed);
    if (result_ok(&result)) {
      item->msgpack = memcpy(heap_taken(packed.length), packed.at, packed.length);
      item->msgpack_bytes = packed.length;
    }
    arena_free(&arena);
    if (!result_ok(&result))
      return error_from(result, error);
  }
  *out = item->msgpack;
  *out_bytes = item->msgpack_bytes;
  return error_from(RESULT_DONE, error);
}
