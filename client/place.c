/* Options before the environment before the bundle. */
#include "client/place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/json.h"

enum { ENDPOINT_BYTES_MAX = 64 * 1024 };

/* A copy of the option, else of the environment's, else absent. */
static struct str chosen(struct arena *arena, const char *option, const char *variable) {
  const char *text = option ? option : getenv(variable);
  return text && *text ? str_copy(arena, str_of(text)) : (struct str){0};
}

static struct str below(struct arena *arena, struct str folder, const char *name) {
  return str_format(arena, "%.*s/%s", STR_FMT(folder), name);
}

/* False: there is no such file. */
static bool read_file(struct arena *arena, struct str path, struct str *out) {
  FILE *file = fopen(path.at, "re");
  if (!file)
    return false;
  char *text = arena_alloc(arena, ENDPOINT_BYTES_MAX);
  *out = (struct str){text, fread(text, 1, ENDPOINT_BYTES_MAX, file)};
  fclose(file);
  return true;
}

/* The bundle's own file, else that of the `tandem up` whose tls/services/NAME it is. */
static struct result read_endpoint(struct tandem *tandem, struct str bundle) {
  struct arena *arena = &tandem->arena;
  struct str text, path = below(arena, bundle, "endpoint.json");
  if (!read_file(arena, path, &text)) {
    path = below(arena, bundle, "../../../run/endpoint.json");
    if (!read_file(arena, path, &text))
      return RESULT_DONE;
  }
  cJSON *tree;
  struct result result = json_parse(text, &tree);
  if (!result_ok(&result))
    return result_context(result, "%.*s", STR_FMT(path));
  if (str_is_absent(tandem->store_url))
    tandem->store_url = json_copy(arena, tree, "store_url");
  if (str_is_absent(tandem->events_url))
    tandem->events_url = json_copy(arena, tree, "events_url");
  cJSON_Delete(tree);
  return RESULT_DONE;
}

static struct result check_file(struct str path, const char *what) {
  if (str_is_absent(path))
    return result_error(RESULT_REJECTED, "no %s: give `bundle`, the folder that `tandem certs issue` prints", what);
  if (access(path.at, R_OK) != 0)
    return result_error(RESULT_REJECTED, "cannot read the %s %.*s: %s", what, STR_FMT(path), strerror(errno));
  return RESULT_DONE;
}

static struct result check_urls(const struct tandem *tandem) {
  if (str_is_absent(tandem->store_url) || str_is_absent(tandem->events_url))
    return result_error(RESULT_REJECTED, "the store's address is not known: give store_url and events_url, or put "
                                         "endpoint.json into the bundle, or start `tandem up`");
  TRY(wire_check_url(tandem->store_url, tandem->options.insecure));
  return wire_check_url(tandem->events_url, tandem->options.insecure);
}

static bool uses_tls(const struct tandem *tandem) {
  return str_starts_with(tandem->store_url, "tls+") || str_starts_with(tandem->events_url, "tls+");
}

struct result place_find(const struct tandem_options *options, struct tandem *tandem) {
  struct arena *arena = &tandem->arena;
  struct wire_options *files = &tandem->options;
  struct str bundle = chosen(arena, options->bundle, "TANDEM_BUNDLE");
  files->insecure = options->allow_insecure_bus != 0;
  files->cancel_fd = -1;
  files->ca_file = chosen(arena, options->ca_file, "TANDEM_TLS_CA");
  files->certificate_file = chosen(arena, options->certificate_file, "TANDEM_TLS_CERT");
  files->revoked_file = chosen(arena, options->revoked_file, "TANDEM_TLS_REVOKED");
  tandem->store_url = chosen(arena, options->store_url, "TANDEM_STORE_URL");
  tandem->events_url = chosen(arena, options->events_url, "TANDEM_EVENTS_URL");
  if (!str_is_absent(bundle)) {
    TRY(read_endpoint(tandem, bundle));
    files->ca_file = options->ca_file ? files->ca_file : below(arena, bundle, "ca.pem");
    files->certificate_file =
        options->certificate_file ? files->certificate_file : below(arena, bundle, "certificate.pem");
    files->revoked_file = options->revoked_file ? files->revoked_file : below(arena, bundle, "revoked.pem");
  }
  TRY(check_urls(tandem));
  if (!uses_tls(tandem))
    return RESULT_DONE;
  TRY(check_file(files->ca_file, "authority's certificate"));
  return check_file(files->certificate_file, "certificate");
}
