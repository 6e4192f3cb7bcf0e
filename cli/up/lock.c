/* The lock on a state directory: of an open file description (fcntl(2)), which a fork keeps like one of flock(2), and
 * which can be asked about without being taken. */
#include "cli/up/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/up/files.h"

static pid_t read_pid(int file) {
  char text[24] = "";
  ssize_t length = pread(file, text, sizeof text - 1, 0);
  return length > 0 ? (pid_t)strtol(text, NULL, 10) : 0;
}

/* As wide as any: one write replaces what stands there, and nobody reads half of it. */
void lock_write_pid(int file) {
  char text[24];
  int length = snprintf(text, sizeof text, "%10d\n", (int)getpid());
  if (pwrite(file, text, (size_t)length, 0) != length || ftruncate(file, length) != 0)
    return; /* the lock holds all the same */
}

static struct flock whole_file(void) {
  return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
}

struct result lock_take(const char *path, int *out_file, pid_t *out_pid) {
  int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0)
    return files_failure(errno, "write", path);
  struct flock lock = whole_file();
  if (fcntl(file, F_OFD_SETLK, &lock) != 0) {
    *out_pid = read_pid(file);
    close(file);
    return result_error(RESULT_STALE,
                        "tandem runs here already (process %d). To start it anew: tandem down, then tandem up",
                        (int)*out_pid);
  }
  lock_write_pid(file);
  *out_file = file;
  return RESULT_DONE;
}

pid_t lock_holder(const char *path) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return 0;
  struct flock lock = whole_file();
  bool held = fcntl(file, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  pid_t holder = held ? read_pid(file) : 0;
  close(file);
  return holder;
}
