/* Preparing a state directory. What is there already is kept. */
#include "cli/up/prepare.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/data_keys.h"
#include "cli/up/files.h"
#include "cli/up/hosts.h"
#include "cli/up/services.h"
#include "cli/up/tls_files.h"

enum { PROGRAM_PATH_BYTES = 4096 };

struct result prepare_folders(struct arena *arena, struct str home) {
  static const char *const names[] = {"run", "log", "tls", "keys"};
  const char *path = str_c(arena, home);
  TRY(files_make_folder(path, 0700));
  if (access(path, W_OK | X_OK) != 0)
    return files_failure(errno, "write to", path);
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    TRY(files_make_folder(str_format(arena, "%s/%s", path, names[i]).at, 0700));
  return RESULT_DONE;
}

/* A key is made once and never again: what it encrypted could not be read any more. */
struct result prepare_key(struct arena *arena, const struct settings *settings) {
  const char *path = str_format(arena, "%.*s/keys/data.key", STR_FMT(settings->home)).at;
  const char *version = str_format(arena, "%.*s/postgres/data/PG_VERSION", STR_FMT(settings->home)).at;
  struct data_keys keys = {.count = 1};
  if (!str_is_absent(settings->data_key_file) || access(path, F_OK) == 0)
    return RESULT_DONE;
  if (access(version, F_OK) == 0)
    return result_error(RESULT_REJECTED,
                        "%s is missing, and stored credentials cannot be read without it. Restore it from your backup; "
                        "docs/operations.md says what to do when it is lost",
                        path);
  TRY(data_key_make(&keys.at[0]));
  struct result result = data_keys_write(path, &keys);
  data_keys_wipe(&keys);
  return result;
}

struct tls_files prepare_tls_files(struct arena *arena, const struct settings *settings) {
  struct tls_files files = {.folder = str_format(arena, "%.*s/tls", STR_FMT(settings->home)).at};
  files.own = services_roles(arena, &files.own_count);
  files.hosts = hosts_of_store(arena, settings, &files.host_count);
  return files;
}

static struct result find_program_dir(struct arena *arena, const char **out) {
  char path[PROGRAM_PATH_BYTES];
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  if (length <= 0)
    return result_error(RESULT_REJECTED, "/proc/self/exe cannot be read: is /proc mounted?");
  const char *slash = memrchr(path, '/', (size_t)length);
  *out = str_copy(arena, (struct str){path, slash ? (size_t)(slash - path) : 0}).at;
  return RESULT_DONE;
}

static struct result prepare_database(struct arena *arena, const struct up_options *options, struct prepared *out,
                                      struct services_options *services) {
  const struct settings *settings = options->settings;
  out->has_postgres = str_is_absent(settings->database_url.hidden);
  services->database_url = settings->database_url.hidden;
  services->owner_url = settings->database_owner_url.hidden;
  if (!out->has_postgres)
    return RESULT_DONE;
  TRY(postgres_prepare(arena, settings, options->foreground, &out->postgres));
  services->database_url = postgres_url(arena, &out->postgres, "tandem_store");
  services->owner_url = postgres_url(arena, &out->postgres, "tandem");
  return RESULT_DONE;
}

struct result prepare_all(struct arena *arena, const struct up_options *options, struct prepared *out) {
  const struct settings *settings = options->settings;
  struct services_options services = {
      .settings = settings, .endpoints = &out->endpoints, .in_foreground = options->foreground};
  int64_t made;
  const char *endpoint_path = str_format(arena, "%.*s/run/endpoint.json", STR_FMT(settings->home)).at;
  TRY(find_program_dir(arena, &services.program_dir));
  TRY(services_check(arena, services.program_dir));
  out->tls = prepare_tls_files(arena, settings);
  TRY(tls_files_make(&out->tls, &made));
  TRY(prepare_key(arena, settings));
  TRY(endpoints_choose(arena, settings, endpoint_path, &out->endpoints));
  TRY(prepare_database(arena, options, out, &services));
  TRY(told_open(&out->told));
  services.notify_address = out->told.address;
  services_list(arena, &services, &out->services, &out->service_count);
  return RESULT_DONE;
}
