/* The verb table and the descriptors of every request and reply. */
#include "proto/verbs.h"

static const struct field empty_fields[] = {
    FIELD(struct empty, unused, FIELD_BOOL, 0, "Unused."),
};
static const struct record record_empty = RECORD("Empty", struct empty, empty_fields, "Empty.");

static const struct field hello_fields[] = {
    FIELD(struct hello, installation, FIELD_STR, 0, "A UUID made at the first start."),
    FIELD(struct hello, version, FIELD_STR, 0, "Version."),
    FIELD(struct hello, head, FIELD_I64, 0, "The newest event's sequence."),
    FIELD(struct hello, schema, FIELD_I64, 0, "Schema."),
};
static const struct record record_hello = RECORD("Hello", struct hello, hello_fields, "Hello.");

static const struct field project_configure_fields[] = {
    FIELD_OF(struct project_configure, project, FIELD_INLINE, FIELD_REQUIRED, &record_project, "Project."),
    FIELD(struct project_configure, actor, FIELD_STR, 0, "Actor."),
};
static const struct record record_project_configure =
    RECORD("ProjectConfigure", struct project_configure, project_configure_fields, "ProjectConfigure.");

static const struct field project_name_fields[] = {
    FIELD(struct project_name, name, FIELD_STR, 0, "Name."),
};
static const struct record record_project_name =
    RECORD("ProjectName", struct project_name, project_name_fields, "ProjectName.");

static const struct field project_id_fields[] = {
    FIELD(struct project_id, id, FIELD_I64, 0, "Id."),
};
static const struct record record_project_id = RECORD("ProjectId", struct project_id, project_id_fields, "ProjectId.");

static const struct field project_set_state_fields[] = {
    FIELD(struct project_set_state, name, FIELD_STR, FIELD_REQUIRED, "Name."),
    FIELD(struct project_set_state, state, FIELD_STR, FIELD_REQUIRED, "State."),
    FIELD(struct project_set_state, reason, FIELD_STR, 0, "Reason."),
    FIELD(struct project_set_state, actor, FIELD_STR, 0, "Actor."),
};
static const struct record record_project_set_state =
    RECORD("ProjectSetState", struct project_set_state, project_set_state_fields, "ProjectSetState.");

static const struct field project_list_fields[] = {
    FIELD_OF(struct project_list, projects, FIELD_LIST, 0, &record_project, "Projects."),
};
static const struct record record_project_list =
    RECORD("ProjectList", struct project_list, project_list_fields, "ProjectList.");

static const struct field credential_put_fields[] = {
    FIELD(struct credential_put, name, FIELD_STR, FIELD_REQUIRED, "Name."),
    FIELD(struct credential_put, kind, FIELD_STR, FIELD_REQUIRED, "Kind."),
    FIELD(struct credential_put, secret, FIELD_STR, FIELD_REQUIRED | FIELD_SECRET,
          "JSON, as its connector wants it; encrypted before it touches the disk."),
    FIELD(struct credential_put, actor, FIELD_STR, 0, "Actor."),
};
static const struct record record_credential_put =
    RECORD("CredentialPut", struct credential_put, credential_put_fields, "CredentialPut.");

static const struct field credential_get_fields[] = {
    FIELD(struct credential_get, name, FIELD_STR, FIELD_REQUIRED, "Name."),
};
static const struct record record_credential_get =
    RECORD("CredentialGet", struct credential_get, credential_get_fields, "CredentialGet.");

static const struct field credential_fields[] = {
    FIELD(struct credential, name, FIELD_STR, FIELD_REQUIRED, "Name."),
    FIELD(struct credential, kind, FIELD_STR, FIELD_REQUIRED, "Kind."),
    FIELD(struct credential, secret, FIELD_STR, FIELD_REQUIRED | FIELD_SECRET, "Secret."),
};
static const struct record record_credential =
    RECORD("Credential", struct credential, credential_fields, "Credential.");

static const struct field ticket_new_fields[] = {
    FIELD(struct ticket_new, fields, FIELD_VALUES, FIELD_REQUIRED, "Fields."),
    FIELD(struct ticket_new, project, FIELD_STR, 0, "Where it is to be created too; absent = nowhere."),
    FIELD(struct ticket_new, privacy, FIELD_STR, 0, "Privacy."),
    FIELD(struct ticket_new, actor, FIELD_STR, 0, "Actor."),
};
static const struct record record_ticket_new = RECORD("TicketNew", struct ticket_new, ticket_new_fields, "TicketNew.");

