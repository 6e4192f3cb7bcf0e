/* The private PostgreSQL below the state directory: found, made, started without pg_ctl (which misjudges a killed
 * server), and asked with a real connection whether it answers.
 *
 * Who may connect: it listens on a Unix socket only, in a folder that only its owner may enter (0700), and trusts who
 * gets there. That is as strict as peer authentication, and root, whose services connect while the server runs as
 * another user, gets in too. */
#ifndef UP_POSTGRES_H
#define UP_POSTGRES_H

#include "base/settings.h"
#include "cli/up/process.h"

struct postgres {
  const char *folder;   /* HOME/postgres: data/ and run/ (the socket) */
  const char *log_path; /* NULL = where our stderr goes */
  const char *bin_dir;
  const char *socket_dir; /* as clients see it; short, outside HOME, when HOME's path is too long for a socket */
  bool socket_is_outside;
  const char *server_folder, *server_socket_dir; /* the same two as the server sees them */
  struct process_user user;                      /* when we are root: whom the server runs as */
  bool changes_user;
  int folder_file; /* the open folder, which the server inherits when it changes user; else -1 */
};

/* Finds the programs and makes the cluster when there is none (a second or so). With `in_foreground` it logs to our
 * stderr. RESULT_REJECTED: no PostgreSQL, another version's data, no room, somebody else's folder. */
struct result postgres_prepare(struct arena *arena, const struct settings *settings, bool in_foreground,
                               struct postgres *out) MUST_USE;

/* How to start the server. */
struct process_spec postgres_spec(struct arena *arena, const struct postgres *postgres);

/* Mends lock files of a killed server that name somebody else by now. Call only while holding the lock on HOME. */
void postgres_clean_up(const struct postgres *postgres);

/* Whether it takes connections now. */
bool postgres_answers(const struct postgres *postgres);

/* What libpq takes. Roles: "tandem" owns everything, the others are made by a migration (0013_roles.sql). */
struct str postgres_url(struct arena *arena, const struct postgres *postgres, const char *role);

/* Removes the socket's folder when it is outside of HOME. */
void postgres_forget(const struct postgres *postgres);

/* The folder of the PostgreSQL programs: the setting, else the version that made the data, else the newest. */
struct result postgres_find_programs(struct arena *arena, struct str setting, struct str data_version,
                                     const char **out_bin_dir) MUST_USE;

extern const char *const postgres_environment[];

#endif
