/* Descriptions of remotes for the tests of proposals and checks. */
#ifndef TESTS_UNIT_CLI_DESCRIBE_H
#define TESTS_UNIT_CLI_DESCRIBE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "cli/known.h"
#include "cli/propose.h"

#define WORDS(array) \
  { (array), sizeof(array) / sizeof((array)[0]) }

/* "local=external, local=external" */
static inline struct str table_text(struct arena *arena, const struct field_setting *rule) {
  struct str_builder text = {.arena = arena};
  for (size_t i = 0; i < rule->table.count; i++)
    str_append_format(&text, "%s%.*s=%.*s", i ? ", " : "", STR_FMT(rule->table.at[i].local),
                      STR_FMT(rule->table.at[i].external));
  return str_built(&text);
}

/* A proposal for one field alone, as of a description that can be written. */
static inline struct proposal propose_one(struct arena *arena, struct remote_field field, const struct known *known) {
  struct remote_description *remote = ARENA_NEW(arena, struct remote_description);
  struct remote_field *at = ARENA_NEW(arena, struct remote_field);
  *at = field;
  *remote = (struct remote_description){.remote = STR("remote"), .can_write = true, .fields = {at, 1}};
  const struct propose_request request = {.remote = remote, .known = known};
  return propose_rules(arena, &request)[0];
}

static inline void assert_str(struct arena *arena, struct str text, const char *expected) {
  assert_string_equal(str_c(arena, text), expected);
}

#endif
