/* Asking a person. */
#include "cli/prompt.h"

#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

enum { LINE_BYTES_MAX = 64 * 1024 };

static struct result read_line(struct invocation *call, struct str *out) {
  char *line = NULL;
  size_t capacity = 0;
  ssize_t length = getline(&line, &capacity, stdin);
  if (length >= 0 && length < LINE_BYTES_MAX)
    *out = str_trim(str_copy(call->arena, (struct str){line, (size_t)length}));
  if (line)
    explicit_bzero(line, capacity);
  free(line);
  return length >= 0 && length < LINE_BYTES_MAX ? RESULT_DONE
                                                : result_error(RESULT_REJECTED, "no answer, so nothing was done.");
}

struct result prompt_line(struct invocation *call, const char *question, struct str fallback, struct str *out) {
  for (;;) {
    if (fallback.length)
      fprintf(stderr, "%s [%.*s]: ", question, STR_FMT(fallback));
    else
      fprintf(stderr, "%s: ", question);
    struct str answer;
    TRY(read_line(call, &answer));
    if (answer.length == 0)
      answer = fallback;
    if (answer.at) {
      *out = answer;
      return RESULT_DONE;
    }
  }
}

/* -- without echo -- */

static struct termios terminal_before;

static void put_back(int signal_number) {
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_before);
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

struct result prompt_secret(struct invocation *call, const char *question, struct str *out) {
  static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
  if (tcgetattr(STDIN_FILENO, &terminal_before) != 0)
    return result_error(RESULT_REJECTED, "a secret can be typed on a terminal only. Use a file instead.");
  for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
    signal(signals[i], put_back);
  struct termios quiet = terminal_before;
  quiet.c_lflag &= ~(tcflag_t)ECHO;
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  fprintf(stderr, "%s (not shown): ", question);
  struct result result = read_line(call, out);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_before);
  fputc('\n', stderr);
  for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
    signal(signals[i], SIG_DFL);
  if (result_ok(&result) && out->length == 0)
    return result_error(RESULT_REJECTED, "nothing was typed, so nothing was done.");
  return result;
}

/* -- choices -- */

struct result prompt_yes(struct invocation *call, struct str question, bool fallback, bool *out) {
  for (;;) {
    struct str answer;
    fprintf(stderr, "%.*s [%s]: ", STR_FMT(output_clean_line(call->arena, question)), fallback ? "Y/n" : "y/N");
    TRY(read_line(call, &answer));
    bool yes = str_is(answer, "y") || str_is(answer, "yes") || str_is(answer, "Y");
    bool no = str_is(answer, "n") || str_is(answer, "no") || str_is(answer, "N");
    if (yes || no || answer.length == 0) {
      *out = answer.length ? yes : fallback;
      return RESULT_DONE;
    }
  }
}

static bool is_choice(const char *choices, struct str answer) {
  for (struct str rest = str_of(choices); rest.length;) {
    ptrdiff_t bar = str_find(rest, "|");
    size_t end = bar < 0 ? rest.length : (size_t)bar;
    if (str_equal(str_slice(rest, 0, end), answer))
      return true;
    rest = str_slice(rest, bar < 0 ? end : end + 1, rest.length);
  }
  return false;
}

struct result prompt_choice(struct invocation *call, const char *question, const char *choices, struct str fallback,
                            struct str *out) {
  struct str asked = str_format(call->arena, "%s (%s)", question, choices);
  for (;;) {
    struct str answer;
    TRY(prompt_line(call, asked.at, fallback, &answer));
    if (is_choice(choices, answer)) {
      *out = answer;
      return RESULT_DONE;
    }
    fprintf(stderr, "It is one of %s.\n", choices);
  }
}

struct result prompt_confirm(struct invocation *call, const char *question, bool *out_yes) {
  *out_yes = invocation_flag(call, "yes");
  if (*out_yes)
    return RESULT_DONE;
  if (!invocation_may_ask(call)) {
    output_note(call->output, "Nothing was done: this is what --yes would do.");
    return RESULT_DONE;
  }
  return prompt_yes(call, str_of(question), false, out_yes);
}
