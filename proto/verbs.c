/* The verb table and the descriptors of every request and reply. */
#include "proto/verbs.h"

static const struct field empty_fields[] = {
    FIELD(struct empty, unused, FIELD_BOOL, 0, "Nothing; the map may be empty."),
};
static const struct record record_empty = RECORD("Empty", struct empty, empty_fields, "A map without members.");

static const struct field hello_fields[] = {
    FIELD(struct hello, installation, FIELD_STR, 0, "A UUID made at the first start."),
    FIELD(struct hello, version, FIELD_STR, 0, "Version of the store's program."),
    FIELD(struct hello, head, FIELD_I64, 0, "Sequence of the newest event."),
    FIELD(struct hello, schema, FIELD_I64, 0, "Number of the database schema."),
};
static const struct record record_hello = RECORD("Hello", struct hello, hello_fields, "Who the store is.");

static const struct field project_configure_fields[] = {
    FIELD_OF(struct project_configure, project, FIELD_INLINE, FIELD_REQUIRED, &record_project,
             "The whole settings; what is absent gets its default."),
    FIELD(struct project_configure, take_existing, FIELD_BOOL, 0,
          "The tickets that the followed projects have already are created in this one too."),
    FIELD(struct project_configure, actor, FIELD_STR, 0, "Who asks, for the audit."),
};
static const struct record record_project_configure = RECORD(
    "ProjectConfigure", struct project_configure, project_configure_fields, "A project's settings and who gives them.");

static const struct field project_name_fields[] = {
    FIELD(struct project_name, name, FIELD_STR, 0, "Name of one project; absent = all."),
};
static const struct record record_project_name =
    RECORD("ProjectName", struct project_name, project_name_fields, "One project, or all.");

static const struct field project_id_fields[] = {
    FIELD(struct project_id, id, FIELD_I64, 0, "The project's number."),
};
static const struct record record_project_id =
    RECORD("ProjectId", struct project_id, project_id_fields, "A project by its number.");

static const struct field project_set_state_fields[] = {
    FIELD(struct project_set_state, name, FIELD_STR, FIELD_REQUIRED, "Name of the project."),
    FIELD(struct project_set_state, state, FIELD_STR, FIELD_REQUIRED, "active, paused or removed."),
    FIELD(struct project_set_state, reason, FIELD_STR, 0, "Why, for a person."),
    FIELD(struct project_set_state, actor, FIELD_STR, 0, "Who asks, for the audit."),
};
static const struct record record_project_set_state =
    RECORD("ProjectSetState", struct project_set_state, project_set_state_fields,
           "A project's new state, why, and who says so.");

static const struct field project_list_fields[] = {
    FIELD_OF(struct project_list, projects, FIELD_LIST, 0, &record_project,
             "Ordered by name; removed ones are left out."),
};
static const struct record record_project_list =
    RECORD("ProjectList", struct project_list, project_list_fields, "Projects.");

static const struct field credential_put_fields[] = {
    FIELD(struct credential_put, name, FIELD_STR, FIELD_REQUIRED, "Its name; another one of that name is replaced."),
    FIELD(struct credential_put, kind, FIELD_STR, FIELD_REQUIRED, "As its connector defines it: 'pat', 'app'."),
    FIELD(struct credential_put, secret, FIELD_STR, FIELD_REQUIRED | FIELD_SECRET,
          "JSON as its connector wants it; encrypted before it touches the disk."),
    FIELD(struct credential_put, actor, FIELD_STR, 0, "Who asks, for the audit."),
};
static const struct record record_credential_put =
    RECORD("CredentialPut", struct credential_put, credential_put_fields, "A secret to be stored.");

static const struct field credential_get_fields[] = {
    FIELD(struct credential_get, name, FIELD_STR, FIELD_REQUIRED, "Name of the credential."),
};
static const struct record record_credential_get =
    RECORD("CredentialGet", struct credential_get, credential_get_fields, "Which credential.");

static const struct field credential_fields[] = {
    FIELD(struct credential, name, FIELD_STR, FIELD_REQUIRED, "Its name here."),
    FIELD(struct credential, kind, FIELD_STR, FIELD_REQUIRED, "As its connector defines it: 'pat', 'app'."),
    FIELD(struct credential, secret, FIELD_STR, FIELD_REQUIRED | FIELD_SECRET,
          "JSON as its connector wants it, decrypted."),
    FIELD(struct credential, generation, FIELD_I64, 0, "Grows with every new secret."),
};
static const struct record record_credential =
    RECORD("Credential", struct credential, credential_fields, "A stored credential, decrypted.");

static const struct field credential_renew_fields[] = {
    FIELD(struct credential_renew, name, FIELD_STR, FIELD_REQUIRED, "Name of the credential."),
    FIELD(struct credential_renew, worker, FIELD_STR, FIELD_REQUIRED, "Name of the worker that wants to renew it."),
    FIELD(struct credential_renew, generation, FIELD_I64, FIELD_REQUIRED, "The generation that has to be renewed."),
};
static const struct record record_credential_renew =
    RECORD("CredentialRenew", struct credential_renew, credential_renew_fields, "Who wants to renew which credential.");

static const struct field credential_renewing_fields[] = {
    FIELD_OF(struct credential_renewing, lease, FIELD_INLINE, 0, &record_lease, "The right to renew it."),
    FIELD(struct credential_renewing, secret, FIELD_STR, FIELD_REQUIRED | FIELD_SECRET,
          "As it is stored now; another process may have renewed it."),
    FIELD(struct credential_renewing, generation, FIELD_I64, 0, "Of the stored secret."),
    FIELD(struct credential_renewing, done, FIELD_BOOL, 0, "Another process has renewed it; there is no lease."),
};
static const struct record record_credential_renewing =
    RECORD("CredentialRenewing", struct credential_renewing, credential_renewing_fields,
           "A credential and the right to renew it.");

