/* Looking things up in the tables of commands. */
#include "cli/command.h"

#include "cli/nearest.h"
#include "cli/tracker.h"

enum { NAMES_MAX = 128 };

static size_t connect_count(const struct command_area *area) {
  return area->has_connect ? TRACKER_COUNT : 0;
}

const struct command *command_in(const struct command_area *area, size_t index) {
  size_t before = connect_count(area);
  if (index < before)
    return &tracker_table[index]->connect;
  return index - before < area->command_count ? &area->commands[index - before] : NULL;
}

const struct command *command_at(size_t index) {
  for (size_t i = 0; i < command_area_count; i++) {
    const struct command *command = command_in(command_areas[i], index);
    if (command)
      return command;
    index -= connect_count(command_areas[i]) + command_areas[i]->command_count;
  }
  return NULL;
}

const struct command_group *command_group_at(size_t index) {
  for (size_t i = 0; i < command_area_count; index -= command_areas[i++]->group_count)
    if (index < command_areas[i]->group_count)
      return &command_areas[i]->groups[index];
  return NULL;
}

const struct command *command_named(struct str path) {
  const struct command *command;
  for (size_t i = 0; (command = command_at(i)); i++)
    if (str_is(path, command->path))
      return command;
  return NULL;
}

const struct command_group *command_group_named(struct str name) {
  const struct command_group *group;
  for (size_t i = 0; (group = command_group_at(i)); i++)
    if (str_is(name, group->name))
      return group;
  return NULL;
}

const struct command_group *command_group_of(const struct command *command) {
  const char *blank = strchr(command->path, ' ');
  return blank ? command_group_named((struct str){command->path, (size_t)(blank - command->path)}) : NULL;
}

bool command_takes_project(const char *shown) {
  return shown && str_ends_with(str_of(shown), "PROJECT");
}

const char *command_nearest(struct str path) {
  const char *names[NAMES_MAX];
  size_t count = 0;
  const struct command_group *group;
  const struct command *command;
  for (size_t i = 0; (group = command_group_at(i)) && count < NAMES_MAX; i++)
    names[count++] = group->name;
  for (size_t i = 0; (command = command_at(i)) && count < NAMES_MAX; i++)
    names[count++] = command->path;
  return nearest_word(path, names, count);
}

static const struct option_spec *find_option(const struct option_spec *options, size_t count, struct str name,
                                             char letter) {
  for (size_t i = 0; i < count; i++)
    if ((name.at && str_is(name, options[i].name)) || (letter && options[i].letter == letter))
      return &options[i];
  return NULL;
}

static const struct option_spec *option_of(const struct command *command, struct str name, char letter) {
  const struct option_spec *own = command ? find_option(command->options, command->option_count, name, letter) : NULL;
  return own ? own : find_option(command_global_options, command_global_option_count, name, letter);
}

const struct option_spec *command_option(const struct command *command, struct str name) {
  return option_of(command, name, 0);
}

const struct option_spec *command_option_lettered(const struct command *command, char letter) {
  return option_of(command, (struct str){0}, letter);
}

const char *command_option_nearest(const struct command *command, struct str name) {
  const char *names[NAMES_MAX];
  size_t count = 0;
  for (size_t i = 0; command && i < command->option_count && count < NAMES_MAX; i++)
    names[count++] = command->options[i].name;
  for (size_t i = 0; i < command_global_option_count && count < NAMES_MAX; i++)
    names[count++] = command_global_options[i].name;
  return nearest_word(name, names, count);
}
