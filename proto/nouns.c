/* Descriptor tables of the nouns: the one list of their fields. */
#include "proto/nouns.h"

static const struct field value_name_fields[] = {
    FIELD(struct value_name, local, FIELD_STR, FIELD_REQUIRED, "The word here."),
    FIELD(struct value_name, external, FIELD_STR, FIELD_REQUIRED, "The tracker's word for it."),
};
const struct record record_value_name =
    RECORD("ValueName", struct value_name, value_name_fields, "The same thing in our vocabulary and in the tracker's.");

static const struct field field_setting_fields[] = {
    FIELD(struct field_setting, field, FIELD_STR, FIELD_REQUIRED, "Name of the field, 'status' for instance."),
    FIELD(struct field_setting, direction, FIELD_STR, 0,
          "Where changes of this field may go: push, pull, bidirectional or disabled; absent = as the project."),
    FIELD(struct field_setting, strategy, FIELD_STR, 0,
          "When both sides changed: manual, local_wins, external_wins, newest_wins or merge; absent = as the project."),
    FIELD_OF(struct field_setting, table, FIELD_LIST, 0, &record_value_name,
             "Words that differ between here and the tracker."),
    FIELD(struct field_setting, closed, FIELD_BOOL, 0,
          "A word outside the table is never passed on: it becomes an `unmappable` conflict."),
    FIELD(struct field_setting, members_max, FIELD_I64, 0,
          "How many members the tracker takes in this set; 0 = any number."),
};
const struct record record_field_setting =
    RECORD("FieldSetting", struct field_setting, field_setting_fields, "How one field of a project is mapped.");

static const struct field project_fields[] = {
    FIELD(struct project, id, FIELD_I64, 0, "The store's number for it; a request may leave it out."),
    FIELD(struct project, name, FIELD_STR, FIELD_REQUIRED, "Its name here, unique: 1 to 64 characters, no slash."),
    FIELD(struct project, system, FIELD_STR, 0, "Which connector it uses: 'github'."),
    FIELD(struct project, base_url, FIELD_STR, 0, "Where the tracker's API is, an https URL."),
    FIELD(struct project, remote, FIELD_STR, 0, "The project there: 'acme/rocket'."),
    FIELD(struct project, credential, FIELD_STR, 0, "Name of the stored credential that its calls use."),
    FIELD(struct project, direction, FIELD_STR, 0,
          "Where changes may go: push, pull, bidirectional (the default) or disabled."),
    FIELD(struct project, strategy, FIELD_STR, 0,
          "When both sides changed: manual (the default), local_wins, external_wins, newest_wins or merge."),
    FIELD(struct project, confirmed_by, FIELD_STR, 0,
          "Who confirmed that external_wins or newest_wins may override local changes; these two need it."),
    FIELD(struct project, privacy_default, FIELD_STR, 0,
          "Privacy of tickets made for it here: local_only, shareable (the default) or public."),
    FIELD_OF(struct project, rules, FIELD_LIST, 0, &record_field_setting,
             "Fields that differ from the project's direction, strategy or words."),
    FIELD(struct project, listed_only, FIELD_BOOL, 0, "A field without a rule is not kept in step."),
    FIELD(struct project, options, FIELD_STR, 0, "The connector's own settings, a JSON object."),
    FIELD(struct project, follows, FIELD_STRS, 0,
          "Names of projects whose new tickets are shared with this one and created in it."),
    FIELD(struct project, poll_interval_s, FIELD_I64, 0, "Seconds between two scheduled sessions; 60 if not given."),
    FIELD(struct project, webhook_credential, FIELD_STR, 0,
          "Name of the stored credential that webhooks are signed with; absent = no webhooks."),
    FIELD(struct project, state, FIELD_STR, 0,
          "active, paused, failed or removed. To configure makes a project active, unless the request says paused."),
    FIELD(struct project, state_reason, FIELD_STR, 0, "What is wrong and what mends it; absent while it works."),
    FIELD(struct project, version, FIELD_I64, 0,
          "Grows with every change of these settings. A request with another one is refused as stale; 0 = any."),
};
const struct record record_project =
    RECORD("Project", struct project, project_fields, "A connection between local tickets and one external project.");

