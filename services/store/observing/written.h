/* A write that planning decided, and what it was decided on. */
#ifndef STORE_WRITTEN_H
#define STORE_WRITTEN_H

#include "store/store.h"

/* The intent, its mapping and its item; `shadow` and `shadow_local` are what was agreed on outside and here. */
struct written {
  int64_t id, project_id, mapping_id, item_id, number, parent_id, parent_number;
  struct str change, kind, state, project, op_id, external_id, external_key, url, base_url;
  struct values set, add, remove, sent_local, shadow, shadow_local, local;
  bool is_decided; /* it may carry what a person decided about a conflict */
};

/* RESULT_GONE when there is no such intent. */
struct result written_load(struct call *call, int64_t intent_id, struct written *out) MUST_USE;

#endif
