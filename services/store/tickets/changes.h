/* Changes of local values, collected while a verb runs and written in one statement: the values with their times, every
 * change in the change log, and the mappings of what changed into the planning queue. */
#ifndef STORE_CHANGES_H
#define STORE_CHANGES_H

#include "store/store.h"

struct change_log_row {
  int64_t item_id;
  struct str actor;
  const struct value *before, *after; /* before may be NULL */
};

struct changed_values {
  int64_t item_id;
  struct values changed;
  int64_t changes; /* how far the version moves */
};

struct change_set {
  struct arena *arena;
  struct change_log_row *rows;
  size_t row_count, row_capacity;
  struct changed_values *items;
  size_t item_count, item_capacity;
};

/* One change of one field. What it points to is borrowed until the set is written. */
void changes_log(struct change_set *set, const struct change_log_row *row);

/* The new values of one item; once an item. */
void changes_put(struct change_set *set, const struct changed_values *item);

/* Writes all of it as edits of people or services. */
struct result changes_write(struct call *call, const struct change_set *set) MUST_USE;

#endif
