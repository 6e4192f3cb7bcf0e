/* Making certificates with OpenSSL's libcrypto (X.509 v3, RFC 5280). */
#include "cli/up/tls_files.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include "cli/up/files.h"

struct authority {
  EVP_PKEY *key;
  X509 *certificate;
};

struct names {
  const struct str *at;
  size_t count;
};

enum { S_PER_DAY = 86400, SERIAL_BYTES = 16, BACKDATE_S = 300 };

static struct result crypto_failure(const char *doing) {
  char reason[120];
  ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
  return result_error(RESULT_BUG, "cannot %s: %s", doing, reason);
}

static bool set_serial(X509 *certificate) {
  unsigned char bytes[SERIAL_BYTES];
  if (RAND_bytes(bytes, sizeof bytes) != 1)
    return false;
  bytes[0] &= 0x7f;
  BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
  bool set = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
  return set;
}

static bool set_subject(X509 *certificate, const char *common_name) {
  X509_NAME *name = X509_get_subject_name(certificate);
  return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *)"tandem", -1, -1, 0) &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0);
}

static bool add_extension(X509 *certificate, X509 *issuer, int kind, const char *value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
  bool added = extension && X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  return added;
}

/* A certificate with everything but its extensions and signature; NULL when libcrypto fails. */
static X509 *blank_certificate(EVP_PKEY *key, const char *common_name, int days) {
  X509 *certificate = X509_new();
  if (certificate && X509_set_version(certificate, X509_VERSION_3) && set_serial(certificate) &&
      set_subject(certificate, common_name) && X509_gmtime_adj(X509_getm_notBefore(certificate), -BACKDATE_S) &&
      X509_gmtime_adj(X509_getm_notAfter(certificate), (long)days * S_PER_DAY) && X509_set_pubkey(certificate, key))
    return certificate;
  X509_free(certificate);
  return NULL;
}

static bool fill_authority(X509 *certificate, EVP_PKEY *key) {
  return X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) &&
         add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
         add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign") &&
         add_extension(certificate, certificate, NID_subject_key_identifier, "hash") &&
         X509_sign(certificate, key, EVP_sha256());
}

static struct str alternative_names(struct arena *arena, struct names names) {
  struct str_builder list = {.arena = arena};
  str_append_c(&list, "DNS:localhost,DNS:127.0.0.1,IP:127.0.0.1,IP:::1");
  for (size_t i = 0; i < names.count; i++) {
    unsigned char address[16];
    const char *name = str_c(arena, names.at[i]);
    if (inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1)
      str_append_format(&list, ",IP:%s", name);
    if (strchr(name, ':') == NULL)
      str_append_format(&list, ",DNS:%s", name);
  }
  return str_built(&list);
}

static bool fill_role(X509 *certificate, const struct authority *authority, const char *names) {
  X509 *issuer = authority->certificate;
  return X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) &&
         add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature") &&
         add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth,clientAuth") &&
         add_extension(certificate, issuer, NID_subject_alt_name, names) &&
         add_extension(certificate, issuer, NID_subject_key_identifier, "hash") &&
         add_extension(certificate, issuer, NID_authority_key_identifier, "keyid") &&
         X509_sign(certificate, authority->key, EVP_sha256());
}

/* The parts that are not NULL as one PEM file. */
static struct result write_pem(const char *path, EVP_PKEY *key, X509 *certificate) {
  BIO *memory = BIO_new(BIO_s_mem());
  char *bytes;
  struct result result;
  if (memory && (!key || PEM_write_bio_PrivateKey(memory, key, NULL, NULL, 0, NULL, NULL)) &&
      (!certificate || PEM_write_bio_X509(memory, certificate))) {
    long length = BIO_get_mem_data(memory, &bytes);
    result = files_write(path, (struct str){bytes, (size_t)length}, 0600);
  } else {
    result = crypto_failure("write a certificate");
  }
  BIO_free(memory);
  return result;
}

static X509 *read_certificate(const char *path) {
  BIO *file = BIO_new_file(path, "r");
  X509 *certificate = file ? PEM_read_bio_X509(file, NULL, NULL, NULL) : NULL;
  BIO_free(file);
  ERR_clear_error();
  return certificate;
}

