/* A person edits a text: $VISUAL, $EDITOR, else vi. */
#ifndef CLI_EDITOR_H
#define CLI_EDITOR_H

#include "cli/invocation.h"

/* Writes `text` into a private file (0600) called `name`, waits for the editor, reads it back. The file stays at
 * `*path` until editor_forget(), so that an edit that is refused is not lost. RESULT_REJECTED: the editor could not be
 * started, or failed. */
struct result editor_edit(struct invocation *call, const char *name, struct str text, struct str *out,
                          struct str *path) MUST_USE;

/* Removes the file and its folder. */
void editor_forget(struct str path);

#endif
