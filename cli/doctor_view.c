/* Printing findings. */
#include "cli/doctor_view.h"

#include "cli/table.h"

static void print_lines(const struct output *output, struct arena *arena, const struct doctor *doctor) {
  for (size_t i = 0; i < doctor->count; i++) {
    const struct finding *finding = &doctor->at[i];
    if (output->format == OUTPUT_PLAIN) {
      output_text(output, "%.*s\t%.*s\t%s\t%s\n", STR_FMT(finding->check), STR_FMT(finding->state),
                  output_clean_line(arena, finding->detail).at, output_clean_line(arena, finding->fix).at);
      continue;
    }
    output_styled(output, table_state_style(finding->state), str_format(arena, "%-8.*s", STR_FMT(finding->state)));
    output_text(output, " %-16.*s %s\n", STR_FMT(finding->check), output_clean_line(arena, finding->detail).at);
    if (finding->fix.length)
      output_text(output, "%26s-> %s\n", "", output_clean_line(arena, finding->fix).at);
  }
}

void doctor_view_print(const struct invocation *call, const struct doctor *doctor) {
  const struct findings findings = {.findings = {doctor->at, doctor->count}};
  if (output_is_json(call->output))
    output_record(call->output, &record_findings, &findings);
  else
    print_lines(call->output, call->arena, doctor);
}
