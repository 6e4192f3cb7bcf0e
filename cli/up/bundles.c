/* Copies out of the state directory. */
#include "cli/up/bundles.h"

#include "cli/up/files.h"
#include "proto/roles.h"

/* A file is left alone when it is the same: what is mounted into a running container does not change for nothing. */
static struct result copy(struct arena *arena, const char *from, const char *to, int64_t *count) {
  struct str text = files_read(arena, from);
  if (str_is_absent(text))
    return result_error(RESULT_REJECTED, "%s cannot be read", from);
  if (str_equal(text, files_read(arena, to)))
    return RESULT_DONE;
  ++*count;
  return files_write(to, text, 0600);
}

static struct result write_bundle(struct arena *arena, const struct settings *settings, const struct tls_files *files,
                                  const char *folder, const char *role, int64_t *count) {
  const char *bundle = str_format(arena, "%s/%s", folder, role).at;
  const char *key = settings->data_key_file.length
                        ? str_c(arena, settings->data_key_file)
                        : str_format(arena, "%.*s/keys/data.key", STR_FMT(settings->home)).at;
  TRY(files_make_folder(bundle, 0700));
  TRY(copy(arena, str_format(arena, "%s/%s.pem", files->folder, role).at,
           str_format(arena, "%s/certificate.pem", bundle).at, count));
  TRY(copy(arena, str_format(arena, "%s/ca.pem", files->folder).at, str_format(arena, "%s/ca.pem", bundle).at, count));
  TRY(copy(arena, str_format(arena, "%s/revoked.pem", files->folder).at, str_format(arena, "%s/revoked.pem", bundle).at,
           count));
  if (strcmp(role, role_names[ROLE_STORE]) != 0)
    return RESULT_DONE;
  return copy(arena, key, str_format(arena, "%s/data.key", bundle).at, count);
}

struct result bundles_write(struct arena *arena, const struct settings *settings, const struct tls_files *files,
                            const char *folder, int64_t *out_count) {
  int64_t count = 0;
  for (size_t i = 0; i < files->own_count; i++)
    TRY(write_bundle(arena, settings, files, folder, files->own[i], &count));
  *out_count = count;
  return RESULT_DONE;
}
