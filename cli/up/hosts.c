/* tls/hosts: a name a line. */
#include "cli/up/hosts.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/up/endpoints.h"
#include "cli/up/files.h"

enum { OWN_MAX = 3, HOST_NAME_BYTES = 256, NAME_BYTES_MAX = 200 };

static bool is_ipv6(struct str name) {
  char text[INET6_ADDRSTRLEN];
  struct in6_addr address;
  snprintf(text, sizeof text, "%.*s", STR_FMT(name));
  return name.length < sizeof text && inet_pton(AF_INET6, text, &address) == 1;
}

bool hosts_is_name(struct str name) {
  for (size_t i = 0; i < name.length; i++)
    if (!isalnum((unsigned char)name.at[i]) && !strchr(".-:", name.at[i]))
      return false;
  if (str_find(name, ":") >= 0 && !is_ipv6(name))
    return false;
  return name.length > 0 && name.length < NAME_BYTES_MAX && !str_is(name, "0.0.0.0") && !str_is(name, "::");
}

static const char *hosts_path(struct arena *arena, const struct settings *settings) {
  return str_format(arena, "%.*s/tls/hosts", STR_FMT(settings->home)).at;
}

struct result hosts_keep(struct arena *arena, const struct settings *settings, const struct str *hosts, size_t count) {
  struct str_builder lines = {.arena = arena};
  for (size_t i = 0; i < count; i++)
    str_append_format(&lines, "%.*s\n", STR_FMT(hosts[i]));
  return files_write(hosts_path(arena, settings), str_built(&lines), 0600);
}

static size_t add(struct arena *arena, struct str *names, size_t count, struct str name) {
  if (hosts_is_name(name))
    names[count++] = str_copy(arena, name);
  return count;
}

static size_t read_kept(struct arena *arena, const struct settings *settings, struct str *names) {
  struct str text = files_read(arena, hosts_path(arena, settings));
  size_t count = 0;
  while (text.length && count < HOSTS_MAX) {
    ptrdiff_t end = str_find(text, "\n");
    size_t length = end < 0 ? text.length : (size_t)end;
    count = add(arena, names, count, str_trim(str_slice(text, 0, length)));
    text = str_slice(text, length + 1, text.length);
  }
  return count;
}

const struct str *hosts_of_store(struct arena *arena, const struct settings *settings, size_t *out_count) {
  struct str *names = ARENA_ARRAY(arena, struct str, HOSTS_MAX + OWN_MAX);
  char host_name[HOST_NAME_BYTES] = "";
  size_t count = read_kept(arena, settings, names);
  if (count == 0 && gethostname(host_name, sizeof host_name - 1) == 0)
    count = add(arena, names, count, str_of(host_name));
  count = add(arena, names, count, endpoints_host(arena, settings->store_listen));
  count = add(arena, names, count, endpoints_host(arena, settings->events_listen));
  *out_count = count;
  return names;
}
