/* conflicts list | show | resolve */
#include "base/clock.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/conflict_choices.h"
#include "cli/conflict_edit.h"
#include "cli/conflict_find.h"
#include "cli/conflict_many.h"
#include "cli/conflict_sides.h"
#include "cli/conflict_view.h"
#include "cli/editor.h"
#include "cli/format.h"
#include "cli/project_name.h"

struct result command_conflicts_list(struct invocation *call) {
  struct str state = invocation_text(call, "state");
  struct conflict_query query = conflict_filter(call);
  query.limit = invocation_number(call, "limit", 100);
  query.state = state.at ? state : STR("open");
  if (str_is(query.state, "all"))
    query.state = (struct str){0};
  struct conflict_list list = {0};
  TRY(client_call(call, VERB_CONFLICT_LIST, &query, &list));
  size_t count = list.conflicts.count;
  if (count == 0)
    TRY(project_name_check(call));
  bool printed = output_is_json(call->output);
  if (printed)
    output_record(call->output, verb_table[VERB_CONFLICT_LIST].reply, &list);
  if (!printed)
    conflict_view_list(call->output, conflict_named(call->arena, list.conflicts.at, count), count, clock_now_ms());
  if (!printed && count == 0)
    output_note(call->output, "No conflicts%s.", state.at ? " of that state" : " are open");
  if (!printed && list.more)
    output_note(call->output, "The newest %zu; there are more: --limit N, or --project, --ticket, --field, --kind.",
                count);
  if (invocation_flag(call, "exit-code"))
    for (size_t i = 0; i < count; i++)
      if (str_is(list.conflicts.at[i].state, "open"))
        call->exit_code = EXIT_CODE_CONFLICTS;
  return RESULT_DONE;
}

struct result command_conflicts_show(struct invocation *call) {
  struct conflict conflict = {0};
  TRY(conflict_find(call, invocation_argument(call, 0), &conflict));
  if (output_is_json(call->output))
    output_record(call->output, &record_conflict, &conflict);
  else
    conflict_view_print(call->output, conflict_named(call->arena, &conflict, 1), invocation_flag(call, "full"),
                        clock_now_ms());
  return RESULT_DONE;
}

/* -- deciding one -- */

static struct values one_value(struct arena *arena, struct value value) {
  struct values_builder values = {.arena = arena};
  values_put(&values, value);
  return values_built(&values);
}

/* A set has one member for each --value; an empty one alone is the empty set. */
static struct result value_from_flags(struct invocation *call, const struct conflict *conflict, struct values *out) {
  struct list texts = invocation_list(call, "value");
  const struct str *text = texts.at;
  if (conflict_is_set(conflict)) {
    size_t count = texts.count == 1 && text[0].length == 0 ? 0 : texts.count;
    *out = one_value(call->arena, value_set(conflict->field, text, count));
    return RESULT_DONE;
  }
  if (texts.count != 1)
    return invocation_usage(call, "%.*s has one value: give --value once.", STR_FMT(conflict->field));
  *out = one_value(call->arena, value_text(conflict->field, text[0]));
  return RESULT_DONE;
}

static struct result check_mergeable(const struct conflict *conflict, const struct conflict_draft *draft) {
  if (str_is(conflict->kind, "deleted_vs_edited"))
    return result_error(RESULT_REJECTED, "it is there or it is not: choose --local or --external.");
  if (str_is_absent(draft->text))
    return result_error(RESULT_REJECTED, "the texts are too long to be merged; choose --local, --external or --value.");
  return RESULT_DONE;
}

static struct result value_from_merge(struct invocation *call, const struct conflict *conflict, struct values *out) {
  struct conflict_draft draft = conflict_edit_draft(call->arena, conflict);
  TRY(check_mergeable(conflict, &draft));
  if (!draft.clean)
    return result_error(RESULT_REJECTED,
                        "the two edits touch the same lines, so nothing was decided. `tandem conflicts resolve %lld "
                        "--edit` brings them together in an editor.",
                        (long long)conflict->id);
  *out = one_value(call->arena, conflict_edit_read(call->arena, conflict, draft.text));
  return RESULT_DONE;
}

/* Nothing is decided by a text that nobody has touched, by one that still shows both sides, and by none at all, which
 * is how people get out of an editor. */
