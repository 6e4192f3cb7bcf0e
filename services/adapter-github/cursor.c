/* The cursor's rules: pure, no I/O. */
#include "adapter-github/cursor.h"

enum {
  STEADY_ITEMS_MAX = 50, /* a list this short is asked for again as it is: then its ETag says that nothing is new */
  SETTLED_S = GITHUB_SETTLE_MS / 1000,
};

/* -- lists of ids -- */

static void push_id(struct arena *arena, struct id_list *list, int64_t id) {
  list->at = arena_room(arena, list->at, list->count, &list->capacity, sizeof *list->at);
  list->at[list->count++] = id;
}

static bool has_id(const struct id_list *list, int64_t id) {
  for (size_t i = 0; i < list->count; i++)
    if (list->at[i] == id)
      return true;
  return false;
}

/* -- walking -- */

bool walk_take(struct arena *arena, struct walk *walk, int64_t id, int64_t updated_s) {
  if (updated_s == walk->newest_s && has_id(&walk->seen, id))
    return false;
  if (walk->tied_s && has_id(&walk->tied, id))
    walk->shifted = true;
  if (updated_s > walk->newest_s) {
    walk->newest_s = updated_s;
    walk->seen.count = 0;
  }
  if (updated_s == walk->newest_s)
    push_id(arena, &walk->seen, id);
  if (walk->tie_s && updated_s == walk->tie_s)
    push_id(arena, &walk->tied, id);
  return true;
}

static void follow_link(struct arena *arena, struct walk *walk, struct str next) {
  if (walk->tie_s != walk->anchor_s) {
    walk->tie_s = walk->anchor_s;
    walk->tied_s = walk->tied_s ? walk->tied_s : walk->anchor_s;
    for (size_t i = 0; i < walk->seen.count; i++)
      push_id(arena, &walk->tied, walk->seen.at[i]);
  }
  walk->next = next;
}

bool walk_turn(struct arena *arena, struct walk *walk, size_t count, int64_t last_s, struct str next) {
  bool has_next = next.length > 0;
  if (count < GITHUB_PAGE_ITEMS && !has_next)
    return true;
  if (last_s <= walk->anchor_s) {
    follow_link(arena, walk, next);
    return !has_next;
  }
  walk->anchor_s = last_s;
  walk->tie_s = 0;
  walk->next = (struct str){0};
  return false;
}

int64_t walk_since(const struct walk *walk, int64_t started_s, int64_t since_s) {
  if (walk->newest_s == 0)
    return since_s;
  int64_t bound_s = started_s && started_s < walk->newest_s ? started_s : walk->newest_s;
  bound_s -= CURSOR_OVERLAP_S;
  if (walk->shifted && walk->tied_s < bound_s)
    bound_s = walk->tied_s;
  return bound_s > since_s ? bound_s : since_s;
}

/* -- issues -- */

void cursor_start(struct cursor *cursor, bool full) {
  if (full)
    *cursor = (struct cursor){.full = true};
  cursor->full = full;
  cursor->phase = PHASE_ISSUES;
  cursor->started_s = 0;
  cursor->has_comments = false;
  cursor->recent.count = 0;
  cursor->walk = (struct walk){.anchor_s = cursor->since_s};
}

/* The oldest makes room. */
static void remember(struct known_issues *issues, struct known_issue issue) {
  if (issues->count == CURSOR_ISSUES_MAX)
    memmove(issues->at, issues->at + 1, --issues->count * sizeof issues->at[0]);
  issues->at[issues->count++] = issue;
}

bool cursor_note_issue(struct cursor *cursor, struct known_issue issue) {
  remember(&cursor->recent, issue);
  for (size_t i = 0; i < cursor->known.count; i++) {
    const struct known_issue *known = &cursor->known.at[i];
    if (known->number == issue.number && known->updated_s == issue.updated_s && known->comments == issue.comments)
      return false;
  }
  return true;
}

static size_t count_since(const struct known_issues *issues, int64_t since_s) {
  size_t count = 0;
  for (size_t i = 0; i < issues->count; i++)
    count += issues->at[i].updated_s >= since_s;
  return count;
}

/* What the next pull will see again. */
static void keep_known(struct cursor *cursor) {
  cursor->known.count = 0;
  for (size_t i = 0; i < cursor->recent.count; i++)
    if (cursor->recent.at[i].updated_s >= cursor->since_s)
      remember(&cursor->known, cursor->recent.at[i]);
  cursor->recent.count = 0;
}

/* The overlap is for lists that lag. When the newest change was long settled as the pull began, there is nothing to
 * wait for, and an overlap in which a whole crowd changed at once need not be read for ever. */
static int64_t settled_bound(const struct cursor *cursor, int64_t bound_s) {
  const struct walk *walk = &cursor->walk;
  bool settled = walk->newest_s && cursor->started_s - walk->newest_s >= SETTLED_S && !walk->shifted;
  return settled ? walk->newest_s + 1 : bound_s;
}

void cursor_end_issues(struct cursor *cursor, int64_t request_s, size_t count, struct str etag) {
  int64_t bound_s = walk_since(&cursor->walk, cursor->started_s, cursor->since_s);
  int64_t settled_s = settled_bound(cursor, bound_s);
  bool steady = request_s == bound_s || (request_s >= 0 && request_s <= settled_s && count <= STEADY_ITEMS_MAX);
  bool again = cursor->since_s == bound_s; /* the overlap was read once more and found to be long */
  bool crowded = again || count_since(&cursor->recent, bound_s) > STEADY_ITEMS_MAX;
  cursor->since_s = steady ? request_s : crowded ? settled_s : bound_s;
  cursor->etag = steady ? etag : (struct str){0};
  keep_known(cursor);
  /* When no issue has comments at all there is nothing before this to read, ever. */
  if (!cursor->has_comments && cursor->comments_since_s == 0)
    cursor->comments_since_s = bound_s;
  cursor->phase = cursor->has_comments ? PHASE_COMMENTS : PHASE_IDLE;
  cursor->walk = (struct walk){.anchor_s = cursor->comments_since_s};
}

void cursor_end_comments(struct cursor *cursor) {
  cursor->comments_since_s = walk_since(&cursor->walk, cursor->started_s, cursor->comments_since_s);
  cursor->phase = PHASE_IDLE;
  cursor->walk = (struct walk){0};
}
