/* ticket list | show | new | edit | comment | share */
#include "base/clock.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/editor.h"
#include "cli/format.h"
#include "cli/nearest.h"
#include "cli/project_name.h"
#include "cli/retract.h"
#include "cli/ticket_file.h"
#include "cli/ticket_view.h"

/* -- reading -- */

struct result command_ticket_list(struct invocation *call) {
  enum { PAGE = 500, DEFAULT_LIMIT = 50 };
  bool all = invocation_flag(call, "all");
  int64_t left = all ? INT64_MAX : invocation_number(call, "limit", DEFAULT_LIMIT);
  struct ticket_query query = {.project = invocation_text(call, "project"),
                               .status = invocation_text(call, "status"),
                               .label = invocation_text(call, "label"),
                               .text = invocation_text(call, "search")};
  struct ticket *tickets = NULL;
  size_t count = 0, capacity = 0;
  struct ticket_list page = {.more = true};
  while (page.more && left > 0) {
    query.limit = left < PAGE ? left : PAGE;
    page = (struct ticket_list){0};
    TRY(client_call(call, VERB_TICKET_LIST, &query, &page));
    if (page.tickets.count == 0)
      break;
    tickets =
        arena_append(call->arena, tickets, &count, &capacity, page.tickets.at, page.tickets.count, sizeof *tickets);
    left -= (int64_t)page.tickets.count;
    query.after = tickets[count - 1].key;
  }
  if (count == 0)
    TRY(project_name_check(call));
  struct ticket_list found = {.tickets = {tickets, count}, .more = page.more};
  if (output_is_json(call->output))
    return output_record(call->output, verb_table[VERB_TICKET_LIST].reply, &found), RESULT_DONE;
  ticket_view_list(call->output, tickets, count, clock_now_ms());
  if (count == 0)
    output_note(call->output, "No tickets match. `tandem ticket new --title …` makes one, `tandem sync` fetches them.");
  else if (found.more)
    output_note(call->output,
                "The first %zu by key; there are more: --limit N, --all, or --project, --status, --label, --search.",
                count);
  return RESULT_DONE;
}

struct result command_ticket_show(struct invocation *call) {
  struct ticket_get get = {.key = invocation_argument(call, 0),
                           .external = invocation_flag(call, "external"),
                           .deleted = invocation_flag(call, "deleted")};
  struct ticket ticket = {0};
  bool printed;
  TRY(client_print(call, VERB_TICKET_GET, &get, &ticket, &printed));
  if (!printed)
    ticket_view_print(call->output, &ticket, clock_now_ms());
  return RESULT_DONE;
}

/* -- writing -- */

/* With --body TEXT, --body-file FILE or `-`: the text; else absent. */
static struct result read_body(struct invocation *call, bool from_stdin, struct str *out) {
  struct str body = invocation_text(call, "body"), file = invocation_text(call, "body-file");
  if (body.at && file.at)
    return invocation_usage(call, "--body and --body-file cannot be combined.");
  if (from_stdin && (body.at || file.at))
    return invocation_usage(call, "`-` reads the body from standard input: leave --body and --body-file out.");
  if (file.at || from_stdin)
    return invocation_read_file(call, file.at ? file : STR("-"), BODY_BYTES_MAX, out);
  *out = body;
  return RESULT_DONE;
}

static void put_text(struct values_builder *fields, const char *name, struct str text) {
  if (text.at)
    values_put(fields, value_text(str_of(name), text));
}

static void put_set(const struct invocation *call, struct values_builder *fields, const char *option,
                    const char *field) {
  struct list items = invocation_list(call, option);
  if (items.count)
    values_put(fields, value_set(str_of(field), items.at, items.count));
}

/* What a change of a ticket prints: a sentence on a terminal, the key alone anywhere else, for scripts. */
static struct result print_ticket(struct invocation *call, enum verb_id id, const struct ticket *ticket,
                                  const char *what) {
  if (output_is_json(call->output))
    output_record(call->output, verb_table[id].reply, ticket);
  else if (call->output->terminal && !call->output->quiet)
    output_text(call->output, "%.*s is %s.\n", STR_FMT(ticket->key), what);
  else
    output_text(call->output, "%.*s\n", STR_FMT(ticket->key));
  return RESULT_DONE;
}

