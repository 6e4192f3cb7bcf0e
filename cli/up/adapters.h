/* The systems that `tandem up` starts an adapter for: the program is tandem-adapter-SYSTEM. */
#ifndef UP_ADAPTERS_H
#define UP_ADAPTERS_H

enum { ADAPTER_COUNT = 4 };

static const char *const adapter_systems[ADAPTER_COUNT] = {"github", "jira", "linear", "webhook"};

#endif
