/* A case as digests, member by member; the fields of both sides one by one. */
#include "store/planning/inputs.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/json.h"

enum { DIGEST_BYTES = 16 };

/* -- digests -- */

/* Not what was seen: which mapping it is, when and how it was looked at, and what caused it. The tracker's time is of
 * all that can be changed there, and comes with no new generation. */
static const char *const left_out[] = {"mapping_id", "generation", "fresh", "traceparent", "external_times"};

static bool is_left_out(const char *name, const struct inputs_about *about) {
  for (size_t i = 0; i < sizeof left_out / sizeof left_out[0]; i++)
    if (str_is(str_of(name), left_out[i]))
      return true;
  return str_is(str_of(name), "local_times") && !about->by_time;
}

static bool is_side(const char *name) {
  return str_is(str_of(name), "local") || str_is(str_of(name), "external");
}

static void add(cJSON *digests, const char *name, struct str text) {
  unsigned char hash[DIGEST_BYTES];
  char hex[2 * DIGEST_BYTES + 1];
  crypto_generichash(hash, sizeof hash, (const unsigned char *)text.at, text.length, NULL, 0);
  cJSON_AddStringToObject(digests, name, sodium_bin2hex(hex, sizeof hex, hash, sizeof hash));
}

/* Takes the member out of its tree. */
static void add_member(struct arena *arena, cJSON *digests, const char *name, cJSON *tree, cJSON *member) {
  add(digests, name, json_print(arena, cJSON_DetachItemViaPointer(tree, member)));
}

static void add_side(struct arena *arena, cJSON *digests, cJSON *side) {
  while (side->child) {
    struct str name = str_format(arena, "%s.%s", side->string, side->child->string);
    add_member(arena, digests, str_c(arena, name), side, side->child);
  }
}

struct str inputs_text(struct arena *arena, const struct plan_case *seen, const struct inputs_about *about) {
  cJSON *digests = cJSON_CreateObject(), *tree = json_from_record(&record_plan_case, seen, false);
  while (tree->child) {
    cJSON *member = tree->child;
    struct str name = str_copy(arena, str_of(member->string));
    if (is_left_out(name.at, about)) {
      cJSON_Delete(cJSON_DetachItemViaPointer(tree, member));
    } else if (is_side(name.at)) {
      add_side(arena, digests, member);
      cJSON_Delete(cJSON_DetachItemViaPointer(tree, member));
    } else {
      add_member(arena, digests, name.at, tree, member);
    }
  }
  cJSON_Delete(tree);
  add(digests, "place", about->place);
  return json_print(arena, digests);
}

/* -- what moved -- */

struct moved {
  struct str *names;
  size_t count;
};

static int by_name(const void *a, const void *b) {
  return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* Those of `a` that `b` lacks or has otherwise, unless they are known. */
static void add_moved(struct arena *arena, struct moved *moved, const cJSON *a, const cJSON *b) {
  const cJSON *digest;
  size_t known = moved->count;
  cJSON_ArrayForEach(digest, a) {
    bool is_known = false;
    for (size_t i = 0; i < known; i++)
      is_known |= str_is(moved->names[i], digest->string);
    if (!is_known && !str_equal(json_str(a, digest->string), json_str(b, digest->string)))
      moved->names[moved->count++] = str_copy(arena, str_of(digest->string));
  }
}

static struct moved compare(struct arena *arena, const cJSON *before, const cJSON *now) {
  size_t most = (size_t)cJSON_GetArraySize(before) + (size_t)cJSON_GetArraySize(now);
  struct moved moved = {.names = ARENA_ARRAY(arena, struct str, most)};
  add_moved(arena, &moved, before, now);
  add_moved(arena, &moved, now, before);
  qsort(moved.names, moved.count, sizeof moved.names[0], by_name);
  return moved;
}

static void say(struct str_builder *text, const char *what) {
  str_append_format(text, "%s%s", text->length ? ", " : "", what);
}

static void say_fields(struct arena *arena, struct str_builder *text, const struct moved *moved, const char *prefix,
                       const char *where) {
  struct str_builder names = {.arena = arena};
  size_t skip = str_of(prefix).length;
  for (size_t i = 0; i < moved->count; i++)
    if (str_starts_with(moved->names[i], prefix))
      say(&names, moved->names[i].at + skip);
  if (names.length)
    say(text, str_c(arena, str_format(arena, "%.*s %s", STR_FMT(str_built(&names)), where)));
}

static void say_whole(struct str_builder *text, const struct moved *moved, const struct plan_case *seen) {
  const struct {
    const char *name, *what;
  } words[] = {{"deleted", seen->deleted ? "deleted here" : "there again here"},
               {"gone", seen->gone.length ? "gone outside" : "there again outside"},
               {"withheld", seen->withheld ? "private now" : "not private any more"},
               {"conflicts", "its conflicts"},
               {"references", "the tickets that it names"},
               {"local_times", "changed here again"}};
  for (size_t word = 0; word < sizeof words / sizeof words[0]; word++)
    for (size_t i = 0; i < moved->count; i++)
      if (str_is(moved->names[i], words[word].name))
        say(text, words[word].what);
}

struct result inputs_moved(struct arena *arena, struct str before, const struct plan_case *seen, struct str now,
                           struct str *out) {
  cJSON *was = NULL, *is = NULL;
  struct str_builder text = {.arena = arena};
  *out = (struct str){0};
  TRY(json_parse(before, &was));
  struct result result = json_parse(now, &is);
  struct moved moved = result_ok(&result) ? compare(arena, was, is) : (struct moved){0};
  cJSON_Delete(was);
  cJSON_Delete(is);
  if (moved.count == 0)
    return result;
  say_fields(arena, &text, &moved, "local.", "here");
  say_fields(arena, &text, &moved, "external.", "outside");
  say_whole(&text, &moved, seen);
  *out = text.length ? str_built(&text) : STR("synchronised since");
  return result;
}
