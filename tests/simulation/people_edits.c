/* What people do. */
#include "simulation/people_edits.h"

#include "simulation/changes.h"
#include "simulation/parents.h"
#include "simulation/people.h"
#include "simulation/people_comments.h"
#include "simulation/people_conflicts.h"
#include "simulation/people_picks.h"
#include "simulation/people_projects.h"
#include "simulation/people_undo.h"
#include "simulation/tell.h"
#include "simulation/world.h"

enum { SYNC_WITHIN_MS = 60 * 1000 };

static struct arena *arena_of(const struct planned_edit *p) {
  return &p->world->arena;
}

/* -- new tickets -- */

/* Every other new ticket belongs to another one. */
static bool has_parent(const struct planned_edit *p) {
  return (p->detail >> 36) % 2;
}

/* With the reference as the checker knows it. */
static struct values in_words(const struct planned_edit *p, const struct values *fields, const struct value *word) {
  struct values_builder words = {.arena = arena_of(p)};
  values_put_all(&words, fields);
  if (word->name.length)
    values_put(&words, *word);
  return values_built(&words);
}

static void make_remote(const struct planned_edit *p) {
  struct tracker *tracker = &p->world->trackers[p->side - 1];
  struct value parent = {0}, word = {0};
  if (has_parent(p) && tracker_has(tracker, STR("parent")) && tracker->item_count)
    parent = parents_choose_there(tracker, NULL, p->detail >> 37);
  word = parents_word_there(tracker, &parent);
  int identity = people_new_identity(p);
  struct values fields = changes_new_ticket(p, identity, &parent), words = in_words(p, &fields, &word);
  changes_note_new(p, identity, &words);
  people_tell(p, tell_values(arena_of(p), "new", &words).at, identity);
  tracker_create(tracker, "ticket", (struct str){0}, (struct str){0}, &fields, false);
}

static void share_with_all(const struct planned_edit *p, struct str key) {
  for (size_t i = 0; i < p->world->tracker_count; i++) {
    struct ticket_share share = {
        .key = key, .project = str_of(p->world->trackers[i].habits.system), .actor = STR("ann")};
    struct ticket ticket;
    struct result result = people_verb(p->world, VERB_TICKET_SHARE, &share, &ticket);
    if (!result_ok(&result))
      world_violate(p->world, "no bugs", "ticket.share: %s", result.message);
  }
}

static void make_local(const struct planned_edit *p) {
  struct world *world = p->world;
  struct value parent = has_parent(p) ? parents_choose_here(world, NULL, p->detail >> 37) : (struct value){0};
  struct value word = parents_word_here(world, &parent);
  int identity = people_new_identity(p);
  struct values fields = changes_new_ticket(p, identity, &parent), words = in_words(p, &fields, &word);
  static const char *const privacies[] = {"public", "shareable", "shareable", "local_only"};
  struct ticket_new make = {.fields = fields,
                            .project = str_of(world->trackers[p->target % world->tracker_count].habits.system),
                            .privacy = str_of(privacies[p->detail / 16 % 4]),
                            .actor = STR("ann")};
  struct ticket made;
  bool is_private = str_is(make.privacy, "local_only");
  world->truth.identities[identity].is_private = is_private;
  world->truth.identities[identity].was_private = is_private;
  changes_note_new(p, identity, &words);
  people_tell(p, tell_values(arena_of(p), is_private ? "new, private" : "new", &words).at, identity);
  struct result result = people_verb(world, VERB_TICKET_NEW, &make, &made);
  if (!result_ok(&result))
    world_violate(world, "no bugs", "ticket.new: %s", result.message);
  else if (!is_private && p->detail / 64 % 2)
    share_with_all(p, made.key);
}

/* -- in a tracker -- */

static void edit_remote(const struct planned_edit *p, struct remote_item *item) {
  struct tracker *tracker = item->tracker;
  struct observation seen = tracker_observe(arena_of(p), item, tracker_now(item));
  int identity = truth_identity(&seen.fields);
  struct value after =
      changes_kind(p) == CHANGE_PARENT ? parents_choose_there(tracker, item, p->detail) : changes_make(p, &seen.fields);
  if (!after.name.length || identity < 0)
    return;
  struct value old = parents_word_there(tracker, values_find(&seen.fields, after.name)),
               new = parents_word_there(tracker, &after);
  changes_note(p, identity, &old, &new);
  people_doubt(item, after.name);
  people_tell(p, tell_values(arena_of(p), "", &(struct values){&after, 1}).at, identity);
  if (str_is(after.name, "body"))
    people_keep_marker(item, &seen, &after);
  tracker_change(item, &(struct values){&after, 1}, false);
}

