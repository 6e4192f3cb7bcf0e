/* Verbs of the services that do the work: sessions, bells, adapters, planning. */
#include "proto/verbs_records.h"

static const struct field session_start_fields[] = {
    FIELD(struct session_start, project, FIELD_STR, FIELD_REQUIRED, "Name of the project."),
    FIELD(struct session_start, mode, FIELD_STR, 0, "incremental (the default), full or dry_run."),
    FIELD(struct session_start, trigger, FIELD_STR, 0, "What starts it: poll, webhook, person or first."),
    FIELD(struct session_start, actor, FIELD_STR, 0, "Who asks."),
};
const struct record record_session_start =
    RECORD("SessionStart", struct session_start, session_start_fields, "A session to be started.");

static const struct field session_id_fields[] = {
    FIELD(struct session_id, id, FIELD_I64, FIELD_REQUIRED, "The session's number."),
};
const struct record record_session_id =
    RECORD("SessionId", struct session_id, session_id_fields, "A session by its number.");

static const struct field session_query_fields[] = {
    FIELD(struct session_query, project, FIELD_STR, 0, "Only sessions of the project of this name; absent = all."),
    FIELD(struct session_query, limit, FIELD_I64, 0, "How many at most; 0 = 20."),
};
const struct record record_session_query =
    RECORD("SessionQuery", struct session_query, session_query_fields, "Which sessions.");

static const struct field session_list_fields[] = {
    FIELD_OF(struct session_list, sessions, FIELD_LIST, 0, &record_session, "Newest first."),
};
const struct record record_session_list = RECORD("SessionList", struct session_list, session_list_fields, "Sessions.");

static const struct field session_undo_fields[] = {
    FIELD(struct session_undo, id, FIELD_I64, FIELD_REQUIRED, "The session that is to be undone."),
    FIELD(struct session_undo, actor, FIELD_STR, FIELD_REQUIRED, "Who wants that: 'user:ann'."),
};
const struct record record_session_undo =
    RECORD("SessionUndo", struct session_undo, session_undo_fields, "Which session is to be undone.");

static const struct field undone_query_fields[] = {
    FIELD(struct undone_query, id, FIELD_I64, FIELD_REQUIRED,
          "The undo; with preview, the session that would be undone."),
    FIELD(struct undone_query, preview, FIELD_BOOL, 0, "What an undo would do now."),
    FIELD(struct undone_query, after, FIELD_I64, 0, "The last answer's `next`; 0 = from the start."),
};
const struct record record_undone_query =
    RECORD("UndoneQuery", struct undone_query, undone_query_fields, "Which undo, from where on.");

static const struct field undone_line_fields[] = {
    FIELD(struct undone_line, ticket, FIELD_STR, FIELD_REQUIRED, "Key of the ticket."),
    FIELD(struct undone_line, comment, FIELD_STR, 0, "Key of the comment, when it is about one."),
    FIELD(struct undone_line, external_key, FIELD_STR, 0, "Its counterpart in the session's project."),
    FIELD(struct undone_line, title, FIELD_STR, 0, "The ticket's title."),
    FIELD(struct undone_line, action, FIELD_STR, FIELD_REQUIRED,
          "restore (a field's value), cancel (a ticket that it imported), delete (a comment that it brought), return "
          "(what "
          "it took away), close (what it made outside) or reopen."),
    FIELD(struct undone_line, field, FIELD_STR, 0, "The field, with restore."),
    FIELD(struct undone_line, outcome, FIELD_STR, FIELD_REQUIRED,
          "done, waiting (the write outside is on its way), conflict (a person decides) or kept (see `reason`)."),
    FIELD(struct undone_line, reason, FIELD_STR, 0, "Why it was kept, for a person."),
    FIELD(struct undone_line, before, FIELD_VALUES, 0, "What the field held when it was undone."),
    FIELD(struct undone_line, after, FIELD_VALUES, 0, "What it held before the session."),
};
const struct record record_undone_line = RECORD("UndoneLine", struct undone_line, undone_line_fields,
                                                "One thing that a session did, and what became of it.");

