/* A write whose outcome is unknown: a creation is looked for, an update's target tells by itself, with its history
 * where it does not show what the update was to put there. */
#include "service/adapter_push.h"
#include "service/connector_arrivals.h"

/* It may never have arrived, or somebody has changed it since: that would be lost if it were written once more. A
 * refusal leaves it at the first. */
static struct result ask_history(struct worker *worker, struct arena *arena, struct connection *connection,
                                 const struct intent *intent, struct observation *seen) {
  if (!worker->connector->history || !arrivals_in_doubt(intent, seen))
    return RESULT_DONE;
  struct result result = worker->connector->history(connection, arena, intent, seen, &seen->arrived);
  return result.code == RESULT_REJECTED ? RESULT_DONE : result;
}

static struct result look_afresh(struct worker *worker, struct arena *arena, struct connection *connection,
                                 const struct intent *intent, struct observation *out) {
  struct external_ref ref = push_target(intent);
  bool not_modified = false;
  ref.etag = (struct str){0};
  TRY(worker->connector->fetch(connection, arena, &ref, &not_modified, out));
  worker_canonical(arena, out);
  return ask_history(worker, arena, connection, intent, out);
}

struct result push_probe(struct worker *worker, struct arena *arena, struct connection *connection,
                         const struct work *work, const struct intent *intent) {
  struct push_receipt receipt = {.lease = work->lease, .intent_id = intent->id, .probe = true};
  struct observation found = {0};
  struct result outcome;
  if (str_is(intent->change, "create")) {
    outcome = worker->connector->find(connection, arena, intent, intent->marker, &found);
    return push_send_receipt(worker, arena, connection, &receipt, &outcome, &found);
  }
  outcome = look_afresh(worker, arena, connection, intent, &found);
  if (!result_ok(&outcome))
    return push_send_receipt(worker, arena, connection, &receipt, &outcome, &found);
  receipt.returned.at = &found;
  receipt.returned.count = 1;
  outcome = result_error(RESULT_STALE, "looked at afresh");
  return push_send_receipt(worker, arena, connection, &receipt, &outcome, NULL);
}
