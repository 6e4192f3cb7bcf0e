/* How much room text takes on a terminal. */
#ifndef CLI_WIDTH_H
#define CLI_WIDTH_H

#include "base/str.h"

/* In columns; what is no UTF-8 counts one a byte. */
size_t width_of_text(struct str text);

#endif
