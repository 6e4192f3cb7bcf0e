/* JSON Pointers (RFC 6901), parsed once and then followed in many trees. cJSON's own take array indexes with letters in
 * them for numbers (CVE-2025-57052) and cannot make what is missing on the way. */
#ifndef ADAPTER_WEBHOOK_POINTER_H
#define ADAPTER_WEBHOOK_POINTER_H

#include <cjson/cJSON.h>

#include "base/result.h"
#include "base/str.h"

enum { POINTER_TOKENS_MAX = 16, POINTER_BYTES_MAX = 512 };

struct pointer {
  struct str text; /* as written; absent = there is none */
  const char *const *tokens;
  size_t count;
};

enum pointer_found {
  POINTER_FOUND,
  POINTER_NULL,   /* a null stands there or on the way */
  POINTER_MISSING /* no such member */
};

/* Tokens are allocated in the arena. REJECTED says what is wrong with the text. */
struct result pointer_parse(struct arena *arena, struct str text, struct pointer *out) MUST_USE;

/* What `pointer` leads to in `tree`; `*out` is set only when it is found. */
enum pointer_found pointer_find(const struct pointer *pointer, const cJSON *tree, const cJSON **out);

/* Puts `value` there, making the objects on the way; takes it in any case. False when something that is no object is in
 * the way or there already, or the pointer is the whole document. */
bool pointer_put(const struct pointer *pointer, cJSON *tree, cJSON *value);

#endif
