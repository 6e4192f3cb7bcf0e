/* Verbs on projects. */
#include "store/projects/projects.h"

#include "base/json.h"
#include "base/url.h"
#include "store/observing/gone_many.h"
#include "store/projects/decided.h"
#include "store/security/credentials.h"
#include "store/tickets/follow.h"
#include "store/tickets/imports.h"
#include "store/tickets/journal.h"
#include "store/webhooks/hook_removal.h"
#include "store/webhooks/hooks.h"
#include "sync/rules.h"

/* -- reading -- */

struct rules_holder {
  LIST_OF(struct field_setting) rules;
  LIST_OF(struct str) follows;
};
static const struct field rules_holder_fields[] = {
    FIELD_OF(struct rules_holder, rules, FIELD_LIST, 0, &record_field_setting, "Field settings."),
    FIELD(struct rules_holder, follows, FIELD_STRS, 0, "Names of projects."),
};
static const struct record rules_record =
    RECORD("Rules", struct rules_holder, rules_holder_fields, "Field settings as stored.");

struct result project_row(struct arena *arena, const struct rows *rows, size_t row, struct project *out) {
  struct rules_holder holder = {0};
  struct str json = str_format(arena, "{\"rules\":%.*s,\"follows\":%.*s}", STR_FMT(rows_str(rows, row, "rules")),
                               STR_FMT(rows_str(rows, row, "follows")));
  TRY(json_to_record(arena, &rules_record, json, &holder));
  *out = (struct project){
      .id = rows_i64(rows, row, "id"),
      .name = rows_str(rows, row, "name"),
      .system = rows_str(rows, row, "system"),
      .base_url = rows_str(rows, row, "base_url"),
      .remote = rows_str(rows, row, "remote"),
      .credential = rows_str(rows, row, "credential"),
      .webhook_credential = rows_str(rows, row, "webhook_credential"),
      .direction = rows_str(rows, row, "direction"),
      .strategy = rows_str(rows, row, "strategy"),
      .confirmed_by = rows_str(rows, row, "confirmed_by"),
      .privacy_default = rows_str(rows, row, "privacy_default"),
      .listed_only = rows_bool(rows, row, "listed_only"),
      .options = rows_str(rows, row, "options"),
      .poll_interval_s = rows_i64(rows, row, "poll_interval_s"),
      .state = rows_str(rows, row, "state"),
      .state_reason = rows_str(rows, row, "state_reason"),
      .version = rows_i64(rows, row, "version"),
  };
  out->rules.at = holder.rules.at;
  out->rules.count = holder.rules.count;
  out->follows.at = holder.follows.at;
  out->follows.count = holder.follows.count;
  return RESULT_DONE;
}

struct result project_named(struct call *call, struct str name, struct project *out) {
  struct rows rows;
  TRY(db_query(call->db, "select " PROJECT_COLUMNS " from project where name = $1 and state <> 'removed'",
               PARAMS(p_str(name)), &rows));
  if (rows.count == 0)
    return result_error(RESULT_GONE, "there is no project \"%.*s\"; `tandem projects list` shows what there is",
                        STR_FMT(name));
  return project_row(call->arena, &rows, 0, out);
}

static struct result read_all(struct call *call, const struct rows *rows, struct project **out) {
  struct project *projects = ARENA_ARRAY(call->arena, struct project, rows->count);
  for (size_t i = 0; i < rows->count; i++)
    TRY(project_row(call->arena, rows, i, &projects[i]));
  *out = projects;
  return RESULT_DONE;
}

struct result projects_of(struct call *call, const int64_t *ids, size_t count, struct project **out,
                          size_t *out_count) {
  struct rows rows;
  TRY(db_query(call->db, "select " PROJECT_COLUMNS " from project where id = any($1::bigint[])",
               PARAMS(p_i64s(call->arena, ids, count)), &rows));
  *out_count = rows.count;
  return read_all(call, &rows, out);
}