static const struct field remote_word_fields[] = {
    FIELD(struct remote_word, name, FIELD_STR, FIELD_REQUIRED, "The word, as it is in observations."),
    FIELD(struct remote_word, category, FIELD_STR, 0,
          "Of a status: open, in_progress, done, cancelled or duplicate; of a person: the e-mail address."),
};
const struct record record_remote_word =
    RECORD("RemoteWord", struct remote_word, remote_word_fields, "A word of a tracker's vocabulary.");

static const struct field remote_field_fields[] = {
    FIELD(struct remote_field, name, FIELD_STR, FIELD_REQUIRED, "Its name in observations."),
    FIELD(struct remote_field, label, FIELD_STR, 0, "As people know it there."),
    FIELD(struct remote_field, kind, FIELD_STR, FIELD_REQUIRED,
          "line, text, choice, set, number, date, user, users or ticket."),
    FIELD(struct remote_field, writable, FIELD_BOOL, 0, "Whether it can be written."),
    FIELD(struct remote_field, required, FIELD_BOOL, 0, "Whether a new ticket must have it."),
    FIELD(struct remote_field, open_words, FIELD_BOOL, 0, "Whether words that are not listed are taken too."),
    FIELD(struct remote_field, members_max, FIELD_I64, 0, "How many members a set takes; 0 = any number."),
    FIELD_OF(struct remote_field, words, FIELD_LIST, 0, &record_remote_word, "The words that are known there."),
};
const struct record record_remote_field =
    RECORD("RemoteField", struct remote_field, remote_field_fields, "One field of a remote's tickets, for mapping.");

static const struct field remote_description_fields[] = {
    FIELD(struct remote_description, account, FIELD_STR, 0, "Who the credential is."),
    FIELD(struct remote_description, remote, FIELD_STR, 0, "The project's name there."),
    FIELD(struct remote_description, url, FIELD_STR, 0, "Where a browser shows it."),
    FIELD(struct remote_description, can_write, FIELD_BOOL, 0, "Whether the credential may change tickets."),
    FIELD(struct remote_description, is_private, FIELD_BOOL, 0, "Whether only members see it."),
    FIELD(struct remote_description, estimated_tickets, FIELD_I64, 0, "About how many there are; -1 = unknown."),
    FIELD(struct remote_description, options, FIELD_STR, 0, "The connector's own settings as they should be stored."),
    FIELD_OF(struct remote_description, fields, FIELD_LIST, 0, &record_remote_field, "The fields of its tickets."),
};
const struct record record_remote_description =
    RECORD("RemoteDescription", struct remote_description, remote_description_fields, "What a credential finds.");

static const struct field refused_value_fields[] = {
    FIELD(struct refused_value, field, FIELD_STR, FIELD_REQUIRED, "The field."),
    FIELD(struct refused_value, reason, FIELD_STR, FIELD_REQUIRED, "Why, for a person."),
};
const struct record record_refused_value =
    RECORD("RefusedValue", struct refused_value, refused_value_fields, "A field whose value a tracker does not take.");

