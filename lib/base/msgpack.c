/* The msgpack codec: one walk over the descriptor table each way. */
#include "base/msgpack.h"
#include "base/heap.h"

/* -- writing -- */

static void put_str(msgpack_packer *packer, struct str string) {
  msgpack_pack_str(packer, string.length);
  msgpack_pack_str_body(packer, string.at ? string.at : "", string.length);
}

static void put_bytes(msgpack_packer *packer, struct str bytes) {
  msgpack_pack_bin(packer, bytes.length);
  msgpack_pack_bin_body(packer, bytes.at ? bytes.at : "", bytes.length);
}

static void put_value(msgpack_packer *packer, const struct value *value) {
  put_str(packer, value->name);
  if (value->kind == VALUE_TEXT) {
    put_str(packer, value->text);
    return;
  }
  msgpack_pack_array(packer, value->count);
  for (size_t i = 0; i < value->count; i++)
    put_str(packer, value->items[i]);
}

static void put_values(msgpack_packer *packer, const struct values *values) {
  msgpack_pack_map(packer, values->count);
  for (size_t i = 0; i < values->count; i++)
    put_value(packer, &values->at[i]);
}

/* `whole`: zeros and empty lists too, as JSON has them. */
static bool is_present(const struct field *field, const void *at, bool whole) {
  bool may_be_absent = field->type == FIELD_STR || field->type == FIELD_BYTES || field->type == FIELD_RECORD;
  if ((field->flags & FIELD_REQUIRED) || (whole && !may_be_absent))
    return true;
  switch (field->type) {
  case FIELD_STR:
  case FIELD_BYTES:
    return !str_is_absent(*(const struct str *)at);
  case FIELD_I64:
    return *(const int64_t *)at != 0;
  case FIELD_BOOL:
    return *(const bool *)at;
  case FIELD_INLINE:
    return true;
  case FIELD_RECORD:
    return *(const void *const *)at != NULL;
  case FIELD_VALUES:
  case FIELD_STRS:
  case FIELD_LIST:
    return ((const struct list *)at)->count != 0;
  }
  return false;
}

static void put_record(msgpack_packer *packer, const struct record *record, const void *object, bool whole);

static void put_list(msgpack_packer *packer, const struct field *field, const struct list *list, bool whole) {
  msgpack_pack_array(packer, list->count);
  for (size_t i = 0; i < list->count; i++) {
    if (field->type == FIELD_STRS)
      put_str(packer, ((const struct str *)list->at)[i]);
    else
      put_record(packer, field->of, (const char *)list->at + i * field->of->size_bytes, whole);
  }
}

static void put_field(msgpack_packer *packer, const struct field *field, const void *at, bool whole) {
  switch (field->type) {
  case FIELD_STR:
    put_str(packer, *(const struct str *)at);
    break;
  case FIELD_BYTES:
    put_bytes(packer, *(const struct str *)at);
    break;
  case FIELD_I64:
    msgpack_pack_int64(packer, *(const int64_t *)at);
    break;
  case FIELD_BOOL:
    *(const bool *)at ? msgpack_pack_true(packer) : msgpack_pack_false(packer);
    break;
  case FIELD_VALUES:
    put_values(packer, at);
    break;
  case FIELD_INLINE:
    put_record(packer, field->of, at, whole);
    break;
  case FIELD_RECORD:
    put_record(packer, field->of, *(const void *const *)at, whole);
    break;
  case FIELD_STRS:
  case FIELD_LIST:
    put_list(packer, field, at, whole);
    break;
  }
}

static void put_record(msgpack_packer *packer, const struct record *record, const void *object, bool whole) {
  size_t present = 0;
  for (size_t i = 0; i < record->field_count; i++)
    present += is_present(&record->fields[i], (const char *)object + record->fields[i].offset, whole);
  msgpack_pack_map(packer, present);
  for (size_t i = 0; i < record->field_count; i++) {
    const struct field *field = &record->fields[i];
    const void *at = (const char *)object + field->offset;
    if (!is_present(field, at, whole))
      continue;
    put_str(packer, str_of(field->name));
    put_field(packer, field, at, whole);
  }
}

int msgpack_put_bytes(void *buffer, const char *bytes, size_t length) {
  if (msgpack_sbuffer_write(buffer, bytes, length) != 0)
    heap_exhausted();
  return 0;
}

