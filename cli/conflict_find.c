/* Asking the store for conflicts. */
#include "cli/conflict_find.h"

#include "cli/client.h"

struct result conflict_find(struct invocation *call, struct str number, struct conflict *out) {
  struct conflict_query query = {.limit = 1};
  if (!str_to_i64(number, &query.id) || query.id <= 0)
    return invocation_usage(call, "a conflict is a number, not `%.*s`. `tandem conflicts list` shows them.",
                            STR_FMT(number));
  struct conflict_list list = {0};
  TRY(client_call(call, VERB_CONFLICT_LIST, &query, &list));
  if (list.conflicts.count == 0)
    return result_error(RESULT_GONE, "there is no conflict %lld. `tandem conflicts list` shows what there is.",
                        (long long)query.id);
  *out = list.conflicts.at[0];
  return RESULT_DONE;
}

struct conflict_query conflict_filter(const struct invocation *call) {
  return (struct conflict_query){.project = invocation_text(call, "project"),
                                 .ticket = invocation_text(call, "ticket"),
                                 .field = invocation_text(call, "field"),
                                 .kind = invocation_text(call, "kind")};
}