static const struct field credential_renewed_fields[] = {
    FIELD_OF(struct credential_renewed, lease, FIELD_INLINE, FIELD_REQUIRED, &record_lease, "The right to renew it."),
    FIELD(struct credential_renewed, secret, FIELD_STR, FIELD_REQUIRED | FIELD_SECRET, "The new one, JSON."),
};
static const struct record record_credential_renewed =
    RECORD("CredentialRenewed", struct credential_renewed, credential_renewed_fields, "A renewed credential.");

static const struct field ticket_new_fields[] = {
    FIELD(struct ticket_new, fields, FIELD_VALUES, FIELD_REQUIRED, "Its content; a title is needed."),
    FIELD(struct ticket_new, project, FIELD_STR, 0,
          "Name of the project where it is to be created too; absent = nowhere."),
    FIELD(struct ticket_new, privacy, FIELD_STR, 0,
          "local_only, shareable or public; absent = the project's default, local_only without one."),
    FIELD(struct ticket_new, actor, FIELD_STR, 0, "Who makes it."),
};
static const struct record record_ticket_new =
    RECORD("TicketNew", struct ticket_new, ticket_new_fields, "A ticket to be made.");

static const struct field ticket_edit_fields[] = {
    FIELD(struct ticket_edit, key, FIELD_STR, FIELD_REQUIRED, "A ticket's key or a comment's: 'T-12', 'C-17'."),
    FIELD(struct ticket_edit, set, FIELD_VALUES, 0, "Fields to be given these values."),
    FIELD(struct ticket_edit, add, FIELD_VALUES, 0, "Members to be added to sets, by field."),
    FIELD(struct ticket_edit, remove, FIELD_VALUES, 0, "Members to be taken out of sets, by field."),
    FIELD(struct ticket_edit, if_version, FIELD_I64, 0,
          "Refuse as stale when the ticket has another version; 0 = do not ask."),
    FIELD(struct ticket_edit, actor, FIELD_STR, 0, "Who changes it."),
};
static const struct record record_ticket_edit =
    RECORD("TicketEdit", struct ticket_edit, ticket_edit_fields, "Changes of one ticket or comment.");

static const struct field ticket_get_fields[] = {
    FIELD(struct ticket_get, key, FIELD_STR, FIELD_REQUIRED,
          "A ticket's key, or one of its comments': 'T-12', 'C-17'."),
    FIELD(struct ticket_get, external, FIELD_BOOL, 0, "With the cached external fields of each mapping."),
};
static const struct record record_ticket_get =
    RECORD("TicketGet", struct ticket_get, ticket_get_fields, "Which ticket.");

static const struct field ticket_query_fields[] = {
    FIELD(struct ticket_query, project, FIELD_STR, 0, "Only tickets mapped in the project of this name."),
    FIELD(struct ticket_query, status, FIELD_STR, 0, "Only tickets of this status."),
    FIELD(struct ticket_query, label, FIELD_STR, 0, "Only tickets that carry this label."),
    FIELD(struct ticket_query, text, FIELD_STR, 0,
          "Only tickets with this in the title or body, in any case of letters."),
    FIELD(struct ticket_query, after, FIELD_STR, 0,
          "Key of the last ticket of the page before; absent = the first page."),
    FIELD(struct ticket_query, limit, FIELD_I64, 0, "Tickets a page, at most 1000; 0 = 100."),
};
static const struct record record_ticket_query = RECORD("TicketQuery", struct ticket_query, ticket_query_fields,
                                                        "Which tickets; conditions that are given must all hold.");

static const struct field ticket_list_fields[] = {
    FIELD_OF(struct ticket_list, tickets, FIELD_LIST, 0, &record_ticket,
             "Ordered by number, without bodies and comments."),
    FIELD(struct ticket_list, more, FIELD_BOOL, 0, "There is another page."),
};
static const struct record record_ticket_list =
    RECORD("TicketList", struct ticket_list, ticket_list_fields, "A page of tickets.");

static const struct field ticket_comment_fields[] = {
    FIELD(struct ticket_comment, key, FIELD_STR, FIELD_REQUIRED, "Key of the ticket: 'T-12'."),
    FIELD(struct ticket_comment, body, FIELD_STR, FIELD_REQUIRED, "The comment's text, Markdown."),
    FIELD(struct ticket_comment, privacy, FIELD_STR, 0, "local_only, shareable or public; absent = as the ticket."),
    FIELD(struct ticket_comment, actor, FIELD_STR, 0, "Who writes it."),
};
static const struct record record_ticket_comment =
    RECORD("TicketComment", struct ticket_comment, ticket_comment_fields, "A comment to be made.");

static const struct field ticket_share_fields[] = {
    FIELD(struct ticket_share, key, FIELD_STR, FIELD_REQUIRED, "A ticket's key, or a comment's to change its privacy."),
    FIELD(struct ticket_share, project, FIELD_STR, 0,
          "Name of the project to be granted, and mapped there; absent = only the privacy changes."),
    FIELD(struct ticket_share, privacy, FIELD_STR, 0,
          "The new privacy: local_only, shareable or public; absent = as it is."),
    FIELD(struct ticket_share, revoke, FIELD_BOOL, 0, "Take the grant back instead."),
    FIELD(struct ticket_share, actor, FIELD_STR, 0, "Who asks, for the audit."),
};
static const struct record record_ticket_share =
    RECORD("TicketShare", struct ticket_share, ticket_share_fields, "A grant or a privacy to be given or taken.");

