/* Finding the secrets of a request, and taking them out of what is said about it. */
#include "service/exchange_secrets.h"

#include <sodium.h>

#include "base/json.h"

enum { SECRET_BYTES_MIN = 8, FORMS_MAX = 48, DEPTH_MAX = 16 };

#define HIDDEN "(secret)"

/* All forms in which they are looked for, the longest first: a shorter one may be a part of it. */
struct secrets {
  struct arena *arena;
  struct str at[FORMS_MAX];
  size_t count;
};

/* -- collecting -- */

static void add_form(struct secrets *secrets, struct str form) {
  size_t place = secrets->count;
  for (size_t i = 0; i < secrets->count; i++)
    if (str_equal(secrets->at[i], form))
      return;
  if (secrets->count == FORMS_MAX)
    return;
  for (; place > 0 && secrets->at[place - 1].length < form.length; place--)
    secrets->at[place] = secrets->at[place - 1];
  secrets->at[place] = form;
  secrets->count++;
}

static struct str as_json(struct arena *arena, struct str text) {
  struct str quoted = json_print(arena, json_string(arena, text));
  return str_slice(quoted, 1, quoted.length - 1);
}

static void add(struct secrets *secrets, struct str text) {
  if (text.length < SECRET_BYTES_MIN)
    return;
  add_form(secrets, text);
  add_form(secrets, as_json(secrets->arena, text));
  add_form(secrets, http_escape(secrets->arena, text));
}

/* The pair, and the password alone. */
static void add_basic(struct secrets *secrets, struct str base64) {
  char *pair = arena_alloc(secrets->arena, base64.length + 1);
  size_t length = 0;
  if (sodium_base642bin((unsigned char *)pair, base64.length, base64.at, base64.length, NULL, &length, NULL,
                        sodium_base64_VARIANT_ORIGINAL) != 0)
    return;
  struct str text = {pair, length};
  ptrdiff_t colon = str_find(text, ":");
  add(secrets, text);
  add(secrets, str_slice(text, (size_t)(colon + 1), text.length));
}

static void add_authorization(struct secrets *secrets, struct str value) {
  ptrdiff_t space = str_find(value, " ");
  struct str scheme = str_slice(value, 0, space < 0 ? 0 : (size_t)space),
             word = str_trim(str_slice(value, scheme.length, value.length));
  if (str_equal_caseless(scheme, STR("basic")))
    add_basic(secrets, word);
  while (str_ends_with(word, "=")) /* some leave the padding out */
    word = str_slice(word, 0, word.length - 1);
  add(secrets, word);
}

