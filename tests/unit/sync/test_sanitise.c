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
      /* references that nothing refers to */
      {"[//]: # (hidden)\nx", "\nx"},
      {"x\n\n  [//]: # \"@ann\" \n@ann", "x\n\n   \n@" J "ann"},
      {"x [//]: # (shown)", "x [//]: # (shown)"},
      {"[//]: #\n(two lines)", "[//]: #\n(two lines)"},
      {"```\n[//]: # (code)\n```", "```\n[//]: # (code)\n```"},
      {"[//]: # (a ` b)\n@ann ` c", "\n@" J "ann ` c"},
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
      {"root is /root/.ssh/id", "root is (local path)"},
      {"/root/x", "(local path)"},
      {"either/home/or", "either/home/or"},
      {"```\n/home/ann/x\n```", "```\n(local path)\n```"},
      {"\xe2\x80\x9c/home/zoe/x\xe2\x80\x9d", "\xe2\x80\x9c(local path)\xe2\x80\x9d"},
      {"_/home/zoe/x_ \xe8\xa6\x8b/home/zoe/x", "_(local path)_ \xe8\xa6\x8b(local path)"},
      {"\xc2\xa0/home/zoe\xc2\xa0/x", "\xc2\xa0(local path)\xc2\xa0/x"},
      {"zeile\xe2\x80\xa6/home/zoe/x", "zeile\xe2\x80\xa6(local path)"},
      {"host:/home/zoe zoe@host:/Users/zoe/x", "host:(local path) zoe@host:(local path)"},
      {"PATH=/usr/bin:/home/zoe/bin,x", "PATH=/usr/bin:(local path)"},
      {"HOME=/home/zoe a,/home/zoe", "HOME=(local path) a,(local path)"},
      {"cc -I/home/zoe/x -L/home/zoe/y -isystem/home/zoe", "cc -I(local path) -L(local path) -isystem/home/zoe"},
      {"a-b/home/zoe x/-b/home/zoe --b/home/zoe", "a-b/home/zoe x/-b/home/zoe --b/home/zoe"},
      {"file:/home/zoe FILE:///etc/x profile:/x", "(local path) (local path) profile:/x"},
      {"~/.ssh/id ~/. ~/..", "(local path) ~/. ~/.."},
      {"//home/zoe/x /home//zoe /home/./zoe", "(local path) (local path) (local path)"},
      {"GET /Users/{id} and /home/...", "GET /Users/{id} and /home/..."},
      {"C:/Users/zoe/x \xe2\x80\x9c"
       "C:\\Users\\zoe\xe2\x80\x9d",
       "(local path) \xe2\x80\x9c(local path)\xe2\x80\x9d"},
      {"C:\\\\Users\\\\zoe\\\\x.txt and", "(local path) and"},
      {"\\\\\\\\server\\\\share", "(local path)"},
      {"https://x.org/home/y https://x.org:8080/home/y", "https://x.org/home/y https://x.org:8080/home/y"},
      {"www.x.org/home/y www.x.org/_/home/y?p=/home/y", "www.x.org/home/y www.x.org/_/home/y?p=/home/y"},
      {"example.org/Users/x src/home/x ./home/x", "example.org/Users/x src/home/x ./home/x"},
      {"https://x.org/?p=/home/y:/home/y", "https://x.org/?p=/home/y:/home/y"},
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
      /* what stands before and behind them */
      {"\xe2\x80\x9chttp://ci.corp/x\xe2\x80\x9d", "\xe2\x80\x9c(internal link)\xe2\x80\x9d"},
      {"_http://ci.corp/_", "_(internal link)_"},
      {"\xe8\xa6\x8bhttp://ci.corp\xe3\x80\x81x", "\xe8\xa6\x8b(internal link)\xe3\x80\x81x"},
      {"http://ci.corp\xe3\x82\x92", "(internal link)"},
      {"\xef\xbc\x88http://ci.corp/x\xef\xbc\x89\xe3\x80\x82 /home/ann/x\xef\xbc\x8cy",
       "\xef\xbc\x88(internal link)\xef\xbc\x89\xe3\x80\x82 (local path)\xef\xbc\x8cy"},
      {"http://ci.corp/\xef\xbc\xa1 /home/ann/\xef\xbc\x91", "(internal link) (local path)"}, /* letters, digits */
      {"\xc2\xa0http://ci.corp\xc2\xa0x", "\xc2\xa0(internal link)\xc2\xa0x"},
      {"http://b\xc3\xbc"
       "cher.de/",
       "http://b\xc3\xbc"
       "cher.de/"},
      {"1http://ci.corp/x", "1http:(internal link)"},
      /* odd spellings */
      {"[x](//ci.corp/x) //10.0.0.1 ://ci.corp/x", "[x]((internal link)) (internal link) :(internal link)"},
      {"src//ci.corp/x //jenkins/x //x.org/ // ci.corp", "src//ci.corp/x //jenkins/x //x.org/ // ci.corp"},
      {"http:\\\\ci.corp\\x http:/\\ci.corp", "(internal link) (internal link)"},
      {"http:///ci.corp/x", "(internal link)"},
      {"http://ci.corp%2e/ http://ci%2Ecorp http://ci.corp%3A80", "(internal link) (internal link) (internal link)"},
      {"http://%31%30.0.0.1/ http://ci%252ecorp.org", "(internal link) http://ci%252ecorp.org"},
      {"https://x.org/%2e http://x%2eorg/", "https://x.org/%2e http://x%2eorg/"},
      /* without a scheme */
      {"10.0.0.1:8080/x 10.0.0.1:80 192.168.1.1/x", "(internal link) (internal link) (internal link)"},
      {"10.0.0.1 10.0.0.0/8 10.0.0.1/ 10.0.0.1: 8.8.8.8:80/x", "10.0.0.1 10.0.0.0/8 10.0.0.1/ 10.0.0.1: 8.8.8.8:80/x"},
      {"localhost:3000/x localhost/x, localhost", "(internal link) (internal link), localhost"},
      {"ci.corp/x _ci.corp:80_ (wiki.internal/)", "(internal link) _(internal link)_ ((internal link))"},
      {"ci.example.org/job x.ci.example.org:80 xci.example.org/x", "(internal link) (internal link) xci.example.org/x"},
      {"ci.corp ci.corp. ci.corp: x", "ci.corp ci.corp. ci.corp: x"},
      {"src/x foo:12 src/ci.corp/x jira.corp/x", "src/x foo:12 src/ci.corp/x jira.corp/x"},
      {"git@ci.corp:group/x.git git@github.com:a/x.git", "(internal link) git@github.com:a/x.git"},
      {"user:pw@printer.local/x ann@ci.corp", "user:(internal link) ann@ci.corp"},
      {"www.ci.corp/x www.x.org/@ann", "(internal link) www.x.org/@ann"},
      /* one in another */
      {"https://x.org/?u=http://ci.corp/y&z", "(internal link)"},
      {"https://x.org/?u=http%3A%2F%2Fci.corp&z=1", "(internal link)"},
      {"https://x.org/?u=http%253a%252f%252f10.0.0.1", "(internal link)"},
      {"https://x.org/web/2020/http://jenkins/job", "(internal link)"},
      {"https://x.org/?u=//ci.corp/y https://x.org/?h=ci.corp:80", "(internal link) (internal link)"},
      {"www.x.org/?u=https://ci.corp/", "(internal link)"},
      {"https://x.org/a//b/c https://x.org/?u=http://y.org/", "https://x.org/a//b/c https://x.org/?u=http://y.org/"},
      {"https://x.org/?q=ci.corp&r=%2f", "https://x.org/?q=ci.corp&r=%2f"},
  };
  struct arena arena = {0};
  int wrong = 0;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct str out = sanitise_out(&arena, CONTENT_TEXT, str_of(rows[i][0]), (struct str){0}, &rules);
    if (!str_is(out, rows[i][1])) {
      print_error("%s\nbecame  %.*s\nand not %s\n", rows[i][0], STR_FMT(out), rows[i][1]);
      wrong++;
    }
  }
  assert_int_equal(wrong, 0);
  arena_free(&arena);
}

