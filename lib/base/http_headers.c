/* What headers and addresses say. */
#include <time.h>

#include "base/http.h"

enum { DATE_BYTES_MAX = 64, WAIT_MAX_S = 7 * 86400 };

struct str http_header_value(const struct http_response *response, const char *name) {
  for (size_t i = 0; i < response->header_count; i++)
    if (str_is(response->headers[i].name, name))
      return response->headers[i].value;
  return (struct str){0};
}

/* "Sun, 06 Nov 1994 08:49:37 GMT"; 0 = it is none. */
static int64_t date_ms(struct str date) {
  char text[DATE_BYTES_MAX] = "";
  struct tm tm = {0};
  if (date.length == 0 || date.length >= sizeof text)
    return 0;
  memcpy(text, date.at, date.length);
  const char *end = strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
  return end && *end == '\0' ? (int64_t)timegm(&tm) * 1000 : 0;
}

int64_t http_date_ms(const struct http_response *response) {
  return date_ms(http_header_value(response, "date"));
}

/* By the clock of who names it. */
static int64_t seconds_until(const struct http_response *response, struct str date) {
  int64_t at_ms = date_ms(date), said_ms = http_date_ms(response);
  if (at_ms == 0 || said_ms == 0)
    return -1;
  return at_ms > said_ms ? (at_ms - said_ms) / 1000 : 0;
}

int64_t http_retry_after_ms(const struct http_response *response) {
  struct str asked = http_header_value(response, "retry-after");
  int64_t seconds;
  if (!str_to_i64(asked, &seconds))
    seconds = seconds_until(response, asked);
  return seconds < 0 || seconds > WAIT_MAX_S ? -1 : seconds * 1000;
}

bool http_same_origin(struct str url, struct str base) {
  ptrdiff_t scheme = str_find(base, "://");
  size_t end = scheme < 0 ? base.length : (size_t)scheme + 3;
  while (end < base.length && base.at[end] != '/')
    end++;
  return url.length > end && url.at[end] == '/' && memcmp(url.at, base.at, end) == 0;
}

struct str http_base_url(struct str url) {
  while (str_ends_with(url, "/"))
    url.length--;
  return url;
}
