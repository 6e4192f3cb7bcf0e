/* The heart (canonical forms, privacy, merges, sets), the codecs, files that people write, and what the terminal shows.
 */
#include "base/http.h"
#include "base/http_allow.h"
#include "base/json.h"
#include "base/msgpack.h"
#include "base/sets.h"
#include "base/settings.h"
#include "cli/align.h"
#include "cli/mapping_file.h"
#include "cli/output.h"
#include "cli/pairs_file.h"
#include "cli/spans.h"
#include "cli/ticket_file.h"
#include "growth.h"
#include "proto/events.h"
#include "proto/verbs.h"
#include "service/rpc_frames.h"
#include "sync/attribution.h"
#include "sync/canon.h"
#include "sync/map_fields.h"
#include "sync/merge.h"
#include "sync/plan.h"
#include "sync/sanitise.h"

enum { SET_BYTES = 128 * KIB, URL_BYTES = 8 * KIB, HEADER_BYTES = 64 * KIB }; /* sets: some 10,000 members */

static struct str text_of(const void *prepared) {
  return *(const struct str *)prepared;
}

static void *clean(struct arena *arena, struct str text) {
  struct str *cleaned = ARENA_NEW(arena, struct str);
  *cleaned = canon_clean_text(arena, CONTENT_TEXT, text);
  return cleaned;
}

/* -- canonical forms -- */

static void clean_text(struct arena *arena, const void *prepared) {
  canon_clean_text(arena, CONTENT_TEXT, text_of(prepared));
}

static void canonical_text(struct arena *arena, const void *prepared) {
  canon_text(arena, CONTENT_TEXT, text_of(prepared));
}

static void canonical_member(struct arena *arena, const void *prepared) {
  canon_text(arena, CONTENT_SET, text_of(prepared));
}

static void attribution(struct arena *arena, const void *prepared) {
  struct str body = text_of(prepared);
  attribution_strip(attribution_add(arena, body, body, STR("Jira"), STR("https://a.org/")));
}

/* -- privacy -- */

static const struct str internal_hosts[] = {{"ci.example.org", 14}};
static const struct sanitise_rules rules = {
    .internal_hosts = internal_hosts, .internal_host_count = 1, .own_url = {"https://jira.corp/", 18}};

static void sanitise_new(struct arena *arena, const void *prepared) {
  sanitise_out(arena, CONTENT_TEXT, text_of(prepared), (struct str){0}, &rules);
}

/* What calls somebody has the whole text parsed, to see whether it is code. */
static void sanitise_calling(struct arena *arena, const void *prepared) {
  sanitise_out(arena, CONTENT_TEXT, str_format(arena, "@ann\n\n%.*s", STR_FMT(text_of(prepared))), (struct str){0},
               &rules);
}

static void sanitise_known(struct arena *arena, const void *prepared) {
  struct str text = text_of(prepared);
  sanitise_out(arena, CONTENT_TEXT, text, str_slice(text, 0, text.length / 2), &rules);
}

static void sanitise_back(struct arena *arena, const void *prepared) {
  struct str text = text_of(prepared);
  sanitise_in(arena, CONTENT_TEXT, text, str_format(arena, "%.*s\nx", STR_FMT(text)), &rules);
}

/* -- merges -- */

struct sides {
  struct str base, local, external;
};

static struct str as_local(struct arena *arena, struct str line, size_t number) {
  return number % 4 ? line : str_format(arena, "l%.*s", STR_FMT(line));
}

static struct str as_external(struct arena *arena, struct str line, size_t number) {
  return number % 4 != 2 ? line : str_format(arena, "x%.*s", STR_FMT(line));
}

static struct str all_local(struct arena *arena, struct str line, size_t number) {
  return str_format(arena, "l%zu%.*s", number, STR_FMT(line));
}

static struct str all_external(struct arena *arena, struct str line, size_t number) {
  return str_format(arena, "x%zu%.*s", number, STR_FMT(line));
}

