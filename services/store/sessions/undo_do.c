/* Undoing one item. Everything is written down: in the change log, so that the undo can be undone, and in the report.
 */
#include "store/conflicts/conflicts.h"
#include "store/observing/deletes.h"
#include "store/sending/withdraw.h"
#include "store/sessions/sessions.h"
#include "store/sessions/undo.h"
#include "store/tickets/journal.h"
#include "store/tickets/keys.h"
#include "store/tickets/tickets.h"
#include "sync/catalogue.h"

#define CLOSED_STATUS "cancelled"

struct doing {
  struct call *call;
  const struct undoing *undoing;
  struct values_builder changed; /* new values of the item */
};

/* -- writing down -- */

static struct values only(const struct value *value) {
  return (struct values){value, value->name.length ? 1 : 0};
}

static struct result report(const struct doing *d, const struct undo_step *step, const char *outcome, struct str reason,
                            int64_t intent_id) {
  struct values before = only(&step->now), after = only(&step->before);
  return db_query(
      d->call->db,
      "insert into undo_item (session_id, item_id, mapping_id, intent_id, action, field, outcome, reason, "
      "before, after) values ($1::bigint, $2::bigint, nullif($3::bigint, 0), nullif($4::bigint, 0), $5, $6, "
      "$7, $8, $9::text::jsonb, $10::text::jsonb)",
      PARAMS(p_i64(d->undoing->session_id), p_i64(step->item_id), p_i64(step->mapping_id), p_i64(intent_id),
             p_str(str_of(step->action)), p_str(step->field), p_str(str_of(outcome)), p_str(reason),
             p_values(d->call->arena, &before), p_values(d->call->arena, &after)),
      NULL);
}

/* That something was done to the whole of an item. */
static struct result log_whole(const struct doing *d, const struct undo_step *step, const char *cause) {
  return db_query(d->call->db,
                  "insert into change_log (item_id, project_id, session_id, actor, cause, field) values ($1::bigint, "
                  "$2::bigint, $3::bigint, $4, $5, '*')",
                  PARAMS(p_i64(step->item_id), p_i64(d->undoing->project_id), p_i64(d->undoing->session_id),
                         p_str(d->undoing->actor), p_str(str_of(cause))),
                  NULL);
}

static struct result change_field(struct doing *d, const struct undo_step *step, const struct value *before,
                                  const struct value *after) {
  struct item_change change = {.item_id = step->item_id,
                               .project_id = d->undoing->project_id,
                               .session_id = d->undoing->session_id,
                               .actor = d->undoing->actor,
                               .cause = STR("undo"),
                               .before = before,
                               .after = after};
  values_put(&d->changed, *after);
  return tickets_log_change(d->call, &change);
}

static struct result apply_changes(const struct doing *d, const struct undo_step *step) {
  struct values changed = values_built(&d->changed);
  struct changed_item item = {.id = step->item_id,
                              .number = step->is_comment ? 0 : step->number,
                              .parent_number = step->is_comment ? step->number : 0,
                              .kind = step->is_comment ? STR("comment") : STR("ticket"),
                              .privacy = step->privacy};
  if (changed.count == 0)
    return RESULT_DONE;
  TRY(tickets_apply(d->call, step->item_id, &changed));
  tickets_tell(d->call, EVENT_TICKET_UPDATED, &item, d->undoing->actor, &changed);
  return journal_plan_item(d->call, step->item_id, RANK_EDIT);
}

/* -- the steps -- */

static struct result do_restore(struct doing *d, const struct undo_step *step) {
  TRY(change_field(d, step, &step->now, &step->before));
  return report(d, step, "done", (struct str){0}, 0);
}

static struct result do_ask(struct doing *d, const struct undo_step *step) {
  struct plan_conflict conflict = {.field = step->field,
                                   .kind = STR("undo"),
                                   .base = only(&step->wrote),
                                   .local = only(&step->now),
                                   .external = only(&step->before)};
  struct plan_outcome outcome = {.mapping_id = step->mapping_id, .conflicts = {&conflict, 1}};
  struct conflict_place place = {.mapping_id = step->mapping_id,
                                 .item_id = step->item_id,
                                 .project_id = d->undoing->project_id,
                                 .is_ticket = !step->is_comment,
                                 .project = d->undoing->project,
                                 .ticket = key_text(d->call->arena, STR("ticket"), step->number, 0),
                                 .external_key = step->external_key};
  if (step->conflict_id == 0)
    TRY(conflicts_open(d->call, &place, &outcome));
  return report(d, step, "conflict", step->reason, 0);
}

