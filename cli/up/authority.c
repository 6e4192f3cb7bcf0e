/* Opening the authority, and what it knows of certificates. How they are made: authority_issue.c. */
#include "cli/up/authority.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "cli/up/authority_make.h"
#include "cli/up/files.h"
#include "cli/up/pem.h"

static const char *path_of(struct arena *arena, const struct authority *authority, const char *name) {
  return str_format(arena, "%s/%s", authority->folder, name).at;
}

static bool lasts_days(X509 *certificate, int days) {
  int left_days = 0, left_seconds = 0;
  return certificate && ASN1_TIME_diff(&left_days, &left_seconds, NULL, X509_get0_notAfter(certificate)) &&
         left_days >= days && left_seconds >= 0;
}

/* -- opening -- */

static struct result write_revoked(struct arena *arena, const struct authority *authority) {
  return pem_write(path_of(arena, authority, "revoked.pem"), NULL, NULL, authority->revoked);
}

static struct result make_all(struct arena *arena, struct authority *authority) {
  authority->key = EVP_EC_gen("P-256");
  authority->certificate = authority->key ? make_authority_certificate(authority->key) : NULL;
  authority->revoked = authority->certificate ? make_revoked_list(authority) : NULL;
  if (!authority->revoked)
    return pem_failure("make an authority");
  TRY(pem_write(path_of(arena, authority, "ca-key.pem"), authority->key, NULL, NULL));
  TRY(pem_write(path_of(arena, authority, "ca.pem"), NULL, authority->certificate, NULL));
  return write_revoked(arena, authority);
}

/* A list that is there and is not ours could hide who is revoked: it is never made anew by itself. */
static struct result open_revoked(struct arena *arena, struct authority *authority) {
  const char *path = path_of(arena, authority, "revoked.pem");
  if (access(path, F_OK) != 0) {
    authority->revoked = make_revoked_list(authority);
    return authority->revoked ? write_revoked(arena, authority) : pem_failure("make a list of revoked certificates");
  }
  authority->revoked = pem_read_revoked(path);
  if (authority->revoked && X509_CRL_verify(authority->revoked, authority->key) == 1)
    return RESULT_DONE;
  ERR_clear_error();
  return result_error(
      RESULT_REJECTED,
      "%s is damaged: put it back from a backup. Or remove the folder %s, so that all certificates are made "
      "anew and none of the old ones is good any more",
      path, authority->folder);
}

static struct result open_files(struct arena *arena, struct authority *authority) {
  authority->lock = open(authority->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (authority->lock < 0 || flock(authority->lock, LOCK_EX) != 0)
    return result_error(RESULT_REJECTED, "cannot lock %s: %s", authority->folder, strerror(errno));
  authority->key = pem_read_key(path_of(arena, authority, "ca-key.pem"));
  authority->certificate = pem_read_certificate(path_of(arena, authority, "ca.pem"));
  if (authority->key && lasts_days(authority->certificate, AUTHORITY_RENEW_DAYS) &&
      X509_check_private_key(authority->certificate, authority->key) == 1)
    return open_revoked(arena, authority);
  ERR_clear_error();
  EVP_PKEY_free(authority->key);
  X509_free(authority->certificate);
  authority->certificate = NULL;
  return make_all(arena, authority);
}

struct result authority_open(struct arena *arena, const char *folder, struct authority *out) {
  struct authority authority = {.folder = str_copy(arena, str_of(folder)).at, .lock = -1};
  TRY(files_make_folder(folder, 0700));
  struct result result = open_files(arena, &authority);
  if (!result_ok(&result))
    authority_close(&authority);
  else
    *out = authority;
  return result;
}

void authority_close(struct authority *authority) {
  EVP_PKEY_free(authority->key);
  X509_free(authority->certificate);
  X509_CRL_free(authority->revoked);
  if (authority->lock >= 0)
    close(authority->lock);
  *authority = (struct authority){.lock = -1};
}

/* -- looking -- */

static bool has_hosts(X509 *certificate, const struct certificate_wish *wish) {
  for (size_t i = 0; i < wish->host_count; i++)
    if (X509_check_host(certificate, wish->hosts[i].at, wish->hosts[i].length, 0, NULL) != 1 &&
        X509_check_ip_asc(certificate, wish->hosts[i].at, 0) != 1)
      return false;
  return true;
}

static struct str subject_entry(struct arena *arena, X509 *certificate, int kind) {
  char text[64];
  int length = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), kind, text, sizeof text);
  return length < 0 ? (struct str){0} : str_copy(arena, (struct str){text, (size_t)length});
}

static bool is_revoked(const struct authority *authority, X509 *certificate) {
  X509_REVOKED *found;
  return X509_CRL_get0_by_cert(authority->revoked, &found, certificate) == 1;
}

static bool is_ours(const struct authority *authority, X509 *certificate) {
  bool ours = X509_verify(certificate, authority->key) == 1;
  ERR_clear_error();
  return ours;
}

