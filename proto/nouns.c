/* Descriptor tables of the nouns: the one list of their fields. */
#include "proto/nouns.h"

static const struct field value_name_fields[] = {
    FIELD(struct value_name, local, FIELD_STR, FIELD_REQUIRED, "Local."),
    FIELD(struct value_name, external, FIELD_STR, FIELD_REQUIRED, "External."),
};
const struct record record_value_name =
    RECORD("ValueName", struct value_name, value_name_fields, "The same thing in our vocabulary and in the tracker's.");

static const struct field field_setting_fields[] = {
    FIELD(struct field_setting, field, FIELD_STR, FIELD_REQUIRED, "Field."),
    FIELD(struct field_setting, direction, FIELD_STR, 0, "Push | pull | bidirectional | disabled."),
    FIELD(struct field_setting, strategy, FIELD_STR, 0, "Manual | local_wins | external_wins | newest_wins | merge."),
    FIELD_OF(struct field_setting, table, FIELD_LIST, 0, &record_value_name, "Table."),
    FIELD(struct field_setting, closed, FIELD_BOOL, 0,
          "A value outside the table is never passed through: it becomes a conflict `unmappable`."),
};
const struct record record_field_setting =
    RECORD("FieldSetting", struct field_setting, field_setting_fields, "How one field of a project is mapped.");

static const struct field project_fields[] = {
    FIELD(struct project, id, FIELD_I64, 0, "Id."),
    FIELD(struct project, name, FIELD_STR, FIELD_REQUIRED, "Name."),
    FIELD(struct project, system, FIELD_STR, 0, "The connector: 'github'."),
    FIELD(struct project, base_url, FIELD_STR, 0, "Of its API."),
    FIELD(struct project, remote, FIELD_STR, 0, "The project there: 'acme/rocket'."),
    FIELD(struct project, credential, FIELD_STR, 0, "Credential."),
    FIELD(struct project, direction, FIELD_STR, 0, "Direction."),
    FIELD(struct project, strategy, FIELD_STR, 0, "Strategy."),
    FIELD(struct project, confirmed_by, FIELD_STR, 0, "Who confirmed external_wins or newest_wins for good."),
    FIELD(struct project, privacy_default, FIELD_STR, 0, "Local_only | shareable | public: for tickets made here."),
    FIELD_OF(struct project, rules, FIELD_LIST, 0, &record_field_setting, "Rules."),
    FIELD(struct project, poll_interval_s, FIELD_I64, 0, "Poll interval s."),
    FIELD(struct project, webhook_credential, FIELD_STR, 0, "Webhook credential."),
    FIELD(struct project, state, FIELD_STR, 0, "Active | paused | failed | removed."),
    FIELD(struct project, state_reason, FIELD_STR, 0, "What is wrong and what mends it."),
    FIELD(struct project, version, FIELD_I64, 0, "Of these settings."),
};
const struct record record_project =
    RECORD("Project", struct project, project_fields, "A connection between local tickets and one external project.");

static const struct field observation_fields[] = {
    FIELD(struct observation, kind, FIELD_STR, FIELD_REQUIRED, "Ticket | comment."),
    FIELD(struct observation, external_id, FIELD_STR, FIELD_REQUIRED, "External id."),
    FIELD(struct observation, parent_external_id, FIELD_STR, 0, "Parent external id."),
    FIELD(struct observation, external_key, FIELD_STR, 0, "As people write it there: '#12'."),
    FIELD(struct observation, url, FIELD_STR, 0, "Url."),
    FIELD(struct observation, author, FIELD_STR, 0, "Author."),
    FIELD(struct observation, author_is_self, FIELD_BOOL, 0, "Written by the credential that tandem uses."),
    FIELD(struct observation, version, FIELD_I64, 0, "Grows with every change there; GitHub: updated_at in ms."),
    FIELD(struct observation, created_at_ms, FIELD_I64, 0, "Created at ms."),
    FIELD(struct observation, etag, FIELD_STR, 0, "Etag."),
    FIELD(struct observation, fields, FIELD_VALUES, 0, "Canonical, in the tracker's vocabulary."),
    FIELD(struct observation, hash, FIELD_BYTES, 0, "Canon_hash of the fields."),
    FIELD(struct observation, marker, FIELD_STR, 0,
          "'op_id:hmac' of a tandem marker found in it; checked by the store."),
    FIELD(struct observation, gone, FIELD_STR, 0, "Deleted | transferred | unreadable; then fields are empty."),
    FIELD(struct observation, moved_to, FIELD_STR, 0, "Moved to."),
    FIELD(struct observation, extra, FIELD_VALUES, 0, "Shown, never synchronised: reactions, for instance."),
};
const struct record record_observation = RECORD("Observation", struct observation, observation_fields,
                                                "What an adapter saw of one external ticket or comment.");

