/* A subscriber with every option, for tests.
 *
 *   client-driver BUNDLE [after=N] [after_id=ID] [cursor=PATH] [project=NAME] [system=NAME] [type=NAME]... [timeout=MS]
 * [events=N] [wait=MS] [insecure=1]
 *
 * Prints `listening`, then for each event a JSON line {"sequence", "type", "subject", "position", "packed", "data"},
 * and `timeout: MESSAGE` when the time is over. Waits by poll() only. Ends after `events`, with a code's number on
 * failure. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <tandem/tandem.h>

struct driver {
  struct tandem_options options;
  struct tandem_subscription_options what;
  const char *types[8];
  int timeout_ms;
  long events; /* still to come */
};

static const char *value_of(const char *argument, const char *name) {
  size_t length = strlen(name);
  return strncmp(argument, name, length) == 0 && argument[length] == '=' ? argument + length + 1 : NULL;
}

static void read_argument(struct driver *driver, const char *argument) {
  const char *value;
  if ((value = value_of(argument, "after")))
    driver->what.after = atoll(value);
  else if ((value = value_of(argument, "after_id")))
    driver->what.after_id = value;
  else if ((value = value_of(argument, "cursor")))
    driver->what.cursor_file = value;
  else if ((value = value_of(argument, "project")))
    driver->what.project = value;
  else if ((value = value_of(argument, "system")))
    driver->what.system = value;
  else if ((value = value_of(argument, "insecure")))
    driver->options.allow_insecure_bus = atoi(value);
  else if ((value = value_of(argument, "wait")))
    driver->options.timeout_ms = atoi(value);
  else if ((value = value_of(argument, "timeout")))
    driver->timeout_ms = atoi(value);
  else if ((value = value_of(argument, "events")))
    driver->events = atol(value);
  else if ((value = value_of(argument, "type")) && driver->what.type_count < 8)
    driver->types[driver->what.type_count++] = value;
}

static int fail(const struct tandem_error *error) {
  fprintf(stderr, "%s: %s\n", tandem_code_name(error->code), error->message);
  return (int)error->code;
}

static int print_event(struct tandem_subscription *subscription, const struct tandem_event *event) {
  const void *packed;
  size_t bytes;
  struct tandem_error error;
  if (tandem_event_msgpack(event, &packed, &bytes, &error) != TANDEM_OK)
    return fail(&error);
  printf("{\"sequence\":%lld,\"type\":\"%s\",\"subject\":\"%s\",\"position\":%lld,\"packed\":\"",
         (long long)event->sequence, event->type, event->subject, (long long)tandem_position(subscription));
  for (size_t i = 0; i < bytes; i++)
    printf("%02x", ((const unsigned char *)packed)[i]);
  printf("\",\"data\":%.*s}\n", (int)event->data_bytes, event->data);
  fflush(stdout);
  return 0;
}

static int listen_on(struct driver *driver, struct tandem_subscription *subscription) {
  struct pollfd readable = {.fd = tandem_fd(subscription), .events = POLLIN};
  struct tandem_error error;
  while (driver->events > 0) {
    const struct tandem_event *event;
    int ready = poll(&readable, 1, driver->timeout_ms);
    enum tandem_code code = tandem_next(subscription, 0, &event, &error);
    int status = 0;
    if (code == TANDEM_OK)
      status = print_event(subscription, event), driver->events--;
    else if (code != TANDEM_TIMEOUT)
      status = fail(&error);
    else if (ready == 0)
      printf("timeout: %s\n", error.message), fflush(stdout);
    else
      status = fprintf(stderr, "the descriptor was readable, and there was nothing\n");
    if (status)
      return status;
    if (code == TANDEM_OK && driver->what.cursor_file &&
        tandem_commit(subscription, tandem_position(subscription), &error) != TANDEM_OK)
      return fail(&error);
  }
  return 0;
}

int main(int argc, char **argv) {
  struct driver driver = {.timeout_ms = 60000, .events = 1000000};
  struct tandem *tandem;
  struct tandem_subscription *subscription;
  struct tandem_error error;
  tandem_options_init(&driver.options);
  tandem_subscription_options_init(&driver.what);
  driver.what.types = driver.types;
  driver.options.bundle = argc > 1 ? argv[1] : NULL;
  for (int i = 2; i < argc; i++)
    read_argument(&driver, argv[i]);
  if (tandem_open(&driver.options, &tandem, &error) != TANDEM_OK)
    return fail(&error);
  int status = 0;
  if (tandem_subscribe(tandem, &driver.what, &subscription, &error) == TANDEM_OK) {
    fprintf(stderr, "listening after %lld\n", (long long)tandem_position(subscription));
    status = listen_on(&driver, subscription);
    tandem_unsubscribe(subscription);
  } else {
    status = fail(&error);
  }
  tandem_close(tandem);
  return status;
}
