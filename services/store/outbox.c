/* The outbox: collecting, numbering, writing events. */
#include "store/outbox.h"

#include <sodium.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/msgpack.h"

enum { UUID_BYTES = 16 };

/* Version 4 (RFC 9562). */
static struct str new_uuid(struct arena *arena) {
  static const unsigned char dash_before[UUID_BYTES] = {[4] = 1, [6] = 1, [8] = 1, [10] = 1};
  static const char digits[] = "0123456789abcdef";
  unsigned char bytes[UUID_BYTES];
  char *text = arena_alloc(arena, 2 * UUID_BYTES + 4), *end = text;
  randombytes_buf(bytes, sizeof bytes);
  bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
  bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
  for (int i = 0; i < UUID_BYTES; i++) {
    if (dash_before[i])
      *end++ = '-';
    *end++ = digits[bytes[i] >> 4];
    *end++ = digits[bytes[i] & 15];
  }
  return (struct str){text, (size_t)(end - text)};
}

static struct stored_event make_event(struct outbox *outbox, enum event_id id, struct str subject,
                                      struct str partitionkey, const void *data) {
  return (struct stored_event){
      .id = new_uuid(outbox->arena),
      .source = STR("tandem/store"),
      .type = str_of(event_table[id].type),
      .time = clock_format_ms(outbox->arena, clock_now_ms()),
      .subject = str_copy(outbox->arena, subject),
      .partitionkey = str_copy(outbox->arena, partitionkey),
      .traceparent = outbox->traceparent,
      .data = json_record_text(outbox->arena, event_table[id].data, data, true),
      .packed = msgpack_encode_whole(outbox->arena, event_table[id].data, data),
  };
}

static void append(struct outbox *outbox, const struct stored_event *event) {
  if (outbox->count == outbox->capacity) {
    size_t capacity = outbox->capacity ? 2 * outbox->capacity : 64;
    struct stored_event *events = ARENA_ARRAY(outbox->arena, struct stored_event, capacity);
    if (outbox->count)
      memcpy(events, outbox->events, outbox->count * sizeof *events);
    outbox->events = events;
    outbox->capacity = capacity;
  }
  outbox->events[outbox->count++] = *event;
}

void outbox_add(struct outbox *outbox, enum event_id id, struct str subject, struct str partitionkey,
                const void *data) {
  struct stored_event event = make_event(outbox, id, subject, partitionkey, data);
  append(outbox, &event);
}

void outbox_ring(struct outbox *outbox, enum bell bell, struct str system) {
  for (size_t i = 0; i < outbox->ring_count; i++)
    if (outbox->rings[i].bell == bell && str_equal(outbox->rings[i].system, system))
      return;
  if (outbox->ring_count < RINGS_MAX)
    outbox->rings[outbox->ring_count++] = (struct ring){bell, str_copy(outbox->arena, system)};
}

/* "T-12" -> ticket, "project/rocket" -> project: the name of the aggregate, for outbox routers. */
static struct str aggregate_type(const struct stored_event *event) {
  return str_starts_with(event->subject, "project/") ? STR("project") : STR("ticket");
}

enum {
  COLUMN_ID,
  COLUMN_SOURCE,
  COLUMN_TYPE,
  COLUMN_AGGREGATE,
  COLUMN_SUBJECT,
  COLUMN_KEY,
  COLUMN_TRACE,
  COLUMN_TIME,
  COLUMN_DATA,
  COLUMN_COUNT
};

static struct result insert_events(struct outbox *outbox, struct db *db, struct str *columns[COLUMN_COUNT],
                                   const int64_t *sequences) {
  struct arena *arena = outbox->arena;
  size_t n = outbox->count;
  struct db_param params[COLUMN_COUNT + 1] = {p_i64s(arena, sequences, n)};
  for (int i = 0; i < COLUMN_COUNT; i++)
    params[i + 1] = p_strs(arena, columns[i], n);
  return db_query(db,
                  "insert into event_log (sequence, id, source, type, aggregatetype, aggregateid, partitionkey, "
                  "traceparent, time, payload) select s, i::uuid, o, t, g, a, k, p, m::timestamptz, d::jsonb from "
                  "unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], "
                  "$8::text[], $9::text[], $10::text[]) as e(s, i, o, t, g, a, k, p, m, d)",
                  params, COLUMN_COUNT + 1, NULL);
}

struct result outbox_write(struct outbox *outbox, struct db *db) {
  size_t n = outbox->count;
  if (n == 0)
    return RESULT_DONE;
  struct str *columns[COLUMN_COUNT];
  for (int i = 0; i < COLUMN_COUNT; i++)
    columns[i] = ARENA_ARRAY(outbox->arena, struct str, n);
  int64_t *sequences = ARENA_ARRAY(outbox->arena, int64_t, n);
  for (size_t i = 0; i < n; i++) {
    struct stored_event *event = &outbox->events[i];
    event->sequence = sequences[i] = outbox->head + 1 + (int64_t)i;
    columns[COLUMN_ID][i] = event->id;
    columns[COLUMN_SOURCE][i] = event->source;
    columns[COLUMN_TYPE][i] = event->type;
    columns[COLUMN_AGGREGATE][i] = aggregate_type(event);
    columns[COLUMN_SUBJECT][i] = event->subject;
    columns[COLUMN_KEY][i] = event->partitionkey;
    columns[COLUMN_TRACE][i] = event->traceparent;
    columns[COLUMN_TIME][i] = event->time;
    columns[COLUMN_DATA][i] = event->data;
  }
  return insert_events(outbox, db, columns, sequences);
}

void outbox_committed(struct outbox *outbox) {
  outbox->head += (int64_t)outbox->count;
}

void outbox_clear(struct outbox *outbox) {
  outbox->events = NULL;
  outbox->count = outbox->capacity = outbox->ring_count = 0;
}
