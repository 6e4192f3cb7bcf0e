/* The file of data keys. */
#include "base/data_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 16 * 1024, HASH_BYTES = 16, KEY_DIGITS = DATA_KEY_BYTES * 2 };

static void key_from(const unsigned char bytes[DATA_KEY_BYTES], struct data_key *out) {
  unsigned char hash[HASH_BYTES];
  crypto_generichash(hash, sizeof hash, bytes, DATA_KEY_BYTES, NULL, 0);
  sodium_bin2hex(out->id, sizeof out->id, hash, DATA_KEY_ID_DIGITS / 2);
  memcpy(out->bytes, bytes, DATA_KEY_BYTES);
}

struct result data_key_make(struct data_key *out) {
  unsigned char bytes[DATA_KEY_BYTES];
  if (sodium_init() < 0)
    return result_error(RESULT_BUG, "libsodium does not start");
  randombytes_buf(bytes, sizeof bytes);
  key_from(bytes, out);
  sodium_memzero(bytes, sizeof bytes);
  return RESULT_DONE;
}

const struct data_key *data_keys_find(const struct data_keys *keys, struct str id) {
  for (size_t i = 0; i < keys->count; i++)
    if (str_is(id, keys->at[i].id))
      return &keys->at[i];
  return NULL;
}

void data_keys_wipe(struct data_keys *keys) {
  sodium_memzero(keys, sizeof *keys);
}

/* -- reading -- */

static struct str take_word(struct str *rest) {
  size_t length = 0;
  *rest = str_trim(*rest);
  while (length < rest->length && rest->at[length] != ' ' && rest->at[length] != '\t')
    length++;
  struct str word = str_slice(*rest, 0, length);
  *rest = str_trim(str_slice(*rest, length, rest->length));
  return word;
}

static struct result parse_key(struct str line, const char *path, size_t number, struct data_key *out) {
  unsigned char bytes[DATA_KEY_BYTES];
  size_t length = 0;
  struct str id = take_word(&line), key = line.length ? line : id;
  bool fits = key.length == KEY_DIGITS &&
              sodium_hex2bin(bytes, sizeof bytes, key.at, key.length, NULL, &length, NULL) == 0 &&
              length == sizeof bytes;
  if (fits)
    key_from(bytes, out);
  sodium_memzero(bytes, sizeof bytes);
  if (!fits)
    return result_error(
        RESULT_REJECTED,
        "%s:%zu: a data key is %d hexadecimal digits (%d bytes), after its id if it has one; restore the "
        "file from your backup",
        path, number, KEY_DIGITS, DATA_KEY_BYTES);
  if (line.length && !str_is(id, out->id))
    return result_error(RESULT_REJECTED, "%s:%zu: the key is not the one of this id: restore the file from your backup",
                        path, number);
  return RESULT_DONE;
}

static struct result parse_line(struct str line, const char *path, size_t number, struct data_keys *keys) {
  ptrdiff_t hash = str_find(line, "#");
  struct data_key key;
  line = str_trim(hash < 0 ? line : str_slice(line, 0, (size_t)hash));
  if (line.length == 0)
    return RESULT_DONE;
  if (keys->count == DATA_KEYS_MAX)
    return result_error(RESULT_REJECTED, "%s has more than %d keys: take out the oldest that nothing uses", path,
                        DATA_KEYS_MAX);
  TRY(parse_key(line, path, number, &key));
  keys->at[keys->count++] = key;
  sodium_memzero(&key, sizeof key);
  return RESULT_DONE;
}

static struct result parse_lines(struct str text, const char *path, struct data_keys *keys) {
  for (size_t number = 1; text.length; number++) {
    ptrdiff_t newline = str_find(text, "\n");
    size_t end = newline < 0 ? text.length : (size_t)newline;
    TRY(parse_line(str_slice(text, 0, end), path, number, keys));
    text = str_slice(text, end + (newline >= 0), text.length);
  }
  if (keys->count == 0)
    return result_error(RESULT_REJECTED, "%s has no data key (%d bytes): restore it from your backup", path,
                        DATA_KEY_BYTES);
  return RESULT_DONE;
}

