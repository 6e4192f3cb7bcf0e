/* Which fields a write or a creation settled, and which it left pending. */
#include "store/observing/adopt_shadow.h"

#include "base/mutation.h"
#include "store/sending/outward.h"
#include "sync/attribution.h"
#include "sync/canon.h"
#include "sync/catalogue.h"
#include "sync/plan.h"

enum { SECOND_MS = 1000 };

static struct plan_write write_of(const struct written *w, struct str field) {
  struct plan_write write = {0};
  const struct value *set = values_find(&w->set, field), *add = values_find(&w->add, field),
                     *remove = values_find(&w->remove, field);
  write.has_set = set != NULL;
  if (set)
    write.set = *set;
  write.has_delta = add || remove;
  write.add = add ? *add : value_set(field, NULL, 0);
  write.remove = remove ? *remove : value_set(field, NULL, 0);
  return write;
}

static bool is_as_sent(struct call *call, const struct written *w, const struct plan_write *write,
                       const struct value *answer) {
  if (write->has_delta && answer)
    return canon_has_all(answer, &write->add) && !canon_has_any(answer, &write->remove);
  if (!write->has_set || !answer || canon_equal(catalogue_kind(answer->name, answer->kind), &write->set, answer))
    return true;
  struct value own = *answer;
  own.text = attribution_strip(answer->text);
  const struct values seen = {&own, 1}, sent = {&write->set, 1};
  own = outward_coming(call, w->base_url, &seen, &sent).at[0];
  return canon_equal(catalogue_kind(answer->name, answer->kind), &write->set, &own);
}

static struct value nothing_like(const struct value *value) {
  return value->kind == VALUE_SET ? value_set(value->name, NULL, 0) : value_text(value->name, STR(""));
}

/* Whether it is as its creation made it. A clock of whole seconds does not tell a change within the first one: of a
 * text or a set, which goes out with the first request, that may be somebody's edit. */
static bool is_untouched(const struct observation *seen, const struct value *sent) {
  bool is_choice = catalogue_kind(sent->name, sent->kind) == CONTENT_CHOICE;
  return seen->version <= seen->created_at_ms && (is_choice || seen->version % SECOND_MS != 0);
}

/* A creation may take several requests (GitHub: create, then close), and what is come upon may be half of it. Where
 * nobody changed it since, what is missing is still to be pushed; else there is no shadow, and unequal values are a
 * conflict. */
static bool shadow_of_half(const struct written *w, const struct observation *seen, const struct value *sent,
                           struct value *local) {
  *local = nothing_like(sent);
  return str_is(w->change, "create") && is_untouched(seen, sent);
}

/* What is come upon shows what the tracker made of the creation only while its clock tells that nothing came since. */
static bool is_as_made(const struct observation *seen, enum adopted_by by) {
  return by == ADOPTED_BY_RECEIPT || (seen->version <= seen->created_at_ms && seen->version % SECOND_MS != 0);
}

/* What a field that was not sent was when its ticket was made there: what it is, unless somebody may have set it since.
 */
static struct value unsent(const struct value *answer, bool as_made) {
  return as_made ? *answer : nothing_like(answer);
}

/* Fields that a creation did not bring along: the local side never had them, or had no word for them, or got them
 * since. What the tracker began with is no edit of anybody, so the local value, if there is one, is the only change. */
static void start_fields(const struct written *w, const struct observation *returned, enum adopted_by by,
                         struct values_builder *external, struct values_builder *local) {
  for (size_t i = 0; i < returned->fields.count; i++) {
    const struct value *answer = &returned->fields.at[i];
    bool is_late = MUTATED(LATECOMER) && values_find(&w->local, answer->name);
    if (values_find(&w->sent_local, answer->name) || is_late)
      continue;
    values_put(external, unsent(answer, is_as_made(returned, by)));
    values_put(local, nothing_like(answer));
  }
}

/* What the tracker did not take stays pending: a conflict says why. */
static bool is_refused(const struct observation *returned, struct str field) {
  for (size_t i = 0; returned && i < returned->refused.count; i++)
    if (str_equal(returned->refused.at[i].field, field))
      return true;
  return false;
}

