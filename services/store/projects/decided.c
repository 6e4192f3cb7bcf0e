/* Settings before and after, member by member. */
#include "store/projects/decided.h"

#include "base/json.h"

/* More than this of rules is told by the names of their fields: a trail is read as a whole. */
enum { RULES_BYTES_MAX = 8192 };

static bool same(const cJSON *one, const cJSON *other) {
  return one && other && cJSON_Compare(one, other, true);
}

/* "https://tracker.example/api?key=secret" without the secret; one with a user is no setting (projects.c). */
static struct str plain_address(struct str url) {
  ptrdiff_t query = str_find(url, "?");
  return str_slice(url, 0, query < 0 ? url.length : (size_t)query);
}

static bool says_nothing(const cJSON *member) {
  return cJSON_IsFalse(member) || (cJSON_IsNumber(member) && member->valuedouble == 0) ||
         (cJSON_IsArray(member) && !member->child) || (cJSON_IsString(member) && !*member->valuestring);
}

static cJSON *without_defaults(cJSON *tree) {
  for (cJSON *member = tree->child, *next; member; member = next) {
    next = member->next;
    if (says_nothing(member))
      cJSON_Delete(cJSON_DetachItemViaPointer(tree, member));
  }
  return tree;
}

/* What both have, without what is told otherwise or is no setting. */
static cJSON *settings(struct arena *arena, const struct project *project) {
  static const char *const left_out[] = {"id", "name", "version", "state_reason", "rules", "options", "base_url"};
  if (!project)
    return cJSON_CreateObject();
  cJSON *tree = json_from_record(&record_project, project, true);
  for (size_t i = 0; i < sizeof left_out / sizeof left_out[0]; i++)
    cJSON_DeleteItemFromObjectCaseSensitive(tree, left_out[i]);
  cJSON_AddItemToObject(tree, "base_url", json_string(arena, plain_address(project->base_url)));
  return without_defaults(tree);
}

/* Each rule by its field. */
static cJSON *rules(struct arena *arena, const struct project *project) {
  cJSON *tree = cJSON_CreateObject();
  for (size_t i = 0; project && i < project->rules.count; i++) {
    cJSON *rule = json_from_record(&record_field_setting, &project->rules.at[i], true);
    cJSON_DeleteItemFromObjectCaseSensitive(rule, "field");
    cJSON_AddItemToObject(tree, str_c(arena, project->rules.at[i].field), without_defaults(rule));
  }
  return tree;
}

static cJSON *options(const struct project *project) {
  cJSON *tree = NULL;
  if (project && project->options.length) {
    struct result parsed = json_parse(project->options, &tree);
    tree = result_ok(&parsed) ? tree : NULL;
  }
  return tree ? tree : cJSON_CreateObject();
}

/* Takes both. */
static cJSON *difference(cJSON *before, cJSON *after) {
  cJSON *changed = cJSON_CreateObject();
  for (const cJSON *now = after->child; now; now = now->next)
    if (!same(cJSON_GetObjectItemCaseSensitive(before, now->string), now))
      cJSON_AddItemToObject(changed, now->string, cJSON_Duplicate(now, true));
  for (const cJSON *was = before->child; was; was = was->next)
    if (!cJSON_GetObjectItemCaseSensitive(after, was->string))
      cJSON_AddNullToObject(changed, was->string);
  cJSON_Delete(before);
  cJSON_Delete(after);
  return changed;
}

/* Takes it. */
static cJSON *names_of(cJSON *changed) {
  cJSON *names = cJSON_CreateArray();
  for (const cJSON *one = changed->child; one; one = one->next)
    cJSON_AddItemToArray(names, cJSON_CreateString(one->string));
  cJSON_Delete(changed);
  return names;
}

/* Takes `changed`. */
static void put(cJSON *detail, const char *name, cJSON *changed) {
  if (changed->child)
    cJSON_AddItemToObject(detail, name, changed);
  else
    cJSON_Delete(changed);
}

struct str decided_settings(struct call *call, const struct project *before, const struct project *after,
                            bool take_existing) {
  struct arena *arena = call->arena;
  cJSON *detail = difference(settings(arena, before), settings(arena, after));
  cJSON *changed = difference(rules(arena, before), rules(arena, after));
  bool is_long = json_print(arena, cJSON_Duplicate(changed, true)).length > RULES_BYTES_MAX;
  put(detail, "rules", is_long ? names_of(changed) : changed);
  put(detail, "options", names_of(difference(options(before), options(after))));
  if (take_existing)
    cJSON_AddTrueToObject(detail, "take_existing");
  return json_print(arena, detail);
}
