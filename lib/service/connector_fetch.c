/* What is gone, and filling the places of a fetch of several tickets. */
#include "service/connector_fetch.h"

void connector_set_gone(struct observation *seen, struct str how, struct str moved_to) {
  seen->gone = how;
  seen->moved_to = moved_to;
  seen->fields = (struct values){0};
  seen->extra = (struct values){0};
  seen->marker = (struct str){0};
}

struct str connector_parent_or_unknown(struct arena *arena, struct str id) {
  return id.length ? str_copy(arena, id) : STR("?");
}

struct observation connector_gone(struct arena *arena, const struct external_ref *ref, struct str how) {
  struct observation seen = {.kind = str_copy(arena, ref->kind),
                             .external_id = str_copy(arena, ref->external_id),
                             .external_key = str_copy(arena, ref->external_id),
                             .gone = how};
  if (str_is(ref->kind, "comment"))
    seen.parent_external_id = connector_parent_or_unknown(arena, ref->parent_external_id);
  return seen;
}

static struct external_ref target_of(const struct intent *intent) {
  return (struct external_ref){
      .kind = intent->kind, .external_id = intent->external_id, .parent_external_id = intent->parent_external_id};
}

struct observation connector_deleted(struct arena *arena, const struct intent *intent) {
  struct external_ref ref = target_of(intent);
  return connector_gone(arena, &ref, STR("deleted"));
}

struct result connector_confirm_deleted(struct connection *connection, struct arena *arena, connector_fetch_fn *fetch,
                                        const struct intent *intent, struct observation *out) {
  struct external_ref ref = target_of(intent);
  struct observation seen = {0};
  bool not_modified = false;
  TRY(fetch(connection, arena, &ref, &not_modified, &seen));
  if (!not_modified && seen.gone.length == 0)
    return result_error(RESULT_REJECTED,
                        "the tracker denies that there is this %.*s, and shows it: may the account delete it?",
                        STR_FMT(intent->kind));
  *out = connector_deleted(arena, intent);
  return RESULT_DONE;
}

struct result connector_check_asked(const struct external_ref *ref, const struct observation *seen) {
  if (str_equal(ref->external_id, seen->external_id))
    return RESULT_DONE;
  return result_error(RESULT_RETRY, "%.*s %.*s was asked for, and the tracker shows another one: %.*s",
                      STR_FMT(ref->kind), STR_FMT(ref->external_id), STR_FMT(seen->external_id));
}

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
