/* What must not leave with a text, and what comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "property.h"
#include "sync/canon.h"
#include "sync/sanitise.h"

#define J "\xe2\x81\xa0"
#define TEN_TICKS "``````````"
#define EIGHTY_TICKS TEN_TICKS TEN_TICKS TEN_TICKS TEN_TICKS TEN_TICKS TEN_TICKS TEN_TICKS TEN_TICKS

static const struct str hosts[] = {{"ci.example.org", 14}};
static const struct sanitise_rules rules = {
    .internal_hosts = hosts, .internal_host_count = 1, .own_url = {"https://jira.corp/", 18}};

static void sanitise_out_leaves_out_what_must_not_leave(void **state) {
  (void)state;
  static const char *const rows[][2] = {
      /* mentions */
      {"@ann look", "@" J "ann look"},
      {"(@ann, @acme/team)", "(@" J "ann, @" J "acme/team)"},
      {"ann@example.org", "ann@example.org"},
      {"`@ann` and ``a ` @b``", "`@ann` and ``a ` @b``"},
      {"```\n@ann #1\n```\n@bob", "```\n@ann #1\n```\n@" J "bob"},
      {"~~~\n@ann\n~~~", "~~~\n@ann\n~~~"},
      {"~~~\n```\n~~~\n@ann", "~~~\n```\n~~~\n@" J "ann"},
      {"````\n```\n@ann\n````\n@bob", "````\n```\n@ann\n````\n@" J "bob"},
      {"```\n``` x\n@ann\n```\n@bob", "```\n``` x\n@ann\n```\n@" J "bob"},
      {"``` `x`\n@ann", "``` `x`\n@" J "ann"},
      {"a ` @ann", "a ` @" J "ann"},
      {"a " EIGHTY_TICKS "@ann" EIGHTY_TICKS, "a " EIGHTY_TICKS "@ann" EIGHTY_TICKS},
      /* more are no code */
      {"a " EIGHTY_TICKS "`@ann`" EIGHTY_TICKS, "a " EIGHTY_TICKS "`@" J "ann`" EIGHTY_TICKS},
      /* what looks like code, and is none */
      {"> ```\n@ann\n```\n@bob\n```", "> ```\n@" J "ann\n```\n@bob\n```"},
      {"- a ` b\n- @ann ` c", "- a ` b\n- @" J "ann ` c"},
      {"# a `\n@ann `", "# a `\n@" J "ann `"},
      {"| a ` | @ann ` |\n|---|---|", "| a ` | @" J "ann ` |\n|---|---|"},
      {"| ` | x ` y ` @ann ` |\n|---|---|", "| ` | x ` y ` @" J "ann ` |\n|---|---|"},
      {"<x y=\"`\">@ann `", "<x y=\"`\">@" J "ann `"},
      {"\\`@ann`", "\\`@" J "ann`"},
      {"https://example.org/` @ann `", "https://example.org/` @" J "ann `"},
      {"https://example.org/` a ` b ` @ann `", "https://example.org/` a ` b ` @" J "ann `"},
      /* code of any kind */
      {"> ```\n> @ann\n> ```\n\n@bob", "> ```\n> @ann\n> ```\n\n@" J "bob"},
      {"1. x\n\n   ```\n   @ann\n   ```", "1. x\n\n   ```\n   @ann\n   ```"},
      {"    @ann", "    @ann"},
      {"| `@ann` |\n|---|", "| `@ann` |\n|---|"},
      {"`@ann | #1`", "`@ann | #1`"},
      {"@ ann @", "@ ann @"},
      /* references */
      {"see #12", "see #" J "12"},
      {"acme/rocket#12", "acme/rocket#" J "12"},
      {"GH-12 and XGH-12", "GH" J "-12 and XGH-12"},
      {"# Heading", "# Heading"},
      {"#12a", "#" J "12a"},
      {"color #fff", "color #fff"},
      /* comments */
      {"a<!-- secret -->b", "a " J " b"},
      {"` @ann <!-- x\n\ny --> `@bob`", "` @" J "ann \n\n" J "  `@bob`"}, /* not one span of code, then @bob */
      {"` a <!-- x\n\ny -->\n`@bob`", "` a \n\n\n`@bob`"},
      {"a<!-- two\nlines --> b", "a " J " b"},
      {"a <!-- two\nlines --> b", "a  b"},
      {"a<!-- no end", "a<!-- no end"},
      {"<!<!-- x -->-- @ann -->", "<! " J " -- @" J "ann -->"},
      {"<!-- x -->```\n@ann", " " J " ```\n@" J "ann"},
      {"```<!--`-->\n\n```\n@ann", "```\n\n```\n@" J "ann"}, /* without it the first line begins code */
      {"`<!-- code -->`", "`<!-- code -->`"},
      /* paths */
      {"in /home/ann/src/x.c:12.", "in (local path)."},
      {"in /home/", "in /home/"},
      {"`/Users/ann/x`", "`(local path)`"},
      {"C:\\Users\\ann\\x.txt and", "(local path) and"},
      {"C:\\Program Files\\x\\y.txt, then", "(local path), then"},
      {"\\\\server\\share\\x", "(local path)"},
      {"file:///etc/passwd", "(local path)"},
      {"~/x and ~x", "(local path) and ~x"},
      {"https://example.org/home/ann", "https://example.org/home/ann"},
      {"root is /root/.ssh/id", "root is /root/.ssh/id"},
      {"/root/x", "(local path)"},
      {"either/home/or", "either/home/or"},
      {"```\n/home/ann/x\n```", "```\n(local path)\n```"},
      /* addresses */
      {"http://10.0.0.1/x?y", "(internal link)"},
      {"http://172.31.0.1:8080 http://172.32.0.1", "(internal link) http://172.32.0.1"},
      {"https://ci.example.org/job/1", "(internal link)"},
      {"https://x.CI.Example.org/", "(internal link)"},
      {"https://xci.example.org/", "https://xci.example.org/"},
      {"[log](http://build.internal/1)", "[log]((internal link))"},
      {"<https://wiki.corp/x>", "<(internal link)>"},
      {"http://jenkins/job", "(internal link)"},
      {"http://localhost:3000/", "(internal link)"},
      {"http://[::1]/ http://[fd00::1]:80/ http://[2606:4700::1]/",
       "(internal link) (internal link) http://[2606:4700::1]/"},
      {"http://0x7f.1/ http://2130706433/", "(internal link) (internal link)"},
      {"https://user:pw@printer.local/", "(internal link)"},
      {"https://github.com@10.1.2.3/", "(internal link)"},
      {"https://100.64.0.1/ https://100.128.0.1/", "(internal link) https://100.128.0.1/"},
      {"https://jira.corp/browse/X-1", "https://jira.corp/browse/X-1"},
      {"https://example.org/@ann#12", "https://example.org/@ann#12"},
      {"ssh://git@host.corp/x.git", "(internal link)"},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct str out = sanitise_out(&arena, CONTENT_TEXT, str_of(rows[i][0]), (struct str){0}, &rules);
    if (!str_is(out, rows[i][1]))
      fail_msg("%s\nbecame  %.*s\nand not %s", rows[i][0], STR_FMT(out), rows[i][1]);
  }
  arena_free(&arena);
}

