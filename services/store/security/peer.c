/* Reading certificates, and the rules. */
#include "store/security/peer.h"

#include <openssl/x509v3.h>

#define ADAPTER_PREFIX "adapter-"

/* -- reading -- */

/* The subject's only entry of a kind; absent when there is none, several, or it does not fit. */
static struct str subject_entry(X509 *certificate, int kind, char *buffer, size_t size) {
  X509_NAME *subject = X509_get_subject_name(certificate);
  int at = X509_NAME_get_index_by_NID(subject, kind, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(subject, kind, at) >= 0)
    return (struct str){0};
  const ASN1_STRING *text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
  int length = ASN1_STRING_length(text);
  const unsigned char *bytes = ASN1_STRING_get0_data(text);
  if (length <= 0 || (size_t)length >= size || memchr(bytes, 0, (size_t)length))
    return (struct str){0};
  memcpy(buffer, bytes, (size_t)length);
  buffer[length] = '\0';
  return (struct str){buffer, (size_t)length};
}

static void grant_verb(struct peer *peer, struct str name) {
  for (int verb = 0; verb < VERB_COUNT; verb++)
    if (str_is(name, GRANT_ALL) || str_is(name, verb_table[verb].name))
      peer->verbs[verb] = true;
}

static void grant_event(struct peer *peer, struct str name) {
  if (str_is(name, GRANT_ALL))
    peer->all_events = true;
  enum event_id event = event_named(name);
  if (event != EVENT_COUNT)
    peer->events[event] = true;
}

static void grant(struct peer *peer, struct str uri) {
  if (str_starts_with(uri, GRANT_VERB))
    grant_verb(peer, str_slice(uri, sizeof GRANT_VERB - 1, uri.length));
  else if (str_starts_with(uri, GRANT_EVENT))
    grant_event(peer, str_slice(uri, sizeof GRANT_EVENT - 1, uri.length));
}

static void read_grants(struct peer *peer, X509 *certificate) {
  GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
  for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
    if (name->type == GEN_URI)
      grant(peer, (struct str){(const char *)ASN1_STRING_get0_data(name->d.uniformResourceIdentifier),
                               (size_t)ASN1_STRING_length(name->d.uniformResourceIdentifier)});
  }
  GENERAL_NAMES_free(names);
}

static void read_serial(struct peer *peer, X509 *certificate) {
  const ASN1_INTEGER *serial = X509_get0_serialNumber(certificate);
  size_t length = (size_t)ASN1_STRING_length(serial);
  if (length > sizeof peer->serial) {
    peer->role = ROLE_COUNT; /* RFC 5280 allows 20 bytes */
    return;
  }
  memcpy(peer->serial, ASN1_STRING_get0_data(serial), length);
  peer->serial_bytes = length;
}

static int64_t end_of(const X509 *certificate) {
  struct tm end;
  return ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) ? (int64_t)timegm(&end) * 1000 : 0;
}

const struct peer peer_trusted = {.role = ROLE_COUNT, .trusted = true};

struct peer peer_of(X509 *certificate) {
  struct peer peer = {.role = ROLE_COUNT};
  char role[PEER_NAME_BYTES];
  if (!certificate)
    return peer;
  if (!str_is_absent(subject_entry(certificate, NID_commonName, peer.name, sizeof peer.name)))
    peer.role = role_named(subject_entry(certificate, NID_organizationalUnitName, role, sizeof role));
  read_serial(&peer, certificate);
  peer.ends_ms = end_of(certificate);
  if (peer.role == ROLE_SERVICE)
    read_grants(&peer, certificate);
  return peer;
}

/* -- rules -- */

struct str peer_identity(const struct peer *peer, struct arena *arena) {
  if (peer->role >= ROLE_COUNT)
    return STR("");
  return str_format(arena, "%s/%s", role_names[peer->role], peer->name);
}

struct str peer_system(const struct peer *peer) {
  struct str name = str_of(peer->name);
  if (peer->role != ROLE_ADAPTER || !str_starts_with(name, ADAPTER_PREFIX))
    return (struct str){0};
  return str_slice(name, sizeof ADAPTER_PREFIX - 1, name.length);
}

bool peer_may_listen(const struct peer *peer) {
  return peer->trusted || peer->role < ROLE_SERVICE || (peer->role == ROLE_SERVICE && peer->all_events);
}

bool peer_may_read(const struct peer *peer, enum event_id event) {
  return peer_may_listen(peer) || (event < EVENT_COUNT && peer->events[event]);
}

static struct result refuse_verb(const struct peer *peer, enum verb_id verb) {
  const char *name = verb_table[verb].name;
  if (peer->role == ROLE_COUNT)
    return result_error(
        RESULT_REJECTED,
        "the certificate of \"%s\" has no role and may not call %s: `tandem certs renew` makes those of "
        "tandem's own programs anew, `tandem certs issue` one for yours",
        peer->name, name);
  if (peer->role == ROLE_SERVICE && verb_table[verb].callers & 1U << ROLE_SERVICE)
    return result_error(
        RESULT_REJECTED,
        "the certificate of \"%s\" does not grant %s: `tandem certs issue %s --verbs ...` makes one that does",
        peer->name, name, peer->name);
  return result_error(RESULT_REJECTED, "%s may not be called by %s: see docs/verbs.md", name, role_names[peer->role]);
}

struct result peer_check_system(const struct peer *peer, struct str wanted) {
  struct str own = peer_system(peer);
  if (peer->trusted || peer->role != ROLE_ADAPTER || (str_equal(own, wanted) && own.length))
    return RESULT_DONE;
  return result_error(RESULT_REJECTED, "the certificate of \"%s\" is not for work of \"%.*s\"", peer->name,
                      STR_FMT(wanted));
}

struct result peer_check_verb(const struct peer *peer, enum verb_id verb) {
  if (peer->trusted)
    return RESULT_DONE;
  bool granted = peer->role != ROLE_SERVICE || peer->verbs[verb];
  if (peer->role == ROLE_COUNT || !(verb_table[verb].callers & 1U << peer->role) || !granted)
    return refuse_verb(peer, verb);
  return RESULT_DONE;
}

struct result peer_check_request(const struct peer *peer, enum verb_id verb, const void *request) {
  if (verb == VERB_WORK_CLAIM)
    return peer_check_system(peer, ((const struct work_claim *)request)->system);
  if (verb == VERB_WAIT)
    return peer_check_system(peer, ((const struct bell_wait *)request)->system);
  return RESULT_DONE;
}
