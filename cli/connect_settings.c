/* From options and answers to project settings. */
#include "cli/connect_settings.h"

#include "base/settings.h"

#include "base/json.h"
#include "base/secret_file.h"
#include "cli/prompt.h"

/* -- credentials -- */

static struct str json_of(struct arena *arena, const char *const *names, const struct str *texts, size_t count) {
  struct str_builder text = {.arena = arena};
  for (size_t i = 0; i < count; i++) {
    str_append_format(&text, "%s\"%s\":", i ? "," : "{", names[i]);
    json_append_quoted(&text, texts[i]);
  }
  str_append_c(&text, "}");
  return str_built(&text);
}

static struct result read_secret(struct invocation *call, struct str path, struct str *out) {
  struct secret secret;
  TRY(secret_file_read(call->arena, str_c(call->arena, path), &secret));
  *out = secret.hidden;
  return RESULT_DONE;
}

static struct result app_credential(struct invocation *call, struct connect_credential *out) {
  static const char *const names[] = {"app_id", "installation_id", "private_key"};
  struct str app = invocation_text(call, "app-id"), installation = invocation_text(call, "installation-id");
  struct str key_file = invocation_text(call, "app-key-file");
  if (!app.at || !installation.at || !key_file.at)
    return invocation_usage(call, "a GitHub App needs --app-id, --installation-id and --app-key-file together.");
  struct str key;
  TRY(read_secret(call, key_file, &key));
  const struct str texts[] = {app, installation, key};
  *out = (struct connect_credential){STR("app"), json_of(call->arena, names, texts, 3)};
  return RESULT_DONE;
}

struct result connect_settings_credential(struct invocation *call, struct connect_credential *out) {
  static const char *const names[] = {"token"};
  struct str file = invocation_text(call, "token-file"), token;
  bool app = invocation_flag(call, "app-id") || invocation_flag(call, "app-key-file") ||
             invocation_flag(call, "installation-id");
  if (file.at && app)
    return invocation_usage(call, "--token-file and --app-id are two ways to the same end: give one.");
  if (app)
    return app_credential(call, out);
  if (file.at) {
    TRY(read_secret(call, file, &token));
  } else if (invocation_may_ask(call)) {
    output_note(call->output, "A personal access token that may read and write issues "
                              "(https://github.com/settings/personal-access-tokens).");
    TRY(prompt_secret(call, "Token", &token));
  } else {
    return invocation_usage(call, "a credential is missing: --token-file FILE, or --app-id with --installation-id and "
                                  "--app-key-file. A secret is never an argument itself.");
  }
  *out = (struct connect_credential){STR("pat"), json_of(call->arena, names, &token, 1)};
  return RESULT_DONE;
}

/* -- field rules -- */

/* Where two locals share one external word the first pair wins on the way in, so open stands before in_progress. */
static const struct value_name github_statuses[] = {
    {{"open", 4}, {"open", 4}},
    {{"done", 4}, {"closed:completed", 16}},
    {{"cancelled", 9}, {"closed:not_planned", 18}},
    {{"duplicate", 9}, {"closed:duplicate", 16}},
    {{"in_progress", 11}, {"open", 4}},
};
enum { STATUS_COUNT = sizeof github_statuses / sizeof github_statuses[0], RULES_MAX = 32 };

struct rules {
  struct arena *arena;
  struct field_setting *at;
  size_t count;
};

static struct field_setting *rule_for(struct rules *rules, struct str field) {
  for (size_t i = 0; i < rules->count; i++)
    if (str_equal(rules->at[i].field, field))
      return &rules->at[i];
  if (rules->count == RULES_MAX)
    return NULL;
  rules->at[rules->count].field = field;
  return &rules->at[rules->count++];
}

/* A pair that a person gives stands before the ones that are there, and replaces the one for the same local word. */
static void put_pair(struct rules *rules, struct field_setting *rule, struct value_name pair) {
  struct value_name *pairs = ARENA_ARRAY(rules->arena, struct value_name, rule->table.count + 1);
  size_t count = 0;
  pairs[count++] = pair;
  for (size_t i = 0; i < rule->table.count; i++)
    if (!str_equal(rule->table.at[i].local, pair.local))
      pairs[count++] = rule->table.at[i];
  rule->table.at = pairs;
  rule->table.count = count;
}

/* "FIELD:LOCAL=EXTERNAL"; the external word may have colons and equals signs of its own. */
static bool split_map(struct str text, struct str *field, struct value_name *pair) {
  ptrdiff_t colon = str_find(text, ":");
  struct str rest = str_slice(text, colon < 0 ? text.length : (size_t)colon + 1, text.length);
  ptrdiff_t equals = str_find(rest, "=");
  if (colon <= 0 || equals <= 0)
    return false;
  *field = str_slice(text, 0, (size_t)colon);
  *pair = (struct value_name){str_slice(rest, 0, (size_t)equals), str_slice(rest, (size_t)equals + 1, rest.length)};
  return pair->external.length > 0;
}

