/* Verbs on tickets, conflicts, and what left: their requests and replies. */
#include "proto/verbs_records.h"

static const struct field ticket_new_fields[] = {
    FIELD(struct ticket_new, fields, FIELD_VALUES, FIELD_REQUIRED, "Its content; a title is needed."),
    FIELD(struct ticket_new, project, FIELD_STR, 0,
          "Name of the project where it is to be created too; absent = nowhere."),
    FIELD(struct ticket_new, privacy, FIELD_STR, 0,
          "local_only, shareable or public; absent = the project's default, local_only without one."),
    FIELD(struct ticket_new, actor, FIELD_STR, 0, "Who makes it."),
};
const struct record record_ticket_new =
    RECORD("TicketNew", struct ticket_new, ticket_new_fields, "A ticket to be made.");

static const struct field ticket_edit_fields[] = {
    FIELD(struct ticket_edit, key, FIELD_STR, FIELD_REQUIRED,
          "A ticket's key or a comment's: 'T-12', 'rocket:#12', 'C-17'."),
    FIELD(struct ticket_edit, set, FIELD_VALUES, 0, "Fields to be given these values."),
    FIELD(struct ticket_edit, add, FIELD_VALUES, 0, "Members to be added to sets, by field."),
    FIELD(struct ticket_edit, remove, FIELD_VALUES, 0, "Members to be taken out of sets, by field."),
    FIELD(struct ticket_edit, if_version, FIELD_I64, 0,
          "Refuse as stale when the ticket has another version; 0 = do not ask."),
    FIELD(struct ticket_edit, actor, FIELD_STR, 0, "Who changes it."),
};
const struct record record_ticket_edit =
    RECORD("TicketEdit", struct ticket_edit, ticket_edit_fields, "Changes of one ticket or comment.");

static const struct field ticket_get_fields[] = {
    FIELD(
        struct ticket_get, key, FIELD_STR, FIELD_REQUIRED,
        "A ticket's key, here or PROJECT:KEY as its tracker writes it, or one of its comments': 'T-12', 'rocket:#12', "
        "'C-17'."),
    FIELD(struct ticket_get, external, FIELD_BOOL, 0, "With the cached external fields of each mapping."),
    FIELD(struct ticket_get, deleted, FIELD_BOOL, 0, "With the comments that were deleted."),
};
const struct record record_ticket_get = RECORD("TicketGet", struct ticket_get, ticket_get_fields, "Which ticket.");

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
const struct record record_ticket_query = RECORD("TicketQuery", struct ticket_query, ticket_query_fields,
                                                 "Which tickets; conditions that are given must all hold.");

static const struct field ticket_list_fields[] = {
    FIELD_OF(struct ticket_list, tickets, FIELD_LIST, 0, &record_ticket,
             "Ordered by number, without bodies and comments."),
    FIELD(struct ticket_list, more, FIELD_BOOL, 0, "There is another page."),
};
const struct record record_ticket_list =
    RECORD("TicketList", struct ticket_list, ticket_list_fields, "A page of tickets.");

static const struct field ticket_comment_fields[] = {
    FIELD(struct ticket_comment, key, FIELD_STR, FIELD_REQUIRED, "Key of the ticket: 'T-12', 'rocket:#12'."),
    FIELD(struct ticket_comment, body, FIELD_STR, FIELD_REQUIRED, "The comment's text, Markdown."),
    FIELD(struct ticket_comment, privacy, FIELD_STR, 0, "local_only, shareable or public; absent = as the ticket."),
    FIELD(struct ticket_comment, actor, FIELD_STR, 0, "Who writes it."),
};
const struct record record_ticket_comment =
    RECORD("TicketComment", struct ticket_comment, ticket_comment_fields, "A comment to be made.");

static const struct field comment_delete_fields[] = {
    FIELD(struct comment_delete, key, FIELD_STR, FIELD_REQUIRED, "Key of the comment: 'C-17'."),
    FIELD(struct comment_delete, actor, FIELD_STR, 0, "Who deletes it."),
};
const struct record record_comment_delete =
    RECORD("CommentDelete", struct comment_delete, comment_delete_fields, "A comment to be deleted.");