static const struct field usage_fields[] = {
    FIELD(struct usage, api_calls, FIELD_I64, 0, "Api calls."),
    FIELD(struct usage, quota_limit, FIELD_I64, 0, "Quota limit."),
    FIELD(struct usage, quota_remaining, FIELD_I64, 0, "Quota remaining."),
    FIELD(struct usage, quota_reset_ms, FIELD_I64, 0, "Quota reset ms."),
    FIELD(struct usage, blocked_until_ms, FIELD_I64, 0, "The credential must rest until then."),
    FIELD(struct usage, server_date_ms, FIELD_I64, 0, "Server date ms."),
};
const struct record record_usage =
    RECORD("Usage", struct usage, usage_fields, "What calls cost and what the tracker said about limits.");

static const struct field lease_fields[] = {
    FIELD(struct lease, resource, FIELD_STR, FIELD_REQUIRED, "'pull:7', 'push:github-bot'."),
    FIELD(struct lease, fence, FIELD_I64, FIELD_REQUIRED, "Fence."),
    FIELD(struct lease, until_ms, FIELD_I64, 0, "Until ms."),
};
const struct record record_lease =
    RECORD("Lease", struct lease, lease_fields, "The right to work on one resource for a while.");

static const struct field pace_fields[] = {
    FIELD(struct pace, burst, FIELD_I64, 0, "Writes at once."),
    FIELD(struct pace, per_minute, FIELD_I64, 0, "Writes a minute after that."),
    FIELD(struct pace, hourly_burst, FIELD_I64, 0, "Writes at once, of the hour's."),
    FIELD(struct pace, per_hour, FIELD_I64, 0, "Writes an hour after that."),
};
const struct record record_pace = RECORD("Pace", struct pace, pace_fields, "How fast one credential may write.");

static const struct field intent_fields[] = {
    FIELD(struct intent, id, FIELD_I64, FIELD_REQUIRED, "Id."),
    FIELD(struct intent, op_id, FIELD_STR, FIELD_REQUIRED, "UUID, the same for every attempt."),
    FIELD(struct intent, state, FIELD_STR, 0, "Prepared | unknown."),
    FIELD(struct intent, change, FIELD_STR, 0, "Create | update."),
    FIELD(struct intent, kind, FIELD_STR, 0, "Ticket | comment."),
    FIELD(struct intent, mapping_id, FIELD_I64, 0, "Mapping id."),
    FIELD(struct intent, external_id, FIELD_STR, 0, "External id."),
    FIELD(struct intent, parent_external_id, FIELD_STR, 0, "Parent external id."),
    FIELD(struct intent, etag, FIELD_STR, 0, "Of the newest single observation, for a conditional GET."),
    FIELD(struct intent, created_at_ms, FIELD_I64, 0, "Created at ms."),
    FIELD(struct intent, first_sent_at_ms, FIELD_I64, 0, "When the first attempt went out."),
    FIELD(struct intent, high_water, FIELD_STR, 0, "The newest external id known when it was prepared."),
    FIELD(struct intent, attempts, FIELD_I64, 0, "Attempts."),
    FIELD(struct intent, marker, FIELD_STR, 0, "A creation's, to look for it by."),
};
const struct record record_intent =
    RECORD("Intent", struct intent, intent_fields, "A write outside, decided and written down before it is tried.");

