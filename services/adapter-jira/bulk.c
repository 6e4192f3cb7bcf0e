/* The answer to a creation of several issues: `issues` in the order asked for, without those that `errors` names by
 * `failedElementNumber`, from 0.
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-bulk-post */
#include "adapter-jira/jira.h"

static bool take_failure(const cJSON *error, size_t count, struct jira_element *out) {
  const cJSON *number = json_member(error, "failedElementNumber");
  if (!cJSON_IsNumber(number) || number->valuedouble < 0 || number->valuedouble >= (double)count)
    return false;
  struct jira_element *element = &out[(size_t)number->valuedouble];
  bool first = !element->failure;
  element->failure = error;
  return first;
}

bool jira_match_bulk(const cJSON *answer, size_t count, struct jira_element *out) {
  const cJSON *issues = json_member(answer, "issues"), *errors = json_member(answer, "errors"), *error;
  const cJSON *issue = issues ? issues->child : NULL;
  memset(out, 0, count * sizeof *out);
  cJSON_ArrayForEach(error, errors) {
    if (!cJSON_IsArray(errors) || !take_failure(error, count, out))
      return false;
  }
  for (size_t i = 0; i < count; i++) {
    if (out[i].failure)
      continue;
    if (!issue)
      return false;
    out[i].id = json_text(issue, "id");
    if (!jira_is_number(out[i].id))
      return false;
    issue = issue->next;
  }
  return !issue;
}
