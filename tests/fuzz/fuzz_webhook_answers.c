/* The connector against a server that answers anything: answers.h. */
#include "adapter-webhook/connector.h"
#include "answers.h"
#include "fuzz.h"

static const char options[] =
    "{\"self\":\"tandem-bot\",\"ticket\":{\"id\":\"/id\",\"key\":\"/number\",\"author\":\"/author/name\","
    "\"updated_at\":\"/updated_at\",\"created_at\":\"/created_at\",\"deleted\":\"/deleted\",\"idempotency"
    "_key\":\"/idempotency_key\",\"fields\":{\"title\":\"/title\",\"body\":\"/description\",\"status\":{\""
    "path\":\"/state\",\"words\":[{\"name\":\"open\",\"category\":\"open\"},{\"name\":\"doing\",\"categor"
    "y\":\"in_progress\"},{\"name\":\"done\",\"category\":\"done\"},{\"name\":\"dropped\",\"category\":\""
    "cancelled\"}]},\"labels\":{\"path\":\"/labels\",\"each\":\"/name\"}}},\"comment\":{\"id\":\"/id\",\""
    "ticket\":\"/ticket_id\",\"author\":\"/author/name\",\"updated_at\":\"/updated_at\",\"created_at\":\""
    "/created_at\",\"deleted\":\"/deleted\",\"idempotency_key\":\"/idempotency_key\",\"fields\":{\"body\""
    ":\"/body\"}},\"events\":{\"type\":\"/type\",\"carry\":[{\"types\":[\"ticket.created\",\"ticket.updat"
    "ed\"],\"ticket\":\"/data/ticket\"},{\"types\":[\"ticket.deleted\"],\"ticket\":\"/data/ticket\",\"del"
    "eted\":true},{\"types\":[\"comment.created\",\"comment.updated\"],\"comment\":\"/data/comment\"},{\""
    "types\":[\"comment.deleted\"],\"comment\":\"/data/comment\",\"deleted\":true}]},\"out\":{\"ticket\":"
    "{\"create\":{\"method\":\"POST\",\"url\":\"/projects/{remote}/tickets\"},\"update\":{\"method\":\"PA"
    "TCH\",\"url\":\"/projects/{remote}/tickets/{id}\"}},\"comment\":{\"create\":{\"method\":\"POST\",\"u"
    "rl\":\"/projects/{remote}/tickets/{ticket}/comments\"},\"update\":{\"method\":\"PATCH\",\"url\":\"/p"
    "rojects/{remote}/comments/{id}\"},\"delete\":{\"url\":\"/projects/{remote}/comments/{id}\"}}},\"get\""
    ":{\"ticket\":{\"url\":\"/projects/{remote}/tickets/{id}\"},\"comment\":{\"url\":\"/projects/{remote}"
    "/comments/{id}\"}},\"probe\":{\"ticket\":{\"url\":\"/projects/{remote}/tickets{?key}\",\"path\":\"/i"
    "tems/0\"},\"comment\":{\"url\":\"/projects/{remote}/comments{?key}\",\"path\":\"/items/0\"}},\"poll\""
    ":{\"tickets\":{\"url\":\"/projects/{remote}/tickets{?since,cursor}\",\"list\":\"/items\",\"next\":\""
    "/next\"},\"comments\":{\"url\":\"/projects/{remote}/comments{?since,cursor}\",\"list\":\"/items\",\""
    "next\":\"/next\"}}}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const struct answers_case fixed = {.connector = &webhook_connector,
                                     .project = {.system = STR("webhook"),
                                                 .base_url = STR("https://tracker.example"),
                                                 .remote = STR("rocket"),
                                                 .options = STR(options),
                                                 .credential = STR("bot")},
                                     .credential_kind = STR("webhook"),
                                     .credential = STR("{\"token\":\"t0ken\"}"),
                                     .ticket_id = STR("t7"),
                                     .comment_id = STR("c9"),
                                     .done = STR("done")};
  answers_try(&fixed, data, size);
  return 0;
}
