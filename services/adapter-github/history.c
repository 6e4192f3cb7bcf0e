/* What had arrived of an unanswered update, as the events tell: the oldest come first, so what is of interest
 * is on the last page. They show titles, labels, assignees, milestones and whether it is open; of texts nothing.
 * https://docs.github.com/en/rest/issues/events (list issue events), .../issue-event-types */
#include "adapter-github/github.h"
#include "service/connector_arrivals.h"

enum {
  PAGES_MAX = 5,          /* 500 events since the update */
  SECOND_MS = 1000,       /* GitHub's clock */
  CLOCKS_APART_MS = 5000, /* how far off what is known of the clocks may be */
};

/* -- one event -- */

static struct value member_of(struct arena *arena, const char *field, struct str member, bool there) {
  struct str *item = ARENA_NEW(arena, struct str);
  *item = str_copy(arena, member);
  return value_set(str_of(field), item, there && member.length);
}

/* One member of a set came or went. */
static void read_member(struct arrivals *arrivals, const char *field, struct str member, bool came) {
  struct value from = member_of(arrivals->arena, field, member, !came),
               to = member_of(arrivals->arena, field, member, came);
  arrivals_entry(arrivals, &from, &to);
}

static void read_text(struct arrivals *arrivals, const char *field, struct str from, struct str to) {
  struct value old = value_text(str_of(field), str_copy(arrivals->arena, from)),
               new = value_text(str_of(field), str_copy(arrivals->arena, to));
  arrivals_entry(arrivals, &old, &new);
}

/* `completed` is not said. */
static void read_closed(struct arrivals *arrivals, const cJSON *event) {
  struct str reason = json_str(event, "state_reason");
  read_text(arrivals, "status", STR("open"),
            str_format(arrivals->arena, "closed:%.*s", STR_FMT(reason.length ? reason : STR("completed"))));
}

/* Taking a milestone away is told as well when another one takes its place, so it says nothing. */
static void read_event(struct arrivals *arrivals, const cJSON *event) {
  struct str kind = json_str(event, "event"), label = json_str(json_member(event, "label"), "name"),
             assignee = json_str(json_member(event, "assignee"), "login");
  const cJSON *rename = json_member(event, "rename");
  if (str_is(kind, "labeled") || str_is(kind, "unlabeled"))
    read_member(arrivals, "labels", label, str_is(kind, "labeled"));
  else if (str_is(kind, "assigned") || str_is(kind, "unassigned"))
    read_member(arrivals, "assignees", assignee, str_is(kind, "assigned"));
  else if (str_is(kind, "renamed"))
    read_text(arrivals, "title", json_str(rename, "from"), json_str(rename, "to"));
  else if (str_is(kind, "milestoned"))
    read_text(arrivals, "milestone", STR(""), json_str(json_member(event, "milestone"), "title"));
  else if (str_is(kind, "closed"))
    read_closed(arrivals, event);
  else if (str_is(kind, "reopened"))
    read_text(arrivals, "status", STR("closed"), STR("open"));
}

/* -- pages -- */

/* What is as old as the look may be newer: the clock shows whole seconds. `*reached`: the page goes back that far. */
static struct result read_page(struct arrivals *arrivals, const struct github_answer *answer, int64_t since_ms,
                               bool *reached) {
  cJSON *list;
  const cJSON *event;
  TRY(github_json("GET", answer, &list));
  struct result result = cJSON_IsArray(list) ? RESULT_DONE : result_error(RESULT_RETRY, "the events are not a list");
  *reached = false;
  cJSON_ArrayForEach(event, list) {
    bool is_old = json_time_ms(event, "created_at") < since_ms;
    *reached |= is_old;
    if (!is_old)
      read_event(arrivals, event);
  }
  cJSON_Delete(list);
  return result;
}

/* From the last page back; the first one, which told where the last is, is at hand. */
static struct result read_back(struct connection *c, struct arrivals *arrivals, const struct github_answer *first,
                               int64_t since_ms) {
  struct github_request request = {.method = "GET", .scope = AT_URL, .path = github_link(first->link, "last")};
  bool reached = false;
  for (int page = 0; page < PAGES_MAX && !reached && request.path.length; page++) {
    struct github_answer answer = {0};
    TRY(github_call(c, arrivals->arena, &request, &answer));
    TRY(read_page(arrivals, &answer, since_ms, &reached));
    request.path = github_link(answer.link, "prev");
    if (github_page_number(request.path) == 1)
      break;
  }
  return reached ? RESULT_DONE : read_page(arrivals, first, since_ms, &reached);
}

/* By GitHub's clock, no update of the intent was sent before; 0 = not known. */
static int64_t sent_after_ms(const struct connection *c, const struct intent *intent) {
  return intent->first_sent_at_ms && c->clock_known ? intent->first_sent_at_ms + c->clock_ahead_ms - CLOCKS_APART_MS
                                                    : 0;
}

struct result github_history(struct connection *c, struct arena *arena, const struct intent *intent,
                             const struct observation *seen, struct values *out) {
  struct arrivals arrivals = arrivals_begin(arena, intent, seen);
  struct github_answer first = {0};
  int64_t since_ms = sent_after_ms(c, intent);
  if (seen->version == intent->seen_version && since_ms >= seen->version + SECOND_MS)
    return RESULT_DONE; /* nobody has touched it since: the update never arrived */
  TRY(github_get(c, arena, str_format(arena, "/issues/%.*s/events?per_page=100", STR_FMT(seen->external_id)), &first));
  TRY(read_back(c, &arrivals, &first, since_ms > intent->seen_version ? since_ms : intent->seen_version));
  *out = arrivals_told(&arrivals);
  return RESULT_DONE;
}
