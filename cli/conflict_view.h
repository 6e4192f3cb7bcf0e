/* A conflict as people compare it. */
#ifndef CLI_CONFLICT_VIEW_H
#define CLI_CONFLICT_VIEW_H

#include "cli/output.h"
#include "proto/nouns.h"

/* One line a conflict. */
void conflict_view_list(const struct output *output, const struct conflict *conflicts, size_t count, int64_t now_ms);

/* What it is about, then base, local and external side by side with a sign where they differ. */
void conflict_view_print(const struct output *output, const struct conflict *conflict, int64_t now_ms);

/* Both values between markers, for an editor; lines that both sides share stand once. */
struct str conflict_view_edit_text(struct arena *arena, const struct conflict *conflict);

/* True when the text still has a line that starts like one of those markers. */
bool conflict_view_has_markers(struct str text);

#endif
