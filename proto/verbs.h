/* Verbs: what a process may ask of the store. Each is one transaction there; all are listed once, in verb_table.
 *
 * On the wire (nng req/rep): the request is a msgpack map {verb, client, request, traceparent, body}, the reply a map
 * {code, message, retry_after_ms, body}. `client` names the caller's process and `request` counts up in it, so that a
 * request that nng sent twice is answered twice and done once. */
#ifndef PROTO_VERBS_H
#define PROTO_VERBS_H

#include "proto/nouns.h"
#include "proto/roles.h"

enum verb_flags {
  VERB_WRITE = 1,  /* runs on the store's one writer connection */
  VERB_ONCE = 2,   /* the reply is kept, so that a repeated request is not done again */
  VERB_SECRET = 4, /* its request or reply has a secret: it is not kept, and overwritten in memory afterwards */
};

struct verb {
  const char *name;
  unsigned flags;
  unsigned callers; /* 1 << role of who may call it; ROLE_SERVICE: those whose certificate grants it */
  const struct record *request, *reply;
  const char *help;
};

/* Requests and replies; `struct empty` where there is nothing to say. */
struct empty {
  bool unused;
};

struct hello {
  struct str installation; /* a UUID made at the first start */
  struct str version;
  int64_t head; /* the newest event's sequence */
  int64_t schema;
};

struct project_configure {
  struct project project;
  bool take_existing; /* the tickets that the followed projects have already, too */
  struct str actor;
};
struct project_name {
  struct str name;
};
struct project_id {
  int64_t id;
};
struct project_set_state {
  struct str name, state, reason, actor;
  bool mended; /* with active: nothing more is said than that its credential or a setting is mended */
};
/* What it is now. */
struct project_stands {
  int64_t id;
  struct str webhook; /* of a removed one: where that sends to which is taken away; absent = there is none */
};
struct project_list {
  LIST_OF(struct project) projects;
};

struct credential_put {
  struct str name, kind;
  struct str secret; /* JSON, as its connector wants it; encrypted before it touches the disk */
  struct str actor;
  struct str system;  /* whose API it opens; absent = as before */
  int64_t expires_ms; /* 0 = not known */
  bool keep_previous; /* the secret that it replaces stays good until this one has worked */
};
struct credential_get {
  struct str name;
};
struct credential {
  struct str name, kind, secret;
  int64_t generation;  /* grows with every new secret */
  bool unproven;       /* replaces another one and has not worked yet: credential.outcome is waited for */
  struct str previous; /* the secret that it replaces, while that is still good */
};
struct credential_outcome {
  struct str name;
  int64_t generation;
  bool refused; /* else it has worked */
};
struct credential_query {
  struct str name; /* absent = all */
};
struct credential_info {
  struct str name, system, kind, key_id, state;
  LIST_OF(struct str) projects; /* that use it */
  int64_t generation, expires_ms, rotated_ms, updated_ms;
  bool readable; /* its data key is there */
};
struct data_key_info {
  struct str id;
  int64_t credentials; /* so many are encrypted with it */
  bool known, writes;
};
struct credential_list {
  LIST_OF(struct credential_info) credentials;
  LIST_OF(struct data_key_info) keys;
  int64_t now_ms;
};
struct credential_rekey {
  int64_t limit;
  struct str actor;
};
struct credential_rekeyed {
  struct str key_id;
  int64_t done, left, unreadable;
};
struct credential_remove {
  struct str name, actor;
};
struct credential_expiry {
  struct str name, actor;
  int64_t expires_ms; /* 0 = not known any more */
};
struct credential_renew {
  struct str name, worker;
  int64_t generation; /* the one that has to be renewed */
};
struct credential_renewing {
  struct lease lease; /* "credential:NAME"; without a resource when there is nothing to do */
  struct str secret;  /* as it is stored now */
  int64_t generation;
  bool done; /* it has been renewed already */
};
struct credential_renewed {
  struct lease lease;
  struct str secret;
  int64_t expires_ms; /* 0 = not told */
};

