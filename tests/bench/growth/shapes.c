/* Hostile texts: one thing again and again, openers without an end, nesting, many different things. */
#include "growth.h"

enum { LINE_BYTES = 10, DEEP_LINES = 100 };

static void repeat(struct str_builder *out, const struct growth_shape *shape, size_t length) {
  while (out->length < length)
    str_append_c(out, shape->unit);
}

/* So many openers, then as many of the second half of the unit: "[]" gives "[[[]]]". */
static void nest(struct str_builder *out, const struct growth_shape *shape, size_t length) {
  size_t half = strlen(shape->unit) / 2, count = length / (2 * half);
  for (size_t i = 0; i < count; i++)
    str_append(out, (struct str){shape->unit, half});
  str_append_c(out, "a");
  for (size_t i = 0; i < count; i++)
    str_append(out, (struct str){shape->unit + half, half});
}

/* The unit with a number for each "%zu". */
static void number(struct str_builder *out, const struct growth_shape *shape, size_t length) {
  for (size_t i = 0; out->length < length; i++)
    for (const char *at = shape->unit; *at; at++)
      if (*at == '%')
        str_append_format(out, "%zu", i);
      else
        str_append(out, (struct str){at, 1});
}

/* The unit once, twice, three times ..., an "a" between: "`a``a```a". */
static void swell(struct str_builder *out, const struct growth_shape *shape, size_t length) {
  for (size_t run = 1; out->length < length; run++) {
    for (size_t i = 0; i < run; i++)
      str_append_c(out, shape->unit);
    str_append_c(out, "a");
  }
}

/* A hundred lines of equal length, each the unit again and again. */
static void deep_lines(struct str_builder *out, const struct growth_shape *shape, size_t length) {
  for (size_t line = 1; line <= DEEP_LINES; line++) {
    while (out->length < length / DEEP_LINES * line)
      str_append_c(out, shape->unit);
    str_append_c(out, "a\n");
  }
}

/* Lines each indented further than the one before, to a depth of a hundred, again and again. */
static void stairs(struct str_builder *out, const struct growth_shape *shape, size_t length) {
  for (size_t line = 0; out->length < length; line++) {
    for (size_t i = 0; i < line % DEEP_LINES; i++)
      str_append_c(out, "  ");
    str_append_c(out, shape->unit);
  }
}

/* A row of as many columns as half the text has room for, then as many rows. */
static void table(struct str_builder *out, const struct growth_shape *shape, size_t length) {
  static const char *const heads[] = {"|a", "|-"};
  for (int head = 0; head < 2; head++) {
    for (size_t i = 0; i < length / 8; i++)
      str_append_c(out, heads[head]);
    str_append_c(out, "|\n");
  }
  while (out->length < length)
    str_append_c(out, shape->unit);
}

/* Half of it definitions, half of it references to them. */
static void references(struct str_builder *out, const struct growth_shape *shape, size_t length) {
  size_t count = 0;
  for (; out->length < length / 2; count++)
    str_append_format(out, "[%zu%s]: /u\n", count, shape->unit);
  for (size_t i = 0; out->length < length; i++)
    str_append_format(out, "[%zu%s] ", i % (count ? count : 1), shape->unit);
}

/* Half of it openers, and then what closes others than these. */
static void cross(struct str_builder *out, const struct growth_shape *shape, size_t length) {
  size_t half = strlen(shape->unit) / 2;
  while (out->length < length / 2)
    str_append(out, (struct str){shape->unit, half});
  while (out->length < length)
    str_append(out, (struct str){shape->unit + half, half});
}

#define REPEAT(text) \
  { text, repeat, text }

