/* What Linear answers and delivers. */
#include "adapter-linear/cursor.h"
#include "adapter-linear/linear.h"
#include "growth.h"

#define ISSUE                                                                                                     \
  "{\"id\":\"60ad5c2d-0514-435e-a835-1a80bf4d0227\",\"identifier\":\"E-14\",\"url\":$T,\"title\":$T,"             \
  "\"description\":$T,\"priority\":4,\"estimate\":2,\"dueDate\":null,\"createdAt\":\"2024-02-29T20:25:42.045Z\"," \
  "\"updatedAt\":\"2024-03-04T10:00:04.707Z\",\"archivedAt\":null,\"trashed\":null,\"team\":{\"id\":\"t\","       \
  "\"key\":\"E\"},\"state\":{\"name\":\"Done\"},\"assignee\":{\"displayName\":$T},\"creator\":{\"displayName\":"  \
  "\"dave\",\"isMe\":false},\"botActor\":null,\"parent\":null,\"project\":null,\"cycle\":{\"number\":1,"          \
  "\"name\":$T},\"attachments\":{\"nodes\":$N},\"labels\":{\"nodes\":$N}}"

static struct str text_of(const void *prepared) {
  return *(const struct str *)prepared;
}

static struct result id_of(void *context, enum linear_names_kind kind, struct str name, bool make, struct str *out) {
  (void)context, (void)kind, (void)make;
  *out = name;
  return RESULT_DONE;
}

static void *issue_with(struct arena *arena, struct str text) {
  return growth_fill(arena, ISSUE, text);
}

/* Read, and written back. */
static void issue(struct arena *arena, const void *prepared) {
  static const struct linear_lookup lookup = {NULL, id_of};
  struct observation seen;
  cJSON *tree = NULL, *input = NULL;
  struct result result = json_parse(text_of(prepared), &tree);
  if (result_ok(&result))
    result = linear_read_issue(arena, tree, &seen);
  if (result_ok(&result)) {
    const struct payload payload = {.set = seen.fields};
    growth_ignore(linear_write_issue(arena, &payload, true, STR(""), &lookup, &input));
  }
  cJSON_Delete(input);
  cJSON_Delete(tree);
}

static void cursor(struct arena *arena, const void *prepared) {
  static const struct connection connection = {.team_id = {"t", 1}};
  const struct cursor read = cursor_read(&connection, arena, text_of(prepared));
  cursor_print(&connection, arena, &read);
}

static void *delivery_with(struct arena *arena, struct str text) {
  return growth_fill(arena, "{\"action\":\"update\",\"type\":\"Issue\",\"data\":" ISSUE ",\"updatedFrom\":$M}", text);
}

static void delivery(struct arena *arena, const void *prepared) {
  static const struct project project = {.name = {"e", 1}, .system = {"linear", 6}, .remote = {"E", 1}};
  struct list seen = {0};
  growth_ignore(linear_connector.translate(arena, &project, STR("Issue"), text_of(prepared), &seen));
}

const struct growth_subject growth_subjects[] = {
    {"linear_issue", 4 * MIB, issue_with, issue},
    {"linear_cursor", MIB, NULL, cursor},
    {"linear_delivery", 4 * MIB, delivery_with, delivery},
    {0},
};