struct ticket_new {
  struct values fields;
  struct str project; /* where it is to be created too; absent = nowhere */
  struct str privacy, actor;
};
struct ticket_edit {
  struct str key; /* a ticket's or a comment's */
  struct values set, add, remove;
  int64_t if_version; /* refuse as stale when the ticket has another; 0 = do not ask */
  struct str actor;
};
struct ticket_get {
  struct str key;
  bool external; /* with the cached external fields of each mapping */
  bool deleted;  /* with the comments that were deleted */
};
struct ticket_query {
  struct str project, status, label, text, after; /* `after`: the last key of the page before */
  int64_t limit;
};
struct ticket_list {
  LIST_OF(struct ticket) tickets; /* without comments */
  bool more;
};
struct ticket_comment {
  struct str key, body, privacy, actor;
};
struct comment_delete {
  struct str key, actor;
};
struct ticket_share {
  struct str key;
  struct str project; /* granted, and mapped there */
  struct str privacy; /* the new privacy, or absent */
  bool revoke;
  struct str actor;
};

struct ticket_link {
  struct str key, other; /* "T-12", or PROJECT:KEY as the tracker writes it: "rocket:#12" */
  bool preview;          /* only tell what it would mean */
  struct str actor;
};
/* Taking back what is outside of a ticket or comment that may not be there any more. */
struct ticket_retract {
  struct str key;
  bool preview; /* only tell what would be done */
  struct str actor;
};
/* One place where it, or a comment of it, is. */
struct retraction_place {
  struct str key, project, external_key, url;
  LIST_OF(struct str) fields;          /* that ever left for there */
  int64_t first_left_ms, last_left_ms; /* 0 = nothing did */
  struct str action;                   /* close | delete | by_hand | keep */
  struct str state;                    /* planned | waiting | parked | kept */
  struct str reason;
};
struct retraction {
  struct str key;
  LIST_OF(struct retraction_place) places;
  int64_t more;                /* beyond those */
  LIST_OF(struct str) lasting; /* what nobody can take back, for people */
  bool begun;
};
/* One field in which the two differ. */
struct link_difference {
  struct str field;
  struct values ours, theirs;
};
struct link_result {
  struct str key, other; /* as tickets here */
  bool linked;
  LIST_OF(struct link_difference) differences; /* each becomes a conflict */
};
struct link_query {
  struct str project, other;
  int64_t limit;
};
struct link_suggestion {
  struct str key, other;
  struct str external_key, other_external_key;
  struct str title, other_title;
  struct str reason; /* title | reference */
};
struct link_suggestions {
  LIST_OF(struct link_suggestion) suggestions;
  bool more;
};

struct session_start {
  struct str project, mode, trigger, actor;
};
struct session_id {
  int64_t id;
};
struct session_query {
  struct str project;
  int64_t limit;
};
struct session_list {
  LIST_OF(struct session) sessions;
};
struct session_undo {
  int64_t id;
  struct str actor;
};
struct undone_query {
  int64_t id;
  bool preview; /* of the session `id`: what undoing it would do now */
  int64_t after;
};
/* One thing that a session did, and what became or would become of it. */
struct undone_line {
  struct str ticket, comment, external_key, title;
  struct str action; /* restore | cancel | delete | return | close | reopen */
  struct str field;
  struct str outcome; /* done | waiting | conflict | kept */
  struct str reason;
  struct values before, after;
};
struct session_undone {
  struct session session;
  LIST_OF(struct undone_line) lines;
  bool more;
  int64_t next;
};
/* One change that a dry run found. */
struct preview_line {
  struct str ticket, external_key, title;
  struct str kind;   /* ticket | comment */
  struct str action; /* import | pull | create | push | add | remove | conflict */
  struct str field;
  struct values before, value;
};
struct preview_query {
  int64_t id, after; /* the session; the last answer's `next` */
};
struct session_preview {
  LIST_OF(struct preview_line) lines;
  bool more;
  int64_t next;
  struct str plan; /* its id, as plan.apply takes it; absent while the dry run is going on */
  int64_t expires_at_ms;
};
struct plan_apply {
  struct str plan, actor;
};
struct schedule_tick {
  bool unused;
};
struct schedule_result {
  int64_t started, finished;
  int64_t next_ms; /* nothing is due before this long from now */
};

