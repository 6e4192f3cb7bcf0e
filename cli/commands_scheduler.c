/* scheduler enable | disable | status | logs | start: tandem under systemd, the user's or the machine's. */
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/settings.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/systemd.h"
#include "cli/up/up.h"
#include "cli/user_units.h"

#define SERVICE "tandem.service"
#define TARGET "tandem.target" /* instead of it, where each service is run by itself */
#define TIMER "tandem-sync.timer"
#define SYNC "tandem-sync.service"
#define SYSTEM_HOME "/var/lib/tandem"

static struct result open_systemd(const struct invocation *call, struct systemd *out) {
  *out = (struct systemd){.arena = call->arena, .system = invocation_flag(call, "system")};
  return systemd_check(out);
}

/* " --system", for commands that a message names. */
static const char *scope_flag(const struct systemd *systemd) {
  return systemd->system ? " --system" : "";
}

static struct result state_home(const struct invocation *call, const struct systemd *systemd, struct str *out) {
  if (!systemd->system)
    return invocation_home(call, out);
  *out = STR(SYSTEM_HOME);
  return RESULT_DONE;
}

/* -- units -- */

/* What a unit of the user's uses when it is told nothing: it does not see this shell's environment. */
static bool is_default_home(struct arena *arena, struct str home) {
  const char *user_home = getenv("HOME");
  return user_home && str_equal(home, str_format(arena, "%s/.local/state/tandem", user_home));
}

static struct result require_system_units(struct str where) {
  if (str_is_absent(where))
    return result_error(RESULT_GONE, "the units of tandem are not installed in the system: install the Debian package "
                                     "(`./dev package` makes it)");
  return RESULT_DONE;
}

/* Those of the package do for who uses them as they are; else this program's are written. */
static struct result make_units(struct invocation *call, const struct systemd *systemd, struct str home) {
  struct str shown, folder, where;
  TRY(systemd_show(systemd, TIMER, "FragmentPath", &shown));
  where = systemd_value(shown, "FragmentPath");
  if (systemd->system)
    return require_system_units(where);
  TRY(user_units_folder(call->arena, &folder));
  bool plain = is_default_home(call->arena, home);
  if (plain && !str_is_absent(where) && !str_starts_with(where, str_c(call->arena, folder)))
    return RESULT_DONE;
  char program[4096];
  ssize_t length = readlink("/proc/self/exe", program, sizeof program);
  if (length <= 0 || (size_t)length == sizeof program)
    return result_error(RESULT_REJECTED, "/proc/self/exe cannot be read: is /proc mounted?");
  TRY(user_units_write(call->arena, folder, (struct str){program, (size_t)length}, plain ? (struct str){0} : home));
  output_note(call->output, "Units are written to %.*s.", STR_FMT(folder));
  return systemd_do(systemd, (const char *const[]){"daemon-reload", NULL});
}

/* What runs tandem there. */
static const char *main_unit(const struct systemd *systemd) {
  struct str shown;
  if (!systemd->system)
    return SERVICE;
  struct result result = systemd_show(systemd, TARGET, "UnitFileState", &shown);
  return result_ok(&result) && str_is(systemd_value(shown, "UnitFileState"), "enabled") ? TARGET : SERVICE;
}

/* -- enable, disable, start -- */

/* What somebody started by hand holds the state directory, and the service could not start. */
static bool runs_by_hand(struct invocation *call, const struct systemd *systemd, struct str home) {
  struct up_status up = {0};
  struct str shown;
  up_status(call->arena, home, &up);
  struct result result = systemd_show(systemd, SERVICE, "ActiveState", &shown);
  return up.running && result_ok(&result) && str_is(systemd_value(shown, "ActiveState"), "inactive");
}

static void tell_lingering(struct invocation *call, const struct systemd *systemd) {
  if (!systemd->system)
    output_note(call->output, "It runs while you are logged in. To have it always: loginctl enable-linger");
}

