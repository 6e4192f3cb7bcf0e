/* Each allocation fails in turn: OpenSSL, while it reads the files of a connection. What comes of it is a context that
 * checks all that it would check with memory, or none. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "scarce.h"
#include "service/tls_context.h"

enum { DAY_S = 86400 };

static char folder[] = "/tmp/tandem-scarce-XXXXXX";
static char certificate_file[64], revoked_file[64];

/* -- files -- */

static X509 *sign_certificate(EVP_PKEY *key) {
  X509 *certificate = X509_new();
  X509_NAME *name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"tandem", -1, -1, 0);
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), DAY_S);
  X509_set_issuer_name(certificate, name);
  X509_set_pubkey(certificate, key);
  assert_true(X509_sign(certificate, key, EVP_sha256()));
  return certificate;
}

static X509_CRL *sign_revocations(X509 *issuer, EVP_PKEY *key) {
  X509_CRL *list = X509_CRL_new();
  X509_CRL_set_version(list, X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list, X509_get_subject_name(issuer));
  X509_CRL_set1_lastUpdate(list, X509_get0_notBefore(issuer));
  X509_CRL_set1_nextUpdate(list, X509_get0_notAfter(issuer));
  assert_true(X509_CRL_sign(list, key, EVP_sha256()));
  return list;
}

static int make_files(void **state) {
  (void)state;
  if (!mkdtemp(folder))
    return -1;
  snprintf(certificate_file, sizeof certificate_file, "%s/certificate.pem", folder);
  snprintf(revoked_file, sizeof revoked_file, "%s/revoked.pem", folder);
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *certificate = sign_certificate(key);
  X509_CRL *list = sign_revocations(certificate, key);
  FILE *pair = fopen(certificate_file, "we"), *revoked = fopen(revoked_file, "we");
  bool done = pair && revoked && PEM_write_X509(pair, certificate) &&
              PEM_write_PrivateKey(pair, key, NULL, NULL, 0, NULL, NULL) && PEM_write_X509_CRL(revoked, list);
  if (pair)
    fclose(pair);
  if (revoked)
    fclose(revoked);
  X509_CRL_free(list);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return done ? 0 : -1;
}

static int remove_files(void **state) {
  (void)state;
  unlink(certificate_file);
  unlink(revoked_file);
  return rmdir(folder);
}

/* -- the case -- */

static struct str context_made(struct arena *arena) {
  SSL_CTX *context;
  struct result result = tls_context_open(certificate_file, revoked_file, certificate_file, &context);
  ERR_clear_error();
  if (!result_ok(&result))
    return STR("refused: out of memory, whatever OpenSSL calls it");
  X509_STORE *store = SSL_CTX_get_cert_store(context);
  struct str made = str_format(
      arena, "objects %d flags %lx verify %d least %ld key %d", sk_X509_OBJECT_num(X509_STORE_get0_objects(store)),
      X509_VERIFY_PARAM_get_flags(X509_STORE_get0_param(store)), SSL_CTX_get_verify_mode(context),
      (long)SSL_CTX_get_min_proto_version(context), SSL_CTX_get0_privatekey(context) != NULL);
  SSL_CTX_free(context);
  return made;
}

static void out_of_memory_tls_files(void **state) {
  (void)state;
  scarce_check(context_made);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(out_of_memory_tls_files)};
  return cmocka_run_group_tests(tests, make_files, remove_files);
}