struct result store_project_list(struct call *call, const void *request, void *reply) {
  const struct project_name *query = request;
  struct project_list *list = reply;
  struct rows rows;
  TRY(db_query(call->db,
               "select " PROJECT_COLUMNS " from project where state <> 'removed' and ($1::text is null or name = $1) "
               "order by name",
               PARAMS(p_str(query->name)), &rows));
  struct project *projects;
  TRY(read_all(call, &rows, &projects));
  list->projects.at = projects;
  list->projects.count = rows.count;
  return RESULT_DONE;
}

/* The settings are as large as people make them; the rest of a status has some 2,000 bytes at most. */
struct result projects_page(struct call *call, const struct projects_page *page, struct project **out,
                            size_t *out_count, bool *out_more) {
  struct rows rows;
  TRY(db_query(call->db,
               "select " PROJECT_COLUMNS ", sum(2048 + octet_length(rules::text) + octet_length(options::text) + "
               "coalesce(octet_length(state_reason), 0)) over (order by name) as bytes from project where state <> "
               "'removed' and ($1::text is null or name = $1) and ($2::text is null or name > $2) order by name limit "
               "$3::bigint",
               PARAMS(p_str(page->name), p_str(page->after), p_i64(page->limit + 1)), &rows));
  size_t count = 0, found = rows.count;
  while (count < found && count < (size_t)page->limit && (count == 0 || rows_i64(&rows, count, "bytes") <= page->bytes))
    count++;
  *out_more = count < found;
  *out_count = rows.count = count;
  return read_all(call, &rows, out);
}

/* -- configuring -- */

static struct str or_default(struct str value, const char *fallback) {
  return value.length ? value : str_of(fallback);
}

/* Of the whole project, or of one field's rule: a misspelt word would mean what the project does, which may be more
 * than was meant to leave. */
static struct result check_words(const struct project *project, struct str direction_word, struct str strategy_word) {
  enum direction direction;
  enum strategy strategy;
  if (!rules_direction_named(direction_word, &direction) || !rules_strategy_named(strategy_word, &strategy))
    return result_error(RESULT_REJECTED, "direction is push, pull, bidirectional or disabled; strategy is manual, "
                                         "local_wins, external_wins, newest_wins or merge");
  bool overrides = strategy == STRATEGY_EXTERNAL_WINS || strategy == STRATEGY_NEWEST_WINS;
  if (overrides && project->confirmed_by.length == 0)
    return result_error(RESULT_REJECTED,
                        "%.*s lets outside changes override local ones: a person has to confirm it by "
                        "name (--confirmed-by NAME)",
                        STR_FMT(strategy_word));
  return RESULT_DONE;
}

static struct result check_settings(const struct project *project) {
  if (project->name.length == 0 || project->name.length > 64 || str_find(project->name, "/") >= 0)
    return result_error(RESULT_REJECTED, "a project's name has 1 to 64 bytes and no slash");
  if (url_has_user(project->base_url))
    return result_error(RESULT_REJECTED,
                        "base_url holds a user or a password, and would be stored as it is: leave out what "
                        "stands before the @, and store it as the project's credential");
  TRY(check_words(project, project->direction, project->strategy));
  for (size_t i = 0; i < project->rules.count; i++) {
    const struct field_setting *rule = &project->rules.at[i];
    struct result result = check_words(project, rule->direction, rule->strategy);
    if (!result_ok(&result))
      return result_context(result, "the rule of \"%.*s\"", STR_FMT(rule->field));
  }
  return RESULT_DONE;
}

/* What is printed in commands and terminals. One that was named before this was checked keeps its name. */
static struct result check_new_name(struct str name) {
  bool fits = !str_starts_with(name, "-");
  for (size_t i = 0; i < name.length; i++)
    fits = fits && (unsigned char)name.at[i] >= ' ' && name.at[i] != 0x7f;
  return fits ? RESULT_DONE
              : result_error(RESULT_REJECTED, "a project's name does not begin with \"-\", and is of one line without "
                                              "control characters; choose another --name");
}

