/* Which URLs and addresses may be called. A name says nothing about where it leads, so names pass here and their
 * addresses are checked on the socket; literal addresses and names that are local by definition are refused early. */
#include "base/http_allow.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>

#include "base/heap.h"

enum { URL_BYTES_MAX = 8192 };

/* -- addresses -- */

struct v4_block {
  uint32_t network;
  unsigned bits;
};

/* https://www.iana.org/assignments/iana-ipv4-special-registry, without the few that are globally reachable */
static const struct v4_block v4_special[] = {
    {0x00000000, 8},  /* 0.0.0.0/8 this network */
    {0x0a000000, 8},  /* 10.0.0.0/8 private */
    {0x64400000, 10}, /* 100.64.0.0/10 shared, carrier NAT */
    {0x7f000000, 8},  /* 127.0.0.0/8 loopback */
    {0xa9fe0000, 16}, /* 169.254.0.0/16 link-local, cloud metadata */
    {0xac100000, 12}, /* 172.16.0.0/12 private */
    {0xc0000000, 24}, /* 192.0.0.0/24 protocol assignments */
    {0xc0000200, 24}, /* 192.0.2.0/24 documentation */
    {0xc0586300, 24}, /* 192.88.99.0/24 6to4 relays */
    {0xc0a80000, 16}, /* 192.168.0.0/16 private */
    {0xc6120000, 15}, /* 198.18.0.0/15 benchmarking */
    {0xc6336400, 24}, /* 198.51.100.0/24 documentation */
    {0xcb007100, 24}, /* 203.0.113.0/24 documentation */
    {0xe0000000, 4},  /* 224.0.0.0/4 multicast */
    {0xf0000000, 4},  /* 240.0.0.0/4 reserved, broadcast */
};

struct v6_block {
  uint8_t network[4];
  unsigned bits;
};

/* Inside 2000::/3; everything outside it is refused anyway: ::1, ::ffff:0:0/96, fc00::/7, fe80::/10 ... */
static const struct v6_block v6_special[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23}, /* 2001::/23 protocol assignments: Teredo, ORCHID, benchmarking */
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
    {{0x20, 0x02, 0x00, 0x00}, 16}, /* 6to4: embeds an IPv4 address */
    {{0x3f, 0xff, 0x00, 0x00}, 20}, /* documentation */
};

static bool v4_is_public(uint32_t address) {
  for (size_t i = 0; i < sizeof v4_special / sizeof v4_special[0]; i++)
    if ((address ^ v4_special[i].network) >> (32 - v4_special[i].bits) == 0)
      return false;
  return true;
}

