/* The subscriber: one thread drains the socket, finds gaps by sequence and heartbeat, and fills them by events.read. */
#include "service/bus.h"

#include <nng/nng.h>
#include <nng/protocol/pubsub0/sub.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/heap.h"
#include "base/json.h"
#include "base/log.h"
#include "base/metrics.h"
#include "service/pipe_watch.h"
#include "service/transport.h"

struct bus {
  struct bus_options options;
  nng_socket socket;
  struct pipe_watch watch;
  int readable_fd;
  int64_t position; /* the last logged sequence delivered */
  bool live;        /* position is meaningful */
};

enum { REPLAY_PAGE = 500, WAIT_MS = 1000 };

static const struct metric gaps = {"tandem_bus_gaps_total",
                                   METRIC_COUNTER,
                                   {0},
                                   "How often a subscriber missed events and read them from the log."},
                           replayed = {"tandem_bus_events_replayed_total",
                                       METRIC_COUNTER,
                                       {0},
                                       "Events that a subscriber read from the log."};

static void deliver(struct bus *bus, const struct stored_event *event) {
  enum event_id id = event_named(event->type);
  if (id != EVENT_COUNT)
    bus->options.on_event(bus->options.context, id, event);
}

/* What follows was deleted because of its age, which nobody can deliver any more: it is said, and the rest goes on. */
static void pass_deleted(struct bus *bus, struct arena *arena, const struct result *why) {
  struct events_read request = {.limit = 1};
  struct event_list page = {0};
  struct result result = rpc_call(bus->options.rpc, arena, VERB_EVENTS_READ, &request, &page, RPC_TIMEOUT_MS);
  if (!result_ok(&result) || page.first <= bus->position + 1)
    return;
  log_event(LOG_ERROR, "events_deleted_unread", LOG_RESULT(why));
  bus->position = page.first - 1;
}

/* Delivers everything after the position, up to `head`; what cannot be read now is tried at the next heartbeat. The log
 * may have more by now: that is still to be heard, behind a heartbeat that knows nothing of it. */
static void replay(struct bus *bus, int64_t head) {
  struct arena arena = {0};
  while (bus->position < head) {
    struct events_read request = {.after = bus->position, .limit = REPLAY_PAGE};
    struct event_list page = {0};
    struct result result = rpc_call(bus->options.rpc, &arena, VERB_EVENTS_READ, &request, &page, RPC_TIMEOUT_MS);
    if (result.code == RESULT_GONE)
      pass_deleted(bus, &arena, &result);
    if (!result_ok(&result) || page.events.count == 0)
      break;
    for (size_t i = 0; i < page.events.count && bus->position < head; i++) {
      deliver(bus, &page.events.at[i]);
      bus->position = page.events.at[i].sequence;
    }
    metric_add(&replayed, METRIC_NO_VALUES, (double)page.events.count);
    arena_reset(&arena);
  }
  arena_free(&arena);
}

static void on_logged(struct bus *bus, const struct stored_event *event) {
  if (bus->live && event->sequence <= bus->position)
    return;
  if (bus->live && event->sequence > bus->position + 1) {
    metric_add(&gaps, METRIC_NO_VALUES, 1);
    replay(bus, event->sequence - 1);
    if (bus->position != event->sequence - 1)
      return; /* the store is away: the next heartbeat brings this one too */
  }
  bus->live = true;
  deliver(bus, event);
  bus->position = event->sequence;
}

static void on_heartbeat(struct bus *bus, const struct stored_event *event) {
  cJSON *data;
  struct result result = json_parse(event->data, &data);
  if (!result_ok(&result))
    return;
  int64_t head = json_i64(data, "head");
  cJSON_Delete(data);
  if (bus->live && head < bus->position)
    log_event(LOG_WARNING, "event_log_was_restored", LOG_I64("position", bus->position), LOG_I64("head", head));
  if (!bus->live || head < bus->position) {
    bus->position = head;
    bus->live = true;
  } else if (head > bus->position) {
    metric_add(&gaps, METRIC_NO_VALUES, 1);
    replay(bus, head);
  }
}

static void on_frame(struct bus *bus, struct arena *arena, struct str frame) {
  struct stored_event event;
  struct result result = event_from_frame(arena, frame, &event);
  if (!result_ok(&result))
    return; /* not ours, or a newer form: the log has it */
  if (event_named(event.type) == EVENT_HEARTBEAT)
    on_heartbeat(bus, &event);
  else if (event.sequence)
    on_logged(bus, &event);
}

static void *run(void *context) {
  struct bus *bus = context;
  struct arena arena = {0};
  for (;;) {
    struct pollfd readable = {.fd = bus->readable_fd, .events = POLLIN};
    poll(&readable, 1, WAIT_MS);
    nng_msg *message;
    while (nng_recvmsg(bus->socket, &message, NNG_FLAG_NONBLOCK) == 0) {
      pipe_watch_heard(&bus->watch);
      on_frame(bus, &arena, (struct str){nng_msg_body(message), nng_msg_len(message)});
      nng_msg_free(message);
      arena_reset(&arena);
    }
    /* There is a heartbeat every second; what came while a replay took its time has been read by now. */
    pipe_watch_check(&bus->watch, clock_mono_ms());
  }
  return NULL;
}

struct result bus_open(const struct bus_options *options, struct bus **out) {
  struct bus *bus = heap_new(sizeof *bus);
  bus->options = *options;
  bus->live = options->after != BUS_FROM_NOW;
  bus->position = bus->live ? options->after : 0;
  int status = nng_sub0_open(&bus->socket);
  status = status ? status : nng_socket_set_int(bus->socket, NNG_OPT_RECVBUF, SOCKET_BUFFER_MESSAGES);
  static const char topics[] = "tandem.v1.";
  status = status ? status : nng_socket_set(bus->socket, NNG_OPT_SUB_SUBSCRIBE, topics, sizeof topics - 1);
  status = status ? status : nng_socket_get_int(bus->socket, NNG_OPT_RECVFD, &bus->readable_fd);
  if (status)
    return result_error(RESULT_BUG, "subscriber socket: %s", nng_strerror(status));
  pipe_watch_start(&bus->watch, bus->socket);
  TRY(transport_tune(bus->socket));
  TRY(transport_dial(bus->socket, options->endpoint->events_url, options->endpoint));
  pthread_t thread;
  status = pthread_create(&thread, NULL, run, bus);
  if (status)
    return result_error(RESULT_BUG, "cannot start a thread: %s", strerror(status));
  pthread_detach(thread);
  *out = bus;
  return RESULT_DONE;
}
