/* The verb table, the frames around requests and replies, and the store's own health. */
#include "proto/verbs_records.h"

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

static const struct field project_status_fields[] = {
    FIELD_OF(struct project_status, project, FIELD_INLINE, 0, &record_project, "The project's settings and state."),
    FIELD(struct project_status, next_step, FIELD_STR, 0,
          "The command that mends a project that does not go on; absent when none is needed."),
    FIELD(struct project_status, tickets, FIELD_I64, 0, "Local tickets that are mapped in it."),
    FIELD(struct project_status, comments, FIELD_I64, 0, "Local comments that are mapped in it."),
    FIELD(struct project_status, open_conflicts, FIELD_I64, 0,
          "Conflicts that are open, or decided and not yet applied."),
    FIELD(struct project_status, oldest_conflict_ms, FIELD_I64, 0,
          "When the oldest of them was found, ms since 1970 UTC; 0 = there is none."),
    FIELD(struct project_status, waiting, FIELD_I64, 0, "Writes outside that are still to do."),
    FIELD(struct project_status, parked, FIELD_I64, 0, "Writes outside that were given up."),
    FIELD(struct project_status, unplanned, FIELD_I64, 0, "Mappings that are still to be planned."),
    FIELD(struct project_status, fetches, FIELD_I64, 0, "External items that are still to be looked at one by one."),
    FIELD(struct project_status, deliveries, FIELD_I64, 0, "Webhook deliveries that are still to be read."),
    FIELD(struct project_status, poison, FIELD_I64, 0, "Webhook deliveries that could not be read."),
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
    FIELD(struct project_status, writes_held, FIELD_STR, 0,
          "Why the tracker takes no writes of the project, for a person: they wait, and reads go on. Absent = it takes "
          "them."),
    FIELD(struct project_status, writes_held_until_ms, FIELD_I64, 0,
          "With writes_held: when one of them is tried again, ms since 1970 UTC."),
    FIELD(struct project_status, doubted_until_ms, FIELD_I64, 0,
          "The tracker has refused the credential, maybe by mistake; it is asked again then, ms since 1970 UTC. In the "
          "past "
          "or 0: nothing is in doubt."),
    FIELD(struct project_status, api_calls, FIELD_I64, 0, "Calls that were ever made with its credential."),
    FIELD(struct project_status, credential_expires_ms, FIELD_I64, 0,
          "When its credential ends, ms since 1970 UTC; 0 = not known."),
    FIELD(struct project_status, credential_mend, FIELD_STR, 0, "The command that gives its credential a new secret."),
    FIELD(struct project_status, lag_ms, FIELD_I64, 0,
          "Age of the oldest change that tandem knows of and has not yet brought to the other side, in ms; 0 = none. "
          "What waits for a person (conflicts, parked, poison) does not count."),
    FIELD(struct project_status, eta_ms, FIELD_I64, 0,
          "Until all that waits will be done, in ms, from the pace of writes, the quota and the rate of the last ten "
          "minutes; 0 = nothing waits, -1 = not known."),
    FIELD_OF(struct project_status, last_session, FIELD_LIST, 0, &record_session, "Its newest session: one, or none."),
    FIELD_OF(struct project_status, webhook, FIELD_INLINE, 0, &record_hook_health, "How it hears of changes outside."),
};
static const struct record record_project_status =
    RECORD("ProjectStatus", struct project_status, project_status_fields, "The health of one project.");

static const struct field parked_work_fields[] = {
    FIELD(struct parked_work, id, FIELD_STR, 0, "What work.retry takes: 'W-12', 'R-40', 'D-7'."),
    FIELD(struct parked_work, kind, FIELD_STR, 0, "write, read (an external item) or delivery (of a webhook)."),
    FIELD(struct parked_work, project, FIELD_STR, 0, "Name of its project."),
    FIELD(struct parked_work, ticket, FIELD_STR, 0,
          "Key of the ticket or comment: 'T-12', 'C-17'; of what is not here, the external one; of a delivery, its "
          "type."),
    FIELD(struct parked_work, reason, FIELD_STR, 0, "Why it was given up, for a person."),
    FIELD(struct parked_work, next_step, FIELD_STR, 0, "The command that puts it back, once the reason is mended."),
    FIELD(struct parked_work, since_ms, FIELD_I64, 0, "Since when, ms since 1970 UTC."),
};
static const struct record record_parked_work =
    RECORD("ParkedWork", struct parked_work, parked_work_fields, "Something that does not go on by itself.");

