/* Changing issues, one or several with shared looks. Members of sets travel as additions and removals, so that nobody's
 * are overwritten; a status goes by transitions. Each part may be repeated without harm. */
#include "adapter-jira/jira.h"
#include "service/connector_many.h"

/* As it is after the change, with what that replaced; `before` is the issue as it was. */
static struct result read_after(struct connection *c, struct arena *arena, const struct push *push, const cJSON *before,
                                const cJSON *after, struct observation *out) {
  struct result result = jira_read_issue(c, arena, after, out);
  if (result_ok(&result)) {
    out->replaced = jira_replaced(c, arena, push->payload, before, after);
    jira_tell_left_out(c, arena, push->payload, out);
  }
  return result_after_write(result);
}

static struct result read_back(struct connection *c, struct arena *arena, const struct push *push, const cJSON *before,
                               struct observation *out) {
  struct str id = push->intent->external_id;
  cJSON *after;
  TRY(result_after_write(jira_get_issue_with_history(c, arena, id, &after)));
  if (!after)
    return result_after_write(result_error(RESULT_GONE, "issue %.*s is gone", STR_FMT(id)));
  struct result result = read_after(c, arena, push, before, after, out);
  cJSON_Delete(after);
  return result;
}

/* Whoever changed it since the look that the decision was checked with, it is decided anew: not all that a write
 * replaces can be told afterwards. */
static struct result check_before(struct connection *c, struct arena *arena, const struct push *push,
                                  const cJSON *before) {
  bool ours;
  TRY(jira_is_ours(c, arena, before, &ours));
  if (!ours)
    return result_error(RESULT_GONE, "moved to %.*s", STR_FMT(json_text(before, "key")));
  if (push->fresh && jira_time_ms(before, "fields.updated") != push->fresh->version)
    return result_error(RESULT_STALE, "%.*s was changed meanwhile", STR_FMT(json_text(before, "key")));
  return RESULT_DONE;
}

static struct result edit(struct connection *c, struct arena *arena, const struct push *push, const cJSON *before,
                          bool *wrote) {
  cJSON *document = cJSON_CreateObject();
  struct jira_request request = {.method = "PUT"};
  struct jira_answer answer = {0};
  bool any = false;
  struct result result = jira_write_fields(c, arena, push->payload, before, document, &any);
  if (!result_ok(&result) || !any) {
    cJSON_Delete(document);
    return result;
  }
  if (values_find(&push->payload->set, STR("body")))
    jira_add_property(document, jira_issue_property(c, arena, push->payload, before));
  request.path = str_format(arena, "/issue/%.*s", STR_FMT(push->intent->external_id));
  request.body = json_print(arena, document);
  TRY(jira_call(c, arena, &request, &answer));
  *wrote = true;
  return RESULT_DONE;
}

static struct result change(struct connection *c, struct arena *arena, const struct push *push, const cJSON *before) {
  struct str status = values_text(&push->payload->set, "status");
  bool wrote = false;
  TRY(check_before(c, arena, push, before));
  struct result result = edit(c, arena, push, before, &wrote);
  if (result_ok(&result) && !str_is_absent(status))
    result = jira_transition_to(c, arena, before, status, &wrote);
  return wrote ? result_after_write(result) : result;
}

struct result jira_change_issue(struct connection *c, struct arena *arena, const struct push *push,
                                struct observation *out) {
  cJSON *before;
  TRY(jira_get_issue(c, arena, push->intent->external_id, &before));
  if (!before)
    return result_error(RESULT_GONE, "issue %.*s is not there", STR_FMT(push->intent->external_id));
  struct result result = change(c, arena, push, before);
  if (result_ok(&result))
    result = read_back(c, arena, push, before, out);
  cJSON_Delete(before);
  return result;
}

/* -- several -- */

static struct result ask(struct connection *c, struct arena *arena, struct pushed *changes, size_t count,
                         const char *expand, cJSON **out) {
  struct str ids[PUSH_MANY_MAX];
  size_t asked = 0;
  for (size_t i = 0; i < count; i++)
    if (!changes[i].done)
      ids[asked++] = changes[i].push.intent->external_id;
  *out = NULL;
  return asked ? jira_ask_issues(c, arena, ids, asked, expand, out) : RESULT_DONE;
}

/* What is read together is some seconds old when the last is written: that is for values whose replacement the
 * changelog tells. What it does not show goes by itself, and so says why. */
static void change_all(struct connection *c, struct arena *arena, struct pushed *changes, size_t count,
                       const cJSON *before) {
  for (size_t i = 0; i < count; i++) {
    const cJSON *issue = jira_issue_of(before, changes[i].push.intent->external_id);
    if (changes[i].done)
      continue;
    if (!issue || !jira_tells_replaced(c, arena, changes[i].push.payload)) {
      pushed_end(&changes[i], jira_push(c, arena, &changes[i].push, &changes[i].seen));
    } else {
      changes[i].result = change(c, arena, &changes[i].push, issue);
      changes[i].done = !result_ok(&changes[i].result);
    }
    if (pushed_stops(&changes[i].result))
      pushed_end_all(&changes[i + 1], count - i - 1, changes[i].result);
  }
}

static void read_all(struct connection *c, struct arena *arena, struct pushed *changes, size_t count,
                     const cJSON *before) {
  cJSON *after;
  struct result read = result_after_write(ask(c, arena, changes, count, "changelog", &after));
  for (size_t i = 0; i < count; i++) {
    const struct push *push = &changes[i].push;
    const cJSON *was = jira_issue_of(before, push->intent->external_id);
    const cJSON *is = jira_issue_of(after, push->intent->external_id);
    if (changes[i].done)
      continue;
    if (!result_ok(&read))
      pushed_end(&changes[i], read);
    else if (is)
      pushed_end(&changes[i], read_after(c, arena, push, was, is, &changes[i].seen));
    else
      pushed_end(&changes[i], read_back(c, arena, push, was, &changes[i].seen));
  }
  cJSON_Delete(after);
}

void jira_change_many(struct connection *c, struct arena *arena, struct pushed *changes, size_t count) {
  cJSON *before = NULL;
  struct result result = jira_self(c, arena); /* before the writes: what comes after them must not fail */
  if (result_ok(&result))
    result = jira_fields_load(c, arena);
  if (result_ok(&result) && c->cloud)
    result = ask(c, arena, changes, count, NULL, &before);
  if (!result_ok(&result))
    pushed_end_all(changes, count, result);
  else if (c->cloud) {
    change_all(c, arena, changes, count, before);
    read_all(c, arena, changes, count, before);
  } else
    pushed_singly(c, arena, jira_push, changes, count);
  cJSON_Delete(before);
}
