/* Whether a refusal is believed: trackers refuse credentials that are good, now and then. */
#include "base/environment.h"
#include "store/security/credentials.h"

enum { ASKED_AGAIN_MAX = 2, PAUSE_MS = 20 * 1000, PAUSE_GROWTH = 6 };

/* 20 s, then two minutes; of TANDEM_REFUSAL_PAUSE_MS where tests cannot wait that long. */
static int64_t pause_ms(int64_t refusals) {
  int64_t first_ms = environment_i64("TANDEM_REFUSAL_PAUSE_MS", PAUSE_MS);
  return refusals == 0 ? first_ms : first_ms * PAUSE_GROWTH;
}

static struct result begin_pause(struct call *call, struct str name, int64_t ms) {
  return db_query(call->db,
                  "update credential set refusals = refusals + 1, doubted_until = now() + $2::bigint * interval '1 "
                  "millisecond', blocked_until = greatest(blocked_until, now() + $2 * interval '1 millisecond') where "
                  "name = $1",
                  PARAMS(p_str(name), p_i64(ms)), NULL);
}

struct result credentials_doubt(struct call *call, int64_t project_id, bool *out_again) {
  struct rows rows;
  TRY(db_query(call->db,
               "select c.name, c.refusals, coalesce(c.doubted_until > now(), false) as pausing from credential c join "
               "project p on p.credential = c.name where p.id = $1::bigint for update of c",
               PARAMS(p_i64(project_id)), &rows));
  bool pausing = rows.count && rows_bool(&rows, 0, "pausing");
  int64_t refusals = rows.count ? rows_i64(&rows, 0, "refusals") : ASKED_AGAIN_MAX;
  *out_again = pausing || refusals < ASKED_AGAIN_MAX;
  return pausing || !*out_again ? RESULT_DONE : begin_pause(call, rows_str(&rows, 0, "name"), pause_ms(refusals));
}
