/* The documents. An issue of a page shows few labels and attachments, since Linear charges what could come; a 21st
 * label tells that the issue is to be fetched by itself. */
#include "adapter-linear/queries.h"

#include <stddef.h>

#define PAGE_INFO " pageInfo { hasNextPage endCursor } "
#define BACKWARD_INFO " pageInfo { hasPreviousPage startCursor } "

#define ISSUE_OF_A_PAGE " ...Issue labels(first: 21) { nodes { name } } "

#define ISSUE_FRAGMENT                                                                    \
  " fragment Issue on Issue { id identifier url title description priority estimate "     \
  "dueDate createdAt updatedAt archivedAt trashed team { id key } state { name } "        \
  "assignee { displayName } creator { displayName isMe } botActor { name } parent { id }" \
  " project { name } cycle { number name } "                                              \
  "attachments(first: 5) { nodes { title url } } } "

/* One issue by itself, with all of its labels. */
#define WHOLE_ISSUE " { ...Issue labels(first: 250) { nodes { name } } } "

#define COMMENT_FRAGMENT                                                             \
  " fragment Comment on Comment { id body url createdAt updatedAt archivedAt "       \
  "user { displayName isMe } botActor { name } parent { id } issue { id identifier " \
  "trashed team { id key } } } "

/* Linear lists the newest first. Pages are taken from the end, the oldest, and by the time of creation, which never
 * changes: so no edit meanwhile moves an item over the border of a page. */
#define ISSUES_FIELD(filter)                                        \
  " issues(last: $issues, before: $before, includeArchived: true, " \
  "orderBy: createdAt, filter: " filter ") { nodes { " ISSUE_OF_A_PAGE " }" BACKWARD_INFO "} "

#define COMMENTS_FIELD(filter)                                                              \
  " comments(last: $comments, before: $before, includeArchived: true, orderBy: createdAt, " \
  "filter: " filter ") { nodes { ...Comment }" BACKWARD_INFO "} "

/* A poll is one call: the oldest page of both. */
const struct linear_query linear_query_changes = {
    "Changes", false,
    "query Changes($issues: Int!, $comments: Int!, $issueFilter: IssueFilter!, $commentFilter: CommentFilter!, "
    "$before: String) {" ISSUES_FIELD("$issueFilter")
        COMMENTS_FIELD("$commentFilter") "}" ISSUE_FRAGMENT COMMENT_FRAGMENT};

const struct linear_query linear_query_issues = {
    "Issues", false,
    "query Issues($issues: Int!, $issueFilter: IssueFilter!, $before: String) {" ISSUES_FIELD(
        "$issueFilter") "}" ISSUE_FRAGMENT};

const struct linear_query linear_query_comments = {
    "Comments", false,
    "query Comments($comments: Int!, $commentFilter: CommentFilter!, $before: String) {" COMMENTS_FIELD(
        "$commentFilter") "}" COMMENT_FRAGMENT};

const struct linear_query linear_query_issue = {
    "Issue", false, "query Issue($id: String!) { issue(id: $id)" WHOLE_ISSUE "}" ISSUE_FRAGMENT};

const struct linear_query linear_query_comment = {
    "Comment", false, "query Comment($id: String) { comment(id: $id) { ...Comment } }" COMMENT_FRAGMENT};

const struct linear_query linear_query_viewer = {
    "Viewer", false, "query Viewer { viewer { displayName admin } organization { urlKey } }"};

const struct linear_query linear_query_team = {
    "Team", false,
    "query Team($filter: TeamFilter!) { teams(first: 2, includeArchived: true, filter: $filter) { nodes { id key name "
    "private archivedAt issueCount(includeArchived: true) issueEstimationType } } organization { urlKey } }"};

const struct linear_query linear_query_states = {
    "States", false,
    "query States($first: Int!, $after: String, $filter: WorkflowStateFilter) { workflowStates(first: $first, after: "
    "$after, filter: $filter) { nodes { id name type position }" PAGE_INFO "} }"};

