/* How much room text takes on a terminal. */
#include "cli/width.h"

#include <utf8proc.h>

size_t width_of_text(struct str text) {
  const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text.at;
  size_t width = 0;
  for (size_t at = 0; at < text.length;) {
    utf8proc_int32_t letter;
    utf8proc_ssize_t length = utf8proc_iterate(bytes + at, (utf8proc_ssize_t)(text.length - at), &letter);
    width += length > 0 ? (size_t)utf8proc_charwidth(letter) : 1;
    at += length > 0 ? (size_t)length : 1;
  }
  return width;
}
