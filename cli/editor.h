/* A person edits a text: $VISUAL, $EDITOR, else vi. */
#ifndef CLI_EDITOR_H
#define CLI_EDITOR_H

#include "cli/invocation.h"

/* Writes `text` into a private file (0600) called `name`, waits for the editor, reads it back. The file stays at
 * `*path` until editor_end() or editor_forget(), so that an edit that is refused is not lost. RESULT_REJECTED: the
 * editor could not be started, or failed; then there is a file only if it has changed it. */
struct result editor_edit(struct invocation *call, const char *name, struct str text, struct str *out,
                          struct str *path) MUST_USE;

/* What became of the text: one that has served is removed, of another it is told where it is. No path: nothing. */
void editor_end(const struct invocation *call, struct str path, const struct result *result);

/* Removes the file and its folder. */
void editor_forget(struct str path);

#endif
