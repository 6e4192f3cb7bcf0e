/* Deciding many conflicts at once: show, ask, decide, tell. */
#include "cli/conflict_many.h"

#include "cli/client.h"
#include "cli/conflict_choices.h"
#include "cli/conflict_find.h"
#include "cli/conflict_view.h"
#include "cli/format.h"
#include "cli/prompt.h"
#include "cli/table.h"

enum { PAGE = 200, SHOWN = 20 };

static bool has_filter(const struct invocation *call) {
  return invocation_flag(call, "project") || invocation_flag(call, "ticket") || invocation_flag(call, "field") ||
         invocation_flag(call, "kind");
}

bool conflict_many_asked(const struct invocation *call) {
  return has_filter(call) || call->more_count > 0 || str_is_absent(invocation_argument(call, 0));
}

/* -- which -- */

struct chosen {
  const struct conflict **at;
  size_t count, capacity;
  size_t deletions; /* left out */
};

static void take(struct arena *arena, struct chosen *chosen, const struct conflict *conflict) {
  if (chosen->count == chosen->capacity) {
    size_t capacity = chosen->capacity ? 2 * chosen->capacity : 64;
    const struct conflict **grown = ARENA_ARRAY(arena, const struct conflict *, capacity);
    for (size_t i = 0; i < chosen->count; i++)
      grown[i] = chosen->at[i];
    chosen->at = grown;
    chosen->capacity = capacity;
  }
  chosen->at[chosen->count++] = conflict;
}

/* A filter over fields does not mean to delete tickets: that has to be asked for. */
static struct result choose_by_filter(struct invocation *call, struct chosen *out) {
  struct conflict_query query = conflict_filter(call);
  bool with_deletions = query.kind.length || query.field.length;
  query.state = STR("open");
  query.limit = PAGE;
  for (;;) {
    struct conflict_list page = {0};
    TRY(client_call(call, VERB_CONFLICT_LIST, &query, &page));
    const struct conflict *conflicts = conflict_named(call->arena, page.conflicts.at, page.conflicts.count);
    for (size_t i = 0; i < page.conflicts.count; i++) {
      const struct conflict *conflict = &conflicts[i];
      bool deletion = str_is(conflict->kind, "deleted_vs_edited") && !with_deletions;
      out->deletions += deletion;
      if (str_is(conflict->state, "open") && !deletion)
        take(call->arena, out, conflict);
      query.before = conflict->id;
    }
    if (!page.more)
      return RESULT_DONE;
  }
}

static struct result choose_by_number(struct invocation *call, struct chosen *out) {
  for (size_t i = 0; i <= call->more_count; i++) {
    struct conflict conflict = {0};
    TRY(conflict_find(call, i ? call->more[i - 1] : invocation_argument(call, 0), &conflict));
    take(call->arena, out, conflict_named(call->arena, &conflict, 1));
  }
  return RESULT_DONE;
}

static struct result choose(struct invocation *call, struct chosen *out) {
  bool named = !str_is_absent(invocation_argument(call, 0));
  if (named == has_filter(call))
    return invocation_usage(call, "which? Numbers, or --project, --ticket, --field or --kind.");
  if (!invocation_flag(call, "local") && !invocation_flag(call, "external"))
    return invocation_usage(call, "many at once go to --local or --external.");
  return named ? choose_by_number(call, out) : choose_by_filter(call, out);
}

/* -- telling -- */

static void show(const struct invocation *call, const struct chosen *chosen, struct str choice) {
  static const struct column columns[] = {{"ID", COLUMN_RIGHT},
                                          {"TICKET", 0},
                                          {"OUTSIDE", COLUMN_TRUNC},
                                          {"FIELD", COLUMN_TRUNC},
                                          {"WHAT HAPPENS", COLUMN_TRUNC}};
  struct arena *arena = call->arena;
  bool all = call->output->format == OUTPUT_PLAIN || !call->output->terminal;
  size_t shown = all || chosen->count <= SHOWN ? chosen->count : SHOWN;
  struct table *table = table_new(call->output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < shown; i++) {
    const struct conflict *conflict = chosen->at[i];
    const struct str cells[] = {
        str_format(arena, "%lld", (long long)conflict->id), conflict->ticket,
        str_format(arena, "%.*s %.*s", STR_FMT(conflict->project), STR_FMT(conflict->external_key)), conflict->field,
        conflict_effect(arena, conflict, choice.at)};
    table_row(table, cells);
  }
  table_end(table);
  if (shown < chosen->count)
    output_note(call->output, "... and %zu more; --plain shows all.", chosen->count - shown);
}

