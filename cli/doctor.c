/* Checks of one machine. */
#include "cli/doctor.h"

#include <errno.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/data_keys.h"
#include "cli/format.h"
#include "cli/up/services.h"

static const struct field finding_fields[] = {
    FIELD(struct finding, check, FIELD_STR, FIELD_REQUIRED, "What was looked at."),
    FIELD(struct finding, state, FIELD_STR, FIELD_REQUIRED, "ok | warning | problem | skipped."),
    FIELD(struct finding, detail, FIELD_STR, 0, "What is."),
    FIELD(struct finding, fix, FIELD_STR, 0, "What to do."),
};
static const struct record record_finding = RECORD("Finding", struct finding, finding_fields, "One check's outcome.");
static const struct field findings_fields[] = {
    FIELD_OF(struct findings, findings, FIELD_LIST, 0, &record_finding, "In the order they were made."),
};
const struct record record_findings = RECORD("Findings", struct findings, findings_fields, "What doctor found.");

enum { DISK_LOW_MB = 1024, DISK_OUT_MB = 100, CERTIFICATE_WARN_DAYS = 30 };

void doctor_add(struct doctor *doctor, const char *check, const char *state, struct str detail, struct str fix) {
  if (doctor->count == doctor->capacity) {
    size_t capacity = doctor->capacity ? doctor->capacity * 2 : 32;
    struct finding *grown = ARENA_ARRAY(doctor->arena, struct finding, capacity);
    if (doctor->count)
      memcpy(grown, doctor->at, doctor->count * sizeof *grown);
    doctor->at = grown;
    doctor->capacity = capacity;
  }
  struct str name = str_copy(doctor->arena, str_of(check));
  doctor->at[doctor->count++] = (struct finding){name, str_of(state), detail, fix};
}

bool doctor_found_problem(const struct doctor *doctor) {
  for (size_t i = 0; i < doctor->count; i++)
    if (str_is(doctor->at[i].state, "problem"))
      return true;
  return false;
}

/* -- the machine -- */

void doctor_check_home(struct doctor *doctor, struct str home) {
  struct arena *arena = doctor->arena;
  const char *path = str_c(arena, home);
  struct stat found;
  if (stat(path, &found) != 0) {
    doctor_add(doctor, "home", errno == ENOENT ? "warning" : "problem",
               str_format(arena, "%s: %s", path, strerror(errno)),
               errno == ENOENT ? STR("tandem up makes it; or point TANDEM_HOME at the right one")
                               : STR("let the user who runs tandem enter it"));
    return;
  }
  if (!S_ISDIR(found.st_mode) || access(path, W_OK | X_OK) != 0)
    doctor_add(doctor, "home", "problem", str_format(arena, "%s cannot be written to", path),
               str_format(arena, "chown it to this user, or choose another with TANDEM_HOME"));
  else if (found.st_mode & 077)
    doctor_add(doctor, "home", "problem",
               str_format(arena, "%s may be entered by others (%04o)", path, found.st_mode & 07777),
               str_format(arena, "chmod 0700 %s", path));
  else
    doctor_add(doctor, "home", "ok", str_format(arena, "%s is private and writable", path), (struct str){0});
}

void doctor_check_key(struct doctor *doctor, const struct settings *settings) {
  struct arena *arena = doctor->arena;
  struct str path = settings->data_key_file.length ? settings->data_key_file
                                                   : str_format(arena, "%.*s/keys/data.key", STR_FMT(settings->home));
  struct stat found;
  struct data_keys keys;
  struct result read = data_keys_read(str_c(arena, path), &keys);
  data_keys_wipe(&keys);
  if (stat(str_c(arena, path), &found) != 0)
    doctor_add(doctor, "key file", "warning", str_format(arena, "%.*s: %s", STR_FMT(path), strerror(errno)),
               STR("tandem up makes it at the first start; after that, restore it from your backup: without it stored "
                   "credentials are lost"));
  else if (!result_ok(&read))
    doctor_add(doctor, "key file", "problem", str_copy(arena, str_of(read.message)),
               STR("restore it from your backup"));
  else if (found.st_mode & 077)
    doctor_add(doctor, "key file", "problem", str_format(arena, "%.*s can be read by others", STR_FMT(path)),
               str_format(arena, "chmod 0600 %.*s", STR_FMT(path)));
  else
    doctor_add(doctor, "key file", "ok", str_format(arena, "%.*s (is it in your backup?)", STR_FMT(path)),
               (struct str){0});
}

