/* egress: what left the house. */
#include "base/clock.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/table.h"

struct result command_egress(struct invocation *call) {
  static const struct column columns[] = {{"WHEN", 0},    {"TICKET", 0}, {"PROJECT", 0},
                                          {"OUTSIDE", 0}, {"RULE", 0},   {"FIELDS", COLUMN_TRUNC}};
  struct egress_query query = {.ticket = invocation_text(call, "ticket"),
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
  return RESULT_DONE;
}