static const struct field ticket_edit_fields[] = {
    FIELD(struct ticket_edit, key, FIELD_STR, FIELD_REQUIRED, "A ticket's or a comment's."),
    FIELD(struct ticket_edit, set, FIELD_VALUES, 0, "Set."),
    FIELD(struct ticket_edit, add, FIELD_VALUES, 0, "Add."),
    FIELD(struct ticket_edit, remove, FIELD_VALUES, 0, "Remove."),
    FIELD(struct ticket_edit, if_version, FIELD_I64, 0, "Refuse as stale when the ticket has another; 0 = do not ask."),
    FIELD(struct ticket_edit, actor, FIELD_STR, 0, "Actor."),
};
static const struct record record_ticket_edit =
    RECORD("TicketEdit", struct ticket_edit, ticket_edit_fields, "TicketEdit.");

static const struct field ticket_get_fields[] = {
    FIELD(struct ticket_get, key, FIELD_STR, FIELD_REQUIRED, "Key."),
    FIELD(struct ticket_get, external, FIELD_BOOL, 0, "With the cached external fields of each mapping."),
};
static const struct record record_ticket_get = RECORD("TicketGet", struct ticket_get, ticket_get_fields, "TicketGet.");

static const struct field ticket_query_fields[] = {
    FIELD(struct ticket_query, project, FIELD_STR, 0, "`after`: the last key of the page before."),
    FIELD(struct ticket_query, status, FIELD_STR, 0, "`after`: the last key of the page before."),
    FIELD(struct ticket_query, label, FIELD_STR, 0, "`after`: the last key of the page before."),
    FIELD(struct ticket_query, text, FIELD_STR, 0, "`after`: the last key of the page before."),
    FIELD(struct ticket_query, after, FIELD_STR, 0, "`after`: the last key of the page before."),
    FIELD(struct ticket_query, limit, FIELD_I64, 0, "Limit."),
};
static const struct record record_ticket_query =
    RECORD("TicketQuery", struct ticket_query, ticket_query_fields, "TicketQuery.");

static const struct field ticket_list_fields[] = {
    FIELD_OF(struct ticket_list, tickets, FIELD_LIST, 0, &record_ticket, "Without comments."),
    FIELD(struct ticket_list, more, FIELD_BOOL, 0, "More."),
};
static const struct record record_ticket_list =
    RECORD("TicketList", struct ticket_list, ticket_list_fields, "TicketList.");

static const struct field ticket_comment_fields[] = {
    FIELD(struct ticket_comment, key, FIELD_STR, FIELD_REQUIRED, "Key."),
    FIELD(struct ticket_comment, body, FIELD_STR, FIELD_REQUIRED, "Body."),
    FIELD(struct ticket_comment, privacy, FIELD_STR, 0, "Privacy."),
    FIELD(struct ticket_comment, actor, FIELD_STR, 0, "Actor."),
};
static const struct record record_ticket_comment =
    RECORD("TicketComment", struct ticket_comment, ticket_comment_fields, "TicketComment.");

static const struct field ticket_share_fields[] = {
    FIELD(struct ticket_share, key, FIELD_STR, FIELD_REQUIRED, "Key."),
    FIELD(struct ticket_share, project, FIELD_STR, 0, "Granted, and mapped there."),
    FIELD(struct ticket_share, privacy, FIELD_STR, 0, "The new privacy, or absent."),
    FIELD(struct ticket_share, revoke, FIELD_BOOL, 0, "Revoke."),
    FIELD(struct ticket_share, actor, FIELD_STR, 0, "Actor."),
};
static const struct record record_ticket_share =
    RECORD("TicketShare", struct ticket_share, ticket_share_fields, "TicketShare.");

static const struct field session_start_fields[] = {
    FIELD(struct session_start, project, FIELD_STR, FIELD_REQUIRED, "Project."),
    FIELD(struct session_start, mode, FIELD_STR, 0, "Mode."),
    FIELD(struct session_start, trigger, FIELD_STR, 0, "Trigger."),
    FIELD(struct session_start, actor, FIELD_STR, 0, "Actor."),
};
static const struct record record_session_start =
    RECORD("SessionStart", struct session_start, session_start_fields, "SessionStart.");

static const struct field session_id_fields[] = {
    FIELD(struct session_id, id, FIELD_I64, FIELD_REQUIRED, "Id."),
};
static const struct record record_session_id = RECORD("SessionId", struct session_id, session_id_fields, "SessionId.");

static const struct field session_query_fields[] = {
    FIELD(struct session_query, project, FIELD_STR, 0, "Project."),
    FIELD(struct session_query, limit, FIELD_I64, 0, "Limit."),
};
static const struct record record_session_query =
    RECORD("SessionQuery", struct session_query, session_query_fields, "SessionQuery.");

