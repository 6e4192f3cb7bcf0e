/* From options and answers to a credential: which form was meant, then its parts as JSON. */
#include "cli/connect_credential.h"

#include "base/json.h"
#include "base/secret_file.h"
#include "cli/login.h"
#include "cli/prompt.h"

static bool has_part(const struct credential_form *form, const char *option) {
  for (size_t i = 0; i < CREDENTIAL_PARTS_MAX && form->parts[i].option; i++)
    if (strcmp(form->parts[i].option, option) == 0)
      return true;
  return false;
}

static bool is_complete(const struct invocation *call, const struct credential_form *form) {
  for (size_t i = 0; i < CREDENTIAL_PARTS_MAX && form->parts[i].option; i++)
    if (!invocation_flag(call, form->parts[i].option))
      return false;
  return true;
}

/* True when every credential option that was given belongs to `form`. */
static bool covers(const struct invocation *call, const struct tracker *tracker, const struct credential_form *form) {
  for (size_t f = 0; f < CREDENTIAL_FORMS_MAX && tracker->forms[f].kind; f++)
    for (size_t i = 0; i < CREDENTIAL_PARTS_MAX && tracker->forms[f].parts[i].option; i++) {
      const char *option = tracker->forms[f].parts[i].option;
      if (invocation_flag(call, option) && !has_part(form, option))
        return false;
    }
  return true;
}

static bool is_taken(const struct tracker *tracker, const struct credential_form *form, struct str base_url) {
  return !(form->only_own_sites && tracker_is_vendors(tracker, base_url));
}

/* The complete form, else the first one that can still become complete by asking. */
static const struct credential_form *choose_form(const struct invocation *call, const struct tracker *tracker,
                                                 struct str base_url) {
  const struct credential_form *first = NULL;
  for (size_t i = 0; i < CREDENTIAL_FORMS_MAX && tracker->forms[i].kind; i++) {
    const struct credential_form *form = &tracker->forms[i];
    if (!is_taken(tracker, form, base_url) || !covers(call, tracker, form))
      continue;
    if (is_complete(call, form))
      return form;
    if (!first && form->hint)
      first = form;
  }
  return invocation_may_ask(call) ? first : NULL;
}

/* "--token-file FILE; or --app-id, --installation-id and --app-key-file" */
static struct str ways(struct arena *arena, const struct tracker *tracker, struct str base_url) {
  struct str_builder text = {.arena = arena};
  for (size_t f = 0; f < CREDENTIAL_FORMS_MAX && tracker->forms[f].kind; f++) {
    const struct credential_form *form = &tracker->forms[f];
    if (!is_taken(tracker, form, base_url))
      continue;
    str_append_c(&text, text.length ? "; or " : "");
    for (size_t i = 0; i < CREDENTIAL_PARTS_MAX && form->parts[i].option; i++)
      str_append_format(&text, "%s--%s", i ? " with " : "", form->parts[i].option);
  }
  if (tracker->has_login)
    str_append_c(&text, "; or --oauth");
  return str_built(&text);
}

static struct result read_part(struct invocation *call, const struct credential_part *part, struct str *out) {
  struct str given = invocation_text(call, part->option);
  if (given.at && part->in_file) {
    struct secret secret;
    TRY(secret_file_read(call->arena, str_c(call->arena, given), &secret));
    *out = secret.hidden;
  } else if (given.at) {
    *out = given;
  } else if (part->in_file) {
    return prompt_secret(call, part->question, out);
  } else {
    return prompt_line(call, part->question, (struct str){0}, out);
  }
  return RESULT_DONE;
}

/* A file that is the credential. Only trying it renews nothing, so its access token has to be a living one. */
static struct result check_whole(const struct credential_part *part, struct str text) {
  cJSON *tree = NULL;
  struct result result = json_parse(text, &tree);
  bool complete = result_ok(&result) && json_str(tree, "client_id").length && json_str(tree, "client_secret").length &&
                  json_str(tree, "refresh_token").length && json_str(tree, "access_token").length;
  cJSON_Delete(tree);
  if (complete)
    return RESULT_DONE;
  return result_error(RESULT_REJECTED,
                      "the file of --%s has to be JSON with client_id, client_secret, refresh_token and a fresh "
                      "access_token.",
                      part->option);
}

static struct result read_form(struct invocation *call, const struct credential_form *form, struct str *out) {
  struct str_builder json = {.arena = call->arena};
  for (size_t i = 0; i < CREDENTIAL_PARTS_MAX && form->parts[i].option; i++) {
    struct str text;
    TRY(read_part(call, &form->parts[i], &text));
    if (!form->parts[i].member) {
      TRY(check_whole(&form->parts[i], text));
      return *out = text, RESULT_DONE;
    }
    str_append_format(&json, "%s\"%s\":", i ? "," : "{", form->parts[i].member);
    json_append_quoted(&json, text);
  }
  str_append_c(&json, "}");
  *out = str_built(&json);
  return RESULT_DONE;
}

struct result connect_credential_read(struct invocation *call, const struct tracker *tracker, struct str base_url,
                                      struct connect_credential *out) {
  if (invocation_flag(call, "oauth"))
    return login_run(call, tracker, base_url, login_options(call), (struct str){0}, out);
  const struct credential_form *form = choose_form(call, tracker, base_url);
  if (!form)
    return invocation_usage(call, "which credential? One of: %.*s. A secret is never an argument itself.",
                            STR_FMT(ways(call->arena, tracker, base_url)));
  if (!is_complete(call, form))
    output_note(call->output, "%s", form->hint);
  struct str secret;
  TRY(read_form(call, form, &secret));
  *out =
      (struct connect_credential){.kind = str_of(form->kind), .secret = secret, .was_asked = !is_complete(call, form)};
  return RESULT_DONE;
}

/* -- one part of a credential that is stored already -- */

/* The form of this kind whose parts are all there; forms that share a kind differ in their parts. */
static bool takes_part(const struct credential_form *form, struct str kind, struct str part) {
  if (!str_is(kind, form->kind))
    return false;
  for (size_t i = 0; i < CREDENTIAL_PARTS_MAX && form->parts[i].option; i++)
    if (form->parts[i].in_file && form->parts[i].member && (str_is_absent(part) || str_is(part, form->parts[i].member)))
      return true;
  return false;
}

struct result connect_credential_part(struct invocation *call, const struct tracker *tracker, struct str kind,
                                      struct str part, const struct credential_part **out) {
  for (size_t f = 0; f < CREDENTIAL_FORMS_MAX && tracker->forms[f].kind; f++) {
    const struct credential_form *form = &tracker->forms[f];
    for (size_t i = 0; takes_part(form, kind, part) && i < CREDENTIAL_PARTS_MAX && form->parts[i].option; i++) {
      *out = &form->parts[i];
      if (form->parts[i].in_file && (str_is_absent(part) || str_is(part, form->parts[i].member)))
        return RESULT_DONE;
    }
  }
  return invocation_usage(call, "a credential of %s of the kind %.*s has no secret%s%.*s.", tracker->title,
                          STR_FMT(kind), part.length ? " called " : " that can be replaced", STR_FMT(part));
}