/* What rings when there may be something to do. A bell is heard by whoever waits for it (the verb `wait`); one that
 * nobody heard loses no work, because what is to be done stands in the database. */
enum bell {
  BELL_PLAN,    /* mappings are to be planned */
  BELL_WORK,    /* an adapter has something to claim */
  BELL_SESSION, /* a session moved, and may have nothing left to do */
  BELL_EVENT,   /* the event log has grown */
  BELL_COUNT,
};
extern const char *const bell_names[BELL_COUNT];

struct bell_wait {
  LIST_OF(struct str) bells; /* by name */
  struct str system;         /* of an adapter: bells for other systems do not count */
  int64_t after;             /* the position of the last answer; 0 = answer at once */
  int64_t most_ms;           /* answer after so long at the latest; 0 = as long as the store likes */
};
struct bell_answer {
  int64_t position;
  bool rung; /* after `after` */
};

struct work_claim {
  struct str system, worker;
  bool hooks; /* it can see to webhooks: the address of its receiver is known */
  bool scans; /* it can list or count what is there */
};
struct delivery {
  int64_t id;
  struct str event, body;
};
struct external_ref {
  struct str kind, external_id, parent_external_id, etag;
};
/* What is to be done about a project's webhook. */
struct hook_task {
  bool remove;                /* the project was removed */
  bool repair;                /* give the tracker address and secret anew, whatever it shows */
  struct str url;             /* where it was registered to send to; absent = never registered */
  struct str hook_id;         /* as the tracker named it then */
  struct str newest_delivery; /* the tracker's list of deliveries is known up to here */
};
struct work {
  struct str kind; /* none | pull | fetch | push | deliver | hook | scan */
  struct lease lease;
  struct project project;
  int64_t session_id;
  struct str mode, cursor;             /* pull; scan: the cursor */
  struct hook_task hook;               /* hook */
  LIST_OF(struct external_ref) refs;   /* fetch */
  LIST_OF(struct intent) intents;      /* push */
  LIST_OF(struct delivery) deliveries; /* deliver */
  int64_t retry_ms;                    /* none: look again after this long */
  int64_t credential_generation;       /* the secret to work with */
  struct str traceparent;              /* of what asks for it; absent = not traced */
};
struct work_release {
  struct lease lease;
};
struct work_fail {
  struct lease lease;
  struct str code, message;
  int64_t retry_after_ms;
  struct usage usage;
};
/* A single fetch that this one item does not allow: nothing is wrong with the others. */
struct refused_fetch {
  struct external_ref ref;
  struct str message;
};
struct observe {
  struct lease lease;
  struct str source; /* list | fresh | webhook */
  LIST_OF(struct observation) observations;
  struct str cursor;
  bool done;                                 /* the pull has reached its end */
  bool unchanged;                            /* a 304: nothing new at all */
  LIST_OF(struct str) poison_ids;            /* webhook: deliveries that can never be understood, decimal */
  LIST_OF(struct str) poison_reasons;        /* webhook: why, one for each of them */
  LIST_OF(struct str) delivery_ids;          /* webhook: deliveries that this settles, decimal */
  LIST_OF(struct external_ref) not_modified; /* fresh: a 304, the cached observation still holds */
  LIST_OF(struct refused_fetch) refused;     /* fresh: items that cannot be read, with the reason */
  LIST_OF(struct refused_fetch) unanswered;  /* fresh: items whose look failed for now, with the reason */
  struct usage usage;
};
struct observe_result {
  int64_t taken, unchanged, refetch;
};

