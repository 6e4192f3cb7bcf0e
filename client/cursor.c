/* Reading, locking, replacing. */
#include "client/cursor.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/json.h"

enum { FILE_BYTES_MAX = 4096, FILE_MODE = 0600 };

struct cursor {
  struct arena arena;
  struct str path, folder, lock_path, next_path, installation;
  int64_t sequence;
  struct mark mark;
  int lock_fd;
  bool exists;
};

static struct result failure(const char *what, struct str path) {
  return result_error(RESULT_REJECTED, "cannot %s the cursor file %.*s: %s", what, STR_FMT(path), strerror(errno));
}

static struct result take_lock(struct cursor *cursor) {
  cursor->lock_fd = open(cursor->lock_path.at, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);
  if (cursor->lock_fd < 0)
    return failure("lock", cursor->lock_path);
  if (flock(cursor->lock_fd, LOCK_EX | LOCK_NB) == 0)
    return RESULT_DONE;
  if (errno == EWOULDBLOCK)
    return result_error(RESULT_REJECTED, "the cursor file %.*s is in use by another subscription: give each its own",
                        STR_FMT(cursor->path));
  return failure("lock", cursor->lock_path);
}

static struct result not_a_cursor(const struct cursor *cursor) {
  return result_error(
      RESULT_REJECTED,
      "%.*s is not a cursor file of libtandem: restore it, or remove it and say by `after` where to begin",
      STR_FMT(cursor->path));
}

static struct result parse(struct cursor *cursor, struct str text) {
  cJSON *tree;
  struct result result = json_parse(text, &tree);
  if (!result_ok(&result))
    return not_a_cursor(cursor);
  const cJSON *sequence = json_member(tree, "sequence");
  cursor->installation = json_copy_or_empty(&cursor->arena, tree, "installation");
  cursor->sequence = json_i64(tree, "sequence"); /* 0 for what is none */
  cursor->mark = mark_of(json_i64(tree, "seen"), json_str(tree, "seen_id"));
  bool is_one = cJSON_IsNumber(sequence) && sequence->valuedouble == (double)cursor->sequence &&
                cursor->sequence >= 0 && cursor->installation.length > 0;
  cJSON_Delete(tree);
  return is_one ? RESULT_DONE : not_a_cursor(cursor);
}

static struct result read_file(struct cursor *cursor) {
  char text[FILE_BYTES_MAX];
  struct stat found;
  int fd = open(cursor->path.at, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe would wait for somebody to write */
  if (fd < 0)
    return errno == ENOENT ? RESULT_DONE : failure("read", cursor->path);
  bool is_file = fstat(fd, &found) == 0 && S_ISREG(found.st_mode) && found.st_size <= FILE_BYTES_MAX;
  ssize_t length = is_file ? read(fd, text, sizeof text) : 0;
  int error = errno;
  close(fd);
  errno = error;
  if (length < 0)
    return failure("read", cursor->path);
  cursor->exists = true;
  return parse(cursor, (struct str){text, (size_t)length});
}

struct result cursor_open(const char *path, struct cursor **out) {
  struct cursor *cursor = heap_new(sizeof *cursor);
  struct arena *arena = &cursor->arena;
  cursor->lock_fd = -1;
  cursor->path = str_copy(arena, str_of(path));
  cursor->lock_path = str_format(arena, "%s.lock", path);
  cursor->next_path = str_format(arena, "%s.next", path);
  cursor->folder = str_of(dirname(str_c(arena, cursor->path)));
  struct result result = take_lock(cursor);
  if (result_ok(&result))
    result = read_file(cursor);
  if (result_ok(&result))
    *out = cursor;
  else
    cursor_close(cursor);
  return result;
}

void cursor_close(struct cursor *cursor) {
  if (!cursor)
    return;
  if (cursor->lock_fd >= 0)
    close(cursor->lock_fd);
  arena_free(&cursor->arena);
  free(cursor);
}

bool cursor_exists(const struct cursor *cursor) {
  return cursor->exists;
}

int64_t cursor_sequence(const struct cursor *cursor) {
  return cursor->sequence;
}

struct mark cursor_mark(const struct cursor *cursor) {
  return cursor->mark;
}

struct result cursor_check(const struct cursor *cursor, struct str installation) {
  if (str_equal(cursor->installation, installation))
    return RESULT_DONE;
  return result_error(RESULT_STALE,
                      "%.*s is the cursor of another installation (%.*s): remove it to begin anew with this one",
                      STR_FMT(cursor->path), STR_FMT(cursor->installation));
}

/* A disk that is nearly full takes a part, and says why at the next one. */
static bool write_all(int fd, struct str text) {
  while (text.length) {
    ssize_t count = write(fd, text.at, text.length);
    if (count < 0 && errno != EINTR)
      return false;
    text = str_slice(text, count > 0 ? (size_t)count : 0, text.length);
  }
  return true;
}

static bool write_synced(const char *path, struct str text) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
  bool done = fd >= 0 && write_all(fd, text) && fsync(fd) == 0;
  int error = errno;
  if (fd >= 0)
    close(fd);
  errno = error;
  return done;
}

static bool sync_folder(const char *path) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool done = fd >= 0 && fsync(fd) == 0;
  int error = errno;
  if (fd >= 0)
    close(fd);
  errno = error;
  return done;
}

static struct result replace(struct cursor *cursor, int64_t sequence, const struct mark *mark) {
  struct arena scratch = {0};
  struct str_builder text = {.arena = &scratch};
  str_append_c(&text, "{\"installation\":");
  json_append_quoted(&text, cursor->installation);
  str_append_format(&text, ",\"sequence\":%lld", (long long)sequence);
  if (mark->id[0]) {
    str_append_format(&text, ",\"seen\":%lld,\"seen_id\":", (long long)mark->sequence);
    json_append_quoted(&text, str_of(mark->id));
  }
  str_append_c(&text, "}\n");
  bool done = write_synced(cursor->next_path.at, str_built(&text)) &&
              rename(cursor->next_path.at, cursor->path.at) == 0 && sync_folder(cursor->folder.at);
  arena_free(&scratch);
  if (!done)
    return failure("write", cursor->path);
  cursor->exists = true;
  cursor->sequence = sequence;
  cursor->mark = *mark;
  return RESULT_DONE;
}

struct result cursor_begin(struct cursor *cursor, struct str installation, int64_t sequence, const struct mark *mark) {
  cursor->installation = str_copy(&cursor->arena, installation);
  return replace(cursor, sequence, mark);
}

struct result cursor_write(struct cursor *cursor, int64_t sequence, const struct mark *mark) {
  return sequence > cursor->sequence ? replace(cursor, sequence, mark) : RESULT_DONE;
}