static void *edited(struct arena *arena, struct str text) {
  struct sides *sides = ARENA_NEW(arena, struct sides);
  struct str base = canon_clean_text(arena, CONTENT_TEXT, text);
  *sides = (struct sides){base, growth_each_line(arena, base, as_local), growth_each_line(arena, base, as_external)};
  return sides;
}

static void *rewritten(struct arena *arena, struct str text) {
  struct sides *sides = ARENA_NEW(arena, struct sides);
  struct str base = canon_clean_text(arena, CONTENT_TEXT, text);
  *sides = (struct sides){base, growth_each_line(arena, base, all_local), growth_each_line(arena, base, all_external)};
  return sides;
}

static struct str reversed(struct arena *arena, struct str text, size_t step) {
  struct str_builder out = {.arena = arena};
  size_t count;
  struct str *lines = growth_lines(arena, text, &count);
  for (size_t first = 0; first < step; first++)
    for (size_t i = count; i-- > 0;)
      if (i % step == first) {
        str_append(&out, lines[i]);
        str_append_c(&out, "\n");
      }
  return str_built(&out);
}

static void *shuffled(struct arena *arena, struct str text) {
  struct sides *sides = ARENA_NEW(arena, struct sides);
  struct str base = canon_clean_text(arena, CONTENT_TEXT, text);
  *sides = (struct sides){base, reversed(arena, base, 1), reversed(arena, base, 7)};
  return sides;
}

static void merge(struct arena *arena, const void *prepared) {
  const struct sides *sides = prepared;
  struct str merged;
  bool done = merge_text(arena, sides->base, sides->local, sides->external, &merged);
  (void)done;
}

static void merge_marked(struct arena *arena, const void *prepared) {
  const struct sides *sides = prepared;
  merge_text_marked(arena, &sides->base, sides->local, sides->external);
}

static void merge_without_base(struct arena *arena, const void *prepared) {
  const struct sides *sides = prepared;
  merge_text_marked(arena, NULL, sides->local, sides->external);
}

static void beside_each_other(struct arena *arena, const void *prepared) {
  const struct sides *sides = prepared;
  const struct align_row *rows;
  align_texts(arena, sides->base, sides->local, sides->external, &rows);
}

/* Two versions of one long line, word by word. */
static void word_by_word(struct arena *arena, const void *prepared) {
  const struct sides *sides = prepared;
  struct str line = output_clean_line(arena, sides->local), other = output_clean_line(arena, sides->external);
  spans_shorten(arena, spans_compare(arena, line, &other, 1));
}

/* -- sets -- */

struct sets {
  struct value local, external, reversed;
  struct values before, after;
};

static struct value set_of(struct arena *arena, struct str text, size_t left_out) {
  size_t count, kept = 0;
  struct str *lines = growth_lines(arena, text, &count);
  for (size_t i = 0; i < count; i++)
    if (i % 5 != left_out)
      lines[kept++] = lines[i];
  return value_set(STR("labels"), lines, kept);
}

static struct value reversed_set(struct arena *arena, const struct value *set) {
  struct str *items = ARENA_ARRAY(arena, struct str, set->count);
  for (size_t i = 0; i < set->count; i++)
    items[i] = set->items[set->count - 1 - i];
  return value_set(set->name, items, set->count);
}

static void *two_sets(struct arena *arena, struct str text) {
  struct sets *sets = ARENA_NEW(arena, struct sets);
  sets->local = set_of(arena, text, 0);
  sets->external = set_of(arena, text, 1);
  sets->reversed = reversed_set(arena, &sets->local);
  sets->before = (struct values){&sets->local, 1};
  sets->after = (struct values){&sets->external, 1};
  return sets;
}

static void set_clean(struct arena *arena, const void *prepared) {
  canon_clean(arena, CONTENT_SET, &((const struct sets *)prepared)->local);
}

static void set_equal(struct arena *arena, const void *prepared) {
  const struct sets *sets = prepared;
  (void)arena;
  canon_equal(CONTENT_SET, &sets->local, &sets->external);
  value_equal(&sets->local, &sets->reversed);
}

