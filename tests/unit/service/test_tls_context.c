/* Files that TLS begins with: which do, and which are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "service/tls_context.h"

static char folder[] = "/tmp/tandem-tls-XXXXXX";
static char plain[64], locked[64], loop[64], missing[64], list[64];

/* A certificate that its own key signed, good for an hour. */
static X509 *make_certificate(EVP_PKEY *key) {
  X509 *made = X509_new();
  X509_set_version(made, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
  X509_gmtime_adj(X509_getm_notBefore(made), 0);
  X509_gmtime_adj(X509_getm_notAfter(made), 3600);
  X509_set_pubkey(made, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
  X509_set_issuer_name(made, X509_get_subject_name(made));
  assert_true(X509_sign(made, key, EVP_sha256()) > 0);
  return made;
}

static void write_pair(const char *path, X509 *certificate, EVP_PKEY *key, const char *passphrase) {
  FILE *file = fopen(path, "we");
  assert_true(PEM_write_X509(file, certificate) &&
              PEM_write_PKCS8PrivateKey(file, key, passphrase ? EVP_aes_256_cbc() : NULL, passphrase,
                                        passphrase ? 6 : 0, NULL, NULL));
  fclose(file);
}

static void write_list(const char *path, const X509 *issuer, EVP_PKEY *key) {
  X509_CRL *made = X509_CRL_new();
  ASN1_TIME *now = X509_gmtime_adj(NULL, 0), *later = X509_gmtime_adj(NULL, 3600);
  X509_CRL_set_version(made, 1);
  X509_CRL_set_issuer_name(made, X509_get_subject_name(issuer));
  X509_CRL_set1_lastUpdate(made, now);
  X509_CRL_set1_nextUpdate(made, later);
  assert_true(X509_CRL_sign(made, key, EVP_sha256()) > 0);
  FILE *file = fopen(path, "we");
  assert_true(PEM_write_X509_CRL(file, made));
  fclose(file);
  ASN1_TIME_free(now);
  ASN1_TIME_free(later);
  X509_CRL_free(made);
}

static int make_files(void **state) {
  (void)state;
  if (!mkdtemp(folder))
    return -1;
  snprintf(plain, sizeof plain, "%s/plain.pem", folder);
  snprintf(locked, sizeof locked, "%s/locked.pem", folder);
  snprintf(loop, sizeof loop, "%s/loop.pem", folder);
  snprintf(missing, sizeof missing, "%s/missing.pem", folder);
  snprintf(list, sizeof list, "%s/revoked.pem", folder);
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *certificate = make_certificate(key);
  write_pair(plain, certificate, key, NULL);
  write_pair(locked, certificate, key, "secret");
  write_list(list, certificate, key);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return symlink(loop, loop);
}

static int remove_files(void **state) {
  (void)state;
  const char *const files[] = {plain, locked, loop, list};
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
    unlink(files[i]);
  return rmdir(folder);
}

static struct result take(const char *revoked, const char *certificate) {
  SSL_CTX *context = NULL;
  struct result result = tls_context_open(plain, revoked, certificate, &context);
  assert_int_equal(result_ok(&result), context != NULL);
  SSL_CTX_free(context);
  return result;
}

static void assert_taken(const char *revoked) {
  struct result result = take(revoked, plain);
  assert_int_equal(result.code, RESULT_OK);
}

/* With the words that say which file it is, and what is wrong with it. */
static void assert_refused(const char *revoked, const char *certificate, const char *words) {
  struct result result = take(revoked, certificate);
  assert_int_equal(result.code, RESULT_REJECTED);
  if (!strstr(result.message, words) || !strstr(result.message, folder))
    fail_msg("%s", result.message);
}

static void tls_context_takes_a_list_and_does_without_one(void **state) {
  (void)state;
  assert_taken(list);
  assert_taken(NULL);
  assert_taken(missing);
}

/* It may name the very certificate that comes next. */
static void tls_context_without_a_list_that_is_there_is_refused(void **state) {
  (void)state;
  assert_refused(loop, plain, "revoked");  /* there, and cannot be opened by anybody, root included */
  assert_refused(plain, plain, "revoked"); /* no list */
}

static void tls_context_says_which_file_is_no_good(void **state) {
  (void)state;
  assert_refused(NULL, list, "no certificate can be read from");
  assert_refused(NULL, missing, "no certificate can be read from");
  assert_refused(NULL, locked, "passphrase");
}

/* A process at a terminal, which is what OpenSSL asks by itself. */
static void take_locked(const char *terminal) {
  setsid();
  int file = open(terminal, O_RDWR);
  struct result result = take(NULL, locked);
  _exit(file >= 0 && result.code == RESULT_REJECTED ? 0 : 1);
}

static void tls_context_asks_nobody_for_a_passphrase(void **state) {
  (void)state;
  char shown[256];
  int status = -1, ours = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  assert_true(ours >= 0 && grantpt(ours) == 0 && unlockpt(ours) == 0);
  pid_t child = fork();
  if (child == 0)
    take_locked(ptsname(ours));
  ssize_t asked = read(ours, shown, sizeof shown); /* it fails when the terminal is closed at the child's end */
  if (asked > 0)
    kill(child, SIGKILL);
  assert_int_equal(waitpid(child, &status, 0), child);
  close(ours);
  assert_true(asked <= 0);
  assert_int_equal(status, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tls_context_takes_a_list_and_does_without_one),
      cmocka_unit_test(tls_context_without_a_list_that_is_there_is_refused),
      cmocka_unit_test(tls_context_says_which_file_is_no_good),
      cmocka_unit_test(tls_context_asks_nobody_for_a_passphrase),
  };
  return cmocka_run_group_tests(tests, make_files, remove_files);
}
