/* Parts of URLs. */
#include "base/url.h"

bool url_has_user(struct str url) {
  ptrdiff_t scheme = str_find(url, "://");
  size_t begin = scheme < 0 ? 0 : (size_t)scheme + 3, end = begin;
  while (end < url.length && !strchr("/?#\\", url.at[end]))
    end++;
  return str_find(str_slice(url, begin, end), "@") >= 0;
}

static bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

struct str url_segment(struct arena *arena, struct str text) {
  struct str_builder segment = {.arena = arena};
  for (size_t i = 0; i < text.length; i++) {
    if (is_unreserved(text.at[i]))
      str_append(&segment, str_slice(text, i, i + 1));
    else
      str_append_format(&segment, "%%%02X", (unsigned char)text.at[i]);
  }
  return str_built(&segment);
}
