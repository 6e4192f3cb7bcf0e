/* doctor: looks at everything tandem needs, and says what to do about what is wrong. */
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

/* True when the store answers; `status` is filled then. */
static bool check_store(struct invocation *call, struct doctor *doctor, struct status *status) {
  struct up_status up = {0};
  struct str home;
  struct result result = invocation_home(call, &home);
  if (result_ok(&result))
    up_status(call->arena, home, &up);
  result = client_status(call, status);
  if (!result_ok(&result)) {
    doctor_add(doctor, "store", "problem", str_copy(call->arena, str_of(result.message)),
               up.running ? STR("look at log/store.log in the state directory") : STR("tandem up"));
    return false;
  }
  if (!str_is(status->store.version, TANDEM_VERSION))
    doctor_add(doctor, "store", "warning",
               str_format(call->arena, "it is version %.*s, this program is %s", STR_FMT(status->store.version),
                          TANDEM_VERSION),
               STR("tandem down, then tandem up"));
  else
    doctor_add(doctor, "store", "ok", str_format(call->arena, "answers, %lld events", (long long)status->store.head),
               (struct str){0});
  return true;
}

/* Before the first start there is nothing to look at. */
static void check_files(struct doctor *doctor, const struct settings *settings) {
  doctor_check_key(doctor, settings);
  doctor_check_certificates(doctor, settings->home, clock_now_ms());
  doctor_check_disk(doctor, settings->home);
}

static void examine(struct invocation *call, struct doctor *doctor) {
  struct settings settings;
  struct result result = invocation_settings(call, &settings);
  check_result(doctor, "settings", &result, STR("can be read"));
  if (result_ok(&result)) {
    doctor_check_home(doctor, settings.home);
    check_postgres(doctor, &settings);
    if (access(str_c(call->arena, settings.home), F_OK) == 0)
      check_files(doctor, &settings);
  }
  check_programs(doctor);
  struct status status = {0};
  if (check_store(call, doctor, &status))
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
