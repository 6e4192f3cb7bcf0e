/* Secrets: reading them from files, and finding which file. */
#include "base/secret_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secrecy.h"

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
  struct str text = {0};
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

/* The value, or NULL where it is not set or empty. */
static const char *variable_value(const char *name) {
  const char *value = getenv(name);
  return value && *value ? value : NULL;
}

struct result secret_find_path(struct arena *arena, const char *name, const char **out) {
  const char *variable = str_format(arena, "%s_FILE", name).at;
  const char *named = variable_value(variable), *credential = credential_path(arena, name);
  if (named && credential)
    return result_error(RESULT_REJECTED, "%s and %s both give the secret: remove one", variable, credential);
  *out = named ? named : credential;
  return RESULT_DONE;
}

struct result secret_find(struct arena *arena, const char *name, struct secret *out) {
  const char *path, *value = variable_value(name);
  TRY(secret_find_path(arena, name, &path));
  if (value && path)
    return result_error(RESULT_REJECTED, "%s is given both by the environment and by a file: remove one", name);
  if (path) {
    struct result result = secret_file_read(arena, path, out);
    return result_ok(&result) ? result : result_context(result, "%s", name);
  }
  out->hidden = value ? str_copy(arena, str_of(value)) : (struct str){0};
  return RESULT_DONE;
}

struct result secret_take(struct arena *arena, const char *name, struct secret *out) {
  TRY(secret_find(arena, name, out));
  secrecy_wipe_variable(name);
  return RESULT_DONE;
}
