/* Files and folders of the state directory: made private, written whole, with messages that say what to do. */
#ifndef UP_FILES_H
#define UP_FILES_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

/* errno as a failure about `path`: a full disk, a foreign owner, a read-only disk. `doing` is "write", "create", ... */
struct result files_failure(int error, const char *doing, const char *path) MUST_USE;

/* The folder and those above it. An existing one is taken as it is; a new one gets `mode`, those above it 0700. */
struct result files_make_folder(const char *path, mode_t mode) MUST_USE;

/* The whole file, replaced at once: written beside it, synced, renamed. */
struct result files_write(const char *path, struct str bytes, mode_t mode) MUST_USE;

/* The file's text, at most 64 KiB; absent when it cannot be read. */
struct str files_read(struct arena *arena, const char *path);

/* The last line of a log with `needle` in it, without its newline; absent when there is none near the end. "" takes the
 * last line that is not empty. */
struct str files_last_line(struct arena *arena, const char *path, const char *needle);

/* Removes a folder with everything in it; a missing one is fine. */
void files_remove_tree(const char *path);

/* Opens a log for appending, close-on-exec; one above 16 MiB is renamed to PATH.1 first. -1 with errno on failure. */
int files_open_log(const char *path);

#endif
