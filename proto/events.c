/* The event table and the descriptors of their data. */
#include "proto/events.h"

static const struct field event_sync_started_fields[] = {
    FIELD(struct event_sync_started, session, FIELD_I64, 0, "The session's number."),
    FIELD(struct event_sync_started, project, FIELD_STR, 0, "Name of the project."),
    FIELD(struct event_sync_started, mode, FIELD_STR, 0, "incremental, full, dry_run or apply (of a plan)."),
    FIELD(struct event_sync_started, trigger, FIELD_STR, 0, "What started it: poll, webhook, person or first."),
};
static const struct record record_event_sync_started =
    RECORD("SyncStarted", struct event_sync_started, event_sync_started_fields, "A session that has begun.");

static const struct field event_sync_completed_fields[] = {
    FIELD(struct event_sync_completed, session, FIELD_I64, 0, "The session's number."),
    FIELD(struct event_sync_completed, project, FIELD_STR, 0, "Name of the project."),
    FIELD(struct event_sync_completed, mode, FIELD_STR, 0, "incremental, full, dry_run or apply (of a plan)."),
    FIELD(struct event_sync_completed, imported, FIELD_I64, 0, "Local tickets and comments that were made."),
    FIELD(struct event_sync_completed, updated, FIELD_I64, 0, "Local tickets and comments that were changed."),
    FIELD(struct event_sync_completed, created, FIELD_I64, 0, "External tickets and comments that were made."),
    FIELD(struct event_sync_completed, pushed, FIELD_I64, 0, "External tickets and comments that were changed."),
    FIELD(struct event_sync_completed, conflicts, FIELD_I64, 0, "Conflicts that were found."),
    FIELD(struct event_sync_completed, parked, FIELD_I64, 0, "Writes that were given up."),
    FIELD(struct event_sync_completed, api_calls, FIELD_I64, 0, "Calls made to the tracker's API."),
    FIELD(struct event_sync_completed, duration_ms, FIELD_I64, 0, "From start to end, in ms."),
};
static const struct record record_event_sync_completed =
    RECORD("SyncCompleted", struct event_sync_completed, event_sync_completed_fields, "A session's report.");

static const struct field event_sync_error_fields[] = {
    FIELD(struct event_sync_error, session, FIELD_I64, 0, "The session's number; 0 when none was running."),
    FIELD(struct event_sync_error, project, FIELD_STR, 0, "Name of the project."),
    FIELD(struct event_sync_error, code, FIELD_STR, 0, "A result code's name: auth, retry, rejected and so on."),
    FIELD(struct event_sync_error, message, FIELD_STR, 0, "What happened, for a person."),
    FIELD(struct event_sync_error, next_step, FIELD_STR, 0, "What a person can do about it."),
};
static const struct record record_event_sync_error =
    RECORD("SyncError", struct event_sync_error, event_sync_error_fields, "What stopped a session.");

static const struct field event_conflict_fields[] = {
    FIELD(struct event_conflict, conflict, FIELD_I64, 0,
          "The conflict's number, for conflict.list and conflict.resolve."),
    FIELD(struct event_conflict, supersedes, FIELD_I64, 0,
          "ConflictDetected only: the conflict that it takes the place of, because a side has moved; 0 = none."),
    FIELD(struct event_conflict, project, FIELD_STR, 0, "Name of the project it is with."),
    FIELD(struct event_conflict, ticket, FIELD_STR, 0, "Key of the local ticket, of its ticket for a comment: 'T-12'."),
    FIELD(struct event_conflict, external_key, FIELD_STR, 0, "The external ticket, as people write it there: '#12'."),
    FIELD(struct event_conflict, field, FIELD_STR, 0, "The field that both sides disagree on."),
    FIELD(struct event_conflict, kind, FIELD_STR, 0,
          "both_changed, unequal_when_linked, unmappable, deleted_vs_edited, overwritten or undo."),
    FIELD(struct event_conflict, winner, FIELD_STR, 0,
          "ConflictResolved only: local, external, merged, value or agreement; absent when what it was about is over."),
    FIELD(struct event_conflict, decided_by, FIELD_STR, 0,
          "ConflictResolved only: the person, strategy or event that decided it."),
};
static const struct record record_event_conflict =
    RECORD("Conflict", struct event_conflict, event_conflict_fields, "One conflict, without its values.");

static const struct field event_external_ticket_fields[] = {
    FIELD(struct event_external_ticket, project, FIELD_STR, 0, "Name of the project."),
    FIELD(struct event_external_ticket, ticket, FIELD_STR, 0, "Key of the local ticket: 'T-12'."),
    FIELD(struct event_external_ticket, comment, FIELD_STR, 0, "Key of the local comment when it is one: 'C-17'."),
    FIELD(struct event_external_ticket, external_key, FIELD_STR, 0, "As people write it there: '#12'."),
    FIELD(struct event_external_ticket, url, FIELD_STR, 0, "Where a browser shows it."),
    FIELD(struct event_external_ticket, direction, FIELD_STR, 0, "Which way the change went: imported or pushed."),
    FIELD(struct event_external_ticket, fields, FIELD_STRS, 0, "Names of the fields that changed."),
};
static const struct record record_event_external_ticket =
    RECORD("ExternalTicket", struct event_external_ticket, event_external_ticket_fields,
           "A ticket or comment and its external one.");

