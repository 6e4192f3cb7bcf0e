/* Secrets: reading them from files, and finding which file. */
#include "base/secret_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct result check_file(int file, const char *path, size_t *out_bytes) {
  struct stat about;
  if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode))
    return result_error(RESULT_REJECTED, "%s is not a plain file: put the secret into one", path);
  if (about.st_mode & S_IWOTH)
    return result_error(RESULT_REJECTED, "%s may be written by anybody: run `chmod 600 %s`", path, path);
  if (about.st_size == 0)
    return result_error(RESULT_REJECTED, "%s is empty: put the secret into it", path);
  if (about.st_size > SECRET_BYTES_MAX)
    return result_error(RESULT_REJECTED, "%s is larger than %d bytes: is it the right file?", path, SECRET_BYTES_MAX);
  *out_bytes = (size_t)about.st_size;
  return RESULT_DONE;
}

static struct result read_open_file(struct arena *arena, int file, const char *path, struct str *out) {
  size_t size_bytes = 0, filled = 0;
  TRY(check_file(file, path, &size_bytes));
  char *bytes = arena_alloc(arena, size_bytes + 1);
  while (filled < size_bytes) {
    ssize_t got = read(file, bytes + filled, size_bytes - filled);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return result_error(RESULT_REJECTED, "%s cannot be read: %s", path, got ? strerror(errno) : "it became shorter");
    filled += (size_t)got;
  }
  *out = (struct str){bytes, filled};
  return RESULT_DONE;
}

static struct result read_whole(struct arena *arena, const char *path, struct str *out) {
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0)
    return result_error(RESULT_REJECTED, "%s cannot be opened: %s", path, strerror(errno));
  struct result result = read_open_file(arena, file, path, out);
  close(file);
  return result;
}

struct result secret_file_read(struct arena *arena, const char *path, struct secret *out) {
  struct str text;
  TRY(read_whole(arena, path, &text));
  while (text.length > 0 && isspace((unsigned char)text.at[text.length - 1]))
    text.length--;
  if (text.length == 0)
    return result_error(RESULT_REJECTED, "%s has only white space: put the secret into it", path);
  if (memchr(text.at, '\0', text.length) != NULL)
    return result_error(RESULT_REJECTED, "%s is not text", path);
  ((char *)text.at)[text.length] = '\0';
  out->hidden = text;
  return RESULT_DONE;
}

struct result secret_file_read_key(struct arena *arena, const char *path, size_t size_bytes, struct secret *out) {
  struct str bytes;
  TRY(read_whole(arena, path, &bytes));
  if (bytes.length != size_bytes)
    return result_error(RESULT_REJECTED, "%s has %zu bytes; a key has exactly %zu", path, bytes.length, size_bytes);
  out->hidden = bytes;
  return RESULT_DONE;
}

/* "<directory>/<name in lower case>" when that file exists, else NULL. */
static const char *credential_path(struct arena *arena, const char *name) {
  const char *directory = getenv("CREDENTIALS_DIRECTORY");
  if (directory == NULL || *directory == '\0')
    return NULL;
  char *path = str_c(arena, str_format(arena, "%s/%s", directory, name));
  for (char *c = path + strlen(directory); *c; c++)
    *c = (char)tolower((unsigned char)*c);
  return access(path, F_OK) == 0 ? path : NULL;
}

struct result secret_find(struct arena *arena, const char *name, struct secret *out) {
  const char *variable = str_c(arena, str_format(arena, "%s_FILE", name));
  const char *named = getenv(variable), *credential = credential_path(arena, name);
  if (named != NULL && *named == '\0')
    named = NULL;
  if (named && credential)
    return result_error(RESULT_REJECTED, "%s and %s both give the secret: remove one", variable, credential);
  if (named || credential) {
    struct result result = secret_file_read(arena, named ? named : credential, out);
    return result_ok(&result) ? result : result_context(result, "%s", named ? variable : "credential");
  }
  out->hidden = (struct str){0};
  return RESULT_DONE;
}
