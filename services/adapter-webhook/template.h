/* URI templates (RFC 6570) as far as trackers need them: {name}, and {?a,b} or {&a,b}, which leave out what is not set.
 */
#ifndef ADAPTER_WEBHOOK_TEMPLATE_H
#define ADAPTER_WEBHOOK_TEMPLATE_H

#include "base/result.h"
#include "base/str.h"

struct template_variable {
  const char *name;
  struct str value; /* absent = not set */
};

/* A path below the tracker's address ("/tickets/{id}"), in which only `names` (ended by NULL) occur. REJECTED says what
 * is wrong. */
struct result template_check(struct str text, const char *const *names) MUST_USE;

/* Whether `name` occurs in the part before the query. */
bool template_has_in_path(struct str text, const char *name);

/* The text with every variable's value percent-encoded. RESULT_REJECTED when a value of the path would lead elsewhere
 * ("..", or nothing at all). `text` has been checked. */
struct result template_expand(struct arena *arena, struct str text, const struct template_variable *variables,
                              size_t count, struct str *out) MUST_USE;

#endif
