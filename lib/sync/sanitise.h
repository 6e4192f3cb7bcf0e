/* What must not leave with a text although the text may: words that would call people or link tickets of another
 * tracker, and words of the inside: HTML comments, paths of somebody's machine, addresses of internal hosts.
 *
 *   "@ann", "#12", "GH-12"     an invisible WORD JOINER (U+2060) is put in, and taken out of what comes back. Not in
 * code
 *   <!-- x -->, [//]: # (x)    goes. Not in code
 *   /home/ann/x, C:\x, file:   "(local path)"
 *   http://ci.corp/job/1       "(internal link)"
 *
 * A path or an address begins where no letter or digit of ASCII stands before it, a path behind an option of one letter
 * too ("-I/home/ann"), but never in an address that stays. A host without a scheme counts with a port or a path
 * ("ci.corp:80", "git@ci.corp:x.git"; not "ci.corp"), and not a plain name ("src/x"). An address goes whole when
 * another one in it, percent-encoded or not, is internal.
 *
 * What the other side has already, as the same whole word, stays: it is its own, and nobody learns anything new. The
 * text here stays as it is; sanitise_in() says of what is seen there what it means here, so that it is neither an echo
 * nor a conflict. */
#ifndef SYNC_SANITISE_H
#define SYNC_SANITISE_H

#include "base/arena.h"
#include "base/str.h"
#include "sync/catalogue.h"

struct sanitise_rules {
  const struct str *internal_hosts; /* "ci.example.org"; the names below it too */
  size_t internal_host_count;
  struct str own_url; /* of the tracker: its own host is not internal to it */
};

/* What may leave of `text`. `known`: what the other side has now; absent or empty for nothing. CONTENT_TEXT is taken as
 * Markdown; of a line and of a choice only paths and addresses go; members of sets stay as they are. Doing it twice
 * changes nothing. Valid UTF-8 stays so. */
struct str sanitise_out(struct arena *arena, enum content_kind kind, struct str text, struct str known,
                        const struct sanitise_rules *rules);

/* What `seen`, a text of the other side, says in the words of `local`, from which something may have been left out on
 * the way: `local` itself where nothing else differs; `local` with the edits that were made there, where they can be
 * told apart; else `seen`. */
struct str sanitise_in(struct arena *arena, enum content_kind kind, struct str local, struct str seen,
                       const struct sanitise_rules *rules);

/* Whether an address of a text leads to an internal host. `url` begins with its scheme. */
bool sanitise_is_internal(struct str url, const struct sanitise_rules *rules);

#endif
