/* Prints every event of the given types, one line each, and goes on after a crash or a restart where it was.
 *
 *   subscriber BUNDLE CURSOR_FILE [TYPE...]
 *
 * BUNDLE is the folder that `tandem certs issue NAME --events ...` prints. At least once: a crash between printing and
 * committing prints an event again. */
#include <signal.h>
#include <stdio.h>
#include <tandem/tandem.h>

static volatile sig_atomic_t is_over;

static void end(int signal_number) {
  (void)signal_number;
  is_over = 1;
}

static int failed(const struct tandem_error *error) {
  fprintf(stderr, "subscriber: %s: %s\n", tandem_code_name(error->code), error->message);
  return 1;
}

int main(int argc, char **argv) {
  if (argc < 3)
    return fprintf(stderr, "usage: subscriber BUNDLE CURSOR_FILE [TYPE...]\n"), 2;
  signal(SIGTERM, end);
  signal(SIGINT, end);

  struct tandem *tandem;
  struct tandem_error error;
  struct tandem_options options;
  tandem_options_init(&options);
  options.bundle = argv[1];
  options.name = "subscriber";
  if (tandem_open(&options, &tandem, &error) != TANDEM_OK)
    return failed(&error);

  struct tandem_subscription *subscription;
  struct tandem_subscription_options what;
  tandem_subscription_options_init(&what);
  what.cursor_file = argv[2];
  what.types = (const char *const *)argv + 3;
  what.type_count = (size_t)argc - 3;
  if (tandem_subscribe(tandem, &what, &subscription, &error) != TANDEM_OK)
    return tandem_close(tandem), failed(&error);
  fprintf(stderr, "listening after %lld\n", (long long)tandem_position(subscription));

  while (!is_over) {
    const struct tandem_event *event;
    switch (tandem_next(subscription, 500, &event, &error)) {
    case TANDEM_OK:
      printf("%lld %s %s %s\n", (long long)event->sequence, event->type, event->subject, event->data);
      fflush(stdout);
      if (tandem_commit(subscription, event->sequence, &error) != TANDEM_OK)
        failed(&error);
      break;
    case TANDEM_TIMEOUT:
      break;
    default: /* a person is wanted; it goes on trying */
      failed(&error);
    }
  }
  tandem_unsubscribe(subscription);
  tandem_close(tandem);
  return 0;
}