/* The tracker's own address may be written without a scheme, or not be known at all: then none is its own. */
static void sanitise_out_knows_the_trackers_own_host(void **state) {
  (void)state;
  static const char text[] = "https://jira.corp/browse/X-1 http://ci.corp/x";
  static const struct {
    const char *own_url, *leaves;
  } rows[] = {
      {"https://jira.corp", "https://jira.corp/browse/X-1 (internal link)"},
      {"jira.corp:8080/jira", "https://jira.corp/browse/X-1 (internal link)"},
      {"", "(internal link) (internal link)"},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct sanitise_rules own = {.own_url = str_of(rows[i].own_url)};
    struct str out = sanitise_out(&arena, CONTENT_TEXT, STR(text), (struct str){0}, &own);
    if (!str_is(out, rows[i].leaves))
      fail_msg("%s: %.*s", rows[i].own_url, STR_FMT(out));
  }
  arena_free(&arena);
}

static void sanitise_out_of_one_line_leaves_mentions(void **state) {
  (void)state;
  struct arena arena = {0};
  struct str out = sanitise_out(&arena, CONTENT_LINE, STR("@ann: #12 in /home/ann/x"), (struct str){0}, &rules);
  assert_true(str_is(out, "@ann: #12 in (local path)"));
  out = sanitise_out(&arena, CONTENT_CHOICE, STR("@ann: http://ci.corp/ in /home/ann/x"), (struct str){0}, &rules);
  assert_true(str_is(out, "@ann: (internal link) in (local path)"));
  out = sanitise_out(&arena, CONTENT_SET, STR("/home/ann/x"), (struct str){0}, &rules);
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

static void sanitise_out_takes_whole_words_for_known(void **state) {
  (void)state;
  static const char *const rows[][3] = {
      /* the other side has, is said here, leaves */
      {"@annabel", "@annabel @anna @ann", "@annabel @" J "anna @" J "ann"},
      {"x.org/@ann and b@ann.org", "@ann", "@" J "ann"},
      {"@ann-marie @ann", "@ann", "@ann"},
      {"#123 GH-123", "#12 GH-12 #123 GH-123", "#" J "12 GH" J "-12 #123 GH-123"},
      {"acme/rocket#12", "#12 rocket#12 acme/rocket#12", "#" J "12 rocket#" J "12 acme/rocket#12"},
      {"#12a", "#12 #12a", "#" J "12 #12a"},
      {"http://ci.corp/a", "http://ci.corp/ http://ci.corp/a", "(internal link) http://ci.corp/a"},
      {"http://ci.corp.example/ (http://ci.corp).", "http://ci.corp", "http://ci.corp"},
      {"http://ci.corp.example/", "http://ci.corp", "(internal link)"},
      {"/home/zoe/x", "/home/zoe /home/zoe/x", "(local path) /home/zoe/x"},
      {"src/home/zoe", "/home/zoe", "(local path)"},
      {"see /home/zoe.", "/home/zoe, /home/zoe", "/home/zoe, /home/zoe"},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct str out = sanitise_out(&arena, CONTENT_TEXT, str_of(rows[i][1]), str_of(rows[i][0]), &rules);
    if (!str_is(out, rows[i][2]))
      fail_msg("%s\nbecame  %.*s\nand not %s", rows[i][1], STR_FMT(out), rows[i][2]);
  }
  arena_free(&arena);
}

static void sanitise_in_reads_a_field_of_words(void **state) {
  (void)state;
  struct arena arena = {0};
  struct str local = STR("staging on http://ci.corp/ with\n/home/ann/x");
  struct str sent =
      sanitise_out(&arena, CONTENT_CHOICE, canon_clean_text(&arena, CONTENT_CHOICE, local), (struct str){0}, &rules);
  assert_true(str_is(sent, "staging on (internal link) with (local path)"));
  assert_true(str_equal(sanitise_in(&arena, CONTENT_CHOICE, local, sent, &rules), local));
  assert_true(str_is(sanitise_in(&arena, CONTENT_CHOICE, local, STR("other"), &rules), "other"));
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

/* CPU time for a text of one piece again and again. */
static double seconds_for(struct arena *arena, const char *piece, size_t length) {
  struct str_builder text = {.arena = arena};
  struct timespec start, end;
  while (text.length < length)
    str_append_c(&text, piece);
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
  sanitise_out(arena, CONTENT_TEXT, str_built(&text), str_built(&text), &rules);
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
  arena_reset(arena);
  return (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
}

/* Hostile texts cost no more than long ones: what is eight times as long takes about eight times as long, not 64. */
static void sanitise_out_takes_time_by_length(void **state) {
  (void)state;
  enum { LENGTH = 32 * 1024, TIMES = 8, RATIO_MAX = 3 * TIMES };
  static const char *const pieces[] = {"<!--",      "`",
                                       "` `` ",     "a",
                                       "/",         "\\\\a",
                                       "C:\\a ",    "@a",
                                       "http://",   "(",
                                       "~/",        "-->",
                                       "#1 ",       "a://b.org/",
                                       "(//a",      "a_",
                                       "a@a",       "www.a.b/(",
                                       "=a.b:1",    "%2f%2f",
                                       "\\\\a)",    "http://a.org/?u=http://b.org/",
                                       "[//]: # (", "-a/home/",
                                       "/home/a:",  "x#1",
                                       "//",        "a-"};
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
    double ratio = RATIO_MAX + 1;
    for (int try = 0; try < 5 && ratio > RATIO_MAX; try++) /* a busy machine costs time, too */
      ratio = seconds_for(&arena, pieces[i], (size_t)LENGTH * TIMES) / seconds_for(&arena, pieces[i], LENGTH);
    if (ratio > RATIO_MAX)
      fail_msg("%s: %d times the length takes %.1f times as long", pieces[i], TIMES, ratio);
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
                                      "GH",
                                      "_",
                                      "=",
                                      "-I",
                                      "%2f",
                                      "\xe2\x80\x9c",
                                      "\xe3\x80\x81",
                                      "file:/x",
                                      "C:/x",
                                      "C:\\\\x",
                                      "//ci.corp",
                                      "ci.corp",
                                      ":80",
                                      "git@",
                                      "10.0.0.1",
                                      "www.x.org/",
                                      "?u=http%3A%2F%2F",
                                      "http:\\\\",
                                      "\n[//]: # (",
                                      "#1",
                                      "@annabel"};
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
  static const char *const inside[] = {"/home/zed/q",
                                       "http://10.9.9.9/",
                                       "C:\\zed\\q",
                                       "file:///zed",
                                       "https://zed.internal/",
                                       "\xe2\x80\x9c/home/zed/q",
                                       "_http://zed.corp/_",
                                       "x:/home/zed/q",
                                       "-I/home/zed/q",
                                       "~/.zed/q",
                                       "C:/zed/q",
                                       "C:\\\\zed\\\\q",
                                       "//zed.corp/q",
                                       "10.9.9.9:80",
                                       "git@zed.corp:q",
                                       "zed.local/q",
                                       "http:\\\\zed.corp",
                                       "http://zed%2ecorp/",
                                       "https://x.org/?u=http%3a%2f%2fzed.corp"};
  struct str first = draw_text(c), word = property_word(c, inside, sizeof inside / sizeof inside[0]),
             last = draw_text(c);
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

/* Whatever the other side says stays as it says it. */
static bool known_stays(struct property_case *c) {
  struct str text = draw_text(c), sent = sanitise_out(c->arena, CONTENT_TEXT, text, text, &rules);
  property_note(c, "text <%.*s> sent <%.*s>", STR_FMT(text), STR_FMT(sent));
  return str_equal(sent, text);
}

static void stays(void **state) {
  (void)state;
  property_check("sanitise_out_leaves_what_is_known", PROPERTY_CASES / 5, known_stays);
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
      cmocka_unit_test(sanitise_out_knows_the_trackers_own_host),
      cmocka_unit_test(sanitise_out_of_one_line_leaves_mentions),
      cmocka_unit_test(sanitise_out_silences_all_of_what_cannot_be_parsed),
      cmocka_unit_test(sanitise_out_leaves_the_other_side_its_own),
      cmocka_unit_test(sanitise_out_takes_whole_words_for_known),
      cmocka_unit_test(sanitise_in_reads_a_field_of_words),
      cmocka_unit_test(sanitise_in_keeps_what_did_not_leave),
      cmocka_unit_test(sanitise_out_takes_time_by_length),
      cmocka_unit_test(stays),
      cmocka_unit_test(twice),
      cmocka_unit_test(back),
      cmocka_unit_test(inside),
      cmocka_unit_test(valid),
  };
  return cmocka_run_group_tests_name("sanitise", tests, NULL, NULL);
}
