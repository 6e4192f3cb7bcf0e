/* Making the cluster. As root the server runs as another user, who may not be able to walk to HOME (a checkout below a
 * 0700 folder): it inherits the open folder and reaches everything through /proc/self/fd. Nothing is written elsewhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/up/files.h"
#include "cli/up/postgres.h"

#define SOCKET_NAME "/.s.PGSQL.5432"

enum { NEEDED_BYTES = 128 * 1024 * 1024 };

/* A server's environment is its own: no PG* variables, no locale of whoever started it. */
const char *const postgres_environment[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC", NULL};

/* As root: the folder's owner when there is one already, else `postgres`, else `nobody`. */
static struct result choose_user(struct postgres *postgres) {
  struct stat about;
  bool exists = stat(postgres->folder, &about) == 0;
  if (geteuid() != 0) {
    if (exists && about.st_uid != geteuid())
      return result_error(RESULT_REJECTED, "%s belongs to user %d: run as that user, or choose another --home",
                          postgres->folder, (int)about.st_uid);
    return RESULT_DONE;
  }
  struct passwd *user = exists && about.st_uid != 0 ? getpwuid(about.st_uid) : getpwnam("postgres");
  user = user ? user : getpwnam("nobody");
  if (user == NULL)
    return result_error(RESULT_REJECTED, "PostgreSQL does not run as root, and there is no user `postgres` or "
                                         "`nobody`: make one, or run as an ordinary user");
  postgres->user = (struct process_user){user->pw_uid, user->pw_gid};
  postgres->changes_user = true;
  return RESULT_DONE;
}

static struct result make_owned_folder(const struct postgres *postgres, const char *path) {
  TRY(files_make_folder(path, 0700));
  if (postgres->changes_user && (lchown(path, postgres->user.uid, postgres->user.gid) != 0 || chmod(path, 0700) != 0))
    return files_failure(errno, "give to the service user", path);
  return RESULT_DONE;
}

static struct result make_short_socket_folder(struct arena *arena, struct postgres *postgres) {
  char path[] = "/tmp/tandem-XXXXXX";
  if (mkdtemp(path) == NULL)
    return files_failure(errno, "create", path);
  postgres->socket_dir = postgres->server_socket_dir = str_copy(arena, str_of(path)).at;
  postgres->socket_is_outside = true;
  log_event(LOG_INFO, "socket_outside_home", LOG_C("folder", postgres->socket_dir),
            LOG_C("why", "the path of the state directory is too long for a socket"));
  return make_owned_folder(postgres, postgres->socket_dir);
}

static struct result open_folder(struct arena *arena, struct postgres *postgres) {
  postgres->folder_file = open(postgres->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (postgres->folder_file < 0)
    return files_failure(errno, "open", postgres->folder);
  postgres->server_folder = str_format(arena, "/proc/self/fd/%d", postgres->folder_file).at;
  if (access(postgres->server_folder, F_OK) != 0)
    return result_error(RESULT_REJECTED, "/proc is not mounted, which root needs to start PostgreSQL as another user: "
                                         "mount it, or run as an ordinary user");
  return RESULT_DONE;
}

static struct result place(struct arena *arena, struct postgres *postgres) {
  postgres->server_folder = postgres->folder;
  TRY(make_owned_folder(postgres, postgres->folder));
  if (postgres->changes_user)
    TRY(open_folder(arena, postgres));
  postgres->socket_dir = str_format(arena, "%s/run", postgres->folder).at;
  postgres->server_socket_dir = str_format(arena, "%s/run", postgres->server_folder).at;
  if (strlen(postgres->socket_dir) + strlen(SOCKET_NAME) >= sizeof((struct sockaddr_un *)0)->sun_path)
    return make_short_socket_folder(arena, postgres);
  return make_owned_folder(postgres, postgres->socket_dir);
}

static struct process_spec tool_spec(const struct postgres *postgres, const char *const *argv) {
  return (struct process_spec){.name = strrchr(argv[0], '/') + 1,
                               .argv = argv,
                               .envp = postgres_environment,
                               .log_path = postgres->log_path,
                               .user = postgres->changes_user ? &postgres->user : NULL,
                               .stdin_file = -1,
                               .kept_file = postgres->folder_file,
                               .death_signal = SIGKILL};
}

static struct result run_initdb(struct arena *arena, const struct postgres *postgres, const char *data) {
  const char *argv[] = {str_format(arena, "%s/initdb", postgres->bin_dir).at,
                        "-D",
                        data,
                        "--username=tandem",
                        "--auth-local=trust",
                        "--auth-host=reject",
                        "--encoding=UTF8",
                        "--locale=C.UTF-8",
                        "--data-checksums",
                        "--no-instructions",
                        NULL};
  struct process_spec spec = tool_spec(postgres, argv);
  return process_run(arena, &spec);
}

/* In single-user mode, before anybody can connect. */
static struct result create_database(struct arena *arena, const struct postgres *postgres, const char *data) {
  static const char statement[] = "CREATE DATABASE tandem;\n";
  const char *argv[] = {
      str_format(arena, "%s/postgres", postgres->bin_dir).at, "--single", "-D", data, "postgres", NULL};
  struct process_spec spec = tool_spec(postgres, argv);
  spec.stdin_file = memfd_create("statements", MFD_CLOEXEC);
  if (spec.stdin_file < 0)
    return files_failure(errno, "make", "a file for the first statement");
  struct result result = RESULT_DONE;
  if (pwrite(spec.stdin_file, statement, strlen(statement), 0) < 0)
    result = files_failure(errno, "write", "the first statement");
  if (result_ok(&result))
    result = process_run(arena, &spec);
  close(spec.stdin_file);
  return result;
}

static struct result check_room(const char *folder) {
  struct statvfs disk;
  if (statvfs(folder, &disk) != 0)
    return files_failure(errno, "look at", folder);
  if ((uint64_t)disk.f_bavail * disk.f_frsize < NEEDED_BYTES)
    return result_error(RESULT_REJECTED,
                        "the disk of %s has %llu MB free, and a new database needs %d MB: make room, "
                        "or choose another state directory by --home or TANDEM_HOME",
                        folder, (unsigned long long)((uint64_t)disk.f_bavail * disk.f_frsize >> 20),
                        NEEDED_BYTES >> 20);
  return RESULT_DONE;
}

/* The data appear under their name only when they are whole, so that a run killed halfway leaves nothing behind. */
static struct result make_cluster(struct arena *arena, const struct postgres *postgres) {
  const char *server_data = str_format(arena, "%s/data.new", postgres->server_folder).at;
  const char *fresh = str_format(arena, "%s/data.new", postgres->folder).at;
  const char *data = str_format(arena, "%s/data", postgres->folder).at;
  TRY(check_room(postgres->folder));
  files_remove_tree(fresh);
  TRY(make_owned_folder(postgres, fresh));
  TRY(run_initdb(arena, postgres, server_data));
  TRY(create_database(arena, postgres, server_data));
  return rename(fresh, data) == 0 ? RESULT_DONE : files_failure(errno, "rename", fresh);
}

struct result postgres_prepare(struct arena *arena, const struct settings *settings, bool in_foreground,
                               struct postgres *out) {
  struct postgres postgres = {.folder_file = -1};
  postgres.folder = str_format(arena, "%.*s/postgres", STR_FMT(settings->home)).at;
  if (!in_foreground)
    postgres.log_path = str_format(arena, "%.*s/log/postgres.log", STR_FMT(settings->home)).at;
  struct str version = files_read(arena, str_format(arena, "%s/data/PG_VERSION", postgres.folder).at);
  TRY(postgres_find_programs(arena, settings->postgres_bin_dir, version, &postgres.bin_dir));
  TRY(choose_user(&postgres));
  TRY(place(arena, &postgres));
  if (str_is_absent(version)) {
    struct result result = make_cluster(arena, &postgres);
    if (!result_ok(&result)) {
      postgres_forget(&postgres);
      return result;
    }
  }
  *out = postgres;
  return RESULT_DONE;
}
