/* Options of the library, and what its failures mean. */
#include "bridge-nats/connect.h"

#include <stdio.h>

enum { CONNECT_TIMEOUT_MS = 5000, WRITE_TIMEOUT_MS = 10000, PING_MS = 10000, PINGS_LOST_MAX = 2 };

static bool is_persons_matter(natsStatus status) {
  return status == NATS_SSL_ERROR || status == NATS_SECURE_CONNECTION_REQUIRED ||
         status == NATS_SECURE_CONNECTION_WANTED || status == NATS_INVALID_ARG || status == NATS_MAX_PAYLOAD;
}

struct result nats_failure(natsStatus status, const char *what) {
  const char *detail = nats_GetLastError(NULL);
  enum result_code code = status == NATS_CONNECTION_AUTH_FAILED || status == NATS_NOT_PERMITTED ? RESULT_AUTH
                          : is_persons_matter(status)                                           ? RESULT_REJECTED
                                                                                                : RESULT_RETRY;
  return result_error(code, "%s: %s%s%s%s", what, natsStatus_GetText(status), detail && *detail ? " (" : "",
                      detail ? detail : "", detail && *detail ? ")" : "");
}

static const char *text_of(struct arena *arena, struct str text) {
  return str_is_absent(text) ? NULL : str_c(arena, text);
}

/* The part of the URL that the server's certificate has to name. */
static const char *host_of(struct arena *arena, struct str url) {
  ptrdiff_t scheme = str_find(url, "://");
  struct str rest = str_slice(url, scheme < 0 ? 0 : (size_t)scheme + 3, url.length);
  if (str_starts_with(rest, "["))
    return str_c(arena, str_slice(rest, 1, (size_t)str_find(rest, "]")));
  ptrdiff_t colon = str_find(rest, ":");
  return str_c(arena, str_slice(rest, 0, colon < 0 ? rest.length : (size_t)colon));
}

static natsStatus set_tls(struct arena *arena, const struct settings *settings, struct str url, natsOptions *options) {
  const char *ca = text_of(arena, settings->nats_ca_file);
  const char *own = text_of(arena, settings->nats_certificate_file);
  natsStatus status = natsOptions_SetSecure(options, true);
  status = status ? status : natsOptions_SetExpectedHostname(options, host_of(arena, url));
  if (!status && ca)
    status = natsOptions_LoadCATrustedCertificates(options, ca);
  if (!status && own)
    status = natsOptions_LoadCertificatesChain(options, own, own);
  return status;
}

static natsStatus set_identity(struct arena *arena, const struct settings *settings, natsOptions *options) {
  const char *credentials = text_of(arena, settings->nats_credentials_file);
  const char *user = text_of(arena, settings->nats_user);
  const char *password = text_of(arena, settings->nats_password.hidden);
  natsStatus status = natsOptions_SetName(options, "tandem-bridge-nats");
  if (!status && credentials)
    status = natsOptions_SetUserCredentialsFromFiles(options, credentials, NULL);
  if (!status && user)
    status = natsOptions_SetUserInfo(options, user, password ? password : "");
  else if (!status && password)
    status = natsOptions_SetToken(options, password);
  return status;
}

/* A write that the server does not take within its time fails, so a slow server stops us and fills no memory. */
static natsStatus set_times(natsOptions *options) {
  natsStatus status = natsOptions_SetAllowReconnect(options, false);
  status = status ? status : natsOptions_SetTimeout(options, CONNECT_TIMEOUT_MS);
  status = status ? status : natsOptions_SetWriteDeadline(options, WRITE_TIMEOUT_MS);
  status = status ? status : natsOptions_SetPingInterval(options, PING_MS);
  return status ? status : natsOptions_SetMaxPingsOut(options, PINGS_LOST_MAX);
}

static natsStatus connect_to(struct arena *arena, const struct settings *settings, struct str url,
                             natsConnection **out) {
  natsOptions *options = NULL;
  natsStatus status = natsOptions_Create(&options);
  status = status ? status : natsOptions_SetURL(options, str_c(arena, url));
  status = status ? status : set_times(options);
  status = status ? status : set_identity(arena, settings, options);
  if (!status && str_starts_with(url, "tls://"))
    status = set_tls(arena, settings, url, options);
  status = status ? status : natsConnection_Connect(out, options);
  natsOptions_Destroy(options);
  return status;
}

struct result nats_connect(const struct settings *settings, natsConnection **out) {
  struct result result = result_error(RESULT_REJECTED, "nats.url is not set: there is nothing to send the events to");
  for (size_t i = 0; i < settings->nats_urls.count; i++) {
    struct arena arena = {0};
    struct str url = settings->nats_urls.at[i];
    natsStatus status = connect_to(&arena, settings, url, out);
    if (status)
      result = nats_failure(status, str_format(&arena, "cannot connect to %.*s", STR_FMT(url)).at);
    arena_wipe(&arena); /* a password was in it */
    if (!status)
      return RESULT_DONE;
  }
  return result;
}