static const struct field observation_fields[] = {
    FIELD(struct observation, kind, FIELD_STR, FIELD_REQUIRED, "ticket or comment."),
    FIELD(struct observation, external_id, FIELD_STR, FIELD_REQUIRED, "The tracker's own lasting identifier."),
    FIELD(struct observation, parent_external_id, FIELD_STR, 0, "A comment's ticket, by the tracker's identifier."),
    FIELD(struct observation, external_key, FIELD_STR, 0, "As people write it there: '#12'."),
    FIELD(struct observation, url, FIELD_STR, 0, "Where a browser shows it."),
    FIELD(struct observation, author, FIELD_STR, 0, "Who wrote it, by the tracker's name."),
    FIELD(struct observation, author_is_self, FIELD_BOOL, 0, "It was written by the credential that tandem uses."),
    FIELD(struct observation, version, FIELD_I64, 0, "Grows with every change there; GitHub: updated_at in ms."),
    FIELD(struct observation, created_at_ms, FIELD_I64, 0, "When it was made there, ms since 1970 UTC."),
    FIELD(struct observation, etag, FIELD_STR, 0, "The tracker's tag of this state, for a conditional fetch."),
    FIELD(struct observation, fields, FIELD_VALUES, 0, "Its content, canonical, in the tracker's words."),
    FIELD(struct observation, hash, FIELD_BYTES, 0,
          "Hash of the canonical fields: two equal ones are the same content."),
    FIELD(struct observation, marker, FIELD_STR, 0,
          "OP_ID:HMAC of a tandem marker found in its body; the store checks it."),
    FIELD(struct observation, gone, FIELD_STR, 0,
          "Why it is no longer there: deleted, transferred or unreadable; then the fields are empty. Absent = it is "
          "there."),
    FIELD(struct observation, moved_to, FIELD_STR, 0, "Where it was transferred to, as far as the tracker says."),
    FIELD(struct observation, restricted, FIELD_BOOL, 0,
          "The tracker itself shows it to some people only, beyond who may see the remote at all; of a comment, by "
          "itself. It is private here."),
    FIELD(struct observation, extra, FIELD_VALUES, 0, "Shown but never synchronised: reactions, for instance."),
    FIELD(struct observation, replaced, FIELD_VALUES, 0,
          "After a write of ours: what it replaced, as the tracker's own history tells."),
    FIELD(struct observation, arrived, FIELD_VALUES, 0,
          "After an unanswered update: fields that were as it left them and no longer are, as they were then, by the "
          "tracker's own history."),
    FIELD_OF(struct observation, refused, FIELD_LIST, 0, &record_refused_value,
             "After a write of ours: what the tracker did not take, though it took the rest."),
};
const struct record record_observation = RECORD("Observation", struct observation, observation_fields,
                                                "What an adapter saw of one external ticket or comment.");

static const struct field usage_fields[] = {
    FIELD(struct usage, api_calls, FIELD_I64, 0, "Calls made to the tracker's API."),
    FIELD(struct usage, quota_limit, FIELD_I64, 0, "Calls that the tracker allows in one period; 0 = not said."),
    FIELD(struct usage, quota_remaining, FIELD_I64, 0, "Calls that are left in this period."),
    FIELD(struct usage, quota_reset_ms, FIELD_I64, 0, "When the next period begins, ms since 1970 UTC; 0 = not said."),
    FIELD(struct usage, held, FIELD_STR, 0,
          "Why the tracker takes no writes of the whole project now, for a person; absent = it does."),
    FIELD(struct usage, blocked_until_ms, FIELD_I64, 0,
          "The credential must rest until then, ms since 1970 UTC; 0 = it need not."),
    FIELD(struct usage, server_date_ms, FIELD_I64, 0, "The tracker's clock, ms since 1970 UTC; 0 = not said."),
    FIELD(struct usage, credential_expires_ms, FIELD_I64, 0,
          "When the credential ends, ms since 1970 UTC; 0 = the tracker did not say."),
};
const struct record record_usage =
    RECORD("Usage", struct usage, usage_fields, "What calls cost and what the tracker said about limits.");

static const struct field lease_fields[] = {
    FIELD(struct lease, resource, FIELD_STR, FIELD_REQUIRED, "What is leased, KIND:NAME: 'pull:7', 'push:github-bot'."),
    FIELD(struct lease, fence, FIELD_I64, FIELD_REQUIRED,
          "Grows with every new holder; a smaller one is refused as stale."),
    FIELD(struct lease, until_ms, FIELD_I64, 0, "When it ends unless it is used before, ms since 1970 UTC."),
};
const struct record record_lease =
    RECORD("Lease", struct lease, lease_fields, "The right to work on one resource for a while.");

static const struct field pace_fields[] = {
    FIELD(struct pace, burst, FIELD_I64, 0, "Writes that may follow each other at once."),
    FIELD(struct pace, per_minute, FIELD_I64, 0, "Writes a minute after that; 0 = no limit."),
    FIELD(struct pace, hourly_burst, FIELD_I64, 0, "Writes of one hour that may follow each other at once."),
    FIELD(struct pace, per_hour, FIELD_I64, 0, "Writes an hour after that; 0 = no limit."),
};
const struct record record_pace = RECORD("Pace", struct pace, pace_fields, "How fast one credential may write.");

