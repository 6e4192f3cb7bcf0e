/* Verbs on stored credentials and their data keys: requests and replies without a secret in them. */
#include "proto/verbs_records.h"

static const struct field outcome_fields[] = {
    FIELD(struct credential_outcome, name, FIELD_STR, FIELD_REQUIRED, "Name of the credential."),
    FIELD(struct credential_outcome, generation, FIELD_I64, FIELD_REQUIRED, "Of the secret that was used."),
    FIELD(struct credential_outcome, refused, FIELD_BOOL, 0, "The tracker did not take it; else it has worked."),
};
const struct record record_credential_outcome =
    RECORD("CredentialOutcome", struct credential_outcome, outcome_fields, "How a new secret did.");

static const struct field query_fields[] = {
    FIELD(struct credential_query, name, FIELD_STR, 0, "Name of one credential; absent = all."),
};
const struct record record_credential_query =
    RECORD("CredentialQuery", struct credential_query, query_fields, "One credential, or all.");

static const struct field info_fields[] = {
    FIELD(struct credential_info, name, FIELD_STR, FIELD_REQUIRED, "Its name here."),
    FIELD(struct credential_info, system, FIELD_STR, 0, "Whose API it opens: 'github'; absent = a secret of webhooks."),
    FIELD(struct credential_info, kind, FIELD_STR, 0, "As its connector defines it: 'pat', 'app', 'oauth'."),
    FIELD(struct credential_info, key_id, FIELD_STR, 0, "The data key that it is encrypted with."),
    FIELD(struct credential_info, readable, FIELD_BOOL, 0, "The store has that data key."),
    FIELD(struct credential_info, state, FIELD_STR, 0,
          "active, rotating (the old secret is still needed), expiring, expired, refused or unreadable."),
    FIELD(struct credential_info, projects, FIELD_STRS, 0, "Names of the projects that use it."),
    FIELD(struct credential_info, generation, FIELD_I64, 0, "Grows with every new secret."),
    FIELD(struct credential_info, expires_ms, FIELD_I64, 0, "When it ends, ms since 1970 UTC; 0 = not known."),
    FIELD(struct credential_info, rotated_ms, FIELD_I64, 0, "When it was last rotated, ms since 1970 UTC; 0 = never."),
    FIELD(struct credential_info, updated_ms, FIELD_I64, 0, "When its secret last changed, ms since 1970 UTC."),
};
const struct record record_credential_info =
    RECORD("CredentialInfo", struct credential_info, info_fields, "A stored credential, without its secret.");

static const struct field key_fields[] = {
    FIELD(struct data_key_info, id, FIELD_STR, FIELD_REQUIRED, "The beginning of its hash."),
    FIELD(struct data_key_info, credentials, FIELD_I64, 0, "So many credentials are encrypted with it."),
    FIELD(struct data_key_info, known, FIELD_BOOL, 0, "The store has it; else what it encrypts cannot be read."),
    FIELD(struct data_key_info, writes, FIELD_BOOL, 0, "What is stored from now on is encrypted with it."),
};
const struct record record_data_key_info =
    RECORD("DataKeyInfo", struct data_key_info, key_fields, "A data key, without the key.");

static const struct field list_fields[] = {
    FIELD_OF(struct credential_list, credentials, FIELD_LIST, 0, &record_credential_info, "Ordered by name."),
    FIELD_OF(struct credential_list, keys, FIELD_LIST, 0, &record_data_key_info,
             "Oldest first; the last known one writes."),
    FIELD(struct credential_list, now_ms, FIELD_I64, 0, "The store's clock, ms since 1970 UTC."),
};
const struct record record_credential_list =
    RECORD("CredentialList", struct credential_list, list_fields, "Credentials and data keys.");

static const struct field rekey_fields[] = {
    FIELD(struct credential_rekey, limit, FIELD_I64, 0, "At most so many, in one transaction; 0 = 100."),
    FIELD(struct credential_rekey, actor, FIELD_STR, 0, "Who asks, for the audit."),
};
const struct record record_credential_rekey =
    RECORD("CredentialRekey", struct credential_rekey, rekey_fields, "Some credentials are encrypted anew.");

static const struct field rekeyed_fields[] = {
    FIELD(struct credential_rekeyed, key_id, FIELD_STR, FIELD_REQUIRED, "The data key that they have now."),
    FIELD(struct credential_rekeyed, done, FIELD_I64, 0, "So many were encrypted anew."),
    FIELD(struct credential_rekeyed, left, FIELD_I64, 0, "So many have an older key."),
    FIELD(struct credential_rekeyed, unreadable, FIELD_I64, 0, "So many have a key that the store does not have."),
};
const struct record record_credential_rekeyed =
    RECORD("CredentialRekeyed", struct credential_rekeyed, rekeyed_fields, "How far it has come.");

static const struct field remove_fields[] = {
    FIELD(struct credential_remove, name, FIELD_STR, FIELD_REQUIRED, "Name of the credential."),
    FIELD(struct credential_remove, actor, FIELD_STR, 0, "Who asks, for the audit."),
};
const struct record record_credential_remove =
    RECORD("CredentialRemove", struct credential_remove, remove_fields, "Which credential is to be forgotten.");

static const struct field expiry_fields[] = {
    FIELD(struct credential_expiry, name, FIELD_STR, FIELD_REQUIRED, "Name of the credential."),
    FIELD(struct credential_expiry, expires_ms, FIELD_I64, 0,
          "When it ends, ms since 1970 UTC; 0 = not known any more."),
    FIELD(struct credential_expiry, actor, FIELD_STR, 0, "Who asks, for the audit."),
};
const struct record record_credential_expiry =
    RECORD("CredentialExpiry", struct credential_expiry, expiry_fields, "When a credential ends.");
