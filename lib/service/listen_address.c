/* IPv4 address and port. */
#include "service/listen_address.h"

#include <arpa/inet.h>

struct result listen_address_parse(struct str address, const char *setting, struct sockaddr_in *out) {
  struct arena scratch = {0};
  ptrdiff_t colon = str_find(address, ":");
  int64_t port = -1;
  struct sockaddr_in parsed = {.sin_family = AF_INET};
  bool fits = colon > 0 && str_to_i64(str_slice(address, (size_t)colon + 1, address.length), &port) && port >= 0 &&
              port < 65536 &&
              inet_pton(AF_INET, str_c(&scratch, str_slice(address, 0, (size_t)colon)), &parsed.sin_addr) == 1;
  arena_free(&scratch);
  if (!fits)
    return result_error(RESULT_REJECTED, "%s: \"%.*s\" is not like 127.0.0.1:7420", setting, STR_FMT(address));
  parsed.sin_port = htons((uint16_t)port);
  *out = parsed;
  return RESULT_DONE;
}
