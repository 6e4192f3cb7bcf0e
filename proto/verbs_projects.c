/* Verbs on projects and credentials: their requests and replies. */
#include "proto/verbs_records.h"

static const struct field project_configure_fields[] = {
    FIELD_OF(struct project_configure, project, FIELD_INLINE, FIELD_REQUIRED, &record_project,
             "The whole settings; what is absent gets its default."),
    FIELD(struct project_configure, take_existing, FIELD_BOOL, 0,
          "The tickets that the followed projects have already are created in this one too."),
    FIELD(struct project_configure, actor, FIELD_STR, 0, "Who asks, for the audit."),
};
const struct record record_project_configure = RECORD(
    "ProjectConfigure", struct project_configure, project_configure_fields, "A project's settings and who gives them.");

static const struct field project_name_fields[] = {
    FIELD(struct project_name, name, FIELD_STR, 0, "Name of one project; absent = all."),
};
const struct record record_project_name =
    RECORD("ProjectName", struct project_name, project_name_fields, "One project, or all.");

static const struct field project_id_fields[] = {
    FIELD(struct project_id, id, FIELD_I64, 0, "The project's number."),
};
const struct record record_project_id =
    RECORD("ProjectId", struct project_id, project_id_fields, "A project by its number.");

static const struct field project_set_state_fields[] = {
    FIELD(struct project_set_state, name, FIELD_STR, FIELD_REQUIRED, "Name of the project."),
    FIELD(struct project_set_state, state, FIELD_STR, FIELD_REQUIRED, "active, paused or removed."),
    FIELD(struct project_set_state, reason, FIELD_STR, 0, "Why, for a person."),
    FIELD(struct project_set_state, actor, FIELD_STR, 0, "Who asks, for the audit."),
    FIELD(struct project_set_state, mended, FIELD_BOOL, 0,
          "With active: only a credential or a setting was mended. Refused where very much was gone at once, which is "
          "confirmed by resuming without this."),
};
const struct record record_project_set_state =
    RECORD("ProjectSetState", struct project_set_state, project_set_state_fields,
           "A project's new state, why, and who says so.");

static const struct field project_stands_fields[] = {
    FIELD(struct project_stands, id, FIELD_I64, 0, "The project's number."),
    FIELD(struct project_stands, webhook, FIELD_STR, 0,
          "With removed: where its webhook sends to, which is taken away in the tracker now; should that fail, status "
          "says so. Absent = there is none."),
};
const struct record record_project_stands =
    RECORD("ProjectStands", struct project_stands, project_stands_fields, "A project that has a new state.");

static const struct field project_list_fields[] = {
    FIELD_OF(struct project_list, projects, FIELD_LIST, 0, &record_project,
             "Ordered by name; removed ones are left out."),
};
const struct record record_project_list = RECORD("ProjectList", struct project_list, project_list_fields, "Projects.");

static const struct field credential_put_fields[] = {
    FIELD(struct credential_put, name, FIELD_STR, FIELD_REQUIRED, "Its name; another one of that name is replaced."),
    FIELD(struct credential_put, kind, FIELD_STR, FIELD_REQUIRED, "As its connector defines it: 'pat', 'app'."),
    FIELD(struct credential_put, secret, FIELD_STR, FIELD_REQUIRED | FIELD_SECRET,
          "JSON as its connector wants it; encrypted before it touches the disk."),
    FIELD(struct credential_put, actor, FIELD_STR, 0, "Who asks, for the audit."),
    FIELD(struct credential_put, system, FIELD_STR, 0, "Whose API it opens: 'github'; absent = as before."),
    FIELD(struct credential_put, expires_ms, FIELD_I64, 0, "When it ends, ms since 1970 UTC; 0 = not known."),
    FIELD(struct credential_put, keep_previous, FIELD_BOOL, 0,
          "The secret that it replaces stays good until this one has worked."),
};
const struct record record_credential_put =
    RECORD("CredentialPut", struct credential_put, credential_put_fields, "A secret to be stored.");

static const struct field credential_get_fields[] = {
    FIELD(struct credential_get, name, FIELD_STR, FIELD_REQUIRED, "Name of the credential."),
};
const struct record record_credential_get =
    RECORD("CredentialGet", struct credential_get, credential_get_fields, "Which credential.");

static const struct field credential_fields[] = {
    FIELD(struct credential, name, FIELD_STR, FIELD_REQUIRED, "Its name here."),
    FIELD(struct credential, kind, FIELD_STR, FIELD_REQUIRED, "As its connector defines it: 'pat', 'app'."),
    FIELD(struct credential, secret, FIELD_STR, FIELD_REQUIRED | FIELD_SECRET,
          "JSON as its connector wants it, decrypted."),
    FIELD(struct credential, generation, FIELD_I64, 0, "Grows with every new secret."),
    FIELD(struct credential, unproven, FIELD_BOOL, 0,
          "It replaces another one and has not worked yet: say by credential.outcome whether it does."),
    FIELD(struct credential, previous, FIELD_STR, FIELD_SECRET,
          "The secret that it replaces, while that is still good."),
};
const struct record record_credential =
    RECORD("Credential", struct credential, credential_fields, "A stored credential, decrypted.");

static const struct field credential_renew_fields[] = {
    FIELD(struct credential_renew, name, FIELD_STR, FIELD_REQUIRED, "Name of the credential."),
    FIELD(struct credential_renew, worker, FIELD_STR, FIELD_REQUIRED, "Name of the worker that wants to renew it."),
    FIELD(struct credential_renew, generation, FIELD_I64, FIELD_REQUIRED, "The generation that has to be renewed."),
};
const struct record record_credential_renew =
    RECORD("CredentialRenew", struct credential_renew, credential_renew_fields, "Who wants to renew which credential.");

static const struct field credential_renewing_fields[] = {
    FIELD_OF(struct credential_renewing, lease, FIELD_INLINE, 0, &record_lease, "The right to renew it."),
    FIELD(struct credential_renewing, secret, FIELD_STR, FIELD_REQUIRED | FIELD_SECRET,
          "As it is stored now; another process may have renewed it."),
    FIELD(struct credential_renewing, generation, FIELD_I64, 0, "Of the stored secret."),
    FIELD(struct credential_renewing, done, FIELD_BOOL, 0, "Another process has renewed it; there is no lease."),
};
const struct record record_credential_renewing =
    RECORD("CredentialRenewing", struct credential_renewing, credential_renewing_fields,
           "A credential and the right to renew it.");

static const struct field credential_renewed_fields[] = {
    FIELD_OF(struct credential_renewed, lease, FIELD_INLINE, FIELD_REQUIRED, &record_lease, "The right to renew it."),
    FIELD(struct credential_renewed, secret, FIELD_STR, FIELD_REQUIRED | FIELD_SECRET, "The new one, JSON."),
    FIELD(struct credential_renewed, expires_ms, FIELD_I64, 0,
          "When it ends unless it is renewed again, ms since 1970 UTC; 0 = the tracker did not say: what is known "
          "stays."),
};
const struct record record_credential_renewed =
    RECORD("CredentialRenewed", struct credential_renewed, credential_renewed_fields, "A renewed credential.");
