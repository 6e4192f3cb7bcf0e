/* Small readers of what Jira writes in its own way. */
#include "adapter-jira/jira.h"
#include "base/clock.h"

/* The offset of RFC 3339 has a colon, Jira's has none. */
int64_t jira_time_ms(const cJSON *object, const char *path) {
  struct str text = json_text(object, path);
  struct arena scratch = {0};
  int64_t moment_ms = 0;
  char sign = text.length > 5 ? text.at[text.length - 5] : 0;
  if (sign == '+' || sign == '-')
    text = str_format(&scratch, "%.*s:%.*s", (int)(text.length - 2), text.at, 2, text.at + text.length - 2);
  clock_parse(text, &moment_ms);
  arena_free(&scratch);
  return moment_ms;
}

bool jira_is_number(struct str text) {
  int64_t number;
  return str_to_i64(text, &number) && number > 0;
}

bool jira_split_comment_id(struct str external_id, struct str *issue_id, struct str *comment_id) {
  ptrdiff_t colon = str_find(external_id, ":");
  if (colon <= 0)
    return false;
  *issue_id = str_slice(external_id, 0, (size_t)colon);
  *comment_id = str_slice(external_id, (size_t)colon + 1, external_id.length);
  return jira_is_number(*issue_id) && jira_is_number(*comment_id);
}
