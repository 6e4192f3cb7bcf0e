/* OpenSSL over a stream that raises no SIGPIPE, and its failures in words. */
#include "client/wire_tls.h"

#include <openssl/err.h>
#include <pthread.h>

#include "base/heap.h"
#include "service/tls_context.h"

static int bio_write(BIO *bio, const char *bytes, int length) {
  ssize_t count = stream_send(BIO_get_data(bio), bytes, (size_t)length);
  BIO_clear_retry_flags(bio);
  if (count < 0)
    BIO_set_retry_write(bio);
  return (int)count;
}

static int bio_read(BIO *bio, char *bytes, int length) {
  ssize_t count = stream_receive(BIO_get_data(bio), bytes, (size_t)length);
  BIO_clear_retry_flags(bio);
  if (count < 0)
    BIO_set_retry_read(bio);
  return (int)count;
}

static BIO_METHOD *bio_method;

static void make_bio_method(void) {
  bio_method = tls_bio_method("tandem", bio_write, bio_read);
}

struct result wire_tls_new(const struct wire_options *options, const char *host, struct stream *stream, SSL **out) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, make_bio_method);
  SSL_CTX *context;
  TRY(tls_context_open(options->ca_file.at, options->revoked_file.at, options->certificate_file.at, &context));
  SSL *ssl = SSL_new(context);
  BIO *bio = BIO_new(bio_method);
  SSL_CTX_free(context); /* the SSL object holds it */
  /* The store's own certificate calls the loopback address so. */
  if (!ssl || !bio || !tls_expect_name(ssl, strcmp(host, "127.0.0.1") == 0 ? "localhost" : host)) {
    SSL_free(ssl);
    BIO_free(bio);
    return result_error(RESULT_REJECTED, "%s cannot be the name in a certificate", host);
  }
  BIO_set_data(bio, stream);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);
  SSL_set_connect_state(ssl);
  *out = ssl;
  return RESULT_DONE;
}

/* Alerts that speak of a certificate (RFC 8446, 6.2): the peer's reason is 1000 and the alert's number. */
static bool is_about_certificates(unsigned long code) {
  int alert = ERR_GET_REASON(code) - SSL_AD_REASON_OFFSET;
  return ERR_GET_LIB(code) == ERR_LIB_SSL &&
         (alert == SSL_AD_BAD_CERTIFICATE || alert == SSL_AD_UNSUPPORTED_CERTIFICATE ||
          alert == SSL_AD_CERTIFICATE_REVOKED || alert == SSL_AD_CERTIFICATE_EXPIRED ||
          alert == SSL_AD_CERTIFICATE_UNKNOWN || alert == SSL_AD_UNKNOWN_CA || alert == SSL_AD_ACCESS_DENIED ||
          alert == TLS13_AD_CERTIFICATE_REQUIRED);
}

struct result wire_tls_failure(SSL *ssl, int error) {
  unsigned long code = ERR_peek_error();
  long verdict = SSL_get_verify_result(ssl);
  const char *reason = code ? ERR_reason_error_string(code) : NULL;
  ERR_clear_error();
  if (error == SSL_ERROR_SSL && verdict != X509_V_OK)
    return result_error(RESULT_AUTH, "the store's certificate is refused (%s): is ca.pem of the same installation?",
                        X509_verify_cert_error_string(verdict));
  if (is_about_certificates(code))
    return result_error(RESULT_AUTH, "the store refuses our certificate (%s): `tandem certs list` tells why",
                        reason ? reason : "no reason given");
  if (error == SSL_ERROR_SSL && reason)
    return result_error(RESULT_RETRY, "TLS: %s", reason);
  return result_error(RESULT_RETRY, "the store closed the connection");
}