static const struct field session_undone_fields[] = {
    FIELD_OF(struct session_undone, session, FIELD_INLINE, 0, &record_session,
             "The undo; with preview the session that would be undone."),
    FIELD_OF(struct session_undone, lines, FIELD_LIST, 0, &record_undone_line, "What was done, newest item first."),
    FIELD(struct session_undone, more, FIELD_BOOL, 0, "There is more than is listed."),
    FIELD(struct session_undone, next, FIELD_I64, 0, "With more: `after` of the next request."),
};
const struct record record_session_undone =
    RECORD("SessionUndone", struct session_undone, session_undone_fields, "What an undo did, item by item.");

static const struct field preview_line_fields[] = {
    FIELD(struct preview_line, ticket, FIELD_STR, 0, "Key of the local ticket; absent when it would be made."),
    FIELD(struct preview_line, external_key, FIELD_STR, 0, "As people write it outside; absent when it would be made."),
    FIELD(struct preview_line, title, FIELD_STR, 0, "The ticket's title."),
    FIELD(struct preview_line, kind, FIELD_STR, FIELD_REQUIRED, "ticket or comment."),
    FIELD(struct preview_line, action, FIELD_STR, FIELD_REQUIRED,
          "import, pull, create, push, add, remove or conflict."),
    FIELD(struct preview_line, field, FIELD_STR, 0, "The field; * for an import without any."),
    FIELD(struct preview_line, before, FIELD_VALUES, 0, "What it is now on the side that would change."),
    FIELD(struct preview_line, value, FIELD_VALUES, 0,
          "Its new value, outside as it is sent; with add and remove the members; with conflict the value outside; "
          "nothing when `field` is *."),
};
const struct record record_preview_line =
    RECORD("PreviewLine", struct preview_line, preview_line_fields, "One change that a dry run found.");

static const struct field preview_query_fields[] = {
    FIELD(struct preview_query, id, FIELD_I64, FIELD_REQUIRED, "The session."),
    FIELD(struct preview_query, after, FIELD_I64, 0, "The last answer's `next`."),
};
const struct record record_preview_query =
    RECORD("PreviewQuery", struct preview_query, preview_query_fields, "Which dry run, from where on.");

static const struct field plan_apply_fields[] = {
    FIELD(struct plan_apply, plan, FIELD_STR, FIELD_REQUIRED, "Its id with its hash: 'P3-0a1b2c3d4e5f'."),
    FIELD(struct plan_apply, actor, FIELD_STR, FIELD_REQUIRED, "Who wants that: 'user:ann'."),
};
const struct record record_plan_apply =
    RECORD("PlanApply", struct plan_apply, plan_apply_fields, "Which plan is to be applied.");

static const struct field session_preview_fields[] = {
    FIELD_OF(struct session_preview, lines, FIELD_LIST, 0, &record_preview_line, "What would be done."),
    FIELD(struct session_preview, more, FIELD_BOOL, 0, "There is more than is listed."),
    FIELD(struct session_preview, next, FIELD_I64, 0, "With more: `after` of the next request."),
    FIELD(struct session_preview, plan, FIELD_STR, 0,
          "The plan's id, as plan.apply takes it; absent while it is made."),
    FIELD(struct session_preview, expires_at_ms, FIELD_I64, 0,
          "The plan can be applied until then, ms since 1970 UTC."),
};
const struct record record_session_preview =
    RECORD("SessionPreview", struct session_preview, session_preview_fields, "What a dry run found.");

static const struct field schedule_tick_fields[] = {
    FIELD(struct schedule_tick, unused, FIELD_BOOL, 0, "Nothing; the map may be empty."),
};
const struct record record_schedule_tick =
    RECORD("ScheduleTick", struct schedule_tick, schedule_tick_fields, "The scheduler's tick; it says nothing.");

