/* URI templates: which are taken, and what they become. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-webhook/template.h"

static const char *const names[] = {"id", "since", "cursor", NULL};

static void template_check_rows(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum result_code code;
  } rows[] = {
      {"/tickets", RESULT_OK},
      {"/tickets/{id}", RESULT_OK},
      {"/tickets/{id}.json?a=b&c=%20", RESULT_OK},
      {"/tickets{?since,cursor}", RESULT_OK},
      {"/tickets?x=1{&since,cursor}", RESULT_OK},
      {"", RESULT_REJECTED},
      {"tickets", RESULT_REJECTED},
      {"//evil.example/x", RESULT_REJECTED},
      {"https://evil.example/x", RESULT_REJECTED},
      {"/a b", RESULT_REJECTED},
      {"/a\nb", RESULT_REJECTED},
      {"/a#b", RESULT_REJECTED},
      {"/\xc3\xa4", RESULT_REJECTED},
      {"/{", RESULT_REJECTED},
      {"/{}", RESULT_REJECTED},
      {"/{?}", RESULT_REJECTED},
      {"/}", RESULT_REJECTED},
      {"/{id", RESULT_REJECTED},
      {"/id}", RESULT_REJECTED},
      {"/{{id}}", RESULT_REJECTED},
      {"/{ID}", RESULT_REJECTED},
      {"/{secret}", RESULT_REJECTED},
      {"/{id,}x{,id}", RESULT_REJECTED},
      {"/{+id}", RESULT_REJECTED},
      {"/{id*}", RESULT_REJECTED},
      {"/{id:3}", RESULT_REJECTED},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (template_check(str_of(rows[i].text), names).code != rows[i].code)
      fail_msg("%s", rows[i].text);
}

static void template_expand_rows(void **state) {
  (void)state;
  static const struct {
    const char *text, *id, *since, *cursor, *url; /* url NULL: rejected */
  } rows[] = {
      {"/t/{id}", "7", NULL, NULL, "/t/7"},
      {"/t/{id}", "a/b?c#d e\"\xc3\xa4", NULL, NULL, "/t/a%2Fb%3Fc%23d%20e%22%C3%A4"},
      {"/t/{id}/x", "..", NULL, NULL, NULL},
      {"/t/{id}/x", ".", NULL, NULL, NULL},
      {"/t/{id}/x", "", NULL, NULL, NULL},
      {"/t/{id}/x", NULL, NULL, NULL, NULL},
      {"/t/{id}/x", "...", NULL, NULL, "/t/.../x"},
      {"/t?q={id}", "..", NULL, NULL, "/t?q=.."},
      {"/t?q={id}&x=1", NULL, NULL, NULL, "/t?q=&x=1"},
      {"/t{?since,cursor}", NULL, NULL, NULL, "/t"},
      {"/t{?since,cursor}", NULL, "a&b=c", NULL, "/t?since=a%26b%3Dc"},
      {"/t{?since,cursor}", NULL, NULL, "x", "/t?cursor=x"},
      {"/t{?since,cursor}", NULL, "", "x", "/t?since=&cursor=x"},
      {"/t?l=9{&since,cursor}", NULL, "1", "2", "/t?l=9&since=1&cursor=2"},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct str url = {0};
    const struct template_variable variables[] = {
        {"id", str_of(rows[i].id)}, {"since", str_of(rows[i].since)}, {"cursor", str_of(rows[i].cursor)}};
    assert_true(template_check(str_of(rows[i].text), names).code == RESULT_OK);
    struct result result = template_expand(&arena, str_of(rows[i].text), variables, 3, &url);
    if (result.code != (rows[i].url ? RESULT_OK : RESULT_REJECTED) || (rows[i].url && !str_is(url, rows[i].url)))
      fail_msg("row %zu: %.*s", i, STR_FMT(url));
  }
  struct str url;
  struct result result = template_expand(&arena, STR("/t{?since}"), NULL, 0, &url);
  assert_int_equal(result.code, RESULT_OK);
  assert_true(str_is(url, "/t")); /* what a call has none of is as one that is not set */
  arena_free(&arena);
}

static void template_has_in_path_rows(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool has;
  } rows[] = {{"/t/{id}", true},      {"/{since}/{id}/x?y", true}, {"/t?i={id}", false}, {"/t{?id}", false},
              {"/t?a=b{&id}", false}, {"/t/{since}", false},       {"/t", false}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (template_has_in_path(str_of(rows[i].text), "id") != rows[i].has)
      fail_msg("%s", rows[i].text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(template_check_rows),
      cmocka_unit_test(template_expand_rows),
      cmocka_unit_test(template_has_in_path_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