struct push_begin {
  struct lease lease;
  int64_t intent_id;
  LIST_OF(struct observation) fresh; /* the target as it is now: one, or none for a create or after a 304 */
  struct pace pace;
};
struct push_go {
  bool go;          /* false: stale, refused or blocked; leave it, the store has noted why */
  int64_t wait_ms;  /* with go = false: the pace allows it only then */
  int64_t lease_ms; /* with go = true: the lease was renewed for so long */
  struct payload payload;
};
struct push_receipt {
  struct lease lease;
  int64_t intent_id;
  struct str outcome; /* a result code's name; ok = written (or found), gone with `probe` = not found */
  bool probe;         /* the outcome of looking for an uncertain write */
  struct str message;
  LIST_OF(struct refused_value) refused; /* rejected: because of these fields alone */
  int64_t retry_after_ms;
  LIST_OF(struct observation) returned; /* what the tracker answered: one, or none */
  struct usage usage;
  int64_t settle_ms; /* how long a create may stay invisible: two probes must span it */
};

struct webhook_accept {
  struct str project, delivery_id, event, body;
};
struct webhook_accepted {
  bool duplicate;
};

/* An attempt of a tracker to deliver a webhook that failed. */
struct failed_delivery {
  struct str delivery_id; /* the same with every attempt */
  struct str attempt_id, event;
  int64_t status, failed_at_ms;
};
struct hook_deliveries {
  struct lease lease;
  struct str newest; /* the list is known up to this one now */
  LIST_OF(struct failed_delivery) failed;
};
struct hook_again {
  LIST_OF(struct str) attempt_ids;
};
struct hook_report {
  struct lease lease;
  struct str state; /* active | refused | removed | left */
  struct str reason, url, hook_id;
  int64_t generation; /* of the secret that the tracker was given */
  int64_t expires_at_ms, check_in_ms;
  bool repaired; /* somebody had changed it */
  struct usage usage;
};
struct hook_check {
  struct str project;
  bool rotate; /* a new secret, too */
  struct str actor;
};
struct hook_forget {
  struct str project, actor;
};
struct hook_refused {
  struct str project;
  int64_t count;
  bool untimely; /* the newest: the signature was right, its time was not */
  int64_t ago_ms;
};
struct scan_page {
  struct lease lease;
  LIST_OF(struct str) ids;
  bool counted; /* the tracker only tells how many: `count` */
  int64_t count;
  struct str cursor;
  bool done;
  struct usage usage;
};

struct plan_claim {
  int64_t limit;
  bool preview; /* of projects in a dry run: to be decided and shown, not applied */
};
struct plan_batch {
  LIST_OF(struct plan_case) cases;
  LIST_OF(struct project) projects; /* the settings of every project named in the cases */
  int64_t waiting;                  /* cases that are left over */
};
struct plan_commit {
  LIST_OF(struct plan_outcome) outcomes;
  bool preview; /* only shown */
};
struct plan_committed {
  int64_t committed, moved;
};

struct conflict_query {
  struct str project, ticket, state, field, kind;
  int64_t id, before, limit;
};
struct conflict_list {
  LIST_OF(struct conflict) conflicts;
  bool more;
};
struct conflict_resolve {
  int64_t id;
  struct str choice;   /* local | external | value */
  struct values value; /* with choice = value: the field's new value */
  struct str actor;
};

struct conflict_id {
  int64_t id;
};
struct conflict_resolve_many {
  LIST_OF(struct conflict_id) conflicts;
  struct str choice; /* local | external */
  struct str actor;
};
/* What became of one of them. */
struct conflict_outcome {
  int64_t id, open_id;
  bool decided;
  struct str reason;
};
struct conflict_outcomes {
  LIST_OF(struct conflict_outcome) outcomes;
};
struct conflict_restore {
  int64_t id, version;
  struct str side; /* base | local | external | value */
  bool preview;
  struct str actor;
};
struct conflict_restored {
  struct str key;
  int64_t version;
  bool restored;
  struct values now, value;
};

