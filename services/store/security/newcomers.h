/* Connections whose other end has not shown who it is yet. nng 1.5.2 waits for the end of a handshake without a limit,
 * so anybody who reaches the port could hold all descriptors by saying nothing. */
#ifndef STORE_NEWCOMERS_H
#define STORE_NEWCOMERS_H

#include "store/security/peers.h"

/* A handshake takes milliseconds, and some round trips. When there are many at once, nobody may take long. */
enum { NEWCOMER_PATIENCE_MS = 10000, NEWCOMERS_MANY = 128, NEWCOMER_PATIENCE_MANY_MS = 1000 };

struct newcomers;

/* The URLs that the store listens on. Lives as long as the process. */
struct newcomers *newcomers_new(struct peers *peers, struct str verbs_url, struct str events_url);

/* Hangs up on those who have taken too long; to be called about once a second. How many. */
size_t newcomers_sweep(struct newcomers *newcomers, int64_t now_ms);

#endif
