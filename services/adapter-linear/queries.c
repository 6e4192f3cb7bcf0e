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

/* A change: who made it, and what it was before and after; of texts and labels nothing. */
#define CHANGE                                                                           \
  " createdAt updatedAt actor { isMe } fromTitle toTitle "                               \
  "fromStateId fromState { name } toStateId toState { name } fromPriority toPriority "   \
  "fromAssigneeId fromAssignee { displayName } toAssigneeId toAssignee { displayName } " \
  "fromEstimate toEstimate fromDueDate toDueDate fromParentId toParentId "               \
  "fromProjectId fromProject { name } toProjectId toProject { name } "                   \
  "fromCycleId fromCycle { number name } toCycleId toCycle { number name } "

/* What the newest changes were: the one of the mutation that asks is among them. */
#define NEWEST_CHANGES " history(first: 5) { nodes {" CHANGE "} } "

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
    .name = "Changes",
    .in_parts = true,
    .text = "query Changes($issues: Int!, $comments: Int!, $issueFilter: IssueFilter!, $commentFilter: CommentFilter!, "
            "$before: String) {" ISSUES_FIELD("$issueFilter")
                COMMENTS_FIELD("$commentFilter") "}" ISSUE_FRAGMENT COMMENT_FRAGMENT};

const struct linear_query linear_query_issues = {
    .name = "Issues",
    .in_parts = true,
    .text = "query Issues($issues: Int!, $issueFilter: IssueFilter!, $before: String) {" ISSUES_FIELD(
        "$issueFilter") "}" ISSUE_FRAGMENT};

const struct linear_query linear_query_comments = {
    .name = "Comments",
    .in_parts = true,
    .text = "query Comments($comments: Int!, $commentFilter: CommentFilter!, $before: String) {" COMMENTS_FIELD(
        "$commentFilter") "}" COMMENT_FRAGMENT};

const struct linear_query linear_query_issue = {
    .name = "Issue", .text = "query Issue($id: String!) { issue(id: $id)" WHOLE_ISSUE "}" ISSUE_FRAGMENT};

/* All that can have happened since an update that was not answered. */
const struct linear_query linear_query_history = {
    .name = "History",
    .text = "query History($id: String!) { issue(id: $id) { id history(first: 50) { nodes {" CHANGE
            "addedLabels { name } removedLabels { name } } } } }"};

/* Several by their ids; those that are not there are left out. */
const struct linear_query linear_query_issues_by_id = {
    .name = "IssuesById",
    .in_parts = true,
    .text = "query IssuesById($first: Int!, $ids: [ID!]!) { issues(first: $first, includeArchived: true, "
            "filter: {id: {in: $ids}}) { nodes { " ISSUE_OF_A_PAGE " } } }" ISSUE_FRAGMENT};

const struct linear_query linear_query_comments_by_id = {
    .name = "CommentsById",
    .in_parts = true,
    .text = "query CommentsById($first: Int!, $ids: [ID!]!) { comments(first: $first, includeArchived: true, "
            "filter: {id: {in: $ids}}) { nodes { ...Comment } } }" COMMENT_FRAGMENT};

const struct linear_query linear_query_comment = {
    .name = "Comment", .text = "query Comment($id: String) { comment(id: $id) { ...Comment } }" COMMENT_FRAGMENT};

const struct linear_query linear_query_viewer = {
    .name = "Viewer", .text = "query Viewer { viewer { displayName admin } organization { urlKey } }"};

const struct linear_query linear_query_team = {
    .name = "Team",
    .text = "query Team($filter: TeamFilter!) { teams(first: 2, includeArchived: true, filter: $filter) { nodes { id "
            "key name "
            "private archivedAt issueCount(includeArchived: true) issueEstimationType } } organization { urlKey } }"};

const struct linear_query linear_query_states = {
    .name = "States",
    .text = "query States($first: Int!, $after: String, $filter: WorkflowStateFilter) { workflowStates(first: $first, "
            "after: "
            "$after, filter: $filter) { nodes { id name type position }" PAGE_INFO "} }"};

const struct linear_query linear_query_labels = {.name = "Labels",
                                                 .text =
                                                     "query Labels($first: Int!, $after: String, $filter: "
                                                     "IssueLabelFilter) { issueLabels(first: $first, after: $after, "
                                                     "filter: $filter) { nodes { id name isGroup }" PAGE_INFO "} }"};

const struct linear_query linear_query_users = {
    .name = "Users",
    .text =
        "query Users($first: Int!, $after: String, $filter: UserFilter) { users(first: $first, after: $after, filter: "
        "$filter) { nodes { id displayName email active }" PAGE_INFO "} }"};

const struct linear_query linear_query_projects = {
    .name = "Projects",
    .text =
        "query Projects($first: Int!, $after: String, $filter: ProjectFilter) { projects(first: $first, after: $after, "
        "filter: $filter) { nodes { id name }" PAGE_INFO "} }"};

