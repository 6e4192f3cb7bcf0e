/* Files of the state directory. */
#include "cli/up/files.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BYTES_MAX = 64 * 1024, LINES_BYTES_MAX = 16 * 1024, LOG_BYTES_MAX = 16 * 1024 * 1024, PATH_BYTES = 4096 };

struct result files_failure(int error, const char *doing, const char *path) {
  switch (error) {
  case ENOSPC:
  case EDQUOT:
    return result_error(RESULT_REJECTED, "cannot %s %s: the disk is full. Make room there, then run `tandem up` again",
                        doing, path);
  case EACCES:
  case EPERM:
    return result_error(RESULT_REJECTED,
                        "cannot %s %s: permission denied. Choose another state directory by --home or TANDEM_HOME",
                        doing, path);
  case EROFS:
    return result_error(RESULT_REJECTED,
                        "cannot %s %s: the disk is read-only. Choose another state directory by --home or TANDEM_HOME",
                        doing, path);
  default:
    return result_error(RESULT_REJECTED, "cannot %s %s: %s", doing, path, strerror(error));
  }
}

struct result files_make_folder(const char *path, mode_t mode) {
  char above[PATH_BYTES];
  struct stat about;
  if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
    return RESULT_DONE;
  snprintf(above, sizeof above, "%s", path);
  char *slash = strrchr(above, '/');
  if (strlen(path) >= sizeof above)
    return files_failure(ENAMETOOLONG, "create", path);
  if (slash && slash != above) {
    *slash = '\0';
    TRY(files_make_folder(above, 0700));
  }
  if (mkdir(path, mode) != 0 && errno != EEXIST)
    return files_failure(errno, "create", path);
  if (stat(path, &about) != 0 || !S_ISDIR(about.st_mode))
    return files_failure(ENOTDIR, "create", path);
  return RESULT_DONE;
}

static int write_all(int file, struct str bytes) {
  for (size_t done = 0; done < bytes.length;) {
    ssize_t written = write(file, bytes.at + done, bytes.length - done);
    if (written < 0 && errno != EINTR)
      return errno;
    done += written > 0 ? (size_t)written : 0;
  }
  return fsync(file) == 0 ? 0 : errno;
}

struct result files_write(const char *path, struct str bytes, mode_t mode) {
  char beside[PATH_BYTES];
  if ((size_t)snprintf(beside, sizeof beside, "%s.new", path) >= sizeof beside)
    return files_failure(ENAMETOOLONG, "write", path);
  unlink(beside);
  int file = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (file < 0)
    return files_failure(errno, "write", path);
  int error = write_all(file, bytes);
  if (close(file) != 0 && !error)
    error = errno;
  if (!error && rename(beside, path) != 0)
    error = errno;
  if (error)
    unlink(beside);
  return error ? files_failure(error, "write", path) : RESULT_DONE;
}

/* At most `most` bytes from the file's end, or from its start. */
static struct str read_part(struct arena *arena, const char *path, size_t most, bool from_end) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return (struct str){0};
  char *bytes = arena_alloc(arena, most + 1);
  off_t size = lseek(file, 0, SEEK_END);
  ssize_t length = pread(file, bytes, most, from_end && size > (off_t)most ? size - (off_t)most : 0);
  close(file);
  return length < 0 ? (struct str){0} : (struct str){bytes, (size_t)length};
}

struct str files_read(struct arena *arena, const char *path) {
  return read_part(arena, path, READ_BYTES_MAX, false);
}

struct str files_last_line(struct arena *arena, const char *path, const char *needle) {
  struct str text = str_trim(read_part(arena, path, LINES_BYTES_MAX, true));
  while (text.length > 0) {
    const char *newline = memrchr(text.at, '\n', text.length);
    size_t start = newline ? (size_t)(newline + 1 - text.at) : 0;
    struct str line = str_slice(text, start, text.length);
    if (line.length > 0 && str_find(line, needle) >= 0)
      return line;
    text.length = start ? start - 1 : 0;
  }
  return (struct str){0};
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *walk) {
  (void)about;
  (void)type;
  (void)walk;
  remove(path);
  return 0;
}

void files_remove_tree(const char *path) {
  nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

int files_open_log(const char *path) {
  char older[PATH_BYTES];
  struct stat about;
  if (stat(path, &about) == 0 && about.st_size > LOG_BYTES_MAX &&
      (size_t)snprintf(older, sizeof older, "%s.1", path) < sizeof older)
    rename(path, older);
  return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}
