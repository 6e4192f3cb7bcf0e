/* By size: members are only ever added at the end. */
#include "client/options.h"

#include <string.h>

struct result options_take(void *own, size_t own_bytes, const void *given) {
  size_t bytes;
  memcpy(&bytes, given, sizeof bytes);
  if (bytes <= sizeof bytes)
    return result_error(RESULT_REJECTED, "the options are not initialised: call their ..._init() first");
  if (bytes > own_bytes)
    return result_error(RESULT_REJECTED, "the program was built for a newer libtandem than " TANDEM_VERSION);
  memset(own, 0, own_bytes);
  memcpy(own, given, bytes);
  return RESULT_DONE;
}