static const struct field payload_fields[] = {
    FIELD(struct payload, set, FIELD_VALUES, 0, "Fields to be given these values, in the tracker's words."),
    FIELD(struct payload, add, FIELD_VALUES, 0, "Members to be added to sets, by field."),
    FIELD(struct payload, remove, FIELD_VALUES, 0, "Members to be taken out of sets, by field."),
    FIELD(struct payload, marker, FIELD_STR, 0, "To be carried in the body of what tandem creates."),
};
const struct record record_payload =
    RECORD("Payload", struct payload, payload_fields, "What the privacy gate lets out, for one attempt.");

static const struct field intent_fields[] = {
    FIELD(struct intent, id, FIELD_I64, FIELD_REQUIRED, "The store's number for this write."),
    FIELD(struct intent, op_id, FIELD_STR, FIELD_REQUIRED, "A UUID, the same for every attempt."),
    FIELD(struct intent, state, FIELD_STR, 0,
          "prepared (to be sent) or unknown (it may have arrived: look for it first)."),
    FIELD(struct intent, change, FIELD_STR, 0, "create, update or delete (comments only)."),
    FIELD(struct intent, kind, FIELD_STR, 0, "ticket or comment."),
    FIELD(struct intent, mapping_id, FIELD_I64, 0, "The mapping whose external side is written."),
    FIELD(struct intent, external_id, FIELD_STR, 0, "The target, by the tracker's identifier; absent for a create."),
    FIELD(struct intent, parent_external_id, FIELD_STR, 0, "A comment's ticket, by the tracker's identifier."),
    FIELD(struct intent, etag, FIELD_STR, 0, "Of the newest single observation, for a conditional fetch."),
    FIELD(struct intent, created_at_ms, FIELD_I64, 0, "When it was decided, ms since 1970 UTC."),
    FIELD(struct intent, first_sent_at_ms, FIELD_I64, 0,
          "When the first attempt went out, ms since 1970 UTC; 0 = not yet."),
    FIELD(struct intent, high_water, FIELD_STR, 0,
          "The newest ticket that was known there before the first attempt to create one: what it made is newer."),
    FIELD(struct intent, attempts, FIELD_I64, 0, "How often it was sent."),
    FIELD(struct intent, marker, FIELD_STR, 0, "A creation's marker, to look for it by."),
    FIELD_OF(struct intent, doubted, FIELD_RECORD, 0, &record_payload,
             "Of an unanswered update of a ticket: what it was to put there."),
    FIELD(struct intent, seen_version, FIELD_I64, 0,
          "With doubted: the target's version at the look before it was sent; 0 = not known."),
    FIELD(struct intent, traceparent, FIELD_STR, 0,
          "W3C trace context of what caused it; absent when it is not traced."),
};
const struct record record_intent =
    RECORD("Intent", struct intent, intent_fields, "A write outside, decided and written down before it is tried.");