static const struct field ticket_share_fields[] = {
    FIELD(struct ticket_share, key, FIELD_STR, FIELD_REQUIRED, "A ticket's key, or a comment's to change its privacy."),
    FIELD(struct ticket_share, project, FIELD_STR, 0,
          "Name of the project to be granted, and mapped there; absent = only the privacy changes."),
    FIELD(struct ticket_share, privacy, FIELD_STR, 0,
          "The new privacy: local_only, shareable or public; absent = as it is."),
    FIELD(struct ticket_share, revoke, FIELD_BOOL, 0, "Take the grant back instead."),
    FIELD(struct ticket_share, actor, FIELD_STR, 0, "Who asks, for the audit."),
};
const struct record record_ticket_share =
    RECORD("TicketShare", struct ticket_share, ticket_share_fields, "A grant or a privacy to be given or taken.");

static const struct field ticket_link_fields[] = {
    FIELD(struct ticket_link, key, FIELD_STR, FIELD_REQUIRED,
          "The ticket that stays: 'T-12', or PROJECT:KEY as its tracker writes it: 'rocket:#12'."),
    FIELD(struct ticket_link, other, FIELD_STR, FIELD_REQUIRED, "The ticket that becomes one with it."),
    FIELD(struct ticket_link, preview, FIELD_BOOL, 0, "Only tell what it would mean."),
    FIELD(struct ticket_link, actor, FIELD_STR, 0, "Who asks, for the audit."),
};
const struct record record_ticket_link =
    RECORD("TicketLink", struct ticket_link, ticket_link_fields, "Two tickets that are the same.");

static const struct field link_difference_fields[] = {
    FIELD(struct link_difference, field, FIELD_STR, FIELD_REQUIRED, "Name of the field."),
    FIELD(struct link_difference, ours, FIELD_VALUES, 0, "What the ticket that stays has."),
    FIELD(struct link_difference, theirs, FIELD_VALUES, 0, "What the other one has."),
};
const struct record record_link_difference =
    RECORD("LinkDifference", struct link_difference, link_difference_fields, "One field in which the two differ.");

static const struct field link_result_fields[] = {
    FIELD(struct link_result, key, FIELD_STR, FIELD_REQUIRED, "The ticket that stays."),
    FIELD(struct link_result, other, FIELD_STR, FIELD_REQUIRED,
          "The other one; its key leads to the first from now on."),
    FIELD(struct link_result, linked, FIELD_BOOL, 0, "Whether it was done; false with preview."),
    FIELD_OF(struct link_result, differences, FIELD_LIST, 0, &record_link_difference,
             "Each becomes a conflict, for a person to decide."),
};
const struct record record_link_result =
    RECORD("LinkResult", struct link_result, link_result_fields, "What linking two tickets means.");

static const struct field ticket_retract_fields[] = {
    FIELD(struct ticket_retract, key, FIELD_STR, FIELD_REQUIRED,
          "A ticket's key, or a comment's: 'T-12', 'rocket:#12', 'C-17'."),
    FIELD(struct ticket_retract, preview, FIELD_BOOL, 0, "Only tell what is outside and what would be done."),
    FIELD(struct ticket_retract, actor, FIELD_STR, FIELD_REQUIRED, "Who asks, for the audit: 'user:ann'."),
};
const struct record record_ticket_retract =
    RECORD("TicketRetract", struct ticket_retract, ticket_retract_fields, "What is to be taken back.");

static const struct field retraction_place_fields[] = {
    FIELD(struct retraction_place, key, FIELD_STR, FIELD_REQUIRED, "The ticket or comment: 'T-12', 'C-17'."),
    FIELD(struct retraction_place, project, FIELD_STR, FIELD_REQUIRED, "Where it is: name of the project."),
    FIELD(struct retraction_place, external_key, FIELD_STR, 0, "As people write it there."),
    FIELD(struct retraction_place, url, FIELD_STR, 0, "Where a browser shows it."),
    FIELD(struct retraction_place, fields, FIELD_STRS, 0, "Names of the fields that ever left for there."),
    FIELD(struct retraction_place, first_left_ms, FIELD_I64, 0, "When the first left, ms since 1970 UTC; 0 = none."),
    FIELD(struct retraction_place, last_left_ms, FIELD_I64, 0, "When the last left, ms since 1970 UTC; 0 = none."),
    FIELD(struct retraction_place, action, FIELD_STR, FIELD_REQUIRED,
          "close (its texts are blanked and it is closed), delete (of a comment), by_hand (a person has to see to it "
          "there) or keep."),
    FIELD(struct retraction_place, state, FIELD_STR, FIELD_REQUIRED,
          "planned, waiting (on its way), parked (`tandem status` says why) or kept."),
    FIELD(struct retraction_place, reason, FIELD_STR, 0, "Why it is kept, and what a person has to do, for a person."),
};
const struct record record_retraction_place = RECORD("RetractionPlace", struct retraction_place,
                                                     retraction_place_fields, "One place where something is outside.");

