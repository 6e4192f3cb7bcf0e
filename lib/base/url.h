/* What a URL says, without asking anybody. */
#ifndef BASE_URL_H
#define BASE_URL_H

#include "base/str.h"

/* Whether it names a user, or a user and a password, before its host (RFC 3986, 3.2.1): "https://ann:secret@host/". One
 * without a scheme is read as beginning with its host. */
bool url_has_user(struct str url);

/* The text as one segment of a path: all but what is unreserved is percent-encoded (RFC 3986, 2.3). */
struct str url_segment(struct arena *arena, struct str text);

#endif
