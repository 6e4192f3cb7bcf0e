/* What people did, as they themselves know it: the checker's only source besides the trackers' histories. Every edit
 * carries a token of its own ("w017": no hexadecimal digits, which a marker may have by chance); every ticket and
 * comment an identity in the first line of its body ("ticket i03", "comment i04") that people leave alone. The token of
 * a reference names the ticket that it means ("p03", parents.h), so it is one only among the edits of its ticket. */
#ifndef SIMULATION_TRUTH_H
#define SIMULATION_TRUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/values.h"

enum { EDITS_MAX = 128, IDENTITIES_MAX = 32, FIELDS_MAX = 8, TOKEN_BYTES = 8, UNDOS_MAX = 4 };

struct world;

/* One edit that was made. */
struct edit {
  char token[TOKEN_BYTES];
  char saw[TOKEN_BYTES]; /* of a single text: the edit that it replaced */
  int side;              /* 0 = here, else the tracker's number + 1 */
  int identity;          /* of the ticket or comment */
  const char *field;
  int64_t made_ms;
  bool is_made;
  bool is_removal;   /* of the label or value `token` */
  bool was_seen_off; /* somebody who saw it took it away */
  bool is_back;      /* somebody who saw what had replaced it brought it back */
  bool is_replaced;  /* by a write that was decided before it was made */
  bool is_told;      /* the store was told that: nothing excuses its loss any more */
};

/* A session that undoes another one, and how much of what it did is written down. */
struct watched_undo {
  int64_t id, seen;
  int64_t since_ms; /* when the one that is undone had ended */
};

struct truth {
  struct edit edits[EDITS_MAX];
  size_t edit_count;
  struct {
    bool exists, is_comment, is_private, was_private; /* private: it must not leave, while its ticket must not either */
    int64_t private_since_ms;
    int ticket;                 /* a comment's */
    int origin;                 /* the side it was made on */
    unsigned sides[FIELDS_MAX]; /* on which each field was edited since: a bit each */
    char parent[TOKEN_BYTES];   /* it was made with: reaches a tracker later than the ticket */
    unsigned deleted;           /* on which sides people deleted it: a bit each */
    unsigned missed;            /* those of them on which tandem did not know yet that its copy had arrived */
    bool went_along;            /* its ticket was deleted where it was written */
  } identities[IDENTITIES_MAX];
  int identity_count;
  bool anything_deleted; /* by people, in a tracker */
  struct watched_undo undos[UNDOS_MAX];
  size_t undo_count;
  int64_t newest_undo;
  uint64_t undos_seen_at; /* store_changes() */
};

/* The identity that a body names, or -1. */
int truth_identity(const struct values *fields);
int truth_identity_in(struct str text);

/* A field's place in `sides`. */
unsigned truth_field(struct str name);

/* Of the ticket `identity`: the tokens of `before` that `after` lacks were taken away by somebody who saw them. */
void truth_saw_off(struct truth *truth, int identity, const struct value *before, const struct value *after);

/* Of the ticket `identity`: somebody here who saw both has `after`, which had been there, stand in place of `before`.
 */
void truth_brought_back(struct truth *truth, int identity, const struct value *before, const struct value *after);

/* Of the ticket `identity`: a token of `before` that `after` lacks and that nobody had written before `since_ms`; NULL:
 * there is none. */
const char *truth_newer(const struct truth *truth, int identity, const struct value *before, const struct value *after,
                        int64_t since_ms);

/* Of the ticket `identity`: the tokens of `before` that `known` and `after` lack were overwritten by somebody who could
 * not have seen them. Returns whether there are any. */
bool truth_overwritten(struct truth *truth, int identity, const struct value *before, const struct value *known,
                       const struct value *after);

/* What was made there of the ticket or comment `identity`, and shows in `fields`, was taken away by somebody who saw
 * it, with the whole. */
void truth_went_with_it(struct truth *truth, int identity, int side, const struct values *fields);

/* The store was told that a write replaced `value` of the ticket `identity`. */
void truth_told(struct truth *truth, int identity, const struct value *value);

/* Whether the text or a member of the set contains the token. */
bool truth_holds(const struct value *value, const char *token);

#endif
