/* Counters by name. */
#include "simulation/tally.h"

#include <string.h>

void tally_situation(struct tally *tally, const char *name, int64_t count) {
  size_t i = 0;
  while (i < tally->situation_count && strcmp(tally->situations[i].name, name) != 0)
    i++;
  if (i == SITUATIONS_MAX)
    return;
  if (i == tally->situation_count) {
    snprintf(tally->situations[i].name, SITUATION_BYTES, "%s", name);
    tally->situation_count++;
  }
  tally->situations[i].count += count;
}

void tally_faults(struct tally *tally, const struct chances *chances) {
  for (size_t i = 0; i < chances->fired_count; i++)
    tally->faults[chances->fired[i].fault]++;
}

void tally_print(const struct tally *tally, FILE *file) {
  for (int i = 0; i < FAULT_COUNT; i++)
    fprintf(file, "count %lld fault: %s\n", (long long)tally->faults[i], chances_fault_name((enum fault)i));
  for (int i = 0; i < VERB_COUNT; i++)
    if (tally->verbs[i])
      fprintf(file, "count %lld verb: %s\n", (long long)tally->verbs[i], verb_table[i].name);
  for (size_t i = 0; i < tally->situation_count; i++)
    fprintf(file, "count %lld %s\n", (long long)tally->situations[i].count, tally->situations[i].name);
}
