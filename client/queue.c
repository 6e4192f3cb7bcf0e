/* A list under a mutex; an eventfd says for poll() what the condition says for threads. */
#include "client/queue.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/heap.h"

enum { ITEMS_MAX = 1000, BYTES_MAX = 16 * 1024 * 1024 };

struct queue {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  struct item *first, **last;
  size_t count, bytes;
  struct mark passed; /* what was put or passed last */
  struct result problem;
  bool is_news; /* the problem has not been told */
  bool closed;
  bool is_readable; /* ready_fd is */
  int ready_fd, closed_fd;
};

struct queue *queue_new(int64_t position) {
  struct queue *queue = heap_new(sizeof *queue);
  pthread_mutex_init(&queue->mutex, NULL);
  clock_condition_init(&queue->changed);
  queue->last = &queue->first;
  queue->passed.sequence = position;
  queue->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  queue->closed_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (queue->ready_fd >= 0 && queue->closed_fd >= 0)
    return queue;
  queue_free(queue);
  return NULL;
}

void queue_free(struct queue *queue) {
  if (!queue)
    return;
  for (struct item *item = queue->first, *next; item; item = next) {
    next = item->next;
    item_free(item);
  }
  if (queue->ready_fd >= 0)
    close(queue->ready_fd);
  if (queue->closed_fd >= 0)
    close(queue->closed_fd);
  pthread_cond_destroy(&queue->changed);
  pthread_mutex_destroy(&queue->mutex);
  free(queue);
}

/* With the mutex held, after each change. */
static void tell(struct queue *queue) {
  bool ready = queue->first || queue->is_news;
  eventfd_t ignored;
  if (ready && !queue->is_readable)
    eventfd_write(queue->ready_fd, 1);
  else if (!ready && queue->is_readable)
    eventfd_read(queue->ready_fd, &ignored);
  queue->is_readable = ready;
  pthread_cond_broadcast(&queue->changed);
}

void queue_close(struct queue *queue) {
  pthread_mutex_lock(&queue->mutex);
  queue->closed = true;
  eventfd_write(queue->closed_fd, 1);
  pthread_cond_broadcast(&queue->changed);
  pthread_mutex_unlock(&queue->mutex);
}

bool queue_is_closed(struct queue *queue) {
  pthread_mutex_lock(&queue->mutex);
  bool closed = queue->closed;
  pthread_mutex_unlock(&queue->mutex);
  return closed;
}

int queue_closed_fd(const struct queue *queue) {
  return queue->closed_fd;
}

int queue_fd(const struct queue *queue) {
  return queue->ready_fd;
}

void queue_put(struct queue *queue, struct item *item) {
  pthread_mutex_lock(&queue->mutex);
  while (!queue->closed && queue->first && (queue->count >= ITEMS_MAX || queue->bytes + item->bytes > BYTES_MAX))
    pthread_cond_wait(&queue->changed, &queue->mutex);
  if (queue->closed) {
    item_free(item);
  } else {
    *queue->last = item;
    queue->last = &item->next;
    queue->count++;
    queue->bytes += item->bytes;
    queue->passed = mark_of(item->event.sequence, str_of(item->event.id));
    tell(queue);
  }
  pthread_mutex_unlock(&queue->mutex);
}

void queue_pass(struct queue *queue, struct mark mark) {
  pthread_mutex_lock(&queue->mutex);
  if (mark.sequence > queue->passed.sequence)
    queue->passed = mark;
  pthread_mutex_unlock(&queue->mutex);
}

void queue_problem(struct queue *queue, struct result problem) {
  pthread_mutex_lock(&queue->mutex);
  queue->problem = problem;
  queue->is_news = problem.code != RESULT_OK && problem.code != RESULT_RETRY;
  tell(queue);
  pthread_mutex_unlock(&queue->mutex);
}

static void wait_for_change(struct queue *queue, int timeout_ms) {
  struct timespec until = clock_deadline(timeout_ms > 0 ? timeout_ms : 0);
  int status = 0;
  while (!queue->first && !queue->is_news && !queue->closed && timeout_ms != 0 && status == 0)
    status = timeout_ms < 0 ? pthread_cond_wait(&queue->changed, &queue->mutex)
                            : pthread_cond_timedwait(&queue->changed, &queue->mutex, &until);
}

static struct item *unlink_first(struct queue *queue) {
  struct item *item = queue->first;
  queue->first = item->next;
  if (!queue->first)
    queue->last = &queue->first;
  queue->count--;
  queue->bytes -= item->bytes;
  return item;
}

struct item *queue_take(struct queue *queue, int timeout_ms, struct result *problem) {
  struct item *item = NULL;
  pthread_mutex_lock(&queue->mutex);
  wait_for_change(queue, timeout_ms);
  if (queue->first) {
    item = unlink_first(queue);
  } else {
    *problem = queue->problem;
    if (!queue->is_news)
      problem->code = RESULT_OK;
    queue->is_news = false;
  }
  tell(queue);
  pthread_mutex_unlock(&queue->mutex);
  return item;
}

int64_t queue_position(struct queue *queue) {
  pthread_mutex_lock(&queue->mutex);
  int64_t position = queue->first ? queue->first->event.sequence - 1 : queue->passed.sequence;
  pthread_mutex_unlock(&queue->mutex);
  return position;
}

struct mark queue_mark(struct queue *queue) {
  pthread_mutex_lock(&queue->mutex);
  struct mark mark = queue->passed;
  pthread_mutex_unlock(&queue->mutex);
  return mark;
}
