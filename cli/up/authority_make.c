/* X.509 v3 (RFC 5280) by libcrypto. nng's mbedTLS, which programs of users may have, compares names with DNS entries
 * only, so 127.0.0.1 is written as both kinds. */
#include "cli/up/authority_make.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include "cli/up/files.h"
#include "cli/up/pem.h"

enum { S_PER_DAY = 86400, SERIAL_BYTES = 16, BACKDATE_S = 300 };

static bool set_serial(X509 *certificate) {
  unsigned char bytes[SERIAL_BYTES];
  if (RAND_bytes(bytes, sizeof bytes) != 1)
    return false;
  bytes[0] = (bytes[0] & 0x3f) | 0x40; /* positive, and always as long */
  BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
  bool set = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
  return set;
}

static bool set_subject(X509 *certificate, const char *role, const char *name) {
  X509_NAME *subject = X509_get_subject_name(certificate);
  return X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8, (const unsigned char *)"tandem", -1, -1, 0) &&
         (!role || X509_NAME_add_entry_by_txt(subject, "OU", MBSTRING_UTF8, (const unsigned char *)role, -1, -1, 0)) &&
         X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
}

static bool add_extension(X509 *certificate, X509 *issuer, int kind, const char *value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
  bool added = extension && X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  return added;
}

/* A certificate with everything but its extensions and signature. */
static X509 *blank_certificate(EVP_PKEY *key, const char *role, const char *name, int days) {
  X509 *certificate = X509_new();
  if (certificate && X509_set_version(certificate, X509_VERSION_3) && set_serial(certificate) &&
      set_subject(certificate, role, name) && X509_gmtime_adj(X509_getm_notBefore(certificate), -BACKDATE_S) &&
      X509_gmtime_adj(X509_getm_notAfter(certificate), (long)days * S_PER_DAY) && X509_set_pubkey(certificate, key))
    return certificate;
  X509_free(certificate);
  return NULL;
}

X509 *make_authority_certificate(EVP_PKEY *key) {
  X509 *made = blank_certificate(key, NULL, "tandem", AUTHORITY_DAYS);
  if (made && X509_set_issuer_name(made, X509_get_subject_name(made)) &&
      add_extension(made, made, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
      add_extension(made, made, NID_key_usage, "critical,keyCertSign,cRLSign") &&
      add_extension(made, made, NID_subject_key_identifier, "hash") && X509_sign(made, key, EVP_sha256()))
    return made;
  X509_free(made);
  return NULL;
}

/* -- certificates of others -- */

static void append_hosts(struct arena *arena, struct str_builder *list, const struct certificate_wish *wish) {
  str_append_c(list, "DNS:localhost,DNS:127.0.0.1,IP:127.0.0.1,IP:::1");
  for (size_t i = 0; i < wish->host_count; i++) {
    unsigned char address[16];
    const char *name = str_c(arena, wish->hosts[i]);
    if (inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1)
      str_append_format(list, ",IP:%s", name);
    if (strchr(name, ':') == NULL)
      str_append_format(list, ",DNS:%s", name);
  }
}

static struct str alternative_names(struct arena *arena, const struct certificate_wish *wish) {
  struct str_builder list = {.arena = arena};
  if (wish->is_server)
    append_hosts(arena, &list, wish);
  for (size_t i = 0; i < wish->grant_count; i++)
    str_append_format(&list, "%sURI:%.*s", i || wish->is_server ? "," : "", STR_FMT(wish->grants[i]));
  return str_built(&list);
}

static bool finish(X509 *certificate, const struct authority *authority, const struct certificate_wish *wish,
                   struct str names) {
  X509 *issuer = authority->certificate;
  return X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) &&
         add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature") &&
         add_extension(certificate, issuer, NID_ext_key_usage, wish->is_server ? "serverAuth" : "clientAuth") &&
         (names.length == 0 || add_extension(certificate, issuer, NID_subject_alt_name, names.at)) &&
         add_extension(certificate, issuer, NID_subject_key_identifier, "hash") &&
         add_extension(certificate, issuer, NID_authority_key_identifier, "keyid") &&
         X509_sign(certificate, authority->key, EVP_sha256());
}

/* Which serials a name had: before the certificate is anywhere, so that all of them can be revoked. */
static struct result note_issued(struct arena *arena, const struct authority *authority, X509 *certificate,
                                 const char *name) {
  const char *path = str_format(arena, "%s/issued", authority->folder).at;
  BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
  char *digits = BN_bn2hex(number);
  struct str line = str_format(arena, "%s %s\n", digits, name);
  OPENSSL_free(digits);
  BN_free(number);
  int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  bool written = file >= 0 && write(file, line.at, line.length) == (ssize_t)line.length && fsync(file) == 0;
  struct result result = written ? RESULT_DONE : files_failure(errno, "write", path);
  if (file >= 0)
    close(file);
  return result;
}

struct result authority_issue(struct arena *arena, const struct authority *authority,
                              const struct certificate_wish *wish, const char *path) {
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *certificate = key ? blank_certificate(key, wish->role, wish->name, CERTIFICATE_DAYS) : NULL;
  struct result result = certificate && finish(certificate, authority, wish, alternative_names(arena, wish))
                             ? note_issued(arena, authority, certificate, wish->name)
                             : pem_failure("make a certificate");
  if (result_ok(&result))
    result = pem_write(path, key, certificate, NULL);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return result;
}

/* -- the list of revoked ones -- */

bool seal_revoked_list(struct authority *authority) {
  X509_CRL *list = authority->revoked;
  ASN1_TIME *now = X509_gmtime_adj(NULL, -BACKDATE_S);
  bool sealed = now && X509_CRL_set1_lastUpdate(list, now) && X509_CRL_sort(list) &&
                X509_CRL_sign(list, authority->key, EVP_sha256());
  ASN1_TIME_free(now);
  return sealed;
}

X509_CRL *make_revoked_list(const struct authority *authority) {
  struct authority with = *authority;
  with.revoked = X509_CRL_new();
  if (with.revoked && X509_CRL_set_version(with.revoked, X509_CRL_VERSION_2) &&
      X509_CRL_set_issuer_name(with.revoked, X509_get_subject_name(authority->certificate)) &&
      X509_CRL_set1_nextUpdate(with.revoked, X509_get0_notAfter(authority->certificate)) && seal_revoked_list(&with))
    return with.revoked;
  X509_CRL_free(with.revoked);
  return NULL;
}

X509_REVOKED *make_revoked_entry(const char *serial) {
  BIGNUM *number = NULL;
  ASN1_TIME *now = X509_gmtime_adj(NULL, 0);
  X509_REVOKED *entry = X509_REVOKED_new();
  ASN1_INTEGER *value = BN_hex2bn(&number, serial) ? BN_to_ASN1_INTEGER(number, NULL) : NULL;
  bool made = now && entry && value && X509_REVOKED_set_serialNumber(entry, value) &&
              X509_REVOKED_set_revocationDate(entry, now);
  ASN1_INTEGER_free(value);
  ASN1_TIME_free(now);
  BN_free(number);
  if (made)
    return entry;
  X509_REVOKED_free(entry);
  return NULL;
}