static const struct field status_query_fields[] = {
    FIELD(struct status_query, unused, FIELD_BOOL, 0, "Nothing; the map may be empty."),
    FIELD(struct status_query, project, FIELD_STR, 0,
          "Name of the only project to tell of, with what is parked, waits or stands still of it; absent = all."),
    FIELD(struct status_query, after, FIELD_STR, 0,
          "The next page: only projects whose names come after this one, the last of the page before."),
    FIELD(struct status_query, limit, FIELD_I64, 0,
          "How many projects at most; 0 = as many as a reply of 8 MB has room for, some 4,000."),
};
static const struct record record_status_query =
    RECORD("StatusQuery", struct status_query, status_query_fields, "Which projects.");

static const struct field status_fields[] = {
    FIELD_OF(struct status, store, FIELD_INLINE, 0, &record_hello, "The store and its event log."),
    FIELD_OF(struct status, projects, FIELD_LIST, 0, &record_project_status, "One a project, ordered by name."),
    FIELD_OF(
        struct status, parked, FIELD_LIST, 0, &record_parked_work,
        "What was given up and waits for a person, newest first, at most 100, of each project as many as of others. "
        "Like all that is not of one project, absent on further pages."),
    FIELD(struct status, parked_more, FIELD_I64, 0, "How many more there are of these."),
    FIELD_OF(struct status, waits, FIELD_LIST, 0, &record_trouble,
             "What only a person can bring about: edits that have waited for an hour, because a ticket that they name "
             "is not "
             "in the tracker; and copies of what its own tracker restricts by now. At most 100 of a kind."),
    FIELD_OF(struct status, troubles, FIELD_LIST, 0, &record_trouble,
             "What should go on by itself and does not, oldest first, at most 100 of a kind."),
    FIELD(struct status, tickets, FIELD_I64, 0, "How many local tickets there are."),
    FIELD(struct status, events, FIELD_I64, 0, "Sequence of the newest event."),
    FIELD(struct status, first_event, FIELD_I64, 0,
          "Sequence of the oldest event that is kept; 0 = there is none yet."),
    FIELD(struct status, now_ms, FIELD_I64, 0, "The store's clock, ms since 1970 UTC."),
    FIELD(struct status, more, FIELD_BOOL, 0, "There are more projects: ask again, with `after`."),
};
static const struct record record_status = RECORD("Status", struct status, status_fields, "The health of the whole.");

static const struct field work_retry_fields[] = {
    FIELD(struct work_retry, project, FIELD_STR, 0, "Name of the project whose work is put back."),
    FIELD(struct work_retry, id, FIELD_STR, 0, "Or one piece of work: 'W-12'."),
    FIELD(struct work_retry, all, FIELD_BOOL, 0, "Or all there is."),
    FIELD(struct work_retry, actor, FIELD_STR, FIELD_REQUIRED, "Who asks: 'user:ann'."),
};
static const struct record record_work_retry =
    RECORD("WorkRetry", struct work_retry, work_retry_fields, "What is to be tried again.");

static const struct field work_retried_fields[] = {
    FIELD(struct work_retried, writes, FIELD_I64, 0, "Writes that were put back."),
    FIELD(struct work_retried, reads, FIELD_I64, 0, "External items that are looked at again."),
    FIELD(struct work_retried, deliveries, FIELD_I64, 0, "Deliveries that were put back."),
};
static const struct record record_work_retried =
    RECORD("WorkRetried", struct work_retried, work_retried_fields, "What is tried again.");

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

/* Who may call; a verb that names nobody is called by nobody. PEOPLE are those who speak for one: the command line, and
 * other services as far as their certificate grants it. */
