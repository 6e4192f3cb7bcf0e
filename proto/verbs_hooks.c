/* Verbs on webhooks, their health, and the scans that find what neither they nor polls showed. */
#include "proto/verbs_records.h"

static const struct field hook_task_fields[] = {
    FIELD(struct hook_task, remove, FIELD_BOOL, 0, "The project was removed: take the webhook away."),
    FIELD(struct hook_task, repair, FIELD_BOOL, 0,
          "Give the tracker address and secret anew, whatever it shows: it may have another secret."),
    FIELD(struct hook_task, url, FIELD_STR, 0, "Where it was registered to send to; absent = never registered."),
    FIELD(struct hook_task, hook_id, FIELD_STR, 0, "As the tracker named it then."),
    FIELD(struct hook_task, newest_delivery, FIELD_STR, 0,
          "The tracker's list of deliveries is known up to this one; absent = not yet."),
};
const struct record record_hook_task =
    RECORD("HookTask", struct hook_task, hook_task_fields, "What is to be done about a project's webhook.");

static const struct field failed_delivery_fields[] = {
    FIELD(struct failed_delivery, delivery_id, FIELD_STR, FIELD_REQUIRED,
          "The tracker's identifier of the delivery, the same with every attempt."),
    FIELD(struct failed_delivery, attempt_id, FIELD_STR, FIELD_REQUIRED, "Of this attempt: what is asked for again."),
    FIELD(struct failed_delivery, event, FIELD_STR, 0, "The tracker's name of the event."),
    FIELD(struct failed_delivery, status, FIELD_I64, 0, "Of the answer that the tracker got; 0 = none."),
    FIELD(struct failed_delivery, failed_at_ms, FIELD_I64, 0, "When, ms since 1970 UTC."),
};
static const struct record record_failed_delivery =
    RECORD("FailedDelivery", struct failed_delivery, failed_delivery_fields, "A webhook that did not get here.");

static const struct field hook_deliveries_fields[] = {
    FIELD_OF(struct hook_deliveries, lease, FIELD_INLINE, FIELD_REQUIRED, &record_lease, "The lease of this work."),
    FIELD(struct hook_deliveries, newest, FIELD_STR, 0, "The list is known up to this one now."),
    FIELD_OF(struct hook_deliveries, failed, FIELD_LIST, 0, &record_failed_delivery, "Those that did not get here."),
};
const struct record record_hook_deliveries =
    RECORD("HookDeliveries", struct hook_deliveries, hook_deliveries_fields, "What a tracker says of its deliveries.");

static const struct field hook_again_fields[] = {
    FIELD(struct hook_again, attempt_ids, FIELD_STRS, 0, "Attempts to be repeated, oldest first."),
};
const struct record record_hook_again =
    RECORD("HookAgain", struct hook_again, hook_again_fields, "Which deliveries are wanted again.");

static const struct field hook_report_fields[] = {
    FIELD_OF(struct hook_report, lease, FIELD_INLINE, FIELD_REQUIRED, &record_lease, "The lease of this work."),
    FIELD(struct hook_report, state, FIELD_STR, FIELD_REQUIRED, "active, refused, removed or left."),
    FIELD(struct hook_report, reason, FIELD_STR, 0, "With refused and left: why, for a person."),
    FIELD(struct hook_report, url, FIELD_STR, 0, "Where it sends to."),
    FIELD(struct hook_report, hook_id, FIELD_STR, 0, "As the tracker names it."),
    FIELD(struct hook_report, generation, FIELD_I64, 0, "With active: of the secret that the tracker was given."),
    FIELD(struct hook_report, expires_at_ms, FIELD_I64, 0, "When it ends by itself, ms since 1970 UTC; 0 = never."),
    FIELD(struct hook_report, check_in_ms, FIELD_I64, 0, "Look again after so long."),
    FIELD(struct hook_report, repaired, FIELD_BOOL, 0, "Somebody had changed it, or switched it off."),
    FIELD_OF(struct hook_report, usage, FIELD_INLINE, 0, &record_usage, "What the calls cost."),
};
const struct record record_hook_report =
    RECORD("HookReport", struct hook_report, hook_report_fields, "How a project's webhook stands at the tracker.");

static const struct field hook_check_fields[] = {
    FIELD(struct hook_check, project, FIELD_STR, FIELD_REQUIRED, "Name of the project."),
    FIELD(struct hook_check, rotate, FIELD_BOOL, 0,
          "Make a new secret, too; the old one is good for another hour, so nothing is refused meanwhile."),
    FIELD(struct hook_check, actor, FIELD_STR, FIELD_REQUIRED, "Who asks: 'user:ann'."),
};
const struct record record_hook_check =
    RECORD("HookCheck", struct hook_check, hook_check_fields, "A project whose webhook is to be looked at now.");

static const struct field hook_forget_fields[] = {
    FIELD(struct hook_forget, project, FIELD_STR, FIELD_REQUIRED, "What the removed project was called."),
    FIELD(struct hook_forget, actor, FIELD_STR, FIELD_REQUIRED, "Who says so: 'user:ann'."),
};
const struct record record_hook_forget =
    RECORD("HookForget", struct hook_forget, hook_forget_fields, "A webhook that somebody took away.");

