/* Every document that this adapter sends to Linear, and nothing else: the contract tests validate them against Linear's
 * schema. Costs are in Linear's points (https://linear.app/developers/rate-limiting): 0.1 a property, 1 an object,
 * times the items of a page. */
#ifndef ADAPTER_LINEAR_QUERIES_H
#define ADAPTER_LINEAR_QUERIES_H

#include <stdbool.h>
#include <stdint.h>

struct linear_query {
  const char *name; /* of the operation */
  bool is_write;
  bool in_parts; /* of the nodes of its lists some may be taken though others failed */
  const char *text;
};

extern const struct linear_query linear_query_changes, linear_query_issues, linear_query_comments, linear_query_issue,
    linear_query_history, linear_query_comment, linear_query_issues_by_id, linear_query_comments_by_id,
    linear_query_viewer, linear_query_team, linear_query_states, linear_query_labels, linear_query_users,
    linear_query_projects, linear_query_cycles, linear_query_webhooks, linear_mutation_create_issue,
    linear_mutation_create_issues, linear_mutation_update_issue, linear_mutation_create_comment,
    linear_mutation_update_comment, linear_mutation_delete_comment, linear_mutation_create_label,
    linear_mutation_create_webhook, linear_mutation_update_webhook, linear_mutation_delete_webhook,
    linear_query_issue_ids;

/* All of them, ended by NULL. */
extern const struct linear_query *const linear_queries[];

enum {
  LINEAR_LABELS_IN_PAGE = 20, /* of one issue in a page; with more, the issue is fetched by itself */
  LINEAR_ISSUE_POINTS = 43,   /* one issue of a page */
  LINEAR_COMMENT_POINTS = 10, /* one comment of a page */
  LINEAR_QUERY_POINTS_MAX = 10000,
};

#endif