static const struct field retraction_fields[] = {
    FIELD(struct retraction, key, FIELD_STR, FIELD_REQUIRED, "The ticket or comment."),
    FIELD_OF(struct retraction, places, FIELD_LIST, 0, &record_retraction_place, "Where it, or a comment of it, is."),
    FIELD(struct retraction, more, FIELD_I64, 0,
          "How many more places there are than are told here: ask again when these are done."),
    FIELD(struct retraction, lasting, FIELD_STRS, 0, "What nobody can take back, for a person."),
    FIELD(struct retraction, begun, FIELD_BOOL, 0, "Whether it was done; false with preview."),
};
const struct record record_retraction =
    RECORD("Retraction", struct retraction, retraction_fields, "What is outside, and what is taken back of it.");

static const struct field link_query_fields[] = {
    FIELD(struct link_query, project, FIELD_STR, FIELD_REQUIRED, "Tickets of this project ..."),
    FIELD(struct link_query, other, FIELD_STR, FIELD_REQUIRED, "... that may be the same as tickets of this one."),
    FIELD(struct link_query, limit, FIELD_I64, 0, "At most so many; 100 if not given."),
};
const struct record record_link_query =
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
const struct record record_link_suggestion =
    RECORD("LinkSuggestion", struct link_suggestion, link_suggestion_fields, "Two tickets that may be the same.");

static const struct field link_suggestions_fields[] = {
    FIELD_OF(struct link_suggestions, suggestions, FIELD_LIST, 0, &record_link_suggestion, "References first."),
    FIELD(struct link_suggestions, more, FIELD_BOOL, 0, "There are more."),
};
const struct record record_link_suggestions =
    RECORD("LinkSuggestions", struct link_suggestions, link_suggestions_fields, "Tickets that may be the same.");

static const struct field conflict_query_fields[] = {
    FIELD(struct conflict_query, project, FIELD_STR, 0, "Only conflicts of the project of this name."),
    FIELD(struct conflict_query, ticket, FIELD_STR, 0,
          "Only conflicts of this ticket and its comments: 'T-12', 'rocket:#12'."),
    FIELD(struct conflict_query, state, FIELD_STR, 0,
          "open (with decided ones), decided, resolved or superseded; absent = all."),
    FIELD(struct conflict_query, field, FIELD_STR, 0, "Only conflicts about this field: 'labels'."),
    FIELD(struct conflict_query, kind, FIELD_STR, 0,
          "Only both_changed, unequal_when_linked, unmappable, deleted_vs_edited or overwritten ones."),
    FIELD(struct conflict_query, id, FIELD_I64, 0, "Only the conflict of this number; 0 = do not ask."),
    FIELD(struct conflict_query, before, FIELD_I64, 0,
          "Number of the last conflict of the page before: only smaller ones; 0 = the first page."),
    FIELD(struct conflict_query, limit, FIELD_I64, 0, "How many at most; 0 = 200, and never more than 10,000."),
};
const struct record record_conflict_query = RECORD("ConflictQuery", struct conflict_query, conflict_query_fields,
                                                   "Which conflicts; conditions that are given must all hold.");

static const struct field conflict_list_fields[] = {
    FIELD_OF(struct conflict_list, conflicts, FIELD_LIST, 0, &record_conflict,
             "Newest first; fewer than asked for where their texts are very long."),
    FIELD(struct conflict_list, more, FIELD_BOOL, 0, "There is another page: ask for what is before the last one."),
};
const struct record record_conflict_list =
    RECORD("ConflictList", struct conflict_list, conflict_list_fields, "Conflicts.");

static const struct field conflict_resolve_fields[] = {
    FIELD(struct conflict_resolve, id, FIELD_I64, FIELD_REQUIRED, "The conflict's number; it must be open."),
    FIELD(struct conflict_resolve, choice, FIELD_STR, FIELD_REQUIRED, "local, external or value."),
    FIELD(struct conflict_resolve, value, FIELD_VALUES, 0, "With the choice `value`: the field's new value."),
    FIELD(struct conflict_resolve, actor, FIELD_STR, 0, "Who decides."),
};
const struct record record_conflict_resolve =
    RECORD("ConflictResolve", struct conflict_resolve, conflict_resolve_fields, "A person's decision.");

