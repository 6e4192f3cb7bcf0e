/* A tracker that is never the bottleneck: N issues, as GitHub lists them (100 a page, sorted by updated_at, since=,
 * Link, ETag), each text rendered once at the start when there are at most CACHED_MAX of them.
 *
 *   bench-tracker PORT_FILE ISSUES        GET /_bench/calls tells how many API calls there were.
 * https://docs.github.com/en/rest/issues/issues#list-repository-issues */
#include <arpa/inet.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
  PAGE_ITEMS = 100,
  CACHED_MAX = 20000,
  ISSUE_BYTES_MAX = 16 * 1024,
  FIRST_UPDATE_S = 1600000000,
  UPDATE_STEP_S = 60
};

struct text {
  char *at;
  size_t length;
};

static long issue_count;
static struct text *cache; /* one text an issue, or NULL */
static long calls;
static char base_url[64];

/* -- an issue -- */

static const char *const words[] = {
    "the",     "engine", "coughs",  "when",    "a",   "user",  "opens",   "settings", "after", "upgrade", "and",
    "nothing", "is",     "written", "to",      "log", "until", "restart", "which",    "takes", "some",    "minutes",
    "because", "cache",  "warms",   "slowly",  "on",  "small", "disks",   "with",     "many",  "files",   "we",
    "expect",  "that",   "query",   "returns", "at",  "once",  "see",     "config",   "below", "for",     "details"};

