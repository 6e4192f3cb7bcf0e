/* Rows of stored credentials: the secret that is used, and the one that it replaced while that is still good. */
#ifndef STORE_CREDENTIALS_H
#define STORE_CREDENTIALS_H

#include "store/store.h"

/* What becomes of the secret before. */
enum credential_change {
  CREDENTIAL_REPLACED, /* it is forgotten */
  CREDENTIAL_ROTATED,  /* it stays good until the new one has worked */
  CREDENTIAL_RENEWED,  /* the same login goes on: whatever it had replaced stays as it is */
};

struct credential_secret {
  struct str kind, secret;
  int64_t generation;
};

/* Encrypts and stores it, under the next generation. */
struct result credentials_store(struct call *call, struct str name, struct str kind, struct str secret,
                                enum credential_change change) MUST_USE;

/* `previous`: the one that it replaces. RESULT_GONE: there is none of that name; RESULT_AUTH: it cannot be decrypted.
 */
struct result credentials_read(struct call *call, struct str name, struct credential *out) MUST_USE;

/* What a secret is encrypted together with, so that no row can be exchanged for another one. */
struct str credentials_associated(struct arena *arena, struct str name, struct str kind, int64_t generation);

/* A project of this system uses it. */
struct result credentials_note_system(struct call *call, struct str name, struct str system) MUST_USE;

/* The tracker refused the credential of a project. */
struct result credentials_note_refusal(struct call *call, int64_t project_id) MUST_USE;

/* The tracker may have refused the credential of a project by mistake: `*out_again`, it is asked again after a pause,
 * in which nothing is done with the credential; else it was asked often enough. What was under way when the pause began
 * says nothing new. */
struct result credentials_doubt(struct call *call, int64_t project_id, bool *out_again) MUST_USE;

/* The tracker says when the credential of a project ends. */
struct result credentials_note_expiry(struct call *call, int64_t project_id, int64_t expires_ms) MUST_USE;

/* The command that gives it a new secret. */
struct str credentials_mend(struct arena *arena, struct str name, struct str kind);

/* Forgets replaced secrets of webhooks whose time is over. Part of every tick. */
struct result credentials_forget_previous(struct call *call) MUST_USE;

/* Tells what ends soon, once 14, 7, 3 and 1 days before and once when it has. Part of every tick. */
struct result credentials_tell_expiry(struct call *call) MUST_USE;

#endif
