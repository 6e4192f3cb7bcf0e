/* Numbers and times as people read them. */
#ifndef CLI_FORMAT_H
#define CLI_FORMAT_H

#include "base/result.h"
#include "base/values.h"

/* "1,234,567" */
struct str format_count(struct arena *arena, int64_t count);

/* "1 ticket", "12 tickets": `plural` is the whole word. */
struct str format_counted(struct arena *arena, int64_t count, const char *singular, const char *plural);

/* "850 ms", "4.2 s", "15 s", "3 min 20 s", "2 h 5 min", "3 d 4 h" */
struct str format_duration(struct arena *arena, int64_t duration_ms);

/* "less than a minute", "about 4 min", "about 3 h": an estimate. */
struct str format_about(struct arena *arena, int64_t duration_ms);

/* "just now", "3 min ago", "in 2 h"; "never" for 0. */
struct str format_ago(struct arena *arena, int64_t moment_ms, int64_t now_ms);

/* "2026-01-31 08:15" in local time; "" for 0. */
struct str format_moment(struct arena *arena, int64_t moment_ms);

/* The items, separated; "" for none. */
struct str format_join(struct arena *arena, const struct str *items, size_t count, const char *separator);

/* A text as it is, the members of a set separated by commas. */
struct str format_value(struct arena *arena, const struct value *value);

/* "2027-03-31" as the moment that day begins, UTC; absent gives 0. RESULT_REJECTED: no such day. */
struct result format_parse_date(struct str text, int64_t *out_ms) MUST_USE;

/* "90", "90s", "5m", "2h", "1d" as seconds; false on anything else, and for zero. */
bool format_parse_seconds(struct str text, int64_t *out_s);

#endif