static const struct field conflict_fields[] = {
    FIELD(struct conflict, id, FIELD_I64, 0, "The conflict's number, as in `tandem conflicts show 7`."),
    FIELD(struct conflict, project, FIELD_STR, 0, "Name of the project it is with."),
    FIELD(struct conflict, ticket, FIELD_STR, 0, "Key of the local ticket, of its ticket for a comment: 'T-12'."),
    FIELD(struct conflict, external_key, FIELD_STR, 0, "The external ticket, as people write it there: '#12'."),
    FIELD(struct conflict, url, FIELD_STR, 0, "Where a browser shows the external ticket."),
    FIELD(struct conflict, field, FIELD_STR, 0,
          "The field that both sides disagree on; ticket or comment when it is about being there at all."),
    FIELD(struct conflict, kind, FIELD_STR, 0,
          "both_changed, unequal_when_linked, unmappable, deleted_vs_edited, overwritten or undo (it moved since the "
          "session "
          "that was undone; then `external` is what it was before that)."),
    FIELD(struct conflict, reason, FIELD_STR, 0,
          "With unmappable: why the tracker refuses the value; absent when a value table lacks the word."),
    FIELD(struct conflict, state, FIELD_STR, 0,
          "open, decided (not yet applied, or not there yet), resolved or superseded (a side moved on)."),
    FIELD(struct conflict, base, FIELD_VALUES, 0,
          "The field's value that both sides last agreed on; empty if they never did."),
    FIELD(struct conflict, local, FIELD_VALUES, 0,
          "The field's value here, when it was found. Of a ticket that is gone outside: under `ticket` its status, and "
          "all "
          "that it holds."),
    FIELD(struct conflict, external, FIELD_VALUES, 0, "The field's value outside, when it was found."),
    FIELD(struct conflict, external_name, FIELD_STR, 0,
          "When `external` is the tracker's identifier of another ticket: that ticket's key here ('T-3') or, if it is "
          "not here, there ('OPS-7')."),
    FIELD(struct conflict, value, FIELD_VALUES, 0,
          "What the person chose, or what both were merged to, when it is neither side's."),
    FIELD(struct conflict, winner, FIELD_STR, 0,
          "local, external, merged, value (a person's own) or agreement; absent while open."),
    FIELD(struct conflict, decided_by, FIELD_STR, 0,
          "The person, strategy or event that decided it; absent while open."),
    FIELD(struct conflict, created_at_ms, FIELD_I64, 0, "When it was found, ms since 1970 UTC."),
    FIELD(struct conflict, decided_at_ms, FIELD_I64, 0, "When it was decided, ms since 1970 UTC; 0 = not yet."),
    FIELD(struct conflict, local_by, FIELD_STR, 0,
          "Who changed the field here last before it was found; absent = nobody since it came."),
    FIELD(struct conflict, local_at_ms, FIELD_I64, 0, "When, ms since 1970 UTC; 0 = not known."),
    FIELD(struct conflict, external_at_ms, FIELD_I64, 0,
          "When the external ticket was last changed, by our clock, ms since 1970 UTC; 0 = not known."),
};
const struct record record_conflict = RECORD("Conflict", struct conflict, conflict_fields,
                                             "Both sides of one field, waiting for or having had a decision.");

static const struct field mapping_fields[] = {
    FIELD(struct mapping, id, FIELD_I64, 0, "The mapping's number."),
    FIELD(struct mapping, project, FIELD_STR, 0, "Name of the project it is in."),
    FIELD(struct mapping, system, FIELD_STR, 0, "The connector of that project: 'github'."),
    FIELD(struct mapping, external_id, FIELD_STR, 0,
          "The tracker's own lasting identifier; absent until it is created there."),
    FIELD(struct mapping, external_key, FIELD_STR, 0, "As people write it there: '#12'."),
    FIELD(struct mapping, url, FIELD_STR, 0, "Where a browser shows it."),
    FIELD(struct mapping, state, FIELD_STR, 0, "creating, linked, parked (a write was given up) or gone."),
    FIELD(struct mapping, reason, FIELD_STR, 0, "Why it is in that state, for a person."),
    FIELD(struct mapping, waits, FIELD_STRS, 0,
          "What keeps a field from being brought into step, for a person: a ticket that it names is not there. Told of "
          "one "
          "ticket, not in lists."),
    FIELD(struct mapping, restricted, FIELD_BOOL, 0, "The tracker itself shows it to some people only."),
    FIELD(struct mapping, open_conflicts, FIELD_I64, 0, "How many conflicts are not applied yet."),
    FIELD(struct mapping, external, FIELD_VALUES, 0,
          "The cached external fields, in the tracker's words; only when asked for."),
    FIELD(struct mapping, observed_at_ms, FIELD_I64, 0, "When the external side was last seen, ms since 1970 UTC."),
};
const struct record record_mapping =
    RECORD("Mapping", struct mapping, mapping_fields, "A ticket's place in one project.");