static struct result check_edited(const struct conflict *conflict, const struct conflict_draft *draft, struct str text,
                                  struct str *path) {
  if (conflict_edit_has_markers(draft, text))
    return result_error(RESULT_REJECTED, "the text still has markers (<<<<<<<, >>>>>>>), so nothing was decided.");
  bool is_empty = str_trim(text).length == 0;
  if (!is_empty && !str_equal(text, draft->text))
    return RESULT_DONE;
  editor_forget(*path);
  *path = (struct str){0};
  if (is_empty)
    return result_error(RESULT_REJECTED,
                        "the text is empty, so nothing was decided. If that is meant: tandem conflicts resolve %lld "
                        "--value ''",
                        (long long)conflict->id);
  return result_error(RESULT_REJECTED,
                      "the text was not changed, so nothing was decided. To take both edits as they fit together: "
                      "tandem conflicts resolve %lld --merge",
                      (long long)conflict->id);
}

static struct result value_from_editor(struct invocation *call, const struct conflict *conflict, struct values *out,
                                       struct str *file) {
  struct conflict_draft draft = conflict_edit_draft(call->arena, conflict);
  struct str text;
  if (!invocation_may_ask(call))
    return invocation_usage(call, "--edit needs a terminal; elsewhere use --local, --external, --merge or --value.");
  TRY(check_mergeable(conflict, &draft));
  TRY(editor_edit(call, "conflict.md", draft.text, &text, file));
  TRY(check_edited(conflict, &draft, text, file));
  *out = one_value(call->arena, conflict_edit_read(call->arena, conflict, text));
  return RESULT_DONE;
}

static struct result read_choice(struct invocation *call, const struct conflict *conflict,
                                 struct conflict_resolve *request, struct str *file) {
  bool local = invocation_flag(call, "local"), external = invocation_flag(call, "external");
  request->choice = local ? STR("local") : external ? STR("external") : STR("value");
  if (invocation_flag(call, "value"))
    return value_from_flags(call, conflict, &request->value);
  if (invocation_flag(call, "merge"))
    return value_from_merge(call, conflict, &request->value);
  return invocation_flag(call, "edit") ? value_from_editor(call, conflict, &request->value, file) : RESULT_DONE;
}

static void say_plan(const struct invocation *call, const struct conflict *conflict,
                     const struct conflict_resolve *request) {
  if (output_is_json(call->output))
    output_record(call->output, verb_table[VERB_CONFLICT_RESOLVE].request, request);
  else if (request->value.count)
    output_text(call->output, "%s\n", output_clean(call->arena, format_value(call->arena, &request->value.at[0])).at);
  else
    output_text(call->output, "%s\n", conflict_effect(call->arena, conflict, request->choice.at).at);
  output_note(call->output, "Nothing was decided: this is what it would be.");
}

static struct result send_decision(struct invocation *call, const struct conflict_resolve *request) {
  struct empty reply;
  bool printed;
  TRY(client_print(call, VERB_CONFLICT_RESOLVE, request, &reply, &printed));
  if (!printed)
    output_note(call->output,
                "Conflict %lld is decided: %.*s. It is applied, and written outside where needed, when a look at the "
                "tracker shows that nothing has moved.",
                (long long)request->id, STR_FMT(request->choice));
  return RESULT_DONE;
}

/* While somebody edits, a side may move or the store go away: the text is kept for the next time. */
static struct result resolve_one(struct invocation *call) {
  struct conflict conflict = {0};
  struct str file = {0};
  TRY(conflict_find(call, invocation_argument(call, 0), &conflict));
  conflict = *conflict_named(call->arena, &conflict, 1);
  struct conflict_resolve request = {.id = conflict.id, .actor = invocation_actor(call)};
  struct result result = read_choice(call, &conflict, &request, &file);
  if (result_ok(&result) && invocation_flag(call, "dry-run"))
    say_plan(call, &conflict, &request);
  else if (result_ok(&result))
    result = send_decision(call, &request);
  editor_end(call, file, &result);
  return result;
}

struct result command_conflicts_resolve(struct invocation *call) {
  static const char *const choices[] = {"local", "external", "merge", "value", "edit"};
  int chosen = 0;
  for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++)
    chosen += invocation_flag(call, choices[i]);
  if (chosen != 1)
    return invocation_usage(call, "choose one of --local, --external, --merge, --value TEXT and --edit.");
  return conflict_many_asked(call) ? conflict_many_resolve(call) : resolve_one(call);
}
