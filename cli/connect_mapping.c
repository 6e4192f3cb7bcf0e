/* Reading the mapping, and what it means in words. */
#include "cli/connect_mapping.h"

#include "base/json.h"
#include "base/settings.h"
#include "base/url.h"
#include "cli/prompt.h"
#include "cli/up/endpoints.h"
#include "proto/nouns.h"

static struct result read_file(struct invocation *call, struct str path, struct mapping_file *out) {
  struct str text;
  TRY(invocation_read_file(call, path, MAPPING_FILE_BYTES_MAX, &text));
  return mapping_file_parse(call->arena, text, str_c(call->arena, path), out);
}

struct result connect_mapping_read(struct invocation *call, const struct tracker *tracker, struct mapping_file *out) {
  struct str path = tracker->has_mapping ? invocation_text(call, "mapping") : (struct str){0};
  return str_is_absent(path) ? RESULT_DONE : read_file(call, path, out);
}

struct result connect_mapping_ask(struct invocation *call, struct mapping_file *out) {
  struct str path;
  if (!invocation_may_ask(call))
    return invocation_usage(call, "what do its tickets look like? --mapping FILE; docs/webhook-adapter.md shows one.");
  TRY(prompt_line(call, "File with the mapping", (struct str){0}, &path));
  return read_file(call, path, out);
}

/* -- in words -- */

static const cJSON *member(const cJSON *object, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(object, name);
}

static void show_reading(const struct output *output, const cJSON *options) {
  bool hooks = member(options, "events"), polls = member(options, "poll");
  output_note(output, "  reads     %s%s%s",
              hooks   ? "webhooks"
              : polls ? "a list of what changed"
                      : "only what tandem writes itself: events and poll are missing",
              hooks && polls ? ", and a list of what changed" : "",
              hooks && !polls ? "; what was there before is not seen, because poll is missing" : "");
  if (!member(options, "get"))
    output_note(output, "            deletions are not noticed, because get is missing");
}

static void show_writing(const struct output *output, const cJSON *options, const char *kind) {
  const cJSON *out = member(member(options, "out"), kind);
  bool creates = member(out, "create"), updates = member(out, "update");
  output_note(output, "  %-8s  %s", kind,
              creates && updates      ? "made and changed there"
              : creates               ? "made there, and never changed"
              : updates               ? "changed there, and never made"
              : member(options, kind) ? "only read"
                                      : "not carried");
  if (creates && !member(member(options, "probe"), kind) && !cJSON_IsTrue(member(out, "honours_idempotency_key")))
    output_note(output, "            one whose answer was lost waits for a person, because probe is missing");
}

void connect_mapping_show(struct invocation *call, struct str options) {
  cJSON *tree;
  struct result result = json_parse(options, &tree);
  if (!result_ok(&result))
    return;
  output_note(call->output, "What the mapping lets tandem do:");
  show_reading(call->output, tree);
  show_writing(call->output, tree, "ticket");
  show_writing(call->output, tree, "comment");
  cJSON_Delete(tree);
}

/* -- where webhooks go -- */

static struct str receiver_of(struct invocation *call, struct str system) {
  struct settings settings;
  struct up_endpoints endpoints = {0};
  struct result result = invocation_settings(call, &settings);
  if (!result_ok(&result))
    return (struct str){0};
  if (settings.webhooks_url.length)
    return str_format(call->arena, "%.*s%s%.*s", STR_FMT(settings.webhooks_url),
                      str_ends_with(settings.webhooks_url, "/") ? "" : "/", STR_FMT(system));
  result = endpoints_read(call->arena, str_format(call->arena, "%.*s/run/endpoint.json", STR_FMT(settings.home)).at,
                          &endpoints);
  for (size_t i = 0; result_ok(&result) && i < TRACKER_COUNT; i++)
    if (str_is(system, tracker_table[i]->system))
      return endpoints.webhook_url[i];
  return (struct str){0};
}

void connect_mapping_show_receiver(struct invocation *call, const struct project *project) {
  cJSON *tree;
  struct result result = json_parse(project->options, &tree);
  bool takes = result_ok(&result) && member(tree, "events");
  if (result_ok(&result))
    cJSON_Delete(tree);
  if (!takes)
    return;
  if (str_is_absent(project->webhook_credential)) {
    output_note(call->output, "Its webhooks are refused until tandem knows what they are signed with: connect it again "
                              "with --webhook-secret-file FILE.");
    return;
  }
  struct str base = receiver_of(call, project->system);
  output_note(call->output, "Have it post its webhooks to %.*s/webhooks/%.*s",
              STR_FMT(base.length ? base : STR("the webhook address of tandem-adapter-webhook, at ")),
              STR_FMT(url_segment(call->arena, project->name)));
}