static const struct field comment_fields[] = {
    FIELD(struct comment, key, FIELD_STR, 0, "The comment's key: 'C-17'."),
    FIELD(struct comment, author, FIELD_STR, 0, "Who wrote it; SYSTEM:NAME when it came from outside."),
    FIELD(struct comment, body, FIELD_STR, 0, "Its text, Markdown."),
    FIELD(struct comment, privacy, FIELD_STR, 0, "local_only, shareable or public."),
    FIELD(struct comment, created_at_ms, FIELD_I64, 0, "When it was made here, ms since 1970 UTC."),
    FIELD(struct comment, updated_at_ms, FIELD_I64, 0, "When it last changed here, ms since 1970 UTC."),
    FIELD(struct comment, origin, FIELD_STR, 0, "Name of the project it was written in; absent = here."),
    FIELD(struct comment, deleted_by, FIELD_STR, 0, "Who deleted it; absent = it is there."),
    FIELD(struct comment, deleted_at_ms, FIELD_I64, 0, "When it was deleted, ms since 1970 UTC; 0 = it is there."),
};
const struct record record_comment = RECORD("Comment", struct comment, comment_fields, "A comment on a ticket.");

static const struct field ticket_fields[] = {
    FIELD(struct ticket, key, FIELD_STR, 0, "The ticket's key: 'T-12'."),
    FIELD(struct ticket, fields, FIELD_VALUES, 0,
          "Its content by field: title, body, status, labels, assignees, milestone and others."),
    FIELD(struct ticket, privacy, FIELD_STR, 0, "local_only, shareable or public."),
    FIELD(struct ticket, author, FIELD_STR, 0, "Who made it; SYSTEM:NAME when it came from outside."),
    FIELD(struct ticket, origin, FIELD_STR, 0, "Name of the project it was imported from; absent = made here."),
    FIELD(struct ticket, version, FIELD_I64, 0, "Grows with every change; see `if_version` of ticket.edit."),
    FIELD(struct ticket, created_at_ms, FIELD_I64, 0, "When it was made here, ms since 1970 UTC."),
    FIELD(struct ticket, updated_at_ms, FIELD_I64, 0, "When it last changed here, ms since 1970 UTC."),
    FIELD(struct ticket, grants, FIELD_STRS, 0, "Names of the projects that it is shared with."),
    FIELD_OF(struct ticket, mappings, FIELD_LIST, 0, &record_mapping,
             "Its external tickets; ticket.list gives at most one."),
    FIELD_OF(struct ticket, comments, FIELD_LIST, 0, &record_comment,
             "Its comments, oldest first; not in ticket.list."),
};
const struct record record_ticket = RECORD("Ticket", struct ticket, ticket_fields, "A local ticket.");

static const struct field session_fields[] = {
    FIELD(struct session, id, FIELD_I64, 0, "The session's number."),
    FIELD(struct session, project, FIELD_STR, 0, "Name of its project."),
    FIELD(struct session, mode, FIELD_STR, 0,
          "incremental, full (everything is looked at anew), dry_run (nothing is applied), apply (of a dry run's plan) "
          "or "
          "undo (of another session)."),
    FIELD(struct session, trigger, FIELD_STR, 0,
          "What started it: poll, webhook, person or first (the project's first)."),
    FIELD(struct session, state, FIELD_STR, 0, "running, completed or failed."),
    FIELD(struct session, phase, FIELD_STR, 0, "pulling, undoing, planning or pushing while it runs, done afterwards."),
    FIELD(struct session, started_at_ms, FIELD_I64, 0, "When it began, ms since 1970 UTC."),
    FIELD(struct session, finished_at_ms, FIELD_I64, 0, "When it ended, ms since 1970 UTC; 0 = it runs."),
    FIELD(struct session, seen, FIELD_I64, 0, "External tickets and comments that were looked at."),
    FIELD(struct session, unchanged, FIELD_I64, 0, "Those of them that had not changed."),
    FIELD(struct session, imported, FIELD_I64, 0, "Local tickets and comments that were made."),
    FIELD(struct session, updated, FIELD_I64, 0, "Local tickets and comments that were changed."),
    FIELD(struct session, created, FIELD_I64, 0, "External tickets and comments that were made."),
    FIELD(struct session, pushed, FIELD_I64, 0, "External tickets and comments that were changed."),
    FIELD(struct session, conflicts, FIELD_I64, 0, "Conflicts that were found."),
    FIELD(struct session, parked, FIELD_I64, 0, "Writes that were given up; `tandem status` shows why."),
    FIELD(struct session, api_calls, FIELD_I64, 0, "Calls made to the tracker's API."),
    FIELD(struct session, waiting, FIELD_I64, 0,
          "Writes outside that are still to do; of a failed session, those that were not begun."),
    FIELD(struct session, uncertain, FIELD_I64, 0,
          "Failed: its writes that may or may not have arrived; they are looked for before anything is repeated."),
    FIELD(struct session, unplanned, FIELD_I64, 0, "Failed: what was looked at and is still to be compared."),
    FIELD(struct session, undoes, FIELD_I64, 0, "Mode undo: the session that it undoes."),
    FIELD(struct session, error, FIELD_STR, 0, "What went wrong last; absent when nothing did."),
};
const struct record record_session =
    RECORD("Session", struct session, session_fields, "One synchronisation of a project, from start to report.");

