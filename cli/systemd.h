/* systemctl(1) and journalctl(1), which every machine with systemd has: their command lines are stable, and no library
 * is needed. */
#ifndef CLI_SYSTEMD_H
#define CLI_SYSTEMD_H

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

struct systemd {
  struct arena *arena; /* of all that is returned */
  bool system;         /* the machine's manager, else the user's */
};

enum { SYSTEMD_WORDS_MAX = 16 };

/* RESULT_RETRY where that manager does not run, with what to do instead. */
struct result systemd_check(const struct systemd *systemd) MUST_USE;

/* `systemctl WORDS...`; `words` ends with NULL. What it says goes to our stderr, and with RESULT_REJECTED, when it
 * fails, its first line into the message. */
struct result systemd_do(const struct systemd *systemd, const char *const *words) MUST_USE;

/* The unit's properties as `name=value` lines; `names` is "LoadState,ActiveState". Moments are in UTC. */
struct result systemd_show(const struct systemd *systemd, const char *unit, const char *names,
                           struct str *out) MUST_USE;

/* The value in such lines; absent when it is empty or not there. */
struct str systemd_value(struct str lines, const char *name);

/* "Sat 2026-11-21 22:00:24 UTC" as ms since 1970; 0 for anything else. */
int64_t systemd_moment_ms(struct arena *arena, struct str value);

/* Becomes `journalctl WORDS...`. Returns only when that fails. */
struct result systemd_become_journal(const struct systemd *systemd, const char *const *words) MUST_USE;

#endif
