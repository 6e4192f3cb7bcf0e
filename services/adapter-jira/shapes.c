/* Whether Jira shows a field's value in the form that its kind has. A field that was made anew with another type would
 * otherwise look empty, and empty it on the other side. */
#include "adapter-jira/jira.h"

static bool has_text(const cJSON *object, const char *name) {
  return cJSON_IsObject(object) && cJSON_IsString(json_member(object, name));
}

static bool fits_one(bool cloud, enum jira_kind kind, const cJSON *node) {
  switch (kind) {
  case KIND_LINE:
  case KIND_DATE:
  case KIND_DATETIME:
    return cJSON_IsString(node);
  case KIND_RICH:
    return cloud ? cJSON_IsObject(node) : cJSON_IsString(node);
  case KIND_NUMBER:
    return cJSON_IsNumber(node);
  case KIND_OPTION:
  case KIND_CASCADING:
    return has_text(node, "value");
  case KIND_NAME:
  case KIND_STATUS:
  case KIND_TYPE:
    return has_text(node, "name");
  case KIND_USER:
  case KIND_ASSIGNEE:
    return has_text(node, cloud ? "accountId" : "name");
  case KIND_PARENT:
    return has_text(node, "id");
  default:
    return false;
  }
}

static bool fits_each(bool cloud, enum jira_kind kind, const cJSON *list) {
  const cJSON *one;
  cJSON_ArrayForEach(one, list) {
    bool fits = kind == KIND_SPRINT ? cJSON_IsString(one) || cJSON_IsObject(one) : fits_one(cloud, kind, one);
    if (!fits)
      return false;
  }
  return cJSON_IsArray(list);
}

bool jira_kind_fits(bool cloud, enum jira_kind kind, const cJSON *node) {
  if (!node || cJSON_IsNull(node))
    return true;
  switch (kind) {
  case KIND_OPTIONS:
    return fits_each(cloud, KIND_OPTION, node);
  case KIND_NAMES:
    return fits_each(cloud, KIND_NAME, node);
  case KIND_LABELS:
    return fits_each(cloud, KIND_LINE, node);
  case KIND_USERS:
    return fits_each(cloud, KIND_USER, node);
  case KIND_SPRINT:
    return fits_each(cloud, KIND_SPRINT, node);
  default:
    return fits_one(cloud, kind, node);
  }
}
