/* Health and metrics, on libmicrohttpd. */
#include "service/health.h"

#include <dirent.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "service/listen_address.h"

enum { CONNECTIONS_MAX = 16, CONNECTION_TIMEOUT_S = 10 };

/* -- the process itself: the names that Prometheus's own clients use -- */

static const struct metric
    build_info = {"tandem_build_info", METRIC_GAUGE, {"version", "role"}, "1; which program this is."},
    cpu_seconds = {"process_cpu_seconds_total", METRIC_COUNTER, {0}, "User and system CPU time spent."},
    resident_bytes = {"process_resident_memory_bytes", METRIC_GAUGE, {0}, "Resident memory size."},
    open_fds = {"process_open_fds", METRIC_GAUGE, {0}, "Number of open file descriptors."};

static void write_one(struct str_builder *out, const struct metric *metric, double value) {
  metrics_write_head(out, metric);
  metrics_write_sample(out, metric, METRIC_NO_VALUES, value);
}

static double seconds_of(struct timeval time) {
  return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double count_open_fds(void) {
  DIR *folder = opendir("/proc/self/fd");
  double count = -3; /* ".", ".." and the folder itself */
  if (!folder)
    return 0;
  while (readdir(folder))
    count++;
  closedir(folder);
  return count;
}

/* The second number of /proc/self/statm (proc(5)), in pages. */
static double read_resident_bytes(void) {
  char line[128] = "", *end = line;
  FILE *file = fopen("/proc/self/statm", "re");
  if (!file)
    return 0;
  if (fgets(line, sizeof line, file))
    strtol(line, &end, 10);
  fclose(file);
  return (double)strtol(end, NULL, 10) * (double)sysconf(_SC_PAGESIZE);
}

static void write_process(struct str_builder *out, const struct health *health) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  metrics_write_head(out, &build_info);
  metrics_write_sample(out, &build_info, METRIC_VALUES(TANDEM_VERSION, health->role), 1);
  write_one(out, &cpu_seconds, seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime));
  write_one(out, &resident_bytes, read_resident_bytes());
  write_one(out, &open_fds, count_open_fds());
}

/* -- answering -- */

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, const char *type, struct str text) {
  struct MHD_Response *response =
      MHD_create_response_from_buffer(text.length, (void *)(uintptr_t)text.at, MHD_RESPMEM_MUST_COPY);
  MHD_add_response_header(response, "Content-Type", type);
  enum MHD_Result result = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return result;
}

static enum MHD_Result answer_check(struct MHD_Connection *connection, struct arena *arena, struct result result) {
  if (result_ok(&result))
    return answer(connection, MHD_HTTP_OK, "text/plain; charset=utf-8", STR("ok\n"));
  return answer(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "text/plain; charset=utf-8",
                str_format(arena, "%s\n", result.message));
}

static enum MHD_Result answer_metrics(struct MHD_Connection *connection, struct arena *arena,
                                      const struct health *health) {
  struct str_builder text = {.arena = arena};
  write_process(&text, health);
  metrics_write(&text);
  if (health->collect)
    health->collect(health->context, &text);
  return answer(connection, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", str_built(&text));
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *bytes, size_t *length, void **state) {
  (void)version, (void)bytes, (void)length, (void)state;
  const struct health *health = context;
  struct arena arena = {0};
  enum MHD_Result result;
  if (strcmp(method, "GET") != 0)
    result = answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain", STR("GET only\n"));
  else if (strcmp(url, "/healthz") == 0)
    result = answer_check(connection, &arena, health->alive(health->context));
  else if (strcmp(url, "/readyz") == 0)
    result = answer_check(connection, &arena, health->ready(health->context));
  else if (strcmp(url, "/metrics") == 0)
    result = answer_metrics(connection, &arena, health);
  else
    result = answer(connection, MHD_HTTP_NOT_FOUND, "text/plain", STR("/healthz, /readyz or /metrics\n"));
  arena_free(&arena);
  return result;
}

struct result health_start(const struct health *health) {
  const char *address = getenv("TANDEM_HEALTH_LISTEN");
  int listener;
  if (!address || !*address)
    return RESULT_DONE;
  TRY(listen_address_open(str_of(address), "TANDEM_HEALTH_LISTEN", &listener));
  if (!MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_request, (void *)(uintptr_t)health,
                        MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
                        MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_TIMEOUT_S, MHD_OPTION_END))
    return result_error(RESULT_BUG, "cannot serve /healthz, /readyz and /metrics on %s", address);
  log_event(LOG_INFO, "health_listening", LOG_C("address", address));
  return RESULT_DONE;
}
