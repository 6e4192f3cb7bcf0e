/* The verb that takes back what is outside of a ticket or comment that may not be there any more: first told, then done
 * when a person asks for it. */
#include "store/tickets/retract.h"
#include "base/shell.h"
#include "store/sending/withdraw.h"
#include "store/tickets/journal.h"
#include "store/tickets/keys.h"
#include "store/tickets/tickets.h"

/* Comments first: a ticket takes what is left of them along. */
static struct result withdraw_all(struct call *call, const struct retract_places *places) {
  for (size_t i = places->count; i > 0; i--) {
    struct retraction_place *place = &places->at[i - 1];
    struct withdrawal withdrawal;
    if (!str_is(place->state, "planned"))
      continue;
    TRY(withdraw_retract(call, places->mapping_ids[i - 1], &withdrawal));
    place->state = withdrawal.why_not.length ? STR("kept") : STR("waiting");
    place->reason = withdrawal.why_not;
  }
  return RESULT_DONE;
}

/* Only a grant can be taken back by itself: what is public, or came from there, may be there without one. */
static struct result say_take_back(struct call *call, struct str key, const struct rows *rows) {
  struct str project = rows_str(rows, 0, "name"), rule = rows_str(rows, 0, "rule");
  const char *why = str_is(rule, "public")   ? ", because it is public"
                    : str_is(rule, "origin") ? ", because it comes from there"
                                             : "";
  const char *or_grant =
      str_is(rule, "grant") && !rows_bool(rows, 0, "removed")
          ? str_format(call->arena, ", or --project %.*s --revoke", STR_FMT(shell_word(call->arena, project))).at
          : "";
  return result_error(RESULT_REJECTED,
                      "%.*s may be in %.*s%s: take that back first (tandem ticket share %.*s --privacy local_only%s)",
                      STR_FMT(key), STR_FMT(project), why, STR_FMT(key), or_grant);
}

/* Somewhere it may be: then it is to be said first that it may not. */
static struct result check_private(struct call *call, struct str key, int64_t item_id) {
  struct rows rows;
  TRY(db_query(call->db,
               "select p.name, p.state = 'removed' as removed, leave_rule(m.item_id, m.project_id) as rule from "
               "mapping m join project p on p.id = "
               "m.project_id where m.item_id = $1::bigint and "
               "m.state <> 'gone' and m.external_id is not null and leave_rule(m.item_id, m.project_id) is not null "
               "order by p.name limit 1",
               PARAMS(p_i64(item_id)), &rows));
  if (rows.count == 0)
    return RESULT_DONE;
  return say_take_back(call, key, &rows);
}

/* Events carry the values of what is public. Whether it ever was stands in the change log, but for how it was made. */
static struct result was_public(struct call *call, int64_t item_id, bool *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "select from (select $1::bigint as id union all select id from item where parent_id = $1) f join item i "
               "on i.id = f.id join item whole on whole.id = coalesce(i.parent_id, i.id) where (i.privacy <> 'public' "
               "or whole.privacy <> 'public') and (i.privacy = 'public' or exists (select from change_log l where "
               "l.item_id = i.id and l.cause = 'share' and 'public' in (l.before ->> 'privacy', l.after ->> "
               "'privacy'))) limit 1",
               PARAMS(p_i64(item_id)), &rows));
  *out = rows.count > 0;
  return RESULT_DONE;
}

static struct result tell_lasting(struct call *call, int64_t item_id, struct retraction *out) {
  static const char *const texts[] = {
      "the history that the tracker keeps: the old texts can be seen there until somebody deletes it for good",
      "notifications, mails and webhooks that it has sent",
      "copies that other people and programs have made",
  };
  static const char *const events = "events that carried its values while it was public: whoever reads events finds "
                                    "them in the event log as long as it is kept, and in streams that have them";
  enum { TEXTS = sizeof texts / sizeof texts[0] };
  struct str *lasting = ARENA_ARRAY(call->arena, struct str, TEXTS + 1);
  bool in_events;
  TRY(was_public(call, item_id, &in_events));
  for (size_t i = 0; out->places.count && i < TEXTS; i++)
    lasting[out->lasting.count++] = str_of(texts[i]);
  if (in_events)
    lasting[out->lasting.count++] = str_of(events);
  out->lasting.at = lasting;
  return RESULT_DONE;
}

struct result store_ticket_retract(struct call *call, const void *request, void *reply) {
  const struct ticket_retract *retract = request;
  struct retraction *out = reply;
  struct retract_places places;
  int64_t item_id;
  bool is_comment;
  if (retract->actor.length == 0)
    return result_error(RESULT_REJECTED, "a retraction needs to say whose it is");
  TRY(key_find_item(call, retract->key, &item_id, &is_comment));
  TRY(retract_places(call, item_id, &places));
  if (places.count == 0)
    TRY(check_private(call, retract->key, item_id));
  out->key = retract->key;
  out->places.at = places.at;
  out->places.count = places.count;
  out->more = places.more;
  TRY(tell_lasting(call, item_id, out));
  if (retract->preview || places.count == 0)
    return RESULT_DONE;
  TRY(withdraw_all(call, &places));
  out->begun = true;
  return journal_audit(call, retract->actor, "ticket.retract", retract->key,
                       str_format(call->arena, "{\"places\":%zu}", places.count));
}
