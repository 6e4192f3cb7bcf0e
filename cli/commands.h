/* The handlers that the table of commands names. Each returns how it went; main prints the error and turns it into the
 * exit status. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/invocation.h"

typedef struct result command_handler(struct invocation *call);

command_handler command_init, command_up, command_down, command_status, command_retry, command_doctor, command_health;
command_handler command_connect;
command_handler command_sync, command_apply;
command_handler command_ticket_list, command_ticket_show, command_ticket_new, command_ticket_edit,
    command_ticket_comment, command_ticket_share, command_ticket_retract;
command_handler command_conflicts_list, command_conflicts_show, command_conflicts_resolve, command_conflicts_restore;
command_handler command_sessions_list, command_sessions_show, command_sessions_undo;
command_handler command_events_tail, command_events_replay;
command_handler command_projects_list, command_projects_show, command_projects_pause, command_projects_resume,
    command_projects_remove, command_projects_follow;
command_handler command_webhooks_check, command_webhooks_rotate, command_webhooks_forget;
command_handler command_link_pair, command_link_file, command_link_suggest;
command_handler command_fields_analyze, command_fields_map, command_fields_validate, command_fields_test;
command_handler command_credentials_list, command_credentials_rotate, command_credentials_login,
    command_credentials_rekey, command_credentials_remove, command_credentials_expires;
command_handler command_audit_verify, command_audit_export, command_audit_egress;
command_handler command_certs_list, command_certs_renew, command_certs_revoke, command_certs_issue;
command_handler command_scheduler_enable, command_scheduler_disable, command_scheduler_status, command_scheduler_logs,
    command_scheduler_start;
command_handler command_help, command_completion, command_version;

#endif
