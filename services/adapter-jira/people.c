/* People. Cloud names an account by an id that nobody can read, so the word for it is the display name; Data Center has
 * login names. Options may give an account another word: {"people": {"5b10…": "ann"}}. */
#include "adapter-jira/jira.h"

enum { PEOPLE_MAX = 1000 };
#define EXPLICIT "accountid:"

struct str jira_person_id(const struct connection *c, const cJSON *user) {
  return json_text(user, c->cloud ? "accountId" : "name");
}

struct str jira_person_word(const struct connection *c, struct arena *arena, const cJSON *user) {
  struct str id = jira_person_id(c, user);
  if (id.length == 0)
    return STR("");
  struct str chosen = json_str(json_member(c->options, "people"), str_c(arena, id));
  if (chosen.length)
    return str_copy(arena, chosen);
  struct str shown = json_text(user, "displayName");
  if (!c->cloud)
    return str_copy(arena, id);
  return shown.length ? str_copy(arena, shown) : str_format(arena, EXPLICIT "%.*s", STR_FMT(id));
}

static void remember(struct connection *c, struct arena *arena, const cJSON *user) {
  c->people = arena_room(&c->arena, c->people, c->people_count, &c->people_capacity, sizeof *c->people);
  struct str word = jira_person_word(c, arena, user);
  c->people[c->people_count++] = (struct jira_person){.id = str_copy(&c->arena, jira_person_id(c, user)),
                                                      .word = str_copy(&c->arena, word),
                                                      .email = json_copy(&c->arena, user, "emailAddress")};
}

static struct result search(struct connection *c, struct arena *arena, struct str word, cJSON **out) {
  struct str path = str_format(arena, "/user/assignable/search?project=%.*s&maxResults=%d&%s=%.*s",
                               STR_FMT(http_escape(arena, c->project)), PEOPLE_MAX, c->cloud ? "query" : "username",
                               STR_FMT(http_escape(arena, word)));
  return jira_get(c, arena, path, out);
}

struct result jira_people_load(struct connection *c, struct arena *arena) {
  cJSON *users;
  const cJSON *user;
  TRY(search(c, arena, STR(""), &users));
  c->people_count = 0;
  cJSON_ArrayForEach(user, users) {
    remember(c, arena, user);
  }
  cJSON_Delete(users);
  return RESULT_DONE;
}

/* -- from words to accounts -- */

static cJSON *ref(const struct connection *c, struct arena *arena, struct str id) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddItemToObject(object, c->cloud ? "accountId" : "name", json_string(arena, id));
  return object;
}

static struct str id_in_options(const struct connection *c, struct str word) {
  const cJSON *one;
  cJSON_ArrayForEach(one, json_member(c->options, "people")) {
    if (cJSON_IsString(one) && str_is(word, one->valuestring))
      return str_of(one->string);
  }
  return (struct str){0};
}

static bool fits(const struct connection *c, struct arena *arena, const cJSON *user, struct str word) {
  return str_equal(jira_person_word(c, arena, user), word) || str_equal(json_text(user, "emailAddress"), word);
}

/* Exactly one of those found must be called so. */
static struct result pick(struct connection *c, struct arena *arena, const cJSON *users, struct str word,
                          struct str *out) {
  const cJSON *user;
  int found = 0;
  cJSON_ArrayForEach(user, users) {
    if (fits(c, arena, user, word) && found++ == 0)
      *out = str_copy(arena, jira_person_id(c, user));
  }
  if (found == 1)
    return RESULT_DONE;
  if (found == 0)
    return result_error(RESULT_REJECTED, "nobody called \"%.*s\" may be assigned in %.*s", STR_FMT(word),
                        STR_FMT(c->project));
  return result_error(RESULT_REJECTED, "%d people are called \"%.*s\": give them words of their own in the options",
                      found, STR_FMT(word));
}

static struct result find_id(struct connection *c, struct arena *arena, struct str word, struct str *out) {
  struct str chosen = id_in_options(c, word);
  cJSON *users;
  if (c->cloud && str_starts_with(word, EXPLICIT))
    chosen = str_slice(word, strlen(EXPLICIT), word.length);
  if (chosen.length) {
    *out = chosen;
    return RESULT_DONE;
  }
  TRY(search(c, arena, word, &users));
  struct result result = pick(c, arena, users, word, out);
  cJSON_Delete(users);
  return result;
}

struct result jira_person_ref(struct connection *c, struct arena *arena, struct str word, cJSON **out) {
  struct str id = {0};
  if (word.length == 0) {
    *out = cJSON_CreateNull();
    return RESULT_DONE;
  }
  TRY(find_id(c, arena, word, &id));
  *out = ref(c, arena, id);
  return RESULT_DONE;
}
