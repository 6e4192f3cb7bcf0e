/* Property tests: a property is a function that draws its input and says whether it holds. Draws are recorded on a
 * tape; when a case fails, the tape is cut and made smaller as long as the property still fails, and the smallest case
 * is run once more with its notes shown. So generators need no shrinkers of their own: smaller draws have to mean
 * simpler input.
 *
 * TANDEM_SEED=n replays a run; TANDEM_CASES=n changes the number of cases. */
#ifndef UNIT_SYNC_PROPERTY_H
#define UNIT_SYNC_PROPERTY_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum { PROPERTY_CASES = 100000, PROPERTY_TAPE = 1024 };

struct property_case {
  struct arena *arena; /* for what the case needs; emptied after it */
  uint32_t tape[PROPERTY_TAPE];
  size_t at, length; /* draws made; draws recorded */
  bool replays;      /* draws come from the tape, then zeros */
  bool shows;        /* notes are printed */
  uint64_t random;
};

typedef bool property_function(struct property_case *c);

/* A number from 0 to `below` − 1. */
uint32_t property_draw(struct property_case *c, uint32_t below);

/* True once in `in` draws, false when shrunk. */
bool property_rarely(struct property_case *c, uint32_t in);

/* One of the words, the first when shrunk. */
struct str property_word(struct property_case *c, const char *const *words, uint32_t count);

/* Printed for the smallest failing case. */
void property_note(struct property_case *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Notes what broke and returns false: `return property_broken(c, "...")`. */
bool property_broken(struct property_case *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Runs `cases` cases; fails the cmocka test, after shrinking, when one does not hold. */
void property_check(const char *name, uint64_t cases, property_function *holds);

#endif