static void set_combine(struct arena *arena, const void *prepared) {
  const struct sets *sets = prepared;
  sets_join(arena, &sets->local, &sets->external);
  sets_without(arena, &sets->local, &sets->external);
}

static void set_agree(struct arena *arena, const void *prepared) {
  const struct sets *sets = prepared;
  static const struct field_rule rule = {.field = {"labels", 6}};
  (void)arena;
  map_fields_agree(&rule, &sets->local, &sets->local);
}

/* Each member has a word of its own on the other side. */
static void set_mapped(struct arena *arena, const void *prepared) {
  const struct sets *sets = prepared;
  struct value_pair *table = ARENA_ARRAY(arena, struct value_pair, sets->local.count);
  for (size_t i = 0; i < sets->local.count; i++)
    table[i] = (struct value_pair){sets->local.items[i], sets->reversed.items[i]};
  const struct field_rule rule = {.field = {"labels", 6}, .table = table, .count = sets->local.count, .closed = true};
  map_fields_to_external(arena, &rule, &sets->local);
  map_fields_agree(&rule, &sets->local, &sets->reversed);
}

static void set_merge(struct arena *arena, const void *prepared) {
  const struct sets *sets = prepared;
  static const struct field_rule rule = {.field = {"labels", 6}};
  const struct merge_sides sides = {&sets->local, &sets->external, &sets->local, &sets->local};
  merge_sets(arena, &rule, &sides, true, true);
}

static void set_plan(struct arena *arena, const void *prepared) {
  const struct sets *sets = prepared;
  const struct plan_input input = {.local = sets->before,
                                   .external = sets->after,
                                   .shadow_local = sets->before,
                                   .shadow_external = sets->before,
                                   .external_fresh = true};
  plan_make(arena, &input);
}

static void set_create(struct arena *arena, const void *prepared) {
  const struct sets *sets = prepared;
  const struct plan_input input = {.local = sets->before, .external_fresh = true};
  plan_create(arena, &input);
}

static void set_receipt(struct arena *arena, const void *prepared) {
  const struct sets *sets = prepared;
  const struct plan_write write = {.has_delta = true, .add = sets->local, .remove = sets->external};
  plan_receipt(arena, &sets->local, &write, &sets->external);
}

static void set_hash(struct arena *arena, const void *prepared) {
  unsigned char hash[CANON_HASH_BYTES];
  (void)arena;
  canon_hash(&((const struct sets *)prepared)->before, hash);
}

static void set_file(struct arena *arena, const void *prepared) {
  const struct sets *sets = prepared;
  struct values read;
  growth_ignore(ticket_file_read(arena, ticket_file_write(arena, &sets->before), &sets->before, &read));
  ticket_file_changes(arena, &sets->before, &sets->after);
}

/* -- codecs -- */

static void *quoted(struct arena *arena, struct str text) {
  return growth_fill(arena, "{\"a\":$T}", text);
}

static void *object(struct arena *arena, struct str text) {
  return growth_fill(arena, "$M", text);
}

static void json(struct arena *arena, const void *prepared) {
  cJSON *tree = NULL;
  struct result result = json_parse(text_of(prepared), &tree);
  if (result_ok(&result))
    json_print(arena, tree);
}

static void json_values(struct arena *arena, const void *prepared) {
  struct values values;
  struct result result = json_to_values(arena, text_of(prepared), &values);
  if (result_ok(&result))
    json_values_text(arena, &values);
}

static void event_frame(struct arena *arena, const void *prepared) {
  struct stored_event event;
  growth_ignore(event_from_frame(arena, text_of(prepared), &event));
}

/* An event whose data is a ticket with the text in its body and its lines as labels. */
static void *event_with_text(struct arena *arena, struct str text) {
  struct str *frame = ARENA_NEW(arena, struct str);
  const struct stored_event event = {.id = STR("0b8ff0c4-7d1e-4c5e-8a56-0f6b6b1c9f10"),
                                     .type = STR("TicketUpdated"),
                                     .sequence = 1,
                                     .data = *(const struct str *)quoted(arena, text)};
  growth_ignore(event_to_frame(arena, &event, frame));
  if (!frame->at)
    *frame = text;
  return frame;
}