static const struct field conflict_id_fields[] = {
    FIELD(struct conflict_id, id, FIELD_I64, FIELD_REQUIRED, "The conflict's number."),
};
const struct record record_conflict_id =
    RECORD("ConflictId", struct conflict_id, conflict_id_fields, "One of many conflicts.");

static const struct field conflict_resolve_many_fields[] = {
    FIELD_OF(struct conflict_resolve_many, conflicts, FIELD_LIST, FIELD_REQUIRED, &record_conflict_id,
             "Those that were seen, at most 500."),
    FIELD(struct conflict_resolve_many, choice, FIELD_STR, FIELD_REQUIRED, "local or external, for all of them."),
    FIELD(struct conflict_resolve_many, actor, FIELD_STR, 0, "Who decides."),
};
const struct record record_conflict_resolve_many =
    RECORD("ConflictResolveMany", struct conflict_resolve_many, conflict_resolve_many_fields,
           "A person's decision about many conflicts.");

static const struct field conflict_outcome_fields[] = {
    FIELD(struct conflict_outcome, id, FIELD_I64, 0, "The conflict's number."),
    FIELD(struct conflict_outcome, decided, FIELD_BOOL, 0,
          "It is decided, and applied as soon as the tracker was looked at."),
    FIELD(struct conflict_outcome, reason, FIELD_STR, 0, "Why it is not."),
    FIELD(struct conflict_outcome, open_id, FIELD_I64, 0,
          "The conflict that has taken its place because a side moved; 0 = none is open."),
};
const struct record record_conflict_outcome =
    RECORD("ConflictOutcome", struct conflict_outcome, conflict_outcome_fields, "What became of one of them.");

static const struct field conflict_outcomes_fields[] = {
    FIELD_OF(struct conflict_outcomes, outcomes, FIELD_LIST, 0, &record_conflict_outcome,
             "In the order of the request."),
};
const struct record record_conflict_outcomes =
    RECORD("ConflictOutcomes", struct conflict_outcomes, conflict_outcomes_fields, "What became of each.");

static const struct field conflict_restore_fields[] = {
    FIELD(struct conflict_restore, id, FIELD_I64, FIELD_REQUIRED, "The conflict's number; it must not be open."),
    FIELD(struct conflict_restore, side, FIELD_STR, FIELD_REQUIRED,
          "Which of its values: base, local, external, or value (what was chosen or merged)."),
    FIELD(struct conflict_restore, preview, FIELD_BOOL, 0, "Only tell what would change."),
    FIELD(struct conflict_restore, version, FIELD_I64, 0,
          "Refuse as stale when the ticket has another version than the preview told; 0 = do not ask."),
    FIELD(struct conflict_restore, actor, FIELD_STR, 0, "Who brings it back."),
};
const struct record record_conflict_restore =
    RECORD("ConflictRestore", struct conflict_restore, conflict_restore_fields, "A value to be brought back.");

static const struct field conflict_restored_fields[] = {
    FIELD(struct conflict_restored, key, FIELD_STR, 0, "The ticket or comment: 'T-12', 'C-17'."),
    FIELD(struct conflict_restored, now, FIELD_VALUES, 0, "What the field was; empty = nothing."),
    FIELD(struct conflict_restored, value, FIELD_VALUES, 0, "What it is now, or would be."),
    FIELD(struct conflict_restored, version, FIELD_I64, 0, "The ticket's version before."),
    FIELD(struct conflict_restored, restored, FIELD_BOOL, 0, "Whether it was done; false with preview."),
};
const struct record record_conflict_restored =
    RECORD("ConflictRestored", struct conflict_restored, conflict_restored_fields, "What bringing a value back means.");

static const struct field egress_query_fields[] = {
    FIELD(struct egress_query, ticket, FIELD_STR, 0,
          "Only what left of this ticket and its comments, or of this comment; absent = all."),
    FIELD(struct egress_query, project, FIELD_STR, 0,
          "Only what left for this project, by name; for those of its name that were removed, too."),
    FIELD(struct egress_query, since_ms, FIELD_I64, 0, "Only what left since then, ms since 1970 UTC."),
    FIELD(struct egress_query, before, FIELD_I64, 0,
          "Only rows before the one of this id, the last of the page before; 0 = from the newest."),
    FIELD(struct egress_query, limit, FIELD_I64, 0, "How many at most; 0 = 100."),
};
const struct record record_egress_query =
    RECORD("EgressQuery", struct egress_query, egress_query_fields, "Which part of the record of what left.");

