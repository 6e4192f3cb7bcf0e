/* The stream: finding its end, publishing to it. Acknowledgements come to an inbox that is read by the thread that
 * published, so that nothing of a connection outlives it, as the library's own callbacks may. */
#include "bridge-nats/stream.h"

#include <stdlib.h>

#include "base/heap.h"
#include "base/json.h"
#include "base/log.h"
#include "bridge-nats/connect.h"

enum { API_TIMEOUT_MS = 5000, ACK_TIMEOUT_MS = 10000, NUMBER_BYTES = 24, KEEP_DAYS = 30 };

struct stream {
  struct arena arena;
  const char *name;
  natsConnection *connection;
  jsCtx *jetstream;
  natsInbox *inbox;
  natsSubscription *acks;
};

/* -- opening -- */

static struct result make(struct stream *stream) {
  jsStreamConfig config;
  jsErrCode code = 0;
  const char *subjects[] = {str_format(&stream->arena, "%s.>", stream->name).at};
  jsStreamConfig_Init(&config);
  config.Name = stream->name;
  config.Description = "The event log of tandem; only its bridge publishes here";
  config.Subjects = subjects;
  config.SubjectsLen = 1;
  config.Storage = js_FileStorage;
  config.MaxAge = KEEP_DAYS * INT64_C(86400) * 1000000000;
  natsStatus status = js_AddStream(NULL, stream->jetstream, &config, NULL, &code);
  if (status)
    return nats_failure(status, "cannot make the stream; make it by hand, or allow it to the bridge's user");
  log_event(LOG_INFO, "stream_made", LOG_C("stream", stream->name), LOG_C("subjects", subjects[0]));
  return RESULT_DONE;
}

static struct result find_or_make(struct stream *stream) {
  jsStreamInfo *info = NULL;
  jsErrCode code = 0;
  natsStatus status = js_GetStreamInfo(&info, stream->jetstream, stream->name, NULL, &code);
  if (status == NATS_NOT_FOUND || code == JSStreamNotFoundErr)
    return make(stream);
  if (status)
    return nats_failure(status, "cannot look at the stream; does the server run with JetStream?");
  bool silent = info->Config->NoAck;
  jsStreamInfo_Destroy(info);
  if (silent)
    return result_error(RESULT_REJECTED, "the stream %s acknowledges nothing: make it with acknowledgements",
                        stream->name);
  return RESULT_DONE;
}

static struct result listen_for_acks(struct stream *stream) {
  natsStatus status = natsInbox_Create(&stream->inbox);
  if (!status)
    status = natsConnection_SubscribeSync(&stream->acks, stream->connection,
                                          str_format(&stream->arena, "%s.*", (const char *)stream->inbox).at);
  return status ? nats_failure(status, "cannot listen for acknowledgements") : RESULT_DONE;
}

static struct result open_all(struct stream *stream, const struct settings *settings) {
  jsOptions options;
  jsOptions_Init(&options);
  options.Wait = API_TIMEOUT_MS;
  TRY(nats_connect(settings, &stream->connection));
  natsStatus status = natsConnection_JetStream(&stream->jetstream, stream->connection, &options);
  if (status)
    return nats_failure(status, "cannot use JetStream");
  TRY(find_or_make(stream));
  return listen_for_acks(stream);
}

struct result stream_open(const struct settings *settings, struct stream **out) {
  struct stream *stream = heap_new(sizeof *stream);
  stream->name = str_c(&stream->arena, settings->nats_stream);
  struct result result = open_all(stream, settings);
  if (!result_ok(&result)) {
    stream_close(stream);
    return result;
  }
  *out = stream;
  return RESULT_DONE;
}

void stream_close(struct stream *stream) {
  natsSubscription_Destroy(stream->acks);
  natsInbox_Destroy(stream->inbox);
  jsCtx_Destroy(stream->jetstream);
  natsConnection_Destroy(stream->connection);
  arena_free(&stream->arena);
  free(stream);
}

bool stream_is_open(struct stream *stream) {
  return natsConnection_Status(stream->connection) == NATS_CONN_STATUS_CONNECTED;
}

/* -- where it ends -- */

static struct result foreign(const struct stream *stream, int64_t sequence) {
  return result_error(RESULT_REJECTED,
                      "message %lld of the stream %s is not event %lld of this tandem: something else publishes there. "
                      "Give the bridge a stream of its own (nats.stream) that only its user may publish to",
                      (long long)sequence, stream->name, (long long)sequence);
}