static const struct field session_list_fields[] = {
    FIELD_OF(struct session_list, sessions, FIELD_LIST, 0, &record_session, "Sessions."),
};
static const struct record record_session_list =
    RECORD("SessionList", struct session_list, session_list_fields, "SessionList.");

static const struct field preview_line_fields[] = {
    FIELD(struct preview_line, ticket, FIELD_STR, 0, "Key of the local ticket; absent when it would be made."),
    FIELD(struct preview_line, external_key, FIELD_STR, 0, "As people write it outside; absent when it would be made."),
    FIELD(struct preview_line, title, FIELD_STR, 0, "The ticket's title."),
    FIELD(struct preview_line, kind, FIELD_STR, FIELD_REQUIRED, "ticket or comment."),
    FIELD(struct preview_line, action, FIELD_STR, FIELD_REQUIRED, "import, pull, create, push or conflict."),
    FIELD(struct preview_line, field, FIELD_STR, 0, "The field; * for all."),
    FIELD(struct preview_line, value, FIELD_VALUES, 0, "Its new value."),
};
static const struct record record_preview_line =
    RECORD("PreviewLine", struct preview_line, preview_line_fields, "One change that a dry run found.");

static const struct field session_preview_fields[] = {
    FIELD_OF(struct session_preview, lines, FIELD_LIST, 0, &record_preview_line, "What would be done."),
    FIELD(struct session_preview, more, FIELD_BOOL, 0, "There is more than is listed."),
};
static const struct record record_session_preview =
    RECORD("SessionPreview", struct session_preview, session_preview_fields, "What a dry run found.");

static const struct field schedule_tick_fields[] = {
    FIELD(struct schedule_tick, unused, FIELD_BOOL, 0, "Unused."),
};
static const struct record record_schedule_tick =
    RECORD("ScheduleTick", struct schedule_tick, schedule_tick_fields, "ScheduleTick.");

static const struct field schedule_result_fields[] = {
    FIELD(struct schedule_result, started, FIELD_I64, 0, "Started."),
    FIELD(struct schedule_result, finished, FIELD_I64, 0, "Finished."),
    FIELD(struct schedule_result, next_ms, FIELD_I64, 0, "Nothing is due before this long from now."),
};
static const struct record record_schedule_result =
    RECORD("ScheduleResult", struct schedule_result, schedule_result_fields, "ScheduleResult.");

static const struct field work_claim_fields[] = {
    FIELD(struct work_claim, system, FIELD_STR, FIELD_REQUIRED, "System."),
    FIELD(struct work_claim, worker, FIELD_STR, FIELD_REQUIRED, "Worker."),
};
static const struct record record_work_claim = RECORD("WorkClaim", struct work_claim, work_claim_fields, "WorkClaim.");

static const struct field delivery_fields[] = {
    FIELD(struct delivery, id, FIELD_I64, 0, "Id."),
    FIELD(struct delivery, event, FIELD_STR, 0, "Event."),
    FIELD(struct delivery, body, FIELD_BYTES, 0, "Body."),
};
static const struct record record_delivery = RECORD("Delivery", struct delivery, delivery_fields, "Delivery.");

static const struct field external_ref_fields[] = {
    FIELD(struct external_ref, kind, FIELD_STR, FIELD_REQUIRED, "Kind."),
    FIELD(struct external_ref, external_id, FIELD_STR, FIELD_REQUIRED, "External id."),
    FIELD(struct external_ref, parent_external_id, FIELD_STR, 0, "Parent external id."),
    FIELD(struct external_ref, etag, FIELD_STR, 0, "Etag."),
};
static const struct record record_external_ref =
    RECORD("ExternalRef", struct external_ref, external_ref_fields, "ExternalRef.");

static const struct field work_fields[] = {
    FIELD(struct work, kind, FIELD_STR, FIELD_REQUIRED, "None | pull | fetch | push | deliver."),
    FIELD_OF(struct work, lease, FIELD_INLINE, 0, &record_lease, "Lease."),
    FIELD_OF(struct work, project, FIELD_INLINE, 0, &record_project, "Project."),
    FIELD(struct work, session_id, FIELD_I64, 0, "Session id."),
    FIELD(struct work, mode, FIELD_STR, 0, "Pull."),
    FIELD(struct work, cursor, FIELD_STR, 0, "Pull."),
    FIELD_OF(struct work, refs, FIELD_LIST, 0, &record_external_ref, "Fetch."),
    FIELD_OF(struct work, intents, FIELD_LIST, 0, &record_intent, "Push."),
    FIELD_OF(struct work, deliveries, FIELD_LIST, 0, &record_delivery, "Deliver."),
    FIELD(struct work, retry_ms, FIELD_I64, 0, "None: look again after this long."),
};
static const struct record record_work = RECORD("Work", struct work, work_fields, "Work.");

