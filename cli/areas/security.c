/* Commands: secrets, certificates and the record of what was done. */
#include "cli/areas/area.h"

static const struct option_spec verify_options[] = {
    {"hash", OPTION_TEXT, "HASH", "One that must be there, as `audit verify` printed it before", 0},
};
static const struct option_spec export_options[] = {
    {"after", OPTION_NUMBER, "ID", "Only rows after this one", 0},
};
static const struct option_spec egress_options[] = {
    {"ticket", OPTION_TEXT, "KEY", "Only what left of this ticket", 0},
    {"project", OPTION_TEXT, "PROJECT", "Only what left for this project, also before it was removed", 0},
    {"before", OPTION_NUMBER, "ID", "Only rows older than this one: the next page, as the end of one names it", 0},
    {"since", OPTION_SECONDS, "TIME", "Only what left in the last 2h, 1d, …", 0},
    {"limit", OPTION_NUMBER, "N", "At most so many; 50 if not given", 'n'},
};
#define EXPIRES_OPTION \
  { "expires", OPTION_TEXT, "DATE", "When the secret ends, as in 2027-03-31: you are warned before", 0 }
static const struct option_spec rotate_options[] = {
    {"secret-file", OPTION_FILE, "FILE", "The new secret; - is standard input; asked for if not given", 0},
    {"part", OPTION_TEXT, "NAME", "Which part of it: token, secret, password, private_key", 0},
    EXPIRES_OPTION,
    {"untested", OPTION_FLAG, NULL, "Store it without trying it", 0},
};
static const struct option_spec login_options[] = {
    LOGIN_OPTIONS,
};
static const struct option_spec drop_options[] = {YES_OPTION};
static const struct option_spec rekey_options[] = {
    {"drop-old", OPTION_FLAG, NULL, "Only take the keys out of the file that nothing is encrypted with any more", 0},
};
#define CREDENTIAL_ARGUMENT \
  { "NAME", false, "the credential's name, as `tandem credentials list` shows it" }
static const struct option_spec certs_renew_options[] = {
    {"all", OPTION_FLAG, NULL, "All of them", 'a'},
};
static const struct option_spec certs_issue_options[] = {
    {"verbs", OPTION_LIST, "VERBS", "What it may call, as in docs/verbs.md, with commas; or all; may be repeated", 0},
    {"events", OPTION_LIST, "TYPES", "What it may read, as in docs/events.md, with commas; or all; may be repeated", 0},
};

static const struct command_group groups[] = {
    {"credentials", "See and replace stored secrets and their data keys."},
    {"certs", "See, renew, revoke and issue the certificates of the bus."},
    {"audit", "See what was decided, and what left."},
};

