/* Contexts and spans: the thread's current one, and the bounded queue of those that ended. */
#include "base/trace.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/heap.h"
#include "base/metrics.h"

enum { NS_PER_MS = 1000000, QUEUE_SPANS = 2048, VERSION_INVALID = 0xff, FLAG_SAMPLED = 1 };

static _Thread_local struct trace_context current;
static atomic_bool recording;
static uint64_t sampled_below; /* the last 8 bytes of a new trace's id */

static struct {
  pthread_mutex_t mutex;
  pthread_cond_t filled;
  struct span *at; /* QUEUE_SPANS, a ring */
  size_t first, count, taken;
  bool hurry;
} queue = {.mutex = PTHREAD_MUTEX_INITIALIZER};

/* -- contexts -- */

static bool is_zero(const unsigned char *bytes, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (bytes[i])
      return false;
  return true;
}

bool trace_is_some(const struct trace_context *context) {
  return !is_zero(context->trace_id, TRACE_ID_BYTES) && !is_zero(context->span_id, SPAN_ID_BYTES);
}

static int digit_of(char c) {
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Lower case only, as the recommendation has it. */
static bool parse_hex(const char *text, unsigned char *out, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) {
    int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);
    if (high < 0 || low < 0)
      return false;
    out[i] = (unsigned char)(high << 4 | low);
  }
  return true;
}

/* 00-TRACE-SPAN-FLAGS; a later version may have more behind it. */
struct trace_context trace_parse(struct str text) {
  struct trace_context context = {0};
  unsigned char version, flags;
  if (text.length < TRACEPARENT_LENGTH || text.at[2] != '-' || text.at[35] != '-' || text.at[52] != '-' ||
      !parse_hex(text.at, &version, 1) || version == VERSION_INVALID ||
      !parse_hex(text.at + 3, context.trace_id, TRACE_ID_BYTES) ||
      !parse_hex(text.at + 36, context.span_id, SPAN_ID_BYTES) || !parse_hex(text.at + 53, &flags, 1))
    return (struct trace_context){0};
  bool has_more = text.length > TRACEPARENT_LENGTH;
  if ((has_more && (version == 0 || text.at[TRACEPARENT_LENGTH] != '-')) || !trace_is_some(&context))
    return (struct trace_context){0};
  context.sampled = flags & FLAG_SAMPLED;
  return context;
}

struct str trace_format(struct arena *arena, const struct trace_context *context) {
  char trace_id[2 * TRACE_ID_BYTES + 1], span_id[2 * SPAN_ID_BYTES + 1];
  if (!trace_is_some(context))
    return (struct str){0};
  sodium_bin2hex(trace_id, sizeof trace_id, context->trace_id, TRACE_ID_BYTES);
  sodium_bin2hex(span_id, sizeof span_id, context->span_id, SPAN_ID_BYTES);
  return str_format(arena, "00-%s-%s-%02x", trace_id, span_id, context->sampled ? FLAG_SAMPLED : 0);
}

struct trace_context trace_unrecorded(void) {
  struct trace_context context = {.sampled = false};
  randombytes_buf(context.trace_id, TRACE_ID_BYTES);
  randombytes_buf(context.span_id, SPAN_ID_BYTES);
  return context;
}

struct trace_context trace_current(void) {
  return current;
}

/* The same answer for the same trace everywhere. */
static bool is_sampled(const unsigned char trace_id[TRACE_ID_BYTES]) {
  uint64_t number = 0;
  for (size_t i = TRACE_ID_BYTES / 2; i < TRACE_ID_BYTES; i++)
    number = number << 8 | trace_id[i];
  return sampled_below == UINT64_MAX || number < sampled_below;
}

/* -- spans -- */

static struct trace_context begin_trace(void) {
  struct trace_context context = trace_unrecorded();
  context.sampled = is_sampled(context.trace_id);
  return context;
}

void span_open(struct span *span, const char *name, enum span_kind kind, const struct trace_context *parent) {
  bool has_parent = trace_is_some(parent), on = atomic_load_explicit(&recording, memory_order_relaxed);
  span->recording = span->failed = false;
  span->context = *parent;
  if (!on || (has_parent && !parent->sampled))
    return;
  struct trace_context context = has_parent ? *parent : begin_trace();
  *span = (struct span){.context = context, .recording = context.sampled, .kind = kind};
  if (has_parent) {
    memcpy(span->parent_id, parent->span_id, SPAN_ID_BYTES);
    randombytes_buf(span->context.span_id, SPAN_ID_BYTES);
  }
  strncpy(span->name, name, sizeof span->name - 1);
  span->start_ns = clock_now_ns();
}

void span_resume(struct span *span, const char *name, enum span_kind kind, const struct trace_context *context,
                 int64_t start_ms) {
  bool records = atomic_load(&recording) && context->sampled;
  *span = (struct span){.context = *context, .recording = records, .kind = kind, .start_ns = start_ms * NS_PER_MS};
  strncpy(span->name, name, sizeof span->name - 1);
}

