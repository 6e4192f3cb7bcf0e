/* How a project wants its fields kept in step: direction, strategy and value tables, each field over the project. */
#ifndef SYNC_RULES_H
#define SYNC_RULES_H

#include "base/str.h"

enum direction {
  DIRECTION_INHERIT, /* as the project; for the project itself: bidirectional */
  DIRECTION_PUSH,    /* local to external only */
  DIRECTION_PULL,    /* external to local only */
  DIRECTION_BIDIRECTIONAL,
  DIRECTION_DISABLED, /* neither; still AGREE when both sides happen to be equal */
};

/* Who is right when both sides changed. */
enum strategy {
  STRATEGY_INHERIT, /* as the project; for the project itself: manual */
  STRATEGY_MANUAL,  /* a person decides */
  STRATEGY_LOCAL_WINS,
  STRATEGY_EXTERNAL_WINS, /* only with a person's standing confirmation, else manual */
  STRATEGY_NEWEST_WINS,   /* the same; and manual when the changes are closer than RULES_NEWEST_MARGIN_MS */
  STRATEGY_MERGE,         /* texts line by line, when the result holds both edits; else manual */
};

enum { RULES_NEWEST_MARGIN_MS = 2000 };

/* The same thing in the local and in the external vocabulary. */
struct value_pair {
  struct str local, external;
};

struct field_rule {
  struct str field;
  enum direction direction;
  enum strategy strategy;
  const struct value_pair *table; /* may be lossy both ways; the first pair that fits is taken */
  size_t count;
  bool closed;        /* what is not in the table is unmappable; else it passes through as it is */
  size_t members_max; /* how many members the external side takes in this set; 0 = any number */
};

struct rules {
  enum direction direction;
  enum strategy strategy;
  bool confirmed; /* a named person has confirmed external_wins or newest_wins for good */
  const struct field_rule *fields;
  size_t field_count;
  bool listed_only; /* a field without a rule is not kept in step: as DISABLED */
};

/* The rule of `field`; one that inherits everything and has no table when there is none. Never NULL. */
const struct field_rule *rules_field(const struct rules *rules, struct str field);

/* Whether the project keeps `field` in step at all. */
bool rules_takes(const struct rules *rules, struct str field);

/* What holds for `field` after inheritance; never *_INHERIT. An unconfirmed external_wins or newest_wins is manual. */
enum direction rules_direction(const struct rules *rules, struct str field);
enum strategy rules_strategy(const struct rules *rules, struct str field);

bool rules_may_push(enum direction direction);
bool rules_may_pull(enum direction direction);

/* "inherit", "push", "pull", "bidirectional", "disabled"; "inherit", "manual", "local_wins", "external_wins",
 * "newest_wins", "merge". The inverse is false, with `out` untouched, for any other name; an absent or empty name is
 * inherit. */
const char *rules_direction_name(enum direction direction);
const char *rules_strategy_name(enum strategy strategy);
bool rules_direction_named(struct str name, enum direction *out);
bool rules_strategy_named(struct str name, enum strategy *out);

#endif
