/* The verb that takes back what is outside of a ticket or comment that may not be there any more: first told, then done
 * when a person asks for it. */
#include "store/sending/withdraw.h"
#include "store/tickets/journal.h"
#include "store/tickets/keys.h"
#include "store/tickets/tickets.h"

enum { PLACES_MAX = 2000 };

/* Where the item and its comments are, though they may not be: a creation that may have arrived counts. */
static struct result select_places(struct call *call, int64_t item_id, struct rows *out) {
  return db_query(
      call->db,
      "select m.id, i.kind, i.number, i.id as item_id, p.name, e.external_key, e.url, m.op_id is not null as ours, "
      "i.origin_project = m.project_id as origin, m.external_id is null as uncertain, w.state, w.reason, g.fields, "
      "epoch_ms(g.first) as first_ms, epoch_ms(g.last) as "
      "last_ms from (select $1::bigint as id union all select id from item where parent_id = $1) f join item i on "
      "i.id = f.id join mapping m on m.item_id = i.id join project p on p.id = m.project_id and p.state <> "
      "'removed' left join external_item e on (e.project_id, e.kind, e.external_id) = (m.project_id, m.kind, "
      "m.external_id) left join lateral (select state, reason from intent n where n.mapping_id = m.id and n.purpose "
      "= 'retract' and n.state in ('prepared', 'sending', 'unknown', 'parked') order by n.id desc limit 1) w on "
      "true left join lateral (select string_agg(distinct f, ',') as fields, min(s.at) as first, max(s.at) as last "
      "from egress s left join lateral unnest(s.fields) f on true where s.item_id = i.id and s.project_id = "
      "m.project_id and s.rule not in ('delete', 'undo', 'retract')) g on true where (m.state <> 'gone' or w.state is "
      "not null) and leave_rule(i.id, m.project_id) is null and (m.external_id is not null or exists (select from "
      "intent n where n.mapping_id = m.id and "
      "n.change = 'create' and n.first_sent_at is not null and n.state in ('sending', 'unknown'))) order by "
      "i.parent_id nulls first, i.id, p.name limit $2::bigint",
      PARAMS(p_i64(item_id), p_i64(PLACES_MAX)), out);
}

static struct retraction_place keep(struct retraction_place place, const char *why) {
  place.action = STR("keep");
  place.state = STR("kept");
  place.reason = str_of(why);
  return place;
}

static struct retraction_place read_place(struct call *call, const struct rows *rows, size_t row) {
  struct str kind = rows_str(rows, row, "kind"), state = rows_str(rows, row, "state"),
             fields = rows_str(rows, row, "fields");
  struct retraction_place place = {
      .key = key_text(call->arena, kind, rows_i64(rows, row, "number"), rows_i64(rows, row, "item_id")),
      .project = rows_str(rows, row, "name"),
      .external_key = rows_str(rows, row, "external_key"),
      .url = rows_str(rows, row, "url"),
      .first_left_ms = rows_i64(rows, row, "first_ms"),
      .last_left_ms = rows_i64(rows, row, "last_ms"),
      .action = str_is(kind, "comment") ? STR("delete") : STR("close"),
      .state = state.length == 0         ? STR("planned")
               : str_is(state, "parked") ? STR("parked")
                                         : STR("waiting"),
      .reason = rows_str(rows, row, "reason"),
  };
  place.fields.at = tickets_names(call, fields, ",", &place.fields.count);
  if (rows_bool(rows, row, "uncertain"))
    return keep(place, "it was being created there, and may have arrived: ask again when that is settled");
  if (rows_bool(rows, row, "origin"))
    return keep(place, "it was written there: it is not ours to take back");
  if (!rows_bool(rows, row, "ours"))
    return keep(place, "it was there before it was linked: it is not ours to take back");
  return place;
}

/* Comments first: a ticket takes what is left of them along. */
static struct result withdraw_all(struct call *call, const struct rows *rows, struct retraction_place *places) {
  for (size_t i = rows->count; i > 0; i--) {
    struct retraction_place *place = &places[i - 1];
    struct withdrawal withdrawal;
    if (!str_is(place->state, "planned"))
      continue;
    TRY(withdraw_retract(call, rows_i64(rows, i - 1, "id"), &withdrawal));
    place->state = withdrawal.why_not.length ? STR("kept") : STR("waiting");
    place->reason = withdrawal.why_not;
  }
  return RESULT_DONE;
}

/* Only a grant can be taken back by itself: what is public, or came from there, may be there without one. */
static struct result say_take_back(struct call *call, struct str key, struct str project, struct str rule) {
  const char *why = str_is(rule, "public")   ? ", because it is public"
                    : str_is(rule, "origin") ? ", because it comes from there"
                                             : "";
  const char *or_grant =
      str_is(rule, "grant") ? str_format(call->arena, ", or --project %.*s --revoke", STR_FMT(project)).at : "";
  return result_error(RESULT_REJECTED,
                      "%.*s may be in %.*s%s: take that back first (tandem ticket share %.*s --privacy local_only%s)",
                      STR_FMT(key), STR_FMT(project), why, STR_FMT(key), or_grant);
}

/* Somewhere it may be: then it is to be said first that it may not. */
static struct result check_private(struct call *call, struct str key, int64_t item_id) {
  struct rows rows;
  TRY(db_query(call->db,
               "select p.name, leave_rule(m.item_id, m.project_id) as rule from mapping m join project p on p.id = "
               "m.project_id where m.item_id = $1::bigint and "
               "m.state <> 'gone' and m.external_id is not null and leave_rule(m.item_id, m.project_id) is not null "
               "order by p.name limit 1",
               PARAMS(p_i64(item_id)), &rows));
  if (rows.count == 0)
    return RESULT_DONE;
  return say_take_back(call, key, rows_str(&rows, 0, "name"), rows_str(&rows, 0, "rule"));
}

static void tell_lasting(struct call *call, struct retraction *out) {
  static const char *const texts[] = {
      "the history that the tracker keeps: the old texts can be seen there until somebody deletes it for good",
      "notifications, mails and webhooks that it has sent",
      "copies that other people and programs have made",
  };
  size_t count = out->places.count ? sizeof texts / sizeof texts[0] : 0;
  struct str *lasting = ARENA_ARRAY(call->arena, struct str, count);
  for (size_t i = 0; i < count; i++)
    lasting[i] = str_of(texts[i]);
  out->lasting.at = lasting;
  out->lasting.count = count;
}

struct result store_ticket_retract(struct call *call, const void *request, void *reply) {
  const struct ticket_retract *retract = request;
  struct retraction *out = reply;
  int64_t item_id;
  bool is_comment;
  struct rows rows;
  if (retract->actor.length == 0)
    return result_error(RESULT_REJECTED, "a retraction needs to say whose it is");
  TRY(key_find_item(call, retract->key, &item_id, &is_comment));
  TRY(select_places(call, item_id, &rows));
  if (rows.count == 0)
    TRY(check_private(call, retract->key, item_id));
  struct retraction_place *places = ARENA_ARRAY(call->arena, struct retraction_place, rows.count);
  for (size_t i = 0; i < rows.count; i++)
    places[i] = read_place(call, &rows, i);
  out->key = retract->key;
  out->places.at = places;
  out->places.count = rows.count;
  tell_lasting(call, out);
  if (retract->preview || rows.count == 0)
    return RESULT_DONE;
  TRY(withdraw_all(call, &rows, places));
  out->begun = true;
  return journal_audit(call, retract->actor, "ticket.retract", retract->key,
                       str_format(call->arena, "{\"places\":%zu}", rows.count));
}
