/* Each allocation fails in turn: libyaml, for the settings and for a mapping file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/settings.h"
#include "cli/mapping_file.h"
#include "scarce.h"

static struct str settings_read(struct arena *arena) {
  struct settings settings;
  settings_defaults(arena, &settings);
  struct result result =
      settings_parse_yaml(arena, STR("store.listen: \"tls+tcp://127.0.0.1:7700\" # here\n"), "tandem.yaml", &settings);
  return result_ok(&result) ? STR("read") : scarce_refused(arena, &result);
}

static struct str mapping_read(struct arena *arena) {
  struct mapping_file file = {0};
  struct result result = mapping_file_parse(arena, STR("events:\n  carry:\n    - {types: [a, \"b\"], \"max\": 3}\n"),
                                            "mapping.yaml", &file);
  return result_ok(&result) ? file.json : scarce_refused(arena, &result);
}

static void out_of_memory_settings(void **state) {
  (void)state;
  scarce_check(settings_read);
}

static void out_of_memory_mapping_file(void **state) {
  (void)state;
  scarce_check(mapping_read);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(out_of_memory_settings),
      cmocka_unit_test(out_of_memory_mapping_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