static const struct field ticket_link_fields[] = {
    FIELD(struct ticket_link, key, FIELD_STR, FIELD_REQUIRED,
          "The ticket that stays: 'T-12', or PROJECT:KEY as its tracker writes it: 'rocket:#12'."),
    FIELD(struct ticket_link, other, FIELD_STR, FIELD_REQUIRED, "The ticket that becomes one with it."),
    FIELD(struct ticket_link, preview, FIELD_BOOL, 0, "Only tell what it would mean."),
    FIELD(struct ticket_link, actor, FIELD_STR, 0, "Who asks, for the audit."),
};
static const struct record record_ticket_link =
    RECORD("TicketLink", struct ticket_link, ticket_link_fields, "Two tickets that are the same.");

static const struct field link_difference_fields[] = {
    FIELD(struct link_difference, field, FIELD_STR, FIELD_REQUIRED, "Name of the field."),
    FIELD(struct link_difference, ours, FIELD_VALUES, 0, "What the ticket that stays has."),
    FIELD(struct link_difference, theirs, FIELD_VALUES, 0, "What the other one has."),
};
static const struct record record_link_difference =
    RECORD("LinkDifference", struct link_difference, link_difference_fields, "One field in which the two differ.");

static const struct field link_result_fields[] = {
    FIELD(struct link_result, key, FIELD_STR, FIELD_REQUIRED, "The ticket that stays."),
    FIELD(struct link_result, other, FIELD_STR, FIELD_REQUIRED,
          "The other one; its key leads to the first from now on."),
    FIELD(struct link_result, linked, FIELD_BOOL, 0, "Whether it was done; false with preview."),
    FIELD_OF(struct link_result, differences, FIELD_LIST, 0, &record_link_difference,
             "Each becomes a conflict, for a person to decide."),
};
static const struct record record_link_result =
    RECORD("LinkResult", struct link_result, link_result_fields, "What linking two tickets means.");

static const struct field link_query_fields[] = {
    FIELD(struct link_query, project, FIELD_STR, FIELD_REQUIRED, "Tickets of this project ..."),
    FIELD(struct link_query, other, FIELD_STR, FIELD_REQUIRED, "... that may be the same as tickets of this one."),
    FIELD(struct link_query, limit, FIELD_I64, 0, "At most so many; 100 if not given."),
};
static const struct record record_link_query =
    RECORD("LinkQuery", struct link_query, link_query_fields, "Between which projects to look.");

static const struct field link_suggestion_fields[] = {
    FIELD(struct link_suggestion, key, FIELD_STR, FIELD_REQUIRED, "The ticket of the first project."),
    FIELD(struct link_suggestion, other, FIELD_STR, FIELD_REQUIRED, "The ticket of the other one."),
    FIELD(struct link_suggestion, external_key, FIELD_STR, 0, "As the first tracker writes it."),
    FIELD(struct link_suggestion, other_external_key, FIELD_STR, 0, "As the other tracker writes it."),
    FIELD(struct link_suggestion, title, FIELD_STR, 0, "Of the first."),
    FIELD(struct link_suggestion, other_title, FIELD_STR, 0, "Of the other."),
    FIELD(struct link_suggestion, reason, FIELD_STR, 0,
          "title: the same, and only these two have it; reference: one has a link to the other."),
};
static const struct record record_link_suggestion =
    RECORD("LinkSuggestion", struct link_suggestion, link_suggestion_fields, "Two tickets that may be the same.");

static const struct field link_suggestions_fields[] = {
    FIELD_OF(struct link_suggestions, suggestions, FIELD_LIST, 0, &record_link_suggestion, "References first."),
    FIELD(struct link_suggestions, more, FIELD_BOOL, 0, "There are more."),
};
static const struct record record_link_suggestions =
    RECORD("LinkSuggestions", struct link_suggestions, link_suggestions_fields, "Tickets that may be the same.");

static const struct field session_start_fields[] = {
    FIELD(struct session_start, project, FIELD_STR, FIELD_REQUIRED, "Name of the project."),
    FIELD(struct session_start, mode, FIELD_STR, 0, "incremental (the default), full or dry_run."),
    FIELD(struct session_start, trigger, FIELD_STR, 0, "What starts it: poll, webhook, person or first."),
    FIELD(struct session_start, actor, FIELD_STR, 0, "Who asks."),
};
static const struct record record_session_start =
    RECORD("SessionStart", struct session_start, session_start_fields, "A session to be started.");

static const struct field session_id_fields[] = {
    FIELD(struct session_id, id, FIELD_I64, FIELD_REQUIRED, "The session's number."),
};
static const struct record record_session_id =
    RECORD("SessionId", struct session_id, session_id_fields, "A session by its number.");

static const struct field session_query_fields[] = {
    FIELD(struct session_query, project, FIELD_STR, 0, "Only sessions of the project of this name; absent = all."),
    FIELD(struct session_query, limit, FIELD_I64, 0, "How many at most; 0 = 20."),
};
static const struct record record_session_query =
    RECORD("SessionQuery", struct session_query, session_query_fields, "Which sessions.");

static const struct field session_list_fields[] = {
    FIELD_OF(struct session_list, sessions, FIELD_LIST, 0, &record_session, "Newest first."),
};
static const struct record record_session_list =
    RECORD("SessionList", struct session_list, session_list_fields, "Sessions.");