static void sanitise_out_of_one_line_leaves_mentions(void **state) {
  (void)state;
  struct arena arena = {0};
  struct str out = sanitise_out(&arena, CONTENT_LINE, STR("@ann: #12 in /home/ann/x"), (struct str){0}, &rules);
  assert_true(str_is(out, "@ann: #12 in (local path)"));
  out = sanitise_out(&arena, CONTENT_CHOICE, STR("/home/ann/x"), (struct str){0}, &rules);
  assert_true(str_is(out, "/home/ann/x"));
  arena_free(&arena);
}

/* A table that would fill the memory is not parsed: nothing is known to be code then, and every mention is silenced. */
static void sanitise_out_silences_all_of_what_cannot_be_parsed(void **state) {
  (void)state;
  enum { COLUMNS = 2000, ROWS = 200 };
  struct arena arena = {0};
  struct str_builder text = {.arena = &arena};
  for (int i = 0; i < COLUMNS; i++)
    str_append(&text, STR("|a"));
  str_append(&text, STR("\n"));
  for (int i = 0; i < COLUMNS; i++)
    str_append(&text, STR("|-"));
  for (int i = 0; i < ROWS; i++)
    str_append(&text, STR("\n|b"));
  str_append(&text, STR("\n\n`@ann`"));
  struct str out = sanitise_out(&arena, CONTENT_TEXT, str_built(&text), (struct str){0}, &rules);
  assert_true(str_find(out, "`@" J "ann`") > 0);
  arena_free(&arena);
}

