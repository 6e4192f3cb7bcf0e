/* Where a pull stands, as text between two calls: a walk through the search, page by page, and what the walks before it
 * have seen at their end, so that reading an overlap again is no news. */
#ifndef ADAPTER_JIRA_CURSOR_H
#define ADAPTER_JIRA_CURSOR_H

#include "adapter-jira/jira.h"

enum {
  CURSOR_VERSION = 1,
  CURSOR_KNOWN_MAX = 1000,
  CURSOR_OVERLAP_MS = 5 * 60 * 1000, /* searches show changes late */
};

struct known_issue {
  int64_t id, updated_ms;
};

struct cursor {
  bool walking, full;
  int64_t since_ms;   /* `updated` from here on; 0 = all */
  int64_t started_ms; /* Jira's clock when the walk began */
  int64_t newest_ms;  /* newest `updated` that was seen */
  struct str token;   /* Cloud: the next page */
  int64_t start_at;   /* Data Center: how many issues of the moment `since_ms` were read */
  size_t known_count;
  struct known_issue known[CURSOR_KNOWN_MAX];
};

/* A broken, foreign or absent text is the cursor of a first pull. Also tells the connection who it is. */
struct cursor *cursor_read(struct connection *c, struct arena *arena, struct str text);
struct str cursor_print(const struct connection *c, struct arena *arena, const struct cursor *cursor);

void cursor_start(struct cursor *cursor, bool full);
void cursor_end(struct cursor *cursor);

/* Notes that the issue was seen so. False: it was known already. */
bool cursor_note(struct cursor *cursor, int64_t id, int64_t updated_ms);

#endif