static const struct field schedule_result_fields[] = {
    FIELD(struct schedule_result, started, FIELD_I64, 0, "Sessions that were due and have begun."),
    FIELD(struct schedule_result, finished, FIELD_I64, 0, "Sessions that had nothing left and have ended."),
    FIELD(struct schedule_result, next_ms, FIELD_I64, 0, "Nothing is due before this many ms from now."),
};
const struct record record_schedule_result =
    RECORD("ScheduleResult", struct schedule_result, schedule_result_fields, "What a tick did.");

const char *const bell_names[BELL_COUNT] = {
    [BELL_PLAN] = "plan", [BELL_WORK] = "work", [BELL_SESSION] = "session", [BELL_EVENT] = "event"};

static const struct field bell_wait_fields[] = {
    FIELD(struct bell_wait, bells, FIELD_STRS, 0, "What to wait for: plan, work, session, event."),
    FIELD(struct bell_wait, system, FIELD_STR, 0, "An adapter's connector: work of other systems does not count."),
    FIELD(struct bell_wait, after, FIELD_I64, 0, "The position in the last answer; 0 = answer at once."),
    FIELD(struct bell_wait, most_ms, FIELD_I64, 0,
          "Answer after so many ms at the latest; 0 or more than 5,000 = after 5,000."),
};
const struct record record_bell_wait = RECORD("BellWait", struct bell_wait, bell_wait_fields, "What to wait for.");

static const struct field bell_answer_fields[] = {
    FIELD(struct bell_answer, position, FIELD_I64, 0, "To be sent as `after` with the next wait."),
    FIELD(struct bell_answer, rung, FIELD_BOOL, 0, "Whether there may be something to do; false = the time is over."),
};
const struct record record_bell_answer =
    RECORD("BellAnswer", struct bell_answer, bell_answer_fields, "Whether there may be something to do.");

static const struct field work_claim_fields[] = {
    FIELD(struct work_claim, system, FIELD_STR, FIELD_REQUIRED, "The adapter's connector: 'github'."),
    FIELD(struct work_claim, worker, FIELD_STR, FIELD_REQUIRED,
          "Name of the claiming worker, for a person who looks at leases."),
    FIELD(struct work_claim, hooks, FIELD_BOOL, 0,
          "It can see to webhooks: the address of its receiver is known to it."),
    FIELD(struct work_claim, scans, FIELD_BOOL, 0, "It can list or count the tickets that are there."),
};
const struct record record_work_claim =
    RECORD("WorkClaim", struct work_claim, work_claim_fields, "Which adapter asks for work.");

static const struct field delivery_fields[] = {
    FIELD(struct delivery, id, FIELD_I64, 0, "The store's number for this delivery."),
    FIELD(struct delivery, event, FIELD_STR, 0, "The tracker's name of the event, from the header."),
    FIELD(struct delivery, body, FIELD_BYTES, 0, "The delivery as it came, any bytes."),
};
const struct record record_delivery =
    RECORD("Delivery", struct delivery, delivery_fields, "A webhook delivery as it was received.");

static const struct field external_ref_fields[] = {
    FIELD(struct external_ref, kind, FIELD_STR, FIELD_REQUIRED, "ticket or comment."),
    FIELD(struct external_ref, external_id, FIELD_STR, FIELD_REQUIRED, "The tracker's own lasting identifier."),
    FIELD(struct external_ref, parent_external_id, FIELD_STR, 0, "A comment's ticket, by the tracker's identifier."),
    FIELD(struct external_ref, etag, FIELD_STR, 0, "Of the newest single observation, for a conditional fetch."),
};
const struct record record_external_ref =
    RECORD("ExternalRef", struct external_ref, external_ref_fields, "An external ticket or comment by its identifier.");

