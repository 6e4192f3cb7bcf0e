/* Counts the events of one type, and tells when the last one came.
 *
 *   bench-subscriber URL TOPIC COUNT      prints "ready", then the count and CLOCK_MONOTONIC of the last one */
#include <nng/nng.h>
#include <nng/protocol/pubsub0/sub.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void must(int status, const char *what) {
  if (status == 0)
    return;
  fprintf(stderr, "%s: %s\n", what, nng_strerror(status));
  exit(1);
}

/* Whether a message is of one of the comma-separated topics. */
static int is_wanted(nng_msg *message, const char *topics) {
  const char *topic = nng_msg_body(message);
  const char *end = memchr(topic, '\0', nng_msg_len(message));
  if (!end)
    return 0;
  size_t length = (size_t)(end - topic);
  for (const char *at = topics; at; at = strchr(at, ',')) {
    at += *at == ',';
    if (strncmp(at, topic, length) == 0 && (at[length] == ',' || at[length] == '\0'))
      return 1;
  }
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 4)
    return fprintf(stderr, "usage: bench-subscriber URL TOPIC,TOPIC COUNT\n"), 2;
  long wanted = atol(argv[3]), seen = 0;
  nng_socket socket;
  must(nng_sub0_open(&socket), "open");
  must(nng_socket_set_int(socket, NNG_OPT_RECVBUF, 8192), "buffer");
  must(nng_socket_set(socket, NNG_OPT_SUB_SUBSCRIBE, "", 0), "subscribe");
  must(nng_dial(socket, argv[1], NULL, 0), argv[1]);
  nng_msg *message;
  must(nng_recvmsg(socket, &message, 0), "receive"); /* a heartbeat: from now on nothing is missed */
  nng_msg_free(message);
  puts("ready");
  fflush(stdout);
  while (seen < wanted) {
    must(nng_recvmsg(socket, &message, 0), "receive");
    seen += is_wanted(message, argv[2]);
    nng_msg_free(message);
  }
  printf("%ld %.6f\n", seen, now_s());
  fflush(stdout);
  _Exit(0); /* nng_close can hang under traffic */
}
