/* How many issues there are. GitHub's REST API has no list of ids: a page of a hundred whole issues costs one call, so
 * a scan of ids would cost what a full pull costs. Two calls tell the number: all issues with the pull requests among
 * them, less the pull requests. */
#include "adapter-github/github.h"
#include "adapter-github/hooks.h"

/* With one item a page the last page's number is how many there are. */
static struct result count_items(struct connection *c, struct arena *arena, struct str path, int64_t *out) {
  struct github_answer answer = {0};
  cJSON *list;
  TRY(github_get(c, arena, path, &answer));
  TRY(github_json("GET", &answer, &list));
  int64_t shown = cJSON_GetArraySize(list);
  cJSON_Delete(list);
  struct str last = github_link(answer.link, "last");
  *out = last.length ? github_page_number(last) : shown;
  return *out >= 0 ? RESULT_DONE : result_error(RESULT_RETRY, "GitHub's Link header has no page: %.*s", STR_FMT(last));
}

/* A token for issues alone may be all that a person wants to give: then nothing is wrong with the project. */
static struct result count_pulls(struct connection *c, struct arena *arena, int64_t *out) {
  struct result result = count_items(c, arena, STR("/pulls?state=all&per_page=1"), out);
  if (!github_refuses_only_this(c, arena, &result))
    return result;
  return result_error(RESULT_REJECTED,
                      "the credential may not count the pull requests of %.*s, so the issues are not counted either: "
                      "what polls miss is found at night; to have it found within the hour, give it the right "
                      "(Pull requests: read)",
                      STR_FMT(c->remote));
}

struct result github_scan(struct connection *c, struct arena *arena, struct str cursor, struct scan_found *out) {
  int64_t all = 0, pulls = 0;
  (void)cursor;
  TRY(count_items(c, arena, STR("/issues?state=all&per_page=1"), &all));
  TRY(count_pulls(c, arena, &pulls));
  if (pulls > all)
    return result_error(RESULT_RETRY, "GitHub counts more pull requests than issues");
  *out = (struct scan_found){.counted = true, .count = all - pulls, .done = true};
  return RESULT_DONE;
}
