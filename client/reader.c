/* One round: connect to the bus, read the log to its end, follow the bus until that fails. */
#include "client/reader.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/heap.h"
#include "base/json.h"
#include "service/backoff.h"

enum {
  PAGE = 500,
  CALL_MS = 5000,    /* so soon the application hears that the store does not answer */
  SILENCE_MS = 5000, /* the heartbeat comes once a second */
  REFUSED_MS = 60000,
  BACKOFF_FIRST_MS = 100,
  BACKOFF_MOST_MS = 5000,
};

struct reader {
  struct reader_options options;
  struct wire_options wire_options;
  pthread_t thread;
  struct wire *bus;             /* NULL = not connected */
  int64_t position;             /* all up to here is in the queue, or not for it */
  struct mark mark;             /* the newest event that is known */
  int64_t bus_refused_until_ms; /* the certificate does not let us hear it: the log is looked at instead */
};

struct result reader_head(struct caller *caller, int64_t timeout_ms, struct mark *out) {
  struct arena arena = {0};
  struct events_read request = {.after = INT64_MAX, .limit = 1};
  struct event_list reply = {0};
  struct result result = caller_call(caller, &arena, VERB_EVENTS_READ, &request, &reply, timeout_ms);
  if (result_ok(&result))
    *out = mark_of(reply.head, reply.head_id);
  arena_free(&arena);
  return result;
}

/* What else is wrong the reader tells. */
struct result reader_check_mark(struct caller *caller, const struct mark *mark, int64_t timeout_ms) {
  struct arena arena = {0};
  struct events_read request = {.after = INT64_MAX, .limit = 1, .seen = mark->sequence, .seen_id = str_of(mark->id)};
  struct event_list reply = {0};
  if (!mark->id[0])
    return RESULT_DONE;
  struct result result = caller_call(caller, &arena, VERB_EVENTS_READ, &request, &reply, timeout_ms);
  arena_free(&arena);
  return result.code == RESULT_STALE ? result : RESULT_DONE;
}

struct result reader_check(int64_t position, int64_t head) {
  if (position <= head)
    return RESULT_DONE;
  return result_error(RESULT_STALE,
                      "the position %lld is beyond the log's end %lld: the store was restored or replaced; decide "
                      "where to begin (remove the cursor file, or give another `after`)",
                      (long long)position, (long long)head);
}

static void put(struct reader *reader, const struct stored_event *event) {
  queue_put(reader->options.queue, item_new(event));
  reader->position = event->sequence;
  reader->mark = mark_of(event->sequence, event->id);
}

static void pass(struct reader *reader, int64_t sequence, struct str id) {
  reader->position = sequence;
  reader->mark = mark_of(sequence, id);
  queue_pass(reader->options.queue, reader->mark);
}

/* -- the log -- */

static bool type_matches(const struct filter *filter, struct str type) {
  for (size_t i = 0; i < filter->types.count; i++)
    if (str_equal(filter->types.at[i], type))
      return true;
  return filter->types.count == 0;
}

static struct result read_page(struct reader *reader, struct arena *arena, bool *more) {
  const struct filter *filter = &reader->options.filter;
  struct events_read request = {.after = reader->position,
                                .limit = PAGE,
                                .project = filter->project,
                                .system = filter->system,
                                .seen = reader->mark.sequence,
                                .seen_id = str_of(reader->mark.id)};
  request.types.at = filter->types.at;
  request.types.count = filter->types.count;
  struct event_list page = {0};
  TRY(caller_call(reader->options.caller, arena, VERB_EVENTS_READ, &request, &page, CALL_MS));
  TRY(reader_check(reader->position, page.head));
  for (size_t i = 0; i < page.events.count && !queue_is_closed(reader->options.queue); i++)
    if (page.events.at[i].sequence > reader->position)
      put(reader, &page.events.at[i]);
  *more = page.events.count == PAGE;
  if (!*more && page.head > reader->position)
    pass(reader, page.head, page.head_id); /* the store asks for the head first: nothing up to there is left out */
  return RESULT_DONE;
}

static struct result catch_up(struct reader *reader) {
  struct arena arena = {0};
  struct result result = RESULT_DONE;
  for (bool more = true; more && result_ok(&result) && !queue_is_closed(reader->options.queue);) {
    result = read_page(reader, &arena, &more);
    arena_reset(&arena);
  }
  arena_free(&arena);
  queue_problem(reader->options.queue, result);
  return result;
}

/* -- the bus -- */

/* Whether the store alone knows if an event is wanted: no event names the system of its project. */
static bool must_ask(const struct filter *filter) {
  return filter->system.length > 0;
}

