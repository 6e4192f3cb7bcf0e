/* Shell completion, made from the table of commands. */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "base/str.h"

/* The script for "bash", "zsh" or "fish"; false for any other shell. */
bool completion_script(struct arena *arena, struct str shell, struct str *out);

#endif
