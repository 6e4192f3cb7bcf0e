/* Records as msgpack maps (https://github.com/msgpack/msgpack/blob/master/spec.md), keys are the field names.
 * Unknown keys are skipped, a missing required one is refused. Input is hostile: sizes and depth are checked first. */
#ifndef BASE_MSGPACK_H
#define BASE_MSGPACK_H

#include <msgpack.h>

#include "base/record.h"
#include "base/result.h"

enum { MSGPACK_DEPTH_MAX = 24 };

/* A packer's callback for a msgpack_sbuffer: as msgpack_sbuffer_write(), but a frame never lacks its end. */
int msgpack_put_bytes(void *buffer, const char *bytes, size_t length);

/* `object` as one map, in the arena. Absent fields and zeros are left out unless required. */
struct str msgpack_encode(struct arena *arena, const struct record *record, const void *object);

/* The same with zeros and empty lists, so that it has the members that the JSON text has. */
struct str msgpack_encode_whole(struct arena *arena, const struct record *record, const void *object);

/* Fills `out` (record->size_bytes, zeroed by this call on success). Strings point into `bytes`, which must outlive it.
 * RESULT_REJECTED names the field that is wrong. */
struct result msgpack_decode(struct arena *arena, const struct record *record, struct str bytes, void *out) MUST_USE;

#endif
