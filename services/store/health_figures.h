/* What /metrics tells of all projects, credentials and conflicts: looked up when it is asked for. */
#ifndef STORE_HEALTH_FIGURES_H
#define STORE_HEALTH_FIGURES_H

#include "store/store.h"

/* A handler like a verb's: `reply` is the struct str_builder that is written to, `request` is not used. */
verb_handler health_figures_look;

#endif
