/* Where a ticket is outside though it may not be, and what is taken back of it. */
#ifndef CLI_RETRACT_VIEW_H
#define CLI_RETRACT_VIEW_H

#include "cli/output.h"
#include "proto/verbs.h"

void retract_view_print(const struct output *output, const struct retraction *retraction, int64_t now_ms);

/* Whether anything of it can be taken back that is not on its way already. */
bool retract_view_is_open(const struct retraction *retraction);

/* Whether somebody has to do something about this place: ask for it to be taken back, or see to it there. */
bool retract_view_waits_for_a_person(const struct retraction_place *place);

#endif