static const struct field work_release_fields[] = {
    FIELD_OF(struct work_release, lease, FIELD_INLINE, FIELD_REQUIRED, &record_lease, "Lease."),
};
static const struct record record_work_release =
    RECORD("WorkRelease", struct work_release, work_release_fields, "WorkRelease.");

static const struct field work_fail_fields[] = {
    FIELD_OF(struct work_fail, lease, FIELD_INLINE, FIELD_REQUIRED, &record_lease, "Lease."),
    FIELD(struct work_fail, code, FIELD_STR, FIELD_REQUIRED, "Code."),
    FIELD(struct work_fail, message, FIELD_STR, 0, "Message."),
    FIELD(struct work_fail, retry_after_ms, FIELD_I64, 0, "Retry after ms."),
    FIELD_OF(struct work_fail, usage, FIELD_INLINE, 0, &record_usage, "Usage."),
};
static const struct record record_work_fail = RECORD("WorkFail", struct work_fail, work_fail_fields, "WorkFail.");

static const struct field observe_fields[] = {
    FIELD_OF(struct observe, lease, FIELD_INLINE, FIELD_REQUIRED, &record_lease, "Lease."),
    FIELD(struct observe, source, FIELD_STR, FIELD_REQUIRED, "List | fresh | webhook."),
    FIELD_OF(struct observe, observations, FIELD_LIST, 0, &record_observation, "Observations."),
    FIELD(struct observe, cursor, FIELD_STR, 0, "Cursor."),
    FIELD(struct observe, done, FIELD_BOOL, 0, "The pull has reached its end."),
    FIELD(struct observe, unchanged, FIELD_BOOL, 0, "A 304: nothing new at all."),
    FIELD(struct observe, poison_ids, FIELD_STRS, 0, "Deliveries that can never be understood, decimal."),
    FIELD(struct observe, delivery_ids, FIELD_STRS, 0, "Webhook: deliveries that this settles, decimal."),
    FIELD_OF(struct observe, not_modified, FIELD_LIST, 0, &record_external_ref,
             "Fresh: a 304, the cached observation still holds."),
    FIELD_OF(struct observe, usage, FIELD_INLINE, 0, &record_usage, "Usage."),
};
static const struct record record_observe = RECORD("Observe", struct observe, observe_fields, "Observe.");

static const struct field observe_result_fields[] = {
    FIELD(struct observe_result, taken, FIELD_I64, 0, "Taken."),
    FIELD(struct observe_result, unchanged, FIELD_I64, 0, "Unchanged."),
    FIELD(struct observe_result, refetch, FIELD_I64, 0, "Refetch."),
};
static const struct record record_observe_result =
    RECORD("ObserveResult", struct observe_result, observe_result_fields, "ObserveResult.");

static const struct field push_begin_fields[] = {
    FIELD_OF(struct push_begin, lease, FIELD_INLINE, FIELD_REQUIRED, &record_lease, "Lease."),
    FIELD(struct push_begin, intent_id, FIELD_I64, FIELD_REQUIRED, "Intent id."),
    FIELD_OF(struct push_begin, fresh, FIELD_LIST, 0, &record_observation,
             "The target as it is now: one, or none for a create or after a 304."),
    FIELD_OF(struct push_begin, pace, FIELD_INLINE, 0, &record_pace, "The tracker's pace."),
};
static const struct record record_push_begin = RECORD("PushBegin", struct push_begin, push_begin_fields, "PushBegin.");

static const struct field push_go_fields[] = {
    FIELD(struct push_go, go, FIELD_BOOL, 0, "False: stale, refused or blocked; leave it, the store has noted why."),
    FIELD(struct push_go, wait_ms, FIELD_I64, 0, "With go = false: the pace allows it only then."),
    FIELD(struct push_go, lease_ms, FIELD_I64, 0, "With go = true: the lease was renewed for so long."),
    FIELD_OF(struct push_go, payload, FIELD_INLINE, 0, &record_payload, "Payload."),
};
static const struct record record_push_go = RECORD("PushGo", struct push_go, push_go_fields, "PushGo.");

