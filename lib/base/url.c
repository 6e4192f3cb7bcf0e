/* Parts of URLs. */
#include "base/url.h"

bool url_has_user(struct str url) {
  ptrdiff_t scheme = str_find(url, "://");
  size_t begin = scheme < 0 ? 0 : (size_t)scheme + 3, end = begin;
  while (end < url.length && !strchr("/?#\\", url.at[end]))
    end++;
  return str_find(str_slice(url, begin, end), "@") >= 0;
}