static struct str encode(struct arena *arena, const struct record *record, const void *object, bool whole) {
  msgpack_sbuffer buffer;
  msgpack_sbuffer_init(&buffer);
  msgpack_packer packer;
  msgpack_packer_init(&packer, &buffer, msgpack_put_bytes);
  put_record(&packer, record, object, whole);
  struct str bytes = str_copy(arena, (struct str){buffer.data, buffer.size});
  msgpack_sbuffer_destroy(&buffer);
  return bytes;
}

struct str msgpack_encode(struct arena *arena, const struct record *record, const void *object) {
  return encode(arena, record, object, false);
}

struct str msgpack_encode_whole(struct arena *arena, const struct record *record, const void *object) {
  return encode(arena, record, object, true);
}

/* -- checking: counts and depth before anything is allocated for them -- */

/* A value of one byte can become a record of hundreds; this bounds the memory that a message can ask for. */
enum { VALUES_IN_MESSAGE_MAX = 1 << 20, NAMES_IN_VALUES_MAX = 4096 };

struct cursor {
  const unsigned char *at, *end;
  uint64_t values;
};

static uint64_t big_endian(const unsigned char *at, unsigned bytes) {
  uint64_t number = 0;
  for (unsigned i = 0; i < bytes; i++)
    number = number << 8 | at[i];
  return number;
}

struct shape {
  uint64_t skip;     /* bytes of body */
  uint64_t children; /* values inside */
};

/* Reads one header; false when the bytes end too early or the type is unknown. */
static bool read_shape(struct cursor *cursor, struct shape *out) {
  static const struct {
    unsigned char first, last, size_bytes, fixed_bytes, children_each;
  } sized[] = {
      {0xc4, 0xc4, 1, 0, 0}, {0xc5, 0xc5, 2, 0, 0}, {0xc6, 0xc6, 4, 0, 0}, {0xc7, 0xc7, 1, 1, 0}, {0xc8, 0xc8, 2, 1, 0},
      {0xc9, 0xc9, 4, 1, 0}, {0xd9, 0xd9, 1, 0, 0}, {0xda, 0xda, 2, 0, 0}, {0xdb, 0xdb, 4, 0, 0}, {0xdc, 0xdc, 2, 0, 1},
      {0xdd, 0xdd, 4, 0, 1}, {0xde, 0xde, 2, 0, 2}, {0xdf, 0xdf, 4, 0, 2},
  };
  static const unsigned char fixed[] = {
      [0x0a] = 4, [0x0b] = 8, [0x0c] = 1, [0x0d] = 2, [0x0e] = 4, [0x0f] = 8, [0x10] = 1, [0x11] = 2,
      [0x12] = 4, [0x13] = 8, [0x14] = 2, [0x15] = 3, [0x16] = 5, [0x17] = 9, [0x18] = 17};
  if (cursor->at == cursor->end)
    return false;
  unsigned char tag = *cursor->at++;
  *out = (struct shape){0};
  if (tag <= 0x7f || tag >= 0xe0 || tag == 0xc0 || tag == 0xc2 || tag == 0xc3)
    return true;
  if (tag <= 0x8f)
    return out->children = 2 * (uint64_t)(tag & 0x0f), true;
  if (tag <= 0x9f)
    return out->children = tag & 0x0f, true;
  if (tag <= 0xbf)
    return out->skip = tag & 0x1f, true;
  if (tag >= 0xca && tag <= 0xd8)
    return out->skip = fixed[tag - 0xc0], true;
  for (size_t i = 0; i < sizeof sized / sizeof sized[0]; i++) {
    if (tag < sized[i].first || tag > sized[i].last)
      continue;
    if ((size_t)(cursor->end - cursor->at) < sized[i].size_bytes)
      return false;
    uint64_t count = big_endian(cursor->at, sized[i].size_bytes);
    cursor->at += sized[i].size_bytes;
    out->children = count * sized[i].children_each;
    out->skip = sized[i].children_each ? 0 : count + sized[i].fixed_bytes;
    return true;
  }
  return false; /* 0xc1 is never used */
}

static bool is_well_formed(struct cursor *cursor, unsigned depth) {
  struct shape shape;
  if (depth > MSGPACK_DEPTH_MAX || ++cursor->values > VALUES_IN_MESSAGE_MAX || !read_shape(cursor, &shape))
    return false;
  uint64_t left = (uint64_t)(cursor->end - cursor->at);
  if (shape.skip > left || shape.children > left)
    return false;
  cursor->at += shape.skip;
  for (uint64_t i = 0; i < shape.children; i++)
    if (!is_well_formed(cursor, depth + 1))
      return false;
  return true;
}

