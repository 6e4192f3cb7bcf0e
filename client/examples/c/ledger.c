/* Handles every event exactly once, whenever it is killed: an effect is written together with its event's number.
 *
 *   ledger BUNDLE LEDGER_FILE [TYPE...]
 *
 * Here both are one line of a file, which is there as a whole or not at all: a last line without its end is cut off at
 * the start. With a database, put the number into a table, in the transaction of the effect. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <tandem/tandem.h>
#include <unistd.h>

static int failed(const struct tandem_error *error) {
  fprintf(stderr, "ledger: %s: %s\n", tandem_code_name(error->code), error->message);
  return 1;
}

/* The number of the last whole line, 0 when there is none; what follows it is cut off. -1: the file cannot be used. */
static long long last_number(const char *path) {
  char *line = NULL;
  size_t room = 0;
  long long number = 0;
  long end = 0;
  FILE *file = fopen(path, "a+e");
  if (!file)
    return -1;
  rewind(file);
  for (ssize_t length; (length = getline(&line, &room, file)) > 0 && line[length - 1] == '\n';) {
    number = strtoll(line, NULL, 10);
    end = ftell(file);
  }
  free(line);
  fclose(file);
  return truncate(path, end) == 0 ? number : -1;
}

static int append(int file, const struct tandem_event *event) {
  int length = dprintf(file, "%lld %s %s\n", (long long)event->sequence, event->type, event->subject);
  return length > 0 && fdatasync(file) == 0;
}

int main(int argc, char **argv) {
  if (argc < 3)
    return fprintf(stderr, "usage: ledger BUNDLE LEDGER_FILE [TYPE...]\n"), 2;
  struct tandem *tandem;
  struct tandem_subscription *subscription;
  struct tandem_error error;
  struct tandem_options options;
  struct tandem_subscription_options what;
  tandem_options_init(&options);
  options.bundle = argv[1];
  options.name = "ledger";
  tandem_subscription_options_init(&what);
  what.after = last_number(argv[2]);
  what.types = (const char *const *)argv + 3;
  what.type_count = (size_t)argc - 3;
  int file = open(argv[2], O_WRONLY | O_APPEND | O_CLOEXEC);
  if (what.after < 0 || file < 0)
    return perror(argv[2]), 1;
  if (tandem_open(&options, &tandem, &error) != TANDEM_OK ||
      tandem_subscribe(tandem, &what, &subscription, &error) != TANDEM_OK)
    return failed(&error);
  const struct tandem_event *event;
  while (tandem_next(subscription, TANDEM_FOREVER, &event, &error) == TANDEM_OK)
    if (!append(file, event))
      return perror(argv[2]), 1;
  return failed(&error);
}