static const struct field preview_line_fields[] = {
    FIELD(struct preview_line, ticket, FIELD_STR, 0, "Key of the local ticket; absent when it would be made."),
    FIELD(struct preview_line, external_key, FIELD_STR, 0, "As people write it outside; absent when it would be made."),
    FIELD(struct preview_line, title, FIELD_STR, 0, "The ticket's title."),
    FIELD(struct preview_line, kind, FIELD_STR, FIELD_REQUIRED, "ticket or comment."),
    FIELD(struct preview_line, action, FIELD_STR, FIELD_REQUIRED, "import, pull, create, push or conflict."),
    FIELD(struct preview_line, field, FIELD_STR, 0, "The field; * for all."),
    FIELD(struct preview_line, value, FIELD_VALUES, 0, "Its new value; nothing when `field` is *."),
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
    FIELD(struct schedule_tick, unused, FIELD_BOOL, 0, "Nothing; the map may be empty."),
};
static const struct record record_schedule_tick =
    RECORD("ScheduleTick", struct schedule_tick, schedule_tick_fields, "The scheduler's tick; it says nothing.");

static const struct field schedule_result_fields[] = {
    FIELD(struct schedule_result, started, FIELD_I64, 0, "Sessions that were due and have begun."),
    FIELD(struct schedule_result, finished, FIELD_I64, 0, "Sessions that had nothing left and have ended."),
    FIELD(struct schedule_result, next_ms, FIELD_I64, 0, "Nothing is due before this many ms from now."),
};
static const struct record record_schedule_result =
    RECORD("ScheduleResult", struct schedule_result, schedule_result_fields, "What a tick did.");

const char *const bell_names[BELL_COUNT] = {[BELL_PLAN] = "plan", [BELL_WORK] = "work", [BELL_SESSION] = "session"};

static const struct field bell_wait_fields[] = {
    FIELD(struct bell_wait, bells, FIELD_STRS, 0, "What to wait for: plan, work, session."),
    FIELD(struct bell_wait, system, FIELD_STR, 0, "An adapter's connector: work of other systems does not count."),
    FIELD(struct bell_wait, after, FIELD_I64, 0, "The position in the last answer; 0 = answer at once."),
    FIELD(struct bell_wait, most_ms, FIELD_I64, 0,
          "Answer after so many ms at the latest; 0 or more than 5,000 = after 5,000."),
};
static const struct record record_bell_wait =
    RECORD("BellWait", struct bell_wait, bell_wait_fields, "What to wait for.");

static const struct field bell_answer_fields[] = {
    FIELD(struct bell_answer, position, FIELD_I64, 0, "To be sent as `after` with the next wait."),
    FIELD(struct bell_answer, rung, FIELD_BOOL, 0, "Whether there may be something to do; false = the time is over."),
};
static const struct record record_bell_answer =
    RECORD("BellAnswer", struct bell_answer, bell_answer_fields, "Whether there may be something to do.");

static const struct field work_claim_fields[] = {
    FIELD(struct work_claim, system, FIELD_STR, FIELD_REQUIRED, "The adapter's connector: 'github'."),
    FIELD(struct work_claim, worker, FIELD_STR, FIELD_REQUIRED,
          "Name of the claiming worker, for a person who looks at leases."),
};
static const struct record record_work_claim =
    RECORD("WorkClaim", struct work_claim, work_claim_fields, "Which adapter asks for work.");

static const struct field delivery_fields[] = {
    FIELD(struct delivery, id, FIELD_I64, 0, "The store's number for this delivery."),
    FIELD(struct delivery, event, FIELD_STR, 0, "The tracker's name of the event, from the header."),
    FIELD(struct delivery, body, FIELD_BYTES, 0, "The delivery as it came, any bytes."),
};
static const struct record record_delivery =
    RECORD("Delivery", struct delivery, delivery_fields, "A webhook delivery as it was received.");

static const struct field external_ref_fields[] = {
    FIELD(struct external_ref, kind, FIELD_STR, FIELD_REQUIRED, "ticket or comment."),
    FIELD(struct external_ref, external_id, FIELD_STR, FIELD_REQUIRED, "The tracker's own lasting identifier."),
    FIELD(struct external_ref, parent_external_id, FIELD_STR, 0, "A comment's ticket, by the tracker's identifier."),
    FIELD(struct external_ref, etag, FIELD_STR, 0, "Of the newest single observation, for a conditional fetch."),
};
static const struct record record_external_ref =
    RECORD("ExternalRef", struct external_ref, external_ref_fields, "An external ticket or comment by its identifier.");

static const struct field work_fields[] = {
    FIELD(struct work, kind, FIELD_STR, FIELD_REQUIRED, "none, pull, fetch, push or deliver."),
    FIELD_OF(struct work, lease, FIELD_INLINE, 0, &record_lease,
             "The right to do it; to be sent back with every result."),
    FIELD_OF(struct work, project, FIELD_INLINE, 0, &record_project, "The project it is for, with its settings."),
    FIELD(struct work, session_id, FIELD_I64, 0, "With pull: the session that it belongs to."),
    FIELD(struct work, mode, FIELD_STR, 0, "With pull: the session's mode, incremental or full."),
    FIELD(struct work, cursor, FIELD_STR, 0, "With pull: where the last page ended; absent = from the beginning."),
    FIELD_OF(struct work, refs, FIELD_LIST, 0, &record_external_ref, "With fetch: what to fetch by id."),
    FIELD_OF(struct work, intents, FIELD_LIST, 0, &record_intent, "With push: writes that are due, oldest first."),
    FIELD_OF(struct work, deliveries, FIELD_LIST, 0, &record_delivery,
             "With deliver: webhook deliveries to be translated, oldest first."),
    FIELD(struct work, retry_ms, FIELD_I64, 0, "With none: look again after this many ms."),
};
static const struct record record_work =
    RECORD("Work", struct work, work_fields, "A piece of work for an adapter, with its lease.");

