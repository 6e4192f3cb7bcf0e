/* A struct http that answers from a table and keeps what it was asked. */
#ifndef TESTS_UNIT_ADAPTER_GITHUB_SCRIPTED_HTTP_H
#define TESTS_UNIT_ADAPTER_GITHUB_SCRIPTED_HTTP_H

#include "adapter-github/github.h"

enum { EXCHANGES_MAX = 64 };

struct exchange {
  const char *asked;   /* "GET /repos/acme/rocket/issues/1", a part of method and URL after the host; NULL = any */
  int64_t status;      /* 0: the call itself fails with `code` */
  const char *headers; /* "name: value\n" lines, lower case; NULL = none */
  const char *body;
  enum result_code code;
};

struct scripted_http {
  struct http http;
  const struct exchange *script;
  size_t count, at;
  struct arena arena;
  struct str asked[EXCHANGES_MAX]; /* "METHOD URL" */
  struct str sent[EXCHANGES_MAX];  /* bodies */
  struct str etags[EXCHANGES_MAX]; /* If-None-Match */
  struct str authorization;        /* of the last call */
};

#define SCRIPT(...)                                 \
  .script = (const struct exchange[]){__VA_ARGS__}, \
  .count = sizeof((const struct exchange[]){__VA_ARGS__}) / sizeof(struct exchange)

/* Sets up `http`; calls beyond the script fail the test. */
void scripted_start(struct scripted_http *http);
void scripted_end(struct scripted_http *http);

/* The machine's time for connections under test, 2026-01-01T00:00:00Z. */
#define TEST_NOW_MS 1767225600000
int64_t test_now_ms(void);

/* A connection to acme/rocket with the token "t0ken" whose login is known to be "tandem-bot". */
struct connection *scripted_connect(struct scripted_http *http);

#endif
