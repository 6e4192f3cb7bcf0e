/* contract-linear: the Linear connector, driven by tests/contract/test_linear_*.py. With --queries it prints every
 * document that the connector sends, one JSON object a line. */
#include <stdio.h>

#include "adapter-linear/connector.h"
#include "adapter-linear/queries.h"
#include "base/json.h"
#include "contract/connector_contract.h"

static int print_queries(void) {
  struct arena arena = {0};
  for (size_t i = 0; linear_queries[i]; i++) {
    cJSON *line = cJSON_CreateObject();
    cJSON_AddStringToObject(line, "name", linear_queries[i]->name);
    cJSON_AddBoolToObject(line, "is_write", linear_queries[i]->is_write);
    cJSON_AddStringToObject(line, "text", linear_queries[i]->text);
    puts(json_print(&arena, line).at);
  }
  arena_free(&arena);
  return 0;
}

int main(int argc, char **argv) {
  return argc > 1 && strcmp(argv[1], "--queries") == 0 ? print_queries() : connector_contract_main(&linear_connector);
}
