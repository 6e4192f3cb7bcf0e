/* Encoding requests and decoding replies. */
#include "service/rpc_frames.h"

#include <sodium.h>

#include "base/msgpack.h"

/* W3C trace context: every request begins a trace, and the events that come of it carry it on. */
static struct str new_traceparent(struct arena *arena) {
  unsigned char bytes[24];
  char hex[2 * sizeof bytes + 1];
  randombytes_buf(bytes, sizeof bytes);
  sodium_bin2hex(hex, sizeof hex, bytes, sizeof bytes);
  return str_format(arena, "00-%.32s-%.16s-01", hex, hex + 32);
}

struct str rpc_frames_request(struct arena *arena, struct str client, int64_t number, enum verb_id id,
                              const void *request) {
  struct verb_request frame = {
      .verb = str_of(verb_table[id].name),
      .client = client,
      .request = number,
      .traceparent = new_traceparent(arena),
      .body = msgpack_encode(arena, verb_table[id].request, request),
  };
  return msgpack_encode(arena, &record_verb_request, &frame);
}

struct result rpc_frames_reply(struct arena *arena, enum verb_id id, struct str bytes, void *out) {
  struct verb_reply reply = {0};
  TRY(msgpack_decode(arena, &record_verb_reply, bytes, &reply));
  enum result_code code = result_code_named(reply.code.at, reply.code.length);
  if (code == RESULT_OK)
    return out ? msgpack_decode(arena, verb_table[id].reply, reply.body, out) : RESULT_DONE;
  struct result result = result_error(code, "%.*s", STR_FMT(reply.message));
  result.retry_after_ms = reply.retry_after_ms;
  return result;
}