static void iso_time(char out[21], long at_s) {
  time_t time = (time_t)at_s;
  struct tm tm;
  gmtime_r(&time, &tm);
  strftime(out, 21, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

/* About 1.5 kB of Markdown, other words in each issue. */
static size_t put_body(char *out, long number) {
  uint32_t state = (uint32_t)number * 2654435761u + 1;
  size_t length = 0, wanted = 1100 + number * 37 % 800;
  while (length < wanted) {
    state = state * 1664525u + 1013904223u;
    const char *word = words[(state >> 16) % (sizeof words / sizeof words[0])];
    length += (size_t)sprintf(out + length, "%s%s", word, (state >> 8) % 23 == 0 ? ".\\n\\n- " : " ");
  }
  return length;
}

static size_t put_user(char *out, long number) {
  long id = 1000 + number % 40;
  return (size_t)sprintf(
      out,
      "{\"login\":\"user%ld\",\"id\":%ld,\"node_id\":\"U_kgDO%ld\",\"avatar_url\":"
      "\"https://avatars.githubusercontent.com/u/%ld?v=4\",\"gravatar_id\":\"\",\"url\":\"%s/users/"
      "user%ld\",\"html_url\":"
      "\"%s/user%ld\",\"followers_url\":\"%s/users/user%ld/followers\",\"following_url\":"
      "\"%s/users/user%ld/following{/other_user}\",\"gists_url\":\"%s/users/user%ld/gists{/gist_id}\",\"starred_url\":"
      "\"%s/users/user%ld/starred{/owner}{/repo}\",\"subscriptions_url\":\"%s/users/user%ld/subscriptions\","
      "\"organizations_url\":\"%s/users/user%ld/orgs\",\"repos_url\":\"%s/users/user%ld/repos\",\"events_url\":"
      "\"%s/users/user%ld/events{/privacy}\",\"received_events_url\":\"%s/users/user%ld/"
      "received_events\",\"type\":\"User\","
      "\"user_view_type\":\"public\",\"site_admin\":false}",
      id, id, id, id, base_url, id, base_url, id, base_url, id, base_url, id, base_url, id, base_url, id, base_url, id,
      base_url, id, base_url, id, base_url, id, base_url, id);
}

static size_t put_label(char *out, long number) {
  return (size_t)sprintf(
      out,
      "{\"id\":%ld,\"node_id\":\"LA_kwDO%ld\",\"url\":\"%s/repos/acme/rocket/labels/area-%ld\",\"name\":"
      "\"area-%ld\",\"color\":\"d876e3\",\"default\":false,\"description\":\"Part %ld of the rocket\"}",
      700 + number % 12, number % 12, base_url, number % 12, number % 12, number % 12);
}

static size_t put_head(char *out, long n) {
  return (size_t)sprintf(
      out,
      "{\"url\":\"%s/repos/acme/rocket/issues/%ld\",\"repository_url\":\"%s/repos/acme/rocket\",\"labels_url\":"
      "\"%s/repos/acme/rocket/issues/%ld/labels{/name}\",\"comments_url\":\"%s/repos/acme/rocket/issues/%ld/comments\","
      "\"events_url\":\"%s/repos/acme/rocket/issues/%ld/events\",\"html_url\":\"%s/acme/rocket/issues/%ld\",\"id\":%ld,"
      "\"node_id\":\"I_kwDO%ld\",\"number\":%ld,\"title\":\"Engine %ld coughs when settings are opened\",",
      base_url, n, base_url, base_url, n, base_url, n, base_url, n, base_url, n, 2000000000 + n, n, n, n);
}

static size_t put_tail(char *out, long n) {
  char created[21], updated[21];
  bool closed = n % 3 == 0;
  iso_time(created, FIRST_UPDATE_S - 86400 + n);
  iso_time(updated, FIRST_UPDATE_S + n * UPDATE_STEP_S);
  return (size_t)sprintf(
      out,
      ",\"state\":\"%s\",\"locked\":false,\"milestone\":null,\"comments\":0,\"created_at\":\"%s\",\"updated_at\":\"%"
      "s\","
      "\"closed_at\":%s%s%s,\"author_association\":\"MEMBER\",\"type\":null,\"active_lock_reason\":null,"
      "\"sub_issues_summary\":{\"total\":0,\"completed\":0,\"percent_completed\":0},\"issue_dependencies_summary\":"
      "{\"blocked_by\":0,\"total_blocked_by\":0,\"blocking\":0,\"total_blocking\":0},\"closed_by\":null,\"reactions\":{"
      "\"url\":\"%s/repos/acme/rocket/issues/%ld/reactions\",\"total_count\":%ld,\"+1\":%ld,\"-1\":0,\"laugh\":0,"
      "\"hooray\":0,\"confused\":0,\"heart\":0,\"rocket\":0,\"eyes\":0},\"timeline_url\":"
      "\"%s/repos/acme/rocket/issues/%ld/timeline\",\"performed_via_github_app\":null,\"state_reason\":%s,\"body\":\"",
      closed ? "closed" : "open", created, updated, closed ? "\"" : "", closed ? updated : "null", closed ? "\"" : "",
      base_url, n, n % 4, n % 4, base_url, n, closed ? "\"completed\"" : "null");
}

/* Issue `n`, counted from 1; `out` has room for ISSUE_BYTES_MAX. */
static size_t put_issue(char *out, long n) {
  char *end = out;
  end += put_head(end, n);
  end += sprintf(end, "\"user\":");
  end += put_user(end, n);
  end += sprintf(end, ",\"labels\":[");
  end += put_label(end, n);
  end += sprintf(end, ",");
  end += put_label(end, n + 5);
  end += sprintf(end, "],\"assignee\":");
  end += put_user(end, n + 1);
  end += sprintf(end, ",\"assignees\":[");
  end += put_user(end, n + 1);
  end += sprintf(end, "]");
  end += put_tail(end, n);
  end += put_body(end, n);
  end += sprintf(end, "\"}");
  return (size_t)(end - out);
}

static struct text issue_text(long n, char *scratch) {
  return cache ? cache[n - 1] : (struct text){scratch, put_issue(scratch, n)};
}

static void fill_cache(void) {
  char *scratch = malloc(ISSUE_BYTES_MAX);
  struct text *texts = calloc((size_t)issue_count, sizeof *texts);
  for (long n = 1; n <= issue_count; n++) {
    size_t length = put_issue(scratch, n);
    texts[n - 1] = (struct text){memcpy(malloc(length), scratch, length), length};
  }
  free(scratch);
  cache = texts;
}

/* -- a page -- */

static long first_since(const char *since) {
  struct tm tm = {0};
  if (!since || !strptime(since, "%Y-%m-%dT%H:%M:%SZ", &tm))
    return 1;
  long behind_s = (long)timegm(&tm) - FIRST_UPDATE_S;
  long n = (behind_s + UPDATE_STEP_S - 1) / UPDATE_STEP_S;
  return n < 1 ? 1 : n;
}

static struct text page_text(long first, long past) {
  struct text page = {malloc((size_t)(past - first + 1) * ISSUE_BYTES_MAX), 0};
  page.at[page.length++] = '[';
  for (long n = first; n < past; n++) {
    struct text issue = issue_text(n, page.at + page.length);
    if (issue.at != page.at + page.length)
      memcpy(page.at + page.length, issue.at, issue.length);
    page.length += issue.length;
    page.at[page.length++] = ',';
  }
  page.length -= past > first;
  page.at[page.length++] = ']';
  return page;
}

static enum MHD_Result send_text(struct MHD_Connection *connection, unsigned status, struct text text, const char *link,
                                 const char *etag) {
  struct MHD_Response *response = MHD_create_response_from_buffer(text.length, text.at, MHD_RESPMEM_MUST_FREE);
  MHD_add_response_header(response, "Content-Type", "application/json; charset=utf-8");
  MHD_add_response_header(response, "X-RateLimit-Limit", "5000000");
  MHD_add_response_header(response, "X-RateLimit-Remaining", "4999999");
  MHD_add_response_header(response, "X-RateLimit-Reset", "4102444800");
  if (link[0])
    MHD_add_response_header(response, "Link", link);
  MHD_add_response_header(response, "ETag", etag);
  enum MHD_Result result = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return result;
}

static const char *argument(struct MHD_Connection *connection, const char *name) {
  return MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);
}

static enum MHD_Result send_page(struct MHD_Connection *connection) {
  const char *since = argument(connection, "since"), *page = argument(connection, "page");
  const char *known = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "If-None-Match");
  long number = page ? atol(page) : 1, first = first_since(since) + (number - 1) * PAGE_ITEMS;
  long past = first + PAGE_ITEMS;
  char link[512] = "", etag[64];
  if (past > issue_count)
    past = issue_count + 1;
  if (first > past)
    first = past;
  if (past <= issue_count)
    snprintf(link, sizeof link,
             "<%s/repositories/1/issues?state=all&sort=updated&direction=asc&per_page=100%s%s&page=%ld>; rel=\"next\"",
             base_url, since ? "&since=" : "", since ? since : "", number + 1);
  snprintf(etag, sizeof etag, "W/\"%ld-%ld\"", first, past);
  if (known && strcmp(known, etag) == 0)
    return send_text(connection, MHD_HTTP_NOT_MODIFIED, (struct text){strdup(""), 0}, link, etag);
  return send_text(connection, MHD_HTTP_OK, page_text(first, past), link, etag);
}

