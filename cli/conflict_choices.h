/* Why something is a conflict, and what each choice would do. */
#ifndef CLI_CONFLICT_CHOICES_H
#define CLI_CONFLICT_CHOICES_H

#include "cli/output.h"
#include "proto/nouns.h"

/* Why it is one, in a sentence or two; clean. */
struct str conflict_why(struct arena *arena, const struct conflict *conflict);

/* What `choice` ("local" or "external") does here and there; clean, one line. */
struct str conflict_effect(struct arena *arena, const struct conflict *conflict, const char *choice);

/* The commands that decide an open conflict and what each does, or what became of a decided one and how to bring a
 * value back: messages. */
void conflict_print_choices(const struct output *output, const struct conflict *conflict, int64_t now_ms);

#endif
