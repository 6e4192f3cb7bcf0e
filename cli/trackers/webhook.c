/* Any other tracker, told by a mapping (docs/webhook-adapter.md). */
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
    .count_note = "",
    .has_mapping = true,
    .is_remote = is_name,
    .remote_of = remote_as_given,
    .name_of = last_segment,
};
