/* TLS dialers and listeners over nng. */
#include "service/transport.h"

#include <nng/supplemental/tls/tls.h>

#include "service/listen_address.h"
#include "service/tls_engine.h"

static struct result nng_failure(const char *what, struct str url, int status) {
  enum result_code code = status == NNG_EADDRINUSE ? RESULT_RETRY : RESULT_REJECTED;
  return result_error(code, "%s %.*s: %s", what, STR_FMT(url), nng_strerror(status));
}

struct result transport_tune(nng_socket socket) {
  int status = nng_socket_set_ms(socket, NNG_OPT_RECONNMINT, 20);
  status = status ? status : nng_socket_set_ms(socket, NNG_OPT_RECONNMAXT, 1000);
  status = status ? status : nng_socket_set_size(socket, NNG_OPT_RECVMAXSZ, WIRE_MESSAGE_BYTES_MAX);
  return status ? result_error(RESULT_BUG, "socket options: %s", nng_strerror(status)) : RESULT_DONE;
}

char *transport_peer_name(struct arena *arena, struct str url) {
  ptrdiff_t scheme = str_find(url, "://");
  struct str host = str_slice(url, scheme < 0 ? 0 : (size_t)scheme + 3, url.length);
  bool bracketed = str_starts_with(host, "["); /* IPv6 */
  ptrdiff_t end = str_find(host, bracketed ? "]" : ":");
  host = str_slice(host, bracketed, end < 0 ? host.length : (size_t)end);
  return str_is(host, "127.0.0.1") ? str_c(arena, STR("localhost")) : str_c(arena, host);
}

/* The engine takes files where nng speaks of texts (service/tls_engine.h). What is made here is the caller's, who
 * gives it back by nng_tls_config_free(). */
static int make_tls(nng_tls_config **out, nng_tls_mode mode, const struct endpoint *endpoint, struct str url) {
  struct arena scratch = {0};
  nng_tls_config *config = NULL;
  const char *certificate = str_c(&scratch, endpoint->certificate_file);
  int status = tls_engine_register();
  status = status ? status : nng_tls_config_alloc(&config, mode);
  status = status ? status
                  : nng_tls_config_ca_chain(config, str_c(&scratch, endpoint->ca_file),
                                            str_c(&scratch, endpoint->revoked_file));
  status = status ? status : nng_tls_config_own_cert(config, certificate, certificate, NULL);
  if (!status && mode == NNG_TLS_MODE_CLIENT)
    status = nng_tls_config_server_name(config, transport_peer_name(&scratch, url));
  arena_free(&scratch);
  if (status && config)
    nng_tls_config_free(config);
  else
    *out = config;
  return status;
}

static struct result check_scheme(struct str url, const struct endpoint *endpoint) {
  if (str_starts_with(url, "tls+tcp://") || endpoint->insecure)
    return RESULT_DONE;
  return result_error(RESULT_REJECTED,
                      "%.*s is not encrypted: use tls+tcp://, or set allow_insecure_bus where the network is trusted",
                      STR_FMT(url));
}

struct result transport_dial(nng_socket socket, struct str url, const struct endpoint *endpoint) {
  TRY(check_scheme(url, endpoint));
  struct arena scratch = {0};
  nng_dialer dialer;
  int status = nng_dialer_create(&dialer, socket, str_c(&scratch, url));
  arena_free(&scratch);
  if (!status && str_starts_with(url, "tls+tcp://")) {
    nng_tls_config *config;
    status = make_tls(&config, NNG_TLS_MODE_CLIENT, endpoint, url);
    if (!status) {
      status = nng_dialer_set_ptr(dialer, NNG_OPT_TLS_CONFIG, config);
      nng_tls_config_free(config); /* the dialer has a share in it */
    }
  }
  if (!status)
    nng_dialer_set_bool(dialer, NNG_OPT_TCP_KEEPALIVE, true);
  status = status ? status : nng_dialer_start(dialer, NNG_FLAG_NONBLOCK);
  return status ? nng_failure("dial", url, status) : RESULT_DONE;
}

struct result transport_listen(nng_socket socket, struct str url, const struct endpoint *endpoint) {
  TRY(check_scheme(url, endpoint));
  struct arena scratch = {0};
  nng_listener listener;
  int status = nng_listener_create(&listener, socket, str_c(&scratch, listen_address_url(&scratch, url)));
  arena_free(&scratch);
  if (status)
    return nng_failure("listen on", url, status);
  if (str_starts_with(url, "tls+tcp://")) {
    nng_tls_config *config;
    status = make_tls(&config, NNG_TLS_MODE_SERVER, endpoint, url);
    if (!status) {
      status = nng_listener_set_ptr(listener, NNG_OPT_TLS_CONFIG, config);
      nng_tls_config_free(config); /* the listener has a share in it */
    }
  }
  if (!status)
    nng_listener_set_bool(listener, NNG_OPT_TCP_KEEPALIVE, true);
  status = status ? status : nng_listener_start(listener, 0);
  if (status)
    nng_listener_close(listener);
  return status ? nng_failure("listen on", url, status) : RESULT_DONE;
}