static struct result read_last(struct stream *stream, struct arena *arena, int64_t sequence, struct str *out_id) {
  natsMsg *message = NULL;
  jsErrCode code = 0;
  const char *id = NULL, *number = NULL;
  int64_t found = 0;
  natsStatus status = js_GetMsg(&message, stream->jetstream, stream->name, (uint64_t)sequence, NULL, &code);
  if (status == NATS_NOT_FOUND || code == JSNoMessageFoundErr)
    return RESULT_DONE; /* too old, purged or deleted */
  if (status)
    return nats_failure(status, "cannot read the stream's last message");
  natsMsgHeader_Get(message, MESSAGE_EVENT_ID, &id);
  natsMsgHeader_Get(message, MESSAGE_SEQUENCE, &number);
  bool ours = id && number && str_to_i64(str_of(number), &found) && found == sequence;
  *out_id = ours ? str_copy(arena, str_of(id)) : (struct str){0};
  natsMsg_Destroy(message);
  return ours ? RESULT_DONE : foreign(stream, sequence);
}

struct result stream_find_end(struct stream *stream, struct arena *arena, struct stream_end *out) {
  jsStreamInfo *info = NULL;
  jsErrCode code = 0;
  struct stream_end end = {0};
  natsStatus status = js_GetStreamInfo(&info, stream->jetstream, stream->name, NULL, &code);
  if (status)
    return nats_failure(status, "cannot look at the stream");
  end.sequence = (int64_t)info->State.LastSeq;
  jsStreamInfo_Destroy(info);
  if (end.sequence)
    TRY(read_last(stream, arena, end.sequence, &end.event_id));
  *out = end;
  return RESULT_DONE;
}

/* -- publishing -- */

static natsStatus set_headers(natsMsg *packet, const struct message *message) {
  natsStatus status = NATS_OK;
  for (size_t i = 0; i < message->header_count && !status; i++)
    status = natsMsgHeader_Set(packet, message->headers[i].name, message->headers[i].value.at);
  return status;
}

/* The reply's subject ends in the message's number. */
static struct result send_one(struct stream *stream, const struct message *message) {
  char number[NUMBER_BYTES + 64];
  natsMsg *packet = NULL;
  snprintf(number, sizeof number, "%s.%lld", (const char *)stream->inbox, (long long)message->sequence);
  natsStatus status =
      natsMsg_Create(&packet, message->subject.at, number, message->payload.at, (int)message->payload.length);
  status = status ? status : set_headers(packet, message);
  status = status ? status : natsConnection_PublishMsg(stream->connection, packet);
  natsMsg_Destroy(packet);
  if (status == NATS_MAX_PAYLOAD)
    return result_error(RESULT_REJECTED,
                        "event %lld has %zu bytes, more than the NATS server takes: raise its max_payload",
                        (long long)message->sequence, message->payload.length);
  return status ? nats_failure(status, "cannot publish") : RESULT_DONE;
}

static struct result refused(const struct stream *stream, int64_t sequence, const cJSON *error) {
  int64_t code = json_i64(error, "err_code");
  struct str words = json_str(error, "description");
  if (code == JSStreamWrongLastSequenceErr)
    return result_error(RESULT_STALE, "the stream %s does not end before event %lld any more (%.*s)", stream->name,
                        (long long)sequence, STR_FMT(words));
  bool persons_matter = code == JSStreamMessageExceedsMaximumErr || code == JSStreamNotMatchErr;
  return result_error(persons_matter ? RESULT_REJECTED : RESULT_RETRY, "the stream %s refuses event %lld: %.*s",
                      stream->name, (long long)sequence, STR_FMT(words));
}

static struct result read_ack(const struct stream *stream, int64_t sequence, struct str text) {
  cJSON *ack;
  TRY(json_parse(text, &ack));
  const cJSON *error = json_member(ack, "error");
  int64_t stored = json_i64(ack, "seq");
  struct result result = error ? refused(stream, sequence, error) : RESULT_DONE;
  cJSON_Delete(ack);
  if (result_ok(&result) && stored != sequence) /* an id that the server knows from elsewhere */
    return foreign(stream, stored);
  return result;
}

static struct result take_ack(struct stream *stream) {
  natsMsg *packet = NULL;
  int64_t sequence = 0;
  natsStatus status = natsSubscription_NextMsg(&packet, stream->acks, ACK_TIMEOUT_MS);
  if (status)
    return nats_failure(status, "no acknowledgement");
  struct result result;
  const char *dot = strrchr(natsMsg_GetSubject(packet), '.');
  if (natsMsg_IsNoResponders(packet))
    result = result_error(RESULT_RETRY, "no stream takes the subjects %s.>: the stream %s has to", stream->name,
                          stream->name);
  else if (!dot || !str_to_i64(str_of(dot + 1), &sequence))
    result = result_error(RESULT_RETRY, "an acknowledgement of nothing");
  else
    result = read_ack(stream, sequence, (struct str){natsMsg_GetData(packet), (size_t)natsMsg_GetDataLength(packet)});
  natsMsg_Destroy(packet);
  return result;
}

struct result stream_publish(struct stream *stream, const struct message *messages, size_t count) {
  for (size_t i = 0; i < count; i++)
    TRY(send_one(stream, &messages[i]));
  for (size_t i = 0; i < count; i++)
    TRY(take_ack(stream));
  return RESULT_DONE;
}
