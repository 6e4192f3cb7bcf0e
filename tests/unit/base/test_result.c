/* Results: names, messages, context, and where they are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/result.h"

static void result_codes_have_names_both_ways(void **state) {
  static const char *const names[] = {"ok", "retry", "uncertain", "stale", "rejected", "gone", "auth", "bug"};
  (void)state;
  for (int code = RESULT_OK; code <= RESULT_BUG; code++) {
    assert_string_equal(result_code_name((enum result_code)code), names[code]);
    assert_int_equal(result_code_named(names[code], strlen(names[code])), code);
  }
}

static void result_code_of_another_name_is_a_bug(void **state) {
  static const char *const names[] = {"", "o", "okay", "OK", "retry ", "unknown"};
  (void)state;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    assert_int_equal(result_code_named(names[i], strlen(names[i])), RESULT_BUG);
  assert_int_equal(result_code_named("ok and more", 2), RESULT_OK);
  assert_string_equal(result_code_name((enum result_code)99), "bug");
  assert_string_equal(result_code_name((enum result_code) - 1), "bug");
}

static void result_context_goes_before_the_message(void **state) {
  struct result inner = result_retry_after(1500, "no answer from %s", "api"), outer;
  (void)state;
  outer = result_context(inner, "project %s", "rocket");
  assert_string_equal(outer.message, "project rocket: no answer from api");
  assert_int_equal(outer.code, RESULT_RETRY);
  assert_int_equal(outer.retry_after_ms, 1500);
}

static struct result failing(void) {
  return result_error(RESULT_GONE, "nothing there");
}

static struct result passing_upward(void) {
  TRY(failing());
  return RESULT_DONE;
}

static void result_try_passes_failures_unchanged(void **state) {
  struct result result = passing_upward();
  (void)state;
  assert_int_equal(result.code, RESULT_GONE);
  assert_string_equal(result.message, "nothing there");
  assert_false(result_ok(&result));
}

#define MARK " \xe2\x80\xa6"

/* Messages travel as UTF-8 and are stored by a database that takes nothing else: a cut must not split a character. */
static void result_messages_are_cut_between_characters(void **state) {
  static const char *const characters[] = {"x", "\xc3\xa4", "\xe6\x97\xa5", "\xf0\x9f\x90\x99"};
  (void)state;
  for (size_t i = 0; i < 4; i++)
    for (size_t shift = 0; shift < 5; shift++) {
      char text[1024] = "";
      memset(text, '.', shift);
      for (size_t at = shift; at + 4 < 400; at += strlen(characters[i]))
        strcpy(text + at, characters[i]);
      struct result error = result_error(RESULT_REJECTED, "%s", text), retry = result_retry_after(1, "%s", text);
      struct result inner = result_context(error, "context"), outer = result_context(failing(), "%s", text);
      const char *const cut[] = {error.message, retry.message, inner.message + strlen("context: "), outer.message};
      for (size_t m = 0; m < 4; m++) {
        size_t length = strlen(cut[m]) - strlen(MARK);
        assert_string_equal(cut[m] + length, MARK);
        assert_memory_equal(cut[m], text, length);
        assert_int_equal((length - shift) % strlen(characters[i]), 0);
        assert_true(length > 240 - 4 - 1 - strlen("context: ") - strlen(MARK) - 4);
      }
    }
}

static void result_messages_are_cut_between_words(void **state) {
  (void)state;
  for (size_t shift = 0; shift < 8; shift++) {
    char text[1024] = "";
    memset(text, '.', shift);
    while (strlen(text) < 300)
      strcat(text, " Issues");
    struct result error = result_error(RESULT_REJECTED, "%s", text);
    struct result inner = result_context(error, "context"), outer = result_context(failing(), "%s", text);
    const char *const cut[] = {error.message, inner.message, outer.message};
    for (size_t m = 0; m < 3; m++) {
      size_t length = strlen(cut[m]);
      assert_true(length > 240 - 1 - strlen(MARK) - strlen(" Issues"));
      assert_string_equal(cut[m] + length - strlen("Issues" MARK), "Issues" MARK);
    }
  }
}

static void result_messages_that_fit_are_whole(void **state) {
  (void)state;
  struct result result = result_error(RESULT_REJECTED, "ends in \xc3\xa4");
  assert_string_equal(result.message, "ends in \xc3\xa4");
  result = result_context(result_error(RESULT_REJECTED, "\xf0\x9f\x90\x99"), "\xe6\x97\xa5");
  assert_string_equal(result.message, "\xe6\x97\xa5: \xf0\x9f\x90\x99");
  result = result_error(RESULT_REJECTED, "%s", "");
  assert_string_equal(result.message, "");
}
static void result_after_a_write_is_uncertain_unless_all_went_well(void **state) {
  (void)state;
  struct result gone = result_after_write(result_error(RESULT_GONE, "gone"));
  struct result uncertain = result_after_write(result_error(RESULT_UNCERTAIN, "cut off"));
  assert_int_equal(result_after_write(RESULT_DONE).code, RESULT_OK);
  assert_int_equal(gone.code, RESULT_UNCERTAIN);
  assert_string_equal(gone.message, "written, but: gone");
  assert_string_equal(uncertain.message, "cut off");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(result_codes_have_names_both_ways),
      cmocka_unit_test(result_code_of_another_name_is_a_bug),
      cmocka_unit_test(result_context_goes_before_the_message),
      cmocka_unit_test(result_try_passes_failures_unchanged),
      cmocka_unit_test(result_messages_are_cut_between_characters),
      cmocka_unit_test(result_messages_are_cut_between_words),
      cmocka_unit_test(result_messages_that_fit_are_whole),
      cmocka_unit_test(result_after_a_write_is_uncertain_unless_all_went_well),
  };
  return cmocka_run_group_tests_name("result", tests, NULL, NULL);
}
