/* How the work of one function grows with hostile input: subjects (what is run) times shapes (what it is given). The
 * programs bench-growth-* each link main.c, shapes.c and one file of subjects; bench_growth.py runs them. */
#ifndef BENCH_GROWTH_H
#define BENCH_GROWTH_H

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

enum { KIB = 1024, MIB = 1024 * 1024 };

/* Texts of any length made by one rule. */
struct growth_shape {
  const char *name; /* as a person writes it: "{", "](", "nested" */
  void (*make)(struct str_builder *out, const struct growth_shape *shape, size_t length_bytes);
  const char *unit; /* what repeat() repeats */
};

extern const struct growth_shape growth_shapes[];
extern const size_t growth_shape_count;

/* A function under test. `prepare` is not timed: it makes of the shape's text what `run` gets (NULL: the text). */
struct growth_subject {
  const char *name;
  size_t limit_bytes; /* the longest text that is accepted, or that comes */
  void *(*prepare)(struct arena *arena, struct str text);
  void (*run)(struct arena *arena, const void *prepared);
};

extern const struct growth_subject growth_subjects[]; /* ends with one without a name */

/* The lines of a text, as they are; `*out_count` of them. For subjects that take lists. */
struct str *growth_lines(struct arena *arena, struct str text, size_t *out_count);

/* Every line of a text, passed through `change` with its number; for the sides of a merge. */
struct str growth_each_line(struct arena *arena, struct str text,
                            struct str (*change)(struct arena *arena, struct str line, size_t number));

/* A document of JSON: `form` with the text as a string for each $T, its lines as a list of strings for $L, as a list of
 * objects {"name": line} for $N, as the names of one object's members for $M. */
struct str *growth_fill(struct arena *arena, const char *form, struct str text);

/* What comes out does not matter here, only how long it takes. */
static inline void growth_ignore(struct result result) {
  (void)result;
}

#endif
