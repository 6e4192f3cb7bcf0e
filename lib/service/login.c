/* The two flows. */
#include "service/login.h"

#include <sodium.h>

#include "base/clock.h"

enum {
  VERIFIER_BYTES = 32,
  STATE_BYTES = 16,
  BROWSER_TIMEOUT_MS = 10 * 60 * 1000,
  DEVICE_INTERVAL_S = 5,
  DEVICE_SLOWER_S = 5,
  DEVICE_LIFETIME_S = 900,
  INTERVAL_MAX_S = 60,
};

static const struct field request_fields[] = {
    FIELD(struct login_request, base_url, FIELD_STR, 0, "Of the API."),
    FIELD(struct login_request, options, FIELD_STR, 0, "The connector's own settings, JSON."),
    FIELD(struct login_request, client_id, FIELD_STR, FIELD_REQUIRED, "Of the OAuth app."),
    FIELD(struct login_request, client_secret, FIELD_STR, FIELD_SECRET, "Of the OAuth app, where it has one."),
    FIELD(struct login_request, port, FIELD_I64, 0, "Where the browser comes back to."),
};
const struct record record_login_request =
    RECORD("LoginRequest", struct login_request, request_fields, "Who wants to log in where.");

static const struct field step_fields[] = {
    FIELD(struct login_step, url, FIELD_STR, 0, "To be opened in a browser."),
    FIELD(struct login_step, code, FIELD_STR, 0, "To be typed there."),
    FIELD(struct login_step, login, FIELD_STR, FIELD_SECRET, "The credential, JSON."),
    FIELD(struct login_step, expires_ms, FIELD_I64, 0,
          "When the login ends: its refresh token, or the whole of one that cannot be renewed."),
    FIELD(struct login_step, failed, FIELD_STR, 0, "A result code's name."),
    FIELD(struct login_step, why, FIELD_STR, 0, "What went wrong."),
};
const struct record record_login_step = RECORD("LoginStep", struct login_step, step_fields, "How a login goes.");

/* -- the end of both -- */

static struct result finish(struct oauth_client *client, struct arena *arena, const struct login_request *request,
                            const cJSON *answer, struct login_step *out) {
  cJSON *login = cJSON_CreateObject();
  cJSON_AddItemToObject(login, "client_id", json_string(arena, request->client_id));
  if (request->client_secret.length)
    cJSON_AddItemToObject(login, "client_secret", json_string(arena, request->client_secret));
  struct result result = oauth_take(client, arena, answer, login);
  if (!result_ok(&result)) {
    cJSON_Delete(login);
    return result;
  }
  bool renewable = json_str(login, "refresh_token").length > 0;
  *out = (struct login_step){.expires_ms =
                                 renewable ? oauth_end_ms(login) : json_i64(login, client->vendor->until_member)};
  out->login = json_print(arena, login);
  return RESULT_DONE;
}

/* -- the browser -- */

