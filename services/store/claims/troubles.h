/* What should go on by itself and does not: work that is due and that nobody takes, sessions that do not end. */
#ifndef STORE_TROUBLES_H
#define STORE_TROUBLES_H

#include "store/store.h"

struct result troubles_list(struct call *call, struct status *out) MUST_USE;

#endif
