/* Tells tandem that a ticket was made here.
 *
 *   publisher BUNDLE ID TITLE      prints the ticket's key; the same ID again does nothing
 *
 * The certificate needs `--verbs events.publish`. */
#include <stdio.h>
#include <tandem/tandem.h>

/* `text` as a JSON string. */
static void put_string(FILE *out, const char *text) {
  fputc('"', out);
  for (; *text; text++)
    if (*text == '"' || *text == '\\')
      fprintf(out, "\\%c", *text);
    else if ((unsigned char)*text < ' ')
      fprintf(out, "\\u%04x", (unsigned char)*text);
    else
      fputc(*text, out);
  fputc('"', out);
}

int main(int argc, char **argv) {
  if (argc != 4)
    return fprintf(stderr, "usage: publisher BUNDLE ID TITLE\n"), 2;
  char data[4096];
  FILE *text = fmemopen(data, sizeof data, "w");
  if (!text)
    return perror("publisher"), 1;
  fputs("{\"privacy\":\"local_only\",\"fields\":{\"title\":", text);
  put_string(text, argv[3]);
  fputs("}}", text);
  fputc('\0', text);
  if (fclose(text) != 0)
    return fprintf(stderr, "publisher: the title is too long\n"), 2;

  struct tandem *tandem;
  struct tandem_error error;
  struct tandem_options options;
  tandem_options_init(&options);
  options.bundle = argv[1];
  if (tandem_open(&options, &tandem, &error) != TANDEM_OK)
    return fprintf(stderr, "publisher: %s\n", error.message), 1;
  struct tandem_published published;
  enum tandem_code code;
  do /* taken once, however often it is sent */
    code = tandem_publish(tandem, "TicketCreated", "example", argv[2], data, &published, &error);
  while (code == TANDEM_RETRY);
  tandem_close(tandem);
  if (code != TANDEM_OK)
    return fprintf(stderr, "publisher: %s: %s\n", tandem_code_name(code), error.message), 1;
  puts(published.duplicate ? "taken before" : published.key);
  return 0;
}
