/* credentials rekey: a new data key, and everything encrypted with it. What is done can be seen in the file and in the
 * rows, so a run that was interrupted is gone on with by the next one. */
#include <unistd.h>

#include "base/data_keys.h"
#include "base/settings.h"
#include "cli/commands.h"
#include "cli/credentials.h"
#include "cli/format.h"

static struct result key_file(struct invocation *call, const char **out) {
  struct settings settings;
  TRY(invocation_settings(call, &settings));
  struct str path = settings.data_key_file.length
                        ? settings.data_key_file
                        : str_format(call->arena, "%.*s/keys/data.key", STR_FMT(settings.home));
  *out = str_c(call->arena, path);
  return RESULT_DONE;
}

static struct result rekey_some(struct invocation *call, struct credential_rekeyed *out) {
  struct credential_rekey request = {.actor = invocation_actor(call)};
  *out = (struct credential_rekeyed){0};
  return client_call(call, VERB_CREDENTIAL_REKEY, &request, out);
}

static struct result rekey_all(struct invocation *call, struct credential_rekeyed *last, int64_t *out_done) {
  *out_done = last->done;
  while (last->left > 0) {
    TRY(rekey_some(call, last));
    *out_done += last->done;
    if (last->done == 0 && last->left > 0)
      return result_error(RESULT_RETRY, "the store does not go on with %lld credentials; see log/store.log.",
                          (long long)last->left);
  }
  return RESULT_DONE;
}

static struct result no_file_here(const char *path) {
  return result_error(RESULT_REJECTED,
                      "the data keys are not in %s. Where the store has them, add a line that `openssl rand -hex 32` "
                      "prints, as the last one, and run this again.",
                      path);
}

/* Puts a new key at the end of the file, unless a run before has done that and the store had not read it yet. */
static struct result add_key(const char *path, struct str writing, struct data_keys *keys) {
  if (access(path, F_OK) != 0)
    return no_file_here(path);
  TRY(data_keys_read(path, keys));
  if (!str_is(writing, keys->at[keys->count - 1].id))
    return result_error(RESULT_REJECTED, "the store does not use the newest key of %s. Is it another tandem's file?",
                        path);
  if (keys->count == DATA_KEYS_MAX)
    return result_error(RESULT_REJECTED, "%s has %d keys already: tandem credentials rekey --drop-old", path,
                        DATA_KEYS_MAX);
  TRY(data_key_make(&keys->at[keys->count]));
  keys->count++;
  return data_keys_write(path, keys);
}

static void say_done(struct invocation *call, const struct credential_rekeyed *last, int64_t done) {
  output_note(call->output, "%.*s encrypted anew; the data key is now %.*s. Back the key file up.",
              STR_FMT(format_counted(call->arena, done, "credential", "credentials")), STR_FMT(last->key_id));
  if (last->unreadable)
    output_note(call->output, "%.*s left as they are, because their data key is missing: put it back from your backup.",
                STR_FMT(format_counted(call->arena, last->unreadable, "credential was", "credentials were")));
  output_note(call->output, "Backups of the database from before need the keys before. When those are gone, too: "
                            "tandem credentials rekey --drop-old");
}

/* -- old keys -- */

static bool is_needed(const struct credential_list *list, const char *id) {
  for (size_t i = 0; i < list->keys.count; i++)
    if (str_is(list->keys.at[i].id, id))
      return list->keys.at[i].writes || list->keys.at[i].credentials;
  return true; /* the store does not know it: not ours to judge */
}

static struct result drop_old(struct invocation *call, const char *path) {
  struct credential_list list;
  struct credential_rekeyed reread;
  struct data_keys keys, kept = {0};
  TRY(credentials_ask(call, (struct str){0}, &list));
  if (access(path, F_OK) != 0)
    return no_file_here(path);
  TRY(data_keys_read(path, &keys));
  for (size_t i = 0; i < keys.count; i++)
    if (is_needed(&list, keys.at[i].id))
      kept.at[kept.count++] = keys.at[i];
  size_t dropped = keys.count - kept.count;
  struct result result = dropped ? data_keys_write(path, &kept) : RESULT_DONE;
  data_keys_wipe(&keys);
  data_keys_wipe(&kept);
  TRY(result);
  TRY(rekey_some(call, &reread));
  output_note(call->output, "%.*s taken out of %s.",
              STR_FMT(format_counted(call->arena, (int64_t)dropped, "key was", "keys were")), path);
  return RESULT_DONE;
}

struct result command_credentials_rekey(struct invocation *call) {
  struct credential_list before;
  struct credential_rekeyed last;
  struct data_keys keys = {0};
  const char *path;
  int64_t done;
  TRY(key_file(call, &path));
  if (invocation_flag(call, "drop-old"))
    return drop_old(call, path);
  TRY(credentials_ask(call, (struct str){0}, &before));
  TRY(rekey_some(call, &last)); /* the store reads its file anew: it may have a new key, or be half done */
  bool is_new = before.keys.count && !str_equal(before.keys.at[before.keys.count - 1].id, last.key_id);
  if (!is_new && last.done == 0) {
    struct result result = add_key(path, last.key_id, &keys);
    data_keys_wipe(&keys);
    TRY(result);
    TRY(rekey_some(call, &last));
  }
  TRY(rekey_all(call, &last, &done));
  if (output_is_json(call->output)) {
    last.done = done;
    output_record(call->output, verb_table[VERB_CREDENTIAL_REKEY].reply, &last);
    return RESULT_DONE;
  }
  say_done(call, &last, done);
  return RESULT_DONE;
}
