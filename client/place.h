/* Where the store is and which files to show it, from the options, the environment and the bundle. */
#ifndef CLIENT_PLACE_H
#define CLIENT_PLACE_H

#include "client/tandem.h"

/* Fills the texts of `tandem`. REJECTED: something is missing or cannot be used, and what. */
struct result place_find(const struct tandem_options *options, struct tandem *tandem) MUST_USE;

#endif
