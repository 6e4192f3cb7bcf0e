/* The cursor file: a JSON object with the installation, the position in its log and an event by which the log is known,
 * replaced atomically. A lock beside it (NAME.lock) lets one process at a time use it. */
#ifndef CLIENT_CURSOR_H
#define CLIENT_CURSOR_H

#include "base/result.h"
#include "base/str.h"
#include "client/mark.h"

struct cursor;

/* Takes the lock and reads the file; `*out` is the caller's to cursor_close(). REJECTED: it cannot be used, is not
 * ours, or another process has it. */
struct result cursor_open(const char *path, struct cursor **out) MUST_USE;
void cursor_close(struct cursor *cursor);

/* False when there was no file; then cursor_begin() makes it. */
bool cursor_exists(const struct cursor *cursor);
int64_t cursor_sequence(const struct cursor *cursor);

/* The newest event up to there that was known when it was written; with no id in a file of an older libtandem. */
struct mark cursor_mark(const struct cursor *cursor);

/* STALE: it was made with another installation. */
struct result cursor_check(const struct cursor *cursor, struct str installation) MUST_USE;
struct result cursor_begin(struct cursor *cursor, struct str installation, int64_t sequence,
                           const struct mark *mark) MUST_USE;

/* On the disk when it returns OK; a smaller number is ignored. REJECTED: it cannot be written, and why. */
struct result cursor_write(struct cursor *cursor, int64_t sequence, const struct mark *mark) MUST_USE;

#endif
