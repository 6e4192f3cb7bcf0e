/* Numbers and times as people read them. */
#include "cli/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"

struct str format_count(struct arena *arena, int64_t count) {
  char digits[24];
  int length = snprintf(digits, sizeof digits, "%" PRId64, count < 0 ? -count : count);
  struct str_builder text = {.arena = arena};
  if (count < 0)
    str_append_c(&text, "-");
  for (int i = 0; i < length; i++) {
    if (i && (length - i) % 3 == 0)
      str_append_c(&text, ",");
    str_append(&text, (struct str){digits + i, 1});
  }
  return str_built(&text);
}

struct str format_counted(struct arena *arena, int64_t count, const char *singular, const char *plural) {
  return str_format(arena, "%.*s %s", STR_FMT(format_count(arena, count)), count == 1 ? singular : plural);
}

struct unit {
  int64_t ms;
  const char *name;
};
static const struct unit units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "min"}, {1000, "s"}};

struct str format_duration(struct arena *arena, int64_t duration_ms) {
  if (duration_ms < 1000)
    return str_format(arena, "%" PRId64 " ms", duration_ms < 0 ? 0 : duration_ms);
  if (duration_ms < 60000 && duration_ms % 1000 == 0)
    return str_format(arena, "%" PRId64 " s", duration_ms / 1000);
  if (duration_ms < 60000)
    return str_format(arena, "%" PRId64 ".%" PRId64 " s", duration_ms / 1000, duration_ms % 1000 / 100);
  size_t i = 0;
  while (duration_ms < units[i].ms)
    i++;
  int64_t rest = duration_ms % units[i].ms / units[i + 1].ms;
  if (rest == 0)
    return str_format(arena, "%" PRId64 " %s", duration_ms / units[i].ms, units[i].name);
  return str_format(arena, "%" PRId64 " %s %" PRId64 " %s", duration_ms / units[i].ms, units[i].name, rest,
                    units[i + 1].name);
}

struct str format_about(struct arena *arena, int64_t duration_ms) {
  if (duration_ms < 60000)
    return STR("less than a minute");
  size_t i = 0;
  while (duration_ms < 2 * units[i].ms && units[i].ms > 60000)
    i++;
  return str_format(arena, "about %" PRId64 " %s", (duration_ms + units[i].ms / 2) / units[i].ms, units[i].name);
}

struct str format_ago(struct arena *arena, int64_t moment_ms, int64_t now_ms) {
  if (moment_ms == 0)
    return STR("never");
  int64_t away_ms = moment_ms < now_ms ? now_ms - moment_ms : moment_ms - now_ms;
  if (away_ms < 1000)
    return moment_ms <= now_ms ? STR("just now") : STR("now");
  size_t i = 0;
  while (away_ms < units[i].ms)
    i++;
  return moment_ms < now_ms ? str_format(arena, "%" PRId64 " %s ago", away_ms / units[i].ms, units[i].name)
                            : str_format(arena, "in %" PRId64 " %s", away_ms / units[i].ms, units[i].name);
}

struct str format_moment(struct arena *arena, int64_t moment_ms) {
  if (moment_ms == 0)
    return STR("");
  time_t seconds = (time_t)(moment_ms / 1000);
  struct tm local;
  char text[32];
  localtime_r(&seconds, &local);
  strftime(text, sizeof text, "%Y-%m-%d %H:%M", &local);
  return str_copy(arena, str_of(text));
}

struct str format_join(struct arena *arena, const struct str *items, size_t count, const char *separator) {
  struct str_builder text = {.arena = arena};
  for (size_t i = 0; i < count; i++) {
    str_append_c(&text, i ? separator : "");
    str_append(&text, items[i]);
  }
  return str_built(&text);
}

struct str format_value(struct arena *arena, const struct value *value) {
  return value->kind == VALUE_TEXT ? value->text : format_join(arena, value->items, value->count, ", ");
}

struct result format_parse_date(struct str text, int64_t *out_ms) {
  char moment[CLOCK_TEXT_BYTES];
  *out_ms = 0;
  if (str_is_absent(text))
    return RESULT_DONE;
  snprintf(moment, sizeof moment, "%.10s%s", text.length == 10 ? text.at : "", "T00:00:00Z");
  return clock_parse(str_of(moment), out_ms)
             ? RESULT_DONE
             : result_error(RESULT_REJECTED, "`%.*s` is no day; write it as in 2027-03-31.", STR_FMT(text));
}

bool format_parse_seconds(struct str text, int64_t *out_s) {
  static const struct {
    char letter;
    int64_t seconds;
  } letters[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
  int64_t factor = 1, number;
  for (size_t i = 0; text.length && i < sizeof letters / sizeof letters[0]; i++) {
    if (text.at[text.length - 1] == letters[i].letter) {
      factor = letters[i].seconds;
      text = str_slice(text, 0, text.length - 1);
      break;
    }
  }
  if (!str_to_i64(text, &number) || number <= 0 || number > INT64_MAX / 86400)
    return false;
  *out_s = number * factor;
  return true;
}
