/* Connecting, finding the place, copying. */
#include "bridge-nats/work.h"

#include <stdio.h>

#include "base/fault.h"
#include "base/metrics.h"

enum { PAGE_EVENTS = 256, IDLE_MS = 5000 };

static const struct metric position = {
    "tandem_bridge_position", METRIC_GAUGE, {NULL}, "Sequence of the newest event that NATS has stored."};
static const struct metric published = {
    "tandem_bridge_events_total", METRIC_COUNTER, {NULL}, "Events that NATS has acknowledged to this process."};

struct result bridge_start(struct service_context *context) {
  static struct arena arena; /* as long as the process */
  struct bridge *bridge = context->state;
  pthread_mutex_init(&bridge->mutex, NULL);
  bridge->last = result_error(RESULT_RETRY, "not connected to NATS yet");
  return settings_load(&arena, NULL, 0, &bridge->settings);
}

static struct result read_log(struct service_context *context, int64_t after, int64_t limit, struct event_list *out) {
  const struct bridge *bridge = context->state;
  struct events_read request = {
      .after = after, .limit = limit, .seen = bridge->position, .seen_id = str_of(bridge->position_id)};
  return rpc_call(context->rpc, context->arena, VERB_EVENTS_READ, &request, out, RPC_TIMEOUT_MS);
}

static void go_to(struct bridge *bridge, int64_t sequence, struct str id) {
  bridge->position = sequence;
  snprintf(bridge->position_id, sizeof bridge->position_id, "%.*s", STR_FMT(id));
}

/* A database that was restored from a backup, or is another one, has other events than the stream. */
static struct result check_same_log(struct service_context *context, const struct stream_end *end) {
  const struct bridge *bridge = context->state;
  struct event_list page = {0};
  TRY(read_log(context, end->sequence - 1, 1, &page));
  bool there = page.events.count && page.events.at[0].sequence == end->sequence;
  if (there && (str_is_absent(end->event_id) || str_equal(end->event_id, page.events.at[0].id)))
    return go_to(context->state, end->sequence, page.events.at[0].id), RESULT_DONE;
  return result_error(RESULT_REJECTED,
                      "the stream %.*s ends with event %lld (%.*s), which this tandem's log does not have: it is of "
                      "another tandem, or the database was restored from a backup. Set nats.stream to a new name",
                      STR_FMT(bridge->settings.nats_stream), (long long)end->sequence, STR_FMT(end->event_id));
}

static struct result open_stream(struct service_context *context, struct bridge *bridge) {
  struct stream_end end = {0};
  TRY(stream_open(&bridge->settings, &bridge->stream));
  TRY(stream_find_end(bridge->stream, context->arena, &end));
  go_to(bridge, 0, STR(""));
  if (end.sequence)
    TRY(check_same_log(context, &end));
  log_event(LOG_INFO, "stream_found", LOG_STR("stream", bridge->settings.nats_stream),
            LOG_I64("position", end.sequence));
  return RESULT_DONE;
}

/* The stream counts as the log does, so the log may not have a hole. */
static struct result make_messages(struct service_context *context, const struct event_list *page,
                                   struct message *messages) {
  const struct bridge *bridge = context->state;
  for (size_t i = 0; i < page->events.count; i++) {
    int64_t expected = bridge->position + 1 + (int64_t)i;
    if (page->events.at[i].sequence != expected)
      return result_error(RESULT_REJECTED, "the event log has no event %lld: what was taken out of it cannot be copied",
                          (long long)expected);
    TRY(message_of(context->arena, bridge->settings.nats_stream, &page->events.at[i], &messages[i]));
  }
  return RESULT_DONE;
}

static struct result copy_page(struct service_context *context, struct bridge *bridge, int64_t *wait_ms) {
  struct event_list page = {0};
  TRY(read_log(context, bridge->position, PAGE_EVENTS, &page));
  size_t count = page.events.count;
  metric_set(&position, METRIC_NO_VALUES, (double)bridge->position);
  *wait_ms = count ? 0 : IDLE_MS;
  if (count == 0)
    return RESULT_DONE;
  struct message *messages = ARENA_ARRAY(context->arena, struct message, count);
  TRY(make_messages(context, &page, messages));
  fault_point("bridge.before_publish");
  TRY(stream_publish(bridge->stream, messages, count));
  fault_point("bridge.after_publish");
  go_to(bridge, page.events.at[count - 1].sequence, page.events.at[count - 1].id);
  metric_set(&position, METRIC_NO_VALUES, (double)bridge->position);
  metric_add(&published, METRIC_NO_VALUES, (double)count);
  return RESULT_DONE;
}

static void remember(struct bridge *bridge, struct result result) {
  pthread_mutex_lock(&bridge->mutex);
  bridge->last = result;
  pthread_mutex_unlock(&bridge->mutex);
}

static void close_stream(struct bridge *bridge) {
  if (bridge->stream)
    stream_close(bridge->stream);
  bridge->stream = NULL;
}

struct result bridge_work(struct service_context *context, int64_t *wait_ms) {
  struct bridge *bridge = context->state;
  if (bridge->stream && !stream_is_open(bridge->stream))
    close_stream(bridge);
  struct result result = bridge->stream ? RESULT_DONE : open_stream(context, bridge);
  if (result_ok(&result))
    result = copy_page(context, bridge, wait_ms);
  remember(bridge, result);
  if (!result_ok(&result))
    close_stream(bridge);
  return result;
}

struct result bridge_ready(struct service_context *context) {
  struct bridge *bridge = context->state;
  pthread_mutex_lock(&bridge->mutex);
  struct result last = bridge->last;
  pthread_mutex_unlock(&bridge->mutex);
  return last;
}
