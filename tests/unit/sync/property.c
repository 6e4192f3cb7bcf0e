/* Property tests: the seed, the tape, shrinking. */
#include "property.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

enum { SHRINK_ROUNDS = 6 };

static uint64_t next_random(uint64_t *state) { /* splitmix64 */
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

uint32_t property_draw(struct property_case *c, uint32_t below) {
  size_t at = c->at++;
  if (at >= PROPERTY_TAPE)
    return 0;
  if (!c->replays) {
    c->tape[at] = (uint32_t)(next_random(&c->random) >> 33) % below;
    c->length = at + 1;
  }
  return at < c->length ? c->tape[at] % below : 0;
}

bool property_rarely(struct property_case *c, uint32_t in) {
  return property_draw(c, in) == in - 1;
}

struct str property_word(struct property_case *c, const char *const *words, uint32_t count) {
  return str_of(words[property_draw(c, count)]);
}

static void __attribute__((format(printf, 2, 0))) note(struct property_case *c, const char *format, va_list args) {
  if (!c->shows)
    return;
  fputs("#   ", stderr);
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
}

void property_note(struct property_case *c, const char *format, ...) {
  va_list args;
  va_start(args, format);
  note(c, format, args);
  va_end(args);
}

bool property_broken(struct property_case *c, const char *format, ...) {
  va_list args;
  va_start(args, format);
  note(c, format, args);
  va_end(args);
  return false;
}

static bool holds_on(struct property_case *c, property_function *holds) {
  c->at = 0;
  bool result = holds(c);
  arena_reset(c->arena);
  return result;
}

/* Keeps `shorter` when it still fails. */
static bool keep_if_failing(struct property_case *best, struct property_case *shorter, property_function *holds) {
  if (holds_on(shorter, holds))
    return false;
  *best = *shorter;
  if (best->at < best->length)
    best->length = best->at;
  return true;
}

static bool cut(struct property_case *best, size_t from, size_t length, property_function *holds) {
  struct property_case shorter = *best;
  size_t after = shorter.length - from - length;
  memmove(shorter.tape + from, shorter.tape + from + length, after * sizeof *shorter.tape);
  shorter.length -= length;
  return keep_if_failing(best, &shorter, holds);
}

static bool lower(struct property_case *best, size_t at, uint32_t value, property_function *holds) {
  if (best->tape[at] <= value)
    return false;
  struct property_case smaller = *best;
  smaller.tape[at] = value;
  return keep_if_failing(best, &smaller, holds);
}

static void shrink(struct property_case *best, property_function *holds) {
  best->replays = true;
  bool moved = true;
  for (int round = 0; round < SHRINK_ROUNDS && moved; round++) {
    moved = false;
    for (size_t length = best->length; length > 0; length /= 2)
      for (size_t from = 0; from + length <= best->length;)
        if (cut(best, from, length, holds))
          moved = true;
        else
          from += length;
    for (size_t at = 0; at < best->length; at++)
      while (at < best->length && (lower(best, at, 0, holds) || lower(best, at, best->tape[at] / 2, holds) ||
                                   (best->tape[at] && lower(best, at, best->tape[at] - 1, holds))))
        moved = true;
  }
}

static uint64_t number_from(const char *variable, uint64_t otherwise) {
  const char *text = getenv(variable);
  return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

static uint64_t run_seed(void) {
  static uint64_t seed;
  if (!seed) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    seed = number_from("TANDEM_SEED", (uint64_t)now.tv_sec * 1000000007u + (uint64_t)now.tv_nsec) | 1;
  }
  return seed;
}

void property_check(const char *name, uint64_t cases, property_function *holds) {
  struct arena arena = {0};
  uint64_t seed = run_seed(), stream = seed;
  cases = number_from("TANDEM_CASES", cases);
  fprintf(stderr, "# %s: %llu cases, TANDEM_SEED=%llu\n", name, (unsigned long long)cases, (unsigned long long)seed);
  struct property_case c;
  uint64_t done = 0;
  bool good = true;
  while (good && done < cases) {
    c = (struct property_case){.arena = &arena, .random = next_random(&stream)};
    good = holds_on(&c, holds);
    done++;
  }
  if (!good) {
    fprintf(stderr, "# %s: case %llu fails; TANDEM_SEED=%llu. The smallest case found:\n", name,
            (unsigned long long)done, (unsigned long long)seed);
    shrink(&c, holds);
    c.shows = true;
    holds_on(&c, holds);
  }
  arena_free(&arena);
  if (!good)
    fail_msg("%s does not hold", name);
}
