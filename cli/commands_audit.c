/* audit verify | export | egress: what was decided, and what left the house. */
#include "base/clock.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/table.h"

/* -- the trail -- */

static void print_verified(const struct invocation *call, const struct audit_verified *all) {
  struct str rows = format_counted(call->arena, all->rows, "row", "rows");
  if (all->broken)
    output_text(call->output, "Row %lld is wrong: %.*s. The %.*s before it are as they were written.\n",
                (long long)all->broken, STR_FMT(all->fault), STR_FMT(rows));
  else
    output_text(call->output, "%.*s, all as they were written. The newest hash, to note down elsewhere: %.*s\n",
                STR_FMT(rows), STR_FMT(all->head.length ? all->head : STR("none")));
}

/* All pages; `out` has their sum. */
static struct result verify_pages(struct invocation *call, struct audit_query *query, struct audit_verified *out) {
  struct arena page_arena = {0};
  struct result result = RESULT_DONE;
  TRY(client_open(call));
  do {
    struct audit_verified page = {0};
    arena_reset(&page_arena);
    result = rpc_call(call->rpc, &page_arena, VERB_AUDIT_VERIFY, query, &page, RPC_TIMEOUT_MS);
    if (!result_ok(&result))
      break;
    query->after = page.next;
    page.rows += out->rows;
    page.found |= out->found;
    *out = page;
    out->head = str_copy(call->arena, page.head);
    out->fault = str_copy(call->arena, page.fault);
  } while (out->more && !out->broken);
  arena_free(&page_arena);
  return result;
}

struct result command_audit_verify(struct invocation *call) {
  struct audit_query query = {.hash = invocation_text(call, "hash")};
  struct audit_verified all = {0};
  TRY(verify_pages(call, &query, &all));
  if (output_is_json(call->output))
    output_record(call->output, verb_table[VERB_AUDIT_VERIFY].reply, &all);
  else
    print_verified(call, &all);
  if (query.hash.length && !all.found)
    output_note(call->output, "The hash %.*s is not there (any more): rows were removed, or all were made anew.",
                STR_FMT(query.hash));
  if (all.broken || (query.hash.length && !all.found))
    call->exit_code = EXIT_CODE_GENERAL;
  return RESULT_DONE;
}

/* One JSON object a line, with --json and without. */
struct result command_audit_export(struct invocation *call) {
  struct audit_query query = {.after = invocation_number(call, "after", 0)};
  struct arena page_arena = {0};
  struct result result = RESULT_DONE;
  TRY(client_open(call));
  for (bool more = true; more;) {
    struct audit_list page = {0};
    arena_reset(&page_arena);
    result = rpc_call(call->rpc, &page_arena, VERB_AUDIT_LIST, &query, &page, RPC_TIMEOUT_MS);
    more = result_ok(&result) && page.rows.count > 0;
    for (size_t i = 0; i < page.rows.count && more; i++) {
      output_record(call->output, &record_audit_row, &page.rows.at[i]);
      query.after = page.rows.at[i].id;
    }
  }
  arena_free(&page_arena);
  return result;
}

/* -- what left -- */

struct result command_audit_egress(struct invocation *call) {
  static const struct column columns[] = {{"WHEN", 0},    {"TICKET", 0}, {"PROJECT", 0},
                                          {"OUTSIDE", 0}, {"RULE", 0},   {"FIELDS", COLUMN_TRUNC}};
  int64_t since_s = invocation_number(call, "since", 0);
  struct egress_query query = {.ticket = invocation_text(call, "ticket"),
                               .project = invocation_text(call, "project"),
                               .before = invocation_number(call, "before", 0),
                               .since_ms = since_s ? clock_now_ms() - since_s * 1000 : 0,
                               .limit = invocation_number(call, "limit", 50)};
  struct egress_list list = {0};
  bool printed;
  TRY(client_print(call, VERB_EGRESS_LIST, &query, &list, &printed));
  if (printed)
    return RESULT_DONE;
  struct table *table = table_new(call->output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < list.rows.count; i++) {
    const struct egress *row = &list.rows.at[i];
    struct str when = call->output->format == OUTPUT_PLAIN ? clock_format_ms(call->arena, row->at_ms)
                                                           : format_moment(call->arena, row->at_ms);
    const struct str cells[] = {when,         row->ticket,
                                row->project, row->external_key,
                                row->rule,    format_join(call->arena, row->fields.at, row->fields.count, ", ")};
    table_row(table, cells);
  }
  table_end(table);
  if (list.rows.count == 0)
    output_note(call->output, "Nothing has left.");
  if (list.more)
    output_note(call->output, "There are older ones: repeat it with --before %lld, or with a larger --limit.",
                (long long)list.rows.at[list.rows.count - 1].id);
  return RESULT_DONE;
}
