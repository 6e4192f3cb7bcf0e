/* The least that an import could cost: the same pages by libcurl (one handle), parsed with cJSON, and COPY of the rows
 * that tandem's import left in SOURCE into TARGET, an empty database of the same schema.
 *
 *   bench-baseline-import TRACKER_URL SOURCE TARGET TABLE...      tables in an order that foreign keys allow */
#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_pg.h"

struct buffer {
  char *at;
  size_t length, capacity;
};

struct table {
  const char *name;
  struct buffer rows; /* as COPY writes them */
};

static void append(struct buffer *buffer, const char *bytes, size_t length) {
  if (buffer->length + length + 1 > buffer->capacity) {
    buffer->capacity = 2 * (buffer->length + length + 1);
    buffer->at = realloc(buffer->at, buffer->capacity);
    if (!buffer->at)
      abort();
  }
  memcpy(buffer->at + buffer->length, bytes, length);
  buffer->length += length;
  buffer->at[buffer->length] = '\0';
}

/* -- rows -- */

static void copy_out(PGconn *source, struct table *table) {
  char sql[256], *line;
  int length;
  snprintf(sql, sizeof sql, "copy %s to stdout", table->name);
  PQclear(bench_query(source, sql));
  while ((length = PQgetCopyData(source, &line, 0)) > 0) {
    append(&table->rows, line, (size_t)length);
    PQfreemem(line);
  }
  PQclear(PQgetResult(source));
}

static void copy_in(PGconn *target, const struct table *table) {
  enum { PIECE = 256 * 1024 };
  char sql[256];
  snprintf(sql, sizeof sql, "copy %s from stdin", table->name);
  PQclear(bench_query(target, sql));
  for (size_t at = 0; at < table->rows.length; at += PIECE) {
    size_t rest = table->rows.length - at;
    PQputCopyData(target, table->rows.at + at, (int)(rest < PIECE ? rest : PIECE));
  }
  PQputCopyEnd(target, NULL);
  PGresult *result = PQgetResult(target);
  if (PQresultStatus(result) != PGRES_COMMAND_OK) {
    fprintf(stderr, "copy %s: %s", table->name, PQerrorMessage(target));
    exit(1);
  }
  PQclear(result);
  while ((result = PQgetResult(target)))
    PQclear(result);
}

/* -- pages -- */

static size_t take(char *bytes, size_t size, size_t count, void *context) {
  append(context, bytes, size * count);
  return size * count;
}

static void next_url(char *url, size_t size, const char *base, const char *since) {
  snprintf(url, size, "%s/repos/acme/rocket/issues?state=all&sort=updated&direction=asc&per_page=100%s%s", base,
           since[0] ? "&since=" : "", since);
}

static void fetch(CURL *curl, const char *url, struct buffer *body) {
  body->length = 0;
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
  CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) {
    fprintf(stderr, "%s: %s\n", url, curl_easy_strerror(code));
    exit(1);
  }
}

/* Page after page, each beginning where the last one ended. Returns the items seen. */
static int read_pages(const char *base, double *parse_s) {
  CURL *curl = curl_easy_init();
  struct buffer body = {0};
  char url[512], since[32] = "";
  int total = 0, items;
  do {
    next_url(url, sizeof url, base, since);
    fetch(curl, url, &body);
    double started_s = bench_now_s();
    cJSON *page = cJSON_Parse(body.at);
    items = cJSON_GetArraySize(page);
    const cJSON *last = cJSON_GetArrayItem(page, items - 1);
    const cJSON *updated = last ? cJSON_GetObjectItemCaseSensitive(last, "updated_at") : NULL;
    snprintf(since, sizeof since, "%s", updated ? updated->valuestring : "");
    cJSON_Delete(page);
    *parse_s += bench_now_s() - started_s;
    total += items;
  } while (items == 100);
  curl_easy_cleanup(curl);
  return total;
}

int main(int argc, char **argv) {
  if (argc < 5)
    return fprintf(stderr, "usage: bench-baseline-import TRACKER_URL SOURCE TARGET TABLE...\n"), 2;
  PGconn *source = bench_connect(argv[2]), *target = bench_connect(argv[3]);
  int count = argc - 4;
  struct table *tables = calloc((size_t)count, sizeof *tables);
  size_t bytes = 0;
  for (int i = 0; i < count; i++) {
    tables[i].name = argv[4 + i];
    copy_out(source, &tables[i]);
    bytes += tables[i].rows.length;
  }
  double started_s = bench_now_s(), started_cpu_s = bench_cpu_s(target), parse_s = 0;
  int items = read_pages(argv[1], &parse_s);
  double fetched_s = bench_now_s();
  bench_do(target, "begin");
  for (int i = 0; i < count; i++)
    copy_in(target, &tables[i]);
  bench_do(target, "commit");
  double ended_s = bench_now_s();
  printf("{\"total_s\": %.4f, \"fetch_s\": %.4f, \"parse_s\": %.4f, \"copy_s\": %.4f, \"cpu_s\": %.2f, "
         "\"items\": %d, \"bytes\": %zu}\n",
         ended_s - started_s, fetched_s - started_s - parse_s, parse_s, ended_s - fetched_s,
         bench_cpu_s(target) - started_cpu_s, items, bytes);
  return 0;
}