static struct str rules_json(struct arena *arena, const struct project *project) {
  cJSON *array = cJSON_CreateArray();
  for (size_t i = 0; i < project->rules.count; i++)
    cJSON_AddItemToArray(array, json_from_record(&record_field_setting, &project->rules.at[i], false));
  return json_print(arena, array);
}

static struct result why_not_configured(struct call *call, const struct project *p) {
  struct project stored;
  TRY(project_named(call, p->name, &stored));
  if (str_equal(stored.system, p->system) && str_equal(stored.remote, p->remote))
    return result_error(RESULT_STALE,
                        "the settings of project \"%.*s\" were changed meanwhile: look again, then repeat",
                        STR_FMT(p->name));
  return result_error(RESULT_REJECTED, "project \"%.*s\" already stands for another remote; choose another --name",
                      STR_FMT(p->name));
}

static struct result upsert_project(struct call *call, const struct project *p, int64_t *out_id) {
  struct rows rows;
  TRY(db_query(call->db,
               "insert into project (name, system, base_url, remote, credential, webhook_credential, direction, "
               "strategy, confirmed_by, privacy_default, rules, poll_interval_s, listed_only, options) "
               "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::text::jsonb, $12::bigint, $13::boolean, "
               "coalesce($14::text, '{}')::jsonb) "
               "on conflict (name) do update set base_url = excluded.base_url, credential = excluded.credential, "
               "webhook_credential = excluded.webhook_credential, direction = excluded.direction, "
               "strategy = excluded.strategy, confirmed_by = excluded.confirmed_by, "
               "privacy_default = excluded.privacy_default, rules = excluded.rules, "
               "poll_interval_s = excluded.poll_interval_s, listed_only = excluded.listed_only, "
               "options = excluded.options, version = project.version + 1, "
               "state = case when $15 = 'paused' or project.gone_paused then project.state else 'active' end, "
               "state_reason = case when $15 = 'paused' or project.gone_paused then project.state_reason end, "
               "pull_attempts = 0, "
               "pull_next_at = now() "
               "where project.system = excluded.system and project.remote = excluded.remote "
               "and coalesce($16::bigint, 0) in (0, project.version) "
               "returning id",
               PARAMS(p_str(p->name), p_str(p->system), p_str(p->base_url), p_str(p->remote), p_str(p->credential),
                      p_str(p->webhook_credential), p_str(or_default(p->direction, "bidirectional")),
                      p_str(or_default(p->strategy, "manual")), p_str(p->confirmed_by),
                      p_str(or_default(p->privacy_default, "shareable")), p_str(rules_json(call->arena, p)),
                      p_i64(p->poll_interval_s > 0 ? p->poll_interval_s : 60), p_bool(p->listed_only),
                      p_str(p->options), p_str(p->state), p_i64(p->version)),
               &rows));
  if (rows.count == 0)
    return why_not_configured(call, p);
  *out_id = rows_i64(&rows, 0, "id");
  return RESULT_DONE;
}

static void tell_configured(struct call *call, const struct project *p) {
  struct event_project data = {.project = p->name,
                               .system = p->system,
                               .remote = p->remote,
                               .direction = p->direction,
                               .strategy = p->strategy,
                               .state = p->state};
  struct str subject = str_format(call->arena, "project/%.*s", STR_FMT(p->name));
  outbox_add(call->outbox, EVENT_PROJECT_CONFIGURED, subject, subject, &data);
}

/* As they are stored; false: there is no such project yet. */
static struct result stored_before(struct call *call, struct str name, struct project *out, bool *found) {
  struct result result = project_named(call, name, out);
  *found = result_ok(&result);
  return result.code == RESULT_GONE ? RESULT_DONE : result;
}

