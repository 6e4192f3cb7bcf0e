/* The records of requests and replies, for the verb table. Private to proto/verbs*.c. */
#ifndef PROTO_VERBS_RECORDS_H
#define PROTO_VERBS_RECORDS_H

#include "proto/verbs.h"

extern const struct record record_project_configure, record_project_name, record_project_id, record_project_set_state,
    record_project_stands, record_project_list, record_credential_put, record_credential_get, record_credential,
    record_credential_renew, record_credential_renewing, record_credential_renewed, record_ticket_new,
    record_ticket_edit, record_ticket_get, record_ticket_query, record_ticket_list, record_ticket_comment,
    record_comment_delete, record_ticket_share, record_ticket_retract, record_retraction, record_session_undo,
    record_undone_query, record_session_undone, record_ticket_link, record_link_difference, record_link_result,
    record_link_query, record_link_suggestion, record_link_suggestions, record_conflict_query, record_conflict_list,
    record_conflict_resolve, record_conflict_id, record_conflict_resolve_many, record_conflict_outcome,
    record_conflict_outcomes, record_conflict_restore, record_conflict_restored, record_egress_query,
    record_audit_query, record_audit_list, record_audit_verified, record_credential_outcome, record_credential_query,
    record_credential_info, record_data_key_info, record_credential_list, record_credential_rekey,
    record_credential_rekeyed, record_credential_remove, record_credential_expiry, record_egress, record_egress_list,
    record_session_start, record_session_id, record_session_query, record_session_list, record_preview_line,
    record_session_preview, record_preview_query, record_plan_apply, record_schedule_tick, record_schedule_result,
    record_bell_wait, record_bell_answer, record_work_claim, record_delivery, record_external_ref, record_work,
    record_work_release, record_work_fail, record_refused_fetch, record_observe, record_observe_result,
    record_push_begin, record_push_go, record_push_receipt, record_webhook_accept, record_webhook_accepted,
    record_plan_claim, record_plan_batch, record_plan_commit, record_plan_committed, record_events_read,
    record_event_list, record_events_publish, record_events_published, record_hook_task, record_hook_deliveries,
    record_hook_again, record_hook_report, record_hook_check, record_hook_forget, record_hook_refused, record_scan_page,
    record_hook_health, record_trouble;

#endif
