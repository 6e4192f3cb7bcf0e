/* Finding a tracker, and reading what people type of one. */
#include "cli/tracker.h"

#include <ctype.h>

#define TRACKER_IN_TABLE(system) &tracker_##system,
const struct tracker *const tracker_table[TRACKER_COUNT] = {TRACKERS(TRACKER_IN_TABLE)};

struct str tracker_host(struct str url) {
  ptrdiff_t scheme = str_find(url, "://");
  if (scheme <= 0)
    return (struct str){0};
  struct str rest = str_slice(url, (size_t)scheme + 3, url.length);
  size_t end = 0;
  while (end < rest.length && rest.at[end] != '/' && rest.at[end] != ':')
    end++;
  return str_slice(rest, 0, end);
}

bool tracker_is_vendors(const struct tracker *tracker, struct str base_url) {
  return tracker->vendor_host && str_ends_with(tracker_host(base_url), tracker->vendor_host);
}

bool tracker_is_key(struct str text) {
  for (size_t i = 0; i < text.length; i++)
    if (!isalnum((unsigned char)text.at[i]) && text.at[i] != '_')
      return false;
  return text.length > 0 && text.length <= 64;
}

struct str tracker_segment_after(struct str url, const char *prefix) {
  ptrdiff_t found = str_find(url, prefix);
  if (found < 0)
    return (struct str){0};
  struct str rest = str_slice(url, (size_t)found + strlen(prefix), url.length);
  size_t end = 0;
  while (end < rest.length && rest.at[end] != '/' && rest.at[end] != '?' && rest.at[end] != '#')
    end++;
  return str_slice(rest, 0, end);
}

struct str tracker_name_as_remote(struct str remote) {
  return remote;
}

const struct tracker *tracker_named(struct str system) {
  for (size_t i = 0; i < TRACKER_COUNT; i++)
    if (str_is(system, tracker_table[i]->system))
      return tracker_table[i];
  return NULL;
}
