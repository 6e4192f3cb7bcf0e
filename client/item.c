/* Making and freeing items. */
#include <stdlib.h>

#include "base/heap.h"
#include "client/queue.h"

/* The text behind `*end`, with a NUL, which `*end` then stands behind. */
static const char *put_text(char **end, struct str text) {
  char *at = *end;
  if (text.length)
    memcpy(at, text.at, text.length);
  at[text.length] = '\0';
  *end += text.length + 1;
  return at;
}

struct item *item_new(const struct stored_event *event) {
  const struct str texts[] = {event->id,      event->source,       event->type,        event->time,
                              event->subject, event->partitionkey, event->traceparent, event->data};
  size_t bytes = sizeof(struct item);
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    bytes += texts[i].length + 1;
  struct item *item = heap_taken(bytes);
  char *end = (char *)(item + 1);
  *item = (struct item){.bytes = bytes};
  item->event = (struct tandem_event){
      .sequence = event->sequence,
      .specversion = "1.0",
      .id = put_text(&end, event->id),
      .source = put_text(&end, event->source),
      .type = put_text(&end, event->type),
      .time = put_text(&end, event->time),
      .subject = put_text(&end, event->subject),
      .partitionkey = put_text(&end, event->partitionkey),
      .traceparent = put_text(&end, event->traceparent),
      .data = put_text(&end, event->data),
      .data_bytes = event->data.length,
  };
  return item;
}

void item_free(struct item *item) {
  if (item)
    free(item->msgpack);
  free(item);
}