static bool matches(const struct filter *filter, const struct stored_event *event) {
  if (!type_matches(filter, event->type))
    return false;
  if (filter->project.length == 0)
    return true;
  cJSON *data;
  struct result result = json_parse(event->data, &data);
  if (!result_ok(&result))
    return false;
  bool is_ours = str_equal(json_str(data, "project"), filter->project);
  cJSON_Delete(data);
  return is_ours;
}

static int64_t heartbeat_head(const struct stored_event *event) {
  cJSON *data;
  struct result result = json_parse(event->data, &data);
  if (!result_ok(&result))
    return 0;
  int64_t head = json_i64(data, "head");
  cJSON_Delete(data);
  return head;
}

static struct result on_frame(struct reader *reader, struct arena *arena, struct str frame) {
  struct stored_event event;
  struct result result = event_from_frame(arena, frame, &event);
  if (!result_ok(&result))
    return catch_up(reader); /* of a newer form: the log has it */
  if (event_named(event.type) == EVENT_HEARTBEAT)
    return heartbeat_head(&event) > reader->position ? catch_up(reader) : RESULT_DONE;
  if (event.sequence <= reader->position)
    return RESULT_DONE;
  if (event.sequence > reader->position + 1 || must_ask(&reader->options.filter))
    return catch_up(reader);
  if (matches(&reader->options.filter, &event))
    put(reader, &event);
  else
    pass(reader, event.sequence, event.id);
  return RESULT_DONE;
}

static void open_bus(struct reader *reader) {
  if (reader->bus || clock_mono_ms() < reader->bus_refused_until_ms)
    return;
  struct result result = wire_open(&reader->wire_options, reader->options.tandem->events_url, WIRE_SUB,
                                   clock_mono_ms() + CALL_MS, &reader->bus);
  if (result.code == RESULT_AUTH)
    reader->bus_refused_until_ms = clock_mono_ms() + REFUSED_MS;
}

static void close_bus(struct reader *reader) {
  wire_close(reader->bus);
  reader->bus = NULL;
}

/* Until the bus says nothing any more, or the log cannot be read. */
static struct result follow(struct reader *reader) {
  struct arena arena = {0};
  struct result result = RESULT_DONE, heard = RESULT_DONE;
  bool said_nothing = true;
  while (result_ok(&result) && !queue_is_closed(reader->options.queue)) {
    struct str frame;
    heard = wire_receive(reader->bus, &arena, clock_mono_ms() + SILENCE_MS, &frame);
    if (!result_ok(&heard))
      break;
    said_nothing = false;
    result = on_frame(reader, &arena, frame);
    arena_reset(&arena);
  }
  arena_free(&arena);
  close_bus(reader);
  if (!result_ok(&heard) && said_nothing) /* so the store closes the door on whoever may not listen */
    reader->bus_refused_until_ms = clock_mono_ms() + REFUSED_MS;
  return result;
}

/* -- the thread -- */

static void rest(struct reader *reader, int64_t pause_ms) {
  struct pollfd closed = {.fd = queue_closed_fd(reader->options.queue), .events = POLLIN};
  poll(&closed, 1, (int)pause_ms);
}

/* Before the log, so that nothing falls between. */
static struct result round_of(struct reader *reader) {
  open_bus(reader);
  struct result result = catch_up(reader);
  if (!result_ok(&result))
    close_bus(reader);
  else if (reader->bus)
    result = follow(reader);
  else
    rest(reader, reader->options.poll_ms);
  return result;
}

static void *run(void *context) {
  struct reader *reader = context;
  struct backoff backoff = backoff_start(BACKOFF_FIRST_MS, BACKOFF_MOST_MS);
  while (!queue_is_closed(reader->options.queue)) {
    struct result result = round_of(reader);
    if (result_ok(&result))
      backoff = backoff_start(BACKOFF_FIRST_MS, BACKOFF_MOST_MS);
    else
      rest(reader, backoff_next(&backoff, 0));
  }
  close_bus(reader);
  return NULL;
}

/* The application's signals are the application's threads' business. */
static int start_thread(struct reader *reader) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int status = pthread_create(&reader->thread, NULL, run, reader);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return status;
}

struct result reader_start(const struct reader_options *options, struct reader **out) {
  struct reader *reader = heap_new(sizeof *reader);
  reader->options = *options;
  reader->wire_options = options->tandem->options;
  reader->wire_options.cancel_fd = queue_closed_fd(options->queue);
  reader->position = options->position;
  reader->mark = options->mark;
  int status = start_thread(reader);
  if (status) {
    free(reader);
    return result_error(RESULT_BUG, "cannot start a thread: %s", strerror(status));
  }
  *out = reader;
  return RESULT_DONE;
}

void reader_join(struct reader *reader) {
  if (!reader)
    return;
  pthread_join(reader->thread, NULL);
  free(reader);
}
