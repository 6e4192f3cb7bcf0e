/* The connector of simulated trackers: what an adapter's process calls instead of HTTP. */
#ifndef SIMULATION_CONNECTOR_H
#define SIMULATION_CONNECTOR_H

#include "service/connector.h"

struct habits;

/* A connector for a tracker of these habits; `habits` is kept. */
struct connector simulated_connector(const struct habits *habits);

#endif
