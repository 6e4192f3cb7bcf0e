/* What `tandem doctor` looks at on this machine. Each finding says what is, and when it is wrong, what to do. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "base/record.h"
#include "base/settings.h"
#include "service/rpc.h"

struct finding {
  struct str check; /* "home", "certificates", "project rocket" */
  struct str state; /* ok | warning | problem | skipped */
  struct str detail;
  struct str fix; /* absent when nothing is to be done */
};

struct findings {
  LIST_OF(struct finding) findings;
};
extern const struct record record_findings;

/* A growing list. */
struct doctor {
  struct arena *arena;
  struct finding *at;
  size_t count, capacity;
};

void doctor_add(struct doctor *doctor, const char *check, const char *state, struct str detail, struct str fix);

/* Home's existence, owner, mode. */
void doctor_check_home(struct doctor *doctor, struct str home);

/* Certificates of every role: there, private, not close to their end. */
void doctor_check_certificates(struct doctor *doctor, struct str home, int64_t now_ms);

/* Those that this program itself shows to a store elsewhere, and trusts. False: it cannot be asked with them. */
bool doctor_check_own_certificate(struct doctor *doctor, const struct endpoint *endpoint, int64_t now_ms);

/* The key that credentials are encrypted with. */
void doctor_check_key(struct doctor *doctor, const struct settings *settings);

void doctor_check_disk(struct doctor *doctor, struct str home);

/* State, credential, limits, writes and webhook of every project, last sync; work that does not go on. Several findings
 * of one project, if several things are wrong. */
void doctor_check_projects(struct doctor *doctor, const struct status *status);

/* The worst state among the findings. */
bool doctor_found_problem(const struct doctor *doctor);

#endif