void span_begin(struct span *span, const char *name, enum span_kind kind, const struct trace_context *parent) {
  struct trace_context outer = current;
  span_open(span, name, kind, parent);
  span->outer = outer;
  current = span->context;
}

void span_begin_inner(struct span *span, const char *name, enum span_kind kind) {
  struct trace_context parent = current;
  if (trace_is_some(&parent)) {
    span_begin(span, name, kind, &parent);
    return;
  }
  span->recording = span->failed = false;
  span->context = span->outer = (struct trace_context){0};
}

void span_end(struct span *span) {
  current = span->outer;
  span_close(span);
}

static struct span_attribute *attribute(struct span *span, const char *key) {
  if (!span->recording)
    return NULL;
  if (span->attribute_count == SPAN_ATTRIBUTES_MAX)
    return span->dropped_attributes++, NULL;
  span->attributes[span->attribute_count].key = key;
  return &span->attributes[span->attribute_count++];
}

static bool continues_character(char c) {
  return ((unsigned char)c & 0xc0) == 0x80;
}

void span_text(struct span *span, const char *key, struct str text) {
  struct span_attribute *one = text.length ? attribute(span, key) : NULL;
  if (!one)
    return;
  size_t length = text.length < SPAN_TEXT_BYTES ? text.length : SPAN_TEXT_BYTES - 1;
  while (length < text.length && length > 0 && continues_character(text.at[length]))
    length--;
  memcpy(one->text, text.at, length);
}

void span_number(struct span *span, const char *key, int64_t number) {
  struct span_attribute *one = attribute(span, key);
  if (!one)
    return;
  one->is_number = true;
  one->number = number;
}

void span_link(struct span *span, const struct trace_context *other) {
  if (!span->recording || !trace_is_some(other) || memcmp(other->span_id, span->parent_id, SPAN_ID_BYTES) == 0)
    return;
  if (span->link_count == SPAN_LINKS_MAX)
    span->dropped_links++;
  else
    span->links[span->link_count++] = *other;
}

void span_result(struct span *span, const struct result *result) {
  if (!span->recording || result_ok(result))
    return;
  span->failed = true;
  span_text(span, "error.type", str_of(result_code_name(result->code)));
}

/* -- the queue -- */

static const struct metric dropped = {
    "tandem_trace_spans_dropped_total", METRIC_COUNTER, {"reason"}, "Spans that the collector did not get."};

static void emit(const struct span *span) {
  pthread_mutex_lock(&queue.mutex);
  bool has_room = queue.at && queue.count < QUEUE_SPANS;
  if (has_room)
    queue.at[(queue.first + queue.count++) % QUEUE_SPANS] = *span;
  pthread_cond_signal(&queue.filled);
  pthread_mutex_unlock(&queue.mutex);
  if (!has_room)
    metric_add(&dropped, METRIC_VALUES("queue_full"), 1);
}

void span_close(struct span *span) {
  if (!span->recording)
    return;
  span->end_ns = clock_now_ns();
  span->recording = false;
  emit(span);
}

void trace_start(int64_t percent) {
  clock_condition_init(&queue.filled);
  queue.at = heap_grown(NULL, QUEUE_SPANS * sizeof *queue.at);
  sampled_below = percent >= 100 ? UINT64_MAX : UINT64_MAX / 100 * (uint64_t)(percent > 0 ? percent : 0);
  metric_add(&dropped, METRIC_VALUES("queue_full"), 0); /* so that a rate can be told from the first one on */
  atomic_store(&recording, true);
}

/* Under the mutex. */
static void wait_for(size_t count, int64_t wait_ms) {
  struct timespec until = clock_deadline(wait_ms);
  while (queue.count < count && !(queue.hurry && queue.count) &&
         pthread_cond_timedwait(&queue.filled, &queue.mutex, &until) != ETIMEDOUT)
    continue;
}

size_t trace_take(struct span *out, size_t max, int64_t wait_ms, int64_t gather_ms) {
  pthread_mutex_lock(&queue.mutex);
  wait_for(1, wait_ms);
  if (queue.count)
    wait_for(max, gather_ms);
  size_t count = queue.count < max ? queue.count : max;
  for (size_t i = 0; i < count; i++)
    out[i] = queue.at[(queue.first + i) % QUEUE_SPANS];
  queue.first = (queue.first + count) % QUEUE_SPANS;
  queue.count -= count;
  queue.taken = count;
  pthread_mutex_unlock(&queue.mutex);
  return count;
}

void trace_taken(void) {
  pthread_mutex_lock(&queue.mutex);
  queue.taken = 0;
  pthread_mutex_unlock(&queue.mutex);
}

size_t trace_waiting(void) {
  pthread_mutex_lock(&queue.mutex);
  size_t count = queue.count + queue.taken;
  pthread_mutex_unlock(&queue.mutex);
  return count;
}

void trace_hurry(void) {
  pthread_mutex_lock(&queue.mutex);
  queue.hurry = true;
  pthread_cond_signal(&queue.filled);
  pthread_mutex_unlock(&queue.mutex);
}
