/* All areas, those first that are wanted most often, and the options of every command. */
#include "cli/areas/area.h"

const struct command_area *const command_areas[] = {&area_step,    &area_tickets,  &area_projects,
                                                    &area_running, &area_security, &area_programs};
const size_t command_area_count = COUNT(command_areas);

const struct option_spec command_global_options[] = {
    {"json", OPTION_FLAG, NULL, "Print the answer as JSON (events: one object a line)", 0},
    {"plain", OPTION_FLAG, NULL, "Print tables as lines with tabs, without headings and colours", 0},
    {"quiet", OPTION_FLAG, NULL, "No messages but errors", 'q'},
    {"home", OPTION_FILE, "DIR", "The state directory, instead of TANDEM_HOME", 0},
    {"help", OPTION_FLAG, NULL, "Show help", 'h'},
    {"version", OPTION_FLAG, NULL, "Show the version", 'V'},
};
const size_t command_global_option_count = COUNT(command_global_options);