/* A word of one's own is allowed, so one that looks like a slip is only pointed out. */
static void tell_of_unusual_status(const struct invocation *call) {
  static const char *const usual[] = {"open", "in_progress", "done", "cancelled", "duplicate"};
  enum { USUAL_COUNT = sizeof usual / sizeof usual[0], SLIPS_MAX = 2 };
  struct str status = invocation_text(call, "status");
  const char *meant = status.at ? nearest_word(status, usual, USUAL_COUNT) : NULL;
  int slips = meant ? nearest_distance(status, str_of(meant)) : 0;
  if (slips > 0 && slips <= SLIPS_MAX)
    output_note(call->output, "`%s` is a status of your own. Did you mean `%s`?",
                output_clean_line(call->arena, status).at, meant);
}

struct result command_ticket_new(struct invocation *call) {
  struct str title = invocation_text(call, "title"), dash = invocation_argument(call, 0), body = {0};
  if (str_is_absent(title))
    return invocation_usage(call, "a ticket needs a title: tandem ticket new --title TEXT.");
  if (dash.at && !str_is(dash, "-"))
    return invocation_usage(call, "`%.*s` is not understood. Say --title TEXT; `-` reads the body from standard input.",
                            STR_FMT(dash));
  TRY(read_body(call, dash.at != NULL, &body));
  struct values_builder fields = {.arena = call->arena};
  put_text(&fields, "title", title);
  put_text(&fields, "body", body);
  put_text(&fields, "status", invocation_text(call, "status"));
  put_text(&fields, "milestone", invocation_text(call, "milestone"));
  put_set(call, &fields, "label", "labels");
  put_set(call, &fields, "assignee", "assignees");
  struct ticket_new request = {.fields = values_built(&fields),
                               .project = invocation_text(call, "project"),
                               .privacy = invocation_text(call, "privacy"),
                               .actor = invocation_actor(call)};
  struct ticket ticket = {0};
  TRY(client_call(call, VERB_TICKET_NEW, &request, &ticket));
  tell_of_unusual_status(call);
  return print_ticket(call, VERB_TICKET_NEW, &ticket, "created");
}

static struct result edit_by_flags(struct invocation *call, struct ticket_edit *request) {
  struct str body = {0};
  TRY(read_body(call, false, &body));
  struct values_builder set = {.arena = call->arena}, add = {.arena = call->arena}, remove = {.arena = call->arena};
  put_text(&set, "title", invocation_text(call, "title"));
  put_text(&set, "body", body);
  put_text(&set, "status", invocation_text(call, "status"));
  put_text(&set, "milestone", invocation_text(call, "milestone"));
  put_set(call, &add, "add-label", "labels");
  put_set(call, &add, "add-assignee", "assignees");
  put_set(call, &remove, "remove-label", "labels");
  put_set(call, &remove, "remove-assignee", "assignees");
  request->set = values_built(&set);
  request->add = values_built(&add);
  request->remove = values_built(&remove);
  return RESULT_DONE;
}

/* The editor's text against the ticket as it was when the editor was opened. */
static struct result edit_by_hand(struct invocation *call, struct ticket_edit *request, struct str *file) {
  struct ticket_get get = {.key = request->key};
  struct ticket before = {0};
  TRY(client_call(call, VERB_TICKET_GET, &get, &before));
  struct str text;
  struct values after;
  TRY(editor_edit(call, "ticket.md", ticket_file_write(call->arena, &before.fields), &text, file));
  TRY(ticket_file_read(call->arena, text, &before.fields, &after));
  struct ticket_changes changes = ticket_file_changes(call->arena, &before.fields, &after);
  request->set = changes.set;
  request->add = changes.add;
  request->remove = changes.remove;
  request->if_version = before.version;
  return RESULT_DONE;
}

static bool has_edit_flags(const struct invocation *call) {
  for (size_t i = 0; i < call->given_count; i++)
    if (call->given[i].spec >= call->command->options &&
        call->given[i].spec < call->command->options + call->command->option_count)
      return true;
  return false;
}

static struct result send_edit(struct invocation *call, const struct ticket_edit *request) {
  if (request->set.count + request->add.count + request->remove.count == 0) {
    output_note(call->output, "Nothing to change.");
    return RESULT_DONE;
  }
  struct ticket ticket = {0};
  TRY(client_call(call, VERB_TICKET_EDIT, request, &ticket));
  tell_of_unusual_status(call);
  return print_ticket(call, VERB_TICKET_EDIT, &ticket, "changed");
}

struct result command_ticket_edit(struct invocation *call) {
  struct ticket_edit request = {.key = invocation_argument(call, 0), .actor = invocation_actor(call)};
  struct str file = {0};
  bool by_flags = has_edit_flags(call);
  if (!by_flags && !invocation_may_ask(call))
    return invocation_usage(call, "say what to change (--title, --body, --status, --add-label, …), or run it on a "
                                  "terminal to use an editor.");
  struct result result = by_flags ? edit_by_flags(call, &request) : edit_by_hand(call, &request, &file);
  if (result_ok(&result))
    result = send_edit(call, &request);
  editor_end(call, file, &result);
  return result;
}

