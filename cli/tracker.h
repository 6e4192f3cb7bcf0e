/* What the command line has to know of each system: its `connect` command, how a project is written there, where its
 * API is, which credentials there are, and what to advise; cli/trackers has a file for each. Everything else about a
 * system is its adapter's. */
#ifndef CLI_TRACKER_H
#define CLI_TRACKER_H

#include "base/arena.h"
#include "cli/command.h"

/* All of them, as TRACKER(system): the file is cli/trackers/SYSTEM.c, the program tandem-adapter-SYSTEM. A new one goes
 * to the end, since the place tells the port of its webhooks (webhooks.listen). */
#define TRACKERS(TRACKER) TRACKER(github) TRACKER(jira) TRACKER(linear) TRACKER(webhook)

/* One member of a credential and the option that gives it. */
struct credential_part {
  const char *option, *member;
  const char *question; /* NULL = cannot be typed */
  bool in_file;         /* the option names a file that holds it: it is secret */
};

enum { CREDENTIAL_PARTS_MAX = 3, CREDENTIAL_FORMS_MAX = 4 };

/* One kind of credential, as the adapter calls it. */
struct credential_form {
  const char *kind;
  struct credential_part parts[CREDENTIAL_PARTS_MAX]; /* a part without a member is the whole credential, JSON */
  const char *hint;                                   /* for a person who is asked; NULL = never asked for */
  bool only_own_sites;                                /* not taken where the vendor runs the site */
};

struct tracker {
  const char *system, *title;
  struct command connect;
  const char *remote_option, *remote_noun, *remote_form, *remote_question, *remote_example;
  const char *base_url;    /* NULL: every customer has another one */
  const char *vendor_host; /* the end of the names of sites that the vendor runs; NULL = none differ */
  struct credential_form forms[CREDENTIAL_FORMS_MAX];
  const char *credential_advice;
  bool has_login;   /* its adapter can log in by OAuth */
  bool has_mapping; /* a file says what its tickets look like, and becomes the project's options */

  bool (*is_remote)(struct str text);

  /* What people have at hand (an address from the browser) as the remote; `*base_url` is set when it tells that too. */
  struct str (*remote_of)(struct arena *arena, struct str text, struct str *base_url);

  /* What the project is called here when nobody says it. */
  struct str (*name_of)(struct str remote);
};

#define TRACKER_DECLARED(system) extern const struct tracker tracker_##system;
TRACKERS(TRACKER_DECLARED)

#define TRACKER_COUNTED(system) +1
enum { TRACKER_COUNT = 0 TRACKERS(TRACKER_COUNTED) };

extern const struct tracker *const tracker_table[TRACKER_COUNT];

/* The tracker of a project's system, or NULL. */
const struct tracker *tracker_named(struct str system);

/* True when the vendor runs what is at `base_url`. */
bool tracker_is_vendors(const struct tracker *tracker, struct str base_url);

/* -- for cli/trackers -- */

/* The host of "https://HOST/...", or absent. */
struct str tracker_host(struct str url);

/* What stands between `prefix` and the next slash, question mark or `#`; absent when `prefix` is not in `url`. */
struct str tracker_segment_after(struct str url, const char *prefix);

/* is_remote: letters, digits and underscores, at most 64. */
bool tracker_is_key(struct str text);

/* name_of: what it is called there. */
struct str tracker_name_as_remote(struct str remote);

#endif
