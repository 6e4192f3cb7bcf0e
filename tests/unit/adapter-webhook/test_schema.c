/* The options of a project: what is taken, and which member a message names when it is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-webhook/schema.h"

#define PLACES "\"id\":\"/id\",\"updated_at\":\"/at\""
#define TICKET "\"ticket\":{" PLACES ",\"fields\":{\"title\":\"/t\"}}"
#define COMMENT "\"comment\":{" PLACES ",\"ticket\":\"/on\",\"fields\":{\"body\":\"/b\"}}"
#define WITH_FIELD(json) "{\"ticket\":{" PLACES ",\"fields\":{\"title\":\"/t\"," json "}}}"
#define WITH_OUT(json) "{" TICKET ",\"out\":{\"ticket\":{" json "}}}"

static void schema_smallest_is_taken(void **state) {
  (void)state;
  struct arena arena = {0};
  struct schema schema;
  struct result result = schema_read(&arena, STR("{" TICKET "," COMMENT "}"), &schema);
  assert_string_equal(result.message, "");
  assert_true(schema.ticket.is_mapped && schema.comment.is_mapped);
  assert_int_equal(schema.ticket.fields.count, 1);
  assert_true(schema.ticket.fields.at[0].known.required);
  arena_free(&arena);
}

static void schema_kinds_follow_the_field(void **state) {
  (void)state;
  static const struct {
    const char *json, *kind;
    bool is_set;
  } rows[] = {
      {WITH_FIELD("\"labels\":\"/l\""), "set", true},
      {WITH_FIELD("\"assignees\":{\"path\":\"/l\",\"members_max\":1}"), "users", true},
      {WITH_FIELD("\"estimate\":\"/l\""), "number", false},
      {WITH_FIELD("\"severity\":\"/l\""), "choice", false},
      {WITH_FIELD("\"severity\":{\"path\":\"/l\",\"kind\":\"text\"}"), "text", false},
      {WITH_FIELD("\"components\":{\"path\":\"/l\",\"kind\":\"set\"}"), "set", true},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct schema schema;
    struct result result = schema_read(&arena, str_of(rows[i].json), &schema);
    assert_string_equal(result.message, "");
    assert_true(str_is(schema.ticket.fields.at[1].known.kind, rows[i].kind));
    assert_int_equal(schema.ticket.fields.at[1].is_set, rows[i].is_set);
  }
  arena_free(&arena);
}

/* Options that are not taken, and what the message names. */
static const struct {
  const char *json, *names;
} refused[] = {
    {"", "no options"},
    {"{", "not JSON"},
    {"[]", "an object"},
    {"{}", "options.ticket:"},
    {"{\"tickets\":{}}", "options.tickets:"},
    {"{\"ticket\":[]}", "options.ticket:"},
    {"{\"self\":7," TICKET "}", "options.self:"},
    {"{\"ticket\":{\"id\":\"id\",\"updated_at\":\"/at\",\"fields\":{\"title\":\"/t\"}}}", "options.ticket.id:"},
    {"{\"ticket\":{\"updated_at\":\"/at\",\"fields\":{\"title\":\"/t\"}}}", "options.ticket.id:"},
    {"{\"ticket\":{\"id\":\"/id\",\"fields\":{\"title\":\"/t\"}}}", "options.ticket.updated_at:"},
    {"{\"ticket\":{" PLACES ",\"id\":\"/x\",\"fields\":{\"title\":\"/t\"}}}", "options.ticket.id:"},
    {"{\"ticket\":{" PLACES ",\"fields\":{}}}", "options.ticket.fields:"},
    {"{\"ticket\":{" PLACES ",\"fields\":{\"body\":\"/t\"}}}", "options.ticket.fields:"},
    {"{\"ticket\":{" PLACES ",\"ticket\":\"/x\",\"fields\":{\"title\":\"/t\"}}}", "options.ticket.ticket:"},
    {"{\"ticket\":{" PLACES ",\"author\":\"/a\",\"marker\":\"/m\",\"fields\":{\"title\":\"/t\"}}}",
     "options.ticket.author:"},
    {WITH_FIELD("\"x\":7"), "options.ticket.fields.x:"},
    {WITH_FIELD("\"x\":\"x\""), "options.ticket.fields.x.path:"},
    {WITH_FIELD("\"x\":{}"), "options.ticket.fields.x.path:"},
    {WITH_FIELD("\"x\":{\"path\":\"/x\",\"kind\":\"colour\"}"), "options.ticket.fields.x.kind:"},
    {WITH_FIELD("\"labels\":{\"path\":\"/x\",\"kind\":\"line\"}"), "options.ticket.fields.labels.kind:"},
    {WITH_FIELD("\"x\":{\"path\":\"/x\",\"each\":\"x\"}"), "options.ticket.fields.x.each:"},
    {WITH_FIELD("\"x\":{\"path\":\"/x\",\"words\":[7]}"), "options.ticket.fields.x.words:"},
    {WITH_FIELD("\"x\":{\"path\":\"/x\",\"words\":{\"a\":\"b\"}}"), "options.ticket.fields.x.words: it must be a list"},
    {WITH_FIELD("\"x\":{\"path\":\"/x\",\"words\":\"a\"}"), "options.ticket.fields.x.words: it must be a list"},
    {WITH_FIELD("\"x\":{\"path\":\"/x\",\"words\":[{\"name\":\"a\",\"category\":\"b\"}]}"),
     "options.ticket.fields.x.words:"},
    {WITH_FIELD("\"x\":{\"path\":\"/x\",\"optional\":\"yes\"}"), "options.ticket.fields.x.optional:"},
    {WITH_FIELD("\"x\":{\"path\":\"/x\",\"members_max\":0}"), "options.ticket.fields.x.members_max:"},
    {WITH_FIELD("\"x\":{\"path\":\"/x\",\"members_max\":1.5}"), "options.ticket.fields.x.members_max:"},
    {WITH_FIELD("\"x\":{\"path\":\"/x\",\"colour\":1}"), "options.ticket.fields.x.colour:"},
    {"{" TICKET ",\"comment\":{" PLACES ",\"fields\":{\"body\":\"/b\"}}}", "options.comment.ticket:"},
    {"{" TICKET ",\"comment\":{" PLACES ",\"ticket\":\"/o\",\"fields\":{\"title\":\"/b\"}}}",
     "options.comment.fields:"},
    {"{" TICKET ",\"events\":{}}", "options.events.carry:"},
    {"{" TICKET ",\"events\":{\"carry\":[]}}", "options.events.carry:"},
    {"{" TICKET ",\"events\":{\"carry\":[7]}}", "options.events.carry:"},
    {"{" TICKET ",\"events\":{\"carry\":[{}]}}", "options.events.carry[0].ticket:"},
    {"{" TICKET ",\"events\":{\"carry\":[{\"ticket\":\"\",\"comment\":\"\"}]}}", "options.events.carry[0].ticket:"},
    {"{" TICKET ",\"events\":{\"carry\":[{\"comment\":\"\"}]}}", "options.events.carry[0].comment:"},
    {"{" TICKET ",\"events\":{\"carry\":[{\"ticket\":\"\",\"types\":[\"a\"]}]}}", "options.events.carry[0].types:"},
    {"{" TICKET ",\"events\":{\"type\":\"/t\",\"carry\":[{\"ticket\":\"\",\"types\":[7]}]}}",
     "options.events.carry[0].types:"},
    {"{" TICKET ",\"events\":{\"type\":\"/t\",\"carry\":[{\"ticket\":\"\",\"types\":[]}]}}",
     "options.events.carry[0].types: it must be a list of texts, and not empty"},
    {"{" TICKET ",\"events\":{\"type\":\"/t\",\"carry\":[{\"ticket\":\"\",\"types\":\"made\"}]}}",
     "options.events.carry[0].types: it must be a list of texts, and not empty"},
    {"{" TICKET ",\"events\":{\"type\":\"/t\",\"carry\":[{\"ticket\":\"\",\"types\":{\"a\":\"made\"}}]}}",
     "options.events.carry[0].types: it must be a list of texts, and not empty"},
    {"{" TICKET ",\"get\":{\"ticket\":{}}}", "options.get.ticket.url:"},
    {"{" TICKET ",\"get\":{\"ticket\":{\"url\":\"https://x/{id}\"}}}", "options.get.ticket.url:"},
    {"{" TICKET ",\"get\":{\"ticket\":{\"url\":\"/{key}\"}}}", "options.get.ticket.url:"},
    {"{" TICKET ",\"get\":{\"tickets\":{}}}", "options.get.tickets:"},
    {"{" TICKET ",\"probe\":{\"ticket\":{\"url\":\"/t{?key}\"}}}", "options.probe.ticket:"},
    {"{" TICKET ",\"poll\":{\"tickets\":{\"url\":\"/t{?cursor}\"}}}", "options.poll.tickets.next:"},
    {"{" TICKET ",\"poll\":{\"tickets\":{\"list\":\"/t\"}}}", "options.poll.tickets.url:"},
    {"{" TICKET ",\"poll\":{\"overlap_s\":-1}}", "options.poll.overlap_s:"},
    {"{\"ticket\":{\"id\":\"/id\",\"version\":\"/v\",\"fields\":{\"title\":\"/t\"}},\"poll\":{\"tickets\":{\"url\":"
     "\"/t{?since}\"}}}",
     "options.poll.tickets.url:"},
    {"{" TICKET ",\"out\":{\"comment\":{}}}", "options.out.comment:"},
    {WITH_OUT("\"create\":{}"), "options.out.ticket.create.url:"},
    {WITH_OUT("\"create\":{\"url\":\"/t\",\"method\":\"DELETE\"}"), "options.out.ticket.create.method:"},
    {WITH_OUT("\"delete\":{\"url\":\"/t/{id}\"}"), "options.out.ticket.delete:"},
    {"{" TICKET "," COMMENT ",\"out\":{\"comment\":{\"delete\":{\"url\":\"/c/{id}\",\"method\":\"GET\"}}}}",
     "options.out.comment.delete.method:"},
    {WITH_OUT("\"create\":{\"url\":\"/t/{id}\"}"), "options.out.ticket.create.url:"},
    {WITH_OUT("\"fields\":{\"body\":\"/b\"}"), "options.out.ticket.fields.body:"},
    {WITH_OUT("\"fields\":{\"title\":\"\"}"), "options.out.ticket.fields.title:"},
    {WITH_OUT("\"fields\":{\"title\":{\"path\":\"/t\",\"add\":\"/a\"}}"), "options.out.ticket.fields.title.remove:"},
    {WITH_OUT("\"fields\":{\"title\":{\"path\":\"/t\",\"add\":\"/a\",\"remove\":\"/r\"}}"),
     "options.out.ticket.fields.title.add:"},
    {WITH_OUT("\"marker\":\"/m\""), "options.out.ticket.marker:"},
    {WITH_OUT("\"marker\":\"/t/x\""), "options.out.ticket"},
    {WITH_OUT("\"answer_id\":\"/id\""), "options.out.ticket.answer_id:"},
    {"{" TICKET "," COMMENT ",\"out\":{\"comment\":{\"create\":{\"url\":\"/c\"}}}}", "options.out.comment.create:"},
};

