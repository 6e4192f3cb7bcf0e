/* From files to an SSL_CTX. */
#include "service/tls_context.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include "base/heap.h"

static struct result unusable(const char *what, const char *path) {
  char reason[160];
  ERR_error_string_n(ERR_peek_error(), reason, sizeof reason);
  ERR_clear_error();
  return result_error(RESULT_REJECTED, "%s %s: %.100s", what, path, reason);
}

/* A list that is there and cannot be read is not a list of nobody. */
static struct result add_revoked(SSL_CTX *context, const char *path) {
  if (!path || (access(path, F_OK) != 0 && errno == ENOENT))
    return RESULT_DONE;
  X509_STORE *store = SSL_CTX_get_cert_store(context);
  X509_LOOKUP *lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
  if (!lookup || X509_load_crl_file(lookup, path, X509_FILETYPE_PEM) <= 0 ||
      !X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK))
    return unusable("the list of revoked certificates cannot be read from", path);
  return RESULT_DONE;
}

static struct result add_own(SSL_CTX *context, const char *path) {
  if (SSL_CTX_use_certificate_chain_file(context, path) != 1)
    return unusable("no certificate can be read from", path);
  if (SSL_CTX_use_PrivateKey_file(context, path, SSL_FILETYPE_PEM) != 1)
    return unusable("no key of the certificate, which must have no passphrase, can be read from", path);
  return RESULT_DONE;
}

static void set_options(SSL_CTX *context) {
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF); /* a resumed session would not be looked up again */
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
}

/* Else OpenSSL asks for it at the terminal, whose ever that is, and waits. */
static int no_passphrase(char *out, int room, int writing, void *context) {
  (void)out, (void)room, (void)writing, (void)context;
  return -1;
}

static struct result fill(SSL_CTX *context, const char *authority, const char *revoked, const char *certificate) {
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
  set_options(context);
  if (!SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION))
    return result_error(RESULT_BUG, "OpenSSL does not speak TLS 1.2");
  if (!authority || !certificate)
    return result_error(RESULT_REJECTED, "TLS needs the authority's certificate, and one of ours");
  if (!SSL_CTX_load_verify_file(context, authority))
    return unusable("the authority's certificate cannot be read from", authority);
  TRY(add_own(context, certificate));
  return add_revoked(context, revoked);
}

struct result tls_context_open(const char *authority, const char *revoked, const char *certificate, SSL_CTX **out) {
  ERR_clear_error();
  SSL_CTX *context = SSL_CTX_new(TLS_method());
  if (!context)
    return result_error(RESULT_RETRY, "OpenSSL does not start: is its configuration file good?");
  struct result result = fill(context, authority, revoked, certificate);
  if (result_ok(&result))
    *out = context;
  else
    SSL_CTX_free(context);
  return result;
}

bool tls_expect_name(SSL *ssl, const char *name) {
  unsigned char address[16];
  if (!name)
    return false; /* whoever has a certificate would do */
  if (inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1)
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name);
  return SSL_set1_host(ssl, name) && SSL_set_tlsext_host_name(ssl, name);
}

static long bio_control(BIO *bio, int command, long number, void *argument) {
  (void)bio;
  (void)number;
  (void)argument;
  return command == BIO_CTRL_FLUSH;
}

BIO_METHOD *tls_bio_method(const char *name, int (*write)(BIO *bio, const char *bytes, int length),
                           int (*read)(BIO *bio, char *bytes, int length)) {
  BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, name);
  if (!method || !BIO_meth_set_write(method, write) || !BIO_meth_set_read(method, read) ||
      !BIO_meth_set_ctrl(method, bio_control))
    heap_exhausted();
  return method;
}
