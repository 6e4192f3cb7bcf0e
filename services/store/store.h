/* What every part of the store knows: one verb being executed, and the handlers. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/log.h"
#include "proto/events.h"
#include "proto/verbs.h"
#include "store/db.h"
#include "store/outbox.h"
#include "store/security/peer.h"
#include "store/security/vault.h"

/* One verb, inside its transaction. */
struct call {
  struct db *db;
  struct arena *arena;
  struct outbox *outbox; /* events and bells, sent after the commit */
  struct vault *vault;
  const struct peer *peer;          /* who asks */
  const struct str *internal_hosts; /* what a text must not name outside */
  size_t internal_host_count;
  struct str client;
};

typedef struct result verb_handler(struct call *call, const void *request, void *reply);

extern verb_handler *const handler_table[VERB_COUNT];

verb_handler store_hello, store_status, store_project_configure, store_project_list, store_project_set_state,
    store_credential_put, store_credential_get, store_credential_renew, store_credential_renewed, store_ticket_new,
    store_ticket_edit, store_ticket_get, store_ticket_list, store_ticket_comment, store_comment_delete,
    store_ticket_share, store_ticket_link, store_link_suggest, store_session_start, store_session_get,
    store_session_list, store_session_preview, store_session_undo, store_session_undone, store_ticket_retract,
    store_schedule_tick, store_work_claim, store_work_release, store_work_fail, store_work_retry, store_observe,
    store_push_begin, store_push_receipt, store_webhook_accept, store_plan_claim, store_plan_commit, store_plan_apply,
    store_conflict_list, store_conflict_resolve, store_conflict_resolve_many, store_conflict_restore, store_events_read,
    store_events_publish, store_egress_list, store_audit_list, store_audit_verify, store_webhook_refused,
    store_hook_check, store_hook_forget, store_hook_deliveries, store_hook_report, store_scan_page,
    store_credential_outcome, store_credential_list, store_credential_rekey, store_credential_remove,
    store_credential_expiry;

#endif