/* One event as stored and published: CloudEvents attributes and the data as JSON. */
struct stored_event {
  int64_t sequence;
  struct str id, source, type, time, subject, partitionkey, traceparent;
  struct str data;   /* JSON of the event's record */
  struct str packed; /* the same as msgpack, where it is known already; does not travel in verbs */
};
struct events_read {
  int64_t after, limit;
  struct str type, project;
  LIST_OF(struct str) types;
  struct str system;
  int64_t seen;
  struct str seen_id;
};
struct event_list {
  LIST_OF(struct stored_event) events;
  int64_t head, first;
  struct str head_id;
};
struct events_publish {
  LIST_OF(struct stored_event)
  events; /* TicketCreated, TicketUpdated, ProjectConfigured of other services; `id` makes them unique */
  struct str actor;
};
struct events_published {
  int64_t accepted, duplicates;
  LIST_OF(struct str) keys; /* of the tickets, in order */
};

/* How a project hears of changes outside: its webhook, its polls, its scans. */
struct hook_health {
  struct str state; /* off | none | working | unchecked | unwatched | failing | refusing | expired | missing */
  struct str reason, next_step, url;
  bool active; /* there and switched on, when the tracker was last asked */
  int64_t checked_at_ms, expires_at_ms, repaired_at_ms, last_delivery_ms, last_failed_ms;
  int64_t failed_checks;  /* in a row, since then */
  struct str check_error; /* of the last one */
  int64_t failed, given_up, refused, refused_at_ms;
  int64_t told, missed, last_missed_ms; /* of the changes that polls and scans showed */
  int64_t poll_s;
  int64_t id_scan_ms, next_id_scan_ms, full_scan_ms;
  struct str scan_error;
};
/* Work that is due and that nobody takes, or that does not end. */
struct trouble {
  struct str project, what;
  int64_t since_ms;
  struct str next_step;
};

struct project_status {
  struct project project;
  struct str next_step; /* the command that mends a project that does not go on; absent when none is needed */
  int64_t tickets, comments, open_conflicts, waiting, parked, unplanned, fetches, deliveries, poison;
  int64_t oldest_conflict_ms;
  int64_t last_sync_ms, next_sync_ms;
  int64_t quota_limit, quota_remaining, quota_reset_ms, blocked_until_ms, doubted_until_ms;
  struct str writes_held; /* why the tracker takes no writes of it; they wait, and reads go on */
  int64_t writes_held_until_ms;
  int64_t api_calls;
  int64_t credential_expires_ms;
  struct str credential_mend; /* the command that gives it a new secret */
  int64_t lag_ms, eta_ms;
  LIST_OF(struct session) last_session; /* one or none */
  struct hook_health webhook;
};
/* Something that does not go on by itself. */
struct parked_work {
  struct str id;   /* "W-12", "R-40", "D-7": what work.retry takes */
  struct str kind; /* write | read | delivery */
  struct str project, ticket, reason, next_step;
  int64_t since_ms;
};
struct status_query {
  bool unused;
  struct str project; /* this one alone */
  struct str after;   /* the last name of the page before */
  int64_t limit;
};
struct status {
  struct hello store;
  LIST_OF(struct project_status) projects;
  LIST_OF(struct parked_work) parked;
  int64_t parked_more; /* that are not listed */
  LIST_OF(struct trouble) troubles;
  LIST_OF(struct trouble) waits; /* what only a person can bring about */
  int64_t tickets, events, first_event, now_ms;
  bool more; /* projects; the other members are on the first page */
};
struct work_retry {
  struct str project, id; /* one of both, or `all` */
  bool all;
  struct str actor;
};
struct work_retried {
  int64_t writes, reads, deliveries;
};

/* One row of the audit trail; the hashes as hexadecimal text. */
struct audit_row {
  int64_t id, at_us;
  struct str actor, action, subject, detail, previous, hash;
};
struct audit_query {
  int64_t after, limit; /* the last id of the page before */
  struct str hash;      /* verify: one that should be there, as somebody noted it */
};
struct audit_list {
  LIST_OF(struct audit_row) rows;
};
struct audit_verified {
  int64_t rows, next; /* how many are right; the next page's `after` */
  bool more, found;
  struct str head; /* the newest hash that was looked at */
  int64_t broken;  /* the first row that is wrong; 0 = none */
  struct str fault;
};

