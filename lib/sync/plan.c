/* plan(): the table of decisions about a linked ticket or comment. */
#include "sync/plan.h"

#include "sync/canon.h"
#include "sync/map_fields.h"
#include "sync/merge.h"
#include "sync/plan_look.h"

static bool local_changed(const struct plan_look *look) {
  return !canon_equal(look->kind, look->local, look->shadow_local);
}

static bool external_changed(const struct plan_look *look) {
  return !canon_equal(look->kind, look->external, look->shadow_external);
}

/* The pair that both sides agree on: of a set only the members that have a word on the other side, so that one that the
 * table learns later is then seen as new. */
static void agreed_pair(struct arena *arena, const struct plan_look *look, struct plan_field *out) {
  if (look->kind != CONTENT_SET) {
    out->shadow_local = canon_clean(arena, look->kind, look->local);
    out->shadow_external = canon_clean(arena, look->kind, look->external);
    return;
  }
  struct merge_sides sides = {look->local, look->external, look->local, look->external};
  struct merge_set merged = merge_sets(arena, look->rule, &sides, false, false);
  out->shadow_local = merged.shadow_local;
  out->shadow_external = merged.shadow_external;
  out->unmappable = merged.unmappable;
  out->unmappable_count = merged.unmappable_count;
}

/* Both sides say the same: the shadow learns it, if it did not know. */
static struct plan_field agree(struct arena *arena, const struct plan_look *look) {
  struct plan_field decision = plan_look_quiet(look, PLAN_NOOP);
  agreed_pair(arena, look, &decision);
  decision.moves_shadow = !look->shadow_local || !canon_equal(look->kind, &decision.shadow_local, look->shadow_local) ||
                          !canon_equal(look->kind, &decision.shadow_external, look->shadow_external);
  decision.closes_conflict = look->frozen;
  if (decision.moves_shadow || decision.closes_conflict)
    decision.action = PLAN_AGREE;
  return decision;
}

static struct plan_field push_word(struct arena *arena, const struct plan_look *look) {
  if (!look->may_push)
    return plan_look_quiet(look, PLAN_MASKED);
  struct mapped sent = map_fields_to_external(arena, look->rule, look->local);
  if (sent.unmappable_count)
    return plan_look_unmappable(look, sent.unmappable, sent.unmappable_count);
  struct plan_field decision = plan_look_quiet(look, PLAN_PUSH);
  decision.writes_external = true;
  decision.write = (struct plan_write){.has_set = true, .set = sent.value};
  decision.sent_local = canon_clean(arena, look->kind, look->local);
  return decision;
}

/* Local becomes what the external side says; also what external_wins does. */
static struct plan_field take_external(struct arena *arena, const struct plan_look *look, enum plan_action action) {
  struct mapped here = map_fields_to_local(arena, look->rule, look->external);
  if (here.unmappable_count)
    return plan_look_unmappable(look, here.unmappable, here.unmappable_count);
  return plan_look_settle(arena, look, action, &here.value);
}

static struct plan_field pull_word(struct arena *arena, const struct plan_look *look) {
  return look->may_pull ? take_external(arena, look, PLAN_PULL) : plan_look_quiet(look, PLAN_MASKED);
}

/* The newer side, when both times are known and far enough apart. */
static enum plan_winner newest(const struct plan_look *look) {
  for (size_t i = 0; i < look->input->time_count; i++) {
    const struct plan_time *time = &look->input->times[i];
    if (!str_equal(time->field, look->field))
      continue;
    if (time->local_ms <= 0 || time->external_ms <= 0)
      return PLAN_NO_WINNER;
    bool local_first = time->local_ms < time->external_ms;
    int64_t apart_ms = local_first ? time->external_ms - time->local_ms : time->local_ms - time->external_ms;
    if (apart_ms < RULES_NEWEST_MARGIN_MS)
      return PLAN_NO_WINNER;
    return local_first ? PLAN_WINNER_EXTERNAL : PLAN_WINNER_LOCAL;
  }
  return PLAN_NO_WINNER;
}

