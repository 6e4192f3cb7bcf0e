/* Greetings and frames, byte by byte: what is on the wire, and what becomes of a peer that says something else. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "client/wire.h"
#include "peer.h"

#define BYTES(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STORE_GREETING "\0SP\0\0\x31\0\0"
#define BUS_GREETING "\0SP\0\0\x20\0\0"

enum { PATIENCE_MS = 60000 };

static const struct wire_options options = {.insecure = true, .cancel_fd = -1};

static int64_t soon(void) {
  return clock_mono_ms() + PATIENCE_MS;
}

static void say(int peer, struct str bytes) {
  assert_int_equal(send(peer, bytes.at, bytes.length, MSG_NOSIGNAL), (ssize_t)bytes.length);
}

/* A peer that says this and no more. */
static struct result open_to(struct str bytes, enum wire_protocol protocol, struct wire **out) {
  int peer = peer_new();
  say(peer, bytes);
  shutdown(peer, SHUT_WR);
  struct result result = wire_open(&options, PEER_URL, protocol, soon(), out);
  close(peer);
  return result;
}

/* -- greetings -- */

static void wire_greeting_of_another_is_refused(void **state) {
  static const struct {
    struct str said;
    enum wire_protocol protocol;
    enum result_code code;
    const char *words;
  } rows[] = {
      {BYTES(""), WIRE_REQ, RESULT_RETRY, "closed the connection"},
      {BYTES("\0SP\0\0\x31\0"), WIRE_REQ, RESULT_RETRY, "closed the connection"},
      {BYTES(BUS_GREETING), WIRE_REQ, RESULT_REJECTED, "not tandem's store"},
      {BYTES(STORE_GREETING), WIRE_SUB, RESULT_REJECTED, "not tandem's bus"},
      {BYTES("\0SP\1\0\x31\0\0"), WIRE_REQ, RESULT_REJECTED, "not tandem's store"},
      {BYTES("\0SP\0\0\x31\0\1"), WIRE_REQ, RESULT_REJECTED, "not tandem's store"},
      {BYTES("HTTP/1.1 400 Bad Request"), WIRE_SUB, RESULT_REJECTED, "not tandem's bus"},
      {BYTES("\x16\x03\x01\x02\0\1\0\1\xfc\3\3"), WIRE_REQ, RESULT_REJECTED, "is the URL right?"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct wire *wire = NULL;
    struct result result = open_to(rows[i].said, rows[i].protocol, &wire);
    assert_int_equal(result.code, rows[i].code);
    assert_null(wire);
    assert_non_null(strstr(result.message, rows[i].words));
    assert_true(str_starts_with(str_of(result.message), "tcp://peer:1"));
  }
}

/* -- frames -- */

static void wire_frames_come_one_by_one(void **state) {
  (void)state;
  struct arena arena = {0};
  struct wire *wire = NULL;
  struct str frame;
  struct result result =
      open_to(BYTES(BUS_GREETING "\0\0\0\0\0\0\0\3one\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\4t\0wo\0\0\0\0\0\0\0\5cut"),
              WIRE_SUB, &wire);
  assert_string_equal(result.message, "");
  static const struct str wanted[] = {BYTES("one"), BYTES(""), BYTES("t\0wo")};
  for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
    result = wire_receive(wire, &arena, soon(), &frame);
    assert_string_equal(result.message, "");
    assert_int_equal(frame.length, wanted[i].length);
    assert_memory_equal(frame.at, wanted[i].at, wanted[i].length);
  }
  result = wire_receive(wire, &arena, soon(), &frame);
  assert_int_equal(result.code, RESULT_RETRY);
  assert_non_null(strstr(result.message, "closed the connection"));
  wire_close(wire);
  arena_free(&arena);
}

static void wire_frame_that_is_too_long_is_refused(void **state) {
  static const struct str lengths[] = {BYTES("\0\0\0\0\2\0\0\1"), BYTES("\0\0\0\1\0\0\0\0"),
                                       BYTES("\x80\0\0\0\0\0\0\0"), BYTES("\xff\xff\xff\xff\xff\xff\xff\xff")};
  (void)state;
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    struct arena arena = {0};
    struct wire *wire = NULL;
    struct str frame = {0};
    char said[16];
    memcpy(said, STORE_GREETING, 8);
    memcpy(said + 8, lengths[i].at, 8);
    struct result result = open_to((struct str){said, sizeof said}, WIRE_REQ, &wire);
    assert_string_equal(result.message, "");
    result = wire_receive(wire, &arena, soon(), &frame);
    assert_int_equal(result.code, RESULT_RETRY);
    assert_non_null(strstr(result.message, "none of tandem's"));
    assert_true(str_is_absent(frame));
    wire_close(wire);
    arena_free(&arena);
  }
}

/* -- time -- */

struct dripping {
  int peer;
  struct str bytes;
};

static void *drip(void *context) {
  const struct dripping *dripping = context;
  for (size_t i = 0; i < dripping->bytes.length; i++) {
    send(dripping->peer, dripping->bytes.at + i, 1, MSG_NOSIGNAL);
    sched_yield();
  }
  return NULL;
}