struct egress_query {
  struct str ticket, project;
  int64_t since_ms;
  int64_t before; /* a row's id */
  int64_t limit;
};
struct egress {
  int64_t id, at_ms, intent_id;
  struct str ticket, project, external_key, url, rule;
  LIST_OF(struct str) fields;
};
struct egress_list {
  LIST_OF(struct egress) rows;
  bool more;
};

enum verb_id {
  VERB_HELLO,
  VERB_STATUS,
  VERB_PROJECT_CONFIGURE,
  VERB_PROJECT_LIST,
  VERB_PROJECT_SET_STATE,
  VERB_CREDENTIAL_PUT,
  VERB_CREDENTIAL_GET,
  VERB_CREDENTIAL_RENEW,
  VERB_CREDENTIAL_RENEWED,
  VERB_CREDENTIAL_OUTCOME,
  VERB_CREDENTIAL_LIST,
  VERB_CREDENTIAL_REKEY,
  VERB_CREDENTIAL_REMOVE,
  VERB_CREDENTIAL_EXPIRY,
  VERB_TICKET_NEW,
  VERB_TICKET_EDIT,
  VERB_TICKET_GET,
  VERB_TICKET_LIST,
  VERB_TICKET_COMMENT,
  VERB_COMMENT_DELETE,
  VERB_TICKET_SHARE,
  VERB_TICKET_RETRACT,
  VERB_TICKET_LINK,
  VERB_LINK_SUGGEST,
  VERB_SESSION_START,
  VERB_SESSION_GET,
  VERB_SESSION_LIST,
  VERB_SESSION_PREVIEW,
  VERB_SESSION_UNDO,
  VERB_SESSION_UNDONE,
  VERB_SCHEDULE_TICK,
  VERB_WAIT,
  VERB_WORK_CLAIM,
  VERB_WORK_RELEASE,
  VERB_WORK_FAIL,
  VERB_WORK_RETRY,
  VERB_OBSERVE,
  VERB_PUSH_BEGIN,
  VERB_PUSH_RECEIPT,
  VERB_WEBHOOK_ACCEPT,
  VERB_WEBHOOK_REFUSED,
  VERB_HOOK_CHECK,
  VERB_HOOK_FORGET,
  VERB_HOOK_DELIVERIES,
  VERB_HOOK_REPORT,
  VERB_SCAN_PAGE,
  VERB_PLAN_CLAIM,
  VERB_PLAN_COMMIT,
  VERB_PLAN_APPLY,
  VERB_CONFLICT_LIST,
  VERB_CONFLICT_RESOLVE,
  VERB_CONFLICT_RESOLVE_MANY,
  VERB_CONFLICT_RESTORE,
  VERB_EVENTS_READ,
  VERB_EVENTS_PUBLISH,
  VERB_EGRESS_LIST,
  VERB_AUDIT_LIST,
  VERB_AUDIT_VERIFY,
  VERB_COUNT,
};

extern const struct verb verb_table[VERB_COUNT];

/* The verb called `name`, or VERB_COUNT. */
enum verb_id verb_named(struct str name);

/* The frames around bodies. A message that carries one has headers of its own; a list of texts that may be long stays
 * far below that. */
enum {
  WIRE_MESSAGE_BYTES_MAX = 32 * 1024 * 1024,
  WIRE_FRAME_BYTES_MAX = WIRE_MESSAGE_BYTES_MAX - 4096,
  WIRE_PAGE_BYTES = 8 * 1024 * 1024
};

struct verb_request {
  struct str verb, client;
  int64_t request;
  struct str traceparent;
  struct str body; /* msgpack of the verb's request record */
};
struct verb_reply {
  struct str code, message;
  int64_t retry_after_ms;
  struct str body;
};
extern const struct record record_verb_request, record_verb_reply, record_stored_event, record_audit_row;

#endif