static const struct field egress_fields[] = {
    FIELD(struct egress, id, FIELD_I64, 0, "The row's number; they grow, with gaps."),
    FIELD(struct egress, at_ms, FIELD_I64, 0, "When it was let out, ms since 1970 UTC."),
    FIELD(struct egress, intent_id, FIELD_I64, 0, "The write that carried it."),
    FIELD(struct egress, ticket, FIELD_STR, 0, "Key of the ticket or comment: 'T-12', 'C-17'."),
    FIELD(struct egress, project, FIELD_STR, 0, "Name of the project it left for."),
    FIELD(struct egress, external_key, FIELD_STR, 0,
          "What it went to, as people write it there; absent while nobody knows whether its creation arrived."),
    FIELD(struct egress, url, FIELD_STR, 0, "Where a browser shows that."),
    FIELD(
        struct egress, rule, FIELD_STR, 0,
        "The rule that let it out: public, origin (it came from there), grant; or delete, undo, retract (nothing of it "
        "left)."),
    FIELD(struct egress, fields, FIELD_STRS, 0, "Names of the fields that left."),
};
const struct record record_egress = RECORD("Egress", struct egress, egress_fields, "What left in one write.");

static const struct field egress_list_fields[] = {
    FIELD_OF(struct egress_list, rows, FIELD_LIST, 0, &record_egress, "Newest first."),
    FIELD(struct egress_list, more, FIELD_BOOL, 0, "There are older ones: ask with `before`."),
};
const struct record record_egress_list =
    RECORD("EgressList", struct egress_list, egress_list_fields, "What left, a list.");

static const struct field audit_row_fields[] = {
    FIELD(struct audit_row, id, FIELD_I64, 0, "Its number; they grow, with gaps."),
    FIELD(struct audit_row, at_us, FIELD_I64, 0, "When, microseconds since 1970 UTC."),
    FIELD(struct audit_row, actor, FIELD_STR, 0, "Who: 'user:ann', 'tandem'."),
    FIELD(struct audit_row, action, FIELD_STR, 0, "What: 'project.configure'."),
    FIELD(struct audit_row, subject, FIELD_STR, 0, "To what: a project, a ticket, a credential."),
    FIELD(struct audit_row, detail, FIELD_STR, 0, "The choice itself, as JSON."),
    FIELD(struct audit_row, previous, FIELD_STR, 0, "Hash of the row before, hexadecimal; absent in the first one."),
    FIELD(struct audit_row, hash, FIELD_STR, 0,
          "BLAKE2b-256 of the bytes of `previous` and the JSON text [at_us,actor,action,subject,detail], hexadecimal."),
};
const struct record record_audit_row =
    RECORD("AuditRow", struct audit_row, audit_row_fields, "One decision of a person or of tandem.");

static const struct field audit_query_fields[] = {
    FIELD(struct audit_query, after, FIELD_I64, 0, "Only rows after this one."),
    FIELD(struct audit_query, limit, FIELD_I64, 0, "How many at most; 0 = 1000."),
    FIELD(struct audit_query, hash, FIELD_STR, 0, "With audit.verify: a hash that should be among them, hexadecimal."),
};
const struct record record_audit_query =
    RECORD("AuditQuery", struct audit_query, audit_query_fields, "Which part of the audit trail.");

static const struct field audit_list_fields[] = {
    FIELD_OF(struct audit_list, rows, FIELD_LIST, 0, &record_audit_row, "Oldest first."),
};
const struct record record_audit_list =
    RECORD("AuditList", struct audit_list, audit_list_fields, "A part of the audit trail.");

static const struct field audit_verified_fields[] = {
    FIELD(struct audit_verified, rows, FIELD_I64, 0, "How many rows of this page are right."),
    FIELD(struct audit_verified, next, FIELD_I64, 0, "`after` of the next page."),
    FIELD(struct audit_verified, more, FIELD_BOOL, 0, "There may be another page."),
    FIELD(struct audit_verified, found, FIELD_BOOL, 0, "The hash that was asked for is among them."),
    FIELD(struct audit_verified, head, FIELD_STR, 0, "Hash of the last right row, hexadecimal."),
    FIELD(struct audit_verified, broken, FIELD_I64, 0, "The first row that is wrong; 0 = none."),
    FIELD(struct audit_verified, fault, FIELD_STR, 0, "What is wrong with it."),
};
const struct record record_audit_verified =
    RECORD("AuditVerified", struct audit_verified, audit_verified_fields, "What verifying a page has shown.");