/* -- reading -- */

static struct result get_record(struct arena *arena, const struct record *record, const msgpack_object *object,
                                void *out);

static bool as_str(const msgpack_object *object, struct str *out) {
  if (object->type == MSGPACK_OBJECT_STR)
    *out = (struct str){object->via.str.ptr, object->via.str.size};
  else if (object->type == MSGPACK_OBJECT_BIN)
    *out = (struct str){object->via.bin.ptr, object->via.bin.size};
  else
    return false;
  if (!out->at)
    out->at = "";
  return true;
}

/* The length of the UTF-8 sequence at `at`, 0 when it is none (RFC 3629: no overlong forms, no surrogates). */
static size_t utf8_length(const unsigned char *at, size_t left) {
  static const unsigned first_least[] = {0, 0, 0x80, 0x800, 0x10000};
  size_t length = at[0] < 0x80 ? 1 : at[0] < 0xc0 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : at[0] < 0xf8 ? 4 : 0;
  if (length < 2)
    return length;
  if (length > left)
    return 0;
  unsigned code = at[0] & (0x7fu >> length);
  for (size_t i = 1; i < length; i++) {
    if ((at[i] & 0xc0) != 0x80)
      return 0;
    code = code << 6 | (at[i] & 0x3f);
  }
  bool fits = code >= first_least[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return fits ? length : 0;
}

/* How many bytes from `at` on are ASCII, as far as that shows eight at a time: most of most texts. */
static size_t ascii_length(const char *at, size_t left) {
  size_t length = 0;
  for (uint64_t word; left - length >= sizeof word; length += sizeof word) {
    memcpy(&word, at + length, sizeof word);
    if (word & UINT64_C(0x8080808080808080))
      break;
  }
  return length;
}

static bool as_text(const msgpack_object *object, struct str *out) {
  struct str text;
  if (!as_str(object, &text))
    return false;
  for (size_t i = ascii_length(text.at, text.length), length; i < text.length; i += length)
    if ((length = utf8_length((const unsigned char *)text.at + i, text.length - i)) == 0)
      return false;
  *out = text;
  return true;
}

static bool get_strs(struct arena *arena, const msgpack_object *object, struct list *out) {
  if (object->type != MSGPACK_OBJECT_ARRAY)
    return false;
  size_t count = object->via.array.size;
  struct str *at = ARENA_ARRAY(arena, struct str, count);
  for (size_t i = 0; i < count; i++)
    if (!as_text(&object->via.array.ptr[i], &at[i]))
      return false;
  *out = (struct list){at, count};
  return true;
}

static bool get_values(struct arena *arena, const msgpack_object *object, struct values *out) {
  if (object->type != MSGPACK_OBJECT_MAP)
    return false;
  size_t count = object->via.map.size;
  if (count > NAMES_IN_VALUES_MAX)
    return false;
  struct value *at = ARENA_ARRAY(arena, struct value, count);
  for (size_t i = 0; i < count; i++) {
    const msgpack_object_kv *pair = &object->via.map.ptr[i];
    if (!as_text(&pair->key, &at[i].name) || values_find(&(struct values){at, i}, at[i].name))
      return false;
    if (as_text(&pair->val, &at[i].text))
      continue;
    struct list items;
    if (!get_strs(arena, &pair->val, &items))
      return false;
    at[i].kind = VALUE_SET;
    at[i].items = items.at;
    at[i].count = items.count;
  }
  *out = (struct values){at, count};
  return true;
}

static bool get_i64(const msgpack_object *object, int64_t *out) {
  if (object->type == MSGPACK_OBJECT_POSITIVE_INTEGER && object->via.u64 <= INT64_MAX)
    *out = (int64_t)object->via.u64;
  else if (object->type == MSGPACK_OBJECT_NEGATIVE_INTEGER)
    *out = object->via.i64;
  else
    return false;
  return true;
}

static struct result get_list(struct arena *arena, const struct field *field, const msgpack_object *object,
                              struct list *out) {
  if (object->type != MSGPACK_OBJECT_ARRAY)
    return result_error(RESULT_REJECTED, "%s: expected a list", field->name);
  size_t count = object->via.array.size;
  char *at = arena_array(arena, count, field->of->size_bytes);
  for (size_t i = 0; i < count; i++)
    TRY(get_record(arena, field->of, &object->via.array.ptr[i], at + i * field->of->size_bytes));
  *out = (struct list){at, count};
  return RESULT_DONE;
}

static struct result get_field(struct arena *arena, const struct field *field, const msgpack_object *object, void *at) {
  bool fits = false;
  switch (field->type) {
  case FIELD_STR:
    fits = as_text(object, at);
    break;
  case FIELD_BYTES:
    fits = as_str(object, at);
    break;
  case FIELD_I64:
    fits = get_i64(object, at);
    break;
  case FIELD_BOOL:
    fits = object->type == MSGPACK_OBJECT_BOOLEAN;
    if (fits)
      *(bool *)at = object->via.boolean;
    break;
  case FIELD_VALUES:
    fits = get_values(arena, object, at);
    break;
  case FIELD_STRS:
    fits = get_strs(arena, object, at);
    break;
  case FIELD_LIST:
    return get_list(arena, field, object, at);
  case FIELD_INLINE:
    return get_record(arena, field->of, object, at);
  case FIELD_RECORD: {
    void *inner = arena_alloc(arena, field->of->size_bytes);
    TRY(get_record(arena, field->of, object, inner));
    *(const void **)at = inner;
    fits = true;
    break;
  }
  }
  return fits ? RESULT_DONE : result_error(RESULT_REJECTED, "%s: not of the expected type", field->name);
}

/* Senders write keys in table order, so the search starts where the last one ended. */
static const struct field *find_field(const struct record *record, struct str name, size_t *hint) {
  for (size_t i = 0; i < record->field_count; i++) {
    size_t index = (*hint + i) % record->field_count;
    if (str_is(name, record->fields[index].name)) {
      *hint = index + 1;
      return &record->fields[index];
    }
  }
  return NULL;
}

static struct result get_record(struct arena *arena, const struct record *record, const msgpack_object *object,
                                void *out) {
  if (object->type != MSGPACK_OBJECT_MAP)
    return result_error(RESULT_REJECTED, "%s: expected a map", record->name);
  uint64_t seen = 0;
  size_t hint = 0;
  for (size_t i = 0; i < object->via.map.size; i++) {
    const msgpack_object_kv *pair = &object->via.map.ptr[i];
    struct str name;
    if (!as_str(&pair->key, &name))
      return result_error(RESULT_REJECTED, "%s: a key is not a string", record->name);
    const struct field *field = find_field(record, name, &hint);
    if (!field || pair->val.type == MSGPACK_OBJECT_NIL)
      continue;
    struct result result = get_field(arena, field, &pair->val, (char *)out + field->offset);
    if (!result_ok(&result))
      return result_context(result, "%s", record->name);
    seen |= UINT64_C(1) << (field - record->fields);
  }
  for (size_t i = 0; i < record->field_count; i++)
    if ((record->fields[i].flags & FIELD_REQUIRED) && !(seen >> i & 1))
      return result_error(RESULT_REJECTED, "%s: %s is missing", record->name, record->fields[i].name);
  return RESULT_DONE;
}

struct result msgpack_decode(struct arena *arena, const struct record *record, struct str bytes, void *out) {
  const unsigned char *at = (const unsigned char *)(bytes.length ? bytes.at : "");
  struct cursor cursor = {.at = at, .end = at + bytes.length};
  if (bytes.length == 0 || !is_well_formed(&cursor, 0) || cursor.at != cursor.end)
    return result_error(RESULT_REJECTED, "%s: not one well-formed msgpack value", record->name);
  msgpack_zone zone;
  if (!msgpack_zone_init(&zone, 8192))
    heap_exhausted();
  msgpack_object object;
  size_t offset = 0;
  void *decoded = arena_alloc(arena, record->size_bytes);
  struct result result = result_error(RESULT_REJECTED, "%s: not valid msgpack", record->name);
  msgpack_unpack_return status = msgpack_unpack(bytes.at, bytes.length, &offset, &zone, &object);
  if (status == MSGPACK_UNPACK_NOMEM_ERROR)
    heap_exhausted();
  if (status == MSGPACK_UNPACK_SUCCESS || status == MSGPACK_UNPACK_EXTRA_BYTES)
    result = get_record(arena, record, &object, decoded);
  msgpack_zone_destroy(&zone);
  if (result_ok(&result))
    memcpy(out, decoded, record->size_bytes);
  return result;
}
