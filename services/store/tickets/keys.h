/* Keys of tickets and comments, as people read and write them: "T-12", "C-40". A ticket that is in a tracker is named
 * by its key there, too: PROJECT:KEY, as in "rocket:#7". */
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include "store/store.h"

/* The key of a ticket or comment from its columns. */
struct str key_text(struct arena *arena, struct str kind, int64_t number, int64_t id);

/* "T-12" -> 12, "C-40" -> 40 and a comment, "rocket:#7" -> the number of that ticket. RESULT_REJECTED: it is no key;
 * RESULT_GONE: the project has no such ticket. */
struct result key_read(struct call *call, struct str key, int64_t *out_number, bool *out_is_comment) MUST_USE;

/* The id and kind of what it names. As key_read(), and RESULT_GONE where there is none. */
struct result key_find_item(struct call *call, struct str key, int64_t *out_id, bool *out_is_comment) MUST_USE;

/* That there is nothing of that key, and what to do about it. */
struct result key_missing(struct str key) MUST_USE;

#endif
