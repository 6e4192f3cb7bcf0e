/* Fields before and after. */
#include "simulation/changes.h"

#include "simulation/parents.h"
#include "simulation/world.h"

static struct arena *arena_of(const struct planned_edit *p) {
  return &p->world->arena;
}

struct str changes_token(const struct planned_edit *p) {
  return str_format(arena_of(p), "w%03d", p->number);
}

/* -- kinds -- */

static const char *const fields_of[] = {
    [CHANGE_TITLE] = "title",
    [CHANGE_BODY] = "body",
    [CHANGE_LABEL_ADDED] = "labels",
    [CHANGE_LABEL_REMOVED] = "labels",
    [CHANGE_STATUS] = "status",
    [CHANGE_DUE_DATE] = "due_date",
    [CHANGE_DUE_DATE_CLEARED] = "due_date",
    [CHANGE_VERSION_ADDED] = "versions",
    [CHANGE_VERSION_REMOVED] = "versions",
    [CHANGE_PARENT] = "parent",
};

static const enum change kinds[] = {
    CHANGE_TITLE,       CHANGE_TITLE,         CHANGE_TITLE,          CHANGE_TITLE,
    CHANGE_BODY,        CHANGE_BODY,          CHANGE_BODY,           CHANGE_BODY,
    CHANGE_LABEL_ADDED, CHANGE_LABEL_ADDED,   CHANGE_LABEL_ADDED,    CHANGE_LABEL_REMOVED,
    CHANGE_STATUS,      CHANGE_DUE_DATE,      CHANGE_DUE_DATE,       CHANGE_DUE_DATE_CLEARED,
    CHANGE_PARENT,      CHANGE_VERSION_ADDED, CHANGE_VERSION_REMOVED};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

enum change changes_kind(const struct planned_edit *p) {
  enum change kind = kinds[p->what % KINDS];
  bool is_known = !p->side || tracker_has(&p->world->trackers[p->side - 1], str_of(fields_of[kind]));
  return is_known ? kind : CHANGE_TITLE;
}

/* -- taking away -- */

static size_t length_of(const struct values *fields, const char *name) {
  const struct value *value = values_find(fields, str_of(name));
  return value ? value->count + value->text.length : 0;
}

/* The change that takes away what `after` has and `before` had not, or had less of; none: CHANGE_TITLE. */
static enum change undoing(const struct values *before, const struct values *after) {
  static const enum change removals[] = {CHANGE_LABEL_REMOVED, CHANGE_DUE_DATE_CLEARED, CHANGE_VERSION_REMOVED};
  for (size_t i = 0; i < sizeof removals / sizeof removals[0]; i++)
    if (length_of(after, fields_of[removals[i]]) > length_of(before, fields_of[removals[i]]))
      return removals[i];
  return CHANGE_TITLE;
}

bool changes_take_away(struct planned_edit *p, const struct remote_item *item) {
  const struct tracker *tracker = item->tracker;
  const struct revision *now = tracker_now(item);
  uint64_t what = 0, place = 0;
  enum change kind = item->count > 1 ? undoing(&now[-1].fields, &now->fields) : CHANGE_TITLE;
  if (kind == CHANGE_TITLE || !tracker_shows(item, "ticket"))
    return false;
  while (kinds[what] != kind)
    what++;
  for (const struct remote_item *other = tracker->items; other < item; other++)
    place += tracker_shows(other, "ticket");
  p->side = (int)tracker->index + 1;
  p->what = what;
  p->target = place;
  return true;
}

/* -- what a change makes of a field -- */

struct value changes_body(const struct planned_edit *p, const struct value *old) {
  struct arena *arena = arena_of(p);
  struct str text = old ? old->text : STR(""), token = changes_token(p);
  uint64_t roll = p->detail;
  ptrdiff_t line_end = str_find(text, "\n");
  size_t first = line_end < 0 ? text.length : (size_t)line_end;
  struct str head = str_slice(text, 0, first), rest = str_slice(text, first, text.length);
  struct str line = str_format(arena, "line %.*s", STR_FMT(token));
  if (roll % 3 == 0) /* at the end, before a marker */
    return value_text(STR("body"), str_format(arena, "%.*s%.*s\n%.*s", STR_FMT(head), STR_FMT(rest), STR_FMT(line)));
  if (roll % 3 == 1)
    return value_text(STR("body"), str_format(arena, "%.*s\n%.*s%.*s", STR_FMT(head), STR_FMT(line), STR_FMT(rest)));
  return value_text(STR("body"), str_format(arena, "%.*s\n%.*s", STR_FMT(head), STR_FMT(line)));
}

