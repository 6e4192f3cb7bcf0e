/* The table of this connector, and opening and closing its connection. */
#include <sodium.h>
#include <stdlib.h>

#include "adapter-webhook/webhook.h"
#include "base/heap.h"
#include "base/json.h"
#include "service/exchange.h"

enum { TOKEN_BYTES_MAX = 4096, REMOTE_BYTES_MAX = 256 };

const struct schema_item *webhook_item(const struct schema *schema, struct str kind) {
  return str_is(kind, "comment") ? &schema->comment : &schema->ticket;
}

/* -- the project -- */

static struct result take_project(struct connection *c, const struct project *project) {
  struct str base = http_base_url(project->base_url);
  if (!str_starts_with(base, "https://") && !str_starts_with(base, "http://"))
    return result_error(RESULT_REJECTED,
                        "base_url must be the tracker's address, as in https://tickets.example.com/api");
  if (project->remote.length > REMOTE_BYTES_MAX)
    return result_error(RESULT_REJECTED, "the project's name there is too long");
  c->api = str_copy(&c->arena, base);
  c->remote = project->remote.length ? str_copy(&c->arena, project->remote) : STR("");
  return schema_read(&c->arena, project->options, &c->schema);
}

/* -- the credential -- */

static bool is_token(struct str token) {
  for (size_t i = 0; i < token.length; i++)
    if (token.at[i] <= ' ' || token.at[i] > '~')
      return false;
  return token.length > 0 && token.length <= TOKEN_BYTES_MAX;
}

static struct result take_secrets(struct connection *c, const cJSON *tree) {
  char signature[WEBHOOK_SIGNATURE_BYTES];
  struct str token = json_str(tree, "token"), secret = json_str(tree, "secret");
  if (str_is_absent(token) && str_is_absent(secret))
    return result_error(RESULT_AUTH,
                        "the credential must be {\"secret\": \"whsec_...\", \"token\": \"...\"}, or one of both");
  if (!str_is_absent(token) && !is_token(token))
    return result_error(RESULT_AUTH, "the token has characters that no token has: copy it whole");
  if (!str_is_absent(secret) && !webhook_signature(secret, STR(""), STR(""), STR(""), signature))
    return result_error(RESULT_AUTH, "the secret is no key: after whsec_ comes Base64, of at most %d bytes",
                        WEBHOOK_KEY_BYTES_MAX);
  c->token = str_copy(&c->arena, token);
  c->secret = str_copy(&c->arena, secret);
  return RESULT_DONE;
}

static struct result take_credential(struct connection *c, struct str credential) {
  cJSON *tree;
  struct result result = json_parse(credential, &tree);
  if (!result_ok(&result))
    return result_error(RESULT_AUTH, "the credential is not JSON");
  result = take_secrets(c, tree);
  cJSON_Delete(tree);
  return result;
}

/* -- opening and closing -- */

static void forget(struct str secret) {
  if (secret.length)
    sodium_memzero((void *)(uintptr_t)secret.at, secret.length);
}

static void webhook_close(struct connection *c) {
  forget(c->token);
  forget(c->secret);
  arena_wipe(&c->arena);
  free(c);
}

static struct result webhook_open(const struct connector_config *config, struct connection **out) {
  struct connection *c = heap_new(sizeof *c);
  c->http = config->http;
  c->now_ms = config->now_ms;
  struct result result = take_project(c, config->project);
  if (result_ok(&result))
    result = take_credential(c, config->credential);
  if (result_ok(&result))
    *out = c;
  else
    webhook_close(c);
  return result;
}

static void webhook_take_usage(struct connection *c, struct usage *out) {
  exchange_take_usage(&c->usage, out);
}

const struct connector webhook_connector = {
    .system = "webhook",
    /* No event header: a delivery's type is in its body, where the mapping says. */
    .webhook_headers = {.delivery_id = "webhook-id",
                        .signature = "webhook-signature",
                        .timestamp = "webhook-timestamp"},
    .settle_ms = WEBHOOK_SETTLE_MS,
    /* Nothing is known of the tracker's limits: five writes a second are bearable for most. */
    .pace = {.burst = 60, .per_minute = 300},
    .open = webhook_open,
    .close = webhook_close,
    .pull = webhook_pull,
    .fetch = webhook_fetch,
    .push = webhook_push,
    .find = webhook_find,
    .verify = webhook_verify,
    .translate = webhook_translate,
    .describe = webhook_describe,
    .take_usage = webhook_take_usage,
};
