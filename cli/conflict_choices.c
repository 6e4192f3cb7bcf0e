/* Why something is a conflict, and what each choice would do. */
#include "cli/conflict_choices.h"

#include "base/sets.h"
#include "base/shell.h"
#include "cli/conflict_edit.h"
#include "cli/conflict_sides.h"
#include "cli/format.h"

static bool is_kind(const struct conflict *conflict, const char *kind) {
  return str_is(conflict->kind, kind);
}

static bool is_deletion(const struct conflict *conflict) {
  return is_kind(conflict, "deleted_vs_edited");
}

static bool is_comment(const struct conflict *conflict) {
  return str_is(conflict->field, "comment");
}

static bool deleted_here(const struct conflict *conflict) {
  return is_comment(conflict) && str_is(values_text(&conflict->local, "comment"), "deleted");
}

static const char *why_deleted(const struct conflict *conflict) {
  if (deleted_here(conflict))
    return "The comment was deleted here, and changed there since both sides last agreed.";
  if (is_comment(conflict))
    return "The comment was deleted there, where it did not come from or had been changed here.";
  return "The ticket is gone there: deleted, moved or no longer readable. It is still here.";
}

static struct str why_unmappable(struct arena *arena, const struct conflict *conflict) {
  if (conflict->reason.length)
    return str_format(arena, "The value cannot be passed on: %.*s", STR_FMT(conflict->reason));
  return str_format(arena,
                    "One side's value has no word on the other side. `tandem fields map %.*s %.*s --value "
                    "LOCAL=EXTERNAL` gives it one; then this ends by itself.",
                    STR_FMT(shell_word(arena, conflict->project)), STR_FMT(shell_word(arena, conflict->field)));
}

struct str conflict_why(struct arena *arena, const struct conflict *conflict) {
  struct str why = STR("Both sides changed it since they last agreed.");
  if (is_kind(conflict, "unequal_when_linked"))
    why = STR("Both were there before they were linked, and differ: there is no version that they had in common.");
  else if (is_kind(conflict, "unmappable"))
    why = why_unmappable(arena, conflict);
  else if (is_deletion(conflict))
    why = str_of(why_deleted(conflict));
  else if (is_kind(conflict, "overwritten"))
    why = STR("Somebody changed it there between tandem's last look and its write, which replaced that.");
  else if (is_kind(conflict, "undo"))
    why = STR("It was changed after the session that was undone, so the undo left it as it is.");
  return output_clean_line(arena, why);
}

/* -- effects -- */

static const char *effect_on_being_there(const struct conflict *conflict, bool local) {
  if (deleted_here(conflict))
    return local ? "the comment is deleted there too" : "the comment is back here, and everywhere";
  if (is_comment(conflict))
    return local ? "the comment is written there again" : "the comment is deleted here, and everywhere";
  return local ? "the ticket stays here, without its counterpart" : "the ticket is cancelled here";
}

static void append_members(struct str_builder *text, char sign, const struct value *members) {
  for (size_t i = 0; i < members->count; i++)
    str_append_format(text, "%s%c%.*s", text->length ? ", " : "", sign, STR_FMT(members->items[i]));
}

/* "+a, -b": what makes `from` the same as `to`. */
static struct str delta(struct arena *arena, const struct values *from, const struct values *to) {
  struct str_builder text = {.arena = arena};
  const struct value none = value_set(STR(""), NULL, 0);
  const struct value *before = from->count ? &from->at[0] : &none, *after = to->count ? &to->at[0] : &none;
  const struct value added = sets_without(arena, after, before), removed = sets_without(arena, before, after);
  append_members(&text, '+', &added);
  append_members(&text, '-', &removed);
  return text.length ? str_built(&text) : STR("nothing changes");
}

/* A text as it can be quoted in a sentence. */
static struct str quoted(struct arena *arena, const struct values *side) {
  enum { SHORT = 40 };
  struct str text = side->count ? side->at[0].text : (struct str){0};
  if (text.length == 0)
    return STR("empty");
  bool is_short = text.length <= SHORT && str_find(text, "\n") < 0;
  return is_short ? str_format(arena, "\"%.*s\"", STR_FMT(text)) : (struct str){0};
}

