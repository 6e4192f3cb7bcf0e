/* sd_notify(3) from its other end. */
#include "cli/up/told.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MESSAGE_BYTES_MAX = 4096 };

/* Bound without a name, a socket gets five digits (unix(7), autobind). */
static bool bind_somewhere(int file, char out[TOLD_ADDRESS_BYTES]) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  socklen_t length = sizeof address;
  const int on = 1;
  if (setsockopt(file, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0 ||
      bind(file, (struct sockaddr *)&address, sizeof address.sun_family) != 0 ||
      getsockname(file, (struct sockaddr *)&address, &length) != 0)
    return false;
  snprintf(out, TOLD_ADDRESS_BYTES, "@%.*s", (int)(length - offsetof(struct sockaddr_un, sun_path) - 1),
           address.sun_path + 1);
  return true;
}

struct result told_open(struct told_socket *out) {
  int file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (file < 0 || !bind_somewhere(file, out->address)) {
    int error = errno;
    if (file >= 0)
      close(file);
    return result_error(RESULT_RETRY, "cannot make a socket for what the services tell: %s", strerror(error));
  }
  out->file = file;
  return RESULT_DONE;
}

static bool has_line(const char *text, const char *line) {
  size_t length = strlen(line);
  for (const char *at = text; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
    if (strncmp(at, line, length) == 0 && (at[length] == '\n' || at[length] == '\0'))
      return true;
  return false;
}

static pid_t sender_of(struct msghdr *message) {
  struct cmsghdr *head = CMSG_FIRSTHDR(message);
  struct ucred sender = {0};
  if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_CREDENTIALS)
    memcpy(&sender, CMSG_DATA(head), sizeof sender);
  return sender.pid;
}

bool told_next(const struct told_socket *socket, struct told *out) {
  char text[MESSAGE_BYTES_MAX + 1];
  union {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(sizeof(struct ucred))];
  } control;
  struct iovec part = {text, MESSAGE_BYTES_MAX};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t length = recvmsg(socket->file, &message, MSG_CMSG_CLOEXEC);
  if (length < 0)
    return false;
  text[length] = '\0';
  *out = (struct told){.pid = sender_of(&message), .ready = has_line(text, "READY=1")};
  return true;
}
