/* Checks of one machine and of the projects. */
#include "cli/doctor.h"

#include <errno.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/data_keys.h"
#include "cli/client.h"
#include "cli/format.h"
#include "cli/sessions.h"
#include "cli/up/services.h"
#include "cli/webhook_view.h"

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

enum { DISK_LOW_MB = 1024, DISK_OUT_MB = 100, CERTIFICATE_WARN_DAYS = 30, LATE_MS = 600000 };

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

void doctor_check_certificates(struct doctor *doctor, struct str home, int64_t now_ms) {
  struct arena *arena = doctor->arena;
  size_t role_count;
  const char *const *roles = services_roles(arena, &role_count);
  struct str renew = STR("tandem certs renew");
  int least = INT32_MAX;
  for (size_t i = 0; i <= role_count; i++) {
    struct str path = str_format(arena, "%.*s/tls/%s.pem", STR_FMT(home), i < role_count ? roles[i] : "ca");
    struct stat found;
    int days;
    if (stat(path.at, &found) != 0 || !days_left(path.at, now_ms, &days)) {
      doctor_add(doctor, "certificates", "problem", str_format(arena, "%.*s is missing or broken", STR_FMT(path)),
                 renew);
      return;
    }
    if (i > 0 && (found.st_mode & 077)) {
      doctor_add(doctor, "certificates", "problem", str_format(arena, "%.*s can be read by others", STR_FMT(path)),
                 str_format(arena, "chmod 0600 %.*s", STR_FMT(path)));
      return;
    }
    least = days < least ? days : least;
  }
  const char *state = least < 0 ? "problem" : least < CERTIFICATE_WARN_DAYS ? "warning" : "ok";
  doctor_add(doctor, "certificates", state,
             least < 0 ? STR("one has ended") : str_format(arena, "good for %d days", least),
             least < CERTIFICATE_WARN_DAYS ? renew : (struct str){0});
}

/* -- projects -- */

static void check_project(struct doctor *doctor, const struct project_status *project, int64_t now_ms) {
  struct arena *arena = doctor->arena;
  const struct project *settings = &project->project;
  const char *name = str_format(arena, "project %.*s", STR_FMT(settings->name)).at;
  struct str last = str_format(arena, "last sync %.*s", STR_FMT(format_ago(arena, project->last_sync_ms, now_ms)));
  int64_t expected_ms =
      (project->webhook.poll_s ? project->webhook.poll_s : settings->poll_interval_s) * 3000 + LATE_MS;
  if (str_is(settings->state, "failed"))
    doctor_add(doctor, name, "problem", settings->state_reason,
               str_format(arena, "a new credential: %.*s; or, when it is mended otherwise: tandem projects resume %.*s",
                          STR_FMT(project->credential_mend), STR_FMT(settings->name)));
  else if (str_is(settings->state, "paused"))
    doctor_add(doctor, name, "warning",
               str_format(arena, "paused%s%.*s; %.*s", settings->state_reason.length ? ": " : "",
                          STR_FMT(settings->state_reason), STR_FMT(last)),
               str_format(arena, "tandem projects resume %.*s", STR_FMT(settings->name)));
  else if (project->credential_expires_ms && project->credential_expires_ms < now_ms + CREDENTIAL_WARNED_MS)
    doctor_add(doctor, name, project->credential_expires_ms <= now_ms ? "problem" : "warning",
               str_format(arena, "its credential %s %.*s; %.*s",
                          project->credential_expires_ms <= now_ms ? "ended" : "ends",
                          STR_FMT(format_ago(arena, project->credential_expires_ms, now_ms)), STR_FMT(last)),
               project->credential_mend);
  else if (sessions_failing(project).length)
    doctor_add(doctor, name, "warning",
               str_format(arena, "its tracker cannot be looked at; %.*s: %.*s", STR_FMT(last),
                          STR_FMT(sessions_failing(project))),
               STR("nothing, if the tracker is away: it is tried again by itself"));
  else if (project->blocked_until_ms > now_ms)
    doctor_add(doctor, name, "warning",
               str_format(arena, "the tracker asked for a rest; it goes on by itself %.*s",
                          STR_FMT(format_ago(arena, project->blocked_until_ms, now_ms))),
               (struct str){0});
  else if (project->parked + project->poison)
    doctor_add(doctor, name, "warning",
               str_format(arena, "%.*s given up; %.*s",
                          STR_FMT(format_counted(arena, project->parked + project->poison, "thing was", "things were")),
                          STR_FMT(last)),
               STR("tandem status says why, and what puts it back"));
  else if (project->last_sync_ms && now_ms - project->last_sync_ms > expected_ms)
    doctor_add(doctor, name, "problem", last,
               str_format(arena, "look at log/scheduler.log and log/adapter-%.*s.log in the state directory",
                          STR_FMT(settings->system)));
  else
    doctor_add(doctor, name, "ok", str_format(arena, "credential accepted, %.*s", STR_FMT(last)), (struct str){0});
}

/* Without webhooks polls do the work: what nobody wanted is no warning. */
static void check_webhook(struct doctor *doctor, const struct project_status *project, int64_t now_ms) {
  struct arena *arena = doctor->arena;
  const struct hook_health *health = &project->webhook;
  const char *name = str_format(arena, "webhook %.*s", STR_FMT(project->project.name)).at;
  struct str line = webhook_line(arena, health, now_ms);
  bool asked = health->checked_at_ms > 0 || webhook_needs_mending(health);
  if (line.length == 0 || !str_is(project->project.state, "active"))
    return;
  if (health->reason.length)
    line = str_format(arena, "%.*s: %.*s", STR_FMT(line), STR_FMT(health->reason));
  doctor_add(doctor, name,
             str_is(health->state, "working") ? "ok"
             : asked                          ? "warning"
                                              : "skipped",
             line, health->next_step);
}

static void check_troubles(struct doctor *doctor, const struct status *status) {
  for (size_t i = 0; i < status->troubles.count; i++) {
    const struct trouble *trouble = &status->troubles.at[i];
    bool of_all = trouble->project.length == 0;
    doctor_add(doctor, of_all ? "work" : str_format(doctor->arena, "work of %.*s", STR_FMT(trouble->project)).at,
               "problem",
               str_format(doctor->arena, "%.*s, since %.*s.", STR_FMT(trouble->what),
                          STR_FMT(format_ago(doctor->arena, trouble->since_ms, status->now_ms))),
               trouble->next_step);
  }
}

void doctor_check_projects(struct doctor *doctor, const struct status *status) {
  for (size_t i = 0; i < status->projects.count; i++) {
    check_project(doctor, &status->projects.at[i], status->now_ms);
    check_webhook(doctor, &status->projects.at[i], status->now_ms);
  }
  check_troubles(doctor, status);
  if (status->projects.count == 0)
    doctor_add(doctor, "projects", "skipped", STR("none is connected"), STR("tandem connect github"));
}
