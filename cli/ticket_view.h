/* Tickets as people read them. */
#ifndef CLI_TICKET_VIEW_H
#define CLI_TICKET_VIEW_H

#include "cli/output.h"
#include "proto/nouns.h"

/* One ticket with fields, where it is outside, body and comments. */
void ticket_view_print(const struct output *output, const struct ticket *ticket, int64_t now_ms);

/* A table with one line a ticket. */
void ticket_view_list(const struct output *output, const struct ticket *tickets, size_t count, int64_t now_ms);

#endif
