/* The connector against a server that answers anything: answers.h. */
#include "adapter-linear/connector.h"
#include "answers.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const struct answers_case fixed = {.connector = &linear_connector,
                                     .project = {.system = STR("linear"),
                                                 .base_url = STR("https://linear.example"),
                                                 .remote = STR("ENG"),
                                                 .credential = STR("bot")},
                                     .credential_kind = STR("api_key"),
                                     .credential = STR("{\"token\":\"t0ken\"}"),
                                     .ticket_id = STR("0b8ff0c4-7d1e-4c5e-8a56-0f6b6b1c9f10"),
                                     .comment_id = STR("7d1ef0c4-7d1e-4c5e-8a56-0f6b6b1c9f11"),
                                     .done = STR("Done")};
  answers_try(&fixed, data, size);
  return 0;
}