static uint32_t first_32_bits(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* 64:ff9b::/96 is how networks of IPv6 alone call IPv4 addresses (NAT64, RFC 6052): as public as the address in it. */
static bool is_translated(const struct in6_addr *address) {
  static const uint8_t well_known[12] = {0x00, 0x64, 0xff, 0x9b};
  return memcmp(address->s6_addr, well_known, sizeof well_known) == 0;
}

static bool v6_is_public(const struct in6_addr *address) {
  uint32_t head = first_32_bits(address->s6_addr);
  if (is_translated(address))
    return v4_is_public(first_32_bits(address->s6_addr + 12));
  if (head >> 29 != 1)
    return false;
  for (size_t i = 0; i < sizeof v6_special / sizeof v6_special[0]; i++)
    if ((head ^ first_32_bits(v6_special[i].network)) >> (32 - v6_special[i].bits) == 0)
      return false;
  return true;
}

bool http_address_is_public(const struct sockaddr *address) {
  if (address->sa_family == AF_INET)
    return v4_is_public(ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr));
  if (address->sa_family == AF_INET6)
    return v6_is_public(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
  return false;
}

/* -- URLs -- */

static bool equal_any_case(struct str a, struct str b) {
  if (a.length != b.length)
    return false;
  for (size_t i = 0; i < a.length; i++)
    if (tolower((unsigned char)a.at[i]) != tolower((unsigned char)b.at[i]))
      return false;
  return true;
}

static bool is_listed(const struct str *hosts, size_t count, struct str host, const char *port) {
  struct arena scratch = {0};
  struct str with_port = str_format(&scratch, "%.*s:%s", STR_FMT(host), port);
  bool listed = false;
  for (size_t i = 0; i < count; i++)
    listed = listed || equal_any_case(hosts[i], host) || equal_any_case(hosts[i], with_port);
  arena_free(&scratch);
  return listed;
}

static bool has_only_name_characters(struct str host) {
  for (size_t i = 0; i < host.length; i++)
    if (!isalnum((unsigned char)host.at[i]) && !strchr("-._", host.at[i]))
      return false;
  return true;
}

static bool is_local_name(struct str host) {
  static const char *const suffixes[] = {".localhost", ".localdomain", ".local", ".internal", ".home.arpa", ".onion"};
  if (str_is(host, "localhost"))
    return true;
  for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
    if (str_ends_with(host, suffixes[i]))
      return true;
  return false;
}

static struct result check_v6_literal(struct str host) {
  char text[64] = "";
  struct sockaddr_in6 address = {.sin6_family = AF_INET6};
  if (host.length - 2 < sizeof text)
    memcpy(text, host.at + 1, host.length - 2);
  if (inet_pton(AF_INET6, text, &address.sin6_addr) != 1)
    return result_error(RESULT_REJECTED, "%.*s is not an IPv6 address", STR_FMT(host));
  if (!http_address_is_public((const struct sockaddr *)(const void *)&address))
    return result_error(RESULT_REJECTED, "%.*s is not a public address: name it in http.allow_hosts if it is meant",
                        STR_FMT(host));
  return RESULT_DONE;
}

/* `host` is lower case and NUL-terminated. */
static struct result check_unlisted_host(struct str host) {
  if (host.length > 2 && host.at[0] == '[')
    return check_v6_literal(host);
  if (!has_only_name_characters(host))
    return result_error(RESULT_REJECTED, "the host of the URL has characters that a host name cannot have");
  if (host.at[0] == '.' || str_ends_with(host, ".") || str_find(host, "..") >= 0)
    return result_error(RESULT_REJECTED, "write the host %.*s without the extra dot", STR_FMT(host));
  if (is_local_name(host))
    return result_error(RESULT_REJECTED, "%.*s is a local name: name it in http.allow_hosts if it is meant",
                        STR_FMT(host));
  struct sockaddr_in address = {.sin_family = AF_INET};
  bool is_address = inet_aton(host.at, &address.sin_addr) != 0; /* octal, hexadecimal and short forms too */
  if (is_address && !http_address_is_public((const struct sockaddr *)(const void *)&address))
    return result_error(RESULT_REJECTED, "%.*s is not a public address: name it in http.allow_hosts if it is meant",
                        STR_FMT(host));
  const char *last = strrchr(host.at, '.');
  if (!is_address && isdigit((unsigned char)(last ? last[1] : host.at[0])))
    return result_error(RESULT_REJECTED, "%.*s is neither a host name nor an address", STR_FMT(host));
  return RESULT_DONE;
}

/* A part that there was no memory for must not count as one that is not there. */
static CURLUcode unless_exhausted(CURLUcode code) {
  if (code == CURLUE_OUT_OF_MEMORY)
    heap_exhausted();
  return code;
}

static struct str part(struct arena *arena, CURLU *url, CURLUPart which, unsigned flags) {
  char *text = NULL;
  if (unless_exhausted(curl_url_get(url, which, &text, flags)) != CURLUE_OK)
    return (struct str){0};
  struct str copy = str_copy(arena, str_of(text));
  curl_free(text);
  for (size_t i = 0; i < copy.length; i++)
    ((char *)copy.at)[i] = (char)tolower((unsigned char)copy.at[i]);
  return copy;
}

static struct result check_parsed(const struct http_options *options, CURLU *url, struct arena *arena,
                                  struct http_target *out) {
  struct str scheme = part(arena, url, CURLUPART_SCHEME, 0);
  struct str host = part(arena, url, CURLUPART_HOST, 0);
  struct str port = part(arena, url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  if (!str_is(scheme, "https") && !str_is(scheme, "http"))
    return result_error(RESULT_REJECTED, "only https URLs are called");
  if (host.length == 0 || str_is_absent(port))
    return result_error(RESULT_REJECTED, "the URL has no host");
  if (!str_is_absent(part(arena, url, CURLUPART_ZONEID, 0)))
    return result_error(RESULT_REJECTED, "addresses with a zone are never called");
  bool is_on_list = is_listed(options->allowed_hosts, options->allowed_host_count, host, port.at);
  if (!is_on_list && str_is(scheme, "http"))
    return result_error(RESULT_REJECTED,
                        "%.*s: plain http is spoken only with hosts that http.allow_hosts (TANDEM_ALLOW_HOSTS) names: "
                        "use https, or name it there",
                        STR_FMT(host));
  if (!is_on_list)
    TRY(check_unlisted_host(host));
  *out = (struct http_target){
      .url = url,
      .listed = is_on_list,
      .traced = is_listed(options->traced_hosts, options->traced_host_count, host, port.at),
  };
  return RESULT_DONE;
}

static struct result check_bytes(struct str url) {
  if (url.length == 0 || url.length > URL_BYTES_MAX)
    return result_error(RESULT_REJECTED, "the URL is empty or too long");
  for (size_t i = 0; i < url.length; i++)
    if (url.at[i] <= ' ' || url.at[i] > '~' || url.at[i] == '\\')
      return result_error(RESULT_REJECTED, "the URL holds a blank, a backslash, or a byte that is not printable ASCII");
  return RESULT_DONE;
}

struct result http_target_parse(const struct http_options *options, struct str url, struct http_target *out) {
  TRY(check_bytes(url));
  struct arena scratch = {0};
  CURLU *parsed = curl_url();
  if (!parsed)
    heap_exhausted();
  CURLUcode code = unless_exhausted(
      curl_url_set(parsed, CURLUPART_URL, str_c(&scratch, url), CURLU_DISALLOW_USER | CURLU_PATH_AS_IS));
  struct result result = code == CURLUE_OK ? check_parsed(options, parsed, &scratch, out)
                                           : result_error(RESULT_REJECTED, "the URL: %s", curl_url_strerror(code));
  arena_free(&scratch);
  if (!result_ok(&result))
    curl_url_cleanup(parsed);
  return result;
}

struct result http_url_allowed(const struct http_options *options, struct str url) {
  struct http_target target;
  TRY(http_target_parse(options, url, &target));
  curl_url_cleanup(target.url);
  return RESULT_DONE;
}
