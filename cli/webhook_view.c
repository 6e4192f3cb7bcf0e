/* Webhooks in words. */
#include "cli/webhook_view.h"

#include "cli/format.h"

bool webhook_needs_mending(const struct hook_health *health) {
  return health->next_step.length > 0 && (!str_is(health->state, "none") || health->checked_at_ms > 0);
}

/* Where the tracker's own words say what is wrong, the command only looks whether it still is. */
static const char *usual_mend(const struct hook_health *health) {
  return str_is(health->state, "none")        ? "When that is done, look again: "
         : str_is(health->state, "unchecked") ? "It is tried again by itself; at once: "
                                              : "To mend it: ";
}

struct str webhook_why(struct arena *arena, const struct hook_health *health, const char *mend) {
  struct str_builder text = {.arena = arena};
  if (health->reason.length)
    str_append_format(&text, "%.*s%s", STR_FMT(health->reason), str_ends_with(health->reason, "…") ? "" : ".");
  if (health->reason.length && health->next_step.length)
    str_append_format(&text, " %s%.*s", mend ? mend : usual_mend(health), STR_FMT(health->next_step));
  return str_built(&text);
}

static struct str state_words(struct str state) {
  static const struct {
    const char *state, *words;
  } table[] = {{"working", "webhook works"},           {"none", "no webhook"},
               {"failing", "webhooks do not arrive"},  {"refusing", "webhooks are refused"},
               {"expired", "the webhook has expired"}, {"missing", "the webhook does not tell all"}};
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
    if (str_is(state, table[i].state))
      return str_of(table[i].words);
  return state;
}

static void append_compared(struct str_builder *text, const char *what, int64_t at_ms, int64_t now_ms) {
  if (at_ms)
    str_append_format(text, "; %s compared %.*s", what, STR_FMT(format_ago(text->arena, at_ms, now_ms)));
}

static void append_last_check(struct str_builder *text, int64_t checked_at_ms, int64_t now_ms) {
  if (checked_at_ms)
    str_append_format(text, "webhook last checked %.*s", STR_FMT(format_ago(text->arena, checked_at_ms, now_ms)));
  else
    str_append_c(text, "webhook never checked");
}

struct str webhook_line(struct arena *arena, const struct hook_health *health, int64_t now_ms) {
  struct str_builder text = {.arena = arena};
  int64_t changes = health->told + health->missed;
  if (str_is(health->state, "off") || health->state.length == 0)
    return (struct str){0};
  if (str_is(health->state, "unchecked") || str_is(health->state, "unwatched"))
    append_last_check(&text, health->checked_at_ms, now_ms);
  else
    str_append(&text, state_words(health->state));
  if (health->last_delivery_ms)
    str_append_format(&text, ", last delivery %.*s", STR_FMT(format_ago(arena, health->last_delivery_ms, now_ms)));
  str_append_format(&text, "; polled every %.*s", STR_FMT(format_duration(arena, health->poll_s * 1000)));
  if (changes)
    str_append_format(&text, "; %.*s of %.*s came without it", STR_FMT(format_count(arena, health->missed)),
                      STR_FMT(format_counted(arena, changes, "change", "changes")));
  append_compared(&text, "ids", health->id_scan_ms, now_ms);
  append_compared(&text, "contents", health->full_scan_ms, now_ms);
  return str_built(&text);
}
