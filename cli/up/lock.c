/* The lock on a state directory. */
#include "cli/up/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "cli/up/files.h"

static pid_t read_pid(int file) {
  char text[24] = "";
  ssize_t length = pread(file, text, sizeof text - 1, 0);
  return length > 0 ? (pid_t)strtol(text, NULL, 10) : 0;
}

void lock_write_pid(int file) {
  if (ftruncate(file, 0) == 0)
    lseek(file, 0, SEEK_SET);
  dprintf(file, "%d\n", (int)getpid());
}

struct result lock_take(const char *path, int *out_file, pid_t *out_pid) {
  int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0)
    return files_failure(errno, "write", path);
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
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
  pid_t holder = flock(file, LOCK_SH | LOCK_NB) == 0 ? 0 : read_pid(file);
  close(file);
  return holder;
}
