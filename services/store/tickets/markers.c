/* Making and checking markers. */
#include "store/tickets/markers.h"

#include <sodium.h>

enum { OP_ID_LENGTH = 36, MAC_BYTES = 16 };

static struct result read_key(struct call *call, struct str *out) {
  struct rows rows;
  TRY(db_constant(call->db, "select marker_key from installation", &rows));
  *out = rows_bytes(call->arena, &rows, 0, "marker_key");
  return RESULT_DONE;
}

struct result marker_make(struct call *call, struct str op_id, struct str *out) {
  struct str key, message = str_format(call->arena, "tandem:v1:%.*s", STR_FMT(op_id));
  unsigned char mac[crypto_auth_hmacsha256_BYTES];
  char hex[2 * MAC_BYTES + 1];
  crypto_auth_hmacsha256_state state;
  TRY(read_key(call, &key));
  crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.at, key.length);
  crypto_auth_hmacsha256_update(&state, (const unsigned char *)message.at, message.length);
  crypto_auth_hmacsha256_final(&state, mac);
  sodium_bin2hex(hex, sizeof hex, mac, MAC_BYTES);
  *out = str_format(call->arena, "%.*s:%s", STR_FMT(op_id), hex);
  return RESULT_DONE;
}

bool marker_is_op_id(struct str text) {
  if (text.length != OP_ID_LENGTH)
    return false;
  for (size_t i = 0; i < text.length; i++) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text.at[i] != '-' : !text.at[i] || !strchr("0123456789abcdefABCDEF", text.at[i]))
      return false;
  }
  return true;
}

struct result marker_check(struct call *call, struct str marker, struct str *out_op_id) {
  *out_op_id = (struct str){0};
  if (marker.length != OP_ID_LENGTH + 1 + 2 * MAC_BYTES || marker.at[OP_ID_LENGTH] != ':')
    return RESULT_DONE;
  struct str op_id = str_slice(marker, 0, OP_ID_LENGTH), genuine;
  TRY(marker_make(call, op_id, &genuine));
  if (sodium_memcmp(genuine.at, marker.at, marker.length) == 0)
    *out_op_id = op_id;
  return RESULT_DONE;
}
