/* Listening sockets of IPv4, IPv6 and both. */
#include "service/listen_address.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct address {
  struct str host; /* without brackets; absent for every address */
  struct str port;
};

/* The last colon's place, since an IPv6 address has some of its own. */
static bool split(struct str text, struct address *out) {
  const char *colon = text.length ? memrchr(text.at, ':', text.length) : NULL;
  if (!colon)
    return false;
  size_t length = (size_t)(colon - text.at);
  struct str host = str_slice(text, 0, length), port = str_slice(text, length + 1, text.length);
  bool bracketed = str_starts_with(host, "[") && str_ends_with(host, "]");
  int64_t number;
  if (!str_to_i64(port, &number) || number < 0 || number > 65535 || (!bracketed && str_find(host, ":") >= 0))
    return false;
  host = bracketed ? str_slice(host, 1, host.length - 1) : host;
  *out = (struct address){host, port};
  return !bracketed || str_find(host, ":") >= 0;
}

bool listen_address_is_wildcard(struct str host) {
  return host.length == 0 || str_is(host, "*") || str_is(host, "::") || str_is(host, "[::]") || str_is(host, "0.0.0.0");
}

/* Those of every address of both kinds: 0.0.0.0 is of IPv4 alone. */
static bool is_of_both(struct str host) {
  return listen_address_is_wildcard(host) && !str_is(host, "0.0.0.0");
}

/* A kernel can be without (ipv6.disable=1); no address of the kind, as in most containers, does not matter. */
static bool kernel_has_ipv6(void) {
  int file = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (file >= 0)
    close(file);
  return file >= 0 || errno != EAFNOSUPPORT;
}

static const char *any_address(void) {
  return kernel_has_ipv6() ? "::" : "0.0.0.0";
}

/* With errno where there is none. */
static int listen_on(const struct addrinfo *info) {
  const int yes = 1, no = 0;
  int file = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (file < 0)
    return -1;
  setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (info->ai_family == AF_INET6) /* both kinds, whatever net.ipv6.bindv6only says */
    setsockopt(file, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
  if (bind(file, info->ai_addr, info->ai_addrlen) == 0 && listen(file, SOMAXCONN) == 0)
    return file;
  int error = errno;
  close(file);
  errno = error;
  return -1;
}

/* The first of a name's addresses that this machine has. */
static int listen_on_first(const struct addrinfo *found) {
  int file = -1;
  for (const struct addrinfo *info = found; info && file < 0; info = info->ai_next) {
    file = listen_on(info);
    if (file < 0 && errno != EADDRNOTAVAIL && errno != EAFNOSUPPORT)
      break;
  }
  return file;
}

static struct result failure(struct str text, const char *setting, int error) {
  if (error == EADDRINUSE)
    return result_error(RESULT_RETRY, "%s is %.*s, which another program listens on: stop that, or set another port",
                        setting, STR_FMT(text));
  return result_error(RESULT_REJECTED, "%s is %.*s, where nothing can listen: %s", setting, STR_FMT(text),
                      strerror(error));
}

struct result listen_address_open(struct str text, const char *setting, int *out) {
  const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
  struct arena scratch = {0};
  struct addrinfo *found;
  struct address address;
  if (!split(text, &address))
    return result_error(RESULT_REJECTED, "%s: \"%.*s\" is not like 127.0.0.1:7420, [::1]:7420 or [::]:7420", setting,
                        STR_FMT(text));
  const char *host = is_of_both(address.host) ? any_address() : str_c(&scratch, address.host);
  int status = getaddrinfo(host, str_c(&scratch, address.port), &hints, &found);
  arena_free(&scratch);
  if (status != 0)
    return result_error(RESULT_REJECTED, "%s is %.*s, where nothing can listen: %s", setting, STR_FMT(text),
                        gai_strerror(status));
  int file = listen_on_first(found), error = errno;
  freeaddrinfo(found);
  if (file < 0)
    return failure(text, setting, error);
  *out = file;
  return RESULT_DONE;
}

/* nng looks addresses up for the kinds that this machine has any of: where that is IPv4 alone, as in most containers,
 * "::" is none. */
static bool nng_takes_ipv6(void) {
  const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_ADDRCONFIG | AI_NUMERICHOST};
  struct addrinfo *found;
  if (getaddrinfo("::", NULL, &hints, &found) != 0)
    return false;
  freeaddrinfo(found);
  return kernel_has_ipv6();
}

struct str listen_address_url(struct arena *arena, struct str url) {
  ptrdiff_t scheme = str_find(url, "://");
  size_t from = scheme < 0 ? 0 : (size_t)scheme + 3;
  struct str rest = str_slice(url, from, url.length);
  struct address address;
  if (!split(rest, &address) || !is_of_both(address.host))
    return str_copy(arena, url);
  return str_format(arena, "%.*s%s:%.*s", (int)from, url.at, nng_takes_ipv6() ? "[::]" : "0.0.0.0",
                    STR_FMT(address.port));
}
