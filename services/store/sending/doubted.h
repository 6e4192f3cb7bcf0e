/* Updates whose outcome is not known: what the look after them has to know. */
#ifndef STORE_DOUBTED_H
#define STORE_DOUBTED_H

#include "store/store.h"

/* Of an update of a ticket that planning decided: what it was to put there, and as which version its target was seen
 * before. Of any other write nothing. */
struct result doubted_load(struct call *call, struct intent *intent) MUST_USE;

#endif