static const struct field payload_fields[] = {
    FIELD(struct payload, set, FIELD_VALUES, 0, "Set."),
    FIELD(struct payload, add, FIELD_VALUES, 0, "Members of sets."),
    FIELD(struct payload, remove, FIELD_VALUES, 0, "Members of sets."),
    FIELD(struct payload, marker, FIELD_STR, 0, "To be carried by what is created."),
};
const struct record record_payload =
    RECORD("Payload", struct payload, payload_fields, "What the privacy gate lets out, for one attempt.");

static const struct field conflict_fields[] = {
    FIELD(struct conflict, id, FIELD_I64, 0, "Id."),
    FIELD(struct conflict, project, FIELD_STR, 0, "Project."),
    FIELD(struct conflict, ticket, FIELD_STR, 0, "Ticket."),
    FIELD(struct conflict, external_key, FIELD_STR, 0, "External key."),
    FIELD(struct conflict, url, FIELD_STR, 0, "Url."),
    FIELD(struct conflict, field, FIELD_STR, 0, "Field."),
    FIELD(struct conflict, kind, FIELD_STR, 0,
          "Both_changed | unequal_when_linked | unmappable | deleted_vs_edited | overwritten."),
    FIELD(struct conflict, state, FIELD_STR, 0, "Open | decided | resolved | superseded."),
    FIELD(struct conflict, base, FIELD_VALUES, 0, "One value each, of `field`."),
    FIELD(struct conflict, local, FIELD_VALUES, 0, "One value each, of `field`."),
    FIELD(struct conflict, external, FIELD_VALUES, 0, "One value each, of `field`."),
    FIELD(struct conflict, winner, FIELD_STR, 0, "Local | external | merged | value."),
    FIELD(struct conflict, decided_by, FIELD_STR, 0, "Decided by."),
    FIELD(struct conflict, created_at_ms, FIELD_I64, 0, "Created at ms."),
    FIELD(struct conflict, decided_at_ms, FIELD_I64, 0, "Decided at ms."),
};
const struct record record_conflict = RECORD("Conflict", struct conflict, conflict_fields,
                                             "Both sides of one field, waiting for or having had a decision.");

static const struct field mapping_fields[] = {
    FIELD(struct mapping, id, FIELD_I64, 0, "Id."),
    FIELD(struct mapping, project, FIELD_STR, 0, "Project."),
    FIELD(struct mapping, system, FIELD_STR, 0, "System."),
    FIELD(struct mapping, external_id, FIELD_STR, 0, "External id."),
    FIELD(struct mapping, external_key, FIELD_STR, 0, "External key."),
    FIELD(struct mapping, url, FIELD_STR, 0, "Url."),
    FIELD(struct mapping, state, FIELD_STR, 0, "Creating | linked | parked | gone."),
    FIELD(struct mapping, reason, FIELD_STR, 0, "Reason."),
    FIELD(struct mapping, open_conflicts, FIELD_I64, 0, "Open conflicts."),
    FIELD(struct mapping, external, FIELD_VALUES, 0, "The cached external fields, when asked for."),
    FIELD(struct mapping, observed_at_ms, FIELD_I64, 0, "Observed at ms."),
};
const struct record record_mapping =
    RECORD("Mapping", struct mapping, mapping_fields, "A ticket's place in one project.");

static const struct field comment_fields[] = {
    FIELD(struct comment, key, FIELD_STR, 0, "'C-17'."),
    FIELD(struct comment, author, FIELD_STR, 0, "Author."),
    FIELD(struct comment, body, FIELD_STR, 0, "Body."),
    FIELD(struct comment, privacy, FIELD_STR, 0, "Privacy."),
    FIELD(struct comment, created_at_ms, FIELD_I64, 0, "Created at ms."),
    FIELD(struct comment, updated_at_ms, FIELD_I64, 0, "Updated at ms."),
    FIELD(struct comment, origin, FIELD_STR, 0, "The project it was written in; absent = here."),
};
const struct record record_comment = RECORD("Comment", struct comment, comment_fields, "A comment on a ticket.");

