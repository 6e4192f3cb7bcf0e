/* Comments are written, edited and deleted where they were written, where they are copies, and here. */
#include "simulation/people_comments.h"

#include "simulation/changes.h"
#include "simulation/parents.h"
#include "simulation/people.h"
#include "simulation/people_picks.h"
#include "simulation/world.h"

static struct truth *truth_of(const struct planned_edit *p) {
  return &p->world->truth;
}

/* Two times of five a comment is deleted. */
static bool wants_it_deleted(const struct planned_edit *p) {
  return (p->detail >> 44) % 5 < 2;
}

static void must(const struct planned_edit *p, struct result result, const char *verb) {
  if (!result_ok(&result))
    world_violate(p->world, "no bugs", "%s: %s", verb, result.message);
}

/* -- writing -- */

static int new_comment(const struct planned_edit *p, int ticket) {
  int identity = people_new_identity(p);
  truth_of(p)->identities[identity].is_comment = true;
  truth_of(p)->identities[identity].ticket = ticket;
  changes_remember(p, identity, "body");
  return identity;
}

static struct str first_line(const struct planned_edit *p, int identity) {
  return str_format(&p->world->arena, "comment i%02d %.*s", identity, STR_FMT(changes_token(p)));
}

/* One of four is for some people of the tracker only, and so for nobody outside it. */
void people_comment_remote(const struct planned_edit *p, const struct remote_item *ticket) {
  bool restricted = (p->detail >> 46) % 4 == 0;
  int identity = new_comment(p, truth_identity(&tracker_now(ticket)->fields));
  struct value body = value_text(STR("body"), first_line(p, identity));
  truth_of(p)->identities[identity].is_private = restricted;
  people_tell(p, restricted ? "restricted comment" : "comment", identity);
  tracker_create(ticket->tracker, "comment", (struct str){0}, ticket->id, &(struct values){&body, 1}, false)
      ->restricted = restricted;
}

void people_comment_local(const struct planned_edit *p, const struct ticket *ticket) {
  bool is_private = p->detail % 3 == 0;
  int identity = new_comment(p, truth_identity(&ticket->fields));
  struct ticket_comment comment = {.key = ticket->key,
                                   .body = first_line(p, identity),
                                   .privacy = is_private ? STR("local_only") : (struct str){0},
                                   .actor = STR("ann")};
  struct ticket changed;
  /* What is said about a private ticket stays here, also when the ticket is shared later. */
  truth_of(p)->identities[identity].is_private = is_private || str_is(ticket->privacy, "local_only");
  people_tell(p, is_private ? "private comment" : "comment", identity);
  must(p, people_verb(p->world, VERB_TICKET_COMMENT, &comment, &changed), "ticket.comment");
}

/* -- editing and deleting, in a tracker -- */

static void edit_remote(const struct planned_edit *p, struct remote_item *comment, const struct observation *seen,
                        int identity) {
  const struct value *old = values_find(&seen->fields, STR("body"));
  struct value after = changes_body(p, old);
  changes_note(p, identity, old, &after);
  people_doubt(comment, after.name);
  people_tell(p, "comment edited", identity);
  people_keep_marker(comment, seen, &after);
  tracker_change(comment, &(struct values){&after, 1}, false);
}

static void note_deleted(const struct planned_edit *p, const struct remote_item *item, int identity) {
  truth_of(p)->anything_deleted = true;
  truth_of(p)->identities[identity].deleted |= 1U << p->side;
  if (item->unanswered)
    truth_of(p)->identities[identity].missed |= 1U << p->side;
}

static void delete_remote(const struct planned_edit *p, struct remote_item *comment, const struct observation *seen,
                          int identity) {
  struct value nothing = value_text(STR("body"), STR(""));
  truth_saw_off(truth_of(p), identity, values_find(&seen->fields, STR("body")), &nothing);
  note_deleted(p, comment, identity);
  people_tell(p, "comment deleted", identity);
  tracker_delete(comment, false);
}

static void touch_remote(const struct planned_edit *p) {
  struct remote_item *comment = people_pick_remote(p, "comment");
  if (!comment) {
    people_comment_remote(p, people_pick_remote(p, "ticket"));
    return;
  }
  struct observation seen = tracker_observe(&p->world->arena, comment, tracker_now(comment));
  int identity = truth_identity(&seen.fields);
  if (identity < 0)
    return;
  if (wants_it_deleted(p))
    delete_remote(p, comment, &seen, identity);
  else
    edit_remote(p, comment, &seen, identity);
}

void people_delete_ticket(const struct planned_edit *p, struct remote_item *ticket) {
  struct tracker *tracker = ticket->tracker;
  int identity = truth_identity(&tracker_now(ticket)->fields);
  if (identity < 0)
    return;
  struct values words = parents_words_there(tracker, &tracker_now(ticket)->fields);
  truth_went_with_it(truth_of(p), identity, p->side, &words);
  for (size_t i = 0; i < tracker->item_count; i++) {
    const struct remote_item *comment = &tracker->items[i];
    const struct values *fields = &tracker_now(comment)->fields;
    int of_comment = truth_identity(fields);
    if (!tracker_shows(comment, "comment") || !str_equal(comment->parent_id, ticket->id) || of_comment < 0)
      continue;
    truth_went_with_it(truth_of(p), of_comment, p->side, fields);
    truth_of(p)->identities[of_comment].went_along |= truth_of(p)->identities[of_comment].origin == p->side;
  }
  note_deleted(p, ticket, identity);
  people_tell(p, "ticket deleted", identity);
  tracker_delete(ticket, false);
}

/* -- here -- */

static void edit_local(const struct planned_edit *p, const struct comment *comment, int identity) {
  struct value old = value_text(STR("body"), comment->body), after = changes_body(p, &old);
  struct ticket_edit edit = {.key = comment->key, .set = {&after, 1}, .actor = STR("ann")};
  struct ticket changed;
  changes_note(p, identity, &old, &after);
  people_tell(p, "comment edited", identity);
  must(p, people_verb(p->world, VERB_TICKET_EDIT, &edit, &changed), "ticket.edit");
}

static void delete_local(const struct planned_edit *p, const struct comment *comment, int identity) {
  struct value old = value_text(STR("body"), comment->body), nothing = value_text(STR("body"), STR(""));
  struct comment_delete delete = {.key = comment->key, .actor = STR("ann")};
  struct ticket changed;
  truth_saw_off(truth_of(p), identity, &old, &nothing);
  truth_of(p)->identities[identity].deleted |= 1U;
  people_tell(p, "comment deleted", identity);
  must(p, people_verb(p->world, VERB_COMMENT_DELETE, &delete, &changed), "comment.delete");
}

static void touch_local(const struct planned_edit *p) {
  const struct comment *comment = people_pick_local_comment(p);
  if (!comment) {
    people_comment_local(p, people_pick_local(p));
    return;
  }
  int identity = truth_identity_in(comment->body);
  if (identity < 0)
    return;
  /* Of what is private not even the deletion leaves: it would stay where it was written. */
  bool stays = truth_of(p)->identities[identity].is_private && truth_of(p)->identities[identity].origin;
  if (wants_it_deleted(p) && !stays)
    delete_local(p, comment, identity);
  else
    edit_local(p, comment, identity);
}

void people_touch_comment(const struct planned_edit *p) {
  if (p->side)
    touch_remote(p);
  else
    touch_local(p);
}
