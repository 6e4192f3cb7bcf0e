/* Credentials: {"token": ...} for a personal token; a login (oauth.c) as service/oauth.h has it; {"app_id",
 * "private_key", "installation_id"} for a GitHub App.
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app */
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sodium.h>

#include "adapter-github/github.h"

enum { JWT_BACKDATE_S = 60, JWT_LIFE_S = 9 * 60, TOKEN_RESERVE_MS = 5 * 60 * 1000, SKEW_WORTH_A_TRY_MS = 30 * 1000 };

/* -- reading the credential -- */

static struct result take_token(struct connection *c, struct str token) {
  if (token.length == 0 || token.length >= sizeof c->auth.token)
    return result_error(RESULT_AUTH, "the credential must be {\"token\": \"...\"}, or an App's app_id and private_key");
  for (size_t i = 0; i < token.length; i++)
    if (token.at[i] <= ' ' || token.at[i] > '~')
      return result_error(RESULT_AUTH, "the token has a character that no token has: was it copied whole?");
  memcpy(c->auth.token, token.at, token.length);
  c->auth.token[token.length] = '\0';
  return RESULT_DONE;
}

/* A key that wants a passphrase is refused instead of asking for it on the terminal. */
static int no_passphrase(char *buffer, int size, int writing, void *context) {
  (void)buffer, (void)size, (void)writing, (void)context;
  return -1;
}

/* A number or a text, as people copy it from the App's page. */
static struct str id_of(struct arena *arena, const cJSON *tree, const char *name) {
  int64_t number = json_i64(tree, name);
  return number ? str_format(arena, "%lld", (long long)number) : str_copy(arena, json_str(tree, name));
}

static struct result take_app(struct connection *c, const cJSON *tree) {
  c->auth.app_id = id_of(&c->arena, tree, "app_id");
  str_to_i64(id_of(&c->arena, tree, "installation_id"), &c->auth.installation_id);
  struct str pem = json_str(tree, "private_key");
  BIO *bio = BIO_new_mem_buf(pem.at ? pem.at : "", (int)pem.length);
  c->auth.app_key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
  BIO_free(bio);
  ERR_clear_error();
  if (!c->auth.app_key || EVP_PKEY_get_base_id(c->auth.app_key) != EVP_PKEY_RSA)
    return result_error(RESULT_AUTH, "private_key is not an RSA key in PEM form without a passphrase");
  return RESULT_DONE;
}

static struct result take_login(struct connection *c, const cJSON *tree) {
  c->auth.token_until_ms = json_i64(tree, "access_until_ms");
  c->auth.can_renew = json_str(tree, "refresh_token").length && json_str(tree, "client_id").length;
  return take_token(c, json_str(tree, "access_token"));
}

struct result github_auth_open(struct connection *c, struct str kind, struct str credential) {
  cJSON *tree;
  struct result result = json_parse(credential, &tree);
  if (!result_ok(&result))
    return result_error(RESULT_AUTH, "the credential %.*s is not JSON", STR_FMT(c->credential));
  bool is_app = str_is(kind, "app") || cJSON_HasObjectItem(tree, "app_id");
  if (str_is(kind, "oauth"))
    result = take_login(c, tree);
  else
    result = is_app ? take_app(c, tree) : take_token(c, json_str(tree, "token"));
  cJSON_Delete(tree);
  return result;
}

void github_auth_close(struct connection *c) {
  EVP_PKEY_free(c->auth.app_key);
  OPENSSL_cleanse(c->auth.token, sizeof c->auth.token);
}

/* -- the App's own token -- */

