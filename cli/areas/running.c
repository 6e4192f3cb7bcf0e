/* Commands: starting, stopping and watching the processes. */
#include "cli/areas/area.h"

static const struct option_spec up_options[] = {
    {"foreground", OPTION_FLAG, NULL, "Stay, and log to stderr: for containers and systemd", 0},
};
static const struct option_spec init_options[] = {
    {"host", OPTION_LIST, "NAME", "A name or address by which programs dial the store; may be repeated", 0},
    {"bundles", OPTION_FILE, "DIR", "Also write a folder for each program there, with what it needs and no more", 0},
};
static const struct option_spec health_options[] = {
    {"ready", OPTION_FLAG, NULL, "Whether it can do its work (/readyz), not only whether it moves (/healthz)", 0},
};
#define SYSTEM_OPTION \
  { "system", OPTION_FLAG, NULL, "The machine's systemd, not yours: needs root", 0 }
static const struct option_spec scheduler_options[] = {SYSTEM_OPTION};
static const struct option_spec scheduler_logs_options[] = {
    SYSTEM_OPTION,
    {"follow", OPTION_FLAG, NULL, "Go on with what comes", 'f'},
    {"lines", OPTION_NUMBER, "N", "So many lines of what was (100)", 'n'},
};

static const struct command_group groups[] = {
    {"scheduler", "Let systemd run tandem, and bring all into step every hour."},
};

static const struct command commands[] = {
    {.path = "up",
     .help = "Start everything on this machine",
     OPTIONS(up_options),
     .run = command_up,
     .details = "Makes the state directory, certificates and a private PostgreSQL at the first start, then starts all "
                "processes and returns when they are ready."},
    {.path = "down", .help = "Stop everything on this machine", .run = command_down},
    {.path = "scheduler enable",
     .help = "Let systemd run tandem, and sync everything every hour",
     OPTIONS(scheduler_options),
     .run = command_scheduler_enable,
     .details = "Enables and starts two units of `systemctl --user`: tandem.service, which is `tandem up`, and "
                "tandem-sync.timer, which asks for a synchronisation of all projects every hour, and after the machine "
                "was off. Where no package has installed them, they are written to ~/.config/systemd/user. With "
                "--system it is the machine's own, with the state directory /var/lib/tandem.",
     .examples = "tandem scheduler enable\nsudo tandem scheduler enable --system"},
    {.path = "scheduler disable",
     .help = "Stop that, and do not start it again",
     OPTIONS(scheduler_options),
     .run = command_scheduler_disable},
    {.path = "scheduler status",
     .help = "Show the timer's last and next run, and how tandem is",
     OPTIONS(scheduler_options),
     .run = command_scheduler_status},
    {.path = "scheduler logs",
     .help = "Show what tandem and the timer's runs said",
     OPTIONS(scheduler_logs_options),
     .run = command_scheduler_logs,
     .examples = "tandem scheduler logs --follow\nsudo tandem scheduler logs --system --lines 20"},
    {.path = "scheduler start",
     .help = "Run the timer's synchronisation now, and wait for it",
     OPTIONS(scheduler_options),
     .run = command_scheduler_start},
    {.path = "init",
     .help = "Make certificates and the data key, and start nothing",
     OPTIONS(init_options),
     .run = command_init,
     .details = "For programs that run in containers or on several machines, where `tandem up` does not start them. It "
                "makes what is missing, renews what ends within 30 days, and says what goes where; run it again at any "
                "time. Names given by --host are kept until others are given.",
     .examples = "tandem init --host store.tandem.internal\ntandem init --host store --bundles /bundles"},
    {.path = "health",
     .help = "Ask the process at TANDEM_HEALTH_LISTEN how it is",
     OPTIONS(health_options),
     .run = command_health,
     .details =
         "For health checks of containers: exit status 0 when it answers that it is well, else another one and why.",
     .examples = "TANDEM_HEALTH_LISTEN=127.0.0.1:9464 tandem health --ready"},
};

const struct command_area area_running = {"Run tandem", GROUPS(groups), COMMANDS(commands)};