static bool says(X509 *certificate, const struct certificate_wish *wish) {
  struct arena arena = {0};
  bool is_server = X509_check_purpose(certificate, X509_PURPOSE_SSL_SERVER, 0) == 1;
  bool same = is_server == wish->is_server && has_hosts(certificate, wish) &&
              str_is(subject_entry(&arena, certificate, NID_organizationalUnitName), wish->role) &&
              str_is(subject_entry(&arena, certificate, NID_commonName), wish->name);
  arena_free(&arena);
  return same;
}

bool authority_vouches(const struct authority *authority, const struct certificate_wish *wish, const char *path) {
  X509 *certificate = pem_read_certificate(path);
  EVP_PKEY *key = pem_read_key(path);
  bool good = key && lasts_days(certificate, CERTIFICATE_RENEW_DAYS) && is_ours(authority, certificate) &&
              !is_revoked(authority, certificate) && X509_check_private_key(certificate, key) == 1 &&
              says(certificate, wish);
  X509_free(certificate);
  EVP_PKEY_free(key);
  ERR_clear_error();
  return good;
}

static struct str state_of(const struct authority *authority, X509 *certificate) {
  if (!is_ours(authority, certificate))
    return STR("foreign");
  if (is_revoked(authority, certificate))
    return STR("revoked");
  if (!lasts_days(certificate, 0))
    return STR("expired");
  return lasts_days(certificate, CERTIFICATE_RENEW_DAYS) ? STR("good") : STR("expiring");
}

static struct str serial_text(struct arena *arena, X509 *certificate) {
  BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
  char *digits = BN_bn2hex(number);
  struct str text = str_copy(arena, str_of(digits));
  OPENSSL_free(digits);
  BN_free(number);
  return text;
}

static int64_t expires_ms(X509 *certificate) {
  struct tm moment = {0};
  ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &moment);
  return (int64_t)timegm(&moment) * 1000;
}

static void read_grants(struct arena *arena, X509 *certificate, struct certificate_info *out) {
  GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
  int count = names ? sk_GENERAL_NAME_num(names) : 0;
  out->grants = ARENA_ARRAY(arena, struct str, (size_t)count);
  for (int i = 0; i < count; i++) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
    if (name->type != GEN_URI)
      continue;
    const ASN1_STRING *uri = name->d.uniformResourceIdentifier;
    out->grants[out->grant_count++] =
        str_copy(arena, (struct str){(const char *)ASN1_STRING_get0_data(uri), (size_t)ASN1_STRING_length(uri)});
  }
  GENERAL_NAMES_free(names);
}

struct certificate_info authority_look(struct arena *arena, const struct authority *authority, const char *path) {
  struct certificate_info info = {.state = STR("unreadable")};
  X509 *certificate = pem_read_certificate(path);
  if (!certificate)
    return info;
  info.role = subject_entry(arena, certificate, NID_organizationalUnitName);
  info.name = subject_entry(arena, certificate, NID_commonName);
  info.serial = serial_text(arena, certificate);
  info.expires_ms = expires_ms(certificate);
  info.state = state_of(authority, certificate);
  read_grants(arena, certificate, &info);
  X509_free(certificate);
  return info;
}

/* -- revoking -- */

static bool is_listed(const struct authority *authority, X509_REVOKED *entry) {
  X509_REVOKED *found;
  ASN1_INTEGER *serial = ASN1_INTEGER_dup(X509_REVOKED_get0_serialNumber(entry));
  bool listed = serial && X509_CRL_get0_by_serial(authority->revoked, &found, serial) == 1;
  ASN1_INTEGER_free(serial);
  return listed;
}

/* Whether it was new. */
static bool revoke_serial(struct authority *authority, const char *digits) {
  X509_REVOKED *entry = make_revoked_entry(digits);
  if (!entry || is_listed(authority, entry) || !X509_CRL_add0_revoked(authority->revoked, entry)) {
    X509_REVOKED_free(entry);
    return false;
  }
  return true;
}

/* A line is "SERIAL NAME". */
static int64_t revoke_line(struct authority *authority, char *line, const char *name) {
  char *blank = strchr(line, ' ');
  if (!blank)
    return 0;
  *blank = '\0';
  blank[1 + strcspn(blank + 1, "\n")] = '\0';
  return strcmp(blank + 1, name) == 0 && revoke_serial(authority, line);
}

struct result authority_revoke(struct arena *arena, struct authority *authority, const char *name, int64_t *out_count) {
  FILE *issued = fopen(path_of(arena, authority, "issued"), "re");
  int64_t count = 0;
  char *line = NULL;
  size_t size = 0;
  while (issued && getline(&line, &size, issued) > 0)
    count += revoke_line(authority, line, name);
  free(line);
  if (issued)
    fclose(issued);
  if (count && !seal_revoked_list(authority))
    return pem_failure("sign the list of revoked certificates");
  if (count)
    TRY(write_revoked(arena, authority));
  *out_count = count;
  return RESULT_DONE;
}