static const struct field hook_refused_fields[] = {
    FIELD(struct hook_refused, project, FIELD_STR, FIELD_REQUIRED, "Name of the project it was sent for."),
    FIELD(struct hook_refused, count, FIELD_I64, 0, "How many since the last time; 0 = one."),
    FIELD(struct hook_refused, untimely, FIELD_BOOL, 0,
          "The newest of them was signed rightly, but its time is too far from the time here."),
    FIELD(struct hook_refused, ago_ms, FIELD_I64, 0, "How long ago the newest of them came."),
};
const struct record record_hook_refused =
    RECORD("HookRefused", struct hook_refused, hook_refused_fields, "Deliveries whose signature or time was wrong.");

static const struct field scan_page_fields[] = {
    FIELD_OF(struct scan_page, lease, FIELD_INLINE, FIELD_REQUIRED, &record_lease, "The lease of this work."),
    FIELD(struct scan_page, ids, FIELD_STRS, 0, "External ids of tickets that are there."),
    FIELD(struct scan_page, counted, FIELD_BOOL, 0, "The tracker only tells how many there are."),
    FIELD(struct scan_page, count, FIELD_I64, 0, "With counted: how many."),
    FIELD(struct scan_page, cursor, FIELD_STR, 0, "Where the next page begins."),
    FIELD(struct scan_page, done, FIELD_BOOL, 0, "This was the last one."),
    FIELD_OF(struct scan_page, usage, FIELD_INLINE, 0, &record_usage, "What the calls cost."),
};
const struct record record_scan_page =
    RECORD("ScanPage", struct scan_page, scan_page_fields, "A page of the ids of all tickets of a project.");

static const struct field hook_health_fields[] = {
    FIELD(struct hook_health, state, FIELD_STR, FIELD_REQUIRED,
          "off (nothing is pulled), none, working, unchecked (its checks fail), unwatched (nobody checks it), failing, "
          "refusing, expired or missing (changes that it did not tell)."),
    FIELD(struct hook_health, reason, FIELD_STR, 0, "Why, for a person; absent when it works."),
    FIELD(struct hook_health, next_step, FIELD_STR, 0, "The command that mends it; absent when none is needed."),
    FIELD(struct hook_health, url, FIELD_STR, 0, "Where the tracker sends to."),
    FIELD(struct hook_health, active, FIELD_BOOL, 0, "It is there and switched on, as of `checked_at_ms`."),
    FIELD(struct hook_health, checked_at_ms, FIELD_I64, 0, "When the tracker last answered a check; 0 = never."),
    FIELD(struct hook_health, failed_checks, FIELD_I64, 0, "How many checks in a row have failed since then."),
    FIELD(struct hook_health, check_error, FIELD_STR, 0, "Why the last check failed; absent when it did not."),
    FIELD(struct hook_health, expires_at_ms, FIELD_I64, 0, "When it ends unless it is renewed; 0 = never."),
    FIELD(struct hook_health, repaired_at_ms, FIELD_I64, 0, "When somebody's change to it was last undone; 0 = never."),
    FIELD(struct hook_health, last_delivery_ms, FIELD_I64, 0, "When one last came; 0 = never."),
    FIELD(struct hook_health, last_failed_ms, FIELD_I64, 0, "When one last failed to come; 0 = never."),
    FIELD(struct hook_health, failed, FIELD_I64, 0, "Deliveries that failed, did not come since, and are asked for."),
    FIELD(struct hook_health, given_up, FIELD_I64, 0, "Those of them that were asked for five times."),
    FIELD(struct hook_health, refused, FIELD_I64, 0, "Deliveries with a wrong signature, ever."),
    FIELD(struct hook_health, refused_at_ms, FIELD_I64, 0, "When the last of them came; 0 = never."),
    FIELD(struct hook_health, told, FIELD_I64, 0, "Changes that a poll showed and a webhook told, too."),
    FIELD(struct hook_health, missed, FIELD_I64, 0, "Changes that only a poll or a scan showed."),
    FIELD(struct hook_health, last_missed_ms, FIELD_I64, 0, "When one was last found; 0 = never."),
    FIELD(struct hook_health, poll_s, FIELD_I64, 0, "How often the tracker is polled now, in seconds."),
    FIELD(struct hook_health, id_scan_ms, FIELD_I64, 0, "When the ids there were last compared; 0 = never."),
    FIELD(struct hook_health, next_id_scan_ms, FIELD_I64, 0, "When they will be again; 0 = they are not."),
    FIELD(struct hook_health, full_scan_ms, FIELD_I64, 0, "When all contents were last compared; 0 = never."),
    FIELD(struct hook_health, scan_error, FIELD_STR, 0, "Why the last look at the ids did not get to its end."),
};
const struct record record_hook_health =
    RECORD("HookHealth", struct hook_health, hook_health_fields, "How a project hears of changes outside.");

static const struct field trouble_fields[] = {
    FIELD(struct trouble, project, FIELD_STR, 0, "Name of the project; absent = all of them."),
    FIELD(struct trouble, what, FIELD_STR, FIELD_REQUIRED, "What does not go on, for a person."),
    FIELD(struct trouble, since_ms, FIELD_I64, 0, "Since when, ms since 1970 UTC."),
    FIELD(struct trouble, next_step, FIELD_STR, 0, "What to do."),
};
const struct record record_trouble =
    RECORD("Trouble", struct trouble, trouble_fields, "Work that is due and that nobody takes, or that does not end.");
