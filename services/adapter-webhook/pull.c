/* What changed: tickets, then comments, one page a call, as the tracker's lists show it. */
#include "adapter-webhook/webhook.h"
#include "base/clock.h"
#include "base/json.h"

enum { CURSOR_VERSION = 1 };
enum phase { PHASE_IDLE, PHASE_TICKETS, PHASE_COMMENTS, PHASES };

static const char *const phase_names[PHASES] = {"idle", "tickets", "comments"};

/* Where a pull stands, as the store keeps it between calls (JSON). */
struct cursor {
  enum phase phase;
  bool full;
  int64_t since_ms;   /* of this pull; 0 = everything */
  int64_t started_ms; /* when it began, on the tracker's clock; 0 = not said */
  int64_t newest_ms;  /* the newest change ever seen */
  int64_t held_ms;    /* of the oldest item that had to be left out; 0 = none was */
  struct str next;    /* the tracker's own cursor within the phase; absent = the first page */
};

/* -- the cursor -- */

static bool read_tree(struct arena *arena, const cJSON *tree, struct cursor *out) {
  struct cursor cursor = {.phase = PHASES};
  for (int i = 0; i < PHASES; i++)
    if (str_is(json_str(tree, "phase"), phase_names[i]))
      cursor.phase = (enum phase)i;
  cursor.full = json_bool(tree, "full");
  cursor.since_ms = json_i64(tree, "since_ms");
  cursor.started_ms = json_i64(tree, "started_ms");
  cursor.newest_ms = json_i64(tree, "newest_ms");
  cursor.held_ms = json_i64(tree, "held_ms");
  if (json_str(tree, "next").length)
    cursor.next = str_copy(arena, json_str(tree, "next"));
  bool fits = json_i64(tree, "v") == CURSOR_VERSION && cursor.phase != PHASES && cursor.since_ms >= 0 &&
              cursor.started_ms >= 0 && cursor.newest_ms >= 0 && cursor.held_ms >= 0;
  if (fits)
    *out = cursor;
  return fits;
}

/* Absent, broken or of another version: a cursor that starts from nothing. */
static struct cursor cursor_read(struct arena *arena, struct str text) {
  struct cursor cursor = {0};
  cJSON *tree = NULL;
  struct result parsed = json_parse(text, &tree);
  if (result_ok(&parsed))
    (void)read_tree(arena, tree, &cursor);
  cJSON_Delete(tree);
  return cursor;
}

static struct str cursor_print(struct arena *arena, const struct cursor *cursor) {
  cJSON *tree = cJSON_CreateObject();
  cJSON_AddNumberToObject(tree, "v", CURSOR_VERSION);
  cJSON_AddStringToObject(tree, "phase", phase_names[cursor->phase]);
  cJSON_AddBoolToObject(tree, "full", cursor->full);
  cJSON_AddNumberToObject(tree, "since_ms", (double)cursor->since_ms);
  cJSON_AddNumberToObject(tree, "started_ms", (double)cursor->started_ms);
  cJSON_AddNumberToObject(tree, "newest_ms", (double)cursor->newest_ms);
  cJSON_AddNumberToObject(tree, "held_ms", (double)cursor->held_ms);
  if (cursor->next.length)
    cJSON_AddStringToObject(tree, "next", str_c(arena, cursor->next));
  return json_print(arena, tree);
}

/* -- phases -- */

/* The first phase after `phase` that the mapping has a list for. */
static enum phase phase_after(const struct connection *c, enum phase phase) {
  if (phase < PHASE_TICKETS && !str_is_absent(c->schema.ticket.poll_url))
    return PHASE_TICKETS;
  return phase < PHASE_COMMENTS && !str_is_absent(c->schema.comment.poll_url) ? PHASE_COMMENTS : PHASE_IDLE;
}

static struct cursor start(const struct connection *c, const struct cursor *before, bool full) {
  int64_t overlap_ms = c->schema.poll_overlap_ms;
  bool all = full || before->newest_ms <= overlap_ms;
  return (struct cursor){.phase = phase_after(c, PHASE_IDLE),
                         .full = full,
                         .since_ms = all ? 0 : before->newest_ms - overlap_ms,
                         .newest_ms = before->newest_ms};
}

static int64_t earlier(int64_t newest_ms, int64_t bound_ms) {
  return bound_ms && newest_ms > bound_ms ? bound_ms : newest_ms;
}

/* The next pull never skips what changed while this one was under way, or what it left out. */
static struct cursor end(const struct cursor *cursor) {
  int64_t newest_ms = earlier(earlier(cursor->newest_ms, cursor->started_ms), cursor->held_ms);
  return (struct cursor){.phase = PHASE_IDLE, .newest_ms = newest_ms};
}

/* -- asking -- */

/* A link to the next page goes as it is; else the template with its variables. */
static struct result path_of(struct connection *c, struct arena *arena, const struct schema_item *item,
                             const struct cursor *cursor, struct str *out) {
  struct template_variable variables[] = {{"remote", c->remote},
                                          {"cursor", cursor->next},
                                          {"since", clock_format_ms(arena, cursor->since_ms)},
                                          {"since_s", str_format(arena, "%lld", (long long)cursor->since_ms / 1000)},
                                          {"since_ms", str_format(arena, "%lld", (long long)cursor->since_ms)}};
  enum { SINCE = 2, VARIABLES = 5 };
  if (str_find(cursor->next, "://") >= 0 || (cursor->next.length && cursor->next.at[0] == '/')) {
    *out = cursor->next;
    return RESULT_DONE;
  }
  /* The first time {?since} is left out; a bare {since}, which cannot be, begins in 1970. */
  bool leaves_out = cursor->since_ms == 0 && str_find(item->poll_url, "{since") < 0;
  for (size_t i = SINCE; i < VARIABLES && leaves_out; i++)
    variables[i].value = (struct str){0};
  return template_expand(arena, item->poll_url, variables, VARIABLES, out);
}

