/* events tail | replay */
#include <unistd.h>

#include "cli/client.h"
#include "cli/commands.h"
#include "service/bus.h"

/* "SyncStarted" or the whole type; absent stays absent. */
static struct result event_type_of(struct invocation *call, struct str *out) {
  struct str given = invocation_text(call, "type");
  *out = given;
  if (str_is_absent(given) || event_named(given) != EVENT_COUNT)
    return RESULT_DONE;
  *out = str_format(call->arena, "tandem.v1.%.*s", STR_FMT(given));
  if (event_named(*out) != EVENT_COUNT)
    return RESULT_DONE;
  struct str_builder names = {.arena = call->arena};
  for (int id = 0; id < EVENT_COUNT; id++)
    if (event_table[id].flags & EVENT_LOGGED)
      str_append_format(&names, "%s%s", id ? ", " : "", event_table[id].type + strlen("tandem.v1."));
  return invocation_usage(call, "there is no event `%.*s`. There are %.*s.", STR_FMT(given),
                          STR_FMT(str_built(&names)));
}

/* One event a line; flushed, because somebody may be reading along. */
static void print_event(const struct output *output, const struct stored_event *event) {
  struct arena arena = {0};
  if (output_is_json(output)) {
    output_record(output, &record_stored_event, event);
  } else {
    struct str type = event->type, data = output_clean_line(&arena, event->data);
    if (str_starts_with(type, "tandem.v1."))
      type = str_slice(type, strlen("tandem.v1."), type.length);
    const char *separator = output->format == OUTPUT_PLAIN ? "\t" : "  ";
    output_text(output, "%lld%s%.*s%s", (long long)event->sequence, separator, STR_FMT(event->time), separator);
    output_styled(output, STYLE_BOLD, type);
    output_text(output, "%s%.*s\n", separator, STR_FMT(data));
  }
  fflush(output->data);
  arena_free(&arena);
}

struct tail {
  const struct output *output;
  struct str type;
};

static void on_event(void *context, enum event_id id, const struct stored_event *event) {
  (void)id;
  const struct tail *tail = context;
  if (str_is_absent(tail->type) || str_equal(tail->type, event->type))
    print_event(tail->output, event);
}

/* Nobody waits for what was deleted. */
static struct result check_kept(struct invocation *call, int64_t after) {
  struct events_read request = {.after = after, .limit = 1};
  struct event_list page = {0};
  return after > 0 ? client_call(call, VERB_EVENTS_READ, &request, &page) : RESULT_DONE;
}

struct result command_events_tail(struct invocation *call) {
  static struct tail tail; /* the bus lives as long as the process */
  tail.output = call->output;
  TRY(event_type_of(call, &tail.type));
  TRY(client_open(call));
  TRY(check_kept(call, invocation_number(call, "after", BUS_FROM_NOW)));
  const struct bus_options options = {.endpoint = &call->endpoint,
                                      .rpc = call->rpc,
                                      .after = invocation_number(call, "after", BUS_FROM_NOW),
                                      .on_event = on_event,
                                      .context = &tail};
  struct bus *bus;
  TRY(bus_open(&options, &bus));
  for (;;)
    pause(); /* until a signal ends the program */
}

struct result command_events_replay(struct invocation *call) {
  enum { PAGE = 500 };
  struct events_read request = {.after = invocation_number(call, "from", 1) - 1, .limit = PAGE};
  int64_t to = invocation_number(call, "to", INT64_MAX);
  TRY(event_type_of(call, &request.type));
  if (to <= request.after)
    return invocation_usage(call, "--from is after --to: there is nothing between them.");
  if (request.after < 0)
    request.after = 0;
  struct arena page_arena = {0};
  TRY(client_open(call));
  for (bool more = true; more;) {
    struct event_list page = {0};
    TRY(rpc_call(call->rpc, &page_arena, VERB_EVENTS_READ, &request, &page, RPC_TIMEOUT_MS));
    if (request.after == 0 && page.first > 1)
      output_note(call->output, "Events before %lld were deleted (retention.events_days).", (long long)page.first);
    more = page.events.count > 0;
    for (size_t i = 0; i < page.events.count && more; i++) {
      more = page.events.at[i].sequence <= to;
      if (more)
        print_event(call->output, &page.events.at[i]);
      request.after = page.events.at[i].sequence;
    }
    arena_reset(&page_arena);
  }
  arena_free(&page_arena);
  return RESULT_DONE;
}
