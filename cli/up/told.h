/* What the services tell us about themselves (service/notify.h): a socket of ours takes systemd's place. */
#ifndef UP_TOLD_H
#define UP_TOLD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/result.h"

enum { TOLD_ADDRESS_BYTES = 16 };

struct told_socket {
  int file;                         /* readable when somebody tells something; close-on-exec */
  char address[TOLD_ADDRESS_BYTES]; /* for NOTIFY_SOCKET */
};

/* One message; every one means that its sender lives. */
struct told {
  pid_t pid; /* the sender's, as the kernel says */
  bool ready;
};

/* A socket with a name of its own in the abstract namespace, which the kernel chooses: no file is left behind. */
struct result told_open(struct told_socket *out) MUST_USE;

/* The next message; false when there is none. Anybody on this machine can send one: look at who it was. */
bool told_next(const struct told_socket *socket, struct told *out);

#endif
