/* Hashes instead of a generator with a state. */
#include "simulation/chances.h"

#include <string.h>

enum { PER_100000_MAX = 60000 };

/* How often each kind of fault happens at most, per 100,000 occasions. */
static const struct {
  const char *name;
  unsigned most;
} faults[] = {
    [FAULT_CRASH] = {"crash", 1200},
    [FAULT_FREEZE] = {"freeze", 1600},
    [FAULT_REQUEST_LOST] = {"request lost", 3000},
    [FAULT_REQUEST_LATE] = {"request late", 2000},
    [FAULT_REQUEST_TWICE] = {"request twice", 4000},
    [FAULT_REPLY_LOST] = {"reply lost", 3000},
    [FAULT_STORE_CRASH] = {"store crash", 1000},
    [FAULT_BELL_LOST] = {"bell lost", 30000},
    [FAULT_CALL_REFUSED] = {"call refused", 15000},
    [FAULT_CALL_SLOW] = {"call slow", 12000},
    [FAULT_RATE_LIMIT] = {"rate limit", 3000},
    [FAULT_ANSWER_LOST] = {"answer lost", 25000},
    [FAULT_WRITE_LATE] = {"write late", 25000},
    [FAULT_HOOK_LOST] = {"webhook lost", 40000},
    [FAULT_HOOK_TWICE] = {"webhook twice", 20000},
    [FAULT_HOOK_LATE] = {"webhook late", 30000},
    [FAULT_LIST_LAG] = {"list lag", 60000},
    [FAULT_LIST_PASS] = {"list passes by", 0},
    [FAULT_HOOK_TAMPERED] = {"webhook tampered with", 0},
};

/* What is decided, as a number: the usual faults, the draws, how often each fault happens, the unusual faults. So
 * worlds without these are what they would be if there were none of them. */
enum { OF_DRAWS = FAULT_USUAL_COUNT, OF_RATES = OF_DRAWS + DRAW_COUNT };

static unsigned of_fault(enum fault fault) {
  return fault < FAULT_USUAL_COUNT ? fault : fault + DRAW_COUNT + 1;
}

/* SplitMix64's finalizer (Steele, Lea, Flood 2014, doi:10.1145/2660193.2660195). */
static uint64_t mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

static uint64_t id_of(unsigned what, unsigned who, uint32_t count) {
  return (uint64_t)what << 48 | (uint64_t)who << 32 | count;
}

static uint64_t hash(const struct chances *chances, uint64_t id) {
  return mix(mix(chances->seed) ^ mix(id));
}

const char *chances_fault_name(enum fault fault) {
  return faults[fault].name;
}

/* What is hidden best needs most of it: a stale lease, and a list that does not show what it should. */
static unsigned dwell(uint64_t roll) {
  static const enum fault most[] = {FAULT_FREEZE, FAULT_LIST_LAG};
  uint64_t rest = roll / 8;
  return roll % 8 < 2 ? most[roll % 8] : (unsigned)(rest % (2 * FAULT_USUAL_COUNT));
}

void chances_begin(struct chances *chances, uint64_t seed) {
  memset(chances, 0, sizeof *chances);
  chances->seed = seed;
  for (unsigned fault = 0; fault < FAULT_USUAL_COUNT; fault++) {
    uint64_t roll = hash(chances, id_of(OF_RATES, fault, 0));
    unsigned share[] = {0, 1, 4, 10}; /* tenths of the most */
    chances->per_100000[fault] = faults[fault].most * share[roll % 4] / 10;
  }
  uint64_t roll = hash(chances, id_of(OF_RATES, FAULT_USUAL_COUNT, 0));
  chances->dwelt_on = dwell(roll);
  if (chances->dwelt_on < FAULT_USUAL_COUNT)
    chances->per_100000[chances->dwelt_on] = 2 * faults[chances->dwelt_on].most;
}

void chances_multiply(struct chances *chances, unsigned times) {
  for (unsigned fault = 0; fault < FAULT_COUNT; fault++) {
    unsigned more = chances->per_100000[fault] * times;
    chances->per_100000[fault] = more < PER_100000_MAX ? more : PER_100000_MAX;
  }
}

void chances_raise(struct chances *chances, enum fault fault, unsigned per_100000) {
  if (chances->per_100000[fault] < per_100000)
    chances->per_100000[fault] = per_100000;
}

uint64_t chances_draw(struct chances *chances, enum draw draw, unsigned who) {
  unsigned what = OF_DRAWS + draw;
  return hash(chances, id_of(what, who, chances->counts[what][who]++));
}

int64_t chances_between(struct chances *chances, enum draw draw, unsigned who, int64_t low, int64_t high) {
  return low + (int64_t)(chances_draw(chances, draw, who) % (uint64_t)(high - low + 1));
}

static bool is_suppressed(const struct chances *chances, uint64_t id) {
  for (size_t i = 0; i < chances->suppressed_count; i++)
    if (chances->suppressed[i] == id)
      return true;
  return false;
}

bool chances_fault(struct chances *chances, enum fault fault, unsigned who) {
  unsigned what = of_fault(fault);
  uint64_t id = id_of(what, who, chances->counts[what][who]++);
  if (chances->calm || hash(chances, id) % 100000 >= chances->per_100000[fault] || is_suppressed(chances, id))
    return false;
  if (chances->fired_count == FIRED_MAX)
    return false;
  chances->fired[chances->fired_count++] = (struct fired){id, fault, who};
  return true;
}