static const struct field work_release_fields[] = {
    FIELD_OF(struct work_release, lease, FIELD_INLINE, FIELD_REQUIRED, &record_lease, "The lease to give back."),
};
static const struct record record_work_release =
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
static const struct record record_work_fail =
    RECORD("WorkFail", struct work_fail, work_fail_fields, "Work that could not be done, and why.");

static const struct field observe_fields[] = {
    FIELD_OF(struct observe, lease, FIELD_INLINE, FIELD_REQUIRED, &record_lease, "The lease of this work."),
    FIELD(struct observe, source, FIELD_STR, FIELD_REQUIRED, "list, fresh or webhook."),
    FIELD_OF(struct observe, observations, FIELD_LIST, 0, &record_observation, "What was seen, oldest change first."),
    FIELD(struct observe, cursor, FIELD_STR, 0, "With list: where the next page begins."),
    FIELD(struct observe, done, FIELD_BOOL, 0, "With list: the pull has reached its end."),
    FIELD(struct observe, unchanged, FIELD_BOOL, 0, "With list: a 304, nothing new at all."),
    FIELD(struct observe, poison_ids, FIELD_STRS, 0,
          "With webhook: deliveries that can never be understood, by number as decimal text."),
    FIELD(struct observe, delivery_ids, FIELD_STRS, 0,
          "With webhook: deliveries that this settles, by number as decimal text."),
    FIELD_OF(struct observe, not_modified, FIELD_LIST, 0, &record_external_ref,
             "With fresh: a 304, the cached observation still holds."),
    FIELD_OF(struct observe, usage, FIELD_INLINE, 0, &record_usage, "What the calls cost."),
};
static const struct record record_observe =
    RECORD("Observe", struct observe, observe_fields, "What an adapter saw in one go.");

static const struct field observe_result_fields[] = {
    FIELD(struct observe_result, taken, FIELD_I64, 0, "Observations that were new or newer than the cache."),
    FIELD(struct observe_result, unchanged, FIELD_I64, 0, "Observations that told nothing new."),
    FIELD(struct observe_result, refetch, FIELD_I64, 0,
          "Observations that are to be fetched by id, because they cannot be ordered."),
};
static const struct record record_observe_result =
    RECORD("ObserveResult", struct observe_result, observe_result_fields, "What the store made of it.");

static const struct field push_begin_fields[] = {
    FIELD_OF(struct push_begin, lease, FIELD_INLINE, FIELD_REQUIRED, &record_lease, "The lease of this work."),
    FIELD(struct push_begin, intent_id, FIELD_I64, FIELD_REQUIRED, "The write that is about to be sent."),
    FIELD_OF(struct push_begin, fresh, FIELD_LIST, 0, &record_observation,
             "The target as it is now: one, or none for a create or after a 304."),
    FIELD_OF(struct push_begin, pace, FIELD_INLINE, 0, &record_pace, "How fast the tracker lets one credential write."),
};
static const struct record record_push_begin =
    RECORD("PushBegin", struct push_begin, push_begin_fields, "A write that an adapter is about to send.");

static const struct field push_go_fields[] = {
    FIELD(struct push_go, go, FIELD_BOOL, 0,
          "It may be sent. If not, it is stale, refused or blocked: leave it, the store has noted why."),
    FIELD(struct push_go, wait_ms, FIELD_I64, 0,
          "Without `go`: the pace allows it only after this many ms; 0 = that is not the reason."),
    FIELD(struct push_go, lease_ms, FIELD_I64, 0, "With go = true: the lease was renewed for so long."),
    FIELD_OF(struct push_go, payload, FIELD_INLINE, 0, &record_payload, "With `go`: what may leave."),
};
static const struct record record_push_go =
    RECORD("PushGo", struct push_go, push_go_fields, "Whether it may, and what may leave.");

static const struct field push_receipt_fields[] = {
    FIELD_OF(struct push_receipt, lease, FIELD_INLINE, FIELD_REQUIRED, &record_lease, "The lease of this work."),
    FIELD(struct push_receipt, intent_id, FIELD_I64, FIELD_REQUIRED, "The write that was sent or looked for."),
    FIELD(struct push_receipt, outcome, FIELD_STR, FIELD_REQUIRED,
          "A result code's name: ok = written or found; gone with `probe` = not found."),
    FIELD(struct push_receipt, probe, FIELD_BOOL, 0, "This is the outcome of looking for an uncertain write."),
    FIELD(struct push_receipt, message, FIELD_STR, 0, "What happened, for a person."),
    FIELD(struct push_receipt, retry_after_ms, FIELD_I64, 0,
          "The tracker's own word on when to try again; 0 = the store's backoff."),
    FIELD_OF(struct push_receipt, returned, FIELD_LIST, 0, &record_observation,
             "What the tracker answered: one, or none."),
    FIELD_OF(struct push_receipt, usage, FIELD_INLINE, 0, &record_usage, "What the calls cost."),
    FIELD(struct push_receipt, settle_ms, FIELD_I64, 0,
          "How many ms a create may stay invisible there: two looks must span it."),
};
static const struct record record_push_receipt =
    RECORD("PushReceipt", struct push_receipt, push_receipt_fields, "What became of a write.");

