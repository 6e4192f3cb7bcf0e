/* Parsing the command line. */
#include "cli/parse.h"

#include "cli/format.h"

struct parser {
  struct invocation *call;
  char **argv;
  int argc, at;
  const struct command_group *group;
  size_t argument_count;
  bool only_arguments; /* after -- */
};

static struct result unknown_command(struct str path) {
  const char *meant = command_nearest(path);
  if (meant)
    return result_error(RESULT_REJECTED, "there is no command `%.*s`. Did you mean `tandem %s`?", STR_FMT(path), meant);
  return result_error(RESULT_REJECTED, "there is no command `%.*s`. `tandem help` lists them all.", STR_FMT(path));
}

static struct result unknown_option(struct parser *parser, const char *shown) {
  if (!parser->call->command)
    return result_error(RESULT_REJECTED, "there is no global option `%s`. Options of a command come after it.", shown);
  const char *meant = command_option_nearest(parser->call->command, str_of(shown + strspn(shown, "-")));
  if (meant)
    return result_error(RESULT_REJECTED, "`tandem %s` has no option `%s`. Did you mean `--%s`?",
                        parser->call->command->path, shown, meant);
  return result_error(RESULT_REJECTED, "`tandem %s` has no option `%s`. See `tandem help %s`.",
                      parser->call->command->path, shown, parser->call->command->path);
}

static bool has_choice(const char *choices, struct str text) {
  for (struct str rest = str_of(choices); rest.length;) {
    ptrdiff_t bar = str_find(rest, "|");
    size_t end = bar < 0 ? rest.length : (size_t)bar;
    if (str_equal(str_slice(rest, 0, end), text))
      return true;
    rest = str_slice(rest, bar < 0 ? end : end + 1, rest.length);
  }
  return false;
}

static struct result check_value(struct given_option *given) {
  const struct option_spec *spec = given->spec;
  bool fine = true;
  if (spec->kind == OPTION_NUMBER)
    fine = str_to_i64(given->text, &given->number) && given->number >= 0;
  else if (spec->kind == OPTION_SECONDS)
    fine = format_parse_seconds(given->text, &given->number);
  else if (spec->kind == OPTION_CHOICE)
    fine = has_choice(spec->value, given->text);
  else if (command_takes_project(spec->value) && given->text.length == 0)
    return result_error(RESULT_REJECTED, "--%s wants a project's name, and got none.", spec->name);
  if (fine)
    return RESULT_DONE;
  if (spec->kind == OPTION_CHOICE)
    return result_error(RESULT_REJECTED, "--%s is one of %s, not `%.*s`.", spec->name, spec->value,
                        STR_FMT(given->text));
  return result_error(RESULT_REJECTED, "--%s wants %s, not `%.*s`.", spec->name,
                      spec->kind == OPTION_NUMBER ? "a whole number" : "a time like 90s, 5m or 2h",
                      STR_FMT(given->text));
}

static bool given_already(const struct invocation *call, const struct option_spec *spec) {
  for (size_t i = 0; i < call->given_count; i++)
    if (call->given[i].spec == spec)
      return true;
  return false;
}

/* `value` is what stood after the equals sign, or NULL. */
static struct result take_option(struct parser *parser, const struct option_spec *spec, const char *value) {
  struct invocation *call = parser->call;
  if (spec->kind == OPTION_FLAG && value)
    return result_error(RESULT_REJECTED, "--%s takes no value.", spec->name);
  if (spec->kind != OPTION_FLAG && !value) {
    if (parser->at >= parser->argc)
      return result_error(RESULT_REJECTED, "--%s needs a value: --%s %s.", spec->name, spec->name, spec->value);
    value = parser->argv[parser->at++];
  }
  if (spec->kind != OPTION_FLAG && spec->kind != OPTION_LIST && given_already(call, spec))
    return result_error(RESULT_REJECTED, "--%s is given twice.", spec->name);
  struct given_option *given = &call->given[call->given_count];
  *given = (struct given_option){.spec = spec, .text = str_of(value)};
  call->given_count++;
  return check_value(given);
}

