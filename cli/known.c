/* Gathering what is known here. */
#include "cli/known.h"

#include "cli/client.h"
#include "sync/canon.h"
#include "sync/rules.h"

const struct known_field *known_field(const struct known *known, struct str name) {
  for (size_t i = 0; i < known->field_count; i++)
    if (str_equal(known->fields[i].name, name))
      return &known->fields[i];
  return NULL;
}

bool known_has_word(const struct known_field *field, struct str word) {
  for (size_t i = 0; field && i < field->word_count; i++)
    if (canon_equal_text(CONTENT_SET, field->words[i], word))
      return true;
  return false;
}

bool known_in_projects(const struct known *known, struct str field) {
  for (size_t i = 0; i < known->project_count; i++)
    for (size_t r = 0; r < known->projects[i].rules.count; r++) {
      const struct field_setting *rule = &known->projects[i].rules.at[r];
      if (str_equal(rule->field, field) && !str_is(rule->direction, "disabled"))
        return true;
    }
  return false;
}

/* -- from tickets -- */

enum { KNOWN_FIELDS_MAX = 256 };

struct known_builder {
  struct arena *arena;
  struct known_field fields[KNOWN_FIELDS_MAX];
  size_t count;
};

struct known_builder *known_builder_new(struct arena *arena) {
  struct known_builder *builder = ARENA_NEW(arena, struct known_builder);
  builder->arena = arena;
  return builder;
}

static struct known_field *field_in(struct known_builder *builder, const struct value *value) {
  for (size_t i = 0; i < builder->count; i++)
    if (str_equal(builder->fields[i].name, value->name))
      return &builder->fields[i];
  if (builder->count == KNOWN_FIELDS_MAX)
    return NULL;
  struct known_field *field = &builder->fields[builder->count++];
  field->name = value->name;
  field->shape = value->kind;
  return field;
}

static void add_word(struct arena *arena, struct known_field *field, struct str word) {
  if (word.length == 0 || field->word_count == KNOWN_WORDS_MAX || known_has_word(field, word))
    return;
  struct str *words = (struct str *)(uintptr_t)field->words;
  if (!words)
    field->words = words = ARENA_ARRAY(arena, struct str, KNOWN_WORDS_MAX);
  words[field->word_count++] = word;
}

static bool has_words(struct str name) {
  return !str_is(name, "title") && !str_is(name, "body");
}

void known_builder_add(struct known_builder *builder, const struct values *fields) {
  for (size_t i = 0; i < fields->count; i++) {
    const struct value *value = &fields->at[i];
    struct known_field *field = field_in(builder, value);
    if (!field || !has_words(value->name) || field->shape != value->kind)
      continue;
    if (value->kind == VALUE_TEXT)
      add_word(builder->arena, field, value->text);
    for (size_t k = 0; value->kind == VALUE_SET && k < value->count; k++)
      add_word(builder->arena, field, value->items[k]);
  }
}

void known_builder_fields(const struct known_builder *builder, struct known *out) {
  out->fields = builder->fields;
  out->field_count = builder->count;
}

/* -- from the store -- */

/* Of all tickets when `project` is absent. */
static struct result read_tickets(struct invocation *call, struct str project, struct known *out) {
  enum { PAGE = 500 };
  struct known_builder *builder = known_builder_new(call->arena);
  struct ticket_query query = {.project = project, .limit = PAGE};
  struct ticket_list page = {.more = true};
  for (size_t seen = 0; page.more && seen < KNOWN_TICKETS_MAX; seen += page.tickets.count) {
    page = (struct ticket_list){0};
    TRY(client_call(call, VERB_TICKET_LIST, &query, &page));
    for (size_t i = 0; i < page.tickets.count; i++)
      known_builder_add(builder, &page.tickets.at[i].fields);
    if (page.tickets.count == 0)
      break;
    query.after = page.tickets.at[page.tickets.count - 1].key;
  }
  out->more = page.more;
  known_builder_fields(builder, out);
  return RESULT_DONE;
}

struct result known_read_carried(struct invocation *call, struct str project, struct known *out) {
  *out = (struct known){0};
  return read_tickets(call, project, out);
}

struct result known_read(struct invocation *call, struct str project, struct known *out, struct project *out_project) {
  struct project_name request = {0};
  struct project_list list = {0};
  TRY(client_call(call, VERB_PROJECT_LIST, &request, &list));
  struct project *others = ARENA_ARRAY(call->arena, struct project, list.projects.count);
  struct project own = {.id = INT64_MAX};
  size_t count = 0;
  for (size_t i = 0; i < list.projects.count; i++)
    if (str_equal(list.projects.at[i].name, project))
      own = list.projects.at[i];
    else
      others[count++] = list.projects.at[i];
  struct known known = {.projects = others, .project_count = count, .is_first = true};
  for (size_t i = 0; i < count; i++)
    known.is_first = known.is_first && others[i].id > own.id;
  TRY(read_tickets(call, (struct str){0}, &known));
  *out = known;
  if (out_project)
    *out_project = own;
  return RESULT_DONE;
}