static const struct field work_fields[] = {
    FIELD(struct work, kind, FIELD_STR, FIELD_REQUIRED, "none, pull, fetch, push, deliver, hook or scan."),
    FIELD_OF(struct work, lease, FIELD_INLINE, 0, &record_lease,
             "The right to do it; to be sent back with every result."),
    FIELD_OF(struct work, project, FIELD_INLINE, 0, &record_project, "The project it is for, with its settings."),
    FIELD(struct work, session_id, FIELD_I64, 0, "With pull: the session that it belongs to."),
    FIELD(struct work, mode, FIELD_STR, 0, "With pull: the session's mode, incremental or full."),
    FIELD(struct work, cursor, FIELD_STR, 0,
          "With pull and scan: where the last page ended; absent = from the beginning."),
    FIELD_OF(struct work, hook, FIELD_INLINE, 0, &record_hook_task, "With hook: what is to be done about the webhook."),
    FIELD_OF(struct work, refs, FIELD_LIST, 0, &record_external_ref, "With fetch: what to fetch by id."),
    FIELD_OF(struct work, intents, FIELD_LIST, 0, &record_intent, "With push: writes that are due, oldest first."),
    FIELD_OF(struct work, deliveries, FIELD_LIST, 0, &record_delivery,
             "With deliver: webhook deliveries to be translated, oldest first."),
    FIELD(struct work, retry_ms, FIELD_I64, 0, "With none: look again after this many ms."),
    FIELD(struct work, credential_generation, FIELD_I64, 0,
          "Of the secret to work with: a connection with another one is to be opened anew."),
    FIELD(struct work, traceparent, FIELD_STR, 0,
          "W3C trace context of the session, the first webhook delivery or whatever else asks for it; absent when it "
          "is not traced."),
};
const struct record record_work =
    RECORD("Work", struct work, work_fields, "A piece of work for an adapter, with its lease.");

static const struct field work_release_fields[] = {
    FIELD_OF(struct work_release, lease, FIELD_INLINE, FIELD_REQUIRED, &record_lease, "The lease to give back."),
};
const struct record record_work_release =
    RECORD("WorkRelease", struct work_release, work_release_fields, "A lease that is no longer needed.");

static const struct field work_fail_fields[] = {
    FIELD_OF(struct work_fail, lease, FIELD_INLINE, FIELD_REQUIRED, &record_lease, "The lease to give back."),
    FIELD(struct work_fail, code, FIELD_STR, FIELD_REQUIRED,
          "A result code's name; auth stops the project, and so do gone and rejected of a pull."),
    FIELD(struct work_fail, message, FIELD_STR, 0, "What happened, for a person."),
    FIELD(struct work_fail, retry_after_ms, FIELD_I64, 0,
          "The tracker's own word on when to try again; 0 = the store's backoff."),
    FIELD_OF(struct work_fail, usage, FIELD_INLINE, 0, &record_usage, "What the calls cost."),
};
const struct record record_work_fail =
    RECORD("WorkFail", struct work_fail, work_fail_fields, "Work that could not be done, and why.");

static const struct field refused_fetch_fields[] = {
    FIELD_OF(struct refused_fetch, ref, FIELD_INLINE, FIELD_REQUIRED, &record_external_ref, "The item."),
    FIELD(struct refused_fetch, message, FIELD_STR, FIELD_REQUIRED, "Why, for a person."),
};
const struct record record_refused_fetch =
    RECORD("RefusedFetch", struct refused_fetch, refused_fetch_fields, "An item that cannot be read.");

