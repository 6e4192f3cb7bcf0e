/* The verb before a write outside: the gate. What may not leave, or was decided on something else, ends here. */
#include "store/sending/push.h"

#include <sodium.h>

#include "base/json.h"
#include "base/mutation.h"
#include "store/claims/leases.h"
#include "store/observing/adopt.h"
#include "store/observing/externals.h"
#include "store/sending/outward.h"
#include "store/sending/usage.h"
#include "store/sending/withdraw.h"
#include "store/tickets/markers.h"
#include "sync/attribution.h"

/* "github" as people write it. */
static struct str system_title(struct arena *arena, struct str system) {
  if (str_is(system, "github"))
    return STR("GitHub");
  char *title = str_c(arena, system);
  if (title[0] >= 'a' && title[0] <= 'z')
    title[0] = (char)(title[0] - 'a' + 'A');
  return str_of(title);
}

/* A comment that was written in another tracker tells who wrote it there; where, unless that leads inside. */
static struct result attribute(struct call *call, const struct pending *p, struct values *set) {
  const struct value *body = values_find(set, STR("body"));
  struct rows rows;
  if (!str_is(p->kind, "comment") || !body)
    return RESULT_DONE;
  TRY(db_query(
      call->db,
      "select i.author, o.system, e.url from item i join project o on o.id = i.origin_project "
      "left join mapping m on m.item_id = i.id and m.project_id = o.id left join external_item e on "
      "(e.project_id, e.kind, e.external_id) = (m.project_id, m.kind, m.external_id) "
      "where i.id = $1::bigint and (o.id <> $2::bigint or $3::boolean)",
      PARAMS(p_i64(p->item_id), p_i64(p->project_id), p_bool(str_is(p->change, "create") || p->mapping_op_id.length)),
      &rows));
  if (rows.count == 0)
    return RESULT_DONE;
  struct str author = rows_str(&rows, 0, "author"), system = rows_str(&rows, 0, "system");
  ptrdiff_t colon = str_find(author, ":");
  author = str_slice(author, colon < 0 ? 0 : (size_t)colon + 1, author.length);
  struct str url = rows_str(&rows, 0, "url");
  if (url.length && outward_is_internal(call, p->base_url, url))
    url = (struct str){0};
  struct str text = attribution_add(call->arena, body->text, author, system_title(call->arena, system), url);
  *set = values_with(call->arena, set, value_text(STR("body"), text));
  return RESULT_DONE;
}

struct result push_leaving(struct call *call, const struct pending *p, const struct values *known, struct values *set) {
  *set = outward_leaving(call, p->base_url, set, known);
  return attribute(call, p, set);
}

/* The marker travels with every body of something that tandem created. */
static struct result payload_marker(struct call *call, const struct pending *p, struct str *out) {
  bool creates = str_is(p->change, "create");
  if (MUTATED(MARKER))
    return RESULT_DONE;
  if (creates)
    return marker_make(call, p->op_id, out);
  if (p->mapping_op_id.length && values_find(&p->set, STR("body")))
    return marker_make(call, p->mapping_op_id, out);
  return RESULT_DONE;
}

static struct result log_egress(struct call *call, const struct pending *p) {
  const struct values *parts[] = {&p->set, &p->add, &p->remove};
  struct str *names = ARENA_ARRAY(call->arena, struct str, p->set.count + p->add.count + p->remove.count);
  struct str_builder content = {.arena = call->arena};
  size_t count = 0;
  for (size_t part = 0; part < 3; part++) {
    str_append(&content, json_values_text(call->arena, parts[part]));
    for (size_t i = 0; i < parts[part]->count; i++) {
      bool known = false;
      for (size_t seen = 0; seen < count; seen++)
        known |= str_equal(names[seen], parts[part]->at[i].name);
      if (!known)
        names[count++] = parts[part]->at[i].name;
    }
  }
  struct str text = str_built(&content);
  unsigned char hash[32];
  crypto_generichash(hash, sizeof hash, (const unsigned char *)text.at, text.length, NULL, 0);
  return db_query(call->db,
                  "insert into egress (intent_id, item_id, project_id, fields, rule, content_hash, mapping_id, "
                  "external_id) values ($1::bigint, $2::bigint, $3::bigint, $4::text[], $5, $6, $7::bigint, $8)",
                  PARAMS(p_i64(p->id), p_i64(p->item_id), p_i64(p->project_id), p_strs(call->arena, names, count),
                         p_str(p->rule), p_bytes((struct str){(const char *)hash, sizeof hash}), p_i64(p->mapping_id),
                         p_str(p->external_id)),
                  NULL);
}

