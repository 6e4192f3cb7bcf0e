/* Is it a document at all, and small enough to be walked? Node types that are not known here are fine: they are carried
 * as they are. */
#include "adapter-jira/richtext/node.h"

struct check {
  int64_t nodes;
  int64_t bytes;
};

static struct result check_marks(const cJSON *node) {
  const cJSON *marks = cJSON_GetObjectItemCaseSensitive(node, "marks"), *mark;
  if (marks && !cJSON_IsArray(marks))
    return result_error(RESULT_REJECTED, "the marks of a %.*s are no list", STR_FMT(adf_type(node)));
  cJSON_ArrayForEach(mark, marks) {
    if (adf_type(mark).length == 0)
      return result_error(RESULT_REJECTED, "a mark of a %.*s has no type", STR_FMT(adf_type(node)));
    if (adf_is(mark, "link") && str_is_absent(adf_attr(mark, "href")))
      return result_error(RESULT_REJECTED, "a link has no href");
  }
  return RESULT_DONE;
}

static struct result check_members(struct check *check, const cJSON *node) {
  const cJSON *attrs = cJSON_GetObjectItemCaseSensitive(node, "attrs");
  const cJSON *content = cJSON_GetObjectItemCaseSensitive(node, "content");
  if (!cJSON_IsObject(node) || adf_type(node).length == 0)
    return result_error(RESULT_REJECTED, "a node has no type");
  if (attrs && !cJSON_IsObject(attrs))
    return result_error(RESULT_REJECTED, "the attrs of a %.*s are no object", STR_FMT(adf_type(node)));
  if (content && !cJSON_IsArray(content))
    return result_error(RESULT_REJECTED, "the content of a %.*s is no list", STR_FMT(adf_type(node)));
  if (adf_is(node, "text") && adf_text(node).length == 0)
    return result_error(RESULT_REJECTED, "a text node has no text");
  check->bytes += (int64_t)adf_text(node).length;
  return check_marks(node);
}

static struct result check_node(struct check *check, const cJSON *node, int depth) {
  const cJSON *child;
  if (depth > RICHTEXT_DEPTH_MAX)
    return result_error(RESULT_REJECTED, "nodes are nested more than %d deep", RICHTEXT_DEPTH_MAX);
  if (++check->nodes > RICHTEXT_NODES_MAX)
    return result_error(RESULT_REJECTED, "more than %d nodes", RICHTEXT_NODES_MAX);
  TRY(check_members(check, node));
  if (check->bytes > RICHTEXT_BYTES_MAX)
    return result_error(RESULT_REJECTED, "more than %d bytes of text", RICHTEXT_BYTES_MAX);
  for (child = adf_first(node); child; child = child->next)
    TRY(check_node(check, child, depth + 1));
  return RESULT_DONE;
}

struct result adf_check(const cJSON *adf) {
  struct check check = {0};
  if (!adf_is(adf, "doc"))
    return result_error(RESULT_REJECTED, "not an ADF document: its type is not \"doc\"");
  const cJSON *version = cJSON_GetObjectItemCaseSensitive(adf, "version");
  if (version && !(cJSON_IsNumber(version) && version->valuedouble == 1))
    return result_error(RESULT_REJECTED, "an ADF document of a version other than 1");
  struct result result = check_node(&check, adf, 1);
  return result.code == RESULT_OK ? result : result_context(result, "invalid ADF");
}
