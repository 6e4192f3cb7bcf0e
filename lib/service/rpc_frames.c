/* Encoding requests and decoding replies. */
#include "service/rpc_frames.h"

#include "base/msgpack.h"
#include "base/trace.h"

struct result rpc_frames_request(struct arena *arena, struct str client, int64_t number, enum verb_id id,
                                 const void *request, struct str *out) {
  struct trace_context current = trace_current();
  struct verb_request frame = {
      .verb = str_of(verb_table[id].name),
      .client = client,
      .request = number,
      .traceparent = trace_format(arena, &current),
      .body = msgpack_encode(arena, verb_table[id].request, request),
  };
  *out = msgpack_encode(arena, &record_verb_request, &frame);
  if (out->length <= WIRE_FRAME_BYTES_MAX)
    return RESULT_DONE;
  return result_error(RESULT_REJECTED, "%s: what it says has %zu bytes, and a message at most %d: say it in parts",
                      verb_table[id].name, out->length, WIRE_FRAME_BYTES_MAX);
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