static const struct field push_receipt_fields[] = {
    FIELD_OF(struct push_receipt, lease, FIELD_INLINE, FIELD_REQUIRED, &record_lease, "Lease."),
    FIELD(struct push_receipt, intent_id, FIELD_I64, FIELD_REQUIRED, "Intent id."),
    FIELD(struct push_receipt, outcome, FIELD_STR, FIELD_REQUIRED,
          "A result code's name; ok = written (or found), gone with `probe` = not found."),
    FIELD(struct push_receipt, probe, FIELD_BOOL, 0, "The outcome of looking for an uncertain write."),
    FIELD(struct push_receipt, message, FIELD_STR, 0, "Message."),
    FIELD(struct push_receipt, retry_after_ms, FIELD_I64, 0, "Retry after ms."),
    FIELD_OF(struct push_receipt, returned, FIELD_LIST, 0, &record_observation,
             "What the tracker answered: one, or none."),
    FIELD_OF(struct push_receipt, usage, FIELD_INLINE, 0, &record_usage, "Usage."),
    FIELD(struct push_receipt, settle_ms, FIELD_I64, 0, "How long a create may stay invisible."),
};
static const struct record record_push_receipt =
    RECORD("PushReceipt", struct push_receipt, push_receipt_fields, "PushReceipt.");

static const struct field webhook_accept_fields[] = {
    FIELD(struct webhook_accept, project, FIELD_STR, FIELD_REQUIRED, "Project."),
    FIELD(struct webhook_accept, delivery_id, FIELD_STR, FIELD_REQUIRED, "Delivery id."),
    FIELD(struct webhook_accept, event, FIELD_STR, FIELD_REQUIRED, "Event."),
    FIELD(struct webhook_accept, body, FIELD_BYTES, FIELD_REQUIRED, "Body."),
};
static const struct record record_webhook_accept =
    RECORD("WebhookAccept", struct webhook_accept, webhook_accept_fields, "WebhookAccept.");

static const struct field webhook_accepted_fields[] = {
    FIELD(struct webhook_accepted, duplicate, FIELD_BOOL, 0, "Duplicate."),
};
static const struct record record_webhook_accepted =
    RECORD("WebhookAccepted", struct webhook_accepted, webhook_accepted_fields, "WebhookAccepted.");

static const struct field plan_claim_fields[] = {
    FIELD(struct plan_claim, limit, FIELD_I64, 0, "Limit."),
    FIELD(struct plan_claim, preview, FIELD_BOOL, 0, "Of projects in a dry run: to be shown, not applied."),
};
static const struct record record_plan_claim = RECORD("PlanClaim", struct plan_claim, plan_claim_fields, "PlanClaim.");

static const struct field plan_batch_fields[] = {
    FIELD_OF(struct plan_batch, cases, FIELD_LIST, 0, &record_plan_case, "Cases."),
    FIELD_OF(struct plan_batch, projects, FIELD_LIST, 0, &record_project,
             "The settings of every project named in the cases."),
    FIELD(struct plan_batch, waiting, FIELD_I64, 0, "Cases that are left over."),
};
static const struct record record_plan_batch = RECORD("PlanBatch", struct plan_batch, plan_batch_fields, "PlanBatch.");

static const struct field plan_commit_fields[] = {
    FIELD_OF(struct plan_commit, outcomes, FIELD_LIST, 0, &record_plan_outcome, "Outcomes."),
    FIELD(struct plan_commit, preview, FIELD_BOOL, 0, "Only shown, not applied."),
};
static const struct record record_plan_commit =
    RECORD("PlanCommit", struct plan_commit, plan_commit_fields, "PlanCommit.");

static const struct field plan_committed_fields[] = {
    FIELD(struct plan_committed, committed, FIELD_I64, 0, "Committed."),
    FIELD(struct plan_committed, moved, FIELD_I64, 0, "Moved."),
};
static const struct record record_plan_committed =
    RECORD("PlanCommitted", struct plan_committed, plan_committed_fields, "PlanCommitted.");

static const struct field conflict_query_fields[] = {
    FIELD(struct conflict_query, project, FIELD_STR, 0, "Project."),
    FIELD(struct conflict_query, ticket, FIELD_STR, 0, "Ticket."),
    FIELD(struct conflict_query, state, FIELD_STR, 0, "State."),
    FIELD(struct conflict_query, id, FIELD_I64, 0, "Id."),
    FIELD(struct conflict_query, limit, FIELD_I64, 0, "Limit."),
};
static const struct record record_conflict_query =
    RECORD("ConflictQuery", struct conflict_query, conflict_query_fields, "ConflictQuery.");

static const struct field conflict_list_fields[] = {
    FIELD_OF(struct conflict_list, conflicts, FIELD_LIST, 0, &record_conflict, "Conflicts."),
};
static const struct record record_conflict_list =
    RECORD("ConflictList", struct conflict_list, conflict_list_fields, "ConflictList.");

static const struct field conflict_resolve_fields[] = {
    FIELD(struct conflict_resolve, id, FIELD_I64, FIELD_REQUIRED, "Id."),
    FIELD(struct conflict_resolve, choice, FIELD_STR, FIELD_REQUIRED, "Local | external | value."),
    FIELD(struct conflict_resolve, value, FIELD_VALUES, 0, "With choice = value: the field's new value."),
    FIELD(struct conflict_resolve, actor, FIELD_STR, 0, "Actor."),
};
static const struct record record_conflict_resolve =
    RECORD("ConflictResolve", struct conflict_resolve, conflict_resolve_fields, "ConflictResolve.");

