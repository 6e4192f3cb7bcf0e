/* The places of a retraction: what is there now, what was there before and was only closed, and what may be there. */
#include "store/tickets/keys.h"
#include "store/tickets/retract.h"
#include "store/tickets/tickets.h"

enum { PLACES_MAX = 2000 };

/* -- looking -- */

/* What a mapping stands for now; what its earlier creations made and nobody took back; creations that may have arrived;
 * and what one of them made a second time. */
#define THERE                                                                                                         \
  "(select 'now' as life, m.external_id, null::bigint as intent_id, null as parked where m.external_id is not null "  \
  "union all select case when n.external_id is not null then 'before' when n.state in ('sending', 'unknown') then "   \
  "'sent' else 'unanswered' end, n.external_id, n.id, case when n.state = 'parked' then n.reason end from intent n "  \
  "where n.mapping_id = m.id and n.change = 'create' and case when n.external_id is null then n.unanswered else "     \
  "n.external_id is distinct from m.external_id and not n.taken_back end "                                            \
  "union all select 'twice', d.external_id, n.id, null from intent n join mapping d on d.reason = 'duplicate of the " \
  "creation ' || n.op_id where n.mapping_id = m.id and n.change = 'create' and d.project_id = n.project_id and "      \
  "d.kind = n.kind and d.item_id is null and d.state = 'ignored')"

/* What was seen to be gone there, the thing itself or a comment's ticket. */
#define SURELY_GONE(name, kind, external_id)                                                                         \
  "left join lateral (select gone, note from gone_item where (project_id, kind, external_id) = (m.project_id, " kind \
  ", " external_id ") and gone is not null and sure offset 0) " name " on true "

#define ITEM_GONE SURELY_GONE("g", "m.kind", "o.external_id")
#define TICKET_GONE SURELY_GONE("t", "'ticket'", "e.parent_external_id")

/* What is kept in step is told whatever was seen of it: who takes it back looks at it first. */
static struct result select_places(struct call *call, int64_t item_id, struct rows *out) {
  return db_query(
      call->db,
      "select m.id, i.kind, i.number, i.id as item_id, p.name, p.state = 'removed' as removed, e.external_key, e.url, "
      "o.life, o.intent_id, o.parked, m.op_id is not null as ours, i.origin_project = m.project_id as origin, m.state "
      "= 'gone' as ended, m.reason as why_ended, coalesce(g.note, t.note) as moved, coalesce(g.gone, t.gone) as gone, "
      "w.state, w.reason, l.fields, epoch_ms(l.first) as first_ms, epoch_ms(l.last) as last_ms, count(*) over () as "
      "whole from (select $1::bigint as id union all select id from item where parent_id = $1) f join item i on i.id "
      "= f.id join mapping m on m.item_id = i.id join project p on p.id = m.project_id cross join lateral " THERE " o "
      "left join lateral (select external_key, url, parent_external_id from external_item where (project_id, kind, "
      "external_id) = (m.project_id, m.kind, o.external_id) offset 0) e on true " ITEM_GONE TICKET_GONE
      "left join lateral (select state, reason from intent n where n.mapping_id = m.id and n.purpose = 'retract' and "
      "n.state in ('prepared', 'sending', 'unknown', 'parked') and o.life = 'now' order by n.id desc limit 1) w on "
      "true left join lateral (select string_agg(distinct f, ',') as fields, min(s.at) as first, max(s.at) as last "
      "from egress s left join lateral unnest(s.fields) f on true where s.item_id = i.id and s.project_id = "
      "m.project_id and s.rule not in ('delete', 'undo', 'retract') and (o.life = 'twice' or coalesce(s.external_id, "
      "(select n.external_id from intent n where n.id = s.intent_id), o.external_id) is not distinct from "
      "o.external_id)) l on true where leave_rule(i.id, m.project_id) is null and case when w.state is not null or "
      "(o.life = 'now' and m.state <> 'gone' and p.state <> 'removed') then true when 'deleted' in (g.gone, t.gone) "
      "then false else o.life <> 'now' or m.state <> 'gone' or m.reason is distinct from 'retracted' end order by "
      "i.parent_id nulls first, i.id, p.name, o.life desc, o.external_id limit $2::bigint",
      PARAMS(p_i64(item_id), p_i64(PLACES_MAX)), out);
}

/* -- what can be done -- */