static EVP_PKEY *read_key(const char *path) {
  BIO *file = BIO_new_file(path, "r");
  EVP_PKEY *key = file ? PEM_read_bio_PrivateKey(file, NULL, NULL, NULL) : NULL;
  BIO_free(file);
  ERR_clear_error();
  return key;
}

static bool lasts_days(X509 *certificate, int days) {
  int left_days = 0, left_seconds = 0;
  return certificate && ASN1_TIME_diff(&left_days, &left_seconds, NULL, X509_get0_notAfter(certificate)) &&
         left_days >= days;
}

static void close_authority(struct authority *authority) {
  EVP_PKEY_free(authority->key);
  X509_free(authority->certificate);
}

static struct result make_authority(const char *certificate_path, const char *key_path, struct authority *out) {
  struct authority made = {.key = EVP_EC_gen("P-256")};
  if (made.key)
    made.certificate = blank_certificate(made.key, "tandem", TLS_CA_DAYS);
  struct result result = made.certificate && fill_authority(made.certificate, made.key)
                             ? write_pem(key_path, made.key, NULL)
                             : crypto_failure("make the certificate authority");
  if (result_ok(&result))
    result = write_pem(certificate_path, NULL, made.certificate);
  if (result_ok(&result))
    *out = made;
  else
    close_authority(&made);
  return result;
}

/* Reads the authority, or makes one when it is missing, broken or old. */
static struct result open_authority(struct arena *arena, const char *folder, struct authority *out) {
  const char *certificate_path = str_format(arena, "%s/ca.pem", folder).at;
  const char *key_path = str_format(arena, "%s/ca-key.pem", folder).at;
  struct authority found = {.key = read_key(key_path), .certificate = read_certificate(certificate_path)};
  if (found.key && lasts_days(found.certificate, TLS_CA_RENEW_DAYS) &&
      X509_check_private_key(found.certificate, found.key) == 1) {
    *out = found;
    return RESULT_DONE;
  }
  ERR_clear_error();
  close_authority(&found);
  return make_authority(certificate_path, key_path, out);
}

static bool has_names(X509 *certificate, struct names names) {
  for (size_t i = 0; i < names.count; i++)
    if (X509_check_host(certificate, names.at[i].at, names.at[i].length, 0, NULL) != 1 &&
        X509_check_ip_asc(certificate, names.at[i].at, 0) != 1)
      return false;
  return true;
}

static bool is_good(const char *path, const struct authority *authority, struct names names) {
  X509 *certificate = read_certificate(path);
  EVP_PKEY *key = read_key(path);
  bool good = key && lasts_days(certificate, TLS_ROLE_RENEW_DAYS) &&
              X509_verify(certificate, X509_get0_pubkey(authority->certificate)) == 1 &&
              X509_check_private_key(certificate, key) == 1 && has_names(certificate, names);
  X509_free(certificate);
  EVP_PKEY_free(key);
  ERR_clear_error();
  return good;
}

static struct result make_role(struct arena *arena, const char *path, const char *role,
                               const struct authority *authority, struct names names) {
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *certificate = key ? blank_certificate(key, role, TLS_ROLE_DAYS) : NULL;
  struct result result = certificate && fill_role(certificate, authority, alternative_names(arena, names).at)
                             ? write_pem(path, key, certificate)
                             : crypto_failure("make a certificate");
  X509_free(certificate);
  EVP_PKEY_free(key);
  return result;
}

static struct result make_all(struct arena *arena, const char *folder, const char *const *roles, size_t role_count,
                              struct names names) {
  struct authority authority;
  struct result result = RESULT_DONE;
  TRY(open_authority(arena, folder, &authority));
  for (size_t i = 0; i < role_count && result_ok(&result); i++) {
    const char *path = str_format(arena, "%s/%s.pem", folder, roles[i]).at;
    if (!is_good(path, &authority, names))
      result = make_role(arena, path, roles[i], &authority, names);
  }
  close_authority(&authority);
  return result;
}

struct result tls_files_make(const char *folder, const char *const *roles, size_t role_count, const struct str *names,
                             size_t name_count) {
  struct arena arena = {0};
  struct result result = files_make_folder(folder, 0700);
  if (result_ok(&result))
    result = make_all(&arena, folder, roles, role_count, (struct names){names, name_count});
  arena_free(&arena);
  return result;
}