static const struct field ticket_fields[] = {
    FIELD(struct ticket, key, FIELD_STR, 0, "'T-12'."),
    FIELD(struct ticket, fields, FIELD_VALUES, 0, "Fields."),
    FIELD(struct ticket, privacy, FIELD_STR, 0, "Local_only | shareable | public."),
    FIELD(struct ticket, author, FIELD_STR, 0, "Author."),
    FIELD(struct ticket, origin, FIELD_STR, 0, "Origin."),
    FIELD(struct ticket, version, FIELD_I64, 0, "Version."),
    FIELD(struct ticket, created_at_ms, FIELD_I64, 0, "Created at ms."),
    FIELD(struct ticket, updated_at_ms, FIELD_I64, 0, "Updated at ms."),
    FIELD(struct ticket, grants, FIELD_STRS, 0, "Projects it is shared with."),
    FIELD_OF(struct ticket, mappings, FIELD_LIST, 0, &record_mapping, "Mappings."),
    FIELD_OF(struct ticket, comments, FIELD_LIST, 0, &record_comment, "Comments."),
};
const struct record record_ticket = RECORD("Ticket", struct ticket, ticket_fields, "A local ticket.");

static const struct field session_fields[] = {
    FIELD(struct session, id, FIELD_I64, 0, "Id."),
    FIELD(struct session, project, FIELD_STR, 0, "Project."),
    FIELD(struct session, mode, FIELD_STR, 0, "Incremental | full | dry_run."),
    FIELD(struct session, trigger, FIELD_STR, 0, "Poll | webhook | person | first."),
    FIELD(struct session, state, FIELD_STR, 0, "Running | completed | failed."),
    FIELD(struct session, phase, FIELD_STR, 0, "Pulling | planning | pushing, while running."),
    FIELD(struct session, started_at_ms, FIELD_I64, 0, "Started at ms."),
    FIELD(struct session, finished_at_ms, FIELD_I64, 0, "Finished at ms."),
    FIELD(struct session, seen, FIELD_I64, 0, "Seen."),
    FIELD(struct session, unchanged, FIELD_I64, 0, "Unchanged."),
    FIELD(struct session, imported, FIELD_I64, 0, "Local tickets and comments."),
    FIELD(struct session, updated, FIELD_I64, 0, "Local tickets and comments."),
    FIELD(struct session, created, FIELD_I64, 0, "External ones."),
    FIELD(struct session, pushed, FIELD_I64, 0, "External ones."),
    FIELD(struct session, conflicts, FIELD_I64, 0, "Conflicts."),
    FIELD(struct session, parked, FIELD_I64, 0, "Parked."),
    FIELD(struct session, api_calls, FIELD_I64, 0, "Api calls."),
    FIELD(struct session, waiting, FIELD_I64, 0, "Writes outside that are still to do."),
    FIELD(struct session, error, FIELD_STR, 0, "Error."),
};
const struct record record_session =
    RECORD("Session", struct session, session_fields, "One synchronisation of a project, from start to report.");