static const struct field webhook_accept_fields[] = {
    FIELD(struct webhook_accept, project, FIELD_STR, FIELD_REQUIRED, "Name of the project it was sent for."),
    FIELD(struct webhook_accept, delivery_id, FIELD_STR, FIELD_REQUIRED,
          "The tracker's identifier of the delivery; a second one is a duplicate."),
    FIELD(struct webhook_accept, event, FIELD_STR, FIELD_REQUIRED, "The tracker's name of the event, from the header."),
    FIELD(struct webhook_accept, body, FIELD_BYTES, FIELD_REQUIRED, "The delivery as it came, its signature verified."),
};
static const struct record record_webhook_accept =
    RECORD("WebhookAccept", struct webhook_accept, webhook_accept_fields, "A verified webhook delivery.");

static const struct field webhook_accepted_fields[] = {
    FIELD(struct webhook_accepted, duplicate, FIELD_BOOL, 0, "It was there already; nothing was kept."),
};
static const struct record record_webhook_accepted =
    RECORD("WebhookAccepted", struct webhook_accepted, webhook_accepted_fields, "Whether it was new.");

static const struct field plan_claim_fields[] = {
    FIELD(struct plan_claim, limit, FIELD_I64, 0, "How many at most, up to 500; 0 = 100."),
    FIELD(struct plan_claim, preview, FIELD_BOOL, 0, "Of projects in a dry run: to be shown, not applied."),
};
static const struct record record_plan_claim =
    RECORD("PlanClaim", struct plan_claim, plan_claim_fields, "How many cases are wanted.");

static const struct field plan_batch_fields[] = {
    FIELD_OF(struct plan_batch, cases, FIELD_LIST, 0, &record_plan_case,
             "Mappings to be planned, claimed for half a minute."),
    FIELD_OF(struct plan_batch, projects, FIELD_LIST, 0, &record_project,
             "The settings of every project of the cases."),
    FIELD(struct plan_batch, waiting, FIELD_I64, 0, "Not 0: there are more, claim again."),
};
static const struct record record_plan_batch =
    RECORD("PlanBatch", struct plan_batch, plan_batch_fields, "Cases to be planned.");

static const struct field plan_commit_fields[] = {
    FIELD_OF(struct plan_commit, outcomes, FIELD_LIST, 0, &record_plan_outcome, "What was decided, one a mapping."),
    FIELD(struct plan_commit, preview, FIELD_BOOL, 0, "Only shown, not applied."),
};
static const struct record record_plan_commit =
    RECORD("PlanCommit", struct plan_commit, plan_commit_fields, "Decisions to be applied.");

static const struct field plan_committed_fields[] = {
    FIELD(struct plan_committed, committed, FIELD_I64, 0, "Outcomes that were applied."),
    FIELD(struct plan_committed, moved, FIELD_I64, 0, "Outcomes that were dropped, because their inputs had moved."),
};
static const struct record record_plan_committed =
    RECORD("PlanCommitted", struct plan_committed, plan_committed_fields, "How many of them held.");

static const struct field conflict_query_fields[] = {
    FIELD(struct conflict_query, project, FIELD_STR, 0, "Only conflicts of the project of this name."),
    FIELD(struct conflict_query, ticket, FIELD_STR, 0, "Only conflicts of this ticket and its comments: 'T-12'."),
    FIELD(struct conflict_query, state, FIELD_STR, 0,
          "open (with decided ones), decided, resolved or superseded; absent = all."),
    FIELD(struct conflict_query, id, FIELD_I64, 0, "Only the conflict of this number; 0 = do not ask."),
    FIELD(struct conflict_query, limit, FIELD_I64, 0, "How many at most; 0 = 200."),
};
static const struct record record_conflict_query = RECORD("ConflictQuery", struct conflict_query, conflict_query_fields,
                                                          "Which conflicts; conditions that are given must all hold.");

static const struct field conflict_list_fields[] = {
    FIELD_OF(struct conflict_list, conflicts, FIELD_LIST, 0, &record_conflict, "Newest first."),
};
static const struct record record_conflict_list =
    RECORD("ConflictList", struct conflict_list, conflict_list_fields, "Conflicts.");

static const struct field conflict_resolve_fields[] = {
    FIELD(struct conflict_resolve, id, FIELD_I64, FIELD_REQUIRED, "The conflict's number; it must be open."),
    FIELD(struct conflict_resolve, choice, FIELD_STR, FIELD_REQUIRED, "local, external or value."),
    FIELD(struct conflict_resolve, value, FIELD_VALUES, 0, "With the choice `value`: the field's new value."),
    FIELD(struct conflict_resolve, actor, FIELD_STR, 0, "Who decides."),
};
static const struct record record_conflict_resolve =
    RECORD("ConflictResolve", struct conflict_resolve, conflict_resolve_fields, "A person's decision.");

static const struct field stored_event_fields[] = {
    FIELD(struct stored_event, sequence, FIELD_I64, 0, "Its place in the log, without holes; 0 when it is not logged."),
    FIELD(struct stored_event, id, FIELD_STR, 0, "Unique together with the source: a UUID from the store."),
    FIELD(struct stored_event, source, FIELD_STR, 0, "Who says it: 'tandem/store', or the service that published it."),
    FIELD(struct stored_event, type, FIELD_STR, FIELD_REQUIRED, "CloudEvents type: 'tandem.v1.TicketCreated'."),
    FIELD(struct stored_event, time, FIELD_STR, 0, "When it happened, RFC 3339, UTC."),
    FIELD(struct stored_event, subject, FIELD_STR, 0, "What it is about: 'T-12', 'project/rocket'."),
    FIELD(struct stored_event, partitionkey, FIELD_STR, 0, "Events of one key keep their order."),
    FIELD(struct stored_event, traceparent, FIELD_STR, 0, "W3C trace context; absent when there is none."),
    FIELD(struct stored_event, data, FIELD_STR, FIELD_REQUIRED,
          "JSON text of the event's data, as docs/events.md describes it."),
};
const struct record record_stored_event = RECORD("StoredEvent", struct stored_event, stored_event_fields,
                                                 "One event: its CloudEvents attributes, and its data as JSON text.");

