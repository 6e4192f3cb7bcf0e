/* For tests: every record that the verb and event tables reach, and plausible objects of any of them. */
#ifndef TEST_RECORDS_H
#define TEST_RECORDS_H

#include "base/record.h"

enum { RECORDS_MAX = 160 };

/* Each record once, those of nested fields too. Returns how many. */
size_t records_all(const struct record *out[RECORDS_MAX]);

/* A small random source, so that a seed that is printed repeats a run. */
struct dice {
  uint64_t state;
};
uint64_t dice_roll(struct dice *dice, uint64_t sides);

/* TANDEM_TEST_SEED, else one made from the clock; printed as a TAP comment. */
struct dice dice_new(const char *test);

/* A zeroed `record->size_bytes` object becomes a plausible one. Required fields are always there. Integers fit JSON
 * (2^53) unless `wide`. */
void records_fill(struct arena *arena, struct dice *dice, const struct record *record, bool wide, void *object);

#endif