static struct str base64url(struct arena *arena, const unsigned char *bytes, size_t length) {
  size_t size = sodium_base64_encoded_len(length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  char *text = arena_alloc(arena, size);
  sodium_bin2base64(text, size, bytes, length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return str_of(text);
}

static struct str random_word(struct arena *arena, size_t size_bytes) {
  unsigned char bytes[VERIFIER_BYTES];
  randombytes_buf(bytes, size_bytes);
  struct str word = base64url(arena, bytes, size_bytes);
  sodium_memzero(bytes, sizeof bytes);
  return word;
}

static struct str challenge_of(struct arena *arena, struct str verifier) {
  unsigned char hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, (const unsigned char *)verifier.at, verifier.length);
  return base64url(arena, hash, sizeof hash);
}

static struct str authorize_url(struct oauth_client *client, struct arena *arena, struct str authorize,
                                struct str client_id, struct str back, struct str state, struct str verifier) {
  const struct oauth_vendor *vendor = client->vendor;
  return str_format(arena,
                    "%.*s?response_type=code&client_id=%.*s&redirect_uri=%.*s&scope=%.*s&state=%.*s&code_challenge=%.*s"
                    "&code_challenge_method=S256%s",
                    STR_FMT(authorize), STR_FMT(http_escape(arena, client_id)), STR_FMT(http_escape(arena, back)),
                    STR_FMT(http_escape(arena, str_of(vendor->scope))), STR_FMT(state),
                    STR_FMT(challenge_of(arena, verifier)), vendor->authorize_extra);
}

static struct result by_browser(struct oauth_client *client, struct arena *arena, const struct login_request *request,
                                const struct oauth_endpoints *at, void (*show)(const struct login_step *step),
                                struct login_step *out) {
  struct str verifier = random_word(arena, VERIFIER_BYTES), state = random_word(arena, STATE_BYTES), code;
  struct str back = str_format(arena, "http://127.0.0.1:%lld/callback", (long long)request->port);
  struct callback *callback;
  cJSON *answer;
  TRY(callback_open(request->port, state, &callback));
  show(&(struct login_step){
      .url = authorize_url(client, arena, at->authorize, request->client_id, back, state, verifier)});
  struct result result = callback_wait(callback, arena, BROWSER_TIMEOUT_MS, &code);
  callback_close(callback);
  TRY(result);
  const struct oauth_pair pairs[] = {{"grant_type", STR("authorization_code")},
                                     {"client_id", request->client_id},
                                     {"client_secret", request->client_secret},
                                     {"code", code},
                                     {"redirect_uri", back},
                                     {"code_verifier", verifier}};
  TRY(oauth_ask(client, arena, at->token, pairs, sizeof pairs / sizeof pairs[0], &answer));
  result = finish(client, arena, request, answer, out);
  cJSON_Delete(answer);
  return result;
}

/* -- the device flow -- */

struct device {
  struct str code;
  int64_t interval_s, until_ms; /* monotonic */
};

static int64_t between(int64_t number, int64_t fallback, int64_t most) {
  return number <= 0 ? fallback : number < most ? number : most;
}

static struct result begin_device(struct oauth_client *client, struct arena *arena, const struct login_request *request,
                                  struct str url, void (*show)(const struct login_step *step), struct device *out) {
  const struct oauth_pair pairs[] = {{"client_id", request->client_id}, {"scope", str_of(client->vendor->scope)}};
  cJSON *answer;
  TRY(oauth_ask(client, arena, url, pairs, sizeof pairs / sizeof pairs[0], &answer));
  struct login_step step = {.url = str_copy(arena, json_str(answer, "verification_uri")),
                            .code = str_copy(arena, json_str(answer, "user_code"))};
  struct str why = str_copy(arena, json_str(answer, "error"));
  *out = (struct device){.code = str_copy(arena, json_str(answer, "device_code")),
                         .interval_s = between(json_i64(answer, "interval"), DEVICE_INTERVAL_S, INTERVAL_MAX_S)};
  int64_t lifetime_s = between(json_i64(answer, "expires_in"), DEVICE_LIFETIME_S, DEVICE_LIFETIME_S);
  out->until_ms = clock_mono_ms() + lifetime_s * 1000;
  cJSON_Delete(answer);
  if (out->code.length == 0 || step.code.length == 0 || step.url.length == 0)
    return result_error(RESULT_AUTH, "%s does not begin the login (%.*s): is the device flow enabled for the app?",
                        client->vendor->who, STR_FMT(why));
  show(&step);
  return RESULT_DONE;
}

/* One look. `*wait`: the person is not done yet. */
static struct result poll_device(struct oauth_client *client, struct arena *arena, const struct login_request *request,
                                 struct str url, struct device *device, bool *wait, struct login_step *out) {
  const struct oauth_pair pairs[] = {{"grant_type", STR("urn:ietf:params:oauth:grant-type:device_code")},
                                     {"client_id", request->client_id},
                                     {"device_code", device->code}};
  cJSON *answer;
  struct result result = oauth_ask(client, arena, url, pairs, sizeof pairs / sizeof pairs[0], &answer);
  *wait = result.code == RESULT_RETRY || result.code == RESULT_UNCERTAIN;
  if (!result_ok(&result))
    return *wait ? RESULT_DONE : result;
  struct str error = json_str(answer, "error");
  if (str_is(error, "slow_down"))
    device->interval_s += DEVICE_SLOWER_S;
  *wait = str_is(error, "slow_down") || str_is(error, "authorization_pending");
  if (!*wait)
    result = finish(client, arena, request, answer, out);
  cJSON_Delete(answer);
  return result;
}

static struct result by_device(struct oauth_client *client, struct arena *arena, const struct login_request *request,
                               const struct oauth_endpoints *at, void (*show)(const struct login_step *step),
                               struct login_step *out) {
  struct device device;
  bool wait = true;
  TRY(begin_device(client, arena, request, at->device, show, &device));
  while (wait) {
    clock_sleep_ms(device.interval_s * 1000);
    if (clock_mono_ms() > device.until_ms)
      return result_error(RESULT_AUTH, "nobody typed the code in time: begin again");
    TRY(poll_device(client, arena, request, at->token, &device, &wait, out));
  }
  return RESULT_DONE;
}

struct result oauth_login(struct oauth_client *client, struct arena *arena, const struct login_request *request,
                          void (*show)(const struct login_step *step), struct login_step *out) {
  struct oauth_endpoints at = {0};
  cJSON *options = NULL;
  if (request->options.length)
    TRY(json_parse(request->options, &options));
  client->vendor->endpoints(arena, http_base_url(request->base_url), options, &at);
  cJSON_Delete(options);
  return at.device.length ? by_device(client, arena, request, &at, show, out)
                          : by_browser(client, arena, request, &at, show, out);
}
