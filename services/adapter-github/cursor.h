/* Where a pull stands, kept as JSON that only this adapter reads. A list is walked by time, not by page number: after
 * each page `since` moves up to the last timestamp seen (the anchor), so that what is edited meanwhile moves behind us,
 * never past us. Times are whole seconds, as GitHub gives them; 0 = none. */
#ifndef ADAPTER_GITHUB_CURSOR_H
#define ADAPTER_GITHUB_CURSOR_H

#include "adapter-github/github.h"

enum { CURSOR_OVERLAP_S = 120, CURSOR_KNOWN_MAX = 200 };

enum cursor_phase { PHASE_IDLE, PHASE_ISSUES, PHASE_COMMENTS };

struct i64_list {
  int64_t *at;
  size_t count, capacity;
};

/* One list on its way. */
struct walk {
  int64_t anchor_s;      /* the `since` of the next request */
  int64_t newest_s;      /* the newest change seen in this pull */
  struct i64_list seen;  /* ids seen that changed in the anchor's second: they come again */
  struct str next;       /* within one second with more than a page of changes: the Link to the next page */
  int64_t tied_s;        /* the first such second of this pull */
  struct i64_list tied;  /* ids read there; one that comes again later has shifted the pages under us */
  bool shifted;
};

/* An issue that the next pull will list again, because of the overlap. */
struct known_issue {
  int64_t number, updated_s, comments;
};

struct cursor {
  enum cursor_phase phase;
  bool full;
  struct str repo_path; /* "/repositories/7" once the repository was renamed, else absent */
  struct str self;      /* our login, so that a poll need not ask for it */
  int64_t since_s, comments_since_s; /* where the next pull starts */
  struct str etag;      /* of the list at since_s */
  int64_t started_s;    /* GitHub's clock when this pull began */
  bool had_comments;    /* an issue came that may have new comments */
  struct walk walk;
  struct known_issue known[CURSOR_KNOWN_MAX]; /* the last ones of the pull before */
  size_t known_count;
  struct known_issue recent[CURSOR_KNOWN_MAX]; /* and of this one; a ring, `recent_total` were put */
  size_t recent_total;
};

/* From text. One that is absent, broken, or of another repository starts from nothing. */
void cursor_read(struct connection *c, struct arena *arena, struct str text, struct cursor *out);
struct str cursor_print(const struct connection *c, struct arena *arena, const struct cursor *cursor);

/* Begins a pull: from since_s, or from nothing when `full`. */
void cursor_start(struct cursor *cursor, bool full);

/* Whether the item is to be passed on (a repeated one is not), noting what the walk must know. */
bool walk_take(struct arena *arena, struct walk *walk, int64_t id, int64_t updated_s);

/* After a page: its item count, the time of the last item, and the Link to the next page. True at the list's end. */
bool walk_turn(struct arena *arena, struct walk *walk, size_t count, int64_t last_s, struct str next);

/* Where the next pull of this list may start: min(newest, started) - overlap, never beyond a second whose pages shifted,
 * and never back. */
int64_t walk_since(const struct walk *walk, int64_t started_s, int64_t since_s);

/* Remembers an issue of this pull; true when it is new or has changed since the pull before. */
bool cursor_note_issue(struct cursor *cursor, struct known_issue issue);

/* The issue list has ended. `request_s`: the `since` of its last request, `count` and `etag` of its answer. */
void cursor_end_issues(struct cursor *cursor, int64_t request_s, size_t count, struct str etag);

#endif
