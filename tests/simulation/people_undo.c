/* Undoing, and watching what comes of it. */
#include "simulation/people_undo.h"

#include "simulation/parents.h"
#include "simulation/people.h"
#include "simulation/people_picks.h"
#include "simulation/world.h"

enum { SESSIONS_LISTED = 20 };

static struct session_undone ask(struct world *world, const struct undone_query *query) {
  struct session_undone undone = {0};
  struct result result = people_verb(world, VERB_SESSION_UNDONE, query, &undone);
  if (!result_ok(&result))
    world_violate(world, "no bugs", "session.undone: %s", result.message);
  return undone;
}

/* -- beginning -- */

static bool changes_fields_alone(const struct session_undone *preview) {
  bool restores = false;
  for (size_t i = 0; i < preview->lines.count; i++) {
    const struct undone_line *line = &preview->lines.at[i];
    bool is_field = str_is(line->action, "restore") && !line->comment.length;
    if (!is_field && !str_is(line->outcome, "kept"))
      return false;
    restores |= is_field && !str_is(line->outcome, "kept");
  }
  return restores;
}

static bool can_be_undone(struct world *world, const struct session *session) {
  if (str_is(session->mode, "dry_run") || str_is(session->state, "running"))
    return false;
  struct undone_query query = {.id = session->id, .preview = true};
  struct session_undone preview = ask(world, &query);
  return changes_fields_alone(&preview);
}

static struct session_list list(struct world *world, struct str project) {
  struct session_query query = {.project = project, .limit = SESSIONS_LISTED};
  struct session_list found = {0};
  struct result result = people_verb(world, VERB_SESSION_LIST, &query, &found);
  if (!result_ok(&result))
    world_violate(world, "no bugs", "session.list: %s", result.message);
  return found;
}

/* Whoever got no answer looks whether it has begun: it is the newest session then. */
static void remember(struct world *world, const struct session *undone) {
  struct truth *truth = &world->truth;
  struct session_list all = list(world, undone->project);
  const struct session *newest = all.sessions.count ? &all.sessions.at[0] : NULL;
  if (!newest || newest->undoes != undone->id || newest->id <= truth->newest_undo || truth->undo_count == UNDOS_MAX)
    return;
  truth->newest_undo = newest->id;
  truth->undos[truth->undo_count++] = (struct watched_undo){.id = newest->id, .since_ms = undone->finished_at_ms};
}

static void begin(const struct planned_edit *p, const struct session *session) {
  struct world *world = p->world;
  struct session_undo undo = {.id = session->id, .actor = STR("ann")};
  struct session_id id;
  struct result result = people_try_verb(world, VERB_SESSION_UNDO, &undo, &id);
  world_tell(world, "person here w%03d: undoes session %lld of %.*s%s", p->number, (long long)session->id,
             STR_FMT(session->project), result_ok(&result) ? "" : ", without success");
  if (result.code == RESULT_BUG)
    world_violate(world, "no bugs", "session.undo: %s", result.message);
  remember(world, session);
}

static bool undo_one_of(const struct planned_edit *p, const struct tracker *tracker) {
  struct session_list all = list(p->world, str_of(tracker->habits.system));
  for (size_t i = 0; i < all.sessions.count; i++) {
    const struct session *session = &all.sessions.at[(p->detail + i) % all.sessions.count];
    if (can_be_undone(p->world, session)) {
      begin(p, session);
      return true;
    }
  }
  return false;
}

bool people_undo(const struct planned_edit *p) {
  size_t count = p->world->tracker_count;
  for (size_t i = 0; i < count; i++)
    if (undo_one_of(p, &p->world->trackers[(p->target + i) % count]))
      return true;
  return false;
}

/* -- watching -- */

/* "kept", and a conflict that leaves the field as it is, change nothing. */
static bool has_changed(const struct undone_line *line) {
  return str_is(line->action, "restore") && !str_is(line->outcome, "kept") && line->before.count && line->after.count &&
         (!str_is(line->outcome, "conflict") || str_starts_with(line->reason, "restored here"));
}

static void note_line(struct world *world, const struct watched_undo *undo, const struct undone_line *line) {
  int identity = people_identity(world, line->ticket);
  if (identity < 0 || !has_changed(line))
    return;
  struct value before = parents_word_here(world, &line->before.at[0]),
               after = parents_word_here(world, &line->after.at[0]);
  world_tell(world, "undone: %.*s of i%02d", STR_FMT(line->field), identity);
  const char *newer = truth_newer(&world->truth, identity, &before, &after, undo->since_ms);
  if (newer)
    world_violate(world, "P2", "an undo takes %s of i%02d away, which came after its session", newer, identity);
  truth_brought_back(&world->truth, identity, &before, &after);
}

/* False: it is over. */
static bool watch(struct world *world, struct watched_undo *undo) {
  struct undone_query query = {.id = undo->id, .after = undo->seen};
  struct session_undone undone = ask(world, &query);
  for (size_t i = 0; i < undone.lines.count; i++)
    note_line(world, undo, &undone.lines.at[i]);
  if (undone.lines.count)
    undo->seen = undone.next;
  return str_is(undone.session.state, "running");
}

void people_watch_undos(struct world *world) {
  struct truth *truth = &world->truth;
  if (truth->undo_count == 0 || truth->undos_seen_at == store_changes(world->store))
    return;
  size_t left = 0;
  for (size_t i = 0; i < truth->undo_count; i++)
    if (watch(world, &truth->undos[i]))
      truth->undos[left++] = truth->undos[i];
  truth->undo_count = left;
  truth->undos_seen_at = store_changes(world->store);
}