static struct value with_member(struct arena *arena, struct str name, const struct value *old, struct str token) {
  struct str *items = ARENA_ARRAY(arena, struct str, (old ? old->count : 0) + 1);
  size_t count = 0;
  for (size_t i = 0; old && i < old->count; i++)
    items[count++] = old->items[i];
  items[count++] = token;
  return value_set(name, items, count);
}

static struct value without_member(struct arena *arena, const struct value *old, uint64_t roll) {
  if (!old || !old->count)
    return (struct value){0};
  struct str *items = ARENA_ARRAY(arena, struct str, old->count);
  size_t count = 0;
  for (size_t i = 0; i < old->count; i++)
    if (i != roll % old->count)
      items[count++] = old->items[i];
  return value_set(old->name, items, count);
}

struct value changes_make(const struct planned_edit *p, const struct values *fields) {
  struct arena *arena = arena_of(p);
  const struct value *status = values_find(fields, STR("status")), *due = values_find(fields, STR("due_date"));
  switch (changes_kind(p)) {
  case CHANGE_BODY:
    return changes_body(p, values_find(fields, STR("body")));
  case CHANGE_LABEL_ADDED:
    return with_member(arena, STR("labels"), values_find(fields, STR("labels")), changes_token(p));
  case CHANGE_LABEL_REMOVED:
    return without_member(arena, values_find(fields, STR("labels")), p->detail);
  case CHANGE_STATUS:
    return value_text(STR("status"), status && str_is(status->text, "open") ? STR("done") : STR("open"));
  case CHANGE_DUE_DATE:
    return value_text(STR("due_date"), changes_token(p));
  case CHANGE_DUE_DATE_CLEARED:
    return due && due->text.length ? value_text(STR("due_date"), STR("")) : (struct value){0};
  case CHANGE_VERSION_ADDED:
    return with_member(arena, STR("versions"), values_find(fields, STR("versions")), changes_token(p));
  case CHANGE_VERSION_REMOVED:
    return without_member(arena, values_find(fields, STR("versions")), p->detail);
  case CHANGE_PARENT: /* needs to know the other tickets */
  case CHANGE_TITLE:
    break;
  }
  return value_text(STR("title"), str_format(arena, "title %.*s", STR_FMT(changes_token(p))));
}

/* -- writing down what was done -- */

struct edit *changes_remember(const struct planned_edit *p, int identity, const char *field) {
  struct truth *truth = &p->world->truth;
  struct edit *edit = &truth->edits[truth->edit_count++];
  *edit = (struct edit){
      .side = p->side, .identity = identity, .field = field, .made_ms = p->world->now_ms, .is_made = true};
  snprintf(edit->token, sizeof edit->token, "%s", changes_token(p).at);
  return edit;
}

static void put_token(struct edit *edit, struct str token) {
  snprintf(edit->token, sizeof edit->token, "%.*s", STR_FMT(token));
}

static void remember_member(const struct planned_edit *p, int identity, const char *field, const struct value *old,
                            const struct value *after) {
  struct edit *edit = changes_remember(p, identity, field);
  edit->is_removal = old && after->count < old->count;
  for (size_t i = 0; edit->is_removal && i < old->count; i++)
    if (!value_has(after, old->items[i]))
      put_token(edit, old->items[i]);
}

/* A text that is one word, or none. */
static void remember_word(const struct planned_edit *p, int identity, const char *field, const struct value *old,
                          const struct value *after) {
  struct edit *edit = changes_remember(p, identity, field);
  edit->is_removal = after->text.length == 0;
  put_token(edit, edit->is_removal ? old->text : after->text);
}