static struct result take_long(struct parser *parser, const char *word) {
  const char *equals = strchr(word, '=');
  struct str name = {word + 2, equals ? (size_t)(equals - word) - 2 : strlen(word) - 2};
  const struct option_spec *spec = command_option(parser->call->command, name);
  if (!spec)
    return unknown_option(parser, str_format(parser->call->arena, "--%.*s", STR_FMT(name)).at);
  return take_option(parser, spec, equals ? equals + 1 : NULL);
}

static struct result take_letters(struct parser *parser, const char *word) {
  for (const char *letter = word + 1; *letter; letter++) {
    const struct option_spec *spec = command_option_lettered(parser->call->command, *letter);
    if (!spec)
      return unknown_option(parser, str_format(parser->call->arena, "-%c", *letter).at);
    if (spec->kind != OPTION_FLAG && letter[1])
      return take_option(parser, spec, letter + 1);
    TRY(take_option(parser, spec, NULL));
  }
  return RESULT_DONE;
}

static struct result take_command_word(struct parser *parser, const char *word) {
  struct invocation *call = parser->call;
  struct str path = parser->group ? str_format(call->arena, "%s %s", parser->group->name, word) : str_of(word);
  call->command = command_named(path);
  if (call->command)
    return RESULT_DONE;
  const struct command_group *group = parser->group ? NULL : command_group_named(path);
  if (!group)
    return unknown_command(path);
  parser->group = group;
  return RESULT_DONE;
}

static struct result take_argument(struct parser *parser, const char *word) {
  struct invocation *call = parser->call;
  if (!call->command)
    return take_command_word(parser, word);
  bool fits = parser->argument_count < ARGUMENTS_MAX && call->command->arguments[parser->argument_count].name;
  if (!fits && call->command->many) {
    call->more[call->more_count++] = str_of(word);
    return RESULT_DONE;
  }
  if (!fits)
    return result_error(RESULT_REJECTED, "`tandem %s` has no use for `%s`. See `tandem help %s`.", call->command->path,
                        word, call->command->path);
  const struct argument_spec *argument = &call->command->arguments[parser->argument_count];
  if (*word == '\0')
    return result_error(RESULT_REJECTED, "%s is empty. See `tandem help %s`.", argument->name, call->command->path);
  call->arguments[parser->argument_count++] = str_of(word);
  return RESULT_DONE;
}

static struct result take_word(struct parser *parser, const char *word) {
  if (parser->only_arguments || word[0] != '-' || word[1] == '\0')
    return take_argument(parser, word);
  if (word[1] != '-')
    return take_letters(parser, word);
  if (word[2])
    return take_long(parser, word);
  parser->only_arguments = true;
  return RESULT_DONE;
}

static struct result check_complete(const struct parser *parser) {
  const struct command *command = parser->call->command;
  if (!command || invocation_flag(parser->call, "help") || parser->argument_count >= ARGUMENTS_MAX)
    return RESULT_DONE;
  const struct argument_spec *missing = &command->arguments[parser->argument_count];
  if (!missing->name || missing->optional)
    return RESULT_DONE;
  return result_error(RESULT_REJECTED, "`tandem %s` needs %s: %s. See `tandem help %s`.", command->path, missing->name,
                      missing->help, command->path);
}

struct result parse_arguments(struct invocation *call, int argc, char **argv, const struct command_group **group) {
  struct parser parser = {.call = call, .argv = argv, .argc = argc, .at = 1};
  size_t letters = 0; /* each could be an option of its own */
  for (int i = 1; i < argc; i++)
    letters += strlen(argv[i]);
  call->given = ARENA_ARRAY(call->arena, struct given_option, letters + (size_t)argc);
  call->more = ARENA_ARRAY(call->arena, struct str, (size_t)argc);
  while (parser.at < argc)
    TRY(take_word(&parser, argv[parser.at++]));
  *group = call->command ? NULL : parser.group;
  return check_complete(&parser);
}
