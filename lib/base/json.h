/* Records and values as JSON objects (RFC 8259), the same names as on the bus. Parsing goes through cJSON with a cap on
 * size and depth. Numbers above 2^53 must travel as strings: cJSON keeps doubles. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <cjson/cJSON.h>

#include "base/record.h"
#include "base/result.h"

enum { JSON_DEPTH_MAX = 64 };

/* Parses one whole JSON text; the caller deletes `*out` by cJSON_Delete. RESULT_REJECTED on anything else. */
struct result json_parse(struct str text, cJSON **out) MUST_USE;

/* Members as C values; absent or of another type gives NULL / 0 / false. The string lives as long as the object. */
struct str json_str(const cJSON *object, const char *name);
int64_t json_i64(const cJSON *object, const char *name);
bool json_bool(const cJSON *object, const char *name);

/* The member, or NULL; that of a path ("fields.status.name") likewise. The path's text as json_str() gives it, and as a
 * copy in the arena; the member's as a copy, or "" where it has none. */
const cJSON *json_member(const cJSON *object, const char *name);
const cJSON *json_at(const cJSON *object, const char *path);
struct str json_text(const cJSON *object, const char *path);
struct str json_copy(struct arena *arena, const cJSON *object, const char *path);
struct str json_copy_or_empty(struct arena *arena, const cJSON *object, const char *name);

/* Milliseconds of a member that is an RFC 3339 time; 0 = none. */
int64_t json_time_ms(const cJSON *object, const char *name);

/* A string node, which the caller owns; `text` needs no NUL at its end. */
cJSON *json_string(struct arena *scratch, struct str text);

/* A cJSON tree as compact text in the arena; deletes the tree. */
struct str json_print(struct arena *arena, cJSON *tree);

/* The record as compact JSON text. Secret fields become "***" when `hide_secrets`. */
struct str json_record_text(struct arena *arena, const struct record *record, const void *object, bool hide_secrets);

/* The same as a tree, which the caller owns. */
cJSON *json_from_record(const struct record *record, const void *object, bool hide_secrets);

/* Appends `text` as a quoted and escaped JSON string. */
void json_append_quoted(struct str_builder *builder, struct str text);

/* The values as compact JSON text, ready for a jsonb parameter. */
struct str json_values_text(struct arena *arena, const struct values *values);

/* From JSON text: an object of strings and arrays of strings. */
struct result json_to_values(struct arena *arena, struct str text, struct values *out) MUST_USE;

/* Fills `out` like msgpack_decode; strings are copied into the arena. */
struct result json_to_record(struct arena *arena, const struct record *record, struct str text, void *out) MUST_USE;
struct result json_tree_to_record(struct arena *arena, const struct record *record, const cJSON *tree,
                                  void *out) MUST_USE;

#endif
