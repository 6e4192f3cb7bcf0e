/* Choosing ports. The sockets stay bound until all are chosen, so that no port is chosen twice. */
#include "cli/up/endpoints.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "cli/up/files.h"

enum { STORE, EVENTS, WEBHOOKS, ADDRESS_COUNT = WEBHOOKS + ADAPTER_COUNT, TAKEN_WAIT_MS = 3000, TAKEN_STEP_MS = 100 };

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

static bool is_wildcard(struct str host) {
  return str_is(host, "0.0.0.0") || str_is(host, "[::]") || str_is(host, "*");
}

static int bind_to(const struct addrinfo *info) {
  int yes = 1, file = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (file < 0)
    return -1;
  setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(file, info->ai_addr, info->ai_addrlen) == 0 && listen(file, 1) == 0)
    return file;
  int error = errno;
  close(file);
  errno = error;
  return -1;
}

/* A socket that holds HOST:PORT, or -1 with errno. */
static int hold(struct arena *arena, struct str text, int64_t port) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV}, *found;
  struct str host = endpoints_host(arena, text);
  const char *name = str_is(host, "*") ? "0.0.0.0" : host.at;
  if (getaddrinfo(name, str_format(arena, "%d", (int)port).at, &hints, &found) != 0) {
    errno = EADDRNOTAVAIL;
    return -1;
  }
  int file = bind_to(found);
  freeaddrinfo(found);
  return file;
}

/* One just stopped may need a moment to let go of its port. */
static int hold_patiently(struct arena *arena, struct str text, int64_t port) {
  int file = hold(arena, text, port);
  for (int waited_ms = 0; file < 0 && errno == EADDRINUSE && waited_ms < TAKEN_WAIT_MS; waited_ms += TAKEN_STEP_MS) {
    clock_sleep_ms(TAKEN_STEP_MS);
    file = hold(arena, text, port);
  }
  return file;
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
  int file = address.port ? hold_patiently(arena, wanted, address.port)
             : kept       ? hold_patiently(arena, wanted, kept)
                          : -1;
  if (file < 0 && address.port == 0)
    file = hold(arena, wanted, 0);
  if (file < 0 && errno == EADDRINUSE)
    return result_error(RESULT_REJECTED, "%s is %.*s, which another program listens on: stop that, or set another port",
                        setting, STR_FMT(wanted));
  if (file < 0)
    return result_error(RESULT_REJECTED, "%s is %.*s, where nothing can listen: %s", setting, STR_FMT(wanted),
                        strerror(errno));
  *out_file = file;
  *out = str_format(arena, "%.*s%.*s:%d", STR_FMT(address.scheme), STR_FMT(address.host), (int)bound_port(file));
  return RESULT_DONE;
}

static struct str callable(struct arena *arena, struct str listen, const char *scheme) {
  struct address address = parse_address(listen);
  struct str host = is_wildcard(address.host) ? STR("127.0.0.1") : address.host;
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
  for (size_t i = 0; i < ADAPTER_COUNT; i++) {
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
  for (size_t i = 0; i < ADAPTER_COUNT; i++)
    cJSON_AddStringToObject(webhooks, adapter_systems[i], endpoints->webhook_url[i].at);
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
  for (size_t i = 0; i < ADAPTER_COUNT; i++)
    out->webhook_url[i] = str_copy(arena, json_str(webhooks, adapter_systems[i]));
  cJSON_Delete(tree);
  return RESULT_DONE;
}
