/* The connector's table, and what needs no call: opening, and webhooks. */
#include "simulation/connector.h"

#include <stdio.h>
#include <stdlib.h>

#include "simulation/connector_parts.h"
#include "simulation/world.h"

static struct result open_connection(const struct connector_config *config, struct connection **out) {
  struct connection *c = calloc(1, sizeof *c);
  if (!c)
    abort();
  c->tracker = tracker_of_system(config->project->system);
  *out = c;
  return RESULT_DONE;
}

static void close_connection(struct connection *c) {
  free(c);
}

static void take_usage(struct connection *c, struct usage *out) {
  c->usage.server_date_ms = tracker_clock_ms(c->tracker);
  *out = c->usage;
  c->usage = (struct usage){0};
}

/* GitHub's deliveries name an author, which the adapter does not take for itself without asking. */
static struct result translate(struct arena *arena, const struct project *project, struct str event, struct str body,
                               struct list *out) {
  struct tracker *tracker = tracker_of_system(project->system);
  size_t place, number;
  (void)event;
  if (sscanf(str_c(arena, body), "%zu %zu", &place, &number) != 2 || place >= tracker->item_count)
    return result_error(RESULT_REJECTED, "not a delivery");
  struct observation *seen = ARENA_NEW(arena, struct observation);
  const struct remote_item *item = &tracker->items[place];
  *seen = number < item->count ? tracker_observe(arena, item, &item->revisions[number]) : tracker_observe_gone(item);
  seen->etag = (struct str){0};
  seen->author_is_self = false;
  *out = (struct list){seen, 1};
  return RESULT_DONE;
}

static enum webhook_verdict verify(const struct webhook_request *request, struct str secret) {
  return str_equal(request->signature, secret) ? WEBHOOK_GENUINE : WEBHOOK_FORGED;
}

static struct result describe(struct connection *c, struct arena *arena, struct remote_description *out) {
  (void)arena;
  out->account = STR("bot");
  out->remote = str_of(c->tracker->habits.system);
  return RESULT_DONE;
}

struct connector simulated_connector(const struct habits *habits) {
  return (struct connector){.system = habits->system,
                            .default_base_url = "https://tracker.test",
                            .settle_ms = habits->settle_ms,
                            .open = open_connection,
                            .close = close_connection,
                            .pull = connector_pull,
                            .fetch = connector_fetch,
                            .fetch_many = habits->has_etags ? NULL : connector_fetch_many,
                            .push = connector_push,
                            .create_many = habits->marker == MARKER_IN_BODY ? NULL : connector_create_many,
                            .find = connector_find,
                            .history = connector_history,
                            .verify = verify,
                            .translate = translate,
                            .describe = describe,
                            .register_hook = habits->registers_hooks ? connector_register_hook : NULL,
                            .remove_hook = habits->registers_hooks ? connector_remove_hook : NULL,
                            .hook_failures = habits->repeats_on_request ? connector_hook_failures : NULL,
                            .redeliver = habits->repeats_on_request ? connector_redeliver : NULL,
                            .scan = habits->scans ? connector_scan : NULL,
                            .take_usage = take_usage};
}
