/* Choosing ports. The sockets stay bound until all are chosen, so that no port is chosen twice. */
#include "cli/up/endpoints.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "cli/up/files.h"
#include "service/listen_address.h"

enum { STORE, EVENTS, WEBHOOKS, ADDRESS_COUNT = WEBHOOKS + TRACKER_COUNT, TAKEN_WAIT_MS = 3000, TAKEN_STEP_MS = 100 };

struct address {
  struct str scheme, host; /* "tls+tcp://" or "", host with its brackets */
  int64_t port;
};

static struct address parse_address(struct str text) {
  ptrdiff_t scheme = str_find(text, "://");
  size_t from = scheme < 0 ? 0 : (size_t)scheme + 3;
  const char *colon = text.length ? memrchr(text.at, ':', text.length) : NULL;
  struct address address = {.scheme = str_slice(text, 0, from), .host = str_slice(text, from, text.length)};
  if (colon && (size_t)(colon - text.at) >= from) {
    address.host = str_slice(text, from, (size_t)(colon - text.at));
    str_to_i64(str_slice(text, (size_t)(colon - text.at) + 1, text.length), &address.port);
  }
  return address;
}

struct str endpoints_host(struct arena *arena, struct str text) {
  struct str host = parse_address(text).host;
  if (str_starts_with(host, "[") && str_ends_with(host, "]"))
    host = str_slice(host, 1, host.length - 1);
  return str_copy(arena, host);
}

/* A socket that holds the host's port. */
static struct result hold(struct arena *arena, struct str host, int64_t port, const char *setting, int *out_file) {
  struct str text = str_format(arena, "%.*s:%lld", STR_FMT(host), (long long)port);
  return listen_address_open(text, setting, out_file);
}

/* One just stopped may need a moment to let go of its port. */
static struct result hold_patiently(struct arena *arena, struct str host, int64_t port, const char *setting,
                                    int *out_file) {
  struct result result = hold(arena, host, port, setting, out_file);
  for (int waited_ms = 0; result.code == RESULT_RETRY && waited_ms < TAKEN_WAIT_MS; waited_ms += TAKEN_STEP_MS) {
    clock_sleep_ms(TAKEN_STEP_MS);
    result = hold(arena, host, port, setting, out_file);
  }
  return result;
}

static int64_t bound_port(int file) {
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  } address = {.v6 = {0}};
  socklen_t length = sizeof address;
  getsockname(file, &address.any, &length);
  return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

/* `wanted` with its port, or with the one of `before` when that is still free, or with any free one. */
static struct result choose(struct arena *arena, struct str wanted, struct str before, const char *setting,
                            int *out_file, struct str *out) {
  struct address address = parse_address(wanted);
  int64_t kept = parse_address(before).port;
  int file = -1;
  struct result result = RESULT_DONE;
  if (address.port || kept)
    result = hold_patiently(arena, address.host, address.port ? address.port : kept, setting, &file);
  if (file < 0 && address.port == 0)
    result = hold(arena, address.host, 0, setting, &file);
  if (result.code == RESULT_RETRY) /* it has been waited for */
    result.code = RESULT_REJECTED;
  TRY(result);
  *out_file = file;
  *out = str_format(arena, "%.*s%.*s:%d", STR_FMT(address.scheme), STR_FMT(address.host), (int)bound_port(file));
  return RESULT_DONE;
}

static struct str callable(struct arena *arena, struct str listen, const char *scheme) {
  struct address address = parse_address(listen);
  struct str host = listen_address_is_wildcard(address.host) ? STR("127.0.0.1") : address.host;
  return scheme ? str_format(arena, "%s%.*s:%d", scheme, STR_FMT(host), (int)address.port)
                : str_format(arena, "%.*s%.*s:%d", STR_FMT(address.scheme), STR_FMT(host), (int)address.port);
}

/* The first adapter has the address that is set; with a port given the others have the ones that follow. */
static struct str webhook_address(struct arena *arena, const struct settings *settings, size_t adapter) {
  struct address address = parse_address(settings->webhooks_listen);
  int64_t port = address.port ? address.port + (int64_t)adapter : 0;
  return str_format(arena, "%.*s:%d", STR_FMT(address.host), (int)port);
}

static struct result choose_all(struct arena *arena, const struct settings *settings, const struct up_endpoints *before,
                                int *files, struct up_endpoints *out) {
  TRY(choose(arena, settings->store_listen, before->store_url, "store.listen", &files[STORE], &out->store_listen));
  TRY(choose(arena, settings->events_listen, before->events_url, "events.listen", &files[EVENTS], &out->events_listen));
  out->store_url = callable(arena, out->store_listen, NULL);
  out->events_url = callable(arena, out->events_listen, NULL);
  for (size_t i = 0; i < TRACKER_COUNT; i++) {
    TRY(choose(arena, webhook_address(arena, settings, i), before->webhook_url[i], "webhooks.listen",
               &files[WEBHOOKS + i], &out->webhook_listen[i]));
    out->webhook_url[i] = callable(arena, out->webhook_listen[i], "http://");
  }
  return RESULT_DONE;
}

static struct result write_file(struct arena *arena, const char *path, const struct up_endpoints *endpoints) {
  cJSON *tree = cJSON_CreateObject();
  cJSON_AddStringToObject(tree, "store_url", endpoints->store_url.at);
  cJSON_AddStringToObject(tree, "events_url", endpoints->events_url.at);
  cJSON *webhooks = cJSON_AddObjectToObject(tree, "webhook_urls");
  for (size_t i = 0; i < TRACKER_COUNT; i++)
    cJSON_AddStringToObject(webhooks, tracker_table[i]->system, endpoints->webhook_url[i].at);
  struct str text = json_print(arena, tree);
  return files_write(path, str_format(arena, "%.*s\n", STR_FMT(text)), 0600);
}

struct result endpoints_choose(struct arena *arena, const struct settings *settings, const char *path,
                               struct up_endpoints *out) {
  struct up_endpoints before = {0}, chosen = {0};
  int files[ADDRESS_COUNT];
  for (size_t i = 0; i < ADDRESS_COUNT; i++)
    files[i] = -1;
  struct result known = endpoints_read(arena, path, &before);
  if (!result_ok(&known) && known.code != RESULT_GONE)
    log_event(LOG_WARNING, "ports_are_chosen_anew", LOG_RESULT(&known));
  struct result result = choose_all(arena, settings, &before, files, &chosen);
  for (size_t i = 0; i < ADDRESS_COUNT; i++)
    if (files[i] >= 0)
      close(files[i]);
  TRY(result);
  TRY(write_file(arena, path, &chosen));
  *out = chosen;
  return RESULT_DONE;
}

struct result endpoints_read(struct arena *arena, const char *path, struct up_endpoints *out) {
  struct str text = files_read(arena, path);
  cJSON *tree;
  if (str_is_absent(text))
    return result_error(RESULT_GONE, "%s is not there: tandem has not been started here yet", path);
  TRY(json_parse(text, &tree));
  *out = (struct up_endpoints){.store_url = str_copy(arena, json_str(tree, "store_url")),
                               .events_url = str_copy(arena, json_str(tree, "events_url"))};
  const cJSON *webhooks = cJSON_GetObjectItemCaseSensitive(tree, "webhook_urls");
  for (size_t i = 0; i < TRACKER_COUNT; i++)
    out->webhook_url[i] = str_copy(arena, json_str(webhooks, tracker_table[i]->system));
  cJSON_Delete(tree);
  return RESULT_DONE;
}
