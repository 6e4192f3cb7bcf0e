/* PEM files. */
#include "cli/up/pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "cli/up/files.h"

struct result pem_failure(const char *doing) {
  char reason[120];
  ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
  return result_error(RESULT_BUG, "cannot %s: %s", doing, reason);
}

struct result pem_write(const char *path, EVP_PKEY *key, X509 *certificate, X509_CRL *revoked) {
  BIO *memory = BIO_new(BIO_s_mem());
  char *bytes;
  struct result result;
  if (memory && (!key || PEM_write_bio_PrivateKey(memory, key, NULL, NULL, 0, NULL, NULL)) &&
      (!certificate || PEM_write_bio_X509(memory, certificate)) &&
      (!revoked || PEM_write_bio_X509_CRL(memory, revoked))) {
    long length = BIO_get_mem_data(memory, &bytes);
    result = files_write(path, (struct str){bytes, (size_t)length}, 0600);
  } else {
    result = pem_failure("write a certificate");
  }
  BIO_free(memory);
  return result;
}

X509 *pem_read_certificate(const char *path) {
  BIO *file = BIO_new_file(path, "r");
  X509 *certificate = file ? PEM_read_bio_X509(file, NULL, NULL, NULL) : NULL;
  BIO_free(file);
  ERR_clear_error();
  return certificate;
}

EVP_PKEY *pem_read_key(const char *path) {
  BIO *file = BIO_new_file(path, "r");
  EVP_PKEY *key = file ? PEM_read_bio_PrivateKey(file, NULL, NULL, NULL) : NULL;
  BIO_free(file);
  ERR_clear_error();
  return key;
}

X509_CRL *pem_read_revoked(const char *path) {
  BIO *file = BIO_new_file(path, "r");
  X509_CRL *revoked = file ? PEM_read_bio_X509_CRL(file, NULL, NULL, NULL) : NULL;
  BIO_free(file);
  ERR_clear_error();
  return revoked;
}
