/* Filling the places of a fetch of several tickets. */
#include "service/connector_fetch.h"

bool connector_place(const struct external_ref *refs, size_t count, const struct observation *seen,
                     struct observation *out) {
  bool placed = false;
  for (size_t i = 0; i < count; i++)
    if (str_equal(refs[i].external_id, seen->external_id)) {
      out[i] = *seen;
      placed = true;
    }
  return placed;
}

struct result connector_fetch_missing(struct connection *connection, struct arena *arena, connector_fetch_fn *fetch,
                                      const struct external_ref *refs, size_t count, struct observation *out) {
  for (size_t i = 0; i < count; i++) {
    if (!str_is_absent(out[i].kind))
      continue;
    struct external_ref ref = refs[i];
    struct observation seen = {0};
    bool not_modified = false;
    ref.etag = (struct str){0};
    struct result result = fetch(connection, arena, &ref, &not_modified, &seen);
    if (!result_ok(&result))
      return result_context(result, "%.*s", STR_FMT(ref.external_id));
    connector_place(refs, count, &seen, out);
    out[i] = seen;
  }
  return RESULT_DONE;
}
