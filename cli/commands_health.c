/* health: asks a process how it is, for containers' health checks, which have no other HTTP client. */
#include "base/http.h"
#include "base/settings.h"
#include "cli/commands.h"
#include "cli/up/endpoints.h"
#include "service/listen_address.h"

enum { ASK_TIMEOUT_MS = 4000, ANSWER_BYTES_MAX = 64 * 1024 };

/* What listens everywhere answers here, in a network of IPv6 alone, too: the loopback has its IPv4 address. */
static struct str authority_of(struct arena *arena, struct str listen) {
  struct str host = endpoints_host(arena, listen);
  const char *port = strrchr(str_c(arena, listen), ':') + 1;
  if (listen_address_is_wildcard(host))
    return str_format(arena, "127.0.0.1:%s", port);
  return str_starts_with(listen, "[") ? str_format(arena, "[%.*s]:%s", STR_FMT(host), port)
                                      : str_format(arena, "%.*s:%s", STR_FMT(host), port);
}

static struct result ask(struct arena *arena, struct str authority, const char *path, struct http_response *out) {
  const struct http_options options = {.user_agent = STR("tandem/" TANDEM_VERSION " (health)"),
                                       .allowed_hosts = &authority,
                                       .allowed_host_count = 1,
                                       .response_bytes_max = ANSWER_BYTES_MAX};
  const struct http_request request = {.method = "GET",
                                       .url = str_format(arena, "http://%.*s%s", STR_FMT(authority), path),
                                       .timeout_ms = ASK_TIMEOUT_MS};
  struct http *http = http_open(&options);
  struct result result = http->call(http, arena, &request, out);
  http->close(http);
  return result;
}

struct result command_health(struct invocation *call) {
  struct settings settings;
  struct http_response answer;
  TRY(invocation_settings(call, &settings));
  if (settings.health_listen.length == 0)
    return result_error(RESULT_REJECTED,
                        "TANDEM_HEALTH_LISTEN does not say where the process answers; it is set to the "
                        "same for the process and for this command");
  struct str authority = authority_of(call->arena, settings.health_listen);
  TRY(ask(call->arena, authority, invocation_flag(call, "ready") ? "/readyz" : "/healthz", &answer));
  struct str text = str_trim(answer.body);
  if (answer.status != 200)
    return result_error(RESULT_RETRY, "%.*s answers %d: %.*s", STR_FMT(authority), (int)answer.status,
                        (int)(text.length < 200 ? text.length : 200), text.at);
  output_text(call->output, "%s\n", output_clean_line(call->arena, text).at);
  return RESULT_DONE;
}
