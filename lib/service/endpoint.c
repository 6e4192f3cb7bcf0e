/* Finding the store: from the environment that `tandem up` gives its services, else from the files it wrote. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/json.h"
#include "service/rpc.h"

enum { ENDPOINT_BYTES_MAX = 64 * 1024 };

static struct str environment(struct arena *arena, const char *name) {
  const char *value = getenv(name);
  return value && *value ? str_copy(arena, str_of(value)) : (struct str){0};
}

static bool read_file(struct arena *arena, struct str path, struct str *out) {
  FILE *file = fopen(str_c(arena, path), "re");
  if (!file)
    return false;
  char *text = arena_alloc(arena, ENDPOINT_BYTES_MAX);
  size_t length = fread(text, 1, ENDPOINT_BYTES_MAX - 1, file);
  fclose(file);
  *out = (struct str){text, length};
  return true;
}

static struct result read_endpoint_file(struct arena *arena, struct str home, struct endpoint *out) {
  struct str text, path = str_format(arena, "%.*s/run/endpoint.json", STR_FMT(home));
  if (!read_file(arena, path, &text))
    return result_error(RESULT_RETRY, "tandem is not running in %.*s; start it: tandem up", STR_FMT(home));
  cJSON *tree;
  struct result result = json_parse(text, &tree);
  if (!result_ok(&result))
    return result_context(result, "%.*s", STR_FMT(path));
  if (str_is_absent(out->store_url))
    out->store_url = str_copy(arena, json_str(tree, "store_url"));
  if (str_is_absent(out->events_url))
    out->events_url = str_copy(arena, json_str(tree, "events_url"));
  cJSON_Delete(tree);
  return RESULT_DONE;
}

/* The first of the two variables that is set; `first` may be NULL. */
static struct str either(struct arena *arena, const char *first, const char *second) {
  struct str value = first ? environment(arena, first) : (struct str){0};
  return str_is_absent(value) ? environment(arena, second) : value;
}

static struct result find(struct arena *arena, struct str home, const char *role, bool listens, struct endpoint *out) {
  struct endpoint endpoint = {
      .store_url = either(arena, listens ? "TANDEM_STORE_LISTEN" : NULL, "TANDEM_STORE_URL"),
      .events_url = either(arena, listens ? "TANDEM_EVENTS_LISTEN" : NULL, "TANDEM_EVENTS_URL"),
      .ca_file = environment(arena, "TANDEM_TLS_CA"),
      .certificate_file = environment(arena, "TANDEM_TLS_CERT"),
      .revoked_file = environment(arena, "TANDEM_TLS_REVOKED"),
      .insecure = str_is(environment(arena, "TANDEM_ALLOW_INSECURE_BUS"), "true"),
  };
  if (str_is_absent(endpoint.store_url) || str_is_absent(endpoint.events_url))
    TRY(read_endpoint_file(arena, home, &endpoint));
  if (str_is_absent(endpoint.ca_file))
    endpoint.ca_file = str_format(arena, "%.*s/tls/ca.pem", STR_FMT(home));
  if (str_is_absent(endpoint.revoked_file))
    endpoint.revoked_file = str_format(arena, "%.*s/tls/revoked.pem", STR_FMT(home));
  if (str_is_absent(endpoint.certificate_file))
    endpoint.certificate_file = str_format(arena, "%.*s/tls/%s.pem", STR_FMT(home), role);
  if (str_is_absent(endpoint.store_url) || str_is_absent(endpoint.events_url))
    return result_error(RESULT_REJECTED, "TANDEM_STORE_URL and TANDEM_EVENTS_URL are not known");
  if (!endpoint.insecure && access(str_c(arena, endpoint.certificate_file), R_OK) != 0)
    return result_error(RESULT_REJECTED, "cannot read the certificate %.*s: %s", STR_FMT(endpoint.certificate_file),
                        strerror(errno));
  *out = endpoint;
  return RESULT_DONE;
}

struct result endpoint_find(struct arena *arena, struct str home, const char *role, struct endpoint *out) {
  return find(arena, home, role, false, out);
}

struct result endpoint_find_own(struct arena *arena, struct str home, struct endpoint *out) {
  return find(arena, home, "store", true, out);
}
