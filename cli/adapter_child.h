/* Running an adapter's program. Secrets go by its stdin. */
#ifndef CLI_ADAPTER_CHILD_H
#define CLI_ADAPTER_CHILD_H

#include <sys/types.h>

#include "cli/invocation.h"

struct adapter_child {
  pid_t pid;
  int in, out; /* its stdin and stdout */
};

/* The path of a program that belongs to tandem: beside this one, else as it is called on PATH. */
struct str adapter_child_beside(struct arena *arena, const char *name);

/* The same of a system's adapter. */
struct str adapter_child_program(struct arena *arena, const char *system);

/* Children that are started from now on call out under the rules that the running adapter has. */
struct result adapter_child_rules(struct invocation *call) MUST_USE;

/* Starts `program MODE`. */
struct result adapter_child_start(const char *program, const char *mode, struct adapter_child *child) MUST_USE;

/* Writes everything and closes its stdin. */
void adapter_child_send(struct adapter_child *child, struct str text);

#endif