static struct result mark_sending(struct call *call, const struct pending *p, const struct lease *lease) {
  return db_query(
      call->db,
      "update intent set state = 'sending', fence = $2::bigint, attempts = attempts + 1, "
      "first_sent_at = coalesce(first_sent_at, now()), unanswered = change = 'create', seen_version = (select "
      "e.version from mapping m join "
      "external_item e on (e.project_id, e.kind, e.external_id) = (m.project_id, m.kind, m.external_id) "
      "where m.id = intent.mapping_id), "
      "high_water = case when high_water is null and change = 'create' and kind = 'ticket' then (select "
      "max(lpad(e.external_id, 20, '0')) from external_item e where " TICKET_OF("e") " = intent.project_id) else "
                                                                                     "high_water end "
                                                                                     "where id = $1::bigint",
      PARAMS(p_i64(p->id), p_i64(lease->fence)), NULL);
}

/* The target as just fetched must be what the decision was made on. */
static struct result check_target(struct call *call, const struct pending *p, const struct push_begin *begin,
                                  bool *moved) {
  *moved = false;
  if (begin->fresh.count) {
    struct taken taken = {0};
    TRY(externals_record(call, p->project_id, SOURCE_FRESH, begin->fresh.at, 1, &taken));
    *moved = !str_equal(begin->fresh.at[0].hash, p->expect_hash) || begin->fresh.at[0].gone.length;
  } else if (!str_is(p->change, "create")) {
    *moved = !str_equal(p->observed_hash, p->expect_hash);
  }
  return RESULT_DONE;
}

/* What was decided may be over by now, or not be allowed to leave. `*stop`: the store has noted why. */
static struct result check_decided(struct call *call, const struct push_begin *begin, struct pending *p, bool *stop) {
  bool moved;
  *stop = true;
  if (p->deletes != p->deleted_here)
    return pending_give_up_stale(call, p);
  if (p->deletes && begin->fresh.count && begin->fresh.at->gone.length) /* nothing is left to delete */
    return adopt_written(call, p->id, NULL, ADOPTED_ON_SIGHT);
  if (str_is_absent(p->rule) && MUTATED(GATE))
    p->rule = STR("public");
  if (str_is_absent(p->rule))
    return pending_end(call, p, "refused", STR("it is private here: nothing was sent (tandem ticket share)"));
  TRY(check_target(call, p, begin, &moved));
  if (moved && p->observed_gone)
    return pending_park(call, p, STR("the external ticket is gone"));
  if (moved)
    return pending_give_up_stale(call, p);
  *stop = false;
  return RESULT_DONE;
}

/* It carries nothing, so its purpose is the rule. */
static struct result check_withdrawal(struct call *call, const struct push_begin *begin, struct pending *p,
                                      bool *stop) {
  bool moved;
  TRY(check_target(call, p, begin, &moved));
  p->observed_gone |= begin->fresh.count && begin->fresh.at->gone.length;
  TRY(withdraw_begin(call, p, moved, stop));
  p->rule = p->purpose;
  return RESULT_DONE;
}

struct result store_push_begin(struct call *call, const void *request, void *reply) {
  const struct push_begin *begin = request;
  struct push_go *go = reply;
  struct pending p;
  bool stop;
  TRY(lease_check(call, &begin->lease));
  TRY(pending_load(call, begin->intent_id, 0, &p));
  if (!str_is(p.state, "prepared"))
    return RESULT_DONE;
  TRY(p.purpose.length ? check_withdrawal(call, begin, &p, &stop) : check_decided(call, begin, &p, &stop));
  if (stop)
    return RESULT_DONE;
  TRY(usage_take_token(call, p.credential, &begin->pace, &go->wait_ms));
  if (go->wait_ms > 0)
    return db_query(call->db,
                    "update intent set next_attempt_at = now() + $2::bigint * interval '1 millisecond' "
                    "where id = $1::bigint",
                    PARAMS(p_i64(p.id), p_i64(go->wait_ms)), NULL);
  TRY(push_leaving(call, &p, begin->fresh.count ? &begin->fresh.at->fields : &p.observed, &p.set));
  TRY(payload_marker(call, &p, &go->payload.marker));
  TRY(log_egress(call, &p));
  TRY(mark_sending(call, &p, &begin->lease));
  go->go = true;
  go->lease_ms = lease_length_ms();
  go->payload.set = p.set;
  go->payload.add = p.add;
  go->payload.remove = p.remove;
  return RESULT_DONE;
}
