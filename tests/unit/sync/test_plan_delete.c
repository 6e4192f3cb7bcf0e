/* What is done about a mapping of which a side is deleted: the whole table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sync/plan_delete.h"

#define DECIDED(who) .decided = true, .choice = PLAN_CHOOSE_##who

struct row {
  const char *what;
  struct plan_existence is;
  enum plan_deletion wanted;
};

#define BOTH .may_push = true, .may_pull = true
#define COMMENT .is_comment = true, BOTH
#define GONE .gone_external = true
#define DELETED .deleted_local = true

static const struct row rows[] = {
    {"both there", {COMMENT, .changed_local = true}, PLAN_NO_DELETION},
    {"a ticket, both there", {BOTH}, PLAN_NO_DELETION},
    {"gone where it was written", {COMMENT, GONE, .is_origin = true}, PLAN_DELETE_LOCAL},
    {"the same, edited here", {COMMENT, GONE, .is_origin = true, .changed_local = true}, PLAN_DELETION_CONFLICT},
    {"a copy is gone", {COMMENT, GONE}, PLAN_DELETION_CONFLICT},
    {"a copy is gone: ours", {COMMENT, GONE, DECIDED(LOCAL)}, PLAN_RESTORE_EXTERNAL},
    {"a copy is gone: theirs", {COMMENT, GONE, DECIDED(EXTERNAL)}, PLAN_DELETE_LOCAL},
    {"edited here and gone: ours",
     {COMMENT, GONE, .is_origin = true, .changed_local = true, DECIDED(LOCAL)},
     PLAN_RESTORE_EXTERNAL},
    {"deleted here", {COMMENT, DELETED}, PLAN_DELETE_EXTERNAL},
    {"deleted here, edited there", {COMMENT, DELETED, .changed_external = true}, PLAN_DELETION_CONFLICT},
    {"the same: ours", {COMMENT, DELETED, .changed_external = true, DECIDED(LOCAL)}, PLAN_DELETE_EXTERNAL},
    {"the same: theirs", {COMMENT, DELETED, .changed_external = true, DECIDED(EXTERNAL)}, PLAN_RESTORE_LOCAL},
    {"deleted on both sides", {COMMENT, DELETED, GONE, .changed_external = true}, PLAN_UNLINK},
    {"deleted before it left", {COMMENT, DELETED, .uncreated = true}, PLAN_UNLINK},
    {"gone, and nothing is taken from there",
     {.is_comment = true, .may_push = true, GONE, .is_origin = true},
     PLAN_DELETION_CONFLICT},
    {"deleted here, and nothing may leave", {.is_comment = true, .may_pull = true, DELETED}, PLAN_DELETION_WAITS},
    {"a copy is gone, ours, and nothing may leave",
     {.is_comment = true, .may_pull = true, GONE, DECIDED(LOCAL)},
     PLAN_DELETION_WAITS},
    {"gone, and not kept in step", {.is_comment = true, GONE, .is_origin = true}, PLAN_DELETION_WAITS},
    {"a ticket is gone", {BOTH, GONE, .is_origin = true}, PLAN_DELETION_CONFLICT},
    {"a ticket is gone: ours", {BOTH, GONE, DECIDED(LOCAL)}, PLAN_UNLINK},
    {"a ticket is gone: theirs", {BOTH, GONE, DECIDED(EXTERNAL)}, PLAN_CLOSE_LOCAL},
    {"a ticket is gone, and not kept in step", {GONE}, PLAN_DELETION_CONFLICT},
};

static void plan_delete_follows_its_table(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (plan_delete(&rows[i].is) != rows[i].wanted)
      fail_msg("%s: \"%s\" and not \"%s\"", rows[i].what, plan_deletion_name(plan_delete(&rows[i].is)),
               plan_deletion_name(rows[i].wanted));
}

/* As they are told to the store; what leaves both sides alone has no name. */
static void plan_delete_names_what_is_done(void **state) {
  (void)state;
  static const struct {
    enum plan_deletion deletion;
    const char *name;
  } named[] = {
      {PLAN_DELETE_LOCAL, "delete_local"},
      {PLAN_DELETE_EXTERNAL, "delete_external"},
      {PLAN_RESTORE_LOCAL, "restore_local"},
      {PLAN_RESTORE_EXTERNAL, "restore_external"},
      {PLAN_UNLINK, "unlink"},
      {PLAN_CLOSE_LOCAL, "close_local"},
      {PLAN_NO_DELETION, ""},
      {PLAN_DELETION_WAITS, ""},
      {PLAN_DELETION_CONFLICT, ""},
  };
  for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
    assert_string_equal(plan_deletion_name(named[i].deletion), named[i].name);
}

/* P2, P8 over all inputs: an edit that nobody has seen is never deleted, and a ticket only by a person's word. */
static void plan_delete_loses_nothing_by_itself(void **state) {
  (void)state;
  for (unsigned bits = 0; bits < 1U << 10; bits++) {
    struct plan_existence is = {
        .is_comment = bits & 1,
        .is_origin = bits & 2,
        .deleted_local = (bits & 4) && (bits & 1),
        .gone_external = bits & 8,
        .uncreated = bits & 16,
        .changed_local = bits & 32,
        .changed_external = bits & 64,
        .may_push = bits & 128,
        .may_pull = bits & 256,
        .decided = bits & 512,
        .choice = PLAN_CHOOSE_LOCAL,
    };
    enum plan_deletion deletion = plan_delete(&is);
    if (deletion == PLAN_DELETE_LOCAL)
      assert_true(is.decided || (is.is_origin && !is.changed_local));
    if (deletion == PLAN_DELETE_EXTERNAL)
      assert_true(is.deleted_local && is.may_push && (is.decided || !is.changed_external));
    if (deletion == PLAN_CLOSE_LOCAL || deletion == PLAN_RESTORE_LOCAL || deletion == PLAN_RESTORE_EXTERNAL)
      assert_true(is.decided);
    if (deletion == PLAN_UNLINK && is.is_comment)
      assert_true(is.deleted_local);
  }
}

static void plan_is_changed_compares_as_plan_does(void **state) {
  (void)state;
  struct value text = value_text(STR("body"), STR("one\n")), same = value_text(STR("body"), STR("one\r\n\n")),
               other = value_text(STR("body"), STR("two")), empty = value_text(STR("body"), STR(""));
  struct values none = {0}, now = {&text, 1};
  assert_false(plan_is_changed(&now, &(struct values){&same, 1}));
  assert_true(plan_is_changed(&now, &(struct values){&other, 1}));
  assert_true(plan_is_changed(&now, &none));
  assert_false(plan_is_changed(&(struct values){&empty, 1}, &none));
  assert_false(plan_is_changed(&none, &now));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plan_delete_follows_its_table),
      cmocka_unit_test(plan_delete_names_what_is_done),
      cmocka_unit_test(plan_delete_loses_nothing_by_itself),
      cmocka_unit_test(plan_is_changed_compares_as_plan_does),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
