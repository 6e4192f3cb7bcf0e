/* One run of one command: what was typed, and what a handler works with. */
#ifndef CLI_INVOCATION_H
#define CLI_INVOCATION_H

#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "service/rpc.h"

struct given_option {
  const struct option_spec *spec;
  struct str text;
  int64_t number; /* OPTION_NUMBER, OPTION_SECONDS */
};

struct invocation {
  struct arena *arena; /* lives as long as the command */
  struct output *output;
  const struct command *command;
  struct str arguments[ARGUMENTS_MAX];
  struct str *more; /* of an argument that may be given several times, those after the first */
  size_t more_count;
  struct given_option *given;
  size_t given_count;
  struct str program;       /* argv[0] */
  struct endpoint endpoint; /* found by client_open */
  struct rpc *rpc;          /* opened at the first verb */
  enum exit_code exit_code; /* set by a handler that has more to say than its result */
};

/* The n-th argument, absent when it was not given. */
struct str invocation_argument(const struct invocation *call, size_t index);

bool invocation_flag(const struct invocation *call, const char *name);
struct str invocation_text(const struct invocation *call, const char *name);
int64_t invocation_number(const struct invocation *call, const char *name, int64_t fallback);

/* All values of an OPTION_LIST. */
struct list invocation_list(const struct invocation *call, const char *name);

/* A wrong command line that only the handler could see: exit status 2. */
struct result invocation_usage(struct invocation *call, const char *format, ...)
    __attribute__((format(printf, 2, 3))) MUST_USE;

/* Who acts: TANDEM_ACTOR, else "user:" and the login name. */
struct str invocation_actor(const struct invocation *call);

/* The state directory: --home, TANDEM_HOME, or the user's. */
struct result invocation_home(const struct invocation *call, struct str *out) MUST_USE;

/* The settings as the file, the environment and --home say. */
struct settings;
struct result invocation_settings(const struct invocation *call, struct settings *out) MUST_USE;

/* True when a person can be asked: stdin and stderr are terminals, and no --json. */
bool invocation_may_ask(const struct invocation *call);

/* Everything on stdin, as far as `bytes_max`. */
struct result invocation_read_stdin(const struct invocation *call, size_t bytes_max, struct str *out) MUST_USE;

/* A whole file; "-" is stdin. */
struct result invocation_read_file(const struct invocation *call, struct str path, size_t bytes_max,
                                   struct str *out) MUST_USE;

enum { BODY_BYTES_MAX = 1024 * 1024 };

#endif