static const struct field plan_case_fields[] = {
    FIELD(struct plan_case, mapping_id, FIELD_I64, 0, "The mapping to be planned."),
    FIELD(struct plan_case, generation, FIELD_I64, 0, "Its inputs' generation: the outcome holds only for this one."),
    FIELD(struct plan_case, project_id, FIELD_I64, 0, "Its project, one of the batch's `projects`."),
    FIELD(struct plan_case, kind, FIELD_STR, 0, "ticket or comment."),
    FIELD(struct plan_case, unlinked, FIELD_BOOL, 0, "It was seen outside and has no local counterpart yet."),
    FIELD(struct plan_case, uncreated, FIELD_BOOL, 0, "It was made here and has no external counterpart yet."),
    FIELD(struct plan_case, withheld, FIELD_BOOL, 0, "It is private here: nothing of it may leave for this project."),
    FIELD(struct plan_case, origin, FIELD_BOOL, 0, "It was written in this project."),
    FIELD(struct plan_case, deleted, FIELD_BOOL, 0, "It is a comment that was deleted here."),
    FIELD(struct plan_case, gone, FIELD_STR, 0, "What became of the external side, for people; absent = it is there."),
    FIELD(struct plan_case, fresh, FIELD_BOOL, 0, "The observation was fetched by id since the shadow last moved."),
    FIELD(struct plan_case, local, FIELD_VALUES, 0, "The fields here, in our words."),
    FIELD(struct plan_case, external, FIELD_VALUES, 0, "The fields as last observed outside, in the tracker's words."),
    FIELD(struct plan_case, shadow_local, FIELD_VALUES, 0, "The local values that both sides last agreed on."),
    FIELD(struct plan_case, shadow_external, FIELD_VALUES, 0, "The external values that both sides last agreed on."),
    FIELD(struct plan_case, local_times, FIELD_VALUES, 0,
          "Per field, when it last changed here: ms since 1970 UTC as decimal text."),
    FIELD(struct plan_case, external_times, FIELD_VALUES, 0,
          "Per field, when it last changed outside: ms since 1970 UTC as decimal text."),
    FIELD_OF(struct plan_case, conflicts, FIELD_LIST, 0, &record_conflict, "Its conflicts that are open or decided."),
    FIELD_OF(struct plan_case, references, FIELD_LIST, 0, &record_value_name,
             "Keys of the tickets that it names, and their external ids in this project."),
    FIELD(struct plan_case, traceparent, FIELD_STR, 0,
          "W3C trace context of what moved it; absent when it is not traced."),
};
const struct record record_plan_case =
    RECORD("PlanCase", struct plan_case, plan_case_fields, "One mapping whose sides are to be compared.");

