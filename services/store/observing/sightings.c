/* Which of several observations counts. */
#include "store/observing/sightings.h"

static bool is_same_item(const struct observation *a, const struct observation *b) {
  return str_equal(a->external_id, b->external_id) && str_equal(a->kind, b->kind);
}

/* What it tells of has no version of its own. */
static int64_t age(const struct observation *seen) {
  return seen->gone.length || seen->fields.count == 0 ? INT64_MAX : seen->version;
}

bool sightings_count(const struct observation *at, size_t count, size_t i) {
  for (size_t other = 0; other < count; other++) {
    bool is_newer = age(&at[other]) > age(&at[i]) || (other > i && age(&at[other]) == age(&at[i]));
    if (is_newer && is_same_item(&at[other], &at[i]))
      return false;
  }
  return true;
}

bool sightings_differ(const struct observation *at, size_t count, size_t i) {
  for (size_t other = 0; other < count; other++)
    if (other != i && age(&at[other]) == age(&at[i]) && is_same_item(&at[other], &at[i]) &&
        !str_equal(at[other].hash, at[i].hash))
      return true;
  return false;
}