#define SCHEDULER (1U << ROLE_SCHEDULER)
#define CONFLICT (1U << ROLE_CONFLICT)
#define ADAPTER (1U << ROLE_ADAPTER)
#define CLI (1U << ROLE_CLI)
#define BRIDGE (1U << ROLE_BRIDGE)
#define PEOPLE (CLI | 1U << ROLE_SERVICE)
#define EVERYBODY (SCHEDULER | CONFLICT | ADAPTER | BRIDGE | PEOPLE)

const struct verb verb_table[VERB_COUNT] = {
    [VERB_HELLO] = {"hello", 0, EVERYBODY, &record_empty, &record_hello,
                    "Who the store is and where its event log stands."},
    [VERB_STATUS] = {"status", 0, PEOPLE, &record_status_query, &record_status, "The health of every project."},
    [VERB_PROJECT_CONFIGURE] = {"project.configure", VERB_WRITE | VERB_ONCE, PEOPLE, &record_project_configure,
                                &record_project_id, "Makes a project or replaces its settings."},
    [VERB_PROJECT_LIST] = {"project.list", 0, ADAPTER | PEOPLE, &record_project_name, &record_project_list,
                           "All projects, or the one named."},
    [VERB_PROJECT_SET_STATE] = {"project.set_state", VERB_WRITE | VERB_ONCE, PEOPLE, &record_project_set_state,
                                &record_project_stands, "Pauses, resumes or removes a project."},
    [VERB_CREDENTIAL_PUT] = {"credential.put", VERB_WRITE | VERB_SECRET, CLI, &record_credential_put, &record_empty,
                             "Stores a credential, encrypted."},
    [VERB_CREDENTIAL_GET] = {"credential.get", VERB_SECRET, CLI | ADAPTER, &record_credential_get, &record_credential,
                             "Hands a credential to an adapter."},
    [VERB_CREDENTIAL_RENEW] = {"credential.renew", VERB_WRITE | VERB_SECRET, ADAPTER, &record_credential_renew,
                               &record_credential_renewing,
                               "Takes the right to renew a credential; `retry` while another process has it."},
    [VERB_CREDENTIAL_RENEWED] = {"credential.renewed", VERB_WRITE | VERB_SECRET, ADAPTER, &record_credential_renewed,
                                 &record_empty, "Stores a renewed credential, under the right to do so."},
    [VERB_CREDENTIAL_OUTCOME] = {"credential.outcome", VERB_WRITE, CLI | ADAPTER, &record_credential_outcome,
                                 &record_empty,
                                 "Whether a secret that replaces another one works; a refused one gives way again."},
    [VERB_CREDENTIAL_LIST] = {"credential.list", 0, PEOPLE, &record_credential_query, &record_credential_list,
                              "Credentials and data keys, without their secrets."},
    [VERB_CREDENTIAL_REKEY] =
        {"credential.rekey", VERB_WRITE, CLI, &record_credential_rekey, &record_credential_rekeyed,
         "Encrypts some credentials anew, with the newest data key; call it until none are left."},
    [VERB_CREDENTIAL_REMOVE] = {"credential.remove", VERB_WRITE | VERB_ONCE, CLI, &record_credential_remove,
                                &record_empty, "Forgets a credential that nothing uses."},
    [VERB_CREDENTIAL_EXPIRY] = {"credential.expiry", VERB_WRITE, CLI, &record_credential_expiry, &record_empty,
                                "Says when a credential ends, where its tracker does not."},
    [VERB_TICKET_NEW] = {"ticket.new", VERB_WRITE | VERB_ONCE, PEOPLE, &record_ticket_new, &record_ticket,
                         "Makes a local ticket."},
    [VERB_TICKET_EDIT] = {"ticket.edit", VERB_WRITE | VERB_ONCE, PEOPLE, &record_ticket_edit, &record_ticket,
                          "Changes a local ticket or comment."},
    [VERB_TICKET_GET] = {"ticket.get", 0, PEOPLE, &record_ticket_get, &record_ticket,
                         "One ticket with its comments and mappings."},
    [VERB_TICKET_LIST] = {"ticket.list", 0, PEOPLE, &record_ticket_query, &record_ticket_list,
                          "Tickets, a page at a time."},
    [VERB_TICKET_COMMENT] = {"ticket.comment", VERB_WRITE | VERB_ONCE, PEOPLE, &record_ticket_comment, &record_ticket,
                             "Adds a comment."},
    [VERB_COMMENT_DELETE] = {"comment.delete", VERB_WRITE | VERB_ONCE, PEOPLE, &record_comment_delete, &record_ticket,
                             "Deletes a comment: marked here, where its text stays; its copies outside go."},
    [VERB_TICKET_SHARE] = {"ticket.share", VERB_WRITE | VERB_ONCE, PEOPLE, &record_ticket_share, &record_ticket,
                           "Grants a project to a ticket, or takes the grant back; changes its privacy."},
    [VERB_TICKET_RETRACT] = {"ticket.retract", VERB_WRITE | VERB_ONCE, PEOPLE, &record_ticket_retract,
                             &record_retraction,
                             "Takes back what is outside of a ticket or comment that may not be there any more."},
    [VERB_TICKET_LINK] = {"ticket.link", VERB_WRITE | VERB_ONCE, PEOPLE, &record_ticket_link, &record_link_result,
                          "Makes two tickets of different trackers one; what differs becomes conflicts."},
    [VERB_LINK_SUGGEST] = {"link.suggest", 0, PEOPLE, &record_link_query, &record_link_suggestions,
                           "Tickets of two projects that may be the same."},
    [VERB_SESSION_START] = {"session.start", VERB_WRITE | VERB_ONCE, PEOPLE, &record_session_start, &record_session_id,
                            "Starts a synchronisation, or joins the running one."},
    [VERB_SESSION_GET] = {"session.get", 0, PEOPLE, &record_session_id, &record_session, "One session."},
    [VERB_SESSION_LIST] = {"session.list", 0, PEOPLE, &record_session_query, &record_session_list,
                           "Sessions, newest first."},
    [VERB_SESSION_PREVIEW] = {"session.preview", 0, PEOPLE, &record_preview_query, &record_session_preview,
                              "What a dry run found."},
    [VERB_SESSION_UNDO] = {"session.undo", VERB_WRITE | VERB_ONCE, PEOPLE, &record_session_undo, &record_session_id,
                           "Starts a session that undoes another one."},
    [VERB_SESSION_UNDONE] = {"session.undone", 0, PEOPLE, &record_undone_query, &record_session_undone,
                             "What an undo did, or would do, item by item."},
    [VERB_SCHEDULE_TICK] = {"schedule.tick", VERB_WRITE, SCHEDULER, &record_schedule_tick, &record_schedule_result,
                            "Starts what is due and finishes what has nothing left."},
    [VERB_WAIT] = {"wait", 0, EVERYBODY, &record_bell_wait, &record_bell_answer,
                   "Answers when there may be something to do, or when the time is over."},
    [VERB_WORK_CLAIM] = {"work.claim", VERB_WRITE, ADAPTER, &record_work_claim, &record_work,
                         "Claims the most urgent work for one adapter."},
    [VERB_WORK_RELEASE] = {"work.release", VERB_WRITE, ADAPTER, &record_work_release, &record_empty,
                           "Gives a lease back."},
    [VERB_WORK_FAIL] = {"work.fail", VERB_WRITE, ADAPTER, &record_work_fail, &record_empty,
                        "Gives a lease back with what went wrong."},
    [VERB_WORK_RETRY] = {"work.retry", VERB_WRITE | VERB_ONCE, PEOPLE, &record_work_retry, &record_work_retried,
                         "Puts back what was given up: one piece of work, a project's, or all."},
    [VERB_OBSERVE] = {"observe", VERB_WRITE, ADAPTER, &record_observe, &record_observe_result,
                      "Records what an adapter saw: one page, one transaction."},
    [VERB_PUSH_BEGIN] = {"push.begin", VERB_WRITE, ADAPTER, &record_push_begin, &record_push_go,
                         "The privacy gate: asks to send, and gets what may leave."},
    [VERB_PUSH_RECEIPT] = {"push.receipt", VERB_WRITE, ADAPTER, &record_push_receipt, &record_empty,
                           "Records what became of a write."},
    [VERB_WEBHOOK_ACCEPT] = {"webhook.accept", VERB_WRITE, ADAPTER, &record_webhook_accept, &record_webhook_accepted,
                             "Keeps a verified delivery, once."},
    [VERB_WEBHOOK_REFUSED] = {"webhook.refused", VERB_WRITE, ADAPTER, &record_hook_refused, &record_empty,
                              "Notes that deliveries came whose signature was wrong."},
    [VERB_HOOK_CHECK] = {"hook.check", VERB_WRITE | VERB_ONCE, PEOPLE, &record_hook_check, &record_project_id,
                         "Has a project's webhook looked at now, with a new secret if wanted."},
    [VERB_HOOK_FORGET] = {"hook.forget", VERB_WRITE | VERB_ONCE, PEOPLE, &record_hook_forget, &record_empty,
                          "Says that nothing is left of a removed project's webhook: somebody took it away."},
    [VERB_HOOK_DELIVERIES] = {"hook.deliveries", VERB_WRITE, ADAPTER, &record_hook_deliveries, &record_hook_again,
                              "Records failed deliveries, and answers which are to be sent again."},
    [VERB_HOOK_REPORT] = {"hook.report", VERB_WRITE, ADAPTER, &record_hook_report, &record_empty,
                          "Records how a project's webhook stands at the tracker."},
    [VERB_SCAN_PAGE] = {"scan.page", VERB_WRITE, ADAPTER, &record_scan_page, &record_empty,
                        "Records which tickets are there: one page, one transaction."},
    [VERB_PLAN_CLAIM] = {"plan.claim", 0, CONFLICT, &record_plan_claim, &record_plan_batch,
                         "Mappings whose sides are to be compared."},
    [VERB_PLAN_COMMIT] = {"plan.commit", VERB_WRITE, CONFLICT, &record_plan_commit, &record_plan_committed,
                          "Applies decisions whose inputs have not moved."},
    [VERB_PLAN_APPLY] = {"plan.apply", VERB_WRITE | VERB_ONCE, PEOPLE, &record_plan_apply, &record_session_id,
                         "Starts a session that applies a dry run's plan as it is, or fails if a side has moved."},
    [VERB_CONFLICT_LIST] = {"conflict.list", 0, PEOPLE, &record_conflict_query, &record_conflict_list, "Conflicts."},
    [VERB_CONFLICT_RESOLVE] = {"conflict.resolve", VERB_WRITE | VERB_ONCE, PEOPLE, &record_conflict_resolve,
                               &record_empty, "A person's decision."},
    [VERB_CONFLICT_RESOLVE_MANY] = {"conflict.resolve_many", VERB_WRITE | VERB_ONCE, PEOPLE,
                                    &record_conflict_resolve_many, &record_conflict_outcomes,
                                    "A person's decision about up to 500 conflicts; those that moved stay open."},
    [VERB_CONFLICT_RESTORE] = {"conflict.restore", VERB_WRITE | VERB_ONCE, PEOPLE, &record_conflict_restore,
                               &record_conflict_restored,
                               "Makes a value that a conflict kept the ticket's again, as a person's edit."},
    [VERB_EVENTS_READ] = {"events.read", 0, BRIDGE | PEOPLE, &record_events_read, &record_event_list,
                          "Replays the event log."},
    [VERB_EVENTS_PUBLISH] = {"events.publish", VERB_WRITE, PEOPLE, &record_events_publish, &record_events_published,
                             "Takes events of other services."},
    [VERB_EGRESS_LIST] = {"egress.list", 0, PEOPLE, &record_egress_query, &record_egress_list,
                          "What left, when, where and under which rule."},
    [VERB_AUDIT_LIST] = {"audit.list", 0, PEOPLE, &record_audit_query, &record_audit_list,
                         "The audit trail, a page at a time."},
    [VERB_AUDIT_VERIFY] = {"audit.verify", 0, PEOPLE, &record_audit_query, &record_audit_verified,
                           "Whether a page of the audit trail is what was written."},
};

enum verb_id verb_named(struct str name) {
  for (int id = 0; id < VERB_COUNT; id++)
    if (str_is(name, verb_table[id].name))
      return (enum verb_id)id;
  return VERB_COUNT;
}