static struct str base64url(struct arena *arena, const void *bytes, size_t length) {
  size_t size = sodium_base64_encoded_len(length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  char *text = arena_alloc(arena, size);
  sodium_bin2base64(text, size, bytes, length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return str_of(text);
}

static struct result sign(struct arena *arena, EVP_PKEY *key, struct str text, struct str *out) {
  size_t length = (size_t)EVP_PKEY_get_size(key);
  unsigned char *signature = arena_alloc(arena, length);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  bool fine = EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
              EVP_DigestSign(context, signature, &length, (const unsigned char *)text.at, text.length) == 1;
  EVP_MD_CTX_free(context);
  ERR_clear_error();
  if (!fine)
    return result_error(RESULT_AUTH, "private_key cannot sign");
  *out = base64url(arena, signature, length);
  return RESULT_DONE;
}

struct result github_jwt(struct arena *arena, EVP_PKEY *key, struct str app_id, int64_t now_ms, struct str *out) {
  static const char header[] = "{\"alg\":\"RS256\",\"typ\":\"JWT\"}";
  struct str_builder claims = {.arena = arena};
  int64_t now_s = now_ms / 1000;
  str_append_format(&claims, "{\"iat\":%lld,\"exp\":%lld,\"iss\":", (long long)(now_s - JWT_BACKDATE_S),
                    (long long)(now_s + JWT_LIFE_S));
  json_append_quoted(&claims, app_id);
  str_append_c(&claims, "}");
  struct str body = str_built(&claims), signature;
  struct str text = str_format(arena, "%s.%s", base64url(arena, header, sizeof header - 1).at,
                               base64url(arena, body.at, body.length).at);
  TRY(sign(arena, key, text, &signature));
  *out = str_format(arena, "%.*s.%.*s", STR_FMT(text), STR_FMT(signature));
  return RESULT_DONE;
}

/* -- installation tokens -- */

/* What goes wrong on the way to a token is a matter of the credential, unless it passes by itself. */
static struct result as_auth(struct result result) {
  if (result.code == RESULT_UNCERTAIN)
    result.code = RESULT_RETRY; /* one token too many does no harm */
  if (result.code == RESULT_GONE || result.code == RESULT_REJECTED)
    result.code = RESULT_AUTH;
  return result_context(result, "installation token");
}

static struct result find_installation(struct connection *c, struct arena *arena) {
  struct github_request request = {.method = "GET", .scope = AT_REPO, .path = STR("/installation"), .as_app = true};
  struct github_answer answer = {0};
  cJSON *tree;
  if (str_is_absent(c->remote))
    return result_error(RESULT_AUTH, "the credential has no installation_id");
  TRY(github_call(c, arena, &request, &answer));
  TRY(github_json("GET", &answer, &tree));
  c->auth.installation_id = json_i64(tree, "id");
  cJSON_Delete(tree);
  return c->auth.installation_id ? RESULT_DONE
                                 : result_error(RESULT_AUTH, "the App is not installed on this repository");
}

static struct result read_token(struct connection *c, const struct github_answer *answer) {
  cJSON *tree;
  TRY(github_json("POST", answer, &tree));
  struct result result = take_token(c, json_str(tree, "token"));
  c->auth.token_until_ms = json_time_ms(tree, "expires_at");
  cJSON_Delete(tree);
  return result;
}

static struct result ask_token(struct connection *c, struct arena *arena) {
  if (c->auth.installation_id == 0)
    TRY(find_installation(c, arena));
  struct github_request request = {.method = "POST", .scope = AT_API, .body = STR("{}"), .as_app = true};
  request.path = str_format(arena, "/app/installations/%lld/access_tokens", (long long)c->auth.installation_id);
  struct github_answer answer = {0};
  TRY(github_call(c, arena, &request, &answer));
  return read_token(c, &answer);
}

struct result github_auth_header(struct connection *c, struct arena *arena, bool as_app, struct str *out) {
  int64_t now_ms = c->now_ms() + c->clock_ahead_ms;
  struct str token;
  if (as_app) {
    TRY(github_jwt(arena, c->auth.app_key, c->auth.app_id, now_ms, &token));
  } else {
    if (c->auth.app_key && c->auth.token_until_ms < now_ms + TOKEN_RESERVE_MS) {
      struct result result = ask_token(c, arena);
      if (!result_ok(&result))
        return as_auth(result);
    }
    if (c->auth.can_renew && c->renewal && c->auth.token_until_ms && c->auth.token_until_ms < now_ms + TOKEN_RESERVE_MS)
      TRY(github_oauth_renew(c, arena));
    token = str_of(c->auth.token);
  }
  *out = str_format(arena, "Bearer %.*s", STR_FMT(token));
  return RESULT_DONE;
}

bool github_auth_forget(struct connection *c) {
  if (c->auth.can_renew && c->renewal)
    return c->auth.token_until_ms = 1, true; /* ended before its time */
  if (!c->auth.app_key)
    return false;
  bool had_token = c->auth.token_until_ms != 0;
  c->auth.token_until_ms = 0;
  /* Without a token it was the JWT that was refused: our clock may be wrong, and the answer brought the right time. */
  return had_token || llabs(c->clock_ahead_ms) > SKEW_WORTH_A_TRY_MS;
}

/* -- who we are -- */

struct result github_self(struct connection *c, struct arena *arena, struct str *out) {
  bool is_app = c->auth.app_key != NULL;
  struct github_request request = {
      .method = "GET", .scope = AT_API, .path = is_app ? STR("/app") : STR("/user"), .as_app = is_app};
  if (str_is_absent(c->self)) {
    struct github_answer answer = {0};
    cJSON *tree;
    TRY(github_call(c, arena, &request, &answer));
    TRY(github_json("GET", &answer, &tree));
    struct str name = json_str(tree, is_app ? "slug" : "login");
    if (name.length)
      c->self = str_format(&c->arena, is_app ? "%.*s[bot]" : "%.*s", STR_FMT(name));
    cJSON_Delete(tree);
  }
  if (str_is_absent(c->self))
    return result_error(RESULT_RETRY, "GitHub does not say who the credential is");
  *out = c->self;
  return RESULT_DONE;
}
