/* Time: the machine's clocks and RFC 3339 text. Calendar arithmetic follows Howard Hinnant's "chrono-Compatible
 * Low-Level Date Algorithms" (https://howardhinnant.github.io/date_algorithms.html). */
#include "base/clock.h"

#include <errno.h>
#include <stdio.h>

enum { MS_PER_S = 1000, S_PER_DAY = 86400 };

static const int64_t YEAR_1_MS = -62135596800000;    /* 0001-01-01T00:00:00.000Z */
static const int64_t YEAR_9999_MS = 253402300799999; /* 9999-12-31T23:59:59.999Z */

struct date {
  int64_t year;
  int month, day;
};

static int64_t read_clock_ms(clockid_t id) {
  struct timespec now;
  clock_gettime(id, &now);
  return (int64_t)now.tv_sec * MS_PER_S + now.tv_nsec / 1000000;
}

int64_t clock_now_ms(void) {
  return read_clock_ms(CLOCK_REALTIME);
}

int64_t clock_mono_ms(void) {
  return read_clock_ms(CLOCK_MONOTONIC);
}

int64_t clock_now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct timespec clock_deadline(int64_t wait_ms) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_nsec += wait_ms % MS_PER_S * 1000000;
  until.tv_sec += wait_ms / MS_PER_S + until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  return until;
}

void clock_condition_init(pthread_cond_t *condition) {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(condition, &attributes);
  pthread_condattr_destroy(&attributes);
}

void clock_sleep_ms(int64_t duration_ms) {
  if (duration_ms <= 0)
    return;
  struct timespec left = {.tv_sec = duration_ms / MS_PER_S, .tv_nsec = (duration_ms % MS_PER_S) * 1000000};
  while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
    continue;
}

/* The quotient rounded down, for moments before 1970. */
static int64_t floor_div(int64_t value, int64_t by) {
  return value / by - (value % by < 0);
}

static int64_t days_from_date(struct date date) {
  int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  int64_t era = floor_div(year, 400);
  int64_t year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

static struct date date_from_days(int64_t days) {
  days += 719468;
  int64_t era = floor_div(days, 146097);
  int64_t day_of_era = days - era * 146097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month_index = (5 * day_of_year + 2) / 153;
  struct date date = {.month = (int)(month_index < 10 ? month_index + 3 : month_index - 9),
                      .day = (int)(day_of_year - (153 * month_index + 2) / 5 + 1)};
  date.year = year_of_era + era * 400 + (date.month <= 2);
  return date;
}

static size_t format_moment(int64_t moment_ms, bool with_fraction, char *out) {
  if (moment_ms < YEAR_1_MS)
    moment_ms = YEAR_1_MS;
  if (moment_ms > YEAR_9999_MS)
    moment_ms = YEAR_9999_MS;
  int64_t seconds = floor_div(moment_ms, MS_PER_S);
  int64_t days = floor_div(seconds, S_PER_DAY);
  struct date date = date_from_days(days);
  int of_day = (int)(seconds - days * S_PER_DAY), fraction_ms = (int)(moment_ms - seconds * MS_PER_S);
  int length = snprintf(out, CLOCK_TEXT_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d", (int)date.year, date.month, date.day,
                        of_day / 3600, of_day / 60 % 60, of_day % 60);
  if (with_fraction)
    length += snprintf(out + length, CLOCK_TEXT_BYTES - (size_t)length, ".%03d", fraction_ms);
  length += snprintf(out + length, CLOCK_TEXT_BYTES - (size_t)length, "Z");
  return (size_t)length;
}

size_t clock_format_into(int64_t moment_ms, char *out) {
  return format_moment(moment_ms, true, out);
}

struct str clock_format_ms(struct arena *arena, int64_t moment_ms) {
  char text[CLOCK_TEXT_BYTES];
  size_t length = format_moment(moment_ms, true, text);
  return str_copy(arena, (struct str){text, length});
}

struct str clock_format_s(struct arena *arena, int64_t moment_ms) {
  char text[CLOCK_TEXT_BYTES];
  size_t length = format_moment(moment_ms, false, text);
  return str_copy(arena, (struct str){text, length});
}

/* Exactly `digits` decimal digits, within the bounds; moves `rest` past them. */
static bool take_number(struct str *rest, size_t digits, int min, int max, int *out) {
  int value = 0;
  if (rest->length < digits)
    return false;
  for (size_t i = 0; i < digits; i++) {
    if (rest->at[i] < '0' || rest->at[i] > '9')
      return false;
    value = value * 10 + (rest->at[i] - '0');
  }
  *rest = (struct str){rest->at + digits, rest->length - digits};
  *out = value;
  return value >= min && value <= max;
}

/* One byte out of `wanted`; 0 when it is another one. */
static char take_byte(struct str *rest, const char *wanted) {
  if (rest->length == 0 || rest->at[0] == '\0' || strchr(wanted, rest->at[0]) == NULL)
    return 0;
  char byte = rest->at[0];
  *rest = (struct str){rest->at + 1, rest->length - 1};
  return byte;
}

static int days_in_month(int year, int month) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : days[month - 1];
}

static bool take_date(struct str *rest, int64_t *out_days) {
  int year, month, day;
  if (!take_number(rest, 4, 1, 9999, &year) || !take_byte(rest, "-") || !take_number(rest, 2, 1, 12, &month) ||
      !take_byte(rest, "-") || !take_number(rest, 2, 1, days_in_month(year, month), &day))
    return false;
  *out_days = days_from_date((struct date){year, month, day});
  return true;
}

static bool take_time_of_day(struct str *rest, int64_t *out_s) {
  int hour, minute, second; /* 60 is a leap second, and counts as the second after it */
  if (!take_number(rest, 2, 0, 23, &hour) || !take_byte(rest, ":") || !take_number(rest, 2, 0, 59, &minute) ||
      !take_byte(rest, ":") || !take_number(rest, 2, 0, 60, &second))
    return false;
  *out_s = hour * 3600 + minute * 60 + second;
  return true;
}

static bool take_fraction(struct str *rest, int64_t *out_ms) {
  int digit, weight = 100;
  *out_ms = 0;
  if (!take_byte(rest, "."))
    return true;
  if (!take_number(rest, 1, 0, 9, &digit))
    return false;
  do {
    *out_ms += digit * weight;
    weight /= 10;
  } while (rest->length > 0 && rest->at[0] >= '0' && rest->at[0] <= '9' && take_number(rest, 1, 0, 9, &digit));
  return true;
}

static bool take_zone(struct str *rest, int64_t *out_s) {
  int hour, minute;
  *out_s = 0;
  if (take_byte(rest, "Zz"))
    return true;
  char sign = take_byte(rest, "+-");
  if (!sign || !take_number(rest, 2, 0, 23, &hour) || !take_byte(rest, ":") || !take_number(rest, 2, 0, 59, &minute))
    return false;
  *out_s = (sign == '-' ? -1 : 1) * (hour * 3600 + minute * 60);
  return true;
}

bool clock_parse(struct str text, int64_t *out_ms) {
  int64_t days, of_day_s, fraction_ms, zone_s;
  struct str rest = text;
  if (!take_date(&rest, &days) || !take_byte(&rest, "Tt ") || !take_time_of_day(&rest, &of_day_s) ||
      !take_fraction(&rest, &fraction_ms) || !take_zone(&rest, &zone_s) || rest.length > 0)
    return false;
  *out_ms = (days * S_PER_DAY + of_day_s - zone_s) * MS_PER_S + fraction_ms;
  return true;
}
