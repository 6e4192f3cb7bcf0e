/* Each allocation fails in turn: a whole plan, texts on their way out and back, and below them libgit2 with its xdiff
 * and utf8proc. What is short of memory must not look like a conflict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scarce.h"
#include "sync/attribution.h"
#include "sync/canon.h"
#include "sync/diff.h"
#include "sync/map_fields.h"
#include "sync/merge.h"
#include "sync/plan.h"
#include "sync/sanitise.h"

#define BASE "one\ntwo\nthree\nfour\nfive\n"
#define LOCAL "one\ntwo, here\nthree\nfour\nfive\n"
#define EXTERNAL "one\ntwo\nthree\nfour, there\nfive\n"
#define AGAINST "one\ntwo, there\nthree\nfour\nfive\n"

static struct str texts_merged(struct arena *arena) {
  struct str merged = {0};
  bool clean = merge_text(arena, STR(BASE), STR(LOCAL), STR(EXTERNAL), &merged);
  return str_format(arena, "%d %.*s", clean, STR_FMT(merged));
}

static struct str texts_marked(struct arena *arena) {
  const struct str base = STR(BASE);
  struct merge_marked marked = merge_text_marked(arena, &base, STR(LOCAL), STR(AGAINST));
  return str_format(arena, "%d %.*s", marked.clean, STR_FMT(marked.text));
}

static struct str words_compared(struct arena *arena) {
  const struct str before[] = {STR("the"), STR("pump"), STR("leaks")};
  const struct str after[] = {STR("pump"), STR("still"), STR("leaks")};
  const int *partners = diff_partners(arena, before, 3, after, 3);
  return str_format(arena, "%d %d %d", partners[0], partners[1], partners[2]);
}

static struct str unicode_canonical(struct arena *arena) {
  return str_format(arena, "%.*s %.*s", STR_FMT(canon_text(arena, CONTENT_SET, STR("E\xCC\x81TAGE"))),
                    STR_FMT(canon_text(arena, CONTENT_TEXT, STR("e\xCC\x81tage"))));
}

static const struct str base_labels[] = {STR("bug"), STR("ui")}, local_labels[] = {STR("bug"), STR("ui"), STR("new")},
                        external_labels[] = {STR("Bug"), STR("wet")};
static const struct value_pair words[] = {{STR("done"), STR("closed")}, {STR("open"), STR("open")}};
static const struct field_rule field_rules[] = {{.field = STR("status"), .table = words, .count = 2, .closed = true}};

static struct values values_of(struct arena *arena, const char *title, const char *body, const char *status,
                               const struct str *labels, size_t label_count) {
  struct values_builder values = {.arena = arena};
  values_put(&values, value_text(STR("title"), str_of(title)));
  values_put(&values, value_text(STR("body"), str_of(body)));
  values_put(&values, value_text(STR("status"), str_of(status)));
  values_put(&values, value_set(STR("labels"), labels, label_count));
  return values_built(&values);
}

/* A conflict, a merged text, a word of the table and a merged set. */
static struct str ticket_planned(struct arena *arena) {
  struct plan_input input = {
      .local = values_of(arena, "Mine", LOCAL, "done", local_labels, 3),
      .external = values_of(arena, "Theirs", EXTERNAL, "open", external_labels, 2),
      .shadow_local = values_of(arena, "Both", BASE, "open", base_labels, 2),
      .shadow_external = values_of(arena, "Both", BASE, "open", base_labels, 2),
      .external_fresh = true,
      .rules = {.strategy = STRATEGY_MERGE, .fields = field_rules, .field_count = 1},
  };
  struct plan plan = plan_make(arena, &input);
  struct str_builder told = {.arena = arena};
  for (size_t i = 0; i < plan.count; i++) {
    const struct plan_field *field = &plan.fields[i];
    str_append_format(&told, "%.*s %s %s: %.*s, %zu; ", STR_FMT(field->field), plan_action_name(field->action),
                      plan_winner_name(field->winner), STR_FMT(field->local.text), field->local.count);
    str_append_format(&told, "sends %.*s +%zu -%zu\n", STR_FMT(field->write.set.text), field->write.add.count,
                      field->write.remove.count);
  }
  return str_built(&told);
}

static struct str set_mapped(struct arena *arena) {
  static const struct value_pair table[] = {{STR("bug"), STR("defect")}};
  static const struct field_rule rule = {.field = STR("labels"), .table = table, .count = 1};
  struct value labels = value_set(STR("labels"), local_labels, 3);
  struct mapped there = map_fields_to_external(arena, &rule, &labels);
  struct mapped back = map_fields_to_local(arena, &rule, &there.value);
  return str_format(arena, "%zu %.*s %zu %.*s %d", there.value.count, STR_FMT(there.value.items[0]), back.value.count,
                    STR_FMT(back.value.items[0]), map_fields_agree(&rule, &labels, &there.value));
}

/* Nothing of the inside may leave because there was too little memory to find it. */
static struct str text_sent_and_seen(struct arena *arena) {
  const struct str local =
      STR("@zoe: /home/zoe/main.c is at http://ci.corp/job/7 <!-- hidden -->, see #12\n\nThe end.");
  const struct sanitise_rules rules = {.own_url = STR("https://github.com/acme")};
  struct str sent = sanitise_out(arena, CONTENT_TEXT, local, (struct str){0}, &rules);
  struct str named = attribution_add(arena, sent, STR("zoe"), STR("Jira"), STR("https://jira.example/1"));
  struct str back = sanitise_in(arena, CONTENT_TEXT, local, attribution_strip(named), &rules);
  return str_format(arena, "%.*s\n%.*s", STR_FMT(named), STR_FMT(back));
}

static void out_of_memory_plan(void **state) {
  (void)state;
  scarce_check(ticket_planned);
}

static void out_of_memory_words(void **state) {
  (void)state;
  scarce_check(set_mapped);
}

static void out_of_memory_sanitising(void **state) {
  (void)state;
  scarce_check(text_sent_and_seen);
}

static void out_of_memory_merge(void **state) {
  (void)state;
  scarce_check(texts_merged);
}

static void out_of_memory_marked_merge(void **state) {
  (void)state;
  scarce_check(texts_marked);
}

static void out_of_memory_diff(void **state) {
  (void)state;
  scarce_check(words_compared);
}

static void out_of_memory_unicode(void **state) {
  (void)state;
  scarce_check(unicode_canonical);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(out_of_memory_merge),      cmocka_unit_test(out_of_memory_marked_merge),
      cmocka_unit_test(out_of_memory_diff),       cmocka_unit_test(out_of_memory_unicode),
      cmocka_unit_test(out_of_memory_plan),       cmocka_unit_test(out_of_memory_words),
      cmocka_unit_test(out_of_memory_sanitising),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
