/* What a URL says of the one that is dialled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/transport.h"

static void transport_peer_name_is_the_host(void **state) {
  static const struct {
    const char *url, *name;
  } rows[] = {
      {"tls+tcp://store.example:7420", "store.example"},
      {"tls+tcp://store.example", "store.example"},
      {"tls+tcp://10.1.2.3:7420", "10.1.2.3"},
      {"tls+tcp://127.0.0.1:7420", "localhost"},
      {"tls+tcp://[::1]:7420", "::1"},
      {"tls+tcp://[2001:db8::7]:7420", "2001:db8::7"},
  };
  struct arena arena = {0};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    assert_string_equal(transport_peer_name(&arena, str_of(rows[i].url)), rows[i].name);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(transport_peer_name_is_the_host)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
