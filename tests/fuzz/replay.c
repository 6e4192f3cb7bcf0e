/* Replays the kept corpora, without libFuzzer: every input once, as a test a target. What ends the process is the
 * finding; the input's name is printed before. */
#include <dirent.h>
#include <stdio.h>

#include "base/arena.h"
#include "fuzz.h"

typedef int target_fn(const uint8_t *data, size_t size);

#define REPLAYED(name) target_fn fuzz_##name;
#include FUZZ_REPLAYED
#undef REPLAYED

#define REPLAYED(name) {#name, fuzz_##name},
static const struct {
  const char *name;
  target_fn *run;
} targets[] = {
#include FUZZ_REPLAYED
};

enum { COUNT = sizeof targets / sizeof targets[0], INPUT_BYTES_MAX = 1 << 20 };

/* Copied to where one byte too many is noticed. */
static bool replay_file(target_fn *run, const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file)
    return false;
  char *read = malloc(INPUT_BYTES_MAX);
  size_t size = read ? fread(read, 1, INPUT_BYTES_MAX, file) : 0;
  fclose(file);
  uint8_t *exact = size ? malloc(size) : NULL;
  if (exact)
    memcpy(exact, read, size);
  printf("# %s\n", path);
  fflush(stdout);
  run(exact, size);
  free(exact);
  free(read);
  return true;
}

/* The number of inputs; the empty one comes first, whatever is kept. */
static int replay_folder(target_fn *run, const char *folder) {
  int count = 0;
  DIR *entries = opendir(folder);
  run(NULL, 0);
  for (struct dirent *entry = entries ? readdir(entries) : NULL; entry; entry = readdir(entries)) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    if (entry->d_name[0] != '.' && replay_file(run, path))
      count++;
  }
  if (entries)
    closedir(entries);
  return count;
}

int main(void) {
  int failed = 0;
  printf("1..%d\n", COUNT);
  for (int i = 0; i < COUNT; i++) {
    char folder[1024];
    snprintf(folder, sizeof folder, FUZZ_CORPUS "/%s", targets[i].name);
    int inputs = replay_folder(targets[i].run, folder);
    printf("%sok %d - fuzz_%s_takes_its_corpus # %d inputs\n", inputs ? "" : "not ", i + 1, targets[i].name, inputs);
    failed += inputs == 0;
  }
  return failed != 0;
}
