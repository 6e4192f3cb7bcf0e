/* certs list | renew | revoke | issue: the certificates of the bus and the verbs. They are files: nothing has to run.
 */
#include <unistd.h>

#include "base/clock.h"
#include "base/settings.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/table.h"
#include "cli/up/prepare.h"
#include "cli/up/tls_files.h"
#include "proto/events.h"
#include "proto/verbs.h"

static struct result open_files(struct invocation *call, struct tls_files *out) {
  struct settings *settings = ARENA_ARRAY(call->arena, struct settings, 1);
  TRY(invocation_settings(call, settings));
  *out = prepare_tls_files(call->arena, settings);
  if (access(str_format(call->arena, "%s/ca-key.pem", out->folder).at, F_OK) != 0)
    return result_error(RESULT_GONE, "there are no certificates in %s yet: `tandem up` makes them", out->folder);
  return RESULT_DONE;
}

/* -- list -- */

/* As it is printed with --json. */
struct shown {
  struct str role, name, serial, state;
  int64_t expires_ms;
  LIST_OF(struct str) grants;
};
struct shown_list {
  LIST_OF(struct shown) certificates;
};
static const struct field shown_fields[] = {
    FIELD(struct shown, role, FIELD_STR, 0, "What its holder is: store, adapter, cli, service, ..."),
    FIELD(struct shown, name, FIELD_STR, 0, "Whose it is."),
    FIELD(struct shown, serial, FIELD_STR, 0, "Its number, in hexadecimal."),
    FIELD(struct shown, state, FIELD_STR, 0,
          "good, expiring, expired, revoked, foreign (of another authority), outdated (of an older tandem), unreadable "
          "or missing."),
    FIELD(struct shown, expires_ms, FIELD_I64, 0, "When it ends, ms since 1970 UTC."),
    FIELD(struct shown, grants, FIELD_STRS, 0, "Of a service: what it may call and read."),
};
static const struct record record_shown = RECORD("Certificate", struct shown, shown_fields, "A certificate.");
static const struct field shown_list_fields[] = {
    FIELD_OF(struct shown_list, certificates, FIELD_LIST, 0, &record_shown, "All that there are."),
};
static const struct record record_shown_list =
    RECORD("Certificates", struct shown_list, shown_list_fields, "The certificates below tls/.");

static void print_json(struct invocation *call, const struct certificate_info *all, size_t count) {
  struct shown *shown = ARENA_ARRAY(call->arena, struct shown, count);
  struct shown_list list = {.certificates = {shown, count}};
  for (size_t i = 0; i < count; i++)
    shown[i] = (struct shown){.role = all[i].role,
                              .name = all[i].name,
                              .serial = all[i].serial,
                              .state = all[i].state,
                              .expires_ms = all[i].expires_ms,
                              .grants = {all[i].grants, all[i].grant_count}};
  output_record(call->output, &record_shown_list, &list);
}

static void print_table(struct invocation *call, const struct certificate_info *all, size_t count) {
  static const struct column columns[] = {
      {"NAME", 0}, {"ROLE", 0}, {"STATE", 0}, {"EXPIRES", 0}, {"SERIAL", COLUMN_USEFUL}};
  struct table *table = table_new(call->output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < count; i++) {
    struct str moment = clock_format_ms(call->arena, all[i].expires_ms);
    struct str day = call->output->format == OUTPUT_PLAIN ? moment : str_slice(moment, 0, strlen("2026-01-01"));
    const struct str cells[] = {all[i].name, all[i].role, all[i].state, all[i].expires_ms ? day : STR("-"),
                                all[i].serial};
    table_row(table, cells);
  }
  table_end(table);
}

struct result command_certs_list(struct invocation *call) {
  struct tls_files files;
  struct certificate_info *all;
  size_t count;
  TRY(open_files(call, &files));
  TRY(tls_files_list(call->arena, &files, &all, &count));
  if (output_is_json(call->output))
    print_json(call, all, count);
  else
    print_table(call, all, count);
  return RESULT_DONE;
}

/* -- renew -- */

static struct result renew_one(struct invocation *call, const struct tls_files *files, const char *name) {
  TRY(tls_files_renew(call->arena, files, name));
  output_note(call->output, "Renewed: %s", name);
  return RESULT_DONE;
}

/* Those that are not good any more, or all. A revoked service stays revoked. */
static struct result renew_many(struct invocation *call, const struct tls_files *files, bool all) {
  struct certificate_info *found;
  size_t count;
  TRY(tls_files_list(call->arena, files, &found, &count));
  for (size_t i = 0; i < count; i++) {
    bool revoked_service = str_is(found[i].state, "revoked") && str_is(found[i].role, role_names[ROLE_SERVICE]);
    if (!revoked_service && (all || !str_is(found[i].state, "good")))
      TRY(renew_one(call, files, str_c(call->arena, found[i].name)));
  }
  return RESULT_DONE;
}

