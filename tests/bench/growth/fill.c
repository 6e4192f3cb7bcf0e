/* Documents of JSON with a hostile text, or its lines, in the places where trackers have people's words. */
#include "base/json.h"
#include "growth.h"
#include "sync/canon.h"

static void append_lines(struct str_builder *out, char place, struct str text) {
  static const struct {
    char place;
    const char *opens, *before, *behind, *closes;
  } forms[] = {{'L', "[", "", "", "]"}, {'N', "[", "{\"name\":", "}", "]"}, {'M', "{", "", ":\"v\"", "}"}};
  size_t form = 0, count;
  while (forms[form].place != place)
    form++;
  struct str *lines = growth_lines(out->arena, text, &count);
  str_append_c(out, forms[form].opens);
  for (size_t i = 0; i < count; i++) {
    str_append_c(out, i ? ",\n" : "");
    str_append_c(out, forms[form].before);
    json_append_quoted(out, lines[i]);
    str_append_c(out, forms[form].behind);
  }
  str_append_c(out, forms[form].closes);
}

struct str *growth_fill(struct arena *arena, const char *form, struct str text) {
  struct str clean = canon_clean_text(arena, CONTENT_TEXT, text), *filled = ARENA_NEW(arena, struct str);
  struct str_builder out = {.arena = arena};
  for (const char *at = form; *at; at++)
    if (*at != '$')
      str_append(&out, (struct str){at, 1});
    else if (*++at == 'T')
      json_append_quoted(&out, clean);
    else
      append_lines(&out, *at, clean);
  *filled = str_built(&out);
  return filled;
}
