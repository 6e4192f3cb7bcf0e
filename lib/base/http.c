/* The HTTP client over libcurl: one easy handle a client, so connections are kept for the next call. What may be called
 * is decided in http_allow.c; here are the transfer, its caps, and what a failure means for the caller. */
#include "base/http.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/heap.h"
#include "base/http_allow.h"
#include "base/http_watch.h"

enum {
  CONNECT_TIMEOUT_MS = 10 * 1000,
  LOW_SPEED_BYTES_PER_S = 64,
  LOW_SPEED_S = 20,
  RESPONSE_BYTES_MAX = 10 * 1024 * 1024,
  RESPONSE_HEADERS_MAX = 256,
  RESPONSE_HEADER_BYTES_MAX = 64 * 1024,
};

struct http_client {
  struct http http;
  struct arena arena; /* the options' copies */
  struct http_options options;
  CURL *easy;
};

/* One call on its way; the callbacks write here. */
struct transfer {
  struct http_client *client;
  struct arena *arena;
  bool listed;
  bool address_refused, body_over_cap, headers_over_cap;
  struct http_header *headers;
  size_t header_count, header_bytes;
  struct str_builder body;
  char error[CURL_ERROR_SIZE];
};

/* -- callbacks -- */

/* The address is the one that will be connected to: no second resolution can come between check and use. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  struct transfer *transfer = context;
  (void)purpose;
  if (!transfer->listed && !http_address_is_public(&address->addr)) {
    transfer->address_refused = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context) {
  struct transfer *transfer = context;
  size_t length = size * count;
  if (transfer->body.length + length > (size_t)transfer->client->options.response_bytes_max) {
    transfer->body_over_cap = true;
    return 0;
  }
  str_append(&transfer->body, (struct str){bytes, length});
  return length;
}

static struct http_header parse_header(struct arena *arena, struct str line) {
  const char *colon = memchr(line.at, ':', line.length);
  size_t name_length = colon ? (size_t)(colon - line.at) : line.length;
  char *name = str_c(arena, str_slice(line, 0, name_length));
  for (size_t i = 0; i < name_length; i++)
    name[i] = (char)tolower((unsigned char)name[i]);
  struct str value = str_trim(str_slice(line, name_length + (colon != NULL), line.length));
  return (struct http_header){{name, name_length}, str_copy(arena, value)};
}

static size_t take_header(char *bytes, size_t size, size_t count, void *context) {
  struct transfer *transfer = context;
  struct str line = {bytes, size * count};
  transfer->header_bytes += line.length;
  if (transfer->header_count == RESPONSE_HEADERS_MAX || transfer->header_bytes > RESPONSE_HEADER_BYTES_MAX) {
    transfer->headers_over_cap = true;
    return 0;
  }
  if (str_starts_with(line, "HTTP/"))
    transfer->header_count = 0; /* what a "100 Continue" carried is not the response's */
  else if (str_trim(line).length)
    transfer->headers[transfer->header_count++] = parse_header(transfer->arena, line);
  return line.length;
}

/* -- setting up -- */

static bool is_read(const char *method) {
  return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

static bool breaks_line(struct str text) {
  return text.length && (memchr(text.at, '\r', text.length) || memchr(text.at, '\n', text.length) ||
                         memchr(text.at, '\0', text.length));
}

static struct result make_headers(struct arena *arena, const struct http_request *request, struct curl_slist **out) {
  struct curl_slist *list = curl_slist_append(NULL, "Expect:"); /* no round trip for "100 Continue" */
  for (size_t i = 0; i < request->header_count; i++) {
    const struct http_header *header = &request->headers[i];
    if (breaks_line(header->name) || breaks_line(header->value)) {
      curl_slist_free_all(list);
      return result_error(RESULT_REJECTED, "the header %.*s has a line break in it", STR_FMT(header->name));
    }
    struct str line = str_format(arena, "%.*s: %.*s", STR_FMT(header->name), STR_FMT(header->value));
    list = curl_slist_append(list, line.at);
  }
  *out = list;
  return RESULT_DONE;
}

static void set_safety(CURL *easy, const struct http_options *options) {
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  /* A proxy would connect for us, to addresses that we cannot check: the environment's are not used. */
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  if (options->ca_file.length)
    curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file.at);
}

static void set_transfer(CURL *easy, struct transfer *transfer, int64_t timeout_ms) {
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)LOW_SPEED_BYTES_PER_S);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)LOW_SPEED_S);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
}

static void set_request(CURL *easy, const struct http_request *request, struct curl_slist *headers) {
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  if (strcmp(request->method, "HEAD") == 0)
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  if (is_read(request->method))
    return;
  /* On a kept connection that dies without an answer libcurl sends the request again by itself; a write must go out
   * once, so it gets a connection of its own. */
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.length);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body.at ? request->body.at : "");
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

/* -- calling -- */

static struct result over_cap(const struct transfer *transfer, const struct http_request *request) {
  const char *what = transfer->body_over_cap ? "response" : "response's header";
  return result_error(is_read(request->method) ? RESULT_REJECTED : RESULT_UNCERTAIN, "%s %.*s: the %s is too large",
                      request->method, STR_FMT(request->url), what);
}

