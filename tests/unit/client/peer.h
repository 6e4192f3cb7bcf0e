/* The other end of the library's next connection, a socket pair instead of a network: link with
 * -Wl,--wrap=stream_dial. */
#ifndef TESTS_UNIT_CLIENT_PEER_H
#define TESTS_UNIT_CLIENT_PEER_H

/* The store's end, the caller's to close; the next wire_open() has the other one. */
int peer_new(void);

/* The address that stands for it. */
#define PEER_URL STR("tcp://peer:1")

#endif
