/* canon(): what two values have to share to count as equal, so that line ends, Unicode forms, trailing blanks or our
 * own marker never look like an edit.
 *
 * Two strengths. canon_clean() gives what may be stored and sent: valid UTF-8 without NUL (each ill-formed byte becomes
 * U+FFFD), line ends as LF, our marker dropped; LINE and set members on one line and trimmed; spelling, Unicode form
 * and the trailing blanks that Markdown gives a meaning are kept. canon_value() goes on to what is compared: NFC, no
 * trailing blanks on a line, no newlines at the end, set members case-folded, sorted and without doubles.
 *
 * Shadows are kept clean, never canonical, and made canonical on each comparison: a new CANON_VERSION therefore writes
 * nothing outside. */
#ifndef SYNC_CANON_H
#define SYNC_CANON_H

#include "base/arena.h"
#include "base/values.h"
#include "sync/catalogue.h"

enum {
  CANON_VERSION = 1,     /* of the rules here; stored hashes of another version are to be made again */
  CANON_HASH_BYTES = 16, /* BLAKE2b */
};

/* Both own their result in `arena` as far as it differs from the input, and borrow the rest. An absent text is "". */
struct value canon_clean(struct arena *arena, enum content_kind kind, const struct value *value);
struct value canon_value(struct arena *arena, enum content_kind kind, const struct value *value);

/* One text, or one member of a set, the same two ways (for CONTENT_SET: a member). */
struct str canon_clean_text(struct arena *arena, enum content_kind kind, struct str text);
struct str canon_text(struct arena *arena, enum content_kind kind, struct str text);

/* Equal canonical values; a text never equals a set. */
bool canon_equal(enum content_kind kind, const struct value *a, const struct value *b);

/* One text, or one member of a set: equal as canon_text() sees them. */
bool canon_equal_text(enum content_kind kind, struct str a, struct str b);

/* Whether all, or any, of the members of one set are in the other. */
bool canon_has_all(const struct value *set, const struct value *members);
bool canon_has_any(const struct value *set, const struct value *members);

/* The hash of the canonical fields. Fields and members may come in any order; each part is preceded by its length, so
 * two contents cannot run together; a missing field differs from an empty one. */
void canon_hash(const struct values *values, unsigned char out[CANON_HASH_BYTES]);

/* The length of the exact marker `<!-- tandem:v1:<op_id>:<hmac> -->` that `text` ends with, or 0. op_id is a UUID in
 * lower case, hmac 16 to 128 lower hexadecimal digits. Whether the hmac is right is not decided here. */
size_t canon_marker_at_end(struct str text);

#endif