const struct growth_shape growth_shapes[] = {
    REPEAT("a"),
    REPEAT("{"),
    REPEAT("}"),
    REPEAT("["),
    REPEAT("]"),
    REPEAT("("),
    REPEAT("*"),
    REPEAT("_"),
    REPEAT("`"),
    REPEAT("<"),
    REPEAT(">"),
    REPEAT("|"),
    REPEAT("@"),
    REPEAT("#"),
    REPEAT("\\"),
    REPEAT("~"),
    REPEAT("\""),
    REPEAT("&"),
    REPEAT("-"),
    REPEAT("+"),
    REPEAT("="),
    REPEAT("!"),
    REPEAT("?"),
    REPEAT("^"),
    REPEAT(":"),
    REPEAT("."),
    REPEAT("/"),
    REPEAT("%"),
    REPEAT(","),
    REPEAT(" "),
    REPEAT("\n"),
    REPEAT("\r"),
    REPEAT("\t"),
    REPEAT("\xff"),
    REPEAT("\xcc\x81"),
    REPEAT("e\xcc\x81"),
    REPEAT("\xf0\x9f\x98\x80"),
    REPEAT("\xef\xbf\xbd "),
    REPEAT("a "),
    REPEAT("a\n"),
    REPEAT("a\n\n"),
    REPEAT("a  \n"),
    REPEAT("a\\\n"),
    REPEAT("**"),
    REPEAT("*a"),
    REPEAT("*a "),
    REPEAT("*a*"),
    REPEAT("a*"),
    REPEAT("*a_"),
    REPEAT("_a "),
    REPEAT("a**b"),
    REPEAT("a**b_c* "),
    REPEAT("*a_ "),
    REPEAT("**a *"),
    REPEAT("~~a "),
    REPEAT("~a"),
    REPEAT("]("),
    REPEAT("[]("),
    REPEAT("[a]("),
    REPEAT("[a](<b"),
    REPEAT("[a](b) "),
    REPEAT("!["),
    REPEAT("![a]("),
    REPEAT("![[]()"),
    REPEAT("[^"),
    REPEAT("[^a]"),
    REPEAT("[^a]: b\n"),
    REPEAT("[a]: b\n"),
    REPEAT("[a]:"),
    REPEAT("[a]"),
    REPEAT("[a] \n\n"),
    REPEAT("[\\"),
    REPEAT("`a``"),
    REPEAT("` "),
    REPEAT("`a` "),
    REPEAT("<!--"),
    REPEAT("<!-- -->"),
    REPEAT("<!--a\n"),
    REPEAT("a <!-- a -->b"),
    REPEAT("<a "),
    REPEAT("<a b='"),
    REPEAT("</a"),
    REPEAT("<?"),
    REPEAT("<![CDATA["),
    REPEAT("<!A "),
    REPEAT("<u>"),
    REPEAT("<u>a</u>"),
    REPEAT("<sub>a<b>"),
    REPEAT("a</u>"),
    REPEAT("<br>"),
    REPEAT("<br>a"),
    REPEAT("*a*<br><br>"),
    REPEAT("<span style=\"color: #ff0000\">"),
    REPEAT("<span style=\"color: #ff0000\">a</span>*b*"),
    REPEAT("<div>\n\n"),
    REPEAT("<div data-adf='{\"type\":\"panel\"}'>\n\n"),
    REPEAT("<details><summary>a</summary>\n\n"),
    REPEAT("<table>\n\n<tr>\n\n<td>\n\n"),
    REPEAT("<table>\n\n"),
    REPEAT("```adf\n{\"type\":\"rule\"}\n```\n"),
    REPEAT("[x](adf:mention?id=1) "),
    REPEAT("[x](adf:node?json=%7B%7D) "),
    REPEAT("![x](adf:media/1)\n\n"),
    REPEAT("&amp;"),
    REPEAT("&#35;"),
    REPEAT("&a"),
    REPEAT("> "),
    REPEAT(">\n"),
    REPEAT("> a\n"),
    REPEAT("> > > a\n\n"),
    REPEAT("- "),
    REPEAT("- - "),
    REPEAT("* a\n"),
    REPEAT("- a\n\n"),
    REPEAT("- [ ] a\n"),
    REPEAT("- [x"),
    REPEAT("1. "),
    REPEAT("1. a\n"),
    REPEAT("- a\n1. b\n"),
    REPEAT("# "),
    REPEAT("# a\n"),
    REPEAT("a\n="),
    REPEAT("a\n---\n"),
    REPEAT("---\n"),
    REPEAT("~~~\n"),
    REPEAT("```\n"),
    REPEAT("    a\n"),
    REPEAT("\ta\n"),
    REPEAT("|a"),
    REPEAT("|-"),
    REPEAT("a|b\n"),
    REPEAT("|a|\n|-|\n"),
    REPEAT("a|b\n-|-\n"),
    REPEAT("|\n"),
    REPEAT("||"),
    REPEAT("||a"),
    REPEAT("||a||\n"),
    REPEAT("{{"),
    REPEAT("{{a}}"),
    REPEAT("{{a"),
    REPEAT("{code}"),
    REPEAT("{code}\n"),
    REPEAT("{code:"),
    REPEAT("{quote}\n"),
    REPEAT("{quote}\na\n"),
    REPEAT("{panel:title=a}\n"),
    REPEAT("{color:red}"),
    REPEAT("{color:red}a"),
    REPEAT("{*}"),
    REPEAT("{*}a"),
    REPEAT("{a}"),
    REPEAT("\\{"),
    REPEAT("\\\\ "),
    REPEAT("\\*"),
    REPEAT("bq. a\n"),
    REPEAT("h1. a\n"),
    REPEAT("# {code}\n"),
    REPEAT("* [ ] a\n"),
    REPEAT("[~a]"),
    REPEAT("[a|"),
    REPEAT("[a|http://b]"),
    REPEAT("!a.b|"),
    REPEAT("!a.b!"),
    REPEAT("??"),
    REPEAT("??a "),
    REPEAT(" -a"),
    REPEAT(" +a"),
    REPEAT(" ^a"),
    REPEAT(" ~a"),
    REPEAT("http://"),
    REPEAT("http://a@"),
    REPEAT("http://a.b "),
    REPEAT("http://a.b/("),
    REPEAT("http://a.corp/ "),
    REPEAT("www."),
    REPEAT("www.a.b "),
    REPEAT("a.b"),
    REPEAT("a@"),
    REPEAT("a@b"),
    REPEAT("a@b.c "),
    REPEAT("a.b@c."),
    REPEAT("@a"),
    REPEAT("@a "),
    REPEAT("#1"),
    REPEAT("#1 "),
    REPEAT("GH-"),
    REPEAT("GH-1 "),
    REPEAT("~/a "),
    REPEAT("/home/a "),
    REPEAT("/home/"),
    REPEAT("C:\\a "),
    REPEAT("C:\\"),
    REPEAT(" \\\\a"),
    REPEAT("\\\\a\\"),
    REPEAT("<<<<<<<\n"),
    REPEAT("<a>; rel=\"next\", "),
    REPEAT("; rel="),
    REPEAT("\"a\":"),
    REPEAT("{\"a\":"),
    REPEAT("[1,"),
    REPEAT("\\u0000"),
    REPEAT("\\ud83d"),
    REPEAT("a: b\n"),
    REPEAT("a: "),
    REPEAT("- a: b\n"),
    REPEAT("? a\n"),
    REPEAT("&a "),
    REPEAT("*a \n"),
    REPEAT("!!a "),
    REPEAT("|\n a\n"),
    REPEAT("%25"),
    REPEAT("/../"),
    REPEAT("A-1,B-2\n"),
    REPEAT("\x81\xa1"
           "a"),
    REPEAT("\x91"),
    REPEAT("\xdd\xff\xff\xff\xff"),
    {"nested []", nest, "[]"},
    {"nested {}", nest, "{}"},
    {"nested ()", nest, "()"},
    {"nested {*}..{*}", nest, "{*}{*}"},
    {"nested *_..", nest, "*__*"},
    {"nested **..", nest, "****"},
    {"nested <b></b>", nest, "<b> </b>"},
    {"nested [a](b)", nest, "[ a  ](b)"},
    {"nested ![", nest, "![  ](b)"},
    {"nested {\"a\":", nest, "{\"a\":    }"},
    {"crossed *_", cross, "*a _a "},
    {"crossed [ ](", cross, "[a](b)"},
    {"crossed ` ``", cross, "`a ``a"},
    {"crossed <b></i>", cross, "<b> </i>"},
    {"crossed {*}{_}", cross, "{*}{_}"},
    {"swelling `", swell, "`"},
    {"swelling *", swell, "*"},
    {"swelling ~", swell, "~"},
    {"swelling space", swell, " "},
    {"swelling newline", swell, "\n"},
    {"deep lines >", deep_lines, "> "},
    {"deep lines -", deep_lines, "- "},
    {"deep lines *", deep_lines, "*"},
    {"deep lines [", deep_lines, "["},
    {"deep lines |", deep_lines, "|"},
    {"deep lines |a", deep_lines, "|a"},
    {"stairs -", stairs, "- a\n"},
    {"stairs 1.", stairs, "1. a\n"},
    {"stairs yaml", stairs, "a:\n"},
    {"wide table, short rows", table, "|\n"},
    {"wide table, one cell", table, "|a|\n"},
    {"definitions", references, ""},
    {"long definitions", references, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
    {"numbers", number, "a% "},
    {"numbered lines", number, "line %\n"},
    {"numbered lines, umlaut", number, "zeil\xc3\xa9 %\n"},
    {"numbered paragraphs", number, "line %\n\n"},
    {"numbered items", number, "- line %\n"},
    {"numbered words by name", number, "@a% "},
    {"numbered hosts", number, "http://h%.corp "},
    {"numbered paths", number, "~/a% "},
    {"numbered marks", number, "*a%* _b_ **c** "},
    {"numbered members", number, "\"a%\":1,"},
    {"numbered keys", number, "a%: b\n"},
    {"numbered mentions", number, "[a%](adf:mention?id=%) "},
    {"numbered definitions", number, "[a%]: b\n\nc%\n\n"},
    {"numbered pairs", number, "T-%,rocket:#%\n"},
};
const size_t growth_shape_count = sizeof growth_shapes / sizeof growth_shapes[0];

struct str *growth_lines(struct arena *arena, struct str text, size_t *out_count) {
  size_t count = 0, room = 1, start = 0;
  for (size_t i = 0; i < text.length; i++)
    room += text.at[i] == '\n';
  struct str *lines = ARENA_ARRAY(arena, struct str, room + text.length / LINE_BYTES);
  for (size_t i = 0; i <= text.length; i++) /* a text without lines is cut into short ones */
    if (i == text.length || text.at[i] == '\n' || (room == 1 && i - start == LINE_BYTES)) {
      if (i > start)
        lines[count++] = str_slice(text, start, i);
      start = i + (i < text.length && text.at[i] == '\n');
    }
  *out_count = count;
  return lines;
}

struct str growth_each_line(struct arena *arena, struct str text,
                            struct str (*change)(struct arena *arena, struct str line, size_t number)) {
  struct str_builder out = {.arena = arena};
  size_t count;
  struct str *lines = growth_lines(arena, text, &count);
  for (size_t i = 0; i < count; i++) {
    str_append(&out, change(arena, lines[i], i));
    str_append_c(&out, "\n");
  }
  return str_built(&out);
}