/* Who has edited there wants to see it here: `tandem sync`. */
static void ask_for_sync(void *context, uint64_t unused) {
  const struct planned_edit *p = context;
  (void)unused;
  struct session_start start = {.project = str_of(p->world->trackers[p->side - 1].habits.system),
                                .mode = STR("incremental"),
                                .trigger = STR("person"),
                                .actor = STR("ann")};
  struct session_id id;
  struct result result = people_try_verb(p->world, VERB_SESSION_START, &start, &id);
  if (result.code == RESULT_BUG)
    world_violate(p->world, "no bugs", "session.start: %s", result.message);
}

static void act_remote(struct planned_edit *p) {
  struct remote_item *item = people_pick_remote(p, "ticket");
  if (!item || p->what % 12 == 0)
    make_remote(p);
  else if (p->topic == TOPIC_END)
    people_delete_ticket(p, item);
  else if (p->topic == TOPIC_COMMENT)
    people_touch_comment(p);
  else if (p->what % 12 == 1)
    people_comment_remote(p, item);
  else
    edit_remote(p, item);
  if (p->wants_sync)
    events_expect(&p->world->events, p->world->now_ms + (int64_t)(p->detail / 1024 % SYNC_WITHIN_MS), ask_for_sync, p,
                  0);
}

/* -- here -- */

static void edit_local(const struct planned_edit *p, const struct ticket *ticket) {
  int identity = truth_identity(&ticket->fields);
  struct value after = changes_kind(p) == CHANGE_PARENT ? parents_choose_here(p->world, ticket, p->detail)
                                                        : changes_make(p, &ticket->fields);
  struct ticket_edit edit = {.key = ticket->key, .set = {&after, 1}, .actor = STR("ann")};
  struct ticket changed;
  if (!after.name.length || identity < 0)
    return;
  struct value old = parents_word_here(p->world, values_find(&ticket->fields, after.name)),
               new = parents_word_here(p->world, &after);
  changes_note(p, identity, &old, &new);
  people_tell(p, tell_values(arena_of(p), "", &(struct values){&after, 1}).at, identity);
  struct result result = people_verb(p->world, VERB_TICKET_EDIT, &edit, &changed);
  if (!result_ok(&result))
    world_violate(p->world, "no bugs", "ticket.edit: %s", result.message);
}

/* Edits and shuts the door at once, or opens it again. */
static void change_privacy(const struct planned_edit *p, const struct ticket *ticket) {
  int identity = truth_identity(&ticket->fields);
  bool hide = !str_is(ticket->privacy, "local_only");
  struct ticket_share share = {
      .key = ticket->key, .privacy = hide ? STR("local_only") : STR("shareable"), .actor = STR("ann")};
  struct ticket changed;
  if (identity < 0)
    return;
  people_tell(p, hide ? "made private" : "made shareable", identity);
  if (!hide)
    p->world->truth.identities[identity].is_private = false;
  struct result result = people_verb(p->world, VERB_TICKET_SHARE, &share, &changed);
  if (!result_ok(&result))
    world_violate(p->world, "no bugs", "ticket.share: %s", result.message);
  p->world->truth.identities[identity].is_private = hide;
  p->world->truth.identities[identity].was_private |= hide;
  p->world->truth.identities[identity].private_since_ms = p->world->now_ms;
}

/* Whatever there is to be settled. */
static void settle(const struct planned_edit *p) {
  bool is_settled = p->detail % 3 == 0 && people_undo(p);
  if (!is_settled && !people_decide(p) && !people_restore(p))
    people_undo(p);
}

static void act_local(struct planned_edit *p) {
  const struct ticket *ticket = people_pick_local(p);
  if (!ticket || p->what % 16 == 0)
    make_local(p);
  else if (p->topic == TOPIC_COMMENT && p->what % 16 != PEOPLE_DECIDE)
    people_touch_comment(p);
  else if (p->topic == TOPIC_DISPUTE)
    settle(p);
  else if (p->what % 16 == 1)
    people_comment_local(p, ticket);
  else if (p->what % 16 == 2)
    change_privacy(p, ticket);
  else if (p->what % 16 == PEOPLE_DECIDE || p->what % 16 == 4)
    people_decide(p);
  else if (p->what % 16 == 5)
    people_pause(p);
  else if (p->what % 16 == 6)
    people_change_strategy(p);
  else if (p->what % 16 == 7)
    people_dry_run(p);
  else if (p->what % 16 == 8)
    people_restore(p);
  else if (p->what % 16 == 9 || p->what % 16 == 10)
    people_undo(p);
  else
    edit_local(p, ticket);
}

void people_do(struct planned_edit *planned) {
  if (planned->side)
    act_remote(planned);
  else
    act_local(planned);
}
