/* A connection to a Jira that the test plays. */
#ifndef TESTS_UNIT_ADAPTER_JIRA_OPENED_H
#define TESTS_UNIT_ADAPTER_JIRA_OPENED_H

#include "adapter-jira/jira.h"

/* To the project ROCKET of a Cloud with these options; every call goes to `http`. */
struct connection *opened(struct http *http, const char *options);

/* An answer with this JSON. */
void answer_json(struct http_response *out, int64_t status, struct str body);

#endif