static const struct field events_read_fields[] = {
    FIELD(struct events_read, after, FIELD_I64, 0, "Only events with a greater sequence; 0 = from the first."),
    FIELD(struct events_read, limit, FIELD_I64, 0, "How many at most, up to 1000; 0 = 100."),
    FIELD(struct events_read, type, FIELD_STR, 0,
          "Only events of this type, with or without 'tandem.v1.'; absent = all."),
    FIELD(struct events_read, project, FIELD_STR, 0, "Only events whose data names this project; absent = all."),
};
static const struct record record_events_read =
    RECORD("EventsRead", struct events_read, events_read_fields, "Which part of the event log.");

static const struct field event_list_fields[] = {
    FIELD_OF(struct event_list, events, FIELD_LIST, 0, &record_stored_event, "Ordered by sequence."),
    FIELD(struct event_list, head, FIELD_I64, 0, "Sequence of the newest event of all."),
};
static const struct record record_event_list =
    RECORD("EventList", struct event_list, event_list_fields, "A page of the event log.");

static const struct field events_publish_fields[] = {
    FIELD_OF(struct events_publish, events, FIELD_LIST, 0, &record_stored_event,
             "TicketCreated, TicketUpdated or ProjectConfigured events; source and id together make them unique."),
    FIELD(struct events_publish, actor, FIELD_STR, 0, "Who publishes, for events that have no source."),
};
static const struct record record_events_publish =
    RECORD("EventsPublish", struct events_publish, events_publish_fields, "Events of another service.");

static const struct field events_published_fields[] = {
    FIELD(struct events_published, accepted, FIELD_I64, 0, "Events that were taken."),
    FIELD(struct events_published, duplicates, FIELD_I64, 0, "Events that had been taken before."),
    FIELD(struct events_published, keys, FIELD_STRS, 0, "One an event, in order: the ticket's key, or empty."),
};
static const struct record record_events_published =
    RECORD("EventsPublished", struct events_published, events_published_fields, "What became of them.");

static const struct field project_status_fields[] = {
    FIELD_OF(struct project_status, project, FIELD_INLINE, 0, &record_project, "The project's settings and state."),
    FIELD(struct project_status, tickets, FIELD_I64, 0, "Local tickets that are mapped in it."),
    FIELD(struct project_status, comments, FIELD_I64, 0, "Local comments that are mapped in it."),
    FIELD(struct project_status, open_conflicts, FIELD_I64, 0,
          "Conflicts that are open, or decided and not yet applied."),
    FIELD(struct project_status, waiting, FIELD_I64, 0, "Writes outside that are still to do."),
    FIELD(struct project_status, parked, FIELD_I64, 0, "Writes outside that were given up."),
    FIELD(struct project_status, unplanned, FIELD_I64, 0, "Mappings that are still to be planned."),
    FIELD(struct project_status, last_sync_ms, FIELD_I64, 0,
          "When a session last completed, ms since 1970 UTC; 0 = never."),
    FIELD(struct project_status, next_sync_ms, FIELD_I64, 0, "When the next session is due, ms since 1970 UTC."),
    FIELD(struct project_status, quota_limit, FIELD_I64, 0,
          "Calls that the tracker allows the credential in one period; 0 = not known."),
    FIELD(struct project_status, quota_remaining, FIELD_I64, 0, "Calls that were left when it was last used."),
    FIELD(struct project_status, quota_reset_ms, FIELD_I64, 0,
          "When the next period begins, ms since 1970 UTC; 0 = not known."),
    FIELD(struct project_status, blocked_until_ms, FIELD_I64, 0,
          "The credential rests until then, ms since 1970 UTC; 0 = it does not."),
    FIELD_OF(struct project_status, last_session, FIELD_LIST, 0, &record_session, "Its newest session: one, or none."),
};
static const struct record record_project_status =
    RECORD("ProjectStatus", struct project_status, project_status_fields, "The health of one project.");

static const struct field parked_write_fields[] = {
    FIELD(struct parked_write, intent_id, FIELD_I64, 0, "The store's number for this write."),
    FIELD(struct parked_write, project, FIELD_STR, 0, "Name of the project it was for."),
    FIELD(struct parked_write, ticket, FIELD_STR, 0, "Key of the ticket or comment: 'T-12', 'C-17'."),
    FIELD(struct parked_write, reason, FIELD_STR, 0, "Why it was given up, for a person."),
    FIELD(struct parked_write, since_ms, FIELD_I64, 0, "When it was given up, ms since 1970 UTC."),
};
static const struct record record_parked_write =
    RECORD("ParkedWrite", struct parked_write, parked_write_fields, "A write that was given up.");

