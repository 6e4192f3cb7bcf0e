/* The connector against a server that answers anything: answers.h. */
#include "adapter-jira/connector.h"
#include "answers.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const struct answers_case fixed = {.connector = &jira_connector,
                                     .project = {.system = STR("jira"),
                                                 .base_url = STR("https://jira.example"),
                                                 .remote = STR("ROCKET"),
                                                 .credential = STR("bot")},
                                     .credential_kind = STR("api_token"),
                                     .credential = STR("{\"email\":\"a@e.org\",\"token\":\"t0ken\"}"),
                                     .ticket_id = STR("10007"),
                                     .comment_id = STR("10007:9"),
                                     .done = STR("Done")};
  answers_try(&fixed, data, size);
  return 0;
}
