/* Finding the PostgreSQL programs of this machine. */
#include <glob.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/up/postgres.h"

static const char *const places[] = {"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin",
                                     "/usr/local/bin", "/usr/bin"};

static bool has_programs(struct arena *arena, const char *folder) {
  return access(str_format(arena, "%s/postgres", folder).at, X_OK) == 0 &&
         access(str_format(arena, "%s/initdb", folder).at, X_OK) == 0;
}

/* The number in the path of the real program, 15 in /usr/lib/postgresql/15/bin/postgres; 0 when there is none. */
static long version_of(struct arena *arena, const char *folder) {
  char *real = realpath(str_format(arena, "%s/postgres", folder).at, NULL);
  const char *number = real ? real + strcspn(real, "0123456789") : "";
  long version = *number ? strtol(number, NULL, 10) : 0;
  free(real);
  return version;
}

/* Of the version `wanted`, or the newest when that is 0. */
static const char *search(struct arena *arena, long wanted) {
  const char *best = NULL;
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    glob_t found;
    if (glob(places[i], 0, NULL, &found) != 0)
      continue;
    for (size_t j = 0; j < found.gl_pathc; j++) {
      const char *folder = found.gl_pathv[j];
      long version = version_of(arena, folder);
      bool better = best == NULL || version > version_of(arena, best);
      if (better && (wanted == 0 || version == wanted || version == 0) && has_programs(arena, folder))
        best = str_copy(arena, str_of(folder)).at;
    }
    globfree(&found);
  }
  return best;
}

struct result postgres_find_programs(struct arena *arena, struct str setting, struct str data_version,
                                     const char **out_bin_dir) {
  if (!str_is_absent(setting)) {
    const char *folder = str_c(arena, setting);
    if (!has_programs(arena, folder))
      return result_error(RESULT_REJECTED, "postgres.bin_dir is %s, where postgres and initdb are not", folder);
    *out_bin_dir = folder;
    return RESULT_DONE;
  }
  int64_t wanted = 0;
  str_to_i64(str_trim(data_version), &wanted);
  const char *found = search(arena, (long)wanted);
  if (found == NULL && wanted)
    return result_error(RESULT_REJECTED,
                        "the database was made by PostgreSQL %d, which is not installed any more: "
                        "install it (apt-get install postgresql-%d), or move the data with pg_upgrade",
                        (int)wanted, (int)wanted);
  if (found == NULL)
    return result_error(RESULT_REJECTED, "PostgreSQL is not installed: run `apt-get install postgresql`, "
                                         "or set TANDEM_DATABASE_URL to a database of yours");
  *out_bin_dir = found;
  return RESULT_DONE;
}
