/* What of a Markdown text is code, as GitHub reads it (docs/adr/0029). */
#ifndef SYNC_CODE_PLACES_H
#define SYNC_CODE_PLACES_H

#include "base/arena.h"
#include "base/str.h"

/* Tells of each place, in ascending order, whether it is in a span or a block of code. A place is where a word begins
 * that is no part of Markdown's syntax ("@ann", "#12"), or what hides something ("<!--", "[//]:"). False where nobody
 * can tell: in a text that is too long or too wild for the parser. */
void code_places(struct arena *arena, struct str text, const size_t *places, size_t count, bool *out_in_code);

#endif
