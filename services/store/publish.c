/* Frames on the publishing socket. */
#include "store/publish.h"

#include "base/log.h"
#include "service/transport.h"

static void publish(nng_socket socket, struct arena *arena, const struct stored_event *event) {
  struct str frame;
  struct result result = event_to_frame(arena, event, &frame);
  if (!result_ok(&result)) {
    log_event(LOG_ERROR, "event_not_published", LOG_RESULT(&result));
    return;
  }
  nng_msg *message = transport_message(frame);
  if (nng_sendmsg(socket, message, 0) != 0)
    nng_msg_free(message);
}

void publish_all(nng_socket socket, struct outbox *outbox) {
  for (size_t i = 0; i < outbox->count; i++)
    publish(socket, outbox->arena, &outbox->events[i]);
  outbox_clear(outbox);
  arena_reset(outbox->arena);
}

void publish_heartbeat(nng_socket socket, struct arena *arena, int64_t head) {
  struct outbox outbox = {.arena = arena};
  struct event_heartbeat data = {.head = head};
  outbox_add(&outbox, EVENT_HEARTBEAT, STR("tandem"), STR("tandem"), &data);
  publish(socket, arena, &outbox.events[0]);
}
