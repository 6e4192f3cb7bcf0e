/* Where an HTTP server listens, as settings write it. */
#ifndef SERVICE_LISTEN_ADDRESS_H
#define SERVICE_LISTEN_ADDRESS_H

#include <netinet/in.h>

#include "base/result.h"
#include "base/str.h"

/* "127.0.0.1:7420". RESULT_REJECTED names the setting. */
struct result listen_address_parse(struct str address, const char *setting, struct sockaddr_in *out) MUST_USE;

#endif
