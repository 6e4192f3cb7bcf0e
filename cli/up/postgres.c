/* Running the private PostgreSQL. */
#include "cli/up/postgres.h"

#include <ctype.h>
#include <endian.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/up/files.h"

enum { PROTOCOL_3_0 = 196608, ANSWER_WAIT_MS = 1000 };

/* Small and safe: a dozen megabytes, nothing is lost by a crash. */
static const char *const fixed_options[] = {
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "shared_buffers=16MB",
    "max_connections=40",
    "max_wal_size=64MB",
    "min_wal_size=32MB",
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "max_worker_processes=2",
    "max_parallel_workers=0",
    "autovacuum_max_workers=1",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
    "logging_collector=off",
    "log_checkpoints=off",
    "cluster_name=tandem",
};
enum { FIXED_COUNT = sizeof fixed_options / sizeof fixed_options[0], ARGUMENT_COUNT = 3 + 2 * (FIXED_COUNT + 1) + 1 };

struct process_spec postgres_spec(struct arena *arena, const struct postgres *postgres) {
  const char **argv = ARENA_ARRAY(arena, const char *, ARGUMENT_COUNT);
  size_t count = 0;
  argv[count++] = str_format(arena, "%s/postgres", postgres->bin_dir).at;
  argv[count++] = "-D";
  argv[count++] = str_format(arena, "%s/data", postgres->server_folder).at;
  for (size_t i = 0; i < FIXED_COUNT; i++) {
    argv[count++] = "-c";
    argv[count++] = fixed_options[i];
  }
  argv[count++] = "-c";
  argv[count++] = str_format(arena, "unix_socket_directories=%s", postgres->server_socket_dir).at;
  return (struct process_spec){.name = "postgres",
                               .argv = argv,
                               .envp = postgres_environment,
                               .log_path = postgres->log_path,
                               .user = postgres->changes_user ? &postgres->user : NULL,
                               .stdin_file = -1,
                               .kept_file = postgres->folder_file,
                               .death_signal = SIGINT}; /* "fast" shutdown */
}

/* Whether the process that a lock file names lives and is no PostgreSQL server: in a container that was killed and
 * started again, or after a reboot, the number may belong to anybody. */
static bool is_stale(struct arena *arena, struct str lock) {
  long pid = str_is_absent(lock) ? 0 : strtol(str_c(arena, lock), NULL, 10);
  if (pid <= 0)
    return false;
  struct str name = files_read(arena, str_format(arena, "/proc/%ld/comm", pid).at);
  return !str_is_absent(name) && !str_is(str_trim(name), "postgres");
}

/* The lock is given to us, the server's parent, which the server does not take for another server. It is not removed:
 * its other lines are how the server notices that parts of a killed one still run, and then it must not start. */
static void adopt_lock(struct arena *arena, const char *path, struct str lock) {
  ptrdiff_t newline = str_find(lock, "\n");
  struct str rest = str_slice(lock, newline < 0 ? lock.length : (size_t)newline, lock.length);
  struct str text = str_format(arena, "%d%.*s", (int)getpid(), STR_FMT(rest));
  int file = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0 || write(file, text.at, text.length) != (ssize_t)text.length)
    log_event(LOG_WARNING, "stale_lock_kept", LOG_C("file", path));
  else
    log_event(LOG_INFO, "stale_lock_adopted", LOG_C("file", path));
  if (file >= 0)
    close(file);
}

void postgres_clean_up(const struct postgres *postgres) {
  struct arena arena = {0};
  const char *paths[] = {str_format(&arena, "%s/data/postmaster.pid", postgres->folder).at,
                         str_format(&arena, "%s/.s.PGSQL.5432.lock", postgres->socket_dir).at};
  for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
    struct str lock = files_read(&arena, paths[i]);
    if (is_stale(&arena, lock))
      adopt_lock(&arena, paths[i], lock);
  }
  arena_free(&arena);
}

static int connect_to(const char *socket_dir) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct timeval wait = {.tv_sec = ANSWER_WAIT_MS / 1000};
  snprintf(address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.5432", socket_dir);
  int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (file < 0)
    return -1;
  setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  if (connect(file, (struct sockaddr *)&address, sizeof address) == 0)
    return file;
  close(file);
  return -1;
}

/* A start-up message (PostgreSQL documentation, 55.7); 'R' comes back when it takes us, 'E' while it recovers. */
bool postgres_answers(const struct postgres *postgres) {
  static const char parameters[] = "user\0tandem\0database\0tandem\0";
  static const char terminate[] = {'X', 0, 0, 0, 4};
  char message[8 + sizeof parameters], answer = 0;
  uint32_t head[2] = {htobe32(sizeof message), htobe32(PROTOCOL_3_0)};
  int file = connect_to(postgres->socket_dir);
  if (file < 0)
    return false;
  memcpy(message, head, sizeof head);
  memcpy(message + sizeof head, parameters, sizeof parameters);
  if (send(file, message, sizeof message, MSG_NOSIGNAL) == (ssize_t)sizeof message && recv(file, &answer, 1, 0) == 1 &&
      answer == 'R')
    send(file, terminate, sizeof terminate, MSG_NOSIGNAL);
  close(file);
  return answer == 'R';
}

struct str postgres_url(struct arena *arena, const struct postgres *postgres, const char *role) {
  struct str_builder url = {.arena = arena};
  str_append_format(&url, "postgresql:///tandem?user=%s&host=", role);
  for (const char *c = postgres->socket_dir; *c; c++)
    str_append_format(&url, isalnum((unsigned char)*c) || strchr("-._~/", *c) ? "%c" : "%%%02X", (unsigned char)*c);
  return str_built(&url);
}

void postgres_forget(const struct postgres *postgres) {
  if (postgres->socket_is_outside)
    files_remove_tree(postgres->socket_dir);
}
