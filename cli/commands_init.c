/* init: what an installation over several machines or containers needs, made without starting anything. */
#include <sys/stat.h>
#include <unistd.h>

#include "base/settings.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/table.h"
#include "cli/up/bundles.h"
#include "cli/up/files.h"
#include "cli/up/hosts.h"
#include "cli/up/lock.h"
#include "cli/up/prepare.h"

/* -- which files there are, and for whom -- */

struct made_file {
  struct str file, state, use;
  ino_t before; /* a file is always replaced whole, so a new one has another number */
};
struct made_files {
  LIST_OF(struct made_file) files;
};
static const struct field made_file_fields[] = {
    FIELD(struct made_file, file, FIELD_STR, 0, "Its path."),
    FIELD(struct made_file, state, FIELD_STR, 0, "made, or kept when it was there and is still good."),
    FIELD(struct made_file, use, FIELD_STR, 0, "Who needs it, and by which variable."),
};
static const struct record record_made_file = RECORD("InitFile", struct made_file, made_file_fields, "A file.");
static const struct field made_files_fields[] = {
    FIELD_OF(struct made_files, files, FIELD_LIST, 0, &record_made_file, "All that there are."),
};
static const struct record record_made_files =
    RECORD("Init", struct made_files, made_files_fields, "What an installation needs.");

enum { COMMON_COUNT = 4 };

static ino_t number_of(struct arena *arena, struct str path) {
  struct stat about;
  return stat(str_c(arena, path), &about) == 0 ? about.st_ino : 0;
}

static struct made_file file_at(struct arena *arena, struct str path, struct str use) {
  return (struct made_file){.file = path, .use = use, .before = number_of(arena, path)};
}

static struct str below(struct arena *arena, const struct tls_files *tls, const char *name) {
  return str_format(arena, "%s/%s", tls->folder, name);
}

static struct str key_path(struct arena *arena, const struct settings *settings) {
  if (settings->data_key_file.length)
    return settings->data_key_file;
  return str_format(arena, "%.*s/keys/data.key", STR_FMT(settings->home));
}

static struct made_file *list_files(struct arena *arena, const struct settings *settings, const struct tls_files *tls) {
  struct made_file *files = ARENA_ARRAY(arena, struct made_file, COMMON_COUNT + tls->own_count);
  const struct made_file common[COMMON_COUNT] = {
      file_at(arena, key_path(arena, settings), STR("the store: TANDEM_DATA_KEY_FILE; back it up")),
      file_at(arena, below(arena, tls, "ca-key.pem"), STR("nobody: it stays here, where certificates are made")),
      file_at(arena, below(arena, tls, "ca.pem"), STR("every program: TANDEM_TLS_CA")),
      file_at(arena, below(arena, tls, "revoked.pem"), STR("every program: TANDEM_TLS_REVOKED"))};
  memcpy(files, common, sizeof common);
  for (size_t i = 0; i < tls->own_count; i++) {
    const char *role = tls->own[i], *name = str_format(arena, "%s.pem", role).at;
    struct str program = strcmp(role, "cli") == 0 ? STR("tandem") : str_format(arena, "tandem-%s", role);
    files[COMMON_COUNT + i] =
        file_at(arena, below(arena, tls, name), str_format(arena, "%.*s: TANDEM_TLS_CERT", STR_FMT(program)));
  }
  return files;
}

static void note_made(struct arena *arena, struct made_file *files, size_t count) {
  for (size_t i = 0; i < count; i++)
    files[i].state = number_of(arena, files[i].file) == files[i].before ? STR("kept") : STR("made");
}

static void print(struct invocation *call, const struct made_files *list) {
  static const struct column columns[] = {{"FILE", 0}, {"STATE", 0}, {"FOR", 0}};
  if (output_is_json(call->output)) {
    output_record(call->output, &record_made_files, list);
    return;
  }
  struct table *table = table_new(call->output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < list->files.count; i++) {
    const struct str cells[] = {list->files.at[i].file, list->files.at[i].state, list->files.at[i].use};
    table_row(table, cells);
  }
  table_end(table);
}

/* -- making them -- */

static struct result check_hosts(struct invocation *call, struct list hosts) {
  if (hosts.count > HOSTS_MAX)
    return invocation_usage(call, "--host may be given %d times at most", HOSTS_MAX);
  for (size_t i = 0; i < hosts.count; i++) {
    struct str host = ((const struct str *)hosts.at)[i];
    if (!hosts_is_name(host))
      return invocation_usage(call, "--host %.*s: the name or address by which programs dial the store, without a port",
                              STR_FMT(host));
  }
  return RESULT_DONE;
}

static struct result make(struct invocation *call, const struct settings *settings, struct made_files *out) {
  struct list hosts = invocation_list(call, "host");
  struct str bundles = invocation_text(call, "bundles");
  int64_t made, copied = 0;
  if (hosts.count)
    TRY(hosts_keep(call->arena, settings, hosts.at, hosts.count));
  struct tls_files tls = prepare_tls_files(call->arena, settings);
  struct made_file *files = list_files(call->arena, settings, &tls);
  *out = (struct made_files){.files = {files, COMMON_COUNT + tls.own_count}};
  TRY(tls_files_make(&tls, &made));
  TRY(prepare_key(call->arena, settings));
  note_made(call->arena, files, out->files.count);
  if (bundles.length)
    TRY(bundles_write(call->arena, settings, &tls, str_c(call->arena, bundles), &copied));
  if (bundles.length)
    output_note(call->output, "%.*s written below %.*s.", STR_FMT(format_counted(call->arena, copied, "file", "files")),
                STR_FMT(bundles));
  return RESULT_DONE;
}

struct result command_init(struct invocation *call) {
  struct settings settings;
  struct made_files list;
  int lock;
  pid_t other;
  TRY(check_hosts(call, invocation_list(call, "host")));
  TRY(invocation_settings(call, &settings));
  umask(0077);
  TRY(prepare_folders(call->arena, settings.home));
  TRY(lock_take(str_format(call->arena, "%.*s/run/up.pid", STR_FMT(settings.home)).at, &lock, &other));
  struct result result = make(call, &settings, &list);
  close(lock);
  TRY(result);
  print(call, &list);
  return RESULT_DONE;
}