static const struct field plan_conflict_fields[] = {
    FIELD(struct plan_conflict, field, FIELD_STR, FIELD_REQUIRED, "The field that both sides disagree on."),
    FIELD(struct plan_conflict, kind, FIELD_STR, FIELD_REQUIRED,
          "both_changed, unequal_when_linked, unmappable or deleted_vs_edited."),
    FIELD(struct plan_conflict, reason, FIELD_STR, 0, "With unmappable: why the tracker refuses the value."),
    FIELD(struct plan_conflict, base, FIELD_VALUES, 0,
          "The field's value that both sides last agreed on; empty if they never did."),
    FIELD(struct plan_conflict, local, FIELD_VALUES, 0, "The field's value here."),
    FIELD(struct plan_conflict, external, FIELD_VALUES, 0, "The field's value outside."),
    FIELD(struct plan_conflict, value, FIELD_VALUES, 0, "With the winner merged: what both were merged to."),
    FIELD(struct plan_conflict, winner, FIELD_STR, 0, "Set when a strategy decided it: local, external or merged."),
    FIELD(struct plan_conflict, decided_by, FIELD_STR, 0, "Which strategy decided it; absent = a person must."),
};
const struct record record_plan_conflict =
    RECORD("PlanConflict", struct plan_conflict, plan_conflict_fields, "A conflict that planning found.");

static const struct field plan_outcome_fields[] = {
    FIELD(struct plan_outcome, mapping_id, FIELD_I64, FIELD_REQUIRED, "The mapping that was planned."),
    FIELD(struct plan_outcome, generation, FIELD_I64, FIELD_REQUIRED,
          "As claimed; the outcome is dropped when it has moved since."),
    FIELD(struct plan_outcome, settings_version, FIELD_I64, 0,
          "The project's version as claimed; the outcome is dropped when it has moved since."),
    FIELD(struct plan_outcome, import, FIELD_BOOL, 0,
          "Make a local ticket or comment from the observation, with the values of `local` where given."),
    FIELD(struct plan_outcome, leave_out, FIELD_STRS, 0, "With import: names of the fields that are not taken."),
    FIELD(struct plan_outcome, ignore, FIELD_BOOL, 0, "The direction takes nothing from this side: leave it alone."),
    FIELD(struct plan_outcome, refetch, FIELD_BOOL, 0, "Fetch the external side afresh, then plan again."),
    FIELD(struct plan_outcome, deletion, FIELD_STR, 0,
          "What is done because a side is deleted: delete_local, delete_external, restore_local, restore_external, "
          "unlink or close_local."),
    FIELD(struct plan_outcome, local, FIELD_VALUES, 0, "New local values, only of fields that change."),
    FIELD(struct plan_outcome, shadow_local, FIELD_VALUES, 0, "The local half of pairs that both sides now agree on."),
    FIELD(struct plan_outcome, shadow_external, FIELD_VALUES, 0,
          "The external half of pairs that both sides now agree on."),
    FIELD(struct plan_outcome, set, FIELD_VALUES, 0,
          "External fields to be given these values, in the tracker's words."),
    FIELD(struct plan_outcome, add, FIELD_VALUES, 0, "Members to be added to external sets, by field."),
    FIELD(struct plan_outcome, remove, FIELD_VALUES, 0, "Members to be taken out of external sets, by field."),
    FIELD(struct plan_outcome, sent_local, FIELD_VALUES, 0,
          "What shadow_local becomes once the write's response is there."),
    FIELD(struct plan_outcome, create, FIELD_BOOL, 0, "The external ticket or comment is to be created from `set`."),
    FIELD_OF(struct plan_outcome, conflicts, FIELD_LIST, 0, &record_plan_conflict,
             "Conflicts that were found, open or decided by a strategy."),
    FIELD_OF(struct plan_outcome, awaits, FIELD_LIST, 0, &record_value_name,
             "Tickets it names that are not mapped yet, by key or by external id: it is planned again when they are."),
    FIELD(struct plan_outcome, closes, FIELD_STRS, 0,
          "Names of fields whose conflict ends: both sides agree, or its decision was applied."),
    FIELD(struct plan_outcome, traceparent, FIELD_STR, 0,
          "W3C trace context of the decision; absent when it is not traced."),
};
const struct record record_plan_outcome =
    RECORD("PlanOutcome", struct plan_outcome, plan_outcome_fields, "What was decided about one mapping.");
