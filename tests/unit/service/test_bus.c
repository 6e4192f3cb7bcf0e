/* Listening to a store whose log goes on while it is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <nng/nng.h>
#include <stdatomic.h>

#include <nng/protocol/pubsub0/pub.h>
#include <nng/protocol/reqrep0/rep.h>

#include "base/clock.h"
#include "base/msgpack.h"
#include "service/bus.h"
#include "service/transport.h"

enum { DEADLINE_MS = 20000, LOGGED = 3 };

static const char verbs_url[] = "inproc://verbs", events_url[] = "inproc://events";

static struct stored_event event_of(struct arena *arena, int64_t sequence) {
  return (struct stored_event){.sequence = sequence,
                               .id = str_format(arena, "id-%lld", (long long)sequence),
                               .source = STR("test"),
                               .type = str_of(event_table[EVENT_TICKET_CREATED].type),
                               .time = STR("2026-01-01T00:00:00.000Z"),
                               .data = STR("{}")};
}

static void publish(nng_socket socket, const struct stored_event *event) {
  struct arena arena = {0};
  struct str frame;
  struct result result = event_to_frame(&arena, event, &frame);
  assert_string_equal(result.message, "");
  assert_int_equal(nng_sendmsg(socket, transport_message(frame), 0), 0);
  arena_free(&arena);
}

static void publish_heartbeat(nng_socket socket, const char *data) {
  struct arena arena = {0};
  struct stored_event event = event_of(&arena, 0);
  event.type = str_of(event_table[EVENT_HEARTBEAT].type);
  event.data = str_of(data);
  publish(socket, &event);
  arena_free(&arena);
}

static bool is_asked(nng_socket verbs) {
  nng_msg *request;
  if (nng_recvmsg(verbs, &request, 0) != 0)
    return false;
  nng_msg_free(request);
  return true;
}

/* The first two events, of which only one was told of when the question left. */
static void answer(nng_socket verbs) {
  struct arena arena = {0};
  const struct stored_event events[] = {event_of(&arena, 1), event_of(&arena, 2)};
  struct event_list list = {.head = 2};
  list.events.at = events;
  list.events.count = 2;
  struct verb_reply reply = {.code = STR("ok"),
                             .body = msgpack_encode(&arena, verb_table[VERB_EVENTS_READ].reply, &list)};
  struct str frame = msgpack_encode(&arena, &record_verb_reply, &reply);
  assert_int_equal(nng_sendmsg(verbs, transport_message(frame), 0), 0);
  arena_free(&arena);
}

static struct {
  int64_t sequences[2 * LOGGED];
  atomic_int count;
} heard;

static void note(void *context, enum event_id id, const struct stored_event *event) {
  (void)context, (void)id;
  int count = atomic_load(&heard.count);
  if (count < 2 * LOGGED)
    heard.sequences[count] = event->sequence;
  atomic_store(&heard.count, count + 1);
}

static void listen_to(const struct endpoint *endpoint) {
  struct rpc *rpc;
  struct bus *bus; /* neither is ever closed */
  struct result result = rpc_open(endpoint, STR("test"), &rpc);
  assert_string_equal(result.message, "");
  const struct bus_options options = {.endpoint = endpoint, .rpc = rpc, .after = 0, .on_event = note};
  result = bus_open(&options, &bus);
  assert_string_equal(result.message, "");
}

/* A heartbeat may be older than what the log had when it was read: it is no restored backup. */
static void bus_delivers_once_what_is_read_before_it_is_heard(void **state) {
  (void)state;
  static const struct endpoint endpoint = {.store_url = {verbs_url, sizeof verbs_url - 1},
                                           .events_url = {events_url, sizeof events_url - 1},
                                           .insecure = true};
  struct arena arena = {0};
  nng_socket verbs, events;
  assert_true(nng_rep0_open(&verbs) == 0 && nng_listen(verbs, verbs_url, NULL, 0) == 0);
  assert_true(nng_pub0_open(&events) == 0 && nng_listen(events, events_url, NULL, 0) == 0);
  assert_int_equal(nng_socket_set_ms(verbs, NNG_OPT_RECVTIMEO, 50), 0);
  int64_t until_ms = clock_mono_ms() + DEADLINE_MS;
  listen_to(&endpoint);
  do {
    publish_heartbeat(events, "{\"head\":1}"); /* nobody hears it until the connection is there */
    assert_true(clock_mono_ms() < until_ms);
  } while (!is_asked(verbs));
  publish_heartbeat(events, "{\"head\":1}");
  answer(verbs);
  for (int64_t sequence = 2; sequence <= LOGGED; sequence++) {
    const struct stored_event event = event_of(&arena, sequence);
    publish(events, &event);
  }
  while (atomic_load(&heard.count) < LOGGED || heard.sequences[atomic_load(&heard.count) - 1] < LOGGED) {
    assert_true(clock_mono_ms() < until_ms);
    clock_sleep_ms(5);
  }
  assert_int_equal(atomic_load(&heard.count), LOGGED);
  for (int i = 0; i < LOGGED; i++)
    assert_int_equal(heard.sequences[i], i + 1);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bus_delivers_once_what_is_read_before_it_is_heard),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
