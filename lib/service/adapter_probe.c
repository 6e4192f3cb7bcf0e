/* A write whose outcome is unknown: a creation is looked for, an update's target tells by itself. */
#include "service/adapter_push.h"

struct result push_probe(struct worker *worker, struct arena *arena, struct connection *connection,
                         const struct work *work, const struct intent *intent) {
  struct push_receipt receipt = {.lease = work->lease, .intent_id = intent->id, .probe = true};
  struct observation found = {0};
  struct result outcome;
  if (str_is(intent->change, "create")) {
    outcome = worker->connector->find(connection, arena, intent, intent->marker, &found);
    return push_send_receipt(worker, arena, connection, &receipt, &outcome, &found);
  }
  struct external_ref ref = push_target(intent);
  bool not_modified = false;
  ref.etag = (struct str){0};
  outcome = worker->connector->fetch(connection, arena, &ref, &not_modified, &found);
  if (!result_ok(&outcome))
    return push_send_receipt(worker, arena, connection, &receipt, &outcome, &found);
  worker_canonical(arena, &found);
  receipt.returned.at = &found;
  receipt.returned.count = 1;
  outcome = result_error(RESULT_STALE, "looked at afresh");
  return push_send_receipt(worker, arena, connection, &receipt, &outcome, NULL);
}
