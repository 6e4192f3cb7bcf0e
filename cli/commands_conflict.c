/* conflicts list | show | resolve */
#include "base/clock.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/conflict_view.h"
#include "cli/editor.h"

struct result command_conflicts_list(struct invocation *call) {
  struct str state = invocation_text(call, "state");
  struct conflict_query query = {.project = invocation_text(call, "project"),
                                 .ticket = invocation_text(call, "ticket"),
                                 .limit = invocation_number(call, "limit", 100)};
  query.state = state.at ? state : STR("open");
  if (str_is(query.state, "all"))
    query.state = (struct str){0};
  struct conflict_list list = {0};
  bool printed;
  TRY(client_print(call, VERB_CONFLICT_LIST, &query, &list, &printed));
  if (!printed)
    conflict_view_list(call->output, list.conflicts.at, list.conflicts.count, clock_now_ms());
  if (!printed && list.conflicts.count == 0)
    output_note(call->output, "No conflicts%s.", state.at ? " of that state" : " are open");
  if (invocation_flag(call, "exit-code"))
    for (size_t i = 0; i < list.conflicts.count; i++)
      if (str_is(list.conflicts.at[i].state, "open"))
        call->exit_code = EXIT_CODE_CONFLICTS;
  return RESULT_DONE;
}

static struct result find_conflict(struct invocation *call, struct conflict *out) {
  struct conflict_query query = {.limit = 1};
  if (!str_to_i64(invocation_argument(call, 0), &query.id) || query.id <= 0)
    return invocation_usage(call, "a conflict is a number, not `%.*s`. `tandem conflicts list` shows them.",
                            STR_FMT(invocation_argument(call, 0)));
  struct conflict_list list = {0};
  TRY(client_call(call, VERB_CONFLICT_LIST, &query, &list));
  if (list.conflicts.count == 0)
    return result_error(RESULT_GONE, "there is no conflict %lld. `tandem conflicts list` shows what there is.",
                        (long long)query.id);
  *out = list.conflicts.at[0];
  return RESULT_DONE;
}

struct result command_conflicts_show(struct invocation *call) {
  struct conflict conflict = {0};
  TRY(find_conflict(call, &conflict));
  if (output_is_json(call->output))
    output_record(call->output, &record_conflict, &conflict);
  else
    conflict_view_print(call->output, &conflict, clock_now_ms());
  return RESULT_DONE;
}

/* -- deciding -- */

static bool is_set_field(const struct conflict *conflict) {
  const struct values *side = conflict->local.count ? &conflict->local : &conflict->external;
  return side->count && side->at[0].kind == VALUE_SET;
}

static struct values one_value(struct arena *arena, struct value value) {
  struct values_builder values = {.arena = arena};
  values_put(&values, value);
  return values_built(&values);
}

/* A set has one member for each --value; an empty one alone is the empty set. */
static struct result value_from_flags(struct invocation *call, const struct conflict *conflict, struct values *out) {
  struct list texts = invocation_list(call, "value");
  const struct str *text = texts.at;
  if (is_set_field(conflict)) {
    size_t count = texts.count == 1 && text[0].length == 0 ? 0 : texts.count;
    *out = one_value(call->arena, value_set(conflict->field, text, count));
    return RESULT_DONE;
  }
  if (texts.count != 1)
    return invocation_usage(call, "%.*s has one value: give --value once.", STR_FMT(conflict->field));
  *out = one_value(call->arena, value_text(conflict->field, text[0]));
  return RESULT_DONE;
}

static struct value value_from_text(struct arena *arena, const struct conflict *conflict, struct str text) {
  if (!is_set_field(conflict)) {
    struct str local = values_text(&conflict->local, str_c(arena, conflict->field));
    bool drop = str_ends_with(text, "\n") && !str_ends_with(local, "\n");
    return value_text(conflict->field, drop ? str_slice(text, 0, text.length - 1) : text);
  }
  struct str *items = ARENA_ARRAY(arena, struct str, text.length / 2 + 2);
  size_t count = 0;
  while (text.length) {
    ptrdiff_t comma = str_find(text, ",");
    struct str item = str_trim(str_slice(text, 0, comma < 0 ? text.length : (size_t)comma));
    if (item.length)
      items[count++] = item;
    text = comma < 0 ? (struct str){0} : str_slice(text, (size_t)comma + 1, text.length);
  }
  return value_set(conflict->field, items, count);
}

static struct result value_from_editor(struct invocation *call, const struct conflict *conflict, struct values *out) {
  if (!invocation_may_ask(call))
    return invocation_usage(call, "--edit needs a terminal; elsewhere use --local, --external or --value.");
  struct str text, path;
  TRY(editor_edit(call, "conflict.md", conflict_view_edit_text(call->arena, conflict), &text, &path));
  if (conflict_view_has_markers(text))
    return result_error(RESULT_REJECTED,
                        "the text still has markers (<<<<<<<, >>>>>>>), so nothing was decided. It is in %s.", path.at);
  editor_forget(path);
  *out = one_value(call->arena, value_from_text(call->arena, conflict, text));
  return RESULT_DONE;
}

static struct result read_choice(struct invocation *call, const struct conflict *conflict,
                                 struct conflict_resolve *request) {
  bool local = invocation_flag(call, "local"), external = invocation_flag(call, "external");
  bool value = invocation_flag(call, "value"), edit = invocation_flag(call, "edit");
  if (local + external + value + edit != 1)
    return invocation_usage(call, "choose one of --local, --external, --value TEXT and --edit.");
  request->choice = local ? STR("local") : external ? STR("external") : STR("value");
  if (value)
    return value_from_flags(call, conflict, &request->value);
  return edit ? value_from_editor(call, conflict, &request->value) : RESULT_DONE;
}

struct result command_conflicts_resolve(struct invocation *call) {
  struct conflict conflict = {0};
  TRY(find_conflict(call, &conflict));
  struct conflict_resolve request = {.id = conflict.id, .actor = invocation_actor(call)};
  TRY(read_choice(call, &conflict, &request));
  struct empty reply;
  bool printed;
  TRY(client_print(call, VERB_CONFLICT_RESOLVE, &request, &reply, &printed));
  if (!printed)
    output_note(call->output,
                "Conflict %lld is decided: %.*s. It is applied at once, and written outside where needed.",
                (long long)conflict.id, STR_FMT(request.choice));
  return RESULT_DONE;
}