static enum MHD_Result send_words(struct MHD_Connection *connection, unsigned status, char *words_text) {
  return send_text(connection, status, (struct text){words_text, strlen(words_text)}, "", "W/\"1\"");
}

static enum MHD_Result send_calls(struct MHD_Connection *connection) {
  char *text = malloc(64);
  snprintf(text, 64, "{\"calls\": %ld}", calls);
  return send_words(connection, MHD_HTTP_OK, text);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *upload, size_t *upload_size, void **state) {
  static int seen;
  (void)context, (void)version, (void)upload, (void)upload_size;
  if (!*state)
    return *state = &seen, MHD_YES;
  if (strcmp(url, "/_bench/calls") == 0)
    return send_calls(connection);
  calls++;
  if (strcmp(method, "GET") != 0)
    return send_words(connection, MHD_HTTP_FORBIDDEN, strdup("{\"message\":\"read only\"}"));
  if (strcmp(url, "/user") == 0)
    return send_words(connection, MHD_HTTP_OK, strdup("{\"login\":\"tandem-bot\",\"id\":1}"));
  size_t length = strlen(url);
  if (length > 7 && strcmp(url + length - 7, "/issues") == 0)
    return send_page(connection);
  return send_words(connection, MHD_HTTP_NOT_FOUND, strdup("{\"message\":\"Not Found\"}"));
}

/* -- starting -- */

/* The port must be known before the texts are made: they hold the address. */
static int listen_anywhere(void) {
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 64) != 0)
    abort();
  getsockname(listener, (struct sockaddr *)&address, &size);
  snprintf(base_url, sizeof base_url, "http://127.0.0.1:%d", ntohs(address.sin_port));
  return listener;
}

static void tell_port(const char *path) {
  char draft[4096];
  snprintf(draft, sizeof draft, "%s.new", path);
  FILE *file = fopen(draft, "w");
  if (!file)
    abort();
  fputs(strrchr(base_url, ':') + 1, file);
  fclose(file);
  rename(draft, path);
}

int main(int argc, char **argv) {
  if (argc != 3 || (issue_count = atol(argv[2])) < 1)
    return fprintf(stderr, "usage: bench-tracker PORT_FILE ISSUES\n"), 2;
  int listener = listen_anywhere();
  if (issue_count <= CACHED_MAX)
    fill_cache();
  if (!MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_request, NULL, MHD_OPTION_LISTEN_SOCKET,
                        listener, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)(256 * 1024), MHD_OPTION_END))
    return fprintf(stderr, "cannot listen\n"), 1;
  tell_port(argv[1]);
  for (;;)
    pause();
}