static void reply(struct arena *arena, const void *prepared) {
  for (int id = 0; id < VERB_COUNT; id += 7)
    growth_ignore(rpc_frames_reply(arena, (enum verb_id)id, text_of(prepared),
                                   arena_alloc(arena, verb_table[id].reply->size_bytes)));
}

/* What anybody may send to the store, as if it were any verb's request. */
static void requests(struct arena *arena, const void *prepared) {
  struct verb_request frame;
  growth_ignore(msgpack_decode(arena, &record_verb_request, text_of(prepared), &frame));
  for (int id = 0; id < VERB_COUNT; id += 7)
    growth_ignore(msgpack_decode(arena, verb_table[id].request, text_of(prepared),
                                 arena_alloc(arena, verb_table[id].request->size_bytes)));
}

static void edit_request(struct arena *arena, const void *prepared) {
  struct ticket_edit edit;
  growth_ignore(msgpack_decode(arena, verb_table[VERB_TICKET_EDIT].request, text_of(prepared), &edit));
}

static void *encoded(struct arena *arena, const struct ticket_edit *edit) {
  struct str *bytes = ARENA_NEW(arena, struct str);
  *bytes = msgpack_encode(arena, verb_table[VERB_TICKET_EDIT].request, edit);
  return bytes;
}

/* An edit of a long text and a large set. */
static void *edit_of_two(struct arena *arena, struct str text) {
  struct str body = canon_clean_text(arena, CONTENT_TEXT, text);
  const struct value set[] = {value_text(STR("body"), body), set_of(arena, body, 0)};
  return encoded(arena, &(struct ticket_edit){.key = STR("T-1"), .actor = STR("user:ann"), .set = {set, 2}});
}

/* An edit of as many fields as there are lines. */
static void *edit_of_many(struct arena *arena, struct str text) {
  size_t count;
  struct str *lines = growth_lines(arena, canon_clean_text(arena, CONTENT_TEXT, text), &count);
  struct value *set = ARENA_ARRAY(arena, struct value, count);
  for (size_t i = 0; i < count; i++)
    set[i] = value_text(lines[i], STR("v"));
  return encoded(arena, &(struct ticket_edit){.key = STR("T-1"), .actor = STR("user:ann"), .set = {set, count}});
}

/* -- files -- */

static void settings(struct arena *arena, const void *prepared) {
  struct settings read;
  settings_defaults(arena, &read);
  growth_ignore(settings_parse_yaml(arena, text_of(prepared), "tandem.yaml", &read));
}

static void mapping_file(struct arena *arena, const void *prepared) {
  struct mapping_file file = {0};
  growth_ignore(mapping_file_parse(arena, text_of(prepared), "mapping.yaml", &file));
}

static void pairs_file(struct arena *arena, const void *prepared) {
  struct pair *pairs;
  size_t count;
  growth_ignore(pairs_file_read(arena, text_of(prepared), &pairs, &count));
}

static void ticket_file(struct arena *arena, const void *prepared) {
  static const struct values none = {NULL, 0};
  struct values read;
  growth_ignore(ticket_file_read(arena, text_of(prepared), &none, &read));
}

static void *ticket_header(struct arena *arena, struct str text) {
  struct str *file = ARENA_NEW(arena, struct str);
  *file = str_format(arena, "---\ntitle: a\nlabels:\n%.*s\n---\n", STR_FMT(text));
  return file;
}

/* -- addresses and the terminal -- */

static void url(struct arena *arena, const void *prepared) {
  static const struct http_options options = {.response_bytes_max = 0};
  struct http_target target;
  struct result result = http_target_parse(&options, text_of(prepared), &target);
  (void)arena;
  if (result_ok(&result))
    curl_url_cleanup(target.url);
}