/* Which edit of the same field it replaced, its maker knows. */
static void note_seen(struct truth *truth, const struct edit *edit, const struct value *old, char *saw) {
  for (const struct edit *other = truth->edits; other < edit; other++)
    if (other->identity == edit->identity && !other->is_removal && strcmp(other->field, edit->field) == 0 &&
        truth_holds(old, other->token))
      memcpy(saw, other->token, TOKEN_BYTES);
}

/* Whoever edits it where the parent that the ticket was made with has not arrived contradicts its maker unawares. */
static void note_unseen_parent(struct truth *truth, int identity, const struct value *old) {
  unsigned *sides = &truth->identities[identity].sides[truth_field(STR("parent"))];
  const char *parent = truth->identities[identity].parent;
  if (parent[0] && *sides == 0 && !truth_holds(old, parent))
    *sides |= 1U << truth->identities[identity].origin;
}

struct edit *changes_note(const struct planned_edit *p, int identity, const struct value *old,
                          const struct value *after) {
  static const char *const names[] = {"title", "body", "labels", "parent", "due_date", "versions"};
  struct truth *truth = &p->world->truth;
  const char *field = NULL;
  truth_saw_off(truth, identity, old, after);
  if (str_is(after->name, "parent"))
    note_unseen_parent(truth, identity, old);
  truth->identities[identity].sides[truth_field(after->name)] |= 1U << p->side;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (str_is(after->name, names[i]))
      field = names[i];
  if (!field)
    return NULL;
  if (after->kind == VALUE_SET)
    remember_member(p, identity, field, old, after);
  else if (str_is(after->name, "due_date") || str_is(after->name, "parent"))
    remember_word(p, identity, field, old, after);
  else
    changes_remember(p, identity, field);
  struct edit *edit = &truth->edits[truth->edit_count - 1];
  note_seen(truth, edit, old, edit->saw);
  return edit;
}

/* -- new tickets -- */

void changes_note_new(const struct planned_edit *p, int identity, const struct values *fields) {
  static const char *const sets[] = {"labels", "versions"}, *const words[] = {"due_date", "parent"};
  changes_remember(p, identity, "title");
  for (size_t i = 0; i < 2; i++) {
    const struct value *set = values_find(fields, str_of(sets[i])), *word = values_find(fields, str_of(words[i]));
    if (set && set->count)
      changes_remember(p, identity, sets[i]);
    if (word && word->text.length)
      remember_word(p, identity, words[i], NULL, word);
  }
  struct str parent = values_text(fields, "parent");
  snprintf(p->world->truth.identities[identity].parent, TOKEN_BYTES, "%.*s", STR_FMT(parent));
}

/* Here, of what not every ticket needs nothing is said but what somebody wants; in a tracker a ticket has all fields.
 */
struct values changes_new_ticket(const struct planned_edit *p, int identity, const struct value *parent) {
  struct arena *arena = arena_of(p);
  struct values_builder fields = {.arena = arena}, wanted = {.arena = arena};
  struct str *token = ARENA_NEW(arena, struct str);
  const struct tracker *tracker = p->side ? &p->world->trackers[p->side - 1] : NULL;
  *token = changes_token(p);
  values_put(&wanted, value_text(STR("title"), str_format(arena, "title %.*s", STR_FMT(*token))));
  values_put(&wanted, value_text(STR("body"), str_format(arena, "ticket i%02d\n\nfirst\n\nlast", identity)));
  values_put(&wanted, value_text(STR("status"), p->detail % 4 ? STR("open") : STR("done")));
  values_put(&wanted, value_set(STR("labels"), token, p->detail % 3 ? 1 : 0));
  if ((p->detail >> 32) % 4 == 0)
    values_put(&wanted, value_text(STR("due_date"), *token));
  if ((p->detail >> 34) % 4 == 0)
    values_put(&wanted, value_set(STR("versions"), token, 1));
  if (parent->name.length)
    values_put(&wanted, *parent);
  if (tracker)
    tracker_put_defaults(tracker, &fields);
  for (size_t i = 0; i < wanted.count; i++)
    if (!tracker || tracker_has(tracker, wanted.at[i].name))
      values_put(&fields, wanted.at[i]);
  return values_built(&fields);
}