static const struct field observe_fields[] = {
    FIELD_OF(struct observe, lease, FIELD_INLINE, FIELD_REQUIRED, &record_lease, "The lease of this work."),
    FIELD(struct observe, source, FIELD_STR, FIELD_REQUIRED, "list, fresh or webhook."),
    FIELD_OF(struct observe, observations, FIELD_LIST, 0, &record_observation, "What was seen, oldest change first."),
    FIELD(struct observe, cursor, FIELD_STR, 0, "With list: where the next page begins."),
    FIELD(struct observe, done, FIELD_BOOL, 0, "With list: the pull has reached its end."),
    FIELD(struct observe, unchanged, FIELD_BOOL, 0, "With list: a 304, nothing new at all."),
    FIELD(struct observe, poison_ids, FIELD_STRS, 0,
          "With webhook: deliveries that can never be understood, by number as decimal text."),
    FIELD(struct observe, poison_reasons, FIELD_STRS, 0, "With poison_ids: why, one for each, for a person."),
    FIELD(struct observe, delivery_ids, FIELD_STRS, 0,
          "With webhook: deliveries that this settles, by number as decimal text."),
    FIELD_OF(struct observe, not_modified, FIELD_LIST, 0, &record_external_ref,
             "With fresh: a 304, the cached observation still holds."),
    FIELD_OF(struct observe, refused, FIELD_LIST, 0, &record_refused_fetch,
             "With fresh: items that cannot be read. They are parked and tried again later."),
    FIELD_OF(struct observe, unanswered, FIELD_LIST, 0, &record_refused_fetch,
             "With fresh: items whose look failed for now; parked when that goes on."),
    FIELD_OF(struct observe, usage, FIELD_INLINE, 0, &record_usage, "What the calls cost."),
};
const struct record record_observe =
    RECORD("Observe", struct observe, observe_fields, "What an adapter saw in one go.");

static const struct field observe_result_fields[] = {
    FIELD(struct observe_result, taken, FIELD_I64, 0, "Observations that were new or newer than the cache."),
    FIELD(struct observe_result, unchanged, FIELD_I64, 0, "Observations that told nothing new."),
    FIELD(struct observe_result, refetch, FIELD_I64, 0,
          "Observations that are to be fetched by id, because they cannot be ordered."),
};
const struct record record_observe_result =
    RECORD("ObserveResult", struct observe_result, observe_result_fields, "What the store made of it.");

static const struct field push_begin_fields[] = {
    FIELD_OF(struct push_begin, lease, FIELD_INLINE, FIELD_REQUIRED, &record_lease, "The lease of this work."),
    FIELD(struct push_begin, intent_id, FIELD_I64, FIELD_REQUIRED, "The write that is about to be sent."),
    FIELD_OF(struct push_begin, fresh, FIELD_LIST, 0, &record_observation,
             "The target as it is now: one, or none for a create or after a 304."),
    FIELD_OF(struct push_begin, pace, FIELD_INLINE, 0, &record_pace, "How fast the tracker lets one credential write."),
};
const struct record record_push_begin =
    RECORD("PushBegin", struct push_begin, push_begin_fields, "A write that an adapter is about to send.");

static const struct field push_go_fields[] = {
    FIELD(struct push_go, go, FIELD_BOOL, 0,
          "It may be sent. If not, it is stale, refused or blocked: leave it, the store has noted why."),
    FIELD(struct push_go, wait_ms, FIELD_I64, 0,
          "Without `go`: the pace allows it only after this many ms; 0 = that is not the reason."),
    FIELD(struct push_go, lease_ms, FIELD_I64, 0, "With go = true: the lease was renewed for so long."),
    FIELD_OF(struct push_go, payload, FIELD_INLINE, 0, &record_payload, "With `go`: what may leave."),
};
const struct record record_push_go =
    RECORD("PushGo", struct push_go, push_go_fields, "Whether it may, and what may leave.");