static void sanitise_out_leaves_the_other_side_its_own(void **state) {
  (void)state;
  struct arena arena = {0};
  struct str known = STR("@ann, see #12 <!-- form --> /home/x/y http://a.corp/");
  assert_true(str_equal(sanitise_out(&arena, CONTENT_TEXT, known, known, &rules), known));
  struct str out = sanitise_out(&arena, CONTENT_TEXT, STR("@ann and @bob, #12 and #13"), known, &rules);
  assert_true(str_is(out, "@ann and @" J "bob, #12 and #" J "13"));
  arena_free(&arena);
}

static void sanitise_in_keeps_what_did_not_leave(void **state) {
  (void)state;
  static const struct {
    const char *local, *seen, *is;
  } rows[] = {
      {"@ann\nsee /home/ann/x", "@" J "ann\nsee (local path)", "@ann\nsee /home/ann/x"},
      {"one\n\n/home/ann/x\n\nthree", "ONE\n\n(local path)\n\nthree", "ONE\n\n/home/ann/x\n\nthree"},
      {"a<!-- note -->\n\nb\n\nc", "a\n\nb\n\nC", "a<!-- note -->\n\nb\n\nC"},
      {"@ann", "@" J "ann, @bob", "@ann, @bob"},
      {"@ann", "@ann", "@ann"},
      {"plain", "@" J "ann", "@ann"},
      {"see /home/ann/x", "see nothing", "see nothing"},
      {"plain", "other", "other"},
      {"", "x", "x"},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct str is = sanitise_in(&arena, CONTENT_TEXT, str_of(rows[i].local), str_of(rows[i].seen), &rules);
    if (!str_is(is, rows[i].is))
      fail_msg("%s, seen as %s, is %.*s", rows[i].local, rows[i].seen, STR_FMT(is));
  }
  arena_free(&arena);
}

/* Hostile texts cost no more than long ones. */
static void sanitise_out_takes_time_by_length(void **state) {
  (void)state;
  enum { LENGTH = 1024 * 1024 };
  static const char *const pieces[] = {"<!--", "`",       "` `` ", "a",  "/",   "\\\\a", "C:\\a ",
                                       "@a",   "http://", "(",     "~/", "-->", "#1 "};
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
    struct str_builder text = {.arena = &arena};
    while (text.length < LENGTH)
      str_append_c(&text, pieces[i]);
    struct timespec start, end;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
    sanitise_out(&arena, CONTENT_TEXT, str_built(&text), str_built(&text), &rules);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    if (end.tv_sec - start.tv_sec > 3)
      fail_msg("%s takes %lld s", pieces[i], (long long)(end.tv_sec - start.tv_sec));
    arena_reset(&arena);
  }
  arena_free(&arena);
}

/* -- properties -- */

static struct str draw_text(struct property_case *c) {
  static const char *const words[] = {"word",
                                      " ",
                                      "\n",
                                      "\n\n",
                                      "@ann",
                                      "@",
                                      "#12",
                                      "#",
                                      "GH-3",
                                      "-",
                                      "<!--",
                                      "-->",
                                      "<!-- x -->",
                                      "`",
                                      "```",
                                      "```\n",
                                      "~~~\n",
                                      "/home/ann/x",
                                      "C:\\x\\y",
                                      "\\",
                                      "~/z",
                                      "file:///x",
                                      "http://10.0.0.1/",
                                      "https://example.org/@a#1",
                                      "http://a.corp/x",
                                      "://",
                                      "http",
                                      "(",
                                      ")",
                                      "[",
                                      "]",
                                      J,
                                      "\xc3\xa9",
                                      ".",
                                      ":",
                                      "ann@b",
                                      "/",
                                      "GH"};
  struct str_builder text = {.arena = c->arena};
  for (uint32_t left = property_draw(c, 14); left; left--)
    str_append(&text, property_word(c, words, sizeof words / sizeof words[0]));
  return str_built(&text);
}