/* What tandem cannot take back, for a person to see to. */
static const char *by_hand(struct call *call, const struct rows *rows, size_t row) {
  struct str life = rows_str(rows, row, "life"), why_ended = rows_str(rows, row, "why_ended"),
             moved = rows_str(rows, row, "moved"), parked = rows_str(rows, row, "parked");
  bool removed = rows_bool(rows, row, "removed");
  if (str_is(life, "sent") && !removed)
    return "it was being created there, and may have arrived: ask again when that is settled";
  if (str_is(life, "sent") || (removed && str_is(life, "unanswered")))
    return "it was being created there when the project was removed here, and may have arrived: look for it there, and "
           "delete it";
  if (str_is(life, "unanswered") && parked.length)
    return str_format(call->arena,
                      "its creation was given up without an answer, and may have arrived: `tandem retry W-%lld` looks "
                      "for it; or look for it there, and delete it",
                      (long long)rows_i64(rows, row, "intent_id"))
        .at;
  if (str_is(life, "unanswered"))
    return "its creation was never answered, and may have arrived: look for it there, and delete it";
  if (str_is(life, "before") && parked.length)
    return str_c(call->arena, parked);
  if (str_is(rows_str(rows, row, "gone"), "transferred"))
    return str_format(call->arena, "it was %.*s: delete it there", STR_FMT(moved)).at;
  if (!str_is_absent(rows_str(rows, row, "gone")) && (rows_bool(rows, row, "ended") || !str_is(life, "now")))
    return "tandem cannot read it there any more: look whether it is deleted, and delete it";
  if (removed)
    return "the project was removed here: delete it there";
  if (str_is(life, "twice"))
    return "it was made there twice, and this one is not kept in step: delete it there";
  if (str_is(life, "before"))
    return "it was made there before, is not kept in step any more, and can still be read: delete it there";
  if (rows_bool(rows, row, "ended") && str_starts_with(why_ended, "retracted"))
    return str_format(call->arena, "it was %.*s: delete that there", STR_FMT(why_ended)).at;
  return NULL;
}

/* What others made. */
static const char *not_ours(const struct rows *rows, size_t row) {
  if (!str_is(rows_str(rows, row, "life"), "now"))
    return NULL;
  if (rows_bool(rows, row, "origin"))
    return "it was written there: it is not ours to take back";
  return rows_bool(rows, row, "ours") ? NULL : "it was there before it was linked: it is not ours to take back";
}

static void decide(struct call *call, const struct rows *rows, size_t row, struct retraction_place *place) {
  struct str state = rows_str(rows, row, "state");
  const char *others = not_ours(rows, row), *person = by_hand(call, rows, row);
  bool is_comment = str_is(rows_str(rows, row, "kind"), "comment");
  place->action = is_comment ? STR("delete") : STR("close");
  place->state = STR("kept");
  if (state.length && !rows_bool(rows, row, "removed")) {
    place->state = str_is(state, "parked") ? STR("parked") : STR("waiting");
    place->reason = rows_str(rows, row, "reason");
  } else if (others) {
    place->action = STR("keep");
    place->reason = str_of(others);
  } else if (person) {
    place->action = STR("by_hand");
    place->reason = str_of(person);
  } else {
    place->state = STR("planned");
  }
}

struct result retract_places(struct call *call, int64_t item_id, struct retract_places *out) {
  struct rows rows;
  TRY(select_places(call, item_id, &rows));
  *out = (struct retract_places){.at = ARENA_ARRAY(call->arena, struct retraction_place, rows.count),
                                 .mapping_ids = ARENA_ARRAY(call->arena, int64_t, rows.count),
                                 .count = rows.count,
                                 .more = rows.count ? rows_i64(&rows, 0, "whole") - (int64_t)rows.count : 0};
  for (size_t row = 0; row < rows.count; row++) {
    struct retraction_place *place = &out->at[row];
    struct str kind = rows_str(&rows, row, "kind"), fields = rows_str(&rows, row, "fields");
    *place = (struct retraction_place){
        .key = key_text(call->arena, kind, rows_i64(&rows, row, "number"), rows_i64(&rows, row, "item_id")),
        .project = rows_str(&rows, row, "name"),
        .external_key = rows_str(&rows, row, "external_key"),
        .url = rows_str(&rows, row, "url"),
        .first_left_ms = rows_i64(&rows, row, "first_ms"),
        .last_left_ms = rows_i64(&rows, row, "last_ms"),
    };
    place->fields.at = tickets_names(call, fields, ",", &place->fields.count);
    decide(call, &rows, row, place);
    out->mapping_ids[row] = rows_i64(&rows, row, "id");
  }
  return RESULT_DONE;
}