static const struct field stored_event_fields[] = {
    FIELD(struct stored_event, sequence, FIELD_I64, 0, "Sequence."),
    FIELD(struct stored_event, id, FIELD_STR, 0, "Id."),
    FIELD(struct stored_event, source, FIELD_STR, 0, "Source."),
    FIELD(struct stored_event, type, FIELD_STR, FIELD_REQUIRED, "Type."),
    FIELD(struct stored_event, time, FIELD_STR, 0, "Time."),
    FIELD(struct stored_event, subject, FIELD_STR, 0, "Subject."),
    FIELD(struct stored_event, partitionkey, FIELD_STR, 0, "Partitionkey."),
    FIELD(struct stored_event, traceparent, FIELD_STR, 0, "Traceparent."),
    FIELD(struct stored_event, data, FIELD_STR, FIELD_REQUIRED, "JSON of the event's record."),
};
const struct record record_stored_event =
    RECORD("StoredEvent", struct stored_event, stored_event_fields, "StoredEvent.");

static const struct field events_read_fields[] = {
    FIELD(struct events_read, after, FIELD_I64, 0, "After."),
    FIELD(struct events_read, limit, FIELD_I64, 0, "Limit."),
    FIELD(struct events_read, type, FIELD_STR, 0, "Type."),
    FIELD(struct events_read, project, FIELD_STR, 0, "Project."),
};
static const struct record record_events_read =
    RECORD("EventsRead", struct events_read, events_read_fields, "EventsRead.");

static const struct field event_list_fields[] = {
    FIELD_OF(struct event_list, events, FIELD_LIST, 0, &record_stored_event, "Events."),
    FIELD(struct event_list, head, FIELD_I64, 0, "Head."),
};
static const struct record record_event_list = RECORD("EventList", struct event_list, event_list_fields, "EventList.");

static const struct field events_publish_fields[] = {
    FIELD_OF(struct events_publish, events, FIELD_LIST, 0, &record_stored_event,
             "TicketCreated, TicketUpdated, ProjectConfigured of other services; `id` makes them unique."),
    FIELD(struct events_publish, actor, FIELD_STR, 0, "Actor."),
};
static const struct record record_events_publish =
    RECORD("EventsPublish", struct events_publish, events_publish_fields, "EventsPublish.");

static const struct field events_published_fields[] = {
    FIELD(struct events_published, accepted, FIELD_I64, 0, "Accepted."),
    FIELD(struct events_published, duplicates, FIELD_I64, 0, "Duplicates."),
    FIELD(struct events_published, keys, FIELD_STRS, 0, "Of the tickets, in order."),
};
static const struct record record_events_published =
    RECORD("EventsPublished", struct events_published, events_published_fields, "EventsPublished.");

static const struct field project_status_fields[] = {
    FIELD_OF(struct project_status, project, FIELD_INLINE, 0, &record_project, "Project."),
    FIELD(struct project_status, tickets, FIELD_I64, 0, "Tickets."),
    FIELD(struct project_status, comments, FIELD_I64, 0, "Comments."),
    FIELD(struct project_status, open_conflicts, FIELD_I64, 0, "Open conflicts."),
    FIELD(struct project_status, waiting, FIELD_I64, 0, "Waiting."),
    FIELD(struct project_status, parked, FIELD_I64, 0, "Parked."),
    FIELD(struct project_status, unplanned, FIELD_I64, 0, "Unplanned."),
    FIELD(struct project_status, last_sync_ms, FIELD_I64, 0, "Last sync ms."),
    FIELD(struct project_status, next_sync_ms, FIELD_I64, 0, "Next sync ms."),
    FIELD(struct project_status, quota_limit, FIELD_I64, 0, "Quota limit."),
    FIELD(struct project_status, quota_remaining, FIELD_I64, 0, "Quota remaining."),
    FIELD(struct project_status, quota_reset_ms, FIELD_I64, 0, "Quota reset ms."),
    FIELD(struct project_status, blocked_until_ms, FIELD_I64, 0, "Blocked until ms."),
    FIELD_OF(struct project_status, last_session, FIELD_LIST, 0, &record_session, "One or none."),
};
static const struct record record_project_status =
    RECORD("ProjectStatus", struct project_status, project_status_fields, "ProjectStatus.");

