/* The table of this connector, and opening and closing its connection. */
#include <sodium.h>
#include <stdlib.h>

#include "adapter-example/example.h"
#include "base/heap.h"
#include "service/exchange.h"

struct result example_not_written(const char *operation) {
  return result_error(RESULT_REJECTED, "not written yet: %s", operation);
}

static struct result take_project(struct connection *c, const struct project *project) {
  struct str base = http_base_url(project->base_url);
  if (base.length == 0)
    return result_error(RESULT_REJECTED, "the project has no base_url");
  c->api = str_copy(&c->arena, base);
  c->remote = str_copy(&c->arena, project->remote);
  return RESULT_DONE;
}

static struct result take_credential(struct connection *c, struct str credential) {
  cJSON *tree;
  struct result result = json_parse(credential, &tree);
  if (!result_ok(&result))
    return result_error(RESULT_AUTH, "the credential is not JSON");
  c->token = str_copy(&c->arena, json_str(tree, "token"));
  cJSON_Delete(tree);
  return c->token.length ? RESULT_DONE : result_error(RESULT_AUTH, "the credential must be {\"token\": \"...\"}");
}

static void example_close(struct connection *c) {
  if (c->token.length)
    sodium_memzero((void *)(uintptr_t)c->token.at, c->token.length);
  arena_free(&c->arena);
  free(c);
}

static struct result example_open(const struct connector_config *config, struct connection **out) {
  struct connection *c = heap_new(sizeof *c);
  c->http = config->http;
  c->now_ms = config->now_ms;
  struct result result = take_project(c, config->project);
  if (result_ok(&result))
    result = take_credential(c, config->credential);
  if (result_ok(&result))
    *out = c;
  else
    example_close(c);
  return result;
}

static void example_take_usage(struct connection *c, struct usage *out) {
  exchange_take_usage(&c->usage, out);
}

const struct connector example_connector = {
    .system = "example",
    .webhook_headers = {.event = "example-event", .delivery_id = "example-delivery", .signature = "example-signature"},
    .settle_ms = EXAMPLE_SETTLE_MS,
    .open = example_open,
    .close = example_close,
    .pull = example_pull,
    .fetch = example_fetch,
    .push = example_push,
    .find = example_find,
    .verify = example_verify,
    .translate = example_translate,
    .describe = example_describe,
    .take_usage = example_take_usage,
};