static struct result name_failure(const struct transfer *transfer, const struct http_request *request, CURLcode code) {
  long sent_bytes = 0;
  curl_easy_getinfo(transfer->client->easy, CURLINFO_REQUEST_SIZE, &sent_bytes);
  if (transfer->body_over_cap || transfer->headers_over_cap)
    return over_cap(transfer, request);
  if (transfer->address_refused && sent_bytes == 0)
    return result_error(
        RESULT_REJECTED,
        "%.*s: the name leads to an address that is not public: list the host as allowed if it is meant",
        STR_FMT(request->url));
  if (sent_bytes == 0 && (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL))
    return result_error(RESULT_REJECTED, "%.*s: %s", STR_FMT(request->url), curl_easy_strerror(code));
  const char *text = transfer->error[0] ? transfer->error : curl_easy_strerror(code);
  return result_error(sent_bytes ? RESULT_UNCERTAIN : RESULT_RETRY, "%s %.*s: %s", request->method,
                      STR_FMT(request->url), text);
}

static struct result perform(struct transfer *transfer, const struct http_request *request, struct http_response *out) {
  CURL *easy = transfer->client->easy;
  CURLcode code = curl_easy_perform(easy);
  if (code != CURLE_OK)
    return name_failure(transfer, request, code);
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  *out = (struct http_response){.status = status,
                                .headers = transfer->headers,
                                .header_count = transfer->header_count,
                                .body = str_built(&transfer->body)};
  return RESULT_DONE;
}

static struct result client_call(struct http *http, struct arena *arena, const struct http_request *request,
                                 struct http_response *out) {
  struct http_client *client = (struct http_client *)http;
  struct http_target target;
  struct http_watch watch;
  struct curl_slist *headers = NULL;
  TRY(http_target_parse(&client->options, request->url, &target));
  struct result result = make_headers(arena, request, &headers);
  if (!result_ok(&result)) {
    curl_url_cleanup(target.url);
    return result;
  }
  http_watch_begin(&watch, arena, &client->options, request, &target, &headers);
  struct transfer transfer = {.client = client, .arena = arena, .listed = target.listed, .body = {.arena = arena}};
  transfer.headers = ARENA_ARRAY(arena, struct http_header, RESPONSE_HEADERS_MAX);
  curl_easy_reset(client->easy);
  set_safety(client->easy, &client->options);
  curl_easy_setopt(client->easy, CURLOPT_USERAGENT, client->options.user_agent.at);
  curl_easy_setopt(client->easy, CURLOPT_CURLU, target.url);
  set_transfer(client->easy, &transfer, request->timeout_ms);
  set_request(client->easy, request, headers);
  result = perform(&transfer, request, out);
  http_watch_end(&watch, &client->options, request, &result, out);
  curl_easy_reset(client->easy); /* it pointed to what ends here */
  curl_url_cleanup(target.url);
  curl_slist_free_all(headers);
  return result;
}

/* -- the client -- */

static void client_close(struct http *http) {
  struct http_client *client = (struct http_client *)http;
  curl_easy_cleanup(client->easy);
  arena_free(&client->arena);
  free(client);
  curl_global_cleanup();
}

static const struct str *copy_hosts(struct arena *arena, const struct str *hosts, size_t count) {
  struct str *copy = ARENA_ARRAY(arena, struct str, count);
  for (size_t i = 0; i < count; i++)
    copy[i] = str_copy(arena, hosts[i]);
  return copy;
}

static struct http_options copy_options(struct arena *arena, const struct http_options *options) {
  struct http_options copy = *options;
  copy.allowed_hosts = copy_hosts(arena, options->allowed_hosts, options->allowed_host_count);
  copy.traced_hosts = copy_hosts(arena, options->traced_hosts, options->traced_host_count);
  copy.user_agent = str_copy(arena, options->user_agent.length ? options->user_agent : STR("tandem/" TANDEM_VERSION));
  copy.ca_file = str_copy(arena, options->ca_file);
  copy.response_bytes_max = options->response_bytes_max ? options->response_bytes_max : RESPONSE_BYTES_MAX;
  return copy;
}

/* Counted and safe between threads in libcurl 7.84 and later. With memory that never fails: without, a header or the
 * method is left out of a request, and what was refused for lack of memory looks like the tracker's refusal. */
static void start_curl(void) {
  if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, heap_taken, free, heap_grown, heap_text, heap_array) != CURLE_OK)
    heap_exhausted(); /* what else can go wrong in it is OpenSSL's memory */
}

struct http *http_open(const struct http_options *options) {
  start_curl();
  struct http_client *client = heap_new(sizeof *client);
  CURL *easy = curl_easy_init();
  if (!easy)
    heap_exhausted();
  client->http = (struct http){.call = client_call, .close = client_close};
  client->options = copy_options(&client->arena, options);
  client->easy = easy;
  return &client->http;
}

/* -- helpers -- */

struct str http_escape(struct arena *arena, struct str text) {
  struct str_builder builder = {.arena = arena};
  for (size_t i = 0; i < text.length; i++) {
    unsigned char c = (unsigned char)text.at[i];
    if ((c < 0x80 && isalnum(c)) || (c && strchr("-._~", c)))
      str_append(&builder, str_slice(text, i, i + 1));
    else
      str_append_format(&builder, "%%%02X", c);
  }
  return str_built(&builder);
}