static const struct field parked_write_fields[] = {
    FIELD(struct parked_write, intent_id, FIELD_I64, 0, "Intent id."),
    FIELD(struct parked_write, project, FIELD_STR, 0, "Project."),
    FIELD(struct parked_write, ticket, FIELD_STR, 0, "Ticket."),
    FIELD(struct parked_write, reason, FIELD_STR, 0, "Reason."),
    FIELD(struct parked_write, since_ms, FIELD_I64, 0, "Since ms."),
};
static const struct record record_parked_write =
    RECORD("ParkedWrite", struct parked_write, parked_write_fields, "ParkedWrite.");

static const struct field status_fields[] = {
    FIELD_OF(struct status, store, FIELD_INLINE, 0, &record_hello, "Store."),
    FIELD_OF(struct status, projects, FIELD_LIST, 0, &record_project_status, "Projects."),
    FIELD_OF(struct status, parked, FIELD_LIST, 0, &record_parked_write, "Parked."),
    FIELD(struct status, tickets, FIELD_I64, 0, "Tickets."),
    FIELD(struct status, events, FIELD_I64, 0, "Events."),
    FIELD(struct status, now_ms, FIELD_I64, 0, "Now ms."),
};
static const struct record record_status = RECORD("Status", struct status, status_fields, "Status.");

static const struct field egress_query_fields[] = {
    FIELD(struct egress_query, ticket, FIELD_STR, 0, "Ticket."),
    FIELD(struct egress_query, limit, FIELD_I64, 0, "Limit."),
};
static const struct record record_egress_query =
    RECORD("EgressQuery", struct egress_query, egress_query_fields, "EgressQuery.");

static const struct field egress_fields[] = {
    FIELD(struct egress, at_ms, FIELD_I64, 0, "At ms."),
    FIELD(struct egress, intent_id, FIELD_I64, 0, "Intent id."),
    FIELD(struct egress, ticket, FIELD_STR, 0, "Ticket."),
    FIELD(struct egress, project, FIELD_STR, 0, "Project."),
    FIELD(struct egress, external_key, FIELD_STR, 0, "External key."),
    FIELD(struct egress, rule, FIELD_STR, 0, "Rule."),
    FIELD(struct egress, fields, FIELD_STRS, 0, "Fields."),
};
static const struct record record_egress = RECORD("Egress", struct egress, egress_fields, "Egress.");

static const struct field egress_list_fields[] = {
    FIELD_OF(struct egress_list, rows, FIELD_LIST, 0, &record_egress, "Rows."),
};
static const struct record record_egress_list =
    RECORD("EgressList", struct egress_list, egress_list_fields, "EgressList.");

static const struct field verb_request_fields[] = {
    FIELD(struct verb_request, verb, FIELD_STR, FIELD_REQUIRED, "Verb."),
    FIELD(struct verb_request, client, FIELD_STR, FIELD_REQUIRED, "Client."),
    FIELD(struct verb_request, request, FIELD_I64, FIELD_REQUIRED, "Request."),
    FIELD(struct verb_request, traceparent, FIELD_STR, 0, "Traceparent."),
    FIELD(struct verb_request, body, FIELD_BYTES, FIELD_REQUIRED, "Msgpack of the verb's request record."),
};
const struct record record_verb_request =
    RECORD("VerbRequest", struct verb_request, verb_request_fields, "VerbRequest.");

static const struct field verb_reply_fields[] = {
    FIELD(struct verb_reply, code, FIELD_STR, FIELD_REQUIRED, "Code."),
    FIELD(struct verb_reply, message, FIELD_STR, 0, "Message."),
    FIELD(struct verb_reply, retry_after_ms, FIELD_I64, 0, "Retry after ms."),
    FIELD(struct verb_reply, body, FIELD_BYTES, 0, "Body."),
};
const struct record record_verb_reply = RECORD("VerbReply", struct verb_reply, verb_reply_fields, "VerbReply.");

