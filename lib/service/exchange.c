/* One exchange over HTTP, and what its refusals mean for the skeleton. */
#include "service/exchange.h"

#include "base/fault.h"
#include "service/exchange_secrets.h"

struct result exchange_send(struct http *http, struct arena *arena, const struct http_request *request, bool is_read,
                            struct usage *usage, struct http_response *out) {
  usage->api_calls++;
  fault_point_of("adapter.before_request", is_read ? "GET" : request->method);
  struct result result = http->call(http, arena, request, out);
  fault_point_of("adapter.after_request", is_read ? "GET" : request->method);
  if (result.code == RESULT_UNCERTAIN && is_read)
    result.code = RESULT_RETRY; /* reading twice harms nothing */
  if (result_ok(&result))
    exchange_hide_secrets(arena, request, out);
  int64_t date_ms = result_ok(&result) ? http_date_ms(out) : 0;
  if (date_ms)
    usage->server_date_ms = date_ms;
  return result;
}

void exchange_take_usage(struct usage *kept, struct usage *out) {
  *out = *kept;
  kept->api_calls = 0;
  kept->blocked_until_ms = 0;
  kept->server_date_ms = 0; /* only fresh dates tell how the clocks differ */
  kept->credential_expires_ms = 0;
  kept->held = (struct str){0}; /* told once: a later write may go through */
}

struct result exchange_limited(struct usage *usage, int64_t now_ms, const struct refusal *refusal) {
  if (now_ms + refusal->wait_ms > usage->blocked_until_ms)
    usage->blocked_until_ms = now_ms + refusal->wait_ms;
  return result_retry_after(refusal->wait_ms, "%s asks to wait %lld s: %.*s", refusal->who,
                            (long long)(refusal->wait_ms / 1000), STR_FMT(refusal->words));
}

static struct result server_failed(const struct refusal *r) {
  struct result result = result_retry_after(r->wait_ms, "%s answered %lld%s: %.*s", r->who, (long long)r->status,
                                            r->is_read ? "" : " to a write", STR_FMT(r->words));
  if (!r->is_read)
    result.code = RESULT_UNCERTAIN;
  return result;
}

/* Trackers give a 401 now and then to a credential that is good, while a token of theirs spreads or a part of them is
 * down: the store has it asked again before anything stops. */
static struct result unauthorized(const struct refusal *r) {
  enum { ASK_AGAIN_MS = 1000 };
  struct result result =
      result_error(RESULT_AUTH, "%s does not accept the credential (%.*s): store a new one", r->who, STR_FMT(r->words));
  result.retry_after_ms = ASK_AGAIN_MS;
  return result;
}

struct result exchange_refused(const struct refusal *r) {
  if (r->status >= 500 || r->status == 408)
    return server_failed(r);
  if (r->status == 401)
    return unauthorized(r);
  if (r->status == 403)
    return result_error(r->is_read ? RESULT_AUTH : RESULT_REJECTED, "%s refuses: %.*s", r->who, STR_FMT(r->words));
  if (r->status == 404 || r->status == 410 || r->status == 451)
    return result_error(RESULT_GONE, "%s: %.*s", r->who, STR_FMT(r->words));
  if (r->status == 409)
    return result_error(RESULT_STALE, "%s: %.*s", r->who, STR_FMT(r->words));
  return result_error(RESULT_REJECTED, "%s refuses with %lld: %.*s", r->who, (long long)r->status, STR_FMT(r->words));
}
