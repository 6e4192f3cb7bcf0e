/* Which hosts are internal. */
#include <arpa/inet.h>
#include <ctype.h>
#include <strings.h>

#include "sync/sanitise_inside.h"

enum { HOST_BYTES = 1024 };

static bool is_slash(char c) {
  return c == '/' || c == '\\';
}

size_t sanitise_authority(struct str url) {
  size_t at = 0;
  while (at < url.length && (isalnum((unsigned char)url.at[at]) || strchr("+-.", url.at[at])))
    at++;
  if (at == 0 || at + 1 >= url.length || url.at[at] != ':' || !is_slash(url.at[at + 1]))
    return 0;
  at++;
  while (at < url.length && is_slash(url.at[at]))
    at++;
  return at;
}

static struct str without_dots(struct str host) {
  while (host.length && host.at[host.length - 1] == '.')
    host.length--;
  return host;
}

/* Without user, port and brackets; points into `text`. */
static struct str host_of(struct str text) {
  size_t end = 0;
  while (end < text.length && !strchr("/?#\\", text.at[end]))
    end++;
  text = str_slice(text, 0, end);
  for (size_t i = text.length; i > 0; i--)
    if (text.at[i - 1] == '@') {
      text = str_slice(text, i, text.length);
      break;
    }
  if (text.length && text.at[0] == '[') {
    ptrdiff_t close = str_find(text, "]");
    return str_slice(text, 1, close < 0 ? text.length : (size_t)close);
  }
  ptrdiff_t colon = str_find(text, ":");
  return without_dots(str_slice(text, 0, colon < 0 ? text.length : (size_t)colon));
}

static int digit_of(char c) {
  return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

/* As programs read it that undo percent-escapes in hosts. A zone ("fe80::1%eth0") is none. */
static struct str without_escapes(struct str host, char *decoded, size_t size) {
  size_t length = 0;
  if (host.length > size || str_find(host, "%") < 0 || str_find(host, ":") >= 0)
    return host;
  for (size_t i = 0; i < host.length; i++) {
    bool escaped =
        host.at[i] == '%' && i + 2 < host.length && digit_of(host.at[i + 1]) >= 0 && digit_of(host.at[i + 2]) >= 0;
    decoded[length++] = escaped ? (char)(digit_of(host.at[i + 1]) * 16 + digit_of(host.at[i + 2])) : host.at[i];
    i += escaped ? 2 : 0;
  }
  return host_of((struct str){decoded, length});
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

static bool is_private_address(struct str host, bool is_address) {
  char text[64] = "";
  struct in_addr v4;
  struct in6_addr v6;
  if (host.length == 0 || host.length >= sizeof text)
    return false;
  memcpy(text, host.at, host.length);
  text[strcspn(text, "%")] = '\0'; /* a zone */
  if (inet_pton(AF_INET6, text, &v6) == 1)
    return is_private_v6(&v6);
  if (is_address) /* octal, hexadecimal and short forms too */
    return inet_aton(text, &v4) != 0 && is_private_v4(v4);
  return inet_pton(AF_INET, text, &v4) == 1 && is_private_v4(v4);
}

static bool is_internal_name(struct str host) {
  static const char *const suffixes[] = {".internal", ".local",     ".corp",      ".lan",
                                         ".intranet", ".home.arpa", ".localhost", ".localdomain"};
  for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
    if (ends_with_any_case(host, suffixes[i]))
      return true;
  return str_equal_caseless(host, STR("localhost"));
}

/* Letters and what else a name is made of, at the beginning. */
static size_t name_length(struct str host) {
  size_t length = 0;
  while (length < host.length && (isalnum((unsigned char)host.at[length]) || strchr("-_.", host.at[length])))
    length++;
  return length;
}

/* A name without a dot is of some inner network. */
static bool is_plain_name(struct str host) {
  return host.length && name_length(host) == host.length && !memchr(host.at, '.', host.length);
}

static bool is_internal(struct str host, bool is_address, const struct sanitise_rules *rules) {
  struct str own = host_of(str_slice(rules->own_url, sanitise_authority(rules->own_url), rules->own_url.length));
  if (own.length && str_equal_caseless(host, own))
    return false;
  for (size_t i = 0; i < rules->internal_host_count; i++)
    if (is_below(host, rules->internal_hosts[i]))
      return true;
  return is_private_address(host, is_address) || is_internal_name(host) || (is_address && is_plain_name(host));
}

bool sanitise_host_is_internal(struct str text, bool is_address, const struct sanitise_rules *rules) {
  char decoded[HOST_BYTES];
  struct str host = without_escapes(host_of(text), decoded, sizeof decoded);
  if (is_internal(host, is_address, rules))
    return true;
  /* "ci.corp" and then letters of a sentence without blanks */
  struct str name = without_dots(str_slice(host, 0, name_length(host)));
  return name.length < host.length && name.length && memchr(name.at, '.', name.length) &&
         is_internal(name, false, rules);
}

bool sanitise_is_internal(struct str url, const struct sanitise_rules *rules) {
  return sanitise_host_is_internal(str_slice(url, sanitise_authority(url), url.length), true, rules);
}