static const struct field event_ticket_fields[] = {
    FIELD(struct event_ticket, ticket, FIELD_STR, 0, "Key of the ticket, 'T-12'; from a service, the one to change."),
    FIELD(struct event_ticket, comment, FIELD_STR, 0, "Key of the comment when it is one: 'C-17'."),
    FIELD(struct event_ticket, by, FIELD_STR, 0, "Who made the change."),
    FIELD(struct event_ticket, privacy, FIELD_STR, 0, "local_only, shareable or public."),
    FIELD(struct event_ticket, project, FIELD_STR, 0,
          "TicketCreated from a service: name of the project where to create it too."),
    FIELD(struct event_ticket, names, FIELD_STRS, 0,
          "Names of the fields that changed; `privacy`, without a value, when that is another one now."),
    FIELD(struct event_ticket, fields, FIELD_VALUES, 0,
          "Their values: always from a service; from the store only when the ticket is public."),
};
static const struct record record_event_ticket =
    RECORD("Ticket", struct event_ticket, event_ticket_fields, "A change of a local ticket or comment.");

static const struct field event_project_fields[] = {
    FIELD(struct event_project, project, FIELD_STR, 0, "Name of the project."),
    FIELD(struct event_project, system, FIELD_STR, 0, "Which connector it uses: 'github'."),
    FIELD(struct event_project, remote, FIELD_STR, 0, "The project there: 'acme/rocket'."),
    FIELD(struct event_project, direction, FIELD_STR, 0, "push, pull, bidirectional or disabled."),
    FIELD(struct event_project, strategy, FIELD_STR, 0, "manual, local_wins, external_wins, newest_wins or merge."),
    FIELD(struct event_project, state, FIELD_STR, 0, "active, paused, failed or removed."),
    FIELD_OF(struct event_project, settings, FIELD_LIST, 0, &record_project,
             "From a service: exactly one, the whole settings; the store sends none."),
};
static const struct record record_event_project =
    RECORD("Project", struct event_project, event_project_fields, "A project and its main settings.");

static const struct field event_credential_fields[] = {
    FIELD(struct event_credential, credential, FIELD_STR, 0, "Name of the credential."),
    FIELD(struct event_credential, system, FIELD_STR, 0, "Whose API it opens: 'github'."),
    FIELD(struct event_credential, projects, FIELD_STRS, 0, "Names of the projects that use it."),
    FIELD(struct event_credential, expires_ms, FIELD_I64, 0, "When it ends, ms since 1970 UTC."),
    FIELD(struct event_credential, next_step, FIELD_STR, 0, "The command that mends it."),
};
static const struct record record_event_credential = RECORD(
    "Credential", struct event_credential, event_credential_fields, "A credential that ends, without its secret.");

static const struct field event_heartbeat_fields[] = {
    FIELD(struct event_heartbeat, head, FIELD_I64, FIELD_REQUIRED,
          "Sequence of the newest logged event: whoever has less reads the rest."),
};
static const struct record record_event_heartbeat =
    RECORD("Heartbeat", struct event_heartbeat, event_heartbeat_fields, "How far the event log has come.");

const struct event_type event_table[EVENT_COUNT] = {
    [EVENT_SYNC_STARTED] = {"tandem.v1.SyncStarted", EVENT_LOGGED, &record_event_sync_started, "A session has begun."},
    [EVENT_SYNC_COMPLETED] = {"tandem.v1.SyncCompleted", EVENT_LOGGED, &record_event_sync_completed,
                              "A session has nothing left to do."},
    [EVENT_SYNC_ERROR] = {"tandem.v1.SyncError", EVENT_LOGGED, &record_event_sync_error,
                          "A session cannot go on; next_step says what to do."},
    [EVENT_CONFLICT_DETECTED] = {"tandem.v1.ConflictDetected", EVENT_LOGGED, &record_event_conflict,
                                 "Both sides of a field changed, or cannot be brought together."},
    [EVENT_CONFLICT_RESOLVED] = {"tandem.v1.ConflictResolved", EVENT_LOGGED, &record_event_conflict,
                                 "A conflict has been decided and applied."},
    [EVENT_EXTERNAL_TICKET_CREATED] = {"tandem.v1.ExternalTicketCreated", EVENT_LOGGED, &record_event_external_ticket,
                                       "A ticket or comment is mapped to an external one for the first time."},
    [EVENT_EXTERNAL_TICKET_UPDATED] = {"tandem.v1.ExternalTicketUpdated", EVENT_LOGGED, &record_event_external_ticket,
                                       "A change went between a ticket and its external one."},
    [EVENT_TICKET_CREATED] = {"tandem.v1.TicketCreated", EVENT_LOGGED | EVENT_ACCEPTED, &record_event_ticket,
                              "A local ticket or comment was made."},
    [EVENT_TICKET_UPDATED] = {"tandem.v1.TicketUpdated", EVENT_LOGGED | EVENT_ACCEPTED, &record_event_ticket,
                              "A local ticket or comment was changed by a person or a service."},
    [EVENT_PROJECT_CONFIGURED] = {"tandem.v1.ProjectConfigured", EVENT_LOGGED | EVENT_ACCEPTED, &record_event_project,
                                  "A project was made, or its settings or state changed."},
    [EVENT_CREDENTIAL_EXPIRING] = {"tandem.v1.CredentialExpiring", EVENT_LOGGED, &record_event_credential,
                                   "A credential ends in 14, 7, 3 or 1 days, or has ended."},
    [EVENT_HEARTBEAT] = {"tandem.v1.internal.Heartbeat", 0, &record_event_heartbeat,
                         "Every second: the newest sequence."},
};

enum event_id event_named(struct str type) {
  for (int id = 0; id < EVENT_COUNT; id++)
    if (str_is(type, event_table[id].type))
      return (enum event_id)id;
  return EVENT_COUNT;
}