static const struct field push_receipt_fields[] = {
    FIELD_OF(struct push_receipt, lease, FIELD_INLINE, FIELD_REQUIRED, &record_lease, "The lease of this work."),
    FIELD(struct push_receipt, intent_id, FIELD_I64, FIELD_REQUIRED, "The write that was sent or looked for."),
    FIELD(struct push_receipt, outcome, FIELD_STR, FIELD_REQUIRED,
          "A result code's name: ok = written or found; gone with `probe` = not found."),
    FIELD(struct push_receipt, probe, FIELD_BOOL, 0, "This is the outcome of looking for an uncertain write."),
    FIELD(struct push_receipt, message, FIELD_STR, 0, "What happened, for a person."),
    FIELD_OF(struct push_receipt, refused, FIELD_LIST, 0, &record_refused_value,
             "With rejected: the fields because of which it is; without them the rest may well be taken."),
    FIELD(struct push_receipt, retry_after_ms, FIELD_I64, 0,
          "The tracker's own word on when to try again; 0 = the store's backoff."),
    FIELD_OF(struct push_receipt, returned, FIELD_LIST, 0, &record_observation,
             "What the tracker answered: one, or none."),
    FIELD_OF(struct push_receipt, usage, FIELD_INLINE, 0, &record_usage, "What the calls cost."),
    FIELD(struct push_receipt, settle_ms, FIELD_I64, 0,
          "How many ms a create may stay invisible there: two looks must span it."),
};
const struct record record_push_receipt =
    RECORD("PushReceipt", struct push_receipt, push_receipt_fields, "What became of a write.");

static const struct field webhook_accept_fields[] = {
    FIELD(struct webhook_accept, project, FIELD_STR, FIELD_REQUIRED, "Name of the project it was sent for."),
    FIELD(struct webhook_accept, delivery_id, FIELD_STR, FIELD_REQUIRED,
          "The tracker's identifier of the delivery; a second one is a duplicate."),
    FIELD(struct webhook_accept, event, FIELD_STR, FIELD_REQUIRED, "The tracker's name of the event, from the header."),
    FIELD(struct webhook_accept, body, FIELD_BYTES, FIELD_REQUIRED, "The delivery as it came, its signature verified."),
};
const struct record record_webhook_accept =
    RECORD("WebhookAccept", struct webhook_accept, webhook_accept_fields, "A verified webhook delivery.");

static const struct field webhook_accepted_fields[] = {
    FIELD(struct webhook_accepted, duplicate, FIELD_BOOL, 0, "It was there already; nothing was kept."),
};
const struct record record_webhook_accepted =
    RECORD("WebhookAccepted", struct webhook_accepted, webhook_accepted_fields, "Whether it was new.");

static const struct field plan_claim_fields[] = {
    FIELD(struct plan_claim, limit, FIELD_I64, 0, "How many at most, up to 500; 0 = 100."),
    FIELD(struct plan_claim, preview, FIELD_BOOL, 0, "Of projects in a dry run: to be shown, not applied."),
};
const struct record record_plan_claim =
    RECORD("PlanClaim", struct plan_claim, plan_claim_fields, "How many cases are wanted.");

static const struct field plan_batch_fields[] = {
    FIELD_OF(struct plan_batch, cases, FIELD_LIST, 0, &record_plan_case,
             "Mappings to be planned, claimed for half a minute."),
    FIELD_OF(struct plan_batch, projects, FIELD_LIST, 0, &record_project,
             "The settings of every project of the cases."),
    FIELD(struct plan_batch, waiting, FIELD_I64, 0, "Not 0: there are more, claim again."),
};
const struct record record_plan_batch =
    RECORD("PlanBatch", struct plan_batch, plan_batch_fields, "Cases to be planned.");

static const struct field plan_commit_fields[] = {
    FIELD_OF(struct plan_commit, outcomes, FIELD_LIST, 0, &record_plan_outcome, "What was decided, one a mapping."),
    FIELD(struct plan_commit, preview, FIELD_BOOL, 0, "Only shown, not applied."),
};
const struct record record_plan_commit =
    RECORD("PlanCommit", struct plan_commit, plan_commit_fields, "Decisions to be applied.");

static const struct field plan_committed_fields[] = {
    FIELD(struct plan_committed, committed, FIELD_I64, 0, "Outcomes that were applied."),
    FIELD(struct plan_committed, moved, FIELD_I64, 0, "Outcomes that were dropped, because their inputs had moved."),
};
const struct record record_plan_committed =
    RECORD("PlanCommitted", struct plan_committed, plan_committed_fields, "How many of them held.");
