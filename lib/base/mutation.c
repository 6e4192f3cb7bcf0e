/* Names of the parts that can be left out. */
#include "base/mutation.h"

#ifdef TANDEM_MUTATION

#include <string.h>

enum mutation mutation_chosen = MUTATION_NONE;

static const char *const names[MUTATION_COUNT] = {
    [MUTATION_SHADOW] = "shadow",
    [MUTATION_GATE] = "gate",
    [MUTATION_FRESH] = "fresh",
    [MUTATION_MARKER] = "marker",
    [MUTATION_INTENT] = "intent",
    [MUTATION_FENCE] = "fence",
    [MUTATION_LEASE] = "lease",
    [MUTATION_DELTA] = "delta",
    [MUTATION_OVERLAP] = "overlap",
    [MUTATION_SETTLE] = "settle",
    [MUTATION_OVERWRITE] = "overwrite",
    [MUTATION_LATECOMER] = "latecomer",
    [MUTATION_HISTORY] = "history",
    [MUTATION_TOGETHER] = "together",
    [MUTATION_SCAN] = "scan",
    [MUTATION_NIGHT] = "night",
    [MUTATION_REDELIVERY] = "redelivery",
};

bool mutation_select(const char *name) {
  for (int i = MUTATION_NONE + 1; i < MUTATION_COUNT; i++)
    if (strcmp(name, names[i]) == 0)
      return mutation_chosen = (enum mutation)i, true;
  return false;
}

bool mutation_selected(void) {
  return mutation_chosen != MUTATION_NONE;
}

#else

bool mutation_select(const char *name) {
  (void)name;
  return false;
}

bool mutation_selected(void) {
  return false;
}

#endif
