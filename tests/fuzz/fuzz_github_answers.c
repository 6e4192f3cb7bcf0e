/* The connector against a server that answers anything: answers.h. */
#include "adapter-github/connector.h"
#include "answers.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const struct answers_case fixed = {.connector = &github_connector,
                                     .project = {.system = STR("github"),
                                                 .base_url = STR("https://api.example"),
                                                 .remote = STR("acme/rocket"),
                                                 .credential = STR("bot")},
                                     .credential_kind = STR("pat"),
                                     .credential = STR("{\"token\":\"t0ken\"}"),
                                     .ticket_id = STR("7"),
                                     .comment_id = STR("9"),
                                     .done = STR("closed:completed")};
  answers_try(&fixed, data, size);
  return 0;
}