const struct linear_query linear_query_cycles = {.name = "Cycles",
                                                 .text = "query Cycles($first: Int!, $after: String, $filter: "
                                                         "CycleFilter) { cycles(first: $first, after: $after, filter: "
                                                         "$filter) { nodes { id number name }" PAGE_INFO "} }"};

const struct linear_query linear_query_webhooks = {
    .name = "Webhooks",
    .text = "query Webhooks($first: Int!, $after: String) { webhooks(first: "
            "$first, after: $after) { nodes { id url enabled resourceTypes team { "
            "id } }" PAGE_INFO "} }"};

/* Ids alone cost next to nothing: 0.1 points each. */
const struct linear_query linear_query_issue_ids = {
    .name = "IssueIds",
    .text =
        "query IssueIds($first: Int!, $after: String, $filter: IssueFilter!) { issues(first: $first, after: $after, "
        "includeArchived: true, orderBy: createdAt, filter: $filter) { nodes { id trashed }" PAGE_INFO "} }"};

const struct linear_query linear_mutation_create_issue = {
    .name = "CreateIssue",
    .is_write = true,
    .text = "mutation CreateIssue($input: IssueCreateInput!) { written: issueCreate(input: $input) { success "
            "issue" WHOLE_ISSUE "} }" ISSUE_FRAGMENT};

/* All or none. */
const struct linear_query linear_mutation_create_issues = {
    .name = "CreateIssues",
    .is_write = true,
    .text =
        "mutation CreateIssues($input: IssueBatchCreateInput!) { written: issueBatchCreate(input: $input) { success "
        "issues {" ISSUE_OF_A_PAGE "} } }" ISSUE_FRAGMENT};

const struct linear_query linear_mutation_update_issue = {
    .name = "UpdateIssue",
    .is_write = true,
    .text = "mutation UpdateIssue($id: String!, $input: IssueUpdateInput!) { written: issueUpdate(id: $id, input: "
            "$input) { success issue { ...Issue labels(first: 250) { nodes { name } } " NEWEST_CHANGES
            "} } }" ISSUE_FRAGMENT};

const struct linear_query linear_mutation_create_comment = {
    .name = "CreateComment",
    .is_write = true,
    .text = "mutation CreateComment($input: CommentCreateInput!) { written: commentCreate(input: $input) { success "
            "comment { "
            "...Comment } } }" COMMENT_FRAGMENT};

const struct linear_query linear_mutation_update_comment = {
    .name = "UpdateComment",
    .is_write = true,
    .text =
        "mutation UpdateComment($id: String!, $input: CommentUpdateInput!) { written: commentUpdate(id: $id, input: "
        "$input) "
        "{ success comment { ...Comment } } }" COMMENT_FRAGMENT};

const struct linear_query linear_mutation_delete_comment = {
    .name = "DeleteComment",
    .is_write = true,
    .text = "mutation DeleteComment($id: String!) { written: commentDelete(id: $id) { success } }"};

const struct linear_query linear_mutation_create_label = {
    .name = "CreateLabel",
    .is_write = true,
    .text = "mutation CreateLabel($input: IssueLabelCreateInput!) { written: issueLabelCreate(input: $input) { success "
            "issueLabel { id name isGroup } } }"};

const struct linear_query linear_mutation_create_webhook = {
    .name = "CreateWebhook",
    .is_write = true,
    .text = "mutation CreateWebhook($input: WebhookCreateInput!) { written: webhookCreate(input: $input) { success "
            "webhook { "
            "id "
            "} } }"};

const struct linear_query linear_mutation_update_webhook = {
    .name = "UpdateWebhook",
    .is_write = true,
    .text =
        "mutation UpdateWebhook($id: String!, $input: WebhookUpdateInput!) { written: webhookUpdate(id: $id, input: "
        "$input) "
        "{ success webhook { id } } }"};

const struct linear_query linear_mutation_delete_webhook = {
    .name = "DeleteWebhook",
    .is_write = true,
    .text = "mutation DeleteWebhook($id: String!) { written: webhookDelete(id: $id) { success } }"};

const struct linear_query *const linear_queries[] = {
    &linear_query_changes,
    &linear_query_issues,
    &linear_query_comments,
    &linear_query_issue,
    &linear_query_history,
    &linear_query_comment,
    &linear_query_issues_by_id,
    &linear_query_comments_by_id,
    &linear_query_viewer,
    &linear_query_team,
    &linear_query_states,
    &linear_query_labels,
    &linear_query_users,
    &linear_query_projects,
    &linear_query_cycles,
    &linear_query_webhooks,
    &linear_query_issue_ids,
    &linear_mutation_create_issue,
    &linear_mutation_create_issues,
    &linear_mutation_update_issue,
    &linear_mutation_create_comment,
    &linear_mutation_update_comment,
    &linear_mutation_delete_comment,
    &linear_mutation_create_label,
    &linear_mutation_create_webhook,
    &linear_mutation_update_webhook,
    &linear_mutation_delete_webhook,
    NULL,
};
