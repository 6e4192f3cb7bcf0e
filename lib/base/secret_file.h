/* Secrets come from files, never from flags or the settings file: the path in the environment variable NAME_FILE, or
 * $CREDENTIALS_DIRECTORY/name (systemd's LoadCredential); or from the variable NAME itself. A secret has its own type,
 * which the logger prints as ***. */
#ifndef BASE_SECRET_FILE_H
#define BASE_SECRET_FILE_H

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

/* Say `.hidden` only where the value goes to the one who needs it. */
struct secret {
  struct str hidden;
};

enum { SECRET_BYTES_MAX = 64 * 1024 };

/* The file's text without trailing white space. RESULT_REJECTED: absent, unreadable, empty, too large, or not a plain
 * file, or one that anybody may write; the message names the file and what to do. */
struct result secret_file_read(struct arena *arena, const char *path, struct secret *out) MUST_USE;

/* Secret `name` (upper case, "TANDEM_DATABASE_URL"): the text of the file that NAME_FILE names, or of the one with
 * `name` in lower case in the credentials directory; or the variable NAME. When none is set, `out->hidden` is absent
 * and the call is OK. Two at once are RESULT_REJECTED. */
struct result secret_find(struct arena *arena, const char *name, struct secret *out) MUST_USE;

/* The same, for a process that keeps it: of the variable NAME only zeros are left in the environment, which the kernel
 * shows to the user's other processes. Call before threads. */
struct result secret_take(struct arena *arena, const char *name, struct secret *out) MUST_USE;

/* Only where that file is, for one that is written too; NULL when none is set. It may point into the environment. */
struct result secret_find_path(struct arena *arena, const char *name, const char **out) MUST_USE;

#endif