/* What the tracker made of a field that was sent: after an unanswered update what its history shows, where somebody has
 * changed it since. */
static const struct value *answer_of(const struct observation *returned, struct str field) {
  const struct value *arrived = returned ? values_find(&returned->arrived, field) : NULL;
  if (arrived && !MUTATED(HISTORY))
    return arrived;
  return returned ? values_find(&returned->fields, field) : NULL;
}

/* Per field that was sent, or that a creation left pending: (what local was, what the tracker made of it). */
struct result adopt_shadow_of_write(struct call *call, const struct written *w, const struct observation *returned,
                                    enum adopted_by by, struct values *arrived) {
  struct values_builder external = {.arena = call->arena}, local = {.arena = call->arena},
                        there = {.arena = call->arena};
  for (size_t i = 0; i < w->sent_local.count; i++) {
    const struct value *sent = &w->sent_local.at[i];
    struct plan_write write = write_of(w, sent->name);
    const struct value *answer = answer_of(returned, sent->name);
    if (!write.has_set && !write.has_delta && !answer)
      continue;
    struct value half = write.has_set || write.has_delta
                            ? plan_receipt(call->arena, values_find(&w->shadow, sent->name), &write, answer)
                            : unsent(answer, is_as_made(returned, by));
    struct value here = *sent;
    bool refused = is_refused(returned, sent->name);
    if (refused && !str_is(w->change, "create"))
      continue;
    if (refused)
      here = nothing_like(sent);
    if (by == ADOPTED_ON_SIGHT && !is_as_sent(call, w, &write, answer) && !shadow_of_half(w, returned, sent, &here))
      continue;
    values_put(&external, half);
    values_put(&local, here);
    if ((write.has_set || write.has_delta) && !refused)
      values_put(&there, *sent);
  }
  *arrived = values_built(&there);
  if (returned && str_is(w->change, "create"))
    start_fields(w, returned, by, &external, &local);
  struct values external_built = values_built(&external), local_built = values_built(&local);
  return adopt_shadow_move(call, w->mapping_id, &external_built, &local_built);
}

struct result adopt_shadow_move(struct call *call, int64_t mapping_id, const struct values *external,
                                const struct values *local) {
  if (MUTATED(SHADOW))
    return RESULT_DONE;
  struct str *names = ARENA_ARRAY(call->arena, struct str, external->count);
  struct values_builder differing = {.arena = call->arena};
  for (size_t i = 0; i < external->count; i++) {
    names[i] = external->at[i].name;
    const struct value *here = values_find(local, names[i]);
    if (here && !value_equal(here, &external->at[i]))
      values_put(&differing, *here);
  }
  struct values overlay = values_built(&differing);
  return db_query(call->db,
                  "update mapping set shadow = shadow || $2::text::jsonb, "
                  "shadow_local = (shadow_local - $3::text[]) || $4::text::jsonb where id = $1::bigint",
                  PARAMS(p_i64(mapping_id), p_values(call->arena, external),
                         p_strs(call->arena, names, external->count), p_values(call->arena, &overlay)),
                  NULL);
}

/* It was come upon before the request that brought `sent` along. */
static bool is_half(const struct written *w, const struct value *sent) {
  struct value nothing = nothing_like(sent);
  const struct value *here = values_find(&w->shadow_local, sent->name);
  return here && value_equal(here, &nothing) && !value_equal(sent, &nothing);
}

struct result adopt_shadow_of_rest(struct call *call, const struct written *w, const struct observation *returned) {
  struct values_builder external = {.arena = call->arena}, local = {.arena = call->arena};
  for (size_t i = 0; i < w->sent_local.count; i++) {
    const struct value *sent = &w->sent_local.at[i], *answer = values_find(&returned->fields, sent->name);
    struct plan_write write = write_of(w, sent->name);
    if (!answer || !write.has_set || !is_half(w, sent) || !is_as_sent(call, w, &write, answer))
      continue;
    values_put(&external, *answer);
    values_put(&local, *sent);
  }
  struct values external_built = values_built(&external), local_built = values_built(&local);
  return adopt_shadow_move(call, w->mapping_id, &external_built, &local_built);
}