static const struct field status_fields[] = {
    FIELD_OF(struct status, store, FIELD_INLINE, 0, &record_hello, "The store and its event log."),
    FIELD_OF(struct status, projects, FIELD_LIST, 0, &record_project_status, "One a project, ordered by name."),
    FIELD_OF(struct status, parked, FIELD_LIST, 0, &record_parked_write,
             "Writes that were given up, newest first, at most 50."),
    FIELD(struct status, tickets, FIELD_I64, 0, "How many local tickets there are."),
    FIELD(struct status, events, FIELD_I64, 0, "Sequence of the newest event."),
    FIELD(struct status, now_ms, FIELD_I64, 0, "The store's clock, ms since 1970 UTC."),
};
static const struct record record_status = RECORD("Status", struct status, status_fields, "The health of the whole.");

static const struct field egress_query_fields[] = {
    FIELD(struct egress_query, ticket, FIELD_STR, 0,
          "Only what left of this ticket and its comments, or of this comment; absent = all."),
    FIELD(struct egress_query, limit, FIELD_I64, 0, "How many at most; 0 = 100."),
};
static const struct record record_egress_query =
    RECORD("EgressQuery", struct egress_query, egress_query_fields, "Which part of the record of what left.");

static const struct field egress_fields[] = {
    FIELD(struct egress, at_ms, FIELD_I64, 0, "When it was let out, ms since 1970 UTC."),
    FIELD(struct egress, intent_id, FIELD_I64, 0, "The write that carried it."),
    FIELD(struct egress, ticket, FIELD_STR, 0, "Key of the ticket or comment: 'T-12', 'C-17'."),
    FIELD(struct egress, project, FIELD_STR, 0, "Name of the project it left for."),
    FIELD(struct egress, external_key, FIELD_STR, 0,
          "The external ticket, as people write it there; absent if it was being created."),
    FIELD(struct egress, rule, FIELD_STR, 0,
          "The privacy rule that let it out: public, origin (it came from there) or grant."),
    FIELD(struct egress, fields, FIELD_STRS, 0, "Names of the fields that left."),
};
static const struct record record_egress = RECORD("Egress", struct egress, egress_fields, "What left in one write.");

static const struct field egress_list_fields[] = {
    FIELD_OF(struct egress_list, rows, FIELD_LIST, 0, &record_egress, "Newest first."),
};
static const struct record record_egress_list =
    RECORD("EgressList", struct egress_list, egress_list_fields, "What left, a list.");

static const struct field verb_request_fields[] = {
    FIELD(struct verb_request, verb, FIELD_STR, FIELD_REQUIRED, "Name of the verb: 'ticket.get'."),
    FIELD(struct verb_request, client, FIELD_STR, FIELD_REQUIRED,
          "The caller's process, a name that no other one uses."),
    FIELD(struct verb_request, request, FIELD_I64, FIELD_REQUIRED,
          "Counts up in `client`; the same number again is the same request."),
    FIELD(struct verb_request, traceparent, FIELD_STR, 0, "W3C trace context; absent when there is none."),
    FIELD(struct verb_request, body, FIELD_BYTES, FIELD_REQUIRED,
          "The verb's request, encoded as msgpack a second time."),
};
const struct record record_verb_request =
    RECORD("VerbRequest", struct verb_request, verb_request_fields, "The frame around a verb's request.");

static const struct field verb_reply_fields[] = {
    FIELD(struct verb_reply, code, FIELD_STR, FIELD_REQUIRED,
          "ok, retry, uncertain, stale, rejected, gone, auth or bug: what the caller does next."),
    FIELD(struct verb_reply, message, FIELD_STR, 0,
          "What happened and what to do about it, for a person; absent when ok."),
    FIELD(struct verb_reply, retry_after_ms, FIELD_I64, 0,
          "With retry: the earliest moment that makes sense, ms from now; 0 = your own backoff."),
    FIELD(struct verb_reply, body, FIELD_BYTES, 0, "With ok: the verb's reply, encoded as msgpack a second time."),
};
const struct record record_verb_reply =
    RECORD("VerbReply", struct verb_reply, verb_reply_fields, "The frame around a verb's reply.");

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
    [VERB_CREDENTIAL_RENEW] = {"credential.renew", VERB_WRITE, &record_credential_renew, &record_credential_renewing,
                               "Takes the right to renew a credential; `retry` while another process has it."},
    [VERB_CREDENTIAL_RENEWED] = {"credential.renewed", VERB_WRITE, &record_credential_renewed, &record_empty,
                                 "Stores a renewed credential, under the right to do so."},
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
    [VERB_TICKET_LINK] = {"ticket.link", VERB_WRITE | VERB_ONCE, &record_ticket_link, &record_link_result,
                          "Makes two tickets of different trackers one; what differs becomes conflicts."},
    [VERB_LINK_SUGGEST] = {"link.suggest", 0, &record_link_query, &record_link_suggestions,
                           "Tickets of two projects that may be the same."},
    [VERB_SESSION_START] = {"session.start", VERB_WRITE | VERB_ONCE, &record_session_start, &record_session_id,
                            "Starts a synchronisation, or joins the running one."},
    [VERB_SESSION_GET] = {"session.get", 0, &record_session_id, &record_session, "One session."},
    [VERB_SESSION_LIST] = {"session.list", 0, &record_session_query, &record_session_list, "Sessions, newest first."},
    [VERB_SESSION_PREVIEW] = {"session.preview", 0, &record_session_id, &record_session_preview,
                              "What a dry run found."},
    [VERB_SCHEDULE_TICK] = {"schedule.tick", VERB_WRITE, &record_schedule_tick, &record_schedule_result,
                            "Starts what is due and finishes what has nothing left."},
    [VERB_WAIT] = {"wait", 0, &record_bell_wait, &record_bell_answer,
                   "Answers when there may be something to do, or when the time is over."},
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
