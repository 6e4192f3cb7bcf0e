/* Any other tracker, told by a mapping (docs/webhook-adapter.md). */
#include "cli/connect_options.h"
#include "cli/tracker.h"

/* What stands for {remote} in the mapping's addresses. */
static bool is_name(struct str text) {
  for (size_t i = 0; i < text.length; i++)
    if ((unsigned char)text.at[i] < ' ')
      return false;
  return text.length > 0 && text.length <= 256;
}

static struct str remote_as_given(struct arena *arena, struct str text, struct str *base_url) {
  (void)arena, (void)base_url;
  return text;
}

/* A project's name here has no slash. */
static struct str last_segment(struct str remote) {
  size_t start = remote.length;
  while (start > 0 && remote.at[start - 1] != '/')
    start--;
  return start < remote.length ? str_slice(remote, start, remote.length) : remote;
}

static const struct option_spec options[] = {
    {"project", OPTION_TEXT, "NAME", "The project: {remote} in the mapping's addresses", 0},
    {"base-url", OPTION_TEXT, "URL", "Of the API: https://tickets.example.com/api", 0},
    {"mapping", OPTION_FILE, "FILE",
     "What its tickets look like and where they are, as YAML or JSON; - is standard input", 0},
    {"token-file", OPTION_FILE, "FILE", "The token that requests carry as `Authorization: Bearer`", 0},
    {"signing-secret-file", OPTION_FILE, "FILE",
     "The secret that requests are signed with; beside a token or instead of one", 0},
    CONNECT_OPTIONS,
};

const struct tracker tracker_webhook = {
    .system = "webhook",
    .title = "the tracker",
    .remote_option = "project",
    .remote_noun = "project",
    .remote_form = "NAME",
    .remote_question = "Project (its name in addresses there)",
    .remote_example = "rocket",
    .forms = {{.kind = "webhook",
               .parts = {{"token-file", "token", "Token", true}},
               .hint = "The token that requests carry as `Authorization: Bearer`."},
              {.kind = "webhook", .parts = {{"signing-secret-file", "secret", NULL, true}}},
              {.kind = "webhook",
               .parts = {{"token-file", "token", NULL, true}, {"signing-secret-file", "secret", NULL, true}}}},
    .credential_advice = "Check the token and the signing secret, and try again.",
    .has_mapping = true,
    .is_remote = is_name,
    .remote_of = remote_as_given,
    .name_of = last_segment,
    .connect =
        {.path = "connect webhook",
         .help = "Keep any tracker that speaks JSON in step",
         OPTIONS(options),
         .run = command_connect,
         .details =
             "For trackers without an adapter of their own: the file of --mapping says what their tickets look like, "
             "which addresses there are and what webhooks carry (docs/webhook-adapter.md). A mistake in it is told "
             "with its line. Connected again without --mapping, a project keeps the mapping that it "
             "has.\n\n" CONNECT_DETAILS,
         .examples = "tandem connect webhook --mapping tickets.yaml\n"
                     "tandem connect webhook --mapping tickets.yaml --base-url https://tickets.example.com/api "
                     "--project support --token-file token.txt --dry-run\n"
                     "tandem connect webhook --mapping tickets.yaml --base-url https://tickets.example.com/api "
                     "--project support --signing-secret-file key.txt --webhook-secret-file hook.txt --yes"},
};
