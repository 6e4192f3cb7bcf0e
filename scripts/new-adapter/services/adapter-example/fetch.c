/* One ticket as it is now. */
#include "adapter-example/example.h"

static struct observation absent(struct arena *arena, const struct external_ref *ref) {
  return (struct observation){.kind = STR("ticket"),
                              .external_id = str_copy(arena, ref->external_id),
                              .external_key = str_copy(arena, ref->external_id),
                              .gone = STR("deleted")};
}

static struct result read_answer(struct arena *arena, const struct example_answer *answer, struct observation *out) {
  cJSON *tree;
  struct result result = json_parse(answer->body, &tree);
  if (result_ok(&result)) {
    result = example_read_ticket(arena, tree, out);
    cJSON_Delete(tree);
  }
  if (!result_ok(&result))
    return result_error(RESULT_RETRY, "Example's answer is not whole: %s", result.message);
  out->etag = str_copy(arena, answer->etag);
  return RESULT_DONE;
}

struct result example_fetch(struct connection *c, struct arena *arena, const struct external_ref *ref,
                            bool *not_modified, struct observation *out) {
  struct example_answer answer = {0};
  struct observation seen = {0};
  *not_modified = false;
  if (!str_is(ref->kind, "ticket"))
    return example_not_written("fetch of comments");
  struct str path = str_format(arena, "/tickets/%.*s", STR_FMT(http_escape(arena, ref->external_id)));
  struct result result = example_get(c, arena, path, ref->etag, &answer);
  if (result.code == RESULT_GONE) {
    *out = absent(arena, ref);
    return RESULT_DONE;
  }
  TRY(result);
  if (answer.status == 304) {
    *not_modified = true;
    return RESULT_DONE;
  }
  TRY(read_answer(arena, &answer, &seen));
  *out = seen;
  return RESULT_DONE;
}