struct result store_project_configure(struct call *call, const void *request, void *reply) {
  const struct project_configure *configure = request;
  struct project_id *answer = reply;
  const struct project *project = &configure->project;
  struct project before, stored;
  bool is_known;
  TRY(check_settings(project));
  TRY(stored_before(call, project->name, &before, &is_known));
  if (!is_known)
    TRY(check_new_name(project->name));
  TRY(upsert_project(call, project, &answer->id));
  TRY(credentials_note_system(call, project->credential, project->system));
  TRY(follow_set(call, answer->id, project->follows.at, project->follows.count, configure->actor,
                 configure->take_existing));
  TRY(imports_reconsider(call, answer->id));
  TRY(journal_plan_project(call, answer->id));
  TRY(hooks_watch(call, answer->id));
  TRY(project_named(call, project->name, &stored));
  TRY(journal_audit(call, configure->actor, "project.configure", project->name,
                    decided_settings(call, is_known ? &before : NULL, &stored, configure->take_existing)));
  tell_configured(call, &stored);
  outbox_ring(call->outbox, BELL_WORK, stored.system);
  outbox_ring(call->outbox, BELL_SESSION, (struct str){0});
  return RESULT_DONE;
}

/* What a dry run has seen is planned from now on: its plan would be none, and pause again what somebody has resumed. */
static struct result end_running(struct call *call, int64_t project_id, struct str state) {
  bool resumes = str_is(state, "active");
  return db_query(call->db,
                  "update session set state = 'failed', finished_at = now(), error = 'the project was ' || $2 "
                  "where project_id = $1::bigint and state = 'running' and ($3::boolean or mode = 'dry_run')",
                  PARAMS(p_i64(project_id), p_str(resumes ? STR("resumed") : state), p_bool(!resumes)), NULL);
}

/* Where very much is gone, only who resumes the project says that it is meant: not who has mended something else, and
 * not who pauses it and thereby would put another reason in the place of that. */
static struct result leave_stop(struct call *call, const struct project_set_state *set, int64_t project_id) {
  struct str why;
  TRY(gone_many_stopped(call, project_id, &why));
  if (str_is_absent(why) || str_is(set->state, "removed"))
    return RESULT_DONE;
  if (str_is(set->state, "active") && !set->mended)
    return gone_many_confirm(call, project_id);
  return result_error(RESULT_REJECTED, "project %.*s has stopped: %.*s", STR_FMT(set->name), STR_FMT(why));
}

struct result store_project_set_state(struct call *call, const void *request, void *reply) {
  const struct project_set_state *set = request;
  struct project_stands *answer = reply;
  struct project project;
  TRY(project_named(call, set->name, &project));
  TRY(leave_stop(call, set, project.id));
  TRY(db_query(call->db,
               "update project set state = $2, state_reason = $3, pull_attempts = 0, pull_next_at = now(), "
               "writes_held = null, writes_held_until = null, next_sync_at = now(), preview_session = null, name = "
               "case when $2 = 'removed' then name || ' (removed "
               "' || id || ')' else name "
               "end where id = $1::bigint",
               PARAMS(p_i64(project.id), p_str(set->state), p_str(set->reason)), NULL));
  TRY(end_running(call, project.id, set->state));
  TRY(journal_audit(call, set->actor, "project.set_state", set->name,
                    str_format(call->arena, "{\"state\":\"%.*s\"}", STR_FMT(set->state))));
  project.state = set->state;
  tell_configured(call, &project);
  TRY(hook_removal_begin(call, project.id, &answer->webhook));
  outbox_ring(call->outbox, BELL_WORK, project.system);
  outbox_ring(call->outbox, BELL_PLAN, (struct str){0});
  outbox_ring(call->outbox, BELL_SESSION, (struct str){0});
  answer->id = project.id;
  return RESULT_DONE;
}
