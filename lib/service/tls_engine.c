/* The engine: a configuration is file names, a connection is an SSL object over nng's buffers. */
#include "service/tls_engine.h"

#include <nng/supplemental/tls/engine.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "service/log_pace.h"
#include "service/tls_context.h"

struct nng_tls_engine_config {
  nng_tls_mode mode;
  char *authority, *revoked, *certificate; /* files */
  char *server_name;
};

struct nng_tls_engine_conn {
  SSL *ssl;
};

/* -- nng's stream as OpenSSL's -- */

static int bio_write(BIO *bio, const char *bytes, int length) {
  size_t count = (size_t)length;
  int status = nng_tls_engine_send(BIO_get_data(bio), (const uint8_t *)bytes, &count);
  BIO_clear_retry_flags(bio);
  if (status == NNG_EAGAIN)
    BIO_set_retry_write(bio);
  return status ? -1 : (int)count;
}

static int bio_read(BIO *bio, char *bytes, int length) {
  size_t count = (size_t)length;
  int status = nng_tls_engine_recv(BIO_get_data(bio), (uint8_t *)bytes, &count);
  BIO_clear_retry_flags(bio);
  if (status == NNG_EAGAIN)
    BIO_set_retry_read(bio);
  return status ? -1 : (int)count;
}

static BIO_METHOD *bio_method;

static void make_bio_method(void) {
  bio_method = tls_bio_method("nng", bio_write, bio_read);
}

/* -- configurations -- */

static int set_text(char **field, const char *text) {
  char *copy = text ? strdup(text) : NULL;
  if (text && !copy)
    return NNG_ENOMEM;
  free(*field);
  *field = copy;
  return 0;
}

static int config_init(nng_tls_engine_config *config, nng_tls_mode mode) {
  config->mode = mode;
  return 0;
}

static void config_fini(nng_tls_engine_config *config) {
  free(config->authority);
  free(config->revoked);
  free(config->certificate);
  free(config->server_name);
}

static int config_server(nng_tls_engine_config *config, const char *name) {
  return set_text(&config->server_name, name);
}

/* nng asks for less before we can say anything; a certificate is demanded all the same. */
static int config_auth(nng_tls_engine_config *config, nng_tls_auth_mode mode) {
  (void)config;
  (void)mode;
  return 0;
}

static int config_authority(nng_tls_engine_config *config, const char *authority, const char *revoked) {
  int status = set_text(&config->authority, authority);
  return status ? status : set_text(&config->revoked, revoked);
}

static int config_certificate(nng_tls_engine_config *config, const char *certificate, const char *key,
                              const char *password) {
  (void)key;
  (void)password;
  return set_text(&config->certificate, certificate);
}

static int config_version(nng_tls_engine_config *config, nng_tls_version least, nng_tls_version most) {
  (void)config;
  return least <= NNG_TLS_1_2 && most >= NNG_TLS_1_2 ? 0 : NNG_ENOTSUP;
}

/* -- connections -- */

static struct result open_ssl(const nng_tls_engine_config *config, void *stream, SSL **out) {
  SSL_CTX *context;
  TRY(tls_context_open(config->authority, config->revoked, config->certificate, &context));
  SSL *ssl = SSL_new(context);
  BIO *bio = BIO_new(bio_method);
  SSL_CTX_free(context); /* the SSL object holds it */
  if (!ssl || !bio || (config->mode == NNG_TLS_MODE_CLIENT && !tls_expect_name(ssl, config->server_name))) {
    SSL_free(ssl);
    BIO_free(bio);
    return result_error(RESULT_REJECTED, "the name that the other side's certificate must have is not known");
  }
  BIO_set_data(bio, stream);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);
  if (config->mode == NNG_TLS_MODE_SERVER)
    SSL_set_accept_state(ssl);
  else
    SSL_set_connect_state(ssl);
  *out = ssl;
  return RESULT_DONE;
}

/* A peer that is refused comes back several times a second. */
static void log_failure(const char *event, const char *reason) {
  static struct log_pace pace = LOG_PACE_START;
  if (log_pace_allows(&pace, event, clock_mono_ms()))
    log_event(LOG_WARNING, event, LOG_C("reason", reason));
}

static void log_handshake(void) {
  char text[160];
  ERR_error_string_n(ERR_peek_last_error(), text, sizeof text);
  log_failure("handshake_failed", text);
}

