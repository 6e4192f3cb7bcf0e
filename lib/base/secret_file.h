/* Secrets come from files, never from flags or the settings file: the path in the environment variable NAME_FILE, else
 * $CREDENTIALS_DIRECTORY/name (systemd's LoadCredential). A secret has its own type, which the logger prints as ***. */
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

/* The same without trimming, for keys: exactly `size_bytes` bytes. */
struct result secret_file_read_key(struct arena *arena, const char *path, size_t size_bytes,
                                   struct secret *out) MUST_USE;

/* Secret `name` (upper case, "TANDEM_DATABASE_URL"): NAME_FILE, else the credentials directory with `name` in lower
 * case. When none is set, `out->hidden` is absent and the call is OK. Both at once is RESULT_REJECTED. */
struct result secret_find(struct arena *arena, const char *name, struct secret *out) MUST_USE;

#endif
