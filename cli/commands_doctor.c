/* doctor: looks at everything tandem needs, and says what to do about what is wrong. */
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/adapter_child.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/doctor_view.h"
#include "cli/up/postgres.h"
#include "cli/up/services.h"
#include "cli/up/up.h"

static void check_result(struct doctor *doctor, const char *check, const struct result *result, struct str fine) {
  bool ok = result_ok(result);
  doctor_add(doctor, check, ok ? "ok" : "problem", ok ? fine : str_copy(doctor->arena, str_of(result->message)),
             (struct str){0});
}

static void check_programs(struct doctor *doctor) {
  char *folder = str_c(doctor->arena, adapter_child_beside(doctor->arena, "tandem"));
  char *slash = strrchr(folder, '/');
  if (slash)
    *slash = '\0';
  struct result result = services_check(doctor->arena, slash ? folder : ".");
  check_result(doctor, "programs", &result, str_format(doctor->arena, "all are in %s", folder));
}

static void check_postgres(struct doctor *doctor, const struct settings *settings) {
  if (settings->database_url.hidden.at) {
    doctor_add(doctor, "PostgreSQL", "skipped", STR("an administrator's own (TANDEM_DATABASE_URL)"), (struct str){0});
    return;
  }
  const char *folder = "";
  struct result result = postgres_find_programs(doctor->arena, settings->postgres_bin_dir, (struct str){0}, &folder);
  check_result(doctor, "PostgreSQL", &result, str_of(folder));
}

/* Who was told of a store by the environment, and has started none here: in a container, say. What that store needs is
 * not on this machine. */
static bool is_elsewhere(const struct up_status *up) {
  const char *url = getenv("TANDEM_STORE_URL");
  return url && *url && !up->running && !str_is(up->store_url, url);
}

static struct str mend_silence(const struct up_status *up) {
  return up->running        ? STR("look at log/store.log in the state directory")
         : is_elsewhere(up) ? STR("see that the store runs there, and that TANDEM_STORE_URL has its address")
                            : STR("tandem up");
}

/* True when the store answers; `status` is filled then. */
static bool check_store(struct invocation *call, struct doctor *doctor, const struct up_status *up,
                        struct status *status) {
  struct result result = client_status(call, (struct str){0}, status);
  if (!result_ok(&result)) {
    doctor_add(doctor, "store", "problem", str_copy(call->arena, str_of(result.message)), mend_silence(up));
    return false;
  }
  if (!str_is(status->store.version, TANDEM_VERSION))
    doctor_add(doctor, "store", "warning",
               str_format(call->arena, "it is version %.*s, this program is %s", STR_FMT(status->store.version),
                          TANDEM_VERSION),
               is_elsewhere(up) ? STR("bring both to the newer one") : STR("tandem down, then tandem up"));
  else
    doctor_add(doctor, "store", "ok", str_format(call->arena, "answers, %lld events", (long long)status->store.head),
               (struct str){0});
  return true;
}

/* Before the first start there is nothing to look at. */
static void check_machine(struct doctor *doctor, const struct settings *settings) {
  doctor_check_home(doctor, settings->home);
  check_postgres(doctor, settings);
  if (access(str_c(doctor->arena, settings->home), F_OK) != 0)
    return;
  doctor_check_key(doctor, settings);
  doctor_check_certificates(doctor, settings->home, clock_now_ms());
  doctor_check_disk(doctor, settings->home);
}

/* False: no certificate to show there. */
static bool check_way_there(struct doctor *doctor, struct str home) {
  struct endpoint endpoint;
  doctor_add(
      doctor, "machine", "skipped",
      str_format(doctor->arena,
                 "the store is elsewhere, at %s: its state directory, database, key and disk are looked at there",
                 getenv("TANDEM_STORE_URL")),
      (struct str){0});
  struct result result = endpoint_find(doctor->arena, home, "cli", &endpoint);
  if (result_ok(&result))
    return doctor_check_own_certificate(doctor, &endpoint, clock_now_ms());
  doctor_add(doctor, "certificates", "problem", str_copy(doctor->arena, str_of(result.message)),
             STR("let TANDEM_TLS_CERT and TANDEM_TLS_CA name what `tandem init` has made for this program"));
  return false;
}

static void examine(struct invocation *call, struct doctor *doctor) {
  struct settings settings;
  struct up_status up = {0};
  bool may_ask = true;
  struct result result = invocation_settings(call, &settings);
  check_result(doctor, "settings", &result, STR("can be read"));
  if (result_ok(&result))
    up_status(call->arena, settings.home, &up);
  if (result_ok(&result) && is_elsewhere(&up))
    may_ask = check_way_there(doctor, settings.home);
  else if (result_ok(&result))
    check_machine(doctor, &settings);
  check_programs(doctor);
  struct status status = {0};
  if (may_ask && check_store(call, doctor, &up, &status))
    doctor_check_projects(doctor, &status);
}

struct result command_doctor(struct invocation *call) {
  struct doctor doctor = {.arena = call->arena};
  examine(call, &doctor);
  doctor_view_print(call, &doctor);
  if (doctor_found_problem(&doctor))
    call->exit_code = EXIT_CODE_GENERAL;
  return RESULT_DONE;
}