static void say_counts(const struct invocation *call, const struct chosen *chosen, struct str choice) {
  output_note(call->output, "%.*s to be decided: %.*s.",
              STR_FMT(format_counted(call->arena, (int64_t)chosen->count, "conflict", "conflicts")), STR_FMT(choice));
  if (chosen->deletions)
    output_note(call->output, "Left out: %.*s. They go by --kind deleted_vs_edited.",
                STR_FMT(format_counted(call->arena, (int64_t)chosen->deletions, "deletion", "deletions")));
}

static void show_left_open(const struct invocation *call, const struct conflict_outcomes *done) {
  static const struct column columns[] = {{"LEFT OPEN", COLUMN_RIGHT}, {"WHY", COLUMN_WRAP}, {"NOW", COLUMN_RIGHT}};
  struct table *table = table_new(call->output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < done->outcomes.count; i++) {
    const struct conflict_outcome *outcome = &done->outcomes.at[i];
    if (outcome->decided)
      continue;
    const struct str cells[] = {str_format(call->arena, "%lld", (long long)outcome->id), outcome->reason,
                                outcome->open_id ? str_format(call->arena, "%lld", (long long)outcome->open_id)
                                                 : STR("")};
    table_row(table, cells);
  }
  table_end(table);
}

static void tell(struct invocation *call, const struct conflict_outcomes *done) {
  size_t decided = 0, count = done->outcomes.count;
  for (size_t i = 0; i < count; i++)
    decided += done->outcomes.at[i].decided;
  if (decided < count)
    call->exit_code = EXIT_CODE_STALE;
  if (output_is_json(call->output)) {
    output_record(call->output, verb_table[VERB_CONFLICT_RESOLVE_MANY].reply, done);
    return;
  }
  output_note(
      call->output,
      "Decided: %.*s. They are applied, and written outside where needed, when a look at the tracker shows that "
      "nothing has moved.",
      STR_FMT(format_counted(call->arena, (int64_t)decided, "conflict", "conflicts")));
  show_left_open(call, done);
}

/* -- deciding -- */

/* With --json: which ones it would be. */
static void print_undecided(const struct invocation *call, const struct chosen *chosen) {
  struct conflict_outcome *all = ARENA_ARRAY(call->arena, struct conflict_outcome, chosen->count + 1);
  struct conflict_outcomes none = {0};
  for (size_t i = 0; i < chosen->count; i++)
    all[i].id = chosen->at[i]->id;
  none.outcomes.at = all;
  none.outcomes.count = chosen->count;
  if (output_is_json(call->output))
    output_record(call->output, verb_table[VERB_CONFLICT_RESOLVE_MANY].reply, &none);
}

static struct result decide(struct invocation *call, const struct chosen *chosen, struct str choice,
                            struct conflict_outcomes *out) {
  struct conflict_outcome *all = ARENA_ARRAY(call->arena, struct conflict_outcome, chosen->count);
  for (size_t start = 0; start < chosen->count; start += PAGE) {
    size_t count = chosen->count - start < PAGE ? chosen->count - start : PAGE;
    struct conflict_id *ids = ARENA_ARRAY(call->arena, struct conflict_id, count);
    struct conflict_resolve_many request = {.choice = choice, .actor = invocation_actor(call)};
    struct conflict_outcomes reply = {0};
    for (size_t i = 0; i < count; i++)
      ids[i].id = chosen->at[start + i]->id;
    request.conflicts.at = ids;
    request.conflicts.count = count;
    struct result result = client_call(call, VERB_CONFLICT_RESOLVE_MANY, &request, &reply);
    if (!result_ok(&result) && start)
      output_note(call->output, "The first %zu were gone through before this; the same command goes on.", start);
    TRY(result);
    for (size_t i = 0; i < reply.outcomes.count && i < count; i++)
      all[start + i] = reply.outcomes.at[i];
  }
  out->outcomes.at = all;
  out->outcomes.count = chosen->count;
  return RESULT_DONE;
}

struct result conflict_many_resolve(struct invocation *call) {
  struct str choice = invocation_flag(call, "local") ? STR("local") : STR("external");
  struct chosen chosen = {0};
  struct conflict_outcomes done = {0};
  bool yes = false;
  TRY(choose(call, &chosen));
  if (!output_is_json(call->output))
    show(call, &chosen, choice);
  say_counts(call, &chosen, choice);
  if (invocation_flag(call, "dry-run"))
    output_note(call->output, "Nothing was decided: this is what it would be.");
  else if (chosen.count)
    TRY(prompt_confirm(call, "Decide all of these?", &yes));
  if (!yes) {
    print_undecided(call, &chosen);
    return RESULT_DONE;
  }
  TRY(decide(call, &chosen, choice, &done));
  tell(call, &done);
  return RESULT_DONE;
}
