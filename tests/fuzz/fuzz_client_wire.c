/* What libtandem hears on a connection: the greeting, then frames, cut anywhere. The first byte chooses the bus or the
 * store, and the verb whose reply a frame is. Each frame is exactly what stands in the input. */
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "client/wire.h"
#include "fuzz.h"
#include "peer.h"
#include "proto/events.h"
#include "service/rpc_frames.h"

enum { GREETING_BYTES = 8, LENGTH_BYTES = 8, ID_BYTES = 4, INPUT_BYTES_MAX = 64 * 1024, PATIENCE_MS = 10000 };

static void read_frame(struct arena *arena, uint8_t choice, struct str frame) {
  struct stored_event event;
  enum verb_id id = (enum verb_id)(choice % VERB_COUNT);
  void *reply = arena_alloc(arena, verb_table[id].reply->size_bytes);
  struct result result = event_from_frame(arena, frame, &event);
  if (frame.length >= ID_BYTES)
    result = rpc_frames_reply(arena, id, str_slice(frame, ID_BYTES, frame.length), reply);
  (void)result;
}

static void hear(struct wire *wire, uint8_t choice, const uint8_t *said, size_t size) {
  struct arena arena = {0};
  struct str frame;
  for (size_t at = GREETING_BYTES;; at += LENGTH_BYTES + frame.length) {
    struct result result = wire_receive(wire, &arena, clock_mono_ms() + PATIENCE_MS, &frame);
    if (!result_ok(&result))
      break;
    MUST_HOLD(at + LENGTH_BYTES + frame.length <= size);
    MUST_HOLD(memcmp(frame.at, said + at + LENGTH_BYTES, frame.length) == 0);
    read_frame(&arena, choice, frame);
    arena_reset(&arena);
  }
  arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const struct wire_options options = {.insecure = true, .cancel_fd = -1};
  struct wire *wire = NULL;
  if (size == 0 || size > INPUT_BYTES_MAX)
    return 0;
  int peer = peer_new();
  MUST_HOLD(send(peer, data + 1, size - 1, MSG_NOSIGNAL) == (ssize_t)size - 1);
  shutdown(peer, SHUT_WR);
  struct result result =
      wire_open(&options, PEER_URL, data[0] % 2 ? WIRE_SUB : WIRE_REQ, clock_mono_ms() + PATIENCE_MS, &wire);
  if (result_ok(&result))
    hear(wire, data[0], data + 1, size - 1);
  wire_close(wire);
  close(peer);
  return 0;
}