struct str conflict_effect(struct arena *arena, const struct conflict *conflict, const char *choice) {
  bool local = strcmp(choice, "local") == 0;
  if (is_deletion(conflict))
    return str_of(effect_on_being_there(conflict, local));
  if (is_kind(conflict, "overwritten"))
    return local ? STR("all stays as it is") : STR("what was replaced is brought back, here and everywhere");
  if (is_kind(conflict, "undo"))
    return local ? STR("all stays as it is")
                 : STR("what it was before the session that was undone comes back, here and everywhere");
  const struct values *winner = local ? &conflict->local : &conflict->external;
  const struct values *loser = local ? &conflict->external : &conflict->local;
  struct str changed = local ? conflict->external_key : conflict->ticket;
  struct str there = conflict->external_key.length ? changed : local ? STR("the other side") : changed;
  struct str value = conflict_is_set(conflict) ? delta(arena, loser, winner) : quoted(arena, winner);
  if (str_is_absent(value))
    return output_clean_line(arena, str_format(arena, "%.*s gets the %s text", STR_FMT(there), choice));
  return output_clean_line(arena, str_format(arena, conflict_is_set(conflict) ? "%.*s: %.*s" : "%.*s becomes %.*s",
                                             STR_FMT(there), STR_FMT(value)));
}

/* -- messages -- */

static void print_choice(const struct output *output, struct arena *arena, const struct conflict *conflict,
                         const char *choice) {
  struct str effect = conflict_effect(arena, conflict, choice);
  output_note(output, "  tandem conflicts resolve %lld %-10s  %.*s", (long long)conflict->id,
              str_c(arena, str_format(arena, "--%s", choice)), STR_FMT(effect));
}

static void print_open(const struct output *output, struct arena *arena, const struct conflict *conflict) {
  long long id = (long long)conflict->id;
  bool is_text = !is_deletion(conflict);
  if (is_text)
    output_note(output, "\n< local changed, > external did, ! both, = both alike%s",
                output->colors ? "" : "; [-gone-], {+new+}");
  output_note(output, "\nDecide");
  print_choice(output, arena, conflict, "local");
  print_choice(output, arena, conflict, "external");
  if (!is_text)
    return;
  if (conflict_edit_draft(arena, conflict).clean)
    output_note(output, "  tandem conflicts resolve %lld --merge     both edits: they fit together", id);
  output_note(output, "  tandem conflicts resolve %lld --edit      bring them together in an editor", id);
  output_note(output, "  tandem conflicts resolve %lld --value X   both become X", id);
}

static void print_decided(const struct output *output, struct arena *arena, const struct conflict *conflict,
                          int64_t now_ms) {
  struct str by = output_clean_line(arena, conflict->decided_by), winner = output_clean_line(arena, conflict->winner);
  long long id = (long long)conflict->id;
  output_text(output, "\n%.*s%s%.*s%s%.*s, %.*s\n", STR_FMT(conflict->state), winner.length ? ": " : "",
              STR_FMT(winner), by.length ? ", by " : "", STR_FMT(by),
              STR_FMT(format_ago(arena, conflict->decided_at_ms, now_ms)));
  if (conflict->value.count)
    output_text(output, "%s:\n%.*s\n", str_is(winner, "merged") ? "merged" : "chosen",
                STR_FMT(output_clean(arena, format_value(arena, &conflict->value.at[0]))));
  if (str_is(conflict->state, "superseded"))
    output_note(output, "A side moved on. What is open now: tandem conflicts list --ticket %.*s",
                STR_FMT(output_clean_line(arena, conflict->ticket)));
  if (str_is(conflict->state, "resolved") && !is_deletion(conflict))
    output_note(output, "\nBring one of the values back: tandem conflicts restore %lld --local | --external%s", id,
                conflict->base.count ? " | --base" : "");
}

void conflict_print_choices(const struct output *output, const struct conflict *conflict, int64_t now_ms) {
  struct arena arena = {0};
  if (str_is(conflict->state, "open"))
    print_open(output, &arena, conflict);
  else
    print_decided(output, &arena, conflict, now_ms);
  arena_free(&arena);
}