/* First it is let go, so that nothing of it reaches the place where it came from. */
static struct result do_unlink(struct doing *d, const struct undo_step *step) {
  TRY(deletes_unlink(
      d->call, step->mapping_id,
      str_format(d->call->arena, "the session that brought it, %lld, was undone", (long long)d->undoing->undone_id)));
  return log_whole(d, step, "unlinked");
}

static struct result do_cancel(struct doing *d, const struct undo_step *step) {
  struct value *status = ARENA_ARRAY(d->call->arena, struct value, 2);
  status[0] = value_text(STR("status"), step->status);
  status[1] = value_text(STR("status"), STR(CLOSED_STATUS));
  TRY(do_unlink(d, step));
  if (step->status.length && !catalogue_is_over(step->status))
    TRY(change_field(d, step, &status[0], &status[1]));
  return report(d, step, "done", (struct str){0}, 0);
}

static struct deletion deletion_of(const struct doing *d, const struct undo_step *step) {
  return (struct deletion){.item_id = step->item_id, .session_id = d->undoing->session_id, .by = d->undoing->actor};
}

/* Undone again, a comment that came back is deleted everywhere; one that was brought, only here and where it was
 * copied to. */
static struct result do_delete(struct doing *d, const struct undo_step *step) {
  struct deletion here = deletion_of(d, step);
  if (step->ends_mapping)
    TRY(do_unlink(d, step));
  TRY(deletes_mark(d->call, &here));
  return report(d, step, "done", (struct str){0}, 0);
}

static struct result do_return(struct doing *d, const struct undo_step *step) {
  struct deletion here = deletion_of(d, step);
  if (step->ends_mapping) {
    TRY(deletes_link_again(d->call, step->mapping_id));
    TRY(log_whole(d, step, "relinked"));
  }
  if (step->is_deleted)
    TRY(deletes_restore(d->call, &here, 0));
  return report(d, step, "done", (struct str){0}, 0);
}

static struct result do_close(struct doing *d, const struct undo_step *step) {
  struct withdrawal withdrawal;
  TRY(withdraw_undo(d->call, step->mapping_id, d->undoing->session_id, &withdrawal));
  if (withdrawal.why_not.length)
    return report(d, step, "kept", withdrawal.why_not, 0);
  TRY(log_whole(d, step, "closed"));
  return report(d, step, "done", (struct str){0}, withdrawal.intent_id);
}

/* Its shadow knows it as closed, so planning opens it again by an ordinary push. */
static struct result do_reopen(struct doing *d, const struct undo_step *step) {
  TRY(deletes_link_again(d->call, step->mapping_id));
  TRY(log_whole(d, step, "reopened"));
  return report(d, step, "done", (struct str){0}, 0);
}

static const struct {
  const char *action;
  struct result (*run)(struct doing *d, const struct undo_step *step);
} actions[] = {{"restore", do_restore}, {"cancel", do_cancel}, {"delete", do_delete},
               {"return", do_return},   {"close", do_close},   {"reopen", do_reopen}};

static struct result do_step(struct doing *d, const struct undo_step *step) {
  if (str_is(str_of(step->outcome), "conflict"))
    return do_ask(d, step);
  if (!str_is(str_of(step->outcome), "done"))
    return report(d, step, "kept", step->reason, 0);
  for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
    if (str_is(str_of(step->action), actions[i].action))
      return actions[i].run(d, step);
  return result_error(RESULT_BUG, "unknown step \"%s\"", step->action);
}

struct result undo_item(struct call *call, const struct undoing *undoing, const struct undo_step *steps, size_t count) {
  struct doing doing = {.call = call, .undoing = undoing, .changed.arena = call->arena};
  struct session_counts counts = {0};
  for (size_t i = 0; i < count; i++) {
    TRY(do_step(&doing, &steps[i]));
    counts.updated |= str_is(str_of(steps[i].outcome), "done");
  }
  TRY(sessions_count(call, undoing->project_id, &counts));
  return count ? apply_changes(&doing, &steps[0]) : RESULT_DONE;
}
