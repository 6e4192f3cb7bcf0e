/* Which certificates there are, and where. */
#include "cli/up/tls_files.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/up/files.h"
#include "cli/up/pem.h"
#include "proto/roles.h"

enum { SERVICE_NAME_MAX = 40 };

/* -- tandem's own -- */

static bool is_own(const struct tls_files *files, const char *name) {
  for (size_t i = 0; i < files->own_count; i++)
    if (strcmp(files->own[i], name) == 0)
      return true;
  return false;
}

static const char *own_path(struct arena *arena, const struct tls_files *files, const char *name) {
  return str_format(arena, "%s/%s.pem", files->folder, name).at;
}

static struct certificate_wish own_wish(const struct tls_files *files, const char *name) {
  struct certificate_wish wish = {.role = name, .name = name};
  if (strncmp(name, "adapter-", strlen("adapter-")) == 0)
    wish.role = role_names[ROLE_ADAPTER];
  if (strncmp(name, "bridge-", strlen("bridge-")) == 0)
    wish.role = role_names[ROLE_BRIDGE];
  if (strcmp(name, role_names[ROLE_STORE]) == 0) {
    wish.is_server = true;
    wish.hosts = files->hosts;
    wish.host_count = files->host_count;
  }
  return wish;
}

static struct result make_missing(struct arena *arena, const struct tls_files *files, const struct authority *authority,
                                  int64_t *out_count) {
  int64_t count = 0;
  for (size_t i = 0; i < files->own_count; i++) {
    struct certificate_wish wish = own_wish(files, files->own[i]);
    const char *path = own_path(arena, files, files->own[i]);
    if (authority_vouches(authority, &wish, path))
      continue;
    TRY(authority_issue(arena, authority, &wish, path));
    count++;
  }
  *out_count = count;
  return RESULT_DONE;
}

struct result tls_files_make(const struct tls_files *files, int64_t *out_count) {
  struct arena arena = {0};
  struct authority authority;
  struct result result = authority_open(&arena, files->folder, &authority);
  if (result_ok(&result)) {
    result = make_missing(&arena, files, &authority, out_count);
    authority_close(&authority);
  }
  arena_free(&arena);
  return result;
}

/* -- other services -- */

static const char *service_folder(struct arena *arena, const struct tls_files *files, const char *name) {
  return str_format(arena, "%s/services/%s", files->folder, name).at;
}

static const char *service_path(struct arena *arena, const struct tls_files *files, const char *name) {
  return str_format(arena, "%s/certificate.pem", service_folder(arena, files, name)).at;
}

static bool is_service_name(const char *name) {
  size_t length = strlen(name);
  for (size_t i = 0; i < length; i++)
    if (!islower((unsigned char)name[i]) && !isdigit((unsigned char)name[i]) && name[i] != '-')
      return false;
  return length > 0 && length <= SERVICE_NAME_MAX && name[0] != '-';
}

static struct result write_bundle(struct arena *arena, const struct tls_files *files, const struct authority *authority,
                                  const char *name, const struct str *grants, size_t grant_count) {
  const struct certificate_wish wish = {
      .role = role_names[ROLE_SERVICE], .name = name, .grants = grants, .grant_count = grant_count};
  const char *folder = service_folder(arena, files, name);
  TRY(files_make_folder(folder, 0700));
  TRY(authority_issue(arena, authority, &wish, service_path(arena, files, name)));
  return pem_write(str_format(arena, "%s/ca.pem", folder).at, NULL, authority->certificate, NULL);
}

static struct result issue(struct arena *arena, const struct tls_files *files, const struct authority *authority,
                           const char *name, const struct str *grants, size_t grant_count) {
  struct certificate_info there = authority_look(arena, authority, service_path(arena, files, name));
  if (str_is(there.state, "good") || str_is(there.state, "expiring"))
    return result_error(
        RESULT_REJECTED,
        "\"%s\" has a certificate: `tandem certs renew %s` makes a new one with the same rights; for other "
        "rights revoke it first (`tandem certs revoke %s`), or take another name",
        name, name, name);
  return write_bundle(arena, files, authority, name, grants, grant_count);
}

