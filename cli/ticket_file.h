/* A ticket as a Markdown file for an editor: a small header between two lines of ---, then the body. In the header a
 * text is what follows `name:`, as it is; a set has one member a line, indented, after a dash:
 *
 *   ---
 *   title: Pump leaks
 *   status: open
 *   labels:
 *     - bug
 *   assignees:
 *   milestone:
 *   ---
 *   The body.
 */
#ifndef CLI_TICKET_FILE_H
#define CLI_TICKET_FILE_H

#include "base/result.h"
#include "base/values.h"

/* The common fields, empty ones too, and every further field of the ticket. */
struct str ticket_file_write(struct arena *arena, const struct values *fields);

/* The inverse; `known` says which fields are sets. RESULT_REJECTED names the line. */
struct result ticket_file_read(struct arena *arena, struct str text, const struct values *known,
                               struct values *out) MUST_USE;

/* What turns `before` into `after`, as ticket.edit wants it: texts to set, members to add and to remove. A field that
 * is missing in `after` is left alone. */
struct ticket_changes {
  struct values set, add, remove;
};
struct ticket_changes ticket_file_changes(struct arena *arena, const struct values *before, const struct values *after);

#endif
