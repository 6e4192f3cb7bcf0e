/* Printing findings. */
#include "cli/doctor_view.h"

#include "cli/table.h"
#include "cli/wrap.h"

enum { STATE_WIDTH = 8, DETAIL_AT = 26 };

/* Lines that go to a terminal are broken between words; others are whole. */
static struct str fitted(const struct output *output, struct arena *arena, struct str line) {
  return wrap_hanging(arena, line, output->terminal ? output_width(output) : 0, DETAIL_AT);
}

static void print_finding(const struct output *output, struct arena *arena, const struct finding *finding) {
  struct str line = str_format(arena, "%-*.*s %-16.*s %s", STATE_WIDTH, STR_FMT(finding->state),
                               STR_FMT(finding->check), output_clean_line(arena, finding->detail).at);
  struct str text = fitted(output, arena, line);
  output_styled(output, table_state_style(finding->state), str_slice(text, 0, STATE_WIDTH));
  output_text(output, "%.*s\n", STR_FMT(str_slice(text, STATE_WIDTH, text.length)));
  if (finding->fix.length) {
    line = str_format(arena, "%*s-> %s", DETAIL_AT, "", output_clean_line(arena, finding->fix).at);
    output_text(output, "%.*s\n", STR_FMT(fitted(output, arena, line)));
  }
}

static void print_lines(const struct output *output, struct arena *arena, const struct doctor *doctor) {
  for (size_t i = 0; i < doctor->count; i++) {
    const struct finding *finding = &doctor->at[i];
    if (output->format == OUTPUT_PLAIN)
      output_text(output, "%.*s\t%.*s\t%s\t%s\n", STR_FMT(finding->check), STR_FMT(finding->state),
                  output_clean_line(arena, finding->detail).at, output_clean_line(arena, finding->fix).at);
    else
      print_finding(output, arena, finding);
  }
}

void doctor_view_print(const struct invocation *call, const struct doctor *doctor) {
  const struct findings findings = {.findings = {doctor->at, doctor->count}};
  if (output_is_json(call->output))
    output_record(call->output, &record_findings, &findings);
  else
    print_lines(call->output, call->arena, doctor);
}