static bool is_secret_name(struct str name) {
  static const char *const names[] = {"secret",   "client_secret", "refresh_token", "access_token", "token",
                                      "password", "private_key",   "device_code",   "code_verifier"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (str_is(name, names[i]))
      return true;
  return false;
}

static void add_members(struct secrets *secrets, const cJSON *node, int depth) {
  const cJSON *child;
  cJSON_ArrayForEach(child, node) {
    if (cJSON_IsString(child) && child->string && is_secret_name(str_of(child->string)))
      add(secrets, str_copy(secrets->arena, str_of(child->valuestring)));
    else if (depth < DEPTH_MAX)
      add_members(secrets, child, depth + 1);
  }
}

static struct str unescaped(struct arena *arena, struct str text) {
  char *at = arena_alloc(arena, text.length + 1);
  size_t length = 0;
  for (size_t i = 0; i < text.length; i++) {
    unsigned char byte = 0;
    bool escapes =
        text.at[i] == '%' && i + 2 < text.length && sodium_hex2bin(&byte, 1, text.at + i + 1, 2, NULL, NULL, NULL) == 0;
    at[length++] = escapes ? (char)byte : text.at[i];
    i += escapes ? 2 : 0;
  }
  return (struct str){at, length};
}

/* name=value&name=value */
static void add_form_fields(struct secrets *secrets, struct str form) {
  while (form.length) {
    ptrdiff_t and = str_find(form, "&");
    struct str pair = str_slice(form, 0, and < 0 ? form.length : (size_t) and);
    ptrdiff_t is = str_find(pair, "=");
    if (is > 0 && is_secret_name(str_slice(pair, 0, (size_t)is)))
      add(secrets, unescaped(secrets->arena, str_slice(pair, (size_t)is + 1, pair.length)));
    form = str_slice(form, pair.length + (and >= 0), form.length);
  }
}

static void add_body(struct secrets *secrets, struct str body) {
  cJSON *tree;
  struct result parsed = json_parse(body, &tree);
  if (!result_ok(&parsed)) {
    add_form_fields(secrets, body);
    return;
  }
  add_members(secrets, tree, 0);
  cJSON_Delete(tree);
}

static struct secrets secrets_of(struct arena *arena, const struct http_request *request) {
  struct secrets secrets = {.arena = arena};
  for (size_t i = 0; i < request->header_count; i++)
    if (str_equal_caseless(request->headers[i].name, STR("authorization")))
      add_authorization(&secrets, request->headers[i].value);
  if (request->body.length)
    add_body(&secrets, request->body);
  return secrets;
}

/* -- hiding -- */

static const struct str *secret_at(const struct secrets *secrets, struct str text) {
  for (size_t i = 0; i < secrets->count; i++)
    if (secrets->at[i].length <= text.length && memcmp(secrets->at[i].at, text.at, secrets->at[i].length) == 0)
      return &secrets->at[i];
  return NULL;
}

/* `*out` stays as it is where there is none. */
static bool hide_in(const struct secrets *secrets, struct str text, struct str *out) {
  struct str_builder clean = {.arena = secrets->arena};
  size_t kept = 0;
  for (size_t i = 0; i < text.length;) {
    const struct str *secret = secret_at(secrets, str_slice(text, i, text.length));
    if (secret) {
      str_append(&clean, str_slice(text, kept, i));
      str_append_c(&clean, HIDDEN);
      kept = i + secret->length;
    }
    i += secret ? secret->length : 1;
  }
  if (kept == 0)
    return false;
  str_append(&clean, str_slice(text, kept, text.length));
  *out = str_built(&clean);
  return true;
}

static void hide_in_headers(const struct secrets *secrets, struct http_response *response) {
  struct http_header *headers = ARENA_ARRAY(secrets->arena, struct http_header, response->header_count);
  for (size_t i = 0; i < response->header_count; i++) {
    headers[i] = response->headers[i];
    hide_in(secrets, headers[i].value, &headers[i].value);
  }
  response->headers = headers;
}

/* JSON is looked at as it is written here, however the tracker escapes it. */
static void hide_in_body(const struct secrets *secrets, struct http_response *response) {
  cJSON *tree;
  struct result parsed = json_parse(response->body, &tree);
  hide_in(secrets, result_ok(&parsed) ? json_print(secrets->arena, tree) : response->body, &response->body);
}

static bool hide_in_member(const struct secrets *secrets, cJSON *tree, const char *name) {
  cJSON *clean = NULL;
  const cJSON *member = cJSON_GetObjectItemCaseSensitive(tree, name);
  struct str text;
  if (!member || !hide_in(secrets, json_print(secrets->arena, cJSON_Duplicate(member, true)), &text))
    return false;
  struct result parsed = json_parse(text, &clean);
  cJSON_ReplaceItemInObjectCaseSensitive(tree, name, result_ok(&parsed) ? clean : cJSON_CreateString(HIDDEN));
  return true;
}

/* Of a success only what it says went wrong: the rest is the tracker's own, tokens that it gives out among it. */
static void hide_in_errors(const struct secrets *secrets, struct http_response *response) {
  static const char *const names[] = {"errors", "error", "error_description"};
  cJSON *tree;
  bool hidden = false;
  struct result parsed = json_parse(response->body, &tree);
  if (!result_ok(&parsed))
    return;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    hidden |= hide_in_member(secrets, tree, names[i]);
  if (hidden)
    response->body = json_print(secrets->arena, tree);
  else
    cJSON_Delete(tree);
}

void exchange_hide_secrets(struct arena *arena, const struct http_request *request, struct http_response *response) {
  bool succeeds = response->status >= 200 && response->status < 300;
  if (succeeds && str_find(response->body, "\"error") < 0)
    return;
  struct secrets secrets = secrets_of(arena, request);
  if (succeeds) {
    hide_in_errors(&secrets, response);
    return;
  }
  hide_in_headers(&secrets, response);
  hide_in_body(&secrets, response);
}
