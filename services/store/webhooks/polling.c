/* The interval between polls. */
#include "store/webhooks/polling.h"

int64_t polling_next_s(const struct polling *p) {
  if (p->missed > 0)
    return p->project_s < POLL_AFTER_MISS_S ? p->project_s : POLL_AFTER_MISS_S;
  if (!p->hook_works)
    return p->project_s;
  int64_t now_s = p->now_s > 0 ? p->now_s : p->project_s;
  int64_t widest_s = p->project_s > POLL_WIDEST_S ? p->project_s : POLL_WIDEST_S;
  if (p->undecided > 0)
    return now_s < widest_s ? now_s : widest_s;
  return now_s < widest_s / 2 ? now_s * 2 : widest_s;
}