struct result tls_files_issue(struct arena *arena, const struct tls_files *files, const char *name,
                              const struct str *grants, size_t grant_count, const char **out_folder) {
  struct authority authority;
  if (!is_service_name(name) || is_own(files, name) || role_named(str_of(name)) != ROLE_COUNT)
    return result_error(
        RESULT_REJECTED,
        "\"%s\" cannot be a service's name: take small letters, digits and \"-\", at most %d, and not the "
        "name of one of tandem's own programs",
        name, SERVICE_NAME_MAX);
  TRY(authority_open(arena, files->folder, &authority));
  struct result result = issue(arena, files, &authority, name, grants, grant_count);
  authority_close(&authority);
  TRY(result);
  *out_folder = service_folder(arena, files, name);
  return RESULT_DONE;
}

/* -- all -- */

static int is_shown(const struct dirent *entry) {
  return is_service_name(entry->d_name);
}

static struct certificate_info look(struct arena *arena, const struct authority *authority, const char *path,
                                    const char *role, const char *name) {
  struct certificate_info info = authority_look(arena, authority, path);
  if (access(path, F_OK) != 0)
    info.state = STR("missing");
  info.name = str_copy(arena, str_of(name)); /* it may be of an older tandem, or unreadable */
  if (str_is_absent(info.role))
    info.role = str_of(role);
  return info;
}

/* What an older tandem made is good and says too little. */
static struct certificate_info look_at_own(struct arena *arena, const struct tls_files *files,
                                           const struct authority *authority, const char *name) {
  const char *path = own_path(arena, files, name);
  struct certificate_wish wish = own_wish(files, name);
  struct certificate_info info = look(arena, authority, path, wish.role, name);
  if (str_is(info.state, "good") && !authority_vouches(authority, &wish, path))
    info.state = STR("outdated");
  return info;
}

static void look_at_all(struct arena *arena, const struct tls_files *files, const struct authority *authority,
                        struct certificate_info **out, size_t *out_count) {
  struct dirent **found = NULL;
  int services = scandir(str_format(arena, "%s/services", files->folder).at, &found, is_shown, alphasort);
  size_t count = 0;
  *out = ARENA_ARRAY(arena, struct certificate_info, files->own_count + (size_t)(services > 0 ? services : 0));
  for (size_t i = 0; i < files->own_count; i++)
    (*out)[count++] = look_at_own(arena, files, authority, files->own[i]);
  for (int i = 0; i < services; i++) {
    const char *name = found[i]->d_name;
    (*out)[count++] = look(arena, authority, service_path(arena, files, name), role_names[ROLE_SERVICE], name);
    free(found[i]);
  }
  free(found);
  *out_count = count;
}

struct result tls_files_list(struct arena *arena, const struct tls_files *files, struct certificate_info **out,
                             size_t *out_count) {
  struct authority authority;
  TRY(authority_open(arena, files->folder, &authority));
  look_at_all(arena, files, &authority, out, out_count);
  authority_close(&authority);
  return RESULT_DONE;
}

static struct result gone(const char *name) {
  return result_error(RESULT_GONE, "there is no certificate of \"%s\": `tandem certs list` shows those that there are",
                      name);
}

static struct result renew_service(struct arena *arena, const struct tls_files *files,
                                   const struct authority *authority, const char *name) {
  struct certificate_info old = authority_look(arena, authority, service_path(arena, files, name));
  if (str_is(old.state, "unreadable"))
    return gone(name);
  if (str_is(old.state, "revoked"))
    return result_error(RESULT_REJECTED,
                        "the certificate of \"%s\" is revoked: `tandem certs issue %s` grants rights anew", name, name);
  return write_bundle(arena, files, authority, name, old.grants, old.grant_count);
}

struct result tls_files_renew(struct arena *arena, const struct tls_files *files, const char *name) {
  struct authority authority;
  if (!is_own(files, name) && !is_service_name(name))
    return gone(name);
  TRY(authority_open(arena, files->folder, &authority));
  struct certificate_wish wish = own_wish(files, name);
  struct result result = is_own(files, name) ? authority_issue(arena, &authority, &wish, own_path(arena, files, name))
                                             : renew_service(arena, files, &authority, name);
  authority_close(&authority);
  return result;
}

struct result tls_files_revoke(struct arena *arena, const struct tls_files *files, const char *name,
                               int64_t *out_count) {
  struct authority authority;
  TRY(authority_open(arena, files->folder, &authority));
  struct result result = authority_revoke(arena, &authority, name, out_count);
  authority_close(&authority);
  if (result_ok(&result) && *out_count == 0)
    return gone(name);
  return result;
}