static const struct command commands[] = {
    {.path = "credentials list",
     .help = "List credentials and data keys, without their secrets",
     .run = command_credentials_list,
     .details = "STATE is active, rotating (the old secret is still needed), expiring, expired, refused (by the "
                "tracker) or unreadable (its data key is missing)."},
    {.path = "credentials rotate",
     .help = "Replace a secret without a gap",
     .arguments = {CREDENTIAL_ARGUMENT},
     OPTIONS(rotate_options),
     .run = command_credentials_rotate,
     .details = "The new secret is tried on every project that uses it before anything is stored. Then both are good "
                "until the new one has worked in a running adapter and nobody uses the old one: only then revoke the "
                "old one at the tracker. Should the tracker refuse the new one after all, the old one is used again.",
     .examples = "tandem credentials rotate rocket\n"
                 "tandem credentials rotate rocket --secret-file token.txt --expires 2027-03-31\n"
                 "pass show tracker | tandem credentials rotate rocket --secret-file -"},
    {.path = "credentials login",
     .help = "Log in anew, when a login has ended or was refused",
     .arguments = {CREDENTIAL_ARGUMENT},
     OPTIONS(login_options),
     .run = command_credentials_login,
     .details = "GitHub: shows a code to be typed at github.com/login/device. Jira and Linear: shows an address for a "
                "browser on this machine, which comes back to http://127.0.0.1:PORT/callback; register that with your "
                "OAuth app. The login renews itself afterwards. It takes the place of a token, too.",
     .examples = "tandem credentials login rocket\n"
                 "tandem credentials login rocket --client-id 0oa1b2c3 --client-secret-file secret.txt"},
    {.path = "credentials rekey",
     .help = "Make a new data key, and encrypt everything with it",
     OPTIONS(rekey_options),
     .run = command_credentials_rekey,
     .details = "Everything goes on meanwhile. Interrupted, the same command goes on where it was. Keys before stay in "
                "the file, because backups of the database from before need them; --drop-old takes them out.",
     .examples = "tandem credentials rekey\ntandem credentials rekey --drop-old"},
    {.path = "credentials expires",
     .help = "Say when a credential ends, to be warned before",
     .arguments = {CREDENTIAL_ARGUMENT, {"DATE", false, "as in 2027-03-31; never if it does not"}},
     .run = command_credentials_expires,
     .details = "GitHub says it by itself, and OAuth logins renew themselves. API tokens of Jira and keys of Linear do "
                "not say.",
     .examples = "tandem credentials expires rocket 2027-03-31"},
    {.path = "credentials remove",
     .help = "Forget a credential that nothing uses",
     .arguments = {CREDENTIAL_ARGUMENT},
     OPTIONS(drop_options),
     .run = command_credentials_remove},
    {.path = "certs list", .help = "Show the certificates and when they end", .run = command_certs_list},
    {.path = "certs renew",
     .help = "Make new certificates; old ones stay good until they end",
     .arguments = {{"NAME", true, "as in `tandem certs list`; if not given, those that are about to end"}},
     OPTIONS(certs_renew_options),
     .run = command_certs_renew,
     .details = "`tandem up` does so by itself 30 days before the end of tandem's own. Nothing has to be restarted: "
                "every new connection reads the files again.",
     .examples = "tandem certs renew\ntandem certs renew crm\ntandem certs renew --all"},
    {.path = "certs revoke",
     .help = "Refuse all certificates that a name ever had",
     .arguments = {{"NAME", false, "as in `tandem certs list`"}},
     .run = command_certs_revoke,
     .details = "A running store closes its connections within a second. Of tandem's own programs, `tandem certs renew "
                "NAME` makes a new one; so does the next `tandem up`.",
     .examples = "tandem certs revoke crm\ntandem certs revoke adapter-github && tandem certs renew adapter-github"},
    {.path = "certs issue",
     .help = "Make a certificate for another service",
     .arguments = {{"NAME", false, "what the service is called: small letters, digits, -"}},
     OPTIONS(certs_issue_options),
     .run = command_certs_issue,
     .details =
         "It may do what is named and nothing else. Prints the folder with the service's files. Only with all events "
         "may it listen to the bus, where everybody hears everything; with some it reads them by events.read.",
     .examples = "tandem certs issue crm --verbs ticket.get,events.publish --events SyncError,ConflictDetected\n"
                 "tandem certs issue dashboard --verbs status,ticket.list --events all"},
    {.path = "audit verify",
     .help = "Check that nobody has changed the audit trail",
     OPTIONS(verify_options),
     .run = command_audit_verify,
     .details = "Each row has a hash over the row before and its own content. Names the first row that is wrong. Rows "
                "cut off at the end show only against a hash that was noted elsewhere: give it with --hash. Exits with "
                "1 when something is wrong.",
     .examples = "tandem audit verify\ntandem audit verify --hash 5b1f…"},
    {.path = "audit export",
     .help = "Print the audit trail, one JSON object a line",
     OPTIONS(export_options),
     .run = command_audit_export,
     .examples = "tandem audit export > audit.jsonl"},
    {.path = "audit egress",
     .help = "Show what left, when, where and under which rule",
     OPTIONS(egress_options),
     .run = command_audit_egress,
     .examples = "tandem audit egress --ticket T-12\ntandem audit egress --project rocket --since 1d"},
};

const struct command_area area_security = {"Keep secrets, and see who did what", GROUPS(groups), COMMANDS(commands)};