struct result command_scheduler_enable(struct invocation *call) {
  struct systemd systemd;
  struct str home;
  TRY(open_systemd(call, &systemd));
  TRY(state_home(call, &systemd, &home));
  TRY(make_units(call, &systemd, home));
  if (runs_by_hand(call, &systemd, home)) {
    TRY(systemd_do(&systemd, (const char *const[]){"enable", main_unit(&systemd), TIMER, NULL}));
    TRY(systemd_do(&systemd, (const char *const[]){"start", TIMER, NULL}));
    output_note(call->output,
                "Enabled. What `tandem up` started goes on; to have systemd run it: tandem down, then tandem "
                "scheduler start%s",
                scope_flag(&systemd));
    return RESULT_DONE;
  }
  TRY(systemd_do(&systemd, (const char *const[]){"enable", "--now", main_unit(&systemd), TIMER, NULL}));
  output_note(call->output,
              "Enabled: tandem runs, and every hour all projects are brought into step. How it goes: "
              "tandem scheduler status%s",
              scope_flag(&systemd));
  tell_lingering(call, &systemd);
  return RESULT_DONE;
}

struct result command_scheduler_disable(struct invocation *call) {
  struct systemd systemd;
  struct str shown;
  TRY(open_systemd(call, &systemd));
  TRY(systemd_show(&systemd, TIMER, "LoadState", &shown));
  if (!str_is(systemd_value(shown, "LoadState"), "loaded")) {
    output_note(call->output, "It is not enabled.");
    return RESULT_DONE;
  }
  TRY(systemd_do(&systemd, (const char *const[]){"disable", "--now", TIMER, main_unit(&systemd), NULL}));
  output_note(call->output, "Disabled and stopped. `tandem up` starts it by hand.");
  return RESULT_DONE;
}

struct result command_scheduler_start(struct invocation *call) {
  struct systemd systemd;
  struct str shown;
  TRY(open_systemd(call, &systemd));
  TRY(systemd_show(&systemd, SYNC, "LoadState", &shown));
  if (!str_is(systemd_value(shown, "LoadState"), "loaded"))
    return result_error(RESULT_GONE, "systemd does not know tandem yet: tandem scheduler enable%s",
                        scope_flag(&systemd));
  output_note(call->output, "Bringing all projects into step; how it goes: tandem scheduler logs%s --follow",
              scope_flag(&systemd));
  struct result result = systemd_do(&systemd, (const char *const[]){"start", SYNC, NULL});
  if (!result_ok(&result))
    return result_error(result.code, "%.160s; more: tandem scheduler logs%s", result.message, scope_flag(&systemd));
  output_note(call->output, "Done.");
  return RESULT_DONE;
}

/* -- status -- */

struct scheduler_status {
  struct str manager, timer, tandem, tandem_status, last_result;
  int64_t next_ms, last_ms;
};
static const struct field status_fields[] = {
    FIELD(struct scheduler_status, manager, FIELD_STR, 0, "Whose systemd: user or system."),
    FIELD(struct scheduler_status, timer, FIELD_STR, 0, "enabled, disabled, or not installed."),
    FIELD(struct scheduler_status, next_ms, FIELD_I64, 0, "When the timer runs next, ms since 1970 UTC; 0 = never."),
    FIELD(struct scheduler_status, last_ms, FIELD_I64, 0, "When its last run ended; 0 = there was none, or it runs."),
    FIELD(struct scheduler_status, last_result, FIELD_STR, 0,
          "How that went: success, running, none, or systemd's word for what went wrong."),
    FIELD(struct scheduler_status, tandem, FIELD_STR, 0, "tandem itself: active, inactive, failed, activating, ..."),
    FIELD(struct scheduler_status, tandem_status, FIELD_STR, 0, "What it says of itself."),
};
static const struct record record_scheduler_status =
    RECORD("SchedulerStatus", struct scheduler_status, status_fields, "tandem under systemd.");