/* The headers of an answer that have a form. */
static void headers(struct arena *arena, const void *prepared) {
  static const char *const names[] = {"Retry-After", "Date"};
  struct http_header two[2];
  const struct http_response response = {.headers = two, .header_count = 2};
  (void)arena;
  for (size_t i = 0; i < 2; i++)
    two[i] = (struct http_header){str_of(names[i]), text_of(prepared)};
  http_retry_after_ms(&response);
  http_date_ms(&response);
  http_base_url(text_of(prepared));
}

static void *as_url(struct arena *arena, struct str text) {
  struct str *whole = ARENA_NEW(arena, struct str);
  *whole = str_format(arena, "https://%.*s", STR_FMT(text));
  return whole;
}

static void escape(struct arena *arena, const void *prepared) {
  http_escape(arena, text_of(prepared));
}

static void terminal(struct arena *arena, const void *prepared) {
  output_clean(arena, text_of(prepared));
  output_clean_line(arena, text_of(prepared));
}

const struct growth_subject growth_subjects[] = {
    {"canon_clean", MIB, NULL, clean_text},
    {"canon_text", MIB, NULL, canonical_text},
    {"canon_member", MIB, NULL, canonical_member},
    {"attribution", MIB, clean, attribution},
    {"sanitise_out", MIB, clean, sanitise_new},
    {"sanitise_out_calling", MIB, clean, sanitise_calling},
    {"sanitise_out_known", MIB, clean, sanitise_known},
    {"sanitise_in", MIB, clean, sanitise_back},
    {"merge_text_edited", MIB, edited, merge},
    {"merge_text_rewritten", MIB, rewritten, merge},
    {"merge_text_shuffled", MIB, shuffled, merge},
    {"merge_marked_edited", MIB, edited, merge_marked},
    {"merge_marked_rewritten", MIB, rewritten, merge_marked},
    {"merge_marked_shuffled", MIB, shuffled, merge_marked},
    {"merge_without_base", MIB, shuffled, merge_without_base},
    {"align_edited", MIB, edited, beside_each_other},
    {"align_shuffled", MIB, shuffled, beside_each_other},
    {"spans_edited", MIB, edited, word_by_word},
    {"spans_shuffled", MIB, shuffled, word_by_word},
    {"set_clean", SET_BYTES, two_sets, set_clean},
    {"set_equal", SET_BYTES, two_sets, set_equal},
    {"set_combine", SET_BYTES, two_sets, set_combine},
    {"set_agree", SET_BYTES, two_sets, set_agree},
    {"set_mapped", SET_BYTES, two_sets, set_mapped},
    {"set_merge", SET_BYTES, two_sets, set_merge},
    {"set_plan", SET_BYTES, two_sets, set_plan},
    {"set_create", SET_BYTES, two_sets, set_create},
    {"set_receipt", SET_BYTES, two_sets, set_receipt},
    {"set_hash", SET_BYTES, two_sets, set_hash},
    {"set_in_file", SET_BYTES, two_sets, set_file},
    {"json_text", 4 * MIB, quoted, json},
    {"json_any", 4 * MIB, NULL, json},
    {"json_members", MIB, object, json},
    {"json_values", MIB, object, json_values},
    {"event_frame", 4 * MIB, NULL, event_frame},
    {"event_with_text", MIB, event_with_text, event_frame},
    {"rpc_reply", 4 * MIB, NULL, reply},
    {"requests", 4 * MIB, NULL, requests},
    {"edit_request", 4 * MIB, edit_of_two, edit_request},
    {"edit_request_fields", 4 * MIB, edit_of_many, edit_request},
    {"settings_file", SETTINGS_FILE_BYTES_MAX, NULL, settings},
    {"mapping_file", MAPPING_FILE_BYTES_MAX, NULL, mapping_file},
    {"pairs_file", PAIRS_FILE_BYTES_MAX, NULL, pairs_file},
    {"ticket_file", MIB, NULL, ticket_file},
    {"ticket_file_header", MIB, ticket_header, ticket_file},
    {"url", URL_BYTES, as_url, url},
    {"headers", HEADER_BYTES, NULL, headers},
    {"url_escape", MIB, NULL, escape},
    {"terminal", MIB, NULL, terminal},
    {0},
};