static struct result apply_maps(struct invocation *call, struct rules *rules) {
  struct list maps = invocation_list(call, "map");
  /* Backwards, because each goes to the front: so the first one given wins. */
  for (size_t i = maps.count; i-- > 0;) {
    struct str text = ((const struct str *)maps.at)[i], field;
    struct value_name pair;
    if (!split_map(text, &field, &pair))
      return invocation_usage(call, "--map is FIELD:LOCAL=EXTERNAL, as in labels:bug=kind/bug, not `%.*s`.",
                              STR_FMT(text));
    struct field_setting *rule = rule_for(rules, field);
    if (!rule)
      return invocation_usage(call, "rules for more than %d fields.", RULES_MAX);
    put_pair(rules, rule, pair);
  }
  return RESULT_DONE;
}

static bool is_direction(struct str text) {
  return str_is(text, "push") || str_is(text, "pull") || str_is(text, "bidirectional") || str_is(text, "disabled");
}

static struct result apply_directions(struct invocation *call, struct rules *rules) {
  struct list given = invocation_list(call, "field-direction");
  for (size_t i = 0; i < given.count; i++) {
    struct str text = ((const struct str *)given.at)[i];
    ptrdiff_t equals = str_find(text, "=");
    struct str direction = str_slice(text, equals < 0 ? text.length : (size_t)equals + 1, text.length);
    struct field_setting *rule =
        equals > 0 && is_direction(direction) ? rule_for(rules, str_slice(text, 0, (size_t)equals)) : NULL;
    if (!rule)
      return invocation_usage(call,
                              "--field-direction is FIELD=push, pull, bidirectional or disabled, as in "
                              "assignees=pull, not `%.*s`.",
                              STR_FMT(text));
    rule->direction = direction;
  }
  return RESULT_DONE;
}

struct result connect_settings_rules(struct invocation *call, struct project *project) {
  struct rules rules = {call->arena, ARENA_ARRAY(call->arena, struct field_setting, RULES_MAX), 0};
  struct field_setting *status = rule_for(&rules, STR("status"));
  status->table.at = github_statuses;
  status->table.count = STATUS_COUNT;
  TRY(apply_maps(call, &rules));
  TRY(apply_directions(call, &rules));
  project->rules.at = rules.at;
  project->rules.count = rules.count;
  return RESULT_DONE;
}

/* -- policy -- */

/* The option, else a question on a terminal, else the default. */
static struct result choose(struct invocation *call, const char *option, const char *question, const char *choices,
                            const char *fallback, struct str *out) {
  *out = invocation_text(call, option);
  if (out->at)
    return RESULT_DONE;
  *out = str_of(fallback);
  bool ask = invocation_may_ask(call) && !invocation_flag(call, "yes");
  return ask ? prompt_choice(call, question, choices, str_of(fallback), out) : RESULT_DONE;
}

static const char override_warning[] =
    "lets changes from outside replace local ones without asking (each is kept and can be brought back)";

static bool overrides(struct str strategy) {
  return str_is(strategy, "external_wins") || str_is(strategy, "newest_wins");
}

struct result connect_settings_check(struct invocation *call) {
  struct str strategy = invocation_text(call, "strategy");
  if (!overrides(strategy) || invocation_text(call, "confirmed-by").length || invocation_may_ask(call))
    return RESULT_DONE;
  return invocation_usage(call, "--strategy %.*s %s. A person has to stand for it: --confirmed-by NAME.",
                          STR_FMT(strategy), override_warning);
}

static struct result confirm_strategy(struct invocation *call, struct project *project) {
  project->confirmed_by = invocation_text(call, "confirmed-by");
  if (!overrides(project->strategy) || project->confirmed_by.length)
    return RESULT_DONE;
  output_note(call->output, "The strategy %.*s %s.", STR_FMT(project->strategy), override_warning);
  return prompt_line(call, "Your name, if you want that", (struct str){0}, &project->confirmed_by);
}

struct result connect_settings_policy(struct invocation *call, struct project *project) {
  TRY(choose(call, "direction", "Which way do changes go", "push|pull|bidirectional|disabled", "bidirectional",
             &project->direction));
  TRY(choose(call, "strategy", "When both sides changed the same field",
             "manual|local_wins|external_wins|newest_wins|merge", "manual", &project->strategy));
  TRY(confirm_strategy(call, project));
  TRY(choose(call, "privacy", "Tickets made here for this project are", "local_only|shareable|public", "shareable",
             &project->privacy_default));
  struct settings settings;
  TRY(invocation_settings(call, &settings));
  project->poll_interval_s = invocation_number(call, "poll-interval", settings.poll_interval_s);
  return RESULT_DONE;
}
