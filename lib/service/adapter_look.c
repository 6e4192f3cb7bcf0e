/* Looking at external items afresh: several tickets in one call where the tracker has one, else one by one. */
#include "service/adapter_worker.h"

/* What is wrong with one item says nothing about the others. */
static bool is_of_one_item(const struct result *result) {
  return result_ok(result) || result->code == RESULT_REJECTED || result->code == RESULT_GONE;
}

/* Only a read: whatever happened to it, it may be repeated. */
static struct result as_read(struct result result) {
  if (result.code == RESULT_UNCERTAIN)
    result.code = RESULT_RETRY;
  return result;
}

/* One of them may be why the call failed, unless the tracker wants a pause. */
static bool may_be_of_one_item(const struct result *result) {
  return is_of_one_item(result) || (result->code == RESULT_RETRY && result->retry_after_ms == 0);
}

static struct result taken(struct arena *arena, struct look *look) {
  if (worker_is_too_long(&look->seen))
    return result_error(RESULT_REJECTED,
                        "it has %zu bytes of text, and at most %d of a ticket or comment are kept in step: shorten it",
                        values_bytes(&look->seen.fields), CONTENT_BYTES_MAX);
  worker_canonical(arena, &look->seen);
  return RESULT_DONE;
}

static struct result look_together(struct worker *worker, struct arena *arena, struct connection *connection,
                                   struct look *looks[], size_t count) {
  struct external_ref *refs = ARENA_ARRAY(arena, struct external_ref, count);
  struct observation *seen = ARENA_ARRAY(arena, struct observation, count);
  for (size_t i = 0; i < count; i++)
    refs[i] = looks[i]->ref;
  struct result result = as_read(worker->connector->fetch_many(connection, arena, refs, count, seen));
  for (size_t i = 0; i < count; i++) {
    looks[i]->result = result;
    looks[i]->done = !may_be_of_one_item(&result) || result_ok(&result);
    if (!result_ok(&result))
      continue;
    looks[i]->seen = seen[i];
    looks[i]->result = taken(arena, looks[i]);
  }
  return may_be_of_one_item(&result) ? RESULT_DONE : result;
}

static struct result look_alone(struct worker *worker, struct arena *arena, struct connection *connection,
                                struct look *look) {
  look->result = as_read(worker->connector->fetch(connection, arena, &look->ref, &look->not_modified, &look->seen));
  look->done = true;
  if (result_ok(&look->result) && !look->not_modified)
    look->result = taken(arena, look);
  return is_of_one_item(&look->result) ? RESULT_DONE : look->result;
}

/* All tickets, in groups of what one call takes. A group that fails because of one of its tickets is left to be looked
 * at one by one. */
static struct result look_in_groups(struct worker *worker, struct arena *arena, struct connection *connection,
                                    struct look *looks, size_t count) {
  struct look *group[FETCH_MANY_MAX];
  size_t size = 0;
  for (size_t i = 0; i < count; i++) {
    if (str_is(looks[i].ref.kind, "ticket"))
      group[size++] = &looks[i];
    if (size > 1 && (size == FETCH_MANY_MAX || i + 1 == count)) {
      TRY(look_together(worker, arena, connection, group, size));
      size = 0;
    }
  }
  return RESULT_DONE;
}

void worker_look(struct worker *worker, struct arena *arena, struct connection *connection, struct look *looks,
                 size_t count) {
  struct result wall = RESULT_DONE;
  if (worker->connector->fetch_many)
    wall = look_in_groups(worker, arena, connection, looks, count);
  for (size_t i = 0; i < count; i++) {
    if (looks[i].done)
      continue;
    if (result_ok(&wall))
      wall = look_alone(worker, arena, connection, &looks[i]);
    else
      looks[i] = (struct look){.ref = looks[i].ref, .untried = true, .result = wall};
    looks[i].done = true;
  }
}
