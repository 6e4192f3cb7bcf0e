/* Milestones by title: GitHub takes their numbers. The list is kept for the life of the connection and read again once
 * when a title is not in it. */
#include "adapter-github/github.h"

struct reading {
  struct connection *c;
  struct github_milestone *at;
  size_t count, capacity;
};

static struct result take_milestone(void *context, const cJSON *item) {
  struct reading *reading = context;
  struct arena *arena = &reading->c->milestone_arena;
  reading->at = arena_room(arena, reading->at, reading->count, &reading->capacity, sizeof *reading->at);
  reading->at[reading->count++] =
      (struct github_milestone){json_i64(item, "number"), str_copy(arena, json_str(item, "title"))};
  return RESULT_DONE;
}

static struct result read_milestones(struct connection *c, struct arena *arena) {
  struct reading reading = {.c = c};
  c->milestones_known = false;
  c->milestones.count = 0;
  arena_reset(&c->milestone_arena);
  TRY(github_each(c, arena, STR("/milestones?state=all&per_page=100"), take_milestone, &reading));
  c->milestones.at = reading.at;
  c->milestones.count = reading.count;
  c->milestones_known = true;
  return RESULT_DONE;
}

static int64_t number_of(const struct connection *c, struct str title) {
  for (size_t i = 0; i < c->milestones.count; i++)
    if (str_equal(c->milestones.at[i].title, title))
      return c->milestones.at[i].number;
  return 0;
}

struct result github_milestone_number(struct connection *c, struct arena *arena, struct str title, int64_t *out) {
  int64_t number = title.length && c->milestones_known ? number_of(c, title) : 0;
  if (title.length && !number) {
    TRY(read_milestones(c, arena));
    number = number_of(c, title);
  }
  if (title.length && !number)
    return result_refused(
        "milestone",
        "there is no milestone \"%.*s\" in %.*s: create it there (Issues, Milestones, New milestone), "
        "then let this write be tried again",
        STR_FMT(title), STR_FMT(c->remote));
  *out = number;
  return RESULT_DONE;
}