static bool twice_is_once(struct property_case *c) {
  struct str text = draw_text(c), known = property_rarely(c, 3) ? draw_text(c) : (struct str){0};
  struct str once = sanitise_out(c->arena, CONTENT_TEXT, text, known, &rules);
  property_note(c, "text <%.*s> known <%.*s> once <%.*s>", STR_FMT(text), STR_FMT(known), STR_FMT(once));
  return str_equal(sanitise_out(c->arena, CONTENT_TEXT, once, known, &rules), once);
}

/* What was sent is no change when it comes back, whatever blanks the tracker took off. */
static bool back_is_no_change(struct property_case *c) {
  struct str text = draw_text(c);
  struct str sent = sanitise_out(c->arena, CONTENT_TEXT, text, (struct str){0}, &rules);
  struct str seen = property_rarely(c, 2) ? canon_text(c->arena, CONTENT_TEXT, sent) : sent;
  struct str is = sanitise_in(c->arena, CONTENT_TEXT, text, seen, &rules);
  property_note(c, "text <%.*s> sent <%.*s> is <%.*s>", STR_FMT(text), STR_FMT(sent), STR_FMT(is));
  struct str plain = sanitise_in(c->arena, CONTENT_TEXT, STR(""), text, &rules); /* without joiners of its own */
  return canon_equal_text(CONTENT_TEXT, is, text) || canon_equal_text(CONTENT_TEXT, is, plain);
}

/* On a line of its own nothing around it can hide it: no code, no comment, no half of an address. */
static bool nothing_internal_is_left(struct property_case *c) {
  static const char *const inside[] = {"/home/zed/q", "http://10.9.9.9/", "C:\\zed\\q", "file:///zed",
                                       "https://zed.internal/"};
  struct str first = draw_text(c), word = property_word(c, inside, 5), last = draw_text(c);
  struct str text = str_format(c->arena, "%.*s\n%.*s\n%.*s", STR_FMT(first), STR_FMT(word), STR_FMT(last));
  struct str sent = sanitise_out(c->arena, CONTENT_TEXT, text, (struct str){0}, &rules);
  property_note(c, "text <%.*s> sent <%.*s>", STR_FMT(text), STR_FMT(sent));
  return str_find(sent, word.at) < 0;
}

static bool text_stays_valid(struct property_case *c) {
  struct str text = draw_text(c);
  struct str sent = sanitise_out(c->arena, CONTENT_TEXT, text, (struct str){0}, &rules);
  property_note(c, "text <%.*s> sent <%.*s>", STR_FMT(text), STR_FMT(sent));
  return str_equal(canon_clean_text(c->arena, CONTENT_TEXT, sent), sent) ||
         !str_equal(canon_clean_text(c->arena, CONTENT_TEXT, text), text);
}

static void twice(void **state) {
  (void)state;
  property_check("sanitise_out_twice_is_once", PROPERTY_CASES / 5, twice_is_once);
}

static void back(void **state) {
  (void)state;
  property_check("sanitise_in_of_what_was_sent_is_no_change", PROPERTY_CASES / 5, back_is_no_change);
}

static void inside(void **state) {
  (void)state;
  property_check("sanitise_out_leaves_nothing_internal", PROPERTY_CASES / 5, nothing_internal_is_left);
}

static void valid(void **state) {
  (void)state;
  property_check("sanitise_out_keeps_texts_valid", PROPERTY_CASES / 5, text_stays_valid);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sanitise_out_leaves_out_what_must_not_leave),
      cmocka_unit_test(sanitise_out_of_one_line_leaves_mentions),
      cmocka_unit_test(sanitise_out_silences_all_of_what_cannot_be_parsed),
      cmocka_unit_test(sanitise_out_leaves_the_other_side_its_own),
      cmocka_unit_test(sanitise_in_keeps_what_did_not_leave),
      cmocka_unit_test(sanitise_out_takes_time_by_length),
      cmocka_unit_test(twice),
      cmocka_unit_test(back),
      cmocka_unit_test(inside),
      cmocka_unit_test(valid),
  };
  return cmocka_run_group_tests_name("sanitise", tests, NULL, NULL);
}