static enum plan_winner winner_by(const struct plan_look *look, enum strategy strategy) {
  if (strategy == STRATEGY_LOCAL_WINS)
    return PLAN_WINNER_LOCAL;
  if (strategy == STRATEGY_EXTERNAL_WINS)
    return PLAN_WINNER_EXTERNAL;
  return strategy == STRATEGY_NEWEST_WINS ? newest(look) : PLAN_NO_WINNER;
}

/* The base is the external shadow: what the tracker has changed in its own rendering is then not taken for an edit, and
 * what only we have in ours is kept. */
static struct plan_field merge_words(struct arena *arena, const struct plan_look *look) {
  struct str merged;
  bool both_ways = look->may_push && look->may_pull;
  if (look->kind != CONTENT_TEXT || !both_ways ||
      !merge_text(arena, canon_clean_text(arena, look->kind, look->shadow_external->text),
                  canon_clean_text(arena, look->kind, look->local->text),
                  canon_clean_text(arena, look->kind, look->external->text), &merged))
    return plan_look_conflict(look, PLAN_BOTH_CHANGED);
  struct value value = value_text(look->field, merged);
  struct plan_field decision = plan_look_settle(arena, look, PLAN_MERGE, &value);
  if (decision.action == PLAN_MERGE) {
    decision.conflict = PLAN_BOTH_CHANGED;
    decision.winner = PLAN_WINNER_MERGED;
  }
  return decision;
}

/* The strategy decides; one that cannot act because of the direction leaves it to a person. */
static struct plan_field both_changed(struct arena *arena, const struct plan_look *look) {
  enum strategy strategy = rules_strategy(&look->input->rules, look->field);
  if (strategy == STRATEGY_MERGE)
    return merge_words(arena, look);
  enum plan_winner winner = winner_by(look, strategy);
  struct plan_field decision;
  if (winner == PLAN_WINNER_LOCAL && look->may_push)
    decision = plan_look_settle(arena, look, PLAN_RESOLVED, look->local);
  else if (winner == PLAN_WINNER_EXTERNAL && look->may_pull)
    decision = take_external(arena, look, PLAN_RESOLVED);
  else
    decision = plan_look_conflict(look, PLAN_BOTH_CHANGED);
  if (decision.action == PLAN_RESOLVED) {
    decision.conflict = PLAN_BOTH_CHANGED;
    decision.winner = winner;
  }
  return decision;
}

static struct plan_field decide_word(struct arena *arena, const struct plan_look *look) {
  bool local = local_changed(look), external = external_changed(look);
  if (local && external)
    return both_changed(arena, look);
  if (local)
    return push_word(arena, look);
  return external ? pull_word(arena, look) : plan_look_quiet(look, PLAN_NOOP);
}

static enum plan_action set_action(const struct merge_set *merged, bool pushes, bool moves_shadow) {
  if (merged->pulls)
    return pushes ? PLAN_MERGE : PLAN_PULL;
  if (pushes)
    return PLAN_PUSH;
  if (moves_shadow)
    return PLAN_AGREE;
  return merged->pends ? PLAN_MASKED : PLAN_NOOP;
}

static struct plan_field decide_set(struct arena *arena, const struct plan_look *look) {
  struct merge_sides sides = {look->local, look->external, look->shadow_local, look->shadow_external};
  struct merge_set merged = merge_sets(arena, look->rule, &sides, look->may_push, look->may_pull);
  bool pushes = merged.add.count + merged.remove.count > 0;
  bool moves_shadow = !canon_equal(look->kind, &merged.shadow_local, look->shadow_local) ||
                      !canon_equal(look->kind, &merged.shadow_external, look->shadow_external);
  struct plan_field decision = plan_look_quiet(look, set_action(&merged, pushes, moves_shadow));
  decision.changes_local = merged.pulls;
  decision.local = merged.local;
  decision.moves_shadow = moves_shadow;
  decision.shadow_local = merged.shadow_local;
  decision.shadow_external = merged.shadow_external;
  decision.writes_external = pushes;
  decision.write = (struct plan_write){.has_delta = pushes, .add = merged.add, .remove = merged.remove};
  decision.sent_local = merged.sent_local;
  decision.winner = decision.action == PLAN_MERGE ? PLAN_WINNER_MERGED : PLAN_NO_WINNER;
  decision.unmappable = merged.unmappable;
  decision.unmappable_count = merged.unmappable_count;
  return decision;
}