static void wire_frame_in_pieces_is_whole(void **state) {
  (void)state;
  pthread_t thread;
  struct arena arena = {0};
  struct wire *wire = NULL;
  struct str frame;
  struct dripping dripping = {peer_new(), BYTES(STORE_GREETING "\0\0\0\0\0\0\0\6pieces")};
  assert_int_equal(pthread_create(&thread, NULL, drip, &dripping), 0);
  struct result result = wire_open(&options, PEER_URL, WIRE_REQ, soon(), &wire);
  assert_string_equal(result.message, "");
  result = wire_receive(wire, &arena, soon(), &frame);
  assert_string_equal(result.message, "");
  assert_true(str_is(frame, "pieces"));
  pthread_join(thread, NULL);
  wire_close(wire);
  close(dripping.peer);
  arena_free(&arena);
}

static void wire_waits_end_by_time_and_by_cancelling(void **state) {
  (void)state;
  struct arena arena = {0};
  struct wire *wire = NULL;
  struct str frame;
  struct wire_options cancellable = options;
  cancellable.cancel_fd = eventfd(0, EFD_CLOEXEC);
  int peer = peer_new();
  say(peer, BYTES(STORE_GREETING));
  struct result result = wire_open(&cancellable, PEER_URL, WIRE_REQ, soon(), &wire);
  assert_string_equal(result.message, "");
  result = wire_receive(wire, &arena, clock_mono_ms(), &frame);
  assert_int_equal(result.code, RESULT_RETRY);
  assert_string_equal(result.message, "no answer in time");
  assert_int_equal(eventfd_write(cancellable.cancel_fd, 1), 0);
  result = wire_receive(wire, &arena, soon(), &frame);
  assert_int_equal(result.code, RESULT_RETRY);
  assert_string_equal(result.message, "closed");
  wire_close(wire);
  close(cancellable.cancel_fd);
  close(peer);
  arena_free(&arena);
}

/* -- sending -- */

static void wire_sends_greeting_length_and_frame(void **state) {
  (void)state;
  char said[64];
  struct wire *wire = NULL;
  int peer = peer_new();
  say(peer, BYTES(STORE_GREETING));
  struct result result = wire_open(&options, PEER_URL, WIRE_REQ, soon(), &wire);
  assert_string_equal(result.message, "");
  result = wire_send(wire, STR("ask"), soon());
  assert_string_equal(result.message, "");
  ssize_t length = recv(peer, said, sizeof said, 0);
  const struct str wanted = BYTES("\0SP\0\0\x30\0\0"
                                  "\0\0\0\0\0\0\0\3"
                                  "ask");
  assert_int_equal(length, wanted.length);
  assert_memory_equal(said, wanted.at, wanted.length);
  close(peer);
  result = wire_send(wire, STR("ask again"), soon()); /* and no signal */
  assert_int_equal(result.code, RESULT_RETRY);
  assert_non_null(strstr(result.message, "closed the connection"));
  wire_close(wire);
}

/* -- addresses -- */

static void wire_url_says_what_is_wrong_with_it(void **state) {
  static const struct {
    const char *url;
    bool insecure;
    const char *words; /* NULL: it is one */
  } rows[] = {
      {"tls+tcp://tandem.example.com:7701", false, NULL},
      {"tls+tcp://[::1]:1", false, NULL},
      {"tcp://127.0.0.1:65535", true, NULL},
      {"tcp://127.0.0.1:7701", false, "is not encrypted"},
      {"", false, "is not an address"},
      {"https://e.org:1", true, "is not an address"},
      {"tls+tcp://e.org", false, "is not an address"},
      {"tls+tcp://:1", false, "is not an address"},
      {"tls+tcp://e.org:", false, "is not an address"},
      {"tls+tcp://e.org:0", false, "is not an address"},
      {"tls+tcp://e.org:65536", false, "is not an address"},
      {"tls+tcp://e.org:7701/x", false, "is not an address"},
      {"tls+tcp://e.org:99999999999", false, "is not an address"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct result result = wire_check_url(str_of(rows[i].url), rows[i].insecure);
    assert_int_equal(result.code, rows[i].words ? RESULT_REJECTED : RESULT_OK);
    if (rows[i].words && !strstr(result.message, rows[i].words))
      fail_msg("%s: %s", rows[i].url, result.message);
  }
}

static void wire_url_with_too_long_a_host_is_refused(void **state) {
  (void)state;
  struct arena arena = {0};
  char host[300];
  memset(host, 'a', sizeof host);
  struct result result = wire_check_url(str_format(&arena, "tls+tcp://%.*s:1", (int)sizeof host, host), false);
  assert_int_equal(result.code, RESULT_REJECTED);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(wire_greeting_of_another_is_refused),
      cmocka_unit_test(wire_frames_come_one_by_one),
      cmocka_unit_test(wire_frame_that_is_too_long_is_refused),
      cmocka_unit_test(wire_frame_in_pieces_is_whole),
      cmocka_unit_test(wire_waits_end_by_time_and_by_cancelling),
      cmocka_unit_test(wire_sends_greeting_length_and_frame),
      cmocka_unit_test(wire_url_says_what_is_wrong_with_it),
      cmocka_unit_test(wire_url_with_too_long_a_host_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