static struct result delete_comment(struct invocation *call) {
  struct comment_delete request = {.key = invocation_argument(call, 0), .actor = invocation_actor(call)};
  if (invocation_text(call, "body").at || invocation_text(call, "body-file").at ||
      invocation_text(call, "privacy").at || invocation_argument(call, 1).at)
    return invocation_usage(call, "--delete takes a comment's key and nothing else.");
  struct ticket ticket = {0};
  TRY(client_call(call, VERB_COMMENT_DELETE, &request, &ticket));
  output_note(call->output, "Its text is kept: tandem ticket show %.*s --deleted.", STR_FMT(ticket.key));
  ticket.key = output_is_json(call->output) ? ticket.key : request.key;
  return print_ticket(call, VERB_COMMENT_DELETE, &ticket, "deleted, and its copies outside will be");
}

/* From an option, a file, standard input or an editor. */
static struct result comment_body(struct invocation *call, bool from_stdin, struct str *out, struct str *file) {
  TRY(read_body(call, from_stdin, out));
  if (!str_is_absent(*out))
    return RESULT_DONE;
  if (!invocation_may_ask(call))
    return invocation_usage(call, "a comment needs a text: --body TEXT, --body-file FILE, or - for standard input.");
  return editor_edit(call, "comment.md", STR(""), out, file);
}

static struct result send_comment(struct invocation *call, const struct ticket_comment *request) {
  struct ticket ticket = {0};
  TRY(client_call(call, VERB_TICKET_COMMENT, request, &ticket));
  return print_ticket(call, VERB_TICKET_COMMENT, &ticket, "commented");
}

struct result command_ticket_comment(struct invocation *call) {
  if (invocation_flag(call, "delete"))
    return delete_comment(call);
  struct ticket_comment request = {.key = invocation_argument(call, 0),
                                   .privacy = invocation_text(call, "privacy"),
                                   .actor = invocation_actor(call)};
  struct str dash = invocation_argument(call, 1), file = {0};
  if (dash.at && !str_is(dash, "-"))
    return invocation_usage(call, "`%.*s` is not understood. Say --body TEXT; `-` reads it from standard input.",
                            STR_FMT(dash));
  struct result result = comment_body(call, dash.at != NULL, &request.body, &file);
  if (result_ok(&result) && str_trim(request.body).length == 0) {
    editor_end(call, file, &result);
    return result_error(RESULT_REJECTED, "the comment is empty, so nothing was added.");
  }
  if (result_ok(&result))
    result = send_comment(call, &request);
  editor_end(call, file, &result);
  return result;
}

/* What was written while the ticket was private stays so: who shares it is told, and how one gets out. */
static void tell_of_private_comments(struct invocation *call, const struct ticket *ticket) {
  size_t count = 0;
  for (size_t i = 0; i < ticket->comments.count; i++)
    count += str_is(ticket->comments.at[i].privacy, "local_only");
  if (count)
    output_note(call->output,
                "%zu of its comments stay%s here: private ones. `tandem ticket share C-… --privacy shareable` lets one "
                "out.",
                count, count == 1 ? "s" : "");
}

struct result command_ticket_share(struct invocation *call) {
  struct ticket_share request = {.key = invocation_argument(call, 0),
                                 .project = invocation_text(call, "project"),
                                 .privacy = invocation_text(call, "privacy"),
                                 .revoke = invocation_flag(call, "revoke"),
                                 .actor = invocation_actor(call)};
  if (str_is_absent(request.project) && str_is_absent(request.privacy))
    return invocation_usage(call, "say --project PROJECT (with --revoke to take it back), --privacy, or both.");
  if (request.revoke && str_is_absent(request.project))
    return invocation_usage(call, "--revoke needs --project PROJECT: which grant is taken back.");
  struct ticket ticket = {0};
  TRY(client_call(call, VERB_TICKET_SHARE, &request, &ticket));
  bool takes_back = request.revoke || str_is(request.privacy, "local_only");
  TRY(print_ticket(call, VERB_TICKET_SHARE, &ticket,
                   request.revoke ? "no longer shared there"
                   : takes_back   ? "private now"
                                  : "shared"));
  if (takes_back)
    return retract_hint(call, request.key);
  if (!str_starts_with(request.key, "C-"))
    tell_of_private_comments(call, &ticket);
  return RESULT_DONE;
}