/* Neither direction is allowed. */
static struct plan_field disabled(const struct plan_look *look) {
  bool changed = !look->shadow_local || local_changed(look) || external_changed(look);
  return plan_look_quiet(look, changed ? PLAN_MASKED : PLAN_NOOP);
}

/* Unequal and never agreed: a person has to say what is right, and may have to teach us a word first. */
static struct plan_field unequal_when_linked(struct arena *arena, const struct plan_look *look) {
  struct mapped here = map_fields_to_local(arena, look->rule, look->external);
  if (here.unmappable_count && look->kind != CONTENT_SET)
    return plan_look_unmappable(look, here.unmappable, here.unmappable_count);
  return plan_look_conflict(look, PLAN_UNEQUAL_WHEN_LINKED);
}

static struct plan_field decide(struct arena *arena, const struct plan_look *look) {
  bool comparable = plan_look_comparable(look);
  if (comparable && map_fields_agree(look->rule, look->local, look->external))
    return agree(arena, look);
  if (look->frozen)
    return plan_look_quiet(look, PLAN_FROZEN);
  if (!look->may_push && !look->may_pull)
    return disabled(look);
  if (!comparable)
    return plan_look_conflict(look, PLAN_UNMAPPABLE);
  if (!look->shadow_local)
    return look->is_new ? pull_word(arena, look) : unequal_when_linked(arena, look);
  return look->kind == CONTENT_SET ? decide_set(arena, look) : decide_word(arena, look);
}

static void plan_field(struct arena *arena, const struct plan_input *input, struct str field, struct plan *plan,
                       struct plan_field *fields) {
  struct plan_look look;
  if (!plan_look_at(arena, input, field, &look))
    return;
  fields[plan->count] = plan_look_guard(&look, decide(arena, &look));
  plan->needs_fresh |= fields[plan->count].action == PLAN_WAIT;
  plan->count++;
}

struct plan plan_make(struct arena *arena, const struct plan_input *input) {
  struct plan_field *fields = ARENA_ARRAY(arena, struct plan_field, input->local.count + input->external.count);
  struct plan plan = {.fields = fields};
  for (size_t i = 0; i < input->local.count; i++)
    plan_field(arena, input, input->local.at[i].name, &plan, fields);
  for (size_t i = 0; i < input->external.count; i++)
    if (!values_find(&input->local, input->external.at[i].name))
      plan_field(arena, input, input->external.at[i].name, &plan, fields);
  return plan;
}

static const char *const action_names[] = {
    [PLAN_NOOP] = "noop",     [PLAN_AGREE] = "agree",       [PLAN_PUSH] = "push",         [PLAN_PULL] = "pull",
    [PLAN_MERGE] = "merge",   [PLAN_RESOLVED] = "resolved", [PLAN_CONFLICT] = "conflict", [PLAN_MASKED] = "masked",
    [PLAN_FROZEN] = "frozen", [PLAN_WAIT] = "wait",
};

static const char *const conflict_kind_names[] = {
    [PLAN_NO_CONFLICT] = "",
    [PLAN_BOTH_CHANGED] = "both_changed",
    [PLAN_UNEQUAL_WHEN_LINKED] = "unequal_when_linked",
    [PLAN_UNMAPPABLE] = "unmappable",
};

static const char *const winner_names[] = {
    [PLAN_NO_WINNER] = "",           [PLAN_WINNER_LOCAL] = "local", [PLAN_WINNER_EXTERNAL] = "external",
    [PLAN_WINNER_MERGED] = "merged", [PLAN_WINNER_VALUE] = "value",
};

const char *plan_action_name(enum plan_action action) {
  return action_names[action];
}

const char *plan_conflict_kind_name(enum plan_conflict_kind kind) {
  return conflict_kind_names[kind];
}

const char *plan_winner_name(enum plan_winner winner) {
  return winner_names[winner];
}
