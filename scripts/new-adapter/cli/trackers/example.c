/* Example: a project. */
#include "cli/connect_options.h"
#include "cli/tracker.h"

/* "https://example.com/projects/ROCKET" */
static struct str project_of(struct arena *arena, struct str text, struct str *base_url) {
  (void)arena, (void)base_url;
  struct str key = tracker_segment_after(text, "/projects/");
  return str_is_absent(key) ? text : key;
}

static const struct option_spec options[] = {
    {"project", OPTION_TEXT, "KEY", "The project's key, or its address in the browser", 0},
    {"base-url", OPTION_TEXT, "URL", "Of the API: https://example.com/api", 0},
    {"token-file", OPTION_FILE, "FILE", "An API token", 0},
    CONNECT_OPTIONS,
};

const struct tracker tracker_example = {
    .system = "example",
    .title = "Example",
    .remote_option = "project",
    .remote_noun = "project",
    .remote_form = "KEY",
    .remote_question = "Project (its KEY, or its address)",
    .remote_example = "ROCKET",
    .forms = {{.kind = "pat", .parts = {{"token-file", "token", "Token", true}}, .hint = "An API token."}},
    .credential_advice = "Make a new token that may read and write tickets, and try again.",
    .is_remote = tracker_is_key,
    .remote_of = project_of,
    .name_of = tracker_name_as_remote,
    .connect = {.path = "connect example",
                .help = "Keep an Example project's tickets in step",
                OPTIONS(options),
                .run = command_connect,
                .details = CONNECT_DETAILS,
                .examples = "tandem connect example\n"
                            "tandem connect example --project ROCKET --token-file token.txt --yes"},
};
