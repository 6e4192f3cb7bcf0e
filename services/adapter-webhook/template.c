/* Checking and expanding URI templates. */
#include "adapter-webhook/template.h"

#include "base/http.h"

enum { TEMPLATE_BYTES_MAX = 1024 };

/* One piece of a template: literal text, or what stands between braces. */
struct piece {
  struct str literal;
  char form; /* 0, '?' or '&' */
  struct str names;
  bool is_expression;
};

/* Takes the next piece off `rest`; false at an unclosed brace. */
static bool next_piece(struct str *rest, struct piece *out) {
  ptrdiff_t open = str_find(*rest, "{"), close = str_find(*rest, "}");
  *out = (struct piece){0};
  if (open != 0) {
    size_t end = open < 0 ? rest->length : (size_t)open;
    out->literal = str_slice(*rest, 0, end);
    *rest = str_slice(*rest, end, rest->length);
    return str_find(out->literal, "}") < 0;
  }
  if (close < 2)
    return false;
  bool has_form = rest->at[1] == '?' || rest->at[1] == '&';
  out->is_expression = true;
  out->form = has_form ? rest->at[1] : '\0';
  out->names = str_slice(*rest, has_form ? 2 : 1, (size_t)close);
  *rest = str_slice(*rest, (size_t)close + 1, rest->length);
  return out->names.length > 0;
}

/* Takes the next of the names "a,b". */
static struct str next_name(struct str *names) {
  ptrdiff_t comma = str_find(*names, ",");
  size_t end = comma < 0 ? names->length : (size_t)comma;
  struct str name = str_slice(*names, 0, end);
  *names = str_slice(*names, end + (comma >= 0), names->length);
  return name;
}

/* -- checking -- */

static bool is_known(struct str name, const char *const *names) {
  for (; *names; names++)
    if (str_is(name, *names))
      return true;
  return false;
}

static bool is_url_text(struct str text) {
  for (size_t i = 0; i < text.length; i++)
    if (text.at[i] <= ' ' || text.at[i] > '~' || strchr("\"<>\\^`|#", text.at[i]))
      return false;
  return true;
}

static struct result check_names(const struct piece *piece, const char *const *names) {
  struct str rest = piece->names;
  while (rest.length) {
    struct str name = next_name(&rest);
    if (!is_known(name, names))
      return result_error(RESULT_REJECTED, "there is no {%.*s} here", STR_FMT(name));
  }
  return RESULT_DONE;
}

struct result template_check(struct str text, const char *const *names) {
  if (text.length == 0 || text.at[0] != '/' || str_starts_with(text, "//") || text.length > TEMPLATE_BYTES_MAX)
    return result_error(RESULT_REJECTED, "an address is a path below base_url, as in \"/tickets/{id}\"");
  for (struct str rest = text; rest.length;) {
    struct piece piece;
    if (!next_piece(&rest, &piece) || !is_url_text(piece.literal))
      return result_error(RESULT_REJECTED, "\"%.*s\" is no URI template: its braces or a character in it are wrong",
                          STR_FMT(text));
    TRY(check_names(&piece, names));
  }
  return RESULT_DONE;
}

bool template_has_in_path(struct str text, const char *name) {
  bool has = false;
  for (struct str rest = text; rest.length && !has;) {
    struct piece piece;
    if (!next_piece(&rest, &piece) || piece.form || str_find(piece.literal, "?") >= 0)
      return false;
    for (struct str names = piece.names; names.length && !has;)
      has = str_is(next_name(&names), name);
  }
  return has;
}

/* -- expanding -- */

static struct str value_of(struct str name, const struct template_variable *variables, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (str_is(name, variables[i].name))
      return variables[i].value;
  return (struct str){0};
}

/* "." and ".." are taken out of paths by clients and servers, and an empty segment is another resource. */
static bool leads_elsewhere(const struct str_builder *url, struct str value) {
  struct str so_far = {url->at, url->length};
  bool in_path = url->length == 0 || str_find(so_far, "?") < 0;
  return in_path && (value.length == 0 || str_is(value, ".") || str_is(value, ".."));
}

static struct result append_expression(struct arena *arena, const struct piece *piece,
                                       const struct template_variable *variables, size_t count,
                                       struct str_builder *url) {
  char separator = piece->form;
  for (struct str names = piece->names; names.length;) {
    struct str name = next_name(&names), value = value_of(name, variables, count);
    if (!piece->form && leads_elsewhere(url, value))
      return result_error(RESULT_REJECTED, "\"%.*s\" cannot stand for {%.*s} in an address", STR_FMT(value),
                          STR_FMT(name));
    if (!piece->form)
      str_append(url, http_escape(arena, value));
    else if (!str_is_absent(value))
      str_append_format(url, "%c%.*s=%.*s", separator, STR_FMT(name), STR_FMT(http_escape(arena, value)));
    if (piece->form && !str_is_absent(value))
      separator = '&';
  }
  return RESULT_DONE;
}

struct result template_expand(struct arena *arena, struct str text, const struct template_variable *variables,
                              size_t count, struct str *out) {
  struct str_builder url = {.arena = arena};
  for (struct str rest = text; rest.length;) {
    struct piece piece;
    if (!next_piece(&rest, &piece))
      return result_error(RESULT_BUG, "a template was not checked");
    str_append(&url, piece.literal);
    if (piece.is_expression)
      TRY(append_expression(arena, &piece, variables, count, &url));
  }
  *out = str_built(&url);
  return RESULT_DONE;
}