/* -- reading a page -- */

struct reading {
  struct connection *c;
  struct arena *arena;
  const struct schema_item *item;
  struct cursor *cursor;
  struct observation *at;
  size_t count, unread;
  struct result problem; /* of the last item that could not be read */
};

/* One that can be fetched by itself is passed on as unreadable, which has it parked with what is wrong. Any other is
 * left out, and shown again by the next pull. */
static void take_unread(struct reading *r, const cJSON *node, int64_t moment_ms) {
  struct observation *at = &r->at[r->count];
  struct result named = webhook_read_id(r->arena, r->item, node, at);
  r->unread++;
  if (result_ok(&named) && !str_is_absent(r->item->get_url)) {
    connector_set_gone(at, STR("unreadable"), (struct str){0});
    r->count++;
    return;
  }
  int64_t shown_ms = moment_ms > 0 ? moment_ms : r->cursor->since_ms + 1;
  r->cursor->held_ms = r->cursor->held_ms ? earlier(r->cursor->held_ms, shown_ms) : shown_ms;
}

/* What is deleted is of no interest to a pull of everything. */
static void take_item(struct reading *r, const cJSON *node) {
  int64_t moment_ms = webhook_moment_ms(r->arena, &r->item->updated_at, node);
  struct result result = webhook_read(r->arena, &r->c->schema, r->item, node, &r->at[r->count]);
  if (!result_ok(&result)) {
    r->problem = result;
    take_unread(r, node, moment_ms);
  } else {
    r->count += r->at[r->count].gone.length == 0 || r->cursor->since_ms > 0;
  }
  if (moment_ms > r->cursor->newest_ms)
    r->cursor->newest_ms = moment_ms;
}

/* A list of everything in which nothing can be read is none: the mapping is wrong, or the tracker is out of order. */
static struct result take_page(struct connection *c, struct arena *arena, const struct schema_item *item,
                               struct cursor *cursor, const cJSON *list, struct pull_page *page) {
  const cJSON *node;
  int count = cJSON_GetArraySize(list);
  if (!cJSON_IsArray(list) || count > WEBHOOK_ITEMS_MAX)
    return result_error(RESULT_RETRY, "the answer has no list at \"%.*s\", or one of more than %d items",
                        STR_FMT(item->poll_list.text), WEBHOOK_ITEMS_MAX);
  struct reading reading = {c, arena, item,       cursor, ARENA_ARRAY(arena, struct observation, (size_t)count + 1),
                            0, 0,     RESULT_DONE};
  cJSON_ArrayForEach(node, list) take_item(&reading, node);
  if (reading.unread && reading.unread == (size_t)count && cursor->since_ms == 0)
    return result_error(RESULT_RETRY, "the page is not whole: %s", reading.problem.message);
  if (reading.unread)
    page->note =
        str_format(arena, "%zu of %d items cannot be read: %s", reading.unread, count, reading.problem.message);
  page->observations.at = reading.at;
  page->observations.count = reading.count;
  return RESULT_DONE;
}

static struct result take_next(struct arena *arena, const struct schema_item *item, const cJSON *tree,
                               struct cursor *cursor) {
  bool is_scalar;
  struct str next;
  webhook_text(arena, &item->poll_next, tree, &is_scalar, &next);
  if (!is_scalar || (next.length && str_equal(next, cursor->next)))
    return result_error(RESULT_RETRY, "the page leads to itself: it cannot be read on from there");
  cursor->next = next.length ? next : (struct str){0};
  return RESULT_DONE;
}

static struct result ask(struct connection *c, struct arena *arena, const struct schema_item *item,
                         struct cursor *cursor, struct pull_page *page) {
  struct webhook_call call = {.method = "GET"};
  struct webhook_answer answer = {0};
  cJSON *tree;
  const cJSON *list = NULL;
  TRY(path_of(c, arena, item, cursor, &call.path));
  TRY(webhook_call(c, arena, &call, &answer));
  struct result result = json_parse(answer.body, &tree);
  if (!result_ok(&result))
    return result_error(RESULT_RETRY, "GET %.*s: %s", STR_FMT(call.path), result.message);
  (void)pointer_find(&item->poll_list, tree, &list);
  result = take_page(c, arena, item, cursor, list, page);
  if (result_ok(&result))
    result = take_next(arena, item, tree, cursor);
  cJSON_Delete(tree);
  if (cursor->started_ms == 0)
    cursor->started_ms = answer.date_ms;
  return result_ok(&result) ? result : result_context(result, "GET %.*s", STR_FMT(call.path));
}

/* -- a call of pull() -- */

struct result webhook_pull(struct connection *c, struct arena *arena, struct str mode, struct str cursor_text,
                           struct pull_page *out) {
  struct cursor cursor = cursor_read(arena, cursor_text);
  struct pull_page page = {0};
  bool full = str_is(mode, "full");
  if (cursor.phase == PHASE_IDLE || (full && !cursor.full))
    cursor = start(c, &cursor, full);
  if (cursor.phase != PHASE_IDLE) {
    const struct schema_item *item = cursor.phase == PHASE_COMMENTS ? &c->schema.comment : &c->schema.ticket;
    TRY(ask(c, arena, item, &cursor, &page));
    if (cursor.next.length == 0)
      cursor.phase = phase_after(c, cursor.phase);
  }
  page.done = cursor.phase == PHASE_IDLE;
  if (page.done)
    cursor = end(&cursor);
  page.cursor = cursor_print(arena, &cursor);
  *out = page;
  return RESULT_DONE;
}