static const struct field plan_case_fields[] = {
    FIELD(struct plan_case, mapping_id, FIELD_I64, 0, "Mapping id."),
    FIELD(struct plan_case, generation, FIELD_I64, 0, "Generation."),
    FIELD(struct plan_case, project_id, FIELD_I64, 0, "Project id."),
    FIELD(struct plan_case, kind, FIELD_STR, 0, "Kind."),
    FIELD(struct plan_case, unlinked, FIELD_BOOL, 0, "Seen outside, no local counterpart yet."),
    FIELD(struct plan_case, uncreated, FIELD_BOOL, 0, "Made here, no external counterpart yet."),
    FIELD(struct plan_case, withheld, FIELD_BOOL, 0, "Nothing of it may leave for this project."),
    FIELD(struct plan_case, fresh, FIELD_BOOL, 0, "The observation was fetched by id since the shadow last moved."),
    FIELD(struct plan_case, local, FIELD_VALUES, 0, "Local."),
    FIELD(struct plan_case, external, FIELD_VALUES, 0, "External."),
    FIELD(struct plan_case, shadow_local, FIELD_VALUES, 0, "Shadow local."),
    FIELD(struct plan_case, shadow_external, FIELD_VALUES, 0, "Shadow external."),
    FIELD(struct plan_case, local_times, FIELD_VALUES, 0, "Per field, ms as decimal text."),
    FIELD(struct plan_case, external_times, FIELD_VALUES, 0, "Per field, ms as decimal text."),
    FIELD_OF(struct plan_case, conflicts, FIELD_LIST, 0, &record_conflict, "Open or decided."),
};
const struct record record_plan_case =
    RECORD("PlanCase", struct plan_case, plan_case_fields, "One mapping whose sides are to be compared.");

static const struct field plan_conflict_fields[] = {
    FIELD(struct plan_conflict, field, FIELD_STR, FIELD_REQUIRED, "Field."),
    FIELD(struct plan_conflict, kind, FIELD_STR, FIELD_REQUIRED, "Kind."),
    FIELD(struct plan_conflict, base, FIELD_VALUES, 0, "Base."),
    FIELD(struct plan_conflict, local, FIELD_VALUES, 0, "Local."),
    FIELD(struct plan_conflict, external, FIELD_VALUES, 0, "External."),
    FIELD(struct plan_conflict, winner, FIELD_STR, 0, "Set when a strategy decided it."),
    FIELD(struct plan_conflict, decided_by, FIELD_STR, 0, "Decided by."),
};
const struct record record_plan_conflict =
    RECORD("PlanConflict", struct plan_conflict, plan_conflict_fields, "A conflict that planning found.");

static const struct field plan_outcome_fields[] = {
    FIELD(struct plan_outcome, mapping_id, FIELD_I64, FIELD_REQUIRED, "Mapping id."),
    FIELD(struct plan_outcome, generation, FIELD_I64, FIELD_REQUIRED, "Generation."),
    FIELD(struct plan_outcome, settings_version, FIELD_I64, 0, "Settings version."),
    FIELD(struct plan_outcome, import, FIELD_BOOL, 0,
          "Make a local ticket or comment from the observation, as mapped in `local` when given."),
    FIELD(struct plan_outcome, ignore, FIELD_BOOL, 0, "The direction takes nothing from this side."),
    FIELD(struct plan_outcome, refetch, FIELD_BOOL, 0, "Fetch the external side afresh, then plan again."),
    FIELD(struct plan_outcome, local, FIELD_VALUES, 0, "New local values."),
    FIELD(struct plan_outcome, shadow_local, FIELD_VALUES, 0, "Pairs that both sides now agree on."),
    FIELD(struct plan_outcome, shadow_external, FIELD_VALUES, 0, "Pairs that both sides now agree on."),
    FIELD(struct plan_outcome, set, FIELD_VALUES, 0, "To be sent."),
    FIELD(struct plan_outcome, add, FIELD_VALUES, 0, "To be sent."),
    FIELD(struct plan_outcome, remove, FIELD_VALUES, 0, "To be sent."),
    FIELD(struct plan_outcome, sent_local, FIELD_VALUES, 0,
          "What shadow_local becomes when the write's response is there."),
    FIELD(struct plan_outcome, create, FIELD_BOOL, 0, "The external ticket is to be created from `set`."),
    FIELD_OF(struct plan_outcome, conflicts, FIELD_LIST, 0, &record_plan_conflict, "Conflicts."),
    FIELD(struct plan_outcome, closes, FIELD_STRS, 0,
          "Fields whose open conflict ends because both sides agree or its decision was applied."),
};
const struct record record_plan_outcome =
    RECORD("PlanOutcome", struct plan_outcome, plan_outcome_fields, "What was decided about one mapping.");