const struct linear_query linear_query_labels = {
    "Labels", false,
    "query Labels($first: Int!, $after: String, $filter: IssueLabelFilter) { issueLabels(first: $first, after: $after, "
    "filter: $filter) { nodes { id name isGroup }" PAGE_INFO "} }"};

const struct linear_query linear_query_users = {
    "Users", false,
    "query Users($first: Int!, $after: String, $filter: UserFilter) { users(first: $first, after: $after, filter: "
    "$filter) { nodes { id displayName email active }" PAGE_INFO "} }"};

const struct linear_query linear_query_projects = {
    "Projects", false,
    "query Projects($first: Int!, $after: String, $filter: ProjectFilter) { projects(first: $first, after: $after, "
    "filter: $filter) { nodes { id name }" PAGE_INFO "} }"};

const struct linear_query linear_query_cycles = {
    "Cycles", false,
    "query Cycles($first: Int!, $after: String, $filter: CycleFilter) { cycles(first: $first, after: $after, filter: "
    "$filter) { nodes { id number name }" PAGE_INFO "} }"};

const struct linear_query linear_query_webhooks = {"Webhooks", false,
                                                   "query Webhooks($first: Int!, $after: String) { webhooks(first: "
                                                   "$first, after: $after) { nodes { id url team { id } "
                                                   "}" PAGE_INFO "} }"};

const struct linear_query linear_mutation_create_issue = {
    "CreateIssue", true,
    "mutation CreateIssue($input: IssueCreateInput!) { written: issueCreate(input: $input) { success issue" WHOLE_ISSUE
    "} }" ISSUE_FRAGMENT};

const struct linear_query linear_mutation_update_issue = {
    "UpdateIssue", true,
    "mutation UpdateIssue($id: String!, $input: IssueUpdateInput!) { written: issueUpdate(id: $id, input: $input) { "
    "success issue" WHOLE_ISSUE "} }" ISSUE_FRAGMENT};

const struct linear_query linear_mutation_create_comment = {
    "CreateComment", true,
    "mutation CreateComment($input: CommentCreateInput!) { written: commentCreate(input: $input) { success comment { "
    "...Comment } } }" COMMENT_FRAGMENT};

const struct linear_query linear_mutation_update_comment = {
    "UpdateComment", true,
    "mutation UpdateComment($id: String!, $input: CommentUpdateInput!) { written: commentUpdate(id: $id, input: "
    "$input) "
    "{ success comment { ...Comment } } }" COMMENT_FRAGMENT};

const struct linear_query linear_mutation_delete_comment = {
    "DeleteComment", true, "mutation DeleteComment($id: String!) { written: commentDelete(id: $id) { success } }"};

const struct linear_query linear_mutation_create_label = {
    "CreateLabel", true,
    "mutation CreateLabel($input: IssueLabelCreateInput!) { written: issueLabelCreate(input: $input) { success "
    "issueLabel { id name isGroup } } }"};

const struct linear_query linear_mutation_create_webhook = {
    "CreateWebhook", true,
    "mutation CreateWebhook($input: WebhookCreateInput!) { written: webhookCreate(input: $input) { success webhook { "
    "id "
    "} } }"};

const struct linear_query linear_mutation_update_webhook = {
    "UpdateWebhook", true,
    "mutation UpdateWebhook($id: String!, $input: WebhookUpdateInput!) { written: webhookUpdate(id: $id, input: "
    "$input) "
    "{ success webhook { id } } }"};

const struct linear_query *const linear_queries[] = {
    &linear_query_changes,
    &linear_query_issues,
    &linear_query_comments,
    &linear_query_issue,
    &linear_query_comment,
    &linear_query_viewer,
    &linear_query_team,
    &linear_query_states,
    &linear_query_labels,
    &linear_query_users,
    &linear_query_projects,
    &linear_query_cycles,
    &linear_query_webhooks,
    &linear_mutation_create_issue,
    &linear_mutation_update_issue,
    &linear_mutation_create_comment,
    &linear_mutation_update_comment,
    &linear_mutation_delete_comment,
    &linear_mutation_create_label,
    &linear_mutation_create_webhook,
    &linear_mutation_update_webhook,
    NULL,
};
