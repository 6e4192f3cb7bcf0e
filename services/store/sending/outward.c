/* Field by field. */
#include "store/sending/outward.h"

#include "sync/attribution.h"
#include "sync/catalogue.h"
#include "sync/sanitise.h"

static struct sanitise_rules rules_of(struct call *call, struct str own_url) {
  return (struct sanitise_rules){
      .internal_hosts = call->internal_hosts, .internal_host_count = call->internal_host_count, .own_url = own_url};
}

static struct str text_of(const struct values *values, struct str name) {
  const struct value *value = values_find(values, name);
  return value && value->kind == VALUE_TEXT ? value->text : (struct str){0};
}

/* What names another ticket is a key, whatever it looks like. */
static bool is_told(const struct value *value) {
  return value->kind == VALUE_TEXT && !catalogue_is_reference(value->name);
}

struct values outward_leaving(struct call *call, struct str own_url, const struct values *values,
                              const struct values *known) {
  struct sanitise_rules rules = rules_of(call, own_url);
  struct value *out = ARENA_ARRAY(call->arena, struct value, values->count);
  for (size_t i = 0; i < values->count; i++) {
    out[i] = values->at[i];
    if (is_told(&out[i]))
      out[i].text = sanitise_out(call->arena, catalogue_kind(out[i].name, VALUE_TEXT), out[i].text,
                                 text_of(known, out[i].name), &rules);
  }
  return (struct values){out, values->count};
}

struct values outward_coming(struct call *call, struct str own_url, const struct values *seen,
                             const struct values *local) {
  struct sanitise_rules rules = rules_of(call, own_url);
  struct value *out = ARENA_ARRAY(call->arena, struct value, seen->count);
  for (size_t i = 0; i < seen->count; i++) {
    out[i] = seen->at[i];
    const struct value *here = values_find(local, out[i].name);
    if (is_told(&out[i]) && here && here->kind == VALUE_TEXT)
      out[i].text = sanitise_in(call->arena, catalogue_kind(out[i].name, VALUE_TEXT), here->text, out[i].text, &rules);
  }
  return (struct values){out, seen->count};
}

bool outward_is_internal(struct call *call, struct str own_url, struct str url) {
  struct sanitise_rules rules = rules_of(call, own_url);
  return sanitise_is_internal(url, &rules);
}

/* The line that tells who wrote a comment elsewhere is no part of it. */
static struct values without_attribution(struct arena *arena, const struct values *values) {
  struct value *own = ARENA_ARRAY(arena, struct value, values->count);
  for (size_t i = 0; i < values->count; i++) {
    own[i] = values->at[i];
    if (str_is(own[i].name, "body"))
      own[i].text = attribution_strip(own[i].text);
  }
  return (struct values){own, values->count};
}

struct values outward_understood(struct call *call, const struct outward_mapping *mapping,
                                 const struct values *fields) {
  /* What was left out on the way has not changed: read in the words that were sent. */
  const struct values *sent = mapping->shadow_local.count ? &mapping->shadow_local : &mapping->local;
  struct values own = mapping->is_foreign ? without_attribution(call->arena, fields) : *fields;
  return outward_coming(call, mapping->own_url, &own, sent);
}
