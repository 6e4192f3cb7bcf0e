/* The keys that stored credentials are encrypted with, oldest first: all are read with, the last one writes. They live
 * in one file outside the database, a line each,
 *
 *   # what follows a hash is for people
 *   ID KEY
 *
 * where KEY is 64 hexadecimal digits and ID (the beginning of the key's hash) may be left out: `openssl rand -hex 32`
 * makes a line. A file of exactly 32 bytes is one key as it is, which is how they were written at first. */
#ifndef BASE_DATA_KEYS_H
#define BASE_DATA_KEYS_H

#include "base/result.h"
#include "base/str.h"

enum { DATA_KEY_BYTES = 32, DATA_KEY_ID_DIGITS = 16, DATA_KEYS_MAX = 16 };

struct data_key {
  char id[DATA_KEY_ID_DIGITS + 1];
  unsigned char bytes[DATA_KEY_BYTES];
};

struct data_keys {
  size_t count;
  struct data_key at[DATA_KEYS_MAX];
};

/* A new one, at random. */
struct result data_key_make(struct data_key *out) MUST_USE;

/* The key called `id`, or NULL. */
const struct data_key *data_keys_find(const struct data_keys *keys, struct str id);

/* The file's text; `path` is how errors call it. RESULT_REJECTED names the line and what is wrong, never a key. */
struct result data_keys_parse(struct str text, const char *path, struct data_keys *out) MUST_USE;

struct result data_keys_read(const char *path, struct data_keys *out) MUST_USE;

/* Replaces the file in one step, on the disk before it returns: a key must not be lost that something was encrypted
 * with. Only its owner may read it. */
struct result data_keys_write(const char *path, const struct data_keys *keys) MUST_USE;

/* Overwrites them in memory. */
void data_keys_wipe(struct data_keys *keys);

#endif