const struct verb verb_table[VERB_COUNT] = {
    [VERB_HELLO] = {"hello", 0, &record_empty, &record_hello, "Who the store is and where its event log stands."},
    [VERB_STATUS] = {"status", 0, &record_empty, &record_status, "The health of every project."},
    [VERB_PROJECT_CONFIGURE] = {"project.configure", VERB_WRITE | VERB_ONCE, &record_project_configure,
                                &record_project_id, "Makes a project or replaces its settings."},
    [VERB_PROJECT_LIST] = {"project.list", 0, &record_project_name, &record_project_list,
                           "All projects, or the one named."},
    [VERB_PROJECT_SET_STATE] = {"project.set_state", VERB_WRITE | VERB_ONCE, &record_project_set_state,
                                &record_project_id, "Pauses, resumes or removes a project."},
    [VERB_CREDENTIAL_PUT] = {"credential.put", VERB_WRITE, &record_credential_put, &record_empty,
                             "Stores a credential, encrypted."},
    [VERB_CREDENTIAL_GET] = {"credential.get", 0, &record_credential_get, &record_credential,
                             "Hands a credential to an adapter."},
    [VERB_TICKET_NEW] = {"ticket.new", VERB_WRITE | VERB_ONCE, &record_ticket_new, &record_ticket,
                         "Makes a local ticket."},
    [VERB_TICKET_EDIT] = {"ticket.edit", VERB_WRITE | VERB_ONCE, &record_ticket_edit, &record_ticket,
                          "Changes a local ticket or comment."},
    [VERB_TICKET_GET] = {"ticket.get", 0, &record_ticket_get, &record_ticket,
                         "One ticket with its comments and mappings."},
    [VERB_TICKET_LIST] = {"ticket.list", 0, &record_ticket_query, &record_ticket_list, "Tickets, a page at a time."},
    [VERB_TICKET_COMMENT] = {"ticket.comment", VERB_WRITE | VERB_ONCE, &record_ticket_comment, &record_ticket,
                             "Adds a comment."},
    [VERB_TICKET_SHARE] = {"ticket.share", VERB_WRITE | VERB_ONCE, &record_ticket_share, &record_ticket,
                           "Grants a project to a ticket, or takes the grant back; changes its privacy."},
    [VERB_SESSION_START] = {"session.start", VERB_WRITE | VERB_ONCE, &record_session_start, &record_session_id,
                            "Starts a synchronisation, or joins the running one."},
    [VERB_SESSION_GET] = {"session.get", 0, &record_session_id, &record_session, "One session."},
    [VERB_SESSION_LIST] = {"session.list", 0, &record_session_query, &record_session_list, "Sessions, newest first."},
    [VERB_SESSION_PREVIEW] = {"session.preview", 0, &record_session_id, &record_session_preview,
                              "What a dry run found."},
    [VERB_SCHEDULE_TICK] = {"schedule.tick", VERB_WRITE, &record_schedule_tick, &record_schedule_result,
                            "Starts what is due and finishes what has nothing left."},
    [VERB_WORK_CLAIM] = {"work.claim", VERB_WRITE, &record_work_claim, &record_work,
                         "Claims the most urgent work for one adapter."},
    [VERB_WORK_RELEASE] = {"work.release", VERB_WRITE, &record_work_release, &record_empty, "Gives a lease back."},
    [VERB_WORK_FAIL] = {"work.fail", VERB_WRITE, &record_work_fail, &record_empty,
                        "Gives a lease back with what went wrong."},
    [VERB_OBSERVE] = {"observe", VERB_WRITE, &record_observe, &record_observe_result,
                      "Records what an adapter saw: one page, one transaction."},
    [VERB_PUSH_BEGIN] = {"push.begin", VERB_WRITE, &record_push_begin, &record_push_go,
                         "The privacy gate: asks to send, and gets what may leave."},
    [VERB_PUSH_RECEIPT] = {"push.receipt", VERB_WRITE, &record_push_receipt, &record_empty,
                           "Records what became of a write."},
    [VERB_WEBHOOK_ACCEPT] = {"webhook.accept", VERB_WRITE, &record_webhook_accept, &record_webhook_accepted,
                             "Keeps a verified delivery, once."},
    [VERB_PLAN_CLAIM] = {"plan.claim", 0, &record_plan_claim, &record_plan_batch,
                         "Mappings whose sides are to be compared."},
    [VERB_PLAN_COMMIT] = {"plan.commit", VERB_WRITE, &record_plan_commit, &record_plan_committed,
                          "Applies decisions whose inputs have not moved."},
    [VERB_CONFLICT_LIST] = {"conflict.list", 0, &record_conflict_query, &record_conflict_list, "Conflicts."},
    [VERB_CONFLICT_RESOLVE] = {"conflict.resolve", VERB_WRITE | VERB_ONCE, &record_conflict_resolve, &record_empty,
                               "A person's decision."},
    [VERB_EVENTS_READ] = {"events.read", 0, &record_events_read, &record_event_list, "Replays the event log."},
    [VERB_EVENTS_PUBLISH] = {"events.publish", VERB_WRITE, &record_events_publish, &record_events_published,
                             "Takes events of other services."},
    [VERB_EGRESS_LIST] = {"egress.list", 0, &record_egress_query, &record_egress_list,
                          "What left, when, where and under which rule."},
};

enum verb_id verb_named(struct str name) {
  for (int id = 0; id < VERB_COUNT; id++)
    if (str_is(name, verb_table[id].name))
      return (enum verb_id)id;
  return VERB_COUNT;
}