struct result command_certs_renew(struct invocation *call) {
  struct tls_files files;
  struct str name = invocation_argument(call, 0);
  bool all = invocation_flag(call, "all");
  if (all && name.length)
    return invocation_usage(call, "either --all or a name");
  TRY(open_files(call, &files));
  TRY(name.length ? renew_one(call, &files, str_c(call->arena, name)) : renew_many(call, &files, all));
  output_note(call->output,
              "Every connection that is made from now on uses the new ones; nothing has to be restarted. Give "
              "other services the new files of tls/services/NAME.");
  return RESULT_DONE;
}

/* -- revoke -- */

struct result command_certs_revoke(struct invocation *call) {
  struct tls_files files;
  int64_t count;
  const char *name = str_c(call->arena, invocation_argument(call, 0));
  TRY(open_files(call, &files));
  TRY(tls_files_revoke(call->arena, &files, name, &count));
  struct str counted = format_counted(call->arena, count, "certificate", "certificates");
  output_note(call->output, "Revoked: %.*s of %s. A store that runs closes their connections within a second.",
              STR_FMT(counted), name);
  return RESULT_DONE;
}

/* -- issue -- */

struct grants {
  struct arena *arena;
  struct str *at;
  size_t count, capacity;
};

static void add_grant(struct grants *grants, const char *kind, struct str name) {
  if (grants->count == grants->capacity) {
    size_t capacity = grants->capacity ? 2 * grants->capacity : 16;
    struct str *more = ARENA_ARRAY(grants->arena, struct str, capacity);
    for (size_t i = 0; i < grants->count; i++)
      more[i] = grants->at[i];
    grants->at = more;
    grants->capacity = capacity;
  }
  grants->at[grants->count++] = str_format(grants->arena, "%s%.*s", kind, STR_FMT(name));
}

static struct result grant_verb(struct invocation *call, struct grants *grants, struct str name) {
  enum verb_id verb = verb_named(name);
  if (!str_is(name, GRANT_ALL) && verb == VERB_COUNT)
    return invocation_usage(call, "there is no verb \"%.*s\": see docs/verbs.md", STR_FMT(name));
  if (verb != VERB_COUNT && !(verb_table[verb].callers & 1U << ROLE_SERVICE))
    return invocation_usage(call, "%.*s is for tandem's own programs and cannot be granted: see docs/verbs.md",
                            STR_FMT(name));
  add_grant(grants, GRANT_VERB, name);
  return RESULT_DONE;
}

static struct result grant_event(struct invocation *call, struct grants *grants, struct str name) {
  struct str type = str_starts_with(name, "tandem.") || str_is(name, GRANT_ALL)
                        ? name
                        : str_format(call->arena, "tandem.v1.%.*s", STR_FMT(name));
  if (!str_is(type, GRANT_ALL) && event_named(type) == EVENT_COUNT)
    return invocation_usage(call, "there is no event \"%.*s\": see docs/events.md", STR_FMT(name));
  add_grant(grants, GRANT_EVENT, type);
  return RESULT_DONE;
}

typedef struct result grant_one(struct invocation *call, struct grants *grants, struct str name);

/* All words of all values: "--verbs ticket.get,ticket.list" and "--verbs ticket.get --verbs ticket.list" are the same.
 */
static struct result grant_words(struct invocation *call, const char *option, grant_one *one, struct grants *grants) {
  struct list values = invocation_list(call, option);
  for (size_t i = 0; i < values.count; i++) {
    struct str rest = ((const struct str *)values.at)[i];
    while (rest.length) {
      ptrdiff_t comma = str_find(rest, ",");
      struct str word = str_slice(rest, 0, comma < 0 ? rest.length : (size_t)comma);
      if (word.length)
        TRY(one(call, grants, word));
      rest = str_slice(rest, comma < 0 ? rest.length : (size_t)comma + 1, rest.length);
    }
  }
  return RESULT_DONE;
}

struct result command_certs_issue(struct invocation *call) {
  struct tls_files files;
  struct grants grants = {.arena = call->arena};
  const char *folder;
  TRY(grant_words(call, "verbs", grant_verb, &grants));
  TRY(grant_words(call, "events", grant_event, &grants));
  if (grants.count == 0)
    return invocation_usage(call, "what may it do? Name verbs (--verbs) or events (--events)");
  add_grant(&grants, GRANT_VERB, STR("hello"));
  if (invocation_list(call, "events").count)
    add_grant(&grants, GRANT_VERB, STR("events.read"));
  TRY(open_files(call, &files));
  TRY(tls_files_issue(call->arena, &files, str_c(call->arena, invocation_argument(call, 0)), grants.at, grants.count,
                      &folder));
  output_text(call->output, "%s\n", folder);
  output_note(call->output, "There are certificate.pem (key and certificate: a secret) and ca.pem (whom to trust). "
                            "docs/bus.md says how a program uses them.");
  return RESULT_DONE;
}
