/* Which hosts are internal. */
#include <arpa/inet.h>
#include <ctype.h>
#include <strings.h>

#include "sync/sanitise.h"

/* Without user, port and brackets; points into `url`. */
static struct str host_of(struct str url) {
  ptrdiff_t scheme = str_find(url, "://");
  struct str rest = str_slice(url, scheme < 0 ? 0 : (size_t)scheme + 3, url.length);
  size_t end = 0;
  while (end < rest.length && !strchr("/?#\\", rest.at[end]))
    end++;
  rest = str_slice(rest, 0, end);
  for (size_t i = rest.length; i > 0; i--)
    if (rest.at[i - 1] == '@') {
      rest = str_slice(rest, i, rest.length);
      break;
    }
  if (rest.length && rest.at[0] == '[') {
    ptrdiff_t close = str_find(rest, "]");
    return str_slice(rest, 1, close < 0 ? rest.length : (size_t)close);
  }
  ptrdiff_t colon = str_find(rest, ":");
  struct str host = str_slice(rest, 0, colon < 0 ? rest.length : (size_t)colon);
  while (host.length && host.at[host.length - 1] == '.')
    host.length--;
  return host;
}

static bool ends_with_any_case(struct str host, const char *suffix) {
  size_t length = strlen(suffix);
  return host.length >= length && strncasecmp(host.at + host.length - length, suffix, length) == 0;
}

static bool is_below(struct str host, struct str domain) {
  if (domain.length == 0 || host.length < domain.length ||
      strncasecmp(host.at + host.length - domain.length, domain.at, domain.length) != 0)
    return false;
  return host.length == domain.length || host.at[host.length - domain.length - 1] == '.';
}

static bool is_private_v4(struct in_addr address) {
  uint32_t a = ntohl(address.s_addr);
  return a >> 24 == 10 || a >> 24 == 127 || a >> 24 == 0 || a >> 20 == 0xac1 || a >> 16 == 0xc0a8 ||
         a >> 16 == 0xa9fe || a >> 22 == 0x64400000 >> 22;
}

static bool is_private_v6(const struct in6_addr *address) {
  const uint8_t *b = address->s6_addr;
  bool local = (b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0x80));
  if (IN6_IS_ADDR_LOOPBACK(address) || IN6_IS_ADDR_UNSPECIFIED(address) || local)
    return true;
  struct in_addr mapped = {.s_addr = 0};
  memcpy(&mapped, b + 12, sizeof mapped);
  return IN6_IS_ADDR_V4MAPPED(address) && is_private_v4(mapped);
}

static bool is_private_address(struct str host) {
  char text[64] = "";
  struct in_addr v4;
  struct in6_addr v6;
  if (host.length == 0 || host.length >= sizeof text)
    return false;
  memcpy(text, host.at, host.length);
  text[strcspn(text, "%")] = '\0'; /* a zone */
  if (inet_pton(AF_INET6, text, &v6) == 1)
    return is_private_v6(&v6);
  return inet_aton(text, &v4) != 0 && is_private_v4(v4); /* octal, hexadecimal and short forms too */
}

static bool is_internal_name(struct str host) {
  static const char *const suffixes[] = {".internal", ".local",     ".corp",      ".lan",
                                         ".intranet", ".home.arpa", ".localhost", ".localdomain"};
  for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
    if (ends_with_any_case(host, suffixes[i]))
      return true;
  for (size_t i = 0; i < host.length; i++)
    if (!isalnum((unsigned char)host.at[i]) && !strchr("-_", host.at[i]))
      return false;
  return host.length > 0; /* a name without a dot is of some inner network */
}

bool sanitise_is_internal(struct str url, const struct sanitise_rules *rules) {
  struct str host = host_of(url);
  struct str own = host_of(rules->own_url);
  if (own.length && str_equal_caseless(host, own))
    return false;
  for (size_t i = 0; i < rules->internal_host_count; i++)
    if (is_below(host, rules->internal_hosts[i]))
      return true;
  return is_private_address(host) || is_internal_name(host);
}