static void schema_refuses_and_names_the_member(void **state) {
  (void)state;
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
    struct schema schema;
    struct result result = schema_read(&arena, str_of(refused[i].json), &schema);
    if (result.code != RESULT_REJECTED || str_find(str_of(result.message), refused[i].names) < 0)
      fail_msg("%s: %s", refused[i].json, result.message);
  }
  arena_free(&arena);
}

static void schema_is_bounded(void **state) {
  (void)state;
  struct arena arena = {0};
  struct schema schema;
  struct str_builder many = {.arena = &arena};
  str_append_c(&many, "{\"ticket\":{" PLACES ",\"fields\":{\"title\":\"/t\"");
  for (int i = 0; i < SCHEMA_FIELDS_MAX; i++)
    str_append_format(&many, ",\"f%d\":\"/f\"", i);
  str_append_c(&many, "}}}");
  assert_int_equal(schema_read(&arena, str_built(&many), &schema).code, RESULT_REJECTED);
  size_t size = 300 * 1024;
  char *large = arena_alloc(&arena, size);
  memset(large, ' ', size);
  assert_int_equal(schema_read(&arena, (struct str){large, size}, &schema).code, RESULT_REJECTED);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(schema_smallest_is_taken),
      cmocka_unit_test(schema_kinds_follow_the_field),
      cmocka_unit_test(schema_refuses_and_names_the_member),
      cmocka_unit_test(schema_is_bounded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
