/* Memory that runs out at will in whole processes, by LD_PRELOAD.
 *
 * TANDEM_SCARCITY=SEED:ONE_IN:FILE lets one allocation of so many fail, of those that the program itself asks for, and
 * libpq; each that did is a byte more in the file. Other libraries have what they want: what nng lost would be a
 * process that is deaf, and a supervisor's business. */
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit/memory/allocator.h"

struct code {
  uintptr_t begin, end;
};

static struct {
  uint64_t seed, one_in; /* 0 = none fails */
  struct code scarce[2]; /* the program's, libpq's */
  int failed_fd;
} plan;
static atomic_ullong asked;

static struct code code_of(const struct dl_phdr_info *object) {
  struct code code = {0};
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &object->dlpi_phdr[i];
    if (part->p_type == PT_LOAD && part->p_flags & PF_X)
      code = (struct code){object->dlpi_addr + part->p_vaddr, object->dlpi_addr + part->p_vaddr + part->p_memsz};
  }
  return code;
}

/* The program comes first, and has no name. */
static int note_object(struct dl_phdr_info *object, size_t size, void *context) {
  (void)size, (void)context;
  if (!plan.scarce[0].end)
    plan.scarce[0] = code_of(object);
  else if (strstr(object->dlpi_name, "/libpq."))
    plan.scarce[1] = code_of(object);
  return 0;
}

__attribute__((constructor)) static void read_plan(void) {
  const char *text = getenv("TANDEM_SCARCITY");
  unsigned long long seed, one_in;
  char file[256];
  if (!text || sscanf(text, "%llu:%llu:%255s", &seed, &one_in, file) != 3)
    return;
  plan.failed_fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  plan.seed = seed;
  dl_iterate_phdr(note_object, NULL);
  plan.one_in = one_in;
}

static bool is_scarce(const void *caller) {
  uintptr_t at = (uintptr_t)caller;
  for (size_t i = 0; i < sizeof plan.scarce / sizeof plan.scarce[0]; i++)
    if (at >= plan.scarce[i].begin && at < plan.scarce[i].end)
      return true;
  return false;
}

/* splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014) */
static uint64_t mixed(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

bool allocator_has_none(const void *caller) {
  if (!plan.one_in || !is_scarce(caller))
    return false;
  uint64_t number = atomic_fetch_add_explicit(&asked, 1, memory_order_relaxed);
  bool none = mixed(plan.seed + number * 0x9e3779b97f4a7c15) % plan.one_in == 0;
  if (none && write(plan.failed_fd, ".", 1) != 1)
    _exit(2);
  return none;
}
