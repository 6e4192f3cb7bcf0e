/* Short words for long records. */
#include "simulation/tell.h"

#include "base/msgpack.h"

struct str tell_values(struct arena *arena, const char *what, const struct values *values) {
  struct str_builder text = {.arena = arena};
  if (values->count == 0)
    return STR("");
  str_append_format(&text, " %s{", what);
  for (size_t i = 0; i < values->count; i++) {
    const struct value *value = &values->at[i];
    str_append_format(&text, "%s%.*s: ", i ? ", " : "", STR_FMT(value->name));
    for (size_t n = 0; n < value->text.length; n++)
      str_append(&text, value->text.at[n] == '\n' ? STR("|") : str_slice(value->text, n, n + 1));
    for (size_t n = 0; n < value->count; n++)
      str_append_format(&text, "%s%.*s", n ? "+" : "", STR_FMT(value->items[n]));
  }
  str_append_c(&text, "}");
  return str_built(&text);
}

static void tell_observe(struct str_builder *text, const struct observe *observe) {
  str_append_format(text, " %.*s", STR_FMT(observe->lease.resource));
  for (size_t i = 0; i < observe->observations.count; i++) {
    const struct observation *seen = &observe->observations.at[i];
    str_append_format(text, " [%.*s %.*s v%lld", STR_FMT(seen->kind), STR_FMT(seen->external_key),
                      (long long)seen->version);
    str_append(text, tell_values(text->arena, "", &seen->fields));
    str_append_c(text, "]");
  }
  for (size_t i = 0; i < observe->not_modified.count; i++)
    str_append_format(text, " [%.*s same]", STR_FMT(observe->not_modified.at[i].external_id));
}

static void tell_outcome(struct str_builder *text, const struct plan_outcome *o) {
  str_append_format(text, " [mapping %lld%s%s%s", (long long)o->mapping_id, o->import ? " import" : "",
                    o->refetch ? " refetch" : "", o->create ? " create" : "");
  str_append(text, tell_values(text->arena, "local", &o->local));
  str_append(text, tell_values(text->arena, "set", &o->set));
  str_append(text, tell_values(text->arena, "add", &o->add));
  str_append(text, tell_values(text->arena, "remove", &o->remove));
  str_append(text, tell_values(text->arena, "shadow", &o->shadow_external));
  for (size_t i = 0; i < o->conflicts.count; i++)
    str_append_format(text, " conflict %.*s %.*s", STR_FMT(o->conflicts.at[i].field),
                      STR_FMT(o->conflicts.at[i].winner));
  str_append_c(text, "]");
}

static void tell_receipt(struct str_builder *text, const struct push_receipt *receipt) {
  str_append_format(text, " intent %lld %s%.*s", (long long)receipt->intent_id, receipt->probe ? "probe " : "",
                    STR_FMT(receipt->outcome));
}

struct str tell_request(struct arena *arena, enum verb_id id, struct str frame) {
  struct str_builder text = {.arena = arena};
  struct verb_request request = {0};
  struct result result = msgpack_decode(arena, &record_verb_request, frame, &request);
  void *body = arena_alloc(arena, verb_table[id].request->size_bytes);
  if (result_ok(&result))
    result = msgpack_decode(arena, verb_table[id].request, request.body, body);
  if (!result_ok(&result))
    return STR("");
  const struct plan_commit *commit = body;
  const struct push_begin *begin = body;
  if (id == VERB_OBSERVE)
    tell_observe(&text, body);
  if (id == VERB_PUSH_RECEIPT)
    tell_receipt(&text, body);
  if (id == VERB_PUSH_BEGIN)
    str_append_format(&text, " intent %lld", (long long)begin->intent_id);
  for (size_t i = 0; id == VERB_PLAN_COMMIT && i < commit->outcomes.count; i++)
    tell_outcome(&text, &commit->outcomes.at[i]);
  return str_built(&text);
}
