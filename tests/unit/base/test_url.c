/* Parts of URLs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/url.h"

static void url_has_user_rows(void **state) {
  static const struct {
    const char *url;
    bool has_user;
  } rows[] = {
      {"https://ann:secret@host.example/", true},
      {"https://ann@host.example", true},
      {"https://:secret@host.example", true},
      {"https://@host.example", true},
      {"ann:secret@host.example/path", true},
      {"https://ann:se@cret@host.example?x", true},
      {"https://host.example/", false},
      {"https://host.example:8443/@ann", false},
      {"https://host.example?mail=ann@host.example", false},
      {"https://host.example#@", false},
      {"https://[::1]:8443/a@b", false},
      {"", false},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (url_has_user(str_of(rows[i].url)) != rows[i].has_user)
      fail_msg("%s", rows[i].url);
}

static void url_segment_rows(void **state) {
  static const struct {
    const char *text, *segment;
  } rows[] = {
      {"rocket-2.0_x~", "rocket-2.0_x~"},
      {"my board", "my%20board"},
      {"50%?#/", "50%25%3F%23%2F"},
      {"\xC3\xBC", "%C3%BC"},
      {"", ""},
  };
  struct arena arena = {0};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (!str_is(url_segment(&arena, str_of(rows[i].text)), rows[i].segment))
      fail_msg("%s", rows[i].text);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(url_has_user_rows),
      cmocka_unit_test(url_segment_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