static void read_timer(struct arena *arena, struct str shown, struct scheduler_status *out) {
  bool loaded = str_is(systemd_value(shown, "LoadState"), "loaded");
  out->timer = loaded ? systemd_value(shown, "UnitFileState") : STR("not installed");
  out->next_ms = systemd_moment_ms(arena, systemd_value(shown, "NextElapseUSecRealtime"));
}

static void read_last_run(struct arena *arena, struct str shown, struct scheduler_status *out) {
  bool runs = str_is(systemd_value(shown, "ActiveState"), "activating");
  out->last_ms = runs ? 0 : systemd_moment_ms(arena, systemd_value(shown, "ExecMainExitTimestamp"));
  out->last_result = runs ? STR("running") : out->last_ms ? systemd_value(shown, "Result") : STR("none");
}

static struct result read_status(struct invocation *call, struct scheduler_status *out) {
  struct systemd systemd;
  struct str timer, sync, service;
  TRY(open_systemd(call, &systemd));
  TRY(systemd_show(&systemd, TIMER, "LoadState,UnitFileState,NextElapseUSecRealtime", &timer));
  TRY(systemd_show(&systemd, SYNC, "ActiveState,Result,ExecMainExitTimestamp", &sync));
  TRY(systemd_show(&systemd, main_unit(&systemd), "ActiveState,StatusText", &service));
  out->manager = systemd.system ? STR("system") : STR("user");
  read_timer(call->arena, timer, out);
  read_last_run(call->arena, sync, out);
  out->tandem = systemd_value(service, "ActiveState");
  out->tandem_status = systemd_value(service, "StatusText");
  return RESULT_DONE;
}

static void print_status(const struct invocation *call, const struct scheduler_status *status) {
  struct arena *arena = call->arena;
  int64_t now_ms = clock_now_ms();
  bool says = status->tandem_status.length > 0;
  output_text(call->output, "timer   %.*s; next run %.*s\n", STR_FMT(status->timer),
              STR_FMT(format_ago(arena, status->next_ms, now_ms)));
  output_text(call->output, "last    %.*s%s%.*s\n", STR_FMT(status->last_result), status->last_ms ? ", " : "",
              STR_FMT(status->last_ms ? format_ago(arena, status->last_ms, now_ms) : STR("")));
  output_text(call->output, "tandem  %.*s%s%.*s\n", STR_FMT(status->tandem), says ? ": " : "",
              STR_FMT(says ? output_clean_line(arena, status->tandem_status) : STR("")));
}

struct result command_scheduler_status(struct invocation *call) {
  struct scheduler_status status = {0};
  TRY(read_status(call, &status));
  if (output_is_json(call->output))
    output_record(call->output, &record_scheduler_status, &status);
  else
    print_status(call, &status);
  const char *flag = str_is(status.manager, "system") ? " --system" : "";
  if (!str_is(status.timer, "enabled"))
    output_note(call->output, "To have all projects brought into step every hour: tandem scheduler enable%s", flag);
  else if (status.last_ms && !str_is(status.last_result, "success"))
    output_note(call->output, "Why it failed: tandem scheduler logs%s", flag);
  return RESULT_DONE;
}

/* -- logs -- */

enum { LINES_SHOWN = 100 };

struct result command_scheduler_logs(struct invocation *call) {
  struct systemd systemd;
  const char *words[SYSTEMD_WORDS_MAX] = {"--unit=tandem.service", "--unit=tandem-*.service"};
  size_t count = 2;
  TRY(open_systemd(call, &systemd));
  words[count++] = str_format(call->arena, "--lines=%lld", (long long)invocation_number(call, "lines", LINES_SHOWN)).at;
  if (invocation_flag(call, "follow"))
    words[count++] = "--follow";
  if (output_is_json(call->output))
    words[count++] = "--output=json";
  if (!call->output->terminal)
    words[count++] = "--no-pager";
  words[count] = NULL;
  return systemd_become_journal(&systemd, words);
}
