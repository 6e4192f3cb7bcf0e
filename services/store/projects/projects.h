/* Reading projects, for the verbs that need their settings. */
#ifndef STORE_PROJECTS_H
#define STORE_PROJECTS_H

#include "store/store.h"

/* Of a row of `select PROJECT_COLUMNS from project ...`. */
#define PROJECT_COLUMNS                                                                                     \
  "id, name, system, base_url, remote, credential, webhook_credential, direction, strategy, confirmed_by, " \
  "privacy_default, rules, listed_only, options, poll_interval_s, state, state_reason, version, "           \
  "array_to_json(array(select f.name from project_follow w join project f on f.id = w.followed_id "         \
  "where w.project_id = project.id order by f.name)) as follows"
struct result project_row(struct arena *arena, const struct rows *rows, size_t row, struct project *out) MUST_USE;

/* The project called `name`; RESULT_GONE with a clear message. */
struct result project_named(struct call *call, struct str name, struct project *out) MUST_USE;

/* Projects by name, after `after`, as many as there may be of both. */
struct projects_page {
  struct str name; /* this one alone; absent = all */
  struct str after;
  int64_t limit, bytes; /* the latter by estimate, of their statuses; there is always one */
};
struct result projects_page(struct call *call, const struct projects_page *page, struct project **out,
                            size_t *out_count, bool *out_more) MUST_USE;

/* All projects with these ids. */
struct result projects_of(struct call *call, const int64_t *ids, size_t count, struct project **out,
                          size_t *out_count) MUST_USE;

#endif
