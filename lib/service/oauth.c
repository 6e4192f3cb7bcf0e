/* Token requests and renewals. */
#include "service/oauth.h"

#include "service/exchange.h"

enum { TIMEOUT_MS = 30000 };

#define LIFETIME_MAX_S INT64_C(3153600000) /* a hundred years: more is no end */

/* -- requests -- */

static struct str form_of(struct arena *arena, const struct oauth_pair *pairs, size_t count) {
  struct str_builder form = {.arena = arena};
  for (size_t i = 0; i < count; i++)
    if (pairs[i].value.length)
      str_append_format(&form, "%s%s=%.*s", form.length ? "&" : "", pairs[i].name,
                        STR_FMT(http_escape(arena, pairs[i].value)));
  return str_built(&form);
}

static struct str json_of(struct arena *arena, const struct oauth_pair *pairs, size_t count) {
  cJSON *tree = cJSON_CreateObject();
  for (size_t i = 0; i < count; i++)
    if (pairs[i].value.length)
      cJSON_AddItemToObject(tree, pairs[i].name, json_string(arena, pairs[i].value));
  return json_print(arena, tree);
}

struct result oauth_ask(struct oauth_client *client, struct arena *arena, struct str url,
                        const struct oauth_pair *pairs, size_t count, cJSON **out) {
  const struct oauth_vendor *vendor = client->vendor;
  struct http_header headers[] = {
      {STR("Accept"), STR("application/json")},
      {STR("User-Agent"), STR("tandem/" TANDEM_VERSION)},
      {STR("Content-Type"), vendor->takes_json ? STR("application/json") : STR("application/x-www-form-urlencoded")}};
  struct http_request request = {.method = "POST",
                                 .url = url,
                                 .headers = headers,
                                 .header_count = sizeof headers / sizeof headers[0],
                                 .body =
                                     vendor->takes_json ? json_of(arena, pairs, count) : form_of(arena, pairs, count),
                                 .timeout_ms = TIMEOUT_MS};
  struct http_response response;
  TRY(exchange_send(client->http, arena, &request, false, client->usage, &response));
  if (response.status == 429 || response.status >= 500)
    return result_retry_after(http_retry_after_ms(&response) > 0 ? http_retry_after_ms(&response) : 0,
                              "%s's authorization server answered %lld", vendor->who, (long long)response.status);
  struct result result = json_parse(response.body, out);
  if (result_ok(&result))
    return result;
  return result_error(response.status == 200 ? RESULT_UNCERTAIN : RESULT_AUTH,
                      "%s's authorization server answered %lld and no JSON", vendor->who, (long long)response.status);
}

/* -- answers -- */

static void set_member(struct arena *arena, cJSON *login, const char *name, struct str value) {
  if (value.length == 0)
    return;
  cJSON_DeleteItemFromObjectCaseSensitive(login, name);
  cJSON_AddItemToObject(login, name, json_string(arena, value));
}

#define REFRESH_UNTIL "refresh_until_ms"

void oauth_note_end(const cJSON *answer, int64_t now_ms, cJSON *login) {
  int64_t lifetime_s = json_i64(answer, "refresh_token_expires_in");
  cJSON_DeleteItemFromObjectCaseSensitive(login, REFRESH_UNTIL);
  if (lifetime_s > 0 && lifetime_s <= LIFETIME_MAX_S)
    cJSON_AddNumberToObject(login, REFRESH_UNTIL, (double)(now_ms + lifetime_s * 1000));
}

int64_t oauth_end_ms(const cJSON *login) {
  return json_str(login, "refresh_token").length ? json_i64(login, REFRESH_UNTIL) : 0;
}

struct result oauth_take(struct oauth_client *client, struct arena *arena, const cJSON *answer, cJSON *login) {
  struct str access = json_str(answer, "access_token"), why = json_str(answer, "error_description");
  int64_t lifetime_s = json_i64(answer, "expires_in");
  if (access.length == 0)
    return result_error(RESULT_AUTH, "%s gave no token (%.*s)", client->vendor->who,
                        STR_FMT(why.length ? why : json_str(answer, "error")));
  set_member(arena, login, "access_token", access);
  set_member(arena, login, "refresh_token", json_str(answer, "refresh_token"));
  cJSON_DeleteItemFromObjectCaseSensitive(login, client->vendor->until_member);
  if (lifetime_s > 0)
    cJSON_AddNumberToObject(login, client->vendor->until_member, (double)(client->now_ms() + lifetime_s * 1000));
  oauth_note_end(answer, client->now_ms(), login);
  return RESULT_DONE;
}

/* -- renewing -- */

static struct result refresh(struct oauth_client *client, struct arena *arena, struct str url, cJSON *login) {
  const struct oauth_pair pairs[] = {{"grant_type", STR("refresh_token")},
                                     {"client_id", json_str(login, "client_id")},
                                     {"client_secret", json_str(login, "client_secret")},
                                     {"refresh_token", json_str(login, "refresh_token")}};
  cJSON *answer;
  TRY(oauth_ask(client, arena, url, pairs, sizeof pairs / sizeof pairs[0], &answer));
  struct result result = oauth_take(client, arena, answer, login);
  cJSON_Delete(answer);
  return result;
}

static struct result renew_own(struct oauth_client *client, struct arena *arena, struct str url,
                               struct credential_renewal *renewal, struct str stored, struct str *out) {
  cJSON *login;
  TRY(json_parse(stored, &login));
  struct result result = refresh(client, arena, url, login);
  if (!result_ok(&result)) {
    cJSON_Delete(login);
    return result;
  }
  struct str renewed = json_print(arena, login);
  TRY(renewal->save(renewal, renewed));
  *out = renewed;
  return RESULT_DONE;
}

static bool has_ended(const struct oauth_client *client, struct str stored) {
  cJSON *login;
  struct result result = json_parse(stored, &login);
  if (!result_ok(&result))
    return false;
  int64_t until_ms = json_i64(login, client->vendor->until_member);
  cJSON_Delete(login);
  return until_ms && until_ms <= client->now_ms();
}

struct result oauth_renew(struct oauth_client *client, struct arena *arena, struct str token_url,
                          struct credential_renewal *renewal, struct str *out_login) {
  bool done;
  if (!renewal) /* only tried: a refresh token that is used and not stored is lost */
    return result_error(RESULT_AUTH, "the access token has ended: log in again");
  TRY(renewal->begin(renewal, arena, out_login, &done));
  if (done && has_ended(client, *out_login)) /* renewed long ago: now it is our turn */
    TRY(renewal->begin(renewal, arena, out_login, &done));
  struct result result = done ? RESULT_DONE : renew_own(client, arena, token_url, renewal, *out_login, out_login);
  if (result.code == RESULT_UNCERTAIN || result.code == RESULT_STALE)
    result.code = RESULT_RETRY;
  return result_ok(&result) ? result : result_context(result, "renewing the login");
}