void doctor_check_disk(struct doctor *doctor, struct str home) {
  struct arena *arena = doctor->arena;
  struct statvfs found;
  if (statvfs(str_c(arena, home), &found) != 0) {
    doctor_add(doctor, "disk space", "skipped", str_of(strerror(errno)), (struct str){0});
    return;
  }
  int64_t free_mb = (int64_t)((uint64_t)found.f_bavail * found.f_frsize / 1048576);
  struct str detail = str_format(arena, "%.*s MB free", STR_FMT(format_count(arena, free_mb)));
  const char *state = free_mb < DISK_OUT_MB ? "problem" : free_mb < DISK_LOW_MB ? "warning" : "ok";
  doctor_add(doctor, "disk space", state, detail,
             free_mb < DISK_LOW_MB ? STR("make room: the database stops when the disk is full") : (struct str){0});
}

/* -- certificates -- */

/* Days until the certificate ends; false when the file has none. */
static bool days_left(const char *path, int64_t now_ms, int *out) {
  FILE *file = fopen(path, "re");
  X509 *certificate = file ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;
  if (file)
    fclose(file);
  int days = 0, seconds = 0;
  ASN1_TIME *now = ASN1_TIME_set(NULL, (time_t)(now_ms / 1000));
  bool known = certificate && now && ASN1_TIME_diff(&days, &seconds, now, X509_get0_notAfter(certificate)) == 1;
  ASN1_TIME_free(now);
  X509_free(certificate);
  *out = days;
  return known;
}

/* False, with a finding: nothing more is to be said of certificates. */
static bool check_certificate(struct doctor *doctor, struct str path, bool is_secret, struct str renew, int64_t now_ms,
                              int *least) {
  struct arena *arena = doctor->arena;
  const char *name = str_c(arena, path);
  struct stat found;
  int days;
  if (stat(name, &found) != 0 || !days_left(name, now_ms, &days)) {
    doctor_add(doctor, "certificates", "problem", str_format(arena, "%s is missing or broken", name), renew);
    return false;
  }
  if (is_secret && (found.st_mode & 077)) {
    doctor_add(doctor, "certificates", "problem", str_format(arena, "%s can be read by others", name),
               str_format(arena, "chmod 0600 %s", name));
    return false;
  }
  *least = days < *least ? days : *least;
  return true;
}

static void tell_days(struct doctor *doctor, int least, struct str renew) {
  const char *state = least < 0 ? "problem" : least < CERTIFICATE_WARN_DAYS ? "warning" : "ok";
  doctor_add(doctor, "certificates", state,
             least < 0 ? STR("one has ended") : str_format(doctor->arena, "good for %d days", least),
             least < CERTIFICATE_WARN_DAYS ? renew : (struct str){0});
}

void doctor_check_certificates(struct doctor *doctor, struct str home, int64_t now_ms) {
  struct arena *arena = doctor->arena;
  size_t role_count;
  const char *const *roles = services_roles(arena, &role_count);
  struct str renew = STR("tandem certs renew");
  int least = INT32_MAX;
  for (size_t i = 0; i <= role_count; i++) {
    struct str path = str_format(arena, "%.*s/tls/%s.pem", STR_FMT(home), i < role_count ? roles[i] : "ca");
    if (!check_certificate(doctor, path, i > 0, renew, now_ms, &least))
      return;
  }
  tell_days(doctor, least, renew);
}

bool doctor_check_own_certificate(struct doctor *doctor, const struct endpoint *endpoint, int64_t now_ms) {
  struct str renew = STR("`tandem init`, where the store's certificates are made, makes a new one");
  int least = INT32_MAX;
  if (endpoint->insecure)
    return true;
  if (!check_certificate(doctor, endpoint->ca_file, false, renew, now_ms, &least) ||
      !check_certificate(doctor, endpoint->certificate_file, true, renew, now_ms, &least))
    return false;
  tell_days(doctor, least, renew);
  return true;
}