struct result data_keys_parse(struct str text, const char *path, struct data_keys *out) {
  struct data_keys keys = {0};
  struct result result = RESULT_DONE;
  if (text.length == DATA_KEY_BYTES) {
    key_from((const unsigned char *)text.at, &keys.at[0]);
    keys.count = 1;
  } else {
    result = parse_lines(text, path, &keys);
  }
  if (result_ok(&result))
    *out = keys;
  data_keys_wipe(&keys);
  return result;
}

struct result data_keys_read(const char *path, struct data_keys *out) {
  char text[FILE_BYTES_MAX];
  FILE *file = fopen(path, "rbe");
  if (!file)
    return result_error(
        RESULT_REJECTED,
        "cannot read the data key %s: %s. Restore it from your backup; on a new machine `tandem up` makes it", path,
        strerror(errno));
  setvbuf(file, NULL, _IONBF, 0); /* no copy stays in a buffer */
  size_t length = fread(text, 1, sizeof text, file);
  fclose(file);
  struct result result = length < sizeof text
                             ? data_keys_parse((struct str){text, length}, path, out)
                             : result_error(RESULT_REJECTED, "%s is too large for a file of data keys", path);
  sodium_memzero(text, sizeof text);
  return result;
}

/* -- writing -- */

static size_t print_keys(const struct data_keys *keys, char *text, size_t size) {
  size_t length = (size_t)snprintf(text, size,
                                   "# Data keys of tandem: the last one encrypts, all decrypt. Back this "
                                   "file up, apart from the database.\n");
  for (size_t i = 0; i < keys->count; i++) {
    char digits[KEY_DIGITS + 1];
    sodium_bin2hex(digits, sizeof digits, keys->at[i].bytes, DATA_KEY_BYTES);
    length += (size_t)snprintf(text + length, size - length, "%s %s\n", keys->at[i].id, digits);
    sodium_memzero(digits, sizeof digits);
  }
  return length;
}

static int write_file(const char *path, const char *text, size_t length) {
  int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0)
    return errno;
  int error = write(file, text, length) != (ssize_t)length ? (errno ? errno : EIO) : 0;
  if (!error && fsync(file) != 0)
    error = errno;
  if (close(file) != 0 && !error)
    error = errno;
  return error;
}

/* So that the new name is on the disk, too. */
static int sync_folder(const char *path) {
  char folder[PATH_MAX];
  const char *slash = strrchr(path, '/');
  snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
  int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0)
    return errno;
  int error = fsync(file) == 0 ? 0 : errno;
  close(file);
  return error;
}

/* A new file belongs to whom the old one did: root may have called, and the store runs as somebody else. */
static int keep_owner(const char *path, const char *beside) {
  struct stat before;
  if (stat(path, &before) != 0)
    return errno == ENOENT ? 0 : errno;
  return before.st_uid == geteuid() || chown(beside, before.st_uid, before.st_gid) == 0 ? 0 : errno;
}

struct result data_keys_write(const char *path, const struct data_keys *keys) {
  char beside[PATH_MAX], text[FILE_BYTES_MAX];
  if ((size_t)snprintf(beside, sizeof beside, "%s.new", path) >= sizeof beside)
    return result_error(RESULT_REJECTED, "%s: the name is too long", path);
  size_t length = print_keys(keys, text, sizeof text);
  unlink(beside); /* of a run that did not end */
  int error = write_file(beside, text, length);
  sodium_memzero(text, sizeof text);
  if (!error)
    error = keep_owner(path, beside);
  if (!error && rename(beside, path) != 0)
    error = errno;
  if (!error)
    error = sync_folder(path);
  else
    unlink(beside);
  if (error)
    return result_error(RESULT_REJECTED, "cannot write the data keys to %s: %s", path, strerror(error));
  return RESULT_DONE;
}
