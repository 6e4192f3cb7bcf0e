/* Bytes as a message. */
#include "base/heap.h"
#include "service/transport.h"

nng_msg *transport_message(struct str bytes) {
  nng_msg *message;
  if (nng_msg_alloc(&message, bytes.length) != 0)
    heap_exhausted();
  if (bytes.length)
    memcpy(nng_msg_body(message), bytes.at, bytes.length);
  return message;
}
