/* Open and decided conflicts of a case: what they keep as it is, and whether they are still about what both sides are.
 */
#ifndef CONFLICT_FROZEN_H
#define CONFLICT_FROZEN_H

#include "proto/verbs.h"

/* The case's conflict about this field's values; NULL when there is none. */
const struct conflict *frozen_conflict(const struct plan_case *c, struct str field);

/* Somebody chose, and that is not applied yet. */
bool frozen_is_decided(const struct conflict *conflict);

/* Neither side was changed by anybody since. Both are compared as planning compares them, so that neither blanks nor
 * line ends are a change; nor is what the decision itself made of the local side. */
bool frozen_stands(const struct plan_case *c, const struct conflict *conflict);

/* Whether nothing is done about its field. A value that could not be passed on is tried again, unless a tracker has
 * refused it and nobody has changed anything about it since; a word that a table lacked may be there by now. */
bool frozen_is_frozen(const struct plan_case *c, const struct conflict *conflict);

#endif