static int conn_init(nng_tls_engine_conn *connection, void *stream, nng_tls_engine_config *config) {
  struct result result = open_ssl(config, stream, &connection->ssl);
  if (result_ok(&result))
    return 0;
  log_failure("tls_files_unusable", result.message);
  return NNG_ECRYPTO;
}

static void conn_fini(nng_tls_engine_conn *connection) {
  SSL_free(connection->ssl);
  connection->ssl = NULL;
}

static void conn_close(nng_tls_engine_conn *connection) {
  if (connection->ssl && SSL_is_init_finished(connection->ssl))
    SSL_shutdown(connection->ssl);
  ERR_clear_error();
}

static int failure(nng_tls_engine_conn *connection, int returned) {
  switch (SSL_get_error(connection->ssl, returned)) {
  case SSL_ERROR_WANT_READ:
  case SSL_ERROR_WANT_WRITE:
    return NNG_EAGAIN;
  case SSL_ERROR_ZERO_RETURN:
    return NNG_ECLOSED;
  default:
    break;
  }
  long verdict = SSL_get_verify_result(connection->ssl);
  if (verdict != X509_V_OK)
    log_failure("peer_refused", X509_verify_cert_error_string(verdict));
  else if (!SSL_is_init_finished(connection->ssl) && ERR_peek_error())
    log_handshake();
  return verdict == X509_V_OK ? NNG_ECRYPTO : NNG_EPEERAUTH;
}

static int conn_handshake(nng_tls_engine_conn *connection) {
  ERR_clear_error();
  int returned = SSL_do_handshake(connection->ssl);
  return returned == 1 ? 0 : failure(connection, returned);
}

static int conn_recv(nng_tls_engine_conn *connection, uint8_t *bytes, size_t *count) {
  size_t done;
  ERR_clear_error();
  int returned = SSL_read_ex(connection->ssl, bytes, *count, &done);
  if (returned != 1)
    return failure(connection, returned);
  *count = done;
  return 0;
}

static int conn_send(nng_tls_engine_conn *connection, const uint8_t *bytes, size_t *count) {
  size_t done;
  ERR_clear_error();
  int returned = SSL_write_ex(connection->ssl, bytes, *count, &done);
  if (returned != 1)
    return failure(connection, returned);
  *count = done;
  return 0;
}

/* nng asks this on the thread of whoever reads NNG_OPT_TLS_VERIFIED, which is how a connection is found from its pipe.
 */
static _Thread_local X509 *asked_for;

static bool conn_verified(nng_tls_engine_conn *connection) {
  asked_for = connection->ssl ? SSL_get1_peer_certificate(connection->ssl) : NULL;
  return asked_for && SSL_get_verify_result(connection->ssl) == X509_V_OK;
}

bool tls_engine_peer(nng_pipe pipe, X509 **out) {
  bool verified = false;
  asked_for = NULL;
  int status = nng_pipe_get_bool(pipe, NNG_OPT_TLS_VERIFIED, &verified);
  *out = asked_for;
  asked_for = NULL;
  if (!verified) {
    X509_free(*out);
    *out = NULL;
  }
  return status != NNG_ENOTSUP;
}

/* -- nng -- */

static nng_tls_engine_config_ops config_ops = {
    .size = sizeof(nng_tls_engine_config),
    .init = config_init,
    .fini = config_fini,
    .server = config_server,
    .auth = config_auth,
    .ca_chain = config_authority,
    .own_cert = config_certificate,
    .version = config_version,
};
static nng_tls_engine_conn_ops conn_ops = {
    .size = sizeof(nng_tls_engine_conn),
    .init = conn_init,
    .fini = conn_fini,
    .close = conn_close,
    .handshake = conn_handshake,
    .recv = conn_recv,
    .send = conn_send,
    .verified = conn_verified,
};
static const nng_tls_engine engine = {
    .version = NNG_TLS_ENGINE_VERSION,
    .config_ops = &config_ops,
    .conn_ops = &conn_ops,
    .name = "openssl",
    .description = OPENSSL_VERSION_TEXT,
};

static int register_status;

static void register_engine(void) {
  make_bio_method();
  nng_tls_config *first; /* nng registers its own engine when it starts, which this makes it do before */
  if (nng_tls_config_alloc(&first, NNG_TLS_MODE_CLIENT) == 0)
    nng_tls_config_free(first);
  register_status = nng_tls_engine_register(&engine);
}

int tls_engine_register(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, register_engine);
  return register_status;
}
