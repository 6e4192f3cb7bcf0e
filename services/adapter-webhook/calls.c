/* One call to the tracker: address, credential, signature, what it cost. */
#include <sodium.h>

#include "adapter-webhook/webhook.h"
#include "base/json.h"
#include "service/exchange.h"

enum { HEADERS_MAX = 10, READ_ID_BYTES = 16 };

static bool is_get(const struct webhook_call *call) {
  return strcmp(call->method, "GET") == 0;
}

/* -- headers -- */

struct headers {
  struct http_header at[HEADERS_MAX];
  size_t count;
};

static void put(struct headers *headers, struct str name, struct str value) {
  headers->at[headers->count++] = (struct http_header){name, value};
}

/* A write's id is its operation's, so that it stays the same when it is repeated; a read has one of its own. */
static struct str message_id(struct arena *arena, const struct webhook_call *call) {
  unsigned char bytes[READ_ID_BYTES];
  char hex[2 * READ_ID_BYTES + 1];
  if (call->key.length)
    return call->key;
  randombytes_buf(bytes, sizeof bytes);
  sodium_bin2hex(hex, sizeof hex, bytes, sizeof bytes);
  return str_copy(arena, str_of(hex));
}

static struct result sign(struct connection *c, struct arena *arena, const struct webhook_call *call,
                          struct headers *headers) {
  char *signature = arena_alloc(arena, WEBHOOK_SIGNATURE_BYTES);
  struct str id = message_id(arena, call);
  struct str timestamp = str_format(arena, "%lld", (long long)(c->now_ms() / 1000));
  if (!webhook_signature(c->secret, id, timestamp, call->body, signature))
    return result_error(RESULT_AUTH, "the credential's secret is no key");
  put(headers, STR("webhook-id"), id);
  put(headers, STR("webhook-timestamp"), timestamp);
  put(headers, STR("webhook-signature"), str_of(signature));
  return RESULT_DONE;
}

static struct result headers_of(struct connection *c, struct arena *arena, const struct webhook_call *call,
                                struct headers *headers) {
  put(headers, STR("Accept"), STR("application/json"));
  put(headers, STR("User-Agent"), STR("tandem/" TANDEM_VERSION));
  if (!str_is_absent(call->body))
    put(headers, STR("Content-Type"), STR("application/json"));
  if (!str_is_absent(c->token))
    put(headers, STR("Authorization"), str_format(arena, "Bearer %.*s", STR_FMT(c->token)));
  if (call->key.length)
    put(headers, STR("Idempotency-Key"), call->key);
  if (call->etag.length)
    put(headers, STR("If-None-Match"), call->etag);
  return str_is_absent(c->secret) ? RESULT_DONE : sign(c, arena, call, headers);
}

/* -- addresses -- */

/* A link that the tracker gave is followed only to its own scheme, host and port: the credential goes along. */
static struct result url_of(struct connection *c, struct arena *arena, const struct webhook_call *call,
                            struct str *out) {
  bool is_link = str_find(call->path, "://") >= 0 && call->path.at[0] != '/';
  if (!is_link)
    *out = str_format(arena, "%.*s%.*s", STR_FMT(c->api), STR_FMT(call->path));
  else if (http_same_origin(call->path, c->api))
    *out = call->path;
  else
    return result_error(RESULT_RETRY, "the tracker's answer leads to another host: %.*s", STR_FMT(call->path));
  return RESULT_DONE;
}

/* -- one exchange -- */

static struct result exchange(struct connection *c, struct arena *arena, const struct webhook_call *call,
                              struct http_response *out) {
  struct headers headers = {.count = 0};
  struct str url;
  TRY(headers_of(c, arena, call, &headers));
  TRY(url_of(c, arena, call, &url));
  struct http_request request = {call->method, url, headers.at, headers.count, call->body, WEBHOOK_TIMEOUT_MS};
  struct result result = exchange_send(c->http, arena, &request, is_get(call), &c->usage, out);
  return result_ok(&result) ? result : result_context(result, "%s %.*s", call->method, STR_FMT(call->path));
}

struct result webhook_call(struct connection *c, struct arena *arena, const struct webhook_call *call,
                           struct webhook_answer *out) {
  struct http_response response;
  TRY(exchange(c, arena, call, &response));
  bool fine = response.status >= 200 && response.status < 300;
  if (!fine && !(response.status == 304 && call->etag.length))
    return webhook_error(c, call, &response);
  *out = (struct webhook_answer){response.status, response.body, http_header_value(&response, "etag"),
                                 http_date_ms(&response)};
  return RESULT_DONE;
}

/* -- looking at a part of an answer -- */

/* Whether a place is missing because an array ends before it: "/items/0" of an empty list. */
static bool is_past_the_end(const struct pointer *path, const cJSON *tree) {
  const cJSON *parent;
  struct pointer up = {path->text, path->tokens, path->count ? path->count - 1 : 0};
  return path->count && pointer_find(&up, tree, &parent) == POINTER_FOUND && cJSON_IsArray(parent);
}

struct result webhook_look(struct connection *c, struct arena *arena, const struct webhook_call *call,
                           const struct pointer *path, struct webhook_answer *answer, cJSON **out_tree,
                           const cJSON **out) {
  cJSON *tree;
  TRY(webhook_call(c, arena, call, answer));
  *out_tree = NULL;
  if (answer->status == 304)
    return RESULT_DONE;
  struct result result = json_parse(answer->body, &tree);
  if (!result_ok(&result))
    return result_error(RESULT_RETRY, "GET %.*s: %s", STR_FMT(call->path), result.message);
  enum pointer_found found = pointer_find(path, tree, out);
  if (found == POINTER_NULL || (found == POINTER_MISSING && is_past_the_end(path, tree)))
    result = result_error(RESULT_GONE, "GET %.*s shows nothing", STR_FMT(call->path));
  else if (found == POINTER_MISSING)
    result = result_error(RESULT_RETRY, "GET %.*s: the answer has no %.*s", STR_FMT(call->path), STR_FMT(path->text));
  if (result_ok(&result))
    *out_tree = tree;
  else
    cJSON_Delete(tree);
  return result;
}
