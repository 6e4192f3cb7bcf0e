/* Where a pull stands, kept as JSON that only this adapter reads. A list is walked by time, not by page number: after
 * each page `since` moves up to the last timestamp seen (the anchor), so that what is edited meanwhile moves behind us,
 * never past us. Times are whole seconds, as GitHub gives them; 0 = none. */
#ifndef ADAPTER_GITHUB_CURSOR_H
#define ADAPTER_GITHUB_CURSOR_H

#include "adapter-github/github.h"

enum { CURSOR_OVERLAP_S = 120, CURSOR_ISSUES_MAX = 200 };

enum cursor_phase { PHASE_IDLE, PHASE_ISSUES, PHASE_COMMENTS };

struct id_list {
  int64_t *at;
  size_t count, capacity;
};

/* One list on its way. */
struct walk {
  int64_t anchor_s;    /* the `since` of the next request */
  int64_t newest_s;    /* the newest change seen in this pull */
  struct id_list seen; /* ids that changed in that newest second: some come again with the next page */
  struct str next;     /* more than a page changed in one second: the Link to the rest of it */
  int64_t tie_s;       /* that second, while `next` is followed */
  int64_t tied_s;      /* the first such second of this pull */
  struct id_list tied; /* what was read there; one that comes again has shifted the pages under us */
  bool shifted;
};

/* An issue that is listed again by the next pull, because of the overlap. */
struct known_issue {
  int64_t number, updated_s, comments;
};

struct known_issues {
  struct known_issue at[CURSOR_ISSUES_MAX];
  size_t count;
};

struct cursor {
  enum cursor_phase phase;
  bool full;
  int64_t since_s, comments_since_s; /* where the next pull starts */
  struct str etag;                   /* of the list at since_s */
  int64_t started_s;                 /* GitHub's clock when this pull began */
  bool has_comments;                 /* an issue came that may have new comments */
  struct walk walk;
  struct known_issues known;  /* the last ones of the pull before */
  struct known_issues recent; /* and of this one */
};

/* From text, which is borrowed; our login and the repository's path go to the connection. A text that is absent,
 * broken, or of another repository gives a cursor that starts from nothing. */
struct cursor *cursor_read(struct connection *c, struct arena *arena, struct str text);
struct str cursor_print(const struct connection *c, struct arena *arena, const struct cursor *cursor);

/* Begins a pull: from since_s, or from nothing when `full`. */
void cursor_start(struct cursor *cursor, bool full);

/* Notes an item of a page; false when it is one that was seen already, unchanged. */
bool walk_take(struct arena *arena, struct walk *walk, int64_t id, int64_t updated_s);

/* After a page of `count` items whose last changed at `last_s`; `next` is the Link to a next page, or absent. True at
 * the list's end. */
bool walk_turn(struct arena *arena, struct walk *walk, size_t count, int64_t last_s, struct str next);

/* Where the next pull of this list may start: min(newest, started) - overlap, not beyond a second whose pages shifted,
 * and never back. */
int64_t walk_since(const struct walk *walk, int64_t started_s, int64_t since_s);

/* Remembers an issue; true when it is new or was changed since the pull before. */
bool cursor_note_issue(struct cursor *cursor, struct known_issue issue);

/* The issue list has ended with a page of `count` items, asked for with `since` = `request_s` (-1: by a Link). */
void cursor_end_issues(struct cursor *cursor, int64_t request_s, size_t count, struct str etag);

/* The comment list has ended, or there was no need to read it. */
void cursor_end_comments(struct cursor *cursor);

#endif
