/* Calls any verb of docs/verbs.md.
 *
 *   caller BUNDLE VERB [JSON]       prints the reply
 *
 * The certificate needs `--verbs VERB`. The exit status says what to do next: 0 done, else the code's number. */
#include <stdio.h>
#include <tandem/tandem.h>

int main(int argc, char **argv) {
  if (argc < 3 || argc > 4)
    return fprintf(stderr, "usage: caller BUNDLE VERB [JSON]\n"), 2;
  struct tandem *tandem;
  struct tandem_error error;
  struct tandem_options options;
  tandem_options_init(&options);
  options.bundle = argv[1];
  options.timeout_ms = 5000;
  if (tandem_open(&options, &tandem, &error) != TANDEM_OK)
    return fprintf(stderr, "caller: %s\n", error.message), error.code;
  char *reply;
  enum tandem_code code = tandem_call(tandem, argv[2], argc == 4 ? argv[3] : NULL, &reply, &error);
  tandem_close(tandem);
  if (code != TANDEM_OK)
    return fprintf(stderr, "caller: %s: %s\n", tandem_code_name(code), error.message), code;
  puts(reply);
  tandem_free(reply);
  return 0;
}
